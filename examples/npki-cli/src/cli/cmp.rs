use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use npki_cmp::http::Server;
use npki_core::{ReferenceNumber, ReferenceNumberError, RevocationReason};

use super::{Chosen, SCHEMES};

#[derive(Debug, Subcommand)]
pub(crate) enum Cmp {
    /// 발급·재발급. Issue or reissue, by the numbers that the bank gave.
    #[command(
        after_help = "Examples:\n  npki cmp issue --server http://127.0.0.1:8829/pkix/ --root root.der --ref 012345678901\n  \
                      npki cmp issue --server http://127.0.0.1:8829/pkix/ --root root.der --ref 012345678901 --pair\n\nA pair is \
                      stored whole or not at all, and only then confirmed. When an answer is lost, the same command goes on \
                      with the same keys: until they are stored they lie in NPKI.pending. Standard input: the authorization code, \
                      the new password."
    )]
    Issue {
        #[command(flatten)]
        server: CmpServer,
        /// 참조번호. The reference number.
        #[arg(long = "ref", value_name = "NUMBER", value_parser = reference_number)]
        reference: ReferenceNumber,
        #[command(flatten)]
        keys: NewKeys,
    },
    /// 갱신. Renew, by the certificate's own signature (R11).
    #[command(
        after_help = "Example:\n  npki cmp renew --server http://127.0.0.1:8829/pkix/ --root root.der --dn 홍길동\n\nStandard \
                      input: the password, the new password."
    )]
    Renew {
        #[command(flatten)]
        server: CmpServer,
        #[command(flatten)]
        chosen: Chosen,
        #[command(flatten)]
        keys: NewKeys,
    },
    /// 폐지. Revoke, by the certificate's own signature (R13). This is final.
    #[command(
        after_help = "Example:\n  npki cmp revoke --server http://127.0.0.1:8829/pkix/ --root root.der --dn 홍길동 --reason \
                      keyCompromise\n\nStandard input: the password."
    )]
    Revoke {
        #[command(flatten)]
        server: CmpServer,
        #[command(flatten)]
        chosen: Chosen,
        /// 사유. Why.
        #[arg(long, default_value = "cessationOfOperation", value_parser = reason)]
        reason: RevocationReason,
    },
}

/// A reason that a subscriber can give.
fn reason(text: &str) -> Result<RevocationReason, String> {
    let theirs = || {
        RevocationReason::ALL
            .iter()
            .filter(|r| r.is_for_subscribers())
    };
    theirs()
        .find(|reason| reason.name() == text)
        .copied()
        .ok_or_else(|| {
            let names: Vec<_> = theirs().map(|reason| reason.name()).collect();
            format!(
                "가입자 인증서의 폐기 사유가 아닙니다. One of: {}",
                names.join(", ")
            )
        })
}

/// What is made before a CA is asked.
#[derive(Args, Debug)]
pub(crate) struct NewKeys {
    /// 암호화용 키도 만들지. A key-management key too: --pair makes one, --pair=never does not, and otherwise the CA is asked.
    #[arg(long, value_name = "WHEN", value_enum, default_value = "ask", num_args = 0..=1, require_equals = true,
          default_missing_value = "always")]
    pub(crate) pair: Pair,
    /// 개인키의 암호화 방식. The encryption of the private keys.
    #[arg(long, value_name = "SCHEME", default_value = "pbes1-seed", value_parser = SCHEMES)]
    pub(crate) scheme: String,
}

/// Whether a certificate for signing and one for key management are asked for together (R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pair {
    /// 인증기관에 물어봄. As the CA says.
    Ask,
    /// 한 쌍으로. Both.
    Always,
    /// 서명용만. The signing one alone.
    Never,
}

/// Which CA.
#[derive(Args, Debug)]
pub(crate) struct CmpServer {
    /// CMP 주소. Where the CA answers: http://host:port/path
    #[arg(long, value_name = "URL", value_parser = Server::parse)]
    pub(crate) server: Server,
    /// 신뢰하는 최상위인증서. The root that the CA's answers are trusted by.
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) root: Vec<PathBuf>,
    /// 응답 시각의 허용 오차(초). Believe no answer whose messageTime is further from now; without it, the time is not looked at.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) time_window: Option<u32>,
}

fn reference_number(text: &str) -> Result<ReferenceNumber, ReferenceNumberError> {
    ReferenceNumber::parse(text)
}
