#!/usr/bin/env python3
"""Makes the test subscribers of the conformance suite from the keys beside it, the same octets every time.

Shares no code with the library: OpenSSL 3 signs the certificates and encrypts, hashlib derives the keys.
usage: make.py [DIR]   (default: this folder)
"""
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
PASSWORD = b"conformance-1!"


def openssl(*args, data=None):
    return subprocess.run(["openssl", *map(str, args)], input=data, capture_output=True, check=True).stdout


def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    length = bytes([n]) if n < 0x80 else bytes([0x80 + (n.bit_length() + 7) // 8]) + n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag]) + length + body


def oid(text):
    numbers = [int(x) for x in text.split(".")]
    out = bytes([numbers[0] * 40 + numbers[1]])
    for n in numbers[2:]:
        groups = [n & 0x7F]
        while n := n >> 7:
            groups.append(n & 0x7F | 0x80)
        out += bytes(reversed(groups))
    return tlv(6, out)


def integer(n):
    return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def private_key_info(key, r=None):
    der = openssl("pkcs8", "-topk8", "-nocrypt", "-in", HERE / f"key-{key}.pem", "-outform", "DER")
    if r is None:
        return der
    header = 4 if der[1] == 0x82 else 3 if der[1] == 0x81 else 2
    random_num = tlv(0x30, oid("1.2.410.200004.10.1.1.3"), tlv(0x31, tlv(3, b"\0", r)))
    return tlv(0x30, der[header:], tlv(0xA0, random_num))


def encrypt(cipher, key, iv, data):
    return openssl("enc", "-" + cipher, "-K", key.hex(), "-iv", iv.hex(), "-provider", "default", "-provider", "legacy", data=data)


def pbes1_seed(plain, salt, count=2048):
    dk = hashlib.sha1(PASSWORD + salt).digest()
    for _ in range(count - 1):
        dk = hashlib.sha1(dk).digest()
    data = encrypt("seed-cbc", dk[:16], hashlib.sha1(dk[16:]).digest()[:16], plain)
    algorithm = tlv(0x30, oid("1.2.410.200004.1.15"), tlv(0x30, tlv(4, salt), integer(count)))
    return tlv(0x30, algorithm, tlv(4, data))


def pbes2(plain, salt, iv, cipher, cipher_oid, octets, digest, prf=None, count=2048):
    key = hashlib.pbkdf2_hmac(digest, PASSWORD, salt, count, octets)
    prf = [] if prf is None else [tlv(0x30, oid(prf), tlv(5))]
    kdf = tlv(0x30, oid("1.2.840.113549.1.5.12"), tlv(0x30, tlv(4, salt), integer(count), *prf))
    scheme = tlv(0x30, oid(cipher_oid), tlv(4, iv))
    algorithm = tlv(0x30, oid("1.2.840.113549.1.5.13"), tlv(0x30, kdf, scheme))
    return tlv(0x30, algorithm, tlv(4, encrypt(cipher, key, iv, plain)))


def certificate(out, key, subject, issuer, serial, usage, start, end, ca=None):
    """Signed by the issuing CA's key, which all CAs here share; self-signed without `ca`."""
    with tempfile.TemporaryDirectory() as d:
        d = Path(d)
        (d / "index").write_text("")
        (d / "serial").write_text(f"{serial:02x}\n")
        (d / "c.cnf").write_text(f"""
[req]
distinguished_name = dn
prompt = no
utf8 = yes
string_mask = utf8only
[dn]
[ca]
default_ca = a
[a]
database = {d}/index
serial = {d}/serial
new_certs_dir = {d}
default_md = sha256
policy = p
preserve = yes
unique_subject = no
x509_extensions = x
[p]
countryName = supplied
organizationName = supplied
organizationalUnitName = optional
commonName = supplied
[x]
subjectKeyIdentifier = hash
keyUsage = critical,{usage}
{"basicConstraints = critical,CA:TRUE" if ca is None else "authorityKeyIdentifier = keyid"}
""")
        csr = d / "r.pem"
        csr.write_bytes(openssl("req", "-new", "-config", d / "c.cnf", "-utf8", "-subj", subject, "-key", HERE / f"key-{key}.pem"))
        signer = ["-selfsign"] if ca is None else ["-cert", d / "ca.pem"]
        if ca is not None:
            (d / "ca.pem").write_bytes(openssl("x509", "-inform", "DER", "-in", OUT / ca))
        openssl("ca", "-batch", "-notext", "-config", d / "c.cnf", *signer, "-keyfile", HERE / "key-ca.pem", "-in", csr,
                "-startdate", start, "-enddate", end, "-out", d / "o.pem")
        (OUT / out).write_bytes(openssl("x509", "-in", d / "o.pem", "-outform", "DER"))


def main():
    sign, km, ca = "digitalSignature,nonRepudiation", "keyEncipherment,dataEncipherment", "keyCertSign,cRLSign"
    first, last = "20260101000000Z", "20361231145959Z"
    yessign = "/C=kr/O=yessign/OU=AccreditedCA/CN=yessignCA-Conformance"
    kica = "/C=KR/O=KICA/OU=AccreditedCA/CN=signGATE Conformance CA"
    hong = "/C=kr/O=yessign/OU=personal/OU=KFTC/CN=홍길동()009901202601010000001"
    # A slash, a colon and an asterisk, which no folder's name can have.
    kim = "/C=KR/O=KICA/OU=licensedCA/OU=등록기관/CN=김영희\\/지점: *1"
    certificate("ca-yessign.der", "ca", yessign, yessign, 1, ca, first, last)
    certificate("ca-kica.der", "ca", kica, kica, 2, ca, first, last)
    certificate("sign.der", "sign", hong, yessign, 3, sign, "20260401000000Z", "20270331145959Z", "ca-yessign.der")
    certificate("km.der", "km", hong, yessign, 4, km, "20260401000000Z", "20270331145959Z", "ca-yessign.der")
    certificate("renewed.der", "renewed", hong, yessign, 5, sign, "20270310000000Z", "20280309145959Z", "ca-yessign.der")
    certificate("other.der", "other", kim, kica, 6, sign, "20260401000000Z", "20270331145959Z", "ca-kica.der")

    salt = lambda name, n: hashlib.sha256(name.encode()).digest()[:n]
    r = lambda name: hashlib.sha1(b"R of " + name.encode()).digest()
    (OUT / "sign.key").write_bytes(pbes1_seed(private_key_info("sign", r("sign")), salt("sign", 8)))
    (OUT / "km.key").write_bytes(pbes1_seed(private_key_info("km"), salt("km", 8), 1024))
    (OUT / "renewed.key").write_bytes(pbes2(private_key_info("renewed", r("renewed")), salt("renewed", 8), salt("iv", 16),
                                            "seed-cbc", "1.2.410.200004.1.4", 16, "sha1", count=1024))
    (OUT / "other.key").write_bytes(pbes2(private_key_info("other"), salt("other", 16), salt("iv2", 16),
                                          "aes-256-cbc", "2.16.840.1.101.3.4.1.42", 32, "sha256", "1.2.840.113549.2.9"))


main()
