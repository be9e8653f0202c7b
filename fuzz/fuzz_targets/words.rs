//! The words that stand in files, arguments and ledgers as text: what was read is written so that it reads back.
#![no_main]

use core::{fmt::Display, str::FromStr};

use libfuzzer_sys::fuzz_target;
use npki_cert::{PolicyOid, SerialNumber};
use npki_core::{Idn, Instant, KstDay, ReferenceNumber, Rule};
use npki_ledger::StreamId;

fuzz_target!(|text: &str| {
    reads_back::<Instant>(text);
    reads_back::<KstDay>(text);
    reads_back::<PolicyOid>(text);
    reads_back::<SerialNumber>(text);
    // One text for each value.
    for written in [
        reads_back::<Rule>(text),
        reads_back::<StreamId>(text),
        ReferenceNumber::parse(text).ok().map(|n| n.to_string()),
    ]
    .into_iter()
    .flatten()
    {
        assert_eq!(written, text);
    }
    if let Ok(idn) = Idn::parse(text) {
        assert_eq!(Idn::parse(idn.expose_digits()).as_ref(), Ok(&idn));
        assert!(!format!("{idn:?}").contains(idn.expose_digits()));
    }
});

fn reads_back<T: FromStr + Display + PartialEq>(text: &str) -> Option<String> {
    let word = text.parse::<T>().ok()?;
    let written = word.to_string();
    assert!(
        written.parse::<T>().is_ok_and(|again| again == word),
        "{text:?} {written:?}"
    );
    Some(written)
}
