//! Commits: once, whole, in order, within bounds.

use super::{
    Open, add, at, commit, done, event, idempotency, index, key, made, put, recorded, refused,
    sealed_entry, stream, take,
};
use crate::{
    Change, Commit, CommitFault, Conflict, Event, GROUP_MAX, Key, LedgerError, LedgerExt as _,
    Receipt, SealedId, SideTable, Span, Value,
};

/// Not found is `None`, zero or empty; the root is that of no leaves.
pub fn an_empty_ledger_answers(fresh: Open<'_>) {
    let ledger = &*fresh();
    let head = done(ledger.head());
    assert_eq!((head.size, head.time), (0, None));
    assert_eq!(head.root, crate::MerkleHash::of_nothing());
    assert_eq!(done(ledger.receipt(&idempotency(1))), None);
    assert_eq!(done(ledger.stream(&stream("order/1"), 0)), []);
    assert_eq!(done(ledger.claim(&key("c"))), None);
    assert_eq!(done(ledger.counter(&key("c"))), 0);
    assert_eq!(done(ledger.index(&index("i"), &Span::all(), 9)), []);
    assert_eq!(done(ledger.sealed(&SealedId::from_octets([1; 16]))), None);
    assert_eq!(done(ledger.records(0, 9)), []);
    assert_eq!(done(ledger.rows(0, 9)), []);
    assert_eq!(done(ledger.leaves(0, 9)), []);
    for table in SideTable::ALL {
        assert_eq!(done(ledger.side(*table, None, 9)), []);
    }
    assert_eq!(done(ledger.commit(&[])), []);
}

/// Same key and digest: the first receipt, also where the commit would now conflict, in the same
/// group, and at an older time. Another digest: [`Conflict::KeyReused`].
pub fn a_repeated_key_gets_the_first_receipt(fresh: Open<'_>) {
    let ledger = &*fresh();
    let before = commit(9, 1_000, vec![event("order/0", vec![])]);
    recorded(ledger, &before);
    let mut first = commit(1, 1_000, vec![event("order/1", vec![take("c", "a", None)])]);
    first.expected = vec![(stream("order/1"), 0)];
    let answers = done(ledger.commit(&[first.clone(), first.clone()]));
    let receipt = Receipt {
        position: 1,
        events: 1,
        time: at(1_000),
        streams: vec![(stream("order/1"), 1)],
    };
    assert_eq!(answers, [Ok(receipt.clone()), Ok(receipt.clone())]);
    assert_eq!(done(ledger.head()).size, 2);

    recorded(ledger, &commit(2, 9_000, vec![event("order/1", vec![])]));
    assert_eq!(recorded(ledger, &first), receipt, "older and out of date");
    assert_eq!(done(ledger.receipt(&first.key)), Some(receipt));

    let mut other = first;
    other.request_digest = [9; 32];
    let reused = Conflict::KeyReused { position: 1 };
    assert_eq!(refused(ledger, &other), reused);
    let three = commit(3, 9_000, vec![event("order/1", vec![])]);
    let mut four = three.clone();
    four.request_digest = [9; 32];
    let answers = done(ledger.commit(&[three, four]));
    assert_eq!(
        answers.last(),
        Some(&Err(Conflict::KeyReused { position: 3 })),
        "in one group"
    );
}

/// The last change of the last event conflicts, and nothing of the commit is there.
pub fn a_refused_commit_changes_nothing(fresh: Open<'_>) {
    let ledger = &*fresh();
    recorded(
        ledger,
        &commit(1, 0, vec![event("order/1", vec![take("held", "a", None)])]),
    );
    let head = done(ledger.head());
    let mut first = event(
        "order/2",
        vec![take("free", "b", None), add("n", 9), put("i", "k", "v")],
    );
    first.sealed = vec![sealed_entry(1)];
    let refused_one = commit(
        2,
        0,
        vec![first, event("order/1", vec![take("held", "b", None)])],
    );
    let held = Conflict::ClaimHeld {
        claim: key("held"),
        owner: key("a"),
        end: None,
    };
    assert_eq!(refused(ledger, &refused_one), held);
    assert_eq!(done(ledger.head()), head);
    assert_eq!(done(ledger.receipt(&refused_one.key)), None);
    assert_eq!(done(ledger.stream(&stream("order/2"), 1)), []);
    assert_eq!(done(ledger.claim(&key("free"))), None);
    assert_eq!(done(ledger.counter(&key("n"))), 0);
    assert_eq!(done(ledger.index_value(&index("i"), &key("k"))), None);
    assert_eq!(done(ledger.sealed(&sealed_entry(1).id)), None);
    assert_eq!(done(ledger.records(1, 9)), []);
}

