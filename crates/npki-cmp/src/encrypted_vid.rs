use core::fmt;

use der::{
    Any, Decode as _, Encode as _, Sequence,
    asn1::{BitStringRef, Int, OctetString},
    zeroize::Zeroizing,
};
use npki_cert::{Certificate, KeyUse, Name, compute_vid};
use npki_core::{HashAlgorithm, Idn, RandomNumber};
use npki_key::{DecryptError, Decryptor, PublicKey};
use rand_core::CryptoRng;
use spki::AlgorithmIdentifierOwned;

use crate::{
    AttributeTypeAndValue, CmpError,
    message::{any, malformed},
    oid,
};

/// EncryptedVID: R on its way to the CA, encrypted to its key-management certificate, in regInfo.
///
/// ```text
/// EncryptedVID   ::= SEQUENCE { version [0] INTEGER DEFAULT 0, vidHashAlg [1] AlgorithmIdentifier OPTIONAL,
///                               vidEncAlg [2] AlgorithmIdentifier, certID [3] IssuerAndSerialNumber,
///                               encryptedVID [4] OCTET STRING }          -- all explicit
/// EncryptContent ::= SEQUENCE { vid VID, randomNum BIT STRING }          -- by RSAES-PKCS1-v1_5
/// ```
///
/// The VID inside is that of a number which is nobody's: the CA knows the IDN from the bank and
/// computes the VID of R itself.
///
/// Source: KCAC.TS.SIVID; INITECH's browser client; the real message of 2016.
#[derive(Clone, PartialEq, Eq, Sequence)]
pub struct EncryptedVid {
    /// 0; written out, as the real message has it.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub version: Option<u8>,
    /// The hash function of the VID.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub vid_hash_alg: Option<AlgorithmIdentifierOwned>,
    /// rsaEncryption.
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT")]
    pub vid_enc_alg: AlgorithmIdentifierOwned,
    /// The certificate that it is encrypted to.
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    pub cert_id: IssuerAndSerialNumber,
    /// The ciphertext.
    #[asn1(context_specific = "4", tag_mode = "EXPLICIT")]
    pub encrypted_vid: OctetString,
}

/// IssuerAndSerialNumber (RFC 5652 section 10.2.4).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct IssuerAndSerialNumber {
    /// A Name.
    pub issuer: Any,
    /// The serial number.
    pub serial_number: Int,
}

/// What is encrypted. R is borrowed: there is no copy of it to be wiped.
#[derive(Sequence)]
struct EncryptContent<'a> {
    vid: VidValue,
    random_num: BitStringRef<'a>,
}

#[derive(Sequence)]
struct VidValue {
    hash_alg: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    virtual_id: OctetString,
}

