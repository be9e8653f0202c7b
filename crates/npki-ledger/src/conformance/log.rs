//! The log: the same tree everywhere, and its audit.

use super::{Open, add, commit, done, event, index, key, made, put, recorded, sealed_entry, take};
use crate::{AuditFinding, Change, Checkpoint, Ledger, SideTable, audit, check_head};

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

/// Changes only with a new version of the record's format.
const SCRIPT_ROOT: &str = "eb5424039f3f654f6b9fa29bc25cabe82be2e73a1e2e86fc76ded32ab6512350";
