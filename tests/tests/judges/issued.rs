//! Everything that CAs issue, in folders, for others to judge.

use core::cell::Cell;
use core::time::Duration;
use std::fs;
use std::path::PathBuf;

use npki_ca::{CrlScope, OcspKey, OcspResponder, OcspSettings, ceremony};
use npki_cert::{
    CertId, Certificate, Deviations, IdentifyData, Name, OcspRequest, PolicyOid, Profile,
    SerialNumber, TbsParams, assemble_certificate,
};
use npki_core::{HashAlgorithm, Instant, Issuer, Product, RevocationReason};
use npki_key::{KeyKind, PrivateKey, SigningKey};
use npki_lab::{KeyPool, Lab, LabLedgers, Person};
use npki_tests::{generator, generator_from};
use rand_core::CryptoRng;

/// A folder as `tests/judges/Judge.java` describes it.
pub(crate) struct Issued {
    folder: PathBuf,
}

impl Issued {
    /// What the lab's CA issues: certificates of every profile, lists of every kind, OCSP answers.
    pub(crate) fn of_the_lab(folder: PathBuf) -> Self {
        let ledgers = LabLedgers::in_memory();
        let lab = Lab::new(6, now(), &ledgers).unwrap();
        Self::of(lab, folder)
    }

    /// The same without the ways of the Korean PKI.
    pub(crate) fn without_deviations(folder: PathBuf) -> Self {
        let ledgers = LabLedgers::in_memory();
        let lab = Lab::without_deviations(6, now(), &ledgers).unwrap();
        Self::of(lab, folder)
    }

    fn of(mut lab: Lab<'_>, folder: PathBuf) -> Self {
        let mut cas = lab.authorities.cas.iter_mut();
        let own = cas.find(|ca| ca.issuer == ISSUER).unwrap();
        own.settings.crl_uri = "http://yessign.lab.example/dp{partition}.crl".into();
        let issue = |name| {
            let person = Person::of(name).unwrap();
            let issued = lab.issue(person, Product::PersonalLimited, Some(ISSUER));
            issued.unwrap().certificate
        };
        let (sign, revoked) = (issue("hong"), issue("sim"));
        let ca = lab.ca(ISSUER).unwrap();
        let own = lab.authorities.ca(ISSUER).unwrap();
        let by = Authorities {
            root: lab.trust().0,
            root_key: signing_key(0),
            ca: ca.settings().certificate.clone(),
            // The lab's CAs have the pool's keys in their order, after the root.
            ca_key: signing_key(1),
            from: now(),
            deviations: ca.settings().deviations,
            seed: Cell::new(100),
        };
        let issued = Self::new(folder);
        by.write(&issued);
        issued.certificate("sign", &sign, &by);
        issued.certificate("revoked", &revoked, &by);
        issued.certificate("ocsp", &own.ocsp.certificate, &by);
        issued.certificate("cmp", &own.cmp.certificate, &by);

        let crl = |name: &str, scope| {
            let crl = ca.crl_of(scope, lab.now(), &mut generator()).unwrap();
            issued.write(name, crl.der());
        };
        let delta = |name: &str, scope| {
            let delta = ca.delta_crl(scope, lab.now(), &mut generator()).unwrap();
            issued.write(name, delta.unwrap().der());
        };
        let partition = CrlScope::Partition(0);
        crl("base.crl", CrlScope::Whole);
        crl("base-partition.crl", partition);
        lab.wait(Duration::from_secs(60));
        let serial = revoked.serial_number().octets();
        let reason = RevocationReason::KeyCompromise;
        let told = ca.revoke(serial, reason, &[9; 32], lab.now()).unwrap();
        assert!(told.is_ok());
        delta("delta.crl", CrlScope::Whole);
        delta("delta-partition.crl", partition);
        crl("full.crl", CrlScope::Whole);
        crl("partition.crl", partition);
        let arl = lab.authorities.arl(lab.now(), &mut generator()).unwrap();
        issued.write("root.crl", arl.der());

        let (settings, key) = by.responder();
        let by_ca = OcspResponder::new(lab.ca(ISSUER).unwrap(), &settings, &key);
        let by_root = lab.ocsp(ISSUER).unwrap();
        for (name, certificate, responder) in [
            ("good.resp", &sign, &by_root),
            ("good-by-ca.resp", &sign, &by_ca),
            ("revoked.resp", &revoked, &by_root),
            ("revoked-by-ca.resp", &revoked, &by_ca),
        ] {
            let id = CertId::new(HashAlgorithm::Sha1, &by.ca, certificate);
            let asked = OcspRequest::new([id], Some(&[7; 32])).encode().unwrap();
            let answered = responder.answer(&asked, lab.now(), &mut generator());
            issued.write(name, &answered.unwrap().der);
        }
        issued
    }

