#!/usr/bin/env python3
"""Makes the certificates, CRLs and cases of this folder with OpenSSL 3 (see ORIGIN.md).

Keys are kept; all else is made anew and comes out the same. `make.py crls` makes one topic only.
`make.py --oracle` also asks `openssl verify` about each case and prints where it answers otherwise.
"""
import os, shutil, subprocess, sys, tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
KEYS = HERE / "keys"
WORK = Path(tempfile.mkdtemp(prefix="npki-trust-"))
ENV = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
FROM, TO = "20240101000000Z", "20340101000000Z"
NOW = "2025-01-01T00:00:00Z"


def run(*args, **kw):
    done = subprocess.run(args, env=ENV, capture_output=True, **kw)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, args))}\n{done.stderr.decode()}")
    return done.stdout


def key(name):
    """The path of a key: 2,048 bits, or as many as its name ends with."""
    path = KEYS / f"{name}.pem"
    if not path.exists():
        KEYS.mkdir(exist_ok=True)
        bits = "1024" if name.endswith("1024") else "2048"
        run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}", "-out", path)
    return path


CA = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign", "subjectKeyIdentifier=hash"]
AKI = "authorityKeyIdentifier=keyid"
LEAF = [AKI, "subjectKeyIdentifier=hash", "keyUsage=critical,digitalSignature,nonRepudiation"]


def name(cn):
    return cn if cn.startswith("/") else f"/C=kr/O=Lab-yessign/CN={cn}"


class Topic:
    """A folder with certificates, CRLs and cases."""

    def __init__(self, folder):
        self.dir = HERE / folder
        self.certs = {}
        self.serial = 1

    def cert(self, file, cn, key_name, issuer=None, ext=(), sections="", nb=FROM, na=TO, md="sha256", flip=False):
        """Issues a certificate; `issuer` names an earlier one, None is self-signed."""
        self.dir.mkdir(exist_ok=True)
        self.serial += 1
        work = WORK / self.dir.name / file
        work.mkdir(parents=True)
        (work / "index.txt").write_text("")
        (work / "serial").write_text(f"{self.serial:04X}\n")
        conf = work / "ca.cnf"
        extensions = "\n".join(ext)
        conf.write_text(
            f"[req]\ndistinguished_name=dn\n[dn]\n[ca]\ndefault_ca=d\n[d]\ndatabase={work}/index.txt\n"
            f"serial={work}/serial\nnew_certs_dir={work}\ndefault_md={md}\npolicy=pol\npreserve=yes\n"
            "unique_subject=no\nemail_in_dn=yes\n"
            "[pol]\ncountryName=optional\norganizationName=optional\norganizationalUnitName=optional\n"
            f"commonName=optional\nemailAddress=optional\n[ext]\n{extensions}\n{sections}\n"
        )
        run("openssl", "req", "-new", "-config", conf, "-key", key(key_name), "-subj", name(cn), "-utf8",
            "-out", work / "csr.pem")
        signer = ["-selfsign", "-keyfile", key(key_name)] if issuer is None else [
            "-cert", self.certs[issuer][0], "-keyfile", key(self.certs[issuer][1])]
        run("openssl", "ca", "-batch", "-notext", "-config", conf, "-in", work / "csr.pem", "-out", work / "cert.pem",
            "-startdate", nb, "-enddate", na, *(["-extensions", "ext"] if ext else []), *signer)
        der = bytearray(run("openssl", "x509", "-in", work / "cert.pem", "-outform", "DER"))
        if flip:
            der[-1] ^= 1
        (self.dir / f"{file}.der").write_bytes(der)
        self.certs[file] = (work / "cert.pem", key_name, self.serial)

    def crl(self, file, issuer, revoked=(), ext=(), sections="", this="20241231000000Z", next="20250201000000Z", flip=False,
            number=5):
        """Issues a CRL; `revoked` is a list of (certificate, date, reason)."""
        work = WORK / self.dir.name / f"crl-{file}"
        work.mkdir(parents=True)
        lines = [f"R\t{TO[2:]}\t{date[2:]}{',' + reason if reason else ''}\t{self.certs[c][2]:04X}\tunknown\t/CN={c}\n"
                 for c, date, reason in revoked]
        (work / "index.txt").write_text("".join(lines))
        (work / "crlnumber").write_text(f"{number:04X}\n")
        conf = work / "ca.cnf"
        extensions = "\n".join(["authorityKeyIdentifier=keyid", *ext])
        conf.write_text(f"[ca]\ndefault_ca=d\n[d]\ndatabase={work}/index.txt\ncrlnumber={work}/crlnumber\ndefault_md=sha256\n"
                        f"[ext]\n{extensions}\n{sections}\n")
        cert, key_name, _ = self.certs[issuer]
        run("openssl", "ca", "-gencrl", "-config", conf, "-cert", cert, "-keyfile", key(key_name), "-crl_lastupdate", this,
            "-crl_nextupdate", next, "-crlexts", "ext", "-out", work / "crl.pem")
        der = bytearray(run("openssl", "crl", "-in", work / "crl.pem", "-outform", "DER"))
        if flip:
            der[-1] ^= 1
        (self.dir / f"{file}.crl").write_bytes(der)

    def patch_crl(self, file, issuer, old, new):
        """Changes octets of a CRL that was issued, and signs it again."""
        der = (self.dir / f"{file}.crl").read_bytes()
        octets = der[5] - 0x80
        end = 6 + octets + int.from_bytes(der[6:6 + octets], "big")
        tbs, rest = der[4:end], der[end:]
        assert der[1] == 0x82 and tbs.count(old) == 1
        tbs = tbs.replace(old, new)
        (WORK / "tbs").write_bytes(tbs)
        signature = run("openssl", "dgst", "-sha256", "-sign", key(self.certs[issuer][1]), WORK / "tbs")
        (self.dir / f"{file}.crl").write_bytes(der[:4] + tbs + rest[:-len(signature)] + signature)

    def case(self, case, expect, rule, leaf="leaf", anchors="root", chain=None, pool="", crls=None, at=NOW, policies=None,
             flags="", **more):
        """Writes a case. `chain=None` builds the path from `pool`."""
        lines = [f"rule: {rule}", f"at: {at}", f"anchors: {anchors}"]
        if chain is not None:
            lines.append(f"chain: {chain}")
        lines.append(f"pool: {pool}")
        if crls is not None:
            lines.append(f"crls: {crls}")
        lines.append(f"leaf: {leaf}")
        if policies is not None:
            lines.append(f"policies: {policies}")
        if flags:
            lines.append(f"flags: {flags}")
        lines += [f"{k}: {v}" for k, v in more.items()]
        lines.append(f"expect: {expect}")
        (self.dir / f"{case}.case").write_text("".join(f"{line.rstrip()}\n" for line in lines))
        if "--oracle" in sys.argv:
            self.oracle(case, expect, leaf, anchors, chain, pool, crls, at, policies, flags)

    def oracle(self, case, expect, leaf, anchors, chain, pool, crls, at, policies, flags):
        def bundle(kind, files, suffix, command):
            path = WORK / f"{kind}.pem"
            path.write_bytes(b"".join(run("openssl", command, "-inform", "DER", "-in", self.dir / f"{f}.{suffix}")
                                      for f in files.split()))
            return path
        seconds = run("date", "-u", "-d", at, "+%s").decode().strip()
        args = ["openssl", "verify", "-attime", seconds, "-purpose", "any", "-CAfile", bundle("ca", anchors, "der", "x509"),
                "-policy_check"]
        for policy in (["2.5.29.32.0"] if policies is None else policies.split()):
            args += ["-policy", policy]
        for flag in flags.split():
            args += {"explicit": ["-explicit_policy"], "inhibit-mapping": ["-inhibit_map"], "inhibit-any": ["-inhibit_any"],
                     "conforming": ["-x509_strict"]}[flag]
        untrusted = f"{chain or ''} {pool}".strip()
        if untrusted:
            args += ["-untrusted", bundle("untrusted", untrusted, "der", "x509")]
        if crls is not None:
            args += ["-crl_check_all", "-extended_crl", "-use_deltas"]
            if crls:
                args += ["-CRLfile", bundle("crls", crls, "crl", "crl")]
        args += [bundle("leaf", leaf, "der", "x509")]
        done = subprocess.run(args, env=ENV, capture_output=True)
        if (done.returncode == 0) != expect.startswith("ok"):
            error = next((l for l in done.stderr.decode().splitlines() if l.startswith("error")), "OK")
            print(f"{self.dir.name}/{case}: expected {expect}, openssl: {error}")


