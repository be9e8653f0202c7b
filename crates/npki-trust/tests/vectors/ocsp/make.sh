#!/usr/bin/env bash
# Makes the OCSP vectors anew, in this folder: a small PKI, requests, and responses by OpenSSL. Keys and times are new
# each time, so the files differ each time; the tests count from the times in the responses.
# CI: other octets each time
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -f ./*.der ./*.req ./*.resp ./*.crl ./*.p8

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$work/$1.key"; }

# name, subject, issuer's name ("" for a root), serial, days, extensions
certificate() {
  local name=$1 subject=$2 issuer=$3 serial=$4 days=$5 signer=(-signkey "$work/$1.key")
  printf '%b' "$6" >"$work/ext"
  [ -f "$work/$name.key" ] || key "$name"
  [ -z "$issuer" ] || signer=(-CA "$work/$issuer.pem" -CAkey "$work/$issuer.key")
  openssl req -new -utf8 -key "$work/$name.key" -subj "$subject" -out "$work/csr"
  openssl x509 -req -sha256 -in "$work/csr" "${signer[@]}" -set_serial "$serial" -days "$days" -extfile "$work/ext" \
    -out "$work/$name.pem" 2>/dev/null
  openssl x509 -in "$work/$name.pem" -outform DER -out "$name.der"
}

aki='authorityKeyIdentifier=keyid\n'
ca='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n'
responder="${aki}keyUsage=critical,digitalSignature,nonRepudiation\nextendedKeyUsage=critical,OCSPSigning\n"
subscriber="${aki}keyUsage=critical,digitalSignature,nonRepudiation\n"

certificate root '/C=KR/O=Test/CN=Test RootCA' '' 1 7300 "$ca"
certificate other-root '/C=KR/O=Test/CN=Test RootCA' '' 1 7300 "$ca"
certificate ca '/C=KR/O=Test-A/CN=Test CA' root 2 3650 "$ca$aki"
certificate other-ca '/C=KR/O=Test-B/CN=Other CA' root 3 3650 "$ca$aki"
certificate ca-of-same-name '/C=KR/O=Test-A/CN=Test CA' other-root 2 3650 "$ca$aki"
certificate leaf '/C=KR/O=Test-A/CN=Leaf' ca 0x1001 3650 "$subscriber"
certificate revoked '/C=KR/O=Test-A/CN=Revoked' ca 0x1002 3650 "$subscriber"
certificate on-hold '/C=KR/O=Test-A/CN=On hold' ca 0x1003 3650 "$subscriber"
certificate never-issued '/C=KR/O=Test-A/CN=Never issued' ca 0x1004 3650 "$subscriber"
certificate delegate '/C=KR/O=Test-A/CN=Responder' ca 0x2001 3650 "${responder}noCheck=ignored\n"
certificate delegate-checked '/C=KR/O=Test-A/CN=Checked responder' ca 0x2002 3650 "$responder"
certificate delegate-revoked '/C=KR/O=Test-A/CN=Revoked responder' ca 0x2003 3650 "$responder"
certificate delegate-no-use '/C=KR/O=Test-A/CN=No use' ca 0x2004 3650 "$subscriber"
certificate delegate-any-use '/C=KR/O=Test-A/CN=Any use' ca 0x2005 3650 "${subscriber}extendedKeyUsage=anyExtendedKeyUsage\n"
certificate delegate-no-sign '/C=KR/O=Test-A/CN=No sign' ca 0x2006 3650 \
  "${aki}keyUsage=critical,keyEncipherment\nextendedKeyUsage=OCSPSigning\n"
certificate delegate-short '/C=KR/O=Test-A/CN=Short' ca 0x2007 1 "$responder"
certificate delegate-critical '/C=KR/O=Test-A/CN=Critical' ca 0x2008 3650 "${responder}1.2.3.4=critical,DER:0500\n"
certificate of-other-ca '/C=KR/O=Test-B/CN=Responder' other-ca 0x3001 3650 "$responder"
certificate of-same-name '/C=KR/O=Test-A/CN=Responder' ca-of-same-name 0x3002 3650 "$responder"
certificate by-root '/C=KR/O=Test-A/CN=Responder by the root' root 0x4001 3650 "$responder"
certificate by-root-of-other-ca '/C=KR/O=Test-B/CN=Responder by the root' root 0x4002 3650 "$responder"
certificate by-root-no-use '/C=KR/O=Test-A/CN=Responder by the root' root 0x4003 3650 "$subscriber"
certificate by-other-root '/C=KR/O=Test-A/CN=Responder by the root' other-root 0x4004 3650 "$responder"
certificate self-made '/C=KR/O=Test-A/CN=Responder' '' 0x5001 3650 'keyUsage=digitalSignature\nextendedKeyUsage=OCSPSigning\n'

# Our answers are signed with this key and judged by OpenSSL.
for name in ca by-root; do openssl pkcs8 -topk8 -nocrypt -in "$work/$name.key" -outform DER -out "$name.p8"; done

cat >"$work/index.txt" <<END
V	360101000000Z		1001	unknown	/CN=Leaf
R	360101000000Z	260101000000Z,keyCompromise	1002	unknown	/CN=Revoked
R	360101000000Z	260201000000Z,certificateHold	1003	unknown	/CN=On hold
END

# name, signer, certificate, more options
response() {
  local name=$1 signer=$2 certificate=$3
  shift 3
  openssl ocsp -index "$work/index.txt" -CA "$work/ca.pem" -rsigner "$work/$signer.pem" -rkey "$work/$signer.key" \
    -issuer "$work/ca.pem" ${digest:-} -cert "$work/$certificate.pem" -rmd sha256 -noverify -respout "$name.resp" "$@" >/dev/null 2>&1
}

for certificate in leaf revoked on-hold never-issued; do
  response "ca-$certificate" ca "$certificate" -ndays 30 -no_nonce
done
for signer in delegate delegate-checked delegate-revoked delegate-no-use delegate-any-use delegate-no-sign delegate-short \
  delegate-critical of-other-ca of-same-name by-root by-root-of-other-ca by-root-no-use by-other-root self-made; do
  response "$signer" "$signer" leaf -ndays 30 -no_nonce
done
response bad-signature ca leaf -ndays 30 -no_nonce -badsig
response delegate-bad-signature delegate leaf -ndays 30 -no_nonce -badsig
response by-key delegate leaf -ndays 30 -no_nonce -resp_key_id
response no-certificates delegate leaf -ndays 30 -no_nonce -resp_no_certs
response no-next-update ca leaf -no_nonce
response with-nonce ca leaf -ndays 30 -reqout with-nonce.req
digest=-sha256 response sha256-id ca leaf -ndays 30 -no_nonce
response sha1-signature ca leaf -ndays 30 -no_nonce -rmd sha1
openssl ocsp -index "$work/index.txt" -CA "$work/ca.pem" -rsigner "$work/ca.pem" -rkey "$work/ca.key" -issuer "$work/ca.pem" \
  -cert "$work/leaf.pem" -cert "$work/revoked.pem" -ndays 30 -no_nonce -rmd sha256 -noverify \
  -reqout two.req -respout two.resp >/dev/null 2>&1
openssl ocsp -issuer "$work/ca.pem" -cert "$work/leaf.pem" -signer "$work/leaf.pem" -signkey "$work/leaf.key" -no_nonce \
  -reqout signed.req >/dev/null 2>&1
openssl ocsp -issuer "$work/ca.pem" -serial 0x1001 -no_nonce -reqout plain.req >/dev/null 2>&1

cat >"$work/ca.cnf" <<END
[ca]
default_ca = d
[d]
database = $work/revocations.txt
default_md = sha256
default_crl_days = 30
END
printf 'R\t360101000000Z\t260101000000Z,keyCompromise\t2003\tunknown\t/CN=Revoked responder\n' >"$work/revocations.txt"
openssl ca -config "$work/ca.cnf" -gencrl -cert "$work/ca.pem" -keyfile "$work/ca.key" -crlexts '' -out "$work/crl.pem" 2>/dev/null ||
  openssl ca -config "$work/ca.cnf" -gencrl -cert "$work/ca.pem" -keyfile "$work/ca.key" -out "$work/crl.pem" 2>/dev/null
openssl crl -in "$work/crl.pem" -outform DER -out ca.crl
ls | wc -l
