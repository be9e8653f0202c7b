use crate::{Name, RevocationReasons};

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
    /// The point has a name relative to the CRL issuer, which this room does not resolve.
    pub has_relative_name: bool,
    /// Only these reasons are found there; `None`: all.
    pub reasons: Option<RevocationReasons>,
    /// Who signs that CRL, when it is not the certificate's issuer.
    pub crl_issuer: Vec<Name>,
}

impl DistributionPoint {
    /// The partition: the value of the first attribute of an LDAP URI's DN, such as `dp4p61157`.
    #[must_use]
    pub fn partition(&self) -> Option<&str> {
        todo!()
    }
}
