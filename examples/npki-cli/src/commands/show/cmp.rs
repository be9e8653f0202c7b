use npki_cert::Certificate;
use npki_cmp::{
    Body, CertOrEncCert, CertRepMessage, CertReqMsg, EncryptedVid, FreeText, Header, Message,
    ProofOfPossession, Protection, StatusInfo, oid,
};
use npki_core::Sentence;
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::json;
use crate::page::Page;
use crate::report::Report;

/// What a CMP message says; of the old Korean dialect too, which is read and never spoken.
pub(super) fn report(message: &Message, context: &Context) -> Report {
    let header = message.header();
    let mut page = context.page();
    let kind = page.words(&Sentence::fixed("CMP 메시지", "CMP message"));
    page.line(format_args!("{kind}: {}", message.body().name()));
    let dialect = header.pvno <= 1;
    let version = match dialect {
        true => format!("{} (KCAC.TS.CMP)", header.pvno),
        false => header.pvno.to_string(),
    };
    page.field("버전", "version", version);
    let text = |name: Option<npki_cert::Name>| name.map(|n| n.to_npki_text());
    let sender = text(header.sender_name()).filter(|name| !name.is_empty());
    let recipient = text(header.recipient_name()).filter(|name| !name.is_empty());
    page.field("보낸 쪽", "sender", sender.clone());
    page.field("받는 쪽", "recipient", recipient.clone());
    let time = header.time().map(json::time);
    page.field("시각", "time", time.clone());
    let kid = header.sender_kid.as_ref().map(|kid| key_id(kid.as_bytes()));
    page.field("참조번호 또는 키", "reference or key", kid.clone());
    let transaction = hex(header.transaction_id.as_ref());
    page.field("거래번호", "transaction", transaction.clone());
    let protected = protection(message, header);
    page.field("보호", "protection", protected.clone());
    let notes: Vec<String> = header
        .free_text
        .iter()
        .flat_map(FreeText::texts)
        .map(Into::into)
        .collect();
    for note in &notes {
        page.field("알림", "note", note.clone());
    }
    let body = body(message.body(), &mut page);
    let extra: Vec<Value> = message
        .extra_certs()
        .filter_map(|der| Certificate::parse(&der).ok())
        .map(|certificate| json::summary(&certificate))
        .collect();
    let fields = json!({
        "kind": "cmp",
        "body": message.body().name(),
        "version": header.pvno,
        "korean_dialect": dialect,
        "sender": sender,
        "recipient": recipient,
        "time": time,
        "sender_key": kid,
        "transaction": transaction,
        "protection": protected,
        "free_text": notes,
        "content": body,
        "certificates": extra,
    });
    Report::done(page, fields)
}

fn body(body: &Body, page: &mut Page) -> Value {
    match body {
        Body::Ir(requests) | Body::Cr(requests) | Body::Kur(requests) => {
            json!({ "requests": requests.iter().map(|one| request(one, page)).collect::<Vec<_>>() })
        }
        Body::Ip(answer) | Body::Cp(answer) | Body::Kup(answer) => certificates(answer, page),
        Body::Error(error) => status(&error.status, page),
        Body::Rp(answer) => {
            json!({ "responses": answer.status.iter().map(|one| status(one, page)).collect::<Vec<_>>() })
        }
        Body::Rr(details) => {
            let serials: Vec<_> = details
                .iter()
                .filter_map(|one| one.cert_details.serial_number.as_ref())
                .map(|serial| json::hex(serial.as_bytes()))
                .collect();
            for serial in &serials {
                page.field("폐지할 일련번호", "serial to revoke", serial.clone());
            }
            json!({ "serials": serials })
        }
        Body::Genm(infos) | Body::Genp(infos) => {
            let mut all = Vec::new();
            for info in infos {
                let named = info
                    .value_der()
                    .ok()
                    .and_then(|der| Certificate::parse(&der).ok());
                let subject = named.as_ref().map(|c| c.subject().to_npki_text());
                let shown = subject.clone().unwrap_or_default();
                page.field("정보", "information", format!("{} {shown}", info.info_type));
                all.push(json!({ "type": info.info_type.to_string(), "certificate": subject }));
            }
            json!({ "information": all })
        }
        Body::CertConf(confirmed) => {
            let hashes: Vec<_> = confirmed
                .iter()
                .map(|one| json::hex(one.cert_hash.as_bytes()))
                .collect();
            for hash in &hashes {
                page.field("인증서 해시", "certificate hash", hash.clone());
            }
            json!({ "hashes": hashes })
        }
        _ => Value::Null,
    }
}

