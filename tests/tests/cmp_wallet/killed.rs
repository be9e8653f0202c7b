//! A renewal or reissue that ends at any point: what the medium holds is good at the CA, and the next process goes on (R65).

use core::time::Duration;

use npki_cmp::{Body, ErrorMsgContent, MacAlgorithm, Message, Protector, StatusInfo};
use npki_media_folder::FolderMedium;

use super::*;

/// Where a process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// From this message on nothing reaches the CA.
    Sent(usize),
    /// From this message on no answer comes back.
    Answered(usize),
    /// Before this call of the medium.
    Before(Call),
    /// After it.
    After(Call),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Keep,
    Replace,
    Drop,
}

/// A medium at one call of which the process ends.
#[derive(Debug)]
struct Dying<'a> {
    medium: &'a dyn Medium,
    end: End,
}

impl Dying<'_> {
    fn at<T>(
        &self,
        call: Call,
        act: impl FnOnce() -> Result<T, MediumError>,
    ) -> Result<T, MediumError> {
        let killed = || MediumError::Busy {
            at: "killed".into(),
        };
        if self.end == End::Before(call) {
            return Err(killed());
        }
        let done = act();
        match self.end == End::After(call) {
            true => Err(killed()),
            false => done,
        }
    }
}

impl Medium for Dying<'_> {
    fn kind(&self) -> MediumKind {
        self.medium.kind()
    }

    fn list(&self) -> Result<Vec<Entry>, MediumError> {
        self.medium.list()
    }

    fn load(&self, id: &EntryId) -> Result<Bundle, MediumError> {
        self.medium.load(id)
    }

    fn store(&self, bundle: &Bundle, overwrite: Overwrite) -> Result<EntryId, MediumError> {
        match overwrite {
            Overwrite::Refuse => self.medium.store(bundle, overwrite),
            Overwrite::Replace => self.at(Call::Replace, || self.medium.store(bundle, overwrite)),
        }
    }

    fn open(&self, id: &EntryId, password: &Password) -> Result<Opened, MediumError> {
        self.medium.open(id, password)
    }

    fn delete(&self, id: &EntryId) -> Result<(), MediumError> {
        self.medium.delete(id)
    }

    fn change_password(
        &self,
        id: &EntryId,
        old: &Password,
        new: &NewPassword,
        reseal: Reseal,
        rng: &mut dyn rand_core::CryptoRng,
    ) -> Result<(), MediumError> {
        self.medium.change_password(id, old, new, reseal, rng)
    }

    fn keep_unconfirmed(&self, unconfirmed: &Unconfirmed) -> Result<(), MediumError> {
        self.at(Call::Keep, || self.medium.keep_unconfirmed(unconfirmed))
    }

    fn unconfirmed(&self) -> Result<Vec<Unconfirmed>, MediumError> {
        self.medium.unconfirmed()
    }

    fn drop_unconfirmed(&self, certificate: &Certificate) -> Result<(), MediumError> {
        self.at(Call::Drop, || self.medium.drop_unconfirmed(certificate))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Renewed,
    Reissued,
}

/// A subscriber whose pair is to be replaced, on a medium.
struct Replacing<'a> {
    scene: Scene<'a>,
    medium: &'a dyn Medium,
    old: Held,
    order: Option<Registration>,
}

impl<'a> Replacing<'a> {
    fn new(ledgers: &'a LabLedgers, medium: &'a dyn Medium, what: What, how: How) -> Self {
        let scene = Scene::of(what, ledgers);
        let hong = Person::of("hong").unwrap();
        let product = Product::PersonalLimited;
        let old = scene.lab.issue(hong, product, Some(Issuer::Yessign));
        let old = old.unwrap();
        let bundle = bundle(&scene.lab, &old, PASSWORD).unwrap();
        medium.store(&bundle, Overwrite::Refuse).unwrap();
        scene.lab.settle().unwrap();
        let open_day = old.certificate.not_after().kst_day().plus_days(-30);
        let noon = Duration::from_secs(12 * 3600);
        scene.lab.wait_until(open_day.start().saturating_add(noon));
        let reissue = || scene.lab.order_reissue(&old, ReplacedBecause::Superseded);
        let order = (how == How::Reissued).then(|| reissue().unwrap());
        Self {
            scene,
            medium,
            old,
            order,
        }
    }

