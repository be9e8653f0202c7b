use crate::{CertError, Name, input::Input};
use const_oid::ObjectIdentifier;

/// The kinds of GeneralName that are told apart here.
#[derive(Clone, Debug)]
pub(crate) enum GeneralName<'a> {
    /// Type and the value inside of its `[0]`.
    Other(ObjectIdentifier, &'a [u8]),
    /// directoryName.
    Directory(Name),
    /// URI.
    Uri(String),
    /// Any other kind.
    Unused,
}

/// GeneralNames.
pub(crate) fn general_names<'a>(input: Input<'a>) -> Result<Vec<GeneralName<'a>>, CertError> {
    todo!()
}
