use crate::key_schedule::{RoundKey, RoundKeys, expand};
use crate::rounds::{Batch, Block, one};
use cipher::{
    AlgorithmName, BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherDecrypt,
    BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, InOut,
    InOutBuf, Key, KeyInit, KeySizeUser, ParBlocks, ParBlocksSizeUser,
    consts::{U16, U32},
    zeroize::{Zeroize, ZeroizeOnDrop},
};
use core::fmt;

/// SEED with one 16-byte key, ready to encrypt and decrypt blocks of 16 bytes.
///
/// Wiped when dropped. It has no `Clone`: pass it by reference, which is a cipher too.
///
/// # Security
///
/// A block cipher alone hides nothing about equal blocks and protects nothing against change. Use it
/// inside a mode, and check integrity by other means.
///
/// Source: RFC 4269.
pub struct Seed {
    round_keys: RoundKeys,
}

impl KeySizeUser for Seed {
    type KeySize = U16;
}

impl BlockSizeUser for Seed {
    type BlockSize = U16;
}

impl KeyInit for Seed {
    fn new(key: &Key<Self>) -> Self {
        let mut seed = Self {
            round_keys: [[0; 2]; 16],
        };
        expand(key, &mut seed.round_keys);
        seed
    }
}

impl BlockCipherEncrypt for Seed {
    #[inline]
    fn encrypt_with_backend(&self, f: impl BlockCipherEncClosure<BlockSize = U16>) {
        f.call(&Backend {
            round_keys: &self.round_keys,
        });
    }
}

impl BlockCipherDecrypt for Seed {
    #[inline]
    fn decrypt_with_backend(&self, f: impl BlockCipherDecClosure<BlockSize = U16>) {
        f.call(&Backend {
            round_keys: &self.round_keys,
        });
    }
}

impl AlgorithmName for Seed {
    fn write_alg_name(f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed")
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { round_keys: _ } = self;
        f.write_str("Seed { .. }")
    }
}

impl Drop for Seed {
    fn drop(&mut self) {
        self.round_keys.zeroize();
    }
}

impl ZeroizeOnDrop for Seed {}

/// What the modes of operation call, for both directions.
struct Backend<'a> {
    round_keys: &'a RoundKeys,
}

impl BlockSizeUser for Backend<'_> {
    type BlockSize = U16;
}

impl ParBlocksSizeUser for Backend<'_> {
    /// 8 × [`WIDE`]. More would be faster where vectors are wider than 128 bits, but modes such as `cbc`
    /// take what is left of a message after the last full group block by block.
    type ParBlocksSize = U32;
}

impl BlockCipherEncBackend for Backend<'_> {
    #[inline]
    fn encrypt_block(&self, mut block: InOut<'_, '_, Block>) {
        *block.get_out() = one(self.round_keys.iter(), block.get_in());
    }

    #[inline]
    fn encrypt_par_blocks(&self, blocks: InOut<'_, '_, ParBlocks<Self>>) {
        many::<WIDE>(self.round_keys.iter(), blocks.into_buf());
    }

    #[inline]
    fn encrypt_tail_blocks(&self, blocks: InOutBuf<'_, '_, Block>) {
        tail(self.round_keys.iter(), blocks);
    }
}

impl BlockCipherDecBackend for Backend<'_> {
    #[inline]
    fn decrypt_block(&self, mut block: InOut<'_, '_, Block>) {
        *block.get_out() = one(self.round_keys.iter().rev(), block.get_in());
    }

    #[inline]
    fn decrypt_par_blocks(&self, blocks: InOut<'_, '_, ParBlocks<Self>>) {
        many::<WIDE>(self.round_keys.iter().rev(), blocks.into_buf());
    }

    #[inline]
    fn decrypt_tail_blocks(&self, blocks: InOutBuf<'_, '_, Block>) {
        tail(self.round_keys.iter().rev(), blocks);
    }
}

/// Fewer than 32 blocks, in the narrowest form that takes them together.
fn tail<'k>(keys: impl Iterator<Item = &'k RoundKey>, blocks: InOutBuf<'_, '_, Block>) {
    match blocks.len() {
        0 => {}
        1..=8 => many::<1>(keys, blocks),
        _ => many::<WIDE>(keys, blocks),
    }
}

/// Up to 8 × `N` blocks together.
fn many<'k, const N: usize>(
    keys: impl Iterator<Item = &'k RoundKey>,
    mut blocks: InOutBuf<'_, '_, Block>,
) {
    let mut batch = Batch::<N>::read(blocks.get_in());
    batch.run(keys);
    batch.write(blocks.get_out());
}

/// Groups of eight blocks that go together: four 32-bit words fill a 128-bit vector, which every x86-64
/// and AArch64 has.
const WIDE: usize = 4;
