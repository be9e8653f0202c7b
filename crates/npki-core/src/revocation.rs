use crate::named;

/// Why a certificate was revoked: CRLReason of RFC 5280 section 5.3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RevocationReason {
    /// No reason given.
    Unspecified,
    /// The key leaked.
    KeyCompromise,
    /// The CA's key leaked.
    CaCompromise,
    /// Name or affiliation changed.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// No longer used.
    CessationOfOperation,
    /// 효력정지: suspended; read and shown, never written by our CA.
    CertificateHold,
    /// Taken off the list: in delta CRLs only.
    RemoveFromCrl,
    /// A privilege was withdrawn.
    PrivilegeWithdrawn,
    /// An attribute authority's key leaked.
    AaCompromise,
}

named!(RevocationReason, "revocation reason", [
    Unspecified = "unspecified", "사유 없음", "unspecified";
    KeyCompromise = "keyCompromise", "키 유출", "key compromise";
    CaCompromise = "cACompromise", "인증기관 키 유출", "CA compromise";
    AffiliationChanged = "affiliationChanged", "소속 변경", "affiliation changed";
    Superseded = "superseded", "대체됨", "superseded";
    CessationOfOperation = "cessationOfOperation", "사용 중지", "cessation of operation";
    CertificateHold = "certificateHold", "효력정지", "on hold";
    RemoveFromCrl = "removeFromCRL", "효력회복", "removed from the list";
    PrivilegeWithdrawn = "privilegeWithdrawn", "권한 철회", "privilege withdrawn";
    AaCompromise = "aACompromise", "속성인증기관 키 유출", "AA compromise";
]);

impl RevocationReason {
    /// The number in CRLs and OCSP responses; 7 is not used.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::RemoveFromCrl => 8,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }

    /// Whether a subscriber, or a bank for him, may give it: it ends his certificate for good (R13).
    ///
    /// A suspension and its end do not, and a CA's or an attribute authority's key is not his.
    #[must_use]
    pub const fn is_for_subscribers(self) -> bool {
        match self {
            Self::Unspecified
            | Self::KeyCompromise
            | Self::AffiliationChanged
            | Self::Superseded
            | Self::CessationOfOperation
            | Self::PrivilegeWithdrawn => true,
            Self::CaCompromise
            | Self::CertificateHold
            | Self::RemoveFromCrl
            | Self::AaCompromise => false,
        }
    }

    /// The reason with this number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|r| r.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_rfc_5280() {
        let codes: Vec<_> = RevocationReason::ALL.iter().map(|r| r.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 8, 9, 10]);
        assert_eq!(RevocationReason::from_code(7), None);
        assert_eq!(RevocationReason::from_code(11), None);
    }
}
