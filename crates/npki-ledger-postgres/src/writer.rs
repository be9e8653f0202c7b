//! The thread that writes. Callers that come while it works wait, and share its next transaction.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread,
};

use npki_ledger::{Commit, Conflict, GROUP_MAX, LedgerError, Receipt, group::Group};
use postgres::SimpleQueryMessage;

use crate::{
    error::{Error, corrupt},
    read,
    session::{Line, Session},
    wanted::Wanted,
    write,
};

pub(crate) type Answers = Vec<Result<Receipt, Conflict>>;

/// The way to the thread. It ends when this is dropped.
pub(crate) struct Writer(Sender<Ask>);

struct Ask {
    commits: Vec<Commit>,
    answer: SyncSender<Result<Answers, LedgerError>>,
}

impl Writer {
    pub(crate) fn start(line: Line) -> Result<Self, Error> {
        let (asks, asked) = channel();
        thread::Builder::new()
            .name("npki-ledger-writer".into())
            .spawn(move || work(line, &asked))?;
        Ok(Self(asks))
    }

    pub(crate) fn commit(&self, commits: &[Commit]) -> Result<Answers, LedgerError> {
        let (answer, answered) = sync_channel(1);
        let commits = commits.to_vec();
        let asked = self.0.send(Ask { commits, answer });
        asked.map_err(|_| LedgerError::Unavailable(None))?;
        // A thread that has gone may have recorded it.
        answered.recv().unwrap_or(Err(LedgerError::Unknown(None)))
    }
}

fn work(mut line: Line, asked: &Receiver<Ask>) {
    let mut next = None;
    loop {
        let first = match next.take() {
            Some(ask) => ask,
            None => match asked.recv() {
                Ok(ask) => ask,
                Err(_) => return,
            },
        };
        let mut size = first.commits.len();
        let mut group = vec![first];
        while let Ok(ask) = asked.try_recv() {
            if size.saturating_add(ask.commits.len()) > GROUP_MAX {
                next = Some(ask);
                break;
            }
            size = size.saturating_add(ask.commits.len());
            group.push(ask);
        }
        record_all(&mut line, group);
    }
}

fn record_all(line: &mut Line, mut group: Vec<Ask>) {
    let sizes: Vec<_> = group.iter().map(|ask| ask.commits.len()).collect();
    let commits: Vec<_> = group
        .iter_mut()
        .flat_map(|ask| ask.commits.drain(..))
        .collect();
    let mut answers = record(line, &commits);
    for (ask, size) in group.into_iter().zip(sizes) {
        let answer = match &mut answers {
            Ok(all) => Ok(all.drain(..size.min(all.len())).collect()),
            Err(error) => Err(error.clone()),
        };
        // Who does not wait any more may look the keys up.
        let _ = ask.answer.send(answer);
    }
}

fn record(line: &mut Line, commits: &[Commit]) -> Result<Answers, LedgerError> {
    let (answers, end) = line.with(|session| judge(session, commits))?;
    let Some(session) = line.session() else {
        return Err(LedgerError::Unavailable(None));
    };
    match end {
        End::Nothing => {
            // A transaction that does not end is the server's to end.
            if session.client().batch_execute("ROLLBACK").is_err() {
                line.hang_up();
            }
            Ok(answers)
        }
        // From here on the outcome may be either, whatever becomes of the answer.
        End::Commit => match session.client().batch_execute("COMMIT") {
            Ok(()) => Ok(answers),
            Err(error) => {
                line.hang_up();
                Err(LedgerError::Unknown(Some(Arc::new(error))))
            }
        },
    }
}

/// How a transaction is to end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Commit,
    /// Every commit was refused or recorded before.
    Nothing,
}

/// All but the last step. Until then nothing is recorded, and all of it may be done again.
fn judge(session: &mut Session, commits: &[Commit]) -> Result<(Answers, End), Error> {
    let mut group = Group::new(begin(session)?);
    // Another statement, so that it sees what was committed before the lock was given.
    let mut rows = Wanted::fetch(session, commits)?;
    let mut answers = Vec::with_capacity(commits.len());
    for commit in commits {
        answers.push(group.admit(commit, &mut rows)?);
    }
    if group.is_empty() {
        return Ok((answers, End::Nothing));
    }
    write::write(session, &group.finish())?;
    Ok((answers, End::Commit))
}

/// Begins a transaction and locks the head, in one message.
fn begin(session: &mut Session) -> Result<npki_ledger::HeadState, Error> {
    let messages = session.client().simple_query(
        "BEGIN; SELECT size, encode(frontier, 'hex'), time FROM head WHERE id = 1 FOR UPDATE",
    )?;
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let row = row.ok_or_else(|| corrupt("head", "it is missing"))?;
    let number = |at| -> Result<Option<i64>, Error> {
        let text = row.try_get(at)?;
        text.map(str::parse)
            .transpose()
            .map_err(|e| corrupt("head", e))
    };
    let size = number(0)?.ok_or_else(|| corrupt("head", "it has no size"))?;
    let frontier = unhex(row.try_get(1)?.unwrap_or_default())?;
    read::head(size, &frontier, number(2)?)
}

fn unhex(text: &str) -> Result<Vec<u8>, Error> {
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    let octet = |pair: &[u8; 2]| {
        let digits = str::from_utf8(pair).map_err(|e| corrupt("head", e))?;
        u8::from_str_radix(digits, 16).map_err(|e| corrupt("head", e))
    };
    pairs.iter().map(octet).collect()
}
