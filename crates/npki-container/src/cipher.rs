use core::fmt;

use cbc::Encryptor;
use cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeEncrypt, BlockSizeUser, InnerIvInit, KeyInit,
    array::Array, block_padding::Pkcs7,
};
use const_oid::ObjectIdentifier;
use npki_seed::Seed;
use subtle::{Choice, ConstantTimeEq, ConstantTimeGreater};
use zeroize::Zeroizing;

/// A block cipher in CBC mode with the padding of PKCS #7, as key containers and CMS use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CbcCipher {
    /// SEED-128 (RFC 4269), the cipher of joint certificates.
    Seed,
    /// ARIA with 128 bits of key (RFC 5794).
    Aria128,
    /// ARIA with 192 bits of key.
    Aria192,
    /// ARIA with 256 bits of key.
    Aria256,
    /// AES with 128 bits of key (FIPS 197).
    Aes128,
    /// AES with 192 bits of key.
    Aes192,
    /// AES with 256 bits of key.
    Aes256,
    /// Triple DES with three keys.
    TripleDes,
    /// Triple DES with two keys; in the encryption schemes of PKCS #12 only.
    TripleDesTwoKeys,
    /// RC2 with 40 bits of key (RFC 2268); in the encryption schemes of PKCS #12 only.
    Rc2Bits40,
    /// RC2 with 128 bits of key; in the encryption schemes of PKCS #12 only.
    Rc2Bits128,
}

/// Why something was not enciphered or deciphered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CbcError {
    /// The caller's key does not fit the cipher.
    #[error("a key of {cipher} has {wanted} octets, not {found}")]
    KeyLength {
        /// The cipher.
        cipher: CbcCipher,
        /// Octets wanted.
        wanted: usize,
        /// Octets found.
        found: usize,
    },
    /// The caller's initialization vector does not fit the cipher.
    #[error("an initialization vector of {cipher} has {wanted} octets, not {found}")]
    IvLength {
        /// The cipher.
        cipher: CbcCipher,
        /// Octets wanted.
        wanted: usize,
        /// Octets found.
        found: usize,
    },
    /// Wrong key or damaged ciphertext; which of them, and where, is not told.
    #[error("wrong key or damaged ciphertext")]
    WrongKeyOrDamaged,
}

