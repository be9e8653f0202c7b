use npki_core::{HashAlgorithm, Idn, RandomNumber, Vid};
use zeroize::Zeroizing;

use crate::{Certificate, output, string::PRINTABLE_STRING};

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
    // Both lengths are bounded by their types: 2 + 13 and 3 + 64 octets of contents.
    let idn = Zeroizing::new(output::tlv(
        PRINTABLE_STRING,
        idn.expose_digits().as_bytes(),
    ));
    let random = Zeroizing::new(output::bit_string(random.expose_octets()));
    let content = Zeroizing::new(output::sequence(&[&idn, &random]));
    let inner = hash.digest(&content);
    Vid::new(hash.digest(inner.octets()))
}

/// Asks whether a certificate belongs to the person or organisation with this number.
///
/// The hash function is the one that the certificate names. Compares in constant time.
#[must_use]
pub fn check_vid(certificate: &Certificate, idn: &Idn, random: &RandomNumber) -> VidCheck {
    match certificate.identify_data().and_then(|d| d.vid.as_ref()) {
        None => VidCheck::NoVid,
        Some(vid) if vid.equals(&compute_vid(vid.hash_algorithm(), idn, random)) => {
            VidCheck::Matches
        }
        Some(_) => VidCheck::Differs,
    }
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

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;

    #[test]
    fn published_vectors() {
        let r1 = hex!("79EA7568A2D3776604E18BCD3A1B1B85B7DA0872");
        for (hash, idn, r, vid) in [
            // Comments in INITECH's browser client for the issuing protocol, test number.
            (
                HashAlgorithm::Sha256,
                "1234561234567",
                r1,
                &hex!("17692C8DD00EAD33791DE0A64A937C60799634C64AC56FA57570C0E05252AB35")[..],
            ),
            (
                HashAlgorithm::Sha1,
                "1234561234567",
                r1,
                &hex!("db7e38dbaae245f6c24a623399cb522bfd0a3d3a"),
            ),
            // Test certificates of yessign's test CA: a vendor's of 2011, an e-tax one of 2021.
            (
                HashAlgorithm::Sha256,
                "7001011112121",
                hex!("000000000000000000013C0090013C004810C500"),
                &hex!("89D3E03D419F34EBB6002D146EDB31F58CF058949A67D9C85805E7BCB39AC886"),
            ),
            (
                HashAlgorithm::Sha256,
                "626-69-28004",
                hex!("9FBDDAB9B4173357C26F6E8BCD37DCD710F38890"),
                &hex!("605F6BC51316FD92A86A15D402BFDEA6AF7ED4B4546E0B2FF4BE40927954296D"),
            ),
        ] {
            let idn = Idn::parse(idn).unwrap();
            let random = RandomNumber::from_octets(&r).unwrap();
            assert_eq!(compute_vid(hash, &idn, &random).octets(), vid);
        }
    }
}
