//! RFC 5280 section 6.3.3 for one certificate of a path: which of the CRLs and OCSP responses at hand
//! tells its state.

use crate::{
    CrlError, CrlVerdict, OcspError, OcspQuestion, OcspVerdict, PathError,
    budget::Exhausted,
    conformance::broken_crl_rule,
    crl::{check_signer, verify_signature},
    crls::judge_each,
    ocsp::{is_about, judge_ocsp, worse},
    path_search::{Failure, Goal, Index, Search},
    path_walk::Inputs,
};

impl<'a> Search<'a> {
    /// Whether the certificate at `index` is covered by a good CRL or OCSP response, and none of them
    /// says otherwise.
    ///
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
        let (crls, at, certificate) = (self.crls, self.request.at, self.certificate(index));
        let told = judge_each(crls, certificate, at, |number, signer| {
            if let Some(rule) = self.broken_rule(number) {
                return Ok(Err(CrlError::NotConforming(rule)));
            }
            match signer {
                None => self.find_signer(number, issuer, anchor, signers),
                Some(signer) => Ok(self.verify_crl(number, signer)?.map(|()| signer)),
            }
        })?;
        match (told, answered) {
            (Ok(CrlVerdict::Revoked { at, reason }), _) => {
                Err(PathError::Revoked { depth, at, reason }.into())
            }
            (_, Some(Ok(OcspVerdict::Unknown))) => Err(PathError::NotIssued { depth }.into()),
            (Ok(CrlVerdict::Good), _) | (_, Some(Ok(_))) => Ok(()),
            (Err(CrlError::Missing), Some(Err(why))) => {
                Err(PathError::OcspRefused { depth, why }.into())
            }
            (Err(why), _) => Err(PathError::RevocationUnknown { depth, why }.into()),
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

    /// Who signed a CRL: the issuer itself, or another key of the same name whose own path to the same
    /// anchor holds (6.3.3 (f), (g)).
    fn find_signer(
        &mut self,
        crl: usize,
        issuer: Index,
        anchor: Index,
        signers: &[Index],
    ) -> Result<Result<Index, CrlError>, Failure> {
        let mut nearest = match self.verify_crl(crl, issuer)? {
            Ok(()) => return Ok(Ok(issuer)),
            Err(error) if signers.len() >= MAX_SIGNERS => return Ok(Err(error)),
            Err(error) => error,
        };
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
                Ok(_) => return Ok(Ok(other)),
                Err(Failure::Path(_)) => nearest = CrlError::Signer,
                Err(stop @ Failure::Stop(_)) => return Err(stop),
            }
        }
        Ok(Err(nearest))
    }

    /// What RFC 5280 wants of CRLs that this one is not, if that is asked.
    fn broken_rule(&self, crl: usize) -> Option<&'static str> {
        let asked = self.validator.inputs.conforming;
        asked.then(|| self.crls.get(crl).and_then(broken_crl_rule))?
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

/// What judging a response is counted as: its own signature, the responder's, the issuer's.
const SIGNATURES_OF_A_RESPONSE: usize = 3;
/// How many CRL signers may vouch for each other in a row. PKITS 4.5 needs one; a bound of ours.
const MAX_SIGNERS: usize = 2;
