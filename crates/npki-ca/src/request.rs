use core::fmt;

use der::{Encode, Sequence, asn1::OctetStringRef};
use hmac::{Hmac, KeyInit, Mac};
use npki_cmp::Message;
use npki_core::{AuthorizationCode, OrderAction, RandomNumber, ReferenceNumber};
use npki_key::{Signature, SignatureAlgorithm, SigningKey};
use rand_core::CryptoRng;
use sha2::Sha256;
use spki::SubjectPublicKeyInfoOwned;
use zeroize::Zeroizing;

use crate::{CaError, store::sha256};

/// A request for a certificate, as a transport has decoded it. Nothing of it is checked yet.
#[derive(Debug)]
pub struct Request<'a> {
    /// Names the transaction.
    pub transaction: &'a [u8],
    /// SHA-256 of the protected part: the same bytes get the same answer.
    pub sha256: [u8; 32],
    /// What shows that the request may be made.
    pub protection: Protection<'a>,
    /// The key to be certified.
    pub public_key: &'a SubjectPublicKeyInfoOwned,
    /// What shows that the requester holds that key.
    pub possession: Possession<'a>,
    /// The key-management key beside it, where the order is of a pair (R2).
    pub km: Option<KmRequest<'a>>,
    /// R, decrypted; without it the certificate carries the real name and no VID.
    pub random_number: Option<&'a RandomNumber>,
    /// Whether the certificate is to be good without a confirmation of its own.
    pub confirmation: Confirmation,
}

/// The second key of a pair: encrypts, and signs nothing but this request.
///
/// Its possession is proved by a signature too, as the RSA keys of these certificates can: RFC 4211
/// section 4.1, and NIST SP 800-57 part 1 (revision 5) section 5.2 for the one signature that a key
/// of another use may make.
#[derive(Debug)]
pub struct KmRequest<'a> {
    /// The key to be certified for key management.
    pub public_key: &'a SubjectPublicKeyInfoOwned,
    /// What shows that the requester holds that key.
    pub possession: Possession<'a>,
}

/// How a certificate is confirmed (R18b).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Confirmation {
    /// By [`Ca::confirm`](crate::Ca::confirm), once the subscriber's side has stored it.
    Explicit,
    /// With its signature, in the same commit: whoever asked wants no more messages.
    Implicit,
}

/// What shows that a request may be made.
///
/// # Security
/// The protected octets may hold R in clear, as those of a [`BareRequest`] do: `Debug` shows how many
/// there are and nothing of them.
#[non_exhaustive]
pub enum Protection<'a> {
    /// Reference number and authorization code: HMAC-SHA256 over `message`, keyed with the code.
    Code {
        /// Names the order.
        reference: &'a ReferenceNumber,
        /// The protected octets.
        message: &'a [u8],
        /// The MAC.
        mac: &'a [u8],
    },
    /// Reference number and authorization code: the MAC of a CMP message, keyed with the code.
    CmpCode {
        /// Names the order.
        reference: &'a ReferenceNumber,
        /// The message.
        message: &'a Message,
    },
    /// The signature of an existing certificate of this CA, such as in a renewal (R11).
    Certificate {
        /// Its serial number, big-endian without leading zeros.
        serial: &'a [u8],
        /// What it asks for.
        action: OrderAction,
        /// The protected octets.
        message: &'a [u8],
        /// How they were signed.
        algorithm: SignatureAlgorithm,
        /// The signature.
        signature: &'a [u8],
    },
}

/// The new key's signature over `message`, which `Debug` does not show: see [`Protection`].
pub struct Possession<'a> {
    /// What was signed.
    pub message: &'a [u8],
    /// How.
    pub algorithm: SignatureAlgorithm,
    /// The signature.
    pub signature: &'a [u8],
}

