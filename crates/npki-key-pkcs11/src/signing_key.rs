use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::ObjectHandle;
use npki_core::{Digest, HashAlgorithm};
use npki_key::backend::{self, Checked};
use npki_key::{KeyError, SignError, Signature, SignatureAlgorithm, SigningKey};
use rand_core::CryptoRng;
use spki::SubjectPublicKeyInfoOwned;

use crate::session::{Open, Sessions, WorkError};
use crate::{Select, TokenError, token};

/// Signs with a key that stays in a token.
pub(crate) struct TokenSigningKey {
    sessions: Arc<Sessions>,
    object: Object,
    checked: Checked,
}

/// A key's object, looked up once in each session.
pub(crate) struct Object {
    key: Select,
    public_key: SubjectPublicKeyInfoOwned,
    found: Mutex<Option<(u64, ObjectHandle)>>,
}

impl TokenSigningKey {
    pub(crate) fn new(
        sessions: Arc<Sessions>,
        key: Select,
        public_key: &SubjectPublicKeyInfoOwned,
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, TokenError> {
        Ok(Self {
            sessions,
            object: Object::new(key, public_key),
            checked: Checked::new(public_key, algorithm)?,
        })
    }

    /// What the token is given, and how it signs that.
    fn asked(&self, digest: &Digest) -> Result<(Mechanism<'static>, Vec<u8>), TokenError> {
        let octets = digest.octets().to_vec();
        match self.checked.algorithm() {
            SignatureAlgorithm::RsaPkcs1(_) => {
                Ok((Mechanism::RsaPkcs, backend::digest_info(digest)))
            }
            SignatureAlgorithm::RsaPss {
                hash,
                mgf_hash,
                salt_len,
            } => {
                let (hash_alg, _) = names(hash)?;
                let (_, mgf) = names(mgf_hash)?;
                let s_len = u64::from(salt_len).into();
                let params = PkcsPssParams {
                    hash_alg,
                    mgf,
                    s_len,
                };
                Ok((Mechanism::RsaPkcsPss(params), octets))
            }
            SignatureAlgorithm::Ecdsa(_) => Ok((Mechanism::Ecdsa, octets)),
            _ => Err(KeyError::WrongUse("an algorithm that this crate does not know").into()),
        }
    }

    fn sign_in_token(&self, digest: &Digest) -> Result<Vec<u8>, TokenError> {
        let (mechanism, octets) = self.asked(digest)?;
        self.sessions.with(|open| {
            let object = self.object.of(open)?;
            Ok(open.session.sign(&mechanism, object, &octets)?)
        })
    }
}

impl SigningKey for TokenSigningKey {
    fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        self.checked.public_key()
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.checked.algorithm()
    }

    /// Signs in the token; `rng` is not asked, a token has a generator of its own.
    fn sign_digest(
        &self,
        digest: &Digest,
        _rng: &mut dyn CryptoRng,
    ) -> Result<Signature, SignError> {
        backend::expect_hash(self.algorithm(), digest)?;
        let octets = self
            .sign_in_token(digest)
            .map_err(|error| SignError::Backend(error.into()))?;
        let octets = match self.algorithm() {
            SignatureAlgorithm::Ecdsa(_) => {
                backend::ecdsa_signature(&octets).ok_or(SignError::Faulty)?
            }
            _ => octets,
        };
        self.checked.signature(digest, octets)
    }
}

impl Object {
    pub(crate) fn new(key: Select, public_key: &SubjectPublicKeyInfoOwned) -> Self {
        Self {
            key,
            public_key: public_key.clone(),
            found: Mutex::new(None),
        }
    }

    pub(crate) const fn key(&self) -> &Select {
        &self.key
    }

    /// The object in this session. In place of the key that the handle was made for there may be
    /// another by now: it is not used.
    pub(crate) fn of(&self, open: &Open<'_>) -> Result<ObjectHandle, WorkError> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        match *found {
            Some((number, object)) if number == open.number => Ok(object),
            _ => {
                let object = token::find(open.session, &self.key)?;
                let now = token::describe(open.session, object)?.public_key;
                if now.as_ref() != Some(&self.public_key) {
                    return Err(TokenError::NoKey.into());
                }
                *found = Some((open.number, object));
                Ok(object)
            }
        }
    }
}

fn names(hash: HashAlgorithm) -> Result<(MechanismType, PkcsMgfType), TokenError> {
    match hash {
        HashAlgorithm::Sha1 => Ok((MechanismType::SHA1, PkcsMgfType::MGF1_SHA1)),
        HashAlgorithm::Sha224 => Ok((MechanismType::SHA224, PkcsMgfType::MGF1_SHA224)),
        HashAlgorithm::Sha256 => Ok((MechanismType::SHA256, PkcsMgfType::MGF1_SHA256)),
        HashAlgorithm::Sha384 => Ok((MechanismType::SHA384, PkcsMgfType::MGF1_SHA384)),
        HashAlgorithm::Sha512 => Ok((MechanismType::SHA512, PkcsMgfType::MGF1_SHA512)),
        _ => Err(KeyError::WrongUse("a hash function that PKCS #11 has no name for").into()),
    }
}

impl fmt::Debug for TokenSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSigningKey")
            .field("token", &self.sessions.token().label)
            .field("key", &self.object.key)
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}
