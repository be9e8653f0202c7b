use core::fmt;
use core::time::Duration;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use npki_core::{HashAlgorithm, Instant};

use super::Challenge;

/// Where a relying party keeps the challenges that it gave out, so that each counts once.
///
/// Contract: [`redeem`](Self::redeem) is atomic. Of any number of calls with one challenge, on any
/// number of machines, at most one answers [`ChallengeState::Fresh`]; that answer is durable before
/// it is given. A challenge that was never given out is [`ChallengeState::Unknown`].
pub trait ChallengeStore: Send + Sync + fmt::Debug {
    /// Uses a challenge up and says what it was until now.
    fn redeem(&self, challenge: &Challenge, now: Instant) -> ChallengeState;
}

/// What became of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeState {
    /// Given out, not used, not too old.
    Fresh,
    /// Used before: somebody replays a login.
    Used,
    /// Never given out, or given out too long ago.
    Unknown,
}

/// Challenges in the memory of one process: for tests, and for a server that is alone.
#[derive(Debug)]
pub struct MemoryChallenges {
    lifetime: Duration,
    capacity: usize,
    given: Mutex<HashMap<Vec<u8>, Given>>,
}

#[derive(Debug)]
struct Given {
    ends: Instant,
    used: bool,
}

/// As many challenges are given out as are kept; old ones have to run out first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{capacity} challenges are given out already")]
pub struct TooManyChallenges {
    /// How many are kept.
    pub capacity: usize,
}

impl MemoryChallenges {
    /// Keeps at most `capacity` challenges, each for `lifetime`.
    #[must_use]
    pub fn new(lifetime: Duration, capacity: usize) -> Self {
        Self {
            lifetime,
            capacity,
            given: Mutex::default(),
        }
    }

    /// Notes that a challenge was given out.
    ///
    /// # Errors
    /// [`TooManyChallenges`] when the store is full of challenges that have not run out: the bound on
    /// what strangers make us remember.
    pub fn give(&self, challenge: &Challenge, now: Instant) -> Result<(), TooManyChallenges> {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.retain(|_, entry| entry.ends > now);
        if given.len() >= self.capacity {
            return Err(TooManyChallenges {
                capacity: self.capacity,
            });
        }
        let entry = Given {
            ends: now.saturating_add(self.lifetime),
            used: false,
        };
        given.insert(key(challenge), entry);
        Ok(())
    }
}

impl ChallengeStore for MemoryChallenges {
    fn redeem(&self, challenge: &Challenge, now: Instant) -> ChallengeState {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        match given.get_mut(&key(challenge)) {
            Some(entry) if entry.used => ChallengeState::Used,
            Some(entry) if entry.ends > now => {
                entry.used = true;
                ChallengeState::Fresh
            }
            _ => ChallengeState::Unknown,
        }
    }
}

/// Challenges may be long; their digests are not.
fn key(challenge: &Challenge) -> Vec<u8> {
    HashAlgorithm::Sha256
        .digest(challenge.octets())
        .octets()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_counts_once_and_not_for_ever() {
        let store = MemoryChallenges::new(Duration::from_secs(60), 2);
        let at = |seconds| Instant::from_unix_seconds(seconds).unwrap();
        let challenge = |octets: &[u8]| Challenge::from_octets(octets).unwrap();
        store.give(&challenge(b"a"), at(0)).unwrap();
        store.give(&challenge(b"b"), at(0)).unwrap();
        assert!(store.give(&challenge(b"c"), at(59)).is_err());
        for (octets, seconds, state) in [
            (b"x", 0, ChallengeState::Unknown),
            (b"a", 59, ChallengeState::Fresh),
            (b"a", 59, ChallengeState::Used),
            (b"b", 60, ChallengeState::Unknown),
        ] {
            assert_eq!(store.redeem(&challenge(octets), at(seconds)), state);
        }
        assert!(store.give(&challenge(b"c"), at(60)).is_ok());
    }

    #[test]
    fn of_many_at_once_one_is_fresh() {
        let store = MemoryChallenges::new(Duration::from_secs(60), 1);
        let now = Instant::from_unix_seconds(0).unwrap();
        let challenge = Challenge::from_octets(b"a").unwrap();
        store.give(&challenge, now).unwrap();
        let fresh = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| store.redeem(&challenge, now)))
                .collect();
            calls
                .into_iter()
                .map(|call| call.join().unwrap())
                .filter(|state| *state == ChallengeState::Fresh)
                .count()
        });
        assert_eq!(fresh, 1);
    }
}