impl<'a> Protection<'a> {
    /// The reference number that comes with a code.
    pub(crate) const fn reference(&self) -> Option<&'a ReferenceNumber> {
        match self {
            Self::Code { reference, .. } | Self::CmpCode { reference, .. } => Some(reference),
            Self::Certificate { .. } => None,
        }
    }

    /// What shows the code; nothing where a certificate signs.
    pub(crate) fn mac(&self) -> &[u8] {
        match self {
            Self::Code { mac, .. } => mac,
            Self::CmpCode { message, .. } => message.protection().unwrap_or_default(),
            Self::Certificate { .. } => &[],
        }
    }

    /// Whether the MAC was made with this code.
    pub(crate) fn is_by(&self, code: &AuthorizationCode) -> bool {
        match self {
            Self::Code { message, mac, .. } => {
                keyed(code).chain_update(message).verify_slice(mac).is_ok()
            }
            Self::CmpCode { message, .. } => message.verify_mac(code).is_ok(),
            Self::Certificate { .. } => false,
        }
    }
}

/// A request made and taken in the same process. Over a wire CMP carries the same.
///
/// The octets that are protected, and signed by the new key, are the DER of
///
/// ```text
/// Bare ::= SEQUENCE { transaction OCTET STRING, credential OCTET STRING,
///                     publicKey SubjectPublicKeyInfo, r OCTET STRING,
///                     kmPublicKey [0] EXPLICIT SubjectPublicKeyInfo OPTIONAL }
/// ```
///
/// where the credential is the reference number or the old certificate's serial, and `r` is empty
/// when there is none.
///
/// # Security
/// Holds R in clear; wiped on drop.
pub struct BareRequest {
    transaction: [u8; 16],
    credential: Credential,
    public_key: SubjectPublicKeyInfoOwned,
    random_number: Option<RandomNumber>,
    message: Zeroizing<Vec<u8>>,
    possession: (SignatureAlgorithm, Signature),
    km: Option<BareKm>,
}

/// The new keys of a [`BareRequest`].
#[derive(Clone, Copy, Debug)]
pub struct NewKeys<'a> {
    /// Signs.
    pub sign: &'a dyn SigningKey,
    /// The handle by which the key-management key signs its request, where a pair is asked for.
    pub km: Option<&'a dyn SigningKey>,
}

impl<'a> From<&'a dyn SigningKey> for NewKeys<'a> {
    fn from(sign: &'a dyn SigningKey) -> Self {
        Self { sign, km: None }
    }
}

struct BareKm {
    public_key: SubjectPublicKeyInfoOwned,
    possession: (SignatureAlgorithm, Signature),
}

enum Credential {
    Code {
        reference: ReferenceNumber,
        mac: Vec<u8>,
    },
    Certificate {
        serial: Vec<u8>,
        action: OrderAction,
        by: (SignatureAlgorithm, Signature),
    },
}

#[derive(Sequence)]
struct Bare<'a> {
    transaction: &'a OctetStringRef,
    credential: &'a OctetStringRef,
    public_key: SubjectPublicKeyInfoOwned,
    r: &'a OctetStringRef,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    km_public_key: Option<SubjectPublicKeyInfoOwned>,
}

impl BareRequest {
    /// Asks with a reference number and an authorization code.
    ///
    /// # Errors
    /// [`CaError::Sign`] when a new key does not sign.
    pub fn by_code<'k>(
        reference: &ReferenceNumber,
        code: &AuthorizationCode,
        new_keys: impl Into<NewKeys<'k>>,
        random_number: Option<RandomNumber>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, CaError> {
        Self::make(
            reference.as_str().as_bytes(),
            new_keys.into(),
            random_number,
            rng,
            |message, _| {
                let mac = keyed(code)
                    .chain_update(message)
                    .finalize()
                    .into_bytes()
                    .to_vec();
                Ok(Credential::Code {
                    reference: reference.clone(),
                    mac,
                })
            },
        )
    }

    /// Asks with the signature of an existing certificate's key; `serial` names that certificate,
    /// big-endian without leading zeros.
    ///
    /// # Errors
    /// [`CaError::Sign`] when one of the keys does not sign.
    pub fn by_certificate<'k>(
        serial: &[u8],
        action: OrderAction,
        old_key: &dyn SigningKey,
        new_keys: impl Into<NewKeys<'k>>,
        random_number: Option<RandomNumber>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, CaError> {
        let new_keys = new_keys.into();
        Self::make(serial, new_keys, random_number, rng, |message, rng| {
            let by = (old_key.algorithm(), old_key.sign(message, rng)?);
            Ok(Credential::Certificate {
                serial: serial.to_vec(),
                action,
                by,
            })
        })
    }

