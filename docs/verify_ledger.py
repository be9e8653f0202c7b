#!/usr/bin/env python3
"""Checks what `npki ledger prove --json` says against a signed checkpoint, with no line of the program that wrote either.
usage: verify_ledger.py PUBLIC_KEY.pem CHECKPOINT PROOF.json [OLD_CHECKPOINT]     RFC 9162 2.1.3.2, 2.1.4.2; C2SP signed-note"""
import base64, hashlib, json, sys
sha256 = lambda octets: hashlib.sha256(octets).digest()
P, N = 2**256 - 2**224 + 2**192 + 2**96 - 1, 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)
def add(p, q):  # on the curve P-256; None is its zero
    if p is None or q is None: return p or q
    if p[0] == q[0] and (p[1] + q[1]) % P == 0: return None
    m = (3 * p[0]**2 - 3) * pow(2 * p[1], -1, P) if p == q else (q[1] - p[1]) * pow(q[0] - p[0], -1, P)
    x = (m * m - p[0] - q[0]) % P
    return x, (m * (p[0] - x) - p[1]) % P
def times(k, p):
    return add(times(k // 2, add(p, p)), p if k % 2 else None) if k else None
def checkpoint(path):  # size and root, when this key has signed it
    text, _, lines = open(path, encoding="utf-8").read().rpartition("\n\n")
    origin, size, root = text.split("\n")[:3]
    for name, note in (line[2:].split(" ") for line in lines.splitlines()):
        note = base64.b64decode(note)
        if name == origin and note[:4] == sha256(spki)[:4]:
            signed = note[8:8 + note[7]], note[10 + note[7]:], spki[-64:-32], spki[-32:], sha256((text + "\n").encode())
            r, s, x, y, z = (int.from_bytes(part, "big") for part in signed)
            point = add(times(z * pow(s, -1, N) % N, G), times(r * pow(s, -1, N) % N, (x, y)))
            assert point and point[0] % N == r, "the signature does not hold"
            return int(size), base64.b64decode(root)
    raise AssertionError("no signature of this key")
spki = base64.b64decode("".join(line for line in open(sys.argv[1]) if "-----" not in line))
(size, root), proof = checkpoint(sys.argv[2]), json.load(open(sys.argv[3], encoding="utf-8"))
nodes, last = [bytes.fromhex(node) for node in proof["nodes"]], size - 1
if proof["proof"] == "inclusion":
    first, mine, old, wanted = proof["position"], sha256(b"\0" + bytes.fromhex(proof["record"])), None, None
else:
    old, wanted = checkpoint(sys.argv[4])
    first, nodes = old - 1, nodes if old & (old - 1) and old != size else [wanted] + nodes
    while first & 1: first, last = first >> 1, last >> 1
    mine = nodes.pop(0)
theirs = mine
assert first < size, "no such record"
for node in nodes:
    assert last > 0, "too many nodes"
    if first & 1 or first == last:
        mine, theirs = sha256(b"\1" + node + mine), sha256(b"\1" + node + theirs)
        while not first & 1 and first: first, last = first >> 1, last >> 1
    else: theirs = sha256(b"\1" + theirs + node)
    first, last = first >> 1, last >> 1
assert theirs == root and (last == 0 or old == size), "the proof leads to another root"
assert wanted in (None, mine), "the proof does not begin at the old checkpoint"
print(f"holds: {proof['proof']} in {size} records")
