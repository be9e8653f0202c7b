use const_oid::ObjectIdentifier;

use crate::{
    CertError, Name,
    input::{Input, OID, Tlv, context, context_constructed, malformed},
    output, string,
};

/// The kinds of GeneralName that are told apart here (RFC 5280 section 4.2.1.6).
#[derive(Clone, Debug)]
pub(crate) enum GeneralName<'a> {
    /// The type, and the octets inside of the `[0]`.
    Other(ObjectIdentifier, &'a [u8]),
    Directory(Name),
    Uri(String),
    /// An e-mail address, a host name and the like, which nothing here needs.
    Unused,
}

/// Reads the contents of GeneralNames: at least one.
pub(crate) fn general_names(mut input: Input<'_>) -> Result<Vec<GeneralName<'_>>, CertError> {
    let mut names = Vec::new();
    while !input.is_empty() {
        names.push(general_name(input.any()?)?);
    }
    if names.is_empty() {
        return Err(input.malformed());
    }
    Ok(names)
}

pub(crate) fn general_name(tlv: Tlv<'_>) -> Result<GeneralName<'_>, CertError> {
    const OTHER: u8 = context_constructed(0);
    const DIRECTORY: u8 = context_constructed(4);
    const URI: u8 = context(6);
    // rfc822Name, dNSName, iPAddress, registeredID; x400Address, ediPartyName.
    const PRIMITIVE: [u8; 4] = [context(1), context(2), context(7), context(8)];
    const CONSTRUCTED: [u8; 2] = [context_constructed(3), context_constructed(5)];

    match tlv.tag {
        OTHER => {
            let mut input = Input::new(tlv.value, "OtherName");
            let oid = input.decode(OID)?;
            let value = input.expect(context_constructed(0))?.value;
            input.end()?;
            Ok(GeneralName::Other(oid, value))
        }
        DIRECTORY => Name::parse(tlv.value).map(GeneralName::Directory),
        URI => Ok(GeneralName::Uri(string::ia5(tlv.value))),
        tag if PRIMITIVE.contains(&tag) || CONSTRUCTED.contains(&tag) => Ok(GeneralName::Unused),
        _ => Err(malformed("GeneralName")),
    }
}

/// Writes a URI as GeneralName.
pub(crate) fn write_uri(uri: &str) -> Vec<u8> {
    output::tlv(context(6), uri.as_bytes())
}

/// Writes a directory name as GeneralName.
pub(crate) fn write_directory(name: &Name) -> Vec<u8> {
    output::tlv(context_constructed(4), name.der())
}
