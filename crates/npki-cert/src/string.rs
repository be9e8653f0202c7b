//! Reading the string types of twenty years of Korean certificates.

use encoding_rs::EUC_KR;

use crate::input::{BMP_STRING, IA5_STRING, UTF8_STRING, VISIBLE_STRING};

/// A text and whether its octets were what their string type says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) sound: bool,
}

/// Reads a string value by its tag octet; `None` when the tag is no string type's.
///
/// Old certificates hold Korean in BMPString, in T61String as EUC-KR, and EUC-KR even in types
/// that forbid it. All are shown; only those that hold what their type says are `sound`, and only
/// those are compared as texts. T61String, whose own repertoire nobody used, counts as sound when it
/// is UTF-8 or EUC-KR.
pub(crate) fn read(tag: u8, octets: &[u8]) -> Option<Text> {
    Some(match tag {
        UTF8_STRING => match str::from_utf8(octets) {
            Ok(text) => sound(text),
            Err(_) => unsound(defensive(octets).text),
        },
        PRINTABLE_STRING | NUMERIC_STRING | IA5_STRING | VISIBLE_STRING => Text {
            sound: octets.is_ascii(),
            ..defensive(octets)
        },
        TELETEX_STRING => defensive(octets),
        BMP_STRING => utf16(octets),
        UNIVERSAL_STRING => utf32(octets),
        _ => return None,
    })
}

/// A URI or another IA5String that is only shown or followed, whatever its octets are.
pub(crate) fn ia5(octets: &[u8]) -> String {
    defensive(octets).text
}

/// The contents of a BMPString; `None` when a character lies outside of the basic plane.
pub(crate) fn to_bmp(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len().saturating_mul(2));
    for c in text.chars() {
        octets.extend_from_slice(&u16::try_from(u32::from(c)).ok()?.to_be_bytes());
    }
    Some(octets)
}

/// Whether every character may stand in a PrintableString (X.680 41.4).
pub(crate) fn is_printable(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&b))
}

/// EUC-KR with Microsoft's additions (CP949) or UTF-8; else Latin-1.
///
/// Short EUC-KR is sometimes UTF-8 by accident (`c8 ab` is 홍 and ȫ): UTF-8 is believed when it
/// gives Hangul or ASCII, or when EUC-KR gives nothing.
fn defensive(octets: &[u8]) -> Text {
    let utf8 = str::from_utf8(octets).ok();
    if let Some(text) = utf8.filter(|t| t.is_ascii() || t.contains(is_hangul)) {
        return sound(text);
    }
    if let Some(text) = EUC_KR.decode_without_bom_handling_and_without_replacement(octets) {
        return sound(&text);
    }
    match utf8 {
        Some(text) => sound(text),
        None => unsound(octets.iter().map(|o| char::from(*o)).collect()),
    }
}

const fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}')
}

fn utf16(octets: &[u8]) -> Text {
    let (pairs, rest) = octets.as_chunks();
    let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
    let mut all_sound = rest.is_empty();
    let text = char::decode_utf16(units)
        .map(|c| {
            c.unwrap_or_else(|_| {
                all_sound = false;
                char::REPLACEMENT_CHARACTER
            })
        })
        .chain(left_over(rest))
        .collect();
    Text {
        text,
        sound: all_sound,
    }
}

fn utf32(octets: &[u8]) -> Text {
    let (quads, rest) = octets.as_chunks();
    let mut all_sound = rest.is_empty();
    let text = quads
        .iter()
        .map(|quad| {
            char::from_u32(u32::from_be_bytes(*quad)).unwrap_or_else(|| {
                all_sound = false;
                char::REPLACEMENT_CHARACTER
            })
        })
        .chain(left_over(rest))
        .collect();
    Text {
        text,
        sound: all_sound,
    }
}

/// What shows that octets are left which make no character: a value must not look like one without
/// them.
fn left_over(octets: &[u8]) -> Option<char> {
    (!octets.is_empty()).then_some(char::REPLACEMENT_CHARACTER)
}

fn sound(text: &str) -> Text {
    Text {
        text: text.to_owned(),
        sound: true,
    }
}

const fn unsound(text: String) -> Text {
    Text { text, sound: false }
}

const NUMERIC_STRING: u8 = 0x12;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
const TELETEX_STRING: u8 = 0x14;
const UNIVERSAL_STRING: u8 = 0x1c;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hong_gildong_in_every_type() {
        let euc_kr = [0xc8, 0xab, 0xb1, 0xe6, 0xb5, 0xbf];
        for (tag, octets, text, is_sound) in [
            (UTF8_STRING, "홍길동".as_bytes(), "홍길동", true),
            (UTF8_STRING, &euc_kr, "홍길동", false),
            (TELETEX_STRING, &euc_kr, "홍길동", true),
            (TELETEX_STRING, "홍길동".as_bytes(), "홍길동", true),
            (PRINTABLE_STRING, &euc_kr, "홍길동", false),
            (
                BMP_STRING,
                &[0xd6, 0x4d, 0xae, 0x38, 0xb3, 0xd9],
                "홍길동",
                true,
            ),
            (BMP_STRING, &[0xd6, 0x4d, 0xae], "홍\u{fffd}", false),
            (BMP_STRING, &[0xd8, 0x00, 0x00, 0x41], "\u{fffd}A", false),
            (UNIVERSAL_STRING, &[0, 0, 0xd6, 0x4d], "홍", true),
            (UNIVERSAL_STRING, &[0, 0x11, 0, 0], "\u{fffd}", false),
            (UNIVERSAL_STRING, b"abo", "\u{fffd}", false),
            (PRINTABLE_STRING, b"a@b_c", "a@b_c", true),
            (TELETEX_STRING, &[0xff, 0x41], "ÿA", false),
        ] {
            let read = read(tag, octets).unwrap();
            assert_eq!(
                (read.text.as_str(), read.sound),
                (text, is_sound),
                "{tag:02x}"
            );
        }
        assert_eq!(read(0x02, &[1]), None);
        assert_eq!(to_bmp("홍").unwrap(), [0xd6, 0x4d]);
        assert_eq!(to_bmp("😀"), None);
    }
}
