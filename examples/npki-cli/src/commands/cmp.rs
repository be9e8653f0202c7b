mod pending;

use std::time::Duration;

use npki::system_rng;
use npki::wallet::{CmpTrust, EnrolError, NewKey, Stored, Wallet};
use npki_cert::Name;
use npki_cmp::FailureInfo;
use npki_cmp::client::{ClientError, KmKey};
use npki_container::{NewPassword, SealScheme, Sealing};
use npki_core::{AuthorizationCode, Sentence};
use npki_key::{KeyKind, PrivateKey};
use npki_media::Medium as _;
use npki_media_folder::FolderMedium;
use rand_core::CryptoRng;
use serde_json::json;

use self::pending::Pending;
use super::{new_password, password_of};
use crate::cli::{Cmp, CmpServer, NewKeys, Pair};
use crate::context::Context;
use crate::entries;
use crate::failure::{Exit, Failure};
use crate::files;
use crate::json;
use crate::language::say;
use crate::report::Report;

pub(super) fn run(args: &Cmp, context: &Context) -> Result<Report, Failure> {
    match args {
        Cmp::Issue {
            server,
            reference,
            keys,
        } => {
            let medium = entries::home(context)?;
            let code = context
                .secrets
                .text(&Sentence::fixed("인가코드", "authorization code"))?;
            // An attempt costs (R32): what cannot be one is not sent.
            let code = match code.trim() {
                "" => return Err(no_code()),
                code => AuthorizationCode::new(code),
            };
            let password = context.secrets.new_password(&new_password())?;
            let (by, pending) = ((reference, &code), Pending::of(&medium, reference.as_str()));
            let stored = with(server, context, &medium, |wallet| {
                if let Some(stored) = wallet.finish_issue(by)? {
                    pending.clear();
                    return Ok(stored);
                }
                let ask = || wallet.km_key(by, &mut system_rng());
                let key = new_key(keys, &pending, &password, ask)?;
                let mut rng = system_rng();
                let issued = wallet.issue(by, &key, &password, sealing(keys), &mut rng);
                if issued.as_ref().map_or_else(is_over, |_| true) {
                    pending.clear();
                }
                Ok(issued?)
            })?;
            Ok(told(&stored, &medium, context))
        }
        Cmp::Renew {
            server,
            chosen,
            keys,
        } => {
            let found = entries::choose(context, chosen.dn.as_deref())?;
            let old = context.secrets.password(&password_of(&found))?;
            let opened = found.medium.open(&found.entry.id, &old)?;
            let password = context.secrets.new_password(&new_password())?;
            let serial = opened.certificate.serial_number().to_string();
            let pending = Pending::of(&found.medium, serial);
            let stored = with(server, context, &found.medium, |wallet| {
                if let Some(stored) = wallet.finish_renewal(&opened)? {
                    pending.clear();
                    return Ok(stored);
                }
                let ask = || wallet.km_key_to_renew(&opened, &mut system_rng());
                let key = new_key(keys, &pending, &password, ask)?;
                let mut rng = system_rng();
                let renewed = wallet.renew(&opened, &key, &password, sealing(keys), &mut rng);
                // What lies beside the old pair is finished without its keys in the clear.
                let is_over = |error| is_over(error) || matches!(error, EnrolError::Unconfirmed(_));
                if renewed.as_ref().map_or_else(is_over, |_| true) {
                    pending.clear();
                }
                Ok(renewed?)
            })?;
            Ok(told(&stored, &found.medium, context))
        }
        Cmp::Revoke {
            server,
            chosen,
            reason,
        } => {
            let found = entries::choose(context, chosen.dn.as_deref())?;
            let password = context.secrets.password(&password_of(&found))?;
            let opened = found.medium.open(&found.entry.id, &password)?;
            with(server, context, &found.medium, |wallet| {
                Ok(wallet.revoke(&opened, *reason, &mut system_rng())?)
            })?;
            let name = opened.certificate.display_name();
            let mut page = context.page();
            page.say(&say!(
                "{name} 인증서를 폐지했습니다. 저장매체에서 삭제하려면 npki delete를 쓰세요.",
                "The certificate of {name} is revoked. To take it off its medium use npki delete."
            ));
            let serial = opened.certificate.serial_number().to_string();
            Ok(Report::done(
                page,
                json!({ "serial": serial, "reason": reason.name() }),
            ))
        }
    }
}

