use base64ct::{Base64, Encoding as _};
use npki_cert::{CertStatus, OcspResponse, OcspResponseStatus};
use npki_cmp::http::{Request, Response};
use rand_core::CryptoRng;

use super::site::{Answered, Site};

/// Answers a question; `None`: it could not be read out of the path.
///
/// Source: RFC 6960 appendix A.1.
pub(super) fn answer(
    site: &Site<'_>,
    request: &Request,
    question: Option<&[u8]>,
    rng: &mut dyn CryptoRng,
) -> Answered {
    let Some(responder) = site.lab.ocsp(site.issuer) else {
        return Answered::bare(request, &Response::not_found());
    };
    // What is no request is answered so by the responder.
    let question = question.unwrap_or_default();
    match responder.answer(question, site.lab.now(), rng) {
        Ok(answered) => {
            let told = told(&answered.der);
            Answered::ok(request, RESPONSE, &answered.der, told)
        }
        Err(error) => {
            let failed = OcspResponse::refusal(OcspResponseStatus::InternalError);
            match failed.map(|failed| failed.encode()) {
                Some(Ok(der)) => Answered::ok(request, RESPONSE, &der, error.to_string()),
                _ => Answered::failed(request, &error),
            }
        }
    }
}

/// The DER of the question in a path: base64, of which `+`, `/` and `=` may be written as `%2B` and so on.
pub(super) fn question_in(path: &str) -> Option<Vec<u8>> {
    let mut text = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('%') {
        let octet = u8::from_str_radix(after.get(..2)?, 16).ok()?;
        text.push_str(before);
        text.push(char::from(octet));
        rest = after.get(2..)?;
    }
    text.push_str(rest);
    Base64::decode_vec(&text).ok()
}

/// A word for each certificate asked about.
fn told(der: &[u8]) -> String {
    let Ok(response) = OcspResponse::parse(der) else {
        return "?".into();
    };
    let Some(basic) = response.basic() else {
        return format!("{:?}", response.status());
    };
    let words = basic.responses().iter().map(|one| {
        let serial = one.id().serial_number;
        match one.status() {
            CertStatus::Good => format!("good {serial}"),
            CertStatus::Revoked { .. } => format!("revoked {serial}"),
            _ => format!("unknown {serial}"),
        }
    });
    words.collect::<Vec<_>>().join(", ")
}

pub(super) const REQUEST: &str = "application/ocsp-request";
const RESPONSE: &str = "application/ocsp-response";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_in_paths() {
        for (path, wanted) in [
            ("MAA=", Some(&b"\x30\x00"[..])),
            ("MAA%3D", Some(b"\x30\x00")),
            ("MAA%3d", Some(b"\x30\x00")),
            ("%2B/8=", Some(b"\xfb\xff")),
            ("+%2f8=", Some(b"\xfb\xff")),
            ("", Some(b"")),
            ("MAA", None),
            ("MAA%", None),
            ("MAA%3", None),
            ("MAA%3G", None),
            ("MAA%é", None),
            ("MAA=x", None),
        ] {
            assert_eq!(question_in(path).as_deref(), wanted, "{path}");
        }
    }
}
