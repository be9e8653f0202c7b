use std::env;
use std::io::{self, Read as _};
use std::sync::Mutex;

use npki_container::{NewPassword, Password, PasswordOwner};
use npki_core::{Idn, RandomNumber, Sentence};
use zeroize::Zeroizing;

use crate::failure::{Exit, Failure};
use crate::language::{Language, say};
use crate::terminal;

/// Where passwords and identification numbers come from: lines of standard input, the environment (passwords
/// alone), or the terminal. Never the command line, which every other user of the machine can read.
#[derive(Debug)]
pub(crate) struct Secrets {
    language: Language,
    /// The lines of standard input that are left, when they were asked for.
    lines: Option<Mutex<Option<Lines>>>,
}

/// Standard input, line by line.
struct Lines {
    text: Zeroizing<Vec<u8>>,
    done: usize,
}

impl Secrets {
    pub(crate) fn new(from_stdin: bool, language: Language) -> Self {
        Self {
            language,
            lines: from_stdin.then(|| Mutex::new(None)),
        }
    }

    /// The password that opens something: a line, `NPKI_PASSWORD`, or the terminal.
    pub(crate) fn password(&self, of: &Sentence) -> Result<Password, Failure> {
        let text = self.secret(Some("NPKI_PASSWORD"), of)?;
        Ok(Password::new(&text)?)
    }

    /// A new password: a line, `NPKI_NEW_PASSWORD`, or the terminal, which asks twice (R51). What is legal and easily
    /// guessed is told on standard error.
    pub(crate) fn new_password(&self, of: &Sentence) -> Result<NewPassword, Failure> {
        let text = self.secret(Some("NPKI_NEW_PASSWORD"), of)?;
        let new = NewPassword::check(&text)?;
        if self.asks(Some("NPKI_NEW_PASSWORD")) {
            let again = self.ask(&say!("한 번 더", "once more"))?;
            if *again != *text {
                return Err(Failure::usage(
                    "passwords-differ",
                    say!(
                        "두 번 입력한 새 비밀번호가 다릅니다. 다시 하세요.",
                        "the new passwords that were typed differ; try again."
                    ),
                ));
            }
        }
        for warning in new.warnings(&PasswordOwner::default()) {
            terminal::say(self.language.say(&warning.sentence()));
        }
        Ok(new)
    }

    /// The identification number of a person or organisation: a line, or the terminal.
    pub(crate) fn idn(&self) -> Result<Idn, Failure> {
        let what = say!(
            "식별번호(주민등록번호 또는 사업자등록번호)",
            "identification number (resident or business registration number)"
        );
        Ok(Idn::parse(&self.secret(None, &what)?)?)
    }

    /// Another secret: a line, or the terminal.
    pub(crate) fn text(&self, of: &Sentence) -> Result<Zeroizing<String>, Failure> {
        self.secret(None, of)
    }

    /// R as hexadecimal digits: a line, or the terminal.
    pub(crate) fn random_number(&self) -> Result<RandomNumber, Failure> {
        let text = self.secret(None, &say!("R(16진수)", "R (hexadecimal)"))?;
        let octets = crate::json::from_hex(&text).ok_or_else(|| {
            Failure::usage(
                "random-number",
                say!(
                    "R은 16진수로 적습니다.",
                    "R is written in hexadecimal digits."
                ),
            )
        })?;
        Ok(RandomNumber::from_octets(&octets)?)
    }

    fn secret(
        &self,
        variable: Option<&str>,
        what: &Sentence,
    ) -> Result<Zeroizing<String>, Failure> {
        if let Some(lines) = &self.lines {
            let mut lines = lines
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            let lines = match &mut *lines {
                Some(lines) => lines,
                unread => unread.insert(Lines::read()?),
            };
            return lines.next();
        }
        match variable.and_then(env::var_os) {
            Some(value) => match value.into_string() {
                Ok(text) => Ok(Zeroizing::new(text)),
                Err(_) => Err(not_utf8()),
            },
            None => self.ask(what),
        }
    }

    /// Whether the terminal is asked.
    fn asks(&self, variable: Option<&str>) -> bool {
        self.lines.is_none() && variable.and_then(env::var_os).is_none()
    }

    fn ask(&self, what: &Sentence) -> Result<Zeroizing<String>, Failure> {
        let prompt = format!("{}: ", self.language.say(what));
        rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|_| {
            Failure::new(
                Exit::Environment,
                "no-terminal",
                say!(
                    "비밀번호를 물어볼 터미널이 없습니다. --password-stdin이나 NPKI_PASSWORD를 쓰세요.",
                    "there is no terminal to ask for a password; use --password-stdin or NPKI_PASSWORD."
                ),
            )
        })
    }
}

impl Lines {
    fn read() -> Result<Self, Failure> {
        // Read in one piece, so that no buffer of others keeps a part.
        let mut text = Zeroizing::new(vec![0; MAX_INPUT]);
        let mut filled = 0;
        let mut input = io::stdin().lock();
        while let Some(room) = text.get_mut(filled..).filter(|room| !room.is_empty()) {
            match input.read(room) {
                Ok(0) => break,
                Ok(read) => filled = filled.saturating_add(read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Failure::io("-".as_ref(), &error)),
            }
        }
        text.truncate(filled);
        Ok(Self { text, done: 0 })
    }

    fn next(&mut self) -> Result<Zeroizing<String>, Failure> {
        let rest = self.text.get(self.done..).unwrap_or_default();
        if rest.is_empty() {
            return Err(Failure::usage(
                "too-few-lines",
                say!(
                    "표준입력의 줄이 모자랍니다. 비밀번호마다 한 줄씩, 묻는 순서대로 적으세요.",
                    "standard input has too few lines; write one line for each secret, in the order of asking."
                ),
            ));
        }
        let line = rest
            .split(|octet| *octet == b'\n')
            .next()
            .unwrap_or_default();
        self.done = self.done.saturating_add(line.len()).saturating_add(1);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match std::str::from_utf8(line) {
            Ok(text) => Ok(Zeroizing::new(text.to_owned())),
            Err(_) => Err(not_utf8()),
        }
    }
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lines(..)")
    }
}

fn not_utf8() -> Failure {
    Failure::usage(
        "not-utf8",
        say!(
            "비밀번호는 UTF-8로 적습니다.",
            "a password is written in UTF-8."
        ),
    )
}

/// Octets of standard input that are read: three secrets and room.
const MAX_INPUT: usize = 16 << 10;
