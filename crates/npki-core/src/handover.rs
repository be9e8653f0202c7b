//! What a bank and a CA tell each other about an [`Order`](crate::Order).

use core::fmt;

use der::{Sequence, asn1::OctetString};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{Instant, OrderId, RevocationReason, Sentence};

/// 참조번호: a decimal number that names a registered order towards its CA. Not a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferenceNumber(String);

/// A text that is no reference number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reference number has 1 to 20 decimal digits")]
pub struct ReferenceNumberError;

impl ReferenceNumber {
    /// Takes 1 to 20 decimal digits.
    ///
    /// # Errors
    /// [`ReferenceNumberError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, ReferenceNumberError> {
        if text.is_empty() || text.len() > 20 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ReferenceNumberError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReferenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// 인가코드: the secret that goes with a [`ReferenceNumber`]. Wiped on drop, compared in constant
/// time, never shown by `Debug`, stored nowhere.
pub struct AuthorizationCode(Zeroizing<String>);

impl AuthorizationCode {
    /// Takes the code as it is typed.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self(Zeroizing::new(code.to_owned()))
    }

    /// The code, to be shown to the subscriber once or to protect a message with.
    #[must_use]
    pub fn expose_code(&self) -> &str {
        &self.0
    }
}

impl PartialEq for AuthorizationCode {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for AuthorizationCode {}

impl fmt::Debug for AuthorizationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_) = self;
        f.write_str("AuthorizationCode(..)")
    }
}

/// What a CA answers to the registration of an order. Registering again gives the same.
#[derive(Debug)]
pub struct Registration {
    /// Names the order towards the CA.
    pub reference: ReferenceNumber,
    /// The secret that goes with it.
    pub authorization_code: AuthorizationCode,
}

/// What a CA tells the bank of a certificate. Names no person.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CertificateFacts {
    /// Big-endian octets of the positive serial number, without a leading zero.
    pub serial: OctetString,
    /// The first valid second.
    pub not_before: Instant,
    /// The last valid second.
    pub not_after: Instant,
    /// SHA-256 of the certificate's DER.
    pub sha256: OctetString,
}

/// What became of an order at its CA. Reaches the bank as an effect of the CA's ledger, keyed by
/// the order's id, and may arrive more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OrderNews {
    /// The subscriber's side has confirmed the certificate: it is issued (R18b).
    Confirmed {
        /// The order.
        order: OrderId,
        /// The certificate.
        certificate: CertificateFacts,
        /// The CA's instant.
        at: Instant,
    },
    /// The certificate was revoked.
    Revoked {
        /// The order that it came from.
        order: OrderId,
        /// Why.
        reason: RevocationReason,
        /// The CA's instant.
        at: Instant,
    },
    /// Nothing will come of the order: rejected, not confirmed in time, or never redeemed.
    Lapsed {
        /// The order.
        order: OrderId,
        /// The CA's instant.
        at: Instant,
    },
}

/// How the other side of a port answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortError {
    /// It said no, and will say no again to the same request.
    #[error("refused: {0}")]
    Refused(Sentence),
    /// Whether it did what was asked is not known: ask again with the same key.
    #[error("the answer was lost; ask again with the same key")]
    Unknown,
    /// It was not reached; nothing was done.
    #[error("not reached; try again later")]
    Down,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_numbers_are_decimal() {
        for (text, fine) in [
            ("", false),
            ("1", true),
            ("93613", true),
            ("01234567890123456789", true),
            ("012345678901234567890", false),
            ("12a", false),
            ("-1", false),
            ("１", false),
        ] {
            assert_eq!(ReferenceNumber::parse(text).is_ok(), fine, "{text}");
        }
    }

    #[test]
    fn r71_the_code_is_not_shown() {
        let code = AuthorizationCode::new("0912978800814393922");
        assert_eq!(format!("{code:?}"), "AuthorizationCode(..)");
        assert!(code == AuthorizationCode::new("0912978800814393922"));
        assert!(code != AuthorizationCode::new("0912978800814393923"));
    }
}
