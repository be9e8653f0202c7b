use const_oid::ObjectIdentifier;
use der::{
    Decode, Encode, Tag,
    asn1::{Any, AnyRef, BmpString, OctetString, OctetStringRef, UintRef},
};
use npki_cert::Certificate;
use npki_core::HashAlgorithm;
use npki_key::PrivateKey;
use rand_core::CryptoRng;
use sha1::{Digest as _, Sha1};
use spki::AlgorithmIdentifierRef;

use super::{
    Pfx,
    bag::{CERT_BAG, FRIENDLY_NAME, LOCAL_KEY_ID, SHROUDED_KEY_BAG, X509_CERTIFICATE},
    mac::{DigestInfo, MacData, pkcs12_mac},
    model::{BagAttribute, CertBag, PfxModel, SafeBag, VERSION},
};
use crate::{
    Bounds, CbcCipher, Derivation, EncryptedPrivateKeyInfo, IterationsError, OpenError, Password,
    SealError,
    cms::{ContentInfo, EncryptedContentInfo, EncryptedData, ID_DATA, ID_ENCRYPTED_DATA, SetValue},
    derivation::Hash,
    pbe::Pbe,
    sealing::check_written,
};

/// A pair that goes into a PFX.
#[derive(Clone, Copy, Debug)]
pub struct PfxEntry<'a> {
    /// The private key.
    pub key: &'a PrivateKey,
    /// Its certificate.
    pub certificate: &'a Certificate,
    /// `friendlyName`, which other software shows; Korean software writes none.
    pub friendly_name: Option<&'a str>,
}

/// How a PFX is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PfxPreset {
    /// What old Korean importers take, and every other one: triple DES and a MAC with SHA-1.
    #[default]
    Korean,
    /// PBES2 with AES-256 and PBKDF2-HMAC-SHA256, and a MAC with SHA-256.
    Aes,
    /// PBES2 with SEED and PBKDF2-HMAC-SHA256, and a MAC with SHA-256.
    Seed,
}

/// A [`PfxPreset`] with its count of iterations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PfxSealing {
    preset: PfxPreset,
    iterations: u32,
}

impl PfxPreset {
    /// Each of them.
    pub const ALL: &'static [Self] = &[Self::Korean, Self::Aes, Self::Seed];

    /// Its lower-case name: `korean`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Korean => "korean",
            Self::Aes => "aes",
            Self::Seed => "seed",
        }
    }

    /// The preset with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|p| p.name() == name)
    }

    /// Iterations unless the caller says otherwise: 2,048 for old importers, otherwise 100,000.
    #[must_use]
    pub const fn default_iterations(self) -> u32 {
        match self {
            Self::Korean => 2_048,
            Self::Aes | Self::Seed => 100_000,
        }
    }
}

impl PfxSealing {
    /// With this count, for encryption and MAC, instead of the default.
    ///
    /// # Errors
    /// [`IterationsError`] below 1,000 and above 10,000,000.
    pub fn with_iterations(mut self, iterations: u32) -> Result<Self, IterationsError> {
        check_written(iterations)?;
        self.iterations = iterations;
        Ok(self)
    }

    /// The preset.
    #[must_use]
    pub const fn preset(self) -> PfxPreset {
        self.preset
    }

    /// The count of iterations.
    #[must_use]
    pub const fn iterations(self) -> u32 {
        self.iterations
    }
}

impl Default for PfxSealing {
    fn default() -> Self {
        PfxPreset::default().into()
    }
}

impl From<PfxPreset> for PfxSealing {
    fn from(preset: PfxPreset) -> Self {
        Self {
            preset,
            iterations: preset.default_iterations(),
        }
    }
}

