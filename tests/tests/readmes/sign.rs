use std::error::Error;

use npki::wallet::{container::Password, folder::FolderMedium, media::Medium};

pub fn sign(npki_folder: &str, password: &str) -> Result<(), Box<dyn Error>> {
    let folder = FolderMedium::at(npki_folder); // the folder named NPKI
    for entry in folder.list()? {
        let opened = folder.open(&entry.id, &Password::new(password)?)?;
        let (key, name) = (&opened.signing_key, opened.certificate.display_name());
        let signature = key.sign(b"TEST_MSG", &mut npki::system_rng())?;
        println!("{name}: {} octets", signature.octets().len());
    }
    Ok(())
}
