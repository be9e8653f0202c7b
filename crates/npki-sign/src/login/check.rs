use core::fmt;

use npki_core::Sentence;

/// The checks of a login, in the order in which they are made; the first that fails is told.
///
/// The names are stable: command, adapter and logs print them.
///
/// Source: R40.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LoginCheck {
    /// The message is SignedData by one signer, and the signature holds.
    Signature,
    /// What was signed is the challenge.
    Challenge,
    /// The challenge was given out and not used before.
    Replay,
    /// A chain of issuers leads to a trusted root.
    Chain,
    /// The certificate is valid already.
    NotYetValid,
    /// The certificate is still valid.
    Expired,
    /// The certificate is known not to be revoked or suspended.
    Revoked,
    /// The certificate's policy is accepted for this purpose (R4).
    Policy,
    /// The certificate's key is for signing.
    KeyUsage,
    /// The certificate belongs to the person: VID, identification number and R agree.
    Vid,
}

impl LoginCheck {
    /// Every check, in order.
    pub const ALL: &'static [Self] = &[
        Self::Signature,
        Self::Challenge,
        Self::Replay,
        Self::Chain,
        Self::NotYetValid,
        Self::Expired,
        Self::Revoked,
        Self::Policy,
        Self::KeyUsage,
        Self::Vid,
    ];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Challenge => "challenge",
            Self::Replay => "replay",
            Self::Chain => "chain",
            Self::NotYetValid => "not-yet-valid",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Policy => "policy",
            Self::KeyUsage => "key-usage",
            Self::Vid => "vid",
        }
    }

    /// What people are told when the check fails.
    #[must_use]
    pub const fn sentence(self) -> Sentence {
        match self {
            Self::Signature => Sentence::fixed(
                "전자서명을 검증할 수 없습니다.",
                "The signature does not verify.",
            ),
            Self::Challenge => Sentence::fixed(
                "서명한 내용이 로그인 요청과 다릅니다.",
                "What was signed is not what this login asked for.",
            ),
            Self::Replay => Sentence::fixed(
                "이미 사용되었거나 만료된 로그인 요청입니다.",
                "This login request was used before or has run out.",
            ),
            Self::Chain => Sentence::fixed(
                "신뢰할 수 있는 인증기관이 발급한 인증서가 아닙니다.",
                "The certificate was not issued by a trusted authority.",
            ),
            Self::NotYetValid => Sentence::fixed(
                "인증서의 유효기간이 아직 시작되지 않았습니다.",
                "The certificate is not valid yet.",
            ),
            Self::Expired => Sentence::fixed(
                "인증서의 유효기간이 만료되었습니다.",
                "The certificate has expired.",
            ),
            Self::Revoked => Sentence::fixed(
                "폐지 또는 효력정지된 인증서이거나 상태를 확인할 수 없습니다.",
                "The certificate is revoked or suspended, or its state cannot be told.",
            ),
            Self::Policy => Sentence::fixed(
                "이 용도에 사용할 수 없는 인증서입니다.",
                "The certificate may not be used for this purpose.",
            ),
            Self::KeyUsage => Sentence::fixed(
                "서명용 인증서가 아닙니다.",
                "The certificate is not for signing.",
            ),
            Self::Vid => Sentence::fixed(
                "인증서의 소유자가 본인과 일치하지 않습니다.",
                "The certificate does not belong to this person.",
            ),
        }
    }
}

/// The stable name.
impl fmt::Display for LoginCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