/// Makes the PFX and reads it back.
pub(super) fn seal(
    entries: &[PfxEntry<'_>],
    chain: &[&Certificate],
    password: &Password,
    sealing: PfxSealing,
    rng: &mut dyn CryptoRng,
) -> Result<Pfx, SealError> {
    for (index, entry) in entries.iter().enumerate() {
        if !entry.key.matches(entry.certificate.public_key()) {
            return Err(SealError::NoPair { index });
        }
    }
    let shape = Shape::of(sealing.preset);
    let mut keys = Vec::new();
    let mut certificates = Vec::new();
    for entry in entries {
        let attributes = attributes(entry)?;
        let pbe = shape.pbe(sealing.iterations, rng);
        let shrouded = EncryptedPrivateKeyInfo::seal_with(&pbe, entry.key, password)?;
        keys.extend(bag(SHROUDED_KEY_BAG, shrouded.as_der(), &attributes)?);
        certificates.extend(certificate_bag(entry.certificate, &attributes)?);
    }
    for certificate in chain {
        certificates.extend(certificate_bag(certificate, &[])?);
    }

    let mut auth_safe = Vec::new();
    if !certificates.is_empty() {
        let pbe = shape.pbe(sealing.iterations, rng);
        auth_safe.extend(encrypted(&pbe, password, &sequence(certificates)?)?);
    }
    if !keys.is_empty() {
        auth_safe.extend(data(&sequence(keys)?)?);
    }
    let auth_safe = sequence(auth_safe)?;
    let der = with_mac(&auth_safe, password, shape, sealing.iterations, rng)?;
    let pfx = Pfx::parse(&der, &Bounds::DEFAULT).map_err(|_| SealError::NotReadable)?;
    read_back(&pfx, entries, chain, password)?;
    Ok(pfx)
}

/// What a preset stands for.
#[derive(Clone, Copy)]
struct Shape {
    derivation: Derivation,
    cipher: CbcCipher,
    mac: Hash,
    salt_octets: usize,
}

impl Shape {
    const fn of(preset: PfxPreset) -> Self {
        let pbes2 = Derivation::Pbkdf2(HashAlgorithm::Sha256);
        match preset {
            PfxPreset::Korean => Self {
                derivation: Derivation::Pkcs12,
                cipher: CbcCipher::TripleDes,
                mac: Hash::Sha1,
                salt_octets: 8,
            },
            PfxPreset::Aes => Self {
                derivation: pbes2,
                cipher: CbcCipher::Aes256,
                mac: Hash::Sha256,
                salt_octets: 16,
            },
            PfxPreset::Seed => Self {
                derivation: pbes2,
                cipher: CbcCipher::Seed,
                mac: Hash::Sha256,
                salt_octets: 16,
            },
        }
    }

    fn pbe(self, iterations: u32, rng: &mut dyn CryptoRng) -> Pbe {
        Pbe::generate(
            self.derivation,
            self.cipher,
            iterations,
            self.salt_octets,
            rng,
        )
    }
}

fn read_back(
    pfx: &Pfx,
    entries: &[PfxEntry<'_>],
    chain: &[&Certificate],
    password: &Password,
) -> Result<(), SealError> {
    let contents = pfx
        .open(password, &Bounds::DEFAULT)
        .map_err(|error| match error {
            OpenError::Scheme(error) => SealError::Scheme(error),
            _ => SealError::NotReadable,
        })?;
    let written = entries
        .iter()
        .map(|e| e.certificate)
        .chain(chain.iter().copied())
        .map(Certificate::der);
    let same = contents.passed_over.is_empty()
        && contents
            .keys
            .iter()
            .map(|k| k.key.expose_der())
            .eq(entries.iter().map(|e| e.key.expose_der()))
        && contents
            .certificates
            .iter()
            .map(|c| c.certificate.der())
            .eq(written);
    if same {
        Ok(())
    } else {
        Err(SealError::NotReadable)
    }
}

/// `localKeyID`, and `friendlyName` if there is one, in the order of DER.
fn attributes(entry: &PfxEntry<'_>) -> der::Result<Vec<u8>> {
    let key_bits = entry
        .certificate
        .public_key()
        .subject_public_key
        .raw_bytes();
    let local_key_id = OctetString::new(Sha1::digest(key_bits).to_vec())?.to_der()?;
    let attribute = |id, value: &[u8]| {
        BagAttribute {
            id,
            values: SetValue(value),
        }
        .to_der()
    };
    let mut attributes = vec![attribute(LOCAL_KEY_ID, &local_key_id)?];
    if let Some(name) = entry.friendly_name {
        attributes.push(attribute(
            FRIENDLY_NAME,
            &BmpString::from_utf8(name)?.to_der()?,
        )?);
    }
    attributes.sort();
    Ok(attributes.concat())
}

fn certificate_bag(certificate: &Certificate, attributes: &[u8]) -> der::Result<Vec<u8>> {
    let octets = OctetStringRef::new(certificate.der())?;
    let value = CertBag {
        id: X509_CERTIFICATE,
        value: octets.into(),
    };
    bag(CERT_BAG, &value.to_der()?, attributes)
}

fn bag(id: ObjectIdentifier, value: &[u8], attributes: &[u8]) -> der::Result<Vec<u8>> {
    SafeBag {
        id,
        value: AnyRef::from_der(value)?,
        attributes: (!attributes.is_empty()).then_some(SetValue(attributes)),
    }
    .to_der()
}

fn sequence(values: Vec<u8>) -> der::Result<Vec<u8>> {
    Any::new(Tag::Sequence, values)?.to_der()
}

fn data(octets: &[u8]) -> der::Result<Vec<u8>> {
    ContentInfo {
        content_type: ID_DATA,
        content: Some(OctetStringRef::new(octets)?.into()),
    }
    .to_der()
}

fn encrypted(pbe: &Pbe, password: &Password, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    let ciphertext = pbe.encrypt(password, &Bounds::DEFAULT, plaintext)?;
    let algorithm = pbe.encode()?;
    let content = Any::encode_from(&EncryptedData {
        version: 0,
        encrypted_content_info: EncryptedContentInfo {
            content_type: ID_DATA,
            algorithm: (&algorithm).into(),
            encrypted_content: Some(ciphertext.into()),
        },
        unprotected_attributes: None,
    })?;
    Ok(ContentInfo {
        content_type: ID_ENCRYPTED_DATA,
        content: Some((&content).into()),
    }
    .to_der()?)
}

fn with_mac(
    auth_safe: &[u8],
    password: &Password,
    shape: Shape,
    iterations: u32,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, SealError> {
    let mut salt = vec![0; shape.salt_octets];
    rng.fill_bytes(&mut salt);
    let digest = pkcs12_mac(shape.mac, &password.bmp(), &salt, iterations, auth_safe);
    let count = iterations.to_be_bytes();
    Ok(PfxModel {
        version: VERSION,
        auth_safe: ContentInfo {
            content_type: ID_DATA,
            content: Some(OctetStringRef::new(auth_safe)?.into()),
        },
        mac_data: Some(MacData {
            mac: DigestInfo {
                algorithm: AlgorithmIdentifierRef {
                    oid: shape.mac.algorithm().oid(),
                    parameters: Some(AnyRef::NULL),
                },
                digest: OctetStringRef::new(&digest)?,
            },
            salt: OctetStringRef::new(&salt)?,
            iterations: Some(UintRef::new(&count)?),
        }),
    }
    .to_der()?)
}

#[cfg(test)]
mod tests {
    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;
    use crate::{
        Bound, Integrity, PassedOver, PfxContents, PfxParseError, Role, SchemeError,
        cms::ID_ENVELOPED_DATA, pfx::bag::SAFE_CONTENTS_BAG,
    };

    const KEY_FILE: &[u8] = include_bytes!("../../tests/vectors/pypinksign/pbes1-seed.key");
    const PLAIN: &[u8] = include_bytes!("../../tests/vectors/pypinksign/sign-r.p8");
    const CERTIFICATE: &[u8] = include_bytes!("../../tests/vectors/openssl/sign.der");

    fn password() -> Password {
        Password::new("test-Pass-1").unwrap()
    }

    fn rng() -> ChaCha20Rng {
        ChaCha20Rng::from_seed([3; 32])
    }

    fn certificate() -> Certificate {
        Certificate::parse(CERTIFICATE).unwrap()
    }

    /// With a MAC of SHA-1 whose AlgorithmIdentifier has no NULL, as a vendor writes it.
    fn pfx(auth_safe: Vec<u8>, has_mac: bool) -> Vec<u8> {
        let auth_safe = sequence(auth_safe).unwrap();
        let salt = [9; 20];
        let bmp = password().bmp();
        let digest = pkcs12_mac(Hash::Sha1, &bmp, &salt, 1024, &auth_safe);
        PfxModel {
            version: VERSION,
            auth_safe: ContentInfo {
                content_type: ID_DATA,
                content: Some(OctetStringRef::new(&auth_safe).unwrap().into()),
            },
            mac_data: has_mac.then_some(MacData {
                mac: DigestInfo {
                    algorithm: AlgorithmIdentifierRef {
                        oid: HashAlgorithm::Sha1.oid(),
                        parameters: None,
                    },
                    digest: OctetStringRef::new(&digest).unwrap(),
                },
                salt: OctetStringRef::new(&salt).unwrap(),
                iterations: Some(UintRef::new(&[4, 0]).unwrap()),
            }),
        }
        .to_der()
        .unwrap()
    }

    fn rc2(bags: Vec<u8>) -> Vec<u8> {
        let pbe = Pbe::generate(
            Derivation::Pkcs12,
            CbcCipher::Rc2Bits40,
            2_000,
            8,
            &mut rng(),
        );
        encrypted(&pbe, &password(), &sequence(bags).unwrap()).unwrap()
    }

    fn open(pfx: &[u8]) -> Result<PfxContents, OpenError> {
        let pfx = Pfx::parse(pfx, &Bounds::DEFAULT).unwrap();
        assert_eq!(pfx.encode().unwrap(), pfx.as_bytes());
        pfx.open(&password(), &Bounds::DEFAULT)
    }

    fn nested(bags: Vec<u8>, levels: usize) -> Vec<u8> {
        (0..levels).fold(bags, |bags, _| {
            bag(SAFE_CONTENTS_BAG, &sequence(bags).unwrap(), &[]).unwrap()
        })
    }

    /// The unchanged `signPri.key` inside of an encrypted content, as a Korean vendor exports it:
    /// the same password as a BMPString outside and as raw octets inside.
    #[test]
    fn r62_a_seed_key_inside_of_rc2() {
        let key = bag(SHROUDED_KEY_BAG, KEY_FILE, &[]).unwrap();
        let certificate = certificate_bag(&certificate(), &[]).unwrap();
        let contents = open(&pfx(rc2([key, certificate].concat()), true)).unwrap();
        assert!(matches!(contents.integrity, Integrity::Mac(mac) if mac.iterations == 1024));
        let sorted = contents.into_pairs();
        let pair = sorted.sign().unwrap();
        assert_eq!(pair.key.expose_der(), PLAIN);
        assert!(pair.has_random_number());
    }

    #[test]
    fn bags_inside_of_bags() {
        let key = bag(SHROUDED_KEY_BAG, KEY_FILE, &[]).unwrap();
        // Two levels of BER for each level of bags, three for the outermost one.
        for (levels, fine) in [(1, true), (7, true), (40, false)] {
            let content = data(&sequence(nested(key.clone(), levels)).unwrap()).unwrap();
            let parsed = Pfx::parse(&pfx(content, true), &Bounds::DEFAULT);
            assert_eq!(parsed.is_ok(), fine, "{levels}");
            if let Ok(pfx) = parsed {
                let contents = pfx.open(&password(), &Bounds::DEFAULT).unwrap();
                assert_eq!(contents.keys.len(), 1);
            }
        }
    }

    #[test]
    fn what_is_passed_over_is_listed() {
        let crl = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.4");
        let bags = [
            bag(crl, &[5, 0], &[]).unwrap(),
            bag(CERT_BAG, &[0x30, 0], &[]).unwrap(),
            certificate_bag(&certificate(), &[]).unwrap(),
        ];
        let contents = open(&pfx(rc2(bags.concat()), true)).unwrap();
        assert_eq!(
            contents.passed_over,
            [PassedOver::Bag(crl), PassedOver::Certificate]
        );
        assert_eq!(contents.certificates.len(), 1);
    }

    #[test]
    fn a_content_for_a_public_key_is_refused_by_name() {
        let content = ContentInfo {
            content_type: ID_ENVELOPED_DATA,
            content: Some(AnyRef::NULL),
        };
        let file = pfx(content.to_der().unwrap(), true);
        assert_eq!(
            Pfx::parse(&file, &Bounds::DEFAULT).unwrap_err(),
            PfxParseError::Content {
                oid: ID_ENVELOPED_DATA
            }
        );
    }

    /// R52: an unsupported scheme is named where it can be seen without the password, and inside of
    /// encryption only where a MAC has shown that the password is right.
    #[test]
    fn r52_where_an_unsupported_scheme_is_named() {
        let mut key_file = KEY_FILE.to_vec();
        key_file[15] = 99;
        let key = bag(SHROUDED_KEY_BAG, &key_file, &[]).unwrap();
        let outside = || data(&sequence(key.clone()).unwrap()).unwrap();
        let named = OpenError::Scheme(SchemeError::Unsupported {
            role: Role::EncryptionScheme,
            oid: ObjectIdentifier::new_unwrap("1.2.410.200004.1.99"),
        });
        for (file, error) in [
            (pfx(outside(), true), &named),
            (pfx(outside(), false), &named),
            (pfx(rc2(key.clone()), true), &named),
            (
                pfx(rc2(key.clone()), false),
                &OpenError::WrongPasswordOrDamaged,
            ),
        ] {
            assert_eq!(&open(&file).unwrap_err(), error);
        }
    }

    #[test]
    fn nested_bags_are_counted() {
        let certificate = certificate_bag(&certificate(), &[]).unwrap();
        let file = pfx(rc2(nested(certificate.repeat(3), 1)), true);
        let file = Pfx::parse(&file, &Bounds::DEFAULT).unwrap();
        let open = |limit| file.open(&password(), &Bounds::DEFAULT.lowered(Bound::Bags, limit));
        assert_eq!(open(3).unwrap().certificates.len(), 3);
        assert!(open(2).is_err());
    }
}