/// The keys of an attempt before; else a key of 2,048 bits as every Korean program takes it, with R, and
/// one for key management where that is wanted. They are kept until they are stored.
fn new_key(
    keys: &NewKeys,
    pending: &Pending,
    password: &NewPassword,
    ask: impl FnOnce() -> Result<KmKey, EnrolError>,
) -> Result<NewKey, Failure> {
    if let Some(key) = pending.load(password)? {
        return Ok(key);
    }
    let wanted = match keys.pair {
        Pair::Ask => ask()?,
        Pair::Always => KmKey::Wanted,
        Pair::Never => KmKey::NotWanted,
    };
    let make = |rng: &mut dyn CryptoRng| -> Result<NewKey, EnrolError> {
        let kind = KeyKind::Rsa { bits: 2_048 };
        let key = NewKey::generate(kind, rng)?;
        Ok(match wanted {
            KmKey::Wanted => key.with_km(PrivateKey::generate(kind, rng)?),
            KmKey::NotWanted => key,
        })
    };
    let key = make(&mut system_rng())?;
    pending.save(&key, password, sealing(keys))?;
    Ok(key)
}

/// Whether nothing will come of the keys any more: the CA has refused, and neither for now alone nor for a code
/// that was mistyped or a clock that is wrong.
fn is_over(error: &EnrolError) -> bool {
    let passes = [
        FailureInfo::SystemUnavail,
        FailureInfo::SystemFailure,
        FailureInfo::BadMessageCheck,
        FailureInfo::BadTime,
    ];
    match error {
        EnrolError::Ca(ClientError::Refused { failures, .. }) => {
            !failures.iter().any(|failure| passes.contains(failure))
        }
        _ => false,
    }
}

fn sealing(keys: &NewKeys) -> Sealing {
    SealScheme::from_name(&keys.scheme).map_or_else(Sealing::default, Sealing::from)
}

