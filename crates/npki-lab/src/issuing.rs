use npki_ca::{BareRequest, NewKeys, Signed};
use npki_cert::Certificate;
use npki_core::{
    Channel, Holder, Issuer, OrderAction, OrderId, Product, RandomNumber, Registration,
    ReplacedBecause, RevocationReason,
};
use npki_key::{PrivateKey, SigningKey};
use npki_ledger::IdempotencyKey;
use npki_policy::Pairs;
use npki_ra::{
    Answer, Application, ApplicationId, Begin, Challenge, ChallengeFor, Command, Consent,
    DetailsForm, Errand, Identification, Possession, Presented, Report, Revocation, Revoke,
    Session, Step, SubscriberDetails,
    ports::{AccountPassword, Secret, UserId},
};

use crate::{Lab, LabError, LabRng, Person};

/// A certificate with its key, as its holder has it.
#[derive(Debug)]
pub struct Held {
    /// Whose it is.
    pub person: Person,
    /// Which CA issued it.
    pub issuer: Issuer,
    /// The product.
    pub product: Product,
    /// The certificate.
    pub certificate: Certificate,
    /// The private key, with R.
    pub key: PrivateKey,
    /// The key-management pair beside it, where the catalogue's row says so (R2).
    pub km: Option<HeldKm>,
}

/// A key-management certificate (암호화용) with its key.
#[derive(Debug)]
pub struct HeldKm {
    /// The certificate.
    pub certificate: Certificate,
    /// The private key, which has no R.
    pub key: PrivateKey,
}

