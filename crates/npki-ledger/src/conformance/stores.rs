//! One store, opened more than once.

use std::thread;

use super::{Open, add, commit, done, event, key, made, recorded, stream, take};
use crate::{Conflict, IdempotencyKey, LedgerExt as _, audit};

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

/// Behind every other time of the suite, for stores that hold something already.
const LATE: i64 = 10_000_000;
