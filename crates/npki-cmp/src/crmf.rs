//! What a request for a certificate consists of.

use const_oid::ObjectIdentifier;
use der::{
    Any, Choice, Decode as _, Encode as _, Sequence, Tag, TagNumber, Tagged as _,
    asn1::{BitString, Int, Null},
};
use npki_cert::{Certificate, Name};
use npki_core::AuthorizationCode;
use rand_core::CryptoRng;
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use crate::{
    CmpError, Header, MacAlgorithm,
    header::{directory_name, name_of},
    message::{any, malformed},
    oid,
};

/// CertReqMsg: one request with its proof of possession.
///
/// Source: RFC 4211 section 3.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CertReqMsg {
    /// What is asked for.
    pub cert_req: CertRequest,
    /// What shows that the requester holds the key.
    #[asn1(optional = "true")]
    pub popo: Option<ProofOfPossession>,
    /// What else the CA should know, such as the EncryptedVID.
    #[asn1(optional = "true")]
    pub reg_info: Option<Vec<AttributeTypeAndValue>>,
}

/// CertRequest.
///
/// Source: RFC 4211 section 5.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CertRequest {
    /// Names it within the message.
    pub cert_req_id: i64,
    /// What the certificate should say.
    pub cert_template: CertTemplate,
    /// What concerns issuing and not the certificate.
    #[asn1(optional = "true")]
    pub controls: Option<Vec<AttributeTypeAndValue>>,
}

/// CertTemplate: wishes. The CA takes the key, and decides the rest by its order.
///
/// Source: RFC 4211 section 5.
#[derive(Clone, Debug, Default, PartialEq, Eq, Sequence)]
pub struct CertTemplate {
    /// The version.
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub version: Option<Int>,
    /// Names a certificate in a revocation.
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub serial_number: Option<Int>,
    /// Not for requesters.
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", optional = "true")]
    pub signing_alg: Option<AlgorithmIdentifierOwned>,
    /// A Name.
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub issuer: Option<Any>,
    /// An OptionalValidity.
    #[asn1(context_specific = "4", tag_mode = "IMPLICIT", optional = "true")]
    pub validity: Option<Vec<Any>>,
    /// A Name.
    #[asn1(context_specific = "5", tag_mode = "EXPLICIT", optional = "true")]
    pub subject: Option<Any>,
    /// The key.
    #[asn1(context_specific = "6", tag_mode = "IMPLICIT", optional = "true")]
    pub public_key: Option<SubjectPublicKeyInfoOwned>,
    /// A wish of 1988.
    #[asn1(context_specific = "7", tag_mode = "IMPLICIT", optional = "true")]
    pub issuer_uid: Option<BitString>,
    /// Another one.
    #[asn1(context_specific = "8", tag_mode = "IMPLICIT", optional = "true")]
    pub subject_uid: Option<BitString>,
    /// Extensions.
    #[asn1(context_specific = "9", tag_mode = "IMPLICIT", optional = "true")]
    pub extensions: Option<Vec<Any>>,
}

/// What shows that the requester holds the key.
///
/// Source: RFC 4211 section 4.
#[derive(Clone, Debug, PartialEq, Eq, Choice)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every message has the large one"
)]
pub enum ProofOfPossession {
    /// An RA says so.
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    RaVerified(Null),
    /// The key has signed.
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true")]
    Signature(PoposSigningKey),
    /// The key will decrypt.
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", constructed = "true")]
    KeyEncipherment(Any),
    /// The key will agree.
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", constructed = "true")]
    KeyAgreement(Any),
}

/// POPOSigningKey.
///
/// Source: RFC 4211 section 4.1.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct PoposSigningKey {
    /// What was signed; when absent, the CertRequest.
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub input: Option<PoposSigningKeyInput>,
    /// How.
    pub algorithm: AlgorithmIdentifierOwned,
    /// The signature.
    pub signature: BitString,
}

/// POPOSigningKeyInput.
///
/// Source: RFC 4211 section 4.1.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct PoposSigningKeyInput {
    /// `[0]` sender, or PKMACValue.
    pub auth_info: Any,
    /// The key.
    pub public_key: SubjectPublicKeyInfoOwned,
}

/// PKMACValue: the one way of authInfo that shows a secret.
///
/// Source: RFC 4211 section 4.1.
#[derive(Sequence)]
struct PkMacValue {
    algorithm: AlgorithmIdentifierOwned,
    value: BitString,
}

