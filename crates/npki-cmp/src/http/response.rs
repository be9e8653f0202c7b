use super::{HttpError, Request};

/// What goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response<'a> {
    status: (u16, &'static str),
    content_type: &'a str,
    body: &'a [u8],
    /// Whether nothing more is read from this connection.
    closes: bool,
}

impl<'a> Response<'a> {
    /// 200, with this body. A refusal by CMP is one too (RFC 9811 section 3.1).
    #[must_use]
    pub const fn ok(content_type: &'a str, body: &'a [u8]) -> Self {
        Self {
            status: (200, "OK"),
            content_type,
            body,
            closes: false,
        }
    }

    /// 404: nothing has this path.
    #[must_use]
    pub const fn not_found() -> Response<'static> {
        Response::bare(404, "Not Found")
    }

    /// 405: not by this method.
    #[must_use]
    pub const fn method_not_allowed() -> Response<'static> {
        Response::bare(405, "Method Not Allowed")
    }

    /// 415: not this content type.
    #[must_use]
    pub const fn unsupported_media_type() -> Response<'static> {
        Response::bare(415, "Unsupported Media Type")
    }

    /// 500: the server has failed.
    #[must_use]
    pub const fn failed() -> Response<'static> {
        Response::bare(500, "Internal Server Error")
    }

    /// What to say before closing a connection that is of no more use.
    #[must_use]
    pub const fn of_error(error: &HttpError) -> Response<'static> {
        let mut response = match error {
            HttpError::HeadTooLong { .. } => Response::bare(431, "Request Header Fields Too Large"),
            HttpError::BodyTooLong { .. } => Response::bare(413, "Content Too Large"),
            HttpError::Malformed => Response::bare(400, "Bad Request"),
        };
        response.closes = true;
        response
    }

    const fn bare(status: u16, reason: &'static str) -> Response<'static> {
        Response {
            status: (status, reason),
            content_type: "text/plain",
            body: &[],
            closes: false,
        }
    }

    /// The octets that answer `request`, in its version, and kept open where it asks for that.
    #[must_use]
    pub fn to_octets(&self, request: &Request) -> Vec<u8> {
        self.write(request.http_1_1, request.keep_alive && !self.closes)
    }

    /// The octets that end a connection on which no request came whole.
    #[must_use]
    pub fn to_last_octets(&self) -> Vec<u8> {
        self.write(true, false)
    }

    fn write(&self, http_1_1: bool, keep_alive: bool) -> Vec<u8> {
        let Self {
            status: (status, reason),
            content_type,
            body,
            closes: _,
        } = self;
        let mut octets = format!(
            "HTTP/1.{} {status} {reason}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: {}\r\n\r\n",
            u8::from(http_1_1),
            body.len(),
            match keep_alive {
                true => "keep-alive",
                false => "close",
            },
        )
        .into_bytes();
        octets.extend_from_slice(body);
        octets
    }
}
