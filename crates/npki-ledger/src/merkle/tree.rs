//! Roots and proofs out of the nodes that a ledger stores: rows read grow with the logarithm of its size.

use std::collections::BTreeMap;

use super::{MerkleHash, NodeAt, ProofError};
use crate::{Ledger, LedgerError};

/// Why a ledger does not give a root or a proof.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProveError {
    /// There is no such record, or there are not so many.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// A ledger's tree as it was with its first `size` leaves. What was written never changes, so others may write meanwhile.
pub(crate) struct Tree<'a, L: ?Sized> {
    ledger: &'a L,
    size: u64,
    /// Nodes by layer and number, read sixteen at once.
    read: BTreeMap<(u8, u64), Vec<MerkleHash>>,
}

impl<'a, L: Ledger + ?Sized> Tree<'a, L> {
    /// The tree over the first `size` leaves of a log that has `found`.
    pub(crate) fn new(ledger: &'a L, size: u64, found: u64) -> Result<Self, ProofError> {
        if size > found {
            return Err(ProofError::OutOfRange {
                wanted: size,
                size: found,
            });
        }
        Ok(Self {
            ledger,
            size,
            read: BTreeMap::new(),
        })
    }

    pub(crate) fn root(&mut self) -> Result<MerkleHash, LedgerError> {
        if self.size == 0 {
            return Ok(MerkleHash::of_nothing());
        }
        self.over(0, self.size)
    }

    /// PATH(m, D\[n\]), RFC 6962 section 2.1.1.
    pub(crate) fn inclusion_proof(&mut self, position: u64) -> Result<Vec<MerkleHash>, ProveError> {
        if position >= self.size {
            return Err(self.out_of_range(position));
        }
        let (mut from, mut to) = (0, self.size);
        let mut nodes = Vec::new();
        while to - from > 1 {
            let middle = from + split(to - from);
            if position < middle {
                nodes.push(self.over(middle, to)?);
                to = middle;
            } else {
                nodes.push(self.over(from, middle)?);
                from = middle;
            }
        }
        nodes.reverse();
        Ok(nodes)
    }

    /// PROOF(m, D\[n\]), RFC 6962 section 2.1.2.
    pub(crate) fn consistency_proof(&mut self, old: u64) -> Result<Vec<MerkleHash>, ProveError> {
        if old == 0 || old > self.size {
            return Err(self.out_of_range(old));
        }
        let (mut from, mut to) = (0, self.size);
        let mut nodes = Vec::new();
        while old != to {
            let middle = from + split(to - from);
            if old <= middle {
                nodes.push(self.over(middle, to)?);
                to = middle;
            } else {
                nodes.push(self.over(from, middle)?);
                from = middle;
            }
        }
        // The whole old tree, seen from the root of the new one, is a node that its own root tells of already.
        if from != 0 {
            nodes.push(self.over(from, to)?);
        }
        nodes.reverse();
        Ok(nodes)
    }

    /// MTH(D\[from:to\]) of a subtree that stands in the tree: the complete subtrees from the left, joined from the right.
    fn over(&mut self, from: u64, to: u64) -> Result<MerkleHash, LedgerError> {
        let mut lefts = Vec::new();
        let mut at = from;
        while at < to {
            let height = (to - at).ilog2();
            lefts.push(self.complete(height, at >> height)?);
            at += 1 << height;
        }
        let joined = lefts
            .into_iter()
            .rev()
            .reduce(|right, left| MerkleHash::of_children(&left, &right));
        joined.ok_or(MISSING)
    }

    /// The root of the complete subtree of 2^`height` leaves with this number.
    fn complete(&mut self, height: u32, number: u64) -> Result<MerkleHash, LedgerError> {
        let (layer, above) = (height / NodeAt::HEIGHT, height % NodeAt::HEIGHT);
        let layer = u8::try_from(layer).map_err(|_| MISSING)?;
        let (from, count) = (number << above, 1 << above);
        let block = self.block(layer, from / NodeAt::FAN)?;
        let first = usize::try_from(from % NodeAt::FAN).map_err(|_| MISSING)?;
        let mut nodes = block.get(first..first + count).ok_or(MISSING)?.to_vec();
        while nodes.len() > 1 {
            let (pairs, _) = nodes.as_chunks::<2>();
            nodes = pairs
                .iter()
                .map(|[left, right]| MerkleHash::of_children(left, right))
                .collect();
        }
        nodes.pop().ok_or(MISSING)
    }

