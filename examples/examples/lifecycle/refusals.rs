//! What the bank refuses, and by which rule. 심청 tries; nothing that is refused leaves anything behind.

use std::error::Error;

use npki::authority::{
    ledger::IdempotencyKey,
    ra::{
        Answer, ApplicationId, BillKind, Command, Consent, Counted, Errand, Session, Step,
        ports::{MeansAnswer, Otp, Secret, UserId},
    },
};
use npki::{Certificate, Product};
use npki_core::{Channel, Issuer, OrderAction};
use npki_lab::{Lab, Person, PhoneHabit};

use crate::tell::{self, line};

/// 심청 at the bank: with little money, a telephone that fails, and a device that she misreads.
pub(crate) fn tell(lab: &Lab<'_>) -> Result<(), Box<dyn Error>> {
    let person = Person::of("sim").ok_or("심청 is not there")?;
    let visit = Visit::begin(lab, person, OrderAction::Issue)?.ok_or("not admitted")?;
    visit.withhold_consent()?;
    let visit = Visit::begin(lab, person, OrderAction::Issue)?.ok_or("not admitted")?;
    visit.choose(Product::PersonalGeneral, Issuer::Kica)?;
    for habit in [PhoneHabit::Silent, PhoneHabit::Forwarded, PhoneHabit::Wrong] {
        lab.outside.phones_answer(habit);
        visit.go(&Command::CallPhone { phone: 0 })?;
        visit.go(&Command::CheckCall)?;
    }
    lab.outside.phones_answer(PhoneHabit::Approves);
    visit.go(&Command::CheckDeparture)?;
    lab.outside.depart(&person.idn_digits);
    visit.go(&Command::CheckDeparture)?;
    line(
        lab.now(),
        "출국 사실이 확인되어 ARS를 대신함 (R30)",
        "the departure is confirmed and stands for the call (R30)",
    );
    visit.ten_wrong_codes()?;
    visit.go(&visit.account()?)?;
    visit.go(&Command::AnswerMeans(person.otp_answer(lab.now())))?;
    let Step::ConfirmFee(fee) = visit.next()? else {
        return Err("the fee is the next step".into());
    };
    visit.go(&fee.confirm(None))?;
    visit.go(&Command::Abandon)?;
    lab.settle()
        .map_err(|error| -> Box<dyn Error> { error.into() })
}

/// R16: at night nobody is issued a certificate online.
pub(crate) fn at_night(lab: &Lab<'_>) -> Result<(), Box<dyn Error>> {
    let midnight = lab.now().kst_day().plus_days(1).start();
    lab.wait_until(midnight);
    let person = Person::of("sim").ok_or("심청 is not there")?;
    Visit::begin(lab, person, OrderAction::Issue)?;
    Ok(())
}

/// R22: while the fee can come back there is no receipt.
pub(crate) fn receipt(
    lab: &Lab<'_>,
    person: &Person,
    of: &Certificate,
) -> Result<(), Box<dyn Error>> {
    let mut rng = lab.rng();
    let answer = lab.ra().bill(
        &UserId::new(&person.user),
        Issuer::Kica,
        of.serial_number().octets(),
        BillKind::Receipt,
        &IdempotencyKey::generate(&mut rng),
        lab.now(),
        &mut rng,
    )?;
    match answer {
        Ok(bill) => line(
            lab.now(),
            &format!("영수증 {bill}: {} (R22)", bill.amount),
            &format!("receipt {bill}: {} (R22)", bill.amount),
        ),
        Err(refusal) => tell::refused(lab.now(), &refusal),
    }
    Ok(())
}

/// One application of one person.
pub(crate) struct Visit<'a> {
    lab: &'a Lab<'a>,
    person: &'a Person,
    pub(crate) id: ApplicationId,
}

impl<'a> Visit<'a> {
    /// Step 1. `None`: refused.
    pub(crate) fn begin(
        lab: &'a Lab<'a>,
        person: &'a Person,
        errand: impl Into<Errand>,
    ) -> Result<Option<Self>, Box<dyn Error>> {
        let (ra, mut rng) = (lab.ra(), lab.rng());
        let step = ra.apply(errand, Channel::Pc, Session::LoggedIn);
        let terms = step.terms().to_vec();
        let begin = step.agree(UserId::new(&person.user), person.idn()?, terms);
        let key = IdempotencyKey::generate(&mut rng);
        Ok(match ra.begin(&begin, &key, lab.now(), &mut rng)? {
            Answer::Done(application) => Some(Self {
                lab,
                person,
                id: application.id(),
            }),
            Answer::Refused(refusal) => {
                tell::refused(lab.now(), &refusal);
                None
            }
        })
    }

