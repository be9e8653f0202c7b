//! Answers that OpenSSL made, judged here; answers made here, judged by OpenSSL.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use npki_cert::{
    CertId, CertStatus, Certificate, Crl, OcspAnswer, OcspParams, OcspRequest, OcspResponse,
    OcspResponseStatus, ResponderId, RevocationReason, assemble_ocsp, tbs_ocsp,
};
use npki_core::{HashAlgorithm, Instant};
use npki_key::{PrivateKey, PublicKey, SignatureAlgorithm, Verifier as _};
use npki_trust::{
    AlgorithmPolicy, Anchors, OcspError, OcspFreshness, OcspNonce, OcspQuestion, OcspVerdict,
    PathError, Request, ResponderState, Revocation, Unauthorised, Validator, judge_ocsp,
};

/// What OpenSSL writes is read, and written again to the octet.
#[test]
fn what_openssl_writes_reads_back() {
    let mut count = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let written = match path.extension().and_then(|e| e.to_str()) {
            Some("req") => OcspRequest::parse(&std::fs::read(&path).unwrap())
                .unwrap()
                .encode(),
            Some("resp") => OcspResponse::parse(&std::fs::read(&path).unwrap())
                .unwrap()
                .encode(),
            _ => continue,
        };
        assert_eq!(written.unwrap(), std::fs::read(&path).unwrap(), "{path:?}");
        count += 1;
    }
    assert!(count >= 30, "{count}");

    let signed = OcspRequest::parse(&read("signed.req")).unwrap();
    let (leaf, signature) = (certificate("leaf"), signed.signature().unwrap());
    assert_eq!(
        signed.certificates().collect::<Vec<_>>(),
        std::slice::from_ref(&leaf)
    );
    let algorithm = SignatureAlgorithm::from_identifier(signature.algorithm.into()).unwrap();
    PublicKey::parse(leaf.public_key())
        .unwrap()
        .verify(&algorithm, signature.tbs_der, signature.signature)
        .unwrap();
    let two = OcspRequest::parse(&read("two.req")).unwrap();
    let ca = certificate("ca");
    let names = |at: usize, about: &str| two.asked()[at].id().names(&ca, &certificate(about));
    assert!(names(0, "leaf") && names(1, "revoked") && !names(0, "revoked"));
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/ocsp")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn certificate(name: &str) -> Certificate {
    Certificate::parse(&read(&format!("{name}.der"))).unwrap()
}

fn response(name: &str) -> OcspResponse {
    OcspResponse::parse(&read(&format!("{name}.resp"))).unwrap()
}

fn made_at(response: &OcspResponse) -> Instant {
    response.basic().unwrap().responses()[0].this_update()
}

fn later(at: Instant, seconds: u64) -> Instant {
    at.saturating_add(Duration::from_secs(seconds))
}

