//! What is taken from AWS-LC, as a table.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaEncoding, VerificationAlgorithm,
};
use npki_core::{Digest, HashAlgorithm};
use npki_key::SignatureAlgorithm;

/// An algorithm by our name and by theirs.
pub(crate) struct Row {
    pub(crate) algorithm: SignatureAlgorithm,
    /// How RSA signs; nothing for ECDSA, where the key says it.
    pub(crate) encoding: Option<&'static dyn RsaEncoding>,
    pub(crate) verification: &'static dyn VerificationAlgorithm,
    digest: &'static digest::Algorithm,
}

impl Row {
    pub(crate) fn of(algorithm: SignatureAlgorithm) -> Option<(usize, &'static Self)> {
        ROWS.iter()
            .enumerate()
            .find(|(_, row)| row.algorithm == algorithm)
    }

    /// The digest as AWS-LC takes it; nothing when another function made it.
    pub(crate) fn digest(&self, digest: &Digest) -> Option<digest::Digest> {
        if digest.algorithm() != self.algorithm.hash() {
            return None;
        }
        digest::Digest::import_less_safe(digest.octets(), self.digest).ok()
    }
}

const fn pkcs1(
    hash: HashAlgorithm,
    digest: &'static digest::Algorithm,
    encoding: &'static dyn RsaEncoding,
    verification: &'static dyn VerificationAlgorithm,
) -> Row {
    Row {
        algorithm: SignatureAlgorithm::RsaPkcs1(hash),
        encoding: Some(encoding),
        verification,
        digest,
    }
}

/// With the same function in MGF1 and a salt as long as the digest, as AWS-LC has it.
const fn pss(
    hash: HashAlgorithm,
    salt_len: u8,
    digest: &'static digest::Algorithm,
    encoding: &'static dyn RsaEncoding,
    verification: &'static dyn VerificationAlgorithm,
) -> Row {
    Row {
        algorithm: SignatureAlgorithm::RsaPss {
            hash,
            mgf_hash: hash,
            salt_len,
        },
        encoding: Some(encoding),
        verification,
        digest,
    }
}

const fn p256(
    hash: HashAlgorithm,
    digest: &'static digest::Algorithm,
    verification: &'static dyn VerificationAlgorithm,
) -> Row {
    Row {
        algorithm: SignatureAlgorithm::Ecdsa(hash),
        encoding: None,
        verification,
        digest,
    }
}

use HashAlgorithm::{Sha256, Sha384, Sha512};

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    pkcs1(Sha256, &digest::SHA256, &RSA_PKCS1_SHA256, &RSA_PKCS1_2048_8192_SHA256),
    pkcs1(Sha384, &digest::SHA384, &RSA_PKCS1_SHA384, &RSA_PKCS1_2048_8192_SHA384),
    pkcs1(Sha512, &digest::SHA512, &RSA_PKCS1_SHA512, &RSA_PKCS1_2048_8192_SHA512),
    pss(Sha256, 32, &digest::SHA256, &RSA_PSS_SHA256, &RSA_PSS_2048_8192_SHA256),
    pss(Sha384, 48, &digest::SHA384, &RSA_PSS_SHA384, &RSA_PSS_2048_8192_SHA384),
    pss(Sha512, 64, &digest::SHA512, &RSA_PSS_SHA512, &RSA_PSS_2048_8192_SHA512),
    p256(Sha256, &digest::SHA256, &ECDSA_P256_SHA256_ASN1),
    p256(Sha384, &digest::SHA384, &ECDSA_P256_SHA384_ASN1),
    p256(Sha512, &digest::SHA512, &ECDSA_P256_SHA512_ASN1),
];
