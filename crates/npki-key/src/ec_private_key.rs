//! `ECPrivateKey` (RFC 5915 section 3) for P-256.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::SECP_256_R_1;
use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Encode, Reader, SliceReader, Tag, TagNumber, Tagged};
use zeroize::Zeroizing;

use crate::private_key_info::{constructed, next_if, tlv};
use crate::{Inconsistency, KeyError};

pub(crate) struct EcPrivateKey<'a> {
    pub(crate) secret: p256::SecretKey,
    /// The point that stands beside the scalar, as SEC 1 writes it.
    pub(crate) point: Option<&'a [u8]>,
}

impl<'a> EcPrivateKey<'a> {
    pub(crate) fn parse(der: &'a [u8]) -> Result<Self, KeyError> {
        let mut reader = SliceReader::new(constructed(der, Tag::Sequence)?)?;
        let version: u8 = reader.decode()?;
        if version != 1 {
            return Err(KeyError::Malformed(Tag::Integer.value_error().into()));
        }
        let scalar: AnyRef<'a> = reader.decode()?;
        scalar.tag().assert_eq(Tag::OctetString)?;
        if let Some(field) = next_if(&mut reader, PARAMETERS)? {
            let curve = ObjectIdentifier::from_der(field.value())?;
            if curve != SECP_256_R_1 {
                return Err(KeyError::Parameters);
            }
        }
        let point = match next_if(&mut reader, POINT)? {
            Some(field) => Some(
                BitStringRef::from_der(field.value())?
                    .as_bytes()
                    .ok_or(KeyError::Inconsistent(Inconsistency::PublicKey))?,
            ),
            None => None,
        };
        reader.finish()?;
        // RFC 5915 section 3: as many octets as the curve's order has.
        if scalar.value().len() != SCALAR_OCTETS {
            return Err(KeyError::Inconsistent(Inconsistency::Scalar));
        }
        let secret = p256::SecretKey::from_slice(scalar.value())
            .map_err(|_| KeyError::Inconsistent(Inconsistency::Scalar))?;
        Ok(Self { secret, point })
    }
}

/// The `ECPrivateKey` of a new key: without parameters, which the AlgorithmIdentifier names, and
/// with the point.
pub(crate) fn encode(
    secret: &p256::SecretKey,
    point: &[u8],
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let scalar = Zeroizing::new(<[u8; SCALAR_OCTETS]>::from(secret.to_bytes()));
    let scalar = tlv(Tag::OctetString, &[scalar.as_slice()])?;
    let point = BitStringRef::from_bytes(point)?.to_der()?;
    let point = tlv(POINT, &[&point])?;
    tlv(Tag::Sequence, &[&[0x02, 1, 1], &scalar, &point])
}

/// Octets of a scalar of P-256.
const SCALAR_OCTETS: usize = 32;
/// `parameters [0] EXPLICIT`.
const PARAMETERS: Tag = Tag::ContextSpecific {
    constructed: true,
    number: TagNumber(0),
};
/// `publicKey [1] EXPLICIT`.
const POINT: Tag = Tag::ContextSpecific {
    constructed: true,
    number: TagNumber(1),
};
