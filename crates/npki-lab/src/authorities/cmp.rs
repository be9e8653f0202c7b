use npki_ca::{
    ceremony,
    cmp::{CmpKeys, EncryptionKey},
};
use npki_cert::{CertError, Certificate, PolicyOid};
use npki_core::{Instant, KstDay};
use npki_key::{KeyKind, PrivateKey};
use rand_core::Rng as _;

use crate::{KeyPool, LabError, LabRng};

/// Makes a CA's keys for CMP messages. The certificate that R is encrypted to is a server's, of two years: there is
/// another one for each term of two years that a lab lasts, and all else is the same in every term.
#[derive(Debug)]
pub(super) struct CmpCeremony {
    /// Of the CA, among those of the lab.
    pub(super) number: usize,
    pub(super) root: Certificate,
    pub(super) ca: Certificate,
    pub(super) real_name: &'static str,
    pub(super) crl_uri: String,
    pub(super) ocsp_uri: String,
    /// The day on which the lab begins.
    pub(super) begins: KstDay,
    pub(super) seed: u64,
}

impl CmpCeremony {
    /// How many terms a CA's ten years have, of which a lab begins in the second year.
    pub(super) const TERMS: usize = 5;

    /// The term of this instant: the last one beyond the end.
    pub(super) fn term_of(&self, now: Instant) -> usize {
        let begun = |term: &usize| self.first_day(*term).start() <= now;
        (1..Self::TERMS).take_while(begun).count()
    }

    pub(super) fn keys(&self, term: usize) -> Result<CmpKeys, LabError> {
        let mut rng = LabRng::new(self.seed);
        let ca_key = KeyPool::key(self.number)?.signing_key()?;
        let protection = PrivateKey::generate(KeyKind::P256, &mut rng)?;
        let encryption = KeyPool::encryption_key(self.number)?;
        let signed = ceremony::CmpServiceKey {
            public_key: protection.public_key(),
            not_before: self.ca.not_before(),
            not_after: self.ca.not_after(),
            crl_uri: &self.crl_uri,
            ocsp_uri: &self.ocsp_uri,
        };
        let next = self.first_day(term + 1);
        let encrypted = ceremony::CmpServiceKey {
            public_key: encryption.public_key(),
            not_before: self.first_day(term).start(),
            not_after: next.last_second().min(self.ca.not_after()),
            ..signed
        };
        let certificate = ceremony::cmp_server(&self.ca, &*ca_key, &signed, &mut rng)?;
        let mut rng = LabRng::new(
            rng.next_u64()
                .wrapping_add(u64::try_from(term).unwrap_or(0)),
        );
        let identity = (self.real_name, self.servers()?);
        let encrypted =
            ceremony::cmp_encryption(&self.ca, &*ca_key, &encrypted, identity, &mut rng)?;
        Ok(CmpKeys {
            certificate,
            protection: protection.signing_key()?,
            chain: vec![self.root.clone()],
            encryption: Some(EncryptionKey {
                certificate: encrypted,
                decryptor: encryption.decryptor()?,
            }),
        })
    }

    fn first_day(&self, term: usize) -> KstDay {
        let days = i32::try_from(term).unwrap_or(0).saturating_mul(TERM);
        self.begins.plus_days(days)
    }

    /// The policy of the CA's servers.
    fn servers(&self) -> Result<PolicyOid, CertError> {
        format!("2.999.410.{}.9", self.number)
            .parse()
            .map_err(|_| CertError::ObjectIdentifier { what: "a policy" })
    }
}

/// Days, to the day on which the next begins: with that one 731, which a server's certificate may have.
const TERM: i32 = 730;
