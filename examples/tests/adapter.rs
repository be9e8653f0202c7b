//! The adapter answers line by line, and survives whatever comes in.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

use std::io::Write as _;
use std::process::{Command, Stdio};

use npki_container::{EncryptedPrivateKeyInfo, Password, SealScheme};
use npki_media::conformance;
use serde_json::{Value, json};

/// Gives lines to a new adapter and takes its answers.
fn answers(lines: &[u8]) -> Vec<Value> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_npki-adapter"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines = lines.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&lines));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn ask_all(requests: &[Value]) -> Vec<Value> {
    let mut lines = Vec::new();
    for (id, request) in requests.iter().enumerate() {
        let mut request = request.clone();
        request["id"] = id.into();
        lines.extend_from_slice(request.to_string().as_bytes());
        lines.push(b'\n');
    }
    let found = answers(&lines);
    assert_eq!(found.len(), requests.len());
    for (id, answer) in found.iter().enumerate() {
        assert_eq!(answer["id"], id);
    }
    found
}

fn ask(request: Value) -> Value {
    ask_all(&[request]).remove(0)
}

/// The one field of an acceptance.
#[track_caller]
fn out(request: Value) -> String {
    let answer = ask(request);
    assert_eq!(answer["ok"], true, "{answer}");
    answer["out"].as_str().unwrap().to_owned()
}

#[track_caller]
fn refused(request: Value) -> String {
    let answer = ask(request);
    assert_eq!(answer["ok"], false, "{answer}");
    answer["err"].as_str().unwrap().to_owned()
}

fn hex(octets: impl AsRef<[u8]>) -> String {
    octets
        .as_ref()
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect()
}

