//! The names in an NPKI folder.

use std::ffi::{OsStr, OsString};

use npki_media::{EntryId, Part};
use unicode_normalization::UnicodeNormalization as _;

use crate::dir::{Item, ItemKind};

/// The folder between the CA's and the subject's, as it is written. `User` is read as well.
pub(crate) const USER: &str = "USER";
/// The CA certificates beside a pair: CMP's caPubs.
pub(crate) const CA_PUBS: &str = "CaPubs";
/// What every name of ours begins with that is there for a moment only. Other software passes over
/// what begins with a dot.
pub(crate) const PASSING: &str = ".npki-";
/// The folder of pairs that wait for their confirmation.
pub(crate) const UNCONFIRMED: &str = ".npki-unconfirmed";

/// The octets of the longest certificate, key and CaPubs that are read. Bounds of ours: real ones
/// have some 2,500.
pub(crate) const MAX_FILE: u64 = 65_536;

/// Whether two names are one to a person: case and forms of Hangul (macOS) set aside.
pub(crate) fn same_name(one: &OsStr, other: &OsStr) -> bool {
    one == other || matches!((folded(one), folded(other)), (Some(one), Some(other)) if one == other)
}

fn folded(name: &OsStr) -> Option<String> {
    let lower: String = name.to_str()?.nfc().flat_map(char::to_lowercase).collect();
    Some(lower.nfc().collect())
}

/// The item that is called `name`: exactly, or else the first one without regard to case.
pub(crate) fn find<'a>(items: &'a [Item], name: &str) -> Option<&'a Item> {
    let name = OsStr::new(name);
    items
        .iter()
        .find(|item| item.name == name)
        .or_else(|| items.iter().find(|item| same_name(&item.name, name)))
}

/// Whether a file of this name belongs to an entry, in whatever case.
pub(crate) fn is_ours(name: &OsStr) -> bool {
    Part::ALL
        .iter()
        .map(|part| part.file_name())
        .chain([CA_PUBS])
        .any(|known| same_name(name, OsStr::new(known)))
}

/// Whether a folder with these names in it is an entry.
pub(crate) fn is_entry(items: &[Item]) -> bool {
    Part::ALL
        .iter()
        .any(|part| find(items, part.file_name()).is_some())
}

/// Whether other software and we pass over it.
pub(crate) fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// The names of the folders among `items`, hidden ones left out.
pub(crate) fn folders(items: &[Item]) -> impl Iterator<Item = &OsString> {
    items
        .iter()
        .filter(|item| item.kind == ItemKind::Folder && !is_hidden(&item.name))
        .map(|item| &item.name)
}

/// The id of an entry. `user` is left out where it is the only folder of its kind.
pub(crate) fn entry_id(ca: &OsStr, user: Option<&OsStr>, name: &OsStr) -> EntryId {
    let mut text = escaped(ca);
    for part in user.into_iter().chain([name]) {
        text.push('/');
        text.push_str(&escaped(part));
    }
    EntryId::new(text)
}

/// A name as text, each name another text: what is not UTF-8 (names from old Windows archives are
/// CP949) and `%` itself as `%` and two digits, and control characters as well.
fn escaped(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            if c == '%' || c == '/' || c.is_control() {
                let mut octets = [0; 4];
                for octet in c.encode_utf8(&mut octets).bytes() {
                    text.push_str(&format!("%{octet:02X}"));
                }
            } else {
                text.push(c);
            }
        }
        for octet in chunk.invalid() {
            text.push_str(&format!("%{octet:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::{entry_id, escaped, is_ours, same_name};

    #[test]
    fn names_are_compared_without_case_and_form() {
        for (one, other, same) in [
            ("USER", "User", true),
            ("signCert.der", "SIGNCERT.DER", true),
            (
                "cn=홍길동",
                "cn=\u{1112}\u{1169}\u{11bc}\u{1100}\u{1175}\u{11af}\u{1103}\u{1169}\u{11bc}",
                true,
            ),
            ("signCert.der", "signCert.de", false),
            ("홍길동", "홍길순", false),
        ] {
            assert_eq!(
                same_name(OsStr::new(one), OsStr::new(other)),
                same,
                "{one} {other}"
            );
        }
        assert!(is_ours(OsStr::new("capubs")));
        assert!(!is_ours(OsStr::new("hong.pfx")));
    }

    #[test]
    fn ids_tell_names_apart() {
        assert_eq!(
            escaped(OsStr::new("cn=홍길동()1,c=kr")),
            "cn=홍길동()1,c=kr"
        );
        assert_eq!(escaped(OsStr::new("50%\n")), "50%25%0A");
        let id = entry_id(
            OsStr::new("KICA"),
            Some(OsStr::new("User")),
            OsStr::new("cn=a"),
        );
        assert_eq!(id.as_str(), "KICA/User/cn=a");
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt as _;
            // 동 in CP949. Beware: some pairs of its octets are UTF-8 by chance.
            let name = OsStr::from_bytes(b"cn=\xb5\xbf");
            assert_eq!(escaped(name), "cn=%B5%BF");
        }
    }

    #[cfg(unix)]
    proptest::proptest! {
        #[test]
        fn no_two_names_share_an_id(one: Vec<u8>, other: Vec<u8>) {
            use std::os::unix::ffi::OsStrExt as _;
            let id = |name: &[u8]| escaped(OsStr::from_bytes(name));
            proptest::prop_assert_eq!(id(&one) == id(&other), one == other);
            proptest::prop_assert!(!id(&one).contains(|c: char| c == '/' || c.is_control()));
        }
    }
}
