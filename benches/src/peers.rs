use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A Python process that holds other implementations and measures them when it is asked.
///
/// The interpreter is `NPKI_PYTHON`, `python3` if that is not set; the process runs `peers.py`.
#[derive(Debug)]
pub struct Peers {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    /// What it offers.
    names: Vec<String>,
}

impl Peers {
    /// Starts the process for one bench; `None`, with a line that says so, if there is no Python.
    #[must_use]
    pub fn start(bench: &str) -> Option<Self> {
        let python = std::env::var_os("NPKI_PYTHON").unwrap_or_else(|| "python3".into());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/peers.py");
        let started = Command::new(&python)
            .args(["-B", script, bench])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut process = match started {
            Ok(process) => process,
            Err(error) => {
                println!("without peers: {}: {error}", python.display());
                return None;
            }
        };
        let (to, from) = (process.stdin.take()?, process.stdout.take()?);
        let mut peers = Self {
            process,
            to,
            from: BufReader::new(from),
            names: Vec::new(),
        };
        // One line for each peer that there is, "- why" for one that there is not, and an empty one.
        loop {
            let line = peers.line()?;
            match line.strip_prefix("- ") {
                _ if line.is_empty() => return Some(peers),
                Some(absent) => println!("without {absent}"),
                None => peers.names.push(line),
            }
        }
    }

    /// What it offers.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// Nanoseconds that a call of this peer took.
    ///
    /// # Panics
    /// If the process has gone: then there is nothing to compare with.
    pub fn measure(&mut self, name: &str) -> f64 {
        writeln!(self.to, "{name}").expect("the peers' process takes orders");
        self.line()
            .and_then(|line| line.parse().ok())
            .expect("the peers' process answers with a number")
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.from.read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
