//! Another institution's world: a root, a CA with the lab's policies, its lists, and what it issued.

use npki_cert::{
    Certificate, Crl, CrlEntry, CrlParams, Deviations, IdentifyData, Name, PolicyArc, PolicyKey,
    Profile, RevocationReason, SerialNumber, TbsParams, assemble_certificate, assemble_crl,
    compute_vid, policy_oid, tbs_crl,
};
use npki_core::{HashAlgorithm, Idn, Instant, Issuer, Product, RandomNumber};
use npki_key::{KeyKind, PrivateKey, SigningKey};
use npki_ra::{Challenge, Possession, Presented, RevocationLists, TrustedCas};

use crate::world::{IDN, at, rng};

const FROM: &str = "2020-01-01T00:00:00+09:00";
const CRL_URI: &str = "http://crl.example/dp1.crl";

/// Somebody who certifies.
#[derive(Debug)]
pub(crate) struct OtherBank {
    root: Made,
    ca: Made,
}

/// A certificate with its key.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) certificate: Certificate,
    key: PrivateKey,
}

/// What a subscriber's certificate is like.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) product: Product,
    pub(crate) arc: PolicyArc,
    pub(crate) idn: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) profile: Profile,
    pub(crate) serial: u8,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            product: Product::PersonalLimited,
            arc: PolicyArc::Lab,
            idn: IDN,
            from: "2026-03-01T10:00:00+09:00",
            to: "2027-03-01T23:59:59+09:00",
            profile: Profile::SubscriberSign,
            serial: 3,
        }
    }
}

/// R of every certificate here.
pub(crate) fn r() -> RandomNumber {
    RandomNumber::from_octets(&[9; 20]).unwrap()
}

impl OtherBank {
    pub(crate) fn new() -> Self {
        let (root_key, ca_key) = (new_key(), new_key());
        let name = "cn=Lab RootCA,ou=Korea Certification Authority Central,o=Lab,c=KR";
        let root_name = Name::from_npki_text(name).unwrap();
        let public = root_key.public_key().clone();
        let algorithm = root_key.signing_key().unwrap().algorithm().identifier();
        let root_params = TbsParams {
            serial_number: serial(1),
            issuer: None,
            subject: &root_name,
            public_key: &public,
            not_before: at(FROM),
            not_after: at("2045-12-31T23:59:59+09:00"),
            signature_algorithm: &algorithm,
            policy: None,
            notice: None,
            cps_uri: None,
            crl_uri: None,
            ocsp_uri: None,
            identify_data: None,
            path_len: None,
            deviations: Deviations::Korean,
        };
        let root = issue(Profile::Root, &root_params, &root_key);
        let data = IdentifyData {
            real_name: "시험 금융결제원".into(),
            vid: None,
        };
        let ca_name = "cn=Lab CA,ou=AccreditedCA,o=Lab-yessign,c=kr";
        let params = TbsParams {
            serial_number: serial(2),
            issuer: Some(&root),
            subject: &Name::from_npki_text(ca_name).unwrap(),
            public_key: &ca_key.public_key().clone(),
            not_after: at("2035-12-31T23:59:59+09:00"),
            notice: Some("이 인증서는 시험용 인증서입니다"),
            cps_uri: Some("http://cps.example/root.html"),
            crl_uri: Some("http://crl.example/arl.crl"),
            identify_data: Some(&data),
            path_len: Some(0),
            ..root_params
        };
        let ca = issue(Profile::IssuingCa, &params, &root_key);
        Self {
            root: Made {
                certificate: root,
                key: root_key,
            },
            ca: Made {
                certificate: ca,
                key: ca_key,
            },
        }
    }

    /// What a bank that trusts this root takes.
    pub(crate) fn trusted(&self) -> TrustedCas {
        TrustedCas::new([self.root.certificate.clone()])
            .intermediates([self.ca.certificate.clone()])
            .danger_accept_lab_policies()
    }

