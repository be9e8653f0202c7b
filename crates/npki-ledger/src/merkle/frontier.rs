use super::{MerkleHash, NodeAt};

/// The right edge of a growing tree: what is needed to add leaves and to tell the root.
///
/// One node for each complete subtree, from the largest to the smallest, that is, one for each bit
/// that is set in the number of leaves.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    nodes: Vec<MerkleHash>,
}

/// Why octets are no frontier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a frontier of {size} leaves has {wanted} octets, not {found}")]
pub struct FrontierError {
    /// Leaves.
    pub size: u64,
    /// Octets wanted.
    pub wanted: usize,
    /// Octets found.
    pub found: usize,
}

impl Frontier {
    /// The edge of a tree without leaves.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            size: 0,
            nodes: Vec::new(),
        }
    }

    /// Leaves in the tree.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf at position [`Frontier::size`].
    pub fn push(&mut self, leaf: MerkleHash) {
        self.push_noting(leaf, |_, _| {});
    }

    /// Adds a leaf, and tells of each node that it completes and that ledgers store, from the lowest layer up.
    pub fn push_noting(&mut self, leaf: MerkleHash, mut note: impl FnMut(NodeAt, MerkleHash)) {
        let mut node = leaf;
        // Each trailing one of the old size is a complete subtree as large as the one on the right.
        for height in 1..=self.size.trailing_ones() {
            if let Some(left) = self.nodes.pop() {
                node = MerkleHash::of_children(&left, &node);
            }
            if let Some(at) = NodeAt::of(height, self.size >> height) {
                note(at, node);
            }
        }
        self.nodes.push(node);
        self.size += 1;
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> MerkleHash {
        let mut nodes = self.nodes.iter().rev();
        nodes.next().map_or_else(MerkleHash::of_nothing, |last| {
            nodes.fold(*last, |right, left| MerkleHash::of_children(left, &right))
        })
    }

    /// The nodes, largest subtree first, 32 octets each.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.nodes.iter().flat_map(|n| *n.octets()).collect()
    }

    /// Reads [`Frontier::encode`]'s octets for a tree of `size` leaves.
    ///
    /// # Errors
    /// [`FrontierError`] when their count does not fit.
    pub fn parse(size: u64, octets: &[u8]) -> Result<Self, FrontierError> {
        let (nodes, rest) = octets.as_chunks::<32>();
        let wanted = usize::try_from(size.count_ones()).unwrap_or(usize::MAX);
        if nodes.len() != wanted || !rest.is_empty() {
            return Err(FrontierError {
                size,
                wanted: wanted.saturating_mul(32),
                found: octets.len(),
            });
        }
        Ok(Self {
            size,
            nodes: nodes.iter().copied().map(MerkleHash::from_octets).collect(),
        })
    }
}

impl Extend<MerkleHash> for Frontier {
    fn extend<I: IntoIterator<Item = MerkleHash>>(&mut self, leaves: I) {
        leaves.into_iter().for_each(|leaf| self.push(leaf));
    }
}
