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

mod changes;
mod commits;
mod log;
mod stores;

use der::asn1::OctetString;
use npki_core::{Instant, Sealed};

pub use changes::{
    claims_are_held_until_their_end, claims_are_passed_and_released_by_their_owner,
    counters_stop_at_their_ceiling, indexes_are_ordered_by_octets, sealed_records_are_shredded,
};
pub use commits::{
    a_group_is_judged_one_by_one, a_refused_commit_changes_nothing,
    a_repeated_key_gets_the_first_receipt, an_empty_ledger_answers, bounds_are_kept,
    the_clock_does_not_go_back, versions_are_expected_and_gapless,
};
pub use log::{
    a_sound_ledger_passes_its_audit, proofs_are_those_of_the_definition, record_more, record_one,
    record_script, the_tree_is_the_same_everywhere,
};
pub use stores::{counters_count_each_try_once, receipts_survive_reopening, writers_take_turns};

use crate::{
    Change, Commit, Conflict, Event, EventKind, IdempotencyKey, IndexName, Key, Ledger,
    LedgerError, LedgerExt as _, Receipt, SealedEntry, SealedId, SealedKind, StreamId, Value,
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
    proofs_are_those_of_the_definition(fresh);
}

/// All that needs one store, opened more than once. It may hold something already.
pub fn reopened(same: Open<'_>) {
    receipts_survive_reopening(same);
    writers_take_turns(same);
    counters_count_each_try_once(same);
}

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
