//! Small words of the bank that several files share.

use npki_core::named;
use npki_policy::Parameters;

use crate::ports::SecurityMeansKind;

/// Whether somebody is logged in (R33).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Session {
    /// Logged out.
    LoggedOut,
    /// Logged in.
    LoggedIn,
}

named!(Session, [
    LoggedOut = "logged-out", "로그아웃 상태", "logged out";
    LoggedIn = "logged-in", "로그인 상태", "logged in";
]);

/// The issuing consent (발급 사전동의, R17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Consent {
    /// 동의: certificates may be issued online.
    Given,
    /// 미동의: not issued and not reissued online, until a branch changes it.
    Withheld,
}

named!(Consent, [
    Given = "given", "동의", "given";
    Withheld = "withheld", "미동의", "withheld";
]);

/// What is counted before it is judged, and locked after too many wrong answers in a row (R32).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Counted {
    /// The account password.
    AccountPassword,
    /// The security card.
    Card,
    /// The one-time password: counted at the OTP centre, across institutions.
    Otp,
    /// The PIN of the app's certificate.
    Pin,
}

named!(Counted, [
    AccountPassword = "account-password", "계좌 비밀번호", "account password";
    Card = "card", "보안카드", "security card";
    Otp = "otp", "OTP", "one-time password";
    Pin = "pin", "인증서 PIN", "certificate PIN";
]);

impl Counted {
    /// What is counted for a security means.
    #[must_use]
    pub const fn of(means: SecurityMeansKind) -> Self {
        match means {
            SecurityMeansKind::Card => Self::Card,
            SecurityMeansKind::Otp => Self::Otp,
            SecurityMeansKind::AppCertificate => Self::Pin,
        }
    }

    /// So many wrong answers in a row lock.
    #[must_use]
    pub fn limit(self, parameters: &Parameters) -> u64 {
        let attempts = match self {
            Self::AccountPassword => parameters.account_password_attempts,
            Self::Card => parameters.security_card_attempts,
            Self::Otp => parameters.otp_attempts,
            Self::Pin => parameters.pin_attempts,
        };
        u64::from(attempts.0)
    }
}

/// A step of the application (단계), in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum StepName {
    /// 1: 약관동의 및 본인확인.
    TermsAndIdentity,
    /// 2: 인증서 선택.
    Choose,
    /// 3: 추가본인확인.
    Identify,
    /// 4: 수수료 출금예약.
    ConfirmFee,
    /// 5: 고객 세부정보.
    Details,
    /// 6: 암호 및 저장매체.
    PasswordAndMedium,
    /// 등록, 폐기: what comes after the identification of an errand without an order.
    CarryOut,
    /// 7: 완료.
    Done,
}

named!(StepName, [
    TermsAndIdentity = "terms-and-identity", "약관동의 및 본인확인", "terms and identity";
    Choose = "choose", "인증서 선택", "choice of the certificate";
    Identify = "identify", "추가본인확인", "additional identification";
    ConfirmFee = "confirm-fee", "수수료 출금예약", "fee reservation";
    Details = "details", "고객 세부정보", "subscriber details";
    PasswordAndMedium = "password-and-medium", "암호 및 저장매체", "password and medium";
    CarryOut = "carry-out", "등록·폐기", "registration or revocation";
    Done = "done", "완료", "done";
]);
