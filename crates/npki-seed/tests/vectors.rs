//! Known answers, from RFC 4269 and from OpenSSL: every file of a folder of `tests/vectors`.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers read files of this folder; a damaged one fails the test"
)]

use cipher::{
    Block, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit,
    KeyIvInit, block_padding::Pkcs7,
};
use npki_seed::{Seed, cipher};
use std::path::Path;

#[test]
fn ecb_both_directions_one_by_one_and_together() {
    for case in cases("ecb") {
        let [key, plain, sealed] = fields(&case);
        let seed = Seed::new_from_slice(&key).unwrap();
        let (plain, sealed) = (blocks(&plain), blocks(&sealed));

        let mut together = plain.clone();
        seed.encrypt_blocks(&mut together);
        assert_eq!(together, sealed, "{case}");
        seed.decrypt_blocks(&mut together);
        assert_eq!(together, plain, "{case}");

        for (plain, sealed) in plain.iter().zip(&sealed) {
            let mut block = *plain;
            seed.encrypt_block(&mut block);
            assert_eq!(block, *sealed, "{case}");
            seed.decrypt_block(&mut block);
            assert_eq!(block, *plain, "{case}");
        }
    }
}

#[test]
fn cbc_both_directions() {
    for case in cases("cbc") {
        let [key, iv, plain, sealed] = fields(&case);
        let encryptor = cbc::Encryptor::<Seed>::new_from_slices(&key, &iv).unwrap();
        assert_eq!(
            encryptor.encrypt_padded_vec::<Pkcs7>(&plain),
            sealed,
            "{case}"
        );
        let decryptor = cbc::Decryptor::<Seed>::new_from_slices(&key, &iv).unwrap();
        assert_eq!(
            decryptor.decrypt_padded_vec::<Pkcs7>(&sealed).unwrap(),
            plain,
            "{case}"
        );
    }
}

#[test]
fn other_key_lengths_are_refused() {
    for length in [0, 15, 17, 24, 32] {
        assert!(Seed::new_from_slice(&vec![0; length]).is_err(), "{length}");
    }
    assert!(Seed::new_from_slice(&[0; 16]).is_ok());
}

#[test]
fn debug_shows_no_key() {
    assert_eq!(format!("{:?}", Seed::new(&[7; 16].into())), "Seed { .. }");
}

#[test]
fn the_cipher_and_its_modes_promise_to_be_wiped() {
    fn wiped<T: cipher::zeroize::ZeroizeOnDrop>() {}
    wiped::<Seed>();
    wiped::<cbc::Encryptor<Seed>>();
    wiped::<cbc::Decryptor<Seed>>();
}

fn cases(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(folder);
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            let text = std::fs::read_to_string(path).unwrap();
            cases.extend(
                text.lines()
                    .filter(|line| !line.starts_with('#'))
                    .map(String::from),
            );
        }
    }
    assert!(!cases.is_empty());
    cases
}

fn fields<const N: usize>(case: &str) -> [Vec<u8>; N] {
    let fields: Vec<_> = case.split(' ').map(bytes).collect();
    fields.try_into().unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    assert!(rest.is_empty());
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.iter().map(|pair| byte(pair)).collect()
}

fn blocks(bytes: &[u8]) -> Vec<Block<Seed>> {
    let (blocks, rest) = bytes.as_chunks::<16>();
    assert!(rest.is_empty());
    blocks.iter().map(|block| (*block).into()).collect()
}
