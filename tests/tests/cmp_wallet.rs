//! The wallet's side of issuing over CMP: with a CA whose answers get lost, a medium that is full, and programs that
//! die in between.

#![expect(
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects is to stop"
)]

use std::cell::{Cell, RefCell};
use std::io;

use npki::wallet::{CmpTrust, EnrolError, NewKey, Stored, Wallet};
use npki_ca::CertificateStatus;
use npki_cert::{Certificate, Crl, Profile, VidCheck, check_vid, lint};
use npki_cmp::FailureInfo;
use npki_cmp::client::{ClientError, KmKey};
use npki_container::{NewPassword, Password, SealScheme, Sealing};
use npki_core::{Issuer, Product, Registration, ReplacedBecause, RevocationReason};
use npki_lab::{Held, Lab, LabLedgers, Person};
use npki_media::{
    Bundle, Entry, EntryId, Medium, MediumError, MediumKind, MemoryMedium, Opened, Overwrite,
    Reseal, Unconfirmed,
};
use npki_tests::readme::{PASSWORD, bundle};
use npki_tests::{generator, now};

#[path = "cmp_wallet/killed.rs"]
mod killed;
#[path = "cmp_wallet/signer.rs"]
mod signer;

/// What goes wrong on the way to the CA and back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// Nothing.
    None,
    /// Every first sending of a message reaches the CA, and its answer is lost.
    FirstAnswers,
    /// From this message on nothing comes back: the program has died, or the line has.
    AnswersFrom(usize),
    /// From this message on nothing reaches the CA.
    RequestsFrom(usize),
}

/// What the bank orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    One,
    Pair,
}

struct Scene<'a> {
    what: What,
    lab: Lab<'a>,
    medium: MemoryMedium,
    loss: Cell<Loss>,
    sent: RefCell<Vec<Vec<u8>>>,
}

impl<'a> Scene<'a> {
    fn new(ledgers: &'a LabLedgers) -> Self {
        Self::of(What::One, ledgers)
    }

    fn of(what: What, ledgers: &'a LabLedgers) -> Self {
        let lab = Lab::new(1, now(), ledgers).unwrap();
        Self {
            what,
            lab: match what {
                What::One => lab,
                What::Pair => lab.with_pairs(Product::ALL).unwrap(),
            },
            medium: MemoryMedium::new(),
            loss: Cell::new(Loss::None),
            sent: RefCell::default(),
        }
    }

    fn post(&self, message: &[u8]) -> io::Result<Vec<u8>> {
        let mut sent = self.sent.borrow_mut();
        let again = sent.iter().any(|known| known == message);
        if !again {
            sent.push(message.to_vec());
        }
        if matches!(self.loss.get(), Loss::RequestsFrom(number) if sent.len() >= number) {
            return Err(io::ErrorKind::NotConnected.into());
        }
        let ca = self.lab.cmp_ca(Issuer::Yessign).unwrap();
        let answer = ca
            .answer(message, self.lab.now(), &mut self.lab.rng())
            .unwrap()
            .der;
        match self.loss.get() {
            Loss::FirstAnswers if !again => Err(io::ErrorKind::ConnectionReset.into()),
            Loss::AnswersFrom(number) if sent.len() >= number => {
                Err(io::ErrorKind::ConnectionReset.into())
            }
            _ => Ok(answer),
        }
    }

