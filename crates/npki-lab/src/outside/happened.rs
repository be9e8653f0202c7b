//! What happens in the outside world and stays: applied in one process, read in the others.

use core::{fmt, str::FromStr};

use npki_core::Instant;
use npki_ra::{
    CallId, EffectId, ReservationId,
    ports::{CallOutcome, Notice, NoticeKind, PhoneNumber},
};

use super::{Reservation, Stage, State};

/// One thing that happened; its text is one line.
#[derive(Clone)]
pub(super) enum Happened {
    /// An amount was set aside.
    Reserved(ReservationId, i64, String),
    /// A reservation was released before it was made.
    Forbidden(ReservationId),
    /// A reservation was captured, released or refunded.
    Moved(ReservationId, Stage),
    /// Somebody was called.
    Called(CallId, CallOutcome),
    /// Somebody was told something.
    Told(EffectId, Notice, PhoneNumber),
}

impl State {
    pub(super) fn apply(&mut self, happened: Happened) {
        match happened {
            Happened::Reserved(id, amount, account) => {
                let stage = Stage::Reserved;
                let made = Reservation {
                    account,
                    amount,
                    stage,
                };
                self.reservations.insert(id, made);
            }
            Happened::Forbidden(id) => {
                let forbidden = Reservation {
                    account: String::new(),
                    amount: 0,
                    stage: Stage::Released,
                };
                self.reservations.insert(id, forbidden);
            }
            Happened::Moved(id, to) => {
                let Some(known) = self.reservations.get_mut(&id) else {
                    return;
                };
                known.stage = to;
                let (account, amount) = (known.account.clone(), known.amount);
                let booked = match to {
                    Stage::Captured => -amount,
                    Stage::Refunded => amount,
                    Stage::Reserved | Stage::Released => 0,
                };
                *self.booked.entry(account).or_default() += booked;
            }
            Happened::Called(id, outcome) => {
                self.calls.insert(id, outcome);
            }
            Happened::Told(id, notice, to) => {
                self.messages.insert(id, (to, notice));
            }
        }
    }
}

impl fmt::Display for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reserved(id, amount, account) => write!(f, "reserved {id} {amount} {account}"),
            Self::Forbidden(id) => write!(f, "forbidden {id}"),
            Self::Moved(id, to) => write!(f, "{} {id}", word(*to)),
            Self::Called(id, CallOutcome::Approved { at }) => {
                write!(f, "approved {id} {}", at.unix_seconds())
            }
            Self::Called(id, CallOutcome::Forwarded) => write!(f, "forwarded {id}"),
            Self::Called(id, CallOutcome::Wrong) => write!(f, "wrong {id}"),
            Self::Called(id, _) => write!(f, "silent {id}"),
            Self::Told(id, notice, to) => {
                let Notice {
                    kind,
                    product,
                    issuer,
                } = notice;
                let to = to.expose_text();
                write!(f, "told {id} {kind} {product} {issuer} {to}")
            }
        }
    }
}

impl FromStr for Happened {
    type Err = Unreadable;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let read = || {
            let mut words = line.splitn(3, ' ');
            let (what, id) = (words.next()?, words.next()?);
            let rest = words.next().unwrap_or_default();
            let reservation = || id.parse::<ReservationId>().ok();
            let call = |outcome| Some(Self::Called(id.parse().ok()?, outcome));
            match what {
                "reserved" => {
                    let (amount, account) = rest.split_once(' ')?;
                    let amount = amount.parse().ok()?;
                    Some(Self::Reserved(reservation()?, amount, account.to_owned()))
                }
                "forbidden" => Some(Self::Forbidden(reservation()?)),
                "captured" => Some(Self::Moved(reservation()?, Stage::Captured)),
                "released" => Some(Self::Moved(reservation()?, Stage::Released)),
                "refunded" => Some(Self::Moved(reservation()?, Stage::Refunded)),
                "approved" => call(CallOutcome::Approved {
                    at: Instant::from_unix_seconds(rest.parse().ok()?).ok()?,
                }),
                "forwarded" => call(CallOutcome::Forwarded),
                "wrong" => call(CallOutcome::Wrong),
                "silent" => call(CallOutcome::Silent),
                "told" => {
                    let mut words = rest.splitn(4, ' ');
                    let kind = words.next()?;
                    let kind = NoticeKind::ALL.iter().find(|k| k.name() == kind)?;
                    let notice = Notice {
                        kind: *kind,
                        product: words.next()?.parse().ok()?,
                        issuer: words.next()?.parse().ok()?,
                    };
                    let to = PhoneNumber::new(words.next()?);
                    Some(Self::Told(id.parse().ok()?, notice, to))
                }
                _ => None,
            }
        };
        read().ok_or(Unreadable)
    }
}

/// A line that tells of nothing that happens in a lab.
#[derive(Debug, thiserror::Error)]
#[error("not written by a lab's outside world")]
pub(super) struct Unreadable;

const fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Reserved => "reserved",
        Stage::Captured => "captured",
        Stage::Released => "released",
        Stage::Refunded => "refunded",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_back() {
        for line in [
            "reserved 01010101010101010101010101010101 4400 999-01-0000001",
            "forbidden 01010101010101010101010101010101",
            "captured 01010101010101010101010101010101",
            "released 01010101010101010101010101010101",
            "refunded 01010101010101010101010101010101",
            "approved 02020202020202020202020202020202 1767193200",
            "forwarded 02020202020202020202020202020202",
            "wrong 02020202020202020202020202020202",
            "silent 02020202020202020202020202020202",
            "told 03030303030303030303030303030303 revoked personal-general KICA 010-0000-0001",
        ] {
            let happened: Happened = line.parse().unwrap();
            assert_eq!(happened.to_string(), line);
        }
        for line in [
            "",
            "reserved",
            "reserved 01 1 1",
            "captured 0x",
            "told 1 2 3 4",
            "lost 1",
        ] {
            assert!(line.parse::<Happened>().is_err(), "{line:?}");
        }
    }
}
