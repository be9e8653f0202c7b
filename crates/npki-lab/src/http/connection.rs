use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use npki_cmp::http::{HttpError, Request, RequestReader, Response};

use super::{Answer, Listener, connections::Connection};

/// What a client has said.
enum Heard {
    Request(Request),
    Nonsense(HttpError),
    /// It has gone, or was too slow.
    Nothing,
}

/// Answers request after request, until one side has had enough.
///
/// # Errors
/// When the client has gone, or does not take its answer.
pub(super) fn converse(
    connection: Connection<'_>,
    listener: &Listener,
    answer: &Answer<'_>,
) -> io::Result<()> {
    let stream = &*connection.stream;
    let patience = listener.bounds.patience;
    stream.set_nodelay(true)?;
    let mut reader = RequestReader::default();
    loop {
        let end = connection.waits() + patience;
        let request = match hear(stream, &mut reader, end)? {
            Heard::Request(request) => request,
            Heard::Nonsense(error) => {
                let octets = Response::of_error(&error).to_last_octets();
                return say_last(stream, &octets, end);
            }
            Heard::Nothing => return Ok(()),
        };
        connection.works();
        let octets = answer(&request);
        say(stream, &octets, connection.waits() + patience)?;
        if !request.keep_alive || listener.is_over() {
            return Ok(());
        }
        if !reader.is_within_a_request() {
            // A client that thinks costs no memory.
            reader = RequestReader::default();
        }
    }
}

fn hear(mut stream: &TcpStream, reader: &mut RequestReader, end: Instant) -> io::Result<Heard> {
    let mut octets = [0; 4_096];
    loop {
        match reader.request() {
            Ok(Some(request)) => return Ok(Heard::Request(request)),
            Ok(None) => {}
            Err(error) => return Ok(Heard::Nonsense(error)),
        }
        if let Some(interim) = reader.interim() {
            say(stream, interim, end)?;
        }
        stream.set_read_timeout(Some(left(end)?))?;
        let length = stream.read(&mut octets)?;
        let read = octets.get(..length).unwrap_or_default();
        if read.is_empty() {
            return Ok(Heard::Nothing);
        }
        if let Err(error) = reader.push(read) {
            return Ok(Heard::Nonsense(error));
        }
    }
}

/// As `write_all`, with one end for the whole: a client that takes an octet at a time is no less slow.
fn say(mut stream: &TcpStream, mut octets: &[u8], end: Instant) -> io::Result<()> {
    while !octets.is_empty() {
        stream.set_write_timeout(Some(left(end)?))?;
        let written = stream.write(octets)?;
        octets = octets.get(written..).unwrap_or_default();
    }
    Ok(())
}

/// Closing a socket on octets that have not been read would take back what was said last, so some are read and dropped
/// (RFC 9112 section 9.6).
fn say_last(mut stream: &TcpStream, octets: &[u8], end: Instant) -> io::Result<()> {
    say(stream, octets, end)?;
    stream.shutdown(Shutdown::Write)?;
    let mut dropped = [0; 4_096];
    for _ in 0..READS_AFTER_THE_LAST {
        stream.set_read_timeout(Some(left(end)?))?;
        if stream.read(&mut dropped)? == 0 {
            break;
        }
    }
    Ok(())
}

fn left(end: Instant) -> io::Result<Duration> {
    let left = end.saturating_duration_since(Instant::now());
    match left.is_zero() {
        true => Err(ErrorKind::TimedOut.into()),
        false => Ok(left),
    }
}

/// 256 KiB.
const READS_AFTER_THE_LAST: usize = 64;
