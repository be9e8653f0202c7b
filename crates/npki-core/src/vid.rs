use core::fmt;

use crate::{Digest, HashAlgorithm};

/// A virtual identifier (VID): h(h(IDN, R)), which binds a certificate to an IDN unseen.
///
/// Stands in the certificate's subjectAltName with the name of h. Computed and checked in
/// `npki-cert`.
///
/// Source: KCAC.TS.SIVID.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Vid(Digest);

impl Vid {
    /// The VID that is this digest.
    #[must_use]
    pub const fn new(digest: Digest) -> Self {
        Self(digest)
    }

    /// h.
    #[must_use]
    pub const fn hash_algorithm(&self) -> HashAlgorithm {
        self.0.algorithm()
    }

    /// The octets of the VID.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.0.octets()
    }

    /// Compares in constant time.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.hash_algorithm() == other.hash_algorithm() && self.0.equals(other.octets())
    }
}

impl fmt::Debug for Vid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vid({:?})", self.0)
    }
}
