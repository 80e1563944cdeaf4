# The two commands: `make demo` shows Anlo, `make test` proves it.

.DEFAULT_GOAL := help
LISTEN ?= 127.0.0.1:8080
DATA   ?= demo
PEOPLE ?= 20000

help:   ## say what there is
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

demo: build   ## build and run everything on SQLite with made-up people
	./anlo demo --listen $(LISTEN) --data $(DATA) --people $(PEOPLE)

build: assets   ## build the one binary, ./anlo
	CGO_ENABLED=0 go build -trimpath -o anlo ./cmd/anlo

assets:   ## copy the browser libraries from npm, where npm is there (the program works without)
	@./scripts/assets

test: tools assets   ## run every check and test, on both databases, with the race detector
	./scripts/check
	go test -race -shuffle=on -timeout 9m ./...
	@[ -d ../shared/vectors ] || echo "NOT TESTED: vectors and data of others (../shared is not beside this checkout): EU certificates, COSE, base45, sources of the units"

tools:   ## install what the tests need: PostgreSQL 15, Chromium, npm (from Debian)
	@./scripts/tools

bench: tools build   ## measure everything against its limit (docs/performance.md)
	./scripts/with-postgres sh -c './anlo bench all --database "$$ANLO_POSTGRES"'

lane: tools assets   ## measure the lane of a checkpoint in a slowed Chromium; LANE=--json for JSON
	@./scripts/lane $(LANE)

fuzz:   ## fuzz each decoder of foreign bytes for half a minute
	./scripts/fuzz

.PHONY: help demo build assets test tools bench lane fuzz
