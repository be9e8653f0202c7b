//! A ledger's checkpoint, bare and as a signed note: there is one text for one meaning.
#![no_main]

use std::sync::LazyLock;

use der::Decode as _;
use libfuzzer_sys::fuzz_target;
use npki_key::PublicKey;
use npki_ledger::Checkpoint;
use spki::SubjectPublicKeyInfoOwned;

/// The public key of the note among the seeds.
static KEY: LazyLock<PublicKey> = LazyLock::new(|| {
    let spki = include_bytes!("../ledger_checkpoint.spki");
    let spki = SubjectPublicKeyInfoOwned::from_der(spki).expect("a public key");
    PublicKey::parse(&spki).expect("of P-256")
});

fuzz_target!(|data: &[u8]| {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.text(), text);
    }
    if let Ok(checkpoint) = Checkpoint::verify(text, "bank.example/ledger", &*KEY) {
        assert!(text.starts_with(&format!("{}\n", checkpoint.text())));
        assert_eq!(Checkpoint::parse(&checkpoint.text()).ok(), Some(checkpoint));
    }
});