impl CbcCipher {
    /// The ciphers with an object identifier of their own.
    pub const ALL: &'static [Self] = &[
        Self::Seed,
        Self::Aria128,
        Self::Aria192,
        Self::Aria256,
        Self::Aes128,
        Self::Aes192,
        Self::Aes256,
        Self::TripleDes,
    ];

    /// The object identifier; its parameter is the initialization vector as an OCTET STRING.
    /// `None` where the cipher is only named together with a derivation.
    ///
    /// Source: RFC 4010 (SEED), RFC 6209 and KS X 1213 (ARIA), RFC 8018 appendix B.2.
    #[must_use]
    pub const fn oid(self) -> Option<ObjectIdentifier> {
        Some(ObjectIdentifier::new_unwrap(match self {
            Self::Seed => "1.2.410.200004.1.4",
            Self::Aria128 => "1.2.410.200046.1.1.2",
            Self::Aria192 => "1.2.410.200046.1.1.7",
            Self::Aria256 => "1.2.410.200046.1.1.12",
            Self::Aes128 => return Some(pkcs5::pbes2::AES_128_CBC_OID),
            Self::Aes192 => return Some(pkcs5::pbes2::AES_192_CBC_OID),
            Self::Aes256 => return Some(pkcs5::pbes2::AES_256_CBC_OID),
            Self::TripleDes => return Some(pkcs5::pbes2::DES_EDE3_CBC_OID),
            Self::TripleDesTwoKeys | Self::Rc2Bits40 | Self::Rc2Bits128 => return None,
        }))
    }

    /// The cipher with this object identifier.
    #[must_use]
    pub fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.oid() == Some(oid))
    }

    /// Octets of a key.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::Seed
            | Self::Aria128
            | Self::Aes128
            | Self::TripleDesTwoKeys
            | Self::Rc2Bits128 => 16,
            Self::Aria192 | Self::Aes192 | Self::TripleDes => 24,
            Self::Aria256 | Self::Aes256 => 32,
            Self::Rc2Bits40 => 5,
        }
    }

    /// Octets of a block and of an initialization vector.
    #[must_use]
    pub const fn block_len(self) -> usize {
        match self {
            Self::Seed
            | Self::Aria128
            | Self::Aria192
            | Self::Aria256
            | Self::Aes128
            | Self::Aes192
            | Self::Aes256 => 16,
            Self::TripleDes | Self::TripleDesTwoKeys | Self::Rc2Bits40 | Self::Rc2Bits128 => 8,
        }
    }

    /// Pads and enciphers.
    ///
    /// # Errors
    /// [`CbcError::KeyLength`], [`CbcError::IvLength`].
    pub fn encrypt(self, key: &[u8], iv: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, CbcError> {
        self.check(key, iv)?;
        let room = plaintext.len().saturating_add(self.block_len());
        let mut buffer = Zeroizing::new(Vec::with_capacity(room));
        buffer.extend_from_slice(plaintext);
        buffer.resize(room, 0);
        let length = plaintext.len();
        let ciphertext = match self {
            Self::Seed => encrypt::<Seed>(key, iv, &mut buffer, length),
            Self::Aria128 => encrypt::<aria::Aria128>(key, iv, &mut buffer, length),
            Self::Aria192 => encrypt::<aria::Aria192>(key, iv, &mut buffer, length),
            Self::Aria256 => encrypt::<aria::Aria256>(key, iv, &mut buffer, length),
            Self::Aes128 => encrypt::<aes::Aes128>(key, iv, &mut buffer, length),
            Self::Aes192 => encrypt::<aes::Aes192>(key, iv, &mut buffer, length),
            Self::Aes256 => encrypt::<aes::Aes256>(key, iv, &mut buffer, length),
            Self::TripleDes => encrypt::<des::TdesEde3>(key, iv, &mut buffer, length),
            Self::TripleDesTwoKeys => encrypt::<des::TdesEde2>(key, iv, &mut buffer, length),
            Self::Rc2Bits40 | Self::Rc2Bits128 => encrypt::<rc2::Rc2>(key, iv, &mut buffer, length),
        };
        ciphertext
            .map(<[u8]>::to_vec)
            .ok_or(CbcError::WrongKeyOrDamaged)
    }

    /// Deciphers and takes the padding off.
    ///
    /// Whether and where the padding is wrong cannot be told from the time this takes.
    ///
    /// # Errors
    /// [`CbcError::KeyLength`], [`CbcError::IvLength`]; [`CbcError::WrongKeyOrDamaged`] if the
    /// ciphertext is not whole blocks, at least one, or the padding is not that of PKCS #7.
    pub fn decrypt(
        self,
        key: &[u8],
        iv: &[u8],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CbcError> {
        self.check(key, iv)?;
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        match self {
            Self::Seed => decrypt::<Seed>(key, iv, ciphertext, &mut buffer),
            Self::Aria128 => decrypt::<aria::Aria128>(key, iv, ciphertext, &mut buffer),
            Self::Aria192 => decrypt::<aria::Aria192>(key, iv, ciphertext, &mut buffer),
            Self::Aria256 => decrypt::<aria::Aria256>(key, iv, ciphertext, &mut buffer),
            Self::Aes128 => decrypt::<aes::Aes128>(key, iv, ciphertext, &mut buffer),
            Self::Aes192 => decrypt::<aes::Aes192>(key, iv, ciphertext, &mut buffer),
            Self::Aes256 => decrypt::<aes::Aes256>(key, iv, ciphertext, &mut buffer),
            Self::TripleDes => decrypt::<des::TdesEde3>(key, iv, ciphertext, &mut buffer),
            Self::TripleDesTwoKeys => decrypt::<des::TdesEde2>(key, iv, ciphertext, &mut buffer),
            Self::Rc2Bits40 | Self::Rc2Bits128 => {
                decrypt::<rc2::Rc2>(key, iv, ciphertext, &mut buffer)
            }
        }
        .ok_or(CbcError::WrongKeyOrDamaged)?;
        let length = unpadded_len(&buffer, self.block_len()).ok_or(CbcError::WrongKeyOrDamaged)?;
        buffer.truncate(length);
        Ok(buffer)
    }

    fn check(self, key: &[u8], iv: &[u8]) -> Result<(), CbcError> {
        if key.len() != self.key_len() {
            return Err(CbcError::KeyLength {
                cipher: self,
                wanted: self.key_len(),
                found: key.len(),
            });
        }
        if iv.len() != self.block_len() {
            return Err(CbcError::IvLength {
                cipher: self,
                wanted: self.block_len(),
                found: iv.len(),
            });
        }
        Ok(())
    }
}

impl fmt::Display for CbcCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seed => "SEED-CBC",
            Self::Aria128 => "ARIA-128-CBC",
            Self::Aria192 => "ARIA-192-CBC",
            Self::Aria256 => "ARIA-256-CBC",
            Self::Aes128 => "AES-128-CBC",
            Self::Aes192 => "AES-192-CBC",
            Self::Aes256 => "AES-256-CBC",
            Self::TripleDes => "DES-EDE3-CBC",
            Self::TripleDesTwoKeys => "DES-EDE-CBC",
            Self::Rc2Bits40 => "RC2-40-CBC",
            Self::Rc2Bits128 => "RC2-128-CBC",
        })
    }
}

/// `buffer` holds the plaintext and room for the padding behind it.
fn encrypt<'a, C>(key: &[u8], iv: &[u8], buffer: &'a mut [u8], length: usize) -> Option<&'a [u8]>
where
    C: BlockCipherEncrypt + KeyInit + BlockSizeUser,
{
    let cipher = C::new_from_slice(key).ok()?;
    Encryptor::inner_iv_slice_init(cipher, iv)
        .ok()?
        .encrypt_padded::<Pkcs7>(buffer, length)
        .ok()
}

