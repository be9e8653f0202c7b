//! What every ledger has to do, as tests that an adapter calls.
//!
//! `fresh` opens an empty ledger with each call; `same` opens one and the same store with each
//! call, again. Each function panics, with a reason, when the ledger does not hold its contract.
//!
//! ```
//! use std::sync::Arc;
//! use npki_ledger::{MemoryLedger, conformance};
//!
//! conformance::all(&|| Box::new(MemoryLedger::new()));
//! let store = Arc::new(MemoryLedger::new());
//! conformance::reopened(&|| Box::new(Arc::clone(&store)));
//! ```

#![expect(
    clippy::missing_panics_doc,
    reason = "test code: panicking is what these functions do, as the module page says"
)]

use std::thread;

use der::asn1::OctetString;
use npki_core::{Instant, Sealed};

use crate::{
    AuditFinding, Change, Checkpoint, Claim, Commit, CommitFault, Conflict, Event, EventKind,
    GROUP_MAX, IdempotencyKey, IndexName, Key, Ledger, LedgerError, LedgerExt, Receipt,
    SealedEntry, SealedId, SealedKind, SideTable, Span, StreamId, Value, audit, check_head,
};

/// Opens a ledger.
pub type Open<'a> = &'a (dyn Fn() -> Box<dyn Ledger> + Sync);

/// All that needs empty ledgers.
pub fn all(fresh: Open<'_>) {
    an_empty_ledger_answers(fresh);
    a_repeated_key_gets_the_first_receipt(fresh);
    a_refused_commit_changes_nothing(fresh);
    versions_are_expected_and_gapless(fresh);
    claims_are_held_until_their_end(fresh);
    claims_are_passed_and_released_by_their_owner(fresh);
    counters_stop_at_their_ceiling(fresh);
    indexes_are_ordered_by_octets(fresh);
    sealed_records_are_shredded(fresh);
    a_group_is_judged_one_by_one(fresh);
    the_clock_does_not_go_back(fresh);
    bounds_are_kept(fresh);
    the_tree_is_the_same_everywhere(fresh);
    a_sound_ledger_passes_its_audit(fresh);
}

/// All that needs one store, opened more than once. It may hold something already.
pub fn reopened(same: Open<'_>) {
    receipts_survive_reopening(same);
    writers_take_turns(same);
    counters_count_each_try_once(same);
}

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

/// R18a in small: one holder at a time, free again from the end on.
pub fn claims_are_held_until_their_end(fresh: Open<'_>) {
    let ledger = &*fresh();
    let taking = |n, now, owner, end| {
        let change = take("slot", owner, end);
        done(ledger.commit_one(&commit(n, now, vec![event("order/1", vec![change])])))
    };
    let held = |owner, end: Option<i64>| {
        Err(Conflict::ClaimHeld {
            claim: key("slot"),
            owner: key(owner),
            end: end.map(at),
        })
    };
    assert!(taking(1, 0, "a", Some(100)).is_ok());
    assert_eq!(taking(2, 99, "b", None), held("a", Some(100)));
    assert!(taking(3, 99, "a", Some(200)).is_ok(), "its owner again");
    assert_eq!(taking(4, 199, "b", None), held("a", Some(200)));
    assert!(taking(5, 200, "b", None).is_ok(), "from the end on");
    let taken = Claim {
        owner: key("b"),
        end: None,
    };
    assert_eq!(done(ledger.claim(&key("slot"))), Some(taken));
    assert_eq!(taking(6, 1_000_000, "a", None), held("b", None));
}

