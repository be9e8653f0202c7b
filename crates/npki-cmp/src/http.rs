//! HTTP for CMP without sockets: octets come in, requests come out, octets go back.
//!
//! A message is the body of a POST of `application/pkixcmp`, and so is its answer (RFC 9811). What is
//! read is HTTP/1.0 and 1.1 as far as that needs it: bodies with a length or in chunks, connections
//! that are kept. Heads and bodies have bounds, checked before anything is kept. Other kinds of
//! requests are handed out as they are, so that one listener can serve CRLs and OCSP too.
//!
//! ```
//! use npki_cmp::http::{RequestReader, Response};
//!
//! let mut reader = RequestReader::default();
//! reader.push(b"POST /pkix/ HTTP/1.0\r\nContent-Type: application/pkixcmp\r\nContent-Len")?;
//! assert!(reader.request()?.is_none());
//! reader.push(b"gth: 2\r\nConnection: keep-alive\r\n\r\n0\0")?;
//! let request = reader.request()?.ok_or("not whole")?;
//! assert_eq!((&*request.method, &*request.path, &*request.body), ("POST", "/pkix/", &b"0\0"[..]));
//! assert!(request.keep_alive);
//! let answer = Response::ok("application/pkixcmp", b"0\0").to_octets(&request);
//! assert!(answer.starts_with(b"HTTP/1.0 200 OK\r\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod client;
mod head;
mod reader;
mod response;

pub use client::{ResponseReader, Server, ServerError};
pub use reader::{Request, RequestReader};
pub use response::Response;

/// The content type of CMP messages (RFC 9811 section 3.4).
pub const PKIXCMP: &str = "application/pkixcmp";

/// Octets that are no HTTP that is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The head is over its bound.
    #[error("the head is longer than {max} octets")]
    HeadTooLong {
        /// The bound.
        max: usize,
    },
    /// The body is over its bound.
    #[error("the body is longer than {max} octets")]
    BodyTooLong {
        /// The bound.
        max: usize,
    },
    /// No HTTP/1, or a head that says two things at once.
    #[error("this is no HTTP/1 message")]
    Malformed,
}

/// The most octets of a head.
pub(crate) const MAX_HEAD: usize = 8_192;
/// The most octets of a body.
pub(crate) const MAX_BODY: usize = crate::Message::MAX_OCTETS;
