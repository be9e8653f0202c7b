//! The padding of RSA encryption, removed in this process: a token that did it would tell whoever asks whether the
//! padding was good (Bleichenbacher, Manger), and most know OAEP with SHA-1 alone.
//!
//! Nothing here branches on what stands in a block, or reads at a place that depends on it, up to the length of the
//! message, which the caller sees anyway.

use hmac::{Hmac, KeyInit, Mac};
use npki_core::HashAlgorithm;
use sha2::Sha256;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater};
use zeroize::Zeroizing;

/// What messages for wrong paddings are made from: a secret that belongs to the key.
pub(crate) struct Rejection(Zeroizing<[u8; 32]>);

impl Rejection {
    pub(crate) const fn new(secret: Zeroizing<[u8; 32]>) -> Self {
        Self(secret)
    }

    /// The message in a block of EME-PKCS1-v1_5, or one that only key and ciphertext determine.
    ///
    /// Source: RFC 8017 section 7.2.2; draft-irtf-cfrg-rsa-guidance section 7.2.
    pub(crate) fn pkcs1(&self, ciphertext: &[u8], block: &[u8]) -> Zeroizing<Vec<u8>> {
        let octets = block.len();
        let mut good = Choice::from(1);
        let mut start = 0_u32;
        for (place, octet) in (0_u32..).zip(block) {
            match place {
                0 => good &= octet.ct_eq(&0),
                1 => good &= octet.ct_eq(&2),
                _ => {
                    let first = octet.ct_eq(&0) & start.ct_eq(&0);
                    start.conditional_assign(&(place + 1), first);
                }
            }
        }
        // 00 02, eight octets at least, 00.
        good &= start.ct_gt(&10);
        let (made, length) = self.made_up(ciphertext, octets);
        let made_start = u32::try_from(octets).unwrap_or(0).saturating_sub(length);
        let start = u32::conditional_select(&made_start, &start, good);
        let mut chosen = Zeroizing::new(made);
        for (chosen, octet) in chosen.iter_mut().zip(block) {
            chosen.conditional_assign(octet, good);
        }
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        Zeroizing::new(chosen.get(start..).unwrap_or_default().to_vec())
    }

    /// As many octets as a block has, and how many of the last ones are the message.
    fn made_up(&self, ciphertext: &[u8], octets: usize) -> (Vec<u8>, u32) {
        let key = self.prf(&[0; 32], b"key", ciphertext);
        let mut made = Vec::with_capacity(octets + 32);
        let mut number = 0_u16;
        while made.len() < octets {
            made.extend_from_slice(&self.prf(&key, b"message", &number.to_be_bytes()));
            number = number.wrapping_add(1);
        }
        made.truncate(octets);
        // The last of many candidates that is short enough: every length is nearly as likely.
        let longest = u32::try_from(octets).unwrap_or(0).saturating_sub(11);
        let mask = longest
            .next_power_of_two()
            .saturating_mul(2)
            .saturating_sub(1);
        let mut length = 0;
        for number in 0_u16..64 {
            let [first, second, third, fourth, ..] =
                self.prf(&key, b"length", &number.to_be_bytes());
            let candidate = u32::from_be_bytes([first, second, third, fourth]) & mask;
            let fits = !candidate.ct_gt(&longest);
            length.conditional_assign(&candidate, fits);
        }
        (made, length)
    }

