mod serve;

use std::fs;
use std::path::Path;

use npki_cert::{CertId, OcspRequest};
use npki_container::{NewPassword, PfxPreset, SealScheme};
use npki_core::{HashAlgorithm, Product, Sentence};
use npki_lab::{Condition, Held, Lab, LabError, LabLedgers, Population, Specimen};
use npki_media::Overwrite;
use serde_json::{Value, json};

use crate::cli;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::files;
use crate::language::say;
use crate::report::Report;

/// The password of everything that a lab makes. It is as public as the keys.
const PASSWORD: &str = "Lab-pass-word-1!";

pub(super) fn run(args: &cli::Lab, context: &Context) -> Result<Report, Failure> {
    match args {
        cli::Lab::Make {
            folder,
            seed,
            plain,
        } => make(folder, *seed, *plain, context),
        cli::Lab::Serve(args) => serve::run(args, context),
    }
}

fn make(folder: &Path, seed: u64, plain: bool, context: &Context) -> Result<Report, Failure> {
    refuse_what_is_there(folder)?;
    let ledgers = LabLedgers::in_memory();
    let (lab, population) = match plain {
        true => Population::without_deviations(seed, context.now, &ledgers),
        false => Population::at(seed, context.now, &ledgers),
    }
    .map_err(failed)?;
    let mut made = Made {
        lab: &lab,
        password: NewPassword::check(PASSWORD)?,
        folder,
    };

    made.authorities()?;
    let mut people = Vec::new();
    for specimen in &population.specimens {
        people.push(made.specimen(specimen)?);
    }
    let index = json!({
        "seed": seed,
        "now": context.now.to_string(),
        "plain": plain,
        "password": PASSWORD,
        "people": people,
    });
    made.write("lab.json", format!("{index:#}\n").as_bytes())?;

    let at = folder.display();
    let count = population.specimens.len();
    let mut page = context.page();
    page.say(&say!(
        "{at}에 인증기관과 가입자 {count}명을 만들었습니다. 누가 누구인지는 lab.json에 있습니다.",
        "Made CAs and {count} subscribers in {at}. Who is who stands in lab.json."
    ));
    page.say(&Sentence::fixed(
        "키는 모두 공개된 것입니다. 시험에만 쓰세요.",
        "All keys are published: for tests only.",
    ));
    page.field("비밀번호", "password", PASSWORD);
    for specimen in &population.specimens {
        page.line(format!("  people/{}", specimen.name));
    }
    Ok(Report::done(page, index))
}

struct Made<'a> {
    lab: &'a Lab<'a>,
    password: NewPassword,
    folder: &'a Path,
}

