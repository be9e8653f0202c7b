use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use cryptoki::mechanism::Mechanism;
use der::Decode;
use npki_core::HashAlgorithm;
use npki_key::{DecryptError, Decryptor, KeyError};
use pkcs1::RsaPublicKeyRef;
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;
use zeroize::Zeroizing;

use crate::session::Sessions;
use crate::signing_key::Object;
use crate::unpad::{self, Rejection};
use crate::{Select, TokenError};

/// Decrypts with an RSA key that stays in a token.
///
/// The token does the bare operation; the padding is removed here.
pub(crate) struct TokenDecryptor {
    sessions: Arc<Sessions>,
    object: Object,
    public_key: SubjectPublicKeyInfoOwned,
    modulus: Vec<u8>,
    rejection: Rejection,
}

impl TokenDecryptor {
    pub(crate) fn new(
        sessions: Arc<Sessions>,
        key: Select,
        public_key: &SubjectPublicKeyInfoOwned,
    ) -> Result<Self, TokenError> {
        let octets = public_key.subject_public_key.raw_bytes();
        let modulus = RsaPublicKeyRef::from_der(octets)
            .map_err(|_| KeyError::WrongUse("only RSA keys decrypt"))?
            .modulus
            .as_bytes()
            .to_vec();
        let object = Object::new(key, public_key);
        // A secret that only this key has: what becomes of a number that nobody sends. It never leaves, and no padded
        // block looks like it.
        let number = expanded(b"npki-key-pkcs11 implicit rejection", modulus.len());
        let secret = bare(&sessions, &object, &number)?;
        let digest = HashAlgorithm::Sha256.digest(&secret);
        let mut secret = Zeroizing::new([0; 32]);
        for (to, from) in secret.iter_mut().zip(digest.octets()) {
            *to = *from;
        }
        Ok(Self {
            sessions,
            object,
            public_key: public_key.clone(),
            modulus,
            rejection: Rejection::new(secret),
        })
    }

    /// The block in a ciphertext of exactly as many octets as the modulus, and below it.
    fn block(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let fits = ciphertext.len() == self.modulus.len()
            && ciphertext.cmp(&self.modulus) == Ordering::Less;
        if !fits {
            return Err(DecryptError::Failed);
        }
        bare(&self.sessions, &self.object, ciphertext)
            .map_err(|error| DecryptError::Backend(error.into()))
    }
}

impl Decryptor for TokenDecryptor {
    fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        &self.public_key
    }

    /// Decrypts in the token; `rng` is not asked, a token blinds with a generator of its own.
    fn decrypt_pkcs1(
        &self,
        ciphertext: &[u8],
        _rng: &mut dyn CryptoRng,
    ) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let block = self.block(ciphertext)?;
        Ok(self.rejection.pkcs1(ciphertext, &block))
    }

    /// As [`decrypt_pkcs1`](Decryptor::decrypt_pkcs1).
    fn decrypt_oaep(
        &self,
        hash: HashAlgorithm,
        mgf_hash: HashAlgorithm,
        label: &[u8],
        ciphertext: &[u8],
        _rng: &mut dyn CryptoRng,
    ) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let block = self.block(ciphertext)?;
        unpad::oaep(hash, mgf_hash, label, &block).ok_or(DecryptError::Failed)
    }
}

/// The private operation on a number, in as many octets as it has.
fn bare(
    sessions: &Sessions,
    object: &Object,
    number: &[u8],
) -> Result<Zeroizing<Vec<u8>>, TokenError> {
    let found = sessions.with(|open| {
        let object = object.of(open)?;
        let found = open.session.decrypt(&Mechanism::RsaX509, object, number)?;
        Ok(Zeroizing::new(found))
    })?;
    // Some tokens leave out leading zeros.
    let missing = number.len().saturating_sub(found.len());
    let mut block = Zeroizing::new(vec![0; number.len()]);
    for (to, from) in block.iter_mut().skip(missing).zip(found.iter()) {
        *to = *from;
    }
    Ok(block)
}

/// `label` stretched to a number of so many octets that is below every modulus of this length.
fn expanded(label: &[u8], octets: usize) -> Vec<u8> {
    let mut number = vec![0];
    let mut counter = 0_u32;
    while number.len() < octets {
        let part = [label, &counter.to_be_bytes()].concat();
        number.extend_from_slice(HashAlgorithm::Sha256.digest(&part).octets());
        counter = counter.wrapping_add(1);
    }
    number.truncate(octets);
    number
}

impl fmt::Debug for TokenDecryptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            sessions,
            object,
            public_key: _,
            modulus,
            rejection: _,
        } = self;
        f.debug_struct("TokenDecryptor")
            .field("token", &sessions.token().label)
            .field("key", object.key())
            .field("octets", &modulus.len())
            .finish_non_exhaustive()
    }
}