/// Asks `response` about `about`, an hour after it was made, with `change` made to the question.
fn judge(
    response: &OcspResponse,
    about: &str,
    change: impl FnOnce(&mut OcspQuestion<'_>),
) -> Result<OcspVerdict, OcspError> {
    let (certificate, issuer) = (certificate(about), certificate("ca"));
    let at = later(made_at(response), HOUR);
    let mut question = OcspQuestion::new(&certificate, &issuer, at);
    change(&mut question);
    judge_ocsp(response, &question)
}

fn plain(name: &str) -> Result<OcspVerdict, OcspError> {
    judge(&response(name), "leaf", |_| ())
}

const HOUR: u64 = 3_600;
const MONTH: u64 = 30 * 86_400;

#[test]
fn the_ca_itself_answers() {
    let judge = |about: &str| judge(&response(&format!("ca-{about}")), about, |_| ());
    assert_eq!(judge("leaf"), Ok(OcspVerdict::Good));
    assert_eq!(judge("never-issued"), Ok(OcspVerdict::Unknown));
    let since = |text: &str| text.parse().unwrap();
    for (about, at, reason) in [
        (
            "revoked",
            "2026-01-01T00:00:00Z",
            RevocationReason::KeyCompromise,
        ),
        (
            "on-hold",
            "2026-02-01T00:00:00Z",
            RevocationReason::CertificateHold,
        ),
    ] {
        let at = since(at);
        assert_eq!(judge(about), Ok(OcspVerdict::Revoked { at, reason }));
    }
}

/// RFC 6960 section 4.2.2.2, and what the Korean root does.
#[test]
fn who_may_answer() {
    use Unauthorised as U;
    let no = |why| Err(OcspError::Unauthorised(why));
    let good = Ok(OcspVerdict::Good);
    let (root, other_root) = (certificate("root"), certificate("other-root"));
    let (leaf, ca) = (certificate("leaf"), certificate("ca"));
    // The file, then what comes of it: with nothing else, with the root, with another root of that
    // name, and with the responder named by the caller.
    for (name, alone, with_root, with_other, configured) in [
        ("ca-leaf", &good, &good, &good, &good),
        ("delegate", &good, &good, &good, &good),
        ("delegate-checked", &good, &good, &good, &good),
        ("by-key", &good, &good, &good, &good),
        ("sha256-id", &good, &good, &good, &good),
        ("by-root", &no(U::Issuer), &good, &no(U::Issuer), &good),
        (
            "by-root-of-other-ca",
            &no(U::Issuer),
            &no(U::OtherCa),
            &no(U::Issuer),
            &no(U::OtherCa),
        ),
        (
            "by-root-no-use",
            &no(U::Issuer),
            &no(U::ExtendedKeyUsage),
            &no(U::Issuer),
            &no(U::ExtendedKeyUsage),
        ),
        (
            "by-other-root",
            &no(U::Issuer),
            &no(U::Signature),
            &no(U::Issuer),
            &no(U::Issuer),
        ),
        (
            "of-other-ca",
            &no(U::Issuer),
            &no(U::Issuer),
            &no(U::Issuer),
            &no(U::Issuer),
        ),
        (
            "of-same-name",
            &no(U::Signature),
            &no(U::Signature),
            &no(U::Signature),
            &no(U::Signature),
        ),
        (
            "self-made",
            &no(U::Issuer),
            &no(U::Issuer),
            &no(U::Issuer),
            &no(U::Issuer),
        ),
    ] {
        let response = response(name);
        let own: Vec<_> = response.basic().unwrap().certificates().collect();
        let ask = |root: Option<&'_ Certificate>, responders: &'_ [Certificate]| {
            let at = later(made_at(&response), HOUR);
            judge_ocsp(
                &response,
                &OcspQuestion {
                    root,
                    responders,
                    ..OcspQuestion::new(&leaf, &ca, at)
                },
            )
        };
        assert_eq!(&ask(None, &[]), alone, "{name}");
        assert_eq!(&ask(Some(&root), &[]), with_root, "{name} with the root");
        assert_eq!(
            &ask(Some(&other_root), &[]),
            with_other,
            "{name} with another root"
        );
        assert_eq!(&ask(None, &own), configured, "{name} by configuration");
    }
    for (name, why) in [
        ("delegate-no-use", U::ExtendedKeyUsage),
        ("delegate-any-use", U::ExtendedKeyUsage),
        ("delegate-no-sign", U::KeyUsage),
        ("delegate-critical", U::CriticalExtension),
    ] {
        assert_eq!(plain(name), no(why), "{name}");
    }
}

#[test]
fn a_responder_has_a_state_of_its_own() {
    use Unauthorised as U;
    let crls = [Crl::parse(&read("ca.crl")).unwrap()];
    let ask = |name: &str, crls: &[Crl], responder_state| {
        let (leaf, ca, response) = (certificate("leaf"), certificate("ca"), response(name));
        judge_ocsp(
            &response,
            &OcspQuestion {
                crls,
                responder_state,
                ..OcspQuestion::new(&leaf, &ca, later(made_at(&response), HOUR))
            },
        )
        .map_err(|error| match error {
            OcspError::Unauthorised(why) => why,
            other => panic!("{name}: {other}"),
        })
    };
    let good = Ok(OcspVerdict::Good);
    let (lax, strict) = (ResponderState::AsAtHand, ResponderState::Required);
    for (name, lax_without, lax_with, strict_without, strict_with) in [
        ("delegate", good, good, good, good),
        ("delegate-checked", good, good, Err(U::StateUnknown), good),
        (
            "delegate-revoked",
            good,
            Err(U::Revoked),
            Err(U::StateUnknown),
            Err(U::Revoked),
        ),
        ("ca-leaf", good, good, good, good),
    ] {
        assert_eq!(ask(name, &[], lax), lax_without, "{name}");
        assert_eq!(ask(name, &crls, lax), lax_with, "{name}");
        assert_eq!(ask(name, &[], strict), strict_without, "{name}");
        assert_eq!(ask(name, &crls, strict), strict_with, "{name}");
    }
    // Its certificate ends a day after the response; the answer itself holds for a month.
    let short = response("delegate-short");
    let ends = certificate("delegate-short").not_after();
    for (at, expected) in [
        (ends, Ok(OcspVerdict::Good)),
        (later(ends, 1), Err(OcspError::Unauthorised(U::Validity))),
    ] {
        let found = judge(&short, "leaf", |q| q.freshness = OcspFreshness::At(at));
        assert_eq!(found, expected);
    }
}

#[test]
fn times_on_both_sides() {
    let (month, open) = (response("ca-leaf"), response("no-next-update"));
    let made = made_at(&month);
    let before = Instant::from_unix_seconds(made.unix_seconds() - 1).unwrap();
    let stale = |until| Err(OcspError::Stale { until });
    for (response, at, expected) in [
        (
            &month,
            before,
            Err(OcspError::NotYetValid { this_update: made }),
        ),
        (&month, made, Ok(OcspVerdict::Good)),
        (&month, later(made, MONTH), Ok(OcspVerdict::Good)),
        (&month, later(made, MONTH + 1), stale(later(made, MONTH))),
        (&open, later(made_at(&open), 86_400), Ok(OcspVerdict::Good)),
        (
            &open,
            later(made_at(&open), 86_401),
            stale(later(made_at(&open), 86_400)),
        ),
    ] {
        let found = judge(response, "leaf", |q| q.freshness = OcspFreshness::At(at));
        assert_eq!(found, expected);
        let unjudged = judge(response, "leaf", |q| {
            q.freshness = OcspFreshness::DangerNotJudged;
        });
        assert_eq!(unjudged, Ok(OcspVerdict::Good));
    }
}

#[test]
fn the_nonce_of_the_question() {
    let request = OcspRequest::parse(&read("with-nonce.req")).unwrap();
    let nonce = request.nonce().unwrap();
    let other = vec![7; nonce.len()];
    let (with, without) = (response("with-nonce"), response("ca-leaf"));
    let good = Ok(OcspVerdict::Good);
    let no = Err(OcspError::Nonce);
    for (wanted, of_with, of_without) in [
        (OcspNonce::NotSent, &good, &good),
        (OcspNonce::IfEchoed(nonce), &good, &good),
        (OcspNonce::Required(nonce), &good, &no),
        (OcspNonce::IfEchoed(&other), &no, &good),
        (OcspNonce::Required(&other), &no, &no),
    ] {
        for (response, expected) in [(&with, of_with), (&without, of_without)] {
            let (leaf, ca) = (certificate("leaf"), certificate("ca"));
            let found = judge_ocsp(
                response,
                &OcspQuestion {
                    nonce: wanted,
                    ..OcspQuestion::new(&leaf, &ca, later(made_at(response), HOUR))
                },
            );
            assert_eq!(&found, expected, "{wanted:?}");
        }
    }
}

#[test]
fn an_answer_is_about_one_certificate_of_one_issuer() {
    let leaf = response("ca-leaf");
    let other = Err(OcspError::OtherCertificate);
    assert_eq!(judge(&leaf, "revoked", |_| ()), other);
    for (about, issuer) in [
        ("leaf", "other-ca"),
        ("leaf", "ca-of-same-name"),
        ("leaf", "root"),
    ] {
        let (about, issuer) = (certificate(about), certificate(issuer));
        let question = OcspQuestion::new(&about, &issuer, made_at(&leaf));
        assert_eq!(judge_ocsp(&leaf, &question), other);
    }
    let two = response("two");
    assert_eq!(judge(&two, "leaf", |_| ()), Ok(OcspVerdict::Good));
    assert!(matches!(
        judge(&two, "revoked", |_| ()),
        Ok(OcspVerdict::Revoked { .. })
    ));
}

#[test]
fn signatures_and_what_is_no_answer() {
    assert_eq!(plain("bad-signature"), Err(OcspError::Signature));
    assert_eq!(plain("delegate-bad-signature"), Err(OcspError::Signature));
    assert!(matches!(
        plain("sha1-signature"),
        Err(OcspError::Algorithm(_))
    ));
    let danger = |q: &mut OcspQuestion<'_>| {
        q.algorithms = AlgorithmPolicy::new().danger_trust_sha1();
    };
    assert_eq!(
        judge(&response("sha1-signature"), "leaf", danger),
        Ok(OcspVerdict::Good)
    );
    let bare = response("no-certificates");
    assert_eq!(judge(&bare, "leaf", |_| ()), Err(OcspError::NoSigner));
    let (pool, leaf, ca) = (
        [certificate("delegate")],
        certificate("leaf"),
        certificate("ca"),
    );
    let question = OcspQuestion {
        pool: &pool,
        ..OcspQuestion::new(&leaf, &ca, made_at(&bare))
    };
    assert_eq!(judge_ocsp(&bare, &question), Ok(OcspVerdict::Good));
    let later = OcspResponse::refusal(OcspResponseStatus::TryLater).unwrap();
    assert_eq!(
        judge_ocsp(&later, &question),
        Err(OcspError::NotAnswered(OcspResponseStatus::TryLater))
    );
}

