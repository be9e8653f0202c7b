//! Encodings that RSA signatures are made over: EMSA-PKCS1-v1_5 and EMSA-PSS.
//!
//! Digests and salts are public, so nothing here needs constant time.

use npki_core::{Digest, HashAlgorithm};

/// EMSA-PKCS1-v1_5 in `octets` octets; `None` if they do not suffice.
///
/// Verifiers make the encoding anew and compare: what is never parsed cannot be parsed leniently.
///
/// Source: RFC 8017 section 9.2.
pub(crate) fn pkcs1(digest: &Digest, octets: usize) -> Option<Vec<u8>> {
    let info = digest_info(digest);
    // 00 01, eight octets FF at least, 00.
    let padding = octets.checked_sub(info.len().checked_add(3)?)?;
    if padding < 8 {
        return None;
    }
    let mut encoded = Vec::with_capacity(octets);
    encoded.extend_from_slice(&[0, 1]);
    encoded.resize(padding.checked_add(2)?, 0xFF);
    encoded.push(0);
    encoded.extend_from_slice(&info);
    Some(encoded)
}

/// The DER of `DigestInfo`, its NULL written out: the one form that is made and accepted.
///
/// Source: RFC 8017 section 9.2, note 1.
#[must_use]
pub fn digest_info(digest: &Digest) -> Vec<u8> {
    let oid = digest.algorithm().oid();
    // Every length is below 128: an OID has at most 9 octets, a digest at most 64.
    let short = |length: usize| u8::try_from(length).unwrap_or(u8::MAX);
    let (oid, octets) = (oid.as_bytes(), digest.octets());
    let mut info = vec![0x30, short(oid.len() + octets.len() + 8)];
    info.extend_from_slice(&[0x30, short(oid.len() + 4), 0x06, short(oid.len())]);
    info.extend_from_slice(oid);
    info.extend_from_slice(&[0x05, 0x00, 0x04, short(octets.len())]);
    info.extend_from_slice(octets);
    info
}

/// Whether EMSA-PSS with so long a salt has room in a modulus of `modulus_bits`.
pub(crate) fn pss_fits(hash: HashAlgorithm, salt_len: u8, modulus_bits: usize) -> bool {
    modulus_bits.saturating_sub(1).div_ceil(8) >= hash.digest_len() + usize::from(salt_len) + 2
}

/// EMSA-PSS for a modulus of `modulus_bits`, in the octets of the modulus less one bit; `None` if
/// they do not suffice.
///
/// Source: RFC 8017 section 9.1.1.
pub(crate) fn pss(
    digest: &Digest,
    mgf_hash: HashAlgorithm,
    salt: &[u8],
    modulus_bits: usize,
) -> Option<Vec<u8>> {
    let bits = modulus_bits.checked_sub(1)?;
    let h = pss_hash(digest, salt);
    let block = bits
        .div_ceil(8)
        .checked_sub(h.octets().len().checked_add(1)?)?;
    let padding = block.checked_sub(salt.len().checked_add(1)?)?;
    let mut encoded = vec![0; padding];
    encoded.push(1);
    encoded.extend_from_slice(salt);
    mgf1_xor(mgf_hash, h.octets(), &mut encoded);
    if let Some(first) = encoded.first_mut() {
        *first &= first_octet_mask(bits);
    }
    encoded.extend_from_slice(h.octets());
    encoded.push(0xBC);
    Some(encoded)
}

/// Whether `encoded` (the octets of the modulus less one bit) is EMSA-PSS of `digest` with a salt
/// of exactly `salt_len`.
///
/// Source: RFC 8017 section 9.1.2.
pub(crate) fn is_pss(
    digest: &Digest,
    mgf_hash: HashAlgorithm,
    salt_len: u8,
    modulus_bits: usize,
    encoded: &[u8],
) -> bool {
    pss_block(digest, mgf_hash, salt_len, modulus_bits, encoded)
        .is_some_and(|(salt, h)| pss_hash(digest, &salt).octets() == h)
}

/// Salt and H, if everything around them is as it must be.
fn pss_block<'a>(
    digest: &Digest,
    mgf_hash: HashAlgorithm,
    salt_len: u8,
    modulus_bits: usize,
    encoded: &'a [u8],
) -> Option<(Vec<u8>, &'a [u8])> {
    let bits = modulus_bits.checked_sub(1)?;
    if encoded.len() != bits.div_ceil(8) {
        return None;
    }
    let rest = encoded.strip_suffix(&[0xBC])?;
    let (masked, h) = rest.split_at_checked(rest.len().checked_sub(digest.octets().len())?)?;
    let mask = first_octet_mask(bits);
    if masked.first()? & !mask != 0 {
        return None;
    }
    let mut block = masked.to_vec();
    mgf1_xor(mgf_hash, h, &mut block);
    *block.first_mut()? &= mask;
    let salt = block.split_off(block.len().checked_sub(usize::from(salt_len))?);
    let (one, zeros) = block.split_last()?;
    (*one == 1 && zeros.iter().all(|octet| *octet == 0)).then_some((salt, h))
}

