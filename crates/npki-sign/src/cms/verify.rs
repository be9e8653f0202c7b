use std::borrow::Cow;

use der::{Encode, Tag, Tagged};
use npki_cert::{Certificate, Name};
use npki_container::cms::ID_DATA;
use npki_core::{HashAlgorithm, Instant};
use npki_key::{PublicKey, SignatureAlgorithm, Verifier};
use spki::AlgorithmIdentifierOwned;

use super::{
    SignedData,
    asn1::{Attribute, IssuerAndSerialNumber, SetAsFound, SignerIdentifier, SignerInfo},
    attributes,
    error::{CmsError, SignerFault},
};

/// What is at hand for verifying a [`SignedData`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Verification<'a> {
    /// The content, when it is detached and only then.
    pub content: Option<&'a [u8]>,
    /// Certificates that may be the signers', besides those in the message.
    pub certificates: &'a [Certificate],
    /// Which hash functions count.
    pub hashes: TrustedHashes,
}

/// Which hash functions count when a signature is verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrustedHashes {
    /// SHA-224 and longer ones.
    #[default]
    Sha2,
    /// SHA-1 as well, for messages of the first generation, before 2012.
    ///
    /// Another message with the same SHA-1 digest can be made: such a signature proves little.
    DangerSha1,
}

/// Somebody whose signature holds.
#[derive(Clone, Debug)]
pub struct VerifiedSigner {
    certificate: Certificate,
    hash: HashAlgorithm,
    signing_time: Option<Instant>,
}

impl VerifiedSigner {
    /// The certificate with the key that signed. Whether it is trusted is not asked here.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The hash function that digested the content.
    #[must_use]
    pub const fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    /// When the signer claims to have signed, if the claim was signed. Nobody attests it.
    #[must_use]
    pub const fn signing_time(&self) -> Option<Instant> {
        self.signing_time
    }
}

impl SignedData {
    /// Verifies the signature of every signer over the content, and says whose they are, in the
    /// order of the message.
    ///
    /// Signed attributes, where there are any, must hold contentType and messageDigest once and
    /// rightly; for a content of another type than id-data they must be there. The signature
    /// algorithm may be `rsaEncryption` or name the same hash function as the digest algorithm.
    ///
    /// # Errors
    /// [`CmsError::NoSigner`], [`CmsError::NoContent`], [`CmsError::ContentGivenTwice`], and
    /// [`CmsError::Signer`] for the first signature that does not hold.
    ///
    /// # Security
    /// A certificate that came with the message is worth nothing until its path is validated.
    ///
    /// Source: RFC 5652 sections 5.3, 5.4, 5.6 and 11; RFC 8933.
    pub fn verify_signatures(
        &self,
        verification: &Verification<'_>,
    ) -> Result<Vec<VerifiedSigner>, CmsError> {
        let content = match (self.content(), verification.content) {
            (Some(_), Some(_)) => return Err(CmsError::ContentGivenTwice),
            (Some(content), None) | (None, Some(content)) => content,
            (None, None) => return Err(CmsError::NoContent),
        };
        let signers = &self.value.signer_infos.0;
        if signers.is_empty() {
            return Err(CmsError::NoSigner);
        }
        signers
            .iter()
            .enumerate()
            .map(|(index, signer)| {
                self.verify_signer(signer, content, verification)
                    .map_err(|fault| CmsError::Signer { index, fault })
            })
            .collect()
    }

    fn verify_signer(
        &self,
        signer: &SignerInfo,
        content: &[u8],
        verification: &Verification<'_>,
    ) -> Result<VerifiedSigner, SignerFault> {
        let digest_oid = signer.digest_algorithm.oid;
        let hash = HashAlgorithm::from_oid(digest_oid)
            .filter(|_| is_null_or_absent(&signer.digest_algorithm))
            .ok_or(SignerFault::UnknownDigest(digest_oid))?;
        if hash == HashAlgorithm::Sha1 && verification.hashes != TrustedHashes::DangerSha1 {
            return Err(SignerFault::UntrustedDigest(hash));
        }
        let algorithm =
            SignatureAlgorithm::from_cms_identifier((&signer.signature_algorithm).into(), hash)
                .map_err(SignerFault::Algorithm)?;
        let (messages, signing_time) = match &signer.signed_attributes {
            Some(attributes) => (
                signed_octets(attributes)?,
                self.check_attributes(attributes, hash, content)?,
            ),
            None => (vec![self.bare_content(content)?], None),
        };
        let mut fault = SignerFault::NoCertificate;
        for certificate in self.candidates(&signer.sid, verification)? {
            let key = PublicKey::parse(certificate.public_key()).map_err(SignerFault::Key)?;
            let holds = messages.iter().any(|message| {
                key.verify(&algorithm, message, signer.signature.as_bytes())
                    .is_ok()
            });
            if holds {
                return Ok(VerifiedSigner {
                    certificate: certificate.clone(),
                    hash,
                    signing_time,
                });
            }
            fault = SignerFault::Signature;
        }
        Err(fault)
    }

