use npki_core::Instant;

use crate::{Frontier, MerkleHash};

/// Where the log stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Records in the log; the next one gets this position.
    pub size: u64,
    /// The Merkle root over all of them.
    pub root: MerkleHash,
    /// The latest time recorded; `None` in an empty log.
    pub time: Option<Instant>,
}

/// What an adapter keeps of the head, to extend the log without reading it again.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct HeadState {
    /// The right edge of the Merkle tree, with the number of its leaves.
    pub frontier: Frontier,
    /// The latest time recorded.
    pub time: Option<Instant>,
}

impl HeadState {
    /// The head.
    #[must_use]
    pub fn head(&self) -> Head {
        Head {
            size: self.frontier.size(),
            root: self.frontier.root(),
            time: self.time,
        }
    }
}
