use super::{
    HttpError, MAX_BODY, MAX_HEAD,
    head::{BodyLength, Head, chunks},
};

/// A request that has come in whole.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// `POST` or another one.
    pub method: String,
    /// The path with its query, such as `/pkix/`.
    pub path: String,
    /// The media type without parameters, in lower case.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether it came by HTTP/1.1 rather than 1.0.
    pub http_1_1: bool,
    /// Whether the connection stays open for another request.
    pub keep_alive: bool,
}

/// Takes octets of one connection as they come, and gives requests.
///
/// # Security
/// It never holds more than one head, two bodies and what was pushed last, and looks at no octet of them
/// twice, however few come at a time; how long to wait for octets is the caller's.
#[derive(Default)]
pub struct RequestReader {
    held: Vec<u8>,
    /// So many of them have been searched for the end of a head.
    searched: usize,
    begun: Option<Begun>,
    asked_to_continue: bool,
}

/// A request of which the head has come.
struct Begun {
    head: Head,
    http_1_1: bool,
    /// The chunks that have come.
    body: Vec<u8>,
}

impl RequestReader {
    /// Takes octets.
    ///
    /// # Errors
    /// [`HttpError::BodyTooLong`] when more is held than head and body may have.
    pub fn push(&mut self, octets: &[u8]) -> Result<(), HttpError> {
        if self.held.len() + octets.len() > MAX_HELD {
            return Err(HttpError::BodyTooLong { max: MAX_BODY });
        }
        self.held.extend_from_slice(octets);
        Ok(())
    }

    /// The next request, or nothing until it is whole.
    ///
    /// # Errors
    /// [`HttpError`]; the connection is of no more use.
    pub fn request(&mut self) -> Result<Option<Request>, HttpError> {
        let mut begun = match self.begun.take() {
            Some(begun) => begun,
            None => match self.begin()? {
                Some(begun) => begun,
                None => return Ok(None),
            },
        };
        if !self.body(&mut begun)? {
            self.begun = Some(begun);
            return Ok(None);
        }
        self.asked_to_continue = false;
        let Begun {
            head,
            http_1_1,
            body,
        } = begun;
        let [method, path, _] = head.start;
        let keep_alive = match head.connection.as_deref() {
            Some("close") => false,
            Some("keep-alive") => true,
            _ => http_1_1,
        };
        Ok(Some(Request {
            method,
            path,
            content_type: head.content_type,
            body,
            http_1_1,
            keep_alive,
        }))
    }

    fn begin(&mut self) -> Result<Option<Begun>, HttpError> {
        let Some((head, length)) = Head::read(&self.held, self.searched)? else {
            // The last three may begin an end.
            self.searched = self.held.len().saturating_sub(3);
            return Ok(None);
        };
        self.held.drain(..length);
        self.searched = 0;
        let [_, _, version] = &head.start;
        let http_1_1 = match &**version {
            "HTTP/1.1" => true,
            "HTTP/1.0" => false,
            _ => return Err(HttpError::Malformed),
        };
        self.asked_to_continue = head.expects_continue;
        Ok(Some(Begun {
            head,
            http_1_1,
            body: Vec::new(),
        }))
    }

    /// Whether the body has come whole.
    fn body(&mut self, begun: &mut Begun) -> Result<bool, HttpError> {
        let (length, is_whole) = match begun.head.body {
            BodyLength::Unsaid => (0, true),
            BodyLength::Octets(length) if length > self.held.len() => (0, false),
            BodyLength::Octets(length) => {
                let octets = self.held.get(..length).unwrap_or_default();
                begun.body.extend_from_slice(octets);
                (length, true)
            }
            BodyLength::Chunked => chunks(&self.held, &mut begun.body)?,
        };
        self.held.drain(..length);
        Ok(is_whole)
    }

    /// Octets to send at once: a client that asks whether it may go on is told yes, one time.
    pub fn interim(&mut self) -> Option<&'static [u8]> {
        core::mem::take(&mut self.asked_to_continue).then_some(b"HTTP/1.1 100 Continue\r\n\r\n")
    }

    /// Whether a request has begun and not ended.
    #[must_use]
    pub const fn is_within_a_request(&self) -> bool {
        !self.held.is_empty() || self.begun.is_some()
    }
}

