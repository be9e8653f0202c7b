//! Answers independent test suites: one JSON object per line in, one out, in order.
//!
//! Each line names an operation (`op`) and carries its bytes as hexadecimal digits; each answer repeats the line's
//! `id`. `{"id":7,"ok":true,…}` is an acceptance, `{"id":7,"ok":false,"err":"kind"}` a refusal with the library's
//! stable name for it, `{"id":7,"unsupported":true}` an operation that the library does not offer. The README of this
//! package lists them all.
//!
//! The program judges nothing and parses nothing itself: every operation calls the public interface of the rooms, and
//! the primitive ones the crates that the rooms use. It keeps no secret beyond the line that brought it.
//!
//! ```text
//! $ printf '{"id":1,"op":"vid","hash":"sha256","idn":"1234561234567","r":"79ea7568a2d3776604e18bcd3a1b1b85b7da0872"}\n' | npki-adapter
//! {"id":1,"ok":true,"out":"17692c8dd00ead33791de0a64a937c60799634c64ac56fa57570c0e05252ab35"}
//! ```

mod answer;
mod hex;
mod lines;
mod names;
mod ops;
mod request;
mod secrecy;

use std::io::{self, Write as _};
use std::process::ExitCode;

use lines::{Line, Lines};
use std::alloc::System;
use zeroizing_alloc::ZeroAlloc;

/// Wipes memory as it is freed: what libraries below ours leave there, such as copies of primes in arithmetic.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        // Who asked has gone away.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "npki-adapter: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> io::Result<()> {
    let mut lines = Lines::new(io::stdin().lock());
    let mut out = io::stdout().lock();
    loop {
        let answer = match lines.next()? {
            Line::End => return Ok(()),
            Line::TooLong => answer::bad_request(),
            Line::Text(line) => ops::answer(line),
        };
        // Everything that the line brought is gone before it is answered.
        lines.wipe();
        secrecy::wipe_stack();
        out.write_all(&answer)?;
        out.flush()?;
    }
}
