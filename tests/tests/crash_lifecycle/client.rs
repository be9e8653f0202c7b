//! The subscriber's side: asks with a key, and asks again with the same key until there is an answer.

use core::time::Duration;

use npki_ca::BareRequest;
use npki_core::{
    Channel, Instant, Issuer, OrderAction, Product, ReplacedBecause, RevocationReason,
};
use npki_key::PrivateKey;
use npki_lab::{Held, Lab, LabError, Person, Port, Stage, Trouble};
use npki_ledger::IdempotencyKey;
use npki_policy::Krw;
use npki_ra::ports::{AccountPassword, Secret, UserId};
use npki_ra::{
    Answer, Application, Begin, Choice, Command, Consent, DetailsForm, Refund, Revocation, Revoke,
    Selection, Session, Step, SubscriberDetails,
};

use crate::end::{End, end_of};
use crate::world::World;

/// 홍길동, who does not give up.
pub(crate) struct Client<'a> {
    world: &'a World,
    /// `None` only while the programs are being started anew.
    lab: Option<Lab<'a>>,
    on_sound_ledgers: bool,
    person: &'static Person,
    /// What goes wrong in this life, to be named when a law is broken.
    pub(crate) fate: Option<String>,
}

impl<'a> Client<'a> {
    pub(crate) fn new(world: &'a World) -> Self {
        let lab = Lab::new(1, npki_tests::now(), &world.failing).unwrap();
        Self {
            world,
            lab: Some(lab),
            on_sound_ledgers: false,
            person: Person::of("hong").unwrap(),
            fate: None,
        }
    }

    /// The seven steps for a first certificate.
    pub(crate) fn issue(&mut self, name: &str, product: Product, issuer: Issuer) -> Held {
        let selection = Selection::New {
            product,
            issuer: Some(issuer),
        };
        let action = OrderAction::Issue;
        self.seven_steps(name, action, product, issuer, selection)
    }

    /// The seven steps for one in the place of another.
    pub(crate) fn reissue(&mut self, name: &str, old: &Held, because: ReplacedBecause) -> Held {
        let selection = Selection::InPlaceOf {
            issuer: old.issuer,
            serial: old.certificate.serial_number().octets().to_vec(),
            because,
        };
        let action = OrderAction::Reissue;
        self.seven_steps(name, action, old.product, old.issuer, selection)
    }

    /// Renews by the old certificate's signature.
    pub(crate) fn renew(&mut self, name: &str, old: &Held) -> Held {
        let lab = self.lab();
        let (key, r) = lab.new_key().unwrap();
        let request = BareRequest::by_certificate(
            old.certificate.serial_number().octets(),
            OrderAction::Renew,
            &*old.key.signing_key().unwrap(),
            &*key.signing_key().unwrap(),
            Some(r),
            &mut lab.rng(),
        );
        self.take(name, &request.unwrap(), key, old.product, old.issuer)
    }