    /// The third generation, whose CAs have RSA-3072 keys: certificates.
    pub(crate) fn of_the_third_generation(folder: PathBuf) -> Self {
        let by = Authorities::third_generation();
        let issued = Self::new(folder);
        by.write(&issued);
        let sign = by.certificate(Profile::SubscriberSign);
        issued.certificate("sign", &sign, &by);
        issued
    }

    fn new(folder: PathBuf) -> Self {
        fs::create_dir_all(&folder).unwrap();
        let issued = Self { folder };
        issued.write("at", judged_at().to_string().as_bytes());
        issued.write("policy", POLICY.as_bytes());
        issued
    }

    pub(crate) fn into_folder(self) -> PathBuf {
        self.folder
    }

    /// A certificate in both forms, and the chain up to below the root.
    fn certificate(&self, name: &str, certificate: &Certificate, by: &Authorities) {
        self.write(&format!("{name}.der"), certificate.der());
        let own = certificate.to_pem();
        self.write(&format!("{name}.pem"), own.as_bytes());
        let of_ca = certificate.issuer().matches(by.ca.subject());
        let above = if of_ca { by.ca.to_pem() } else { String::new() };
        self.write(&format!("{name}.chain.pem"), (own + &above).as_bytes());
    }

    fn write(&self, name: &str, octets: &[u8]) {
        fs::write(self.folder.join(name), octets).unwrap();
    }
}

/// A root and a CA below it, with their keys.
struct Authorities {
    root: Certificate,
    root_key: Box<dyn SigningKey>,
    ca: Certificate,
    ca_key: Box<dyn SigningKey>,
    from: Instant,
    deviations: Deviations,
    /// Another generator each time, so that no two certificates have one serial number.
    seed: Cell<u64>,
}

impl Authorities {
    fn third_generation() -> Self {
        let from: Instant = "2026-05-01".parse().unwrap();
        let key = |seed| {
            let kind = KeyKind::Rsa { bits: 3_072 };
            let key = PrivateKey::generate(kind, &mut generator_from(seed)).unwrap();
            key.signing_key().unwrap()
        };
        let (root_key, ca_key) = (key(1), key(2));
        let root = ceremony::root(
            &*root_key,
            &name("cn=Lab RootCA 3,ou=Lab Certification Authority Central,o=Lab,c=KR"),
            from,
            "2046-05-01".parse().unwrap(),
            &mut generator_from(3),
        );
        let root = root.unwrap();
        let ca = ceremony::issuing_ca(
            &root,
            &*root_key,
            &ceremony::IssuingCa {
                name: &name("cn=Lab-yessignCA Class 4,ou=AccreditedCA,o=Lab-yessign,c=KR"),
                real_name: "시험 금융결제원",
                public_key: ca_key.public_key(),
                not_before: from,
                not_after: "2036-05-01".parse().unwrap(),
                notice: "이 인증서는 시험용 인증서입니다(This certificate is for tests only)",
                cps_uri: "http://rootca.lab.example/cps.html",
                arl_uri: "http://rootca.lab.example/arl.crl",
            },
            &mut generator_from(4),
        );
        Self {
            ca: ca.unwrap(),
            root,
            root_key,
            ca_key,
            from: now(),
            deviations: Deviations::Korean,
            seed: Cell::new(100),
        }
    }

    /// Root and CA, and a certificate of each profile that the lab's CAs give to nobody by themselves.
    fn write(&self, issued: &Issued) {
        issued.certificate("root", &self.root, self);
        issued.certificate("ca", &self.ca, self);
        for (name, profile) in [
            ("km", Profile::SubscriberKm),
            ("server-km", Profile::ServerKm),
        ] {
            issued.certificate(name, &self.certificate(profile), self);
        }
        issued.certificate("ocsp-by-ca", &self.responder().0.certificate, self);
        let tsa = self.service("TSA", |service| {
            ceremony::time_stamping(&self.root, &*self.root_key, service, &mut self.rng())
        });
        issued.certificate("tsa", &tsa, self);
        let ocsp = self.service("OCSP", |service| {
            ceremony::ocsp_responder(&self.root, &*self.root_key, service, &mut self.rng())
        });
        issued.certificate("ocsp", &ocsp, self);
    }