P1, P2, P3 = "1.2.410.200005.1.1.1", "1.2.410.200005.1.1.4", "1.2.410.200005.1.1.6.8"
ANY = "2.5.29.32.0"


def policies(*oids):
    return f"certificatePolicies=critical,{','.join(oids)}"


def basic():
    t = Topic("basic")
    t.cert("root", "root", "root", ext=["subjectKeyIdentifier=hash", "basicConstraints=critical,CA:TRUE"], nb="20230101000000Z", na="20350101000000Z")
    t.cert("other-root", "root", "other", ext=CA)
    # As KISA issues its CAs: anyPolicy, requireExplicitPolicy 0, pathlen 0.
    t.cert("ca", "ca", "ca", "root", nb="20240101000000Z", na="20340101000000Z", ext=[
        AKI, "subjectKeyIdentifier=hash", "keyUsage=critical,keyCertSign,cRLSign", policies(ANY),
        "basicConstraints=critical,CA:TRUE,pathlen:0", "policyConstraints=critical,requireExplicitPolicy:0"])
    t.cert("leaf", "leaf", "leaf", "ca", nb="20240601000000Z", na="20250601000000Z", ext=[*LEAF, policies(P2)])
    t.cert("leaf-long", "leaf", "leaf", "ca", nb="20230601000000Z", na="20350601000000Z", ext=[*LEAF, policies(P2)])
    t.cert("leaf-no-policy", "leaf", "leaf", "ca", ext=LEAF)
    t.cert("leaf-bad-signature", "leaf", "leaf", "ca", ext=[*LEAF, policies(P2)], flip=True)
    t.cert("ca-bad-signature", "ca", "ca", "root", ext=[*CA, AKI, policies(ANY)], flip=True)
    t.cert("leaf-critical", "leaf", "leaf", "ca", ext=[*LEAF, policies(P2), "1.2.3.4=critical,DER:0500"])
    t.cert("leaf-noncritical", "leaf", "leaf", "ca", ext=[*LEAF, policies(P2), "1.2.3.4=DER:0500"])
    t.cert("ca-critical", "ca", "ca", "root", ext=[*CA, AKI, policies(ANY), "1.2.3.4=critical,DER:0500"])
    t.cert("leaf-sha1", "leaf", "leaf", "ca", ext=[*LEAF, policies(P2)], md="sha1")
    t.cert("leaf-rsa1024", "leaf", "leaf-1024", "ca", ext=[*LEAF, policies(P2)])
    t.cert("stranger", "stranger", "other", "other-root", ext=[*LEAF, policies(P2)])
    a1, time = "RFC 5280 6.1.3 (a)(1)", "RFC 5280 6.1.3 (a)(2)"
    for way, at in (("chain", {"chain": "ca"}), ("pool", {"pool": "stranger ca other-root"}), ("chain-with-anchor", {"chain": "ca root"})):
        t.case(f"any-policy-{way}", f"ok {P2}", "RFC 5280 6.1", **at)
        t.case(f"right-policy-{way}", f"ok {P2}", "RFC 5280 6.1.5 (g)", policies=f"{P1} {P2}", **at)
        t.case(f"wrong-policy-{way}", "policy 0", "RFC 5280 6.1.5 (g)", policies=P1, **at)
        t.case(f"leaf-without-policy-{way}", "policy 0", "RFC 5280 6.1.3 (f)", leaf="leaf-no-policy", **at)
        t.case(f"leaf-bad-signature-{way}", "signature 0", a1, leaf="leaf-bad-signature", **at)
        t.case(f"leaf-first-second-{way}", f"ok {P2}", time, at="2024-06-01T00:00:00Z", **at)
        t.case(f"leaf-second-before-{way}", "not-yet-valid 0", time, at="2024-05-31T23:59:59Z", **at)
        t.case(f"leaf-last-second-{way}", f"ok {P2}", time, at="2025-06-01T00:00:00Z", **at)
        t.case(f"leaf-second-after-{way}", "expired 0", time, at="2025-06-01T00:00:01Z", **at)
        t.case(f"ca-first-second-{way}", f"ok {P2}", time, leaf="leaf-long", at="2024-01-01T00:00:00Z", **at)
        t.case(f"ca-second-before-{way}", "not-yet-valid 1", time, leaf="leaf-long", at="2023-12-31T23:59:59Z", **at)
        t.case(f"ca-last-second-{way}", f"ok {P2}", time, leaf="leaf-long", at="2034-01-01T00:00:00Z", **at)
        t.case(f"ca-second-after-{way}", "expired 1", time, leaf="leaf-long", at="2034-01-01T00:00:01Z", **at)
    t.case("root-expired", "expired 2", "an anchor's own validity counts", leaf="leaf-long", chain="ca", at="2035-01-01T00:00:01Z")
    t.case("root-not-yet", "not-yet-valid 2", "an anchor's own validity counts", leaf="leaf-long", chain="ca", at="2022-12-31T23:59:59Z")
    t.case("ca-bad-signature-chain", "signature 1", a1, chain="ca-bad-signature")
    t.case("ca-bad-signature-pool", "signature 1", a1, pool="ca-bad-signature")
    t.case("ca-bad-signature-and-good", f"ok {P2}", "RFC 4158", pool="ca-bad-signature ca")
    t.case("no-ca", "no-path", "RFC 4158", pool="")
    t.case("root-of-another-key", "signature 0", a1, leaf="stranger", pool="ca")
    t.case("other-root-of-same-name", "signature 1", a1, chain="ca", anchors="other-root")
    t.case("two-roots-of-same-name", f"ok {P2}", "RFC 4158", chain="ca", anchors="other-root root")
    t.case("chain-of-a-stranger", "name-chaining 0", "RFC 5280 6.1.3 (a)(4)", leaf="stranger", chain="ca")
    t.case("chain-empty", "no-path", "RFC 5280 6.1.3 (a)(4)", chain="")
    t.case("leaf-unknown-critical", "unknown-critical-extension 0", "RFC 5280 6.1.5 (f)", leaf="leaf-critical", chain="ca")
    t.case("leaf-unknown-noncritical", f"ok {P2}", "RFC 5280 6.1.5 (f)", leaf="leaf-noncritical", chain="ca")
    t.case("ca-unknown-critical", "unknown-critical-extension 1", "RFC 5280 6.1.4 (o)", chain="ca-critical")
    t.case("anchor-is-the-ca", f"ok {P2}", "RFC 5280 6.1.1 (d)", anchors="ca")
    t.case("anchor-is-the-leaf", "no-path", "RFC 5280 6.1.1 (d)", anchors="leaf")
    t.case("sha1", "algorithm 0", "SHA-1 is not trusted", leaf="leaf-sha1", chain="ca")
    t.case("sha1-with-danger", f"ok {P2}", "danger_trust_sha1", leaf="leaf-sha1", chain="ca", danger="sha1")
    t.case("rsa-1024", "algorithm 0", "RSA-1024 is not trusted", leaf="leaf-rsa1024", chain="ca")
    t.case("rsa-1024-with-danger", f"ok {P2}", "danger_trust_rsa_1024", leaf="leaf-rsa1024", chain="ca", danger="rsa1024")


