use super::general_name::{GeneralName, general_names, write_directory};
use crate::{
    CertError, Name, SerialNumber,
    input::{self, Input, SEQUENCE, context, context_constructed},
    output,
};

/// Which key of the issuer signed: by the key's identifier, by the issuer's certificate, or both.
///
/// Korean certificates carry all three (KCAC.TS.CERTPROF); the last two name the issuer *of the
/// CA certificate*, so the root, and the CA certificate's serial.
///
/// Source: RFC 5280 section 4.2.1.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthorityKeyIdentifier {
    /// The subjectKeyIdentifier of the issuer's certificate.
    pub key_identifier: Option<Vec<u8>>,
    /// Who issued the issuer's certificate.
    pub issuer: Option<Name>,
    /// The serial number of the issuer's certificate. Only a hint where to look: a number that is
    /// no [`SerialNumber`], such as the 0 of old private roots, is passed over.
    pub serial_number: Option<SerialNumber>,
}

impl AuthorityKeyIdentifier {
    pub(crate) fn read(octets: &[u8]) -> Result<Self, CertError> {
        let mut input = input::open(octets, SEQUENCE, "AuthorityKeyIdentifier")?;
        let key_identifier = input.optional(context(0))?.map(|tlv| tlv.value.to_vec());
        let issuer = match input.optional(context_constructed(1))? {
            Some(tlv) => general_names(Input::new(tlv.value, "authorityCertIssuer"))?
                .into_iter()
                .find_map(|name| match name {
                    GeneralName::Directory(name) => Some(name),
                    _ => None,
                }),
            None => None,
        };
        let serial_number = input
            .optional(context(2))?
            .and_then(|tlv| SerialNumber::from_integer_contents(tlv.value).ok());
        input.end()?;
        Ok(Self {
            key_identifier,
            issuer,
            serial_number,
        })
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let key_identifier = match &self.key_identifier {
            Some(octets) => output::tlv(context(0), octets),
            None => Vec::new(),
        };
        let issuer = match &self.issuer {
            Some(name) => output::tlv(context_constructed(1), &write_directory(name)),
            None => Vec::new(),
        };
        let serial_number = match &self.serial_number {
            Some(serial) => output::integer(context(2), serial.octets()),
            None => Vec::new(),
        };
        output::sequence(&[&key_identifier, &issuer, &serial_number])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_reads_back() {
        let name = Name::from_npki_text("cn=KISA RootCA 4,o=KISA,c=KR").unwrap();
        let serial: SerialNumber = "4136".parse().unwrap();
        for combination in 0..8 {
            let identifier = AuthorityKeyIdentifier {
                key_identifier: (combination & 1 != 0).then(|| vec![7; 20]),
                issuer: (combination & 2 != 0).then(|| name.clone()),
                serial_number: (combination & 4 != 0).then_some(serial),
            };
            let der = identifier.write();
            assert_eq!(AuthorityKeyIdentifier::read(&der).unwrap(), identifier);
        }
    }
}
