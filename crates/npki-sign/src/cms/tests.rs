//! Messages that no honest tool writes, signed with a key of our own.

use std::{fs, path::Path, sync::OnceLock};

use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use const_oid::{
    ObjectIdentifier,
    db::rfc5911::{ID_CONTENT_TYPE, ID_MESSAGE_DIGEST, ID_SIGNING_TIME},
};
use der::{
    Any, Decode, Encode,
    asn1::{OctetString, UtcTime},
};
use npki_cert::Certificate;
use npki_container::cms::ID_DATA;
use npki_core::HashAlgorithm;
use npki_key::{PrivateKey, SignatureAlgorithm, SigningKey};
use proptest::prelude::*;

use super::{
    CmsError, CmsSignError, Profile, SignedData, SignerFault, Signing, TrustedHashes, Verification,
    asn1::{Attribute, SetAsFound, SignedDataValue, SignerIdentifier},
};

const CONTENT: &[u8] = b"what is signed";
const OTHER_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.3.4");

fn read(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/cms");
    fs::read(folder.join(name)).unwrap()
}

fn certificate(name: &str) -> Certificate {
    Certificate::parse(&read(&format!("{name}.der"))).unwrap()
}

fn key() -> &'static dyn SigningKey {
    static KEY: OnceLock<Box<dyn SigningKey>> = OnceLock::new();
    &**KEY.get_or_init(|| {
        PrivateKey::parse(&read("signer.p8"))
            .unwrap()
            .signing_key()
            .unwrap()
    })
}

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([3; 32])
}

fn signed(profile: Profile) -> SignedDataValue {
    let certificate = certificate("signer");
    let signing = Signing::new(CONTENT, &certificate).profile(profile);
    SignedData::sign(&signing, key(), &mut rng()).unwrap().value
}

/// Writes it, reads it, verifies it.
fn judge(value: SignedDataValue) -> Result<(), CmsError> {
    let der = SignedData::new(value).unwrap().der().to_vec();
    SignedData::parse(&der)?
        .verify_signatures(&Verification::default())
        .map(|_| ())
}

fn fault(value: SignedDataValue) -> Option<SignerFault> {
    match judge(value) {
        Ok(()) => None,
        Err(CmsError::Signer { index: 0, fault }) => Some(fault),
        Err(other) => panic!("{other:?}"),
    }
}

fn attribute(attr_type: ObjectIdentifier, values: Vec<Any>) -> Attribute {
    Attribute {
        attr_type,
        attr_values: SetAsFound(values),
    }
}

fn content_type(oid: ObjectIdentifier) -> Attribute {
    attribute(ID_CONTENT_TYPE, vec![Any::encode_from(&oid).unwrap()])
}

fn octets(octets: &[u8]) -> Any {
    Any::encode_from(&OctetString::new(octets).unwrap()).unwrap()
}

fn digest() -> Any {
    octets(HashAlgorithm::Sha256.digest(CONTENT).octets())
}

fn message_digest() -> Attribute {
    attribute(ID_MESSAGE_DIGEST, vec![digest()])
}

/// Signs these attributes as they stand.
fn with_attributes(attributes: Vec<Attribute>) -> SignedDataValue {
    let mut value = signed(Profile::PLAIN);
    let attributes = SetAsFound(attributes);
    let signature = key()
        .sign(&attributes.to_der().unwrap(), &mut rng())
        .unwrap();
    let signer = &mut value.signer_infos.0[0];
    signer.signature = OctetString::new(signature.into_octets()).unwrap();
    signer.signed_attributes = Some(attributes);
    value
}