impl Made<'_> {
    /// Root and CAs, and a list of each.
    fn authorities(&mut self) -> Result<(), Failure> {
        let (root, _) = self.lab.trust();
        self.write("ca/root.der", root.der())?;
        let mut rng = self.lab.rng();
        let now = self.lab.now();
        let arl = self.lab.authorities.arl(now, &mut rng).map_err(failed)?;
        self.write("ca/arl.crl", arl.der())?;
        for authority in &self.lab.authorities.cas {
            let issuer = authority.issuer;
            let name = format!("ca/{issuer}").to_lowercase();
            self.write(&format!("{name}.der"), authority.settings.certificate.der())?;
            self.write(
                &format!("{name}-ocsp.der"),
                authority.ocsp.certificate.der(),
            )?;
            if let Some(ca) = self.lab.ca(issuer) {
                let crl = ca
                    .crl(now, &mut rng)
                    .map_err(|error| failed(error.into()))?;
                self.write(&format!("{name}.crl"), crl.der())?;
            }
        }
        Ok(())
    }

    /// Writes what a subscriber has, and tells what that is.
    fn specimen(&mut self, specimen: &Specimen) -> Result<Value, Failure> {
        let home = format!("people/{}", specimen.name);
        let mut rng = self.lab.rng();
        let mut paths = Vec::new();
        let mut write = |made: &Self, path: String, bytes: &[u8]| -> Result<(), Failure> {
            made.write(&path, bytes)?;
            paths.push(path);
            Ok(())
        };
        for file in specimen
            .files(&self.password, SealScheme::Pbes1Seed, &mut rng)
            .map_err(failed)?
        {
            write(self, format!("{home}/{}", file.path), &file.bytes)?;
        }
        let held = &specimen.held;
        write(self, format!("{home}/cert.der"), held.certificate.der())?;
        if let Some(answer) = self.asked(held)? {
            write(self, format!("{home}/ocsp.der"), &answer)?;
        }
        if let Some(earlier) = &specimen.earlier {
            let path = format!("{home}/earlier.der");
            write(self, path, earlier.certificate.der())?;
        }
        // One in every form.
        let model = specimen.condition == Condition::Valid
            && specimen.held.product == Product::PersonalLimited;
        if model {
            for scheme in SealScheme::ALL.iter().copied() {
                let files = specimen
                    .files(&self.password, scheme, &mut rng)
                    .map_err(failed)?;
                for file in files.iter().filter(|f| f.path.ends_with(".key")) {
                    let path = format!("{home}/keys/{}.key", scheme.name());
                    write(self, path, &file.bytes)?;
                }
            }
        }
        if specimen.condition.opens() {
            let others = model || specimen.condition == Condition::NoRandomNumber;
            let presets = PfxPreset::ALL.iter().copied();
            for preset in presets.filter(|preset| others || *preset == PfxPreset::default()) {
                let pfx = specimen
                    .pfx(self.lab, &self.password, preset, &mut rng)
                    .map_err(failed)?;
                let path = format!("{home}/{}.pfx", preset.name());
                write(self, path, pfx.as_bytes())?;
            }
        }
        Ok(json!({
            "name": specimen.name,
            "condition": specimen.condition.name(),
            "product": held.product.to_string(),
            "issuer": held.issuer.to_string(),
            "real_name": held.person.name,
            "idn": held.person.idn_digits,
            "dn": held.certificate.subject().to_npki_text(),
            "serial": held.certificate.serial_number().to_string(),
            "not_before": held.certificate.not_before().to_string(),
            "not_after": held.certificate.not_after().to_string(),
            "files": paths,
        }))
    }

    /// What the CA's responder says of a certificate, to one who asks without a nonce.
    fn asked(&self, held: &Held) -> Result<Option<Vec<u8>>, Failure> {
        let authority = self.lab.authorities.ca(held.issuer);
        let (Some(authority), Some(responder)) = (authority, self.lab.ocsp(held.issuer)) else {
            return Ok(None);
        };
        let issuer = &authority.settings.certificate;
        let id = CertId::new(HashAlgorithm::Sha1, issuer, &held.certificate);
        let question = OcspRequest::new([id], None).encode()?;
        let answered = responder.answer(&question, self.lab.now(), &mut self.lab.rng());
        answered
            .map(|answered| Some(answered.der))
            .map_err(|error| failed(error.into()))
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = path
            .split('/')
            .fold(self.folder.to_owned(), |to, name| to.join(name));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| Failure::io(parent, &error))?;
        }
        files::write(&path, bytes, Overwrite::Refuse)
    }
}

/// Only a folder that is not there yet, or empty, becomes a lab.
fn refuse_what_is_there(folder: &Path) -> Result<(), Failure> {
    let not_empty = match fs::read_dir(folder) {
        Ok(mut items) => items.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(Failure::io(folder, &error)),
    };
    if !not_empty {
        return Ok(());
    }
    let at = folder.display();
    Err(Failure::new(
        Exit::Refused,
        "folder-not-empty",
        say!(
            "{at}: 빈 폴더가 아닙니다. 없거나 빈 폴더를 지정하세요.",
            "{at}: this folder is not empty; name one that is, or that is not there."
        ),
    ))
}

fn failed(error: LabError) -> Failure {
    let mut why = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        why = format!("{why}: {error}");
        source = error.source();
    }
    Failure::new(
        Exit::Environment,
        "lab",
        say!(
            "시험 환경을 만들지 못했습니다({why}).",
            "The lab could not be made ({why})."
        ),
    )
}