impl EncryptedVid {
    /// Encrypts R to a CA's key-management certificate.
    ///
    /// # Errors
    /// [`CmpError::NotForEncryption`] for a certificate that is not for key management alone;
    /// [`CmpError::Key`] and [`CmpError::Encrypt`] when it has no RSA key to encrypt to.
    ///
    /// # Panics
    /// Never: thirteen digits are an IDN.
    pub fn seal(
        random_number: &RandomNumber,
        to: &Certificate,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, CmpError> {
        if to.use_of_key() != KeyUse::KeyManagement {
            return Err(CmpError::NotForEncryption);
        }
        let nobody = Idn::parse(NOBODY).expect("thirteen digits are an IDN");
        let vid = compute_vid(HashAlgorithm::Sha256, &nobody, random_number);
        let write = malformed(WHAT);
        let content = EncryptContent {
            vid: VidValue {
                hash_alg: sha256()?,
                virtual_id: OctetString::new(vid.octets()).map_err(&write)?,
            },
            random_num: BitStringRef::from_bytes(random_number.expose_octets()).map_err(&write)?,
        };
        let content = Zeroizing::new(content.to_der().map_err(&write)?);
        let key = PublicKey::parse(to.public_key())?;
        let encrypted = key.encrypt_pkcs1(&content, rng)?;
        Ok(Self {
            version: Some(0),
            vid_hash_alg: Some(sha256()?),
            vid_enc_alg: AlgorithmIdentifierOwned {
                oid: const_oid::db::rfc5912::RSA_ENCRYPTION,
                parameters: Some(Any::null()),
            },
            cert_id: IssuerAndSerialNumber {
                issuer: Any::from_der(to.issuer().der()).map_err(&write)?,
                serial_number: Int::from_der(&to.serial_number().to_der()).map_err(&write)?,
            },
            encrypted_vid: OctetString::new(encrypted).map_err(&write)?,
        })
    }

    /// Decrypts R.
    ///
    /// # Errors
    /// [`CmpError::BadProtection`], whatever is wrong: the key, the padding or what stands inside.
    /// [`CmpError::Decrypt`] when what holds the key did not work, whatever was sent.
    ///
    /// # Security
    /// One error, and implicit rejection in the handle: whoever sends ciphertexts learns nothing.
    pub fn open(
        &self,
        key: &dyn Decryptor,
        rng: &mut dyn CryptoRng,
    ) -> Result<RandomNumber, CmpError> {
        let content = key
            .decrypt_pkcs1(self.encrypted_vid.as_bytes(), rng)
            .map_err(|error| match error {
                failed @ DecryptError::Backend(_) => CmpError::Decrypt(failed),
                _ => CmpError::BadProtection,
            })?;
        let content = EncryptContent::from_der(&content).map_err(|_| CmpError::BadProtection)?;
        let octets = content.random_num.as_bytes().unwrap_or_default();
        RandomNumber::from_octets(octets).map_err(|_| CmpError::BadProtection)
    }

    /// Whether it is encrypted to this certificate.
    #[must_use]
    pub fn is_for(&self, certificate: &Certificate) -> bool {
        let issuer = self.cert_id.issuer.to_der().ok();
        let issuer = issuer.and_then(|der| Name::parse(&der).ok());
        let serial = self.cert_id.serial_number.to_der().ok();
        issuer.is_some_and(|issuer| issuer.matches(certificate.issuer()))
            && serial.is_some_and(|der| der == certificate.serial_number().to_der())
    }

    /// As the regInfo of a request, with no SET around the value.
    ///
    /// # Errors
    /// [`CmpError::Malformed`] never for what was made by [`EncryptedVid::seal`].
    pub fn to_reg_info(&self) -> Result<AttributeTypeAndValue, CmpError> {
        Ok(AttributeTypeAndValue {
            oid: oid::ENCRYPTED_VID,
            value: any(self)?,
        })
    }
}

impl fmt::Debug for EncryptedVid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptedVid")
            .field("cert_id", &self.cert_id)
            .finish_non_exhaustive()
    }
}

fn sha256() -> Result<AlgorithmIdentifierOwned, CmpError> {
    Ok(AlgorithmIdentifierOwned {
        oid: HashAlgorithm::Sha256.oid(),
        parameters: Some(Any::null()),
    })
}

/// The number that stands in for the IDN in requests of browser clients.
const NOBODY: &str = "1234561234567";

const WHAT: &str = "EncryptedVID";

#[cfg(test)]
mod tests {
    use chacha20::{ChaCha20Rng, rand_core::SeedableRng as _};

    use super::*;

    #[test]
    fn the_content_has_78_octets() {
        let r = RandomNumber::generate(&mut ChaCha20Rng::from_seed([1; 32]));
        let content = EncryptContent {
            vid: VidValue {
                hash_alg: sha256().unwrap(),
                virtual_id: OctetString::new([0; 32]).unwrap(),
            },
            random_num: BitStringRef::from_bytes(r.expose_octets()).unwrap(),
        };
        assert_eq!(content.to_der().unwrap().len(), 78);
    }
}
