//! SEED (대칭키 블록 암호 SEED), the 128-bit block cipher of KISA, on the traits of the [`cipher`] crate.
//!
//! Follows RFC 4269 (TTAS.KO-12.0004/R1). Key and block have 16 bytes. Modes, padding and key derivation
//! are other crates' work: [`Seed`] goes into whatever takes a block cipher of `cipher` 0.5, such as `cbc`.
//! `no_std`, without allocation, without `unsafe`.
//!
//! # Constant time
//!
//! There is no table and no branch, shift or index that depends on the key or the data: the S-boxes are
//! computed as a circuit of XOR and AND on bit planes (bitslicing), both from one inversion in GF(2^8),
//! and the rest of the cipher is XOR, addition modulo 2^32 and shifts by constants. There is no
//! multiplication either, which some small processors do in varying time. That is a property of the
//! source. In the x86-64 code of rustc 1.95 (release) the round functions have no conditional jump and
//! no multiplication; other targets were not looked at, and timing was not measured statistically.
//!
//! Round keys are wiped when a [`Seed`] is dropped. Copies that passed through registers and the stack
//! are not.
//!
//! # Speed
//!
//! Blocks that do not wait for each other go through together, [32 at a time](cipher::ParBlocksSizeUser),
//! or fewer at the end of a message. CBC encrypting is a chain, so it takes one by one, at about a
//! tenth of the speed. The `cbc` crate decrypts in whole groups and takes the blocks left over one by
//! one; where that matters, [`decrypt_blocks`](BlockCipherDecrypt::decrypt_blocks) on the whole
//! message, followed by the XOR of CBC, does the rest as a group too.
//!
//! # What it refuses
//!
//! Other key sizes (the RFC has 128 bits only), and a faster form that looks up tables.
//!
//! # Example
//!
//! ```
//! use npki_seed::Seed;
//! use npki_seed::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
//! use hex_literal::hex;
//!
//! // RFC 4269, appendix B.1
//! let seed = Seed::new(&[0; 16].into());
//! let mut block = hex!("000102030405060708090A0B0C0D0E0F").into();
//! seed.encrypt_block(&mut block);
//! assert_eq!(block, hex!("5EBAC6E0054E166819AFF1CC6D346CDB"));
//! seed.decrypt_block(&mut block);
//! assert_eq!(block, hex!("000102030405060708090A0B0C0D0E0F"));
//! ```
//!
//! CBC with PKCS #7 padding, as in KISA's key containers:
//!
//! ```
//! use npki_seed::Seed;
//! use npki_seed::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (key, iv) = (b"abcdefghijklmnop".into(), b"0123456789abcdef".into());
//! let sealed = cbc::Encryptor::<Seed>::new(key, iv).encrypt_padded_vec::<Pkcs7>(b"TEST");
//! let opened = cbc::Decryptor::<Seed>::new(key, iv).decrypt_padded_vec::<Pkcs7>(&sealed)?;
//! assert_eq!(opened, b"TEST");
//! # Ok(())
//! # }
//! ```

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

#[cfg(test)]
mod field;
mod g;
mod inverse;
mod key_schedule;
mod rounds;
mod seed;

pub use cipher;
#[cfg(doc)]
use cipher::BlockCipherDecrypt;
pub use seed::Seed;
