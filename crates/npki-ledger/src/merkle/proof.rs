use super::{Frontier, MerkleHash};

/// Why a proof proves nothing, or cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// There is no such leaf, or the older tree is larger than the newer, or is empty.
    #[error("there is no position or tree {wanted} in a tree of {size} leaves")]
    OutOfRange {
        /// The position or size asked for.
        wanted: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The proof has too few or too many nodes.
    #[error("the proof has a wrong number of nodes")]
    Length,
    /// The nodes lead to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// The root of the tree over `leaves`: MTH(D\[n\]).
///
/// Source: RFC 6962 section 2.1.
#[must_use]
pub fn root(leaves: &[MerkleHash]) -> MerkleHash {
    let mut frontier = Frontier::new();
    frontier.extend(leaves.iter().copied());
    frontier.root()
}

/// The nodes that prove that leaf `position` is in the tree over `leaves`: PATH(m, D\[n\]).
///
/// # Errors
/// [`ProofError::OutOfRange`] unless `position` is below the number of leaves.
///
/// Source: RFC 6962 section 2.1.1.
pub fn inclusion_proof(
    leaves: &[MerkleHash],
    position: u64,
) -> Result<Vec<MerkleHash>, ProofError> {
    let out_of_range = ProofError::OutOfRange {
        wanted: position,
        size: count(leaves),
    };
    let mut position = usize::try_from(position).map_err(|_| out_of_range)?;
    if position >= leaves.len() {
        return Err(out_of_range);
    }
    let mut nodes = Vec::new();
    let mut tree = leaves;
    while tree.len() > 1 {
        let (left, right) = tree.split_at(split(tree.len()));
        if position < left.len() {
            nodes.push(root(right));
            tree = left;
        } else {
            nodes.push(root(left));
            position -= left.len();
            tree = right;
        }
    }
    nodes.reverse();
    Ok(nodes)
}

/// The nodes that prove that the tree over `leaves` grew out of its first `old` leaves: PROOF(m, D\[n\]).
///
/// Empty when `old` is all of them.
///
/// # Errors
/// [`ProofError::OutOfRange`] unless `old` is 1 to the number of leaves: an empty tree proves nothing.
///
/// Source: RFC 6962 section 2.1.2.
pub fn consistency_proof(leaves: &[MerkleHash], old: u64) -> Result<Vec<MerkleHash>, ProofError> {
    let out_of_range = ProofError::OutOfRange {
        wanted: old,
        size: count(leaves),
    };
    let mut old = usize::try_from(old).map_err(|_| out_of_range)?;
    if old == 0 || old > leaves.len() {
        return Err(out_of_range);
    }
    let mut nodes = Vec::new();
    let mut tree = leaves;
    // Whether the old tree, seen from here, is one that its root tells of already.
    let mut whole = true;
    while old != tree.len() {
        let (left, right) = tree.split_at(split(tree.len()));
        if old <= left.len() {
            nodes.push(root(right));
            tree = left;
        } else {
            nodes.push(root(left));
            old -= left.len();
            tree = right;
            whole = false;
        }
    }
    if !whole {
        nodes.push(root(tree));
    }
    nodes.reverse();
    Ok(nodes)
}

/// Checks that `leaf` stands at `position` of the tree with `size` leaves and this root.
///
/// # Errors
/// [`ProofError`].
///
/// Source: RFC 9162 section 2.1.3.2, which writes down RFC 6962's check.
pub fn verify_inclusion(
    leaf: &MerkleHash,
    position: u64,
    size: u64,
    proof: &[MerkleHash],
    root: &MerkleHash,
) -> Result<(), ProofError> {
    if position >= size {
        return Err(ProofError::OutOfRange {
            wanted: position,
            size,
        });
    }
    let (mut node, mut first, mut last) = (*leaf, position, size - 1);
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if first & 1 == 1 || first == last {
            node = MerkleHash::of_children(sibling, &node);
            skip_lone(&mut first, &mut last);
        } else {
            node = MerkleHash::of_children(&node, sibling);
        }
        first >>= 1;
        last >>= 1;
    }
    match (last == 0, node == *root) {
        (false, _) => Err(ProofError::Length),
        (true, false) => Err(ProofError::Root),
        (true, true) => Ok(()),
    }
}

/// Checks that the tree `new` (leaves, root) grew out of the tree `old`: nothing was changed,
/// removed or inserted.
///
/// # Errors
/// [`ProofError`].
///
/// Source: RFC 9162 section 2.1.4.2, which writes down RFC 6962's check.
pub fn verify_consistency(
    old: (u64, &MerkleHash),
    new: (u64, &MerkleHash),
    proof: &[MerkleHash],
) -> Result<(), ProofError> {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size == 0 || old_size > new_size {
        return Err(ProofError::OutOfRange {
            wanted: old_size,
            size: new_size,
        });
    }
    if old_size == new_size {
        return match (proof, old_root == new_root) {
            ([], true) => Ok(()),
            ([], false) => Err(ProofError::Root),
            _ => Err(ProofError::Length),
        };
    }
    // A complete old tree is a node of the new one, and is left out of the proof.
    let (seed, proof) = if old_size.is_power_of_two() {
        (*old_root, proof)
    } else {
        let (seed, rest) = proof.split_first().ok_or(ProofError::Length)?;
        (*seed, rest)
    };
    let (mut first, mut last) = (old_size - 1, new_size - 1);
    while first & 1 == 1 {
        first >>= 1;
        last >>= 1;
    }
    let (mut old_node, mut new_node) = (seed, seed);
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if first & 1 == 1 || first == last {
            old_node = MerkleHash::of_children(sibling, &old_node);
            new_node = MerkleHash::of_children(sibling, &new_node);
            skip_lone(&mut first, &mut last);
        } else {
            new_node = MerkleHash::of_children(&new_node, sibling);
        }
        first >>= 1;
        last >>= 1;
    }
    match (last == 0, old_node == *old_root && new_node == *new_root) {
        (false, _) => Err(ProofError::Length),
        (true, false) => Err(ProofError::Root),
        (true, true) => Ok(()),
    }
}

/// A last node without a sibling rises until it gets one.
const fn skip_lone(first: &mut u64, last: &mut u64) {
    while *first & 1 == 0 && *first != 0 {
        *first >>= 1;
        *last >>= 1;
    }
}

/// The largest power of two below `len`, for `len` of 2 and more.
const fn split(len: usize) -> usize {
    1 << (len - 1).ilog2()
}

fn count(leaves: &[MerkleHash]) -> u64 {
    u64::try_from(leaves.len()).unwrap_or(u64::MAX)
}
