use core::fmt;

use npki_cert::{Certificate, KeyUse, Name};
use npki_cmp::{
    CmpError, FailureInfo, MacKind,
    client::{
        ClientError, Confirming, Credential, Enrolling, Issued, Kind, KmKey, Question, Step, Trust,
        Wanted,
    },
};
use npki_container::{EncryptedPrivateKeyInfo, NewPassword, SealError, Sealing};
use npki_core::{AuthorizationCode, Instant, RandomNumber, ReferenceNumber, RevocationReason};
use npki_key::{KeyError, KeyKind, PrivateKey};
use npki_media::{Bundle, EntryId, Medium, MediumError, Opened, Overwrite, Pair, Unconfirmed};
use rand_core::CryptoRng;

/// Has certificates issued, renewed, reissued and revoked by one CA, and keeps them on a medium.
///
/// Keys and R are made here and never leave it but encrypted. What was issued is on the medium, whole,
/// before it is confirmed (R65), and takes the place of an old pair when the CA has the confirmation.
/// An answer that was lost is asked for again with the same octets, and by a process started anew with
/// the same [`NewKey`]. Whatever ends a process, the medium holds a pair whose certificate is good at
/// the CA:
///
/// | a process ends | in its place | beside it | good at the CA | the next [`issue`](Self::issue) or [`renew`](Self::renew) |
/// |---|---|---|---|---|
/// | before the new pair is kept | old | | old | asks again; with the same key it gets the same certificate |
/// | before certConf has arrived | old | new | old | sends it again: the new pair is good and takes its place; once its time is over, asks anew, for a new key |
/// | before pkiConf has arrived | old | new | new | sends certConf again, which is answered again; the new pair takes its place |
/// | before the new pair is in its place | old | new | new | the same |
/// | before what lay beside it is dropped | new | new | new | goes on with the new pair, and drops it with the one after |
///
/// Where there is no old pair the new one goes to its place at once, where it is not good before it is
/// confirmed; the next [`issue`](Self::issue) by the same code sends certConf again.
///
/// `post` carries a message to the CA and its answer back, such as by
/// [`npki_cmp::http`] over a socket of the caller's.
pub struct Wallet<'a> {
    /// Who may sign the CA's answers.
    pub trust: &'a dyn Trust,
    /// The CA's name; the empty name asks whoever answers.
    pub ca: &'a Name,
    /// Where pairs are kept.
    pub medium: &'a dyn Medium,
    /// Carries one message and its answer. It is called again with the same octets when it fails.
    pub post: &'a dyn Fn(&[u8]) -> std::io::Result<Vec<u8>>,
    /// Waits as many seconds when the CA says so.
    pub wait: &'a dyn Fn(u32),
    /// The clock.
    pub now: &'a dyn Fn() -> Instant,
}

/// A signing key with R, and a key-management key beside it where a pair is ordered (R2), before there
/// is a certificate for them.
///
/// # Security
/// In the clear in this process. To survive its end seal them ([`EncryptedPrivateKeyInfo::seal`]).
#[derive(Debug)]
pub struct NewKey {
    sign: PrivateKey,
    km: Option<PrivateKey>,
}

/// What has become of an enrolment.
#[derive(Debug)]
pub struct Stored {
    /// The certificate, the signing one of a pair.
    pub certificate: Certificate,
    /// The key-management certificate of a pair.
    pub km_certificate: Option<Certificate>,
    /// Where it lies on the medium.
    pub entry: EntryId,
}

