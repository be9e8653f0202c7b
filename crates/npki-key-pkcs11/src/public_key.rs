//! The public half of a key, from the attributes that a token tells.

use const_oid::db::rfc5912::{ID_EC_PUBLIC_KEY, RSA_ENCRYPTION, SECP_256_R_1};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use der::asn1::{Any, AnyRef, BitString, OctetStringRef, UintRef};
use der::{Decode, Encode};
use npki_key::PublicKey;
use pkcs1::RsaPublicKeyRef;
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use crate::session::WorkError;
use crate::{KeyId, TokenError};

/// The public half of a private key: from its own attributes, as RSA keys have them, or from the
/// public key object of the same id.
pub(crate) fn of(
    session: &Session,
    private: ObjectHandle,
    id: Option<&KeyId>,
) -> Result<SubjectPublicKeyInfoOwned, WorkError> {
    let mut objects = vec![private];
    if let Some(id) = id {
        objects.extend(session.find_objects(&[
            Attribute::Class(ObjectClass::PUBLIC_KEY),
            Attribute::Id(id.octets().to_vec()),
        ])?);
    }
    for object in objects {
        let attributes = session.get_attributes(object, &WANTED)?;
        if let Some(info) = Told::by(&attributes).info() {
            return Ok(info);
        }
    }
    Err(TokenError::NoPublicKey.into())
}

/// What attributes tell of a public key.
#[derive(Default)]
struct Told<'a> {
    modulus: Option<&'a [u8]>,
    exponent: Option<&'a [u8]>,
    curve: Option<&'a [u8]>,
    point: Option<&'a [u8]>,
}

impl<'a> Told<'a> {
    fn by(attributes: &'a [Attribute]) -> Self {
        let mut told = Self::default();
        for attribute in attributes {
            match attribute {
                Attribute::Modulus(octets) => told.modulus = Some(octets),
                Attribute::PublicExponent(octets) => told.exponent = Some(octets),
                Attribute::EcParams(octets) => told.curve = Some(octets),
                Attribute::EcPoint(octets) => told.point = Some(octets),
                _ => {}
            }
        }
        told
    }

    /// The key, if it is one that npki-key reads.
    fn info(&self) -> Option<SubjectPublicKeyInfoOwned> {
        let info = match self {
            Self {
                modulus: Some(modulus),
                exponent: Some(exponent),
                ..
            } if !modulus.is_empty() => rsa(modulus, exponent),
            Self {
                curve: Some(curve),
                point: Some(point),
                ..
            } => p256(curve, point),
            _ => None,
        }?;
        PublicKey::parse(&info).is_ok().then_some(info)
    }
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<SubjectPublicKeyInfoOwned> {
    let key = RsaPublicKeyRef {
        modulus: UintRef::new(modulus).ok()?,
        public_exponent: UintRef::new(exponent).ok()?,
    };
    Some(SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned {
            oid: RSA_ENCRYPTION,
            parameters: Some(Any::null()),
        },
        subject_public_key: BitString::from_bytes(&key.to_der().ok()?).ok()?,
    })
}

/// The point is the DER of an OCTET STRING; some tokens give the octets alone.
///
/// Source: PKCS #11 v2.40 current mechanisms, section 2.3.3.
fn p256(curve: &[u8], point: &[u8]) -> Option<SubjectPublicKeyInfoOwned> {
    if curve != SECP_256_R_1.to_der().ok()? {
        return None;
    }
    let point = <&OctetStringRef>::from_der(point).map_or(point, OctetStringRef::as_bytes);
    Some(SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned {
            oid: ID_EC_PUBLIC_KEY,
            parameters: Some(AnyRef::from(&SECP_256_R_1).into()),
        },
        subject_public_key: BitString::from_bytes(point).ok()?,
    })
}

const WANTED: [AttributeType; 4] = [
    AttributeType::Modulus,
    AttributeType::PublicExponent,
    AttributeType::EcParams,
    AttributeType::EcPoint,
];