/// Passing keeps the end; nobody else can pass or release.
pub fn claims_are_passed_and_released_by_their_owner(fresh: Open<'_>) {
    let ledger = &*fresh();
    let doing = |n, now, changes| {
        done(ledger.commit_one(&commit(n, now, vec![event("order/1", changes)]))).map(drop)
    };
    let pass = |from, to| Change::Pass {
        claim: key("c"),
        from: key(from),
        to: key(to),
    };
    let release = |owner| Change::Release {
        claim: key("c"),
        owner: key(owner),
    };
    let not_owner = |owner, found: Option<&str>| {
        Err(Conflict::NotOwner {
            claim: key("c"),
            owner: key(owner),
            found: found.map(key),
        })
    };
    assert_eq!(doing(1, 0, vec![pass("a", "b")]), not_owner("a", None));
    assert_eq!(doing(2, 0, vec![release("a")]), not_owner("a", None));
    assert_eq!(doing(3, 0, vec![take("c", "a", Some(100))]), Ok(()));
    assert_eq!(doing(4, 0, vec![pass("b", "a")]), not_owner("b", Some("a")));
    assert_eq!(doing(5, 0, vec![release("b")]), not_owner("b", Some("a")));
    assert_eq!(doing(6, 99, vec![pass("a", "b")]), Ok(()));
    let passed = Claim {
        owner: key("b"),
        end: Some(at(100)),
    };
    assert_eq!(done(ledger.claim(&key("c"))), Some(passed));
    assert_eq!(
        doing(7, 100, vec![pass("b", "c")]),
        not_owner("b", None),
        "its end has passed"
    );
    assert_eq!(doing(8, 100, vec![release("b")]), Ok(()), "tidying up");
    assert_eq!(done(ledger.claim(&key("c"))), None);
    // Within one event, in order.
    let all = vec![
        take("c", "x", None),
        pass("x", "y"),
        release("y"),
        take("c", "z", None),
    ];
    assert_eq!(doing(9, 100, all), Ok(()));
    assert_eq!(
        done(ledger.claim(&key("c"))).map(|c| c.owner),
        Some(key("z"))
    );
}

/// Counted before judged: the one that would go beyond the ceiling is refused (R32).
pub fn counters_stop_at_their_ceiling(fresh: Open<'_>) {
    let ledger = &*fresh();
    let doing = |n, changes| {
        done(ledger.commit_one(&commit(n, 0, vec![event("order/1", changes)]))).map(drop)
    };
    let full = |value, ceiling| {
        Err(Conflict::CounterAtCeiling {
            counter: key("pin"),
            value,
            ceiling,
        })
    };
    assert_eq!(doing(1, vec![add("pin", 0)]), full(0, 0));
    assert_eq!(doing(2, vec![add("pin", 3)]), Ok(()));
    assert_eq!(doing(3, vec![add("pin", 3), add("pin", 3)]), Ok(()));
    assert_eq!(doing(4, vec![add("pin", 3)]), full(3, 3));
    assert_eq!(doing(5, vec![add("pin", 2)]), full(3, 2));
    assert_eq!(done(ledger.counter(&key("pin"))), 3);
    let reset = Change::Reset {
        counter: key("pin"),
    };
    assert_eq!(doing(6, vec![reset.clone(), add("pin", 1)]), Ok(()));
    assert_eq!(done(ledger.counter(&key("pin"))), 1);
    assert_eq!(doing(7, vec![reset]), Ok(()));
    assert_eq!(done(ledger.counter(&key("pin"))), 0);
    assert_eq!(doing(8, vec![add("pin", u64::MAX)]), Ok(()));
}

/// Prefixes, stretches, limits and pages; each index for itself; hostile octets are only octets.
pub fn indexes_are_ordered_by_octets(fresh: Open<'_>) {
    let ledger = &*fresh();
    let keys: [&[u8]; 7] = [b"b", b"a", b"a\0", b"a\xff", b"\xff", b"a'; --", b"ab%_"];
    let mut changes: Vec<_> = keys
        .iter()
        .map(|k| Change::Put {
            index: index("i"),
            key: made(Key::new(*k)),
            value: made(Value::new(*k)),
        })
        .collect();
    changes.push(put("j", "other", "1"));
    recorded(ledger, &commit(1, 0, vec![event("order/1", changes)]));
    let read = |span: Span, limit| -> Vec<Vec<u8>> {
        let found = done(ledger.index(&index("i"), &span, limit));
        for entry in &found {
            assert_eq!(entry.key.octets(), entry.value.octets());
        }
        found.iter().map(|e| e.key.octets().to_vec()).collect()
    };
    let sorted: [&[u8]; 7] = [b"a", b"a\0", b"a'; --", b"ab%_", b"a\xff", b"b", b"\xff"];
    let (from_b, with_a) = (sorted.get(5..), sorted.get(..5));
    assert_eq!(read(Span::all(), 99), sorted);
    assert_eq!(
        Some(&*read(Span::prefix(b"a"), 99)),
        with_a.map(owned).as_deref()
    );
    assert_eq!(read(Span::prefix(b"a"), 2), [&b"a"[..], b"a\0"]);
    assert_eq!(
        read(Span::prefix(b"a").after(b"a\0"), 2),
        [&b"a'; --"[..], b"ab%_"]
    );
    assert_eq!(
        read(Span::between(b"a\0", b"ab%_"), 9),
        [&b"a\0"[..], b"a'; --"]
    );
    assert_eq!(
        Some(&*read(Span::all().after(b"a\xff"), 9)),
        from_b.map(owned).as_deref()
    );
    assert_eq!(read(Span::one(b"a"), 9), [&b"a"[..]]);
    assert_eq!(read(Span::all(), 0), owned(&[]));

    let change = vec![
        put("i", "a", "a"),
        Change::Remove {
            index: index("i"),
            key: key("b"),
        },
        Change::Remove {
            index: index("i"),
            key: key("never"),
        },
        put("j", "other", "2"),
    ];
    recorded(ledger, &commit(2, 0, vec![event("order/1", change)]));
    assert_eq!(read(Span::prefix(b"b"), 9), owned(&[]));
    assert_eq!(
        done(ledger.index_value(&index("j"), &key("other"))),
        Some(made(Value::try_from("2")))
    );
    assert_eq!(done(ledger.index_value(&index("j"), &key("othe"))), None);
}

