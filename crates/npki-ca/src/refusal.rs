use npki_core::{Instant, RevocationReason, Sentence};

/// Why a request is refused. An answer, not a failure; asking the same again changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// No order has this reference number.
    UnknownReference,
    /// The authorization code is wrong.
    WrongCode,
    /// Too many wrong authorization codes (R32): the bank must order anew.
    CodeLocked,
    /// The order's time is over.
    OrderEnded {
        /// When it ended.
        ended: Instant,
    },
    /// The reference number was used with another key.
    ReferenceUsed,
    /// The transaction's name was used for another request.
    TransactionInUse,
    /// The order was settled already: confirmed or lapsed.
    Settled,
    /// The new key did not sign the request.
    NoPossession,
    /// The new key is none, too weak, or of a kind that is not certified.
    KeyRefused,
    /// The key stands in another certificate already (R12).
    KeyUsedBefore,
    /// The order is of two certificates, and the request has one key.
    KmKeyMissing,
    /// The order is of one certificate, and the request has two keys.
    KmKeyUnwanted,
    /// No good certificate has this serial number here, or its signature is wrong.
    UnknownCertificate,
    /// A subscriber's certificate is not revoked for this reason: that would not be final (R13).
    ReasonRefused,
    /// The message names another sender than the certificate that has signed it, or its transaction is
    /// another certificate's.
    OtherSigner,
    /// The proof of possession names somebody else than the one who asks.
    OtherRequester,
    /// It was revoked already.
    AlreadyRevoked {
        /// When.
        at: Instant,
        /// Why.
        reason: RevocationReason,
    },
    /// Not confirmed in time (R18b).
    TooLate {
        /// Until when it could be confirmed.
        until: Instant,
    },
    /// The confirmation names another certificate.
    OtherCertificate,
    /// The bank refused.
    Bank(Sentence),
}

impl Refusal {
    /// A stable name, for logs and machines.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::UnknownReference => "unknown-reference",
            Self::WrongCode => "wrong-code",
            Self::CodeLocked => "code-locked",
            Self::OrderEnded { .. } => "order-ended",
            Self::ReferenceUsed => "reference-used",
            Self::TransactionInUse => "transaction-in-use",
            Self::Settled => "settled",
            Self::NoPossession => "no-possession",
            Self::KeyRefused => "key-refused",
            Self::KeyUsedBefore => "key-used-before",
            Self::KmKeyMissing => "km-key-missing",
            Self::KmKeyUnwanted => "km-key-unwanted",
            Self::UnknownCertificate => "unknown-certificate",
            Self::ReasonRefused => "reason-refused",
            Self::OtherSigner => "other-signer",
            Self::OtherRequester => "other-requester",
            Self::AlreadyRevoked { .. } => "already-revoked",
            Self::TooLate { .. } => "too-late",
            Self::OtherCertificate => "other-certificate",
            Self::Bank(_) => "bank",
        }
    }

    /// What to tell the subscriber.
    #[must_use]
    pub fn sentence(&self) -> Sentence {
        let fixed = Sentence::fixed;
        match self {
            Self::UnknownReference => fixed(
                "등록되지 않은 참조번호입니다. 은행에서 받은 번호를 확인하세요.",
                "There is no such reference number. Check the number that the bank gave you.",
            ),
            Self::WrongCode => fixed(
                "인가코드가 맞지 않습니다. 다시 입력하세요.",
                "The authorization code is wrong. Enter it again.",
            ),
            Self::CodeLocked => fixed(
                "인가코드를 여러 번 잘못 입력하여 사용할 수 없습니다. 은행에서 다시 신청하세요.",
                "Too many wrong authorization codes. Apply at the bank again.",
            ),
            Self::OrderEnded { ended } => Sentence::new(
                format!("발급 기한이 {ended}에 지났습니다. 은행에서 다시 신청하세요."),
                format!("The order ended {ended}. Apply at the bank again."),
            ),
            Self::ReferenceUsed => fixed(
                "다른 키로 이미 사용한 참조번호입니다. 인증서를 받았는지 먼저 확인하고, 받지 못했다면 은행에서 다시 \
                 신청하세요.",
                "The reference number was used with another key. See whether you have the certificate; if not, \
                 apply at the bank again.",
            ),
            Self::TransactionInUse => fixed(
                "같은 거래번호의 다른 요청이 있습니다. 새 거래번호로 요청하세요.",
                "Another request has this transaction number. Begin a new transaction.",
            ),
            Self::Settled => fixed(
                "이미 처리가 끝난 신청입니다. 인증서를 받았는지 먼저 확인하고, 받지 못했다면 은행에서 다시 신청하세요.",
                "This order is settled already. See whether you have the certificate; if not, apply at the bank \
                 again.",
            ),
            Self::NoPossession => fixed(
                "개인키 소유가 확인되지 않았습니다.",
                "The request is not signed by the key that it asks a certificate for.",
            ),
            Self::KeyRefused => fixed(
                "사용할 수 없는 공개키입니다. RSA 2048비트 이상 또는 P-256 키를 쓰세요.",
                "The public key cannot be certified. Use RSA of 2,048 bits or more, or P-256.",
            ),
            Self::KeyUsedBefore => fixed(
                "다른 인증서에 사용한 키입니다. 새 키를 만드세요.",
                "The key stands in another certificate. Make a new key.",
            ),
            Self::KmKeyMissing => fixed(
                "서명용과 암호화용 인증서를 함께 발급하는 신청입니다. 두 키로 요청하세요.",
                "The order is of a signing and a key-management certificate. Ask with two keys.",
            ),
            Self::KmKeyUnwanted => fixed(
                "서명용 인증서만 발급하는 신청입니다. 서명용 키만으로 요청하세요.",
                "The order is of a signing certificate alone. Ask with the signing key alone.",
            ),
            Self::UnknownCertificate => fixed(
                "유효한 인증서의 요청이 아닙니다. 인증서를 확인하거나 새로 발급받으세요.",
                "The request does not come from a good certificate of this CA. Check the certificate, or issue anew.",
            ),
            Self::ReasonRefused => fixed(
                "가입자 인증서의 폐기 사유가 아닙니다. 다른 사유로 요청하세요.",
                "A subscriber's certificate is not revoked for this reason. Give another.",
            ),
            Self::OtherSigner => fixed(
                "요청한 사람의 인증서로 전자서명한 것이 아닙니다. 본인의 인증서로 서명하세요.",
                "The request is signed by another certificate than the requester's. Sign it with your own.",
            ),
            Self::OtherRequester => fixed(
                "개인키 소유 증명이 다른 사람의 것입니다. 본인의 새 키로 요청하세요.",
                "The new key vouches for somebody else than the one who asks. Ask with a new key of your own.",
            ),
            Self::AlreadyRevoked { at, reason } => Sentence::new(
                format!("{at}에 이미 폐지된 인증서입니다({}).", reason.label().ko),
                format!("The certificate was revoked {at} ({}).", reason.label().en),
            ),
            Self::TooLate { until } => Sentence::new(
                format!("확인 기한이 {until}에 지났습니다. 은행에서 다시 신청하세요."),
                format!("It could be confirmed until {until}. Apply at the bank again."),
            ),
            Self::OtherCertificate => fixed(
                "다른 인증서에 대한 확인입니다.",
                "The confirmation names another certificate.",
            ),
            Self::Bank(sentence) => sentence.clone(),
        }
    }
}
