use base16ct::HexDisplay;
use core::fmt;

use const_oid::ObjectIdentifier;
use sha1::Sha1;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq;

/// A hash function that signatures, VIDs and digests name.
///
/// SHA-1 is read in files of the first generation; what may be *written* or *trusted* is decided
/// where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HashAlgorithm {
    /// FIPS 180-4, 20 octets.
    Sha1,
    /// FIPS 180-4, 28 octets.
    Sha224,
    /// FIPS 180-4, 32 octets.
    Sha256,
    /// FIPS 180-4, 48 octets.
    Sha384,
    /// FIPS 180-4, 64 octets.
    Sha512,
}

impl HashAlgorithm {
    /// Every one of them.
    pub const ALL: &'static [Self] = &[
        Self::Sha1,
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
    ];

    /// The object identifier (RFC 8017 appendix B.1).
    #[must_use]
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sha1 => const_oid::db::rfc5912::ID_SHA_1,
            Self::Sha224 => const_oid::db::rfc5912::ID_SHA_224,
            Self::Sha256 => const_oid::db::rfc5912::ID_SHA_256,
            Self::Sha384 => const_oid::db::rfc5912::ID_SHA_384,
            Self::Sha512 => const_oid::db::rfc5912::ID_SHA_512,
        }
    }

    /// The hash function with this object identifier.
    #[must_use]
    pub fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        Self::ALL.iter().copied().find(|h| h.oid() == oid)
    }

    /// The lower-case name without a hyphen: `sha256`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// Octets of a digest.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of `message`.
    #[must_use]
    pub fn digest(self, message: &[u8]) -> Digest {
        let mut hasher = self.hasher();
        hasher.update(message);
        hasher.finish()
    }

    /// Starts a digest over a message that comes in parts.
    #[must_use]
    pub fn hasher(self) -> Hasher {
        Hasher(match self {
            Self::Sha1 => State::Sha1(Sha1::new()),
            Self::Sha224 => State::Sha224(Sha224::new()),
            Self::Sha256 => State::Sha256(Sha256::new()),
            Self::Sha384 => State::Sha384(Sha384::new()),
            Self::Sha512 => State::Sha512(Sha512::new()),
        })
    }
}

/// A running digest.
#[derive(Clone)]
pub struct Hasher(State);

#[derive(Clone)]
enum State {
    Sha1(Sha1),
    Sha224(Sha224),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Hasher {
    /// Adds a part of the message.
    pub fn update(&mut self, part: &[u8]) {
        match &mut self.0 {
            State::Sha1(h) => h.update(part),
            State::Sha224(h) => h.update(part),
            State::Sha256(h) => h.update(part),
            State::Sha384(h) => h.update(part),
            State::Sha512(h) => h.update(part),
        }
    }

    /// The digest of all parts.
    #[must_use]
    pub fn finish(self) -> Digest {
        match self.0 {
            State::Sha1(h) => Digest::copy(HashAlgorithm::Sha1, &h.finalize()),
            State::Sha224(h) => Digest::copy(HashAlgorithm::Sha224, &h.finalize()),
            State::Sha256(h) => Digest::copy(HashAlgorithm::Sha256, &h.finalize()),
            State::Sha384(h) => Digest::copy(HashAlgorithm::Sha384, &h.finalize()),
            State::Sha512(h) => Digest::copy(HashAlgorithm::Sha512, &h.finalize()),
        }
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The state of a running digest may be a secret's.
        f.write_str("Hasher(..)")
    }
}

/// A digest and the hash function that made it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Digest {
    algorithm: HashAlgorithm,
    octets: Vec<u8>,
}

impl Digest {
    /// Takes the octets of a digest made elsewhere; `None` when their count is not the function's.
    #[must_use]
    pub fn from_octets(algorithm: HashAlgorithm, octets: &[u8]) -> Option<Self> {
        (octets.len() == algorithm.digest_len()).then(|| Self::copy(algorithm, octets))
    }

    /// The hash function.
    #[must_use]
    pub const fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// The octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Compares in constant time, for digests that prove something.
    #[must_use]
    pub fn equals(&self, octets: &[u8]) -> bool {
        self.octets.as_slice().ct_eq(octets).into()
    }

    fn copy(algorithm: HashAlgorithm, octets: &[u8]) -> Self {
        Self {
            algorithm,
            octets: octets.to_vec(),
        }
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.algorithm.name())?;
        fmt::LowerHex::fmt(&HexDisplay(&self.octets), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_abc() {
        // FIPS 180-4 examples, first octets.
        for (algorithm, head) in [
            (HashAlgorithm::Sha1, [0xa9, 0x99, 0x3e, 0x36]),
            (HashAlgorithm::Sha224, [0x23, 0x09, 0x7d, 0x22]),
            (HashAlgorithm::Sha256, [0xba, 0x78, 0x16, 0xbf]),
            (HashAlgorithm::Sha384, [0xcb, 0x00, 0x75, 0x3f]),
            (HashAlgorithm::Sha512, [0xdd, 0xaf, 0x35, 0xa1]),
        ] {
            let digest = algorithm.digest(b"abc");
            assert_eq!(digest.octets()[..4], head);
            assert_eq!(digest.octets().len(), algorithm.digest_len());
            assert_eq!(HashAlgorithm::from_oid(algorithm.oid()), Some(algorithm));
        }
    }

    #[test]
    fn a_digest_has_its_length() {
        assert!(Digest::from_octets(HashAlgorithm::Sha256, &[0; 31]).is_none());
        assert!(Digest::from_octets(HashAlgorithm::Sha256, &[0; 32]).is_some());
        assert!(Digest::from_octets(HashAlgorithm::Sha256, &[0; 33]).is_none());
    }
}
