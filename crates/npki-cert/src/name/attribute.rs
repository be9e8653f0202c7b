use core::fmt;

use const_oid::ObjectIdentifier;

use crate::{
    CertError,
    input::{Input, OID},
    output,
    string::{self, Text},
};

/// One attribute of a [`Name`](crate::Name): its type, and its value as it stands there.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Attribute {
    oid: ObjectIdentifier,
    value_der: Vec<u8>,
}

impl Attribute {
    /// The type, such as 2.5.4.3 for CN.
    #[must_use]
    pub const fn oid(&self) -> ObjectIdentifier {
        self.oid
    }

    /// The value as text; `None` when it is of no string type.
    ///
    /// Reads UTF8String, PrintableString, IA5String, BMPString, UniversalString and T61String, the
    /// last one as UTF-8 or EUC-KR, because old certificates hold Korean so. Octets that are not
    /// what their type says are shown as well as can be.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        self.read_text().map(|t| t.text)
    }

    /// The value's DER.
    #[must_use]
    pub fn value_der(&self) -> &[u8] {
        &self.value_der
    }

    /// Whether the octets are what their string type says. True as well for what is of no string type.
    pub(crate) fn is_sound(&self) -> bool {
        self.read_text().is_none_or(|text| text.sound)
    }

    pub(super) const fn new(oid: ObjectIdentifier, value_der: Vec<u8>) -> Self {
        Self { oid, value_der }
    }

    /// Reads the contents of an AttributeTypeAndValue.
    pub(super) fn read(contents: &[u8]) -> Result<Self, CertError> {
        let mut input = Input::new(contents, WHAT);
        let oid = input.decode(OID)?;
        let value_der = input.any()?.raw.to_vec();
        input.end()?;
        Ok(Self { oid, value_der })
    }

    pub(super) fn to_der(&self) -> Vec<u8> {
        output::sequence(&[&output::oid(self.oid), &self.value_der])
    }

    pub(super) fn read_text(&self) -> Option<Text> {
        let tlv = Input::new(&self.value_der, WHAT).any().ok()?;
        string::read(tlv.tag, tlv.value)
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            Some(text) => write!(f, "Attribute({}={text:?})", self.oid),
            None => write!(f, "Attribute({}=…)", self.oid),
        }
    }
}

const WHAT: &str = "AttributeTypeAndValue";

/// Whether `octets` are exactly one DER value.
pub(super) fn is_one_value(octets: &[u8]) -> bool {
    let mut input = Input::new(octets, WHAT);
    input.any().is_ok() && input.is_empty()
}
