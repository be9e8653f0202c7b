use npki_cert::Certificate;
use npki_container::EncryptedPrivateKeyInfo;

use crate::{Bundle, Damage, MediumError, Pair};

/// The password of the test subscribers' keys.
///
/// # Security
/// It is public, and so are the keys.
pub const PASSWORD: &str = "conformance-1!";

/// 홍길동: an RSA signing pair with R, a key-management pair, a CA certificate.
///
/// # Errors
/// None but a fault of this library.
pub fn subscriber() -> Result<Bundle, MediumError> {
    Ok(Bundle {
        sign: pair(
            include_bytes!("../../vectors/sign.der"),
            include_bytes!("../../vectors/sign.key"),
        )?,
        km: Some(pair(
            include_bytes!("../../vectors/km.der"),
            include_bytes!("../../vectors/km.key"),
        )?),
        ca_certificates: vec![certificate(include_bytes!("../../vectors/ca-yessign.der"))?],
    })
}

/// 홍길동 a year later: a new signing pair (P-256) with another R, and no key-management pair.
///
/// # Errors
/// None but a fault of this library.
pub fn renewed_subscriber() -> Result<Bundle, MediumError> {
    Ok(Bundle {
        sign: pair(
            include_bytes!("../../vectors/renewed.der"),
            include_bytes!("../../vectors/renewed.key"),
        )?,
        km: None,
        ca_certificates: Vec::new(),
    })
}

/// 김영희, of another CA: a signing pair (P-256) without R, and a name that no folder can have.
///
/// # Errors
/// None but a fault of this library.
pub fn other_subscriber() -> Result<Bundle, MediumError> {
    Ok(Bundle {
        sign: pair(
            include_bytes!("../../vectors/other.der"),
            include_bytes!("../../vectors/other.key"),
        )?,
        km: None,
        ca_certificates: vec![certificate(include_bytes!("../../vectors/ca-kica.der"))?],
    })
}

fn pair(der: &[u8], key: &[u8]) -> Result<Pair, MediumError> {
    Ok(Pair {
        certificate: certificate(der)?,
        key: EncryptedPrivateKeyInfo::parse(key).map_err(|e| vector(Damage::NotAKey(e)))?,
    })
}

fn certificate(der: &[u8]) -> Result<Certificate, MediumError> {
    Certificate::parse(der).map_err(|e| vector(Damage::NotACertificate(e)))
}

fn vector(damage: Damage) -> MediumError {
    MediumError::Damaged {
        at: "a test vector".to_owned(),
        damage,
    }
}
