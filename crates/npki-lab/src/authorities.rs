mod cmp;

use core::time::Duration;
use std::sync::OnceLock;

use npki_ca::{
    CaError, CaKeys, CaSettings, CertificateKey, CodeKey, CrlKey, OcspKey, OcspSettings, ceremony,
    cmp::CmpKeys,
};
use npki_cert::{CertError, Certificate, Crl, CrlParams, Deviations, Name, PolicyArc};
use npki_core::{HashAlgorithm, Instant, Issuer};
use npki_key::{KeyKind, PrivateKey, SigningKey};
use npki_ledger::SealingKey;
use npki_policy::Parameters;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{KeyPool, LabError, LabRng};
use cmp::CmpCeremony;

/// The root and the CAs of a lab: certificates, settings and keys.
///
/// They carry the habits of the real ones and none of their names or policies: organisations are
/// `Lab-yessign` and so on, policies stand in the test arc.
#[derive(Debug)]
pub struct Authorities {
    /// The root.
    pub root: Certificate,
    /// The issuing CAs, in the order of [`Authorities::ISSUERS`].
    pub cas: Vec<Authority>,
}

/// One issuing CA of a lab.
#[derive(Debug)]
pub struct Authority {
    /// Whose habits it has.
    pub issuer: Issuer,
    /// What it is and how it issues.
    pub settings: CaSettings,
    /// Its keys.
    pub keys: CaKeys,
    /// Its keys for CMP messages in a lab's first two years; [`cmp_at`](Self::cmp_at) has those of every time.
    pub cmp: CmpKeys,
    later: LaterCmp,
    /// Its OCSP responder, whose certificate is the root's, as those of the Korean CAs are, or its own
    /// in a lab without deviations.
    pub ocsp: OcspSettings,
    /// The responder's key.
    pub ocsp_key: OcspKey,
}

impl Authorities {
    /// The CAs that a lab has.
    pub const ISSUERS: &'static [Issuer] = Issuer::ALL;

    /// Makes root and CAs: valid from `from` for twenty and ten years, keys from the pool.
    ///
    /// # Errors
    /// [`LabError::Date`] before 1970 and twenty years before the end of time, [`LabError`] when a certificate
    /// cannot be made.
    pub fn make(from: Instant, rng: &mut dyn CryptoRng) -> Result<Self, LabError> {
        Self::make_with(Deviations::Korean, from, rng)
    }

    /// As [`make`](Self::make), without the ways of the Korean PKI that some readers refuse
    /// ([`Deviations`]); the OCSP responders' certificates are of the CAs.
    ///
    /// # Errors
    /// As [`make`](Self::make).
    pub fn without_deviations(from: Instant, rng: &mut dyn CryptoRng) -> Result<Self, LabError> {
        Self::make_with(Deviations::None, from, rng)
    }

