use npki_cert::Certificate;

/// The name of the CA's folder that a certificate belongs into: by the O of its issuer.
///
/// Known CAs give the names that Korean software looks for; any other O is made a safe name: one
/// component, letters, digits, `-`, `_`, `.` and blanks within, never beginning with a dot.
///
/// Source: the folder names of PyPinkSign and others (KCAC.TS.UI).
#[must_use]
pub fn ca_folder(certificate: &Certificate) -> String {
    let organization = certificate.issuer().organization().unwrap_or_default();
    KNOWN
        .iter()
        .find(|known| known.eq_ignore_ascii_case(organization.trim()))
        .map_or_else(|| safe(&organization), |known| (*known).to_owned())
}

/// One component of a path on every system, whatever the text.
fn safe(text: &str) -> String {
    let name: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '-' | '_' | '.' | ' ' => c,
            c if c.is_alphanumeric() => c,
            _ => '_',
        })
        .take(MAX_CHARACTERS)
        .collect();
    let name = name.trim_end_matches(['.', ' ']).trim_start_matches('.');
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    if name.is_empty()
        || DEVICES
            .iter()
            .any(|device| device.eq_ignore_ascii_case(stem))
    {
        return format!("_{name}");
    }
    name.to_owned()
}

/// Folder names that Korean software knows.
const KNOWN: [&str; 7] = [
    "yessign",
    "KICA",
    "SignKorea",
    "CrossCert",
    "TradeSign",
    "NCASign",
    "INIPASS",
];

/// Characters of a name of ours: at most 240 octets, where file systems take 255.
const MAX_CHARACTERS: usize = 60;

/// Names that Windows keeps for devices, whatever stands behind a dot.
const DEVICES: [&str; 22] = [
    "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8",
    "COM9", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
];

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn names_are_one_safe_component() {
        for (text, wanted) in [
            ("Lab CA", "Lab CA"),
            ("한국은행", "한국은행"),
            ("a/b\\c:d", "a_b_c_d"),
            ("../..", "_"),
            ("..", "_"),
            (".", "_"),
            ("", "_"),
            (" ", "_"),
            ("x. .", "x"),
            (".hidden", "hidden"),
            ("con", "_con"),
            ("NUL.der", "_NUL.der"),
            ("COM1 .x", "_COM1 .x"),
            ("COM10", "COM10"),
            ("a\0b\nc", "a_b_c"),
        ] {
            let name = safe(text);
            assert_eq!(name, wanted, "{text:?}");
            assert!(!name.is_empty() && !name.starts_with('.') && !name.contains('/'));
        }
        assert_eq!(safe(&"\u{20000}".repeat(100)).len(), 240);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_safe_component(text: String) {
            let name = safe(&text);
            proptest::prop_assert!(!name.is_empty() && name.len() <= 241);
            proptest::prop_assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']));
            let forbidden = |c: char| "/\\:*?\"<>|".contains(c) || c.is_control();
            proptest::prop_assert!(!name.contains(forbidden));
        }
    }
}
