use npki_key::SigningKey;

/// A key handle that signs certificates and nothing else.
///
/// Where the key lies is the handle's business: a private key of npki-key, out of a container of
/// npki-container that was opened when the CA started; npki-key-aws-lc over the same; or a token, by
/// npki-key-pkcs11.
#[derive(Debug)]
pub struct CertificateKey(Box<dyn SigningKey>);

/// A key handle that signs CRLs and nothing else. May hold the same key as the [`CertificateKey`].
#[derive(Debug)]
pub struct CrlKey(Box<dyn SigningKey>);

/// A key handle that signs OCSP answers and nothing else.
#[derive(Debug)]
pub struct OcspKey(Box<dyn SigningKey>);

impl CertificateKey {
    /// Binds a handle to this one use.
    #[must_use]
    pub fn new(handle: Box<dyn SigningKey>) -> Self {
        Self(handle)
    }

    pub(crate) fn handle(&self) -> &dyn SigningKey {
        &*self.0
    }
}

impl CrlKey {
    /// Binds a handle to this one use.
    #[must_use]
    pub fn new(handle: Box<dyn SigningKey>) -> Self {
        Self(handle)
    }

    pub(crate) fn handle(&self) -> &dyn SigningKey {
        &*self.0
    }
}

impl OcspKey {
    /// Binds a handle to this one use.
    #[must_use]
    pub fn new(handle: Box<dyn SigningKey>) -> Self {
        Self(handle)
    }

    pub(crate) fn handle(&self) -> &dyn SigningKey {
        &*self.0
    }
}
