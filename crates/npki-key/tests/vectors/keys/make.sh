#!/bin/sh
# Makes the test keys of this folder anew. They are random: a run gives other keys, and the tests hold with any.
# With --check nothing is made: OpenSSL says of each key whether its numbers agree.
set -eu
cd "$(dirname "$0")"
umask 022

if [ "${1:-}" = --check ]; then
    for file in *.der; do
        openssl pkey -inform DER -in "$file" -noout -check >/dev/null 2>&1 || { echo "$file: not a sound key" >&2; exit 1; }
    done
    exit
fi

# key FILE ARGUMENTS...: a new key as PKCS#8, DER, not encrypted.
key() {
    file=$1
    shift
    openssl genpkey "$@" 2>/dev/null | openssl pkcs8 -topk8 -nocrypt -outform DER >"$file"
}

key rsa-2048.der -algorithm RSA -pkeyopt rsa_keygen_bits:2048
key rsa-2048-e3.der -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3
# The shortest that is read, and one bit less. Three primes are read by OpenSSL.
key rsa-1024.der -algorithm RSA -pkeyopt rsa_keygen_bits:1024
key bad-1023-bits.der -algorithm RSA -pkeyopt rsa_keygen_bits:1023
key bad-three-primes.der -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_primes:3

key p256.der -algorithm EC -pkeyopt ec_paramgen_curve:P-256
key bad-p384.der -algorithm EC -pkeyopt ec_paramgen_curve:P-384
key bad-explicit-curve.der -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit
key bad-ed25519.der -algorithm ED25519