fn unhex(digits: &str) -> Vec<u8> {
    let digit = |i: usize| u8::from_str_radix(&digits[i..i + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(digit).collect()
}

/// The test subscriber's certificate, sealed key and `PrivateKeyInfo`.
fn subscriber() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let bundle = conformance::subscriber().unwrap();
    let key = bundle
        .sign
        .open(&Password::new(conformance::PASSWORD).unwrap())
        .unwrap();
    (
        bundle.sign.certificate.der().to_vec(),
        bundle.sign.key.as_der().to_vec(),
        key.expose_der().to_vec(),
    )
}

fn password() -> String {
    hex(conformance::PASSWORD)
}

#[test]
fn whatever_comes_in_is_answered() {
    let mut lines: Vec<u8> = Vec::new();
    for line in [
        &b""[..],
        b"nonsense",
        b"[]",
        b"{}",
        b"{\"op\":7}",
        b"\xff\xfe",
        b"{\"id\":\"seven\",\"op\":\"vid\"}",
        b"{\"id\":8,\"op\":\"no_such_thing\"}",
    ] {
        lines.extend_from_slice(line);
        lines.push(b'\n');
    }
    // Deep, wide, and a last line without its end.
    lines.extend_from_slice("[".repeat(100_000).as_bytes());
    lines.push(b'\n');
    lines.extend_from_slice(b"{\"id\":10,\"op\":\"vid\"}");
    let bad = |id: Value| json!({ "id": id, "ok": false, "err": "bad-request" });
    let null = Value::Null;
    assert_eq!(
        answers(&lines),
        [
            bad(null.clone()),
            bad(null.clone()),
            bad(null.clone()),
            bad(null.clone()),
            bad(null.clone()),
            bad(null.clone()),
            bad("seven".into()),
            json!({ "id": 8, "unsupported": true }),
            bad(null),
            bad(10.into()),
        ]
    );
    assert!(answers(b"").is_empty());
}

#[test]
fn every_operation_refuses_garbage() {
    const OPS: &[&str] = &[
        "rsa_pkcs1_verify",
        "rsa_pkcs1_sign",
        "rsa_pss_verify",
        "ecdsa_verify",
        "rsa_pkcs1_decrypt",
        "rsa_oaep_decrypt",
        "hmac",
        "pbkdf2",
        "pbes2_decrypt",
        "cbc_decrypt",
        "cbc_encrypt",
        "raw_decrypt",
        "raw_encrypt",
        "pkcs8_open",
        "pkcs8_seal",
        "pkcs12_open",
        "hold",
        "parse",
        "path_validate",
        "crl_check",
        "cms_verify",
        "cms_sign",
        "verify_login",
        "pkcs12_make",
        "pkcs12_import",
        "store_save",
        "store_list",
        "folder_find",
        "vid",
        "cert_show",
        "decide",
    ];
    const FIELDS: &[&str] = &[
        "spki",
        "hash",
        "msg",
        "sig",
        "mgf_hash",
        "salt_len",
        "pkcs8",
        "ct",
        "label",
        "key",
        "tag_len",
        "password",
        "salt",
        "iter",
        "dklen",
        "cipher",
        "iv",
        "in",
        "mode",
        "der",
        "scheme",
        "what",
        "kind",
        "anchors",
        "leaf",
        "chain",
        "pool",
        "crls",
        "time",
        "policies",
        "explicit",
        "revocation",
        "max_depth",
        "eku",
        "crl",
        "issuer",
        "cert",
        "content",
        "dir",
        "dn",
        "profile",
        "detached",
        "cms",
        "challenge",
        "idn",
        "r",
        "purpose",
        "new_password",
        "preset",
        "roots",
        "action",
        "now",
        "channel",
        "product",
        "holder",
        "facts",
    ];
    let values = [
        json!("00"),
        json!("30"),
        json!(""),
        json!(-1),
        json!(0),
        json!(i64::MAX),
        json!(1e300),
        json!(true),
        json!([]),
        json!(["30"]),
        json!({}),
        json!("sha256"),
        json!("한글"),
        json!(null),
    ];
    let mut requests = Vec::new();
    for op in OPS {
        requests.push(json!({ "op": op }));
        for value in &values {
            let mut request = json!({ "op": op });
            for field in FIELDS {
                request[field] = value.clone();
            }
            requests.push(request);
        }
    }
    for (request, answer) in requests.iter().zip(ask_all(&requests)) {
        // A folder that is not there yet holds nothing, and that is an answer.
        let nothing = answer["items"] == json!([]);
        assert!(nothing || answer["ok"] != true, "{request}: {answer}");
    }
}

#[test]
fn primitives_give_what_their_documents_say() {
    // RFC 4231 case 2.
    let tag = out(
        json!({ "op": "hmac", "hash": "sha256", "key": hex("Jefe"), "msg": hex("what do ya want for nothing?"), "tag_len": 16 }),
    );
    assert_eq!(tag, "5bdcc146bf60754e6a042426089575c7");
    // RFC 6070.
    let derived = json!({ "op": "pbkdf2", "hash": "sha1", "password": hex("password"), "salt": hex("salt"), "iter": 4096, "dklen": 20 });
    assert_eq!(
        out(derived.clone()),
        "4b007901b765489abead49d926f721d065a429c1"
    );
    for (name, value, err) in [
        ("iter", json!(2_147_483_647), "too-costly"),
        ("iter", json!(0), "bad-request"),
    ] {
        let mut request = derived.clone();
        request[name] = value;
        assert_eq!(refused(request), err);
    }
    // RFC 4269 appendix B.1, FIPS 197 appendix C.1, RFC 5794 appendix A.1.
    for (cipher, key, plain, encrypted) in [
        (
            "seed",
            "00000000000000000000000000000000",
            "000102030405060708090a0b0c0d0e0f",
            "5ebac6e0054e166819aff1cc6d346cdb",
        ),
        (
            "aes",
            "000102030405060708090a0b0c0d0e0f",
            "00112233445566778899aabbccddeeff",
            "69c4e0d86a7b0430d8cdb78070b4c55a",
        ),
        (
            "aria",
            "000102030405060708090a0b0c0d0e0f",
            "00112233445566778899aabbccddeeff",
            "d718fbd6ab644c739da95f3be6451778",
        ),
    ] {
        let zero = "0".repeat(32);
        for (mode, iv) in [("ecb", Value::Null), ("cbc", json!(zero))] {
            let one = json!({ "op": "raw_encrypt", "mode": mode, "cipher": cipher, "key": key, "iv": iv, "in": plain });
            assert_eq!(out(one), encrypted, "{cipher} {mode}");
            let back = json!({ "op": "raw_decrypt", "mode": mode, "cipher": cipher, "key": key, "iv": iv, "in": encrypted });
            assert_eq!(out(back), plain, "{cipher} {mode}");
        }
        let padded = out(
            json!({ "op": "cbc_encrypt", "cipher": cipher, "key": key, "iv": zero, "in": "616263" }),
        );
        let back =
            json!({ "op": "cbc_decrypt", "cipher": cipher, "key": key, "iv": zero, "in": padded });
        assert_eq!(out(back.clone()), "616263");
        let mut wrong = back;
        wrong["iv"] = "f".repeat(32).into();
        assert_eq!(refused(wrong), "wrong-key-or-damaged");
        let odd =
            json!({ "op": "raw_encrypt", "mode": "ecb", "cipher": cipher, "key": key, "in": "00" });
        assert_eq!(refused(odd), "block-length");
    }
}

#[test]
fn keys_sign_decrypt_and_open() {
    let (_, sealed, plain) = subscriber();
    let opened = ask(json!({ "op": "pkcs8_open", "der": hex(&sealed), "password": password() }));
    let spki = opened["spki"].as_str().unwrap();
    assert_eq!(opened["vid_random"].as_str().unwrap().len(), 40);
    assert_eq!(
        ask(json!({ "op": "pkcs8_open", "der": hex(&plain) }))["vid_random"],
        opened["vid_random"]
    );
    assert_eq!(
        refused(json!({ "op": "pkcs8_open", "der": hex(&sealed), "password": hex("wrong") })),
        "wrong-password-or-damaged"
    );
    assert_eq!(
        refused(json!({ "op": "pkcs8_open", "der": hex(&plain), "password": password() })),
        "not-encrypted"
    );

    for hash in ["sha1", "sha224", "sha256", "sha384", "sha512"] {
        let signature = out(
            json!({ "op": "rsa_pkcs1_sign", "pkcs8": hex(&plain), "hash": hash, "msg": "616263" }),
        );
        let check = |msg: &str| json!({ "op": "rsa_pkcs1_verify", "spki": spki, "hash": hash, "msg": msg, "sig": signature });
        assert_eq!(ask(check("616263"))["ok"], true);
        assert_eq!(refused(check("616264")), "signature");
    }
    let implicit = ask(
        json!({ "op": "rsa_pkcs1_decrypt", "pkcs8": hex(&plain), "ct": format!("{:0512x}", 5) }),
    );
    assert_eq!(
        (implicit["ok"].as_bool(), implicit["implicit"].as_bool()),
        (Some(true), Some(true))
    );
    let oaep = json!({ "op": "rsa_oaep_decrypt", "pkcs8": hex(&plain), "hash": "sha256", "mgf_hash": "sha1", "ct": format!("{:0512x}", 5) });
    assert_eq!(refused(oaep), "decryption-failed");
}

#[test]
fn seals_open_again() {
    let (_, _, plain) = subscriber();
    for scheme in SealScheme::ALL {
        let request = json!({ "op": "pkcs8_seal", "pkcs8": hex(&plain), "password": hex("a"), "scheme": scheme.name(), "iter": 1024 });
        let sealed = out(request.clone());
        let found = EncryptedPrivateKeyInfo::parse(&unhex(&sealed)).unwrap();
        assert_eq!(
            found.scheme().unwrap().iterations,
            1024,
            "{}",
            scheme.name()
        );
        let opened = ask(json!({ "op": "pkcs8_open", "der": sealed, "password": hex("a") }));
        assert_eq!(opened["vid_random"].as_str().unwrap().len(), 40);
        let mut few = request;
        few["iter"] = 1.into();
        assert_eq!(refused(few), "iterations");
    }
    assert_eq!(
        ask(json!({ "op": "pkcs8_seal", "pkcs8": hex(&plain), "password": "", "scheme": "rot13" }))
            ["unsupported"],
        true
    );
}

#[test]
fn folders_and_pfx() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("NPKI").to_str().unwrap().to_owned();
    let other = home.path().join("other").to_str().unwrap().to_owned();
    let slow_dir = home.path().join("slow").to_str().unwrap().to_owned();
    let (certificate, sealed, _) = subscriber();
    let dn = "cn=홍길동()009901202601010000001,ou=KFTC,ou=personal,o=yessign,c=kr";

    let save =
        json!({ "op": "store_save", "dir": dir, "cert": hex(&certificate), "key": hex(&sealed) });
    // Storing the same again takes its place.
    assert!(
        ask_all(&[save.clone(), save])
            .iter()
            .all(|answer| answer["ok"] == true)
    );
    let listed = ask(json!({ "op": "store_list", "dir": dir }));
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["dn"], dn);
    let found = ask(json!({ "op": "folder_find", "roots": [dir, other] }));
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(found["items"][0]["complete"], true);

    // A key that would take longer than a line has: its count of iterations is another one of as many octets.
    let seal = json!({ "op": "pkcs8_seal", "pkcs8": hex(&subscriber().2), "password": password(), "scheme": "pbes2-seed-sha256", "iter": 100_000 });
    let slow = out(seal).replacen("02030186a0", "02033fffff", 1);
    let slow =
        json!({ "op": "store_save", "dir": slow_dir, "cert": hex(&certificate), "key": slow });
    assert_eq!(ask(slow)["ok"], true);
    let slow_make = json!({ "op": "pkcs12_make", "dir": slow_dir, "dn": dn, "password": password(), "new_password": password(), "preset": "seed" });
    assert_eq!(refused(slow_make), "too-costly");
    let slow_sign = json!({ "op": "cms_sign", "dir": slow_dir, "dn": dn, "password": password(), "content": "00", "profile": "plain" });
    assert_eq!(refused(slow_sign), "too-costly");

    let new = hex("Second-pass-2!");
    let make = json!({ "op": "pkcs12_make", "dir": dir, "dn": dn, "password": password(), "new_password": new, "preset": "seed" });
    let pfx = out(make.clone());
    let opened = ask(json!({ "op": "pkcs12_open", "der": pfx, "password": new }));
    assert_eq!(
        (opened["keys"].as_u64(), opened["certs"].as_u64()),
        (Some(1), Some(1))
    );
    assert_eq!(opened["cert_sha256"][0], listed["items"][0]["cert_sha256"]);
    let mut weak = make.clone();
    weak["new_password"] = "61".into();
    assert_eq!(refused(weak), "password-refused");
    let mut nobody = make;
    nobody["dn"] = "cn=nobody,c=kr".into();
    assert_eq!(refused(nobody), "not-found");

    let import = json!({ "op": "pkcs12_import", "dir": other, "der": pfx, "password": new, "new_password": new });
    assert_eq!(ask(import.clone())["dn"], dn);
    assert_eq!(refused(import), "exists");
    let hold = json!({ "op": "hold", "what": "pkcs12_open", "der": pfx, "password": new });
    assert_eq!(ask(hold), json!({ "id": 0, "ok": true }));
}

