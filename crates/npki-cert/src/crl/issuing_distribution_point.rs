use super::RevocationReasons;
use crate::{
    CertError, DistributionPoint,
    extension::write_point_name,
    input::{self, BOOLEAN, Input, SEQUENCE, context, context_constructed},
    output,
};

/// What a CRL covers: a critical extension, without which a partition passes for the whole.
///
/// Source: RFC 5280 section 5.2.5.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssuingDistributionPoint {
    /// The CRL's own name: only certificates that name it too are covered.
    pub point: Option<DistributionPoint>,
    /// Covers certificates of end entities only.
    pub only_contains_user_certs: bool,
    /// Covers certificates of CAs only.
    pub only_contains_ca_certs: bool,
    /// Covers these reasons only.
    pub only_some_reasons: Option<RevocationReasons>,
    /// Holds entries of other issuers too.
    pub indirect_crl: bool,
    /// Covers attribute certificates only.
    pub only_contains_attribute_certs: bool,
}

impl IssuingDistributionPoint {
    pub(super) fn read(octets: &[u8]) -> Result<Self, CertError> {
        let mut input = input::open(octets, SEQUENCE, "IssuingDistributionPoint")?;
        let point = match input.optional(context_constructed(0))? {
            Some(tlv) => {
                let mut point = DistributionPoint::default();
                point.read_name(Input::new(tlv.value, "DistributionPointName"))?;
                Some(point)
            }
            None => None,
        };
        let read = Self {
            point,
            only_contains_user_certs: flag(&mut input, 1)?,
            only_contains_ca_certs: flag(&mut input, 2)?,
            only_some_reasons: match input.optional(context(3))? {
                Some(tlv) => Some(RevocationReasons::read(tlv.value)?),
                None => None,
            },
            indirect_crl: flag(&mut input, 4)?,
            only_contains_attribute_certs: flag(&mut input, 5)?,
        };
        input.end()?;
        Ok(read)
    }

    /// Writes one whose name is a URI.
    pub(super) fn write(uri: &str) -> Vec<u8> {
        output::sequence(&[&write_point_name(uri)])
    }
}

/// `[number] IMPLICIT BOOLEAN DEFAULT FALSE`.
fn flag(input: &mut Input<'_>, number: u8) -> Result<bool, CertError> {
    match input.optional(context(number))? {
        Some(tlv) => input::decode(&output::tlv(BOOLEAN, tlv.value), "IssuingDistributionPoint"),
        None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;

    #[test]
    fn flags() {
        for (der, flags) in [
            (&hex!("3000")[..], Some([false; 4])),
            (&hex!("3003 8101ff"), Some([true, false, false, false])),
            (&hex!("3003 8201ff"), Some([false, true, false, false])),
            (
                &hex!("3006 8401ff 8501ff"),
                Some([false, false, true, true]),
            ),
            (&hex!("3003 840101"), None),
            (&hex!("3006 8201ff 8101ff"), None),
        ] {
            let found = IssuingDistributionPoint::read(der).ok().map(|p| {
                [
                    p.only_contains_user_certs,
                    p.only_contains_ca_certs,
                    p.indirect_crl,
                    p.only_contains_attribute_certs,
                ]
            });
            assert_eq!(found, flags, "{der:02x?}");
        }
    }

    #[test]
    fn a_uri_reads_back() {
        let der = IssuingDistributionPoint::write("http://crl.example/1.crl");
        let point = IssuingDistributionPoint::read(&der).unwrap().point.unwrap();
        assert_eq!(point.uris, ["http://crl.example/1.crl"]);
    }
}