def authority():
    t = Topic("authority")
    t.cert("root", "root", "root", ext=CA)
    t.cert("not-ca", "ca", "ca", "root", ext=["basicConstraints=critical,CA:FALSE", AKI])
    t.cert("no-basic", "ca", "ca", "root", ext=["keyUsage=critical,keyCertSign", AKI])
    t.cert("v1", "ca", "ca", "root")
    t.cert("no-sign", "ca", "ca", "root", ext=["basicConstraints=critical,CA:TRUE", "keyUsage=critical,cRLSign", AKI])
    t.cert("no-usage", "ca", "ca", "root", ext=["basicConstraints=critical,CA:TRUE", AKI])
    for of in ("not-ca", "no-basic", "v1", "no-sign", "no-usage"):
        t.cert(f"leaf-of-{of}", "leaf", "leaf", of, ext=["keyUsage=critical,digitalSignature"])
    k, n = "RFC 5280 6.1.4 (k)", "RFC 5280 6.1.4 (n)"
    for of, expect, rule in (("not-ca", "not-a-ca 1", k), ("no-basic", "not-a-ca 1", k), ("v1", "not-a-ca 1", k),
                             ("no-sign", "key-usage 1", n), ("no-usage", "ok", n)):
        t.case(f"{of}-chain", expect, rule, leaf=f"leaf-of-{of}", chain=of)
        t.case(f"{of}-pool", expect, rule, leaf=f"leaf-of-{of}", pool=of)
    # Path length, with self-issued certificates (key rollover) that do not count.
    zero = [*CA[1:], "basicConstraints=critical,CA:TRUE,pathlen:0", AKI]
    t.cert("zero", "zero", "ca", "root", ext=zero)
    t.cert("zero-new", "zero", "ca2", "zero", ext=[*CA, AKI])
    t.cert("below-zero", "below", "ca3", "zero", ext=[*CA, AKI])
    t.cert("below-zero-new", "below", "ca3", "zero-new", ext=[*CA, AKI])
    t.cert("leaf-zero", "leaf", "leaf", "zero", ext=LEAF)
    t.cert("leaf-zero-new", "leaf", "leaf", "zero-new", ext=LEAF)
    t.cert("leaf-self-issued", "zero", "leaf", "zero", ext=LEAF)
    t.cert("leaf-below", "leaf", "leaf", "below-zero", ext=LEAF)
    t.cert("leaf-below-new", "leaf", "leaf", "below-zero-new", ext=LEAF)
    t.cert("one", "one", "ca", "root", ext=[*CA[1:], "basicConstraints=critical,CA:TRUE,pathlen:1", AKI])
    t.cert("wide", "wide", "ca2", "one", ext=[*CA[1:], "basicConstraints=critical,CA:TRUE,pathlen:5", AKI])
    t.cert("below-wide", "below", "ca3", "wide", ext=[*CA, AKI])
    t.cert("leaf-wide", "leaf", "leaf", "wide", ext=LEAF)
    t.cert("leaf-below-wide", "leaf", "leaf", "below-wide", ext=LEAF)
    lm = "RFC 5280 6.1.4 (l), (m)"
    t.case("pathlen-0-leaf", "ok", lm, leaf="leaf-zero", chain="zero")
    t.case("pathlen-0-self-issued", "ok", lm, leaf="leaf-zero-new", chain="zero-new zero")
    t.case("pathlen-0-self-issued-pool", "ok", lm, leaf="leaf-zero-new", pool="zero zero-new")
    t.case("pathlen-0-self-issued-leaf", "ok", lm, leaf="leaf-self-issued", chain="zero")
    t.case("pathlen-0-another-ca", "path-too-long 1", lm, leaf="leaf-below", chain="below-zero zero")
    t.case("pathlen-0-another-ca-pool", "path-too-long 1", lm, leaf="leaf-below", pool="below-zero zero")
    t.case("pathlen-0-self-issued-and-another", "path-too-long 1", lm, leaf="leaf-below-new", chain="below-zero-new zero-new zero")
    t.case("pathlen-is-not-widened", "path-too-long 1", lm, leaf="leaf-below-wide", chain="below-wide wide one")
    t.case("pathlen-1-used-up", "ok", lm, leaf="leaf-wide", chain="wide one")
    t.case("caller-allows-two", "ok", "RFC 5280 6.1.2 (k)", leaf="leaf-wide", chain="wide one", max_path_length=2)
    t.case("caller-allows-one", "path-too-long 1", "RFC 5280 6.1.2 (k)", leaf="leaf-wide", chain="wide one", max_path_length=1)
    t.case("caller-allows-none", "path-too-long 1", "RFC 5280 6.1.2 (k)", leaf="leaf-zero", chain="zero", max_path_length=0)
    t.case("depth-bound-reached", "ok", "Bounds::depth", leaf="leaf-wide", pool="wide one", max_depth=3)
    t.case("depth-bound-passed", "budget", "Bounds::depth", leaf="leaf-wide", pool="wide one", max_depth=2)
    t.case("depth-bound-passed-chain", "budget", "Bounds::depth", leaf="leaf-wide", chain="wide one", max_depth=2)
    # The anchor's own constraints (RFC 5937).
    t.cert("root-zero", "root", "root", ext=zero[:-1])
    t.cert("root-no-sign", "root", "root", ext=["basicConstraints=critical,CA:TRUE", "keyUsage=critical,cRLSign"])
    t.cert("root-not-ca", "root", "root", ext=["basicConstraints=critical,CA:FALSE"])
    t.cert("root-v1", "root", "root")
    t.cert("root-critical", "root", "root", ext=[*CA, "1.2.3.4=critical,DER:0500"])
    t.cert("leaf-of-root", "leaf", "leaf", "root", ext=LEAF)
    t.case("anchor-pathlen-0", "path-too-long 1", "RFC 5937", leaf="leaf-zero", chain="zero", anchors="root-zero")
    t.case("anchor-pathlen-0-leaf", "ok", "RFC 5937", leaf="leaf-of-root", chain="", anchors="root-zero")
    t.case("anchor-no-sign", "key-usage 1", "RFC 5937", leaf="leaf-of-root", chain="", anchors="root-no-sign")
    t.case("anchor-not-ca", "not-a-ca 1", "RFC 5937", leaf="leaf-of-root", chain="", anchors="root-not-ca")
    t.case("anchor-v1", "ok", "RFC 5280 6.1.1 (d)", leaf="leaf-of-root", chain="", anchors="root-v1")
    t.case("anchor-unknown-critical", "unknown-critical-extension 1", "RFC 5280 4.2", leaf="leaf-of-root", chain="", anchors="root-critical")
    # Extended key usage.
    t.cert("leaf-client", "leaf", "leaf", "root", ext=[*LEAF, "extendedKeyUsage=clientAuth"])
    t.cert("leaf-any", "leaf", "leaf", "root", ext=[*LEAF, "extendedKeyUsage=anyExtendedKeyUsage"])
    t.cert("ca-mail", "ca", "ca", "root", ext=[*CA, AKI, "extendedKeyUsage=emailProtection"])
    t.cert("leaf-of-mail", "leaf", "leaf", "ca-mail", ext=[*LEAF, "extendedKeyUsage=clientAuth"])
    client, server = "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"
    eku = "RFC 5280 4.2.1.12"
    t.case("eku-right", "ok", eku, leaf="leaf-client", chain="", eku=client)
    t.case("eku-wrong", "extended-key-usage 0", eku, leaf="leaf-client", chain="", eku=server)
    t.case("eku-any", "ok", eku, leaf="leaf-any", chain="", eku=server)
    t.case("eku-none", "ok", eku, leaf="leaf-of-root", chain="", eku=server)
    t.case("eku-of-ca", "extended-key-usage 1", eku, leaf="leaf-of-mail", chain="ca-mail", eku=client)
    t.case("eku-not-asked", "ok", eku, leaf="leaf-of-mail", chain="ca-mail")
    # Many CAs that could all have issued each other.
    for i in range(6):
        t.cert(f"maze{i}", "maze", f"maze{i}", "maze0" if i else "root", ext=CA)
    t.cert("leaf-maze", "leaf", "leaf", "maze5", ext=LEAF[1:])
    t.case("maze", "ok", "Bounds", leaf="leaf-maze", pool=" ".join(f"maze{i}" for i in range(6)))
    t.case("maze-without-signatures", "budget", "Bounds::signatures", leaf="leaf-maze", pool=" ".join(f"maze{i}" for i in range(6)), max_signatures=2)
    t.case("maze-without-steps", "budget", "Bounds::steps", leaf="leaf-maze", pool=" ".join(f"maze{i}" for i in range(6)), max_steps=2)


