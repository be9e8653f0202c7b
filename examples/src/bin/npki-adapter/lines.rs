use std::io::{self, Read};

use zeroize::{Zeroize as _, Zeroizing};

/// Reads lines into a buffer that is wiped: passwords stand in them.
pub(crate) struct Lines<R> {
    input: R,
    /// Filled up to `filled`, with `done` octets at the front that were given out.
    buffer: Zeroizing<Vec<u8>>,
    filled: usize,
    done: usize,
    /// The longest line that is given out, in octets.
    max: usize,
}

/// What was read.
pub(crate) enum Line<'a> {
    /// A line without its end.
    Text(&'a [u8]),
    /// A line that is longer than any that is answered; it was passed over.
    TooLong,
    /// There is no more.
    End,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(input: R) -> Self {
        Self::with_max(input, MAX)
    }

    fn with_max(input: R, max: usize) -> Self {
        Self {
            input,
            buffer: Zeroizing::new(vec![0; FIRST]),
            filled: 0,
            done: 0,
            max,
        }
    }

    /// The next line. The line before must have been [wiped](Self::wipe).
    pub(crate) fn next(&mut self) -> io::Result<Line<'_>> {
        let mut looked_at = 0;
        let mut too_long = false;
        loop {
            let new = self.buffer.get(looked_at..self.filled).unwrap_or_default();
            if let Some(at) = new.iter().position(|octet| *octet == b'\n') {
                let end = looked_at.saturating_add(at);
                self.done = end.saturating_add(1);
                return Ok(self.found(end, too_long));
            }
            looked_at = self.filled;
            if self.filled == self.max {
                too_long = true;
                self.buffer.zeroize_filled(self.filled);
                (self.filled, looked_at) = (0, 0);
            }
            self.grow();
            let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
            match self.input.read(room) {
                Ok(0) => {
                    let end = self.filled;
                    self.done = end;
                    if end == 0 && !too_long {
                        return Ok(Line::End);
                    }
                    return Ok(self.found(end, too_long));
                }
                Ok(read) => self.filled = self.filled.saturating_add(read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Wipes the line that was given out.
    pub(crate) fn wipe(&mut self) {
        self.buffer.copy_within(self.done..self.filled, 0);
        let left = self.filled.saturating_sub(self.done);
        if let Some(gone) = self.buffer.get_mut(left..self.filled) {
            gone.zeroize();
        }
        (self.filled, self.done) = (left, 0);
    }

    fn found(&self, end: usize, too_long: bool) -> Line<'_> {
        if too_long {
            return Line::TooLong;
        }
        Line::Text(self.buffer.get(..end).unwrap_or_default())
    }

    /// Makes room for another read. A buffer that grows by itself would leave its octets behind.
    fn grow(&mut self) {
        let size = self.buffer.len();
        if size.saturating_sub(self.filled) >= LEAST || size == self.max {
            return;
        }
        let mut larger = Zeroizing::new(vec![0; size.saturating_mul(2).min(self.max)]);
        for (to, from) in larger.chunks_mut(size).zip([&**self.buffer]) {
            to.copy_from_slice(from);
        }
        self.buffer = larger;
    }
}

/// Wipes the front of a buffer that keeps its length.
trait ZeroizeFilled {
    fn zeroize_filled(&mut self, filled: usize);
}

impl ZeroizeFilled for Vec<u8> {
    fn zeroize_filled(&mut self, filled: usize) {
        if let Some(octets) = self.get_mut(..filled) {
            octets.zeroize();
        }
    }
}

/// The longest line that is answered, in octets: a CRL of 40 MiB as hexadecimal digits. With everything that is made of
/// it the program stays below 1 GiB.
const MAX: usize = 80 << 20;
/// The buffer at first. It is more than the standard library's buffer of standard input holds, which is thereby passed
/// by: nobody wipes that one.
const FIRST: usize = 1 << 20;
/// The least room that is read into, for the same reason.
const LEAST: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::{FIRST, Line, Lines};

    const MAX: usize = FIRST + 100_000;

    fn read(input: &[u8]) -> Vec<Option<Vec<u8>>> {
        let mut lines = Lines::with_max(input, MAX);
        let mut found = Vec::new();
        loop {
            match lines.next().unwrap() {
                Line::End => return found,
                Line::TooLong => found.push(None),
                Line::Text(text) => found.push(Some(text.to_vec())),
            }
            lines.wipe();
        }
    }

    #[test]
    fn lines_are_told_apart() {
        let text = |s: &str| Some(s.as_bytes().to_vec());
        for (input, wanted) in [
            ("", vec![]),
            ("a", vec![text("a")]),
            ("a\n", vec![text("a")]),
            ("a\n\nb\n", vec![text("a"), text(""), text("b")]),
            ("a\nb", vec![text("a"), text("b")]),
        ] {
            assert_eq!(read(input.as_bytes()), wanted, "{input:?}");
        }
    }

    #[test]
    fn long_lines_are_read_and_too_long_ones_passed_over() {
        let long = vec![b'x'; FIRST + 5_000];
        let mut input = long.clone();
        input.extend_from_slice(b"\nshort\n");
        assert_eq!(read(&input), [Some(long), Some(b"short".to_vec())]);

        let mut input = vec![b'x'; MAX + 5];
        input.extend_from_slice(b"\nshort\n");
        assert_eq!(read(&input), [None, Some(b"short".to_vec())]);
    }
}
