use std::path::PathBuf;

use clap::{Args, Subcommand};
use npki_cert::{CertId, Certificate, OcspRequest, OcspResponse};
use npki_core::{HashAlgorithm, RevocationReason, Sentence};
use npki_trust::{OcspNonce, OcspQuestion, OcspVerdict, judge_ocsp};
use rand_core::Rng as _;
use serde_json::json;

use super::overwrite;
use crate::context::Context;
use crate::failure::Failure;
use crate::files;
use crate::json;
use crate::language::say;
use crate::report::{Answer, Report};

#[derive(Debug, Subcommand)]
pub(crate) enum Ocsp {
    /// 요청을 씀. Write a request, to be posted to the responder as application/ocsp-request.
    #[command(
        after_help = "Example:\n  npki ocsp request --issuer ca.der --cert signCert.der --output question.req"
    )]
    Request(Request),
    /// 응답을 판정. Judge a response.
    #[command(
        after_help = "Example:\n  npki ocsp check answer.resp --issuer ca.der --cert signCert.der --root root.der --request \
                      question.req"
    )]
    Check(Check),
}

/// Which certificate.
#[derive(Args, Debug)]
pub(crate) struct Asked {
    /// 발급 인증기관의 인증서. The certificate of the CA that issued it.
    #[arg(long, value_name = "FILE")]
    pub(crate) issuer: PathBuf,
    /// 확인할 인증서. The certificate in question.
    #[arg(long, value_name = "FILE")]
    pub(crate) cert: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Request {
    #[command(flatten)]
    pub(crate) asked: Asked,
    /// 요청을 쓸 파일. Write the request there.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// nonce 없이. Without a nonce, so that a response made beforehand will do.
    #[arg(long)]
    pub(crate) no_nonce: bool,
    /// 파일이 있으면 바꿈. Replace the file that --output names.
    #[arg(long)]
    pub(crate) overwrite: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Check {
    /// 응답. The response.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) asked: Asked,
    /// 최상위인증서. The root above the CA: responders that it has certified may answer, as in the Korean PKI.
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Option<PathBuf>,
    /// 응답자 인증서. A responder's certificate that is trusted for this CA.
    #[arg(long, value_name = "FILE")]
    pub(crate) responder: Option<PathBuf>,
    /// 보낸 요청. The request that was sent: its nonce, if it has one, must come back.
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
}

pub(super) fn run(args: &Ocsp, context: &Context) -> Result<Report, Failure> {
    match args {
        Ocsp::Request(args) => request(args, context),
        Ocsp::Check(args) => check(args, context),
    }
}

fn request(args: &Request, context: &Context) -> Result<Report, Failure> {
    let (issuer, certificate) = read(&args.asked)?;
    let mut nonce = [0; NONCE];
    npki::system_rng().fill_bytes(&mut nonce);
    let nonce = (!args.no_nonce).then_some(nonce.as_slice());
    let id = CertId::new(HashAlgorithm::Sha1, &issuer, &certificate);
    let request = OcspRequest::new([id], nonce);
    files::write(&args.output, &request.encode()?, overwrite(args.overwrite))?;
    let mut page = context.page();
    let at = args.output.display();
    page.say(&say!(
        "{at}에 요청을 썼습니다.",
        "wrote the request to {at}."
    ));
    let uris = certificate.ocsp_uris();
    for uri in uris {
        page.field("OCSP", "OCSP", uri.clone());
    }
    let fields = json!({
        "output": args.output.display().to_string(),
        "nonce": nonce.map(json::hex),
        "uris": uris,
    });
    Ok(Report::done(page, fields))
}

fn check(args: &Check, context: &Context) -> Result<Report, Failure> {
    let (issuer, certificate) = read(&args.asked)?;
    let response = OcspResponse::parse(&files::read(&args.file, OcspResponse::MAX_OCTETS)?)?;
    let root = args.root.as_deref().map(files::certificate).transpose()?;
    let responders = args.responder.iter().map(|path| files::certificate(path));
    let responders: Vec<_> = responders.collect::<Result<_, _>>()?;
    let sent = match &args.request {
        Some(path) => Some(OcspRequest::parse(&files::read(
            path,
            OcspRequest::MAX_OCTETS,
        )?)?),
        None => None,
    };
    let nonce = sent.as_ref().and_then(OcspRequest::nonce);
    let question = OcspQuestion {
        nonce: nonce.map_or(OcspNonce::NotSent, OcspNonce::Required),
        root: root.as_ref(),
        responders: &responders,
        ..OcspQuestion::new(&certificate, &issuer, context.now)
    };
    let mut page = context.page();
    page.line(certificate.display_name());
    let (answer, fields) = match judge_ocsp(&response, &question) {
        Ok(OcspVerdict::Good) => {
            page.say(&Sentence::fixed("유효", "good"));
            (Answer::Yes, json!({ "status": "good" }))
        }
        Ok(OcspVerdict::Revoked { at, reason }) => {
            let label = page.words(&RevocationReason::label(reason));
            page.say(&say!("폐지됨: {at}, {label}.", "revoked: {at}, {label}."));
            let fields =
                json!({ "status": "revoked", "at": json::time(at), "reason": reason.name() });
            (Answer::No, fields)
        }
        Ok(OcspVerdict::Unknown) => {
            page.say(&Sentence::fixed(
                "확인 불가: 인증기관이 모르는 인증서입니다.",
                "unknown: the CA knows no such certificate.",
            ));
            (Answer::No, json!({ "status": "unknown" }))
        }
        Err(error) => {
            page.say(&say!(
                "이 응답으로는 알 수 없습니다: {error}.",
                "the response does not tell: {error}."
            ));
            let fields =
                json!({ "status": null, "error": error.name(), "detail": error.to_string() });
            (Answer::No, fields)
        }
    };
    Ok(Report::new(page, fields, answer))
}

fn read(asked: &Asked) -> Result<(Certificate, Certificate), Failure> {
    Ok((
        files::certificate(&asked.issuer)?,
        files::certificate(&asked.cert)?,
    ))
}

/// RFC 9654 section 2.1: 32 octets.
const NONCE: usize = 32;
