use core::fmt;

use const_oid::ObjectIdentifier;

use crate::CertError;

/// A distinguished name (DN) that keeps its DER.
///
/// Two names are the same when they [`match`](Name::matches) by the rules of RFC 5280 section 7.1;
/// `==` compares the octets alone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name {
    der: Vec<u8>,
    rdns: Vec<Vec<Attribute>>,
}

/// One attribute of a [`Name`]: its type, and its value as it stands there.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Attribute {
    oid: ObjectIdentifier,
    value_der: Vec<u8>,
}

/// Why a text is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameTextError {
    /// x
    #[error("x")]
    X,
}

impl Name {
    /// Reads a DER Name.
    pub fn parse(der: &[u8]) -> Result<Self, CertError> {
        todo!()
    }
    /// Reads the NPKI text form.
    pub fn from_npki_text(text: &str) -> Result<Self, NameTextError> {
        todo!()
    }
    /// The NPKI text form: `cn=홍길동()0099…,ou=KFTC,ou=personal,o=yessign,c=kr`.
    pub fn to_npki_text(&self) -> String {
        todo!()
    }
    /// The folder name.
    pub fn to_folder_name(&self) -> String {
        todo!()
    }
    /// DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }
    /// Whether two names are the same.
    pub fn matches(&self, other: &Self) -> bool {
        todo!()
    }
    /// No attribute.
    pub fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }
    /// All attributes, C first.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.rdns.iter().flatten()
    }
    /// The most specific CN.
    pub fn common_name(&self) -> Option<String> {
        todo!()
    }
    /// O.
    pub fn organization(&self) -> Option<String> {
        todo!()
    }
    /// OUs in DER order.
    pub fn organizational_units(&self) -> Vec<String> {
        todo!()
    }
}

impl Attribute {
    /// Type.
    pub const fn oid(&self) -> ObjectIdentifier {
        self.oid
    }
    /// Text.
    pub fn text(&self) -> Option<String> {
        todo!()
    }
    /// DER.
    pub fn value_der(&self) -> &[u8] {
        &self.value_der
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({})", self.to_npki_text())
    }
}
impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attribute({})", self.oid)
    }
}
/// The NPKI text form.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_npki_text())
    }
}
