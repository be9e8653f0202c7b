//! The log: the same tree everywhere, and its audit.

use super::{Open, add, commit, done, event, index, key, made, put, recorded, sealed_entry, take};
use crate::{
    AuditFinding, Change, Checkpoint, IdempotencyKey, Ledger, LedgerExt as _, MerkleHash, NodeAt,
    SideTable, audit, check_head, verify_consistency, verify_inclusion,
};

/// The same commits give the same records, and so the same root, in every ledger and for ever.
pub fn the_tree_is_the_same_everywhere(fresh: Open<'_>) {
    let ledger = &*fresh();
    record_script(ledger);
    let head = done(ledger.head());
    assert_eq!(head.root.to_string(), SCRIPT_ROOT);
    let leaves: Vec<_> = done(ledger.records(0, 99))
        .iter()
        .map(crate::Recorded::leaf)
        .collect();
    assert_eq!(done(ledger.leaves(0, 99)), leaves);
    assert_eq!(crate::root(&leaves), head.root);
    for (row, recorded) in done(ledger.rows(0, 99))
        .iter()
        .zip(done(ledger.records(0, 99)))
    {
        assert_eq!(
            (row.position, &*row.der),
            (recorded.record().position, recorded.der())
        );
        assert_eq!(row.leaf, recorded.leaf());
    }
    assert_eq!(
        done(ledger.rows(2, 1)).first().map(|row| row.position),
        Some(2)
    );
}

/// The audit finds nothing in what the ledger wrote itself, and the head follows its checkpoints.
pub fn a_sound_ledger_passes_its_audit(fresh: Open<'_>) {
    let ledger = &*fresh();
    let empty = made(Checkpoint::of("bank.example/ledger", &done(ledger.head())));
    record_script(ledger);
    let head = made(Checkpoint::of("bank.example/ledger", &done(ledger.head())));
    recorded(ledger, &commit(90, 5_000, vec![event("order/1", vec![])]));
    for checkpoint in [&empty, &head] {
        check_head(ledger, checkpoint).expect("the head follows its checkpoint");
        assert_eq!(done(audit(ledger, Some(checkpoint))), []);
    }
    // A ledger that has never seen the checkpoint's records.
    let other = &*fresh();
    assert!(check_head(other, &head).is_err());
    let found = done(audit(other, Some(&head)));
    assert!(matches!(*found, [AuditFinding::Truncated { found: 0, .. }]));
    record_more(ledger);
    // Pages of one row each.
    for table in SideTable::ALL {
        let rows = done(ledger.side(*table, None, 99));
        assert!(!rows.is_empty(), "{table:?}");
        let mut after: Option<&[u8]> = None;
        for row in &rows {
            let page = done(ledger.side(*table, after, 1));
            assert_eq!(page.first(), Some(row), "{table:?}");
            after = Some(&row.key);
        }
        assert_eq!(done(ledger.side(*table, after, 1)), []);
    }
}

/// Roots and proofs out of stored nodes are those of RFC 6962's recursive definition, of whatever size the log was; and
/// the nodes are stored as soon as they are complete.
pub fn proofs_are_those_of_the_definition(fresh: Open<'_>) {
    let ledger = &*fresh();
    for n in 0..5 {
        let events = vec![event("order/1", vec![]); 60];
        recorded(ledger, &commit(n, 0, events));
    }
    let leaves = done(ledger.leaves(0, 999));
    let count = |leaves: &[MerkleHash]| u64::try_from(leaves.len()).unwrap_or(u64::MAX);
    for size in [1, 2, 15, 16, 17, 33, 255, 256, 257, 300] {
        let leaves = leaves.get(..size).expect("there are 300");
        let (root, n) = (tree_head(leaves), count(leaves));
        assert_eq!(made(ledger.root_at(n)), root, "{n}");
        for at in [0, 1, 15, 16, 254, 255, 256, 299]
            .into_iter()
            .filter(|at| *at < size)
        {
            let leaf = leaves.get(at).expect("it is below the size");
            let position = count(leaves.get(..at).unwrap_or_default());
            let proof = made(ledger.prove_inclusion(position, n));
            assert_eq!(proof, path(at, leaves), "{at} of {n}");
            made(verify_inclusion(leaf, position, n, &proof, &root));
            let (old, old_leaves) = (position + 1, leaves.get(..=at).unwrap_or_default());
            let proof = made(ledger.prove_consistency(old, n));
            assert_eq!(
                proof,
                sub_proof(old_leaves.len(), leaves, true),
                "{old} to {n}"
            );
            made(verify_consistency(
                (old, &tree_head(old_leaves)),
                (n, &root),
                &proof,
            ));
        }
        assert!(ledger.prove_inclusion(n, n).is_err());
        assert!(ledger.prove_consistency(n + 1, n).is_err());
        assert!(ledger.prove_consistency(0, n).is_err());
    }
    assert_eq!(made(ledger.root_at(0)), MerkleHash::of_nothing());
    assert!(ledger.root_at(301).is_err());
    assert!(ledger.prove_inclusion(0, 301).is_err());
    // 300 leaves complete 18 subtrees of 16 and one of 256.
    for (layer, nodes) in [(1, 18), (2, 1), (3, 0), (17, 0), (255, 0)] {
        assert_eq!(
            done(ledger.nodes(layer, 0, 99)).len(),
            nodes,
            "layer {layer}"
        );
    }
    let last = done(ledger.nodes(1, 17, 99));
    assert_eq!(last, [tree_head(leaves.get(272..288).unwrap_or_default())]);
    assert_eq!(done(ledger.nodes(1, 18, 99)), []);
    assert_eq!(done(ledger.nodes(1, u64::MAX, 99)), []);
    let at = |row: &crate::SideRow| crate::SideRow::split_node(&row.key);
    let rows = done(ledger.side(SideTable::Nodes, None, 99));
    let wanted = (0..18).map(|number| NodeAt { layer: 1, number });
    let wanted = wanted.chain([NodeAt {
        layer: 2,
        number: 0,
    }]);
    assert_eq!(
        rows.iter().filter_map(at).collect::<Vec<_>>(),
        wanted.collect::<Vec<_>>()
    );
    assert_eq!(done(audit(ledger, None)), []);
}

