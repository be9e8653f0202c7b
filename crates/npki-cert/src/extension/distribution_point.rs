use super::general_name::{GeneralName, general_names, write_uri};
use crate::{
    CertError, Name, RevocationReasons,
    input::{self, Input, SEQUENCE, context, context_constructed},
    output,
};

/// Where a CRL is found.
///
/// Korean certificates name one *partition* each: `ldap://…/ou=dp4p61157,ou=AccreditedCA,…`.
///
/// Source: RFC 5280 section 4.2.1.13; KCAC.TS.CRLPROF.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DistributionPoint {
    /// URIs of the full name.
    pub uris: Vec<String>,
    /// Directory names of the full name.
    pub directory_names: Vec<Name>,
    /// The point has a name relative to the CRL's issuer, which this room does not resolve.
    pub has_relative_name: bool,
    /// Only these reasons are found there; `None`: all.
    pub reasons: Option<RevocationReasons>,
    /// Who signs that CRL, when it is not the certificate's issuer. Empty otherwise.
    pub crl_issuer: Vec<Name>,
    /// cRLIssuer is there, though perhaps without a directory name.
    pub has_crl_issuer: bool,
}

impl DistributionPoint {
    /// The partition: the value of the first attribute of an LDAP URI's DN, such as `dp4p61157`
    /// or `s1dp9p211`.
    #[must_use]
    pub fn partition(&self) -> Option<&str> {
        self.uris.iter().find_map(|uri| {
            let after_scheme = uri
                .strip_prefix("ldap://")
                .or(uri.strip_prefix("ldaps://"))?;
            let (_host, dn) = after_scheme.split_once('/')?;
            let first = dn.split([',', '?']).next()?;
            let (_kind, value) = first.split_once('=')?;
            Some(value.trim())
        })
    }

    pub(crate) fn read_all(octets: &[u8]) -> Result<Vec<Self>, CertError> {
        let mut input = input::open(octets, SEQUENCE, "CRLDistributionPoints")?;
        let mut points = Vec::new();
        while !input.is_empty() {
            points.push(Self::read(input.nested(SEQUENCE, "DistributionPoint")?)?);
        }
        if points.is_empty() {
            return Err(input.malformed());
        }
        Ok(points)
    }

    /// Writes one point with one URI.
    pub(crate) fn write(uri: &str) -> Vec<u8> {
        output::sequence(&[&output::sequence(&[&write_point_name(uri)])])
    }

    /// Reads the contents of a DistributionPointName (a CHOICE, so explicitly tagged `[0]`).
    pub(crate) fn read_name(&mut self, mut input: Input<'_>) -> Result<(), CertError> {
        let tlv = input.any()?;
        match tlv.tag {
            FULL_NAME => {
                for name in general_names(Input::new(tlv.value, "DistributionPointName"))? {
                    match name {
                        GeneralName::Uri(uri) => self.uris.push(uri),
                        GeneralName::Directory(name) => self.directory_names.push(name),
                        _ => {}
                    }
                }
            }
            RELATIVE_NAME => self.has_relative_name = true,
            _ => return Err(input.malformed()),
        }
        input.end()
    }

    fn read(mut input: Input<'_>) -> Result<Self, CertError> {
        let mut point = Self::default();
        if let Some(tlv) = input.optional(context_constructed(0))? {
            point.read_name(Input::new(tlv.value, "DistributionPointName"))?;
        }
        if let Some(tlv) = input.optional(context(1))? {
            point.reasons = Some(RevocationReasons::read(tlv.value)?);
        }
        if let Some(tlv) = input.optional(context_constructed(2))? {
            point.has_crl_issuer = true;
            for name in general_names(Input::new(tlv.value, "cRLIssuer"))? {
                if let GeneralName::Directory(name) = name {
                    point.crl_issuer.push(name);
                }
            }
        }
        input.end()?;
        Ok(point)
    }
}

/// Writes a DistributionPointName of one URI under its `[0]`.
pub(crate) fn write_point_name(uri: &str) -> Vec<u8> {
    let full_name = output::tlv(FULL_NAME, &write_uri(uri));
    output::tlv(context_constructed(0), &full_name)
}

const FULL_NAME: u8 = context_constructed(0);
const RELATIVE_NAME: u8 = context_constructed(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_of_five_directories() {
        for (uri, partition) in [
            (
                "ldap://ds.yessign.or.kr:389/ou=dp4p61157,ou=AccreditedCA,o=yessign,c=kr?certificateRevocationList",
                Some("dp4p61157"),
            ),
            (
                "ldap://dir.crosscert.com:389/cn=s1dp9p211,ou=crldp,ou=AccreditedCA,o=CrossCert,c=KR?certificateRevocationList",
                Some("s1dp9p211"),
            ),
            (
                "ldap://ldap.tradesign.net:389/cn=crl1dp989,ou=crldp4,ou=AccreditedCA,o=TradeSign,c=KR",
                Some("crl1dp989"),
            ),
            ("ldap://host", None),
            ("http://host/crl1.crl", None),
        ] {
            let points = DistributionPoint::read_all(&DistributionPoint::write(uri)).unwrap();
            assert_eq!(points[0].uris, [uri]);
            assert_eq!(points[0].partition(), partition, "{uri}");
        }
    }
}