    fn with<T>(&self, medium: &dyn Medium, act: impl FnOnce(&Wallet<'_>) -> T) -> T {
        self.with_post(medium, &|message| self.post(message), act)
    }

    fn with_post<T>(
        &self,
        medium: &dyn Medium,
        post: &dyn Fn(&[u8]) -> io::Result<Vec<u8>>,
        act: impl FnOnce(&Wallet<'_>) -> T,
    ) -> T {
        self.sent.borrow_mut().clear();
        let (root, _) = self.lab.trust();
        let ca = self.lab.authorities.ca(Issuer::Yessign).unwrap();
        act(&Wallet {
            trust: &CmpTrust::new([root]),
            ca: ca.settings.certificate.subject(),
            medium,
            post,
            wait: &|_| {},
            now: &|| self.lab.now(),
        })
    }

    fn order(&self) -> Registration {
        let hong = Person::of("hong").unwrap();
        self.lab
            .order(hong, Product::PersonalLimited, Some(Issuer::Yessign))
            .unwrap()
    }

    fn key(&self) -> NewKey {
        let (key, r) = self.lab.new_key().unwrap();
        NewKey::from_key(key, &r).unwrap()
    }

    /// As many keys as the order wants.
    fn keys(&self) -> NewKey {
        match self.what {
            What::One => self.key(),
            What::Pair => self.key().with_km(self.lab.next_key().unwrap()),
        }
    }

    fn issue(&self, order: &Registration, key: &NewKey) -> Result<Stored, EnrolError> {
        self.with(&self.medium, |wallet| issue(wallet, order, key))
    }

    /// The only entry, opened.
    fn opened(&self) -> Opened {
        let entries = self.medium.list().unwrap();
        let [entry] = &entries[..] else {
            panic!("{} entries", entries.len())
        };
        let password = Password::new(PASSWORD).unwrap();
        self.medium.open(&entry.id, &password).unwrap()
    }

    fn status(&self, certificate: &Certificate) -> CertificateStatus {
        let ca = self.lab.ca(Issuer::Yessign).unwrap();
        ca.status(certificate.serial_number().octets()).unwrap()
    }

    /// A certificate that lies on the medium already.
    fn held(&self) -> Held {
        let hong = Person::of("hong").unwrap();
        let held = self
            .lab
            .issue(hong, Product::PersonalLimited, Some(Issuer::Yessign))
            .unwrap();
        let bundle = bundle(&self.lab, &held, PASSWORD).unwrap();
        self.medium.store(&bundle, Overwrite::Refuse).unwrap();
        held
    }
}

/// A medium that everything is on already.
#[derive(Debug)]
struct Full<'a>(&'a MemoryMedium);

impl Medium for Full<'_> {
    fn kind(&self) -> MediumKind {
        self.0.kind()
    }

    fn list(&self) -> Result<Vec<Entry>, MediumError> {
        self.0.list()
    }

    fn load(&self, id: &EntryId) -> Result<Bundle, MediumError> {
        self.0.load(id)
    }

    fn store(&self, _: &Bundle, _: Overwrite) -> Result<EntryId, MediumError> {
        Err(MediumError::NotAsWritten { at: "full".into() })
    }

    fn keep_unconfirmed(&self, _: &Unconfirmed) -> Result<(), MediumError> {
        Err(MediumError::NotAsWritten { at: "full".into() })
    }

    fn unconfirmed(&self) -> Result<Vec<Unconfirmed>, MediumError> {
        self.0.unconfirmed()
    }

    fn drop_unconfirmed(&self, certificate: &Certificate) -> Result<(), MediumError> {
        self.0.drop_unconfirmed(certificate)
    }

    fn open(&self, id: &EntryId, password: &Password) -> Result<Opened, MediumError> {
        self.0.open(id, password)
    }

    fn delete(&self, id: &EntryId) -> Result<(), MediumError> {
        self.0.delete(id)
    }

    fn change_password(
        &self,
        id: &EntryId,
        old: &Password,
        new: &NewPassword,
        reseal: Reseal,
        rng: &mut dyn rand_core::CryptoRng,
    ) -> Result<(), MediumError> {
        self.0.change_password(id, old, new, reseal, rng)
    }
}

fn issue(wallet: &Wallet<'_>, order: &Registration, key: &NewKey) -> Result<Stored, EnrolError> {
    let password = NewPassword::check(PASSWORD).unwrap();
    let credential = (&order.reference, &order.authorization_code);
    wallet.issue(credential, key, &password, sealing(), &mut generator())
}

fn sealing() -> Sealing {
    SealScheme::Pbes1Seed.into()
}