impl PoposSigningKeyInput {
    /// authInfo as a publicKeyMAC: a PBM by the authorization code over the key, as the clients of
    /// Korean CAs send it.
    ///
    /// # Errors
    /// [`CmpError::Malformed`] for what cannot be written.
    pub fn with_mac(
        public_key: SubjectPublicKeyInfoOwned,
        code: &AuthorizationCode,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, CmpError> {
        let write = malformed("PKMACValue");
        let mac = MacAlgorithm::pbm(rng);
        let value = mac.compute(code, &public_key.to_der().map_err(&write)?);
        let auth_info = any(&PkMacValue {
            algorithm: mac.identifier()?,
            value: BitString::from_bytes(&value).map_err(&write)?,
        })?;
        Ok(Self {
            auth_info,
            public_key,
        })
    }

    /// authInfo as the sender, whose name another protection has shown.
    ///
    /// # Errors
    /// [`CmpError::Malformed`] for what cannot be written.
    pub fn with_sender(
        public_key: SubjectPublicKeyInfoOwned,
        sender: &Name,
    ) -> Result<Self, CmpError> {
        let name = directory_name(sender)?;
        let auth_info = name.to_der().and_then(|der| Any::new(SENDER, der));
        Ok(Self {
            auth_info: auth_info.map_err(malformed("POPOSigningKeyInput"))?,
            public_key,
        })
    }

    /// Whether authInfo is a publicKeyMAC.
    #[must_use]
    pub fn has_mac(&self) -> bool {
        self.auth_info.tag() == Tag::Sequence
    }

    /// Whether authInfo names the sender of this header, so that the new key vouches for him and for
    /// nobody else who takes the proof along.
    ///
    /// # Security
    /// Worth something only where the protection has shown who the sender is.
    #[must_use]
    pub fn names_sender(&self, header: &Header) -> bool {
        if self.auth_info.tag() != SENDER {
            return false;
        }
        let Ok(named) = Any::from_der(self.auth_info.value()) else {
            return false;
        };
        match (name_of(&named), header.sender_name()) {
            (Some(named), Some(sender)) => named.matches(&sender),
            _ => named == header.sender,
        }
    }

    /// Checks the publicKeyMAC.
    ///
    /// # Errors
    /// [`CmpError::BadProtection`] for another code, another key, and for what is no PBM;
    /// [`CmpError::OutOfBounds`] before any work.
    ///
    /// # Security
    /// Whoever may ask this may try codes: ask it of a message whose own MAC was verified.
    pub fn verify_mac(&self, code: &AuthorizationCode) -> Result<(), CmpError> {
        let wrong = || CmpError::BadProtection;
        let found: PkMacValue = self.auth_info.decode_as().map_err(|_| wrong())?;
        let mac = MacAlgorithm::read(&found.algorithm)?.ok_or_else(wrong)?;
        let key = self.public_key.to_der().map_err(|_| wrong())?;
        mac.verify(code, &key, found.value.as_bytes().ok_or_else(wrong)?)
    }
}

/// A type and a value.
///
/// Source: RFC 4211 section 3.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct AttributeTypeAndValue {
    /// What it is.
    pub oid: ObjectIdentifier,
    /// Its value, with no SET around it.
    pub value: Any,
}

/// CertId: issuer and serial of a certificate.
///
/// Source: RFC 4211 section 6.5.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CertId {
    /// A GeneralName.
    pub issuer: Any,
    /// The serial number.
    pub serial_number: Int,
}

impl CertId {
    /// Whether it names this certificate.
    #[must_use]
    pub fn names(&self, certificate: &Certificate) -> bool {
        let serial = self.serial_number.to_der();
        serial.is_ok_and(|serial| serial == certificate.serial_number().to_der())
            && name_of(&self.issuer).is_some_and(|issuer| issuer.matches(certificate.issuer()))
    }
}

impl CertReqMsg {
    /// The octets that the new key has signed, by what the proof of possession holds.
    ///
    /// A POPOSigningKeyInput is signed with its universal tag, as a real message of 2016 shows.
    ///
    /// # Errors
    /// [`CmpError`] never for what was read.
    pub fn possession_octets(&self, proof: &PoposSigningKey) -> Result<Vec<u8>, CmpError> {
        match &proof.input {
            Some(input) => input.to_der(),
            None => self.cert_req.to_der(),
        }
        .map_err(malformed("CertReqMsg"))
    }

    /// The key that is to be certified.
    #[must_use]
    pub const fn public_key(&self) -> Option<&SubjectPublicKeyInfoOwned> {
        self.cert_req.cert_template.public_key.as_ref()
    }

    /// The certificate that a renewal names, if it names one.
    #[must_use]
    pub fn old_cert_id(&self) -> Option<CertId> {
        let control = self
            .cert_req
            .controls
            .iter()
            .flatten()
            .find(|control| control.oid == oid::OLD_CERT_ID)?;
        control.value.decode_as().ok()
    }

    /// The first regInfo of this type.
    #[must_use]
    pub fn reg_info(&self, oid: &ObjectIdentifier) -> Option<&Any> {
        self.reg_info
            .iter()
            .flatten()
            .find(|info| info.oid == *oid)
            .map(|info| &info.value)
    }
}

impl CertTemplate {
    /// The subject asked for, if it can be read.
    #[must_use]
    pub fn subject_name(&self) -> Option<Name> {
        Name::parse(&self.subject.as_ref()?.to_der().ok()?).ok()
    }
}

/// sender in authInfo. A GeneralName is a CHOICE, so it is tagged explicitly.
const SENDER: Tag = Tag::ContextSpecific {
    constructed: true,
    number: TagNumber(0),
};