/// A shredded record is gone, its digest stays, and the log is as it was.
pub fn sealed_records_are_shredded(fresh: Open<'_>) {
    let ledger = &*fresh();
    let mut writing = event("order/1", vec![]);
    writing.sealed = vec![sealed_entry(1), sealed_entry(2)];
    recorded(ledger, &commit(1, 0, vec![writing.clone()]));
    let entry = sealed_entry(1);
    let digest = made(entry.digest());
    let row = done(ledger.sealed(&entry.id)).expect("a sealed record is there");
    assert_eq!((row.sha256, &row.kind), (digest, &entry.kind));
    assert_eq!(row.record, Some(entry.record));
    let taken = Conflict::SealedIdTaken(entry.id);
    assert_eq!(refused(ledger, &commit(2, 0, vec![writing])), taken);

    let shredding = |n, id| {
        let mut event = event("order/1", vec![]);
        event.shred = vec![id];
        commit(n, 0, vec![event])
    };
    recorded(ledger, &shredding(3, entry.id));
    let row = done(ledger.sealed(&entry.id)).expect("its digest is there");
    assert_eq!((row.record, row.sha256), (None, digest));
    let other = done(ledger.sealed(&sealed_entry(2).id)).expect("the other one is there");
    assert!(other.record.is_some());
    recorded(ledger, &shredding(4, entry.id));
    let never = SealedId::from_octets([9; 16]);
    let unknown = Conflict::SealedUnknown(never);
    assert_eq!(refused(ledger, &shredding(5, never)), unknown);

    // Written and shredded in one group: never stored.
    let mut short = event("order/1", vec![]);
    short.sealed = vec![sealed_entry(3)];
    let id = sealed_entry(3).id;
    let answers = done(ledger.commit(&[commit(6, 0, vec![short]), shredding(7, id)]));
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(done(ledger.sealed(&id)).and_then(|row| row.record), None);
    assert_eq!(done(audit(ledger, None)), []);
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

/// What one handle recorded, the next one finds.
pub fn receipts_survive_reopening(same: Open<'_>) {
    let name = "order/reopened";
    let one = commit(
        200,
        LATE,
        vec![event(name, vec![take("reopened", "a", None)])],
    );
    let receipt = recorded(&*same(), &one);
    let again = &*same();
    assert_eq!(done(again.receipt(&one.key)), Some(receipt.clone()));
    assert_eq!(recorded(again, &one), receipt);
    assert_eq!(done(again.stream(&stream(name), 1)).len(), 1);
    assert!(done(again.claim(&key("reopened"))).is_some());
    let next = recorded(again, &commit(201, LATE, vec![event(name, vec![])]));
    assert_eq!(next.version(&stream(name)), Some(2));
    assert_eq!(done(audit(again, None)), []);
}

/// Four writers, a handle each, race for claims and for one stream: each claim has one winner, and
/// no version is given twice.
pub fn writers_take_turns(same: Open<'_>) {
    const ROUNDS: u8 = 10;
    let writer = |me: u8| {
        let ledger = same();
        let mut won = 0u64;
        for round in 0..ROUNDS {
            let change = take(&format!("race/{round}"), &format!("writer/{me}"), None);
            let mut one = commit(100, LATE, vec![event("order/race", vec![change])]);
            one.key = made(IdempotencyKey::new([[me; 16], [round; 16]].concat()));
            match done(ledger.commit_one(&one)) {
                Ok(_) => won += 1,
                Err(Conflict::ClaimHeld { .. }) => {}
                Err(other) => panic!("{other}"),
            }
        }
        won
    };
    let won: u64 = thread::scope(|scope| {
        let writers: Vec<_> = (1..=4).map(|me| scope.spawn(move || writer(me))).collect();
        let joined = writers
            .into_iter()
            .map(|w| w.join().expect("no writer panics"));
        joined.sum()
    });
    assert_eq!(won, u64::from(ROUNDS));
    let ledger = &*same();
    let versions = done(ledger.stream(&stream("order/race"), 1));
    assert_eq!(versions.len(), usize::from(ROUNDS));
    assert_eq!(done(audit(ledger, None)), []);
}

/// Forty tries at once at a counter with ceiling ten: ten are counted, never an eleventh.
pub fn counters_count_each_try_once(same: Open<'_>) {
    let trying = |me: u8| {
        let ledger = same();
        let tries = (0..10u8).filter(|n| {
            let mut one = commit(
                101,
                LATE,
                vec![event("order/tries", vec![add("tries", 10)])],
            );
            one.key = made(IdempotencyKey::new([[me; 16], [*n; 16], [7; 16]].concat()));
            done(ledger.commit_one(&one)).is_ok()
        });
        tries.count()
    };
    let counted: usize = thread::scope(|scope| {
        let tries: Vec<_> = (1..=4).map(|me| scope.spawn(move || trying(me))).collect();
        let joined = tries.into_iter().map(|t| t.join().expect("no try panics"));
        joined.sum()
    });
    assert_eq!(counted, 10);
    assert_eq!(done(same().counter(&key("tries"))), 10);
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

/// Behind every other time of the suite, for stores that hold something already.
const LATE: i64 = 10_000_000;

fn commit(n: u8, now: i64, events: Vec<Event>) -> Commit {
    Commit {
        key: idempotency(n),
        request_digest: [n; 32],
        now: at(now),
        expected: vec![],
        events,
    }
}

fn event(name: &str, changes: Vec<Change>) -> Event {
    let kind = EventKind::from_static("happened");
    let mut event = Event::new(stream(name), kind, vec![0x05, 0x00]);
    event.changes = changes;
    event
}

fn take(claim: &str, owner: &str, end: Option<i64>) -> Change {
    Change::Take {
        claim: key(claim),
        owner: key(owner),
        end: end.map(at),
    }
}

fn add(counter: &str, ceiling: u64) -> Change {
    Change::Add {
        counter: key(counter),
        ceiling,
    }
}

fn put(name: &str, at: &str, value: &str) -> Change {
    Change::Put {
        index: index(name),
        key: key(at),
        value: made(Value::try_from(value)),
    }
}

fn sealed_entry(n: u8) -> SealedEntry {
    SealedEntry {
        id: SealedId::from_octets([n; 16]),
        kind: SealedKind::from_static("idn"),
        record: Sealed {
            key_id: made(OctetString::new(*b"k1")),
            nonce: made(OctetString::new([n; 12])),
            ciphertext: made(OctetString::new([n; 29])),
        },
    }
}

fn idempotency(n: u8) -> IdempotencyKey {
    made(IdempotencyKey::new([n; 16]))
}

fn key(text: &str) -> Key {
    made(Key::try_from(text))
}

fn index(name: &str) -> IndexName {
    made(IndexName::new(name))
}

fn stream(text: &str) -> StreamId {
    made(text.parse())
}

/// Seconds behind 2026-01-01T00:00:00+09:00.
fn at(seconds: i64) -> Instant {
    made(Instant::from_unix_seconds(1_767_193_200 + seconds))
}

fn owned(keys: &[&[u8]]) -> Vec<Vec<u8>> {
    keys.iter().map(|k| k.to_vec()).collect()
}

fn recorded(ledger: &dyn Ledger, commit: &Commit) -> Receipt {
    match done(ledger.commit_one(commit)) {
        Ok(receipt) => receipt,
        Err(conflict) => panic!("refused: {conflict}"),
    }
}

fn refused(ledger: &dyn Ledger, commit: &Commit) -> Conflict {
    match done(ledger.commit_one(commit)) {
        Ok(receipt) => panic!("recorded: {receipt:?}"),
        Err(conflict) => conflict,
    }
}

fn done<T>(answer: Result<T, LedgerError>) -> T {
    answer.expect("the ledger answers")
}

fn made<T, E: core::fmt::Debug>(value: Result<T, E>) -> T {
    value.expect("the suite's values are within the bounds")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::MemoryLedger;

    #[test]
    fn memory() {
        all(&|| Box::new(MemoryLedger::new()));
        let store = Arc::new(MemoryLedger::new());
        reopened(&|| Box::new(Arc::clone(&store)));
    }
}