    /// Carries a command out; tells the refusal, if it is one.
    pub(crate) fn go(&self, command: &Command) -> Result<(), Box<dyn Error>> {
        if let Some(refusal) = self.ask(command)?.refused() {
            tell::refused(self.lab.now(), &refusal);
        }
        Ok(())
    }

    fn ask(&self, command: &Command) -> Result<Answer, Box<dyn Error>> {
        let (lab, mut rng) = (self.lab, self.lab.rng());
        let key = IdempotencyKey::generate(&mut rng);
        Ok(lab
            .ra()
            .handle(self.id, command, &key, lab.now(), &mut rng)?)
    }

    pub(crate) fn next(&self) -> Result<Step, Box<dyn Error>> {
        let application = self.lab.ra().application(self.id)?;
        Ok(application.ok_or("the application is gone")?.next())
    }

    fn choose(&self, product: Product, issuer: Issuer) -> Result<(), Box<dyn Error>> {
        let Step::Choose(step) = self.next()? else {
            return Err("the choice is the next step".into());
        };
        let terms = self.lab.terms().of_the_ca(issuer).cloned().collect();
        self.go(&step.new_certificate(product, Some(issuer), terms, None))
    }

    /// R17: a no is a no until a branch hears a yes.
    fn withhold_consent(&self) -> Result<(), Box<dyn Error>> {
        for (consent, channel) in [
            (Consent::Withheld, Channel::Pc),
            (Consent::Given, Channel::Pc),
            (Consent::Given, Channel::Branch),
        ] {
            let (lab, mut rng) = (self.lab, self.lab.rng());
            let user = UserId::new(&self.person.user);
            let key = IdempotencyKey::generate(&mut rng);
            let ra = lab.ra();
            let changed = ra.set_consent(&user, consent, channel, &key, lab.now(), &mut rng)?;
            match changed {
                Ok(()) => line(
                    lab.now(),
                    &format!(
                        "발급 사전동의: {} ({}) (R17)",
                        consent.label().ko,
                        channel.label().ko
                    ),
                    &format!(
                        "issuing consent: {} ({}) (R17)",
                        consent.label().en,
                        channel.label().en
                    ),
                ),
                Err(refusal) => tell::refused(lab.now(), &refusal),
            }
            if consent == Consent::Withheld {
                self.choose(Product::PersonalLimited, Issuer::Yessign)?;
            }
        }
        self.go(&Command::Abandon)
    }

    /// R32: the tenth wrong one-time password locks, whatever comes then; a branch lifts the lock.
    fn ten_wrong_codes(&self) -> Result<(), Box<dyn Error>> {
        let (lab, person) = (self.lab, self.person);
        self.go(&self.wrong_code())?;
        for _ in 0..9 {
            self.ask(&self.wrong_code())?;
        }
        line(lab.now(), "… 모두 10번", "… ten times in all");
        self.go(&Command::AnswerMeans(person.otp_answer(lab.now())))?;
        let mut rng = lab.rng();
        let (user, key) = (
            UserId::new(&person.user),
            IdempotencyKey::generate(&mut rng),
        );
        lab.ra()
            .lift_lock(&user, Counted::Otp, &key, lab.now(), &mut rng)?;
        line(
            lab.now(),
            "영업점에서 해제 (R32)",
            "lifted at a branch (R32)",
        );
        Ok(())
    }

    /// What the device does not show.
    pub(crate) fn wrong_code(&self) -> Command {
        Command::AnswerMeans(MeansAnswer::Otp(Otp {
            serial: Secret::new(self.person.otp_device().expose_text()),
            code: Secret::new("not it"),
        }))
    }

    pub(crate) fn account(&self) -> Result<Command, Box<dyn Error>> {
        let Step::Identify(step) = self.next()? else {
            return Err("identification is the next step".into());
        };
        let password = Secret::new(&self.person.account_password);
        Ok(step.account(0, npki::authority::ra::ports::AccountPassword(password)))
    }
}