#[test]
fn messages_are_signed_and_verified() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("NPKI").to_str().unwrap().to_owned();
    let (certificate, sealed, _) = subscriber();
    let dn = "cn=홍길동()009901202601010000001,ou=KFTC,ou=personal,o=yessign,c=kr";
    ask(json!({ "op": "store_save", "dir": dir, "cert": hex(&certificate), "key": hex(&sealed) }));
    let ca = hex(conformance::subscriber().unwrap().ca_certificates[0].der());
    let other = hex(conformance::other_subscriber().unwrap().ca_certificates[0].der());
    for (profile, detached) in [
        ("plain", false),
        ("plain", true),
        ("noattr", false),
        ("noattr", true),
    ] {
        let cms = out(
            json!({ "op": "cms_sign", "dir": dir, "dn": dn, "password": password(), "content": "616263", "detached": detached, "profile": profile }),
        );
        let mut verify = json!({ "op": "cms_verify", "der": cms, "anchors": [] });
        if detached {
            assert_eq!(refused(verify.clone()), "cms-no-content");
            verify["content"] = "616263".into();
        }
        assert_eq!(out(verify.clone()), "616263");
        verify["anchors"] = json!([ca]);
        verify["time"] = 1_796_094_000.into();
        assert_eq!(out(verify.clone()), "616263");
        verify["crls"] = json!([]);
        assert_eq!(out(verify.clone()), "616263");
        verify["anchors"] = json!([other]);
        assert_eq!(refused(verify), "no-path");
        let parsed = ask(json!({ "op": "parse", "kind": "cms", "der": cms }));
        assert_eq!(parsed["reencoded"], cms);
    }
}

