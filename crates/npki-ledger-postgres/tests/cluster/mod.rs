//! A PostgreSQL cluster for tests, beside this file's script. It dies with the process that started it.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

const SCRIPT: &str = include_str!("cluster.sh");

/// A running cluster of its own.
#[derive(Debug)]
pub(crate) struct Cluster {
    process: Child,
    /// Its end is the cluster's.
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    url: String,
}

/// What is lost at a power failure does not matter: for tests that do not judge durability.
#[allow(
    dead_code,
    reason = "a bench that measures durability has this file too"
)]
pub(crate) const QUICK: &[&str] = &["fsync=off", "full_page_writes=off", "autovacuum=off"];

impl Cluster {
    /// Starts one with these settings. `None`, and a line to standard error, when PostgreSQL is not installed.
    ///
    /// # Panics
    /// When it does not start; when it is not installed and `CI` is `true`.
    pub(crate) fn start(settings: &[&str]) -> Option<Self> {
        Self::start_with(settings, &[])
    }

    /// The same with variables in the server's environment.
    pub(crate) fn start_with(settings: &[&str], variables: &[(&str, &OsStr)]) -> Option<Self> {
        let mut process = Command::new("sh")
            .args(["-c", SCRIPT, "cluster.sh"])
            .args(settings)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let commands = process.stdin.take();
        let mut answers = BufReader::new(process.stdout.take().expect("it was piped"));
        let mut url = String::new();
        answers.read_line(&mut url).expect("lines of text");
        if url.is_empty() {
            let status = process.wait().expect("it has ended");
            assert_eq!(status.code(), Some(3), "the cluster does not start");
            assert!(
                env::var("CI").as_deref() != Ok("true"),
                "PostgreSQL is not installed"
            );
            eprintln!("passed over: PostgreSQL is not installed");
            return None;
        }
        Some(Self {
            process,
            commands,
            answers,
            url: url.trim_end().to_owned(),
        })
    }

    /// How to connect.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Kills the server without ceremony and starts it again.
    #[allow(dead_code, reason = "not everybody who has this file restarts")]
    pub(crate) fn restart(&mut self) {
        self.command("restart", "restarted");
    }

    /// Stops the server, which writes all of its pages before it ends.
    #[allow(
        dead_code,
        reason = "not everybody who has this file looks at the files"
    )]
    pub(crate) fn stop(&mut self) {
        self.command("stop", "stopped");
    }

    /// Where the server's files are, its log among them.
    #[allow(
        dead_code,
        reason = "not everybody who has this file looks at the files"
    )]
    pub(crate) fn folder(&self) -> &Path {
        let host = self
            .url
            .split(' ')
            .find_map(|part| part.strip_prefix("host="));
        Path::new(host.expect("a socket's folder"))
    }

    fn command(&mut self, command: &str, wanted: &str) {
        let commands = self.commands.as_mut().expect("it runs");
        writeln!(commands, "{command}").expect("it listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("lines of text");
        assert_eq!(answer.trim_end(), wanted);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.commands.take());
        let _ = self.process.wait();
    }
}
