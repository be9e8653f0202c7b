//! x509-cert's builders take a handle.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::str::FromStr;

use common::{key, rng};
use der::referenced::OwnedToRef;
use der::{Decode, Encode};
use npki_key::{Bridge, PublicKey, Signature, SignatureAlgorithm, Verifier};
use x509_cert::builder::{Builder, RequestBuilder};
use x509_cert::name::Name;
use x509_cert::request::CertReq;

#[test]
fn a_request_is_signed_and_verifies() {
    for name in ["rsa-2048", "p256"] {
        let key = key(name);
        let signing_key = key.signing_key().unwrap();
        let subject = Name::from_str("cn=hong,c=KR").unwrap();
        let request = RequestBuilder::new(subject)
            .unwrap()
            .build_with_rng::<_, Signature, _>(&Bridge(&*signing_key), &mut rng())
            .unwrap();
        let request = CertReq::from_der(&request.to_der().unwrap()).unwrap();
        assert_eq!(request.info.public_key, *key.public_key());
        let algorithm =
            SignatureAlgorithm::from_identifier(request.algorithm.owned_to_ref()).unwrap();
        assert_eq!(algorithm, signing_key.algorithm());
        let verifier = PublicKey::parse(&request.info.public_key).unwrap();
        let message = request.info.to_der().unwrap();
        assert_eq!(
            verifier.verify(&algorithm, &message, request.signature.raw_bytes()),
            Ok(())
        );
    }
}
