use std::path::PathBuf;

use clap::{Args, Subcommand};
use npki_core::{Channel, Holder, Instant, Issuer, Product, Purpose};
use npki_policy::{Action, AskedBy, CertificateState, EventKind, MediumKind, Ra};

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// 규칙과 값. Show the rules with their values, one of them, the catalogue, or all of it as a file.
    #[command(
        after_help = "Examples:\n  npki policy show\n  npki policy show R16\n  npki policy show --catalogue\n  npki policy show \
                      --toml > bank.toml"
    )]
    Show(ShowPolicy),
    /// 규칙에 물어봄. Ask the rules about a case.
    #[command(
        after_help = "Examples:\n  npki --now 2026-12-01T00:30:00+09:00 policy explain issue --product personal-limited\n  \
                      npki policy explain renew --issued 2026-12-01 --product personal-general\n  npki policy explain loan \
                      --last issue --last-at 2026-12-01\n\nExit status: 0 allowed, 1 refused."
    )]
    Explain(Box<Explain>),
    /// 앞으로 바뀔 것. Show when renewal opens, loans are free, refunds end and receipts begin, and what a reissue would cost now.
    #[command(
        after_help = "Examples:\n  npki policy timeline --issued 2026-12-01 --paid 2026-12-01 --product personal-general\n  npki \
                      policy timeline --last renew --last-at 2026-12-01"
    )]
    Timeline(Timeline),
    /// 정책 파일 검사. Check a policy file, and show how it differs from the shipped policy.
    #[command(
        after_help = "Example:\n  npki policy show --toml > bank.toml\n  npki policy check bank.toml\n\nExit status: 0 fit for \
                      use, 3 not a policy; then line and column are named."
    )]
    Check {
        /// 정책 파일. The policy file.
        file: PathBuf,
    },
}

/// Which policy.
#[derive(Args, Debug)]
pub(crate) struct Policies {
    /// 정책 파일 (없으면 기본 정책). A policy file; without it, the shipped policy.
    #[arg(long = "policy", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct ShowPolicy {
    /// 규칙 번호. The number of a rule.
    pub(crate) rule: Option<npki_core::Rule>,
    /// 상품 목록. The products instead: holders, issuers, fees, purposes.
    #[arg(long, conflicts_with = "rule")]
    pub(crate) catalogue: bool,
    /// 정책 파일로. All of it as a policy file (TOML), to be edited.
    #[arg(long, conflicts_with_all = ["rule", "catalogue"])]
    pub(crate) toml: bool,
    #[command(flatten)]
    pub(crate) policy: Policies,
}

/// The certificate that a question is about, and what happened last.
#[derive(Args, Debug)]
pub(crate) struct Held {
    /// 상품. personal-limited personal-general business-limited business-general etax
    #[arg(long, default_value = "personal-limited")]
    pub(crate) product: Product,
    /// 발급기관. yessign KICA CrossCert KOSCOM TradeSign
    #[arg(long)]
    pub(crate) issuer: Option<Issuer>,
    /// 지금 인증서의 발급 시각. When the certificate that the action is about was issued.
    #[arg(long, value_name = "TIME")]
    pub(crate) issued: Option<Instant>,
    /// 그 인증서의 만료 시각 (없으면 1년 뒤). When it expires; without it, a year after it was issued.
    #[arg(long, value_name = "TIME", requires = "issued")]
    pub(crate) expires: Option<Instant>,
    /// 그 인증서의 상태. issued renewed reissued revoked
    #[arg(long, default_value = "issued")]
    pub(crate) state: CertificateState,
    /// 그 인증서의 수수료를 낸 시각. When its fee was paid.
    #[arg(long, value_name = "TIME", requires = "issued")]
    pub(crate) paid: Option<Instant>,
    /// 그 인증서를 발급한 곳. own other
    #[arg(long, default_value = "own")]
    pub(crate) ra: Ra,
    /// 마지막에 있었던 일. issue reissue renew register revoke
    #[arg(long, requires = "last_at")]
    pub(crate) last: Option<EventKind>,
    /// 그 시각. When that was.
    #[arg(long, value_name = "TIME", requires = "last")]
    pub(crate) last_at: Option<Instant>,
    /// 환급 여부. Whether its fee was paid back.
    #[arg(long, value_name = "true|false")]
    pub(crate) refunded: Option<bool>,
}

#[derive(Args, Debug)]
pub(crate) struct Timeline {
    #[command(flatten)]
    pub(crate) held: Held,
    #[command(flatten)]
    pub(crate) policy: Policies,
}

/// A case. What is left out is the ordinary one.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// 할 일. issue reissue renew revoke use loan refund receipt register copy export
    pub(crate) action: Action,
    /// 가입자. individual sole-proprietor association corporation
    #[arg(long, default_value = "individual")]
    pub(crate) holder: Holder,
    /// 채널. pc app branch
    #[arg(long, default_value = "pc")]
    pub(crate) channel: Channel,
    #[command(flatten)]
    pub(crate) held: Held,
    /// 이미 가진 같은 인증서의 발급 시각. When another certificate of this product and CA, held already, was issued.
    #[arg(long, value_name = "TIME")]
    pub(crate) other: Vec<Instant>,
    /// 용도. bank insurance card egov securities etax bidding b2b
    #[arg(long)]
    pub(crate) purpose: Option<Purpose>,
    /// 로그인 여부. Whether the person is logged in.
    #[arg(long, value_name = "true|false")]
    pub(crate) logged_in: Option<bool>,
    /// 발급 사전동의. The issuing consent.
    #[arg(long, value_name = "true|false")]
    pub(crate) consent: Option<bool>,
    /// 추가 본인확인. Whether identification is complete.
    #[arg(long, value_name = "true|false")]
    pub(crate) identified: Option<bool>,
    /// 약관 동의. Whether the terms are accepted.
    #[arg(long, value_name = "true|false")]
    pub(crate) terms_accepted: Option<bool>,
    /// 개인인터넷뱅킹 가입. Whether the person is enrolled in personal internet banking.
    #[arg(long, value_name = "true|false")]
    pub(crate) personal_banking: Option<bool>,
    /// 기업인터넷뱅킹 가입. Whether the person is enrolled in business internet banking.
    #[arg(long, value_name = "true|false")]
    pub(crate) business_banking: Option<bool>,
    /// 사업자등록번호·납세번호 등록. Whether a branch has the business and tax numbers.
    #[arg(long, value_name = "true|false")]
    pub(crate) business_number_registered: Option<bool>,
    /// 폐기 신청 방법. own-signature identification
    #[arg(long)]
    pub(crate) asked_by: Option<AskedBy>,
    /// OTP 연속 오류 횟수. Wrong one-time passwords in a row.
    #[arg(long, value_name = "COUNT")]
    pub(crate) otp_failures: Option<u32>,
    /// 출금계좌 잔액(원). What the account can pay, in won.
    #[arg(long, value_name = "KRW", allow_negative_numbers = true)]
    pub(crate) balance: Option<i64>,
    /// 저장매체. disk usb phone token browser
    #[arg(long)]
    pub(crate) medium: Option<MediumKind>,
    /// 옮길 저장매체. disk usb phone token browser
    #[arg(long)]
    pub(crate) target_medium: Option<MediumKind>,
    #[command(flatten)]
    pub(crate) policy: Policies,
}
