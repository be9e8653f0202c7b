use const_oid::ObjectIdentifier;
use unicode_normalization::UnicodeNormalization as _;

use super::{Attribute, Name};

impl Name {
    /// Whether two names are the same by the rules of RFC 5280 section 7.1: the same attributes in
    /// the same order, the values compared without regard to string type, case, needless blanks,
    /// invisible characters, and forms of one character (NFC Hangul and the NFD of macOS alike).
    ///
    /// Values of no string type, values whose octets are not what their string type says, and
    /// values with characters that RFC 4518 prohibits compare octet by octet.
    ///
    /// Source: RFC 5280 section 7.1; RFC 4518 section 2.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.der == other.der
            || self.rdns.len() == other.rdns.len()
                && self
                    .rdns
                    .iter()
                    .zip(&other.rdns)
                    .all(|(ours, theirs)| rdn_matches(ours, theirs))
    }
}

/// A SET OF: each of ours has its own partner among theirs.
fn rdn_matches(ours: &[Attribute], theirs: &[Attribute]) -> bool {
    if ours.len() != theirs.len() {
        return false;
    }
    match (ours, theirs) {
        ([ours], [theirs]) => key(ours) == key(theirs),
        _ => {
            let keys = |rdn: &[Attribute]| {
                let mut keys: Vec<_> = rdn.iter().map(key).collect();
                keys.sort();
                keys
            };
            keys(ours) == keys(theirs)
        }
    }
}

/// What of an attribute is compared: its type, and its prepared text or its octets.
fn key(attribute: &Attribute) -> (ObjectIdentifier, Prepared) {
    let value = attribute
        .read_text()
        .filter(|t| t.sound)
        .and_then(|t| prepare(&t.text))
        .map_or_else(
            || Prepared::Octets(attribute.value_der().to_vec()),
            Prepared::Text,
        );
    (attribute.oid(), value)
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Prepared {
    Text(String),
    Octets(Vec<u8>),
}

/// Prepares a text for comparison; `None` when it holds what may not be compared.
///
/// Source: RFC 4518 section 2 (map, normalize, prohibit, insignificant spaces; the bidi step does
/// nothing). Case is folded by way of upper case, which agrees with RFC 3454 table B.2 on what names hold.
fn prepare(text: &str) -> Option<String> {
    let mapped = text.chars().filter(|c| !is_ignored(*c)).map(map_to_space);
    let mut folded = String::with_capacity(text.len());
    mapped.nfkc().for_each(|c| fold(c, &mut folded));
    let mut prepared = String::with_capacity(folded.len());
    for c in folded.nfkc() {
        if is_prohibited(c) {
            return None;
        }
        if c != ' ' || !(prepared.is_empty() || prepared.ends_with(' ')) {
            prepared.push(c);
        }
    }
    if prepared.ends_with(' ') {
        prepared.pop();
    }
    Some(prepared)
}

fn fold(c: char, to: &mut String) {
    match c {
        // It folds to nothing else (RFC 3454 B.2), yet its upper case is a plain I.
        '\u{131}' => to.push(c),
        _ => to.extend(c.to_uppercase().flat_map(char::to_lowercase)),
    }
}

/// RFC 4518 section 2.2: what is mapped to nothing.
const fn is_ignored(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{6dd}' | '\u{70f}' | '\u{1806}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2063}'
        | '\u{206a}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0001}' | '\u{e0020}'..='\u{e007f}')
}

/// RFC 4518 section 2.2: what is mapped to a space.
const fn map_to_space(c: char) -> char {
    match c {
        '\u{9}'..='\u{d}'
        | '\u{85}'
        | '\u{a0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{3000}' => ' ',
        _ => c,
    }
}

/// RFC 4518 section 2.4: private use, non-characters, the replacement character. Unassigned code
/// points, which it lists as of Unicode 3.2, are compared as they are.
fn is_prohibited(c: char) -> bool {
    matches!(c,
        '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' | '\u{fdd0}'..='\u{fdef}')
        || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{input, output};

    fn name(value_tag: u8, value: &[u8]) -> Name {
        let attribute = output::sequence(&[
            &output::oid(const_oid::db::rfc4519::COMMON_NAME),
            &output::tlv(value_tag, value),
        ]);
        Name::parse(&output::sequence(&[&output::constructed(
            input::SET,
            &[&attribute],
        )]))
        .unwrap()
    }

    #[test]
    fn texts_that_are_the_same() {
        for (ours, theirs, same) in [
            ("Kisa Root", "KISA  ROOT", true),
            (" a b ", "a b", true),
            ("a b", "ab", false),
            (
                "홍길동",
                "\u{1112}\u{1169}\u{11bc}\u{1100}\u{1175}\u{11af}\u{1103}\u{1169}\u{11bc}",
                true,
            ),
            ("홍길동", "홍길순", false),
            ("ＡＢＣ", "abc", true),
            ("straße", "STRASSE", true),
            ("ΣΑΣ", "σας", true),
            ("a\u{200b}b", "ab", true),
            ("a\u{a0}b", "a b", true),
            ("a\tb", "a b", true),
            ("ﬁ", "fi", true),
            ("ı", "i", false),
            ("\u{212a}", "k", true),
            ("\u{fffd}", "\u{fffd}", true),
            ("\u{fffd}A", "\u{fffd}a", false),
            ("\u{e000}A", "\u{e000}a", false),
            ("", "", true),
            (" ", "", true),
        ] {
            let ours = name(input::UTF8_STRING, ours.as_bytes());
            let theirs = name(input::UTF8_STRING, theirs.as_bytes());
            assert_eq!(ours.matches(&theirs), same, "{ours:?} {theirs:?}");
            assert_eq!(theirs.matches(&ours), same, "{ours:?} {theirs:?}");
        }
    }

    #[test]
    fn string_types_do_not_matter_when_they_hold_what_they_say() {
        let utf8 = name(input::UTF8_STRING, "홍".as_bytes());
        for (tag, value, same) in [
            (input::BMP_STRING, &[0xd6, 0x4d][..], true),
            (0x14, &[0xc8, 0xab], true),
            (input::UTF8_STRING, &[0xc8, 0xab], false),
            (input::OCTET_STRING, "홍".as_bytes(), false),
        ] {
            assert_eq!(utf8.matches(&name(tag, value)), same, "{tag:02x}");
        }
        let broken = name(input::UTF8_STRING, &[0xc8, 0xab]);
        assert!(broken.matches(&broken.clone()));
    }

    #[test]
    fn order_and_number_of_attributes_matter() {
        for (ours, theirs, same) in [
            ("cn=a,o=b", "CN=A,O=B", true),
            ("cn=a,o=b", "o=b,cn=a", false),
            ("cn=a,o=b", "cn=a", false),
            ("cn=a+ou=B", "cn=A+ou=b", true),
            ("cn=a+ou=b", "cn=a,ou=b", false),
            ("cn=a+ou=b", "cn=b+ou=a", false),
            ("cn=a", "ou=a", false),
            ("", "", true),
        ] {
            let read = |text| Name::from_npki_text(text).unwrap();
            assert_eq!(read(ours).matches(&read(theirs)), same, "{ours} {theirs}");
        }
    }
}
