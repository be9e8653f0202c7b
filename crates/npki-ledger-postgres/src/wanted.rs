//! The rows that a group is judged by, all fetched at once: to ask the server costs more than its answer.

use std::collections::{BTreeMap, BTreeSet};

use npki_ledger::{
    Claim, Commit, IdempotencyKey, Key, Recorded, SealedId, StreamId,
    group::{Asked, Rows},
};

use crate::{
    error::{Error, corrupt},
    read,
    session::{Session, column},
};

/// What is stored of all that some commits ask for: what is not here is not there.
#[derive(Default)]
pub(crate) struct Wanted {
    commits: BTreeMap<IdempotencyKey, Vec<Recorded>>,
    versions: BTreeMap<StreamId, u64>,
    claims: BTreeMap<Key, Claim>,
    counters: BTreeMap<Key, u64>,
    sealed: BTreeSet<SealedId>,
}

impl Wanted {
    pub(crate) fn fetch(session: &mut Session, commits: &[Commit]) -> Result<Self, Error> {
        let asked = Asked::by(commits);
        let keys: Vec<_> = asked.commits.into_iter().collect();
        let streams: Vec<_> = asked.versions.into_iter().collect();
        let claims: Vec<_> = asked.claims.into_iter().collect();
        let counters: Vec<_> = asked.counters.into_iter().collect();
        let sealed: Vec<_> = asked.sealed.into_iter().collect();
        let rows = session.rows(
            FETCH,
            &[
                &octets(&keys, |key| key.octets()),
                &streams.iter().map(ToString::to_string).collect::<Vec<_>>(),
                &octets(&claims, |key| key.octets()),
                &octets(&counters, |key| key.octets()),
                &octets(&sealed, |id| id.octets()),
            ],
        )?;
        let mut wanted = Self::default();
        for row in &rows {
            let at = usize::try_from(column::<i64>(row, 1)?)?;
            let octets: Option<&[u8]> = column(row, 2)?;
            let number: Option<i64> = column(row, 3)?;
            let (octets, count) = (octets.unwrap_or_default(), number.unwrap_or_default());
            match column::<i32>(row, 0)? {
                1 => {
                    let first = read::recorded_at(count, octets.to_vec())?;
                    let records = session.rest_of(first)?;
                    wanted.commits.insert(nth(&keys, at)?.clone(), records);
                }
                2 => {
                    let version = read::unsigned(count)?;
                    wanted.versions.insert(nth(&streams, at)?.clone(), version);
                }
                3 => {
                    let held = read::held(octets, number)?;
                    wanted.claims.insert(nth(&claims, at)?.clone(), held);
                }
                4 => {
                    let value = read::unsigned(count)?;
                    wanted.counters.insert(nth(&counters, at)?.clone(), value);
                }
                _ => {
                    wanted.sealed.insert(*nth(&sealed, at)?);
                }
            }
        }
        Ok(wanted)
    }
}

impl Rows for Wanted {
    type Error = Error;

    fn commit(&mut self, key: &IdempotencyKey) -> Result<Vec<Recorded>, Error> {
        Ok(self.commits.get(key).cloned().unwrap_or_default())
    }

    fn version(&mut self, stream: &StreamId) -> Result<u64, Error> {
        Ok(self.versions.get(stream).copied().unwrap_or(0))
    }

    fn claim(&mut self, claim: &Key) -> Result<Option<Claim>, Error> {
        Ok(self.claims.get(claim).cloned())
    }

    fn counter(&mut self, counter: &Key) -> Result<u64, Error> {
        Ok(self.counters.get(counter).copied().unwrap_or(0))
    }

    fn has_sealed(&mut self, id: &SealedId) -> Result<bool, Error> {
        Ok(self.sealed.contains(id))
    }
}

/// Which table, the number (from 1) in the list that was asked for, octets, a number.
const FETCH: &str = "
    SELECT 1, w.i, r.der, r.position
      FROM unnest($1::bytea[]) WITH ORDINALITY AS w (k, i)
      JOIN record r ON r.commit_key = w.k
    UNION ALL
    SELECT 2, w.i, NULL, r.version
      FROM unnest($2::text[]) WITH ORDINALITY AS w (k, i)
     CROSS JOIN LATERAL (
           SELECT version FROM record WHERE stream = w.k ORDER BY version DESC LIMIT 1) AS r
    UNION ALL
    SELECT 3, w.i, c.owner, c.ends
      FROM unnest($3::bytea[]) WITH ORDINALITY AS w (k, i)
      JOIN claim c ON c.key = w.k
    UNION ALL
    SELECT 4, w.i, NULL, c.value
      FROM unnest($4::bytea[]) WITH ORDINALITY AS w (k, i)
      JOIN counter c ON c.key = w.k
    UNION ALL
    SELECT 5, w.i, NULL, NULL
      FROM unnest($5::bytea[]) WITH ORDINALITY AS w (k, i)
      JOIN sealed s ON s.sealed_id = w.k
";

fn octets<'a, T>(names: &[&'a T], of: impl Fn(&'a T) -> &'a [u8]) -> Vec<&'a [u8]> {
    names.iter().map(|name| of(name)).collect()
}

fn nth<'a, T>(asked: &[&'a T], number: usize) -> Result<&'a T, Error> {
    let found = number.checked_sub(1).and_then(|at| asked.get(at));
    found
        .copied()
        .ok_or_else(|| corrupt("a row", "nobody asked for it"))
}
