use core::time::Duration;

use npki_container::{EncryptedPrivateKeyInfo, NewPassword, Pfx, PfxEntry, PfxPreset, SealScheme};
use npki_core::{Channel, Holder, Instant, Issuer, Product, ReplacedBecause, RevocationReason};
use npki_key::PrivateKey;
use npki_media::{Part, ca_folder};
use rand_core::CryptoRng;

use crate::{Held, KeyPool, Lab, LabError, LabLedgers, Person};

/// One subscriber of every product, of every CA, and of every state that software has to cope with.
///
/// The products are each of another CA, as far as the bank's catalogue allows; the states are of
/// personal certificates of yessign's, but for the pairs.
///
/// Business general-purpose certificates come as pairs for signing and key management here, as
/// TradeSign's do; the bank's own catalogue sells none.
///
/// Each is another invented person with a certificate of their own, so that a test takes the one it is
/// about by its name and changes nothing for the others.
#[derive(Debug)]
pub struct Population {
    /// The subscribers.
    pub specimens: Vec<Specimen>,
}

/// One subscriber of a [`Population`].
#[derive(Debug)]
pub struct Specimen {
    /// A name for it, one word of a file system: `valid-etax`, `expired`.
    pub name: String,
    /// What is particular.
    pub condition: Condition,
    /// The certificate and its key, whole; what is broken is broken in [`Specimen::files`].
    pub held: Held,
    /// The certificate in whose place it came, if it did.
    pub earlier: Option<Held>,
}

/// What is particular with a subscriber's certificate, or with how it lies on the medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Condition {
    /// Nothing.
    Valid,
    /// It ends within 30 days, so that renewal is open (R11).
    Expiring,
    /// It has expired.
    Expired,
    /// It was revoked by its holder (R13).
    Revoked,
    /// It came in place of one that was lost (R12), which stands beside it.
    Reissued,
    /// It came in place of one that was about to end (R11), which stands beside it.
    Renewed,
    /// A key-management pair lies beside the signing pair, with the next serial number (R2).
    KmPair,
    /// The same without the key-management key: half a pair.
    NoKmKey,
    /// Its key has no R, as after a conversion by other software.
    NoRandomNumber,
    /// The certificate alone.
    NoKey,
    /// The key alone.
    NoCertificate,
    /// The key's file was cut off.
    DamagedKey,
    /// The certificate's file was overwritten in part.
    DamagedCertificate,
    /// The key of somebody else.
    OtherKey,
}