/// A stream's version is the number of its events; who expects another has to read again.
pub fn versions_are_expected_and_gapless(fresh: Open<'_>) {
    let ledger = &*fresh();
    let two = commit(
        1,
        0,
        vec![
            event("order/1", vec![]),
            event("order/2", vec![]),
            event("order/1", vec![]),
        ],
    );
    let receipt = recorded(ledger, &two);
    assert_eq!(
        receipt.streams,
        [(stream("order/1"), 2), (stream("order/2"), 1)]
    );
    for (n, (name, expected, found)) in (2..).zip([
        ("order/1", 1, 2),
        ("order/1", 3, 2),
        ("order/2", 0, 1),
        ("order/3", 1, 0),
    ]) {
        let mut stale = commit(n, 0, vec![event("order/4", vec![])]);
        stale.expected = vec![(stream(name), expected)];
        let version = Conflict::Version {
            stream: stream(name),
            expected,
            found,
        };
        assert_eq!(refused(ledger, &stale), version);
    }
    let mut next = commit(20, 0, vec![event("order/1", vec![])]);
    next.expected = vec![
        (stream("order/1"), 2),
        (stream("order/2"), 1),
        (stream("order/3"), 0),
    ];
    assert_eq!(recorded(ledger, &next).version(&stream("order/1")), Some(3));

    let versions = |from| -> Vec<u64> {
        let events = done(ledger.stream(&stream("order/1"), from));
        events.iter().map(|r| r.record().stream_version).collect()
    };
    assert_eq!(versions(0), [1, 2, 3]);
    assert_eq!(versions(1), [1, 2, 3]);
    assert_eq!(versions(3), [3]);
    assert_eq!(versions(4), [0u64; 0]);
    let positions: Vec<_> = done(ledger.records(1, 2))
        .iter()
        .map(|r| (r.record().position, r.record().place, r.record().of))
        .collect();
    assert_eq!(positions, [(1, 2, 3), (2, 3, 3)]);
}

/// A conflict refuses its own commit, and the next ones see what the earlier ones did.
pub fn a_group_is_judged_one_by_one(fresh: Open<'_>) {
    let ledger = &*fresh();
    let taking = |n, owner| {
        let name = format!("order/{n}");
        commit(
            n,
            0,
            vec![event(&name, vec![take("slot", owner, None), add("n", 2)])],
        )
    };
    let mut group: Vec<_> = [(1, "a"), (2, "b"), (3, "a"), (4, "a")]
        .map(|(n, owner)| taking(n, owner))
        .into();
    group.push(commit(5, 0, vec![]));
    let mut next = commit(6, 0, vec![event("order/1", vec![])]);
    next.expected = vec![(stream("order/1"), 1), (stream("order/2"), 0)];
    group.push(next);
    let answers = done(ledger.commit(&group));
    let said: Vec<_> = answers
        .iter()
        .map(|a| a.as_ref().map(|r| r.position).map_err(Clone::clone))
        .collect();
    let held = Conflict::ClaimHeld {
        claim: key("slot"),
        owner: key("a"),
        end: None,
    };
    let full = Conflict::CounterAtCeiling {
        counter: key("n"),
        value: 2,
        ceiling: 2,
    };
    let empty = Conflict::Malformed(CommitFault::NoEvent);
    assert_eq!(
        said,
        [Ok(0), Err(held), Ok(1), Err(full), Err(empty), Ok(2)]
    );
    assert_eq!(done(ledger.head()).size, 3);
    assert_eq!(done(ledger.counter(&key("n"))), 2);
}