#[test]
fn issued_with_vid_stored_and_then_confirmed() {
    for loss in [Loss::None, Loss::FirstAnswers] {
        let ledgers = LabLedgers::in_memory();
        let scene = Scene::new(&ledgers);
        scene.loss.set(loss);
        let order = scene.order();
        let stored = scene.issue(&order, &scene.key()).unwrap();
        assert_eq!(scene.status(&stored.certificate), CertificateStatus::Good);
        let opened = scene.opened();
        assert_eq!(opened.certificate, stored.certificate);
        assert_eq!(opened.ca_certificates.len(), 2);
        assert_eq!(opened.ca_certificates.first(), Some(&scene.lab.trust().0));
        // The CA has computed the VID from the bank's IDN and the R that came encrypted.
        let idn = Person::of("hong").unwrap().idn().unwrap();
        let r = opened.random_number.unwrap();
        assert_eq!(check_vid(&stored.certificate, &idn, &r), VidCheck::Matches);
    }
}

#[test]
fn a_lost_ip_is_asked_for_again_with_the_same_key_by_another_process() {
    for what in [What::One, What::Pair] {
        let ledgers = LabLedgers::in_memory();
        let scene = Scene::of(what, &ledgers);
        let order = scene.order();
        let keys = scene.keys();
        // 1 is genm, 2 is ir, 3 is certConf.
        scene.loss.set(Loss::AnswersFrom(2));
        let error = scene.issue(&order, &keys).unwrap_err();
        assert!(matches!(error, EnrolError::Unreachable(_)), "{error:?}");
        assert_eq!(scene.medium.list().unwrap().len(), 0);

        scene.loss.set(Loss::None);
        let stored = scene.issue(&order, &keys).unwrap();
        assert_eq!(stored.km_certificate.is_some(), what == What::Pair);
        for certificate in [Some(&stored.certificate), stored.km_certificate.as_ref()] {
            let Some(certificate) = certificate else {
                continue;
            };
            assert_eq!(scene.status(certificate), CertificateStatus::Good);
        }
        // One certificate, not two; or two, not four.
        let records = scene.lab.ca(Issuer::Yessign).unwrap().unfinished().unwrap();
        assert_eq!(records.len(), 0);
        // Another key gets nothing.
        let error = scene.issue(&order, &scene.keys()).unwrap_err();
        assert!(
            matches!(error, EnrolError::Ca(ClientError::Refused { .. })),
            "{error:?}"
        );
    }
}

#[test]
fn stored_before_it_is_confirmed() {
    for what in [What::One, What::Pair] {
        let ledgers = LabLedgers::in_memory();
        let scene = Scene::of(what, &ledgers);
        let order = scene.order();
        scene.loss.set(Loss::AnswersFrom(3));
        let error = scene.issue(&order, &scene.keys()).unwrap_err();
        assert!(matches!(error, EnrolError::Unconfirmed(_)), "{error:?}");
        // The certConf had come through, and its answer was lost: both sides have it.
        let opened = scene.opened();
        assert_eq!(scene.status(&opened.certificate), CertificateStatus::Good);
        match (what, opened.km.unwrap()) {
            (What::One, None) => {}
            (What::Pair, Some(km)) => {
                assert_eq!(scene.status(&km.certificate), CertificateStatus::Good);
            }
            (_, found) => panic!("{what:?}: {found:?}"),
        }
    }
}

/// What the CA wants is told before a renewal, too: a medium may have lost half of a pair.
#[test]
fn a_renewal_says_whether_a_pair_is_wanted() {
    for (what, wanted) in [(What::One, KmKey::NotWanted), (What::Pair, KmKey::Wanted)] {
        let ledgers = LabLedgers::in_memory();
        let scene = Scene::of(what, &ledgers);
        let order = scene.order();
        scene.issue(&order, &scene.keys()).unwrap();
        let mut half = scene.opened();
        half.km = Ok(None);
        let rng = &mut generator();
        let told = scene.with(&scene.medium, |wallet| wallet.km_key_to_renew(&half, rng));
        assert_eq!(told.unwrap(), wanted);
    }
}