    fn replace(&self, on: &dyn Medium, key: &NewKey) -> Result<Stored, EnrolError> {
        let password = NewPassword::check(PASSWORD).unwrap();
        let rng = &mut generator();
        self.scene.with(on, |wallet| match &self.order {
            Some(order) => {
                let by = (&order.reference, &order.authorization_code);
                wallet.issue(by, key, &password, sealing(), rng)
            }
            None => wallet.renew(&self.only(), key, &password, sealing(), rng),
        })
    }

    fn only(&self) -> Opened {
        let entries = self.medium.list().unwrap();
        let [entry] = &entries[..] else {
            panic!("{entries:?}")
        };
        let password = Password::new(PASSWORD).unwrap();
        self.medium.open(&entry.id, &password).unwrap()
    }

    fn is_good(&self, certificate: &Certificate) -> bool {
        self.scene.status(certificate) == CertificateStatus::Good
    }

    /// Which certificate on the medium is good; its key opens.
    fn good(&self) -> Certificate {
        let password = Password::new(PASSWORD).unwrap();
        let kept = self.medium.unconfirmed().unwrap();
        let kept = kept.iter().map(|kept| kept.bundle.open(&password).unwrap());
        let mut good = core::iter::once(self.only())
            .chain(kept)
            .filter(|opened| self.is_good(&opened.certificate));
        let found = good.next().expect("a good pair on the medium");
        if let Some(km) = found.km.unwrap() {
            assert!(self.is_good(&km.certificate));
        }
        found.certificate
    }
}

