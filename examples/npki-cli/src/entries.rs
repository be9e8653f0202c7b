use npki_cert::{Certificate, Name};
use npki_core::{Instant, KstDay, Sentence};
use npki_media::{Entry, EntryState, Medium as _};
use npki_media_folder::{Environment, FolderMedium, candidates, find_roots};
use npki_policy::Parameters;

use crate::context::Context;
use crate::failure::Failure;
use crate::language::say;
use crate::terminal;

/// An entry with the folder it lies in, and its number in the list.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) number: usize,
    pub(crate) medium: FolderMedium,
    pub(crate) entry: Entry,
}

/// Whether an entry can be used at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Valid,
    /// Valid, and to be renewed soon (R43).
    Expiring,
    Expired,
    NotYetValid,
    HalfPair,
    Broken,
}

/// The folders that were named or are there.
pub(crate) fn folders(context: &Context) -> Vec<FolderMedium> {
    if let Some(dir) = &context.dir {
        return vec![FolderMedium::at(dir)];
    }
    find_roots(&Environment::from_system())
        .into_iter()
        .map(|place| FolderMedium::new(place.path, place.kind))
        .collect()
}

/// Where something new is put: the folder that was named, the first that is there, or where it would be.
pub(crate) fn home(context: &Context) -> Result<FolderMedium, Failure> {
    if let Some(medium) = folders(context).into_iter().next() {
        return Ok(medium);
    }
    let place = candidates(&Environment::from_system()).into_iter().next();
    let place = place.ok_or_else(|| {
        Failure::usage(
            "no-folder",
            say!(
                "NPKI 폴더를 둘 곳을 알 수 없습니다. --dir로 정하세요.",
                "there is no known place for an NPKI folder here; name one with --dir."
            ),
        )
    })?;
    Ok(FolderMedium::new(place.path, place.kind))
}

/// Every entry of every folder, numbered.
///
/// A folder that cannot be listed stops the others only when it was named.
pub(crate) fn all(context: &Context) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    for medium in folders(context) {
        let entries = match medium.list() {
            Ok(entries) => entries,
            Err(error) if context.dir.is_some() => return Err(error.into()),
            Err(error) => {
                terminal::say(format_args!("{}: {error}", medium.root().display()));
                continue;
            }
        };
        for entry in entries {
            found.push(Found {
                number: found.len().saturating_add(1),
                medium: medium.clone(),
                entry,
            });
        }
    }
    Ok(found)
}

/// The one entry that is meant.
pub(crate) fn choose(context: &Context, dn: Option<&str>) -> Result<Found, Failure> {
    let found = all(context)?;
    let Some(dn) = dn else {
        let mut usable: Vec<_> = found
            .into_iter()
            .filter(|f| f.entry.is_complete())
            .collect();
        return match (usable.pop(), usable.len()) {
            (None, _) => Err(none()),
            (Some(one), 0) => Ok(one),
            (Some(_), others) => Err(several(others.saturating_add(1))),
        };
    };
    if let Ok(number) = dn.parse::<usize>() {
        return found
            .into_iter()
            .find(|f| f.number == number)
            .ok_or_else(|| unknown(dn));
    }
    let name = Name::from_npki_text(dn).ok();
    let is_named = |f: &Found| {
        f.entry.subject().is_some_and(|subject| {
            subject.to_npki_text() == dn || name.as_ref().is_some_and(|name| name.matches(subject))
        })
    };
    let (mut named, rest): (Vec<_>, Vec<_>) = found.into_iter().partition(is_named);
    if named.is_empty() {
        named = rest.into_iter().filter(|f| f.is_called(dn)).collect();
    }
    match (named.pop(), named.len()) {
        (None, _) => Err(unknown(dn)),
        (Some(one), 0) => Ok(one),
        (Some(_), others) => Err(several(others.saturating_add(1))),
    }
}

impl Found {
    /// The certificate that tells what it is.
    pub(crate) fn certificate(&self) -> Option<&Certificate> {
        self.entry.sign.as_ref().or(self.entry.km.as_ref())
    }

