use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::{
    ECDSA_WITH_SHA_224, ECDSA_WITH_SHA_256, ECDSA_WITH_SHA_384, ECDSA_WITH_SHA_512, ID_MGF_1,
    ID_RSASSA_PSS, RSA_ENCRYPTION, SHA_1_WITH_RSA_ENCRYPTION, SHA_224_WITH_RSA_ENCRYPTION,
    SHA_256_WITH_RSA_ENCRYPTION, SHA_384_WITH_RSA_ENCRYPTION, SHA_512_WITH_RSA_ENCRYPTION,
};
use der::Any;
use der::asn1::AnyRef;
use npki_core::HashAlgorithm;
use pkcs1::{RsaPssParamsOwned, RsaPssParamsRef, TrailerField};
use spki::{AlgorithmIdentifier, AlgorithmIdentifierOwned, AlgorithmIdentifierRef};

use crate::AlgorithmError;

/// A signature scheme with its hash function.
///
/// SHA-1 is known because files of the first generation were signed with it; whether it may be
/// trusted, and what may be written, is decided where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5: what NPKI signs with.
    RsaPkcs1(HashAlgorithm),
    /// RSASSA-PSS with MGF1.
    RsaPss {
        /// Digests the message.
        hash: HashAlgorithm,
        /// The hash function in MGF1.
        mgf_hash: HashAlgorithm,
        /// Octets of the salt.
        salt_len: u8,
    },
    /// ECDSA.
    Ecdsa(HashAlgorithm),
}

impl SignatureAlgorithm {
    /// The function that digests the message.
    #[must_use]
    pub const fn hash(self) -> HashAlgorithm {
        match self {
            Self::RsaPkcs1(hash) | Self::RsaPss { hash, .. } | Self::Ecdsa(hash) => hash,
        }
    }

    /// Reads the identifier of a certificate, CRL or message.
    ///
    /// `sha…WithRSAEncryption` is taken with NULL or without parameters (RFC 4055 section 5 asks
    /// readers for both), ECDSA without parameters only. A bare `rsaEncryption` names no hash
    /// function and is not supported here; in CMS it may stand, see
    /// [`from_cms_identifier`](Self::from_cms_identifier).
    ///
    /// # Errors
    /// [`AlgorithmError::Refused`] for MD2, MD4 and MD5, by name; [`AlgorithmError::Unsupported`]
    /// for what is not known; [`AlgorithmError::Parameters`] for parameters that do not belong.
    ///
    /// Source: RFC 4055 section 5; RFC 5758 section 3.2; RFC 8017 appendix A.2.3.
    pub fn from_identifier(identifier: AlgorithmIdentifierRef<'_>) -> Result<Self, AlgorithmError> {
        let oid = identifier.oid;
        if let Some((name, _)) = REFUSED.iter().find(|(_, refused)| *refused == oid) {
            return Err(AlgorithmError::Refused { name });
        }
        let wrong = AlgorithmError::Parameters { oid };
        if let Some((hash, _)) = RSA_PKCS1.iter().find(|(_, known)| *known == oid) {
            return is_null_or_absent(identifier.parameters)
                .then_some(Self::RsaPkcs1(*hash))
                .ok_or(wrong);
        }
        if let Some((hash, _)) = ECDSA.iter().find(|(_, known)| *known == oid) {
            return identifier
                .parameters
                .is_none()
                .then_some(Self::Ecdsa(*hash))
                .ok_or(wrong);
        }
        if oid == ID_RSASSA_PSS {
            return identifier.parameters.and_then(pss).ok_or(wrong);
        }
        Err(AlgorithmError::Unsupported { oid })
    }

    /// Reads the `signatureAlgorithm` of a CMS SignerInfo, whose message was digested with
    /// `digest`.
    ///
    /// A bare `rsaEncryption` means RSASSA-PKCS1-v1_5 with `digest`; Korean clients write it.
    ///
    /// # Errors
    /// As [`from_identifier`](Self::from_identifier), and [`AlgorithmError::Digest`] when the
    /// identifier names another hash function than `digest`.
    ///
    /// Source: RFC 5754 section 3.2.
    pub fn from_cms_identifier(
        identifier: AlgorithmIdentifierRef<'_>,
        digest: HashAlgorithm,
    ) -> Result<Self, AlgorithmError> {
        if identifier.oid == RSA_ENCRYPTION {
            return is_null_or_absent(identifier.parameters)
                .then_some(Self::RsaPkcs1(digest))
                .ok_or(AlgorithmError::Parameters {
                    oid: identifier.oid,
                });
        }
        let algorithm = Self::from_identifier(identifier)?;
        if algorithm.hash() == digest {
            Ok(algorithm)
        } else {
            Err(AlgorithmError::Digest {
                found: algorithm.hash(),
                wanted: digest,
            })
        }
    }

