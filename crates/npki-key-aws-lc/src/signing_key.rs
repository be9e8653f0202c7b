use std::fmt;

use aws_lc_rs::error::KeyRejected;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, RsaEncoding};
use npki_core::{Digest, HashAlgorithm};
use npki_key::{
    KeyError, KeyKind, PrivateKey, PublicKey, SignError, Signature, SignatureAlgorithm, SigningKey,
    Verifier, backend,
};
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;

use crate::algorithm::Row;
use crate::{AwsLcError, AwsLcVerifier};

/// Signs with AWS-LC in this process.
pub struct AwsLcSigningKey {
    verifier: AwsLcVerifier,
    algorithm: SignatureAlgorithm,
    row: &'static Row,
    key: Key,
}

enum Key {
    Rsa(KeyPair, &'static dyn RsaEncoding),
    P256(EcdsaKeyPair),
}

impl AwsLcSigningKey {
    /// A handle that signs with SHA-256: RSASSA-PKCS1-v1_5, or ECDSA.
    ///
    /// # Errors
    /// [`AwsLcError::Rejected`] for a key whose numbers contradict each other, or of less than 2,048
    /// bits.
    pub fn new(key: &PrivateKey) -> Result<Self, AwsLcError> {
        let hash = HashAlgorithm::Sha256;
        Self::with(
            key,
            match key.kind() {
                KeyKind::P256 => SignatureAlgorithm::Ecdsa(hash),
                _ => SignatureAlgorithm::RsaPkcs1(hash),
            },
        )
    }

    /// A handle that signs with this algorithm.
    ///
    /// # Errors
    /// [`AwsLcError::Unsupported`] for another hash function than SHA-256, SHA-384 or SHA-512, for
    /// another than SHA-256 with P-256, and for RSASSA-PSS unless MGF1 has the same function and the
    /// salt is as long as a digest; [`AwsLcError::Key`] when the algorithm is for other keys;
    /// otherwise as [`new`](Self::new).
    pub fn with(key: &PrivateKey, algorithm: SignatureAlgorithm) -> Result<Self, AwsLcError> {
        let (_, row) = Row::of(algorithm).ok_or(AwsLcError::Unsupported(algorithm))?;
        let key_pair = match (key.kind(), row.encoding) {
            (KeyKind::Rsa { .. }, Some(encoding)) => {
                let pair = KeyPair::from_der(key.expose_key()?).map_err(rejected)?;
                Key::Rsa(pair, encoding)
            }
            (KeyKind::P256, None) => {
                // AWS-LC binds the function to the key, and has this one pair.
                if algorithm.hash() != HashAlgorithm::Sha256 {
                    return Err(AwsLcError::Unsupported(algorithm));
                }
                let pair =
                    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.expose_der());
                Key::P256(pair.map_err(rejected)?)
            }
            _ => return Err(KeyError::WrongUse("the algorithm is for other keys").into()),
        };
        Ok(Self {
            verifier: AwsLcVerifier::new(key.public_key())?,
            algorithm,
            row,
            key: key_pair,
        })
    }
}

impl SigningKey for AwsLcSigningKey {
    fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        self.verifier.public_key()
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Signs; `rng` is not asked, AWS-LC has a generator of its own.
    fn sign_digest(
        &self,
        digest: &Digest,
        _rng: &mut dyn CryptoRng,
    ) -> Result<Signature, SignError> {
        backend::expect_hash(self.algorithm, digest)?;
        let imported = self.row.digest(digest).ok_or(SignError::Faulty)?;
        let faulty = |_| SignError::Faulty;
        let octets = match &self.key {
            Key::Rsa(pair, encoding) => {
                // The private operation compares its result with what was to be signed, through the
                // public exponent, before it gives it out (rsa_default_private_transform).
                let mut octets = vec![0; pair.public_modulus_len()];
                pair.sign_digest(*encoding, &imported, &mut octets)
                    .map_err(faulty)?;
                octets
            }
            Key::P256(pair) => {
                let octets = pair.sign_digest(&imported).map_err(faulty)?;
                self.verifier
                    .verify_digest(&self.algorithm, digest, octets.as_ref())
                    .map_err(|_| SignError::Faulty)?;
                octets.as_ref().to_vec()
            }
        };
        Ok(Signature::from_octets(octets))
    }

    /// AWS-LC's, for the keys that it takes.
    fn verifier(
        &self,
        public_key: &SubjectPublicKeyInfoOwned,
    ) -> Result<Box<dyn Verifier>, KeyError> {
        match AwsLcVerifier::new(public_key) {
            Ok(verifier) => Ok(Box::new(verifier)),
            Err(_) => Ok(Box::new(PublicKey::parse(public_key)?)),
        }
    }
}

fn rejected(why: KeyRejected) -> AwsLcError {
    AwsLcError::Rejected(why.into())
}

impl fmt::Debug for AwsLcSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            verifier: _,
            algorithm,
            row: _,
            key: _,
        } = self;
        f.debug_struct("AwsLcSigningKey")
            .field("algorithm", algorithm)
            .finish_non_exhaustive()
    }
}
