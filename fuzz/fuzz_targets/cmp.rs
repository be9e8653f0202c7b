//! A CMP message: written again it is the same; whatever protects it is verified within the bounds or not at all.
#![no_main]

use libfuzzer_sys::fuzz_target;
use npki_cert::Certificate;
use npki_cmp::http::{RequestReader, ResponseReader};
use npki_cmp::{Body, EncryptedVid, Incoming, Message, Protection, oid};
use npki_core::AuthorizationCode;
use npki_key::PublicKey;

fuzz_target!(|data: &[u8]| {
    http(data);
    let Ok(message) = Message::parse(data) else {
        assert!(Incoming::accept(data).is_err());
        return;
    };
    assert_eq!(message.encode().as_deref().ok(), Some(data));
    assert_eq!(message.der(), data);
    let part = message.protected_part().expect("what was read is written");
    // The same octets stand in the message, after its own tag and length.
    assert!(part.len() <= data.len() + 4);

    if let Ok(Protection::Mac(mac)) = Protection::of(&message) {
        assert!((100..=100_000).contains(&mac.iterations()));
        // Many rounds in every run would leave no time for anything else.
        if mac.iterations() <= 1_000 {
            let _ = message.verify_mac(&AuthorizationCode::new("0912978800814393922"));
        }
    }
    for der in message.extra_certs() {
        let Ok(certificate) = Certificate::parse(&der) else { continue };
        if let Ok(key) = PublicKey::parse(certificate.public_key()) {
            let _ = message.verify_signature(&key);
        }
    }
    if let Body::Ir(requests) | Body::Cr(requests) | Body::Kur(requests) = message.body() {
        for request in requests {
            let _ = (request.old_cert_id(), request.cert_req.cert_template.subject_name());
            if let Some(value) = request.reg_info(&oid::ENCRYPTED_VID) {
                let _ = value.decode_as::<EncryptedVid>();
            }
        }
    }
    let _ = (message.header().time(), message.header().sender_name(), format!("{message:?} {:?}", message.header()));
});

/// In one piece and in two, requests are the same.
fn http(data: &[u8]) {
    let read = |pieces: &[&[u8]]| {
        let mut reader = RequestReader::default();
        let mut found = Vec::new();
        for piece in pieces {
            if reader.push(piece).is_err() {
                return None;
            }
            loop {
                match reader.request() {
                    Ok(Some(request)) => found.push(request),
                    Ok(None) => break,
                    Err(_) => return None,
                }
            }
        }
        Some(found)
    };
    let (one, two) = data.split_at(data.len() / 2);
    if let (Some(whole), Some(pieces)) = (read(&[data]), read(&[one, two])) {
        assert_eq!(whole, pieces);
    }
    let mut reader = ResponseReader::default();
    if reader.push(data).is_ok() {
        let _ = reader.response();
        let _ = reader.end();
    }
}
