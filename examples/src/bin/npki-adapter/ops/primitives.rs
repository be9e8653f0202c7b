//! Primitives: the crates that the rooms use themselves.

use cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockSizeUser, KeyInit};
use hmac::{EagerHash, Hmac, Mac as _};
use npki_container::{Bound, Bounds, CbcCipher};
use npki_core::HashAlgorithm;
use npki_seed::Seed;
use serde_json::json;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use crate::{
    answer::{No, Outcome},
    hex,
    request::Fields,
};

pub(super) fn hmac(fields: &Fields<'_>) -> Outcome {
    let (key, message) = (fields.bytes("key")?, fields.bytes("msg")?);
    let tag = match fields.hash("hash")? {
        HashAlgorithm::Sha1 => tag::<Sha1>(&key, &message),
        HashAlgorithm::Sha224 => tag::<Sha224>(&key, &message),
        HashAlgorithm::Sha256 => tag::<Sha256>(&key, &message),
        HashAlgorithm::Sha384 => tag::<Sha384>(&key, &message),
        HashAlgorithm::Sha512 => tag::<Sha512>(&key, &message),
        _ => return Err(No::Unsupported),
    }?;
    let length = fields.number_opt("tag_len")?.unwrap_or(tag.len());
    let tag = tag.get(..length).ok_or(No::BAD_REQUEST)?;
    Ok(json!({ "out": hex::encode(tag) }))
}

fn tag<D: EagerHash>(key: &[u8], message: &[u8]) -> Result<Vec<u8>, No> {
    let mut mac = <Hmac<D> as KeyInit>::new_from_slice(key).map_err(|_| No::BAD_REQUEST)?;
    mac.update(message);
    Ok(mac.finalize().into_bytes().to_vec())
}

pub(super) fn pbkdf2(fields: &Fields<'_>) -> Outcome {
    let length = fields.number("dklen")?;
    let derived = derive(fields, length)?;
    Ok(json!({ "out": hex::encode(&derived) }))
}

pub(super) fn pbes2_decrypt(fields: &Fields<'_>) -> Outcome {
    let name = fields.text("cipher")?;
    let (_, cipher) = NAMED
        .iter()
        .find(|(known, _)| *known == name)
        .ok_or(No::Unsupported)?;
    let key = derive(fields, cipher.key_len())?;
    let message = cipher.decrypt(&key, &fields.bytes("iv")?, &fields.bytes("ct")?)?;
    Ok(json!({ "out": hex::encode(&message) }))
}

/// PBKDF2, after its cost was compared with what this program may spend.
fn derive(fields: &Fields<'_>, length: usize) -> Result<Zeroizing<Vec<u8>>, No> {
    let (password, salt) = (fields.bytes("password")?, fields.bytes("salt")?);
    let hash = fields.hash("hash")?;
    let iterations: u32 = fields.number("iter")?;
    let blocks = length.div_ceil(hash.digest_len());
    let work = u64::from(iterations).saturating_mul(u64::try_from(blocks).unwrap_or(u64::MAX));
    if iterations == 0 || length > MAX_DERIVED {
        return Err(No::BAD_REQUEST);
    }
    // So much takes some three seconds.
    let limit = match hash {
        HashAlgorithm::Sha1 => 20_000_000,
        HashAlgorithm::Sha224 | HashAlgorithm::Sha256 => 10_000_000,
        _ => 4_000_000,
    };
    if work > limit {
        return Err(No::Refused("too-costly"));
    }
    let pbkdf2: fn(&[u8], &[u8], u32, &mut [u8]) = match hash {
        HashAlgorithm::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>,
        HashAlgorithm::Sha224 => pbkdf2::pbkdf2_hmac::<Sha224>,
        HashAlgorithm::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>,
        HashAlgorithm::Sha384 => pbkdf2::pbkdf2_hmac::<Sha384>,
        HashAlgorithm::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>,
        _ => return Err(No::Unsupported),
    };
    let mut derived = Zeroizing::new(vec![0; length]);
    pbkdf2(&password, &salt, iterations, &mut derived);
    Ok(derived)
}

pub(super) fn cbc_decrypt(fields: &Fields<'_>) -> Outcome {
    let key = fields.bytes("key")?;
    let message =
        cbc_cipher(fields, &key)?.decrypt(&key, &fields.bytes("iv")?, &fields.bytes("in")?)?;
    Ok(json!({ "out": hex::encode(&message) }))
}

pub(super) fn cbc_encrypt(fields: &Fields<'_>) -> Outcome {
    let key = fields.bytes("key")?;
    let message =
        cbc_cipher(fields, &key)?.encrypt(&key, &fields.bytes("iv")?, &fields.bytes("in")?)?;
    Ok(json!({ "out": hex::encode(&message) }))
}

