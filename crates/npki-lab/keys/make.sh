#!/bin/sh
# Makes the pool of published test keys anew: `keys/make.sh > keys/pool.pem`. Needs the openssl command.
# The pool is fixed: what the lab issues from a seed stays the same only while nobody runs this again.
set -eu
for i in $(seq 1 "${1:-32}"); do
  openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null || openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null
done
