use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use core::time::Duration;

use npki_ca::{Ca, OcspResponder, cmp::CmpCa};
use npki_cert::{Certificate, Crl};
use npki_core::{Instant, Issuer, Product};
use npki_key::{KeyKind, PrivateKey};
use npki_ledger::{Ledger, MemoryLedger, PseudonymKey, SealingKey};
use npki_policy::{Catalogue, Pairs, Parameters, Policy};
use npki_ra::{Keys, LedgerOtpCentre, OtpKeys, Ra, RequestKey, Terms, TrustedCas, ports::Ports};
use rand_core::Rng as _;

use crate::{Authorities, KeyPool, LabError, LabRng, Outside, authorities::lab_key};

/// A bank, its CAs and its outside world, in one process and in simulated time.
#[derive(Debug)]
pub struct Lab<'a> {
    /// Root and CAs.
    pub authorities: Authorities,
    /// The bank's outside world.
    pub outside: Arc<Outside>,
    policy: Policy,
    terms: Terms,
    trusted: TrustedCas,
    pub(crate) keys: Keys,
    otp_keys: OtpKeys,
    ledgers: &'a LabLedgers,
    now: Mutex<Instant>,
    rng: Mutex<LabRng>,
    /// The next of the pool; keys are made when it is used up.
    next_key: Mutex<usize>,
}

/// The ledgers of a lab: the bank's, and one for each CA.
#[derive(Debug)]
pub struct LabLedgers {
    /// The bank's.
    pub bank: Box<dyn Ledger>,
    /// The OTP centre's.
    pub otp: Box<dyn Ledger>,
    /// The CAs', in the order of [`Authorities::ISSUERS`].
    pub cas: Vec<Box<dyn Ledger>>,
}

impl LabLedgers {
    /// Opens each by its name: `bank`, `otp`, then `ca-yessign` and so on.
    ///
    /// # Errors
    /// The first that `open` gives.
    pub fn open<E>(mut open: impl FnMut(&str) -> Result<Box<dyn Ledger>, E>) -> Result<Self, E> {
        let bank = open("bank")?;
        let otp = open("otp")?;
        let cas = Authorities::ISSUERS
            .iter()
            .map(|issuer| open(&format!("ca-{issuer}")));
        Ok(Self {
            bank,
            otp,
            cas: cas.collect::<Result<_, E>>()?,
        })
    }

    /// Ledgers that last as long as this value.
    #[must_use]
    pub fn in_memory() -> Self {
        let ledger = || -> Box<dyn Ledger> { Box::new(MemoryLedger::new()) };
        Self {
            bank: ledger(),
            otp: ledger(),
            cas: Authorities::ISSUERS.iter().map(|_| ledger()).collect(),
        }
    }
}

impl<'a> Lab<'a> {
    /// A lab with everything random from `seed` and `now`, at that instant. Root and CAs are a year old and live
    /// for ten: for eight years from `now` a lab issues certificates of a year.
    ///
    /// # Errors
    /// [`LabError::Date`] before 1971, where the CAs would be of a year that certificates do not have;
    /// [`LabError`] when a CA cannot be made.
    pub fn new(seed: u64, now: Instant, ledgers: &'a LabLedgers) -> Result<Self, LabError> {
        let mut rng = LabRng::of(seed, now);
        let authorities = Authorities::make(a_year_before(now), &mut rng)?;
        Self::of(authorities, rng, now, ledgers)
    }

    /// As [`new`](Self::new), for readers that know RFC 5280 alone: without the ways of the Korean PKI
    /// that some refuse ([`npki_cert::Deviations`]).
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn without_deviations(
        seed: u64,
        now: Instant,
        ledgers: &'a LabLedgers,
    ) -> Result<Self, LabError> {
        let mut rng = LabRng::of(seed, now);
        let authorities = Authorities::without_deviations(a_year_before(now), &mut rng)?;
        Self::of(authorities, rng, now, ledgers)
    }

    fn of(
        authorities: Authorities,
        rng: LabRng,
        now: Instant,
        ledgers: &'a LabLedgers,
    ) -> Result<Self, LabError> {
        let sealing = |label: &str| SealingKey::new(label.as_bytes(), lab_key(label));
        let cas = authorities.cas.iter();
        let trusted = TrustedCas::new([authorities.root.clone()])
            .intermediates(cas.map(|ca| ca.settings.certificate.clone()))
            .danger_accept_lab_policies();
        Ok(Self {
            authorities,
            trusted,
            outside: Arc::default(),
            policy: Policy::shipped(),
            terms: Terms::uniform("2026-01"),
            keys: Keys {
                pseudonyms: PseudonymKey::new(b"pseudonyms-1", lab_key("pseudonyms"))?,
                records: sealing("bank-1")?,
                orders: sealing("idn-1")?,
                requests: RequestKey::new(lab_key("requests")),
            },
            otp_keys: OtpKeys {
                names: RequestKey::new(lab_key("devices")),
                secrets: sealing("otp-1")?,
            },
            ledgers,
            now: Mutex::new(now),
            rng: Mutex::new(rng),
            next_key: Mutex::new(Authorities::ISSUERS.len() + 1),
        })
    }

