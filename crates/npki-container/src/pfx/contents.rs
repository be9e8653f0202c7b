use core::fmt;

use const_oid::ObjectIdentifier;
use npki_cert::{Certificate, KeyUse};
use npki_key::PrivateKey;

use crate::MacScheme;

/// What was in a PFX.
#[derive(Debug)]
#[non_exhaustive]
pub struct PfxContents {
    /// The private keys, in their order.
    pub keys: Vec<PfxKey>,
    /// The certificates, in their order.
    pub certificates: Vec<PfxCertificate>,
    /// What was met and not taken.
    pub passed_over: Vec<PassedOver>,
    /// Whether a MAC has shown that the contents are genuine.
    pub integrity: Integrity,
}

/// A private key of a PFX.
#[derive(Debug)]
#[non_exhaustive]
pub struct PfxKey {
    /// The key, its `PrivateKeyInfo` octet for octet.
    pub key: PrivateKey,
    /// `localKeyID`.
    pub local_key_id: Option<Vec<u8>>,
    /// `friendlyName`.
    pub friendly_name: Option<String>,
}

/// A certificate of a PFX.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PfxCertificate {
    /// The certificate.
    pub certificate: Certificate,
    /// `localKeyID`.
    pub local_key_id: Option<Vec<u8>>,
    /// `friendlyName`.
    pub friendly_name: Option<String>,
}

/// What stood in a PFX and was not taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PassedOver {
    /// A bag that holds neither key nor certificate, such as a CRL.
    Bag(ObjectIdentifier),
    /// A certificate of another kind than X.509, or one that cannot be read.
    Certificate,
    /// A private key that decrypts well and is not of a kind that we work with. Only told where a
    /// MAC has shown that the password is right.
    Key,
}

/// Whether the contents of a PFX are genuine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integrity {
    /// A MAC with the password says so.
    Mac(MacScheme),
    /// There is no MAC: nothing says so.
    None,
}

/// A private key with its certificate.
#[derive(Debug)]
#[non_exhaustive]
pub struct PfxPair {
    /// The private key.
    pub key: PrivateKey,
    /// The certificate of this key.
    pub certificate: Certificate,
    /// `friendlyName` of the certificate, or of the key.
    pub friendly_name: Option<String>,
}

/// What was in a PFX, each key with its certificate.
#[derive(Default)]
#[non_exhaustive]
pub struct PfxPairs {
    /// Keys with their certificates, in the order of the keys.
    pub pairs: Vec<PfxPair>,
    /// Keys that no certificate belongs to.
    pub lone_keys: Vec<PrivateKey>,
    /// Certificates without a key: the chain, mostly.
    pub chain: Vec<Certificate>,
}

impl PfxContents {
    /// Puts each key together with its certificate, by the public key.
    ///
    /// A certificate says whose key it is, `localKeyID` only claims it; so the latter decides only
    /// between several certificates of one key.
    #[must_use]
    pub fn into_pairs(self) -> PfxPairs {
        let mut certificates: Vec<Option<PfxCertificate>> =
            self.certificates.into_iter().map(Some).collect();
        let mut sorted = PfxPairs::default();
        for found in self.keys {
            let rank = |slot: &Option<PfxCertificate>| {
                slot.as_ref()
                    .filter(|c| found.key.matches(c.certificate.public_key()))
                    .map(|c| c.local_key_id == found.local_key_id)
            };
            // The first with the same localKeyID, otherwise the first.
            let ranks: Vec<Option<bool>> = certificates.iter().map(rank).collect();
            let index = ranks
                .iter()
                .position(|r| *r == Some(true))
                .or_else(|| ranks.iter().position(Option::is_some));
            let certificate = index
                .and_then(|index| certificates.get_mut(index))
                .and_then(Option::take);
            match certificate {
                Some(certificate) => sorted.pairs.push(PfxPair {
                    key: found.key,
                    certificate: certificate.certificate,
                    friendly_name: certificate.friendly_name.or(found.friendly_name),
                }),
                None => sorted.lone_keys.push(found.key),
            }
        }
        sorted.chain = certificates
            .into_iter()
            .flatten()
            .map(|c| c.certificate)
            .collect();
        sorted
    }
}

impl PfxPairs {
    /// The pair for signing (서명용): the first whose certificate is not for key management only.
    #[must_use]
    pub fn sign(&self) -> Option<&PfxPair> {
        self.pairs
            .iter()
            .find(|p| p.use_of_key() == KeyUse::Sign)
            .or_else(|| self.pairs.iter().find(|p| p.use_of_key() == KeyUse::Both))
    }

    /// The pair for key management (암호화용), which not everybody has.
    #[must_use]
    pub fn key_management(&self) -> Option<&PfxPair> {
        self.pairs
            .iter()
            .find(|p| p.use_of_key() == KeyUse::KeyManagement)
    }
}

impl PfxPair {
    /// What the key is for, by the certificate.
    #[must_use]
    pub fn use_of_key(&self) -> KeyUse {
        self.certificate.use_of_key()
    }

    /// Whether R came with the key. Without R it signs and fails every check of identity; tell the
    /// person at import.
    #[must_use]
    pub fn has_random_number(&self) -> bool {
        self.key.random_number().is_some()
    }
}

impl fmt::Debug for PfxPairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pairs,
            lone_keys,
            chain,
        } = self;
        f.debug_struct("PfxPairs")
            .field("pairs", &pairs.len())
            .field("lone_keys", &lone_keys.len())
            .field("chain", &chain.len())
            .finish()
    }
}