/// The process that asked has died, with or without the certConf on its way: the next one sends it again and needs no key.
#[test]
fn a_lost_certconf_is_sent_again_by_another_process() {
    for loss in [Loss::RequestsFrom(3), Loss::AnswersFrom(3)] {
        let ledgers = LabLedgers::in_memory();
        let scene = Scene::new(&ledgers);
        let order = scene.order();
        scene.loss.set(loss);
        let error = scene.issue(&order, &scene.key()).unwrap_err();
        assert!(matches!(error, EnrolError::Unconfirmed(_)), "{error:?}");
        let first = scene.opened().certificate;
        let good = scene.status(&first) == CertificateStatus::Good;
        assert_eq!(good, loss == Loss::AnswersFrom(3));
        scene.loss.set(Loss::None);
        let stored = scene.issue(&order, &scene.key()).unwrap();
        assert_eq!(stored.certificate, first);
        assert_eq!(scene.opened().certificate, first);
        assert_eq!(scene.status(&first), CertificateStatus::Good);
        assert_eq!(scene.medium.unconfirmed().unwrap().len(), 0);
    }
}

#[test]
fn a_medium_that_does_not_take_it_keeps_the_old_pair_and_confirms_nothing() {
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let held = scene.held();
    let opened = scene.opened();
    let open_day = held.certificate.not_after().kst_day().plus_days(-30);
    scene.lab.wait_until(open_day.start());
    let password = NewPassword::check(PASSWORD).unwrap();
    let key = scene.key();
    let full = Full(&scene.medium);
    let error = scene
        .with(&full, |wallet| {
            wallet.renew(&opened, &key, &password, sealing(), &mut generator())
        })
        .unwrap_err();
    assert!(matches!(error, EnrolError::Medium(_)), "{error:?}");
    assert_eq!(scene.opened().certificate, held.certificate);
    assert_eq!(scene.status(&held.certificate), CertificateStatus::Good);

    // With a medium that does, the same key gets the same certificate.
    let stored = scene
        .with(&scene.medium, |wallet| {
            wallet.renew(&opened, &key, &password, sealing(), &mut generator())
        })
        .unwrap();
    assert_eq!(scene.opened().certificate, stored.certificate);
    assert_eq!(scene.status(&stored.certificate), CertificateStatus::Good);
    assert!(matches!(
        scene.status(&held.certificate),
        CertificateStatus::Revoked(_)
    ));
}