/// RFC 5652 sections 5.3, 11.1, 11.2.
#[test]
fn attributes_are_there_once_and_right() {
    let wrong = octets(HashAlgorithm::Sha256.digest(b"else").octets());
    let time = Any::encode_from(&UtcTime::from_der(b"\x17\x0d260424040000Z").unwrap()).unwrap();
    for (what, attributes, expected) in [
        (
            "as it should be",
            vec![content_type(ID_DATA), message_digest()],
            None,
        ),
        (
            "not in DER order, signed so",
            vec![message_digest(), content_type(ID_DATA)],
            None,
        ),
        (
            "an attribute that nobody knows",
            vec![
                content_type(ID_DATA),
                message_digest(),
                attribute(OTHER_TYPE, vec![Any::null(), Any::null()]),
            ],
            None,
        ),
        (
            "no contentType",
            vec![message_digest()],
            Some(SignerFault::AttributeMissing("contentType")),
        ),
        (
            "no messageDigest",
            vec![content_type(ID_DATA)],
            Some(SignerFault::AttributeMissing("messageDigest")),
        ),
        (
            "none at all",
            vec![],
            Some(SignerFault::AttributeMissing("contentType")),
        ),
        (
            "another contentType",
            vec![content_type(OTHER_TYPE), message_digest()],
            Some(SignerFault::ContentType {
                signed: OTHER_TYPE,
                found: ID_DATA,
            }),
        ),
        (
            "two contentTypes",
            vec![
                content_type(ID_DATA),
                content_type(OTHER_TYPE),
                message_digest(),
            ],
            Some(SignerFault::AttributeRepeated("contentType")),
        ),
        (
            "two messageDigests",
            vec![
                content_type(ID_DATA),
                message_digest(),
                attribute(ID_MESSAGE_DIGEST, vec![wrong.clone()]),
            ],
            Some(SignerFault::AttributeRepeated("messageDigest")),
        ),
        (
            "the same messageDigest twice",
            vec![content_type(ID_DATA), message_digest(), message_digest()],
            Some(SignerFault::AttributeRepeated("messageDigest")),
        ),
        (
            "a messageDigest of two values",
            vec![
                content_type(ID_DATA),
                attribute(ID_MESSAGE_DIGEST, vec![digest(), wrong.clone()]),
            ],
            Some(SignerFault::AttributeRepeated("messageDigest")),
        ),
        (
            "a messageDigest of no value",
            vec![content_type(ID_DATA), attribute(ID_MESSAGE_DIGEST, vec![])],
            Some(SignerFault::AttributeRepeated("messageDigest")),
        ),
        (
            "a messageDigest that is no OCTET STRING",
            vec![
                content_type(ID_DATA),
                attribute(ID_MESSAGE_DIGEST, vec![Any::null()]),
            ],
            Some(SignerFault::AttributeMalformed("messageDigest")),
        ),
        (
            "another content's digest",
            vec![
                content_type(ID_DATA),
                attribute(ID_MESSAGE_DIGEST, vec![wrong]),
            ],
            Some(SignerFault::Content),
        ),
        (
            "a digest cut short",
            vec![
                content_type(ID_DATA),
                attribute(
                    ID_MESSAGE_DIGEST,
                    vec![octets(
                        &HashAlgorithm::Sha256.digest(CONTENT).octets()[..31],
                    )],
                ),
            ],
            Some(SignerFault::Content),
        ),
        (
            "two signing times",
            vec![
                content_type(ID_DATA),
                message_digest(),
                attribute(ID_SIGNING_TIME, vec![time.clone(), time]),
            ],
            Some(SignerFault::AttributeRepeated("signingTime")),
        ),
        (
            "a signing time that is none",
            vec![
                content_type(ID_DATA),
                message_digest(),
                attribute(ID_SIGNING_TIME, vec![Any::null()]),
            ],
            Some(SignerFault::AttributeMalformed("signingTime")),
        ),
    ] {
        assert_eq!(fault(with_attributes(attributes)), expected, "{what}");
    }
}

