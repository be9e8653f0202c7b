//! How requests end that were kept, sealed, because the bank did not answer: renewals above all, which stand with the
//! certificate that asks for them and have no order yet that could end.

use npki_core::{Replaced, ReplacedBecause};
use npki_ledger::SealedId;

use super::*;

/// A certificate, and a renewal that its holder has asked for while the bank was silent.
struct Renewal {
    scene: Scene,
    ledger: MemoryLedger,
    certificate: npki_cert::Certificate,
    key: Box<dyn SigningKey>,
    new_key: Box<dyn SigningKey>,
    trusted: [npki_cert::Certificate; 1],
}

/// What the subscriber's program has by then.
struct Waiting<'a> {
    asking: Box<Enrolling<'a>>,
    request: Vec<u8>,
    sealed: SealedId,
}

impl Renewal {
    fn new() -> Self {
        let (scene, ledger) = (Scene::new(), MemoryLedger::new());
        let registration = scene.order(&ledger, 1);
        let mut client = Client::new(&registration, 1, &[]);
        let asking = client.ask(true);
        let answer = scene.answer(&ledger, asking.message(), 1);
        let certificate = issued(asking, &answer).unwrap().certificate().clone();
        let key = |seed| {
            let key = PrivateKey::generate(KeyKind::P256, &mut LabRng::new(seed));
            key.unwrap().signing_key().unwrap()
        };
        let own = scene.authorities.ca(Issuer::Yessign).unwrap();
        Self {
            trusted: [own.cmp.certificate.clone()],
            key: key(2_000_001),
            new_key: key(3),
            scene,
            ledger,
            certificate,
        }
    }

    fn credential(&self) -> Credential<'_> {
        Credential::Certificate {
            certificate: &self.certificate,
            key: &*self.key,
        }
    }

    /// Asks; the bank does not answer, and the request is kept.
    fn begin<'a>(
        &'a self,
        credential: &'a Credential<'a>,
        trust: &'a &'a [npki_cert::Certificate],
        implicit: bool,
    ) -> Waiting<'a> {
        let wanted = Wanted {
            kind: Kind::Renewal,
            key: &*self.new_key,
            km_key: None,
            subject: None,
            random_number: None,
            implicit_confirmation: implicit,
        };
        let nobody = npki_cert::Name::parse(&[0x30, 0]).unwrap();
        let mut rng = LabRng::new(5);
        let asking = Enrolling::begin(&wanted, credential, trust, &nobody, now(), &mut rng);
        let asking = asking.unwrap();
        let request = asking.message().to_vec();
        self.scene.bank.silent.store(1, Ordering::SeqCst);
        let Step::Wait { then, .. } = self.answered(asking).unwrap() else {
            panic!("not waiting")
        };
        let records = self.ledger.records(0, 1_000).unwrap();
        let record = records.last().unwrap().record();
        assert_eq!(record.kind.as_str(), "ca.deferred");
        let waiting = Waiting {
            asking: then,
            request,
            sealed: record.sealed.first().unwrap().id,
        };
        assert!(self.is_kept(&waiting.sealed));
        waiting
    }

    fn answered<'a>(&self, asking: Enrolling<'a>) -> Result<Step<'a>, ClientError> {
        let answer = self.scene.answer(&self.ledger, asking.message(), 6);
        asking.take(&answer, now(), &mut LabRng::new(7))
    }

    /// Whether there is anything left to open.
    fn is_kept(&self, sealed: &SealedId) -> bool {
        let row = self.ledger.sealed(sealed).unwrap().unwrap();
        row.record.is_some()
    }

    /// The bank has an order by now.
    fn order(&self) {
        let order = self.scene.bank_order(2, Order::SIGN);
        let serial = self.certificate.serial_number().octets();
        *self.scene.bank.renewal.lock().unwrap() = Some(Order {
            action: OrderAction::Renew,
            replaces: Some(Replaced {
                serial: der::asn1::OctetString::new(serial).unwrap(),
                because: ReplacedBecause::Superseded,
            }),
            ..order
        });
    }

    fn reconcile(&self, at: Instant) -> usize {
        self.scene.ca(&self.ledger).reconcile(at).unwrap().forgotten
    }

    /// What an answer at an instant is, and why, where it is a refusal.
    fn told(&self, message: &[u8], at: Instant) -> (&'static str, Vec<FailureInfo>) {
        let answer = self.scene.answer_at(at, &self.ledger, message, 8);
        let answer = Message::parse(&answer).unwrap();
        let failures = match answer.body() {
            Body::Error(error) => error.status.failures().collect(),
            _ => vec![],
        };
        (answer.body().name(), failures)
    }
}

fn after(seconds: u64) -> Instant {
    now().saturating_add(Duration::from_secs(seconds))
}

const A_DAY: u64 = 86_400;

#[test]
fn a_kept_renewal_is_destroyed_when_it_is_confirmed() {
    let renewal = Renewal::new();
    let (credential, trust) = (renewal.credential(), &renewal.trusted[..]);
    let waiting = renewal.begin(&credential, &trust, false);
    renewal.order();
    let Step::Issued(found) = renewal.answered(*waiting.asking).unwrap() else {
        panic!("still waiting")
    };
    // Until then a lost answer may be asked for again.
    assert!(renewal.is_kept(&waiting.sealed));
    let mut confirming = found.confirm(now(), &mut LabRng::new(9)).unwrap();
    for _ in 0..2 {
        let answer = renewal
            .scene
            .answer(&renewal.ledger, confirming.message(), 10);
        confirming.take(&answer, now()).unwrap();
        assert!(!renewal.is_kept(&waiting.sealed));
    }
    assert_eq!(renewal.reconcile(after(2 * A_DAY)), 0);
}