/// A file that belongs to a specimen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabFile {
    /// Where, with `/` between the components: `NPKI/Lab-yessign/USER/cn=…/signCert.der`.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Population {
    /// Makes a lab and issues all of them, the first 400 days before `date`, so that at `date`, which
    /// it then is, they are as their names say. The same seed and date give the same certificates.
    ///
    /// # Errors
    /// [`LabError`] as of [`Lab::issue`].
    ///
    /// # Examples
    /// ```
    /// use npki_lab::{Condition, Lab, LabLedgers, Population};
    ///
    /// let ledgers = LabLedgers::in_memory();
    /// let (lab, population) = Population::at(1, "2026-11-23T10:00:00+09:00".parse()?, &ledgers)?;
    /// let expired = population.of(Condition::Expired).ok_or("none")?;
    /// assert!(expired.held.certificate.not_after() < lab.now());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at(seed: u64, date: Instant, ledgers: &LabLedgers) -> Result<(Lab<'_>, Self), LabError> {
        Self::issue(Lab::new(seed, ago(OLDEST, date), ledgers)?, date)
    }

    /// As [`at`](Self::at), in a lab without the ways of the Korean PKI that some readers refuse
    /// ([`Lab::without_deviations`]).
    ///
    /// # Errors
    /// As [`at`](Self::at).
    pub fn without_deviations(
        seed: u64,
        date: Instant,
        ledgers: &LabLedgers,
    ) -> Result<(Lab<'_>, Self), LabError> {
        let lab = Lab::without_deviations(seed, ago(OLDEST, date), ledgers)?;
        Self::issue(lab, date)
    }

    fn issue(lab: Lab<'_>, date: Instant) -> Result<(Lab<'_>, Self), LabError> {
        let ago = |days| ago(days, date);
        let lab = lab.with_pairs(&[Product::BusinessGeneral])?;
        let mut cast = Cast {
            lab: &lab,
            specimens: Vec::new(),
            people: 0,
        };

        cast.add(Condition::Expired)?;
        lab.wait_until(ago(350));
        cast.add(Condition::Expiring)?;
        let ending = cast.issue("renewed", Product::PersonalLimited, None)?;
        lab.wait_until(ago(10));
        // Each of a CA of its own, as far as the catalogue has one for it: every CA has a subscriber.
        let mut issuers = Vec::new();
        for product in Product::ALL.iter().copied() {
            let name = format!("valid-{product}");
            let issuer = cast.other_issuer(product, &issuers);
            let held = cast.issue(&name, product, issuer)?;
            issuers.push(held.issuer);
            cast.keep_as(&name, Condition::Valid, held, None);
        }
        for condition in [Condition::KmPair, Condition::NoKmKey] {
            let held = cast.issue(condition.name(), Product::BusinessGeneral, None)?;
            cast.keep(condition, held, None);
        }
        for condition in [
            Condition::NoRandomNumber,
            Condition::NoKey,
            Condition::NoCertificate,
            Condition::DamagedKey,
            Condition::DamagedCertificate,
            Condition::OtherKey,
        ] {
            cast.add(condition)?;
        }
        let to_revoke = cast.issue("revoked", Product::PersonalLimited, None)?;
        let lost = cast.issue("reissued", Product::PersonalLimited, None)?;
        lab.wait_until(ago(3));
        lab.revoke(&to_revoke, RevocationReason::KeyCompromise)?;
        cast.keep(Condition::Revoked, to_revoke, None);
        let renewed = lab.renew(&ending)?;
        cast.keep(Condition::Renewed, renewed, Some(ending));
        let reissued = lab.reissue(&lost, ReplacedBecause::Superseded)?;
        cast.keep(Condition::Reissued, reissued, Some(lost));

        let specimens = cast.specimens;
        lab.wait_until(date);
        Ok((lab, Self { specimens }))
    }

    /// The first in this condition.
    #[must_use]
    pub fn of(&self, condition: Condition) -> Option<&Specimen> {
        self.specimens.iter().find(|s| s.condition == condition)
    }

    /// The one with this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Specimen> {
        self.specimens.iter().find(|s| s.name == name)
    }
}