#[test]
fn a_change_is_found() {
    type Change = fn(&mut SignedDataValue);
    let changes: &[(&str, Profile, Change, SignerFault)] = &[
        (
            "content, plain",
            Profile::PLAIN,
            |v| v.encap_content_info.content = Some(octets(b"What is signed")),
            SignerFault::Content,
        ),
        (
            "content, noattr",
            Profile::NOATTR,
            |v| v.encap_content_info.content = Some(octets(b"What is signed")),
            SignerFault::Signature,
        ),
        (
            "the attributes taken away",
            Profile::PLAIN,
            |v| v.signer_infos.0[0].signed_attributes = None,
            SignerFault::Signature,
        ),
        (
            "the content's type",
            Profile::PLAIN,
            |v| v.encap_content_info.content_type = OTHER_TYPE,
            SignerFault::ContentType {
                signed: ID_DATA,
                found: OTHER_TYPE,
            },
        ),
        (
            "the content's type, noattr",
            Profile::NOATTR,
            |v| v.encap_content_info.content_type = OTHER_TYPE,
            SignerFault::AttributeMissing("contentType"),
        ),
        (
            "a bit of the signature",
            Profile::PLAIN,
            |v| {
                let mut octets = v.signer_infos.0[0].signature.as_bytes().to_vec();
                octets[100] ^= 1;
                v.signer_infos.0[0].signature = OctetString::new(octets).unwrap();
            },
            SignerFault::Signature,
        ),
        (
            "no signature",
            Profile::PLAIN,
            |v| v.signer_infos.0[0].signature = OctetString::new([]).unwrap(),
            SignerFault::Signature,
        ),
        (
            "another certificate",
            Profile::PLAIN,
            |v| {
                let other = Any::from_der(certificate("other").der()).unwrap();
                v.certificates = Some(SetAsFound(vec![other]));
            },
            SignerFault::NoCertificate,
        ),
        (
            "named by a key identifier that is nobody's",
            Profile::PLAIN,
            |v| {
                let nobody = OctetString::new([7; 20]).unwrap();
                v.signer_infos.0[0].sid = SignerIdentifier::SubjectKeyIdentifier(nobody);
            },
            SignerFault::NoCertificate,
        ),
        (
            "another digest algorithm",
            Profile::NOATTR,
            |v| v.signer_infos.0[0].digest_algorithm.oid = HashAlgorithm::Sha512.oid(),
            SignerFault::Signature,
        ),
        (
            "an unknown digest algorithm",
            Profile::NOATTR,
            |v| v.signer_infos.0[0].digest_algorithm.oid = OTHER_TYPE,
            SignerFault::UnknownDigest(OTHER_TYPE),
        ),
    ];
    for (what, profile, change, expected) in changes {
        let mut value = signed(*profile);
        assert_eq!(fault(value.clone()), None, "{what}");
        change(&mut value);
        assert_eq!(fault(value).as_ref(), Some(expected), "{what}");
    }
}

/// The algorithm that signs has to be the one that digests.
#[test]
fn the_digest_algorithm_is_the_signatures() {
    let identifier = SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha512).identifier();
    let mut value = signed(Profile::PLAIN);
    value.signer_infos.0[0].signature_algorithm = identifier;
    assert!(matches!(fault(value), Some(SignerFault::Algorithm(_))));
    // The same, named: as good as rsaEncryption.
    let identifier = SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha256).identifier();
    let mut value = signed(Profile::PLAIN);
    value.signer_infos.0[0].signature_algorithm = identifier;
    assert_eq!(fault(value), None);
}

/// A signature over attributes, shown as one over a content of the same octets.
#[test]
fn attributes_are_no_content() {
    let mut value = signed(Profile::PLAIN);
    let attributes = value.signer_infos.0[0].signed_attributes.take().unwrap();
    value.encap_content_info.content = Some(octets(&attributes.to_der().unwrap()));
    assert_eq!(fault(value), Some(SignerFault::ContentIsAttributes));
}

#[test]
fn nobody_signed() {
    let mut value = signed(Profile::PLAIN);
    value.signer_infos.0.clear();
    assert_eq!(judge(value), Err(CmsError::NoSigner));
}

#[test]
fn the_second_signer_counts_too() {
    let mut value = signed(Profile::PLAIN);
    let mut second = value.signer_infos.0[0].clone();
    second.signature = OctetString::new([1; 256]).unwrap();
    value.signer_infos.0.push(second);
    assert_eq!(
        judge(value),
        Err(CmsError::Signer {
            index: 1,
            fault: SignerFault::Signature
        })
    );
}