    fn prf(&self, key: &[u8; 32], label: &[u8], input: &[u8]) -> [u8; 32] {
        // A block of the hash function: shorter keys are filled up with zeros anyway (RFC 2104).
        let mut block = Zeroizing::new([0; 64]);
        for (to, from) in block.iter_mut().zip(self.0.iter()) {
            *to = *from;
        }
        let mut mac = Hmac::<Sha256>::new((&*block).into());
        for part in [key, label, input] {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// The message in a block of EME-OAEP, if everything around it is as it must be.
///
/// Source: RFC 8017 section 7.1.2, step 3.
pub(crate) fn oaep(
    hash: HashAlgorithm,
    mgf_hash: HashAlgorithm,
    label: &[u8],
    block: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let digest = hash.digest(label);
    let width = digest.octets().len();
    let (first, rest) = block.split_first()?;
    if rest.len() < 2 * width + 1 {
        return None;
    }
    let (seed, data) = rest.split_at_checked(width)?;
    let (mut seed, mut data) = (Zeroizing::new(seed.to_vec()), Zeroizing::new(data.to_vec()));
    mask(mgf_hash, &data, &mut seed);
    mask(mgf_hash, &seed, &mut data);
    let (found, rest) = data.split_at_checked(width)?;
    let mut good = first.ct_eq(&0) & found.ct_eq(digest.octets());
    let mut start = 0_u32;
    for (place, octet) in (1_u32..).zip(rest) {
        let before = start.ct_eq(&0);
        let one = octet.ct_eq(&1);
        good &= !before | one | octet.ct_eq(&0);
        start.conditional_assign(&place, before & one);
    }
    good &= !start.ct_eq(&0);
    if bool::from(good) {
        let start = usize::try_from(start).ok()?;
        rest.get(start..)
            .map(|message| Zeroizing::new(message.to_vec()))
    } else {
        None
    }
}

/// XORs the mask of MGF1 over `block`.
///
/// Source: RFC 8017 appendix B.2.1.
fn mask(hash: HashAlgorithm, seed: &[u8], block: &mut [u8]) {
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
    use super::*;

    fn rejection() -> Rejection {
        Rejection::new(Zeroizing::new([7; 32]))
    }

    fn block(padding: usize, message: &[u8]) -> Vec<u8> {
        [&[0, 2][..], &vec![0xFF; padding], &[0], message].concat()
    }

    #[test]
    fn good_blocks_give_their_message() {
        for (padding, message) in [(8, &b"a message"[..]), (8, b""), (200, b"m"), (8, &[0; 20])] {
            let block = block(padding, message);
            assert_eq!(*rejection().pkcs1(b"ciphertext", &block), message);
        }
    }

    #[test]
    fn bad_blocks_give_one_that_looks_random() {
        let good = block(64, b"a message that nobody gets");
        let mut bad = vec![block(7, &[1; 40]), vec![0xFF; 64], vec![0; 64]];
        for place in [0, 1] {
            let mut block = good.clone();
            block[place] ^= 1;
            bad.push(block);
        }
        for block in bad {
            let first = rejection().pkcs1(b"ciphertext", &block);
            assert_eq!(first, rejection().pkcs1(b"ciphertext", &block));
            assert!(first.len() <= block.len() - 11, "{}", first.len());
            assert_ne!(first, rejection().pkcs1(b"another", &block));
        }
        // Lengths of every size come out.
        let lengths: std::collections::BTreeSet<_> = (0_u32..200)
            .map(|n| rejection().pkcs1(&n.to_be_bytes(), &[0xFF; 256]).len())
            .collect();
        assert!(
            lengths.len() > 100 && *lengths.last().unwrap() > 230,
            "{lengths:?}"
        );
    }

    #[test]
    fn oaep_takes_nothing_but_its_own() {
        let (sha1, sha256) = (HashAlgorithm::Sha1, HashAlgorithm::Sha256);
        let encode = |message: &[u8], zeros: usize, first: u8, one: u8| {
            let label = sha256.digest(b"label");
            let mut seed = vec![9; 32];
            let mut data = [label.octets(), &vec![0; zeros], &[one], message].concat();
            mask(sha1, &seed, &mut data);
            mask(sha1, &data, &mut seed);
            [&[first][..], &seed, &data].concat()
        };
        let open = |block: &[u8]| oaep(sha256, sha1, b"label", block);
        for (message, zeros) in [(&b"m"[..], 60), (b"", 0), (b"message", 0)] {
            let found = open(&encode(message, zeros, 0, 1)).unwrap();
            assert_eq!(*found, message);
        }
        for (zeros, first, one) in [(5, 1, 1), (5, 0, 2), (5, 0, 0)] {
            assert_eq!(open(&encode(b"\x02", zeros, first, one)), None);
        }
        let good = encode(b"m", 10, 0, 1);
        assert_eq!(oaep(sha256, sha1, b"other", &good), None);
        assert_eq!(oaep(sha256, sha256, b"label", &good), None);
        assert_eq!(open(&good[..64]), None);
        assert_eq!(open(&[]), None);
    }
}