def policy():
    t = Topic("policy")
    t.cert("root", "root", "root", ext=CA)

    def ca(file, cn, key_name, issuer, *ext, sections=""):
        t.cert(file, cn, key_name, issuer, ext=[*CA, AKI, *ext], sections=sections)

    def leaf(file, issuer, *ext):
        t.cert(file, "leaf", "leaf", issuer, ext=[*LEAF, *ext])

    ca("plain", "plain", "ca", "root", policies(P1, P2))
    leaf("plain-p1", "plain", policies(P1))
    leaf("plain-p3", "plain", policies(P3))
    leaf("plain-none", "plain")
    leaf("plain-any", "plain", policies(ANY))
    ca("none", "none", "ca", "root")
    leaf("none-p1", "none", policies(P1))
    ca("any", "any", "ca", "root", policies(ANY))
    leaf("any-p1", "any", policies(P1))
    leaf("any-any", "any", policies(ANY))
    leaf("any-p1-twice", "any", f"certificatePolicies=critical,{P1},{P1}")
    leaf("any-requires", "any", "policyConstraints=critical,requireExplicitPolicy:0")
    d, f, g = "RFC 5280 6.1.3 (d)", "RFC 5280 6.1.3 (f)", "RFC 5280 6.1.5 (g)"
    t.case("not-required-not-there", "ok", f, leaf="plain-none", chain="plain")
    t.case("required-not-there", "policy 0", f, leaf="plain-none", chain="plain", flags="explicit")
    t.case("not-required-wrong", "ok", g, leaf="plain-p1", chain="plain", policies=P2)
    t.case("required-wrong", "policy 0", g, leaf="plain-p1", chain="plain", policies=P2, flags="explicit")
    t.case("required-right", f"ok {P1}", g, leaf="plain-p1", chain="plain", policies=P1, flags="explicit")
    t.case("required-any-accepted", f"ok {P1}", g, leaf="plain-p1", chain="plain", flags="explicit")
    t.case("not-the-cas", "policy 0", d, leaf="plain-p3", chain="plain", flags="explicit")
    t.case("not-the-cas-not-required", "ok", d, leaf="plain-p3", chain="plain")
    t.case("leaf-any-of-two", f"ok {P1} {P2}", d, leaf="plain-any", chain="plain", flags="explicit")
    t.case("leaf-any-narrowed", f"ok {P2}", d, leaf="plain-any", chain="plain", policies=f"{P2} {P3}", flags="explicit")
    t.case("leaf-any-inhibited", "policy 0", d, leaf="plain-any", chain="plain", flags="explicit inhibit-any")
    t.case("ca-none", "policy 1", f, leaf="none-p1", chain="none", flags="explicit")
    t.case("ca-none-not-required", "ok", f, leaf="none-p1", chain="none")
    t.case("ca-any", f"ok {P1}", d, leaf="any-p1", chain="any", policies=P1, flags="explicit")
    t.case("ca-any-inhibited", "policy 1", d, leaf="any-p1", chain="any", policies=P1, flags="explicit inhibit-any")
    t.case("all-any", f"ok {ANY}", g, leaf="any-any", chain="any", flags="explicit")
    t.case("all-any-narrowed", f"ok {P3}", g, leaf="any-any", chain="any", policies=P3, flags="explicit")
    t.case("leaf-requires", "policy 0", "RFC 5280 6.1.5 (b)", leaf="any-requires", chain="any")

    # Skip counts; a self-issued certificate does not use one up.
    for skip in range(4):
        ca(f"req{skip}", f"req{skip}", "ca", "root", f"policyConstraints=critical,requireExplicitPolicy:{skip}", policies(ANY))
        ca(f"req{skip}-self", f"req{skip}", "ca2", f"req{skip}", policies(ANY))
        ca(f"req{skip}-sub", "sub", "ca3", f"req{skip}", policies(ANY))
        leaf(f"req{skip}-leaf", f"req{skip}")
        leaf(f"req{skip}-self-leaf", f"req{skip}-self")
        leaf(f"req{skip}-sub-leaf", f"req{skip}-sub")
    skips = "RFC 5280 6.1.4 (h), (i), 6.1.5 (a)"
    for skip, direct, sub in ((0, "policy 0", "policy 0"), (1, "policy 0", "policy 0"), (2, "ok", "policy 0"), (3, "ok", "ok")):
        t.case(f"require-{skip}-direct", direct, skips, leaf=f"req{skip}-leaf", chain=f"req{skip}")
        t.case(f"require-{skip}-self-issued", direct, skips, leaf=f"req{skip}-self-leaf", chain=f"req{skip}-self req{skip}")
        t.case(f"require-{skip}-sub", sub, skips, leaf=f"req{skip}-sub-leaf", chain=f"req{skip}-sub req{skip}")

    for skip in range(2):
        ca(f"inh{skip}", f"inh{skip}", "ca", "root", f"inhibitAnyPolicy=critical,{skip}", policies(ANY))
        ca(f"inh{skip}-self", f"inh{skip}", "ca2", f"inh{skip}", policies(ANY))
        ca(f"inh{skip}-sub", "sub", "ca3", f"inh{skip}", policies(ANY))
        leaf(f"inh{skip}-p1", f"inh{skip}", policies(P1))
        leaf(f"inh{skip}-any", f"inh{skip}", policies(ANY))
        leaf(f"inh{skip}-self-p1", f"inh{skip}-self", policies(P1))
        leaf(f"inh{skip}-sub-p1", f"inh{skip}-sub", policies(P1))
        leaf(f"inh{skip}-sub-any", f"inh{skip}-sub", policies(ANY))
    j = "RFC 5280 6.1.3 (d)(2), 6.1.4 (j)"
    for case, expect, chain in (
            ("inh0-p1", f"ok {P1}", "inh0"), ("inh0-any", "policy 0", "inh0"), ("inh0-self-p1", f"ok {P1}", "inh0-self inh0"),
            ("inh0-sub-p1", "policy 1", "inh0-sub inh0"), ("inh1-any", f"ok {ANY}", "inh1"), ("inh1-sub-p1", f"ok {P1}", "inh1-sub inh1"),
            ("inh1-sub-any", "policy 0", "inh1-sub inh1")):
        t.case(f"inhibit-any-{case}", expect, j, leaf=case, chain=chain, flags="explicit")

    # Mappings.
    ca("map", "map", "ca", "root", policies(P1), f"policyMappings=critical,{P1}:{P2}")
    leaf("map-p2", "map", policies(P2))
    leaf("map-p1", "map", policies(P1))
    leaf("map-any", "map", policies(ANY))
    ca("map-two", "map2", "ca", "root", policies(P1, P3), f"policyMappings=critical,{P1}:{P2},{P3}:{P2}")
    leaf("map-two-p2", "map-two", policies(P2))
    ca("map-from-any", "map3", "ca", "root", policies(ANY), f"policyMappings=critical,{P1}:{P2}")
    leaf("map-from-any-p2", "map-from-any", policies(P2))
    leaf("map-from-any-p3", "map-from-any", policies(P3))
    ca("map-any-from", "map4", "ca", "root", policies(ANY), f"policyMappings=critical,{ANY}:{P2}")
    leaf("map-any-from-p2", "map-any-from", policies(P2))
    ca("map-any-to", "map5", "ca", "root", policies(P1), f"policyMappings=critical,{P1}:{ANY}")
    leaf("map-any-to-p2", "map-any-to", policies(P2))
    ca("stop", "stop", "ca", "root", policies(P1), "policyConstraints=critical,inhibitPolicyMapping:0")
    ca("stop-map", "stopmap", "ca2", "stop", policies(P1), f"policyMappings=critical,{P1}:{P2}")
    leaf("stop-map-p2", "stop-map", policies(P2))
    ca("later", "later", "ca", "root", policies(P1), "policyConstraints=critical,inhibitPolicyMapping:1")
    ca("later-map", "latermap", "ca2", "later", policies(P1), f"policyMappings=critical,{P1}:{P2}")
    leaf("later-map-p2", "later-map", policies(P2))
    b = "RFC 5280 6.1.4 (a), (b)"
    t.case("mapped", f"ok {P1}", b, leaf="map-p2", chain="map", policies=P1, flags="explicit")
    t.case("mapped-asked-by-the-new-name", "policy 0", b, leaf="map-p2", chain="map", policies=P2, flags="explicit")
    t.case("mapped-away", "policy 0", b, leaf="map-p1", chain="map", flags="explicit")
    t.case("mapped-leaf-any", f"ok {P1}", b, leaf="map-any", chain="map", flags="explicit")
    t.case("mapping-inhibited", "policy 0", b, leaf="map-p2", chain="map", flags="explicit inhibit-mapping")
    t.case("two-mapped-to-one", f"ok {P1} {P3}", b, leaf="map-two-p2", chain="map-two", flags="explicit")
    t.case("two-mapped-to-one-narrowed", f"ok {P3}", b, leaf="map-two-p2", chain="map-two", policies=P3, flags="explicit")
    t.case("mapped-from-any-policy", f"ok {P1}", b, leaf="map-from-any-p2", chain="map-from-any", flags="explicit", policies=P1)
    t.case("any-policy-beside-a-mapping", f"ok {P3}", b, leaf="map-from-any-p3", chain="map-from-any", flags="explicit")
    t.case("any-policy-mapped", "malformed 1", b, leaf="map-any-from-p2", chain="map-any-from")
    t.case("mapped-to-any-policy", "malformed 1", b, leaf="map-any-to-p2", chain="map-any-to")
    t.case("inhibit-mapping-0", "policy 0", "RFC 5280 6.1.4 (i)", leaf="stop-map-p2", chain="stop-map stop", flags="explicit")
    t.case("inhibit-mapping-1", f"ok {P1}", "RFC 5280 6.1.4 (i)", leaf="later-map-p2", chain="later-map later", flags="explicit")
    # Policies with qualifiers.
    ca("cps", "cps", "ca", "root", policies(ANY))
    t.cert("cps-p1", "leaf", "leaf", "cps", ext=[*LEAF, "certificatePolicies=critical,@p"],
           sections=f"[p]\npolicyIdentifier={P1}\nCPS=http://lab.example/cps\nuserNotice=@n\n[n]\nexplicitText=BMP:lab notice\n")
    t.case("qualifiers", f"ok {P1}", "RFC 5280 4.2.1.4", leaf="cps-p1", chain="cps", flags="explicit")