/// Head, body, and the beginning of the next request.
const MAX_HELD: usize = MAX_HEAD + 2 * MAX_BODY;

/// The body may name a person.
impl core::fmt::Debug for Request {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("octets", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl core::fmt::Debug for RequestReader {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self {
            held,
            searched: _,
            begun: _,
            asked_to_continue: _,
        } = self;
        f.debug_struct("RequestReader")
            .field("held", &held.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(octets: &[u8]) -> Result<Option<Request>, HttpError> {
        let mut reader = RequestReader::default();
        reader.push(octets)?;
        reader.request()
    }

    #[test]
    fn octet_by_octet_and_several_on_one_connection() {
        let first = b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Type: Application/PKIXCMP; x=y\r\nContent-Length: 3\r\n\r\nabc";
        let second = b"POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nde\r\n1;x\r\nf\r\n0\r\n\r\n";
        let mut reader = RequestReader::default();
        let mut found = Vec::new();
        for octet in first.iter().chain(second) {
            reader.push(&[*octet]).unwrap();
            found.extend(reader.request().unwrap());
        }
        assert!(!reader.is_within_a_request());
        let [one, two] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!(
            (&*one.body, &*one.path, one.keep_alive),
            (&b"abc"[..], "/a", true)
        );
        assert_eq!(one.content_type.as_deref(), Some(super::super::PKIXCMP));
        assert_eq!(
            (&*two.body, &*two.path, two.keep_alive),
            (&b"def"[..], "/b", false)
        );
    }

    #[test]
    fn what_is_refused() {
        for (octets, wanted) in [
            (&b"POST / HTTP/2.0\r\n\r\n"[..], HttpError::Malformed),
            (
                b"POST / HTTP/1.1\r\nContent-Length : 1\r\n\r\n",
                HttpError::Malformed,
            ),
            (
                b"POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
                HttpError::Malformed,
            ),
            (
                b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                HttpError::Malformed,
            ),
            (
                b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                HttpError::Malformed,
            ),
            (
                b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
                HttpError::Malformed,
            ),
            (
                b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\na\r\n",
                HttpError::Malformed,
            ),
            (
                b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
                HttpError::Malformed,
            ),
            (
                b"POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n",
                HttpError::BodyTooLong { max: MAX_BODY },
            ),
            (
                b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n",
                HttpError::BodyTooLong { max: MAX_BODY },
            ),
            (
                &[b'a'; MAX_HEAD + 1],
                HttpError::HeadTooLong { max: MAX_HEAD },
            ),
        ] {
            assert_eq!(
                whole(octets).unwrap_err(),
                wanted,
                "{}",
                String::from_utf8_lossy(octets)
            );
        }
        assert!(
            whole(b"POST / HTTP/1.1\r\nContent-Length: 65536\r\n\r\n")
                .unwrap()
                .is_none()
        );
        assert!(whole(&[b'a'; MAX_HEAD]).unwrap().is_none());
        // A chunk's line of 256 octets, and of one more; whole and octet by octet.
        for (length, is_read) in [(256, true), (257, false)] {
            let line = format!("1;{}", "x".repeat(length - 2));
            let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
            let octets = format!("{head}{line}\r\na\r\n0\r\n\r\n");
            let found = whole(octets.as_bytes());
            assert_eq!(found.is_ok_and(|found| found.is_some()), is_read);
            let mut reader = RequestReader::default();
            let mut octets = octets.bytes();
            let found = octets.find_map(|octet| {
                reader.push(&[octet]).unwrap();
                reader.request().transpose()
            });
            assert_eq!(found.unwrap().is_ok(), is_read);
        }
    }

    #[test]
    fn a_client_that_asks_is_told_to_go_on_once() {
        let mut reader = RequestReader::default();
        reader
            .push(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            .unwrap();
        assert!(reader.request().unwrap().is_none());
        assert!(reader.interim().is_some() && reader.interim().is_none());
        reader.push(b"x").unwrap();
        assert!(reader.request().unwrap().is_none() && reader.interim().is_none());
        reader.push(b"y").unwrap();
        assert_eq!(reader.request().unwrap().unwrap().body, b"xy");
    }
}
