//! The operations, a file for each family.

mod certificates;
mod containers;
mod decide;
mod decryption;
mod folders;
mod lab;
mod login;
mod messages;
mod parse;
mod primitives;
mod signatures;
mod trust;

use crate::answer::{self, No, Outcome};
use crate::request::Fields;

/// Answers one line.
pub(crate) fn answer(line: &[u8]) -> Vec<u8> {
    let Some(fields) = Fields::parse(line) else {
        return answer::bad_request();
    };
    answer::line(fields.id(), run(&fields))
}

fn run(fields: &Fields<'_>) -> Outcome {
    let name = fields.text("op")?;
    let (_, op) = OPS
        .iter()
        .find(|(known, _)| *known == name)
        .ok_or(No::Unsupported)?;
    op(fields)
}

type Op = fn(&Fields<'_>) -> Outcome;

const OPS: &[(&str, Op)] = &[
    ("rsa_pkcs1_verify", signatures::rsa_pkcs1_verify),
    ("rsa_pkcs1_sign", signatures::rsa_pkcs1_sign),
    ("rsa_pss_verify", signatures::rsa_pss_verify),
    ("ecdsa_verify", signatures::ecdsa_verify),
    ("rsa_pkcs1_decrypt", decryption::rsa_pkcs1_decrypt),
    ("rsa_oaep_decrypt", decryption::rsa_oaep_decrypt),
    ("hmac", primitives::hmac),
    ("pbkdf2", primitives::pbkdf2),
    ("pbes2_decrypt", primitives::pbes2_decrypt),
    ("cbc_decrypt", primitives::cbc_decrypt),
    ("cbc_encrypt", primitives::cbc_encrypt),
    ("raw_decrypt", primitives::raw_decrypt),
    ("raw_encrypt", primitives::raw_encrypt),
    ("pkcs8_open", containers::pkcs8_open),
    ("pkcs8_seal", containers::pkcs8_seal),
    ("pkcs12_open", containers::pkcs12_open),
    ("hold", containers::hold),
    ("parse", parse::parse),
    ("path_validate", trust::path_validate),
    ("crl_check", trust::crl_check),
    ("ocsp_check", trust::ocsp_check),
    ("cms_verify", messages::cms_verify),
    ("cms_sign", messages::cms_sign),
    ("verify_login", login::verify_login),
    ("pkcs12_make", folders::pkcs12_make),
    ("pkcs12_import", folders::pkcs12_import),
    ("store_save", folders::store_save),
    ("store_list", folders::store_list),
    ("folder_find", folders::folder_find),
    ("vid", certificates::vid),
    ("cert_show", certificates::cert_show),
    ("decide", decide::decide),
    ("lab_issue", lab::lab_issue),
];
