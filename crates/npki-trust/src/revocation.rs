//! RFC 5280 section 6.3.3 for one certificate of a path: which of the CRLs and OCSP responses at hand
//! tells its state.

use std::collections::BTreeMap;

use const_oid::db::rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT;
use npki_core::Instant;

use crate::{
    CrlError, CrlVerdict, OcspError, OcspQuestion, OcspVerdict, PathError,
    budget::Exhausted,
    conformance::broken_crl_rule,
    crl::{check_signer, check_usable, look_up, verify_signature},
    ocsp::{is_about, judge_ocsp, worse},
    path_search::{Failure, Goal, Index, Search},
    path_walk::Inputs,
};

/// What one CRL said, and by which scope it spoke.
struct Said<'a> {
    scope: Option<&'a [u8]>,
    this_update: Instant,
    verdict: CrlVerdict,
}

impl<'a> Search<'a> {
    /// Whether the certificate at `index` is covered by a good CRL or OCSP response, and none of them
    /// says otherwise.
    ///
    /// Of several CRLs of one scope the newest counts; of several scopes, one that lists the
    /// certificate is enough.
    pub(crate) fn check_revocation(
        &mut self,
        index: Index,
        issuer: Index,
        anchor: Index,
        depth: usize,
        signers: &[Index],
    ) -> Result<(), Failure> {
        let answered = self.ask_responses(index, issuer, anchor)?;
        if let Some(Ok(OcspVerdict::Revoked { at, reason })) = answered {
            return Err(PathError::Revoked { depth, at, reason }.into());
        }
        let certificate = self.certificate(index);
        let crls = self.crls;
        let mut said: Vec<Said<'a>> = Vec::new();
        let mut nearest = CrlError::Missing;
        for (number, crl) in crls.iter().enumerate() {
            let usable = check_usable(crl, certificate, self.request.at).and_then(|()| {
                let asked = self.validator.inputs.conforming;
                let broken = asked.then(|| broken_crl_rule(crl)).flatten();
                broken.map_or(Ok(()), |rule| Err(CrlError::NotConforming(rule)))
            });
            let told = match usable {
                // A CRL of somebody else is no near miss.
                Err(CrlError::WrongIssuer) => continue,
                Err(error) => Err(error),
                Ok(()) => self
                    .check_signed(number, issuer, anchor, signers)?
                    .and_then(|()| look_up(crl, certificate)),
            };
            match told {
                Ok(verdict) => said.push(Said {
                    scope: crl
                        .extensions()
                        .find(|e| e.oid == ID_CE_ISSUING_DISTRIBUTION_POINT)
                        .map(|e| e.value),
                    this_update: crl.this_update(),
                    verdict,
                }),
                Err(error) if nearest == CrlError::Missing || nearest == CrlError::Scope => {
                    nearest = error;
                }
                Err(_) => {}
            }
        }
        match (newest_of_each_scope(&said), answered) {
            (Some(CrlVerdict::Revoked { at, reason }), _) => {
                Err(PathError::Revoked { depth, at, reason }.into())
            }
            (_, Some(Ok(OcspVerdict::Unknown))) => Err(PathError::NotIssued { depth }.into()),
            (Some(CrlVerdict::Good), _) | (_, Some(Ok(_))) => Ok(()),
            (None, Some(Err(why))) if nearest == CrlError::Missing => {
                Err(PathError::OcspRefused { depth, why }.into())
            }
            (None, _) => Err(PathError::RevocationUnknown {
                depth,
                why: nearest,
            }
            .into()),
        }
    }