/// Every octet of a good answer counts: with any bit of it flipped it is refused, or is the same
/// answer of the same responder (certificates beside the responder's are not signed).
#[test]
fn no_flipped_bit_is_good() {
    let der = read("ca-leaf.resp");
    let made = response("ca-leaf");
    let (leaf, ca) = (certificate("leaf"), certificate("ca"));
    let question = OcspQuestion::new(&leaf, &ca, later(made_at(&made), HOUR));
    let signed = made.basic().unwrap().tbs_der();
    let start = der
        .windows(signed.len())
        .position(|window| window == signed)
        .unwrap();
    let mut refused = 0;
    for at in 0..start + signed.len() {
        for bit in [0, 7] {
            let mut damaged = der.clone();
            damaged[at] ^= 1 << bit;
            let Ok(read) = OcspResponse::parse(&damaged) else {
                refused += 1;
                continue;
            };
            assert!(judge_ocsp(&read, &question).is_err(), "{at} {bit}");
        }
    }
    assert!(refused > 0);
}

/// The whole path: the subscriber's state by OCSP, the CA's by nothing, or by CRL.
#[test]
fn a_path_by_responses() {
    let (leaf, revoked, unknown) = (
        certificate("leaf"),
        certificate("revoked"),
        certificate("never-issued"),
    );
    let pool = [certificate("ca")];
    let validator = Validator::new(Anchors::new([certificate("root")]));
    let ask = |leaf: &Certificate, names: &[&str]| {
        let responses: Vec<_> = names.iter().map(|name| response(name)).collect();
        let at = later(made_at(&response("ca-leaf")), HOUR);
        let request = Request {
            pool: &pool,
            revocation: Revocation::CrlsAndOcsp {
                crls: &[],
                responses: &responses,
            },
            ..Request::new(leaf, at)
        };
        validator.validate(&request).map(drop).unwrap_err()
    };
    // Nothing tells the CA's own state: the path ends at depth 1, and the leaf is not looked at.
    assert!(matches!(
        ask(&leaf, &["by-root"]),
        PathError::RevocationUnknown { depth: 1, .. }
    ));
    let of_ca = |names: &[&str], leaf: &Certificate| {
        let mut responses: Vec<_> = names.iter().map(|name| response(name)).collect();
        responses.push(made_here("ca", &certificate("root"), CertStatus::Good));
        let at = later(made_at(&response("ca-leaf")), HOUR);
        let root_answers =
            OcspResponse::parse(&responses.pop().unwrap().encode().unwrap()).unwrap();
        responses.push(root_answers);
        let request = Request {
            pool: &pool,
            revocation: Revocation::CrlsAndOcsp {
                crls: &[],
                responses: &responses,
            },
            ..Request::new(leaf, at)
        };
        validator.validate(&request).map(drop)
    };
    assert_eq!(of_ca(&["ca-leaf"], &leaf), Ok(()));
    assert_eq!(of_ca(&["by-root"], &leaf), Ok(()));
    assert_eq!(of_ca(&["of-same-name", "by-root"], &leaf), Ok(()));
    for (names, leaf, expected) in [
        (&["ca-revoked"][..], &revoked, "revoked"),
        (&["ca-never-issued"], &unknown, "not-issued"),
        (&["of-same-name"], &leaf, "ocsp-refused"),
        (&["ca-revoked"], &leaf, "revocation-unknown"),
        (&[], &leaf, "revocation-unknown"),
    ] {
        let found = of_ca(names, leaf).unwrap_err();
        assert_eq!(
            (found.name(), found.depth()),
            (expected, Some(0)),
            "{names:?}"
        );
    }
}

