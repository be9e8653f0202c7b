#!/usr/bin/env bash
# Makes messages of every kind with `openssl cmp` (3.0) and its mock server, beside itself. Keys and numbers are new at
# each run: what the tests read stays as it is.
# CI: other octets each time
set -euo pipefail
dir=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
exec 2>/dev/null
for name in ca ee; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -out "$name.pem" -subj "/C=kr/CN=$name" -days 3650
done
openssl req -new -key ee.key -subj /C=kr/CN=ee -out ee.csr
mock="-config= -use_mock_srv -srv_cert ca.pem -srv_key ca.key -srv_secret pass:0912978800814393922 -srv_ref 1234 -srv_trusted ee.pem -rsp_cert ee.pem -rsp_capubs ca.pem"
code="-ref 1234 -secret pass:0912978800814393922 -recipient /CN=ca"
signed="-cert ee.pem -key ee.key -trusted ca.pem"
cmp() { # requests, responses, arguments
  # shellcheck disable=SC2086 # options are words
  openssl cmp $mock -reqout "$1" -rspout "$2" -certout out.pem "${@:3}" >/dev/null || true
}
# shellcheck disable=SC2086
{
  cmp ir.der,certconf.der ip.der,pkiconf.der -cmd ir $code -newkey ee.key -subject /CN=ee
  cmp cr-sha512.der,- cp.der,- -cmd cr $code -newkey ee.key -subject /CN=ee -digest sha512 -mac hmacWithSHA512
  cmp p10cr.der,- p10cr-cp.der,- -cmd p10cr $code -csr ee.csr
  cmp kur-implicit.der kup-implicit.der -cmd kur $signed -newkey ee.key -implicit_confirm -grant_implicitconf
  cmp rr.der rp.der -cmd rr $signed -oldcert ee.pem -revreason 4
  cmp genm.der genp.der -cmd genm $code
  cmp genm-info.der - -cmd genm $code -infotype signKeyPairTypes -geninfo 1.2.3.4:int:5
  cmp ir-popo-none.der refused.der -cmd ir $code -newkey ee.key -subject /CN=ee -popo -1
  cmp ir-unprotected.der error.der -cmd ir -newkey ee.key -subject /CN=ee -unprotected_requests -send_error -unprotected_errors
  cmp -,pollreq.der,-,- waiting.der,pollrep.der,-,- -cmd ir $code -newkey ee.key -subject /CN=ee -poll_count 2 -check_after 1
}
rm -f "./-"
cp ./*.der "$dir"
openssl x509 -in ee.pem -outform DER -out "$dir/ee.crt"
openssl x509 -in ca.pem -outform DER -out "$dir/ca.crt"