/// MTH, RFC 6962 section 2.1, word for word.
fn tree_head(leaves: &[MerkleHash]) -> MerkleHash {
    match leaves {
        [] => MerkleHash::of_nothing(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(below(leaves.len()));
            MerkleHash::of_children(&tree_head(left), &tree_head(right))
        }
    }
}

/// PATH, RFC 6962 section 2.1.1, word for word.
fn path(m: usize, leaves: &[MerkleHash]) -> Vec<MerkleHash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let k = below(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut nodes, other) = if m < k {
        (path(m, left), right)
    } else {
        (path(m - k, right), left)
    };
    nodes.push(tree_head(other));
    nodes
}

/// SUBPROOF, RFC 6962 section 2.1.2, word for word.
fn sub_proof(m: usize, leaves: &[MerkleHash], whole: bool) -> Vec<MerkleHash> {
    if m == leaves.len() {
        return if whole {
            Vec::new()
        } else {
            vec![tree_head(leaves)]
        };
    }
    let k = below(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut nodes, other) = if m <= k {
        (sub_proof(m, left, whole), right)
    } else {
        (sub_proof(m - k, right, false), left)
    };
    nodes.push(tree_head(other));
    nodes
}

/// The largest power of two smaller than n.
fn below(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// Some of everything; also what `SCRIPT_ROOT` is the root of.
pub fn record_script(ledger: &dyn Ledger) {
    let mut first = event(
        "application/1",
        vec![
            take("slot/1", "1", Some(4_000)),
            take("serial/9", "1", None),
            add("otp/1", 10),
            put("effect.open", "1", "capture"),
        ],
    );
    first.sealed = vec![sealed_entry(1), sealed_entry(2)];
    let mut second = event(
        "order/1",
        vec![
            Change::Pass {
                claim: key("slot/1"),
                from: key("1"),
                to: key("2"),
            },
            Change::Release {
                claim: key("serial/9"),
                owner: key("1"),
            },
            Change::Reset {
                counter: key("otp/1"),
            },
            Change::Remove {
                index: index("effect.open"),
                key: key("1"),
            },
            add("otp/2", 5),
            put("effect.open", "2", "notify"),
        ],
    );
    second.shred = vec![sealed_entry(1).id];
    let answers = done(ledger.commit(&[
        commit(1, 1_000, vec![first, event("subscriber/1", vec![])]),
        commit(2, 2_000, vec![second]),
        commit(
            3,
            1_999,
            vec![event("crl/1", vec![]), event("order/1", vec![])],
        ),
    ]));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

/// A commit of one event, named by these octets.
pub fn record_one(ledger: &dyn Ledger, name: [u8; 2]) {
    let mut one = commit(0, 5_000, vec![event("order/one", vec![])]);
    one.key = made(IdempotencyKey::new(name.repeat(16)));
    one.now = one.now.max(done(ledger.head()).time.unwrap_or(one.now));
    recorded(ledger, &one);
}

/// A commit of 64 events more, so that there are nodes above the leaves.
pub fn record_more(ledger: &dyn Ledger) {
    let head = done(ledger.head());
    let mut more = commit(0, 5_000, vec![event("order/more", vec![]); 64]);
    more.key = made(IdempotencyKey::new(head.size.to_be_bytes().repeat(3)));
    more.now = more.now.max(head.time.unwrap_or(more.now));
    recorded(ledger, &more);
}

/// Changes only with a new version of the record's format.
const SCRIPT_ROOT: &str = "eb5424039f3f654f6b9fa29bc25cabe82be2e73a1e2e86fc76ded32ab6512350";
