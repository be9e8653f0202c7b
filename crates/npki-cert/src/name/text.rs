use const_oid::{
    ObjectIdentifier,
    db::{rfc3280, rfc4519},
};

use super::{Attribute, Name, attribute::is_one_value};
use crate::{
    input::{IA5_STRING, UTF8_STRING},
    output,
    string::{PRINTABLE_STRING, is_printable},
};

/// Why a text is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameTextError {
    /// An attribute without `=`.
    #[error("{0:?} has no `=` between type and value")]
    NoValue(String),
    /// A type that has no name here and is no dotted decimal.
    #[error("{0:?} is no attribute type; write cn, ou, o, c, …, or its OID in dotted decimal")]
    UnknownType(String),
    /// A character that must be escaped, or an escape that is none.
    #[error("{0:?} must be written with a backslash before it, or as two hexadecimal digits")]
    Escape(char),
    /// The text ends inside of an escape.
    #[error("the text ends inside of an escape")]
    Unfinished,
    /// Escaped octets that are no UTF-8.
    #[error("the escaped octets are no UTF-8")]
    NotUtf8,
    /// `#` without the hexadecimal digits of one DER value.
    #[error("after `#` stand the hexadecimal digits of one DER value")]
    Hex,
    /// A character that the attribute's string type cannot hold, such as Hangul in `c`.
    #[error("{kind} cannot hold {value:?}")]
    Repertoire {
        /// The attribute's type.
        kind: &'static str,
        /// The value.
        value: String,
    },
    /// The same attribute twice in one part joined by `+`.
    #[error("the same attribute stands twice in one part")]
    Twice,
    /// Over [`Name::MAX_OCTETS`].
    #[error("a name has at most {max} octets", max = Name::MAX_OCTETS)]
    TooLong,
}

impl Name {
    /// Writes the text form of Korean software: `cn=홍길동()0099…,ou=KFTC,ou=personal,o=yessign,c=kr`.
    ///
    /// Most specific first, types in lower case, no blank after the comma; escapes as in RFC 4514.
    /// Types without a name are written in dotted decimal with `#` and the value's DER in
    /// hexadecimal digits, as RFC 4514 section 2.4 wants; so are values of no string type, and of
    /// characters that their type cannot hold.
    ///
    /// Source: KCAC.TS.DN; RFC 4514 for what it leaves open.
    #[must_use]
    pub fn to_npki_text(&self) -> String {
        let mut text = String::new();
        for (i, rdn) in self.rdns.iter().rev().enumerate() {
            if i > 0 {
                text.push(',');
            }
            for (j, attribute) in rdn.iter().enumerate() {
                if j > 0 {
                    text.push('+');
                }
                write(&mut text, attribute);
            }
        }
        text
    }

    /// Reads the text form.
    ///
    /// Types are read without case and also as `emailAddress`, `E`, `S` or dotted decimal; blanks
    /// around `,`, `+` and `=` are left out. `c` and `serialNumber` become PrintableString,
    /// `email` and `dc` IA5String, everything else UTF8String.
    ///
    /// # Errors
    /// [`NameTextError`], by what is wrong first.
    pub fn from_npki_text(text: &str) -> Result<Self, NameTextError> {
        if text.len() > Self::MAX_OCTETS {
            return Err(NameTextError::TooLong);
        }
        let mut rdns = Vec::new();
        let mut rdn = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (attribute, separator, after) = read(rest)?;
            rest = after;
            if rdn.contains(&attribute) {
                return Err(NameTextError::Twice);
            }
            rdn.push(attribute);
            match separator {
                Some('+') => {}
                _ => rdns.push(core::mem::take(&mut rdn)),
            }
            if separator.is_some() && rest.is_empty() {
                return Err(NameTextError::NoValue(String::new()));
            }
        }
        rdns.reverse();
        Self::from_rdns(rdns).ok_or(NameTextError::TooLong)
    }
}