impl Specimen {
    /// What lies on the subscriber's medium: the entry in an NPKI folder, the key encrypted as
    /// `scheme` says, with what is missing left out and what is broken broken.
    ///
    /// # Errors
    /// [`LabError::Seal`] never.
    pub fn files(
        &self,
        password: &NewPassword,
        scheme: SealScheme,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<LabFile>, LabError> {
        let stripped = match self.condition {
            Condition::NoRandomNumber => Some(without_r(&self.held.key)?),
            Condition::OtherKey => Some(KeyPool::key(0)?),
            _ => None,
        };
        let key = stripped.as_ref().unwrap_or(&self.held.key);
        let mut key = EncryptedPrivateKeyInfo::seal(key, password, scheme, rng)?
            .as_der()
            .to_vec();
        let mut certificate = self.held.certificate.der().to_vec();
        match self.condition {
            Condition::DamagedKey => key.truncate(key.len() / 2),
            // As a bad sector leaves it.
            Condition::DamagedCertificate => {
                certificate
                    .iter_mut()
                    .skip(4)
                    .take(512)
                    .for_each(|o| *o = 0);
            }
            _ => {}
        }
        let folder = format!(
            "NPKI/{}/USER/{}",
            ca_folder(&self.held.certificate),
            self.held.certificate.subject().to_folder_name()
        );
        let file = |part: Part, bytes: Vec<u8>| LabFile {
            path: format!("{folder}/{}", part.file_name()),
            bytes,
        };
        let mut files = Vec::new();
        if self.condition != Condition::NoCertificate {
            files.push(file(Part::SignCert, certificate));
        }
        if self.condition != Condition::NoKey {
            files.push(file(Part::SignPri, key));
        }
        if let Some(km) = &self.held.km {
            files.push(file(Part::KmCert, km.certificate.der().to_vec()));
            if self.condition != Condition::NoKmKey {
                let key = EncryptedPrivateKeyInfo::seal(&km.key, password, scheme, rng)?;
                files.push(file(Part::KmPri, key.as_der().to_vec()));
            }
        }
        Ok(files)
    }

    /// The certificate and its key as a PFX, with the CAs' certificates. R is in it where the key has
    /// one.
    ///
    /// # Errors
    /// [`LabError::Seal`] never.
    pub fn pfx(
        &self,
        lab: &Lab<'_>,
        password: &NewPassword,
        preset: PfxPreset,
        rng: &mut dyn CryptoRng,
    ) -> Result<Pfx, LabError> {
        let stripped = match self.condition {
            Condition::NoRandomNumber => Some(without_r(&self.held.key)?),
            _ => None,
        };
        let mut entries = vec![PfxEntry {
            key: stripped.as_ref().unwrap_or(&self.held.key),
            certificate: &self.held.certificate,
            friendly_name: None,
        }];
        entries.extend(self.held.km.as_ref().map(|km| PfxEntry {
            key: &km.key,
            certificate: &km.certificate,
            friendly_name: None,
        }));
        let mut chain = vec![&lab.authorities.root];
        chain.extend(
            lab.authorities
                .ca(self.held.issuer)
                .map(|ca| &ca.settings.certificate),
        );
        Ok(Pfx::seal(&entries, &chain, password, preset, rng)?)
    }
}

impl Condition {
    /// Whether software can use the files: the certificate may be expired or revoked, but the pair is
    /// whole.
    #[must_use]
    pub const fn opens(self) -> bool {
        !matches!(
            self,
            Self::NoKey
                | Self::NoCertificate
                | Self::NoKmKey
                | Self::DamagedKey
                | Self::DamagedCertificate
                | Self::OtherKey
        )
    }

    /// The word for it: `no-random-number`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Reissued => "reissued",
            Self::Renewed => "renewed",
            Self::KmPair => "km-pair",
            Self::NoKmKey => "no-km-key",
            Self::NoRandomNumber => "no-random-number",
            Self::NoKey => "no-key",
            Self::NoCertificate => "no-certificate",
            Self::DamagedKey => "damaged-key",
            Self::DamagedCertificate => "damaged-certificate",
            Self::OtherKey => "other-key",
        }
    }
}

/// Issues to one invented person after the other.
struct Cast<'a, 'l> {
    lab: &'a Lab<'l>,
    specimens: Vec<Specimen>,
    people: u32,
}

impl Cast<'_, '_> {
    fn add(&mut self, condition: Condition) -> Result<(), LabError> {
        let held = self.issue(condition.name(), Product::PersonalLimited, None)?;
        self.keep(condition, held, None);
        Ok(())
    }

    fn keep(&mut self, condition: Condition, held: Held, earlier: Option<Held>) {
        self.keep_as(condition.name(), condition, held, earlier);
    }

    fn keep_as(&mut self, name: &str, condition: Condition, held: Held, earlier: Option<Held>) {
        self.specimens.push(Specimen {
            name: name.to_owned(),
            condition,
            held,
            earlier,
        });
    }

