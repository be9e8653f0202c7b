//! What is said beside the answer. Standard error may be closed or on a full disk; then nothing is said, and nothing
//! else changes.

use std::fmt::Display;
use std::io::{self, Write as _};

/// A line on standard error.
pub(crate) fn say(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "npki: {text}");
}

/// A question on standard error, without a line's end.
pub(crate) fn ask(text: impl Display) {
    let _ = write!(io::stderr().lock(), "{text} ");
}