    /// The identifier as we write it: NULL for RSASSA-PKCS1-v1_5, nothing for ECDSA.
    ///
    /// Source: RFC 4055 sections 3.1 and 5; RFC 5758 section 3.2.
    #[must_use]
    pub fn identifier(self) -> AlgorithmIdentifierOwned {
        match self {
            Self::RsaPkcs1(hash) => AlgorithmIdentifierOwned {
                oid: oid_in(RSA_PKCS1, hash),
                parameters: Some(Any::null()),
            },
            Self::Ecdsa(hash) => AlgorithmIdentifierOwned {
                oid: oid_in(ECDSA, hash),
                parameters: None,
            },
            Self::RsaPss {
                hash,
                mgf_hash,
                salt_len,
            } => AlgorithmIdentifierOwned {
                oid: ID_RSASSA_PSS,
                parameters: Some(pss_parameters(hash, mgf_hash, salt_len)),
            },
        }
    }
}

/// Whether RSA parameters are as they should be, or missing as in TradeSign's keys.
pub(crate) fn is_null_or_absent(parameters: Option<AnyRef<'_>>) -> bool {
    parameters.is_none_or(AnyRef::is_null)
}

fn pss(parameters: AnyRef<'_>) -> Option<SignatureAlgorithm> {
    let params: RsaPssParamsOwned = parameters.decode_as().ok()?;
    // DER leaves out what equals a default; whoever writes it out cannot be compared with the
    // signed copy of the identifier, so both are taken, and only trailer 1 exists.
    if params.mask_gen.oid != ID_MGF_1 || params.trailer_field != TrailerField::BC {
        return None;
    }
    Some(SignatureAlgorithm::RsaPss {
        hash: hash_of(&params.hash)?,
        mgf_hash: hash_of(params.mask_gen.parameters.as_ref()?)?,
        salt_len: params.salt_len,
    })
}

fn hash_of(identifier: &AlgorithmIdentifierOwned) -> Option<HashAlgorithm> {
    // RFC 4055 section 2.1: both forms are read.
    is_null_or_absent(identifier.parameters.as_ref().map(AnyRef::from))
        .then(|| HashAlgorithm::from_oid(identifier.oid))
        .flatten()
}

/// NULL is written in the hash identifiers, as RFC 4055 section 3.1 and every peer does.
fn pss_parameters(hash: HashAlgorithm, mgf_hash: HashAlgorithm, salt_len: u8) -> Any {
    let identifier = |hash: HashAlgorithm| AlgorithmIdentifierRef {
        oid: hash.oid(),
        parameters: Some(AnyRef::NULL),
    };
    let params = RsaPssParamsRef {
        hash: identifier(hash),
        mask_gen: AlgorithmIdentifier {
            oid: ID_MGF_1,
            parameters: Some(identifier(mgf_hash)),
        },
        salt_len,
        trailer_field: TrailerField::BC,
    };
    Any::encode_from(&params).expect("some sixty octets of valid ASN.1")
}

fn oid_in(table: &[(HashAlgorithm, ObjectIdentifier)], wanted: HashAlgorithm) -> ObjectIdentifier {
    table
        .iter()
        .find_map(|(hash, oid)| (*hash == wanted).then_some(*oid))
        .expect("every table names every hash function; a test holds it")
}

/// RFC 8017 appendix A.2.4, RFC 4055 section 5.
const RSA_PKCS1: &[(HashAlgorithm, ObjectIdentifier)] = &[
    (HashAlgorithm::Sha1, SHA_1_WITH_RSA_ENCRYPTION),
    (HashAlgorithm::Sha224, SHA_224_WITH_RSA_ENCRYPTION),
    (HashAlgorithm::Sha256, SHA_256_WITH_RSA_ENCRYPTION),
    (HashAlgorithm::Sha384, SHA_384_WITH_RSA_ENCRYPTION),
    (HashAlgorithm::Sha512, SHA_512_WITH_RSA_ENCRYPTION),
];

/// RFC 3279 section 2.2.3, RFC 5758 section 3.2.
const ECDSA: &[(HashAlgorithm, ObjectIdentifier)] = &[
    (
        HashAlgorithm::Sha1,
        ObjectIdentifier::new_unwrap("1.2.840.10045.4.1"),
    ),
    (HashAlgorithm::Sha224, ECDSA_WITH_SHA_224),
    (HashAlgorithm::Sha256, ECDSA_WITH_SHA_256),
    (HashAlgorithm::Sha384, ECDSA_WITH_SHA_384),
    (HashAlgorithm::Sha512, ECDSA_WITH_SHA_512),
];