#[test]
fn certificates_are_shown_parsed_and_validated() {
    let bundle = conformance::subscriber().unwrap();
    let (leaf, ca) = (
        hex(bundle.sign.certificate.der()),
        hex(bundle.ca_certificates[0].der()),
    );
    assert_eq!(
        ask(json!({ "op": "parse", "kind": "cert", "der": leaf }))["reencoded"],
        leaf
    );
    let shown = ask(json!({ "op": "cert_show", "der": leaf }));
    assert_eq!(
        shown["serial"],
        bundle.sign.certificate.serial_number().to_string()
    );
    assert_eq!(
        shown["not_before"],
        bundle.sign.certificate.not_before().unix_seconds()
    );
    assert!(shown["product"].is_null() && shown["vid"].is_null() && shown["policy"].is_null());

    let ask_path = |change: &dyn Fn(&mut Value)| {
        let mut request = json!({
            "op": "path_validate", "anchors": [ca], "leaf": leaf, "pool": ["00"], "time": 1_796_094_000, "revocation": "none",
        });
        change(&mut request);
        ask(request)
    };
    assert_eq!(ask_path(&|_| {})["policies"], json!([]));
    assert_eq!(ask_path(&|r| r["chain"] = json!([]))["ok"], true);
    assert_eq!(ask_path(&|r| r["explicit"] = true.into())["err"], "policy");
    assert_eq!(
        ask_path(&|r| r["time"] = 1_900_000_000.into())["err"],
        "expired"
    );
    assert_eq!(ask_path(&|r| r["anchors"] = json!([]))["err"], "no-path");
    assert_eq!(
        ask_path(&|r| r["revocation"] = "crl".into())["err"],
        "revocation-unknown"
    );
    assert_eq!(
        ask_path(&|r| r["peer"] = json!({ "kind": "dns", "value": "a" }))["unsupported"],
        true
    );
    assert_eq!(
        ask_path(&|r| r["policies"] = json!(["x"]))["err"],
        "bad-request"
    );
}

