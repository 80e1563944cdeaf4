// Package credential makes and judges what is shown at a checkpoint: the pass,
// the European vaccination certificate, and the bundle by which a scanner
// judges both without a network.
//
// # The pass
//
// A [Pass] is a text of capital letters, digits and a few signs, at most 311
// characters for one traveller, so that it fits a QR code of version 10 that a
// cheap phone reads in bad light:
//
//	"AL1:" + base45( COSE_Sign1( claims ) )
//
// It is signed with ECDSA on P-256 and SHA-256 (ES256). [Signer.Sign] writes
// it, [KeyList.Verify] reads it. There is one way to write each pass and the
// reader accepts no other: no unknown header, no second form of an integer, no
// byte too many. The exact bytes are described at [Pass].
//
// # Who is believed
//
// An offline root key signs a [KeyList]: which keys sign passes and bundles,
// and from when to when. A key on the list signs the [Bundle], every few
// minutes: what is revoked, which zones are in force, which foreign
// certificates are trusted. The bundle carries the key list in its header, so a
// scanner needs one file and one root key:
//
//	root ── signs ──► key list ── allows ──► bundle key ── signs ──► bundle
//	                       └───── allows ──► pass keys  ── sign ───► passes
//
// [OpenBundle] checks that chain, [Bundle.Newer] refuses to go back, and
// [Bundle.Judge] turns the text of a code into a verdict.
//
// # Certificates
//
// [Trust.VerifyHCERT] reads the EU Digital COVID Certificate ("HC1:…"), which
// Viet Nam issues too, as leniently as the test data of its member states
// demand and as strictly as its signature allows.
//
// # Paper and pictures
//
// [SVG] and [PNG] draw a QR code, [Slip] a page to print, and [ReadPicture]
// finds the codes in a photograph.
package credential
