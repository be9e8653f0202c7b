#!/bin/sh
# Makes the vectors of this folder again, octet for octet: `./make.sh [folder]` (default: here).
# Needs OpenSSL 3.0 or later. The keys beside this script are for tests only.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
export LC_ALL=C.UTF-8

cat >ca.cnf <<'CNF'
[ca]
default_ca = it
[it]
new_certs_dir = .
database = index.txt
serial = serial
default_md = sha256
policy = any
preserve = yes
unique_subject = no
default_days = 365
default_crl_days = 30
string_mask = utf8only
utf8 = yes
crl_extensions = crl
[any]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
[req]
distinguished_name = dn
prompt = no
string_mask = utf8only
utf8 = yes
[dn]
CN = unused
[asking]
distinguished_name = subscriber_dn
attributes = attributes
req_extensions = asked
prompt = no
string_mask = utf8only
utf8 = yes
[subscriber_dn]
C = kr
O = Lab-OpenSSL
OU = KFTC
CN = 홍길동()0099044202601010001
[attributes]
challengePassword = for tests only
unstructuredName = lab
[asked]
keyUsage = critical, digitalSignature, nonRepudiation
extendedKeyUsage = clientAuth
certificatePolicies = 2.999.410.1.4
[bad_oid]
2.999.410.1 = ASN1:NULL
[root]
subjectKeyIdentifier = hash
basicConstraints = critical, CA:TRUE
[subscriber]
authorityKeyIdentifier = keyid:always, issuer:always
subjectKeyIdentifier = hash
keyUsage = critical, digitalSignature, nonRepudiation
certificatePolicies = critical, @policy
subjectAltName = otherName:1.2.410.200004.10.1.1;SEQUENCE:identify
crlDistributionPoints = partition
authorityInfoAccess = OCSP;URI:http://ocsp.example:4612
[partition]
fullname = @partition_name
[partition_name]
URI.1 = ldap://ldap.example:389/ou=dp1p1,ou=AccreditedCA,o=Lab-OpenSSL,c=KR?certificateRevocationList
[policy]
policyIdentifier = 2.999.410.1.4
userNotice.1 = @notice
CPS.1 = http://cps.example/cps.html
[notice]
explicitText = UTF8:이 인증서는 시험용 인증서입니다
[identify]
name = FORMAT:UTF8, UTF8:홍길동
info = SEQUENCE:info
[info]
vid = SEQUENCE:attribute
[attribute]
type = OID:1.2.410.200004.10.1.1.1
value = SEQUENCE:vid
[vid]
hash = SEQUENCE:hash
id = EXP:0, FORMAT:HEX, OCT:17692C8DD00EAD33791DE0A64A937C60799634C64AC56FA57570C0E05252AB35
[hash]
oid = OID:2.16.840.1.101.3.4.2.1
[odd]
basicConstraints = CA:FALSE
keyUsage = keyEncipherment, dataEncipherment
extendedKeyUsage = serverAuth, OCSPSigning
policyMappings = 1.2.3.4:1.2.3.5
policyConstraints = critical, requireExplicitPolicy:0, inhibitPolicyMapping:1
inhibitAnyPolicy = critical, 2
nameConstraints = critical, permitted;DNS:example.kr
1.2.3.4.5 = critical, ASN1:NULL
[crl]
authorityKeyIdentifier = keyid:always, issuer:always
issuingDistributionPoint = critical, @idp
[idp]
fullname = URI:http://crl.example/dp1p1.crl
onlyuser = TRUE
CNF
: >index.txt
echo 01 >serial
echo 07 >crlnumber

request() { openssl req -config ca.cnf -new -key "$1" -subj "$2" -utf8 -out "$3"; }
sign() { # request, extensions, serial, start, end, out, more
    req=$1 ext=$2 ser=$3 from=$4 to=$5 der=$6
    shift 6
    echo "$ser" >serial
    openssl ca -config ca.cnf -batch -notext -keyfile "$here/ca-key.pem" -in "$req" \
        ${ext:+-extensions "$ext"} -startdate "$from" -enddate "$to" -out out.pem "$@" 2>log || { cat log >&2; exit 1; }
    openssl x509 -in out.pem -outform DER -out "$out/$der"
}

request "$here/ca-key.pem" '/C=KR/O=Lab-OpenSSL/OU=AccreditedCA/CN=Lab OpenSSL Root' root.csr
sign root.csr root 0100 20200101000000Z 20391231235959Z root.der -selfsign
openssl x509 -inform DER -in "$out/root.der" -out root.pem

request "$here/subscriber-key.pem" '/C=kr/O=Lab-OpenSSL/OU=KFTC/CN=홍길동()0099044202601010001' sub.csr
sign sub.csr subscriber 01FEDCBA98765432100123456789ABCDEF 20260101000000Z 20261231145959Z subscriber.der -cert root.pem
sign sub.csr odd 02 20260101000000Z 20261231145959Z extensions-of-all-kinds.der -cert root.pem
sign sub.csr root 03 20260101000000Z 20510101000000Z end-after-2050.der -cert root.pem

sign sub.csr '' 04 20260101000000Z 20261231145959Z v1.der -cert root.pem

openssl req -in sub.csr -outform DER -out "$out/request.csr"
sed 's/^\[req\]$/[other]/; s/^\[asking\]$/[req]/' ca.cnf >asking.cnf
openssl req -config asking.cnf -new -key "$here/subscriber-key.pem" -outform DER \
    -out "$out/request-with-attributes.csr"
openssl req -config asking.cnf -new -key "$here/subscriber-key.pem" -outform DER \
    -reqexts bad_oid -out "$out/bad-oid-2-999.csr"

cat >index.txt <<'INDEX'
R	261231145959Z	260301000000Z,keyCompromise	10	unknown	/CN=a
R	261231145959Z	260302000000Z	11	unknown	/CN=b
R	261231145959Z	260303000000Z,CAkeyTime,20260201000000Z	2222222222	unknown	/CN=c
R	261231145959Z	260304000000Z,certificateHold	01FEDCBA98765432100123456789ABCDEF	unknown	/CN=d
INDEX
sed -i 's/^crl_extensions = crl$/crl_extensions = crl\ncrlnumber = crlnumber/' ca.cnf
openssl ca -config ca.cnf -gencrl -cert root.pem -keyfile "$here/ca-key.pem" \
    -crl_lastupdate 20260305000000Z -crl_nextupdate 20260306000000Z -out crl.pem 2>log || { cat log >&2; exit 1; }
openssl crl -in crl.pem -outform DER -out "$out/partition.crl"
