#!/bin/sh
# Makes the vectors of this folder with OpenSSL 3 (see ORIGIN.md). Keys are kept; everything else is
# made anew and comes out the same, because RSA signatures with PKCS#1 v1.5 have no randomness in
# them. Only the ECDSA message and the signing times change, so these are made when absent.
set -eu
cd "$(dirname "$0")"
export LC_ALL=C TZ=UTC

key() { # name, algorithm options
  [ -f "$1.key.pem" ] || openssl genpkey $2 -out "$1.key.pem" 2>/dev/null
  openssl pkcs8 -topk8 -nocrypt -in "$1.key.pem" -outform DER -out "$1.p8"
}
certificate() { # name, subject, serial
  [ -f "$1.der" ] || openssl req -x509 -new -key "$1.key.pem" -subj "$2" -set_serial "$3" -days 7300 \
    -addext "keyUsage=critical,digitalSignature,nonRepudiation" -outform DER -out "$1.der"
  openssl x509 -inform DER -in "$1.der" -out "$1.pem"
}
key signer "-algorithm RSA -pkeyopt rsa_keygen_bits:2048"
key other "-algorithm RSA -pkeyopt rsa_keygen_bits:2048"
key p256 "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"
certificate signer "/C=kr/O=Lab-yessign/CN=signer" 17
certificate other "/C=kr/O=Lab-yessign/CN=other" 18
certificate p256 "/C=kr/O=Lab-yessign/CN=p256" 19

printf 'npki-login 1\nlab login\n0123456789abcdef0123456789abcdef' > content.bin
sign() { # output, options
  out=$1; shift
  openssl cms -sign -binary -in content.bin -outform DER -out "$out" "$@"
}
by="-signer signer.pem -inkey signer.key.pem"
sign good-noattr.p7 -nodetach -noattr $by
sign good-noattr-detached.p7 -noattr $by
sign good-noattr-sha384.p7 -nodetach -noattr -md sha384 $by
sign good-noattr-keyid.p7 -nodetach -noattr -keyid $by
sign good-noattr-stream.p7 -nodetach -noattr -stream $by
sign good-noattr-nocerts.p7 -nodetach -noattr -nocerts $by
sign bad-sha1.p7 -nodetach -noattr -md sha1 $by
openssl cms -sign -binary -in content.bin -nodetach -noattr $by -outform DER -econtent_type 1.2.3.4 -out bad-noattr-other-type.p7
[ -f good-attr.p7 ] || sign good-attr.p7 -nodetach $by
[ -f good-attr-detached.p7 ] || sign good-attr-detached.p7 $by
[ -f good-attr-stream.p7 ] || sign good-attr-stream.p7 -nodetach -stream $by
[ -f good-attr-pss.p7 ] || sign good-attr-pss.p7 -nodetach -signer signer.pem -keyopt rsa_padding_mode:pss -inkey signer.key.pem
[ -f good-attr-ecdsa.p7 ] || sign good-attr-ecdsa.p7 -nodetach -signer p256.pem -inkey p256.key.pem
[ -f good-two-signers.p7 ] || sign good-two-signers.p7 -nodetach $by -signer other.pem -inkey other.key.pem
[ -f good-attr-keyid.p7 ] || sign good-attr-keyid.p7 -nodetach -keyid $by
rm -f signer.pem other.pem p256.pem
