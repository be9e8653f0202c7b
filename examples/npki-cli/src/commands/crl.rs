use std::path::PathBuf;

use clap::Args;
use npki_core::{RevocationReason, Sentence};
use npki_trust::{AlgorithmPolicy, CrlVerdict, judge_crls};
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::files;
use crate::json;
use crate::language::say;
use crate::report::{Answer, Report};

#[derive(Args, Debug)]
pub(crate) struct AskCrl {
    /// 폐지목록. The CRL, DER or PEM.
    pub(crate) file: PathBuf,
    /// 변경분 폐지목록. A delta CRL that amends it.
    #[arg(long, value_name = "FILE")]
    pub(crate) delta: Option<PathBuf>,
    /// 발급 인증기관의 인증서. The certificate of the CA that issued the CRL and the certificate.
    #[arg(long, value_name = "FILE")]
    pub(crate) issuer: PathBuf,
    /// 확인할 인증서. The certificate in question.
    #[arg(long, value_name = "FILE")]
    pub(crate) cert: PathBuf,
}

pub(super) fn run(args: &AskCrl, context: &Context) -> Result<Report, Failure> {
    let mut crls = Vec::new();
    for path in [Some(&args.file), args.delta.as_ref()]
        .into_iter()
        .flatten()
    {
        crls.push(files::crl(path)?);
    }
    let issuer = files::certificate(&args.issuer)?;
    let certificate = files::certificate(&args.cert)?;
    let mut page = context.page();
    page.line(certificate.display_name());
    let algorithms = AlgorithmPolicy::new();
    let (answer, fields) = match judge_crls(&crls, &issuer, &certificate, context.now, algorithms) {
        Ok(CrlVerdict::Good) => {
            page.say(&Sentence::fixed(
                "유효: 목록에 없습니다.",
                "good: it is not on the list.",
            ));
            (Answer::Yes, json!({ "status": "good" }))
        }
        Ok(CrlVerdict::Revoked { at, reason }) => {
            let label = page.words(&RevocationReason::label(reason));
            page.say(&say!("폐지됨: {at}, {label}.", "revoked: {at}, {label}."));
            let fields =
                json!({ "status": "revoked", "at": json::time(at), "reason": reason.name() });
            (Answer::No, fields)
        }
        Err(error) => {
            page.say(&say!(
                "이 목록으로는 알 수 없습니다: {error}.",
                "the list does not tell: {error}."
            ));
            let fields =
                json!({ "status": null, "error": error.name(), "detail": error.to_string() });
            (Answer::No, fields)
        }
    };
    Ok(Report::new(page, fields, answer))
}
