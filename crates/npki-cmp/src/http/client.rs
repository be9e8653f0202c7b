use core::fmt;

use super::{
    HttpError, MAX_BODY, MAX_HEAD, PKIXCMP,
    head::{BodyLength, Head, chunks},
};

/// Where a CMP server listens: `http://host:port/path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    authority: String,
    path: String,
}

/// A text that names no server by plain HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a CMP server is named by http://host[:port][/path]")]
pub struct ServerError;

impl Server {
    /// Reads an `http` URL. CMP messages protect themselves; TLS is the caller's.
    ///
    /// # Errors
    /// [`ServerError`] for another scheme, no host, spaces or control characters.
    pub fn parse(url: &str) -> Result<Self, ServerError> {
        let rest = url.strip_prefix("http://").ok_or(ServerError)?;
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let clean = |text: &str| text.bytes().all(|octet| octet.is_ascii_graphic());
        if authority.is_empty() || authority.contains('@') || !clean(authority) || !clean(path) {
            return Err(ServerError);
        }
        Ok(Self {
            authority: authority.to_owned(),
            path: path.to_owned(),
        })
    }

    /// `host:port`, to be connected to; port 80 when the URL names none.
    #[must_use]
    pub fn address(&self) -> String {
        let has_port = self
            .authority
            .rsplit_once(':')
            .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
        match has_port {
            true => self.authority.clone(),
            false => format!("{}:80", self.authority),
        }
    }

    /// The octets of a POST of this message. The connection is not kept.
    #[must_use]
    pub fn post(&self, message: &[u8]) -> Vec<u8> {
        let Self { authority, path } = self;
        let mut octets = format!(
            "POST {path} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: {PKIXCMP}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            message.len(),
        )
        .into_bytes();
        octets.extend_from_slice(message);
        octets
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority, self.path)
    }
}

/// Takes the octets of one answer as they come.
#[derive(Default)]
pub struct ResponseReader {
    held: Vec<u8>,
}

impl ResponseReader {
    /// Takes octets.
    ///
    /// # Errors
    /// [`HttpError::BodyTooLong`] when more is held than head and body may have.
    pub fn push(&mut self, octets: &[u8]) -> Result<(), HttpError> {
        if self.held.len() + octets.len() > MAX_HEAD + 2 * MAX_BODY {
            return Err(HttpError::BodyTooLong { max: MAX_BODY });
        }
        self.held.extend_from_slice(octets);
        Ok(())
    }

    /// Status and body, or nothing until the answer is whole.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn response(&mut self) -> Result<Option<(u16, Vec<u8>)>, HttpError> {
        self.read(false)
    }

    /// Status and body when the other side has closed the connection.
    ///
    /// # Errors
    /// [`HttpError::Malformed`] when the answer is not whole.
    pub fn end(mut self) -> Result<(u16, Vec<u8>), HttpError> {
        self.read(true)?.ok_or(HttpError::Malformed)
    }

    fn read(&mut self, closed: bool) -> Result<Option<(u16, Vec<u8>)>, HttpError> {
        loop {
            let Some((head, start)) = Head::read(&self.held, 0)? else {
                return Ok(None);
            };
            let [version, status, _] = &head.start;
            let status: u16 = status.parse().map_err(|_| HttpError::Malformed)?;
            if !version.starts_with("HTTP/1.") {
                return Err(HttpError::Malformed);
            }
            if (100..200).contains(&status) {
                self.held.drain(..start);
                continue;
            }
            let rest = self.held.get(start..).unwrap_or_default();
            let body = match head.body {
                BodyLength::Unsaid => closed.then(|| rest.to_vec()),
                BodyLength::Octets(length) => rest.get(..length).map(<[u8]>::to_vec),
                BodyLength::Chunked => {
                    let mut body = Vec::new();
                    let (_, is_whole) = chunks(rest, &mut body)?;
                    is_whole.then_some(body)
                }
            };
            return Ok(body.map(|body| (status, body)));
        }
    }
}

impl fmt::Debug for ResponseReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { held } = self;
        f.debug_struct("ResponseReader")
            .field("held", &held.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers() {
        for (url, address) in [
            ("http://127.0.0.1:8829/pkix/", Some("127.0.0.1:8829")),
            ("http://ca.example", Some("ca.example:80")),
            ("http://[::1]:829/", Some("[::1]:829")),
            ("https://ca.example/", None),
            ("http:///", None),
            ("http://a b/", None),
            ("http://a/\r\nX: y", None),
        ] {
            let found = Server::parse(url).ok().map(|server| server.address());
            assert_eq!(found.as_deref(), address, "{url}");
        }
    }

    #[test]
    fn answers() {
        for (octets, closed, wanted) in [
            (&b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"[..], false, Some((200, &b"ab"[..]))),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", false, None),
            (b"HTTP/1.0 404 Not Found\r\n\r\nab", false, None),
            (b"HTTP/1.0 404 Not Found\r\n\r\nab", true, Some((404, b"ab"))),
            (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", false, Some((200, b"a"))),
        ] {
            let mut reader = ResponseReader::default();
            reader.push(octets).unwrap();
            let found = match closed {
                true => Some(reader.end().unwrap()),
                false => reader.response().unwrap(),
            };
            let found = found.as_ref().map(|(status, body)| (*status, &body[..]));
            assert_eq!(found, wanted);
        }
    }
}