    fn block(&mut self, layer: u8, block: u64) -> Result<&[MerkleHash], LedgerError> {
        let ledger = self.ledger;
        Ok(match self.read.entry((layer, block)) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let from = block * NodeAt::FAN;
                entry.insert(ledger.nodes(layer, from, BLOCK)?)
            }
        })
    }

    const fn out_of_range(&self, wanted: u64) -> ProveError {
        ProveError::Proof(ProofError::OutOfRange {
            wanted,
            size: self.size,
        })
    }
}

/// Nodes read at once: those below one node.
const BLOCK: usize = 1 << NodeAt::HEIGHT;

const MISSING: LedgerError = LedgerError::Corrupt {
    what: "a node of the Merkle tree is missing",
    cause: None,
};

/// The largest power of two below `leaves`, for two and more.
const fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        Checkpoint, Commit, Event, EventKind, HeadError, IdempotencyKey, LedgerExt as _,
        MemoryLedger, check_head, consistency_proof, inclusion_proof, root,
    };

    const SIZE: u64 = 10_000;

    /// Ten thousand records, once for all tests.
    fn ledger() -> &'static (MemoryLedger, Vec<MerkleHash>) {
        static LEDGER: OnceLock<(MemoryLedger, Vec<MerkleHash>)> = OnceLock::new();
        LEDGER.get_or_init(|| {
            let ledger = MemoryLedger::new();
            for n in 0..SIZE / 50 {
                let stream = format!("order/{n}").parse().unwrap();
                let event = Event::new(stream, EventKind::from_static("happened"), vec![5, 0]);
                let commit = Commit {
                    key: IdempotencyKey::new(n.to_be_bytes().repeat(2)).unwrap(),
                    request_digest: [0; 32],
                    now: npki_core::Instant::from_unix_seconds(0).unwrap(),
                    expected: vec![],
                    events: vec![event; 50],
                };
                ledger.commit_one(&commit).unwrap().unwrap();
            }
            let leaves = ledger.leaves(0, usize::MAX).unwrap();
            (ledger, leaves)
        })
    }

    fn rows(tree: &Tree<'_, MemoryLedger>) -> usize {
        tree.read.values().map(Vec::len).sum()
    }

    /// Sixteen rows of each of the four layers, at the record or the old size and at the end.
    const ROWS_MAX: usize = 2 * 4 * 16;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn proofs_equal_those_over_all_leaves(size in 1..=SIZE, at: prop::sample::Index) {
            let (ledger, leaves) = ledger();
            let leaves = &leaves[..usize::try_from(size).unwrap()];
            let position = u64::try_from(at.index(leaves.len())).unwrap();
            let tree = || Tree::new(ledger, size, SIZE).unwrap();

            let mut one = tree();
            prop_assert_eq!(one.root().unwrap(), root(leaves));
            prop_assert!(rows(&one) <= ROWS_MAX / 2, "{} rows", rows(&one));
            let mut one = tree();
            let proof = one.inclusion_proof(position).unwrap();
            prop_assert_eq!(proof, inclusion_proof(leaves, position).unwrap());
            prop_assert!(rows(&one) <= ROWS_MAX, "{} rows", rows(&one));
            let mut one = tree();
            let proof = one.consistency_proof(position + 1).unwrap();
            prop_assert_eq!(proof, consistency_proof(leaves, position + 1).unwrap());
            prop_assert!(rows(&one) <= ROWS_MAX, "{} rows", rows(&one));
        }

        #[test]
        fn every_checkpoint_is_gone_on_from_and_no_other(size in 0..=SIZE, octet in 0..32usize) {
            let (ledger, leaves) = ledger();
            let mut checkpoint = Checkpoint {
                origin: "bank.example/ledger".into(),
                size,
                root: root(&leaves[..usize::try_from(size).unwrap()]),
            };
            prop_assert!(check_head(ledger, &checkpoint).is_ok());
            let mut octets = *checkpoint.root.octets();
            octets[octet] ^= 1;
            checkpoint.root = MerkleHash::from_octets(octets);
            let forked = check_head(ledger, &checkpoint);
            prop_assert!(matches!(forked, Err(HeadError::Forked { .. })), "{forked:?}");
            checkpoint.size = SIZE + 1;
            let cut = check_head(ledger, &checkpoint);
            prop_assert!(matches!(cut, Err(HeadError::Truncated { .. })), "{cut:?}");
        }
    }
}
