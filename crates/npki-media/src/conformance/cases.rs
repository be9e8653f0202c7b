use core::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use npki_cert::Certificate;
use npki_container::{NewPassword, Password, PfxPreset, SealScheme, Sealing};
use rand_core::CryptoRng;

use super::Seen;
use super::subscribers::{PASSWORD, other_subscriber, renewed_subscriber, subscriber};
use crate::{
    Bundle, BundleRefused, CopyMode, Entry, EntryId, EntryState, Exportable, Medium, MediumError,
    MemoryMedium, Opened, Overwrite, RandomNumberFound, Reseal, Unconfirmed, copy, export_pfx,
    import_pfx,
};

type Case = fn(&dyn Medium, &mut dyn CryptoRng) -> Result<(), Seen>;

/// Every promise with what tries it. Each begins with an empty medium.
pub(super) const CASES: &[(&str, Case)] = &[
    ("an empty medium lists nothing", empty),
    ("what was stored is listed, loaded and opened", stored),
    (
        "an entry without a key-management pair is whole",
        without_km,
    ),
    (
        "a wrong password is one error and changes nothing (R52)",
        wrong_password,
    ),
    (
        "a key of another certificate is named as such (R52)",
        other_certificate,
    ),
    (
        "an entry is not overwritten unless asked to",
        refuses_overwriting,
    ),
    ("an entry is replaced as a whole (R65)", replaces),
    (
        "entries of two subjects do not touch each other",
        side_by_side,
    ),
    ("what was deleted is not found", deleted),
    ("what was never there is not found", never_there),
    (
        "a bundle that does not fit together is refused",
        refuses_bundles,
    ),
    (
        "a new password opens, the old one does not, the keys stay",
        changes_password,
    ),
    (
        "with a wrong old password nothing is changed",
        changes_nothing,
    ),
    (
        "a password is changed with the scheme that was asked for",
        changes_scheme,
    ),
    (
        "a copy keeps its bytes, or gets a new password (R61)",
        copies,
    ),
    (
        "a copy is not made with a wrong password (R52)",
        copies_with_password_only,
    ),
    ("a PFX carries both pairs and R out and in (R62)", pfx),
    ("many at once see whole entries only", at_once),
    (
        "what waits for its confirmation lies beside the entry (R65)",
        unconfirmed,
    ),
];

fn empty(medium: &dyn Medium, _: &mut dyn CryptoRng) -> Result<(), Seen> {
    expect_count(medium, 0).map(drop)
}

fn stored(medium: &dyn Medium, rng: &mut dyn CryptoRng) -> Result<(), Seen> {
    let bundle = subscriber()?;
    let id = medium.store(&bundle, Overwrite::Refuse)?;
    expect_entry(medium, &id, &bundle)?;
    let opened = expect_opens(medium, &id, PASSWORD, &bundle, rng)?;
    Seen::unless(opened.random_number.is_some(), || "R is lost".to_owned())?;
    let ders = |list: &[Certificate]| list.iter().map(|c| c.der().to_vec()).collect::<Vec<_>>();
    Seen::unless(
        ders(&opened.ca_certificates) == ders(&bundle.ca_certificates),
        || "other CA certificates than were stored".to_owned(),
    )
}

fn without_km(medium: &dyn Medium, rng: &mut dyn CryptoRng) -> Result<(), Seen> {
    let bundle = other_subscriber()?;
    let id = medium.store(&bundle, Overwrite::Refuse)?;
    expect_entry(medium, &id, &bundle)?;
    let opened = expect_opens(medium, &id, PASSWORD, &bundle, rng)?;
    Seen::unless(opened.random_number.is_none(), || {
        "an R from nowhere".to_owned()
    })
}

fn wrong_password(medium: &dyn Medium, rng: &mut dyn CryptoRng) -> Result<(), Seen> {
    let bundle = subscriber()?;
    let id = medium.store(&bundle, Overwrite::Refuse)?;
    for wrong in ["", "conformance-1", "CONFORMANCE-1!", "conformance-1! "] {
        match medium.open(&id, &password(wrong)?) {
            Err(MediumError::WrongPasswordOrDamaged) => {}
            other => return Err(told(&other.map(drop))),
        }
    }
    expect_opens(medium, &id, PASSWORD, &bundle, rng).map(drop)
}