fn request(request: &CertReqMsg, page: &mut Page) -> Value {
    let subject = request
        .cert_req
        .cert_template
        .subject_name()
        .map(|n| n.to_npki_text());
    page.field("신청 이름", "subject asked for", subject.clone());
    let key = request
        .public_key()
        .map(|key| key.algorithm.oid.to_string());
    page.field("공개키", "public key", key.clone());
    let possession = match &request.popo {
        None => "none",
        Some(ProofOfPossession::RaVerified(_)) => "raVerified",
        Some(ProofOfPossession::Signature(proof)) if proof.input.is_some() => {
            "signature with input"
        }
        Some(ProofOfPossession::Signature(_)) => "signature",
        Some(ProofOfPossession::KeyEncipherment(_)) => "keyEncipherment",
        Some(ProofOfPossession::KeyAgreement(_)) => "keyAgreement",
    };
    page.field("개인키 소유 증명", "proof of possession", possession);
    let old = request
        .old_cert_id()
        .map(|id| json::hex(id.serial_number.as_bytes()));
    page.field("옛 인증서", "old certificate", old.clone());
    let vid = request
        .reg_info(&oid::ENCRYPTED_VID)
        .and_then(|value| value.decode_as::<EncryptedVid>().ok());
    let vid = vid.map(|vid| json::hex(vid.cert_id.serial_number.as_bytes()));
    page.field(
        "EncryptedVID: CA 인증서",
        "EncryptedVID for the CA's certificate",
        vid.clone(),
    );
    json!({
        "subject": subject,
        "public_key": key,
        "possession": possession,
        "old_certificate": old,
        "encrypted_vid_for": vid,
    })
}

fn certificates(answer: &CertRepMessage, page: &mut Page) -> Value {
    let mut all = Vec::new();
    for response in &answer.response {
        let mut fields = Map::new();
        fields.insert("status".into(), status(&response.status, page));
        let given = response
            .certified_key_pair
            .as_ref()
            .map(|pair| &pair.cert_or_enc_cert);
        let certificate = match given {
            Some(CertOrEncCert::Certificate(any)) => der::Encode::to_der(any)
                .ok()
                .and_then(|der| Certificate::parse(&der).ok()),
            _ => None,
        };
        if let Some(certificate) = certificate {
            page.field(
                "인증서",
                "certificate",
                certificate.subject().to_npki_text(),
            );
            page.field(
                "일련번호",
                "serial",
                certificate.serial_number().to_string(),
            );
            fields.insert("certificate".into(), json::summary(&certificate));
        }
        fields.insert(
            "encrypted".into(),
            matches!(given, Some(CertOrEncCert::Encrypted(_))).into(),
        );
        all.push(Value::Object(fields));
    }
    json!({ "responses": all })
}

fn status(status: &StatusInfo, page: &mut Page) -> Value {
    let name = format!("{:?}", status.status);
    page.field("결과", "status", name.clone());
    let failures: Vec<_> = status
        .failures()
        .map(|failure| format!("{failure:?}"))
        .collect();
    if !failures.is_empty() {
        page.field("사유", "failure", failures.join(", "));
    }
    let texts: Vec<_> = status.texts().collect();
    let text = texts.join(" ");
    page.field(
        "안내",
        "text",
        Some(text.clone()).filter(|text| !text.is_empty()),
    );
    json!({ "status": name, "failures": failures, "text": text })
}

/// By what it says to be protected. Nothing is verified: there is no secret here.
fn protection(message: &Message, header: &Header) -> Option<String> {
    let algorithm = header.protection_alg.as_ref()?;
    Some(match Protection::of(message) {
        Ok(Protection::Mac(mac)) => format!("{:?}, {} iterations", mac.kind(), mac.iterations()),
        Ok(Protection::Signature(algorithm)) => format!("{algorithm:?}"),
        Ok(_) => algorithm.oid.to_string(),
        Err(error) => format!("{} ({error})", algorithm.oid),
    })
}

/// A reference number is digits; a key identifier is not.
fn key_id(octets: &[u8]) -> String {
    match core::str::from_utf8(octets) {
        Ok(text) if text.bytes().all(|octet| octet.is_ascii_graphic()) => text.to_owned(),
        _ => json::hex(octets),
    }
}

fn hex(octets: Option<&der::asn1::OctetString>) -> Option<String> {
    octets.map(|octets| json::hex(octets.as_bytes()))
}
