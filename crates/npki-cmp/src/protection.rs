mod mac;

use core::fmt;

use der::{Any, asn1::BitString, referenced::OwnedToRef as _};
use npki_core::AuthorizationCode;
use npki_key::{SignatureAlgorithm, SigningKey, Verifier};
use rand_core::CryptoRng;

use crate::{
    Body, CmpError, Header, Message,
    message::{malformed, protected_part},
};

pub use mac::{MacAlgorithm, MacKind};

/// How a message says that it is protected.
///
/// Source: RFC 9810 section 5.1.3; RFC 9481 section 6.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protection {
    /// By a secret that both sides have: PBM or PBMAC1.
    Mac(MacAlgorithm),
    /// By the signature of a certificate's key.
    Signature(SignatureAlgorithm),
}

/// What a message is protected with.
///
/// # Security
/// A code is only as good as its digits are many: an eavesdropper may try codes at home.
#[non_exhaustive]
pub enum Protector<'a> {
    /// An authorization code.
    Code {
        /// The secret.
        code: &'a AuthorizationCode,
        /// Salt, rounds and functions.
        mac: MacAlgorithm,
    },
    /// A key whose certificate the other side finds in extraCerts, or has.
    Key(&'a dyn SigningKey),
}

impl Protection {
    /// What `message` says of itself, within the bounds. Nothing is computed yet.
    ///
    /// # Errors
    /// [`CmpError::Unprotected`], [`CmpError::Protection`] and [`CmpError::Algorithm`] for what is not
    /// worked with, [`CmpError::OutOfBounds`].
    pub fn of(message: &Message) -> Result<Self, CmpError> {
        let algorithm = message
            .header()
            .protection_alg
            .as_ref()
            .ok_or(CmpError::Unprotected)?;
        if message.protection().is_none() {
            return Err(CmpError::Unprotected);
        }
        if let Some(mac) = MacAlgorithm::read(algorithm)? {
            return Ok(Self::Mac(mac));
        }
        Ok(Self::Signature(SignatureAlgorithm::from_identifier(
            algorithm.owned_to_ref(),
        )?))
    }
}

impl Message {
    /// Writes a message with this protection; sets protectionAlg.
    ///
    /// `extra_certs` are DER certificates.
    ///
    /// # Errors
    /// [`CmpError::Sign`] when a key does not sign, [`CmpError::Malformed`] for what cannot be written.
    pub fn protect<'a>(
        mut header: Header,
        body: Body,
        extra_certs: impl IntoIterator<Item = &'a [u8]>,
        with: &Protector<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, CmpError> {
        header.protection_alg = Some(match with {
            Protector::Code { mac, .. } => mac.identifier()?,
            Protector::Key(key) => key.algorithm().identifier(),
        });
        let part = protected_part(&header, &body)?;
        let octets = match with {
            Protector::Code { code, mac } => mac.compute(code, &part),
            Protector::Key(key) => key.sign(&part, rng)?.into_octets(),
        };
        let protection = BitString::from_bytes(&octets).map_err(malformed("PKIProtection"))?;
        let extra_certs: Vec<Any> = extra_certs
            .into_iter()
            .map(|der| der::Decode::from_der(der).map_err(malformed("CMPCertificate")))
            .collect::<Result<_, CmpError>>()?;
        let extra_certs = (!extra_certs.is_empty()).then_some(extra_certs);
        Self::assemble(header, body, Some(protection), extra_certs)
    }

    /// Checks that the MAC was made with this code.
    ///
    /// # Errors
    /// As [`Protection::of`], and [`CmpError::BadProtection`] for a wrong code, a message that is
    /// signed, and altered octets alike.
    ///
    /// # Security
    /// Whoever may ask this may try codes: the caller counts.
    pub fn verify_mac(&self, code: &AuthorizationCode) -> Result<(), CmpError> {
        let Protection::Mac(mac) = Protection::of(self)? else {
            return Err(CmpError::BadProtection);
        };
        let wanted = self.protection().unwrap_or_default();
        mac.verify(code, &self.protected_part()?, wanted)
    }

    /// Checks that this key has signed.
    ///
    /// # Errors
    /// As [`Protection::of`], and [`CmpError::BadProtection`].
    pub fn verify_signature(&self, key: &dyn Verifier) -> Result<(), CmpError> {
        let Protection::Signature(algorithm) = Protection::of(self)? else {
            return Err(CmpError::BadProtection);
        };
        let signature = self.protection().unwrap_or_default();
        key.verify(&algorithm, &self.protected_part()?, signature)
            .map_err(|_| CmpError::BadProtection)
    }
}

impl fmt::Debug for Protector<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code { code: _, mac } => f
                .debug_struct("Code")
                .field("mac", mac)
                .finish_non_exhaustive(),
            Self::Key(key) => f.debug_tuple("Key").field(key).finish(),
        }
    }
}
