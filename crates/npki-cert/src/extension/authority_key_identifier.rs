use crate::{Name, SerialNumber};

/// Which key of the issuer signed: by the key's identifier, by the issuer's certificate, or both.
///
/// Korean certificates carry all three (KCAC.TS.CERTPROF): the last two name the issuer *of the
/// CA certificate* and the CA certificate's serial.
///
/// Source: RFC 5280 section 4.2.1.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthorityKeyIdentifier {
    /// The subjectKeyIdentifier of the issuer's certificate.
    pub key_identifier: Option<Vec<u8>>,
    /// Who issued the issuer's certificate.
    pub issuer: Option<Name>,
    /// The serial number of the issuer's certificate.
    pub serial_number: Option<SerialNumber>,
}