    /// What was signed where there are no attributes: the content (RFC 5652 section 5.4).
    fn bare_content<'c>(&self, content: &'c [u8]) -> Result<Cow<'c, [u8]>, SignerFault> {
        if self.content_type() != ID_DATA {
            return Err(SignerFault::AttributeMissing("contentType"));
        }
        // A signature over attributes would verify again over a content of these octets.
        if attributes::is_attributes(content) {
            return Err(SignerFault::ContentIsAttributes);
        }
        Ok(Cow::Borrowed(content))
    }

    /// Checks the attributes against the content; gives the signing time among them.
    fn check_attributes(
        &self,
        attributes: &SetAsFound<Attribute>,
        hash: HashAlgorithm,
        content: &[u8],
    ) -> Result<Option<Instant>, SignerFault> {
        let read = attributes::read(&attributes.0)?;
        if read.content_type != self.content_type() {
            return Err(SignerFault::ContentType {
                signed: read.content_type,
                found: self.content_type(),
            });
        }
        if !hash.digest(content).equals(&read.message_digest) {
            return Err(SignerFault::Content);
        }
        Ok(read.signing_time)
    }

    /// The certificates that the signer may mean, those of the message first. There is more than
    /// one only when somebody made a false one; then the key decides.
    fn candidates<'v>(
        &'v self,
        sid: &SignerIdentifier,
        verification: &Verification<'v>,
    ) -> Result<Vec<&'v Certificate>, SignerFault> {
        let wanted = Wanted::read(sid).ok_or(SignerFault::NoCertificate)?;
        let mut found: Vec<&Certificate> = Vec::new();
        for certificate in self.certificates().iter().chain(verification.certificates) {
            let again = found.iter().any(|known| known.der() == certificate.der());
            if found.len() < MAX_CANDIDATES && !again && wanted.is(certificate) {
                found.push(certificate);
            }
        }
        Ok(found)
    }
}

/// What was signed over attributes: their DER; and where they stand in another order, also these
/// octets, because several writers sign the order that they write.
fn signed_octets(
    attributes: &SetAsFound<Attribute>,
) -> Result<Vec<Cow<'static, [u8]>>, SignerFault> {
    let malformed = |_| SignerFault::AttributeMalformed("set");
    let as_found = attributes.to_der().map_err(malformed)?;
    let sorted = SetAsFound::sorted(attributes.0.clone())
        .and_then(|set| set.to_der())
        .map_err(malformed)?;
    if sorted == as_found {
        return Ok(vec![Cow::Owned(sorted)]);
    }
    Ok(vec![Cow::Owned(sorted), Cow::Owned(as_found)])
}

/// A SignerIdentifier, ready to compare.
enum Wanted {
    IssuerAndSerial(Name, Vec<u8>),
    KeyIdentifier(Vec<u8>),
}

impl Wanted {
    fn read(sid: &SignerIdentifier) -> Option<Self> {
        match sid {
            SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer,
                serial_number,
            }) => {
                if serial_number.tag() != Tag::Integer {
                    return None;
                }
                Some(Self::IssuerAndSerial(
                    Name::parse(&issuer.to_der().ok()?).ok()?,
                    serial_number.to_der().ok()?,
                ))
            }
            SignerIdentifier::SubjectKeyIdentifier(id) => {
                Some(Self::KeyIdentifier(id.as_bytes().to_vec()))
            }
        }
    }

    fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::IssuerAndSerial(issuer, serial) => {
                certificate.serial_number().to_der() == *serial
                    && certificate.issuer().matches(issuer)
            }
            Self::KeyIdentifier(id) => certificate.subject_key_identifier() == Some(id.as_slice()),
        }
    }
}

/// RFC 5754 section 2: digest algorithms have no parameters, or NULL.
fn is_null_or_absent(identifier: &AlgorithmIdentifierOwned) -> bool {
    identifier
        .parameters
        .as_ref()
        .is_none_or(|parameters| parameters.tag() == Tag::Null && parameters.value().is_empty())
}

/// How many certificates of one name and number are tried. A bound of ours on the signatures that a
/// message can make us verify.
const MAX_CANDIDATES: usize = 4;
