use std::path::PathBuf;

use npki_cert::{Certificate, Crl, PolicyOid};
use npki_core::Sentence;
use npki_sign::cms::{CmsError, SignedData, Verification, VerifiedSigner};
use npki_trust::{Anchors, PolicySet, Request, Revocation, Validator};
use serde_json::{Value, json};

use super::overwrite;
use crate::cli::Verify;
use crate::context::Context;
use crate::failure::Failure;
use crate::files;
use crate::json;
use crate::language::say;
use crate::page::Page;
use crate::report::{Answer, Report};

pub(super) fn run(args: &Verify, context: &Context) -> Result<Report, Failure> {
    let message = SignedData::parse(&files::read(&args.file, SignedData::MAX_OCTETS)?)?;
    let content = match &args.content {
        Some(path) => Some(files::read(path, files::LARGE)?),
        None => None,
    };
    let trust = Trust::read(args)?;
    let signers = message.verify_signatures(&Verification {
        content: content.as_deref(),
        certificates: &trust.pool,
        ..Verification::default()
    });
    let signers = match signers {
        Ok(signers) => signers,
        Err(error) => return refuse(&error, context),
    };

    let mut page = context.page();
    let mut answer = Answer::Yes;
    let mut told = Vec::new();
    for signer in &signers {
        let path = trust.judge(&message, signer, context);
        tell(signer, path.as_ref(), &mut page);
        if path.as_ref().is_some_and(Result::is_err) {
            answer = Answer::No;
        }
        told.push(fields(signer, path.as_ref()));
    }
    if trust.validator.is_none() {
        page.say(&say!(
            "서명이 맞습니다. 서명자를 믿을 수 있는지는 확인하지 않았습니다(--anchor).",
            "The signatures hold. Whether the signer is to be trusted was not asked (--anchor)."
        ));
    }
    if let (Some(output), Answer::Yes, Some(octets)) = (&args.output, answer, message.content()) {
        files::write(output, octets, overwrite(args.overwrite))?;
    }
    let fields = json!({ "signers": told, "trust": trust.validator.is_some() });
    Ok(Report::new(page, fields, answer))
}

/// What the caller trusts.
struct Trust {
    validator: Option<Validator>,
    pool: Vec<Certificate>,
    crls: Vec<Crl>,
}

impl Trust {
    fn read(args: &Verify) -> Result<Self, Failure> {
        let certificates = |paths: &[PathBuf]| -> Result<Vec<Certificate>, Failure> {
            paths.iter().map(|path| files::certificate(path)).collect()
        };
        let anchors = certificates(&args.anchor)?;
        let crls: Result<Vec<Crl>, Failure> =
            args.crls.iter().map(|path| files::crl(path)).collect();
        let policies: Result<Vec<PolicyOid>, _> =
            args.policies.iter().map(|oid| oid.parse()).collect();
        let policies = policies.map_err(|error| {
            Failure::usage(
                "policy-oid",
                say!("{error}: 정책 OID가 아닙니다.", "{error}."),
            )
        })?;
        let validator = (!anchors.is_empty()).then(|| {
            let validator = Validator::new(Anchors::new(anchors));
            if policies.is_empty() {
                return validator;
            }
            validator
                .policies(PolicySet::of(policies))
                .require_explicit_policy()
        });
        Ok(Self {
            validator,
            pool: certificates(&args.cas)?,
            crls: crls?,
        })
    }

    /// Why a signer is not trusted; nothing when nobody was asked.
    fn judge(
        &self,
        message: &SignedData,
        signer: &VerifiedSigner,
        context: &Context,
    ) -> Option<Result<(), npki_trust::PathError>> {
        let pool: Vec<_> = self
            .pool
            .iter()
            .chain(message.certificates())
            .cloned()
            .collect();
        let request = Request {
            pool: &pool,
            revocation: if self.crls.is_empty() {
                Revocation::NotChecked
            } else {
                Revocation::Crls(&self.crls)
            },
            ..Request::new(signer.certificate(), context.now)
        };
        Some(self.validator.as_ref()?.validate(&request).map(drop))
    }
}

/// Signatures that do not hold are an answer; a message that cannot be verified as asked is not.
fn refuse(error: &CmsError, context: &Context) -> Result<Report, Failure> {
    let sentence = match error {
        CmsError::NoContent => {
            return Err(Failure::usage(
                error.name(),
                say!(
                    "메시지에 내용이 없습니다. --content로 원본 파일을 주세요.",
                    "the content is not in the message; give the file with --content."
                ),
            ));
        }
        CmsError::ContentGivenTwice => {
            return Err(Failure::usage(
                error.name(),
                say!(
                    "메시지에 내용이 있습니다. --content 없이 다시 하세요.",
                    "the content is in the message; leave --content out."
                ),
            ));
        }
        CmsError::Signer { .. } | CmsError::NoSigner => {
            say!(
                "서명이 맞지 않습니다: {error}.",
                "The signature does not hold: {error}."
            )
        }
        _ => return Err(error.clone().into()),
    };
    let mut page = context.page();
    page.say(&sentence);
    let fields = json!({ "error": { "kind": error.name(), "message": json::sentence(&sentence) } });
    Ok(Report::new(page, fields, Answer::No))
}

fn tell(
    signer: &VerifiedSigner,
    path: Option<&Result<(), npki_trust::PathError>>,
    page: &mut Page,
) {
    let certificate = signer.certificate();
    page.line(certificate.display_name());
    page.field("주체", "subject", certificate.subject().to_npki_text());
    page.field("발급자", "issuer", certificate.issuer().to_npki_text());
    page.field(
        "서명한 시각(서명자의 주장)",
        "signing time (as claimed)",
        signer.signing_time().map(|t| t.to_string()),
    );
    page.field("해시", "hash", signer.hash().name());
    let trust = match path {
        None => return,
        Some(Ok(())) => Sentence::fixed("믿을 수 있음", "holds"),
        Some(Err(error)) => say!("거절: {error}", "refused: {error}"),
    };
    let trust = page.words(&trust);
    page.field("인증서 경로", "path", trust);
}

fn fields(signer: &VerifiedSigner, path: Option<&Result<(), npki_trust::PathError>>) -> Value {
    json!({
        "certificate": json::summary(signer.certificate()),
        "hash": signer.hash().name(),
        "signing_time": signer.signing_time().map(json::time),
        "path": path.map(|path| match path {
            Ok(()) => json!({ "ok": true }),
            Err(error) => json!({ "ok": false, "error": error.name(), "detail": error.to_string() }),
        }),
    })
}