fn with<T>(
    server: &CmpServer,
    context: &Context,
    medium: &FolderMedium,
    act: impl FnOnce(&Wallet<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let roots = server
        .root
        .iter()
        .map(|path| files::certificate(path))
        .collect::<Result<Vec<_>, Failure>>()?;
    let nobody = Name::parse(&[0x30, 0])?;
    let trust = match server.time_window {
        Some(seconds) => {
            CmpTrust::new(roots).with_message_time_window(Duration::from_secs(seconds.into()))
        }
        None => CmpTrust::new(roots),
    };
    act(&Wallet {
        trust: &trust,
        ca: &nobody,
        medium,
        post: &|message| npki_lab::http::post(&server.server, message),
        wait: &|seconds| std::thread::sleep(Duration::from_secs(seconds.into())),
        now: &|| context.clock(),
    })
}

fn told(stored: &Stored, medium: &FolderMedium, context: &Context) -> Report {
    let certificate = &stored.certificate;
    let (name, folder) = (certificate.display_name(), medium.root().display());
    let until = certificate.not_after();
    let mut page = context.page();
    page.say(&match &stored.km_certificate {
        Some(_) => say!(
            "{name}: {until}까지 쓸 수 있는 서명용·암호화용 인증서를 {folder}에 저장했습니다.",
            "{name}: a pair of certificates for signing and key management, valid until {until}, is stored in {folder}."
        ),
        None => say!(
            "{name}: {until}까지 쓸 수 있는 인증서를 {folder}에 저장했습니다.",
            "{name}: a certificate valid until {until} is stored in {folder}."
        ),
    });
    let fields = json!({
        "id": stored.entry.as_str(),
        "dn": json::name(certificate.subject()),
        "serial": certificate.serial_number().to_string(),
        "km_serial": stored.km_certificate.as_ref().map(|km| km.serial_number().to_string()),
        "folder": folder.to_string(),
        "not_before": json::time(certificate.not_before()),
        "not_after": json::time(until),
    });
    Report::done(page, fields)
}

/// What a CA said, for who reads Korean and for who reads English. Texts carry no language (RFC 9810
/// section 5.1.1.2), but Hangul tells; where only one is spoken, everybody reads that.
fn by_language(texts: &[String]) -> (String, String) {
    let is_hangul = |c: char| ('\u{ac00}'..='\u{d7a3}').contains(&c);
    let (ko, en): (Vec<&str>, Vec<&str>) = texts
        .iter()
        .map(String::as_str)
        .partition(|text| text.contains(is_hangul));
    match (ko.join(" "), en.join(" ")) {
        (ko, en) if ko.is_empty() => (en.clone(), en),
        (ko, en) if en.is_empty() => (ko.clone(), ko),
        said => said,
    }
}

impl From<EnrolError> for Failure {
    fn from(error: EnrolError) -> Self {
        match error {
            EnrolError::Ca(ClientError::Refused { texts, .. }) => {
                let (ko, en) = by_language(&texts);
                let sentence = say!("인증기관이 거절했습니다: {ko}", "the CA refused: {en}");
                Self::new(Exit::Refused, "refused-by-ca", sentence)
            }
            EnrolError::Ca(ClientError::BadTime { .. }) => Self::new(
                Exit::Refused,
                "answer-time",
                say!(
                    "인증기관의 응답 시각이 허용 오차를 벗어났습니다. 시계를 맞추거나 --time-window를 늘리세요.",
                    "the CA's answer is not of now; set the clock, or give --time-window more seconds."
                ),
            ),
            EnrolError::Ca(error) => Self::new(
                Exit::Refused,
                "answer",
                say!(
                    "인증기관의 응답을 믿을 수 없습니다({error}). --root와 주소, 컴퓨터의 시계를 확인하세요.",
                    "the CA's answer cannot be believed ({error}); check --root, the address and the clock."
                ),
            ),
            EnrolError::Unreachable(error) => Self::new(
                Exit::Environment,
                "unreachable",
                say!(
                    "인증기관에 연결할 수 없습니다({error}). 주소를 확인하고 다시 하세요.",
                    "the CA is not reached ({error}); check the address and try again."
                ),
            ),
            EnrolError::EncryptionCertificate => Self::new(
                Exit::Refused,
                "encryption-certificate",
                say!(
                    "인증기관의 암호화 인증서를 쓸 수 없습니다. 컴퓨터의 시계와 주소를 확인하세요.",
                    "the CA's encryption certificate cannot be used now; check the clock, and the address."
                ),
            ),
            EnrolError::Medium(error) => error.into(),
            EnrolError::Unconfirmed(error) => Self::new(
                Exit::Environment,
                "unconfirmed",
                say!(
                    "저장매체에 새 인증서를 두었지만 인증기관의 확인을 받지 못했습니다({error}). 같은 명령을 다시 하세요.",
                    "the new certificate is kept on the medium, but the CA's confirmation was lost ({error}); give the same command again."
                ),
            ),
            error => Self::new(
                Exit::Environment,
                "enrolment",
                say!(
                    "발급받지 못했습니다: {error}.",
                    "nothing was issued: {error}."
                ),
            ),
        }
    }
}

fn no_code() -> Failure {
    Failure::usage(
        "no-code",
        say!(
            "인가코드가 비어 있습니다. 은행이 알려준 인가코드를 입력하세요.",
            "the authorization code is empty; type the one that the bank gave."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::by_language;

    #[test]
    fn everybody_reads_their_language_or_the_only_one() {
        for (texts, ko, en) in [
            (&["이릅니다", "too early"][..], "이릅니다", "too early"),
            (&["too early", "이릅니다"], "이릅니다", "too early"),
            (&["too early"], "too early", "too early"),
            (&["이릅니다"], "이릅니다", "이릅니다"),
            (&[], "", ""),
        ] {
            let texts: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(by_language(&texts), (ko.to_owned(), en.to_owned()));
        }
    }
}
