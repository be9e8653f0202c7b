#!/usr/bin/env python3
"""Makes messages of the old Korean CMPv1 dialect, of what is public about it: browser clients' sources and a real message.

The same octets at each run: keys are derived from a fixed seed by a small prime search below, padding is fixed. Needs
the openssl command with its legacy provider (DES, for the MAC).

usage: make.py            writes the messages beside itself
       make.py --check    tells whether it would write others
"""
import hashlib
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
REFERENCE = b"431943"
CODE = b"0912978800814393922"
R = bytes(range(20))


def tlv(tag, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def seq(*parts):
    return tlv(0x30, *parts)


def explicit(number, *parts):
    return tlv(0xA0 | number, *parts)


def integer(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(value):
    return tlv(4, value)


def bits(value):
    return tlv(3, b"\0", value)


def oid(text):
    first, second, *rest = map(int, text.split("."))
    out = b""
    for arc in [first * 40 + second, *rest]:
        part = [arc & 0x7F]
        while arc := arc >> 7:
            part.append(0x80 | arc & 0x7F)
        out += bytes(reversed(part))
    return tlv(6, out)


NULL = tlv(5)
SHA1 = seq(oid("1.3.14.3.2.26"), NULL)
SHA256 = seq(oid("2.16.840.1.101.3.4.2.1"), NULL)
RSA = seq(oid("1.2.840.113549.1.1.1"), NULL)
SHA256_WITH_RSA = seq(oid("1.2.840.113549.1.1.11"), NULL)


def stream(label):
    """Octets that look random and are not."""
    counter = 0
    while True:
        yield from hashlib.sha256(f"{label} {counter}".encode()).digest()
        counter += 1


def take(label, count):
    source = stream(label)
    return bytes(next(source) for _ in range(count))


def prime(label):
    candidate = int.from_bytes(take(label, 128), "big") | 1 << 1023 | 1 << 1022 | 1
    while pow(2, candidate - 1, candidate) != 1 or pow(3, candidate - 1, candidate) != 1 or candidate % 65537 == 1:
        candidate += 2
    return candidate


class Key:
    def __init__(self, label):
        p, q = prime(f"{label} p"), prime(f"{label} q")
        self.n = p * q
        self.d = pow(65537, -1, (p - 1) * (q - 1))
        self.spki = seq(RSA, bits(seq(integer(self.n), integer(65537))))

    def sign(self, message):
        info = seq(SHA256, octets(hashlib.sha256(message).digest()))
        padded = b"\0\1" + b"\xff" * (253 - len(info)) + b"\0" + info
        return pow(int.from_bytes(padded, "big"), self.d, self.n).to_bytes(256, "big")

    def encrypt(self, label, message):
        padding = bytes(octet or 1 for octet in take(label, 253 - len(message)))
        padded = b"\0\2" + padding + b"\0" + message
        return pow(int.from_bytes(padded, "big"), 65537, self.n).to_bytes(256, "big")


def utf8(kind, value):
    return tlv(0x31, seq(oid(kind), tlv(0x0C, value.encode())))


CA_NAME = seq(utf8("2.5.4.6", "kr"), utf8("2.5.4.10", "Lab-yessign"), utf8("2.5.4.3", "Lab-yessignCA-Test Class 2"))
SUBJECT = seq(utf8("2.5.4.6", "kr"), utf8("2.5.4.10", "Lab-yessign"), utf8("2.5.4.3", "홍길동()999904120160522000001"))
EMPTY = explicit(4, seq())
SUBSCRIBER, OLD, CA_KM = Key("subscriber"), Key("old"), Key("CA km")


def header(transaction, nonce, recip_nonce=None, algorithm=None, kid=REFERENCE, free_text=None):
    return seq(
        integer(1), EMPTY, EMPTY, explicit(0, tlv(0x18, b"20160522082045Z")),
        *([explicit(1, algorithm)] if algorithm else []),
        explicit(2, octets(kid)), explicit(3, octets(take("CA SKI", 20))),
        explicit(4, octets(transaction)), explicit(5, octets(nonce)),
        *([explicit(6, octets(recip_nonce))] if recip_nonce else []),
        *([explicit(7, seq(tlv(0x0C, free_text)))] if free_text else []),
    )


# The salt is constant and the count 2 in real messages; the MAC is DES.
PBM = seq(oid("1.2.840.113533.7.66.13"), seq(octets(b"aaaaabbbbb"), SHA1, integer(2), seq(oid("1.3.14.3.2.10"), NULL)))


def des_mac(message):
    key = hashlib.sha1(hashlib.sha1(b"aaaaabbbbb" + CODE).digest()).digest()[:8]
    message += b"\0" * (-len(message) % 8)
    command = ["openssl", "enc", "-des-cbc", "-provider", "legacy", "-provider", "default", "-nopad", "-K", key.hex(), "-iv", "00" * 8]
    return subprocess.run(command, input=message, capture_output=True, check=True).stdout[-8:]


def message(head, body, protection=None, extra=None):
    return seq(head, body, *([explicit(0, bits(protection))] if protection else []), *([explicit(1, seq(extra))] if extra else []))


def by_code(head, body):
    return message(head, body, des_mac(seq(head, body)))


def encrypted_vid(label):
    idn = seq(tlv(0x13, b"1234561234567"), bits(R))
    vid = hashlib.sha256(hashlib.sha256(idn).digest()).digest()
    content = seq(seq(SHA256, explicit(0, octets(vid))), bits(R))
    return seq(
        explicit(0, integer(0)), explicit(1, SHA256), explicit(2, RSA),
        explicit(3, seq(CA_NAME, integer(0x3FEF15))), explicit(4, octets(CA_KM.encrypt(label, content))),
    )


def public_key_mac(spki):
    salt = take("publicKeyMAC", 16)
    key = CODE + salt
    for _ in range(1024):
        key = hashlib.sha1(key).digest()
    block = key.ljust(64, b"\0")
    inner = hashlib.sha1(bytes(b ^ 0x36 for b in block) + spki).digest()
    mac = hashlib.sha1(bytes(b ^ 0x5C for b in block) + inner).digest()
    algorithm = seq(oid("1.2.840.113533.7.66.13"), seq(octets(salt), SHA1, integer(1024), seq(oid("1.3.6.1.5.5.8.1.2"), NULL)))
    return seq(algorithm, bits(mac))


def request(template, controls, auth_info, label):
    asked = seq(integer(0), template, *([controls] if controls else []))
    # What is signed has the universal tag, what is sent the context's.
    signature = SUBSCRIBER.sign(seq(auth_info, SUBSCRIBER.spki))
    popo = explicit(1, explicit(0, auth_info, SUBSCRIBER.spki), SHA256_WITH_RSA, bits(signature))
    info = seq(seq(oid("1.2.410.200004.10.1.1.2"), encrypted_vid(label)))
    return seq(seq(asked, popo, info))


def certificate(subject, key, serial):
    name = SHA256_WITH_RSA
    validity = seq(tlv(0x17, b"160522000000Z"), tlv(0x17, b"170522145959Z"))
    tbs = seq(explicit(0, integer(2)), integer(serial), name, CA_NAME, validity, subject, key.spki)
    return seq(tbs, name, bits(CA_KM.sign(tbs)))


def messages():
    transaction = take("transaction", 16)
    nonces = [take(f"nonce {n}", 16) for n in range(6)]
    public = tlv(0xA6, SUBSCRIBER.spki[4:])
    km = certificate(CA_NAME, CA_KM, 0x3FEF15)
    issued = certificate(SUBJECT, SUBSCRIBER, 0x459C75)

    yield "genm", message(header(transaction, nonces[0]), explicit(21, seq()))
    told = seq(seq(oid("1.3.6.1.5.5.7.4.1"), km), seq(oid("1.2.410.200005.1.10.1"), km))
    head = header(transaction, nonces[1], nonces[0], free_text=b"km_key_gen=users")
    yield "genp", message(head, explicit(22, told))
    asked = request(seq(public), None, public_key_mac(SUBSCRIBER.spki), "vid of ir")
    yield "ir", by_code(header(transaction, nonces[2], nonces[1], PBM), explicit(0, asked))
    pair = seq(explicit(0, issued))
    answered = seq(seq(seq(integer(0), seq(integer(0)), pair)))
    yield "ip", by_code(header(transaction, nonces[3], nonces[2], PBM), explicit(1, answered))
    yield "conf", by_code(header(transaction, nonces[4], nonces[3], PBM), explicit(19, NULL))
    # A refusal as CAs of that time wrote it: EUC-KR in a UTF8String.
    sentence = "참조번호가 올바르지 않습니다".encode("euc-kr")
    refused = seq(seq(integer(2), seq(tlv(0x0C, sentence)), tlv(3, b"\5\x20")))
    yield "error", message(header(transaction, nonces[3], nonces[2]), explicit(23, refused))

    old = certificate(SUBJECT, OLD, 0x41AA01)
    controls = seq(seq(oid("1.3.6.1.5.5.7.5.1.5"), seq(explicit(4, CA_NAME), integer(0x41AA01))))
    auth = explicit(0, explicit(4, SUBJECT))
    asked = request(seq(explicit(5, SUBJECT), public), controls, auth, "vid of kur")
    head = header(transaction, nonces[5], nonces[1], SHA256_WITH_RSA, kid=take("old SKI", 20))
    body = explicit(7, asked)
    yield "kur", message(head, body, OLD.sign(seq(head, body)), old)


def main():
    differs = False
    for name, der in messages():
        file = HERE / f"{name}.der"
        if "--check" in sys.argv:
            same = file.exists() and file.read_bytes() == der
            differs |= not same
            if not same:
                print(f"{file} differs")
        else:
            file.write_bytes(der)
    sys.exit(differs)


main()
