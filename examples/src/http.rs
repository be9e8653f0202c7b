use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use npki::wallet::cmp::http::{Request, RequestReader, Response, ResponseReader, Server};

/// Tells a server to stop.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// Lets the server answer what it has begun, and end.
    pub fn now(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_now(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Serves HTTP with a few threads until it is told to stop.
///
/// Each thread takes one connection at a time, and each request has to come within five seconds: who
/// sends slowly keeps one thread for that long and nobody else.
///
/// # Errors
/// When the listener cannot be waited for.
pub fn serve(
    listener: &TcpListener,
    stop: &Stop,
    answer: &(dyn Fn(&Request) -> Vec<u8> + Sync),
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    // One thread at a time waits for the next connection.
    let door = Mutex::new(());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(stream) = next(listener, &door, stop) {
                    // What a client breaks is its own.
                    let _ = connection(stream, stop, answer);
                }
            });
        }
    });
    Ok(())
}

fn next(listener: &TcpListener, door: &Mutex<()>, stop: &Stop) -> Option<TcpStream> {
    let _only = door.lock().ok()?;
    while !stop.is_now() {
        match listener.accept() {
            Ok((stream, _)) => return Some(stream),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                std::thread::sleep(Duration::from_millis(5));
            }
            // A connection that went away while it was being taken.
            Err(_) => {}
        }
    }
    None
}

fn connection(
    mut stream: TcpStream,
    stop: &Stop,
    answer: &(dyn Fn(&Request) -> Vec<u8> + Sync),
) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = RequestReader::default();
    let mut octets = [0; 4_096];
    loop {
        let end = Instant::now() + PATIENCE;
        let request = loop {
            match reader.request() {
                Ok(Some(request)) => break request,
                Ok(None) => {}
                Err(error) => {
                    return stream.write_all(&Response::of_error(&error).to_last_octets());
                }
            }
            if let Some(interim) = reader.interim() {
                stream.write_all(interim)?;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            stream.set_read_timeout(Some(left))?;
            let length = stream.read(&mut octets)?;
            match octets.get(..length) {
                None | Some([]) => return Ok(()),
                Some(read) => {
                    if let Err(error) = reader.push(read) {
                        return stream.write_all(&Response::of_error(&error).to_last_octets());
                    }
                }
            }
        };
        stream.write_all(&answer(&request))?;
        if !request.keep_alive || stop.is_now() {
            return Ok(());
        }
    }
}

/// Sends one message and waits for its answer.
///
/// # Errors
/// When the server is not reached, does not answer in time, or answers by another status than 200.
pub fn post(server: &Server, message: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server.address())?;
    stream.set_read_timeout(Some(2 * PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(&server.post(message))?;
    let mut reader = ResponseReader::default();
    let mut octets = [0; 4_096];
    let (status, body) = loop {
        let length = stream.read(&mut octets)?;
        match octets.get(..length) {
            None | Some([]) => break reader.end().map_err(io::Error::other)?,
            Some(read) => reader.push(read).map_err(io::Error::other)?,
        }
        if let Some(answer) = reader.response().map_err(io::Error::other)? {
            break answer;
        }
    };
    match status {
        200 => Ok(body),
        other => Err(io::Error::other(format!("HTTP status {other}"))),
    }
}

const THREADS: usize = 8;
const PATIENCE: Duration = Duration::from_secs(5);