/// What ends, what is good then, and whether the next process needs the same key.
const ROWS: &[(End, Good, Next)] = &[
    (End::Sent(2), Good::Old, Next::SameKey),
    (End::Answered(2), Good::Old, Next::SameKey),
    (End::Before(Call::Keep), Good::Old, Next::SameKey),
    (End::After(Call::Keep), Good::Old, Next::AnyKey),
    (End::Sent(3), Good::Old, Next::AnyKey),
    (End::Answered(3), Good::New, Next::AnyKey),
    (End::Before(Call::Replace), Good::New, Next::AnyKey),
    (End::After(Call::Replace), Good::New, Next::Nothing),
    (End::Before(Call::Drop), Good::New, Next::Nothing),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Good {
    Old,
    New,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    SameKey,
    AnyKey,
    Nothing,
}

fn ends_anywhere(medium: &dyn Fn() -> Box<dyn Medium>, what: What, how: How) {
    for (end, good, next) in ROWS {
        let at = format!("{end:?} {what:?} {how:?}");
        let ledgers = LabLedgers::in_memory();
        let medium = medium();
        let replacing = Replacing::new(&ledgers, &*medium, what, how);
        let scene = &replacing.scene;
        let key = scene.keys();
        scene.loss.set(match end {
            End::Sent(number) => Loss::RequestsFrom(*number),
            End::Answered(number) => Loss::AnswersFrom(*number),
            _ => Loss::None,
        });
        let dying = Dying {
            medium: &*medium,
            end: *end,
        };
        let ended = replacing.replace(&dying, &key);
        assert_eq!(ended.is_ok(), *end == End::Before(Call::Drop), "{at}");
        let found = replacing.good();
        assert_eq!(
            found == replacing.old.certificate,
            *good == Good::Old,
            "{at}"
        );

        // Another process.
        scene.loss.set(Loss::None);
        let stored = match next {
            Next::SameKey => replacing.replace(&*medium, &key).unwrap().certificate,
            Next::AnyKey => {
                let [kept] = &medium.unconfirmed().unwrap()[..] else {
                    panic!("{at}")
                };
                let stored = replacing.replace(&*medium, &scene.keys()).unwrap();
                assert_eq!(stored.certificate, kept.bundle.sign.certificate, "{at}");
                stored.certificate
            }
            Next::Nothing => replacing.only().certificate,
        };
        assert_eq!(replacing.only().certificate, stored, "{at}");
        assert_eq!(replacing.good(), stored, "{at}");
        assert!(!replacing.is_good(&replacing.old.certificate), "{at}");
        let left = medium.unconfirmed().unwrap().len();
        assert_eq!(left, usize::from(*next == Next::Nothing), "{at}");
    }
}

fn in_memory() -> Box<dyn Medium> {
    Box::new(MemoryMedium::new())
}

#[test]
fn a_renewal_may_end_anywhere() {
    ends_anywhere(&in_memory, What::Pair, How::Renewed);
}

#[test]
fn a_reissue_may_end_anywhere() {
    ends_anywhere(&in_memory, What::One, How::Reissued);
}

#[test]
fn a_renewal_in_a_folder_may_end_anywhere() {
    let dir = tempfile::tempdir().unwrap();
    let count = Cell::new(0);
    let folder = || -> Box<dyn Medium> {
        count.set(count.get() + 1);
        let home = dir.path().join(count.get().to_string());
        std::fs::create_dir(&home).unwrap();
        Box::new(FolderMedium::at(home.join("NPKI")))
    };
    ends_anywhere(&folder, What::One, How::Renewed);
}

/// What nobody has confirmed in time comes to nothing: the old pair is good, and is renewed anew.
#[test]
fn what_was_not_confirmed_in_time_is_asked_for_anew() {
    let ledgers = LabLedgers::in_memory();
    let medium = MemoryMedium::new();
    let replacing = Replacing::new(&ledgers, &medium, What::Pair, How::Renewed);
    let scene = &replacing.scene;
    scene.loss.set(Loss::RequestsFrom(3));
    replacing.replace(&medium, &scene.keys()).unwrap_err();
    let [kept] = &medium.unconfirmed().unwrap()[..] else {
        panic!("not kept")
    };
    let lapsed = &kept.bundle.sign.certificate;
    scene.lab.wait(Duration::from_secs(86_400));
    scene.lab.settle().unwrap();
    assert!(matches!(
        scene.status(lapsed),
        CertificateStatus::Revoked(_)
    ));
    assert_eq!(replacing.good(), replacing.old.certificate);

    scene.loss.set(Loss::None);
    let stored = replacing.replace(&medium, &scene.keys()).unwrap();
    assert_ne!(stored.certificate, *lapsed);
    assert_eq!(replacing.only().certificate, stored.certificate);
    assert_eq!(replacing.good(), stored.certificate);
    assert_eq!(medium.unconfirmed().unwrap().len(), 0);
}

/// Where our CA says pkiConf again, others say certConfirmed (RFC 9810 section 5.2.3). No other refusal is taken so.
#[test]
fn a_ca_that_has_it_already_may_call_that_an_error() {
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let order = scene.order();
    scene.loss.set(Loss::AnswersFrom(3));
    scene.issue(&order, &scene.key()).unwrap_err();
    let first = scene.opened().certificate;
    assert_eq!(scene.status(&first), CertificateStatus::Good);
    scene.loss.set(Loss::None);
    for (why, taken) in [
        (FailureInfo::BadRequest, false),
        (FailureInfo::CertConfirmed, true),
    ] {
        let post = |message: &[u8]| {
            let answer = scene.post(message)?;
            let asked = Message::parse(message).unwrap();
            Ok(match asked.body() {
                Body::CertConf(_) => refused(&answer, why, &order),
                _ => answer,
            })
        };
        let issued = scene.with_post(&scene.medium, &post, |wallet| {
            issue(wallet, &order, &scene.key())
        });
        assert_eq!(issued.is_ok(), taken, "{issued:?}");
        let left = scene.medium.unconfirmed().unwrap().len();
        assert_eq!(left, usize::from(!taken));
        assert_eq!(scene.opened().certificate, first);
    }
}

/// The same answer, as an error.
fn refused(answer: &[u8], why: FailureInfo, order: &Registration) -> Vec<u8> {
    let rng = &mut generator();
    let error = Body::Error(ErrorMsgContent {
        status: StatusInfo::rejection(why, ["refused"]).unwrap(),
        error_code: None,
        error_details: None,
    });
    let header = Message::parse(answer).unwrap().header().clone();
    let with = Protector::Code {
        code: &order.authorization_code,
        mac: MacAlgorithm::pbm(rng),
    };
    let message = Message::protect(header, error, None, &with, rng).unwrap();
    message.der().to_vec()
}
