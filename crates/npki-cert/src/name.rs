mod attribute;
mod folder;
mod matching;
mod text;

use core::fmt;

pub use attribute::Attribute;
pub use text::NameTextError;

use const_oid::{ObjectIdentifier, db::rfc4519};

use crate::{
    CertError,
    input::{self, Input, SEQUENCE, SET},
    output,
};

/// A distinguished name (DN) that keeps its DER.
///
/// Whether two names are *the same* is asked with [`Name::matches`], which follows RFC 5280 section
/// 7.1; `==` compares the octets alone.
///
/// `Display` and [`Name::to_npki_text`] give the text form of Korean software, most specific first.
///
/// Source: RFC 5280 section 4.1.2.4; KCAC.TS.DN.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name {
    der: Vec<u8>,
    // In DER order: C first, CN last.
    rdns: Vec<Vec<Attribute>>,
}

impl Name {
    /// The most octets that are read. A bound of ours: the longest real names have some 400.
    pub const MAX_OCTETS: usize = 16_384;

    /// Reads a DER Name.
    ///
    /// # Errors
    /// [`CertError::TooLong`], [`CertError::Malformed`], [`CertError::TrailingData`].
    pub fn parse(der: &[u8]) -> Result<Self, CertError> {
        if der.len() > Self::MAX_OCTETS {
            return Err(CertError::TooLong {
                what: WHAT,
                found: der.len(),
                max: Self::MAX_OCTETS,
            });
        }
        let mut input = input::open(der, SEQUENCE, WHAT)?;
        let mut rdns = Vec::new();
        while !input.is_empty() {
            rdns.push(read_rdn(input.nested(SET, "RelativeDistinguishedName")?)?);
        }
        Ok(Self {
            der: der.to_vec(),
            rdns,
        })
    }

    /// A name of these types and values, most specific first, such as `[("cn", "홍길동"), ("c", "kr")]`.
    ///
    /// The types are those of [`Name::from_npki_text`]; the values are plain, without escapes.
    ///
    /// # Errors
    /// [`NameTextError`] for an unknown type or a value that its string type cannot hold.
    pub fn from_values<'a>(
        values: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, NameTextError> {
        let mut rdns = values
            .into_iter()
            .map(|(kind, value)| Ok(vec![text::attribute(kind, value)?]))
            .collect::<Result<Vec<_>, _>>()?;
        rdns.reverse();
        Self::from_rdns(rdns).ok_or(NameTextError::TooLong)
    }

    /// The octets, as read.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether there is no attribute.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }

    /// All attributes in the order of the DER: C first, CN last.
    pub fn attributes(&self) -> impl DoubleEndedIterator<Item = &Attribute> {
        self.rdns.iter().flatten()
    }

    /// The most specific common name (CN), as text.
    #[must_use]
    pub fn common_name(&self) -> Option<String> {
        self.last(rfc4519::COMMON_NAME)
    }

    /// The most specific organisation (O), as text: at the issuer, the CA's own name.
    #[must_use]
    pub fn organization(&self) -> Option<String> {
        self.last(rfc4519::ORGANIZATION_NAME)
    }

    /// The organisational units (OU) in the order of the DER: the class first, then the bank.
    #[must_use]
    pub fn organizational_units(&self) -> Vec<String> {
        self.attributes()
            .filter(|a| a.oid() == rfc4519::ORGANIZATIONAL_UNIT_NAME)
            .filter_map(Attribute::text)
            .collect()
    }

    /// Whether an RDN has more than one attribute.
    pub(crate) fn has_multi_valued_rdn(&self) -> bool {
        self.rdns.iter().any(|rdn| rdn.len() > 1)
    }

    fn last(&self, oid: ObjectIdentifier) -> Option<String> {
        self.attributes()
            .rev()
            .find(|a| a.oid() == oid)
            .and_then(Attribute::text)
    }

    /// Encodes; `None` over [`Name::MAX_OCTETS`].
    fn from_rdns(mut rdns: Vec<Vec<Attribute>>) -> Option<Self> {
        let mut der = Vec::new();
        for rdn in &mut rdns {
            // X.690 11.6: the elements of a SET OF ascend.
            rdn.sort_by_cached_key(Attribute::to_der);
            let parts: Vec<_> = rdn.iter().map(Attribute::to_der).collect();
            let parts: Vec<_> = parts.iter().map(Vec::as_slice).collect();
            der.extend_from_slice(&output::constructed(SET, &parts));
        }
        let der = output::tlv(SEQUENCE, &der);
        (der.len() <= Self::MAX_OCTETS).then_some(Self { der, rdns })
    }
}

/// The NPKI text form.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_npki_text())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({})", self.to_npki_text())
    }
}

fn read_rdn(mut input: Input<'_>) -> Result<Vec<Attribute>, CertError> {
    let mut attributes = Vec::with_capacity(1);
    let mut previous: &[u8] = &[];
    while !input.is_empty() {
        let tlv = input.expect(SEQUENCE)?;
        if tlv.raw <= previous {
            return Err(input.malformed());
        }
        previous = tlv.raw;
        attributes.push(Attribute::read(tlv.value)?);
    }
    if attributes.is_empty() {
        return Err(input.malformed());
    }
    Ok(attributes)
}

const WHAT: &str = "Name";

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;

    #[test]
    fn what_is_no_name_is_refused() {
        let fine = hex!("300d310b300906035504030c02484b");
        assert_eq!(Name::parse(&fine).unwrap().to_npki_text(), "cn=HK");
        for (what, der) in [
            ("empty RDN", hex!("30023100").to_vec()),
            ("not a SET", hex!("300d300b300906035504030c02484b").to_vec()),
            (
                "trailing octet",
                hex!("300d310b300906035504030c02484b00").to_vec(),
            ),
            (
                "two values",
                hex!("300f310d300b06035504030c02484b0500").to_vec(),
            ),
            ("no value", hex!("30093107300506035504 03").to_vec()),
            (
                "unsorted SET",
                hex!("30163114300806035504 0a0c0141 300806035504030c0141").to_vec(),
            ),
            (
                "the same twice",
                hex!("30163114300806035504 030c0141 300806035504030c0141").to_vec(),
            ),
            ("nothing", Vec::new()),
        ] {
            assert!(Name::parse(&der).is_err(), "{what}");
        }
        assert!(Name::parse(&hex!("3000")).unwrap().is_empty());
    }

    #[test]
    fn the_bound() {
        for (length, fine) in [(16_300, true), (16_400, false)] {
            let value = "a".repeat(length);
            assert_eq!(
                Name::from_values([("cn", value.as_str())]).is_ok(),
                fine,
                "{length}"
            );
        }
    }
}
