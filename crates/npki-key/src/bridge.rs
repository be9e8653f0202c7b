use der::{Document, Encode};
use rand_core::TryCryptoRng;
use signature::{Keypair, RandomizedSigner};
use spki::{
    AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, EncodePublicKey,
    SubjectPublicKeyInfoOwned,
};

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
        _rng: &mut R,
        _message: &[u8],
    ) -> Result<Signature, signature::Error> {
        todo!()
    }
}

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
