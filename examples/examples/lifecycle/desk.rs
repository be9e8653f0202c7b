//! At the bank's desk: another bank's certificate is registered, and one is revoked by identification.

use std::error::Error;

use npki::authority::{
    ledger::IdempotencyKey,
    ra::{
        ChallengeFor, Command, Errand, Presented, Report, Revocation, Revoke, Step, ports::UserId,
    },
};
use npki::{Certificate, Product};
use npki_core::{Issuer, RevocationReason};
use npki_lab::{Held, Lab, Person};

use crate::{
    refusals::Visit,
    tell::{self, line},
};

/// R41: what is missing is told before the act, then it is registered, logs in, and is deregistered.
pub(crate) fn register(lab: &Lab<'_>, person: &Person) -> Result<(), Box<dyn Error>> {
    let held = lab.issue_elsewhere(person, Product::PersonalLimited, Issuer::Koscom)?;
    let visit = begin(lab, person, Errand::Register)?;
    let ra = lab.ra();
    line(
        lab.now(),
        "타행 인증서를 미리 보여 줌: 서명, R, 본인확인이 아직 없음 (R41)",
        "another bank's certificate is shown beforehand: no signature, no R, not identified (R41)",
    );
    let bare = Presented {
        certificate: held.certificate.der().to_vec(),
        possession: None,
        random_number: None,
    };
    checks(
        lab,
        &ra.prepare_registration(visit.id, &bare, lab.now(), &mut lab.rng())?,
    );
    let key = IdempotencyKey::generate(&mut lab.rng());
    let early = ra.register(visit.id, &bare, &key, lab.now(), &mut lab.rng())?;
    if let Some(refusal) = early.answer.refused() {
        tell::refused(lab.now(), &refusal);
    }
    let report = lab.register_other(&held)?;
    let passed = report.checks().len();
    line(
        lab.now(),
        &format!("본인확인 후 등록: {passed}개 항목 모두 적합 (R41)"),
        &format!("identified, then registered: all {passed} checks passed (R41)"),
    );
    log_in(lab, &held)?;
    let (user, sha256) = (
        UserId::new(&person.user),
        held.certificate.sha256_fingerprint(),
    );
    let key = IdempotencyKey::generate(&mut lab.rng());
    match ra.deregister(&user, &sha256, &key, lab.now(), &mut lab.rng())? {
        Ok(()) => line(lab.now(), "등록 해제 (R41)", "deregistered (R41)"),
        Err(refusal) => tell::refused(lab.now(), &refusal),
    }
    log_in(lab, &held)
}

/// R13: a wrong one-time password revokes nothing, the right one does.
pub(crate) fn revoke(
    lab: &Lab<'_>,
    person: &Person,
    certificate: &Certificate,
    issuer: Issuer,
) -> Result<(), Box<dyn Error>> {
    let visit = begin(lab, person, Errand::Revoke)?;
    visit.go(&Command::CallPhone { phone: 0 })?;
    visit.go(&Command::CheckCall)?;
    visit.go(&visit.account()?)?;
    visit.go(&visit.wrong_code())?;
    let wanted = Revoke {
        issuer,
        serial: certificate.serial_number().octets().to_vec(),
        reason: RevocationReason::CessationOfOperation,
    };
    let ask = || -> Result<Revocation, Box<dyn Error>> {
        let (ra, mut rng) = (lab.ra(), lab.rng());
        let key = IdempotencyKey::generate(&mut rng);
        Ok(ra.revoke_by_identification(visit.id, &wanted, &key, lab.now(), &mut rng)?)
    };
    if let Revocation::Refused(refusal) = ask()? {
        tell::refused(lab.now(), &refusal);
    }
    visit.go(&Command::AnswerMeans(person.otp_answer(lab.now())))?;
    let Step::Revoke(_) = visit.next()? else {
        return Err("the revocation is the next step".into());
    };
    match ask()? {
        Revocation::Refused(refusal) => tell::refused(lab.now(), &refusal),
        _ => line(
            lab.now(),
            &format!("본인확인으로 폐지: {} (R13)", certificate.serial_number()),
            &format!(
                "revoked by identification: {} (R13)",
                certificate.serial_number()
            ),
        ),
    }
    Ok(lab.settle()?)
}

fn begin<'a>(
    lab: &'a Lab<'a>,
    person: &'a Person,
    errand: Errand,
) -> Result<Visit<'a>, Box<dyn Error>> {
    Visit::begin(lab, person, errand)?.ok_or_else(|| "not admitted".into())
}

fn log_in(lab: &Lab<'_>, held: &Held) -> Result<(), Box<dyn Error>> {
    let (ra, mut rng) = (lab.ra(), lab.rng());
    let challenge = ra.challenge(&ChallengeFor::LogIn, lab.now(), &mut rng);
    let presented = held.present(&challenge, &mut rng)?;
    let key = IdempotencyKey::generate(&mut rng);
    match ra.log_in(&presented, &key, lab.now(), &mut rng)?.customer {
        Ok(_) => line(
            lab.now(),
            "타행 인증서로 로그인 (R40, R41)",
            "logged in by another bank's certificate (R40, R41)",
        ),
        Err(refusal) => tell::refused(lab.now(), &refusal),
    }
    Ok(())
}

/// Every check on a line of its own.
fn checks(lab: &Lab<'_>, report: &Report) {
    for check in report.checks() {
        let (name, outcome, said) = (check.name.label(), check.outcome.label(), check.sentence());
        line(
            lab.now(),
            &format!("  {} [{}] {}", name.ko, outcome.ko, said.ko),
            &format!("  {} [{}] {}", name.en, outcome.en, said.en),
        );
    }
}
