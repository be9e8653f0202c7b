use hmac::EagerHash;
use npki_core::HashAlgorithm;
use sha1::Sha1;
use sha2::{
    Digest, Sha224, Sha256, Sha384, Sha512,
    digest::{FixedOutputReset, block_api::BlockSizeUser},
};
use zeroize::{Zeroize, Zeroizing};

/// The hash functions that derivations and MACs of containers name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(crate) fn of(algorithm: HashAlgorithm) -> Option<Self> {
        match algorithm {
            HashAlgorithm::Sha1 => Some(Self::Sha1),
            HashAlgorithm::Sha224 => Some(Self::Sha224),
            HashAlgorithm::Sha256 => Some(Self::Sha256),
            HashAlgorithm::Sha384 => Some(Self::Sha384),
            HashAlgorithm::Sha512 => Some(Self::Sha512),
            _ => None,
        }
    }

    pub(crate) const fn algorithm(self) -> HashAlgorithm {
        match self {
            Self::Sha1 => HashAlgorithm::Sha1,
            Self::Sha224 => HashAlgorithm::Sha224,
            Self::Sha256 => HashAlgorithm::Sha256,
            Self::Sha384 => HashAlgorithm::Sha384,
            Self::Sha512 => HashAlgorithm::Sha512,
        }
    }

    pub(crate) const fn len(self) -> usize {
        self.algorithm().digest_len()
    }

    /// How many outputs of the function fill `octets`: what a derivation multiplies its iterations
    /// by.
    pub(crate) const fn blocks(self, octets: usize) -> usize {
        octets.div_ceil(self.len())
    }
}

/// PBKDF1 with SHA-1 and all 20 octets of output, as the encryption schemes of SEED use it.
///
/// The rounds after the first hash 20 octets, one block with padding that never changes; so they
/// go to the compression function directly.
///
/// Source: RFC 8018 section 5.1; RFC 4269 section 2.
pub(crate) fn pbkdf1_sha1(password: &[u8], salt: &[u8], iterations: u32) -> Zeroizing<[u8; 20]> {
    let mut first = Sha1::new();
    first.update(password);
    first.update(salt);
    let mut block = Zeroizing::new([0u8; 64]);
    let (chain, padding) = block.split_at_mut(20);
    // Not `finalize`, which moves the hasher, and with it a copy of the password, to where nobody wipes.
    let mut digest = first.finalize_reset();
    chain.copy_from_slice(&digest);
    digest.as_mut_slice().zeroize();
    if let [one, .., high, low] = padding {
        *one = 0x80;
        [*high, *low] = SHA1_CHAIN_BITS.to_be_bytes();
    }
    let mut state = Zeroizing::new(SHA1_START);
    for _ in 1..iterations {
        *state = SHA1_START;
        sha1::block_api::compress(&mut state, core::slice::from_ref(&*block));
        for (octets, word) in block.chunks_exact_mut(4).zip(state.iter()) {
            octets.copy_from_slice(&word.to_be_bytes());
        }
    }
    let mut derived = Zeroizing::new([0; 20]);
    derived
        .iter_mut()
        .zip(block.iter())
        .for_each(|(d, b)| *d = *b);
    derived
}

/// PBKDF2 with HMAC; fills `derived`.
///
/// Source: RFC 8018 section 5.2.
pub(crate) fn pbkdf2(
    hash: Hash,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    derived: &mut [u8],
) {
    let derive = match hash {
        Hash::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>,
        Hash::Sha224 => pbkdf2::pbkdf2_hmac::<Sha224>,
        Hash::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>,
        Hash::Sha384 => pbkdf2::pbkdf2_hmac::<Sha384>,
        Hash::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>,
    };
    derive(password, salt, iterations, derived);
}

/// What the derivation of PKCS #12 makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Key,
    Iv,
    MacKey,
}

/// The derivation of PKCS #12; fills `derived`. `password` is a BMPString with its terminator, or
/// empty.
///
/// Source: RFC 7292 appendix B.2.
pub(crate) fn pkcs12(
    hash: Hash,
    purpose: Purpose,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    derived: &mut [u8],
) {
    let derive = match hash {
        Hash::Sha1 => pkcs12_with::<Sha1>,
        Hash::Sha224 => pkcs12_with::<Sha224>,
        Hash::Sha256 => pkcs12_with::<Sha256>,
        Hash::Sha384 => pkcs12_with::<Sha384>,
        Hash::Sha512 => pkcs12_with::<Sha512>,
    };
    derive(purpose, password, salt, iterations, derived);
}

