use der::{Decode as _, Encode as _};
use npki_cert::{
    Certificate, CertificationRequest, Crl, OcspRequest, OcspResponse, assemble_certificate,
    assemble_crl,
};
use npki_cmp::Message;
use npki_container::{Bounds, EncryptedPrivateKeyInfo, Pfx};
use npki_key::{PrivateKey, PublicKey, Verifier as _};
use npki_sign::cms::{CmsError, SignedData};
use serde_json::json;
use spki::SubjectPublicKeyInfoOwned;

use crate::{
    answer::{No, Outcome},
    hex,
    request::Fields,
};

/// Reads one object and writes it again from what was read.
pub(super) fn parse(fields: &Fields<'_>) -> Outcome {
    let kind = fields.text("kind")?;
    let der = fields.bytes("der")?;
    let written = match kind {
        "cert" => {
            let read = Certificate::parse(&der)?;
            assemble_certificate(read.tbs_der(), read.signature_algorithm(), read.signature())?
                .der()
                .to_vec()
        }
        "crl" => {
            let read = Crl::parse(&der)?;
            assemble_crl(read.tbs_der(), read.signature_algorithm(), read.signature())?
                .der()
                .to_vec()
        }
        "cms" => match SignedData::parse(&der) {
            // Other kinds of message are not read yet.
            Err(CmsError::NotSignedData(_)) => return Err(No::Unsupported),
            read => read?.der().to_vec(),
        },
        "pkcs8" => PrivateKey::parse(&der)?.expose_der().to_vec(),
        "epkcs8" => EncryptedPrivateKeyInfo::parse(&der)?.encode()?,
        "pkcs12" => Pfx::parse(&der, &Bounds::DEFAULT)?.encode()?,
        "spki" => {
            let info = SubjectPublicKeyInfoOwned::from_der(&der)?;
            PublicKey::parse(&info)?.public_key().to_der()?
        }
        "csr" => CertificationRequest::parse(&der)?.encode()?,
        "ocsp_req" => OcspRequest::parse(&der)?.encode()?,
        "ocsp_resp" => OcspResponse::parse(&der)?.encode()?,
        "cmp" => Message::parse(&der)?.encode()?,
        _ => return Err(No::BAD_REQUEST),
    };
    Ok(json!({ "reencoded": hex::encode(&written) }))
}
