#!/bin/sh
# Makes the pool of published test keys anew: `keys/make.sh > keys/pool.pem`. Needs the openssl command.
# The pool is fixed: what the lab issues from a seed stays the same only while nobody runs this again.
# With --check nothing is made: OpenSSL says of each key of the pool whether its numbers agree.
set -eu
if [ "${1:-}" = --check ]; then
  cd "$(dirname "$0")"
  openssl storeutl -noout -keys pool.pem | grep -q '^Total found: 32$'
  awk '/BEGIN/ { key = "" } { key = key $0 "\n" } /END/ { check = "openssl pkey -noout -check >/dev/null"; printf "%s", key | check; if (close(check)) exit 1 }' pool.pem
  exit
fi
for i in $(seq 1 "${1:-32}"); do
  openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null || openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null
done