#[test]
fn signers_are_bounded() {
    let mut value = signed(Profile::PLAIN);
    let one = value.signer_infos.0[0].clone();
    value.signer_infos.0 = vec![one.clone(); SignedData::MAX_SIGNERS];
    assert_eq!(judge(value.clone()), Ok(()));
    value.signer_infos.0.push(one);
    assert!(matches!(judge(value), Err(CmsError::TooManySigners { .. })));
}

#[test]
fn a_content_that_is_not_octets() {
    let mut value = signed(Profile::NOATTR);
    value.encap_content_info.content = Some(Any::null());
    assert_eq!(judge(value), Err(CmsError::UnsupportedContent));
}

#[test]
fn content_is_given_once() {
    let message = SignedData::new(signed(Profile::PLAIN)).unwrap();
    let given = Verification {
        content: Some(CONTENT),
        ..Verification::default()
    };
    assert_eq!(
        message.verify_signatures(&given).unwrap_err(),
        CmsError::ContentGivenTwice
    );
    let mut value = signed(Profile::PLAIN);
    value.encap_content_info.content = None;
    let message = SignedData::new(value).unwrap();
    assert_eq!(
        message
            .verify_signatures(&Verification::default())
            .unwrap_err(),
        CmsError::NoContent
    );
    assert!(message.verify_signatures(&given).is_ok());
}

#[test]
fn sha1_counts_with_danger_only() {
    let message = SignedData::parse(&read("bad-sha1.p7")).unwrap();
    for (hashes, fine) in [
        (TrustedHashes::Sha2, false),
        (TrustedHashes::DangerSha1, true),
    ] {
        let verification = Verification {
            hashes,
            ..Verification::default()
        };
        assert_eq!(message.verify_signatures(&verification).is_ok(), fine);
    }
}

#[test]
fn the_key_has_to_be_the_certificates() {
    let other = certificate("other");
    let error = SignedData::sign(&Signing::new(CONTENT, &other), key(), &mut rng()).unwrap_err();
    assert!(matches!(error, CmsSignError::KeyMismatch));
}

#[test]
fn what_is_no_signed_data() {
    let good = read("good-attr.p7");
    let mut trailing = good.clone();
    trailing.push(0);
    for (what, bytes) in [
        ("nothing", &[][..]),
        ("an end of contents", &[0, 0]),
        ("a certificate", &read("signer.der")),
        ("an octet behind", &trailing),
        ("one octet less", &good[..good.len() - 1]),
    ] {
        assert!(SignedData::parse(bytes).is_err(), "{what}");
    }
    let mut enveloped = good;
    enveloped[14] = 3;
    assert!(matches!(
        SignedData::parse(&enveloped),
        Err(CmsError::NotSignedData(_))
    ));
}

/// A SET of many small elements would cost many times its size.
#[test]
fn elements_are_bounded() {
    for (count, fine) in [(1_024, true), (1_025, false)] {
        let mut value = signed(Profile::PLAIN);
        value.crls = Some(SetAsFound(vec![Any::null(); count]));
        assert_eq!(judge(value).is_ok(), fine, "{count}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is changed: no panic; and what is read is written again as it was.
    #[test]
    fn mutated_messages(
        name in prop::sample::select(vec![
            "good-attr.p7", "good-noattr.p7", "good-attr-stream.p7", "good-two-signers.p7",
        ]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = read(name);
        for (at, to) in changes {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        if let Ok(message) = SignedData::parse(&bytes) {
            let again = SignedData::parse(message.der()).unwrap();
            prop_assert_eq!(again.der(), message.der());
            let _ = message.verify_signatures(&Verification::default());
        }
    }

    /// Signatures can be verified by anybody (S3).
    #[test]
    fn what_is_signed_verifies(content in prop::collection::vec(any::<u8>(), 0..200)) {
        let certificate = certificate("signer");
        for profile in Profile::ALL {
            let signing = Signing::new(&content, &certificate).profile(*profile);
            let der = SignedData::sign(&signing, key(), &mut rng()).unwrap().der().to_vec();
            let message = SignedData::parse(&der).unwrap();
            prop_assert_eq!(message.content(), Some(content.as_slice()));
            prop_assert!(message.verify_signatures(&Verification::default()).is_ok());
        }
    }
}
