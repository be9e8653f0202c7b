//! The stable names of the rooms' errors, as answers carry them.
//!
//! Rooms that name their errors themselves are asked; the others have their names here, one for each variant.

use npki_cert::{CertError, NameTextError};
use npki_cmp::CmpError;
use npki_container::{
    BeyondBound, Bound, CbcError, IterationsError, OpenError, ParseError, PasswordRefused,
    PasswordTooLong, PfxParseError, SchemeError, SealError,
};
use npki_core::{IdnError, RandomNumberError};
use npki_key::{DecryptError, KeyError, SignError, VerifyError};
use npki_media::{Damage, MediumError, PfxError};
use npki_sign::cms::{CmsError, CmsSignError};
use npki_sign::login::ChallengeError;
use npki_trust::{CrlError, OcspError, PathError};

use crate::answer::No;

/// Gives error types their names.
macro_rules! named {
    ($($error:ty: $name:expr;)+) => {
        $(impl From<$error> for No {
            fn from(error: $error) -> Self {
                let name: fn(&$error) -> &'static str = $name;
                Self::Refused(name(&error))
            }
        })+
    };
}

named! {
    CertError: cert;
    KeyError: key;
    SignError: |_| "signing-failed";
    VerifyError: |error| match error {
        VerifyError::Mismatch => "signature",
        _ => "signature-algorithm",
    };
    DecryptError: |_| "decryption-failed";
    ParseError: parse;
    SchemeError: scheme;
    BeyondBound: bound;
    OpenError: open;
    SealError: seal;
    PfxParseError: pfx;
    PasswordTooLong: |_| "password-too-long";
    PasswordRefused: |_| "password-refused";
    IterationsError: |_| "iterations";
    CbcError: |error| match error {
        CbcError::WrongKeyOrDamaged => "wrong-key-or-damaged",
        CbcError::KeyLength { .. } => "key-length",
        _ => "iv-length",
    };
    IdnError: |_| "idn";
    RandomNumberError: |_| "random-number";
    NameTextError: |_| "name";
    MediumError: medium;
    PfxError: |error| match error {
        PfxError::Parse(error) => pfx(error),
        PfxError::Open(error) => open(error),
        PfxError::NoSigningPair => "no-signing-pair",
        PfxError::Seal(error) => seal(error),
        PfxError::Medium(error) => medium(error),
        _ => "pfx",
    };
    PathError: PathError::name;
    CrlError: CrlError::name;
    OcspError: OcspError::name;
    CmpError: |error| match error {
        CmpError::TooLong { .. } => "too-long",
        _ => "malformed",
    };
    CmsError: CmsError::name;
    CmsSignError: |error| match error {
        CmsSignError::KeyMismatch => "key-mismatch",
        CmsSignError::Profile(_) => "profile",
        CmsSignError::SigningTime => "signing-time",
        CmsSignError::Key(_) => "signing-failed",
        _ => "encoding",
    };
    ChallengeError: |_| "bad-request";
    der::Error: |_| "malformed";
}

fn cert(error: &CertError) -> &'static str {
    match error {
        CertError::TooLong { .. } => "too-long",
        CertError::TrailingData { .. } => "trailing-data",
        CertError::Version { .. } => "version",
        CertError::SerialNumber(_) => "serial-number",
        CertError::AlgorithmsDiffer { .. } => "algorithms-differ",
        CertError::DuplicateExtension(_) => "duplicate-extension",
        CertError::Extension { .. } => "extension",
        CertError::Pem { .. } => "pem",
        _ => "malformed",
    }
}

fn key(error: &KeyError) -> &'static str {
    match error {
        KeyError::TooLarge { .. } => "key-too-large",
        KeyError::UnsupportedAlgorithm { .. } => "key-algorithm",
        KeyError::UnsupportedCurve { .. } => "key-curve",
        KeyError::Parameters => "key-parameters",
        KeyError::MultiPrime => "key-multi-prime",
        KeyError::ModulusSize { .. } => "key-modulus-size",
        KeyError::PublicExponent => "key-public-exponent",
        KeyError::Inconsistent(_) => "key-inconsistent",
        KeyError::RandomNumber => "key-random-number",
        KeyError::WrongUse(_) => "key-wrong-use",
        _ => "key-malformed",
    }
}

fn parse(error: &ParseError) -> &'static str {
    match error {
        ParseError::NotEncrypted => "not-encrypted",
        ParseError::Cost(error) => bound(error),
        _ => "not-a-key-file",
    }
}

fn scheme(error: &SchemeError) -> &'static str {
    match error {
        SchemeError::Unsupported { .. } => "unsupported-algorithm",
        SchemeError::Cost(error) => bound(error),
        _ => "malformed-parameters",
    }
}

fn bound(error: &BeyondBound) -> &'static str {
    match error.bound {
        Bound::Iterations | Bound::Work => "too-costly",
        _ => "too-long",
    }
}

fn open(error: &OpenError) -> &'static str {
    match error {
        OpenError::Scheme(error) => scheme(error),
        OpenError::OtherCertificate => "other-certificate",
        // Whatever comes after decryption is one same error (R52).
        _ => WRONG_PASSWORD,
    }
}

fn seal(error: &SealError) -> &'static str {
    match error {
        SealError::NoPair { .. } => "no-pair",
        SealError::Scheme(error) => scheme(error),
        _ => "not-sealed",
    }
}

fn pfx(error: &PfxParseError) -> &'static str {
    match error {
        PfxParseError::Version { .. } => "pfx-version",
        PfxParseError::Content { .. } => "unsupported-algorithm",
        PfxParseError::Cost(error) => bound(error),
        _ => "not-a-pfx",
    }
}

fn medium(error: &MediumError) -> &'static str {
    match error {
        MediumError::NotFound { .. } => "not-found",
        MediumError::Exists { .. } => "exists",
        MediumError::HalfPair { .. } => "half-pair",
        MediumError::Damaged { damage, .. } => match damage {
            Damage::NotACertificate(_) => "not-a-certificate",
            Damage::NotAKey(_) => "not-a-key-file",
            Damage::TooLarge { .. } => "too-long",
            _ => "damaged",
        },
        MediumError::Scheme(error) => scheme(error),
        MediumError::OtherCertificate => "other-certificate",
        MediumError::Refused(_) => "bundle-refused",
        MediumError::TokenKeyStays(_) => "key-stays",
        MediumError::Seal(error) => seal(error),
        MediumError::NotAsWritten { .. } => "not-as-written",
        MediumError::Full { .. } => "medium-full",
        MediumError::ReadOnly { .. } => "medium-read-only",
        MediumError::Denied { .. } => "medium-denied",
        MediumError::Gone { .. } => "medium-gone",
        MediumError::Busy { .. } => "medium-busy",
        MediumError::Io { .. } => "medium-io",
        _ => WRONG_PASSWORD,
    }
}

const WRONG_PASSWORD: &str = "wrong-password-or-damaged";