/// An answer about `about`, a certificate of `issuer`, that the root's responder signs.
fn made_here(about: &str, issuer: &Certificate, status: CertStatus) -> OcspResponse {
    let signer = if about == "ca" { "by-root" } else { "ca" };
    made_by(signer, about, issuer, status)
}

fn made_by(signer: &str, about: &str, issuer: &Certificate, status: CertStatus) -> OcspResponse {
    let rng = &mut ChaCha20Rng::from_seed([1; 32]);
    let signer_certificate = certificate(signer);
    let key = PrivateKey::parse(&read(&format!("{signer}.p8")))
        .unwrap()
        .signing_key()
        .unwrap();
    let now = made_at(&response("ca-leaf"));
    let tbs = tbs_ocsp(
        &OcspParams {
            responder: &ResponderId::by_key_of(&signer_certificate),
            produced_at: now,
            nonce: Some(b"a nonce of sixteen"),
        },
        [OcspAnswer {
            id: CertId::new(HashAlgorithm::Sha1, issuer, &certificate(about)),
            status,
            this_update: now,
            next_update: later(now, MONTH),
        }],
    )
    .unwrap();
    let signature = key.sign(&tbs, rng).unwrap();
    let der = assemble_ocsp(
        &tbs,
        &key.algorithm().identifier(),
        signature.octets(),
        &[signer_certificate],
    )
    .unwrap();
    OcspResponse::parse(&der).unwrap()
}

