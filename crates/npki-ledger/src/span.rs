/// A stretch of an index: from a first key (included) up to a last one (excluded), ordered by octets.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Span {
    from: Vec<u8>,
    to: Option<Vec<u8>>,
}

impl Span {
    /// The whole index.
    #[must_use]
    pub const fn all() -> Self {
        Self {
            from: Vec::new(),
            to: None,
        }
    }

    /// One key alone.
    #[must_use]
    pub fn one(key: &[u8]) -> Self {
        Self {
            from: key.to_vec(),
            to: Some(next(key)),
        }
    }

    /// The keys that begin with these octets.
    #[must_use]
    pub fn prefix(octets: &[u8]) -> Self {
        // The first key behind them: the last octet that can grow does, and ends it.
        let grows = octets.iter().rposition(|b| *b != 0xff);
        let to = grows.and_then(|at| {
            let (last, head) = octets.get(..=at)?.split_last()?;
            Some([head, &[last.wrapping_add(1)]].concat())
        });
        Self {
            from: octets.to_vec(),
            to,
        }
    }

    /// The keys from `from` (included) to `to` (excluded).
    #[must_use]
    pub fn between(from: &[u8], to: &[u8]) -> Self {
        Self {
            from: from.to_vec(),
            to: Some(to.to_vec()),
        }
    }

    /// What of this stretch follows `key`: the next page after an answer that ended with it.
    #[must_use]
    pub fn after(self, key: &[u8]) -> Self {
        Self {
            from: next(key).max(self.from),
            to: self.to,
        }
    }

    /// The first key, included.
    #[must_use]
    pub fn from(&self) -> &[u8] {
        &self.from
    }

    /// The end, excluded; `None`: the index's.
    #[must_use]
    pub fn to(&self) -> Option<&[u8]> {
        self.to.as_deref()
    }

    /// Whether the stretch has this key.
    #[must_use]
    pub fn contains(&self, key: &[u8]) -> bool {
        *self.from <= *key && self.to.as_deref().is_none_or(|to| key < to)
    }
}

/// The least key greater than `key`.
fn next(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries() {
        for (span, key, inside) in [
            (Span::all(), &b""[..], true),
            (Span::all(), b"\xff\xff", true),
            (Span::one(b"a"), b"a", true),
            (Span::one(b"a"), b"a\0", false),
            (Span::prefix(b"a"), b"`\xff", false),
            (Span::prefix(b"a"), b"a", true),
            (Span::prefix(b"a"), b"a\xff\xff", true),
            (Span::prefix(b"a"), b"b", false),
            (Span::prefix(b"a\xff"), b"a\xff\x01", true),
            (Span::prefix(b"a\xff"), b"b", false),
            (Span::prefix(b"\xff"), b"\xff\xff", true),
            (Span::prefix(b"\xff"), b"\xfe", false),
            (Span::between(b"a", b"c"), b"a", true),
            (Span::between(b"a", b"c"), b"bz", true),
            (Span::between(b"a", b"c"), b"c", false),
            (Span::all().after(b"b"), b"b", false),
            (Span::all().after(b"b"), b"b\0", true),
            (Span::between(b"c", b"d").after(b"a"), b"b", false),
        ] {
            assert_eq!(span.contains(key), inside, "{span:?} {key:?}");
        }
    }
}