#[test]
fn renewed_reissued_and_revoked() {
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let held = scene.held();
    let password = NewPassword::check(PASSWORD).unwrap();
    let renew = |scene: &Scene<'_>| {
        let opened = scene.opened();
        scene.with(&scene.medium, |wallet| {
            wallet.renew(
                &opened,
                &scene.key(),
                &password,
                sealing(),
                &mut generator(),
            )
        })
    };
    // R11, a second too early: in the bank's words.
    let open_day = held.certificate.not_after().kst_day().plus_days(-30);
    scene.lab.wait_until(open_day.plus_days(-1).last_second());
    match renew(&scene).unwrap_err() {
        EnrolError::Ca(ClientError::Refused { texts, .. }) => {
            let text = texts.join(" ");
            assert!(text.contains("갱신") && text.contains("renew"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    scene.lab.wait_until(open_day.start());
    let renewed = renew(&scene).unwrap().certificate;
    assert!(renewed.not_after() > held.certificate.not_after());

    // A reissue is an ir with a new reference number (R12); the bank has heard of the renewal.
    scene.lab.settle().unwrap();
    let held = Held {
        certificate: renewed.clone(),
        ..held
    };
    let noon = scene
        .lab
        .now()
        .saturating_add(core::time::Duration::from_secs(12 * 3600));
    scene.lab.wait_until(noon);
    let order = scene
        .lab
        .order_reissue(&held, ReplacedBecause::Superseded)
        .unwrap();
    let reissued = scene.issue(&order, &scene.key()).unwrap().certificate;
    assert_eq!(reissued.not_after(), renewed.not_after());
    assert!(matches!(
        scene.status(&renewed),
        CertificateStatus::Revoked(_)
    ));

    scene.lab.settle().unwrap();
    let opened = scene.opened();
    let reason = RevocationReason::CessationOfOperation;
    scene
        .with(&scene.medium, |wallet| {
            wallet.revoke(&opened, reason, &mut generator())
        })
        .unwrap();
    assert!(matches!(
        scene.status(&reissued),
        CertificateStatus::Revoked(_)
    ));
}

#[test]
fn a_pair_is_issued_stored_renewed_and_revoked_as_one() {
    for loss in [Loss::None, Loss::FirstAnswers] {
        let ledgers = LabLedgers::in_memory();
        let scene = Scene::of(What::Pair, &ledgers);
        scene.loss.set(loss);
        let order = scene.order();
        let credential = (&order.reference, &order.authorization_code);
        let rng = &mut generator();
        let wanted = scene.with(&scene.medium, |wallet| wallet.km_key(credential, rng));
        assert_eq!(wanted.unwrap(), KmKey::Wanted);
        // With one key the CA gives nothing, in its own words.
        match scene.issue(&order, &scene.key()).unwrap_err() {
            EnrolError::Ca(ClientError::Refused { texts, failures }) => {
                assert_eq!(failures, [FailureInfo::BadCertTemplate]);
                let text = texts.join(" ");
                assert!(
                    text.contains("암호화용") && text.contains("two keys"),
                    "{text}"
                );
            }
            other => panic!("{other:?}"),
        }
        let pair = || scene.key().with_km(scene.lab.next_key().unwrap());
        let stored = scene.issue(&order, &pair()).unwrap();
        let km = stored.km_certificate.unwrap();
        let opened = scene.opened();
        assert_eq!(opened.certificate, stored.certificate);
        let opened_km = opened.km.as_ref().unwrap().as_ref().unwrap();
        assert_eq!(opened_km.certificate, km);
        for certificate in [&stored.certificate, &km] {
            assert_eq!(scene.status(certificate), CertificateStatus::Good);
        }
        assert_eq!(lint(&km, Profile::SubscriberKm), []);

        let open_day = stored.certificate.not_after().kst_day().plus_days(-30);
        scene.lab.wait_until(open_day.start());
        scene.lab.settle().unwrap();
        let password = NewPassword::check(PASSWORD).unwrap();
        let renewed = scene
            .with(&scene.medium, |wallet| {
                wallet.renew(&opened, &pair(), &password, sealing(), &mut generator())
            })
            .unwrap();
        for old in [&stored.certificate, &km] {
            assert!(matches!(scene.status(old), CertificateStatus::Revoked(_)));
        }
        let opened = scene.opened();
        let new_km = renewed.km_certificate.unwrap();
        assert_eq!(
            opened.km.as_ref().unwrap().as_ref().unwrap().certificate,
            new_km
        );
        scene.lab.settle().unwrap();
        let reason = RevocationReason::CessationOfOperation;
        scene
            .with(&scene.medium, |wallet| {
                wallet.revoke(&opened, reason, &mut generator())
            })
            .unwrap();
        for certificate in [&renewed.certificate, &new_km] {
            assert!(matches!(
                scene.status(certificate),
                CertificateStatus::Revoked(_)
            ));
        }
    }
}

#[test]
fn a_medium_that_does_not_take_a_pair_gets_none_of_it() {
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::of(What::Pair, &ledgers);
    let order = scene.order();
    let key = scene.key().with_km(scene.lab.next_key().unwrap());
    let password = NewPassword::check(PASSWORD).unwrap();
    let credential = (&order.reference, &order.authorization_code);
    let full = Full(&scene.medium);
    let error = scene
        .with(&full, |wallet| {
            wallet.issue(credential, &key, &password, sealing(), &mut generator())
        })
        .unwrap_err();
    assert!(matches!(error, EnrolError::Medium(_)), "{error:?}");
    // Nothing was confirmed; the same keys get the same two from a medium that takes them.
    let stored = scene.issue(&order, &key).unwrap();
    assert_eq!(scene.status(&stored.certificate), CertificateStatus::Good);
    assert!(scene.opened().km.unwrap().is_some());
}

#[test]
fn a_single_certificate_is_not_asked_for_by_two_keys() {
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let order = scene.order();
    let credential = (&order.reference, &order.authorization_code);
    let rng = &mut generator();
    let wanted = scene.with(&scene.medium, |wallet| wallet.km_key(credential, rng));
    assert_eq!(wanted.unwrap(), KmKey::NotWanted);
    let key = scene.key().with_km(scene.lab.next_key().unwrap());
    match scene.issue(&order, &key).unwrap_err() {
        EnrolError::Ca(ClientError::Refused { texts, .. }) => {
            assert!(texts.concat().contains("서명용 키만"), "{texts:?}");
        }
        other => panic!("{other:?}"),
    }
}

/// The CA's certificate that R is encrypted to ends after two years, and there is another one (KCAC.TS.CMP).
#[test]
fn years_later_certificates_have_r_all_the_same() {
    for days in [731, 5 * 365, 8 * 365 - 1] {
        let ledgers = LabLedgers::in_memory();
        let scene = Scene::new(&ledgers);
        let day = scene.lab.now().kst_day().plus_days(days);
        let ten = core::time::Duration::from_secs(36_000);
        scene.lab.wait_until(day.start().saturating_add(ten));
        let stored = scene.issue(&scene.order(), &scene.key()).unwrap();
        let idn = Person::of("hong").unwrap().idn().unwrap();
        let r = scene.opened().random_number.unwrap();
        let vid = check_vid(&stored.certificate, &idn, &r);
        assert_eq!(vid, VidCheck::Matches, "{days}");
    }
}

#[test]
fn a_revoked_signer_is_not_believed() {
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let (root, cas) = scene.lab.trust();
    let ca = scene.lab.authorities.ca(Issuer::Yessign).unwrap();
    let now = scene.lab.now();
    let trusts =
        |trust: CmpTrust| npki_cmp::client::Trust::trusts(&trust, &ca.cmp.certificate, &cas, now);
    let crls = scene.lab.crls().unwrap();
    let trust = || CmpTrust::new([root.clone()]);
    assert!(trusts(trust()));
    assert!(trusts(trust().with_crls(crls.clone())));
    // No list is no good word.
    assert!(!trusts(trust().with_crls([])));
    let own = &ca.settings.certificate;
    let lists_it = |crl: &Crl| crl.issuer().matches(own.subject());
    let others: Vec<_> = crls.into_iter().filter(|crl| !lists_it(crl)).collect();
    assert!(!trusts(trust().with_crls(others.clone())));
    // The CA takes it back, which no order knows of; OCSP says so too.
    let reason = RevocationReason::KeyCompromise;
    let door = scene.lab.ca(Issuer::Yessign).unwrap();
    let revoke = |certificate| door.revoke_service(certificate, reason, scene.lab.now());
    let revoked = revoke(&ca.cmp.certificate).unwrap();
    assert_eq!(revoke(&ca.cmp.certificate).unwrap(), revoked);
    assert!(!trusts(trust().with_crls(scene.lab.crls().unwrap())));
    assert_eq!(
        scene.status(&ca.cmp.certificate),
        CertificateStatus::Revoked(revoked.unwrap())
    );
    // Neither what it has not signed, nor what an order stands behind.
    let held = scene.held();
    for other in [&root, own, &held.certificate] {
        assert!(revoke(other).unwrap().is_err());
    }
    assert_eq!(scene.status(&held.certificate), CertificateStatus::Good);
}

/// The program that `.ci/sweep renew` ends at each of its file operations does what it says when it is let alone.
#[test]
fn renewing_with_everything_on_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let run = |act: &str, told: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_renewing"));
        let command = command.arg(act).arg(dir.path()).env("SWEEP_RAN", told);
        command.output().unwrap().status.success()
    };
    assert!(run("setup", "0") && run("finish", "0"));
    // Nothing was renewed yet, so nobody can have been told.
    assert!(!run("finish", "1"));
    assert!(run("renew", "0"));
    assert!(run("finish", "1") && run("finish", "1"));
}

#[test]
fn a_subscriber_is_no_ca() {
    // A certificate that the same root stands above signs the answer: it is not believed.
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let held = scene.held();
    let (root, cas) = scene.lab.trust();
    let trust = CmpTrust::new([root]);
    let trusts = |signer: &Certificate| {
        npki_cmp::client::Trust::trusts(&trust, signer, &cas, scene.lab.now())
    };
    let ca = scene.lab.authorities.ca(Issuer::Yessign).unwrap();
    assert!(trusts(&ca.cmp.certificate) && trusts(&ca.settings.certificate));
    assert!(!trusts(&held.certificate));
    // Nor is one whose time is over.
    let late = ca.cmp.certificate.not_after();
    scene
        .lab
        .wait_until(late.saturating_add(core::time::Duration::from_secs(1)));
    assert!(!trusts(&ca.cmp.certificate));
}
