//! SEED in CBC mode: the constant-time circuit beside OpenSSL's tables.
//!
//! ```sh
//! cargo bench -p npki-benches --bench seed_cbc
//! ```
//!
//! 1,216 octets are an RSA-2048 private key, 16 KiB something long. Beside it: the system's libcrypto with its legacy
//! provider, called from Python (`NPKI_PYTHON`).

use std::cell::RefCell;
use std::error::Error;

use cipher::{
    BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _, block_padding::NoPadding,
};
use npki_benches::{Peers, Row, Table, rounds};
use npki_container::CbcCipher;
use npki_seed::Seed;

fn main() -> Result<(), Box<dyn Error>> {
    println!("{} rounds", rounds());
    let peers = Peers::start("seed_cbc").map(RefCell::new);
    for (size, calls) in [(1_216_usize, 200), (16_384, 20)] {
        for what in ["decrypt", "encrypt"] {
            let octets = vec![0; size];
            // Whole blocks, the last one being a padding of its own.
            let padded = CbcCipher::Seed.encrypt(KEY, KEY, octets.get(16..).unwrap_or_default())?;
            let mut table = Table::default();
            let peers_row = peers.as_ref().and_then(|peers| {
                let ending = format!("{what}, {size} octets");
                let names = peers.borrow().names();
                let name = names.into_iter().find(|name| name.ends_with(&ending))?;
                Some((peers, name))
            });
            if let Some((peers, name)) = peers_row {
                let asked = name.clone();
                table.add(Row::new(&name, move || peers.borrow_mut().measure(&asked)));
            }
            if what == "decrypt" {
                table.add(Row::here(
                    &format!("npki-container, {what}, {size} octets"),
                    calls,
                    || CbcCipher::Seed.decrypt(KEY, KEY, &padded),
                ));
                table.add(Row::here(
                    &format!("npki-seed with cbc, {what}, {size} octets"),
                    calls,
                    || {
                        let mut buffer = padded.clone();
                        cbc::Decryptor::<Seed>::new(KEY.into(), KEY.into())
                            .decrypt_padded::<NoPadding>(&mut buffer)
                            .map(<[u8]>::len)
                    },
                ));
            } else {
                table.add(Row::here(
                    &format!("npki-seed with cbc, {what}, {size} octets"),
                    calls,
                    || {
                        let mut buffer = octets.clone();
                        cbc::Encryptor::<Seed>::new(KEY.into(), KEY.into())
                            .encrypt_padded::<NoPadding>(&mut buffer, size)
                            .map(<[u8]>::len)
                    },
                ));
            }
            table.run(rounds());
            table.print((1e3, "µs"));
            println!();
        }
    }
    Ok(())
}

const KEY: &[u8; 16] = b"abcdefghijklmnop";