/// Makes an attribute of a type's name and a plain value.
pub(super) fn attribute(kind: &str, value: &str) -> Result<Attribute, NameTextError> {
    let kind = kind.trim_matches(' ');
    let unknown = || NameTextError::UnknownType(kind.to_owned());
    let named = TYPES
        .iter()
        .find(|(name, ..)| name.eq_ignore_ascii_case(kind));
    let (name, oid, tag) = match named {
        Some(row) => *row,
        None => {
            let dotted = kind
                .get(..4)
                .filter(|head| head.eq_ignore_ascii_case("oid."))
                .and_then(|_| kind.get(4..))
                .unwrap_or(kind);
            // RFC 4512 section 1.4: no arc begins with a zero. const-oid takes such arcs.
            let oid = ObjectIdentifier::new(dotted)
                .ok()
                .filter(|oid| oid.to_string() == dotted)
                .ok_or_else(unknown)?;
            TYPES
                .iter()
                .find(|(_, known, _)| *known == oid)
                .copied()
                .unwrap_or(("", oid, UTF8_STRING))
        }
    };
    if !fits(tag, value) {
        return Err(NameTextError::Repertoire {
            kind: name,
            value: value.to_owned(),
        });
    }
    Ok(Attribute::new(oid, output::tlv(tag, value.as_bytes())))
}

/// Whether a string type can hold a value.
fn fits(tag: u8, value: &str) -> bool {
    match tag {
        PRINTABLE_STRING => is_printable(value),
        IA5_STRING => value.is_ascii(),
        _ => true,
    }
}

/// Reads one `type=value`: gives it, the separator after it, and the text after that.
fn read(text: &str) -> Result<(Attribute, Option<char>, &str), NameTextError> {
    let (kind, after) = text
        .split_once('=')
        .ok_or_else(|| NameTextError::NoValue(text.to_owned()))?;
    let after = after.trim_start_matches(' ');
    if let Some(digits) = after.strip_prefix('#') {
        let end = digits.find([',', '+']).unwrap_or(digits.len());
        let (digits, rest) = digits.split_at(end);
        let value_der = from_hex(digits.trim_end_matches(' ')).ok_or(NameTextError::Hex)?;
        if !is_one_value(&value_der) {
            return Err(NameTextError::Hex);
        }
        let oid = attribute(kind, "")?.oid();
        let mut rest = rest.chars();
        let separator = rest.next();
        return Ok((Attribute::new(oid, value_der), separator, rest.as_str()));
    }

    let mut octets = Vec::new();
    // Unescaped blanks at the end are left out.
    let mut significant = 0;
    let mut chars = after.chars();
    let separator = loop {
        let Some(c) = chars.next() else { break None };
        match c {
            ',' | '+' => break Some(c),
            '\\' => {
                octets.push(unescape(&mut chars)?);
                significant = octets.len();
            }
            '"' | ';' | '<' | '>' | '\0' => return Err(NameTextError::Escape(c)),
            _ => {
                octets.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                if c != ' ' {
                    significant = octets.len();
                }
            }
        }
    };
    octets.truncate(significant);
    let value = String::from_utf8(octets).map_err(|_| NameTextError::NotUtf8)?;
    Ok((attribute(kind, &value)?, separator, chars.as_str()))
}

/// Reads what stands behind a backslash.
fn unescape(chars: &mut core::str::Chars<'_>) -> Result<u8, NameTextError> {
    let first = chars.next().ok_or(NameTextError::Unfinished)?;
    if let (true, Ok(octet)) = (ESCAPED.contains(first) || first == '=', u8::try_from(first)) {
        return Ok(octet);
    }
    let high = first.to_digit(16).ok_or(NameTextError::Escape(first))?;
    let second = chars.next().ok_or(NameTextError::Unfinished)?;
    let low = second.to_digit(16).ok_or(NameTextError::Escape(second))?;
    u8::try_from(high * 16 + low).map_err(|_| NameTextError::Escape(first))
}

fn write(text: &mut String, attribute: &Attribute) {
    let named = TYPES.iter().find(|(_, oid, _)| *oid == attribute.oid());
    let value = attribute.read_text();
    match (named, value) {
        // What would not be read back as a plain value, such as Hangul in `c`, is written by its octets.
        (Some((name, _, tag)), Some(value)) if fits(*tag, &value.text) => {
            text.push_str(name);
            text.push('=');
            write_value(text, &value.text);
        }
        (named, _) => {
            match named {
                Some((name, ..)) => text.push_str(name),
                None => text.push_str(&attribute.oid().to_string()),
            }
            text.push_str("=#");
            text.push_str(&base16ct::lower::encode_string(attribute.value_der()));
        }
    }
}

