package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"anlo/app"
)

// place says where a command finds its data.
type place struct {
	Data     string `help:"Folder of the keys and, by default, of the database." type:"path" default:"anlo-data" env:"ANLO_DATA" placeholder:"DIR"`
	Database string `help:"SQLite file or postgres:// URL; by default anlo.db in the data folder." env:"ANLO_DATABASE" placeholder:"URL"`
}

// config makes the data folder and what belongs in it where it is missing.
func (p place) config(log *slog.Logger) (app.Config, error) {
	if err := os.MkdirAll(p.Data, 0o700); err != nil {
		return app.Config{}, err
	}
	c := app.Config{Database: p.Database, MasterKey: filepath.Join(p.Data, "master.key"), AuditLog: filepath.Join(p.Data, "audit-log"), Log: log}
	if c.Database == "" {
		c.Database = filepath.Join(p.Data, "anlo.db")
	}
	return c, p.root(&c)
}

// root finds the root key: root.key, its private part, where this machine keeps
// it, or root.pem, its public part, where it is kept elsewhere. In an empty
// folder both are made.
func (p place) root(c *app.Config) error {
	private, public := filepath.Join(p.Data, "root.key"), filepath.Join(p.Data, "root.pem")
	key, err := readPrivate(private)
	switch {
	case err == nil:
		c.RootKey = key
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if c.RootPublic, err = readPublic(public); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	key, err = newRoot(private, public)
	c.RootKey = key
	return err
}

func newRoot(private, public string) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	if err := writePEM(private, "PRIVATE KEY", pkcs8, 0o600); err != nil {
		return nil, err
	}
	return key, writePEM(public, "PUBLIC KEY", spki, 0o644)
}

func writePEM(path, kind string, der []byte, mode fs.FileMode) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}

func readPEM(path, kind string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	b, _ := pem.Decode(data)
	if b == nil || b.Type != kind {
		return nil, fmt.Errorf("%s holds no PEM %s", path, kind)
	}
	return b.Bytes, nil
}

func readPrivate(path string) (*ecdsa.PrivateKey, error) {
	der, err := readPEM(path, "PRIVATE KEY")
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if k, ok := key.(*ecdsa.PrivateKey); ok && err == nil {
		return k, nil
	}
	return nil, fmt.Errorf("%s is not an ECDSA key", path)
}

func readPublic(path string) (*ecdsa.PublicKey, error) {
	der, err := readPEM(path, "PUBLIC KEY")
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if k, ok := key.(*ecdsa.PublicKey); ok && err == nil {
		return k, nil
	}
	return nil, fmt.Errorf("%s is not an ECDSA key", path)
}

// open opens the application for a command that works on the data itself.
func (p place) open(ctx context.Context, log *slog.Logger) (*app.App, error) {
	c, err := p.config(log)
	if err != nil {
		return nil, err
	}
	return app.Open(ctx, c)
}