/// Why there is no new certificate, or not yet.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnrolError {
    /// The CA refused, or its answer is none.
    #[error(transparent)]
    Ca(#[from] ClientError),
    /// A message cannot be made.
    #[error("the request cannot be made")]
    Message(#[from] CmpError),
    /// The CA was not reached, several times. Begin again with the same key.
    #[error("the CA was not reached; begin again with the same key")]
    Unreachable(#[source] std::io::Error),
    /// The CA wants to be asked again more often than is reasonable.
    #[error("the CA is not ready; begin again later with the same key")]
    NotReady,
    /// The certificate that the CA wants R encrypted to is not one of this CA's for key management, or
    /// its time is over.
    #[error("the CA's encryption certificate is none")]
    EncryptionCertificate,
    /// A key cannot be made or used.
    #[error("the key cannot be used")]
    Key(#[from] KeyError),
    /// The key cannot be encrypted.
    #[error("the key cannot be encrypted")]
    Seal(#[from] SealError),
    /// The medium did not take the new pair. The certificate was not confirmed and lapses; the old pair
    /// stands.
    #[error("the medium did not take the new pair; the certificate was not confirmed")]
    Medium(#[from] MediumError),
    /// The new pair is on the medium, and whether the CA has the confirmation is not known, or the pair
    /// has not got to its place: begin again with the same credential. Until then both pairs are kept.
    #[error("the new pair is kept and its confirmation lost; begin again")]
    Unconfirmed(#[source] Box<EnrolError>),
}

/// The new keys, encrypted under the medium's password.
struct Sealed {
    sign: EncryptedPrivateKeyInfo,
    km: Option<EncryptedPrivateKeyInfo>,
}

/// What the CA has said before it is asked for certificates.
struct Told {
    encryption_certificate: Option<Certificate>,
    km_key: KmKey,
}

impl NewKey {
    /// Makes a key and R.
    ///
    /// # Errors
    /// [`KeyError`] when the generator does not give one.
    pub fn generate(kind: KeyKind, rng: &mut dyn CryptoRng) -> Result<Self, KeyError> {
        let r = RandomNumber::generate(rng);
        Self::from_key(PrivateKey::generate(kind, rng)?, &r)
    }

    /// Takes a key that was made elsewhere, with this R.
    ///
    /// # Errors
    /// [`KeyError`] when the key cannot hold R.
    pub fn from_key(key: PrivateKey, r: &RandomNumber) -> Result<Self, KeyError> {
        Ok(Self {
            sign: key.with_random_number(r)?,
            km: None,
        })
    }

    /// The same with a key-management key (암호화용), an RSA one: a pair is asked for.
    #[must_use]
    pub fn with_km(self, key: PrivateKey) -> Self {
        Self {
            km: Some(key),
            ..self
        }
    }

    /// The signing key, with R in its attributes.
    #[must_use]
    pub const fn key(&self) -> &PrivateKey {
        &self.sign
    }

    /// The key-management key.
    #[must_use]
    pub const fn km_key(&self) -> Option<&PrivateKey> {
        self.km.as_ref()
    }
}

impl Wallet<'_> {
    /// Has a certificate issued (발급) or reissued (재발급) by reference number and authorization code.
    ///
    /// A reissued one takes the place of the old one on the medium, which is superseded at the CA by the
    /// same confirmation. What an attempt before has left unconfirmed is finished instead
    /// ([`Wallet::finish_issue`]), and the key is not used.
    ///
    /// # Errors
    /// [`EnrolError`]; everything but a refusal may be tried again with the same key.
    pub fn issue(
        &self,
        by: (&ReferenceNumber, &AuthorizationCode),
        key: &NewKey,
        password: &NewPassword,
        sealing: Sealing,
        rng: &mut dyn CryptoRng,
    ) -> Result<Stored, EnrolError> {
        let credential = by_code(by);
        match self.finish(&credential)? {
            Some(stored) => Ok(stored),
            None => self.enrol(Kind::Initial, &credential, key, password, sealing, rng),
        }
    }

    /// Finishes what [`Wallet::issue`] by the same code has left when its process ended: sends the
    /// confirmation again, and brings the pair to its place, under the password that was given then.
    /// Nothing, if there is nothing to finish, or the CA does not take the confirmation any more: then the
    /// old pair stands.
    ///
    /// # Errors
    /// [`EnrolError::Unconfirmed`]; begin again.
    pub fn finish_issue(
        &self,
        by: (&ReferenceNumber, &AuthorizationCode),
    ) -> Result<Option<Stored>, EnrolError> {
        self.finish(&by_code(by))
    }

    /// Whether the CA wants a pair to be asked for by this code: then [`NewKey::with_km`] comes first.
    ///
    /// # Errors
    /// [`EnrolError`].
    pub fn km_key(
        &self,
        by: (&ReferenceNumber, &AuthorizationCode),
        rng: &mut dyn CryptoRng,
    ) -> Result<KmKey, EnrolError> {
        Ok(self.ask(&by_code(by), rng)?.km_key)
    }

    /// Whether a certificate is renewed as a pair: then [`NewKey::with_km`] comes first. The medium does not
    /// tell, where a half was lost.
    ///
    /// # Errors
    /// [`EnrolError`].
    pub fn km_key_to_renew(
        &self,
        opened: &Opened,
        rng: &mut dyn CryptoRng,
    ) -> Result<KmKey, EnrolError> {
        Ok(self.ask(&by_signature(opened), rng)?.km_key)
    }

    /// Renews a certificate (갱신, R11) by its own signature, with a new key and a new R. What an attempt
    /// before has left unconfirmed is finished instead ([`Wallet::finish_renewal`]), and the key is not
    /// used.
    ///
    /// # Errors
    /// As [`Wallet::issue`].
    pub fn renew(
        &self,
        opened: &Opened,
        key: &NewKey,
        password: &NewPassword,
        sealing: Sealing,
        rng: &mut dyn CryptoRng,
    ) -> Result<Stored, EnrolError> {
        let credential = by_signature(opened);
        match self.finish(&credential)? {
            Some(stored) => Ok(stored),
            None => self.enrol(Kind::Renewal, &credential, key, password, sealing, rng),
        }
    }

    /// As [`Wallet::finish_issue`], of a renewal of this certificate. An application asks this before it
    /// makes keys.
    ///
    /// # Errors
    /// [`EnrolError::Unconfirmed`]; begin again.
    pub fn finish_renewal(&self, opened: &Opened) -> Result<Option<Stored>, EnrolError> {
        self.finish(&by_signature(opened))
    }

    /// Revokes a certificate (폐지, R13) by its own signature. It stays on the medium (R42).
    ///
    /// # Errors
    /// [`EnrolError`].
    pub fn revoke(
        &self,
        opened: &Opened,
        reason: RevocationReason,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), EnrolError> {
        let certificate = &opened.certificate;
        let credential = by_signature(opened);
        let now = (self.now)();
        let mut question =
            Question::revoke(certificate, reason, &credential, self.trust, now, rng)?;
        let answer = self.post(question.message())?;
        Ok(question.revoked(&answer, (self.now)())?)
    }

    fn enrol(
        &self,
        kind: Kind,
        credential: &Credential<'_>,
        key: &NewKey,
        password: &NewPassword,
        sealing: Sealing,
        rng: &mut dyn CryptoRng,
    ) -> Result<Stored, EnrolError> {
        let signing_key = key.sign.signing_key()?;
        let km_key = key.km.as_ref().map(PrivateKey::signing_key).transpose()?;
        let r = key.sign.random_number();
        // Sealed before anything is asked for: what cannot be stored is not issued.
        let mut seal = |key| EncryptedPrivateKeyInfo::seal(key, password, sealing, rng);
        let sealed = Sealed {
            sign: seal(&key.sign)?,
            km: key.km.as_ref().map(seal).transpose()?,
        };
        let to = match &r {
            Some(_) => self.ask(credential, rng)?.encryption_certificate,
            None => None,
        };
        let wanted = Wanted {
            kind,
            key: &*signing_key,
            km_key: km_key.as_deref(),
            subject: None,
            random_number: r.as_ref().zip(to.as_ref()),
            implicit_confirmation: false,
        };
        let now = (self.now)();
        let mut enrolling = Enrolling::begin(&wanted, credential, self.trust, self.ca, now, rng)?;
        for _ in 0..POLLS {
            let answer = self.post(enrolling.message())?;
            match enrolling.take(&answer, (self.now)(), rng)? {
                Step::Wait { seconds, then } => {
                    (self.wait)(seconds.min(LONGEST_WAIT));
                    enrolling = *then;
                }
                Step::Issued(issued) => return self.take(*issued, sealed, rng),
            }
        }
        Err(EnrolError::NotReady)
    }

    /// Stores what was issued, confirms it, and lets it take the place of an old pair.
    fn take(
        &self,
        issued: Issued<'_>,
        sealed: Sealed,
        rng: &mut dyn CryptoRng,
    ) -> Result<Stored, EnrolError> {
        let bundle = bundle(&issued, sealed);
        if issued.is_confirmed() {
            return Ok(self.settle(bundle)?);
        }
        let in_place = match self.medium.store(&bundle, Overwrite::Refuse) {
            Ok(entry) => Some(entry),
            Err(MediumError::Exists { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let mut confirming = issued.confirm((self.now)(), rng)?;
        let kept = Unconfirmed {
            bundle,
            confirmation: confirming.message().to_vec(),
        };
        match self.medium.keep_unconfirmed(&kept) {
            // Where there is no old pair, none is lost.
            Err(error) if in_place.is_none() => return Err(error.into()),
            _ => {}
        }
        self.confirm(&mut confirming).map_err(unconfirmed)?;
        match in_place {
            Some(entry) => {
                self.drop_waiting(&kept.bundle.sign.certificate);
                Ok(Stored::of(kept.bundle, entry))
            }
            None => self.settle(kept.bundle).map_err(unconfirmed),
        }
    }

    /// Confirms what this credential was given by a process before, as far as it can be.
    fn finish(&self, credential: &Credential<'_>) -> Result<Option<Stored>, EnrolError> {
        for kept in self.medium.unconfirmed()? {
            let Unconfirmed {
                bundle,
                confirmation,
            } = kept;
            let certificate = &bundle.sign.certificate;
            let confirming = Confirming::resume(&confirmation, certificate, credential, self.trust);
            let Some(mut confirming) = confirming else {
                continue;
            };
            match self.confirm(&mut confirming) {
                Ok(()) => return Ok(Some(self.settle(bundle).map_err(unconfirmed)?)),
                // Its time is over. It is dropped when another one has been confirmed: a CA that says so of
                // what it has taken already must not cost the pair.
                Err(EnrolError::Ca(ClientError::Refused { failures, .. }))
                    if is_final(&failures) => {}
                Err(error) => return Err(unconfirmed(error)),
            }
        }
        Ok(None)
    }

    /// Puts a confirmed pair into the place of the old one, in one step, and drops what waited there.
    fn settle(&self, bundle: Bundle) -> Result<Stored, MediumError> {
        let entry = self.medium.store(&bundle, Overwrite::Replace)?;
        self.drop_waiting(&bundle.sign.certificate);
        Ok(Stored::of(bundle, entry))
    }

    /// Drops what waits for the place that this certificate has now. What stays is dropped by the next one.
    fn drop_waiting(&self, placed: &Certificate) {
        for kept in self.medium.unconfirmed().unwrap_or_default() {
            let waiting = &kept.bundle.sign.certificate;
            if waiting.subject().matches(placed.subject())
                && waiting.issuer().matches(placed.issuer())
            {
                let _ = self.medium.drop_unconfirmed(waiting);
            }
        }
    }

    /// Asks for the certificate that R is encrypted to, and how many keys are wanted. A CA that has no
    /// such certificate gives certificates without VID.
    fn ask(
        &self,
        credential: &Credential<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Told, EnrolError> {
        let now = (self.now)();
        let mut question =
            Question::encryption_certificate(credential, self.trust, self.ca, now, rng)?;
        let answer = self.post(question.message())?;
        let now = (self.now)();
        let encryption_certificate = question.certificate(&answer, now)?;
        if let Some(certificate) = &encryption_certificate
            && !is_for_encryption(certificate, self.ca, now)
        {
            return Err(EnrolError::EncryptionCertificate);
        }
        Ok(Told {
            encryption_certificate,
            km_key: question.km_key(),
        })
    }

    fn confirm(&self, confirming: &mut Confirming<'_>) -> Result<(), EnrolError> {
        let answer = self.post(confirming.message())?;
        Ok(confirming.take(&answer, (self.now)())?)
    }

    /// Sends the same octets until an answer comes, a few times.
    fn post(&self, message: &[u8]) -> Result<Vec<u8>, EnrolError> {
        let mut tries = TRIES;
        loop {
            tries -= 1;
            match (self.post)(message) {
                Ok(answer) => return Ok(answer),
                Err(error) if tries == 0 => return Err(EnrolError::Unreachable(error)),
                Err(_) => (self.wait)(1),
            }
        }
    }
}

impl fmt::Debug for Wallet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wallet")
            .field("ca", self.ca)
            .field("medium", self.medium)
            .finish_non_exhaustive()
    }
}

impl Stored {
    fn of(bundle: Bundle, entry: EntryId) -> Self {
        Self {
            certificate: bundle.sign.certificate,
            km_certificate: bundle.km.map(|km| km.certificate),
            entry,
        }
    }
}

fn bundle(issued: &Issued<'_>, keys: Sealed) -> Bundle {
    let mut ca_certificates = issued.ca_certificates().to_vec();
    // Root first.
    ca_certificates.reverse();
    let pair = |(certificate, key): (&Certificate, _)| Pair {
        certificate: certificate.clone(),
        key,
    };
    Bundle {
        sign: pair((issued.certificate(), keys.sign)),
        km: issued.km_certificate().zip(keys.km).map(pair),
        ca_certificates,
    }
}

fn unconfirmed(error: impl Into<EnrolError>) -> EnrolError {
    EnrolError::Unconfirmed(Box::new(error.into()))
}

/// Whether a CA that has refused so will not say yes to the same octets later.
fn is_final(failures: &[FailureInfo]) -> bool {
    let passes = [FailureInfo::SystemUnavail, FailureInfo::SystemFailure];
    !failures.iter().any(|failure| passes.contains(failure))
}

const fn by_code<'a>(
    (reference, code): (&'a ReferenceNumber, &'a AuthorizationCode),
) -> Credential<'a> {
    Credential::Code {
        reference,
        code,
        mac: MacKind::Pbm,
    }
}

fn by_signature(opened: &Opened) -> Credential<'_> {
    Credential::Certificate {
        certificate: &opened.certificate,
        key: &*opened.signing_key,
    }
}

/// Whether R may go there: a certificate for key management alone, of the CA that is asked, within its
/// validity. That the CA itself has handed it over shows the protection of its answer.
fn is_for_encryption(certificate: &Certificate, ca: &Name, now: Instant) -> bool {
    certificate.use_of_key() == KeyUse::KeyManagement
        && certificate.is_valid_at(now)
        && (ca.is_empty() || certificate.issuer().matches(ca))
}

/// How often a message is sent.
const TRIES: usize = 3;
/// How often a CA may say that it is not ready.
const POLLS: usize = 32;
/// The longest that is waited at one time, in seconds.
const LONGEST_WAIT: u32 = 60;