def names():
    t = Topic("names")
    t.cert("root", "root", "root", ext=CA)

    def ca(file, constraints, sections="", issuer="root", key_name="ca"):
        t.cert(file, file, key_name, issuer, ext=[*CA, AKI, f"nameConstraints=critical,{constraints}"], sections=sections)

    def leaf(file, issuer, subject="leaf", san=None, sections=""):
        t.cert(file, subject, "leaf", issuer, ext=[*LEAF, *([f"subjectAltName={san}"] if san else [])], sections=sections)

    rule = "RFC 5280 4.2.1.10, 6.1.3 (b), (c)"
    dn = "[dn]\nC=kr\nO=Lab-yessign\nOU=personal\n"
    inside, outside = "/C=kr/O=Lab-yessign/OU=personal/CN=leaf", "/C=kr/O=Lab-yessign/OU=corp/CN=leaf"
    upper = "/C=KR/O=LAB-YESSIGN/OU=Personal/CN=leaf"
    for kind, expects in (("permitted", ("ok", "name-not-permitted 0", "ok")), ("excluded", ("name-not-permitted 0", "ok", "name-not-permitted 0"))):
        ca(f"dn-{kind}", f"{kind};dirName:dn", dn)
        for file, subject, expect in zip(("inside", "outside", "upper"), (inside, outside, upper), expects):
            leaf(f"dn-{kind}-{file}", f"dn-{kind}", subject)
            t.case(f"dn-{kind}-{file}", expect, rule, leaf=f"dn-{kind}-{file}", chain=f"dn-{kind}")
    forms = {
        "dns": ("DNS:lab.example", {"DNS:lab.example": 1, "DNS:www.lab.example": 1, "DNS:a.b.LAB.example": 1, "DNS:xlab.example": 0, "DNS:example": 0}),
        "mail-host": ("email:lab.example", {"email:a@lab.example": 1, "email:a@www.lab.example": 0, "email:a@other.example": 0}),
        "mail-box": ("email:a@lab.example", {"email:a@lab.example": 1, "email:b@lab.example": 0, "email:A@lab.example": 0}),
        "mail-domain": ("email:.lab.example", {"email:a@www.lab.example": 1, "email:a@lab.example": 0}),
        "uri-host": ("URI:lab.example", {"URI:http://lab.example/x": 1, "URI:http://www.lab.example/": 0, "URI:ldap://lab.example:389/ou=x": 1}),
        "uri-domain": ("URI:.lab.example", {"URI:http://www.lab.example/": 1, "URI:http://lab.example/": 0}),
        "ip": ("IP:10.1.0.0/255.255.0.0", {"IP:10.1.2.3": 1, "IP:10.2.0.1": 0, "IP:::1": 0}),
    }
    for form, (base, sans) in forms.items():
        for kind in ("permitted", "excluded"):
            issuer = f"{form}-{kind}"
            ca(issuer, f"{kind};{base}")
            for i, (san, within) in enumerate(sans.items()):
                leaf(f"{issuer}-{i}", issuer, san=san)
                fine = within == (kind == "permitted")
                t.case(f"{issuer}-{i}", "ok" if fine else "name-not-permitted 0", f"{rule}: {san}", leaf=f"{issuer}-{i}", chain=issuer)
    leaf("dns-permitted-no-san", "dns-permitted")
    t.case("dns-permitted-no-san", "ok", rule, leaf="dns-permitted-no-san", chain="dns-permitted")
    leaf("mail-subject", "mail-host-permitted", "/C=kr/CN=leaf/emailAddress=a@other.example")
    t.case("mail-in-the-subject", "name-not-permitted 0", rule, leaf="mail-subject", chain="mail-host-permitted")
    # Two CAs: the name has to lie within both.
    ca("outer", "permitted;DNS:example", issuer="root")
    ca("inner", "permitted;DNS:lab.example", issuer="outer", key_name="ca2")
    for i, (san, fine) in enumerate((("DNS:lab.example", 1), ("DNS:other.example", 0))):
        leaf(f"inner-{i}", "inner", san=san)
        t.case(f"both-{i}", "ok" if fine else "name-not-permitted 0", rule, leaf=f"inner-{i}", chain="inner outer")
    # The CA in the middle is asked too, unless it is self-issued.
    ca("only-personal", "permitted;dirName:dn", dn)
    t.cert("corp-ca", "/C=kr/O=Lab-yessign/OU=corp/CN=ca", "ca2", "only-personal", ext=[*CA, AKI])
    t.cert("leaf-corp-ca", inside, "leaf", "corp-ca", ext=LEAF)
    t.case("ca-outside", "name-not-permitted 1", rule, leaf="leaf-corp-ca", chain="corp-ca only-personal")
    t.cert("self-ca", "only-personal", "ca2", "only-personal", ext=[*CA, AKI])
    t.cert("leaf-self-ca", inside, "leaf", "self-ca", ext=LEAF)
    t.case("self-issued-ca-outside", "ok", rule, leaf="leaf-self-ca", chain="self-ca only-personal")
    # A form that is not compared.
    ca("rid", "permitted;RID:1.2.3.4")
    leaf("rid-with", "rid", san="RID:1.2.3.4")
    leaf("rid-without", "rid", san="DNS:lab.example")
    t.case("form-not-compared", "unsupported 0", rule, leaf="rid-with", chain="rid")
    t.case("form-not-compared-not-there", "ok", rule, leaf="rid-without", chain="rid")
    # An otherName, as every Korean certificate has one, is in nobody's way.
    leaf("identify", "dn-permitted", inside, san="otherName:1.2.410.200004.10.1.1;SEQUENCE:i", sections="[i]\na=UTF8:홍길동\n")
    t.case("identify-data", "ok", rule, leaf="identify", chain="dn-permitted")
    t.cert("root-nc", "root", "root", ext=[*CA, "nameConstraints=critical,permitted;dirName:dn"], sections=dn)
    leaf("root-inside", "root", inside)
    leaf("root-outside", "root", outside)
    t.case("anchor-inside", "ok", "RFC 5937", leaf="root-inside", chain="", anchors="root-nc")
    t.case("anchor-outside", "name-not-permitted 0", "RFC 5937", leaf="root-outside", chain="", anchors="root-nc")


