//! What holds for every key and every number of blocks.

use cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use npki_seed::{Seed, cipher};
use proptest::prelude::*;

proptest! {
    #[test]
    fn decrypting_undoes_encrypting(key: [u8; 16], text in blocks(0..=70)) {
        let seed = Seed::new(&key.into());
        let mut work = text.clone();
        seed.encrypt_blocks(&mut work);
        seed.decrypt_blocks(&mut work);
        prop_assert_eq!(&work, &text);
        seed.decrypt_blocks(&mut work);
        seed.encrypt_blocks(&mut work);
        prop_assert_eq!(&work, &text);
    }

    #[test]
    fn other_buffer_and_same_buffer_agree(key: [u8; 16], text in blocks(0..=70)) {
        let seed = Seed::new(&key.into());
        let mut other = vec![Block::<Seed>::default(); text.len()];
        let mut same = text.clone();
        seed.encrypt_blocks_b2b(&text, &mut other).unwrap();
        seed.encrypt_blocks(&mut same);
        prop_assert_eq!(&other, &same);
        seed.decrypt_blocks_b2b(&text, &mut other).unwrap();
        same.clone_from(&text);
        seed.decrypt_blocks(&mut same);
        prop_assert_eq!(&other, &same);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn together_is_one_by_one_for_every_count(key: [u8; 16], text in blocks(70..=70)) {
        let seed = Seed::new(&key.into());
        let mut encrypted = text.clone();
        encrypted.iter_mut().for_each(|block| seed.encrypt_block(block));
        let mut decrypted = text.clone();
        decrypted.iter_mut().for_each(|block| seed.decrypt_block(block));

        for count in 0..=70 {
            let mut work = text.clone();
            seed.encrypt_blocks(&mut work[..count]);
            prop_assert_eq!(&work[..count], &encrypted[..count]);
            prop_assert_eq!(&work[count..], &text[count..]);

            let mut work = text.clone();
            seed.decrypt_blocks(&mut work[..count]);
            prop_assert_eq!(&work[..count], &decrypted[..count]);
            prop_assert_eq!(&work[count..], &text[count..]);
        }
    }
}

fn blocks(count: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<Block<Seed>>> {
    prop::collection::vec(any::<[u8; 16]>().prop_map(Into::into), count)
}
