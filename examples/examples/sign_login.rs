//! How do I log in with a certificate that lies in an NPKI folder?
//!
//! Run: `cargo run --example sign_login` (with a made-up certificate), or with your own, on a challenge of 64
//! hexadecimal digits: `NPKI_PASSWORD=… cargo run --example sign_login -- ~/NPKI 8d5e…`.
//!
//! Expected:
//!
//! ```text
//! 1. 홍길동 (until 2027-03-31)
//! signed as 홍길동 with profile plain: … octets of CMS
//! R goes along: 20 octets, to the server alone and encrypted
//! ```

use std::error::Error;
use std::{env, path::Path};

use npki::relying_party::Challenge;
use npki::system_rng;
use npki::wallet::container::Password;
use npki::wallet::folder::FolderMedium;
use npki::wallet::media::{Medium, Overwrite, conformance};
use npki::wallet::sign::{cms::Profile, login::sign_login};

fn main() -> Result<(), Box<dyn Error>> {
    let temporary = tempfile::tempdir()?;
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (folder, challenge, password) = match arguments.as_slice() {
        [] => made_up(temporary.path())?,
        [folder, challenge] => (
            FolderMedium::at(folder),
            Challenge::from_octets(&octets(challenge)?)?,
            env::var("NPKI_PASSWORD")?,
        ),
        _ => return Err("give an NPKI folder and a challenge, or nothing".into()),
    };

    // Choose: a person is shown the list. Half pairs and broken files are in it too, and say so.
    let entries = folder.list()?;
    let usable = entries.iter().filter(|entry| entry.is_complete());
    for (number, entry) in usable.clone().enumerate() {
        let Some(certificate) = &entry.sign else {
            continue;
        };
        let until = certificate.not_after().kst_day();
        println!(
            "{}. {} (until {until})",
            number + 1,
            certificate.display_name()
        );
    }
    let chosen = usable.clone().next().ok_or("there is no certificate")?;

    // Open: from here on there is a handle that signs, whatever the medium.
    let opened = folder.open(&chosen.id, &Password::new(&password)?)?;

    // Sign what the server asked for, and nothing else.
    let response = sign_login(
        &challenge,
        &*opened.signing_key,
        &opened.certificate,
        opened.random_number,
        Profile::PLAIN,
        &mut system_rng(),
    )?;
    let name = opened.certificate.display_name();
    println!(
        "signed as {name} with profile {}: {} octets of CMS",
        Profile::PLAIN.name(),
        response.cms.len()
    );
    match response.r {
        Some(r) => println!(
            "R goes along: {} octets, to the server alone and encrypted",
            r.expose_octets().len()
        ),
        None => println!("there is no R: the server cannot check who this is"),
    }
    Ok(())
}

/// A folder with a certificate of nobody, and a challenge as a server would give it.
fn made_up(place: &Path) -> Result<(FolderMedium, Challenge, String), Box<dyn Error>> {
    let folder = FolderMedium::at(place.join("NPKI"));
    folder.store(&conformance::subscriber()?, Overwrite::Refuse)?;
    let challenge = Challenge::generate("bank.example login", &mut system_rng())?;
    Ok((folder, challenge, conformance::PASSWORD.to_owned()))
}

fn octets(digits: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let pair = |at: usize| {
        digits
            .get(at..at + 2)
            .ok_or("hexadecimal digits come in pairs")
    };
    let octet = |at: usize| Ok(u8::from_str_radix(pair(at)?, 16)?);
    (0..digits.len()).step_by(2).map(octet).collect()
}
