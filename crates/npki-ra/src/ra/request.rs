use core::fmt::{Display, Write as _};

use npki_core::Issuer;
use zeroize::Zeroizing;

use super::Ra;
use crate::{ApplicationId, Begin, Command, Consent, Selection};

impl Ra<'_> {
    /// The digest of the request that begins an application.
    pub(super) fn begin_digest(&self, begin: &Begin) -> [u8; 32] {
        let mut parts: Vec<&[u8]> = vec![
            BEGIN.as_bytes(),
            begin.errand.name().as_bytes(),
            begin.channel.name().as_bytes(),
            begin.session.name().as_bytes(),
            begin.user.expose_text().as_bytes(),
            begin.idn.expose_digits().as_bytes(),
        ];
        for term in &begin.terms {
            parts.push(term.term.name().as_bytes());
            parts.push(term.version.as_bytes());
            parts.extend(term.sha256.iter().map(|sha256| sha256.as_bytes()));
        }
        self.keys.requests.digest(&parts)
    }

    /// The digest of a request: keyed, because it may carry a secret of a few digits.
    pub(super) fn request_digest(&self, id: ApplicationId, command: &Command) -> [u8; 32] {
        let public = Zeroizing::new(public_parts(command));
        let mut parts: Vec<&[u8]> = vec![id.octets(), command.name().as_bytes(), public.as_bytes()];
        match command {
            Command::VerifyAccount { password, .. } => parts.push(password.0.expose_octets()),
            Command::AnswerMeans(answer) => parts.extend(answer.secret_parts()),
            Command::GiveDetails(details) => {
                parts.push(details.expose_confirmed().as_bytes());
                let form = details.expose_form();
                parts.extend(
                    [
                        &form.english_name,
                        &form.email,
                        &form.postal_code,
                        &form.address,
                        &form.phone,
                        &form.mobile,
                    ]
                    .map(|field| field.as_bytes()),
                );
            }
            _ => {}
        }
        self.keys.requests.digest(&parts)
    }
}

/// What of a command is no secret, in one text.
fn public_parts(command: &Command) -> String {
    let mut out = String::new();
    let mut add = |text: &dyn Display| {
        writeln!(out, "{text}").expect("writing to a string cannot fail");
    };
    match command {
        Command::Choose(choice) => {
            match &choice.selection {
                Selection::New { product, issuer } => {
                    add(product);
                    add(&issuer.map_or("first", Issuer::name));
                }
                Selection::InPlaceOf {
                    issuer,
                    serial,
                    because,
                } => {
                    add(issuer);
                    serial.iter().for_each(|octet| add(octet));
                    add(because);
                }
            }
            for term in &choice.terms {
                add(&term.term);
                add(&term.version);
            }
            add(&choice.consent.map_or("not asked", Consent::name));
        }
        Command::CallPhone { phone } => add(phone),
        Command::ShowIdentityCard(card) => add(card),
        Command::VerifyAccount { account, .. } => add(account),
        Command::AnswerMeans(answer) => add(&answer.kind()),
        Command::ConfirmFee { amount, account } => {
            add(amount);
            add(&account.map_or("verified".to_owned(), |at| at.to_string()));
        }
        Command::GoBack(to) => add(to),
        Command::Revoke(wanted) => {
            add(&wanted.issuer);
            wanted.serial.iter().for_each(|octet| add(octet));
            add(&wanted.reason);
        }
        Command::AskCard
        | Command::CheckCall
        | Command::CheckDeparture
        | Command::GiveDetails(_)
        | Command::Order
        | Command::Register
        | Command::Abandon => {}
    }
    out
}

/// How a request that begins an application is called in records.
pub(super) const BEGIN: &str = "begin";