    /// The same lab with another bank's rules, such as a catalogue with pairs (R2). Before anything is
    /// issued.
    #[must_use]
    pub fn with_policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// The same lab with pairs for these products (R2), by the shipped rules otherwise. Before anything is
    /// issued.
    ///
    /// # Errors
    /// [`LabError::Step`] never.
    pub fn with_pairs(self, products: &[Product]) -> Result<Self, LabError> {
        let mut catalogue = Catalogue::shipped();
        let rows = catalogue.rows.iter_mut();
        for row in rows.filter(|row| products.contains(&row.product)) {
            row.pairs = Pairs::SigningAndKm;
        }
        let policy = Policy::new(Parameters::SHIPPED, catalogue);
        Ok(self.with_policy(policy.map_err(|error| LabError::Step(error.to_string()))?))
    }

    /// One of several nodes of this lab, in a process of its own: root and CAs are those of the lab's
    /// seed, everything else random is from `seed`, which each node has for itself, and subscribers' keys
    /// are made rather than taken from the pool. The nodes share ledgers, and their outside world by
    /// [`Outside::shared`].
    #[must_use]
    pub fn node(self, seed: u64) -> Self {
        Self {
            rng: Mutex::new(LabRng::of(seed, self.now())),
            next_key: Mutex::new(KeyPool::LEN),
            ..self
        }
    }

    /// The lab after the programs of bank and CAs have died and were started anew, on these ledgers.
    ///
    /// Root and CAs, keys, the time and the outside world stay as they are. Bank and CAs keep
    /// nothing else in memory: what they know stands in `ledgers`, which most often are other
    /// handles of the same stores.
    #[must_use]
    pub fn restarted(self, ledgers: &LabLedgers) -> Lab<'_> {
        Lab { ledgers, ..self }
    }

    /// The bank.
    #[must_use]
    pub fn ra(&self) -> Ra<'_> {
        Ra {
            policy: &self.policy,
            ledger: &*self.ledgers.bank,
            ports: Ports {
                bank: &*self.outside,
                phone: &*self.outside,
                immigration: &*self.outside,
                security: &*self.outside,
                otp: self,
                messages: &*self.outside,
                status: self,
                ca: self,
            },
            keys: &self.keys,
            trusted: &self.trusted,
            terms: &self.terms,
            unit: "LAB",
        }
    }

    /// The OTP centre, as an institution asks it.
    #[must_use]
    pub fn otp_centre<'o>(&'o self, institution: &'o str) -> LedgerOtpCentre<'o> {
        LedgerOtpCentre {
            ledger: &*self.ledgers.otp,
            keys: &self.otp_keys,
            institution,
            attempts: self.policy.parameters().otp_attempts,
        }
    }

    /// The CA with these habits; `None` when the lab has none.
    #[must_use]
    pub fn ca(&self, issuer: Issuer) -> Option<Ca<'_>> {
        let at = Authorities::ISSUERS.iter().position(|i| *i == issuer)?;
        let authority = self.authorities.cas.get(at)?;
        let ledger = self.ledgers.cas.get(at)?;
        Some(Ca::new(
            &authority.settings,
            &authority.keys,
            &**ledger,
            self,
        ))
    }

    /// The CA with these habits as it answers CMP messages; `None` when the lab has none.
    #[must_use]
    pub fn cmp_ca(&self, issuer: Issuer) -> Option<CmpCa<'_>> {
        let keys = self.authorities.ca(issuer)?.cmp_at(self.now()).ok()?;
        Some(CmpCa::new(self.ca(issuer)?, keys))
    }

    /// The rules that the bank goes by.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The first product of the bank's catalogue that a CA issues for it (R2); `None` when that is none.
    #[must_use]
    pub fn first_product(&self, issuer: Issuer) -> Option<Product> {
        let mut rows = self.policy.catalogue().rows.iter();
        let row = rows.find(|row| row.offer(issuer).is_some())?;
        Some(row.product)
    }

    /// The terms in force.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Instant {
        *lock(&self.now)
    }

    /// Lets time pass until this instant; it never goes back.
    pub fn wait_until(&self, instant: Instant) {
        let mut now = lock(&self.now);
        *now = instant.max(*now);
    }

    /// Lets time pass.
    pub fn wait(&self, span: Duration) {
        self.wait_until(self.now().saturating_add(span));
    }

    /// The OCSP responder of the CA with these habits; `None` when the lab has none.
    #[must_use]
    pub fn ocsp(&self, issuer: Issuer) -> Option<OcspResponder<'_>> {
        let authority = self.authorities.ca(issuer)?;
        let ca = self.ca(issuer)?;
        Some(OcspResponder::new(ca, &authority.ocsp, &authority.ocsp_key))
    }

    /// A generator of its own, drawn from the lab's.
    #[must_use]
    pub fn rng(&self) -> LabRng {
        LabRng::new(lock(&self.rng).next_u64())
    }

    /// A key that nobody has yet: 26 are of the pool, each later one is made from the lab's seed as
    /// RSA-2048, which takes a tenth of a second or more. A [`Lab::node`] makes all of its keys.
    ///
    /// # Errors
    /// [`LabError::Key`] never.
    pub fn next_key(&self) -> Result<PrivateKey, LabError> {
        let mut next = lock(&self.next_key);
        if *next == KeyPool::LEN {
            let kind = KeyKind::Rsa { bits: 2_048 };
            return Ok(PrivateKey::generate(kind, &mut self.rng())?);
        }
        let key = KeyPool::key(*next)?;
        *next += 1;
        Ok(key)
    }

    /// The certificates of root and CAs: what a relying party trusts and needs.
    #[must_use]
    pub fn trust(&self) -> (Certificate, Vec<Certificate>) {
        let cas = self
            .authorities
            .cas
            .iter()
            .map(|ca| ca.settings.certificate.clone());
        (self.authorities.root.clone(), cas.collect())
    }

    /// A fresh list of the root and of every CA: what a relying party needs to judge any chain.
    ///
    /// # Errors
    /// [`LabError::Ca`].
    pub fn crls(&self) -> Result<Vec<Crl>, LabError> {
        let mut rng = self.rng();
        let mut crls = vec![self.authorities.arl(self.now(), &mut rng)?];
        for ca in Authorities::ISSUERS
            .iter()
            .filter_map(|issuer| self.ca(*issuer))
        {
            crls.push(ca.crl(self.now(), &mut rng)?);
        }
        Ok(crls)
    }

    /// Lets bank and CAs do everything that is open or overdue, until nothing moves any more.
    ///
    /// # Errors
    /// [`LabError`].
    pub fn settle(&self) -> Result<(), LabError> {
        let mut rng = self.rng();
        for _ in 0..8 {
            let mut moved = self.ra().reconcile(self.now(), &mut rng)?.settled;
            for ca in Authorities::ISSUERS
                .iter()
                .filter_map(|issuer| self.ca(*issuer))
            {
                let done = ca.reconcile(self.now())?;
                // What was lost on the way is told again in the next round.
                moved += done.delivered + done.undelivered + done.lapsed;
            }
            if moved == 0 {
                break;
            }
        }
        Ok(())
    }
}