/// `buffer` holds the ciphertext.
///
/// The blocks do not wait for each other, so all go to the cipher at once and the XOR of CBC comes
/// after: a bitsliced cipher takes a short message in a few groups, where the mode of the `cbc`
/// crate would take what is left of a group one by one.
fn decrypt<C>(key: &[u8], iv: &[u8], ciphertext: &[u8], buffer: &mut [u8]) -> Option<()>
where
    C: BlockCipherDecrypt + KeyInit + BlockSizeUser,
{
    let cipher = C::new_from_slice(key).ok()?;
    let (blocks, rest) = Array::slice_as_chunks_mut(buffer);
    if !rest.is_empty() {
        return None;
    }
    cipher.decrypt_blocks(blocks);
    for (octet, before) in buffer.iter_mut().zip(iv.iter().chain(ciphertext)) {
        *octet ^= before;
    }
    Some(())
}

/// The length without the padding. Every octet of the last block is looked at, whatever it holds.
fn unpadded_len(plaintext: &[u8], block_len: usize) -> Option<usize> {
    let count = *plaintext.last()?;
    let block = plaintext.get(plaintext.len().checked_sub(block_len)?..)?;
    let block_len = u8::try_from(block_len).ok()?;
    let mut fine = !count.ct_eq(&0) & !count.ct_gt(&block_len);
    for (from_end, octet) in (0..block_len).zip(block.iter().rev()) {
        let is_padding: Choice = count.ct_gt(&from_end);
        fine &= !is_padding | octet.ct_eq(&count);
    }
    // One branch, on whether all of it is fine.
    if bool::from(fine) {
        plaintext.len().checked_sub(usize::from(count))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;

    use super::*;

    const PBE_ONLY: [CbcCipher; 3] = [
        CbcCipher::TripleDesTwoKeys,
        CbcCipher::Rc2Bits40,
        CbcCipher::Rc2Bits128,
    ];

    #[test]
    fn seed_vector_of_pypinksign() {
        assert_eq!(
            CbcCipher::Seed
                .encrypt(
                    b"abcdefghijklmnop",
                    b"0123456789abcdef",
                    b"TEST_MSG_IS_QUITE_LONG_ENOUGH!"
                )
                .unwrap(),
            hex!("CE9B783DE4DD93BF52ADBB3E59A7435B49D71E45703460FBDC655E2C5CA35FEC")
        );
    }

    #[test]
    fn oids_lead_back() {
        for cipher in CbcCipher::ALL {
            assert_eq!(CbcCipher::from_oid(cipher.oid().unwrap()), Some(*cipher));
        }
        assert!(PBE_ONLY.iter().all(|c| c.oid().is_none()));
    }

    #[test]
    fn padding_table() {
        let block = |tail: &[u8]| [vec![0xAA; 16 - tail.len()], tail.to_vec()].concat();
        for (plaintext, length) in [
            (block(&[1]), Some(15)),
            (block(&[2, 2]), Some(14)),
            (vec![16; 16], Some(0)),
            ([vec![9; 16], vec![16; 16]].concat(), Some(16)),
            (block(&[0]), None),
            (block(&[17]), None),
            (vec![17; 32], None),
            (block(&[255]), None),
            (block(&[3, 2]), None),
            (block(&[1, 3, 3]), None),
            (vec![], None),
            (vec![1; 15], None),
        ] {
            assert_eq!(unpadded_len(&plaintext, 16), length, "{plaintext:02X?}");
        }
    }

    #[test]
    fn lengths_are_told_apart_from_damage() {
        let cipher = CbcCipher::Seed;
        assert!(matches!(
            cipher.decrypt(&[0; 15], &[0; 16], &[0; 16]),
            Err(CbcError::KeyLength { found: 15, .. })
        ));
        assert!(matches!(
            cipher.encrypt(&[0; 16], &[0; 17], &[]),
            Err(CbcError::IvLength { found: 17, .. })
        ));
        for length in [0, 15, 17] {
            assert_eq!(
                cipher.decrypt(&[0; 16], &[0; 16], &vec![0; length]),
                Err(CbcError::WrongKeyOrDamaged)
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn decrypt_undoes_encrypt(plaintext: Vec<u8>, key: [u8; 32], iv: [u8; 16]) {
            for cipher in CbcCipher::ALL.iter().chain(&PBE_ONLY) {
                let (key, iv) = (&key[..cipher.key_len()], &iv[..cipher.block_len()]);
                let ciphertext = cipher.encrypt(key, iv, &plaintext).unwrap();
                prop_assert_eq!(ciphertext.len() % cipher.block_len(), 0);
                prop_assert!(ciphertext.len() > plaintext.len());
                let back = cipher.decrypt(key, iv, &ciphertext).unwrap();
                prop_assert_eq!(&*back, &plaintext);
            }
        }

        #[test]
        fn no_ciphertext_is_a_panic(ciphertext: Vec<u8>) {
            for cipher in CbcCipher::ALL.iter().chain(&PBE_ONLY) {
                let (key, iv) = (vec![1; cipher.key_len()], vec![2; cipher.block_len()]);
                let _ = cipher.decrypt(&key, &iv, &ciphertext);
            }
        }
    }
}
