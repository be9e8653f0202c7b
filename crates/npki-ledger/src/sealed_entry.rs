use base16ct::HexDisplay;
use core::fmt;

use der::{
    DecodeValue, Encode, EncodeValue, FixedTag, Header, Length, Reader, Sequence, Tag, Writer,
    asn1::OctetString,
};
use npki_core::Sealed;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};

use crate::SealedKind;

/// Names a sealed record: 16 random octets, shown in hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SealedId([u8; 16]);

impl SealedId {
    /// A new name.
    #[must_use]
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut octets = [0; 16];
        rng.fill_bytes(&mut octets);
        Self(octets)
    }

    /// The name with these octets.
    #[must_use]
    pub const fn from_octets(octets: [u8; 16]) -> Self {
        Self(octets)
    }

    /// The 16 octets.
    #[must_use]
    pub const fn octets(&self) -> &[u8; 16] {
        &self.0
    }
}

/// A sealed record that an event writes: personal data, outside of the log and separately
/// deletable. The log has its digest only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedEntry {
    /// Its name, new in this ledger.
    pub id: SealedId,
    /// What it holds.
    pub kind: SealedKind,
    /// The encrypted octets.
    pub record: Sealed,
}

impl SealedEntry {
    /// SHA-256 of the record's DER, as it stands in the leaf.
    ///
    /// # Errors
    /// As [`der::Encode`]: only for a record that no length can tell.
    pub fn digest(&self) -> der::Result<[u8; 32]> {
        Ok(Sha256::digest(self.record.to_der()?).into())
    }
}

/// What a leaf says of a sealed record.
///
/// ```text
/// SealedDigest ::= SEQUENCE {
///   id OCTET STRING (SIZE (16)), kind UTF8String, sha256 OCTET STRING (SIZE (32)) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct SealedDigest {
    /// Its name.
    pub id: SealedId,
    /// What it holds, or held.
    pub kind: SealedKind,
    /// SHA-256 of the DER of the [`Sealed`].
    #[asn1(type = "OCTET STRING", deref = "true")]
    pub sha256: [u8; 32],
}

/// A sealed record as the ledger has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRow {
    /// What it holds, or held.
    pub kind: SealedKind,
    /// SHA-256 of its DER.
    pub sha256: [u8; 32],
    /// The record; `None` once shredded.
    pub record: Option<Sealed>,
}

impl SealedRow {
    /// Whether the record, if it is still there, has the digest that the log tells of.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.record.as_ref().is_none_or(|record| {
            record
                .to_der()
                .is_ok_and(|der| <[u8; 32]>::from(Sha256::digest(der)) == self.sha256)
        })
    }
}

impl fmt::Display for SealedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&HexDisplay(&self.0), f)
    }
}

impl fmt::Debug for SealedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedId({self})")
    }
}

impl FixedTag for SealedId {
    const TAG: Tag = Tag::OctetString;
}

impl EncodeValue for SealedId {
    fn value_len(&self) -> der::Result<Length> {
        Ok(Length::new(16))
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(&self.0)
    }
}

impl<'a> DecodeValue<'a> for SealedId {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        let octets = OctetString::decode_value(reader, header)?;
        Ok(Self(
            octets
                .as_bytes()
                .try_into()
                .map_err(|_| Tag::OctetString.value_error())?,
        ))
    }
}