    /// Revokes by the certificate's own signature, and says what becomes of the fee.
    pub(crate) fn revoke(&mut self, name: &str, held: &Held, reason: RevocationReason) -> Refund {
        let request = Revoke {
            issuer: held.issuer,
            serial: held.certificate.serial_number().octets().to_vec(),
            reason,
        };
        let revoke = |lab: &Lab<'_>| {
            Ok(lab.ra().revoke_by_certificate(
                &request,
                &key_of(name, 0),
                lab.now(),
                &mut lab.rng(),
            )?)
        };
        let _ = self.ask(name, revoke);
        self.settle(name);
        match self.ask(name, revoke) {
            Revocation::Revoked { refund, .. } => refund,
            other => panic!("{:?}: {name}: {other:?}", self.fate),
        }
    }

    fn seven_steps(
        &mut self,
        name: &str,
        action: OrderAction,
        product: Product,
        issuer: Issuer,
        selection: Selection,
    ) -> Held {
        let (person, lab) = (self.person, self.lab());
        let begin = Begin {
            errand: action.into(),
            channel: Channel::Pc,
            session: Session::LoggedIn,
            user: UserId::new(&person.user),
            idn: person.idn().unwrap(),
            terms: lab.terms().of_the_bank().cloned().collect(),
        };
        let choice = Choice {
            selection,
            terms: lab.terms().of_the_ca(issuer).cloned().collect(),
            consent: Some(Consent::Given),
        };
        let mut application = self.ask(name, |lab| {
            done(
                lab.ra()
                    .begin(&begin, &key_of(name, 0), lab.now(), &mut lab.rng())?,
            )
        });
        let id = application.id();
        for request in 1..40 {
            let command = match application.next() {
                Step::Choose(_) => Command::Choose(choice.clone()),
                Step::Identify(step) if step.extra().is_none() && step.call_until().is_none() => {
                    step.call_phone(0)
                }
                Step::Identify(step) if step.extra().is_none() => step.phone_approved(),
                Step::Identify(step) if !step.has_account() => {
                    step.account(0, AccountPassword(Secret::new(&person.account_password)))
                }
                Step::Identify(step) => match step.card_question() {
                    Some(asked) => step.means(person.card_answer(&asked)),
                    None => step.ask_card(),
                },
                Step::ConfirmFee(step) => step.confirm(None),
                Step::Details(step) => step.give(details(person)),
                Step::PasswordAndMedium(step) => step.order(),
                Step::Waiting => {
                    self.settle(name);
                    application = self.ask(name, |lab| Ok(lab.ra().application(id)?.unwrap()));
                    continue;
                }
                Step::AtTheCa(_) => break,
                _ => panic!("{:?}: {name}: {:?}", self.fate, application.next()),
            };
            application = self.ask(name, |lab| {
                let key = key_of(name, request);
                done(
                    lab.ra()
                        .handle(id, &command, &key, lab.now(), &mut lab.rng())?,
                )
            });
        }
        // The subscriber takes a while to make a key, and programs that finish what is open run every few seconds.
        self.settle(name);
        let registration = self.ask(name, |lab| Ok(lab.ra().registration(id, lab.now())?));
        let lab = self.lab();
        let (key, r) = lab.new_key().unwrap();
        let request = BareRequest::by_code(
            &registration.reference,
            &registration.authorization_code,
            &*key.signing_key().unwrap(),
            Some(r),
            &mut lab.rng(),
        );
        self.take(name, &request.unwrap(), key, product, issuer)
    }

    /// The request goes to the CA, the certificate comes back and is confirmed.
    fn take(
        &mut self,
        name: &str,
        request: &BareRequest,
        key: PrivateKey,
        product: Product,
        issuer: Issuer,
    ) -> Held {
        let signed = self.ask(name, |lab| {
            let ca = lab.ca(issuer).unwrap();
            let grant = ca.redeem(&request.as_request(), lab.now(), &mut lab.rng())?;
            let grant = grant.map_err(LabError::RefusedByCa)?;
            Ok(ca.sign(grant, lab.now(), &mut lab.rng())?)
        });
        let fingerprint = signed.certificate.sha256_fingerprint();
        self.ask(name, |lab| {
            let ca = lab.ca(issuer).unwrap();
            ca.confirm(&signed.order, &fingerprint, lab.now())?
                .map_err(LabError::RefusedByCa)
        });
        self.settle(name);
        Held {
            person: self.person.clone(),
            issuer,
            product,
            certificate: signed.certificate,
            key,
            km: None,
        }
    }

    /// Asks until there is an answer. Programs that died are started anew; what they said reached nobody.
    fn ask<T>(&mut self, name: &str, act: impl Fn(&Lab<'_>) -> Result<T, LabError>) -> T {
        let mut last = None;
        for _ in 0..4 {
            let answer = act(self.lab());
            if self.world.has_dead() && !self.on_sound_ledgers {
                self.on_sound_ledgers = true;
                let lab = self.lab.take().unwrap();
                self.lab = Some(lab.restarted(&self.world.sound));
                continue;
            }
            match answer {
                Ok(answer) => return answer,
                // Nobody in these lives asks for what is forbidden.
                Err(refused @ (LabError::RefusedByBank(_) | LabError::RefusedByCa(_))) => {
                    panic!("{:?}: {name}: {refused}", self.fate)
                }
                Err(error) => last = Some(error),
            }
        }
        panic!("{:?}: {name}: no answer: {last:?}", self.fate)
    }

    /// Lets bank and CAs finish. Twice, because the one fault may come in the first.
    fn settle(&mut self, name: &str) {
        for _ in 0..2 {
            self.ask(name, |lab| lab.settle());
        }
    }

    pub(crate) fn wait(&self, span: Duration) {
        self.lab().wait(span);
    }

    pub(crate) fn wait_until(&self, instant: Instant) {
        self.lab().wait_until(instant);
    }

    pub(crate) fn money(&self) -> Vec<(Krw, Stage)> {
        self.lab().outside.reservations()
    }

    pub(crate) fn trouble_at(&self, port: Port, call: u64, trouble: Trouble) {
        self.lab().outside.trouble_at(port, call, trouble);
    }

    pub(crate) fn calls_of(&self, port: Port) -> u64 {
        self.lab().outside.calls_of(port)
    }

    pub(crate) fn end(&self) -> End {
        end_of(self.lab(), &self.world.sound, self.person)
    }

    fn lab(&self) -> &Lab<'a> {
        self.lab.as_ref().unwrap()
    }
}

/// Every request has a key of its own, which it keeps.
fn key_of(name: &str, request: usize) -> IdempotencyKey {
    IdempotencyKey::new(format!("request {request:_>16} {name}").as_bytes()).unwrap()
}

fn done(answer: Answer) -> Result<Application, LabError> {
    match answer {
        Answer::Done(application) => Ok(application),
        Answer::Refused(refusal) => Err(LabError::RefusedByBank(refusal)),
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
