use npki_cmp::FailureInfo;
use npki_core::Sentence;
use npki_ledger::Conflict;

use crate::{CaError, Refusal};

/// A refusal as it goes over the wire.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) failure: FailureInfo,
    pub(super) sentence: Sentence,
}

impl Refused {
    /// What is wrong with the message itself.
    pub(super) fn of(failure: FailureInfo) -> Self {
        let (ko, en) = SENTENCES
            .iter()
            .find(|(of, ..)| *of == failure)
            .map_or(REFUSED, |(_, ko, en)| (*ko, *en));
        Self {
            failure,
            sentence: Sentence::fixed(ko, en),
        }
    }

    /// Requests that are not those of one order.
    pub(super) const fn several() -> Self {
        Self {
            failure: FailureInfo::BadRequest,
            sentence: Sentence::fixed(
                "한 메시지에는 한 신청의 요청만 담을 수 있습니다. 신청마다 새 거래로 요청하세요.",
                "A message asks for what one order gives: one certificate, or a pair under two \
                 numbers. Begin a transaction for each order.",
            ),
        }
    }

    /// The CA could not find out or record: to be asked again with the same bytes.
    pub(super) fn failed(error: &CaError) -> Self {
        Self::of(match error {
            CaError::Ledger(_)
            | CaError::Contended
            | CaError::Bank(_)
            | CaError::Conflict(Conflict::ClockBehind { .. }) => FailureInfo::SystemUnavail,
            _ => FailureInfo::SystemFailure,
        })
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let failure = match &refusal {
            // RFC 9483 section 3.5 for a sender that is not the signer.
            Refusal::WrongCode | Refusal::OtherSigner => FailureInfo::BadMessageCheck,
            Refusal::UnknownReference
            | Refusal::CodeLocked
            | Refusal::OrderEnded { .. }
            | Refusal::Bank(_) => FailureInfo::NotAuthorized,
            Refusal::ReferenceUsed
            | Refusal::Settled
            | Refusal::TooLate { .. }
            | Refusal::ReasonRefused => FailureInfo::BadRequest,
            Refusal::TransactionInUse => FailureInfo::TransactionIdInUse,
            Refusal::NoPossession | Refusal::OtherRequester => FailureInfo::BadPop,
            Refusal::KeyRefused
            | Refusal::KeyUsedBefore
            | Refusal::KmKeyMissing
            | Refusal::KmKeyUnwanted => FailureInfo::BadCertTemplate,
            Refusal::UnknownCertificate => FailureInfo::SignerNotTrusted,
            Refusal::AlreadyRevoked { .. } => FailureInfo::CertRevoked,
            Refusal::OtherCertificate => FailureInfo::BadCertId,
        };
        Self {
            failure,
            sentence: refusal.sentence(),
        }
    }
}

const REFUSED: (&str, &str) = (
    "처리할 수 없는 요청입니다.",
    "The request cannot be worked with.",
);

/// What is told of a message that no order stands behind.
const SENTENCES: &[(FailureInfo, &str, &str)] = &[
    (
        FailureInfo::BadDataFormat,
        "CMP 메시지로 읽을 수 없습니다.",
        "This cannot be read as a CMP message.",
    ),
    (
        FailureInfo::UnsupportedVersion,
        "지원하지 않는 CMP 버전입니다. 버전 2를 쓰세요.",
        "This version of CMP is not supported. Use version 2.",
    ),
    (
        FailureInfo::BadTime,
        "메시지 시각이 허용 범위를 벗어났습니다. 시계를 맞추고 다시 요청하세요.",
        "The messageTime is missing or too far off. Set the clock and ask again.",
    ),
    (
        FailureInfo::BadSenderNonce,
        "senderNonce가 없거나 너무 짧습니다.",
        "The senderNonce is missing or too short.",
    ),
    (
        FailureInfo::BadRecipientNonce,
        "recipNonce가 앞선 응답의 것과 다릅니다.",
        "The recipNonce is not the one of the answer before.",
    ),
    (
        FailureInfo::BadMessageCheck,
        "보호되지 않은 메시지입니다.",
        "The message is not protected.",
    ),
    (
        FailureInfo::BadAlg,
        "지원하지 않거나 허용 범위를 벗어난 보호 알고리즘입니다.",
        "The message is protected by an algorithm that is not supported, or outside of the bounds.",
    ),
    (
        FailureInfo::BadCertTemplate,
        "인증서 요청에 공개키가 없거나 읽을 수 없습니다.",
        "The request has no public key, or one that cannot be read.",
    ),
    (
        FailureInfo::BadCertId,
        "이 인증서에 대한 요청이 아닙니다.",
        "The request names another certificate.",
    ),
    (
        FailureInfo::IncorrectData,
        "EncryptedVID를 읽을 수 없습니다.",
        "The EncryptedVID cannot be read.",
    ),
    (
        FailureInfo::NotAuthorized,
        "이 요청은 인증서의 전자서명으로만 할 수 있습니다.",
        "Only the certificate's own signature may ask for this.",
    ),
    (
        FailureInfo::SystemUnavail,
        "지금은 처리할 수 없습니다. 잠시 후 같은 요청을 다시 보내세요.",
        "This cannot be done now. Send the same request again later.",
    ),
    (
        FailureInfo::SystemFailure,
        "인증기관에 오류가 있습니다. 은행에 문의하세요.",
        "The CA has failed. Ask your bank.",
    ),
];
