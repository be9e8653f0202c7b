//! Stands between a ledger and its server, and cuts the wire at a `COMMIT`.

use std::{
    io::{Read as _, Write as _},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
};

/// Where the wire is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The server never hears of the `COMMIT`.
    Before,
    /// The server has answered, and nobody hears of it.
    After,
}

/// A socket in a folder of its own.
pub(crate) struct Proxy {
    folder: tempfile::TempDir,
    cut: Arc<Mutex<Option<Cut>>>,
}

impl Proxy {
    pub(crate) fn of(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = PathBuf::from(folder_of(url)).join(SOCKET);
        let listener = UnixListener::bind(folder.path().join(SOCKET)).unwrap();
        let cut = Arc::new(Mutex::new(None));
        let planned = Arc::clone(&cut);
        thread::spawn(move || {
            for client in listener.incoming() {
                connect(client.unwrap(), &server, &planned);
            }
        });
        Self { folder, cut }
    }

    /// The server's connection string, by way of here.
    pub(crate) fn url(&self, url: &str) -> String {
        url.replace(folder_of(url), self.folder.path().to_str().unwrap())
    }

    /// Cuts at the next `COMMIT`, once.
    pub(crate) fn cut(&self, cut: Cut) {
        *self.cut.lock().unwrap() = Some(cut);
    }
}

fn connect(client: UnixStream, server: &Path, planned: &Arc<Mutex<Option<Cut>>>) {
    let server = UnixStream::connect(server).unwrap();
    let swallow = Arc::new(Mutex::new(false));
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let (planned, swallowing) = (Arc::clone(planned), Arc::clone(&swallow));
    thread::spawn(move || {
        copy(&mut from, &mut to, |octets| {
            if octets.windows(COMMIT.len()).any(|found| found == COMMIT) {
                match planned.lock().unwrap().take() {
                    Some(Cut::Before) => return false,
                    Some(Cut::After) => *swallowing.lock().unwrap() = true,
                    None => {}
                }
            }
            true
        });
    });
    thread::spawn(move || {
        let (mut from, mut to) = (server, client);
        copy(&mut from, &mut to, |_| !*swallow.lock().unwrap());
    });
}

/// Copies until one side ends or `pass` does not let something through; then both sides end.
fn copy(from: &mut UnixStream, to: &mut UnixStream, pass: impl Fn(&[u8]) -> bool) {
    let mut octets = [0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut octets) {
        if !pass(&octets[..read]) || to.write_all(&octets[..read]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

fn folder_of(url: &str) -> &str {
    let host = url.split(' ').find_map(|part| part.strip_prefix("host="));
    host.unwrap()
}

const SOCKET: &str = ".s.PGSQL.5432";

/// A simple query, as the protocol has it: its letter, its length, its text.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
