use core::fmt;

use der::asn1::BitString;

/// A finished signature.
///
/// RSA: as many octets as the modulus has, big-endian. ECDSA: the DER of `Ecdsa-Sig-Value`.
///
/// Source: RFC 8017 section 8; RFC 3279 section 2.2.3.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature(Vec<u8>);

impl Signature {
    /// Takes the octets that a backend made, in the form described at the type.
    ///
    /// # Security
    /// Nothing is checked. A backend checks its signature before it makes one of these.
    #[must_use]
    pub const fn from_octets(octets: Vec<u8>) -> Self {
        Self(octets)
    }

    /// The octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// The octets, without a copy.
    #[must_use]
    pub fn into_octets(self) -> Vec<u8> {
        self.0
    }

    /// As certificates, CRLs and CMP messages hold it.
    ///
    /// # Errors
    /// Only for more octets than DER lengths of this library hold (256 MiB).
    pub fn bit_string(&self) -> der::Result<BitString> {
        BitString::from_bytes(&self.0)
    }
}

impl spki::SignatureBitStringEncoding for Signature {
    fn to_bitstring(&self) -> der::Result<BitString> {
        self.bit_string()
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({} octets)", self.0.len())
    }
}
