//! The threads that read.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel, sync_channel},
    },
    thread,
};

use npki_ledger::LedgerError;

use crate::{
    error::Error,
    session::{Line, Place, Session},
};

/// The way to the threads. They end when this is dropped.
pub(crate) struct Reader(Sender<Job>);

type Job = Box<dyn FnOnce(&mut Line) + Send>;

impl Reader {
    pub(crate) fn start(place: &Place) -> Result<Self, Error> {
        let (jobs, waiting) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..THREADS {
            let (mut line, waiting) = (Line::new(place.clone()), Arc::clone(&waiting));
            thread::Builder::new()
                .name("npki-ledger-reader".into())
                .spawn(move || {
                    while let Some(job) = next(&waiting) {
                        job(&mut line);
                    }
                })?;
        }
        Ok(Self(jobs))
    }

    pub(crate) fn read<T: Send + 'static>(
        &self,
        mut read: impl FnMut(&mut Session) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (answer, answered) = sync_channel(1);
        let job = move |line: &mut Line| {
            // Who does not wait any more does not miss it.
            let _ = answer.send(line.with(&mut read));
        };
        let asked = self.0.send(Box::new(job));
        asked.map_err(|_| LedgerError::Unavailable(None))?;
        Ok(answered
            .recv()
            .map_err(|_| LedgerError::Unavailable(None))??)
    }
}

/// Readers of one handle that ask the server at the same time; each has a connection.
const THREADS: usize = 2;

fn next(waiting: &Mutex<Receiver<Job>>) -> Option<Job> {
    let waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.recv().ok()
}