impl Lab<'_> {
    /// Issues a certificate in all seven steps, at once; without an issuer, the product's first.
    ///
    /// # Errors
    /// [`LabError::RefusedByBank`] and [`LabError::RefusedByCa`] with the refusal.
    pub fn issue(
        &self,
        person: &Person,
        product: Product,
        issuer: Option<Issuer>,
    ) -> Result<Held, LabError> {
        self.issue_at(Channel::Pc, person, product, issuer)
    }

    /// Issues a certificate on this channel. A branch has no opening hours (R16): it issues at any
    /// instant.
    ///
    /// # Errors
    /// As [`Lab::issue`].
    pub fn issue_at(
        &self,
        channel: Channel,
        person: &Person,
        product: Product,
        issuer: Option<Issuer>,
    ) -> Result<Held, LabError> {
        let application = self.chosen(channel, person, product, issuer)?;
        self.order_and_take(person, application)
    }

    /// Reissues a certificate that was lost or has leaked (R12).
    ///
    /// # Errors
    /// As [`Lab::issue`].
    pub fn reissue(&self, held: &Held, because: ReplacedBecause) -> Result<Held, LabError> {
        let application = self.begin(Channel::Pc, &held.person, OrderAction::Reissue)?;
        let Step::Choose(choose) = application.next() else {
            return Err(elsewhere(&application));
        };
        let serial = held.certificate.serial_number().octets();
        let terms = self.terms_of(Some(held.issuer));
        let choice = choose.in_place_of(held.issuer, serial, because, terms);
        let application = self.tell(application.id(), &choice)?;
        self.order_and_take(&held.person, application)
    }

    /// Renews a free certificate by its own signature (R11), with a new key and R.
    ///
    /// # Errors
    /// [`LabError::RefusedByCa`] with the bank's reason.
    pub fn renew(&self, held: &Held) -> Result<Held, LabError> {
        let ca = self
            .ca(held.issuer)
            .ok_or_else(|| LabError::Step("no such CA".into()))?;
        let (key, r) = self.new_key()?;
        let km_key = self.km_key_for(held.product)?;
        let (sign, km) = handles(&key, km_key.as_ref())?;
        let request = BareRequest::by_certificate(
            held.certificate.serial_number().octets(),
            OrderAction::Renew,
            &*held.key.signing_key()?,
            NewKeys {
                sign: &*sign,
                km: km.as_deref(),
            },
            Some(r),
            &mut self.rng(),
        )?;
        let now = self.now();
        let grant = ca
            .redeem(&request.as_request(), now, &mut self.rng())?
            .map_err(LabError::RefusedByCa)?;
        let signed = ca.sign(grant, now, &mut self.rng())?;
        self.take(&ca, &signed)?;
        Ok(Held {
            person: held.person.clone(),
            issuer: held.issuer,
            product: held.product,
            certificate: signed.certificate,
            key,
            km: beside(signed.km_certificate, km_key),
        })
    }

    /// Revokes a certificate by its own signature (R13).
    ///
    /// # Errors
    /// [`LabError::RefusedByBank`] with the refusal.
    pub fn revoke(&self, held: &Held, reason: RevocationReason) -> Result<Revocation, LabError> {
        let request = Revoke {
            issuer: held.issuer,
            serial: held.certificate.serial_number().octets().to_vec(),
            reason,
        };
        let done = self.ra().revoke_by_certificate(
            &request,
            &self.request_key(),
            self.now(),
            &mut self.rng(),
        )?;
        self.settle()?;
        match done {
            Revocation::Refused(refusal) => Err(LabError::RefusedByBank(refusal)),
            done => Ok(done),
        }
    }

    /// Revokes a certificate by identification (R13): its holder has lost key and certificate, and
    /// answers every question rightly.
    ///
    /// # Errors
    /// [`LabError::RefusedByBank`] with the refusal.
    pub fn revoke_identified(
        &self,
        held: &Held,
        reason: RevocationReason,
    ) -> Result<Revocation, LabError> {
        let application = self.begin(Channel::Pc, &held.person, Errand::Revoke)?;
        let id = self.walk(&held.person, application)?.id();
        let wanted = Revoke {
            issuer: held.issuer,
            serial: held.certificate.serial_number().octets().to_vec(),
            reason,
        };
        let key = self.request_key();
        let done =
            self.ra()
                .revoke_by_identification(id, &wanted, &key, self.now(), &mut self.rng())?;
        self.settle()?;
        match done {
            Revocation::Refused(refusal) => Err(LabError::RefusedByBank(refusal)),
            done => Ok(done),
        }
    }

    /// Registers another bank's certificate for its holder (R41).
    ///
    /// # Errors
    /// [`LabError::RefusedByBank`] with the refusal.
    pub fn register_other(&self, held: &Held) -> Result<Report, LabError> {
        let id = self.identified_to_register(&held.person)?;
        let challenge =
            self.ra()
                .challenge(&ChallengeFor::Register(id), self.now(), &mut self.rng());
        let presented = held.present(&challenge, &mut self.rng())?;
        let key = self.request_key();
        let done = self
            .ra()
            .register(id, &presented, &key, self.now(), &mut self.rng())?;
        self.settle()?;
        match done.answer {
            Answer::Done(_) => Ok(done.report),
            Answer::Refused(refusal) => Err(LabError::RefusedByBank(refusal)),
        }
    }

    /// Somebody who has come to register and is identified.
    ///
    /// # Errors
    /// [`LabError::RefusedByBank`] with the refusal.
    pub fn identified_to_register(&self, person: &Person) -> Result<ApplicationId, LabError> {
        let application = self.begin(Channel::Pc, person, Errand::Register)?;
        Ok(self.walk(person, application)?.id())
    }

    /// A new signing key from the pool, with a new R beside it and in it.
    ///
    /// # Errors
    /// [`LabError::Key`] never.
    pub fn new_key(&self) -> Result<(PrivateKey, RandomNumber), LabError> {
        let r = RandomNumber::generate(&mut self.rng());
        let key = self.next_key()?.with_random_number(&r)?;
        Ok((key, r))
    }

    /// A key for key management, where the catalogue's row of the product says so.
    fn km_key_for(&self, product: Product) -> Result<Option<PrivateKey>, LabError> {
        let row = self.policy().catalogue().row(product);
        match row.is_some_and(|row| row.pairs == Pairs::SigningAndKm) {
            true => self.next_key().map(Some),
            false => Ok(None),
        }
    }

    fn begin(
        &self,
        channel: Channel,
        person: &Person,
        errand: impl Into<Errand>,
    ) -> Result<Application, LabError> {
        let idn = person
            .idn()
            .map_err(|_| LabError::Step("no such person".into()))?;
        let begin = Begin {
            errand: errand.into(),
            channel,
            session: match channel {
                Channel::Pc => Session::LoggedIn,
                _ => Session::LoggedOut,
            },
            user: UserId::new(&person.user),
            idn,
            terms: self.terms().of_the_bank().cloned().collect(),
        };
        let answer = self
            .ra()
            .begin(&begin, &self.request_key(), self.now(), &mut self.rng())?;
        done(answer)
    }

    /// Orders a certificate in the bank's steps and stops where the subscriber's program takes over: with
    /// the reference number and the authorization code in his hand.
    ///
    /// # Errors
    /// As [`Lab::issue`].
    pub fn order(
        &self,
        person: &Person,
        product: Product,
        issuer: Option<Issuer>,
    ) -> Result<Registration, LabError> {
        self.order_at(Channel::Pc, person, product, issuer)
    }

    /// Orders a certificate on this channel, as [`Lab::order`] does. A branch has no opening hours (R16).
    ///
    /// # Errors
    /// As [`Lab::issue`].
    pub fn order_at(
        &self,
        channel: Channel,
        person: &Person,
        product: Product,
        issuer: Option<Issuer>,
    ) -> Result<Registration, LabError> {
        let application = self.chosen(channel, person, product, issuer)?;
        let application = self.walk(person, application)?;
        Ok(self.ra().registration(application.id(), self.now())?)
    }

    /// Begins an application for a new certificate and chooses it, with the CA's terms agreed to.
    fn chosen(
        &self,
        channel: Channel,
        person: &Person,
        product: Product,
        issuer: Option<Issuer>,
    ) -> Result<Application, LabError> {
        let application = self.begin(channel, person, OrderAction::Issue)?;
        let Step::Choose(choose) = application.next() else {
            return Err(elsewhere(&application));
        };
        let terms = self.terms_of(issuer.or_else(|| self.first_issuer(product)));
        let choice = choose.new_certificate(product, issuer, terms, Some(Consent::Given));
        self.tell(application.id(), &choice)
    }

    /// Orders the reissue of a certificate (R12), as [`Lab::order`] does.
    ///
    /// # Errors
    /// As [`Lab::issue`].
    pub fn order_reissue(
        &self,
        held: &Held,
        because: ReplacedBecause,
    ) -> Result<Registration, LabError> {
        let application = self.begin(Channel::Pc, &held.person, OrderAction::Reissue)?;
        let Step::Choose(choose) = application.next() else {
            return Err(elsewhere(&application));
        };
        let serial = held.certificate.serial_number().octets();
        let terms = self.terms_of(Some(held.issuer));
        let choice = choose.in_place_of(held.issuer, serial, because, terms);
        let application = self.tell(application.id(), &choice)?;
        let application = self.walk(&held.person, application)?;
        Ok(self.ra().registration(application.id(), self.now())?)
    }

    /// Steps 3 to 7, each answered rightly.
    fn order_and_take(&self, person: &Person, application: Application) -> Result<Held, LabError> {
        let application = self.walk(person, application)?;
        self.collect(person, &application)
    }

    /// Steps 3 to 6, to the CA's door.
    fn walk(&self, person: &Person, mut application: Application) -> Result<Application, LabError> {
        let mut called = false;
        loop {
            let command = match application.next() {
                Step::Identify(step)
                    if step.extra().is_none() && application.state().channel == Channel::Branch =>
                {
                    step.identity_card(Identification::ResidentCard)
                }
                Step::Identify(step) if step.extra().is_none() && !called => {
                    called = true;
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
                Step::ConfirmFee(step) => {
                    let account = (!step.has_account()).then_some(0);
                    step.confirm(account)
                }
                Step::Details(step) => step.give(details(person)?),
                Step::PasswordAndMedium(step) => step.order(),
                Step::Waiting => {
                    self.settle()?;
                    application = self.again(application.id())?;
                    continue;
                }
                Step::AtTheCa(_) | Step::Register(_) | Step::Revoke(_) => return Ok(application),
                _ => return Err(elsewhere(&application)),
            };
            application = self.tell(application.id(), &command)?;
        }
    }

    /// Step 6 on the subscriber's side: makes a key, asks the CA, confirms.
    fn collect(&self, person: &Person, application: &Application) -> Result<Held, LabError> {
        let registration = self.ra().registration(application.id(), self.now())?;
        let state = application.state();
        let chosen = state
            .chosen
            .as_ref()
            .ok_or_else(|| elsewhere(application))?;
        let (issuer, product) = (chosen.issuer, chosen.product);
        let ca = self
            .ca(issuer)
            .ok_or_else(|| LabError::Step(format!("no CA {issuer}")))?;
        let (key, r) = self.new_key()?;
        let km_key = self.km_key_for(product)?;
        let (sign, km) = handles(&key, km_key.as_ref())?;
        let request = BareRequest::by_code(
            &registration.reference,
            &registration.authorization_code,
            NewKeys {
                sign: &*sign,
                km: km.as_deref(),
            },
            Some(r),
            &mut self.rng(),
        )?;
        let now = self.now();
        let grant = ca
            .redeem(&request.as_request(), now, &mut self.rng())?
            .map_err(LabError::RefusedByCa)?;
        let signed = ca.sign(grant, now, &mut self.rng())?;
        self.take(&ca, &signed)?;
        Ok(Held {
            person: person.clone(),
            issuer,
            product,
            certificate: signed.certificate,
            key,
            km: beside(signed.km_certificate, km_key),
        })
    }

    pub(crate) fn take(&self, ca: &npki_ca::Ca<'_>, signed: &Signed) -> Result<OrderId, LabError> {
        let fingerprint = signed.certificate.sha256_fingerprint();
        ca.confirm(&signed.order, &fingerprint, self.now())?
            .map_err(LabError::RefusedByCa)?;
        self.settle()?;
        Ok(signed.order)
    }

    fn tell(&self, id: ApplicationId, command: &Command) -> Result<Application, LabError> {
        let key = self.request_key();
        done(
            self.ra()
                .handle(id, command, &key, self.now(), &mut self.rng())?,
        )
    }

    fn again(&self, id: ApplicationId) -> Result<Application, LabError> {
        self.ra()
            .application(id)?
            .ok_or_else(|| LabError::Step("no such application".into()))
    }

    fn request_key(&self) -> IdempotencyKey {
        IdempotencyKey::generate(&mut self.rng())
    }

    fn first_issuer(&self, product: Product) -> Option<Issuer> {
        self.policy()
            .catalogue()
            .row(product)?
            .offers
            .first()
            .map(|offer| offer.issuer)
    }

    fn terms_of(&self, issuer: Option<Issuer>) -> Vec<npki_ra::AcceptedTerm> {
        issuer.map_or_else(Vec::new, |issuer| {
            self.terms().of_the_ca(issuer).cloned().collect()
        })
    }
}

