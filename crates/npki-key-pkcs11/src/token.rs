use std::sync::Arc;

use const_oid::db::rfc5912::SECP_256_R_1;
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use der::Encode;
use npki_core::HashAlgorithm;
use npki_key::{Decryptor, KeyError, KeyKind, PublicKey, SignatureAlgorithm, SigningKey};

use crate::decryptor::TokenDecryptor;
use crate::session::{Sessions, WorkError};
use crate::signing_key::TokenSigningKey;
use crate::{KeyId, KeyInfo, Pin, PinTries, Select, TokenError, TokenInfo, Usage, public_key};

/// A token that is logged in to.
///
/// It has one session, and so have all handles made from it: they wait for each other. Clones share
/// it; another [`Module::log_in`](crate::Module::log_in) gives another one.
#[derive(Clone, Debug)]
pub struct Token(Arc<Sessions>);

impl Token {
    pub(crate) const fn new(sessions: Arc<Sessions>) -> Self {
        Self(sessions)
    }

    /// What it is, as it was found when it was logged in to.
    #[must_use]
    pub fn info(&self) -> &TokenInfo {
        self.0.token()
    }

    /// How many wrong PINs it takes now.
    ///
    /// # Errors
    /// [`TokenError::Gone`].
    pub fn pin_tries(&self) -> Result<PinTries, TokenError> {
        self.0.tries()
    }

    /// Logs in again after [`TokenError::LoggedOut`], with a PIN that was just asked for. Handles
    /// made before work again.
    ///
    /// # Errors
    /// As [`Module::log_in`](crate::Module::log_in).
    pub fn log_in_again(&self, pin: Pin) -> Result<(), TokenError> {
        self.0.log_in(pin)
    }

    /// The private keys in it, whoever made them.
    ///
    /// # Errors
    /// [`TokenError::LoggedOut`], [`TokenError::Gone`], [`TokenError::Failed`].
    pub fn keys(&self) -> Result<Vec<KeyInfo>, TokenError> {
        self.0.with(|open| {
            let found = open
                .session
                .find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)])?;
            found
                .into_iter()
                .map(|object| describe(open.session, object))
                .collect()
        })
    }

    /// Makes a key pair that never leaves the token: RSA with 2,048, 3,072 or 4,096 bits and
    /// e = 65,537, or P-256.
    ///
    /// # Errors
    /// [`TokenError::Exists`] when the id is taken; [`TokenError::Unsupported`] when the token does
    /// not make such keys; [`TokenError::Key`] for another length, or a curve that is to decrypt.
    pub fn generate(
        &self,
        kind: KeyKind,
        usage: Usage,
        id: &KeyId,
        label: &str,
    ) -> Result<KeyInfo, TokenError> {
        let (mechanism, mut public) = mechanism(kind, usage)?;
        let signs = usage == Usage::Sign;
        public.extend([
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Id(id.octets().to_vec()),
            Attribute::Label(label.as_bytes().to_vec()),
            Attribute::Verify(signs),
            Attribute::Encrypt(!signs),
        ]);
        let private = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Id(id.octets().to_vec()),
            Attribute::Label(label.as_bytes().to_vec()),
            Attribute::Sign(signs),
            Attribute::Decrypt(!signs),
            Attribute::Unwrap(false),
            Attribute::Derive(false),
        ];
        self.0.with(|open| {
            let taken = open
                .session
                .find_objects(&[Attribute::Id(id.octets().to_vec())])?;
            if !taken.is_empty() {
                return Err(TokenError::Exists.into());
            }
            let (_, object) = open
                .session
                .generate_key_pair(&mechanism, &public, &private)?;
            describe(open.session, object)
        })
    }

    /// Takes a key pair out of the token, for good.
    ///
    /// # Errors
    /// [`TokenError::NoKey`], [`TokenError::SeveralKeys`], and those of the token.
    pub fn destroy(&self, key: &Select) -> Result<(), TokenError> {
        self.0.with(|open| {
            let object = find(open.session, key)?;
            if let Some(id) = id_of(open.session, object)? {
                for public in open.session.find_objects(&[
                    Attribute::Class(ObjectClass::PUBLIC_KEY),
                    Attribute::Id(id.octets().to_vec()),
                ])? {
                    open.session.destroy_object(public)?;
                }
            }
            Ok(open.session.destroy_object(object)?)
        })
    }

    /// A handle that signs with SHA-256: RSASSA-PKCS1-v1_5, or ECDSA.
    ///
    /// # Errors
    /// [`TokenError::NoKey`], [`TokenError::SeveralKeys`], [`TokenError::NoPublicKey`].
    pub fn signing_key(&self, key: &Select) -> Result<Box<dyn SigningKey>, TokenError> {
        let info = self.find(key)?;
        let public_key = info.public_key.as_ref().ok_or(TokenError::NoPublicKey)?;
        let hash = HashAlgorithm::Sha256;
        let algorithm = match PublicKey::parse(public_key)?.rsa_bits() {
            Some(_) => SignatureAlgorithm::RsaPkcs1(hash),
            None => SignatureAlgorithm::Ecdsa(hash),
        };
        self.handle(key, &info, algorithm)
    }

    /// A handle that signs with this algorithm.
    ///
    /// # Errors
    /// As [`signing_key`](Self::signing_key), and [`TokenError::Key`] when the algorithm does not go
    /// with the key.
    pub fn signing_key_with(
        &self,
        key: &Select,
        algorithm: SignatureAlgorithm,
    ) -> Result<Box<dyn SigningKey>, TokenError> {
        self.handle(key, &self.find(key)?, algorithm)
    }

    /// A handle that decrypts.
    ///
    /// The token does the bare RSA operation (`CKM_RSA_X_509`) and the padding is removed here: tokens
    /// tell bad padding from good, and few know OAEP with other functions than SHA-1.
    ///
    /// # Errors
    /// [`TokenError::NoKey`], [`TokenError::SeveralKeys`], [`TokenError::NoPublicKey`];
    /// [`TokenError::Key`] unless it is an RSA key; [`TokenError::Unsupported`] when the token does not
    /// offer the bare operation or the key may not decrypt.
    pub fn decryptor(&self, key: &Select) -> Result<Box<dyn Decryptor>, TokenError> {
        let info = self.find(key)?;
        let public_key = info.public_key.as_ref().ok_or(TokenError::NoPublicKey)?;
        let sessions = Arc::clone(&self.0);
        let handle = TokenDecryptor::new(sessions, key.clone(), public_key)?;
        Ok(Box::new(handle))
    }

    /// The one key that is meant.
    ///
    /// # Errors
    /// [`TokenError::NoKey`], [`TokenError::SeveralKeys`], and those of the token.
    pub fn find(&self, key: &Select) -> Result<KeyInfo, TokenError> {
        self.0
            .with(|open| describe(open.session, find(open.session, key)?))
    }

    fn handle(
        &self,
        key: &Select,
        info: &KeyInfo,
        algorithm: SignatureAlgorithm,
    ) -> Result<Box<dyn SigningKey>, TokenError> {
        let public_key = info.public_key.as_ref().ok_or(TokenError::NoPublicKey)?;
        let sessions = Arc::clone(&self.0);
        let handle = TokenSigningKey::new(sessions, key.clone(), public_key, algorithm)?;
        Ok(Box::new(handle))
    }
}

