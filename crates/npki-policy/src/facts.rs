use npki_core::{Instant, Issuer, Product, Purpose, named};

use crate::Krw;

/// What is known when a decision is asked for, fetched beforehand by whoever asks.
///
/// `None` means the ordinary case: logged in or out as the channel wants, consent given,
/// identified, terms accepted, enrolled, registered, enough balance, no failures, nothing held.
///
/// ```
/// use npki_policy::{Facts, Krw};
///
/// let facts = Facts { balance: Some(Krw(4_399)), consent: Some(false), ..Facts::default() };
/// # let _ = facts;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The certificate acted on; its product and issuer count for every action but issue, which acts
    /// on none.
    pub certificate: Option<HeldCertificate>,
    /// The certificates that the person holds already (R18a).
    pub others: Vec<HeldCertificate>,
    /// What last happened to a certificate of the person (R15, R22).
    pub last_event: Option<LastEvent>,
    /// What the relying party wants the certificate for (R4). At issue and reissue, what the
    /// subscriber wants it for: B2B payment and e-bidding count as enrolment in business banking (R2).
    pub purpose: Option<Purpose>,
    /// The CA chosen at issue; left out, the product's first.
    pub issuer: Option<Issuer>,
    /// Where the certificate lies (R63, R64).
    pub medium: Option<MediumKind>,
    /// Where it is to be copied to (R63).
    pub target_medium: Option<MediumKind>,
    /// Whether the person has logged in (R33).
    pub logged_in: Option<bool>,
    /// The issuing consent, 발급 사전동의 (R17).
    pub consent: Option<bool>,
    /// Enrolled in personal internet banking (R2).
    pub personal_banking: Option<bool>,
    /// Enrolled in business internet banking; B2B payment and e-bidding users count as enrolled (R2).
    pub business_banking: Option<bool>,
    /// Business registration and tax number registered at a branch (R1).
    pub business_number_registered: Option<bool>,
    /// Every mandatory term accepted in the version shown (R35).
    pub terms_accepted: Option<bool>,
    /// Identification complete; at a branch, by an identity card (R36).
    pub identified: Option<bool>,
    /// Wrong one-time passwords in a row, across institutions (R32).
    pub otp_failures: Option<u32>,
    /// What the fee account can pay (R20).
    pub balance: Option<Krw>,
    /// Whether the fee was refunded already (R22). Left out, it is told from the certificate's
    /// state and the last event.
    pub refunded: Option<bool>,
    /// How a revocation is asked for (R13); left out, by the certificate's own signature.
    pub asked_by: Option<AskedBy>,
    /// Whether the certificate was revoked as leaked by the very reissue that is taken up again (R12).
    pub revoked_by_this_reissue: Option<bool>,
}

/// A certificate as the decision sees it: no names, no keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeldCertificate {
    /// The product.
    pub product: Product,
    /// The CA.
    pub issuer: Issuer,
    /// Its state; whether it has expired is judged by time, not by state.
    pub state: CertificateState,
    /// When it was issued (confirmed, R18b).
    pub issued_at: Instant,
    /// The first valid second.
    pub not_before: Instant,
    /// The last valid second.
    pub not_after: Instant,
    /// When the fee of its period was paid: the confirmation of the paid issue or renewal, which a
    /// reissue does not move (R21). `None` for a free one.
    pub paid_at: Option<Instant>,
    /// Who had it issued.
    pub ra: Ra,
}

/// The states of a certificate that was issued (R19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CertificateState {
    /// 발급: issued and confirmed.
    Issued,
    /// 갱신: superseded by its renewal.
    Renewed,
    /// 재발급: superseded by its reissue.
    Reissued,
    /// 폐기.
    Revoked,
}

named!(CertificateState, "certificate state", [
    Issued = "issued", "발급됨", "issued";
    Renewed = "renewed", "갱신되어 대체됨", "superseded by its renewal";
    Reissued = "reissued", "재발급되어 대체됨", "superseded by its reissue";
    Revoked = "revoked", "폐기됨", "revoked";
]);

/// Which registration authority (등록대행기관) had a certificate issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ra {
    /// This bank.
    Own,
    /// Another institution (타행·타기관).
    Other,
}

named!(Ra, "registration authority", [
    Own = "own", "당행", "this bank";
    Other = "other", "타행·타기관", "another institution";
]);

/// Where a certificate and its key lie (저장매체, R60).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MediumKind {
    /// 하드디스크.
    Disk,
    /// 이동식 디스크.
    Usb,
    /// 휴대폰.
    Phone,
    /// 보안토큰 (HSM): its key never leaves.
    Token,
    /// 브라우저.
    Browser,
}

named!(MediumKind, "medium", [
    Disk = "disk", "하드디스크", "hard disk";
    Usb = "usb", "이동식 디스크", "removable disk";
    Phone = "phone", "휴대폰", "phone";
    Token = "token", "보안토큰", "security token";
    Browser = "browser", "브라우저", "browser";
]);

/// What happened to a certificate of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LastEvent {
    /// What.
    pub kind: EventKind,
    /// When it was confirmed (R18b).
    pub at: Instant,
}

/// The kinds of [`LastEvent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// 발급.
    Issue,
    /// 재발급.
    Reissue,
    /// 갱신, another institution's certificate included.
    Renew,
    /// 타행·타기관 인증서 등록.
    Register,
    /// 폐기.
    Revoke,
}

named!(EventKind, "event", [
    Issue = "issue", "발급", "issue";
    Reissue = "reissue", "재발급", "reissue";
    Renew = "renew", "갱신", "renewal";
    Register = "register", "타행·타기관 인증서 등록", "other-institution registration";
    Revoke = "revoke", "폐기", "revocation";
]);

/// By what a revocation is asked for (R13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AskedBy {
    /// The certificate's own signature.
    OwnSignature,
    /// Identification of the person (R30, R31): online, call centre or branch.
    Identification,
}

named!(AskedBy, "way to ask", [
    OwnSignature = "own-signature", "인증서 전자서명", "the certificate's own signature";
    Identification = "identification", "본인확인", "identification";
]);

impl HeldCertificate {
    /// What this certificate is worth at `now`.
    #[must_use]
    pub fn standing(&self, now: Instant) -> Standing {
        match self.state {
            CertificateState::Issued if now > self.not_after => Standing::Expired,
            CertificateState::Issued => Standing::Live,
            CertificateState::Renewed | CertificateState::Reissued | CertificateState::Revoked => {
                Standing::Ended
            }
        }
    }
}

/// What a certificate is worth at an instant: its state and the time together (R19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Standing {
    /// Issued and not past its last valid second.
    Live,
    /// Issued and past it.
    Expired,
    /// Revoked, or superseded by a renewal or a reissue, whatever its dates.
    Ended,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_read_back() {
        for v in CertificateState::ALL {
            assert_eq!(v.name().parse::<CertificateState>().unwrap(), *v);
        }
        for v in Ra::ALL {
            assert_eq!(v.name().parse::<Ra>().unwrap(), *v);
        }
        for v in MediumKind::ALL {
            assert_eq!(v.name().parse::<MediumKind>().unwrap(), *v);
        }
        for v in EventKind::ALL {
            assert_eq!(v.name().parse::<EventKind>().unwrap(), *v);
        }
        for v in crate::Action::ALL {
            assert_eq!(v.name().parse::<crate::Action>().unwrap(), *v);
        }
        let error = "stick".parse::<MediumKind>().unwrap_err();
        assert_eq!(error.known, "disk usb phone token browser");
    }
}
