use core::fmt;

/// Where a node stands that ledgers store: the root of a complete subtree of 16^`layer` leaves.
///
/// Layer 0 has the leaves. Node `number` of a layer lies over the nodes `16 × number` to `16 × number + 15` of the one
/// below, and is stored with the last of them. So a ledger stores a fifteenth more nodes than leaves, and whatever
/// node a proof wants follows from at most eight stored ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeAt {
    /// The layer, from 1.
    pub layer: u8,
    /// Which of its nodes, from 0.
    pub number: u64,
}

impl NodeAt {
    /// Levels of the tree from one layer to the next.
    pub(crate) const HEIGHT: u32 = 4;
    /// Nodes below a node.
    pub(crate) const FAN: u64 = 1 << Self::HEIGHT;

    /// The stored node at this height over the leaves, if there is a layer.
    pub(crate) fn of(height: u32, number: u64) -> Option<Self> {
        let layer = u8::try_from(height / Self::HEIGHT).ok()?;
        (height.is_multiple_of(Self::HEIGHT)).then_some(Self { layer, number })
    }

    /// The positions of the first and the last leaf below it.
    #[must_use]
    pub fn leaves(&self) -> (u64, u64) {
        let count = Self::FAN.saturating_pow(self.layer.into());
        let first = count.saturating_mul(self.number);
        (first, first.saturating_add(count - 1))
    }
}

impl fmt::Display for NodeAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { layer, number } = self;
        let (first, last) = self.leaves();
        write!(
            f,
            "node {number} of layer {layer}, over the records {first} to {last}"
        )
    }
}