    /// What the OCSP responses at hand say of the certificate: the worst of those that count, or what
    /// was wrong with the last one. `None`: no response is about it.
    fn ask_responses(
        &mut self,
        index: Index,
        issuer: Index,
        anchor: Index,
    ) -> Result<Option<Result<OcspVerdict, OcspError>>, Exhausted> {
        let (certificate, issuer) = (self.certificate(index), self.certificate(issuer));
        let question = OcspQuestion {
            root: Some(self.certificate(anchor)),
            pool: self.request.pool,
            crls: self.crls,
            algorithms: self.validator.algorithms,
            ..OcspQuestion::new(certificate, issuer, self.request.at)
        };
        let mut told: Option<Result<OcspVerdict, OcspError>> = None;
        for response in self.responses {
            if !is_about(response, issuer, certificate) {
                continue;
            }
            for _ in 0..SIGNATURES_OF_A_RESPONSE {
                self.budget.signature()?;
            }
            told = Some(match (told, judge_ocsp(response, &question)) {
                (Some(Ok(known)), Ok(new)) => Ok(worse(known, new)),
                (Some(Ok(known)), Err(_)) => Ok(known),
                (_, new) => new,
            });
        }
        Ok(told)
    }

    /// Whether a CRL is signed by the issuer itself, or by another key of the same name whose own
    /// path to the same anchor holds (6.3.3 (f), (g)).
    fn check_signed(
        &mut self,
        crl: usize,
        issuer: Index,
        anchor: Index,
        signers: &[Index],
    ) -> Result<Result<(), CrlError>, Failure> {
        let mut outcome = self.verify_crl(crl, issuer)?;
        if outcome.is_ok() || signers.len() >= MAX_SIGNERS {
            return Ok(outcome);
        }
        for other in self.untrusted() {
            if other == issuer || signers.contains(&other) {
                continue;
            }
            if self.verify_crl(crl, other)?.is_err() {
                continue;
            }
            self.budget.step()?;
            let signers: Vec<Index> = signers.iter().copied().chain([other]).collect();
            let goal = Goal {
                target: other,
                inputs: &Inputs::default(),
                anchor: Some(anchor),
                signers: &signers,
            };
            match self.look_for(&goal) {
                Ok(_) => return Ok(Ok(())),
                Err(Failure::Path(_)) => outcome = Err(CrlError::Signer),
                Err(stop @ Failure::Stop(_)) => return Err(stop),
            }
        }
        Ok(outcome)
    }

    /// Name, key usage and signature; the signature computed once.
    fn verify_crl(
        &mut self,
        number: usize,
        signer: Index,
    ) -> Result<Result<(), CrlError>, Exhausted> {
        if let Some(known) = self.crl_signatures.get(&(number, signer)) {
            return Ok(known.clone());
        }
        let certificate = self.certificate(signer);
        let Some(crl) = self.crls.get(number) else {
            return Ok(Err(CrlError::Missing));
        };
        let outcome = match check_signer(crl, certificate) {
            Ok(()) => {
                self.budget.signature()?;
                verify_signature(crl, certificate, self.validator.algorithms)
            }
            Err(error) => Err(error),
        };
        self.crl_signatures
            .insert((number, signer), outcome.clone());
        Ok(outcome)
    }
}

/// The newest word of each scope; `None` when nothing was said. A revocation outweighs a good of
/// the same age and of other scopes.
fn newest_of_each_scope(said: &[Said<'_>]) -> Option<CrlVerdict> {
    let mut newest: BTreeMap<Option<&[u8]>, (Instant, CrlVerdict)> = BTreeMap::new();
    for word in said {
        let kept = newest
            .entry(word.scope)
            .or_insert((word.this_update, word.verdict));
        let newer = word.this_update > kept.0;
        let worse = word.this_update == kept.0 && kept.1 == CrlVerdict::Good;
        if newer || worse {
            *kept = (word.this_update, word.verdict);
        }
    }
    let mut verdicts = newest.into_values().map(|(_, verdict)| verdict);
    let first = verdicts.next()?;
    Some(verdicts.fold(first, |a, b| if a == CrlVerdict::Good { b } else { a }))
}

/// What judging a response is counted as: its own signature, the responder's, the issuer's.
const SIGNATURES_OF_A_RESPONSE: usize = 3;
/// How many CRL signers may vouch for each other in a row. PKITS 4.5 needs one; a bound of ours.
const MAX_SIGNERS: usize = 2;
