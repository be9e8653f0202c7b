use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use npki_cmp::http::{ResponseReader, Server};

/// Sends one message and waits for its answer, ten seconds at most for each step.
///
/// # Errors
/// When the server is not reached, does not answer in time, or answers by another status than 200.
pub fn post(server: &Server, message: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server.address())?;
    stream.set_read_timeout(Some(PATIENCE))?;
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

const PATIENCE: Duration = Duration::from_secs(10);
