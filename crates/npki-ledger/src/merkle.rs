//! The Merkle tree over the records: RFC 6962 section 2.1.

mod frontier;
mod node_at;
mod proof;
mod tree;

use base16ct::HexDisplay;
use core::fmt;

pub use frontier::{Frontier, FrontierError};
pub use node_at::NodeAt;
pub use proof::{
    ProofError, consistency_proof, inclusion_proof, root, verify_consistency, verify_inclusion,
};
use sha2::{Digest, Sha256};
pub use tree::ProveError;
pub(crate) use tree::Tree;

/// A node of the tree: 32 octets of SHA-256, shown in hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MerkleHash([u8; 32]);

impl MerkleHash {
    /// The node with these octets.
    #[must_use]
    pub const fn from_octets(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    /// The 32 octets.
    #[must_use]
    pub const fn octets(&self) -> &[u8; 32] {
        &self.0
    }

    /// The root of a tree without leaves: SHA-256 of nothing.
    #[must_use]
    pub fn of_nothing() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// A leaf: SHA-256(0x00 ‖ entry).
    #[must_use]
    pub fn of_leaf(entry: &[u8]) -> Self {
        Self(
            Sha256::new()
                .chain_update([0x00])
                .chain_update(entry)
                .finalize()
                .into(),
        )
    }

    /// An inner node: SHA-256(0x01 ‖ left ‖ right).
    #[must_use]
    pub fn of_children(left: &Self, right: &Self) -> Self {
        Self(
            Sha256::new()
                .chain_update([0x01])
                .chain_update(left.0)
                .chain_update(right.0)
                .finalize()
                .into(),
        )
    }
}

impl fmt::Display for MerkleHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&HexDisplay(&self.0), f)
    }
}

impl fmt::Debug for MerkleHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MerkleHash({self})")
    }
}
