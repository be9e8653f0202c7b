use std::collections::BTreeSet;

use crate::{Change, Commit, IdempotencyKey, Key, SealedId, StreamId};

/// The rows that some commits will be judged by: all that [`Group::admit`](super::Group::admit) asks
/// [`Rows`](super::Rows) for. For adapters that fetch them at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked<'a> {
    /// Commits, by key.
    pub commits: BTreeSet<&'a IdempotencyKey>,
    /// Versions of streams.
    pub versions: BTreeSet<&'a StreamId>,
    /// Claims.
    pub claims: BTreeSet<&'a Key>,
    /// Counters.
    pub counters: BTreeSet<&'a Key>,
    /// Names of sealed records.
    pub sealed: BTreeSet<&'a SealedId>,
}

impl<'a> Asked<'a> {
    /// What these commits ask for.
    #[must_use]
    pub fn by(commits: &'a [Commit]) -> Self {
        let mut asked = Self::default();
        for commit in commits {
            asked.commits.insert(&commit.key);
            let expected = commit.expected.iter().map(|(stream, _)| stream);
            asked.versions.extend(expected);
            for event in &commit.events {
                asked.versions.insert(&event.stream);
                asked
                    .sealed
                    .extend(event.sealed.iter().map(|entry| &entry.id));
                asked.sealed.extend(&event.shred);
                for change in &event.changes {
                    asked.change(change);
                }
            }
        }
        asked
    }

    fn change(&mut self, change: &'a Change) {
        match change {
            Change::Take { claim, .. }
            | Change::Pass { claim, .. }
            | Change::Release { claim, .. } => {
                self.claims.insert(claim);
            }
            Change::Add { counter, .. } => {
                self.counters.insert(counter);
            }
            Change::Reset { .. } | Change::Put { .. } | Change::Remove { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use npki_core::{Instant, Sealed};

    use super::*;
    use crate::{
        Claim, Event, EventKind, HeadState, LedgerError, Recorded, SealedEntry, SealedKind,
        group::{Group, Rows},
    };

    /// Nothing is stored; whoever is asked for what was not foretold says so.
    struct Foretold<'a>(Asked<'a>, usize);

    impl Foretold<'_> {
        fn answer<T: Default>(
            &mut self,
            foretold: bool,
            what: &dyn core::fmt::Debug,
        ) -> Result<T, LedgerError> {
            assert!(foretold, "{what:?}");
            self.1 += 1;
            Ok(T::default())
        }
    }

    impl Rows for Foretold<'_> {
        type Error = LedgerError;

        fn commit(&mut self, key: &IdempotencyKey) -> Result<Vec<Recorded>, LedgerError> {
            self.answer(self.0.commits.contains(key), key)
        }
        fn version(&mut self, stream: &StreamId) -> Result<u64, LedgerError> {
            self.answer(self.0.versions.contains(stream), stream)
        }
        fn claim(&mut self, claim: &Key) -> Result<Option<Claim>, LedgerError> {
            self.answer(self.0.claims.contains(claim), claim)
        }
        fn counter(&mut self, counter: &Key) -> Result<u64, LedgerError> {
            self.answer(self.0.counters.contains(counter), counter)
        }
        fn has_sealed(&mut self, id: &SealedId) -> Result<bool, LedgerError> {
            self.answer(self.0.sealed.contains(id), id)
        }
    }

    #[test]
    fn nothing_else_is_asked_for() {
        let key = |text: &str| Key::try_from(text).unwrap();
        let octets = |octets: &[u8]| der::asn1::OctetString::new(octets).unwrap();
        let (claim, a, b) = (key("claim"), key("a"), key("b"));
        let commit = |n: u8, stream: &str, changes| {
            let kind = EventKind::from_static("happened");
            let mut event = Event::new(stream.parse().unwrap(), kind, vec![]);
            event.changes = changes;
            event.sealed = vec![SealedEntry {
                id: SealedId::from_octets([n; 16]),
                kind: SealedKind::from_static("idn"),
                record: Sealed {
                    key_id: octets(b"k"),
                    nonce: octets(&[0; 12]),
                    ciphertext: octets(b"c"),
                },
            }];
            event.shred = vec![SealedId::from_octets([n + 100; 16])];
            Commit {
                key: IdempotencyKey::new([n; 16]).unwrap(),
                request_digest: [0; 32],
                now: Instant::from_unix_seconds(0).unwrap(),
                expected: vec![("order/expected".parse().unwrap(), 0)],
                events: vec![event],
            }
        };
        let put = Change::Put {
            index: "i".parse().unwrap(),
            key: a.clone(),
            value: "v".try_into().unwrap(),
        };
        let commits = [
            commit(
                1,
                "order/1",
                vec![
                    Change::Take {
                        claim: claim.clone(),
                        owner: a.clone(),
                        end: None,
                    },
                    put,
                ],
            ),
            commit(
                2,
                "order/2",
                vec![Change::Pass {
                    claim: claim.clone(),
                    from: a.clone(),
                    to: b.clone(),
                }],
            ),
            commit(
                3,
                "order/3",
                vec![Change::Release {
                    claim: claim.clone(),
                    owner: b.clone(),
                }],
            ),
            commit(
                4,
                "order/4",
                vec![Change::Add {
                    counter: a.clone(),
                    ceiling: 1,
                }],
            ),
            commit(5, "order/5", vec![Change::Reset { counter: b }]),
        ];
        let asked = Asked::by(&commits);
        assert_eq!(asked.counters, BTreeSet::from([&a]));
        assert_eq!(asked.versions.len(), 6);
        let mut rows = Foretold(asked, 0);
        for commit in &commits {
            let _ = Group::new(HeadState::default())
                .admit(commit, &mut rows)
                .unwrap();
        }
        assert!(rows.1 >= 20, "{} questions", rows.1);
    }
}
