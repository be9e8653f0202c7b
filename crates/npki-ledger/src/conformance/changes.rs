//! Changes: claims, counters, indexes, sealed records.

use super::{
    Open, add, at, commit, done, event, index, key, made, owned, put, recorded, refused,
    sealed_entry, take,
};
use crate::{Change, Claim, Conflict, Key, LedgerExt as _, SealedId, Span, Value, audit};

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

/// The one that would go beyond the ceiling is refused (R32).
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
