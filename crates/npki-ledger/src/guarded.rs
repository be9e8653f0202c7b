use core::ops::Deref;
use std::sync::Arc;

use npki_key::{PublicKey, SigningKey};
use rand_core::CryptoRng;

use crate::{
    Checkpoint, CheckpointError, HeadError, Ledger, LedgerError, PlaceError, SecondPlace, Stored,
    check_head,
};

/// A ledger that was compared with the checkpoint in its second place before anything could be recorded in it or signed.
///
/// A sound old copy that somebody has put back, a cut end and a rewritten log are found in [`GuardedLedger::open`]: then
/// there is no value, and so nothing for a bank or a CA to work on. [`GuardedLedger::keep`] compares again and puts the
/// present head into the second place; a program calls it as often as it can bear to lose what came since, after each
/// answer for instance, and before it ends.
///
/// ```
/// use std::sync::Arc;
///
/// use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
/// use npki_key::{KeyKind, PrivateKey};
/// use npki_ledger::{GuardedLedger, Ledger, MemoryLedger, MemoryPlace, Start};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut rng = ChaCha20Rng::from_seed([1; 32]);
/// let key = PrivateKey::generate(KeyKind::P256, &mut rng)?.signing_key()?.into();
/// let place = Arc::new(MemoryPlace::default());
/// let origin = "bank.example/ledger";
/// let ledger = GuardedLedger::open(MemoryLedger::new(), origin, key, place, Start::First, &mut rng)?;
/// assert_eq!(ledger.head()?.size, 0); // a ledger like any other: for `Ra`, for `Ca`
/// assert_eq!(ledger.keep(&mut rng)?.size, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct GuardedLedger<L> {
    inner: L,
    origin: String,
    key: Arc<dyn SigningKey>,
    place: Arc<dyn SecondPlace>,
}

/// Whether there is a checkpoint to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// There was none before: one is made. A human being says so, once; a program that falls back to it by itself would
    /// believe whoever has removed the checkpoint.
    First,
    /// There is one.
    Again,
}

/// Why a ledger is not to be worked on, or its checkpoint cannot be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GuardError {
    /// The ledger does not go on from its checkpoint: nothing may be recorded or signed before somebody has looked.
    #[error("the ledger does not go on from the checkpoint in its second place")]
    Head(#[source] HeadError),
    /// [`Start::Again`], and there is no checkpoint: it was lost, or removed.
    #[error("there is no checkpoint in the second place")]
    Missing,
    /// [`Start::First`], and there is a checkpoint.
    #[error("there is a checkpoint in the second place already")]
    NotFirst,
    /// What is in the second place is no checkpoint of this log, or none can be made.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The second place failed.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Others keep checkpoints faster than this one could.
    #[error("the second place changes all the time")]
    Contended,
}