#[test]
fn vid_follows_its_published_example() {
    let vid = json!({ "op": "vid", "hash": "sha256", "idn": "1234561234567", "r": "79ea7568a2d3776604e18bcd3a1b1b85b7da0872" });
    assert_eq!(
        out(vid.clone()),
        "17692c8dd00ead33791de0a64a937c60799634c64ac56fa57570c0e05252ab35"
    );
    let mut old = vid;
    old["hash"] = "sha1".into();
    assert_eq!(out(old), "db7e38dbaae245f6c24a623399cb522bfd0a3d3a");
}

#[test]
fn decisions_come_from_the_shipped_policy() {
    // 2026-12-01T00:59:59+09:00 and a second later (R16).
    let base = json!({ "op": "decide", "action": "issue", "now": 1_796_054_399, "channel": "pc", "product": "personal-limited", "holder": "individual", "facts": {} });
    let closed = ask(base.clone());
    assert_eq!(
        (&closed["allowed"], &closed["rules"]),
        (&json!(false), &json!(["R16"]))
    );
    assert_eq!(
        (&closed["opens_at"], &closed["not_after"]),
        (&json!(1_796_054_400), &Value::Null)
    );
    let mut open = base.clone();
    open["now"] = 1_796_054_400.into();
    let open = ask(open);
    assert_eq!(
        (&open["allowed"], &open["rules"], &open["fee"]),
        (&json!(true), &json!([]), &json!(0))
    );
    // 2027-12-01T23:59:59+09:00 (R10).
    assert_eq!(open["not_after"], 1_827_673_199);
    let mut unknown = base.clone();
    unknown["facts"] = json!({ "weather": "fine" });
    assert_eq!(refused(unknown), "bad-request");
    // The certificate's product counts, so it may stand alone.
    let renew = json!({ "op": "decide", "action": "renew", "now": 1_796_054_400, "facts": { "certificate": { "product": "personal-general", "not_before": 1_796_054_000 } } });
    assert_eq!(ask(renew)["rules"], json!(["R11"]));
}

