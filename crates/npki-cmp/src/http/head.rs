use super::{HttpError, MAX_BODY, MAX_HEAD};

/// The start line and the fields that matter.
#[derive(Debug)]
pub(super) struct Head {
    /// The three parts of the start line; the last may have spaces.
    pub(super) start: [String; 3],
    pub(super) content_type: Option<String>,
    pub(super) body: BodyLength,
    /// What the field Connection says.
    pub(super) connection: Option<String>,
    pub(super) expects_continue: bool,
}

/// How long a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyLength {
    /// Nothing is said.
    Unsaid,
    Octets(usize),
    Chunked,
}

impl Head {
    /// Reads a head, and how many octets it takes. `None` until it is whole. Its end is not looked for again in the
    /// first `searched` octets.
    pub(super) fn read(octets: &[u8], searched: usize) -> Result<Option<(Self, usize)>, HttpError> {
        let window = octets.get(..MAX_HEAD).unwrap_or(octets);
        let rest = window.get(searched..).unwrap_or_default();
        let Some(end) = rest.windows(4).position(|four| four == b"\r\n\r\n") else {
            return match octets.len() > MAX_HEAD {
                true => Err(HttpError::HeadTooLong { max: MAX_HEAD }),
                false => Ok(None),
            };
        };
        let end = searched + end;
        let text = window.get(..end).unwrap_or_default();
        let text = core::str::from_utf8(text).map_err(|_| HttpError::Malformed)?;
        Self::parse(text).map(|head| Some((head, end + 4)))
    }

    fn parse(text: &str) -> Result<Self, HttpError> {
        let mut lines = text.split("\r\n");
        let mut parts = lines.next().unwrap_or_default().splitn(3, ' ');
        let mut part = || parts.next().map(str::to_owned).unwrap_or_default();
        let mut head = Self {
            start: [part(), part(), part()],
            content_type: None,
            body: BodyLength::Unsaid,
            connection: None,
            expects_continue: false,
        };
        for line in lines {
            let (name, value) = line.split_once(':').ok_or(HttpError::Malformed)?;
            // A space before the colon hides a field from whoever stands in front (RFC 9112 5.1).
            if name.is_empty() || name.contains([' ', '\t']) {
                return Err(HttpError::Malformed);
            }
            head.field(&name.to_ascii_lowercase(), value.trim_matches([' ', '\t']))?;
        }
        Ok(head)
    }

    fn field(&mut self, name: &str, value: &str) -> Result<(), HttpError> {
        match name {
            "content-type" => {
                let media = value.split(';').next().unwrap_or_default();
                self.content_type = Some(media.trim().to_ascii_lowercase());
            }
            "connection" => self.connection = Some(value.to_ascii_lowercase()),
            "expect" => self.expects_continue = value.eq_ignore_ascii_case("100-continue"),
            "content-length" => self.length(BodyLength::Octets(length(value)?))?,
            "transfer-encoding" => match value.eq_ignore_ascii_case("chunked") {
                true => self.length(BodyLength::Chunked)?,
                false => return Err(HttpError::Malformed),
            },
            _ => {}
        }
        Ok(())
    }

    /// Two lengths are an attack on whoever stands in front (RFC 9112 section 6.3).
    fn length(&mut self, length: BodyLength) -> Result<(), HttpError> {
        match self.body {
            BodyLength::Unsaid => self.body = length,
            same if same == length => {}
            _ => return Err(HttpError::Malformed),
        }
        Ok(())
    }
}

fn length(value: &str) -> Result<usize, HttpError> {
    if value.is_empty() || !value.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(HttpError::Malformed);
    }
    match value.parse() {
        Ok(length) if length <= MAX_BODY => Ok(length),
        _ => Err(HttpError::BodyTooLong { max: MAX_BODY }),
    }
}

/// Reads the chunks that are whole and adds them to `body`; how many octets they take, and whether the last is one of
/// them.
pub(super) fn chunks(octets: &[u8], body: &mut Vec<u8>) -> Result<(usize, bool), HttpError> {
    let mut at = 0;
    loop {
        let rest = octets.get(at..).unwrap_or_default();
        let window = rest.get(..MAX_LINE + 2).unwrap_or(rest);
        let Some(line) = window.windows(2).position(|two| two == b"\r\n") else {
            return match window.len() == MAX_LINE + 2 {
                true => Err(HttpError::Malformed),
                false => Ok((at, false)),
            };
        };
        let size = rest.get(..line).unwrap_or_default();
        let size = size
            .split(|octet| *octet == b';')
            .next()
            .unwrap_or_default();
        let size = core::str::from_utf8(size).map_err(|_| HttpError::Malformed)?;
        let digits = !size.is_empty() && size.bytes().all(|octet| octet.is_ascii_hexdigit());
        let size = usize::from_str_radix(size, 16)
            .ok()
            .filter(|_| digits)
            .ok_or(HttpError::Malformed)?;
        if size > MAX_BODY || body.len() + size > MAX_BODY {
            return Err(HttpError::BodyTooLong { max: MAX_BODY });
        }
        let start = line + 2;
        let Some(chunk) = rest.get(start..start + size + 2) else {
            return Ok((at, false));
        };
        let (chunk, end) = chunk.split_at(size);
        // Trailers would stand where the last chunk's line end is; nobody sends any here.
        if end != b"\r\n" {
            return Err(HttpError::Malformed);
        }
        body.extend_from_slice(chunk);
        at += start + size + 2;
        if size == 0 {
            return Ok((at, true));
        }
    }
}

/// The most octets of a chunk's line.
const MAX_LINE: usize = 256;