/// The private key that is meant.
pub(crate) fn find(session: &Session, key: &Select) -> Result<ObjectHandle, WorkError> {
    let meant = match key {
        Select::Id(id) => Attribute::Id(id.octets().to_vec()),
        Select::Label(label) => Attribute::Label(label.as_bytes().to_vec()),
    };
    let found = session.find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY), meant])?;
    match found.as_slice() {
        [object] => Ok(*object),
        [] => Err(TokenError::NoKey.into()),
        several => Err(TokenError::SeveralKeys {
            found: several.len(),
        }
        .into()),
    }
}

pub(crate) fn describe(session: &Session, private: ObjectHandle) -> Result<KeyInfo, WorkError> {
    let id = id_of(session, private)?;
    let public_key = match public_key::of(session, private, id.as_ref()) {
        Ok(public_key) => Some(public_key),
        Err(WorkError::Token(TokenError::NoPublicKey)) => None,
        Err(error) => return Err(error),
    };
    let mut label = String::new();
    for attribute in session.get_attributes(private, &[AttributeType::Label])? {
        if let Attribute::Label(octets) = attribute {
            label = String::from_utf8_lossy(&octets).into_owned();
        }
    }
    Ok(KeyInfo {
        id,
        label,
        public_key,
    })
}

fn id_of(session: &Session, object: ObjectHandle) -> Result<Option<KeyId>, WorkError> {
    let attributes = session.get_attributes(object, &[AttributeType::Id])?;
    Ok(attributes.iter().find_map(|attribute| match attribute {
        Attribute::Id(octets) => KeyId::new(octets).ok(),
        _ => None,
    }))
}

/// How a kind of key is made, and what its public half is asked for.
fn mechanism(
    kind: KeyKind,
    usage: Usage,
) -> Result<(Mechanism<'static>, Vec<Attribute>), TokenError> {
    match (kind, usage) {
        (KeyKind::Rsa { bits }, _) if GENERATED_RSA_BITS.contains(&bits) => {
            let bits = bits
                .try_into()
                .map_err(|_| KeyError::WrongUse("a length beyond PKCS #11"))?;
            Ok((
                Mechanism::RsaPkcsKeyPairGen,
                vec![
                    Attribute::ModulusBits(bits),
                    Attribute::PublicExponent(vec![1, 0, 1]),
                ],
            ))
        }
        (KeyKind::Rsa { bits }, _) => Err(KeyError::ModulusSize {
            bits,
            min: 2_048,
            max: 4_096,
        }
        .into()),
        (KeyKind::P256, Usage::Sign) => {
            let curve = SECP_256_R_1.to_der().map_err(KeyError::from)?;
            Ok((Mechanism::EccKeyPairGen, vec![Attribute::EcParams(curve)]))
        }
        (KeyKind::P256, Usage::Decrypt) => Err(KeyError::WrongUse("only RSA keys decrypt").into()),
        _ => Err(KeyError::WrongUse("a kind of key that this crate does not make").into()),
    }
}

/// Bits of the moduli that are generated, as npki-key generates them.
const GENERATED_RSA_BITS: [usize; 3] = [2_048, 3_072, 4_096];