/// Collisions of these hash functions can be made at will (RFC 6149, RFC 6150, RFC 6151).
const REFUSED: &[(&str, ObjectIdentifier)] = &[
    (
        "md2WithRSAEncryption",
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.2"),
    ),
    (
        "md4WithRSAEncryption",
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.3"),
    ),
    (
        "md5WithRSAEncryption",
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.4"),
    ),
];

#[cfg(test)]
mod tests {
    use der::referenced::OwnedToRef;
    use hex_literal::hex;

    use super::*;

    #[test]
    fn identifiers_are_read_back() {
        for hash in HashAlgorithm::ALL {
            for mgf_hash in HashAlgorithm::ALL {
                for algorithm in [
                    SignatureAlgorithm::RsaPkcs1(*hash),
                    SignatureAlgorithm::Ecdsa(*hash),
                    SignatureAlgorithm::RsaPss {
                        hash: *hash,
                        mgf_hash: *mgf_hash,
                        salt_len: 20,
                    },
                ] {
                    let identifier = algorithm.identifier();
                    let read = SignatureAlgorithm::from_identifier(identifier.owned_to_ref());
                    assert_eq!(read, Ok(algorithm));
                }
            }
        }
    }

    #[test]
    fn parameters_are_null_absent_or_refused() {
        let null = Some(AnyRef::NULL);
        let other = Some(AnyRef::new(der::Tag::OctetString, &[]).unwrap());
        for (oid, parameters, reads) in [
            (SHA_256_WITH_RSA_ENCRYPTION, null, true),
            (SHA_256_WITH_RSA_ENCRYPTION, None, true),
            (SHA_256_WITH_RSA_ENCRYPTION, other, false),
            (ECDSA_WITH_SHA_256, None, true),
            (ECDSA_WITH_SHA_256, null, false),
            (ID_RSASSA_PSS, None, false),
            (ID_RSASSA_PSS, null, false),
        ] {
            let read =
                SignatureAlgorithm::from_identifier(AlgorithmIdentifierRef { oid, parameters });
            assert_eq!(read.is_ok(), reads, "{oid} {parameters:?}");
            assert!(reads || read == Err(AlgorithmError::Parameters { oid }));
        }
    }

    #[test]
    fn broken_and_unknown_algorithms_are_told_apart() {
        let read = |oid: &str| {
            SignatureAlgorithm::from_identifier(AlgorithmIdentifierRef {
                oid: ObjectIdentifier::new_unwrap(oid),
                parameters: None,
            })
        };
        assert_eq!(
            read("1.2.840.113549.1.1.4").unwrap_err().to_string(),
            "signature algorithm md5WithRSAEncryption is refused"
        );
        for oid in ["1.2.840.113549.1.1.1", "1.2.410.200004.1.8"] {
            let error = read(oid).unwrap_err();
            assert!(matches!(error, AlgorithmError::Unsupported { .. }), "{oid}");
        }
    }

    #[test]
    fn cms_may_name_the_key_instead() {
        let (sha256, sha512) = (HashAlgorithm::Sha256, HashAlgorithm::Sha512);
        for (oid, digest, wanted) in [
            (RSA_ENCRYPTION, sha256, Some(sha256)),
            (RSA_ENCRYPTION, sha512, Some(sha512)),
            (SHA_256_WITH_RSA_ENCRYPTION, sha256, Some(sha256)),
            (SHA_256_WITH_RSA_ENCRYPTION, sha512, None),
        ] {
            let identifier = AlgorithmIdentifierRef {
                oid,
                parameters: Some(AnyRef::NULL),
            };
            let read = SignatureAlgorithm::from_cms_identifier(identifier, digest);
            assert_eq!(read.ok(), wanted.map(SignatureAlgorithm::RsaPkcs1), "{oid}");
        }
    }

    #[test]
    fn pss_parameters_of_openssl() {
        // openssl req -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sha256
        let der = hex!(
            "3041 06092a864886f70d01010a 3034
             a00f300d06096086480165030402010500
             a11c301a06092a864886f70d010108300d06096086480165030402010500
             a203020120"
        );
        let algorithm = SignatureAlgorithm::RsaPss {
            hash: HashAlgorithm::Sha256,
            mgf_hash: HashAlgorithm::Sha256,
            salt_len: 32,
        };
        assert_eq!(der::Encode::to_der(&algorithm.identifier()).unwrap(), der);
    }
}