/// OpenSSL takes what is made here, by the CA itself and by the root's responder.
#[test]
fn openssl_judges_our_answers() {
    if Command::new("openssl").arg("version").output().is_err() {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "CI needs openssl"
        );
        eprintln!("passed over: there is no openssl");
        return;
    }
    let temporary = tempfile::tempdir().unwrap();
    let pem = |name: &str| {
        let path = temporary.path().join(format!("{name}.pem"));
        std::fs::write(&path, certificate(name).to_pem()).unwrap();
        path.display().to_string()
    };
    let (ca, by_root) = (pem("ca"), pem("by-root"));
    let chain = temporary.path().join("chain.pem");
    std::fs::write(
        &chain,
        [certificate("root").to_pem(), certificate("ca").to_pem()].concat(),
    )
    .unwrap();
    let chain = chain.display().to_string();
    let since: Instant = "2026-03-01T00:00:00Z".parse().unwrap();
    let revoked = CertStatus::Revoked {
        at: since,
        reason: Some(RevocationReason::Superseded),
    };
    for (signer, trust) in [
        ("ca", ["-CAfile", chain.as_str()]),
        ("by-root", ["-VAfile", by_root.as_str()]),
    ] {
        for (about, status, words) in [
            ("leaf", CertStatus::Good, ": good"),
            ("leaf", revoked, ": revoked"),
            ("leaf", CertStatus::Unknown, ": unknown"),
        ] {
            let response = made_by(signer, about, &certificate("ca"), status);
            let file = temporary.path().join("answer.resp");
            std::fs::write(&file, response.encode().unwrap()).unwrap();
            let about = pem(about);
            let output = Command::new("openssl")
                .args(["ocsp", "-respin"])
                .arg(&file)
                .args(["-issuer", &ca, "-cert", &about, "-no_nonce"])
                .args(trust)
                .args(["-attime", &made_at(&response).unix_seconds().to_string()])
                .output()
                .unwrap();
            let text = [output.stdout, output.stderr].concat();
            let text = String::from_utf8_lossy(&text);
            assert!(text.contains("Response verify OK"), "{signer}: {text}");
            assert!(text.contains(words), "{signer}: {text}");
        }
    }
}