    /// A responder whose certificate is the CA's, as RFC 6960 wants.
    fn responder(&self) -> (OcspSettings, OcspKey) {
        let certificate = self.service("OCSP of the CA", |service| {
            ceremony::ocsp_responder(&self.ca, &*self.ca_key, service, &mut self.rng())
        });
        let settings = OcspSettings {
            certificate,
            lifetime: Duration::from_secs(3_600),
            max_questions: 1,
        };
        (settings, OcspKey::new(signing_key(SERVICE_KEY)))
    }

    fn service(
        &self,
        kind: &str,
        make: impl FnOnce(&ceremony::Service<'_>) -> Result<Certificate, npki_ca::CaError>,
    ) -> Certificate {
        let key = signing_key(SERVICE_KEY);
        let made = make(&ceremony::Service {
            name: &name(&format!("cn=Lab {kind},ou=AccreditedCA,o=Lab-yessign,c=KR")),
            real_name: "시험 금융결제원",
            public_key: key.public_key(),
            not_before: self.from,
            not_after: "2028-01-01".parse().unwrap(),
            policy: "2.999.410.1.10".parse().unwrap(),
            notice: None,
            cps_uri: (self.deviations == Deviations::Korean)
                .then_some("http://rootca.lab.example/cps.html"),
            crl_uri: Some("http://rootca.lab.example/arl.crl"),
        });
        made.unwrap()
    }

    fn rng(&self) -> impl CryptoRng {
        self.seed.set(self.seed.get() + 1);
        generator_from(self.seed.get())
    }

    /// A certificate of the CA for somebody.
    fn certificate(&self, profile: Profile) -> Certificate {
        let subject =
            name("cn=성춘향()0004041202612010001,ou=KMB,ou=personal4IB,o=Lab-yessign,c=kr");
        let identify_data = IdentifyData {
            real_name: "성춘향".into(),
            vid: None,
        };
        let algorithm = self.ca_key.algorithm().identifier();
        let policy: PolicyOid = POLICY.parse().unwrap();
        let tbs = profile.tbs(&TbsParams {
            serial_number: SerialNumber::generate(&mut self.rng()),
            issuer: Some(&self.ca),
            subject: &subject,
            public_key: signing_key(SERVICE_KEY).public_key(),
            not_before: self.from,
            not_after: "2027-12-01T23:59:59+09:00".parse().unwrap(),
            signature_algorithm: &algorithm,
            policy: Some(policy),
            notice: Some("이 인증서는 시험용 인증서입니다"),
            cps_uri: Some("http://yessign.lab.example/cps.html"),
            crl_uri: Some("http://yessign.lab.example/ca.crl"),
            ocsp_uri: Some("http://yessign.lab.example/ocsp"),
            identify_data: Some(&identify_data),
            path_len: None,
            deviations: self.deviations,
        });
        let tbs = tbs.unwrap();
        let signature = self.ca_key.sign(&tbs, &mut self.rng()).unwrap();
        assemble_certificate(&tbs, &algorithm, signature.octets()).unwrap()
    }
}

fn name(text: &str) -> Name {
    Name::from_npki_text(text).unwrap()
}

/// A key of the lab's pool.
fn signing_key(number: usize) -> Box<dyn SigningKey> {
    KeyPool::key(number).unwrap().signing_key().unwrap()
}

const ISSUER: Issuer = Issuer::Yessign;
pub(crate) const POLICY: &str = "2.999.410.1.4";
/// Bouncy Castle judges no instant in the future when it looks at lists, so this one is past whatever day it is; the
/// third generation has begun.
fn now() -> Instant {
    "2026-07-01T12:00:00+09:00".parse().unwrap()
}

/// Some seconds after everything that is to be valid by then, in Unix seconds.
pub(crate) fn judged_at() -> i64 {
    now().unix_seconds() + 120
}

/// A key that the lab gives to nobody in so short a time.
const SERVICE_KEY: usize = 30;