fn pkcs12_with<D: Digest + FixedOutputReset + BlockSizeUser>(
    purpose: Purpose,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    derived: &mut [u8],
) {
    // The names of RFC 7292: v octets a block, D the diversifier, I the input.
    let v = D::block_size();
    let diversifier = vec![
        match purpose {
            Purpose::Key => 1u8,
            Purpose::Iv => 2,
            Purpose::MacKey => 3,
        };
        v
    ];
    let whole = |octets: &[u8]| octets.len().div_ceil(v).saturating_mul(v);
    let mut input = Zeroizing::new(Vec::with_capacity(
        whole(salt).saturating_add(whole(password)),
    ));
    input.extend(salt.iter().cycle().take(whole(salt)));
    input.extend(password.iter().cycle().take(whole(password)));

    for part in derived.chunks_mut(<D as Digest>::output_size()) {
        let mut hasher = D::new();
        Digest::update(&mut hasher, &diversifier);
        Digest::update(&mut hasher, input.as_slice());
        let mut a = Digest::finalize_reset(&mut hasher);
        for _ in 1..iterations {
            let next = D::digest(&a);
            a.as_mut_slice().zeroize();
            a = next;
        }
        part.iter_mut().zip(a.iter()).for_each(|(d, a)| *d = *a);
        for block in input.chunks_exact_mut(v) {
            // I_j = (I_j + B + 1) mod 2^(8v), B being A repeated.
            let mut carry = 1u16;
            let b = a.iter().cycle().take(v);
            let b: Zeroizing<Vec<u8>> = Zeroizing::new(b.copied().collect());
            for (octet, b) in block.iter_mut().rev().zip(b.iter().rev()) {
                let [high, low] = (u16::from(*octet) + u16::from(*b) + carry).to_be_bytes();
                *octet = low;
                carry = u16::from(high);
            }
        }
        a.as_mut_slice().zeroize();
    }
}

/// HMAC of `message`.
///
/// Source: RFC 2104.
pub(crate) fn hmac(hash: Hash, key: &[u8], message: &[u8]) -> Zeroizing<Vec<u8>> {
    match hash {
        Hash::Sha1 => hmac_with::<Sha1>(key, message),
        Hash::Sha224 => hmac_with::<Sha224>(key, message),
        Hash::Sha256 => hmac_with::<Sha256>(key, message),
        Hash::Sha384 => hmac_with::<Sha384>(key, message),
        Hash::Sha512 => hmac_with::<Sha512>(key, message),
    }
}

fn hmac_with<D: EagerHash>(key: &[u8], message: &[u8]) -> Zeroizing<Vec<u8>> {
    use hmac::{KeyInit as _, Mac as _};

    let mut mac = hmac::Hmac::<D>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    Zeroizing::new(mac.finalize().into_bytes().to_vec())
}

/// Bits of the 20 octets that each round of PBKDF1 hashes.
const SHA1_CHAIN_BITS: u16 = 160;
/// The initial hash value of SHA-1 (FIPS 180-4 section 5.3.1).
const SHA1_START: [u32; 5] = [
    0x6745_2301,
    0xEFCD_AB89,
    0x98BA_DCFE,
    0x1032_5476,
    0xC3D2_E1F0,
];

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pbkdf1_of_pypinksign() {
        let derived = pbkdf1_sha1(b"WTuA8Ev0lWXVFSiI!", &hex!("C8EA2FA25023C285"), 2048);
        assert_eq!(derived[..16], hex!("6240E2686A6ABBC48C922CCBA906BB91"));
        assert_eq!(
            Sha1::digest(&derived[16..])[..16],
            hex!("4471A1FD154167F22848770D578A5B73")
        );
    }

    #[test]
    fn pbkdf2_of_rfc_6070() {
        let mut derived = [0; 20];
        pbkdf2(Hash::Sha1, b"password", b"salt", 4096, &mut derived);
        assert_eq!(derived, hex!("4b007901b765489abead49d926f721d065a429c1"));
    }

    /// The vectors of Peter Gutmann's PKCS #12 test data, as many implementations have them.
    #[test]
    fn pkcs12_of_bouncy_castle() {
        let smeg = hex!("0073006D006500670000");
        let queeg = hex!("007100750065006500670000");
        for (purpose, password, salt, iterations, expected) in [
            (
                Purpose::Key,
                &smeg[..],
                hex!("0A58CF64530D823F"),
                1,
                &hex!("8AAAE6297B6CB04642AB5B077851284EB7128F1A2A7FBCA3")[..],
            ),
            (
                Purpose::Iv,
                &smeg,
                hex!("0A58CF64530D823F"),
                1,
                &hex!("79993DFE048D3B76"),
            ),
            (
                Purpose::Key,
                &smeg,
                hex!("642B99AB44FB4B1F"),
                1,
                &hex!("F3A95FEC48D7711E985CFE67908C5AB79FA3D7C5CAA5D966"),
            ),
            (
                Purpose::Key,
                &queeg,
                hex!("05DEC959ACFF72F7"),
                1000,
                &hex!("ED2034E36328830FF09DF1E1A07DD357185DAC0D4F9EB3D4"),
            ),
            (
                Purpose::MacKey,
                &queeg,
                hex!("263216FCC2FAB31C"),
                1000,
                &hex!("5EC4C7A80DF652294C3925B6489A7AB857C83476"),
            ),
        ] {
            let mut derived = vec![0; expected.len()];
            pkcs12(
                Hash::Sha1,
                purpose,
                password,
                &salt,
                iterations,
                &mut derived,
            );
            assert_eq!(derived, expected, "{purpose:?} {iterations}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn pbkdf1_is_a_chain_of_hashes(
            password: Vec<u8>, salt: Vec<u8>, iterations in 1u32..40,
        ) {
            let mut chain = Sha1::digest([&password[..], &salt].concat());
            for _ in 1..iterations {
                chain = Sha1::digest(chain);
            }
            prop_assert_eq!(&pbkdf1_sha1(&password, &salt, iterations)[..], &chain[..]);
        }
    }
}