fn a_year_before(now: Instant) -> Instant {
    now.kst_day().plus_days(-365).start()
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A simulated world goes on after a test's panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use crate::{Held, Person};

    use super::*;

    /// A pool of 32 keys is no bound on what a lab issues.
    #[test]
    fn keys_are_made_when_the_pool_is_used_up() -> Result<(), LabError> {
        let issued = || -> Result<Held, LabError> {
            let ledgers = LabLedgers::in_memory();
            let lab = Lab::new(1, NOW.parse().expect("an instant"), &ledgers)?;
            let [hong, sim] = ["hong", "sim"].map(|name| Person::of(name).expect("a person"));
            lab.issue(hong, Product::PersonalLimited, None)?;
            for _ in 1..26 {
                lab.next_key()?;
            }
            lab.issue(sim, Product::PersonalLimited, None)
        };
        let (once, again) = (issued()?, issued()?);
        assert_eq!(once.certificate, again.certificate);
        Ok(())
    }

    /// RFC 5280 section 4.1.2.2: no CA's name and key stand above one serial number twice.
    #[test]
    fn another_date_gives_other_serial_numbers() -> Result<(), LabError> {
        let hong = Person::of("hong").expect("a person");
        let issued = |now: &str| -> Result<[Certificate; 3], LabError> {
            let ledgers = LabLedgers::in_memory();
            let lab = Lab::new(1, now.parse().expect("an instant"), &ledgers)?;
            let held = lab.issue(hong, Product::PersonalLimited, None)?;
            let (root, cas) = lab.trust();
            Ok([root, cas[0].clone(), held.certificate])
        };
        let (one, two) = (issued(NOW)?, issued("2026-11-24T10:00:00+09:00")?);
        for (one, two) in one.iter().zip(&two) {
            assert!(one.issuer().matches(two.issuer()));
            assert_ne!(one.serial_number(), two.serial_number());
        }
        Ok(())
    }

    const NOW: &str = "2026-11-23T10:00:00+09:00";
}
