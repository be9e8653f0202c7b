use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::PAUSE;

/// The connections that are open, up to a bound.
#[derive(Debug)]
pub(super) struct Connections {
    most: usize,
    open: Mutex<Open>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    places: BTreeMap<u64, Place>,
}

#[derive(Debug)]
struct Place {
    stream: Arc<TcpStream>,
    /// Since when the client has let us wait; nothing while its answer is being made.
    waited_for: Option<Instant>,
}

/// One of them; dropped, it makes room for another.
#[derive(Debug)]
pub(super) struct Connection<'a> {
    pub(super) stream: Arc<TcpStream>,
    number: u64,
    all: &'a Connections,
}

impl Connections {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            open: Mutex::default(),
            freed: Condvar::new(),
        }
    }

    /// Makes room for a connection if it must, by closing the one that has been waited for the longest. While all are
    /// being answered, this one waits. Nothing when it is over first.
    pub(super) fn admit(
        &self,
        stream: TcpStream,
        is_over: &dyn Fn() -> bool,
    ) -> Option<Connection<'_>> {
        let mut open = self.lock();
        while !is_over() {
            if open.places.len() < self.most {
                let number = open.next;
                open.next += 1;
                let stream = Arc::new(stream);
                let place = Place {
                    stream: Arc::clone(&stream),
                    waited_for: Some(Instant::now()),
                };
                open.places.insert(number, place);
                return Some(Connection {
                    stream,
                    number,
                    all: self,
                });
            }
            let waited_for = open.places.values().filter(|one| one.waited_for.is_some());
            if let Some(longest) = waited_for.min_by_key(|one| one.waited_for) {
                // Its thread wakes up, and drops it.
                let _ = longest.stream.shutdown(Shutdown::Both);
            }
            let woken = self.freed.wait_timeout(open, PAUSE);
            open = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        None
    }

    /// Who waits for octets gets no more; what is being answered goes out.
    pub(super) fn hear_no_more(&self) {
        for one in self.lock().places.values() {
            let _ = one.stream.shutdown(Shutdown::Read);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection<'_> {
    /// From now on the client lets us wait.
    pub(super) fn waits(&self) -> Instant {
        let now = Instant::now();
        self.mark(Some(now));
        now
    }

    /// From now on we let the client wait.
    pub(super) fn works(&self) {
        self.mark(None);
    }

    fn mark(&self, waited_for: Option<Instant>) {
        if let Some(place) = self.all.lock().places.get_mut(&self.number) {
            place.waited_for = waited_for;
        }
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.all.lock().places.remove(&self.number);
        self.all.freed.notify_one();
    }
}
