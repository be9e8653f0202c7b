use npki::system_rng;
use npki_cert::{Certificate, Name};
use npki_container::{
    BeyondBound, Bound, Bounds, EncryptedPrivateKeyInfo, NewPassword, Password, Pfx, PfxPreset,
    Sealing,
};
use npki_core::Product;
use npki_media::{
    Bundle, Entry, EntryId, Medium as _, MediumError, Opened, Overwrite, Pair, export_pfx,
    import_pfx,
};
use npki_media_folder::FolderMedium;
use serde_json::json;

use super::{certificates::general_purpose, containers::sha256, primitives::bounds};
use crate::{
    answer::{No, Outcome},
    hex,
    request::Fields,
};

pub(super) fn pkcs12_make(fields: &Fields<'_>) -> Outcome {
    let (medium, id) = find(fields)?;
    affordable(&medium, &id)?;
    let password = fields.password("password")?;
    let new = new_password(fields)?;
    let preset = PfxPreset::from_name(fields.text("preset")?).ok_or(No::Unsupported)?;
    let pfx = export_pfx(&medium, &id, &password, &new, preset, &mut system_rng())?;
    Ok(json!({ "out": hex::encode(pfx.as_bytes()) }))
}

pub(super) fn pkcs12_import(fields: &Fields<'_>) -> Outcome {
    let medium = FolderMedium::at(fields.text("dir")?);
    let pfx = Pfx::parse(&fields.bytes("der")?, &Bounds::DEFAULT)?;
    let password = match fields.password_opt("password")? {
        Some(password) => password,
        None => Password::new("")?,
    };
    // Importing opens it again, up to the library's own bounds: here a line has less time.
    pfx.open(&password, &twice())?;
    let new = new_password(fields)?;
    let imported = import_pfx(
        &pfx,
        &password,
        &medium,
        &new,
        Sealing::default(),
        Overwrite::Refuse,
        &mut system_rng(),
    )?;
    let bundle = medium.load(&imported.id)?;
    Ok(json!({ "dn": bundle.sign.certificate.subject().to_npki_text() }))
}

/// Stores a pair, in the place of one that is there.
pub(super) fn store_save(fields: &Fields<'_>) -> Outcome {
    let medium = FolderMedium::at(fields.text("dir")?);
    let bundle = Bundle {
        sign: Pair {
            certificate: fields.certificate("cert")?,
            key: EncryptedPrivateKeyInfo::parse(&fields.bytes("key")?)?,
        },
        km: None,
        ca_certificates: Vec::new(),
    };
    medium.store(&bundle, Overwrite::Replace)?;
    Ok(json!({}))
}

/// The entries whose pair can be read.
pub(super) fn store_list(fields: &Fields<'_>) -> Outcome {
    let medium = FolderMedium::at(fields.text("dir")?);
    let mut items = Vec::new();
    for entry in medium.list()?.iter().filter(|entry| entry.is_complete()) {
        let bundle = match medium.load(&entry.id) {
            Ok(bundle) => bundle,
            // Taken away, or damaged, since it was listed.
            Err(
                MediumError::NotFound { .. }
                | MediumError::HalfPair { .. }
                | MediumError::Damaged { .. },
            ) => continue,
            Err(error) => return Err(error.into()),
        };
        items.push(json!({
            "dn": bundle.sign.certificate.subject().to_npki_text(),
            "cert_sha256": sha256(bundle.sign.certificate.der()),
            "key_sha256": sha256(bundle.sign.key.as_der()),
        }));
    }
    Ok(json!({ "items": items }))
}

/// Everything that lies in some folders, whole or not.
pub(super) fn folder_find(fields: &Fields<'_>) -> Outcome {
    let mut items = Vec::new();
    for root in fields.texts("roots")? {
        for entry in FolderMedium::at(root).list()? {
            let certificate = entry.sign.as_ref().or(entry.km.as_ref());
            items.push(json!({
                "path": entry.place,
                "dn": entry.subject().map(Name::to_npki_text),
                "issuer": certificate.map(|c| c.issuer().to_npki_text()),
                "product": certificate.and_then(Certificate::product).map(Product::name),
                "general_purpose": certificate.map(general_purpose),
                "not_before": certificate.map(|c| c.not_before().unix_seconds()),
                "not_after": certificate.map(|c| c.not_after().unix_seconds()),
                "complete": entry.is_complete(),
            }));
        }
    }
    Ok(json!({ "items": items }))
}

/// Opens the entry that a line names.
pub(super) fn open(fields: &Fields<'_>) -> Result<Opened, No> {
    let (medium, id) = find(fields)?;
    affordable(&medium, &id)?;
    Ok(medium.open(&id, &fields.password("password")?)?)
}

/// The entry with the line's `dn` in its `dir`; of several, one that can be used.
fn find(fields: &Fields<'_>) -> Result<(FolderMedium, EntryId), No> {
    let medium = FolderMedium::at(fields.text("dir")?);
    let dn = fields.text("dn")?;
    let name = Name::from_npki_text(dn).ok();
    let named = |entry: &Entry| {
        entry.subject().is_some_and(|subject| {
            subject.to_npki_text() == dn || name.as_ref().is_some_and(|name| name.matches(subject))
        })
    };
    let mut found: Vec<Entry> = medium.list()?.into_iter().filter(named).collect();
    found.sort_by_key(|entry| !entry.is_complete());
    let entry = found.into_iter().next().ok_or(No::Refused("not-found"))?;
    Ok((medium, entry.id))
}

/// Refuses an entry whose keys take longer to open than a line has: media go to the library's own bounds.
fn affordable(medium: &FolderMedium, id: &EntryId) -> Result<(), No> {
    let bundle = medium.load(id)?;
    let limit = twice().limit(Bound::Work);
    let mut found = 0_u64;
    for pair in [Some(&bundle.sign), bundle.km.as_ref()]
        .into_iter()
        .flatten()
    {
        found = found.saturating_add(pair.key.scheme()?.iterations);
    }
    if found > limit {
        let bound = Bound::Work;
        return Err(BeyondBound {
            bound,
            found,
            limit,
        }
        .into());
    }
    Ok(())
}

/// What a derivation may cost that is done twice in a line.
fn twice() -> Bounds {
    bounds().lowered(Bound::Work, bounds().limit(Bound::Work) / 2)
}

fn new_password(fields: &Fields<'_>) -> Result<NewPassword, No> {
    let password = fields.password("new_password")?;
    Ok(NewPassword::check(password.expose())?)
}
