//! A name's DER: it is kept, and its text form leads to a name whose text form leads to the same name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use npki_cert::Name;

fuzz_target!(|data: &[u8]| {
    let Ok(name) = Name::parse(data) else {
        return;
    };
    assert_eq!(name.der(), data);
    assert!(name.matches(&name));
    let folder = name.to_folder_name();
    assert!(!folder.is_empty() && folder.len() <= 255 && !folder.starts_with('.'));
    assert!(!folder.contains(['/', '\\', '\0', ':']));
    let _ = (
        name.common_name(),
        name.organization(),
        name.organizational_units(),
        format!("{name:?}"),
    );
    // The text may be longer than what is read, or hold what no text form can.
    let text = name.to_npki_text();
    if let Ok(read) = Name::from_npki_text(&text) {
        assert_eq!(Name::parse(read.der()).as_ref(), Ok(&read));
        // In an RDN of several attributes, octets that were not what they said may stand elsewhere after being read.
        // Then it stays as it is.
        let written = read.to_npki_text();
        assert_eq!(written.len(), text.len());
        let again = Name::from_npki_text(&written).expect("as long as it was");
        assert_eq!(again.der(), read.der());
    }
});
