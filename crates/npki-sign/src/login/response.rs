use npki_cert::Certificate;
use npki_core::RandomNumber;
use npki_key::SigningKey;
use rand_core::CryptoRng;

use super::Challenge;
use crate::cms::{CmsSignError, Profile, SignedData, Signing};

/// What a subscriber answers to a challenge.
#[derive(Debug)]
pub struct LoginResponse {
    /// SignedData over the challenge, DER.
    pub cms: Vec<u8>,
    /// R, where the relying party is to check the person's number against the VID.
    ///
    /// It goes to the relying party encrypted, or within TLS, and to nobody else.
    pub r: Option<RandomNumber>,
}

/// Signs a challenge.
///
/// # Errors
/// [`CmsSignError`] by what stood against signing.
///
/// # Security
/// Give `r` only for a relying party that has a right to identify the person.
pub fn sign_login(
    challenge: &Challenge,
    key: &dyn SigningKey,
    certificate: &Certificate,
    r: Option<RandomNumber>,
    profile: Profile,
    rng: &mut dyn CryptoRng,
) -> Result<LoginResponse, CmsSignError> {
    let signing = Signing::new(challenge.octets(), certificate).profile(profile);
    let cms = SignedData::sign(&signing, key, rng)?.der().to_vec();
    Ok(LoginResponse { cms, r })
}