    /// At a branch, where the product's first kind of holder has come with a number of nobody's.
    fn issue(
        &mut self,
        name: &str,
        product: Product,
        issuer: Option<Issuer>,
    ) -> Result<Held, LabError> {
        let row = self.lab.policy().catalogue().row(product);
        let holder = row
            .and_then(|row| row.holders.first().copied())
            .unwrap_or(Holder::Individual);
        self.people += 1;
        let person = Person::invented(
            &format!("시험 {name}"),
            &number(holder, self.people),
            holder,
        );
        self.lab.outside.welcome(&person);
        self.lab.issue_at(Channel::Branch, &person, product, issuer)
    }

    /// The first CA that offers a product and is none of these.
    fn other_issuer(&self, product: Product, issuers: &[Issuer]) -> Option<Issuer> {
        let row = self.lab.policy().catalogue().row(product)?;
        let mut offered = row.offers.iter().map(|offer| offer.issuer);
        offered.find(|issuer| !issuers.contains(issuer))
    }
}

/// As many days before a date, at a time of day at which everything is open (R16).
fn ago(days: i32, date: Instant) -> Instant {
    let day = date.kst_day().plus_days(-days);
    day.start().saturating_add(TEN_O_CLOCK)
}

/// An identification number that nobody has (R72): a month after the twelfth, or a check digit that
/// is wrong.
fn number(holder: Holder, count: u32) -> String {
    match holder {
        Holder::Individual | Holder::SoleProprietor => format!("992101{:07}", 3_000_000 + count),
        _ => {
            let digits = format!("{:09}", 999_000_000 + count);
            format!("{digits}{}", (check_digit(&digits) + 1) % 10)
        }
    }
}

/// The tenth digit of a business number (사업자등록번호).
fn check_digit(digits: &str) -> u32 {
    let sum: u32 = digits
        .chars()
        .filter_map(|c| c.to_digit(10))
        .zip([1, 3, 7, 1, 3, 7, 1, 3, 5])
        .enumerate()
        // The ninth counts the tens of its product too.
        .map(|(at, (digit, weight))| digit * weight + if at == 8 { digit * weight / 10 } else { 0 })
        .sum();
    (10 - sum % 10) % 10
}

/// The key as the pool has it.
fn without_r(key: &PrivateKey) -> Result<PrivateKey, LabError> {
    for number in 0..KeyPool::LEN {
        let bare = KeyPool::key(number)?;
        if bare.public_key() == key.public_key() {
            return Ok(bare);
        }
    }
    Err(LabError::Step("a key that is not of the pool".into()))
}

/// Days before the date at which the first is issued: over a year, and less than what a CA of a lab
/// has been there.
const OLDEST: i32 = 400;
const TEN_O_CLOCK: Duration = Duration::from_secs(10 * 3600);

#[cfg(test)]
mod tests {
    use npki_container::{Bounds, Password};
    use npki_core::Idn;

    use super::*;

    const DATE: &str = "2026-11-23T10:00:00+09:00";