#[test]
fn after_an_implicit_confirmation_a_kept_renewal_has_its_day() {
    let renewal = Renewal::new();
    let (credential, trust) = (renewal.credential(), &renewal.trusted[..]);
    let waiting = renewal.begin(&credential, &trust, true);
    renewal.order();
    let poll = waiting.asking.message().to_vec();
    // Its answer is lost; the same poll is answered again by the same certificate.
    let bodies: Vec<_> = (0..2)
        .map(|seed| {
            let answer = renewal.scene.answer(&renewal.ledger, &poll, seed);
            Message::parse(&answer).unwrap().body().clone()
        })
        .collect();
    assert_eq!(bodies[0].name(), "kup");
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(renewal.reconcile(after(A_DAY)), 0);
    assert!(renewal.is_kept(&waiting.sealed));
    assert_eq!(renewal.reconcile(after(A_DAY + 1)), 1);
    assert!(!renewal.is_kept(&waiting.sealed));
}

/// Refused or never polled for: the same refusal for a day, and then nothing is left.
#[test]
fn a_kept_renewal_is_destroyed_after_a_day() {
    let renewal = Renewal::new();
    let (credential, trust) = (renewal.credential(), &renewal.trusted[..]);
    let waiting = renewal.begin(&credential, &trust, false);
    let poll = waiting.asking.message();
    // The bank has no renewal, and says so each time.
    let refused = || renewal.told(poll, after(1));
    assert_eq!(refused(), ("error", vec![FailureInfo::NotAuthorized]));
    assert_eq!(refused(), ("error", vec![FailureInfo::NotAuthorized]));

    assert_eq!(renewal.reconcile(after(A_DAY)), 0);
    assert!(renewal.is_kept(&waiting.sealed));
    // Once, whichever node comes first.
    assert_eq!(renewal.reconcile(after(A_DAY + 1)), 1);
    assert_eq!(renewal.reconcile(after(A_DAY + 1)), 0);
    assert!(!renewal.is_kept(&waiting.sealed));
    let late = after(A_DAY + 2);
    assert_eq!(
        renewal.told(poll, late),
        ("error", vec![FailureInfo::BadRequest])
    );
    // Nobody waits for ever under a name whose request is gone.
    renewal.scene.bank.silent.store(1, Ordering::SeqCst);
    assert_eq!(
        renewal.told(&waiting.request, late),
        ("error", vec![FailureInfo::TransactionIdInUse])
    );
    assert_eq!(
        renewal
            .ledger
            .sealed(&waiting.sealed)
            .unwrap()
            .unwrap()
            .record,
        None
    );
}

/// Only the octets that are kept wait under their name.
#[test]
fn other_octets_do_not_wait_in_the_place_of_what_is_kept() {
    let renewal = Renewal::new();
    let (credential, trust) = (renewal.credential(), &renewal.trusted[..]);
    let waiting = renewal.begin(&credential, &trust, false);
    let kept = Message::parse(&waiting.request).unwrap();
    let mut header = kept.header().clone();
    header.sender_nonce = Some(der::asn1::OctetString::new([7; 16]).unwrap());
    let certificates: Vec<_> = kept.extra_certs().collect();
    let with = Protector::Key(&*renewal.key);
    let mut rng = LabRng::new(9);
    let body = kept.body().clone();
    let certificates = certificates.iter().map(Vec::as_slice);
    let other = Message::protect(header, body, certificates, &with, &mut rng).unwrap();
    renewal.scene.bank.silent.store(2, Ordering::SeqCst);
    assert_eq!(
        renewal.told(other.der(), now()),
        ("error", vec![FailureInfo::TransactionIdInUse])
    );
    assert_eq!(renewal.told(&waiting.request, now()).0, "kup");
}

/// A request that stands with its order ends with it, however it was confirmed.
#[test]
fn a_kept_first_request_ends_with_its_order() {
    for implicit in [false, true] {
        let (scene, ledger) = (Scene::new(), MemoryLedger::new());
        let registration = scene.order(&ledger, 1);
        let mut client = Client::new(&registration, 1, &[]);
        scene.bank.silent.store(1, Ordering::SeqCst);
        let asking = client.ask(implicit);
        let answer = scene.answer(&ledger, asking.message(), 1);
        let waits = asking.take(&answer, now(), &mut LabRng::new(1)).unwrap();
        let Step::Wait { then, .. } = waits else {
            panic!("not waiting")
        };
        let records = ledger.records(0, 1_000).unwrap();
        let mut sealed = records.iter().flat_map(|r| &r.record().sealed);
        let request = sealed.find(|sealed| sealed.kind.as_str() == "request");
        let id = request.unwrap().id;
        let is_kept = || ledger.sealed(&id).unwrap().unwrap().record.is_some();
        let answer = scene.answer(&ledger, then.message(), 2);
        let Step::Issued(found) = then.take(&answer, now(), &mut LabRng::new(2)).unwrap() else {
            panic!("still waiting")
        };
        assert!(is_kept());
        if !implicit {
            let mut confirming = found.confirm(now(), &mut LabRng::new(3)).unwrap();
            let answer = scene.answer(&ledger, confirming.message(), 3);
            confirming.take(&answer, now()).unwrap();
        }
        assert_eq!(is_kept(), implicit);
        // The order's day, and the ten minutes in which a certificate can be confirmed.
        let ca = scene.ca(&ledger);
        let until = A_DAY + 600;
        assert_eq!(ca.reconcile(after(until)).unwrap().forgotten, 0);
        let forgotten = ca.reconcile(after(until + 1)).unwrap().forgotten;
        assert_eq!(forgotten, usize::from(implicit));
        assert!(!is_kept());
    }
}
