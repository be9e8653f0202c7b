//! Random keys and texts against OpenSSL's legacy provider, where it is installed.

use cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use npki_seed::{Seed, cipher};
use proptest::{prelude::*, test_runner::TestRunner};
use std::io::Write;
use std::process::{Command, Stdio};

#[test]
fn openssl_computes_the_same() {
    if openssl(&[0; 16], &[0; 16]).is_none() {
        let required = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(
            !required,
            "CI needs an openssl command with the legacy provider"
        );
        eprintln!("passed over: no openssl command with the legacy provider");
        return;
    }
    // One process a key; each text has both whole groups of blocks and a rest.
    let texts = prop::collection::vec(any::<[u8; 16]>(), 1..=300);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(16));
    let result = runner.run(&(any::<[u8; 16]>(), texts), |(key, text)| {
        let sealed = openssl(&key, text.as_flattened());
        let seed = Seed::new(&key.into());
        let text: Vec<Block<Seed>> = text.into_iter().map(Into::into).collect();
        let mut work = text.clone();
        seed.encrypt_blocks(&mut work);
        prop_assert_eq!(Some(work.concat()), sealed);
        seed.decrypt_blocks(&mut work);
        prop_assert_eq!(work, text);
        Ok(())
    });
    result.unwrap();
}

/// SEED-ECB without padding, or nothing if the command or the algorithm is missing.
fn openssl(key: &[u8; 16], text: &[u8]) -> Option<Vec<u8>> {
    let key = format!("{:032x}", u128::from_be_bytes(*key));
    let mut child = Command::new("openssl")
        .args(["enc", "-seed-ecb", "-nopad", "-K", &key])
        .args(["-provider", "legacy", "-provider", "default"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // At most 4,800 bytes: pipes hold more, so neither side waits for the other. A command that
    // refuses its arguments may be gone before it reads; its exit status tells.
    let _ = child.stdin.take()?.write_all(text);
    let output = child.wait_with_output().ok()?;
    output.status.success().then_some(output.stdout)
}