    pub(crate) fn state(&self, now: Instant) -> State {
        match (&self.entry.state, self.certificate()) {
            (EntryState::Complete, Some(certificate)) => State::of(certificate, now),
            (EntryState::HalfPair { .. }, _) => State::HalfPair,
            _ => State::Broken,
        }
    }

    /// Whether the password is older than it should be (R43).
    pub(crate) fn password_is_old(&self, now: Instant) -> bool {
        let months = i16::from(Parameters::SHIPPED.password_reminder.0);
        self.entry
            .key_written
            .is_some_and(|written| now.kst_day() > months_later(written.kst_day(), months))
    }

    fn is_called(&self, part: &str) -> bool {
        let name = self.certificate().map(Certificate::display_name);
        let texts = [
            name,
            self.entry.subject().map(Name::to_npki_text),
            Some(self.entry.id.to_string()),
        ];
        texts.iter().flatten().any(|text| text.contains(part))
    }
}

impl State {
    pub(crate) fn of(certificate: &Certificate, now: Instant) -> Self {
        let days = i32::from(Parameters::SHIPPED.expiry_reminder.0);
        let reminds = certificate.not_after().kst_day().plus_days(-days).start();
        if now < certificate.not_before() {
            Self::NotYetValid
        } else if now > certificate.not_after() {
            Self::Expired
        } else if now >= reminds {
            Self::Expiring
        } else {
            Self::Valid
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::HalfPair => "half-pair",
            Self::Broken => "broken",
        }
    }

    pub(crate) const fn label(self) -> Sentence {
        match self {
            Self::Valid => Sentence::fixed("유효", "valid"),
            Self::Expiring => Sentence::fixed("곧 만료", "expires soon"),
            Self::Expired => Sentence::fixed("만료", "expired"),
            Self::NotYetValid => Sentence::fixed("아직 유효하지 않음", "not valid yet"),
            Self::HalfPair => Sentence::fixed("짝이 없음", "half a pair"),
            Self::Broken => Sentence::fixed("손상", "broken"),
        }
    }

    /// Whether a certificate in this state is valid.
    pub(crate) const fn is_valid(self) -> bool {
        matches!(self, Self::Valid | Self::Expiring)
    }
}

/// The same day so many months later, or the last one of a shorter month.
fn months_later(day: KstDay, months: i16) -> KstDay {
    let (year, month, of_month) = day.year_month_day();
    let count = i16::from(month).saturating_sub(1).saturating_add(months);
    let year = year.saturating_add(count.div_euclid(12));
    let month = i8::try_from(count.rem_euclid(12))
        .unwrap_or(0)
        .saturating_add(1);
    (1..=of_month)
        .rev()
        .find_map(|of_month| KstDay::new(year, month, of_month).ok())
        .unwrap_or(day)
}

fn none() -> Failure {
    Failure::usage(
        "not-found",
        say!(
            "쓸 수 있는 인증서가 없습니다. --dir로 NPKI 폴더를 정하거나 npki import로 가져오세요.",
            "there is no usable certificate; name the NPKI folder with --dir, or import one with npki import."
        ),
    )
}

fn unknown(dn: &str) -> Failure {
    Failure::usage(
        "not-found",
        say!(
            "{dn}에 맞는 인증서가 없습니다. npki list로 확인하세요.",
            "no certificate is called {dn}; see npki list."
        ),
    )
}

fn several(count: usize) -> Failure {
    Failure::usage(
        "ambiguous",
        say!(
            "인증서 {count}개가 해당합니다. npki list의 번호를 --dn으로 주세요.",
            "{count} certificates fit; choose one by its number in npki list, with --dn."
        ),
    )
}

#[cfg(test)]
mod tests {
    use npki_core::KstDay;

    use super::months_later;

    #[test]
    fn months_end_where_the_calendar_ends_them() {
        for (from, wanted) in [
            ("2026-05-31", "2026-11-30"),
            ("2026-08-31", "2027-02-28"),
            ("2027-08-29", "2028-02-29"),
            ("2026-12-01", "2027-06-01"),
            ("2026-06-30", "2026-12-30"),
        ] {
            let from: KstDay = from.parse().unwrap();
            assert_eq!(months_later(from, 6), wanted.parse().unwrap(), "{from}");
        }
    }
}