fn cbc_cipher(fields: &Fields<'_>, key: &[u8]) -> Result<CbcCipher, No> {
    match (fields.text("cipher")?, key.len()) {
        ("aes", 16) => Ok(CbcCipher::Aes128),
        ("aes", 24) => Ok(CbcCipher::Aes192),
        ("aes", 32) => Ok(CbcCipher::Aes256),
        ("aria", 16) => Ok(CbcCipher::Aria128),
        ("aria", 24) => Ok(CbcCipher::Aria192),
        ("aria", 32) => Ok(CbcCipher::Aria256),
        ("seed", 16) => Ok(CbcCipher::Seed),
        ("aes" | "aria" | "seed", _) => Err(No::Refused("key-length")),
        _ => Err(No::Unsupported),
    }
}

pub(super) fn raw_decrypt(fields: &Fields<'_>) -> Outcome {
    raw(fields, Direction::Decrypt)
}

pub(super) fn raw_encrypt(fields: &Fields<'_>) -> Outcome {
    raw(fields, Direction::Encrypt)
}

#[derive(Clone, Copy)]
enum Direction {
    Encrypt,
    Decrypt,
}

/// Whole blocks, no padding.
fn raw(fields: &Fields<'_>, direction: Direction) -> Outcome {
    let key = fields.bytes("key")?;
    let octets = fields.bytes("in")?;
    let chain = match fields.text("mode")? {
        "ecb" => None,
        "cbc" => Some(fields.bytes("iv")?),
        _ => return Err(No::Unsupported),
    };
    let out = match cbc_cipher(fields, &key)? {
        CbcCipher::Seed => blocks::<Seed>(&key, chain, &octets, direction),
        CbcCipher::Aria128 => blocks::<aria::Aria128>(&key, chain, &octets, direction),
        CbcCipher::Aria192 => blocks::<aria::Aria192>(&key, chain, &octets, direction),
        CbcCipher::Aria256 => blocks::<aria::Aria256>(&key, chain, &octets, direction),
        CbcCipher::Aes128 => blocks::<aes::Aes128>(&key, chain, &octets, direction),
        CbcCipher::Aes192 => blocks::<aes::Aes192>(&key, chain, &octets, direction),
        CbcCipher::Aes256 => blocks::<aes::Aes256>(&key, chain, &octets, direction),
        _ => Err(No::Unsupported),
    }?;
    Ok(json!({ "out": hex::encode(&out) }))
}

fn blocks<C: BlockCipherEncrypt + BlockCipherDecrypt + KeyInit>(
    key: &[u8],
    chain: Option<Zeroizing<Vec<u8>>>,
    octets: &[u8],
    direction: Direction,
) -> Result<Zeroizing<Vec<u8>>, No> {
    let cipher = C::new_from_slice(key).map_err(|_| No::Refused("key-length"))?;
    let size = <C as BlockSizeUser>::block_size();
    if !octets.len().is_multiple_of(size) {
        return Err(No::Refused("block-length"));
    }
    if chain.as_ref().is_some_and(|iv| iv.len() != size) {
        return Err(No::Refused("iv-length"));
    }
    let mut previous = chain;
    let mut out = Zeroizing::new(Vec::with_capacity(octets.len()));
    for from in octets.chunks_exact(size) {
        let mut block = Array::try_from(from).map_err(|_| No::BAD_REQUEST)?;
        match direction {
            Direction::Encrypt => {
                xor(&mut block, previous.as_deref());
                cipher.encrypt_block(&mut block);
                previous = previous.map(|_| Zeroizing::new(block.to_vec()));
            }
            Direction::Decrypt => {
                cipher.decrypt_block(&mut block);
                xor(&mut block, previous.as_deref());
                previous = previous.map(|_| Zeroizing::new(from.to_vec()));
            }
        }
        out.extend_from_slice(&block);
    }
    Ok(out)
}

fn xor(block: &mut [u8], with: Option<&Vec<u8>>) {
    for (octet, with) in block.iter_mut().zip(with.into_iter().flatten()) {
        *octet ^= with;
    }
}

/// What a derivation may cost here: a line is answered within ten seconds, with the slowest hash function too.
pub(super) fn bounds() -> Bounds {
    Bounds::DEFAULT.lowered(Bound::Work, 4_000_000)
}

/// Octets that are derived at most.
const MAX_DERIVED: usize = 1 << 20;

const NAMED: &[(&str, CbcCipher)] = &[
    ("aes-128-cbc", CbcCipher::Aes128),
    ("aes-192-cbc", CbcCipher::Aes192),
    ("aes-256-cbc", CbcCipher::Aes256),
    ("aria-128-cbc", CbcCipher::Aria128),
    ("aria-192-cbc", CbcCipher::Aria192),
    ("aria-256-cbc", CbcCipher::Aria256),
    ("seed-cbc", CbcCipher::Seed),
    ("des-ede3-cbc", CbcCipher::TripleDes),
];