fn pss_hash(digest: &Digest, salt: &[u8]) -> Digest {
    let mut hasher = digest.algorithm().hasher();
    hasher.update(&[0; 8]);
    hasher.update(digest.octets());
    hasher.update(salt);
    hasher.finish()
}

/// The bits of the first octet that may be set in an encoding of `bits` bits.
const fn first_octet_mask(bits: usize) -> u8 {
    match bits % 8 {
        0 => 0xFF,
        used => !(0xFF << used),
    }
}

/// XORs the mask of MGF1 over `block`.
///
/// Source: RFC 8017 appendix B.2.1.
fn mgf1_xor(hash: HashAlgorithm, seed: &[u8], block: &mut [u8]) {
    for (counter, part) in (0_u32..).zip(block.chunks_mut(hash.digest_len())) {
        let mut hasher = hash.hasher();
        hasher.update(seed);
        hasher.update(&counter.to_be_bytes());
        for (octet, mask) in part.iter_mut().zip(hasher.finish().octets()) {
            *octet ^= mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;

    #[test]
    fn pkcs1_encoding_and_its_shortest_modulus() {
        let digest = HashAlgorithm::Sha256.digest(b"abc");
        // RFC 8017 section 9.2, note 1.
        let prefix = hex!("3031300d060960864801650304020105000420");
        let encoded = pkcs1(&digest, 62).unwrap();
        let head = hex!("0001 FFFFFFFFFFFFFFFF 00");
        assert_eq!(encoded, [&head, &prefix[..], digest.octets()].concat());
        assert_eq!(pkcs1(&digest, 61), None);
        assert_eq!(pkcs1(&digest, 0), None);
    }

    #[test]
    fn digest_infos_of_rfc_8017() {
        for (hash, prefix) in [
            (
                HashAlgorithm::Sha1,
                &hex!("3021300906052b0e03021a05000414")[..],
            ),
            (
                HashAlgorithm::Sha224,
                &hex!("302d300d06096086480165030402040500041c"),
            ),
            (
                HashAlgorithm::Sha384,
                &hex!("3041300d060960864801650304020205000430"),
            ),
            (
                HashAlgorithm::Sha512,
                &hex!("3051300d060960864801650304020305000440"),
            ),
        ] {
            assert!(
                digest_info(&hash.digest(b"")).starts_with(prefix),
                "{hash:?}"
            );
        }
    }

    #[test]
    fn pss_opens_with_its_own_parameters_only() {
        let (sha1, sha256) = (HashAlgorithm::Sha1, HashAlgorithm::Sha256);
        let digest = sha256.digest(b"abc");
        // Around a whole octet, where the first one has no, one, or all bits.
        for bits in 1023..=1034 {
            for salt in [0, 1, 32] {
                let encoded = pss(&digest, sha1, &vec![7; salt], bits).unwrap();
                let salt = u8::try_from(salt).unwrap();
                assert_eq!(encoded.len(), (bits - 1).div_ceil(8));
                assert!(is_pss(&digest, sha1, salt, bits, &encoded), "{bits} {salt}");
                assert!(!is_pss(&digest, sha256, salt, bits, &encoded));
                assert!(!is_pss(&digest, sha1, salt + 1, bits, &encoded));
                assert!(!is_pss(&digest, sha1, salt, bits + 8, &encoded));
                assert!(!is_pss(&sha256.digest(b"abd"), sha1, salt, bits, &encoded));
                for place in 0..encoded.len() {
                    let mut bad = encoded.clone();
                    bad[place] ^= 0x80;
                    assert!(!is_pss(&digest, sha1, salt, bits, &bad), "{bits} {place}");
                }
            }
        }
    }

    #[test]
    fn pss_has_room_or_has_not() {
        let digest = HashAlgorithm::Sha512.digest(b"");
        // 64 + 62 + 2 octets: a modulus of 1,018 bits is the shortest (1,017 bits in 128 octets).
        for (bits, fits) in [(1_017, false), (1_018, true), (1_024, true), (0, false)] {
            assert_eq!(pss_fits(HashAlgorithm::Sha512, 62, bits), fits, "{bits}");
            let made = pss(&digest, HashAlgorithm::Sha512, &[1; 62], bits);
            assert_eq!(made.is_some(), fits, "{bits}");
            assert!(!is_pss(&digest, HashAlgorithm::Sha512, 62, bits, &[]));
        }
    }
}
