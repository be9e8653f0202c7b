//! Opening a private key file of 2,048 iterations: to DER, and to a key that can sign.
//!
//! ```sh
//! cargo bench -p npki-benches --bench open_key
//! ```
//!
//! Beside it: the chain of hashes that no implementation can avoid, PyPinkSign (`NPKI_PYTHON`), and the system's
//! libcrypto with PBES2. The password and the files are the vectors of `npki-container`. Figures: `benches/README.md`.

use std::cell::RefCell;
use std::error::Error;
use std::slice::from_ref;

use npki_benches::{Peers, Row, Table, rounds, sha1_instructions};
use npki_container::{Bounds, EncryptedPrivateKeyInfo, Password};
use sha1::block_api::compress;

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}; {} rounds", sha1_instructions(), rounds());
    let password = Password::new("test-Pass-1")?;
    let bounds = Bounds::DEFAULT;
    let parse = |file| EncryptedPrivateKeyInfo::parse(file);
    let peers = Peers::start("open_key").map(RefCell::new);

    let sealed = parse(PBES1)?;
    println!("{}", sealed.scheme()?);
    let key = sealed.open(&password, &bounds)?;
    let der = key.expose_der().to_vec();

    let mut table = Table::default();
    table.add(Row::here(FLOOR, 20, || hash_chain(b"test-Pass-1", 2_048)));
    table.add(Row::here(TO_DER, 20, || {
        parse(PBES1).map(|sealed| sealed.expose_private_key_info(&password, &bounds))
    }));
    table.add(Row::here(
        "ours, PBES1 SEED, to a key whose numbers agree",
        10,
        || parse(PBES1).map(|sealed| sealed.open(&password, &bounds)),
    ));
    table.add(Row::here(TO_SIGN, 10, || {
        parse(PBES1)
            .ok()?
            .open(&password, &bounds)
            .ok()?
            .signing_key()
            .ok()
    }));
    table.add(Row::here("ours, PBES2 SEED, HMAC-SHA1, to DER", 10, || {
        parse(PBES2_SEED).map(|sealed| sealed.expose_private_key_info(&password, &bounds))
    }));
    table.add(Row::here(
        "ours, PBES2 AES-256, HMAC-SHA256, to DER",
        10,
        || parse(PBES2_AES).map(|sealed| sealed.expose_private_key_info(&password, &bounds)),
    ));
    if let Some(peers) = &peers {
        let names = peers.borrow().names();
        for name in names {
            let asked = name.clone();
            table.add(Row::new(&name, move || peers.borrow_mut().measure(&asked)));
        }
    }
    table.run(rounds());
    table.print((1e3, "µs"));

    let again = parse(PBES1)?.expose_private_key_info(&password, &bounds)?;
    assert_eq!(*again, der);
    println!();
    let ratio = table.ratio(TO_DER).unwrap_or(f64::NAN);
    let word = if ratio <= GOAL { "met" } else { "MISSED" };
    println!("{TO_DER}: {ratio:.3} times the floor; goal {GOAL}: {word}");
    Ok(())
}

/// 2,048 compressions, each of the one before: what PBKDF1 is at least, without a salt and whatever else there is.
fn hash_chain(password: &[u8], iterations: u32) -> [u32; 5] {
    let mut block = [0; 64];
    if let Some(start) = block.get_mut(..password.len()) {
        start.copy_from_slice(password);
    }
    let mut state = START;
    compress(&mut state, from_ref(&block));
    block = [0; 64];
    block[20] = 0x80;
    let [.., high, low] = &mut block;
    [*high, *low] = 160_u16.to_be_bytes();
    for _ in 1..iterations {
        for (octets, word) in block.chunks_exact_mut(4).zip(state) {
            octets.copy_from_slice(&word.to_be_bytes());
        }
        state = START;
        compress(&mut state, from_ref(&block));
    }
    state
}

const FLOOR: &str = "floor: 2,048 compressions of SHA-1 in a chain";
const TO_DER: &str = "ours, PBES1 SEED, to DER";
const TO_SIGN: &str = "ours, PBES1 SEED, to a key that can sign";

const PBES1: &[u8] =
    include_bytes!("../crates/npki-container/tests/vectors/pypinksign/pbes1-seed.key");
const PBES2_SEED: &[u8] =
    include_bytes!("../crates/npki-container/tests/vectors/openssl/pbes2-seed-sha1.key");
const PBES2_AES: &[u8] =
    include_bytes!("../crates/npki-container/tests/vectors/openssl/pbes2-aes-256-sha256.key");

/// The first goal for the row to DER; the far one is 1.03, and 1.2 for a key that can sign.
const GOAL: f64 = 1.5;

/// The initial hash value of SHA-1 (FIPS 180-4 section 5.3.1).
const START: [u32; 5] = [
    0x6745_2301,
    0xEFCD_AB89,
    0x98BA_DCFE,
    0x1032_5476,
    0xC3D2_E1F0,
];
