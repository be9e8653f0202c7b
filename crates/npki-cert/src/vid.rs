use npki_core::{HashAlgorithm, Idn, RandomNumber, Vid};
use zeroize::Zeroizing;

use crate::Certificate;

/// Computes the VID of an identification number and an R: h(h(DER of HashContent)), the second
/// hash over the bare octets of the first.
///
/// ```text
/// HashContent ::= SEQUENCE { idn PrintableString, randomNum BIT STRING }
/// ```
///
/// Source: KCAC.TS.SIVID.
#[must_use]
pub fn compute_vid(hash: HashAlgorithm, idn: &Idn, random: &RandomNumber) -> Vid {
    todo!()
}

/// Asks whether a certificate belongs to the person or organisation with this number.
///
/// The hash function is the one that the certificate names. Compares in constant time.
#[must_use]
pub fn check_vid(certificate: &Certificate, idn: &Idn, random: &RandomNumber) -> VidCheck {
    todo!()
}

/// What [`check_vid`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VidCheck {
    /// The certificate was issued for this number and R.
    Matches,
    /// It was not.
    Differs,
    /// The certificate has no VID, or one under a hash function that this room does not know:
    /// nothing can be said.
    NoVid,
}
