use npki_core::Order;
use npki_key::{KeyError, PublicKey, SigningKey, Verifier, VerifyError, backend};
use pkcs1::RsaPublicKeyRef;
use spki::SubjectPublicKeyInfoOwned;

use const_oid::ObjectIdentifier;
use der::Decode as _;

use crate::{CaError, Possession, Refusal, Request};

/// Which certificates come of an order (R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pairs {
    /// One, for signing.
    Signing,
    /// Two: one for signing, one for key management.
    SigningAndKm,
}

impl Pairs {
    pub(crate) fn of(order: &Order) -> Result<Self, CaError> {
        match order.profile.as_str() {
            Order::SIGN => Ok(Self::Signing),
            Order::SIGN_KM => Ok(Self::SigningAndKm),
            other => Err(CaError::NoProfile(other.to_owned())),
        }
    }

    /// Whether a request asks for what the order gives: never one certificate of a pair.
    pub(crate) const fn fit(self, request: &Request<'_>) -> Result<(), Refusal> {
        match (self, &request.km) {
            (Self::Signing, None) | (Self::SigningAndKm, Some(_)) => Ok(()),
            (Self::Signing, Some(_)) => Err(Refusal::KmKeyUnwanted),
            (Self::SigningAndKm, None) => Err(Refusal::KmKeyMissing),
        }
    }
}

/// Whether the requester holds every key that he asks a certificate for, and each may have one. The
/// library of the CA's own key verifies it.
pub(crate) fn possession(request: &Request<'_>, own: &dyn SigningKey) -> Result<(), Refusal> {
    proved(request.public_key, &request.possession, own)?;
    let Some(km) = &request.km else {
        return Ok(());
    };
    // What is encrypted to such a certificate is encrypted by RSA; and one key is not two.
    if !is_rsa(km.public_key) || km.public_key == request.public_key {
        return Err(Refusal::KeyRefused);
    }
    proved(km.public_key, &km.possession, own)
}

fn proved(
    public_key: &SubjectPublicKeyInfoOwned,
    possession: &Possession<'_>,
    own: &dyn SigningKey,
) -> Result<(), Refusal> {
    if !may_be_certified(public_key) {
        return Err(Refusal::KeyRefused);
    }
    let holds = |key: &dyn Verifier| {
        let Possession {
            algorithm,
            message,
            signature,
        } = possession;
        key.verify(algorithm, message, signature)
    };
    let refused = |_: KeyError| Refusal::KeyRefused;
    let proved = match holds(&*own.verifier(public_key).map_err(refused)?) {
        // Such as SHA-1, which some libraries leave out.
        Err(VerifyError::Algorithm) => holds(&PublicKey::parse(public_key).map_err(refused)?),
        proved => proved,
    };
    proved.map_err(|_| Refusal::NoPossession)
}

/// RSA of 2,048 to 4,096 bits with an exponent of 65,537 or more, or P-256: what users of
/// KCAC.TS.DSIG's current generation hold, and what CA/Browser Forum BR 6.1.6 asks of an exponent.
fn may_be_certified(public_key: &SubjectPublicKeyInfoOwned) -> bool {
    if is_rsa(public_key) {
        let octets = public_key.subject_public_key.raw_bytes();
        return RsaPublicKeyRef::from_der(octets).is_ok_and(|key| {
            let exponent = key.public_exponent.as_bytes();
            let bits = backend::rsa_bits(public_key).ok().flatten();
            bits.is_some_and(|bits| (2048..=4096).contains(&bits)) && exponent.len() >= 3
        });
    }
    public_key.algorithm.oid == const_oid::db::rfc5912::ID_EC_PUBLIC_KEY
        && public_key
            .algorithm
            .parameters
            .as_ref()
            .is_some_and(|curve| {
                curve
                    .decode_as::<ObjectIdentifier>()
                    .is_ok_and(|curve| curve == const_oid::db::rfc5912::SECP_256_R_1)
            })
}

fn is_rsa(public_key: &SubjectPublicKeyInfoOwned) -> bool {
    public_key.algorithm.oid == const_oid::db::rfc5912::RSA_ENCRYPTION
}
