use npki_core::HashAlgorithm;
use unicode_normalization::UnicodeNormalization as _;

use super::{Attribute, Name};

impl Name {
    /// The name of the folder in which a certificate with this subject is stored:
    /// `cn=홍길동()0099…,ou=KFTC,ou=personal,o=yessign,c=kr`.
    ///
    /// It is the text form in NFC. Characters that a file system forbids, control and invisible
    /// direction marks, and a blank or dot at the end become `_`, and it is cut to 255 octets; when
    /// anything was changed so, `~` and eight hexadecimal digits of SHA-256 over the DER are
    /// appended, so that no two names share a folder. It is never empty, never `.` or `..`, never
    /// begins with a dot, and is one path component on every system.
    ///
    /// # Security
    /// Write with it, but never read facts from a folder's name: others cut and spell it otherwise.
    ///
    /// Source: KCAC.TS.UI for the form.
    #[must_use]
    pub fn to_folder_name(&self) -> String {
        let text: String = self.to_npki_text().nfc().collect();
        let mut name: String = text
            .chars()
            .map(|c| if is_forbidden(c) { '_' } else { c })
            .collect();
        if let Some(kept) = name.strip_suffix([' ', '.']) {
            name = format!("{kept}_");
        }
        let as_it_was = name == text
            && !name.is_empty()
            && name.len() <= MAX_OCTETS
            && !ends_like_marked(&name)
            // What is shown only as well as can be might look like another name.
            && self.attributes().all(Attribute::is_sound);
        if as_it_was {
            return name;
        }
        let digest = HashAlgorithm::Sha256.digest(self.der());
        let mut mark = base16ct::lower::encode_string(digest.octets());
        mark.truncate(MARK_DIGITS);
        let room = MAX_OCTETS - 1 - MARK_DIGITS;
        let cut = (0..=room.min(name.len()))
            .rev()
            .find(|at| name.is_char_boundary(*at));
        name.truncate(cut.unwrap_or(0));
        if name.is_empty() {
            name.push('_');
        }
        format!("{name}~{mark}")
    }
}

/// Forbidden by Windows, a path separator, a control character, or a mark that changes how the
/// name is shown and not what it is.
const fn is_forbidden(c: char) -> bool {
    matches!(c,
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'
        | '\0'..='\x1f' | '\x7f'..='\u{9f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Whether the name itself ends like one that was marked: such a name gets a mark too, or it could
/// take the folder of another.
fn ends_like_marked(name: &str) -> bool {
    name.rsplit_once('~').is_some_and(|(_, mark)| {
        mark.len() == MARK_DIGITS && mark.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

/// Octets of a name on ext4, and more than enough UTF-16 units for NTFS, FAT32 and APFS.
const MAX_OCTETS: usize = 255;
const MARK_DIGITS: usize = 8;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_usual_name_stays() {
        for text in [
            "cn=홍길동()0099011201104260001,ou=KFTC,ou=personal,o=yessign,c=kr",
            "cn=a=b,o=x",
            "ou=KFTC,c=kr",
            "o=x~1234567",
            "o=x~1234567g",
            "c=kr",
        ] {
            assert_eq!(Name::from_npki_text(text).unwrap().to_folder_name(), text);
        }
    }

    #[test]
    fn hostile_names() {
        let long = "가".repeat(100);
        for (values, begins) in [
            (vec![("cn", "../../etc/passwd")], "cn=.._.._etc_passwd~"),
            (vec![("cn", "a/b")], "cn=a_b~"),
            (vec![("cn", r"..\..\x")], "cn=..__..__x~"),
            (vec![("cn", "a\0b")], "cn=a_00b~"),
            (vec![("cn", "a\nb")], "cn=a_0ab~"),
            (vec![("cn", "a:b*c?d\"e<f>g|h")], "cn=a_b_c_d__e__f__g_h~"),
            (vec![("cn", "a"), ("o", "trailing.")], "cn=a,o=trailing_~"),
            (vec![("cn", "a"), ("o", "trailing ")], "cn=a,o=trailing__~"),
            (vec![("cn", "a"), ("o", "dots...")], "cn=a,o=dots.._~"),
            (vec![("cn", "홍\u{202e}gpj")], "cn=홍_gpj~"),
            (vec![("cn", "홍\u{200b}")], "cn=홍_~"),
            (vec![("cn", "\u{85}")], "cn=_~"),
            (vec![("cn", "x~01234567")], "cn=x~01234567~"),
            (vec![("cn", "x~0123ABCD")], "cn=x~0123ABCD~"),
            (vec![("o", "CON")], "o=CON"),
            (vec![("c", "..")], "c=._~"),
            (vec![], "_~"),
            (vec![("cn", long.as_str())], "cn=가가"),
        ] {
            let name = Name::from_values(values.clone()).unwrap().to_folder_name();
            assert!(name.starts_with(begins), "{name:?} {begins:?}");
            check(&name);
        }
    }

    #[test]
    fn cut_on_both_sides_of_255_octets() {
        for (length, cut) in [(251, false), (252, false), (253, true), (254, true)] {
            let value = "a".repeat(length);
            let name = Name::from_values([("cn", value.as_str())]).unwrap();
            let folder = name.to_folder_name();
            assert_eq!(folder.contains('~'), cut, "{length}");
            assert_eq!(folder.len(), (length + 3).min(255));
        }
        let value = "가".repeat(90);
        let folder = Name::from_values([("cn", value.as_str())])
            .unwrap()
            .to_folder_name();
        assert_eq!(folder.len(), 3 + 81 * 3 + 9);
    }

    #[test]
    fn decomposed_hangul_is_composed() {
        let nfd = "\u{1112}\u{1169}\u{11bc}";
        let name = Name::from_values([("cn", nfd)]).unwrap();
        assert_eq!(name.to_folder_name(), "cn=홍");
    }

    proptest! {
        #[test]
        fn any_name_is_one_component(values in proptest::collection::vec(
            ("(cn|ou|o|l)", "([./\\\\~: ]|[0-9a-f]{8}|\\PC|.){0,90}"), 0..4)) {
            let name = Name::from_values(values.iter().map(|(k, v)| (k.as_str(), v.as_str()))).unwrap();
            check(&name.to_folder_name());
        }

        #[test]
        fn names_that_differ_have_folders_that_differ(
            a in "[a-c/:~.가 ]{1,4}(~[01]{8})?", b in "[a-c/:~.가 ]{1,4}(~[01]{8})?",
        ) {
            let name = |v: &str| Name::from_values([("o", v)]).unwrap();
            if a != b {
                prop_assert_ne!(name(&a).to_folder_name(), name(&b).to_folder_name());
            }
        }
    }

    fn check(name: &str) {
        assert!((1..=255).contains(&name.len()), "{name:?}");
        assert!(!name.chars().any(is_forbidden), "{name:?}");
        assert!(
            !name.starts_with('.') && !name.ends_with(['.', ' ']),
            "{name:?}"
        );
        let stem = name.split('.').next().unwrap().to_ascii_uppercase();
        assert!(
            stem.contains('=') || stem.starts_with('_'),
            "{name:?} might be a device of Windows"
        );
        assert!(std::path::Path::new(name).components().count() == 1);
    }
}
