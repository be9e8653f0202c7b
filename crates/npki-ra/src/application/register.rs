use npki_core::Instant;
use npki_ledger::SealedId;
use npki_policy::{Action, Enrolment, Policy, Ra as Registrar, Request, evaluate};

use super::{
    decision::{Decision, Draft, Wish},
    event::{CertificateRegistered, RegistrationRefused},
    facts::{Facts, certificate_ref, digest},
    state::State,
};
use crate::{
    effect::EffectKind,
    names,
    ports::NoticeKind,
    presented::{Seen, SeenCertificate},
    report::{Check, CheckName, Report},
    subscriber::event::OtherRegistered,
};

/// Whose a certificate is already, as far as the bank's ledger knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Known {
    /// Nobody's.
    No,
    /// It was issued through this bank.
    Own,
    /// It is registered.
    Registered,
}

/// What the bank says to the registration of a certificate: every check, and every rule (R41).
pub(crate) fn examine(
    state: &State,
    seen: &Seen<'_>,
    known: Known,
    facts: &Facts<'_>,
    now: Instant,
    policy: &Policy,
) -> Report {
    let mut report = seen.report(Some(&facts.customer.idn), now);
    if let Some(certificate) = &seen.certificate {
        report.add(Check::new(
            CheckName::Registered,
            known != Known::Registered,
        ));
        // Without its product nobody knows which rules it is under.
        if let Some(question) = question(state, certificate, known, facts, now) {
            for verdict in evaluate(policy, &question).verdicts() {
                report.add(Check::of(verdict));
            }
            return report;
        }
    }
    report.add(Check::not_asked(CheckName::Rule));
    report
}

/// Registers what has passed, or refuses.
pub(crate) fn register(
    state: &State,
    seen: &Seen<'_>,
    report: Report,
    sealed: SealedId,
    now: Instant,
    policy: &Policy,
) -> der::Result<Decision> {
    let shown = seen.certificate.as_ref();
    let shown = shown.and_then(|seen| Some((&seen.certificate, seen.product?)));
    let Some((certificate, (issuer, product))) = shown.filter(|_| report.is_passed()) else {
        let refused = RegistrationRefused {
            report,
            policy: digest(policy),
        };
        return Ok(Decision::record(Draft::new(refused)));
    };
    let name = certificate_ref(issuer, certificate.serial_number().octets())?;
    let registered = OtherRegistered {
        application: state.id,
        product,
        issuer,
        serial: name.serial.clone(),
        sha256: certificate.sha256_fingerprint(),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        certificate: sealed,
        at: now,
    };
    let mut decision = Decision::record(Draft::new(CertificateRegistered {
        certificate: name,
        product,
        report,
        policy: digest(policy),
    }))
    .and(Wish::tell(
        EffectKind::NotifyRegistered,
        NoticeKind::Registered,
    ));
    decision.events.push(Draft::of_subscriber(registered).seal(
        sealed,
        &names::OTHER,
        certificate.der().to_vec(),
    ));
    Ok(decision)
}

fn question(
    state: &State,
    seen: &SeenCertificate,
    known: Known,
    facts: &Facts<'_>,
    now: Instant,
) -> Option<Request> {
    let held = seen.held(match known {
        Known::Own => Registrar::Own,
        Known::No | Known::Registered => Registrar::Other,
    })?;
    let enrolled = |enrolment| Some(facts.customer.enrolments.contains(&enrolment));
    Some(Request {
        action: Action::Register,
        now,
        channel: state.channel,
        product: held.product,
        holder: state.holder,
        facts: npki_policy::Facts {
            certificate: Some(held),
            identified: Some(state.is_identified()),
            otp_failures: facts.otp_failures,
            personal_banking: enrolled(Enrolment::PersonalBanking),
            business_banking: enrolled(Enrolment::BusinessBanking),
            ..npki_policy::Facts::default()
        },
    })
}
