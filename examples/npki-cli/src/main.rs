//! The npki command.
fn main() {}