    /// The request, for [`Ca::redeem`](crate::Ca::redeem).
    #[must_use]
    pub fn as_request(&self) -> Request<'_> {
        let message = self.message.as_slice();
        let protection = match &self.credential {
            Credential::Code { reference, mac } => Protection::Code {
                reference,
                message,
                mac,
            },
            Credential::Certificate { serial, action, by } => Protection::Certificate {
                serial,
                action: *action,
                message,
                algorithm: by.0,
                signature: by.1.octets(),
            },
        };
        Request {
            transaction: &self.transaction,
            sha256: sha256(message),
            protection,
            public_key: &self.public_key,
            possession: Possession {
                message,
                algorithm: self.possession.0,
                signature: self.possession.1.octets(),
            },
            km: self.km.as_ref().map(|km| KmRequest {
                public_key: &km.public_key,
                possession: Possession {
                    message,
                    algorithm: km.possession.0,
                    signature: km.possession.1.octets(),
                },
            }),
            random_number: self.random_number.as_ref(),
            confirmation: Confirmation::Explicit,
        }
    }

    fn make(
        credential: &[u8],
        new_keys: NewKeys<'_>,
        random_number: Option<RandomNumber>,
        rng: &mut dyn CryptoRng,
        protect: impl FnOnce(&[u8], &mut dyn CryptoRng) -> Result<Credential, CaError>,
    ) -> Result<Self, CaError> {
        let mut transaction = [0; 16];
        rng.fill_bytes(&mut transaction);
        let r = random_number
            .as_ref()
            .map_or(&[][..], RandomNumber::expose_octets);
        let bare = Bare {
            transaction: OctetStringRef::new(&transaction)?,
            credential: OctetStringRef::new(credential)?,
            public_key: new_keys.sign.public_key().clone(),
            r: OctetStringRef::new(r)?,
            km_public_key: new_keys.km.map(|key| key.public_key().clone()),
        };
        let message = Zeroizing::new(bare.to_der()?);
        let mut prove = |key: &dyn SigningKey| -> Result<_, CaError> {
            Ok((key.algorithm(), key.sign(&message, rng)?))
        };
        let possession = prove(new_keys.sign)?;
        let km = match new_keys.km {
            Some(key) => Some(BareKm {
                public_key: key.public_key().clone(),
                possession: prove(key)?,
            }),
            None => None,
        };
        let credential = protect(&message, rng)?;
        let public_key = bare.public_key;
        Ok(Self {
            transaction,
            credential,
            public_key,
            random_number,
            message,
            possession,
            km,
        })
    }
}

impl fmt::Debug for Protection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code {
                reference,
                message,
                mac: _,
            } => f
                .debug_struct("Code")
                .field("reference", reference)
                .field("message_octets", &message.len())
                .finish_non_exhaustive(),
            Self::CmpCode { reference, message } => f
                .debug_struct("CmpCode")
                .field("reference", reference)
                .field("message", message)
                .finish(),
            Self::Certificate {
                serial,
                action,
                message,
                algorithm,
                signature: _,
            } => f
                .debug_struct("Certificate")
                .field("serial", serial)
                .field("action", action)
                .field("message_octets", &message.len())
                .field("algorithm", algorithm)
                .finish_non_exhaustive(),
        }
    }
}

impl fmt::Debug for Possession<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            message,
            algorithm,
            signature: _,
        } = self;
        f.debug_struct("Possession")
            .field("message_octets", &message.len())
            .field("algorithm", algorithm)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for BareRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            transaction,
            credential: _,
            public_key,
            random_number,
            message: _,
            possession: _,
            km,
        } = self;
        f.debug_struct("BareRequest")
            .field("transaction", transaction)
            .field("public_key", &public_key.algorithm.oid)
            .field("random_number", random_number)
            .field("pair", &km.is_some())
            .finish_non_exhaustive()
    }
}

fn keyed(code: &AuthorizationCode) -> Hmac<Sha256> {
    Hmac::new_from_slice(code.expose_code().as_bytes()).expect("HMAC takes any key length")
}