/// 60 s behind the head is taken, 61 s is not; the head's time is the latest.
pub fn the_clock_does_not_go_back(fresh: Open<'_>) {
    let ledger = &*fresh();
    let one = |n, now| commit(n, now, vec![event("order/1", vec![])]);
    recorded(ledger, &one(1, 1_000));
    let behind = Conflict::ClockBehind {
        now: at(939),
        head: at(1_000),
    };
    assert_eq!(refused(ledger, &one(2, 939)), behind);
    assert_eq!(recorded(ledger, &one(3, 940)).time, at(940));
    assert_eq!(done(ledger.head()).time, Some(at(1_000)));
    assert_eq!(refused(ledger, &one(4, 939)), behind);
    recorded(ledger, &one(5, 1_001));
    assert_eq!(done(ledger.head()).time, Some(at(1_001)));
}

/// A row on each side of every bound of a commit, and of the group.
pub fn bounds_are_kept(fresh: Open<'_>) {
    let ledger = &*fresh();
    let with = |change: &dyn Fn(&mut Commit)| {
        let mut commit = commit(1, 0, vec![event("order/1", vec![])]);
        change(&mut commit);
        commit.check()
    };
    let events = |n| move |c: &mut Commit| c.events = vec![event("order/1", vec![]); n];
    let first = |c: &mut Commit, change: &dyn Fn(&mut Event)| {
        c.events.iter_mut().take(1).for_each(change);
    };
    let payload = |n| move |c: &mut Commit| first(c, &|e| e.payload = vec![0; n]);
    let changes = |n| move |c: &mut Commit| first(c, &|e| e.changes = vec![add("n", 1); n]);
    let sealed = |n| move |c: &mut Commit| first(c, &|e| e.sealed = vec![sealed_entry(1); n]);
    let shred =
        |n| move |c: &mut Commit| first(c, &|e| e.shred = vec![SealedId::from_octets([1; 16]); n]);
    let expected = |n: u64| {
        move |c: &mut Commit| {
            c.expected = (0..n).map(|i| (stream(&format!("order/{i}")), 0)).collect();
        }
    };
    for (checked, fits) in [
        (with(&events(0)), false),
        (with(&events(1)), true),
        (with(&events(64)), true),
        (with(&events(65)), false),
        (with(&payload(65_536)), true),
        (with(&payload(65_537)), false),
        (with(&changes(64)), true),
        (with(&changes(65)), false),
        (with(&sealed(64)), true),
        (with(&sealed(65)), false),
        (with(&shred(64)), true),
        (with(&shred(65)), false),
        (with(&expected(64)), true),
        (with(&expected(65)), false),
        (
            with(&|c| c.expected = vec![(stream("order/1"), 0); 2]),
            false,
        ),
    ] {
        assert_eq!(checked.is_ok(), fits, "{checked:?}");
    }
    // The largest event of all is recorded and read back.
    let mut largest = event("order/1", vec![]);
    largest.payload = vec![0x55; Commit::PAYLOAD_MAX];
    largest.changes = (0..64u8)
        .map(|n| Change::Put {
            index: index(&"i".repeat(48)),
            key: made(Key::new([n; 255])),
            value: made(Value::new([n; 1024])),
        })
        .collect();
    largest.sealed = (0..64).map(sealed_entry).collect();
    largest.shred = (0..64).map(|n| sealed_entry(n).id).collect();
    recorded(ledger, &commit(1, 0, vec![largest.clone()]));
    let read = done(ledger.stream(&largest.stream, 1));
    let payload = read.first().map(|r| &r.record().payload);
    assert_eq!(payload, Some(&largest.payload));

    let too_many = vec![commit(2, 0, vec![event("order/1", vec![])]); GROUP_MAX + 1];
    let error = ledger
        .commit(&too_many)
        .expect_err("the group is too large");
    assert!(
        matches!(error, LedgerError::GroupTooLarge { .. }),
        "{error}"
    );
}