/// Every number is a seed of its own.
#[test]
fn seeds_of_the_lab() {
    let serials = [json!(1), json!(-1), json!(1_u64 << 63), json!(u64::MAX), json!(i64::MIN)]
        .into_iter()
        .map(|seed| {
            let home = tempfile::tempdir().unwrap();
            let place = home.path().to_str().unwrap();
            let issued = ask(
                json!({ "op": "lab_issue", "seed": seed, "now": 1_796_094_000, "product": "personal-limited",
                    "name": "홍길동", "idn": "9921013000017", "password": hex("Old-pass-word-1!"), "dir": place }),
            );
            issued["serial"].as_str().unwrap().to_owned()
        });
    assert_eq!(serials.collect::<std::collections::BTreeSet<_>>().len(), 5);
}

#[test]
fn what_the_lab_issued_logs_in_once() {
    let home = tempfile::tempdir().unwrap();
    let place = home.path().to_str().unwrap();
    let (now, idn) = (1_796_094_000, "9921013000017");
    let issued = ask(
        json!({ "op": "lab_issue", "seed": "a word", "now": now, "product": "personal-limited", "holder": "individual",
            "name": "홍길동", "idn": idn, "password": hex("Old-pass-word-1!"), "dir": place }),
    );
    let dir = format!("{place}/NPKI");
    let read = |name: &str| hex(std::fs::read(home.path().join("ca").join(name)).unwrap());
    let r = {
        let key = std::fs::read_dir(format!("{dir}/Lab-yessign/USER"))
            .unwrap()
            .next()
            .unwrap();
        let key = std::fs::read(key.unwrap().path().join("signPri.key")).unwrap();
        ask(json!({ "op": "pkcs8_open", "der": hex(key), "password": hex("Old-pass-word-1!") }))["vid_random"].clone()
    };
    let attempt = |challenge: &str| {
        let cms = out(
            json!({ "op": "cms_sign", "dir": dir, "dn": issued["dn"], "password": hex("Old-pass-word-1!"),
                "content": challenge, "detached": false, "profile": "plain" }),
        );
        json!({ "op": "verify_login", "cms": cms, "challenge": challenge, "idn": idn, "r": r, "anchors": issued["anchors"],
            "chain": issued["chain"], "crls": [read("crl.der"), read("arl.der")], "time": now, "purpose": "bank" })
    };
    let changed = |field: &str, value: Value| {
        let mut request = attempt("c0ffee");
        request[field] = value;
        request
    };
    let right = attempt("0123456789abcdef");
    let requests = [
        changed("challenge", "00".into()),
        changed("anchors", json!([])),
        changed("time", 1_700_000_000.into()),
        changed("time", 1_900_000_000.into()),
        changed("purpose", "securities".into()),
        changed("idn", "9921013000018".into()),
        changed("r", "00".into()),
        changed("ocsp", "00".into()),
        right.clone(),
        right,
    ];
    let answers = ask_all(&requests);
    let errors: Vec<_> = answers
        .iter()
        .map(|answer| answer["err"].as_str().unwrap_or(""))
        .collect();
    assert_eq!(
        errors,
        [
            "challenge",
            "chain",
            "not-yet-valid",
            "expired",
            "policy",
            "vid",
            "vid",
            "malformed",
            "",
            "replay"
        ]
    );
    assert_eq!(answers[8]["subject"], issued["dn"]);
    assert_eq!(answers[8]["product"], "personal-limited");
}