fn other_certificate(medium: &dyn Medium, _: &mut dyn CryptoRng) -> Result<(), Seen> {
    let mut bundle = subscriber()?;
    bundle.sign.key = renewed_subscriber()?.sign.key;
    let id = match medium.store(&bundle, Overwrite::Refuse) {
        Ok(id) => id,
        // A token opens the key to take it, and may see it then.
        Err(MediumError::OtherCertificate) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    match medium.open(&id, &password(PASSWORD)?) {
        Err(MediumError::OtherCertificate) => Ok(()),
        other => Err(told(&other.map(drop))),
    }
}

fn refuses_overwriting(medium: &dyn Medium, rng: &mut dyn CryptoRng) -> Result<(), Seen> {
    let bundle = subscriber()?;
    let id = medium.store(&bundle, Overwrite::Refuse)?;
    match medium.store(&renewed_subscriber()?, Overwrite::Refuse) {
        Err(MediumError::Exists { id: there }) if there == id => {}
        other => return Err(told(&other)),
    }
    expect_entry(medium, &id, &bundle)?;
    expect_opens(medium, &id, PASSWORD, &bundle, rng).map(drop)
}

fn replaces(medium: &dyn Medium, rng: &mut dyn CryptoRng) -> Result<(), Seen> {
    medium.store(&subscriber()?, Overwrite::Replace)?;
    let renewed = renewed_subscriber()?;
    let id = medium.store(&renewed, Overwrite::Replace)?;
    expect_entry(medium, &id, &renewed)?;
    expect_opens(medium, &id, PASSWORD, &renewed, rng)?;
    // And back, which adds a pair.
    let first = subscriber()?;
    let again = medium.store(&first, Overwrite::Replace)?;
    Seen::unless(again == id, || format!("{again} instead of {id}"))?;
    expect_entry(medium, &id, &first)?;
    expect_opens(medium, &id, PASSWORD, &first, rng).map(drop)
}

fn unconfirmed(medium: &dyn Medium, rng: &mut dyn CryptoRng) -> Result<(), Seen> {
    let expect = |wanted: &[&Unconfirmed]| -> Result<(), Seen> {
        let found = medium.unconfirmed()?;
        let same = |wanted: &&Unconfirmed| {
            found.iter().any(|found| {
                found.bundle.same_bytes(&wanted.bundle) && found.confirmation == wanted.confirmation
            })
        };
        Seen::unless(
            found.len() == wanted.len() && wanted.iter().all(same),
            || format!("{found:?} instead of {wanted:?}"),
        )
    };
    expect(&[])?;
    let old = subscriber()?;
    let id = medium.store(&old, Overwrite::Refuse)?;
    let mut new = Unconfirmed {
        bundle: renewed_subscriber()?,
        confirmation: vec![0x30, 0],
    };
    // One before it, which came to nothing.
    let before = Unconfirmed {
        bundle: old.clone(),
        confirmation: vec![],
    };
    medium.keep_unconfirmed(&before)?;
    medium.keep_unconfirmed(&new)?;
    expect(&[&before, &new])?;
    new.confirmation.push(7);
    medium.keep_unconfirmed(&new)?;
    expect(&[&before, &new])?;
    // The entry is as it was, and what becomes of it is nothing to them.
    expect_count(medium, 1)?;
    expect_entry(medium, &id, &old)?;
    medium.delete(&id)?;
    expect(&[&before, &new])?;
    medium.store(&new.bundle, Overwrite::Replace)?;
    for _ in 0..2 {
        medium.drop_unconfirmed(&before.bundle.sign.certificate)?;
        expect(&[&new])?;
    }
    medium.drop_unconfirmed(&new.bundle.sign.certificate)?;
    expect(&[])?;
    expect_opens(medium, &id, PASSWORD, &new.bundle, rng).map(drop)
}

fn side_by_side(medium: &dyn Medium, rng: &mut dyn CryptoRng) -> Result<(), Seen> {
    let (one, other) = (subscriber()?, other_subscriber()?);
    let id = medium.store(&one, Overwrite::Refuse)?;
    let other_id = medium.store(&other, Overwrite::Refuse)?;
    let entries = expect_count(medium, 2)?;
    Seen::unless(entries.is_sorted_by_key(|entry| &entry.id), || {
        "entries out of order".to_owned()
    })?;
    medium.delete(&id)?;
    expect_entry(medium, &other_id, &other)?;
    expect_opens(medium, &other_id, PASSWORD, &other, rng).map(drop)
}

fn deleted(medium: &dyn Medium, rng: &mut dyn CryptoRng) -> Result<(), Seen> {
    let bundle = subscriber()?;
    let id = medium.store(&bundle, Overwrite::Refuse)?;
    medium.delete(&id)?;
    expect_count(medium, 0)?;
    expect_not_found(medium, &id, rng)?;
    // The place is free again.
    let id = medium.store(&bundle, Overwrite::Refuse)?;
    expect_entry(medium, &id, &bundle)
}

fn never_there(medium: &dyn Medium, rng: &mut dyn CryptoRng) -> Result<(), Seen> {
    let bundle = subscriber()?;
    let id = medium.store(&bundle, Overwrite::Refuse)?;
    let hostile = [
        "",
        "/",
        ".",
        "..",
        "../x",
        "/etc/passwd",
        "yessign",
        "yessign/",
        "a\0b",
        "%00",
    ];
    for text in hostile {
        expect_not_found(medium, &EntryId::new(text), rng)?;
    }
    for text in [
        format!("{id}/"),
        format!("{id}/.."),
        format!("./{id}"),
        format!("{id}x"),
    ] {
        expect_not_found(medium, &EntryId::new(text), rng)?;
    }
    expect_entry(medium, &id, &bundle)
}

fn refuses_bundles(medium: &dyn Medium, _: &mut dyn CryptoRng) -> Result<(), Seen> {
    let whole = subscriber()?;
    let km = whole
        .km
        .clone()
        .ok_or_else(|| Seen("no km pair".to_owned()))?;
    let of = |sign, km| Bundle {
        sign,
        km,
        ca_certificates: Vec::new(),
    };
    let cases = [
        (of(km.clone(), None), BundleRefused::SignCertificate),
        (
            of(whole.sign.clone(), Some(whole.sign)),
            BundleRefused::KmCertificate,
        ),
        (
            of(other_subscriber()?.sign, Some(km)),
            BundleRefused::SubjectsDiffer,
        ),
    ];
    for (bundle, wanted) in cases {
        match medium.store(&bundle, Overwrite::Replace) {
            Err(MediumError::Refused(found)) if found == wanted => {}
            other => return Err(told(&other)),
        }
        expect_count(medium, 0)?;
    }
    Ok(())
}

fn changes_password(medium: &dyn Medium, rng: &mut dyn CryptoRng) -> Result<(), Seen> {
    for bundle in [subscriber()?, other_subscriber()?] {
        let id = medium.store(&bundle, Overwrite::Refuse)?;
        let before = expect_opens(medium, &id, PASSWORD, &bundle, rng)?;
        change(medium, &id, PASSWORD, NEW, Reseal::Same, rng)?;
        expect_entry_of(medium, &id, &bundle)?;
        let after = expect_opens(medium, &id, NEW, &bundle, rng)?;
        expect_same_keys(&before, &after)?;
        match medium.open(&id, &password(PASSWORD)?) {
            Err(MediumError::WrongPasswordOrDamaged) => {}
            other => return Err(told(&other.map(drop))),
        }
        medium.delete(&id)?;
    }
    Ok(())
}

fn changes_nothing(medium: &dyn Medium, rng: &mut dyn CryptoRng) -> Result<(), Seen> {
    let bundle = subscriber()?;
    let id = medium.store(&bundle, Overwrite::Refuse)?;
    match change(medium, &id, "wrong", NEW, Reseal::Same, rng) {
        Err(MediumError::WrongPasswordOrDamaged) => {}
        other => return Err(told(&other)),
    }
    expect_entry(medium, &id, &bundle)?;
    expect_opens(medium, &id, PASSWORD, &bundle, rng).map(drop)
}

fn changes_scheme(medium: &dyn Medium, rng: &mut dyn CryptoRng) -> Result<(), Seen> {
    let id = medium.store(&subscriber()?, Overwrite::Refuse)?;
    let mut old = PASSWORD;
    let sealing = |scheme: SealScheme| {
        let sealing = Sealing::from(scheme).with_iterations(1_500);
        sealing.map_err(|error| Seen(error.to_string()))
    };
    let mut scheme = SealScheme::Pbes1Seed;
    for (next, new) in [
        (SealScheme::Pbes2AriaSha256, NEW),
        (SealScheme::Pbes2SeedSha1, NEWER),
    ] {
        for (reseal, wanted) in [(Reseal::Same, scheme), (Reseal::With(sealing(next)?), next)] {
            change(medium, &id, old, new, reseal, rng)?;
            let Some(there) = load(medium, &id)? else {
                return Ok(());
            };
            for pair in [Some(&there.sign), there.km.as_ref()].into_iter().flatten() {
                let found = Reseal::Same.sealing(&pair.key).map_err(MediumError::from)?;
                Seen::unless(found.scheme() == wanted, || {
                    format!("{} instead of {}", found.scheme().name(), wanted.name())
                })?;
            }
            old = new;
        }
        scheme = next;
    }
    Ok(())
}

fn copies(medium: &dyn Medium, rng: &mut dyn CryptoRng) -> Result<(), Seen> {
    let bundle = subscriber()?;
    let there = MemoryMedium::new();
    let id = there.store(&bundle, Overwrite::Refuse)?;
    let (old, new) = (password(PASSWORD)?, new_password(NEW)?);
    let same = CopyMode::SameBytes { password: &old };
    let copied = copy(&there, &id, medium, &same, Overwrite::Refuse, rng)?;
    expect_entry(medium, &copied, &bundle)?;
    match copy(&there, &id, medium, &same, Overwrite::Refuse, rng) {
        Err(MediumError::Exists { .. }) => {}
        other => return Err(told(&other)),
    }
    let reencrypt = CopyMode::Reencrypt {
        old: &old,
        new: &new,
        reseal: Reseal::Same,
    };
    let back = MemoryMedium::new();
    match copy(medium, &copied, &back, &reencrypt, Overwrite::Refuse, rng) {
        Ok(id) => expect_opens(&back, &id, NEW, &bundle, rng).map(drop),
        // R64
        Err(MediumError::TokenKeyStays(_)) => expect_count(&back, 0).map(drop),
        Err(error) => Err(error.into()),
    }
}

fn copies_with_password_only(medium: &dyn Medium, rng: &mut dyn CryptoRng) -> Result<(), Seen> {
    let there = MemoryMedium::new();
    let id = there.store(&subscriber()?, Overwrite::Refuse)?;
    let (wrong, new) = (password("wrong")?, new_password(NEW)?);
    for mode in [
        CopyMode::SameBytes { password: &wrong },
        CopyMode::Reencrypt {
            old: &wrong,
            new: &new,
            reseal: Reseal::Same,
        },
    ] {
        match copy(&there, &id, medium, &mode, Overwrite::Refuse, rng) {
            Err(MediumError::WrongPasswordOrDamaged) => {}
            other => return Err(told(&other)),
        }
    }
    expect_count(medium, 0).map(drop)
}

fn pfx(medium: &dyn Medium, rng: &mut dyn CryptoRng) -> Result<(), Seen> {
    let bundle = subscriber()?;
    let id = medium.store(&bundle, Overwrite::Refuse)?;
    let old = password(PASSWORD)?;
    let (new, newer) = (new_password(NEW)?, new_password(NEWER)?);
    let before = expect_opens(medium, &id, PASSWORD, &bundle, rng)?;
    let exported = export_pfx(medium, &id, &old, &new, PfxPreset::Korean, rng);
    if matches!(before.exportable, Exportable::No(_)) {
        return match exported {
            Err(crate::PfxError::Medium(MediumError::TokenKeyStays(_))) => Ok(()),
            other => Err(Seen(format!("{:?}", other.map(drop)))),
        };
    }
    medium.delete(&id)?;
    let sealing = Sealing::default();
    let imported = import_pfx(
        &exported?,
        &new,
        medium,
        &newer,
        sealing,
        Overwrite::Refuse,
        rng,
    )?;
    Seen::unless(imported.id == id, || {
        format!("{} instead of {id}", imported.id)
    })?;
    Seen::unless(imported.random_number == RandomNumberFound::Present, || {
        "R is lost".to_owned()
    })?;
    let after = expect_opens(medium, &id, NEWER, &bundle, rng)?;
    expect_same_keys(&before, &after)
}

/// Two write, one of them over the other; readers never see less than one whole entry.
fn at_once(medium: &dyn Medium, _: &mut dyn CryptoRng) -> Result<(), Seen> {
    let (one, other) = (subscriber()?, renewed_subscriber()?);
    let id = medium.store(&one, Overwrite::Refuse)?;
    let done = AtomicBool::new(false);
    let write = |bundle: &Bundle| {
        let stored =
            (0..ROUNDS).try_for_each(|_| medium.store(bundle, Overwrite::Replace).map(drop));
        done.store(true, Ordering::Release);
        stored.map_err(Seen::from)
    };
    let read = || {
        while !done.load(Ordering::Acquire) {
            let entries = expect_count(medium, 1)?;
            let whole = entries.iter().all(Entry::is_complete);
            Seen::unless(whole, || format!("{:?}", entries.first().map(|e| &e.state)))?;
            if let Some(found) = load(medium, &id)? {
                let whole = found.same_bytes(&one) || found.same_bytes(&other);
                Seen::unless(whole, || "half of one and half of the other".to_owned())?;
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let writers = [&one, &other].map(|bundle| scope.spawn(move || write(bundle)));
        let readers = [(); 2].map(|()| scope.spawn(read));
        let results = writers.into_iter().chain(readers).map(|thread| {
            let ended = thread.join();
            ended.unwrap_or_else(|_| Err(Seen("a thread panicked".to_owned())))
        });
        // Each thread is waited for, whatever the one before it says.
        results.collect::<Vec<_>>().into_iter().collect()
    })
}

fn expect_count(medium: &dyn Medium, count: usize) -> Result<Vec<Entry>, Seen> {
    let entries = medium.list()?;
    let found = entries.len();
    Seen::unless(found == count, || {
        format!("{found} entries instead of {count}")
    })?;
    Ok(entries)
}

/// The only entry is this one, and its bytes are the bundle's.
fn expect_entry(medium: &dyn Medium, id: &EntryId, bundle: &Bundle) -> Result<(), Seen> {
    expect_entry_of(medium, id, bundle)?;
    let same = load(medium, id)?.is_none_or(|there| there.same_bytes(bundle));
    Seen::unless(same, || "other bytes than were stored".to_owned())
}

/// The only entry is this one, complete, with the bundle's certificates.
fn expect_entry_of(medium: &dyn Medium, id: &EntryId, bundle: &Bundle) -> Result<(), Seen> {
    for entry in expect_count(medium, 1)? {
        Seen::unless(entry.id == *id, || format!("{} instead of {id}", entry.id))?;
        Seen::unless(matches!(entry.state, EntryState::Complete), || {
            format!("{:?}", entry.state)
        })?;
        let der = |certificate: Option<&Certificate>| certificate.map(|c| c.der().to_vec());
        let same = der(entry.sign.as_ref()) == der(Some(&bundle.sign.certificate))
            && der(entry.km.as_ref()) == der(bundle.km.as_ref().map(|km| &km.certificate));
        Seen::unless(same, || "other certificates than were stored".to_owned())?;
    }
    Ok(())
}

/// It opens, signs with the certificate's key, and has a km pair if the bundle has one.
fn expect_opens(
    medium: &dyn Medium,
    id: &EntryId,
    text: &str,
    bundle: &Bundle,
    rng: &mut dyn CryptoRng,
) -> Result<Opened, Seen> {
    let opened = medium.open(id, &password(text)?)?;
    let certificate = &bundle.sign.certificate;
    let same = opened.certificate.der() == certificate.der()
        && opened.signing_key.public_key() == certificate.public_key();
    Seen::unless(same, || "the key of another certificate".to_owned())?;
    let signed = opened.signing_key.sign(b"conformance", rng);
    Seen::unless(signed.is_ok(), || "the key does not sign".to_owned())?;
    let km = match &opened.km {
        Ok(km) => km.as_ref(),
        Err(error) => return Err(Seen(format!("km: {error}"))),
    };
    let keys = km.map(|km| km.decryptor.public_key());
    let wanted = bundle.km.as_ref().map(|km| km.certificate.public_key());
    Seen::unless(keys == wanted, || "another km pair, or none".to_owned())?;
    Ok(opened)
}

/// R and, where they may be seen, the keys are the same octets.
fn expect_same_keys(one: &Opened, other: &Opened) -> Result<(), Seen> {
    Seen::unless(one.random_number == other.random_number, || {
        "R has changed".to_owned()
    })?;
    let octets = |exportable: &Exportable| exportable.key().ok().map(|k| k.expose_der().to_vec());
    let km = |opened: &Opened| match &opened.km {
        Ok(Some(km)) => octets(&km.exportable),
        _ => None,
    };
    let same = octets(&one.exportable) == octets(&other.exportable) && km(one) == km(other);
    Seen::unless(same, || "a key has changed".to_owned())
}

fn expect_not_found(
    medium: &dyn Medium,
    id: &EntryId,
    rng: &mut dyn CryptoRng,
) -> Result<(), Seen> {
    for result in [
        medium.load(id).map(drop),
        medium.open(id, &password(PASSWORD)?).map(drop),
        medium.delete(id),
        change(medium, id, PASSWORD, NEW, Reseal::Same, rng),
    ] {
        match result {
            Err(MediumError::NotFound { .. }) => {}
            other => return Err(told(&other)),
        }
    }
    Ok(())
}

/// The bundle, or `None` where keys stay where they are (R64).
fn load(medium: &dyn Medium, id: &EntryId) -> Result<Option<Bundle>, MediumError> {
    match medium.load(id) {
        Ok(bundle) => Ok(Some(bundle)),
        Err(MediumError::TokenKeyStays(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn change(
    medium: &dyn Medium,
    id: &EntryId,
    old: &str,
    new: &str,
    reseal: Reseal,
    rng: &mut dyn CryptoRng,
) -> Result<(), MediumError> {
    let wrong = |_| MediumError::WrongPasswordOrDamaged;
    let old = Password::new(old).map_err(wrong)?;
    let new = NewPassword::check(new).map_err(|_| MediumError::WrongPasswordOrDamaged)?;
    medium.change_password(id, &old, &new, reseal, rng)
}

fn password(text: &str) -> Result<Password, Seen> {
    Password::new(text).map_err(|error| Seen(error.to_string()))
}

fn new_password(text: &str) -> Result<NewPassword, Seen> {
    NewPassword::check(text).map_err(|error| Seen(error.to_string()))
}

fn told<T: core::fmt::Debug>(result: &Result<T, MediumError>) -> Seen {
    Seen(format!("{result:?}"))
}

const NEW: &str = "lovely-Han-7";
const NEWER: &str = "lovelier_Han-8";
/// Enough for two writers to meet readers, few enough for a stick.
const ROUNDS: usize = 20;
