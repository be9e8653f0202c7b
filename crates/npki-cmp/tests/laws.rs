//! Laws of messages, and a second opinion on PBMAC1.

#![expect(
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects is to stop"
)]

use std::process::Command;

use chacha20::{ChaCha20Rng, rand_core::SeedableRng as _};
use npki_cert::Name;
use npki_cmp::http::RequestReader;
use npki_cmp::{
    Body, CmpError, ErrorMsgContent, FailureInfo, Header, InfoTypeAndValue, MacAlgorithm, Message,
    Protection, Protector, StatusInfo, oid,
};
use npki_core::AuthorizationCode;
use proptest::prelude::*;

fn message(text: &str, pbmac1: bool, seed: u8, code: &str) -> Message {
    let mut rng = ChaCha20Rng::from_seed([seed; 32]);
    let name = Name::from_npki_text("cn=CA,c=kr").unwrap();
    let mut header = Header::new(&name, &Name::parse(&[0x30, 0]).unwrap()).unwrap();
    header.general_info = Some(vec![InfoTypeAndValue::ask(oid::IMPLICIT_CONFIRM)]);
    let mac = match pbmac1 {
        true => MacAlgorithm::pbmac1(&mut rng),
        false => MacAlgorithm::pbm(&mut rng),
    };
    let code = AuthorizationCode::new(code);
    let with = Protector::Code { code: &code, mac };
    let body = Body::Error(ErrorMsgContent {
        status: StatusInfo::rejection(FailureInfo::NotAuthorized, [text, "and again"]).unwrap(),
        error_code: None,
        error_details: None,
    });
    Message::protect(header, body, [], &with, &mut rng).unwrap()
}

/// Requests as a client writes them, by length or in chunks, and as they are read.
fn requests() -> impl Strategy<Value = (Vec<u8>, Vec<Vec<u8>>)> {
    let body = prop::collection::vec(any::<u8>(), 0..600);
    let one = (body, prop::option::of(1_usize..300)).prop_map(|(body, chunk)| {
        let mut octets = b"POST /pkix/ HTTP/1.1\r\n".to_vec();
        match chunk {
            None => {
                let length = format!("Content-Length: {}\r\n\r\n", body.len());
                octets.extend_from_slice(length.as_bytes());
                octets.extend_from_slice(&body);
            }
            Some(size) => {
                octets.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
                for chunk in body.chunks(size) {
                    let line = format!("{:x};of={size}\r\n", chunk.len());
                    octets.extend([line.as_bytes(), chunk, b"\r\n"].concat());
                }
                octets.extend_from_slice(b"0\r\n\r\n");
            }
        }
        (octets, body)
    });
    prop::collection::vec(one, 1..5).prop_map(|all| {
        let (octets, bodies): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        (octets.concat(), bodies)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn http_is_read_alike_in_whatever_pieces_it_comes(
        (octets, bodies) in requests(),
        piece in 1_usize..700,
    ) {
        let mut reader = RequestReader::default();
        let mut read = Vec::new();
        for piece in octets.chunks(piece) {
            reader.push(piece).unwrap();
            while let Some(request) = reader.request().unwrap() {
                read.push(request.body);
            }
        }
        prop_assert_eq!(read, bodies);
        prop_assert!(!reader.is_within_a_request());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn what_is_written_is_read(text in "\\PC{0,40}", pbmac1: bool, seed: u8, code in "[0-9]{1,20}") {
        let written = message(&text, pbmac1, seed, &code);
        let read = Message::parse(written.der()).unwrap();
        prop_assert_eq!(&read, &written);
        prop_assert!(read.verify_mac(&AuthorizationCode::new(&code)).is_ok());
        let other = AuthorizationCode::new(&format!("{code}0"));
        prop_assert!(matches!(read.verify_mac(&other), Err(CmpError::BadProtection)));
        let Body::Error(error) = read.body() else { panic!() };
        prop_assert_eq!(error.status.texts().collect::<Vec<_>>(), [text, "and again".to_owned()]);
    }

    #[test]
    fn no_octets_make_it_panic(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Message::parse(&octets);
    }
}

/// OpenSSL derives the key and computes the MAC of our PBMAC1.
#[test]
fn openssl_computes_the_same_pbmac1() {
    let found = Command::new("openssl").arg("version").output();
    if found.is_err() {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "no openssl"
        );
        eprintln!("passed over: there is no openssl");
        return;
    }
    let message = message("거절", true, 7, "0912978800814393922");
    let Ok(Protection::Mac(mac)) = Protection::of(&message) else {
        panic!()
    };
    let parameters = message
        .header()
        .protection_alg
        .as_ref()
        .unwrap()
        .parameters
        .as_ref()
        .unwrap();
    // The salt is the first OCTET STRING of 16 octets.
    let der = parameters.value();
    let at = der.windows(2).position(|two| two == [4, 16]).unwrap();
    let hex = |octets: &[u8]| {
        octets
            .iter()
            .map(|o| format!("{o:02x}"))
            .collect::<String>()
    };
    let salt = hex(&der[at + 2..at + 18]);
    let run = |command: &mut Command| {
        let done = command.output().unwrap();
        assert!(done.status.success(), "{done:?}");
        done.stdout
    };
    let key = run(Command::new("openssl")
        .args(["kdf", "-binary", "-keylen", "32"])
        .args([
            "-kdfopt",
            "digest:SHA256",
            "-kdfopt",
            "pass:0912978800814393922",
            "-kdfopt",
            &format!("hexsalt:{salt}"),
            "-kdfopt",
            &format!("iter:{}", mac.iterations()),
            "PBKDF2",
        ]));
    let file = std::env::temp_dir().join(format!("npki-cmp-pbmac1-{}", std::process::id()));
    std::fs::write(&file, message.protected_part().unwrap()).unwrap();
    let computed = run(Command::new("openssl")
        .args([
            "mac",
            "-binary",
            "-digest",
            "SHA256",
            "-macopt",
            &format!("hexkey:{}", hex(&key)),
            "-in",
        ])
        .arg(&file)
        .arg("HMAC"));
    std::fs::remove_file(&file).unwrap();
    assert_eq!(hex(&computed), hex(message.protection().unwrap()));
}