    fn make_with(
        deviations: Deviations,
        from: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, LabError> {
        if !is_within_reach(from) {
            return Err(LabError::Date(from));
        }
        let rules = Parameters::SHIPPED;
        let (make_root, make_ca): (MakeRoot, MakeCa) = match deviations {
            Deviations::Korean => (ceremony::root, ceremony::issuing_ca),
            Deviations::None => (
                ceremony::root_without_deviations,
                ceremony::issuing_ca_without_deviations,
            ),
        };
        let root_key = KeyPool::key(0)?.signing_key()?;
        let root_name = Name::from_npki_text(
            "cn=Lab RootCA,ou=Lab Certification Authority Central,o=Lab,c=KR",
        )?;
        let root = make_root(&*root_key, &root_name, from, years(from, 20), rng)?;
        let mut cas = Vec::new();
        for (number, issuer) in (1..).zip(Self::ISSUERS.iter().copied()) {
            let habit = Habit::of(issuer);
            let key = KeyPool::key(number)?;
            let certificate = make_ca(
                &root,
                &*root_key,
                &ceremony::IssuingCa {
                    name: &Name::from_npki_text(&format!(
                        "cn={},ou=AccreditedCA,o={},c={}",
                        habit.common_name, habit.organization, habit.country
                    ))?,
                    real_name: habit.real_name,
                    public_key: key.public_key(),
                    not_before: from,
                    not_after: years(from, 10),
                    notice: "이 인증서는 시험용 인증서입니다(This certificate is for tests only)",
                    cps_uri: "http://rootca.lab.example/cps.html",
                    arl_uri: ARL_URI,
                },
                rng,
            )?;
            let host = habit.host;
            let settings = CaSettings {
                issuer,
                certificate,
                arc: PolicyArc::Lab,
                deviations,
                notice: "이 인증서는 시험용 인증서입니다".into(),
                cps_uri: format!("http://{host}.lab.example/cps.html"),
                crl_uri: format!("http://{host}.lab.example/ca.crl"),
                crl_partitions: 1,
                ocsp_uri: format!("http://{host}.lab.example/ocsp"),
                confirm_wait: Duration::from_secs(60 * u64::from(rules.confirm_wait.0)),
                code_attempts: rules.authorization_code_attempts.0.into(),
                crl_lifetime: Duration::from_secs(24 * 3600),
            };
            let ceremony = CmpCeremony {
                number,
                root: root.clone(),
                ca: settings.certificate.clone(),
                real_name: habit.real_name,
                crl_uri: settings.crl_uri.clone(),
                ocsp_uri: settings.ocsp_uri.clone(),
                begins: from.kst_day().plus_days(365),
                seed: rng.next_u64(),
            };
            let seed = rng.next_u64();
            let (ocsp, ocsp_key) = match deviations {
                Deviations::Korean => {
                    let cps = Some("http://rootca.lab.example/cps.html");
                    ocsp(
                        number,
                        seed,
                        (&root, &*root_key),
                        &habit,
                        (ARL_URI, cps),
                        from,
                    )?
                }
                Deviations::None => {
                    let ca_key = key.signing_key()?;
                    let by_ca = (&settings.certificate, &*ca_key);
                    ocsp(number, seed, by_ca, &habit, (&settings.crl_uri, None), from)?
                }
            };
            cas.push(Authority {
                issuer,
                settings,
                keys: keys(number, issuer)?,
                cmp: ceremony.keys(0)?,
                later: LaterCmp {
                    ceremony,
                    keys: Default::default(),
                },
                ocsp,
                ocsp_key,
            });
        }
        Ok(Self { root, cas })
    }

    /// The root's list of revoked CAs at this instant: nobody is on it.
    ///
    /// It is complete, so it names no distribution point (RFC 5280 section 5.2.5): the root itself,
    /// which has none, is in its scope too, as OpenSSL asks with `-crl_check_all`.
    ///
    /// # Errors
    /// [`LabError`] when it cannot be made.
    pub fn arl(&self, now: Instant, rng: &mut dyn CryptoRng) -> Result<Crl, LabError> {
        let key = KeyPool::key(0)?.signing_key()?;
        let params = CrlParams {
            issuer: &self.root,
            signature_algorithm: &key.algorithm().identifier(),
            this_update: now,
            next_update: now.saturating_add(Duration::from_secs(30 * 24 * 3600)),
            number: u64::try_from(now.unix_seconds()).unwrap_or(0),
            distribution_point: None,
            base_number: None,
            freshest_crl: None,
        };
        Ok(ceremony::authority_revocation_list(
            &*key,
            &params,
            [],
            rng,
        )?)
    }

    /// The CA with these habits, if the lab has it.
    #[must_use]
    pub fn ca(&self, issuer: Issuer) -> Option<&Authority> {
        self.cas.iter().find(|ca| ca.issuer == issuer)
    }
}

impl Authority {
    /// Its keys for CMP messages at this instant. Two years after a lab's beginning, and every two years from then
    /// on, the certificate that R is encrypted to has ended and is another one; the rest lasts as long as the CA.
    ///
    /// # Errors
    /// [`LabError`] when a certificate cannot be made.
    pub fn cmp_at(&self, now: Instant) -> Result<&CmpKeys, LabError> {
        let term = self.later.ceremony.term_of(now);
        let Some(kept) = term.checked_sub(1).and_then(|at| self.later.keys.get(at)) else {
            return Ok(&self.cmp);
        };
        if let Some(keys) = kept.get() {
            return Ok(keys);
        }
        let made = self.later.ceremony.keys(term)?;
        Ok(kept.get_or_init(|| made))
    }
}

/// The keys of the terms after the first, made when they are needed.
#[derive(Debug)]
struct LaterCmp {
    ceremony: CmpCeremony,
    keys: [OnceLock<CmpKeys>; CmpCeremony::TERMS - 1],
}

/// The symmetric keys of a lab are as public as its private keys: digests of what they are for.
pub(crate) fn lab_key(label: &str) -> Zeroizing<[u8; 32]> {
    let digest = HashAlgorithm::Sha256.digest(format!("npki-lab {label}").as_bytes());
    let mut key = Zeroizing::new([0; 32]);
    key.iter_mut()
        .zip(digest.octets())
        .for_each(|(to, from)| *to = *from);
    key
}

fn keys(number: usize, issuer: Issuer) -> Result<CaKeys, LabError> {
    let signing = || -> Result<_, LabError> { Ok(KeyPool::key(number)?.signing_key()?) };
    let sealing = |label: &str| SealingKey::new(label.as_bytes(), lab_key(label));
    Ok(CaKeys {
        certificate: CertificateKey::new(signing()?),
        crl: CrlKey::new(signing()?),
        code: CodeKey::new(b"code-1", lab_key(&format!("code {issuer}"))),
        sealing: sealing(&format!("ca-{issuer}"))?,
        idn: sealing("idn-1")?,
    })
}

fn ocsp(
    number: usize,
    seed: u64,
    (issuer, issuer_key): (&Certificate, &dyn SigningKey),
    habit: &Habit,
    (crl_uri, cps_uri): (&str, Option<&str>),
    from: Instant,
) -> Result<(OcspSettings, OcspKey), LabError> {
    let mut rng = LabRng::new(seed);
    let key = PrivateKey::generate(KeyKind::P256, &mut rng)?;
    let service = ceremony::Service {
        name: &Name::from_npki_text(&format!(
            "cn={} OCSP,ou=AccreditedCA,o={},c={}",
            habit.common_name, habit.organization, habit.country
        ))?,
        real_name: habit.real_name,
        public_key: key.public_key(),
        not_before: from,
        not_after: years(from, 10),
        // CA services of the test arc.
        policy: format!("2.999.410.{number}.10")
            .parse()
            .map_err(|_| CertError::ObjectIdentifier { what: "a policy" })?,
        notice: None,
        cps_uri,
        crl_uri: Some(crl_uri),
    };
    let settings = OcspSettings {
        certificate: ceremony::ocsp_responder(issuer, issuer_key, &service, &mut rng)?,
        lifetime: Duration::from_secs(3_600),
        max_questions: 16,
    };
    Ok((settings, OcspKey::new(key.signing_key()?)))
}

/// How a root comes to be, and a CA below it.
type MakeRoot = fn(
    &dyn SigningKey,
    &Name,
    Instant,
    Instant,
    &mut dyn CryptoRng,
) -> Result<Certificate, CaError>;
type MakeCa = fn(
    &Certificate,
    &dyn SigningKey,
    &ceremony::IssuingCa<'_>,
    &mut dyn CryptoRng,
) -> Result<Certificate, CaError>;

/// The last second of a life of so many years at most: that of the day before the same date.
fn years(from: Instant, count: usize) -> Instant {
    let mut day = from.kst_day();
    for _ in 0..count {
        day = day.plus_one_year();
    }
    day.plus_days(-1).last_second()
}

/// RFC 5280 has no word for the years before 1950, and the encoder that we use none for those before 1970.
fn is_within_reach(from: Instant) -> bool {
    from.unix_seconds() >= 0 && years(from, 21) < Instant::MAX
}

const ARL_URI: &str = "http://rootca.lab.example/arl.crl";

/// How a real CA names itself, with `Lab-` before its organisation.
struct Habit {
    organization: &'static str,
    country: &'static str,
    common_name: &'static str,
    real_name: &'static str,
    host: &'static str,
}

impl Habit {
    const fn of(issuer: Issuer) -> Self {
        let (organization, country, common_name, real_name, host) = match issuer {
            Issuer::Yessign => (
                "Lab-yessign",
                "kr",
                "Lab-yessignCA Class 1",
                "시험 금융결제원",
                "yessign",
            ),
            Issuer::Kica => (
                "Lab-KICA",
                "KR",
                "Lab-signGATE CA1",
                "시험 한국정보인증",
                "kica",
            ),
            Issuer::CrossCert => (
                "Lab-CrossCert",
                "KR",
                "Lab-CrossCertCA1",
                "시험 한국전자인증",
                "crosscert",
            ),
            Issuer::Koscom => (
                "Lab-SignKorea",
                "KR",
                "Lab-SignKorea CA1",
                "시험 (주)코스콤",
                "signkorea",
            ),
            _ => (
                "Lab-TradeSign",
                "KR",
                "Lab-TradeSignCA1",
                "시험 한국무역정보통신",
                "tradesign",
            ),
        };
        Self {
            organization,
            country,
            common_name,
            real_name,
            host,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LabRng;

    /// Ten years have 3,652 or 3,653 days: no CA lives longer than its profile lets it.
    #[test]
    fn made_on_any_day() -> Result<(), LabError> {
        for from in [
            "2026-11-23",
            "2027-12-31T23:59:59+09:00",
            "2028-01-20T19:45:45+09:00",
            "2028-02-29",
            "2028-02-29T23:59:59+09:00",
            "2028-03-01",
        ] {
            let from: Instant = from.parse().expect("an instant");
            Authorities::make(from, &mut LabRng::new(1))?;
            Authorities::without_deviations(from, &mut LabRng::new(1))?;
        }
        Ok(())
    }

    /// Each CA's services live as long as it does, and R can be encrypted to it all the while.
    #[test]
    fn services_last_as_long_as_the_ca() -> Result<(), LabError> {
        let from: Instant = "2027-02-28".parse().expect("an instant");
        let made = Authorities::make(from, &mut LabRng::new(1))?;
        for ca in &made.cas {
            let own = &ca.settings.certificate;
            assert_eq!(ca.ocsp.certificate.not_after(), own.not_after());
            let mut given = Vec::new();
            for days in 365..=own
                .not_before()
                .kst_day()
                .days_until(own.not_after().kst_day())
            {
                let day = from.kst_day().plus_days(days);
                for now in [day.start(), day.last_second()] {
                    let keys = ca.cmp_at(now)?;
                    assert_eq!(keys.certificate, ca.cmp.certificate);
                    let found = keys.encryption_certificate().expect("there is one");
                    assert!(
                        found.not_before() <= now && now <= found.not_after(),
                        "{now}"
                    );
                    if !given.contains(found) {
                        given.push(found.clone());
                    }
                }
            }
            assert_eq!(given.len(), CmpCeremony::TERMS);
        }
        Ok(())
    }

    #[test]
    fn no_certificate_begins_before_1970() {
        for (from, is_made) in [
            ("0001-01-03", false),
            ("1970-01-01T08:59:59+09:00", false),
            ("1970-01-01T09:00:00+09:00", true),
            ("2049-12-31", true),
            ("9970-01-01", true),
            ("9998-01-01", false),
        ] {
            let made = Authorities::make(from.parse().expect("an instant"), &mut LabRng::new(1));
            let refused = matches!(made, Err(LabError::Date(_)));
            assert_eq!((made.is_ok(), refused), (is_made, !is_made), "{from}");
        }
    }

    /// Nothing but the published keys is the same for two seeds.
    #[test]
    fn services_come_of_the_seed() -> Result<(), LabError> {
        let from: Instant = "2026-11-23".parse().expect("an instant");
        let [one, two] = [1, 2].map(|seed| Authorities::make(from, &mut LabRng::new(seed)));
        for (one, two) in one?.cas.iter().zip(&two?.cas) {
            let keys = |ca: &Authority| {
                let certificates = [&ca.cmp.certificate, &ca.ocsp.certificate];
                certificates.map(|found| found.public_key().clone())
            };
            assert!(
                keys(one)
                    .iter()
                    .zip(keys(two))
                    .all(|(one, two)| *one != two)
            );
            let serials = |ca: &Authority| {
                let km = ca.cmp.encryption_certificate().expect("there is one");
                let all = [&ca.cmp.certificate, &ca.ocsp.certificate, km];
                all.map(|found| *found.serial_number())
            };
            assert!(
                serials(one)
                    .iter()
                    .zip(serials(two))
                    .all(|(one, two)| *one != two)
            );
        }
        Ok(())
    }
}
