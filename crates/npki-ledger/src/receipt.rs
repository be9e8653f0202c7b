use npki_core::Instant;

use crate::{LedgerError, Recorded, StreamId};

/// What a recorded commit gets, the first time and whenever it is repeated.
///
/// It is read off the records, so it survives whatever happens to the tables beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The position of its first event in the log.
    pub position: u64,
    /// How many events it has; they follow each other.
    pub events: u64,
    /// The time recorded.
    pub time: Instant,
    /// Every stream written to and the version of its last event of this commit, in the order of
    /// first writing.
    pub streams: Vec<(StreamId, u64)>,
}

impl Receipt {
    /// The version that `stream` got, if this commit wrote to it.
    #[must_use]
    pub fn version(&self, stream: &StreamId) -> Option<u64> {
        self.streams
            .iter()
            .find_map(|(s, version)| (s == stream).then_some(*version))
    }

    /// Reads the receipt off the records of its commit, all of them and in order.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`] when they are not the records of one whole commit.
    pub fn of(records: &[Recorded]) -> Result<Self, LedgerError> {
        let broken = || LedgerError::Corrupt {
            what: "records of a commit",
            cause: None,
        };
        let first = records.first().ok_or_else(broken)?.record();
        let mut receipt = Self {
            position: first.position,
            events: first.of,
            time: first.time,
            streams: Vec::new(),
        };
        let mut place = 0;
        for record in records.iter().map(Recorded::record) {
            place += 1;
            if record.place != place
                || record.of != first.of
                || record.key != first.key
                || record.position != first.position.saturating_add(place - 1)
            {
                return Err(broken());
            }
            receipt.note(&record.stream, record.stream_version);
        }
        if place != first.of {
            return Err(broken());
        }
        Ok(receipt)
    }

    pub(crate) fn note(&mut self, stream: &StreamId, version: u64) {
        match self.streams.iter_mut().find(|(s, _)| s == stream) {
            Some((_, last)) => *last = version,
            None => self.streams.push((stream.clone(), version)),
        }
    }
}
