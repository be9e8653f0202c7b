use npki_cert::Certificate;
use npki_key::{Decryptor, SigningKey};

/// The keys of a CA for its CMP messages, each for one use, with their certificates.
#[derive(Debug)]
pub struct CmpKeys {
    /// Signs messages and nothing else.
    pub protection: Box<dyn SigningKey>,
    /// The certificate of that key, with digitalSignature in its keyUsage.
    pub certificate: Certificate,
    /// The certificates above the CA's own, up to the root.
    pub chain: Vec<Certificate>,
    /// Decrypts EncryptedVID and nothing else; without it clients send no R, and get certificates
    /// without VID.
    pub encryption: Option<EncryptionKey>,
}

/// The CA's key-management key, which R is encrypted to.
#[derive(Debug)]
pub struct EncryptionKey {
    /// Decrypts.
    pub decryptor: Box<dyn Decryptor>,
    /// Its certificate, which genp hands out.
    pub certificate: Certificate,
}

impl CmpKeys {
    /// The certificate that EncryptedVID is made for.
    #[must_use]
    pub fn encryption_certificate(&self) -> Option<&Certificate> {
        self.encryption.as_ref().map(|key| &key.certificate)
    }
}
