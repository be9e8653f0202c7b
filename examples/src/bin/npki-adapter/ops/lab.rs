use std::{fs, path::Path};

use npki_container::{EncryptedPrivateKeyInfo, NewPassword, SealScheme};
use npki_core::{Channel, HashAlgorithm, Holder, Instant, Issuer, Product};
use npki_lab::{Held, Lab, LabError, LabLedgers, Person};
use npki_media::{Bundle, Medium as _, Overwrite, Pair};
use npki_media_folder::FolderMedium;
use serde_json::json;

use crate::{
    answer::{No, Outcome},
    hex,
    request::Fields,
};

/// Issues one certificate of a synthetic bank and CA, at a branch: it has no opening hours (R16).
///
/// Writes `ca/root.der`, `ca/ca.der`, `ca/crl.der` (the CA's list), `ca/arl.der` (the root's) and the
/// tree `NPKI`.
pub(super) fn lab_issue(fields: &Fields<'_>) -> Outcome {
    let seed = seed(fields)?;
    let now: Instant = fields.time("now")?;
    let product: Product = fields.word("product")?;
    let holder = fields.word_opt("holder")?.unwrap_or(Holder::Individual);
    let issuer: Option<Issuer> = fields.word_opt("issuer")?;
    let dir = Path::new(fields.text("dir")?);
    let password = NewPassword::check(fields.password("password")?.expose())
        .map_err(|_| No::Refused("password-rule"))?;

    let ledgers = LabLedgers::in_memory();
    let lab = Lab::new(seed, now, &ledgers).map_err(|_| No::Refused("lab"))?;
    let person = Person::invented(fields.text("name")?, fields.text("idn")?, holder);
    person.idn()?;
    lab.outside.welcome(&person);
    let held = lab
        .issue_at(Channel::Branch, &person, product, issuer)
        .map_err(|error| refused(&error))?;
    write(&lab, &held, &password, dir).ok_or(No::Refused("io"))
}

/// A number, or a word that stands for one, as one below zero is.
fn seed(fields: &Fields<'_>) -> Result<u64, No> {
    if let Ok(number) = fields.number("seed") {
        return Ok(number);
    }
    let word = match fields.number::<i64>("seed") {
        Ok(number) => number.to_string(),
        Err(_) => fields.text("seed")?.to_owned(),
    };
    let digest = HashAlgorithm::Sha256.digest(word.as_bytes());
    let first = digest.octets().first_chunk().ok_or(No::BAD_REQUEST)?;
    Ok(u64::from_be_bytes(*first))
}

fn write(
    lab: &Lab<'_>,
    held: &Held,
    password: &NewPassword,
    dir: &Path,
) -> Option<serde_json::Value> {
    let (root, _) = lab.trust();
    let ca = lab.ca(held.issuer)?.settings().certificate.clone();
    let mut rng = lab.rng();
    let crl = lab.ca(held.issuer)?.crl(lab.now(), &mut rng).ok()?;
    let arl = lab.authorities.arl(lab.now(), &mut rng).ok()?;
    let folder = dir.join("ca");
    fs::create_dir_all(&folder).ok()?;
    for (name, der) in [
        ("root.der", root.der()),
        ("ca.der", ca.der()),
        ("crl.der", crl.der()),
        ("arl.der", arl.der()),
    ] {
        fs::write(folder.join(name), der).ok()?;
    }
    let sealed =
        EncryptedPrivateKeyInfo::seal(&held.key, password, SealScheme::Pbes1Seed, &mut rng).ok()?;
    let bundle = Bundle {
        sign: Pair {
            certificate: held.certificate.clone(),
            key: sealed,
        },
        km: None,
        ca_certificates: vec![root.clone(), ca.clone()],
    };
    FolderMedium::at(dir.join("NPKI"))
        .store(&bundle, Overwrite::Replace)
        .ok()?;
    Some(json!({
        "dn": held.certificate.subject().to_npki_text(),
        "serial": held.certificate.serial_number().to_string(),
        "anchors": [hex::encode(root.der())],
        "chain": [hex::encode(ca.der())],
    }))
}

fn refused(error: &LabError) -> No {
    No::Refused(match error {
        LabError::RefusedByBank(_) => "refused-by-bank",
        LabError::RefusedByCa(_) => "refused-by-ca",
        _ => "lab",
    })
}
