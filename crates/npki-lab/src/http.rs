//! HTTP on loopback: a [`Listener`], what a CA of the lab answers on it ([`Site`]), and the client's side of one message.
//!
//! `npki-cmp` reads and writes HTTP without sockets; here are the sockets, blocking ones, with a thread for each
//! connection. What a client may ask of a [`Listener`] is bounded: so many connections and no more, five seconds
//! for a request to come in and as many for its answer to be taken, heads and bodies as `npki-cmp` admits them.
//! Who is slow holds a connection of his own and nobody else's.

mod client;
mod connection;
mod connections;
mod ocsp;
mod site;

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use npki_cmp::http::Request;

pub use client::post;
use connection::converse;
use connections::Connections;
pub use site::{Answered, Site};

/// Gives the octets of the answer to a request, those of HTTP included. Called by many threads at once.
pub type Answer<'a> = dyn Fn(&Request) -> Vec<u8> + Sync + 'a;

/// A port of loopback that answers HTTP/1.0 and 1.1.
///
/// At most 256 connections are open. When one more comes, the one that has let the server wait the longest is
/// closed, be it slow to ask or slow to read; one whose answer is being made is not. So slow clients, as many as
/// they like to be, do not keep another from being answered. A connection holds one request of 64 KiB, and what
/// has come in of the next one, twice that at most.
///
/// ```
/// use std::io::{Read as _, Write as _};
/// use npki_cmp::http::Response;
/// use npki_lab::http::Listener;
///
/// let listener = Listener::bind("127.0.0.1:0")?;
/// let answer = |request: &npki_cmp::http::Request| Response::ok("text/plain", b"yes").to_octets(request);
/// let said = listener.serve_while(&answer, || {
///     let mut stream = std::net::TcpStream::connect(listener.address())?;
///     stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
///     std::io::read_to_string(stream)
/// })?;
/// assert!(said.ends_with("yes"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
    over: AtomicBool,
    bounds: Bounds,
}

/// What clients may cost.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    connections: usize,
    /// For a request to come in, from the opening of the connection or from the answer before it; and for an answer
    /// to be taken.
    patience: Duration,
}

