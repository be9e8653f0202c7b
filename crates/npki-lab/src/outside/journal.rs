//! The file by which several processes share an outside world.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use super::happened::Happened;

/// Lines in a file; each process has read so many octets of it.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    read: u64,
}

impl Journal {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = File::options();
        let file = options.read(true).append(true).create(true).open(path)?;
        Ok(Self { file, read: 0 })
    }

    /// Keeps the other processes out until [`Journal::unlock`], or until this one dies.
    pub(super) fn lock(&self) -> io::Result<()> {
        self.file.lock()
    }

    pub(super) fn unlock(&self) -> io::Result<()> {
        self.file.unlock()
    }

    /// What others have written since. Under the lock.
    pub(super) fn news(&mut self) -> io::Result<Vec<Happened>> {
        let mut text = Vec::new();
        self.file.seek(SeekFrom::Start(self.read))?;
        self.file.read_to_end(&mut text)?;
        // Who died while writing a line has not written it.
        let whole = text
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        if whole < text.len() {
            self.file.set_len(self.read + octets(whole))?;
            text.truncate(whole);
        }
        let text = String::from_utf8(text).map_err(io::Error::other)?;
        let lines = text.lines().map(str::parse);
        let news = lines.collect::<Result<_, _>>().map_err(io::Error::other)?;
        self.read += octets(whole);
        Ok(news)
    }

    /// Writes down what has happened here, all or nothing of it.
    pub(super) fn write(&mut self, happened: &[Happened]) -> io::Result<()> {
        let lines: String = happened.iter().map(|line| format!("{line}\n")).collect();
        self.file.write_all(lines.as_bytes())?;
        self.read += octets(lines.len());
        Ok(())
    }
}

fn octets(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use npki_core::{Instant, Issuer, Product};
    use npki_policy::Krw;
    use npki_ra::{
        EffectId, ReservationId,
        ports::{AccountNumber, BankSystems as _, Messages as _, Notice, NoticeKind, PhoneNumber},
    };

    use crate::{Outside, PEOPLE, Stage};

    #[test]
    fn what_one_process_does_the_others_see_and_outlasts_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outside");
        let (one, other) = (
            Outside::shared(&path).unwrap(),
            Outside::shared(&path).unwrap(),
        );
        let person = &PEOPLE[0];
        let account = AccountNumber::new(&person.account);
        let id = |n| ReservationId::from_octets([n; 16]);
        let now = Instant::from_unix_seconds(1_767_193_200).unwrap();
        one.reserve(&id(1), &account, Krw(4_000), now).unwrap();
        assert_eq!(other.balance(&account).unwrap(), Krw(6_000));
        other
            .reserve(&id(2), &account, Krw(7_000), now)
            .unwrap_err();
        other.reserve(&id(1), &account, Krw(4_000), now).unwrap();
        other.capture(&id(1)).unwrap();
        one.capture(&id(1)).unwrap();
        assert_eq!(one.balance_of(&person.account), Krw(6_000));
        one.refund(&id(1)).unwrap();
        one.release(&id(3)).unwrap();
        other.reserve(&id(3), &account, Krw(1), now).unwrap_err();

        let notice = Notice {
            kind: NoticeKind::Revoked,
            product: Product::PersonalGeneral,
            issuer: Issuer::Kica,
        };
        let phone = PhoneNumber::new(&person.phone);
        for outside in [&one, &other] {
            outside
                .notify(&EffectId::from_octets([4; 16]), &phone, &notice)
                .unwrap();
        }
        drop(one);

        // Killed while it wrote: the rest of a line is nothing.
        let mut file = std::fs::File::options().append(true).open(&path).unwrap();
        file.write_all(b"captured 0303").unwrap();
        let third = Outside::shared(&path).unwrap();
        third.reserve(&id(6), &account, Krw(1), now).unwrap();
        for outside in [&other, &third] {
            assert_eq!(outside.messages_to(&person.phone), [notice]);
            assert_eq!(outside.balance_of(&person.account), Krw(10_000));
            let stages: Vec<_> = outside.reservations().iter().map(|r| r.1).collect();
            assert_eq!(stages, [Stage::Refunded, Stage::Released, Stage::Reserved]);
        }
        std::fs::write(&path, "something else\n").unwrap();
        let lost = Outside::shared(&path).unwrap();
        lost.reserve(&id(7), &account, Krw(1), now).unwrap_err();
    }
}
