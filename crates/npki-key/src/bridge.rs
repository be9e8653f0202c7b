use core::convert::Infallible;

use der::{Document, Encode};
use npki_core::HashAlgorithm;
use rand_core::{TryCryptoRng, TryRng};
use signature::{Keypair, RandomizedSigner};
use spki::{
    AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, EncodePublicKey,
    SubjectPublicKeyInfoOwned,
};
use zeroize::Zeroizing;

use crate::{Signature, SigningKey};

/// A handle as the RustCrypto traits see it, so that x509-cert's builders take it.
///
/// Use the builders' `…_with_rng` methods: an unrandomised signer is not offered, because RSA
/// would sign unblinded.
#[derive(Clone, Copy, Debug)]
pub struct Bridge<'a>(pub &'a dyn SigningKey);

/// The public key of a [`Bridge`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeKey(SubjectPublicKeyInfoOwned);

impl RandomizedSigner<Signature> for Bridge<'_> {
    fn try_sign_with_rng<R: TryCryptoRng + ?Sized>(
        &self,
        rng: &mut R,
        message: &[u8],
    ) -> Result<Signature, signature::Error> {
        let mut seed = Zeroizing::new([0; 32]);
        rng.try_fill_bytes(seed.as_mut_slice())
            .map_err(|_| signature::Error::new())?;
        self.0
            .sign(message, &mut Expanded::new(seed))
            .map_err(signature::Error::from_source)
    }
}

/// What 32 octets of a generator that may fail are stretched to: SHA-256 of the seed and a counter.
///
/// The handles take a generator that does not fail. One seed serves one signature (a blinding, a
/// salt, a part of a nonce), so nothing is asked of it beyond that.
pub(crate) struct Expanded {
    seed: Zeroizing<[u8; 32]>,
    counter: u64,
}

impl Expanded {
    pub(crate) const fn new(seed: Zeroizing<[u8; 32]>) -> Self {
        Self { seed, counter: 0 }
    }
}

impl TryRng for Expanded {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut octets = [0; 4];
        self.try_fill_bytes(&mut octets)?;
        Ok(u32::from_le_bytes(octets))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut octets = [0; 8];
        self.try_fill_bytes(&mut octets)?;
        Ok(u64::from_le_bytes(octets))
    }

    fn try_fill_bytes(&mut self, wanted: &mut [u8]) -> Result<(), Infallible> {
        for part in wanted.chunks_mut(HashAlgorithm::Sha256.digest_len()) {
            let mut hasher = HashAlgorithm::Sha256.hasher();
            hasher.update(self.seed.as_slice());
            hasher.update(&self.counter.to_be_bytes());
            self.counter = self.counter.wrapping_add(1);
            for (octet, made) in part.iter_mut().zip(hasher.finish().octets()) {
                *octet = *made;
            }
        }
        Ok(())
    }
}

impl TryCryptoRng for Expanded {}

impl Keypair for Bridge<'_> {
    type VerifyingKey = BridgeKey;

    fn verifying_key(&self) -> BridgeKey {
        BridgeKey(self.0.public_key().clone())
    }
}

impl DynSignatureAlgorithmIdentifier for Bridge<'_> {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        Ok(self.0.algorithm().identifier())
    }
}

impl EncodePublicKey for BridgeKey {
    fn to_public_key_der(&self) -> spki::Result<Document> {
        Ok(Document::try_from(self.0.to_der()?)?)
    }
}
