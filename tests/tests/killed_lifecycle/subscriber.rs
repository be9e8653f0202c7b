//! A subscriber whose program is killed with the bank's and the CA's, and goes on by what it has written down.
//!
//! Whatever a step asks for is made of its name: keys, R, the requests' octets and their idempotency keys are the same in
//! every program. What was received and acknowledged stands in the diary.

use core::time::Duration;

use npki_ca::BareRequest;
use npki_core::{
    Channel, Instant, Issuer, OrderAction, Product, RandomNumber, ReplacedBecause, RevocationReason,
};
use npki_key::PrivateKey;
use npki_lab::{Held, KeyPool, Lab, LabLedgers, LabRng, Person};
use npki_ledger::IdempotencyKey;
use npki_ra::ports::{AccountPassword, Secret, UserId};
use npki_ra::{
    Answer, Application, Begin, Choice, Command, Consent, DetailsForm, Revocation, Revoke,
    Selection, Session, Step, SubscriberDetails,
};

use crate::diary::Diary;
use crate::end::{End, end_of};

pub(crate) struct Subscriber<'a> {
    lab: Lab<'a>,
    ledgers: &'a LabLedgers,
    diary: Diary,
    person: &'static Person,
}

impl<'a> Subscriber<'a> {
    /// It is as late as the diary says: what was begun before is gone on with, at the hour of now.
    pub(crate) fn new(lab: Lab<'a>, ledgers: &'a LabLedgers, diary: Diary) -> Self {
        if let Some(now) = diary.last("waited") {
            lab.wait_until(now.parse().unwrap());
        }
        Self {
            lab,
            ledgers,
            diary,
            person: Person::of("hong").unwrap(),
        }
    }

    pub(crate) fn issue(&mut self, name: &str, product: Product, issuer: Issuer) -> Held {
        let selection = Selection::New {
            product,
            issuer: Some(issuer),
        };
        self.seven_steps(name, OrderAction::Issue, product, issuer, selection)
    }

    pub(crate) fn reissue(&mut self, name: &str, old: &Held, because: ReplacedBecause) -> Held {
        let selection = Selection::InPlaceOf {
            issuer: old.issuer,
            serial: old.certificate.serial_number().octets().to_vec(),
            because,
        };
        let action = OrderAction::Reissue;
        self.seven_steps(name, action, old.product, old.issuer, selection)
    }

    pub(crate) fn renew(&mut self, name: &str, old: &Held) -> Held {
        let (key, r) = new_key(name);
        let request = BareRequest::by_certificate(
            old.certificate.serial_number().octets(),
            OrderAction::Renew,
            &*old.key.signing_key().unwrap(),
            &*key.signing_key().unwrap(),
            Some(r),
            &mut rng(name),
        );
        self.take(name, old.product, old.issuer, |_| request.unwrap())
    }

    pub(crate) fn revoke(&mut self, name: &str, held: &Held) {
        if self.diary.find("revoked", name).is_some() {
            return;
        }
        let request = Revoke {
            issuer: held.issuer,
            serial: held.certificate.serial_number().octets().to_vec(),
            reason: RevocationReason::CessationOfOperation,
        };
        let (lab, key) = (&self.lab, key_of(name, "revoke"));
        let revoke = || {
            lab.ra()
                .revoke_by_certificate(&request, &key, lab.now(), &mut lab.rng())
        };
        revoke().unwrap();
        lab.settle().unwrap();
        let Revocation::Revoked { refund, .. } = revoke().unwrap() else {
            panic!("{name}: not revoked")
        };
        self.diary.write("revoked", name, &format!("{refund:?}"));
    }

    fn seven_steps(
        &mut self,
        name: &str,
        action: OrderAction,
        product: Product,
        issuer: Issuer,
        selection: Selection,
    ) -> Held {
        self.take(name, product, issuer, |this| {
            let application = this.apply(name, action, issuer, selection);
            let lab = &this.lab;
            lab.settle().unwrap();
            let registration = lab.ra().registration(application.id(), lab.now()).unwrap();
            let (key, r) = new_key(name);
            let request = BareRequest::by_code(
                &registration.reference,
                &registration.authorization_code,
                &*key.signing_key().unwrap(),
                Some(r),
                &mut rng(name),
            );
            request.unwrap()
        })
    }