impl<L: Ledger> GuardedLedger<L> {
    /// Compares `ledger` with the checkpoint in `place`, which `key` has signed for the log `origin`.
    ///
    /// # Errors
    /// [`GuardError::Head`], [`GuardError::Missing`], [`GuardError::NotFirst`], and the others as things fail.
    ///
    /// # Security
    /// What was recorded after the last [`GuardedLedger::keep`] is not covered: a copy from that time on passes. Who can
    /// write both places can put back both.
    pub fn open(
        ledger: L,
        origin: &str,
        key: Arc<dyn SigningKey>,
        place: Arc<dyn SecondPlace>,
        start: Start,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, GuardError> {
        let guarded = Self {
            inner: ledger,
            origin: origin.to_owned(),
            key,
            place,
        };
        let kept = guarded.kept()?;
        match (kept, start) {
            (Some(_), Start::First) => Err(GuardError::NotFirst),
            (None, Start::Again) => Err(GuardError::Missing),
            (Some((_, checkpoint)), Start::Again) => {
                guarded.compare(&checkpoint)?;
                Ok(guarded)
            }
            (None, Start::First) => {
                guarded.sign(None, rng)?;
                Ok(guarded)
            }
        }
    }

    /// Compares the ledger with the last checkpoint, signs its present head, and stores that in the second place.
    /// Nothing is signed when nothing was recorded since.
    ///
    /// # Errors
    /// [`GuardError`]. After [`GuardError::Head`] another ledger stands where this one was: stop.
    pub fn keep(&self, rng: &mut dyn CryptoRng) -> Result<Checkpoint, GuardError> {
        for _ in 0..TRIES {
            let (note, last) = self.kept()?.ok_or(GuardError::Missing)?;
            self.compare(&last)?;
            if self.inner.head()?.size == last.size {
                return Ok(last);
            }
            if let Some(checkpoint) = self.sign(Some(&note), rng)? {
                return Ok(checkpoint);
            }
        }
        Err(GuardError::Contended)
    }

    fn kept(&self) -> Result<Option<(String, Checkpoint)>, GuardError> {
        let Some(note) = self.place.load()? else {
            return Ok(None);
        };
        let key = PublicKey::parse(self.key.public_key()).map_err(|_| CheckpointError::Key)?;
        let checkpoint = Checkpoint::verify(&note, &self.origin, &key)?;
        Ok(Some((note, checkpoint)))
    }

    fn compare(&self, checkpoint: &Checkpoint) -> Result<(), GuardError> {
        check_head(&self.inner, checkpoint).map_err(|error| match error {
            HeadError::Ledger(error) => GuardError::Ledger(error),
            error => GuardError::Head(error),
        })
    }

    /// `None`: somebody else was faster.
    fn sign(
        &self,
        last: Option<&str>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Checkpoint>, GuardError> {
        let checkpoint = Checkpoint::of(&self.origin, &self.inner.head()?)?;
        let note = checkpoint.sign(&*self.key, rng)?;
        Ok(match self.place.store(last, &note)? {
            Stored::Done => Some(checkpoint),
            Stored::Outdated => None,
        })
    }
}

impl<L> Deref for GuardedLedger<L> {
    type Target = L;

    fn deref(&self) -> &L {
        &self.inner
    }
}

/// Each failure means that another node has kept a newer checkpoint.
const TRIES: usize = 100;

#[cfg(test)]
mod tests {
    use chacha20::{ChaCha20Rng, rand_core::SeedableRng as _};
    use npki_key::{KeyKind, PrivateKey};

    use super::*;
    use crate::{MemoryLedger, MemoryPlace, conformance};

    const ORIGIN: &str = "bank.example/ledger";

    fn key(seed: u8) -> (Arc<dyn SigningKey>, ChaCha20Rng) {
        let mut rng = ChaCha20Rng::from_seed([seed; 32]);
        let key = PrivateKey::generate(KeyKind::P256, &mut rng).unwrap();
        (key.signing_key().unwrap().into(), rng)
    }

    fn place() -> Arc<dyn SecondPlace> {
        Arc::new(MemoryPlace::default())
    }

    #[test]
    fn it_starts_from_its_checkpoint_and_from_no_other() {
        let ((key, mut rng), (other, _)) = (key(1), key(2));
        let (store, place) = (MemoryLedger::new(), place());
        let mut open = |ledger, origin, key: &Arc<dyn SigningKey>, start| {
            let (key, place) = (Arc::clone(key), Arc::clone(&place));
            GuardedLedger::open(ledger, origin, key, place, start, &mut rng).map(|_| ())
        };
        let missing = open(&store, ORIGIN, &key, Start::Again);
        assert!(matches!(missing, Err(GuardError::Missing)), "{missing:?}");
        conformance::record_script(&store);
        open(&store, ORIGIN, &key, Start::First).unwrap();
        let twice = open(&store, ORIGIN, &key, Start::First);
        assert!(matches!(twice, Err(GuardError::NotFirst)), "{twice:?}");
        conformance::record_more(&store);
        open(&store, ORIGIN, &key, Start::Again).unwrap();
        for (origin, key) in [("ca.example/ledger", &key), (ORIGIN, &other)] {
            let strange = open(&store, origin, key, Start::Again);
            assert!(
                matches!(strange, Err(GuardError::Checkpoint(_))),
                "{strange:?}"
            );
        }
        // Emptied, and written anew: as long as before, or longer.
        let (empty, rewritten) = (MemoryLedger::new(), MemoryLedger::new());
        conformance::record_more(&rewritten);
        for (ledger, cut) in [(&empty, true), (&rewritten, false)] {
            let refused = open(ledger, ORIGIN, &key, Start::Again);
            let Err(GuardError::Head(found)) = refused else {
                panic!("{refused:?}")
            };
            assert_eq!(
                matches!(found, HeadError::Truncated { .. }),
                cut,
                "{found:?}"
            );
            assert_eq!(matches!(found, HeadError::Forked { .. }), !cut, "{found:?}");
        }
    }

    #[test]
    fn an_older_head_never_takes_the_place_of_a_newer_one() {
        let (key, mut rng) = key(1);
        let (store, place) = (MemoryLedger::new(), place());
        let there = Arc::clone(&place);
        let guarded = GuardedLedger::open(&store, ORIGIN, key, there, Start::First, &mut rng);
        let guarded = guarded.unwrap();
        let first = place.load().unwrap().unwrap();
        assert_eq!(guarded.keep(&mut rng).unwrap().size, 0);
        assert_eq!(
            place.load().unwrap().unwrap(),
            first,
            "nothing new, nothing signed"
        );
        conformance::record_script(&guarded);
        assert_eq!(guarded.keep(&mut rng).unwrap().size, 5);
        let last = place.load().unwrap().unwrap();
        // Another node that has read the first one comes late.
        assert_eq!(place.store(Some(&first), &first).unwrap(), Stored::Outdated);
        assert_eq!(place.store(None, &first).unwrap(), Stored::Outdated);
        assert_eq!(place.load().unwrap().unwrap(), last);
        // Removed while the program runs.
        let guarded = GuardedLedger {
            place: self::place(),
            ..guarded
        };
        assert!(matches!(guarded.keep(&mut rng), Err(GuardError::Missing)));
    }

    /// Two nodes record and keep at once; whoever starts next finds a newest checkpoint that holds.
    #[test]
    fn nodes_keep_checkpoints_at_once() {
        let (key, mut rng) = key(1);
        let (store, place) = (MemoryLedger::new(), place());
        let open = |start, rng: &mut ChaCha20Rng| {
            let (key, place) = (Arc::clone(&key), Arc::clone(&place));
            GuardedLedger::open(&store, ORIGIN, key, place, start, rng).unwrap()
        };
        open(Start::First, &mut rng);
        std::thread::scope(|scope| {
            for seed in [2, 3] {
                let open = &open;
                scope.spawn(move || {
                    let mut rng = ChaCha20Rng::from_seed([seed; 32]);
                    let node = open(Start::Again, &mut rng);
                    let mut kept = 0;
                    for n in 0..10u8 {
                        conformance::record_one(&node, [seed, n]);
                        let checkpoint = node.keep(&mut rng).unwrap();
                        assert!(checkpoint.size > kept);
                        kept = checkpoint.size;
                    }
                });
            }
        });
        let last = open(Start::Again, &mut rng).keep(&mut rng).unwrap();
        assert_eq!(last.size, 20);
    }
}
