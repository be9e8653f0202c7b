#!/bin/sh
# Writes ecb/openssl.txt and cbc/openssl.txt beside this script, the same bytes each time.
# Needs OpenSSL 3 with its legacy provider.
set -eu
cd "$(dirname "$0")"

# bytes LABEL COUNT: COUNT bytes in hexadecimal, from SHA-256 of the label and a counter.
bytes() {
    out=
    i=0
    while [ "${#out}" -lt $((2 * $2)) ]; do
        out=$out$(printf '%s/%s' "$1" "$i" | openssl dgst -sha256 -r | cut -c1-64)
        i=$((i + 1))
    done
    printf '%s' "$out" | cut -c1-$((2 * $2))
}

hex_to_bin() { perl -ne 'chomp; print pack "H*", $_'; }
bin_to_hex() { perl -0777 -ne 'print unpack "H*", $_'; }
seed() { openssl enc "$@" -provider legacy -provider default | bin_to_hex; }

{
    echo "# key plaintext ciphertext"
    for blocks in 1 1 1 1 2 7 8 9 31 32 33 64 70; do
        n=$((${n:-0} + 1))
        key=$(bytes "ecb key $n" 16)
        plain=$(bytes "ecb text $n" $((16 * blocks)))
        echo "$key $plain $(echo "$plain" | hex_to_bin | seed -seed-ecb -K "$key" -nopad)"
    done
} > ecb/openssl.txt

{
    echo "# key iv plaintext ciphertext (PKCS #7 padding)"
    for length in 1 15 16 17 127 128 511 512 513 1191 1216 1217; do
        key=$(bytes "cbc key $length" 16)
        iv=$(bytes "cbc iv $length" 16)
        plain=$(bytes "cbc text $length" "$length")
        echo "$key $iv $plain $(echo "$plain" | hex_to_bin | seed -seed-cbc -K "$key" -iv "$iv")"
    done
} > cbc/openssl.txt
