//! The stable names of the rooms' errors, as answers carry them.
//!
//! Rooms name their errors themselves; those with few have their names here.

use npki_cert::{CertError, NameTextError};
use npki_cmp::CmpError;
use npki_container::{
    BeyondBound, CbcError, IterationsError, OpenError, ParseError, PasswordRefused,
    PasswordTooLong, PfxParseError, SchemeError, SealError,
};
use npki_core::{IdnError, RandomNumberError};
use npki_key::{DecryptError, KeyError, SignError, VerifyError};
use npki_media::{MediumError, PfxError};
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
    CertError: CertError::name;
    KeyError: KeyError::name;
    SignError: |_| "signing-failed";
    VerifyError: |error| match error {
        VerifyError::Mismatch => "signature",
        _ => "signature-algorithm",
    };
    DecryptError: |_| "decryption-failed";
    ParseError: ParseError::name;
    SchemeError: SchemeError::name;
    BeyondBound: BeyondBound::name;
    OpenError: OpenError::name;
    SealError: SealError::name;
    PfxParseError: PfxParseError::name;
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
    MediumError: MediumError::name;
    PfxError: PfxError::name;
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
