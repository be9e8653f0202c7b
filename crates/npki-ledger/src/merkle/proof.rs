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

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;

    // The leaves, roots and proofs that Certificate Transparency's implementations test with.
    const ENTRIES: [&[u8]; 8] = [
        &hex!(""),
        &hex!("00"),
        &hex!("10"),
        &hex!("2021"),
        &hex!("3031"),
        &hex!("40414243"),
        &hex!("5051525354555657"),
        &hex!("606162636465666768696a6b6c6d6e6f"),
    ];
    const ROOTS: [[u8; 32]; 9] = [
        hex!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        hex!("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        hex!("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        hex!("aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        hex!("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        hex!("4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
        hex!("76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
        hex!("ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
        hex!("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ];

    fn known() -> Vec<MerkleHash> {
        ENTRIES.iter().map(|e| MerkleHash::of_leaf(e)).collect()
    }

    fn nodes(octets: &[[u8; 32]]) -> Vec<MerkleHash> {
        octets
            .iter()
            .copied()
            .map(MerkleHash::from_octets)
            .collect()
    }

    #[test]
    fn known_roots() {
        let mut frontier = Frontier::new();
        assert_eq!(*frontier.root().octets(), ROOTS[0]);
        for (leaf, root) in known().into_iter().zip(&ROOTS[1..]) {
            frontier.push(leaf);
            assert_eq!(frontier.root().octets(), root, "{}", frontier.size());
            let read = Frontier::parse(frontier.size(), &frontier.encode()).unwrap();
            assert_eq!(read, frontier);
        }
        assert!(Frontier::parse(8, &[0; 31]).is_err());
        assert!(Frontier::parse(8, &[0; 33]).is_err());
        assert!(Frontier::parse(8, &[0; 64]).is_err());
        assert!(Frontier::parse(0, &[0; 32]).is_err());
    }

    #[test]
    fn known_proofs() {
        let inclusion = nodes(&[
            hex!("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
            hex!("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
            hex!("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        ]);
        assert_eq!(inclusion_proof(&known(), 5).unwrap(), inclusion);
        let consistency = nodes(&[
            hex!("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
            hex!("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
            hex!("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        ]);
        assert_eq!(consistency_proof(&known(), 6).unwrap(), consistency);
    }

    /// Every position and every older size of every tree up to 33 leaves.
    #[test]
    fn every_proof_proves_its_own_and_nothing_else() {
        let all: Vec<_> = (0..33u8).map(|n| MerkleHash::of_leaf(&[n])).collect();
        let other = MerkleHash::of_leaf(b"other");
        for size in 1..=all.len() {
            let leaves = &all[..size];
            let (root, n) = (root(leaves), u64::try_from(size).unwrap());
            for position in 0..n {
                let leaf = leaves[usize::try_from(position).unwrap()];
                let proof = inclusion_proof(leaves, position).unwrap();
                let verify =
                    |leaf, at, size, proof: &[_]| verify_inclusion(leaf, at, size, proof, &root);
                assert_eq!(
                    verify(&leaf, position, n, &proof),
                    Ok(()),
                    "{position} of {n}"
                );
                assert!(verify(&other, position, n, &proof).is_err());
                assert!(verify(&leaf, (position + 1) % n, n, &proof).is_err() || n == 1);
                for broken in broken(&proof) {
                    assert!(verify(&leaf, position, n, &broken).is_err());
                }
            }
            for old in 1..=n {
                let old_root = super::root(&leaves[..usize::try_from(old).unwrap()]);
                let proof = consistency_proof(leaves, old).unwrap();
                let verify =
                    |old_root, proof: &[_]| verify_consistency((old, old_root), (n, &root), proof);
                assert_eq!(verify(&old_root, &proof), Ok(()), "{old} to {n}");
                assert!(verify(&other, &proof).is_err());
                for broken in broken(&proof) {
                    assert!(verify(&old_root, &broken).is_err(), "{old} to {n}");
                }
            }
            assert!(inclusion_proof(leaves, n).is_err());
            assert!(consistency_proof(leaves, n + 1).is_err());
            assert!(consistency_proof(leaves, 0).is_err());
        }
        let leaf = &all[0];
        assert!(verify_inclusion(leaf, 0, 0, &[], leaf).is_err());
        assert!(verify_inclusion(leaf, u64::MAX, u64::MAX, &[*leaf; 99], leaf).is_err());
        assert!(verify_consistency((2, leaf), (1, leaf), &[]).is_err());
        assert!(verify_consistency((3, leaf), (u64::MAX, leaf), &[*leaf; 99]).is_err());
    }

    /// One node too many, one too few, each one changed.
    fn broken(proof: &[MerkleHash]) -> Vec<Vec<MerkleHash>> {
        let other = MerkleHash::of_leaf(b"other");
        let mut all = vec![[proof, &[other]].concat(), [&[other], proof].concat()];
        if let Some((_, shorter)) = proof.split_last() {
            all.push(shorter.to_vec());
        }
        all.extend((0..proof.len()).map(|at| {
            let mut changed = proof.to_vec();
            changed[at] = other;
            changed
        }));
        all
    }
}