/// A file of the OCSP vectors that OpenSSL made.
fn ocsp_vector(name: &str) -> Vec<u8> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../crates/npki-trust/tests/vectors/ocsp"
    );
    std::fs::read(std::path::Path::new(folder).join(name)).unwrap()
}

#[test]
fn ocsp_messages_and_requests_read_back() {
    let csr = include_bytes!("../../crates/npki-cert/tests/vectors/openssl/request.csr");
    for (kind, der) in [
        ("ocsp_req", ocsp_vector("with-nonce.req")),
        ("ocsp_req", ocsp_vector("signed.req")),
        ("ocsp_resp", ocsp_vector("delegate.resp")),
        ("ocsp_resp", vec![0x30, 3, 0x0a, 1, 3]),
        ("csr", csr.to_vec()),
    ] {
        let answer = ask(json!({"op": "parse", "kind": kind, "der": hex(&der)}));
        assert_eq!(answer["reencoded"], hex(&der), "{kind}: {answer}");
        let mut longer = der;
        longer.push(0);
        let answer = ask(json!({"op": "parse", "kind": kind, "der": hex(&longer)}));
        assert_eq!(answer["err"], "trailing-data", "{kind}: {answer}");
    }
}

#[test]
fn ocsp_responses_are_judged() {
    let made = npki_cert::OcspResponse::parse(&ocsp_vector("ca-leaf.resp")).unwrap();
    let made = made.basic().unwrap().produced_at().unix_seconds();
    let line = |response: &str, about: &str, signers: &[&str], time: Option<i64>| {
        let signers: Vec<_> = signers
            .iter()
            .map(|name| hex(ocsp_vector(&format!("{name}.der"))))
            .collect();
        json!({
            "op": "ocsp_check",
            "resp": hex(ocsp_vector(&format!("{response}.resp"))),
            "issuer": hex(ocsp_vector("ca.der")),
            "cert": hex(ocsp_vector(&format!("{about}.der"))),
            "signers": signers,
            "time": time,
        })
    };
    let now = Some(made + 60);
    let month = 30 * 86_400;
    for (request, expected) in [
        (line("ca-leaf", "leaf", &[], now), "good"),
        (line("ca-revoked", "revoked", &[], now), "revoked"),
        (line("ca-never-issued", "never-issued", &[], now), "unknown"),
        (
            line("ca-leaf", "revoked", &[], now),
            "ocsp-other-certificate",
        ),
        (line("delegate", "leaf", &[], now), "good"),
        (
            line("delegate-no-use", "leaf", &[], now),
            "ocsp-unauthorised",
        ),
        (
            line("delegate-no-use", "leaf", &["delegate-no-use"], now),
            "ocsp-unauthorised",
        ),
        (line("no-certificates", "leaf", &[], now), "ocsp-no-signer"),
        (line("no-certificates", "leaf", &["delegate"], now), "good"),
        (line("by-root", "leaf", &[], now), "ocsp-unauthorised"),
        (line("by-root", "leaf", &["root"], now), "good"),
        (line("by-root", "leaf", &["by-root"], now), "good"),
        (
            line("by-root-of-other-ca", "leaf", &["root"], now),
            "ocsp-unauthorised",
        ),
        (line("bad-signature", "leaf", &[], now), "ocsp-signature"),
        (
            line("ca-leaf", "leaf", &[], Some(made - 60)),
            "ocsp-not-yet-valid",
        ),
        (
            line("ca-leaf", "leaf", &[], Some(made + month + 60)),
            "ocsp-stale",
        ),
        (line("ca-leaf", "leaf", &[], None), "good"),
        (line("sha1-signature", "leaf", &[], now), "ocsp-algorithm"),
        (line("sha1-signature", "leaf", &[], None), "good"),
    ] {
        let answer = ask(request);
        let found = if answer["ok"] == true {
            &answer["status"]
        } else {
            &answer["err"]
        };
        assert_eq!(found, expected, "{answer}");
    }
}