impl Listener {
    /// Listens; port 0 takes a free one. Connections wait until [`serve`](Self::serve) takes them.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for an address that others can reach: a lab's keys are published, and nobody
    /// beyond this machine is to take it for a CA. Whatever the system says when the port is not free.
    pub fn bind(address: impl ToSocketAddrs) -> io::Result<Self> {
        let addresses: Vec<_> = address.to_socket_addrs()?.collect();
        if !addresses.iter().all(|at| at.ip().is_loopback()) {
            let why = "a lab listens on loopback alone";
            return Err(io::Error::new(ErrorKind::InvalidInput, why));
        }
        let listener = TcpListener::bind(&*addresses)?;
        Ok(Self {
            address: listener.local_addr()?,
            listener,
            over: AtomicBool::new(false),
            bounds: BOUNDS,
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until [`stop`](Self::stop) is called, by `answer` itself or by another thread.
    ///
    /// # Panics
    /// At the end, if `answer` has panicked. Until then that costs one connection.
    pub fn serve(&self, answer: &Answer<'_>) {
        let open = Connections::new(self.bounds.connections);
        thread::scope(|scope| {
            while !self.is_over() {
                let Ok((stream, _)) = self.listener.accept() else {
                    // Gone while it was taken, or no file descriptor is left: the next one may be luckier.
                    thread::sleep(PAUSE);
                    continue;
                };
                let Some(connection) = open.admit(stream, &|| self.is_over()) else {
                    break;
                };
                let work = || {
                    // What a client breaks is its own.
                    let _ = converse(connection, self, answer);
                };
                // A system that has no thread to give has closed the connection by that.
                let _ = thread::Builder::new().spawn_scoped(scope, work);
            }
            open.hear_no_more();
        });
    }

    /// Answers while `client` runs, and stops when it returns or panics.
    ///
    /// # Panics
    /// As `client` does, and as [`serve`](Self::serve).
    pub fn serve_while<T>(&self, answer: &Answer<'_>, client: impl FnOnce() -> T) -> T {
        thread::scope(|scope| {
            scope.spawn(|| self.serve(answer));
            let _stop = StopOnDrop(self);
            client()
        })
    }

    /// Ends: what has come in whole is answered, and nothing more is read. This listener serves no more.
    pub fn stop(&self) {
        self.over.store(true, Ordering::SeqCst);
        // Whoever waits for a connection gets this one. When it fails, others are waiting to be taken.
        let _ = TcpStream::connect_timeout(&self.address, self.bounds.patience);
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }
}

struct StopOnDrop<'a>(&'a Listener);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Few enough for the usual 1,024 file descriptors of a process and 50 MiB of half requests; five seconds are long for
/// some thousand octets.
const BOUNDS: Bounds = Bounds {
    connections: 256,
    patience: Duration::from_secs(5),
};

const PAUSE: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use npki_cmp::http::Response;

    use super::*;

    const BIG: usize = 16 << 20;

    fn served<T>(connections: usize, patience: Duration, client: impl FnOnce(&Listener) -> T) -> T {
        let mut listener = Listener::bind("127.0.0.1:0").unwrap();
        listener.bounds = Bounds {
            connections,
            patience,
        };
        let big = vec![b'x'; BIG];
        let answer = |request: &Request| {
            let body = if request.path == "/big" { &*big } else { b"" };
            Response::ok("text/plain", body).to_octets(request)
        };
        listener.serve_while(&answer, || client(&listener))
    }

    fn asking(listener: &Listener, octets: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(listener.address()).unwrap();
        stream.write_all(octets).unwrap();
        stream
    }

    fn is_answered(mut stream: &TcpStream) -> bool {
        let mut start = [0; 15];
        stream.read_exact(&mut start).is_ok() && start == *b"HTTP/1.1 200 OK"
    }

    /// 200 send an octet now and then, 20 do not read. All are still there when others have been answered.
    #[test]
    fn the_slow_stop_nobody() {
        served(BOUNDS.connections, HOUR, |listener| {
            let slow: Vec<_> = (0..200).map(|_| asking(listener, b"G")).collect();
            let deaf: Vec<_> = (0..20).map(|_| asking(listener, ASK_MUCH)).collect();
            for octet in b"ET /" {
                for mut one in &slow {
                    one.write_all(&[*octet]).unwrap();
                }
                for _ in 0..5 {
                    assert!(is_answered(&asking(listener, ASK)));
                }
                thread::sleep(Duration::from_millis(100));
            }
            for mut one in &slow {
                one.write_all(b" HTTP/1.1\r\n\r\n").unwrap();
            }
            assert!(slow.iter().chain(&deaf).all(is_answered));
        });
    }

    /// Twelve come to a server of four that has an hour's patience; who comes after them is answered.
    #[test]
    fn who_has_been_waited_for_longest_goes() {
        for slow in [b"GET", ASK_MUCH] {
            served(4, HOUR, |listener| {
                let crowd: Vec<_> = (0..12).map(|_| asking(listener, slow)).collect();
                assert!(is_answered(&asking(listener, ASK)));
                assert!(is_answered(&asking(listener, ASK)));
                drop(crowd);
            });
        }
    }

    #[test]
    fn who_is_too_slow_is_cut() {
        let half = &b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n1"[..];
        let (mut kept, mut deaf) = served(8, Duration::from_secs(1), |listener| {
            let mut slow = [b"", half].map(|octets| asking(listener, octets));
            let (kept, deaf) = (asking(listener, ASK), asking(listener, ASK_MUCH));
            for one in &mut slow {
                assert_eq!(one.read_to_end(&mut Vec::new()).unwrap(), 0);
            }
            (kept, deaf)
        });
        // That the server has ended tells that it has given them up.
        assert!(is_answered(&kept));
        kept.read_to_end(&mut Vec::new()).unwrap();
        let mut came = Vec::new();
        let _ = deaf.read_to_end(&mut came);
        assert!((1..BIG).contains(&came.len()), "{}", came.len());
    }

    const ASK: &[u8] = b"GET / HTTP/1.1\r\n\r\n";
    const ASK_MUCH: &[u8] = b"GET /big HTTP/1.1\r\n\r\n";
    const HOUR: Duration = Duration::from_secs(3_600);
}