    /// Steps 1 to 6, from wherever the bank says that the application stands.
    fn apply(
        &self,
        name: &str,
        action: OrderAction,
        issuer: Issuer,
        selection: Selection,
    ) -> Application {
        let (person, lab) = (self.person, &self.lab);
        let begin = Begin {
            errand: action.into(),
            channel: Channel::Pc,
            session: Session::LoggedIn,
            user: UserId::new(&person.user),
            idn: person.idn().unwrap(),
            terms: lab.terms().of_the_bank().cloned().collect(),
        };
        let key = key_of(name, "begin");
        let begun = lab.ra().begin(&begin, &key, lab.now(), &mut lab.rng());
        let mut application = done(begun.unwrap());
        let id = application.id();
        let mut choice = Some(Choice {
            selection,
            terms: lab.terms().of_the_ca(issuer).cloned().collect(),
            consent: Some(Consent::Given),
        });
        loop {
            let (step, command) = match application.next() {
                Step::Choose(_) => ("choose", Command::Choose(choice.take().unwrap())),
                Step::Identify(step) if step.extra().is_none() && step.call_until().is_none() => {
                    ("call", step.call_phone(0))
                }
                Step::Identify(step) if step.extra().is_none() => {
                    // Perhaps nobody was called yet, and the answer never came: the same is asked again.
                    let Step::Identify(before) = application.next() else {
                        unreachable!("nothing happened since")
                    };
                    let (call, key) = (before.call_phone(0), key_of(name, "call"));
                    let called = lab.ra().handle(id, &call, &key, lab.now(), &mut lab.rng());
                    done(called.unwrap());
                    ("approved", step.phone_approved())
                }
                Step::Identify(step) if !step.has_account() => {
                    let password = AccountPassword(Secret::new(&person.account_password));
                    ("account", step.account(0, password))
                }
                Step::Identify(step) => match step.card_question() {
                    Some(asked) => ("means", step.means(person.card_answer(&asked))),
                    None => ("cells", step.ask_card()),
                },
                Step::ConfirmFee(step) => ("fee", step.confirm(None)),
                Step::Details(step) => ("details", step.give(details(person))),
                Step::PasswordAndMedium(step) => ("order", step.order()),
                Step::Waiting => {
                    lab.settle().unwrap();
                    application = lab.ra().application(id).unwrap().unwrap();
                    continue;
                }
                Step::AtTheCa(_) => return application,
                other => panic!("{name}: {other:?}"),
            };
            let key = key_of(name, step);
            let handled = lab
                .ra()
                .handle(id, &command, &key, lab.now(), &mut lab.rng());
            application = done(handled.unwrap());
        }
    }

    /// Asks for the certificate, writes it down, confirms it, and writes down that this was acknowledged.
    fn take(
        &mut self,
        name: &str,
        product: Product,
        issuer: Issuer,
        ask: impl FnOnce(&Self) -> BareRequest,
    ) -> Held {
        if self.diary.received(name).is_none() {
            let request = ask(self);
            let lab = &self.lab;
            let ca = lab.ca(issuer).unwrap();
            let granted = ca.redeem(&request.as_request(), lab.now(), &mut lab.rng());
            let signed = ca.sign(granted.unwrap().unwrap(), lab.now(), &mut lab.rng());
            let signed = signed.unwrap();
            self.diary.receive(name, &signed.order, &signed.certificate);
        }
        let (order, certificate) = self.diary.received(name).unwrap();
        if self.diary.find("confirmed", name).is_none() {
            let ca = self.lab.ca(issuer).unwrap();
            let fingerprint = certificate.sha256_fingerprint();
            let confirmed = ca.confirm(&order, &fingerprint, self.lab.now());
            confirmed.unwrap().unwrap();
            self.diary.write("confirmed", name, "yes");
        }
        self.lab.settle().unwrap();
        Held {
            person: self.person.clone(),
            issuer,
            product,
            certificate,
            key: new_key(name).0,
            km: None,
        }
    }

    /// Lets time pass after something, once.
    pub(crate) fn wait(&mut self, after: &str, span: Duration) {
        self.wait_until(after, self.lab.now().saturating_add(span));
    }

    pub(crate) fn wait_until(&mut self, after: &str, instant: Instant) {
        if self.diary.find("waited", after).is_none() {
            let seconds = instant.unix_seconds().to_string();
            self.diary.write("waited", after, &seconds);
            self.lab.wait_until(instant);
        }
    }

    /// The end, after the laws have been checked: also that what was acknowledged is there, and nothing else.
    pub(crate) fn end(&self, names: &[&str]) -> End {
        let user = UserId::new(&self.person.user);
        let bank = self.lab.ra().look_up(&user).unwrap().unwrap().subscriber;
        let known: Vec<_> = bank
            .certificates
            .iter()
            .map(|c| c.name.serial.as_bytes())
            .collect();
        let held: Vec<_> = names
            .iter()
            .map(|name| self.diary.received(name).unwrap().1)
            .collect();
        let held: Vec<_> = held.iter().map(|c| c.serial_number().octets()).collect();
        assert_eq!(known, held);
        end_of(&self.lab, self.ledgers, self.person)
    }
}

/// The same key and R for the same name.
fn new_key(name: &str) -> (PrivateKey, RandomNumber) {
    let number = NAMES.iter().position(|known| *known == name).unwrap();
    let r = RandomNumber::generate(&mut rng(&format!("R of {name}")));
    // Behind those of root and CAs.
    let key = KeyPool::key(6 + number).unwrap();
    (key.with_random_number(&r).unwrap(), r)
}

/// What certificates are called in the lives.
const NAMES: &[&str] = &["first", "leaked", "second", "renewed"];

fn rng(name: &str) -> LabRng {
    let seed = name.bytes().fold(0_u64, |seed, b| {
        seed.wrapping_mul(257).wrapping_add(b.into())
    });
    LabRng::new(seed)
}

fn key_of(name: &str, step: &str) -> IdempotencyKey {
    IdempotencyKey::new(format!("{name:_>16} {step}").as_bytes()).unwrap()
}

fn done(answer: Answer) -> Application {
    match answer {
        Answer::Done(application) => application,
        Answer::Refused(refusal) => panic!("{refusal:?}"),
    }
}

fn details(person: &Person) -> SubscriberDetails {
    SubscriberDetails::new(DetailsForm {
        english_name: person.english_name.to_string(),
        email: format!("{}@lab.example", person.user),
        postal_code: "00000".into(),
        address: "시험시 시험로 1".into(),
        phone: person.phone.to_string(),
        mobile: String::new(),
    })
    .unwrap()
}