    pub(crate) fn certify(&self, wanted: &Wanted) -> Made {
        let key = new_key();
        let idn = Idn::parse(wanted.idn).unwrap();
        let data = IdentifyData {
            real_name: "홍길동".into(),
            vid: Some(compute_vid(HashAlgorithm::Sha256, &idn, &r())),
        };
        let name = "cn=홍길동()0004041202601010001,ou=ABC,ou=personal4IB,o=Lab-yessign,c=kr";
        let algorithm = self.ca.signing_key().algorithm().identifier();
        let signs = wanted.profile == Profile::SubscriberSign;
        let params = TbsParams {
            serial_number: serial(wanted.serial),
            issuer: Some(&self.ca.certificate),
            subject: &Name::from_npki_text(name).unwrap(),
            public_key: &key.public_key().clone(),
            not_before: at(wanted.from),
            not_after: at(wanted.to),
            signature_algorithm: &algorithm,
            policy: policy_oid(Issuer::Yessign, wanted.product, PolicyKey::Sign, wanted.arc),
            notice: Some("이 인증서는 시험용 인증서입니다"),
            cps_uri: Some("http://cps.example/cps.html"),
            crl_uri: Some(CRL_URI),
            ocsp_uri: Some("http://ocsp.example:4612"),
            identify_data: signs.then_some(&data),
            path_len: None,
            deviations: Deviations::Korean,
        };
        Made {
            certificate: issue(wanted.profile, &params, &self.ca.key),
            key,
        }
    }

    /// The lists of root and CA, with these on it.
    pub(crate) fn lists(&self, revoked: &[SerialNumber], now: Instant) -> RevocationLists {
        let entry = |serial: &SerialNumber| CrlEntry {
            serial_number: *serial,
            revoked_at: now,
            reason: Some(RevocationReason::KeyCompromise),
            invalidity: None,
        };
        let crls = [
            crl(&self.root, None, Vec::new(), now),
            crl(
                &self.ca,
                Some(CRL_URI),
                revoked.iter().map(entry).collect(),
                now,
            ),
        ];
        RevocationLists {
            crls: crls.to_vec(),
            ocsp: Vec::new(),
        }
    }
}

impl Made {
    fn signing_key(&self) -> Box<dyn SigningKey> {
        self.key.signing_key().unwrap()
    }

    pub(crate) fn sha256(&self) -> [u8; 32] {
        self.certificate.sha256_fingerprint()
    }

    pub(crate) fn possession(&self, challenge: &Challenge) -> Possession {
        let key = self.signing_key();
        let signature = key.sign(challenge.octets(), &mut rng(40)).unwrap();
        Possession {
            challenge: challenge.clone(),
            algorithm: key.algorithm(),
            signature: signature.into_octets(),
        }
    }

    /// Everything that a registration wants.
    pub(crate) fn presented(&self, challenge: &Challenge) -> Presented {
        Presented {
            certificate: self.certificate.der().to_vec(),
            possession: Some(self.possession(challenge)),
            random_number: Some(r()),
        }
    }
}

fn new_key() -> PrivateKey {
    PrivateKey::generate(KeyKind::P256, &mut rng(41)).unwrap()
}

fn serial(number: u8) -> SerialNumber {
    SerialNumber::from_octets(&[&[number][..], &[0xab; 16]].concat()).unwrap()
}

fn issue(profile: Profile, params: &TbsParams<'_>, key: &PrivateKey) -> Certificate {
    let tbs = profile.tbs(params).unwrap();
    let signature = key.signing_key().unwrap().sign(&tbs, &mut rng(42)).unwrap();
    let algorithm = params.signature_algorithm;
    assemble_certificate(&tbs, algorithm, signature.octets()).unwrap()
}

fn crl(issuer: &Made, uri: Option<&str>, entries: Vec<CrlEntry>, now: Instant) -> Crl {
    let key = issuer.signing_key();
    let algorithm = key.algorithm().identifier();
    let params = CrlParams {
        issuer: &issuer.certificate,
        signature_algorithm: &algorithm,
        this_update: now,
        next_update: now.saturating_add(core::time::Duration::from_secs(86_400)),
        number: 1,
        distribution_point: uri,
        base_number: None,
        freshest_crl: None,
    };
    let tbs = tbs_crl(&params, entries).unwrap();
    let signature = key.sign(&tbs, &mut rng(43)).unwrap();
    assemble_crl(&tbs, &algorithm, signature.octets()).unwrap()
}