impl Held {
    /// What kind of holder the person is.
    #[must_use]
    pub const fn holder(&self) -> Holder {
        self.person.holder
    }

    /// The certificate as its holder shows it to a bank: the challenge signed, R beside it.
    ///
    /// # Errors
    /// [`LabError::Key`] when the key does not sign.
    pub fn present(&self, challenge: &Challenge, rng: &mut LabRng) -> Result<Presented, LabError> {
        let key = self.key.signing_key()?;
        let signature = key.sign(challenge.octets(), rng)?;
        Ok(Presented {
            certificate: self.certificate.der().to_vec(),
            possession: Some(Possession {
                challenge: challenge.clone(),
                algorithm: key.algorithm(),
                signature: signature.into_octets(),
            }),
            random_number: self.key.random_number(),
        })
    }
}

type Handles = (Box<dyn SigningKey>, Option<Box<dyn SigningKey>>);

fn handles(sign: &PrivateKey, km: Option<&PrivateKey>) -> Result<Handles, LabError> {
    let km = km.map(PrivateKey::signing_key).transpose()?;
    Ok((sign.signing_key()?, km))
}

fn beside(certificate: Option<Certificate>, key: Option<PrivateKey>) -> Option<HeldKm> {
    let (certificate, key) = certificate.zip(key)?;
    Some(HeldKm { certificate, key })
}