/// RFC 4514 section 2.4.
fn write_value(text: &mut String, value: &str) {
    let last = value.chars().count().saturating_sub(1);
    for (i, c) in value.chars().enumerate() {
        match c {
            ' ' if i == 0 || i == last => text.push_str("\\ "),
            ' ' => text.push(' '),
            '#' if i != 0 => text.push('#'),
            '\0'..='\x1f' | '\x7f' => text.push_str(&format!("\\{:02x}", u32::from(c))),
            c if ESCAPED.contains(c) => {
                text.push('\\');
                text.push(c);
            }
            c => text.push(c),
        }
    }
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() {
        return None;
    }
    let digit = |octet: u8| char::from(octet).to_digit(16);
    pairs
        .iter()
        .map(|[high, low]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok())
        .collect()
}

/// What RFC 4514 wants escaped; `=` needs it not.
const ESCAPED: &str = " \"#+,;<>\\";

/// The names of types: the first of a type is the one written. RFC 4514 section 3 in lower case, as
/// in folder names of Korean software, and two more that occur there.
const TYPES: &[(&str, ObjectIdentifier, u8)] = &[
    ("cn", rfc4519::COMMON_NAME, UTF8_STRING),
    ("ou", rfc4519::ORGANIZATIONAL_UNIT_NAME, UTF8_STRING),
    ("o", rfc4519::ORGANIZATION_NAME, UTF8_STRING),
    ("c", rfc4519::COUNTRY_NAME, PRINTABLE_STRING),
    ("l", rfc4519::LOCALITY_NAME, UTF8_STRING),
    ("st", rfc4519::ST, UTF8_STRING),
    ("street", rfc4519::STREET, UTF8_STRING),
    ("dc", rfc4519::DOMAIN_COMPONENT, IA5_STRING),
    ("uid", rfc4519::UID, UTF8_STRING),
    ("serialNumber", rfc4519::SERIAL_NUMBER, PRINTABLE_STRING),
    ("email", rfc3280::EMAIL_ADDRESS, IA5_STRING),
    ("emailAddress", rfc3280::EMAIL_ADDRESS, IA5_STRING),
    ("e", rfc3280::EMAIL_ADDRESS, IA5_STRING),
    ("s", rfc4519::ST, UTF8_STRING),
];

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_read_back() {
        for text in [
            "",
            "cn=홍길동()0099011201104260001,ou=KFTC,ou=personal,o=yessign,c=kr",
            "cn=HKD(KILDONG.HONG)009104120200225191000030,ou=INITECH,ou=personal4IB,o=yessign,c=kr",
            "cn=a=b,o=x",
            r#"cn=A\, B\+C\;D\<E\>\\\",o=x"#,
            r"cn=\#hash # inside,o=x",
            r"cn=\ leading and trailing\ ,o=x",
            r"cn=\ ,o=x",
            r"cn=\00\0a\7f,o=x",
            "cn=,o=x",
            "serialNumber=123-45,email=hong@example.com,dc=example,uid=hong,street=1,st=2,l=서울",
            "cn=a+ou=b,c=KR",
            "2.5.4.12=#0c0361626f,cn=x",
            "cn=#0201ff",
            "c=#0c0361627f",
            "email=#0c03ed998d,cn=x",
            "cn=\u{202e}홍\u{200b}길동",
        ] {
            let name = Name::from_npki_text(text).unwrap();
            assert_eq!(name.to_npki_text(), text);
            assert_eq!(Name::parse(name.der()).unwrap(), name, "{text}");
        }
    }

    #[test]
    fn texts_of_others() {
        for (text, written) in [
            ("CN=Hong, OU = KFTC , C=KR", "cn=Hong,ou=KFTC,c=KR"),
            ("emailAddress=a@b", "email=a@b"),
            ("E=a@b", "email=a@b"),
            ("OID.2.5.4.3=x", "cn=x"),
            ("2.5.4.6=kr", "c=kr"),
            ("SERIALNUMBER=7", "serialNumber=7"),
            (r"cn=\ed\99\8d", "cn=홍"),
            (r"cn=a\=b", "cn=a=b"),
            ("ou=b+cn=a", "cn=a+ou=b"),
            ("2.5.4.12=부장", "2.5.4.12=#0c06ebb680ec9ea5"),
        ] {
            assert_eq!(
                Name::from_npki_text(text).unwrap().to_npki_text(),
                written,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for (text, error) in [
            ("홍길동", NameTextError::NoValue("홍길동".into())),
            ("cn=a,", NameTextError::NoValue(String::new())),
            ("cn=a+", NameTextError::NoValue(String::new())),
            ("foo=a", NameTextError::UnknownType("foo".into())),
            ("=a", NameTextError::UnknownType(String::new())),
            ("1=a", NameTextError::UnknownType("1".into())),
            ("2.5.4.06=kr", NameTextError::UnknownType("2.5.4.06".into())),
            ("cn=a\"b", NameTextError::Escape('"')),
            ("cn=a;b", NameTextError::Escape(';')),
            (r"cn=a\zb", NameTextError::Escape('z')),
            (r"cn=a\", NameTextError::Unfinished),
            (r"cn=a\4", NameTextError::Unfinished),
            (r"cn=\ff", NameTextError::NotUtf8),
            ("cn=#", NameTextError::Hex),
            ("cn=#0c", NameTextError::Hex),
            ("cn=#0c0", NameTextError::Hex),
            ("cn=#0c0141ff", NameTextError::Hex),
            (
                "c=한국",
                NameTextError::Repertoire {
                    kind: "c",
                    value: "한국".into(),
                },
            ),
            (
                "email=홍@b",
                NameTextError::Repertoire {
                    kind: "email",
                    value: "홍@b".into(),
                },
            ),
            ("cn=a+cn=a", NameTextError::Twice),
        ] {
            assert_eq!(Name::from_npki_text(text).unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn string_types_are_those_of_real_certificates() {
        let name = Name::from_npki_text("cn=홍,o=yessign,c=kr").unwrap();
        assert_eq!(
            name.der(),
            hex!(
                "302d 310b 3009 0603550406 1302 6b72
                 3110 300e 060355040a 0c07 79657373 69676e
                 310c 300a 0603550403 0c03 ed998d"
            )
        );
    }

    proptest! {
        #[test]
        fn a_name_of_any_values_reads_back(
            values in proptest::collection::vec(("(cn|ou|o|l|st|street|uid)", any::<String>()), 0..6),
        ) {
            let name =
                Name::from_values(values.iter().map(|(k, v)| (k.as_str(), v.as_str()))).unwrap();
            let text = name.to_npki_text();
            let read = Name::from_npki_text(&text).unwrap();
            prop_assert_eq!(read.to_npki_text(), text);
            prop_assert_eq!(&read, &name);
            prop_assert_eq!(Name::parse(name.der()).unwrap(), name);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(cn|c|#|=|,|\\+|\\\\|[0-9a-f]{2}| |홍|\"|.){0,24}") {
            if let Ok(name) = Name::from_npki_text(&text) {
                let written = name.to_npki_text();
                let again = Name::from_npki_text(&written).unwrap();
                prop_assert_eq!(again.to_npki_text(), written);
            }
        }

        #[test]
        fn any_octets_are_read_or_refused(value in proptest::collection::vec(any::<u8>(), 0..12), tag in 0_u8..0x1f) {
            let mut rdn = output::oid(rfc4519::COMMON_NAME);
            rdn.extend(output::tlv(tag, &value));
            let der = output::sequence(&[&output::constructed(crate::input::SET, &[&output::sequence(&[&rdn])])]);
            if let Ok(name) = Name::parse(&der) {
                prop_assert!(name.matches(&name));
                let _ = (name.to_folder_name(), format!("{name:?}"));
                prop_assert!(Name::from_npki_text(&name.to_npki_text()).is_ok());
            }
        }
    }
}