    #[test]
    fn everybody_is_what_their_name_says() {
        let ledgers = LabLedgers::in_memory();
        let (lab, population) = Population::at(1, DATE.parse().unwrap(), &ledgers).unwrap();
        let now = lab.now();
        assert_eq!(now, DATE.parse().unwrap());
        let crls = lab.crls().unwrap();
        let revoked = |held: &Held| {
            crls.iter()
                .filter(|crl| crl.issuer().matches(held.certificate.issuer()))
                .any(|crl| crl.find(held.certificate.serial_number()).is_some())
        };

        let names: std::collections::BTreeSet<_> =
            population.specimens.iter().map(|s| &s.name).collect();
        assert_eq!(names.len(), population.specimens.len());
        for product in Product::ALL {
            let valid = population.named(&format!("valid-{product}")).unwrap();
            assert_eq!(valid.held.product, *product);
        }
        for issuer in Issuer::ALL {
            let own = population.specimens.iter();
            let mut own = own.filter(|s| s.condition == Condition::Valid);
            assert!(own.any(|s| s.held.issuer == *issuer), "{issuer}");
        }
        for specimen in &population.specimens {
            let (name, held) = (&specimen.name, &specimen.held);
            let ends = held.certificate.not_after();
            let in_days = |days| now.kst_day().plus_days(days).last_second();
            match specimen.condition {
                Condition::Expired => assert!(ends < now),
                Condition::Expiring => assert!(now < ends && ends < in_days(30)),
                _ => assert!(ends > in_days(300), "{name}"),
            }
            assert_eq!(
                revoked(held),
                specimen.condition == Condition::Revoked,
                "{name}"
            );
            let replaced = matches!(specimen.condition, Condition::Renewed | Condition::Reissued);
            assert_eq!(specimen.earlier.is_some(), replaced, "{name}");
            if let Some(earlier) = &specimen.earlier {
                assert!(revoked(earlier), "{name}");
                assert!(
                    earlier
                        .certificate
                        .subject()
                        .matches(held.certificate.subject())
                );
            }
        }
    }

    #[test]
    fn files_are_whole_or_broken_as_they_should_be() {
        let ledgers = LabLedgers::in_memory();
        let (lab, population) = Population::at(2, DATE.parse().unwrap(), &ledgers).unwrap();
        let text = "Lab-pass-word-1!";
        let (new, password) = (
            NewPassword::check(text).unwrap(),
            Password::new(text).unwrap(),
        );
        let mut rng = lab.rng();
        for specimen in &population.specimens {
            let files = specimen
                .files(&new, SealScheme::Pbes1Seed, &mut rng)
                .unwrap();
            let of = |name: &str| files.iter().find(|f| f.path.ends_with(name));
            let certificate =
                of("/signCert.der").and_then(|f| npki_cert::Certificate::parse(&f.bytes).ok());
            let key = of("/signPri.key")
                .and_then(|f| EncryptedPrivateKeyInfo::parse(&f.bytes).ok())
                .and_then(|key| key.open(&password, &Bounds::DEFAULT).ok());
            let fits = certificate
                .zip(key.as_ref())
                .is_some_and(|(certificate, key)| key.matches(certificate.public_key()));
            let (km_certificate, km_key) = (of("/kmCert.der"), of("/kmPri.key"));
            let km = specimen.held.km.as_ref();
            assert_eq!(km_certificate.is_some(), km.is_some());
            let whole = km.is_some() && specimen.condition != Condition::NoKmKey;
            assert_eq!(km_key.is_some(), whole, "{}", specimen.name);
            let fits = fits && (km.is_none() || whole);
            assert_eq!(fits, specimen.condition.opens(), "{}", specimen.name);
            if let Some(km) = km {
                let next = specimen.held.certificate.serial_number().successor();
                assert_eq!(next.as_ref(), Some(km.certificate.serial_number()));
                assert!(km.key.matches(km.certificate.public_key()));
                assert!(km.key.random_number().is_none());
            }
            if specimen.condition == Condition::NoRandomNumber {
                assert!(key.unwrap().random_number().is_none());
            }
        }
        let specimen = population.of(Condition::Valid).unwrap();
        for preset in PfxPreset::ALL {
            let pfx = specimen.pfx(&lab, &new, *preset, &mut rng).unwrap();
            let contents = pfx.open(&password, &Bounds::DEFAULT).unwrap().into_pairs();
            assert!(contents.sign().unwrap().has_random_number());
            assert_eq!(contents.chain.len(), 2);
        }
    }

    #[test]
    fn r72_the_numbers_are_nobodys() {
        for holder in [Holder::Individual, Holder::Corporation] {
            for count in [1, 26] {
                assert!(Idn::parse(&number(holder, count)).is_ok());
            }
        }
        // 220-81-62517 is a company's, published by it.
        assert_eq!(check_digit("220816251"), 7);
    }
}