def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    length = bytes([n]) if n < 128 else (lambda b: bytes([0x80 | len(b)]) + b)(n.to_bytes((n.bit_length() + 7) // 8, "big"))
    return bytes([tag]) + length + body


def crls():
    t = Topic("crls")
    t.cert("root", "root", "root", ext=CA)
    t.cert("ca", "ca", "ca", "root", ext=[*CA, AKI])
    uri = "ldap://dir.lab.example:389/ou=dp1p1,ou=AccreditedCA,o=Lab-yessign,c=kr"
    attribute = "?certificateRevocationList"
    t.cert("leaf", "leaf", "leaf", "ca", ext=LEAF)
    for file, point in (("leaf-dp1", uri + attribute), ("leaf-dp2", uri.replace("dp1p1", "dp1p2") + attribute), ("leaf-dp-plain", uri)):
        t.cert(file, "leaf", "leaf", "ca", ext=[*LEAF, "crlDistributionPoints=d"], sections=f"[d]\nfullname=@u\n[u]\nURI={point}\n")
    t.cert("leaf-reasons", "leaf", "leaf", "ca", ext=[*LEAF, "crlDistributionPoints=d"], sections=f"[d]\nfullname=@u\nreasons=keyCompromise\n[u]\nURI={uri}{attribute}\n")
    t.cert("leaf-rdn", "leaf", "leaf", "ca", ext=[*LEAF, "crlDistributionPoints=d"], sections="[d]\nrelativename=r\n[r]\nOU=dp1\n")
    t.cert("no-crl-sign", "ca", "ca", "root", ext=[CA[0], "keyUsage=critical,keyCertSign", AKI, CA[2]])
    t.crl("root", "root")
    t.crl("root-ca-revoked", "root", [("ca", "20241001000000Z", "keyCompromise")])
    t.crl("ca", "ca")
    t.crl("ca-revoked", "ca", [("leaf", "20241201000000Z", "keyCompromise")])
    t.crl("ca-revoked-unspecified", "ca", [("leaf", "20241201000000Z", "")])
    t.crl("ca-superseded", "ca", [("leaf-dp1", "20241101000000Z", "superseded"), ("leaf", "20241201000000Z", "superseded")])
    t.crl("ca-hold", "ca", [("leaf", "20241201000000Z", "certificateHold")])
    t.crl("ca-newer", "ca", this="20241231120000Z")
    t.crl("ca-bad-signature", "ca", flip=True)
    t.crl("ca-signed-by-root-key", "root")
    t.crl("ca-other", "ca", [("leaf-dp1", "20241201000000Z", "superseded")])
    sections = f"[p]\nfullname=@u\n[u]\nURI={uri}{attribute}\n"
    t.crl("dp1", "ca", ext=["issuingDistributionPoint=critical,@p"], sections=sections)
    t.crl("dp1-revoked", "ca", [("leaf-dp1", "20241201000000Z", "superseded")], ext=["issuingDistributionPoint=critical,@p"], sections=sections)
    t.crl("dn", "ca", ext=["issuingDistributionPoint=critical,@p"], sections="[p]\nfullname=@u\n[u]\ndirName=n\n[n]\nC=kr\nO=Lab-yessign\nCN=ca\n")
    for flag in ("onlyuser", "onlyCA", "onlyAA", "indirectCRL"):
        t.crl(flag, "ca", ext=["issuingDistributionPoint=critical,@p"], sections=f"[p]\n{flag}=TRUE\n")
    t.crl("root-onlyuser", "root", ext=["issuingDistributionPoint=critical,@p"], sections="[p]\nonlyuser=TRUE\n")
    t.crl("root-onlyCA", "root", ext=["issuingDistributionPoint=critical,@p"], sections="[p]\nonlyCA=TRUE\n")
    t.crl("reasons", "ca", ext=["issuingDistributionPoint=critical,@p"], sections="[p]\nonlysomereasons=keyCompromise\n")
    t.crl("relative", "ca", ext=["issuingDistributionPoint=critical,@p"], sections="[p]\nrelativename=r\n[r]\nOU=dp1\n")
    t.crl("delta", "ca", ext=["2.5.29.27=critical,DER:020101"])
    t.crl("critical", "ca", ext=["1.2.3.4=critical,DER:0500"])
    t.crl("noncritical", "ca", ext=["1.2.3.4=DER:0500"])

    def by_hand(file, entries, next_update=tlv(0x17, b"250201000000Z")):
        """What OpenSSL does not write."""
        algorithm = tlv(0x30, bytes.fromhex("06092a864886f70d01010b0500"))
        issuer = run("openssl", "x509", "-in", t.certs["ca"][0], "-outform", "DER")
        subject = tlv(0x30, *(tlv(0x31, tlv(0x30, tlv(6, bytes.fromhex(oid)), tlv(tag, text)))
                              for oid, tag, text in (("550406", 0x13, b"kr"), ("55040a", 0x0c, b"Lab-yessign"), ("550403", 0x0c, b"ca"))))
        assert subject in issuer
        tbs = tlv(0x30, tlv(2, b"\x01"), algorithm, subject, tlv(0x17, b"241231000000Z"), next_update,
                  tlv(0x30, *entries), tlv(0xA0, tlv(0x30, tlv(0x30, tlv(6, bytes.fromhex("551d14")), tlv(4, tlv(2, b"\x07"))))))
        (WORK / "tbs").write_bytes(tbs)
        signature = run("openssl", "dgst", "-sha256", "-sign", key("ca"), WORK / "tbs")
        (t.dir / f"{file}.crl").write_bytes(tlv(0x30, tbs, algorithm, tlv(3, b"\0", signature)))

    def entry(serial, *extensions):
        return tlv(0x30, tlv(2, serial.to_bytes(2, "big").lstrip(b"\0")), tlv(0x17, b"241201000000Z"), *([tlv(0x30, *extensions)] if extensions else []))

    def extension(oid, critical, value):
        return tlv(0x30, tlv(6, bytes.fromhex(oid)), *([tlv(1, b"\xff")] if critical else []), tlv(4, value))

    own = t.certs["leaf"][2]
    by_hand("entry-critical", [entry(own, extension("2a0304", True, tlv(5)))])
    by_hand("other-entry-critical", [entry(99, extension("2a0304", True, tlv(5)))])
    by_hand("entry-noncritical", [entry(99, extension("2a0304", False, tlv(5)))])
    by_hand("certificate-issuer", [entry(99, extension("551d1d", True, tlv(0x30, tlv(0xA4, tlv(0x30)))))])
    by_hand("remove", [entry(own, extension("551d15", False, tlv(10, b"\x08")))])
    by_hand("no-next-update", [entry(99)], next_update=b"")

    a3, c63 = "RFC 5280 6.1.3 (a)(3)", "RFC 5280 6.3.3"

    def case(name, expect, crls, rule=c63, leaf="leaf", **more):
        t.case(name, expect, rule, leaf=leaf, crls=crls, **{"chain": "ca", **more})

    case("good", "ok", "root ca", a3)
    case("good-pool", "ok", "root ca", a3, chain=None, pool="ca")
    case("revoked", "revoked 0 keyCompromise", "root ca-revoked", a3)
    case("revoked-pool", "revoked 0 keyCompromise", "root ca-revoked", a3, chain=None, pool="ca")
    case("revoked-no-reason", "revoked 0 unspecified", "root ca-revoked-unspecified", a3)
    case("revoked-among-others", "revoked 0 superseded", "root ca-superseded", a3)
    case("another-revoked", "ok", "root ca-other", a3)
    case("on-hold", "revoked 0 certificateHold", "root ca-hold", a3)
    case("hold-lifted", "ok", "root ca-hold ca-newer")
    case("hold-lifted-other-order", "ok", "ca-newer root ca-hold")
    case("ca-revoked", "revoked 1 keyCompromise", "root-ca-revoked ca", a3)
    case("no-crl", "revocation-unknown 1 crl-missing", "", a3)
    case("no-crl-of-the-ca", "revocation-unknown 0 crl-missing", "root", a3)
    case("no-crl-of-the-root", "revocation-unknown 1 crl-missing", "ca", a3)
    case("first-second", "ok", "root ca", at="2024-12-31T00:00:00Z")
    case("second-before", "revocation-unknown 1 crl-not-yet-valid", "root ca", at="2024-12-30T23:59:59Z")
    case("last-second", "ok", "root ca", at="2025-02-01T00:00:00Z")
    case("second-after", "revocation-unknown 1 crl-stale", "root ca", at="2025-02-01T00:00:01Z")
    case("no-next-update", "revocation-unknown 0 crl-no-next-update", "root no-next-update", "RFC 5280 5.1.2.5")
    case("bad-signature", "revocation-unknown 0 crl-signature", "root ca-bad-signature", "RFC 5280 6.3.3 (g)")
    case("bad-signature-and-good", "ok", "root ca-bad-signature ca", "RFC 5280 6.3.3 (g)")
    case("signer-may-not", "revocation-unknown 0 crl-key-usage", "root ca", "RFC 5280 6.3.3 (f)", chain="no-crl-sign")
    b2 = "RFC 5280 6.3.3 (b)(2)"
    case("partition", "ok", "root dp1", b2, leaf="leaf-dp1")
    case("partition-revoked", "revoked 0 superseded", "root dp1-revoked", b2, leaf="leaf-dp1")
    case("partition-of-another", "revocation-unknown 0 crl-scope", "root dp1", b2, leaf="leaf-dp2")
    case("partition-of-none", "revocation-unknown 0 crl-scope", "root dp1", b2)
    case("partition-without-attribute", "ok", "root dp1", b2, leaf="leaf-dp-plain")
    case("partition-and-revoked-elsewhere", "revoked 0 superseded", "root dp1 ca-other", b2, leaf="leaf-dp1")
    case("complete-for-a-partition", "ok", "root ca", b2, leaf="leaf-dp1")
    case("named-as-the-issuer", "ok", "root dn", b2)
    case("only-users", "ok", "root onlyuser", b2)
    case("only-cas", "revocation-unknown 0 crl-scope", "root onlyCA", b2)
    case("only-attribute-certificates", "revocation-unknown 0 crl-scope", "root onlyAA", b2)
    case("only-users-for-a-ca", "revocation-unknown 1 crl-scope", "root-onlyuser ca", b2)
    case("only-cas-for-a-ca", "ok", "root-onlyCA ca", b2)
    case("indirect", "revocation-unknown 0 crl-unsupported", "root indirectCRL", b2)
    case("some-reasons", "revocation-unknown 0 crl-unsupported", "root reasons", b2)
    case("point-for-some-reasons", "revocation-unknown 0 crl-unsupported", "root dp1", b2, leaf="leaf-reasons")
    case("relative-name", "revocation-unknown 0 crl-unsupported", "root relative", b2, leaf="leaf-rdn")
    case("delta", "revocation-unknown 0 crl-no-base", "root delta", "RFC 5280 5.2.4")
    case("delta-beside-a-complete-one", "ok", "root delta ca", "RFC 5280 5.2.4")
    case("unknown-critical", "revocation-unknown 0 crl-unknown-critical-extension", "root critical", "RFC 5280 5.2")
    case("unknown-noncritical", "ok", "root noncritical", "RFC 5280 5.2")
    e = "RFC 5280 5.3"
    case("entry-unknown-critical", "revocation-unknown 0 crl-unknown-critical-extension", "root entry-critical", e)
    case("other-entry-unknown-critical", "revocation-unknown 0 crl-unknown-critical-extension", "root other-entry-critical", e)
    case("entry-unknown-noncritical", "ok", "root entry-noncritical", e)
    case("entry-of-another-issuer", "revocation-unknown 0 crl-unsupported", "root certificate-issuer", e)
    case("removed-in-a-complete-one", "revocation-unknown 0 crl-unsupported", "root remove", "RFC 5280 5.3.1")

    # A CA with one key for certificates and one for CRLs, and one that changed its key.
    only_crls = ["keyUsage=critical,cRLSign", "subjectKeyIdentifier=hash", AKI]
    t.cert("crl-key", "ca", "ca2", "root", ext=only_crls)
    t.cert("crl-key-stranger", "ca", "ca3", ext=CA)
    t.cert("ca-new-with-old", "ca", "ca2", "ca", ext=[*CA, AKI])
    t.crl("by-crl-key", "crl-key")
    t.crl("by-crl-key-revoked", "crl-key", [("leaf", "20241201000000Z", "superseded")])
    t.crl("root-crl-key-revoked", "root", [("crl-key", "20241201000000Z", "keyCompromise")])
    t.crl("by-stranger", "crl-key-stranger")
    f = "RFC 5280 6.3.3 (f)"
    case("separate-key", "ok", "root by-crl-key", f, pool="crl-key")
    case("separate-key-revoked", "revoked 0 superseded", "root by-crl-key-revoked", f, pool="crl-key")
    case("separate-key-not-at-hand", "revocation-unknown 0 crl-signature", "root by-crl-key", f)
    case("separate-key-itself-revoked", "revocation-unknown 0 crl-signer", "root-crl-key-revoked by-crl-key", f, pool="crl-key")
    case("separate-key-of-a-stranger", "revocation-unknown 0 crl-signer", "root by-stranger", f, pool="crl-key-stranger")
    case("new-key-vouched-by-old", "ok", "root by-crl-key ca", f, pool="ca-new-with-old")
    case("new-key-vouches-for-itself", "revocation-unknown 0 crl-signer", "root by-crl-key", f, pool="ca-new-with-old")


def deltas():
    """Complete CRLs and the delta CRLs that amend them, or do not."""
    t = Topic("deltas")
    t.cert("root", "root", "root", ext=CA)
    t.cert("ca", "ca", "ca", "root", ext=[*CA, AKI])
    t.cert("crl-key", "ca", "ca2", "root", ext=["keyUsage=critical,cRLSign", "subjectKeyIdentifier=hash", AKI])
    t.cert("other", "other", "leaf", "ca", ext=LEAF)
    uri = "http://lab.example/dp1.crl"
    t.cert("leaf", "leaf", "leaf", "ca", ext=[*LEAF, "crlDistributionPoints=d"], sections=f"[d]\nfullname=@u\n[u]\nURI={uri}\n")
    t.crl("root", "root")

    on_hold, revoked = [("leaf", "20241201000000Z", "certificateHold")], [("leaf", "20241215000000Z", "keyCompromise")]
    superseded = [("leaf", "20241216000000Z", "superseded")]
    fresh = "freshestCRL=URI:http://lab.example/delta.crl"

    def complete(file, entries=(), number=5, ext=(), **more):
        t.crl(file, more.pop("issuer", "ca"), entries, ext=[fresh, *ext], number=number, **more)

    def delta(file, entries=(), base=5, number=6, ext=(), this="20241231120000Z", **more):
        base = tlv(2, base.to_bytes(base.bit_length() // 8 + 1, "big")).hex()
        t.crl(file, more.pop("issuer", "ca"), entries, ext=[f"2.5.29.27=critical,DER:{base}", *ext], number=number, this=this, **more)

    complete("base")
    complete("base-hold", on_hold)
    complete("base-revoked", revoked)
    complete("base-old", on_hold, this="20241201000000Z", next="20241215000000Z")
    complete("base-255", number=255)
    complete("base-later", this="20241231180000Z", number=7)
    complete("base-by-crl-key", issuer="crl-key")
    delta("none")
    delta("hold", on_hold)
    delta("revoked", revoked)
    delta("superseded", superseded, number=8)
    delta("of-other", [("other", "20241215000000Z", "keyCompromise")])
    delta("after-4", revoked, base=4)
    delta("after-6", revoked, base=6, number=9)
    delta("same-number", revoked, number=5)
    delta("after-254", revoked, base=254, number=256)
    delta("after-256", revoked, base=256, number=257)
    delta("past", revoked, this="20241201000000Z", next="20241215000000Z")
    delta("to-come", revoked, this="20250102000000Z")
    delta("bad-signature", revoked, number=9, flip=True)
    delta("by-crl-key", revoked, issuer="crl-key")
    delta("critical", revoked, ext=["1.2.3.4=critical,DER:0500"])
    delta("none-later", number=8)
    # reasonCode removeFromCRL, which the command does not write.
    for file, more in (("lifted", {}), ("lifted-and-gone", {"next": "20241231130000Z"})):
        delta(file, on_hold, **more)
        t.patch_crl(file, "ca", bytes.fromhex("0a0106"), bytes.fromhex("0a0108"))
    point = f"[p]\nfullname=@u\n[u]\nURI={uri}\n"
    partition = {"ext": ["issuingDistributionPoint=critical,@p"], "sections": point}
    complete("part", **partition)
    delta("part-revoked", revoked, **partition)

    combine, scope, search = "RFC 5280 5.2.4", "RFC 5280 6.3.3 (c)", "RFC 5280 6.3.3 (i), (j), (k)"

    def case(name, expect, crls, rule=search, **more):
        t.case(name, expect, rule, crls=f"root {crls}", chain="ca", **more)

    compromised = "revoked 0 keyCompromise"
    case("nothing-new", "ok", "base none")
    case("another-revoked", "ok", "base of-other")
    case("newly-revoked", compromised, "base revoked")
    case("newly-revoked-other-order", compromised, "revoked base")
    case("newly-on-hold", "revoked 0 certificateHold", "base hold")
    case("still-on-hold", "revoked 0 certificateHold", "base-hold none")
    case("hold-lifted", "ok", "base-hold lifted")
    case("hold-became-revoked", compromised, "base-hold revoked")
    case("still-revoked", compromised, "base-revoked none")
    case("reason-amended", "revoked 0 superseded", "base-revoked superseded")
    case("newest-delta", "revoked 0 superseded", "base revoked superseded")
    case("newest-delta-other-order", "revoked 0 superseded", "base superseded revoked")
    case("newest-delta-takes-back", "ok", "base revoked none-later")
    case("later-complete", "ok", "base revoked base-later", combine)
    case("base-before", compromised, "base after-4", combine)
    case("base-after", "ok", "base after-6", combine)
    case("not-later", "ok", "base same-number", combine)
    case("base-of-fewer-octets", compromised, "base-255 after-254", combine)
    case("base-of-more-octets", "ok", "base-255 after-256", combine)
    case("delta-past", "ok", "base past", combine)
    case("delta-to-come", "ok", "base to-come", combine)
    case("stale-complete-and-delta", "revoked 0 certificateHold", "base-old none", "RFC 5280 6.3.3 (a)(1)(i)")
    case("stale-complete-lifted", "ok", "base-old lifted", "RFC 5280 6.3.3 (a)(1)(i)")
    case("stale-complete-and-stale-delta", "revocation-unknown 0 crl-stale", "base-old lifted-and-gone", "RFC 5280 6.3.3 (a)(1)(i)")
    case("stale-complete-and-unfit-delta", "revocation-unknown 0 crl-stale", "base-old after-6", "RFC 5280 6.3.3 (a)(1)(i)")
    case("stale-complete-and-forged-delta", "revocation-unknown 0 crl-stale", "base-old bad-signature", "RFC 5280 6.3.3 (h)")
    case("forged-delta", "ok", "base bad-signature", "RFC 5280 6.3.3 (h)")
    case("forged-delta-hides-none", compromised, "base bad-signature revoked", "RFC 5280 6.3.3 (h)")
    case("unknown-critical-in-delta", "ok", "base critical", "RFC 5280 5.2")
    case("delta-of-another-key", "ok", "base by-crl-key", "RFC 5280 6.3.3 (c)(3)", pool="crl-key")
    case("both-of-another-key", compromised, "base-by-crl-key by-crl-key", "RFC 5280 6.3.3 (h)", pool="crl-key")
    case("partition", compromised, "part part-revoked", scope)
    case("partition-for-complete", "ok", "base part-revoked", scope)
    case("complete-for-partition", "ok", "part revoked", scope)
    case("no-complete", "revocation-unknown 0 crl-no-base", "none revoked", combine)


def conforming():
    """What require_conforming_certificates asks on top; all are valid without."""
    t = Topic("conforming")
    t.cert("root", "root", "root", ext=CA)
    rule = "RFC 5280 4, 5"

    def both(name, expect, **more):
        t.case(f"{name}-asked", expect, rule, flags="conforming", **more)
        t.case(f"{name}-not-asked", "ok", rule, **more)

    def ca(file, *ext):
        t.cert(file, file, "ca", "root", ext=ext)
        # Without the CA's key identifier there is none to point at.
        t.cert(f"leaf-of-{file}", "leaf", "leaf", file, ext=["authorityKeyIdentifier=none", *LEAF[1:]] if ext[1].endswith("=none") else LEAF)
        both(file, "not-conforming 1", leaf=f"leaf-of-{file}", chain=file)

    def leaf(file, *ext, subject="leaf"):
        t.cert(file, subject, "leaf", "root", ext=ext)
        both(file, "not-conforming 0", leaf=file, chain="")

    t.cert("good", "leaf", "leaf", "root", ext=LEAF)
    both("good", "ok", leaf="good", chain="")
    leaf("no-authority-key", "authorityKeyIdentifier=none", *LEAF[1:])
    leaf("authority-key-of-names", "authorityKeyIdentifier=issuer:always", *LEAF[1:])
    leaf("critical-subject-key", AKI, "subjectKeyIdentifier=critical,hash")
    leaf("leaf-signs", AKI, "keyUsage=critical,keyCertSign")
    leaf("leaf-constrains", *LEAF, "nameConstraints=critical,permitted;DNS:lab.example")
    leaf("no-name", *LEAF, "subjectAltName=DNS:lab.example", subject="/")
    t.cert("no-name-critical", "/", "leaf", "root", ext=[*LEAF, "subjectAltName=critical,DNS:lab.example"])
    both("no-name-critical", "ok", leaf="no-name-critical", chain="")
    ca("no-subject-key", AKI, "subjectKeyIdentifier=none", *CA[:2])
    ca("basic-not-critical", AKI, CA[2], CA[1], "basicConstraints=CA:TRUE")
    ca("names-not-critical", AKI, *CA, "nameConstraints=permitted;DNS:lab.example")
    ca("policy-not-critical", AKI, *CA, "policyConstraints=requireExplicitPolicy:5")
    ca("any-not-critical", AKI, *CA, "inhibitAnyPolicy=5")
    t.crl("root", "root")
    both("crl", "ok", leaf="good", chain="", crls="root")


topics = [basic, authority, policy, names, crls, deltas, conforming]
chosen = [arg for arg in sys.argv[1:] if not arg.startswith("--")]
for topic in topics:
    if not chosen or topic.__name__ in chosen:
        shutil.rmtree(HERE / topic.__name__, ignore_errors=True)
        topic()
shutil.rmtree(WORK)
