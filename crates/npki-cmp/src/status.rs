use std::borrow::Cow;

use der::{Enumerated, Sequence, asn1::BitString};

use crate::FreeText;

/// PKIStatusInfo: whether a request was granted, and if not, why.
///
/// Source: RFC 9810 section 5.2.3.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct StatusInfo {
    /// Granted or not.
    pub status: Status,
    /// What to tell the people.
    #[asn1(optional = "true")]
    pub status_string: Option<FreeText>,
    /// What to tell the machine: [`FailureInfo`] numbers the bits.
    #[asn1(optional = "true")]
    pub fail_info: Option<BitString>,
}

/// PKIStatus.
///
/// Source: RFC 9810 section 5.2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enumerated)]
#[asn1(type = "INTEGER")]
#[repr(u8)]
pub enum Status {
    /// As asked for.
    Accepted = 0,
    /// Something like it.
    GrantedWithMods = 1,
    /// Refused.
    Rejection = 2,
    /// Not decided yet: poll.
    Waiting = 3,
    /// A revocation is near.
    RevocationWarning = 4,
    /// A revocation has taken place.
    RevocationNotification = 5,
    /// The key of the old certificate was updated before.
    KeyUpdateWarning = 6,
}

/// The bits of PKIFailureInfo.
///
/// Source: RFC 9810 section 5.2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureInfo {
    /// An algorithm that is not known or not supported.
    BadAlg,
    /// The protection does not hold.
    BadMessageCheck,
    /// The transaction is not permitted or not supported.
    BadRequest,
    /// messageTime lies too far off.
    BadTime,
    /// No certificate fits what was named.
    BadCertId,
    /// Not DER, or not this type.
    BadDataFormat,
    /// Another CA is meant.
    WrongAuthority,
    /// The request lacks something.
    IncorrectData,
    /// The proof of possession does not hold.
    BadPop,
    /// The certificate was revoked already.
    CertRevoked,
    /// The certificate was confirmed already.
    CertConfirmed,
    /// The recipient's nonce is missing, or not the one sent.
    BadRecipientNonce,
    /// The sender's nonce is missing or too short.
    BadSenderNonce,
    /// The CA cannot work now.
    SystemUnavail,
    /// The template asks for what is not granted.
    BadCertTemplate,
    /// The signer's certificate does not hold.
    SignerNotTrusted,
    /// The transaction's name is in use.
    TransactionIdInUse,
    /// A version that is not supported.
    UnsupportedVersion,
    /// Whoever asks may not.
    NotAuthorized,
    /// The CA has failed.
    SystemFailure,
}

impl FailureInfo {
    /// All of them with their bits.
    const BITS: &[(Self, u8)] = &[
        (Self::BadAlg, 0),
        (Self::BadMessageCheck, 1),
        (Self::BadRequest, 2),
        (Self::BadTime, 3),
        (Self::BadCertId, 4),
        (Self::BadDataFormat, 5),
        (Self::WrongAuthority, 6),
        (Self::IncorrectData, 7),
        (Self::BadPop, 9),
        (Self::CertRevoked, 10),
        (Self::CertConfirmed, 11),
        (Self::BadRecipientNonce, 13),
        (Self::BadSenderNonce, 18),
        (Self::BadCertTemplate, 19),
        (Self::SignerNotTrusted, 20),
        (Self::TransactionIdInUse, 21),
        (Self::UnsupportedVersion, 22),
        (Self::NotAuthorized, 23),
        (Self::SystemUnavail, 24),
        (Self::SystemFailure, 25),
    ];

    /// The number of the bit.
    #[must_use]
    pub fn bit(self) -> u8 {
        Self::BITS
            .iter()
            .find_map(|(info, bit)| (*info == self).then_some(*bit))
            .unwrap_or_default()
    }

    /// The named bit list that says this and nothing else.
    fn bit_string(self) -> der::Result<BitString> {
        let bit = self.bit();
        let mut octets = vec![0; usize::from(bit / 8) + 1];
        if let Some(last) = octets.last_mut() {
            *last = 0x80 >> (bit % 8);
        }
        // DER writes no trailing zero bits of a named bit list (X.690 11.2.2).
        BitString::new(7 - bit % 8, octets)
    }
}

impl StatusInfo {
    /// Granted.
    #[must_use]
    pub const fn accepted() -> Self {
        Self {
            status: Status::Accepted,
            status_string: None,
            fail_info: None,
        }
    }

    /// Refused, with a sentence for the people.
    ///
    /// # Errors
    /// [`der::Error`] when the text is too long to be written.
    pub fn rejection<'a>(
        why: FailureInfo,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> der::Result<Self> {
        Ok(Self {
            status: Status::Rejection,
            status_string: Some(FreeText::new(texts)?),
            fail_info: Some(why.bit_string()?),
        })
    }

    /// Whether a certificate comes with it.
    #[must_use]
    pub const fn is_granted(&self) -> bool {
        matches!(self.status, Status::Accepted | Status::GrantedWithMods)
    }

    /// The failures that are told and known.
    pub fn failures(&self) -> impl Iterator<Item = FailureInfo> {
        FailureInfo::BITS
            .iter()
            .filter(|(_, bit)| self.has_bit(*bit))
            .map(|(info, _)| *info)
    }

    /// What is said to people, most often a text for each language.
    pub fn texts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.status_string.iter().flat_map(FreeText::texts)
    }

    fn has_bit(&self, bit: u8) -> bool {
        self.fail_info.as_ref().is_some_and(|bits| {
            bits.raw_bytes()
                .get(usize::from(bit / 8))
                .is_some_and(|octet| octet & (0x80 >> (bit % 8)) != 0)
        })
    }
}

#[cfg(test)]
mod tests {
    use der::{Decode as _, Encode as _};

    use super::*;

    #[test]
    fn every_failure_reads_back() {
        for (info, bit) in FailureInfo::BITS {
            let status = StatusInfo::rejection(*info, ["no"]).unwrap();
            let der = status.to_der().unwrap();
            let read = StatusInfo::from_der(&der).unwrap();
            assert_eq!(read.failures().collect::<Vec<_>>(), [*info]);
            assert_eq!(info.bit(), *bit);
            assert_eq!(read.to_der().unwrap(), der);
            assert_eq!(read.texts().collect::<Vec<_>>(), ["no"]);
        }
    }
}