fn details(person: &Person) -> Result<SubscriberDetails, LabError> {
    let form = DetailsForm {
        english_name: person.english_name.to_string(),
        email: format!("{}@lab.example", person.user),
        postal_code: "00000".into(),
        address: "시험시 시험로 1".into(),
        phone: person.phone.to_string(),
        mobile: String::new(),
    };
    let details = SubscriberDetails::new(form);
    let details = details.map_err(|error| LabError::Step(error.to_string()))?;
    Ok(details.confirm_name(&person.name))
}

fn done(answer: Answer) -> Result<Application, LabError> {
    match answer {
        Answer::Done(application) => Ok(application),
        Answer::Refused(refusal) => Err(LabError::RefusedByBank(refusal)),
    }
}

fn elsewhere(application: &Application) -> LabError {
    LabError::Step(format!("{:?}", application.next()))
}

#[cfg(test)]
mod tests {
    use crate::LabLedgers;

    use super::*;

    #[test]
    fn everybody_gets_what_the_catalogue_offers_at_a_branch_at_night() {
        let ledgers = LabLedgers::in_memory();
        let now = "2026-11-23T00:30:00+09:00".parse().unwrap();
        let lab = Lab::new(1, now, &ledgers).unwrap();
        for (number, (product, holder, idn)) in [
            (
                Product::PersonalLimited,
                Holder::Individual,
                "9921013000011",
            ),
            (
                Product::PersonalGeneral,
                Holder::SoleProprietor,
                "9921013000012",
            ),
            (Product::BusinessLimited, Holder::Corporation, "9990000011"),
            (Product::BusinessGeneral, Holder::Association, "9990000012"),
            (Product::ETax, Holder::Corporation, "9990000013"),
        ]
        .into_iter()
        .enumerate()
        {
            let person = Person::invented(&format!("시험{number}"), idn, holder);
            lab.outside.welcome(&person);
            let held = lab
                .issue_at(Channel::Branch, &person, product, None)
                .unwrap();
            assert_eq!(held.certificate.product(), Some(product));
            let online = lab.issue(&person, product, None).unwrap_err().to_string();
            assert!(online.contains("01:00"), "{online}");
        }
    }
}
