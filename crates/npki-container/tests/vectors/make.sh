#!/bin/sh
# Makes the vectors of this folder. Salts are random, so a second run gives other bytes with the same
# contents; what exists is kept. Delete a file to have it made again. With --check nothing is made:
# OpenSSL, NSS and PyPinkSign open each file, and find the key that is meant.
#
# Wants: openssl 3 with its legacy provider, pk12util and certutil (libnss3-tools), and in
# NPKI_PYTHON a python with pypinksign.
set -eu
cd "$(dirname "$0")"
PYTHON=${NPKI_PYTHON:-python3}
PASS=test-Pass-1
HANGUL='한글-암호1'
LEGACY='-provider legacy -provider default'
mkdir -p openssl nss pypinksign
missing() { [ ! -s "$1" ]; }

check() {
  # The public half of what stands in a key file, or in a PFX.
  public() { openssl pkey -pubout 2>/dev/null; }
  wrong() { echo "$1: does not open, or with another key" >&2; exit 1; }
  sign=$(openssl pkey -inform DER -in openssl/sign.p8 -pubout)
  ec=$(openssl pkey -inform DER -in openssl/ec.p8 -pubout)
  for file in openssl/pbes2-*.key; do
    wanted=$sign
    case $file in *-ec-*) wanted=$ec ;; esac
    found=$(openssl pkcs8 -inform DER -in "$file" -passin pass:$PASS $LEGACY | public) || wrong "$file"
    [ "$found" = "$wanted" ] || wrong "$file"
  done
  for file in openssl/*.pfx nss/*.pfx; do
    password=$PASS
    case $file in *hangul*) password=$HANGUL ;; *empty*) password= ;; esac
    # OpenSSL 3.0 does not know PBMAC1.
    case $file in *pbmac1*) set -- -nomacver ;; *) set -- ;; esac
    found=$(openssl pkcs12 -in "$file" -passin "pass:$password" -nocerts -nodes $LEGACY "$@" 2>/dev/null | public) || wrong "$file"
    [ "$found" = "$sign" ] || wrong "$file"
  done
  $PYTHON - $PASS <<'P'
import sys
from pypinksign import PinkSign
for name, password, r in (('pbes1-seed', sys.argv[1].encode(), True), ('bare-seed', sys.argv[1].encode(), True),
                          ('no-null', sys.argv[1].encode(), False), ('hangul-utf8', '한글-암호1'.encode(), True),
                          ('hangul-cp949', '한글-암호1'.encode('cp949'), True)):
    signer = PinkSign(pubkey_path='openssl/sign.der')
    signer.load_prikey('pypinksign/%s.key' % name, prikey_password=password)
    assert signer.prikey is not None, name
    assert not r or signer._rand_num.asOctets() == bytes(range(20)), name
P
}
if [ "${1:-}" = --check ]; then check; exit; fi

# Two pairs: signing and key management, each certificate signed by its own key.
for use in sign km; do
  missing openssl/$use.p8 &&
    openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 |
    openssl pkcs8 -topk8 -nocrypt -outform DER -out openssl/$use.p8
  case $use in
    sign) usage=critical,digitalSignature,nonRepudiation ;;
    km) usage=critical,keyEncipherment,dataEncipherment ;;
  esac
  missing openssl/$use.der &&
    openssl req -x509 -key openssl/$use.p8 -keyform DER -subj "/C=kr/O=test/CN=container $use" \
      -days 7300 -addext "keyUsage=$usage" -addext basicConstraints=CA:FALSE \
      -outform DER -out openssl/$use.der
done
missing openssl/ec.p8 &&
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 |
  openssl pkcs8 -topk8 -nocrypt -outform DER -out openssl/ec.p8
TMP=$(mktemp -d); trap 'rm -rf "$TMP"' EXIT
openssl x509 -inform DER -in openssl/sign.der -out "$TMP/sign.pem"

# Key files: each cipher with the default function, SEED with each function.
pbes2() { # name cipher prf [p8]
  missing "openssl/pbes2-$1.key" &&
    openssl pkcs8 -topk8 -inform DER -in "openssl/${4:-sign}.p8" -outform DER -v2 "$2" -v2prf "$3" \
      -iter 2048 -passout pass:$PASS $LEGACY -out "openssl/pbes2-$1.key"
  return 0
}
for hash in sha1 sha224 sha256 sha384 sha512; do
  pbes2 seed-$hash seed-cbc hmacWith$(echo $hash | tr a-z A-Z)
done
for cipher in aria-128 aria-192 aria-256 aes-128 aes-192 aes-256; do
  pbes2 $cipher-sha256 $cipher-cbc hmacWithSHA256
done
pbes2 des3-sha1 des-ede3-cbc hmacWithSHA1
pbes2 ec-aes-256 aes-256-cbc hmacWithSHA256 ec

# PFX.
pfx() { # name options
  name=$1; shift
  missing "openssl/$name.pfx" &&
    openssl pkcs12 -export -inkey "$TMP/sign.key" -in "$TMP/sign.pem" -out "openssl/$name.pfx" \
      $LEGACY "$@"
  return 0
}
openssl pkey -inform DER -in openssl/sign.p8 -out "$TMP/sign.key"
pfx legacy-rc2-40 -passout pass:$PASS -legacy -name friendly
pfx legacy-rc2-128 -passout pass:$PASS -keypbe PBE-SHA1-2DES -certpbe PBE-SHA1-RC2-128
pfx legacy-3des -passout pass:$PASS -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1
pfx aes -passout pass:$PASS
pfx aes-hangul -passout "pass:$HANGUL"
pfx legacy-hangul -passout "pass:$HANGUL" -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES
pfx seed -passout pass:$PASS -keypbe seed-cbc -certpbe seed-cbc
pfx aria -passout pass:$PASS -keypbe aria-256-cbc -certpbe aria-128-cbc -macalg sha512
pfx empty-password -passout pass:
pfx empty-password-3des -passout pass: -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES
pfx no-mac -passout pass:$PASS -nomac
pfx not-encrypted -passout pass:$PASS -keypbe NONE -certpbe NONE -macalg sha384

# NSS writes BER: indefinite lengths and OCTET STRINGs in pieces.
nss() { # name cipher certcipher
  missing "nss/$1.pfx" || return 0
  rm -rf "$TMP/nss" && mkdir "$TMP/nss"
  certutil -d "sql:$TMP/nss" -N --empty-password
  pk12util -d "sql:$TMP/nss" -i openssl/legacy-rc2-40.pfx -W $PASS >/dev/null
  pk12util -d "sql:$TMP/nss" -o "nss/$1.pfx" -n friendly -W $PASS -c "$2" -C "$3" >/dev/null
}
nss ber-3des "PKCS #12 V2 PBE With SHA-1 And 3KEY Triple DES-CBC" \
  "PKCS #12 V2 PBE With SHA-1 And 40 Bit RC2 CBC"
nss ber-aes AES-256-CBC AES-128-CBC

# PBMAC1 (RFC 9579), which OpenSSL 3.0 does not write: aes.pfx with another MAC, by Python's hashlib.
missing openssl/pbmac1.pfx && $PYTHON - $PASS <<'PY'
import hashlib, hmac, sys
def tlv(tag, *values):
    value = b''.join(values)
    n = len(value)
    head = bytes([n]) if n < 128 else bytes([0x81, n]) if n < 256 else b'\x82' + n.to_bytes(2, 'big')
    return bytes([tag]) + head + value
def read(der):
    n, at = der[1], 2
    if n >= 128:
        at += n - 128
        n = int.from_bytes(der[2:at], 'big')
    return der[at:at + n], der[:at + n], der[at + n:]
oid = lambda text: tlv(6, bytes.fromhex(text))
_, version, rest = read(read(open('openssl/aes.pfx', 'rb').read())[0])
info, whole, _ = read(rest)
safe = read(read(read(info)[2])[0])[0]
salt, count, length = bytes(range(16)), 3000, 32
hmac_sha256 = tlv(0x30, oid('2a864886f70d0209'), b'\x05\x00')
hmac_sha512 = tlv(0x30, oid('2a864886f70d020b'), b'\x05\x00')
kdf = tlv(0x30, oid('2a864886f70d01050c'), tlv(0x30, tlv(4, salt), tlv(2, count.to_bytes(2, 'big')),
                                               tlv(2, bytes([length])), hmac_sha256))
pbmac1 = tlv(0x30, oid('2a864886f70d01050e'), tlv(0x30, kdf, hmac_sha512))
key = hashlib.pbkdf2_hmac('sha256', sys.argv[1].encode(), salt, count, length)
mac = hmac.new(key, safe, 'sha512').digest()
data = tlv(0x30, tlv(0x30, pbmac1, tlv(4, mac)), tlv(4, b'NOT USED'), tlv(2, b'\x01'))
open('openssl/pbmac1.pfx', 'wb').write(tlv(0x30, version, whole, data))
PY

# PyPinkSign: the key with R under 1.2.410.200004.1.15 and 1.2.410.200004.1.4, and a key whose
# AlgorithmIdentifier lacks its NULL, as TradeSign writes.
missing pypinksign/pbes1-seed.key && $PYTHON - $PASS <<'P'
import base64, hashlib, sys
from pypinksign import pypinksign as pp
password = sys.argv[1].encode()
b64 = lambda octets: base64.b64encode(octets).decode()
write = lambda name, octets: open('pypinksign/' + name, 'wb').write(octets)
plain = open('openssl/sign.p8', 'rb').read()
with_r = base64.b64decode(pp.inject_rand_in_plain_prikey(b64(plain), bytes(range(20))))
write('sign-r.p8', with_r)
write('pbes1-seed.key', base64.b64decode(pp.encrypt_decrypted_prikey(b64(with_r), password)))

def length(n):
    return bytes([n]) if n < 128 else bytes([0x82]) + n.to_bytes(2, 'big')
body = plain[4:].replace(bytes.fromhex('300d06092a864886f70d0101010500'), bytes.fromhex('300b06092a864886f70d010101'))
no_null = b'\x30' + length(len(body)) + body
write('no-null.p8', no_null)
write('no-null.key', base64.b64decode(pp.encrypt_decrypted_prikey(b64(no_null), password)))

# The same key file with the bare OID: its ciphertext is of the fixed initialization vector.
salt = bytes.fromhex('C8EA2FA25023C285')
key = pp.pbkdf1(password, salt, 2048, 20)[:16]
data = pp.seed_cbc_128_encrypt(key, with_r, b'0123456789012345')
write('bare-seed.key', b'\x30\x82' + (32 + len(data)).to_bytes(2, 'big') +
      bytes.fromhex('301a06082a831a8c9a440104300e0408') + salt + bytes.fromhex('02020800') +
      b'\x04\x82' + len(data).to_bytes(2, 'big') + data)
# A Korean password as an old Windows client feeds it.
hangul = '한글-암호1'
for name, octets in (('utf8', hangul.encode()), ('cp949', hangul.encode('cp949'))):
    write('hangul-%s.key' % name, base64.b64decode(pp.encrypt_decrypted_prikey(b64(with_r), octets)))
P
exit 0
