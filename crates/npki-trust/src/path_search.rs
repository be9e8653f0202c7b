//! Looking for a path that holds, within bounds (RFC 4158 for the manners).

use std::collections::HashMap;

use npki_cert::{Certificate, Crl, OcspResponse};

use crate::{
    BudgetKind, CrlError, PathError, PolicySet, Request, Revocation, ValidPath, Validator,
    WeakAlgorithm,
    budget::{Budget, Exhausted},
    crl::prepare_verifying,
    path_walk::{Inputs, Walk, check_is_ca, check_validity},
};

/// One search, with everything that it has found out already.
#[derive(Debug)]
pub(crate) struct Search<'a> {
    pub(crate) validator: &'a Validator,
    pub(crate) request: &'a Request<'a>,
    pub(crate) crls: &'a [Crl],
    pub(crate) responses: &'a [OcspResponse],
    /// All certificates at hand: the leaf, those of the chain or the pool, the anchors.
    certificates: Vec<&'a Certificate>,
    /// Index of the first anchor.
    first_anchor: usize,
    /// Who may have issued a certificate, best first: filled when first asked.
    issuers: HashMap<usize, Vec<usize>>,
    /// Whether the first certificate's signature holds under the second's key.
    signatures: HashMap<(usize, usize), Result<(), SignatureFault>>,
    pub(crate) crl_signatures: HashMap<(usize, usize), Result<(), CrlError>>,
    pub(crate) budget: Budget,
}

/// A certificate by its place in [`Search::certificates`].
pub(crate) type Index = usize;

/// Why the search of one target ended.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// This path, or all of them.
    Path(PathError),
    /// The whole search.
    Stop(BudgetKind),
}

#[derive(Clone, Debug)]
enum SignatureFault {
    Algorithm(WeakAlgorithm),
    Mismatch,
}

/// Which of the causes met on the way is told in the end.
#[derive(Debug, Default)]
struct Causes {
    /// Of a path that reached an anchor.
    of_path: Option<PathError>,
    /// Of a candidate that did not fit.
    of_candidate: Option<PathError>,
}

/// Whose path is looked for, and under which conditions.
#[derive(Debug)]
pub(crate) struct Goal<'g> {
    pub(crate) target: Index,
    pub(crate) inputs: &'g Inputs,
    /// Another anchor than this one does not count (RFC 5280 section 6.3.3 (f)).
    pub(crate) anchor: Option<Index>,
    /// The CRL signers whose own paths are being looked for: none of them vouches for itself.
    pub(crate) signers: &'g [Index],
}

impl From<PathError> for Failure {
    fn from(error: PathError) -> Self {
        Self::Path(error)
    }
}

impl From<Exhausted> for Failure {
    fn from(Exhausted(kind): Exhausted) -> Self {
        Self::Stop(kind)
    }
}

impl<'a> Search<'a> {
    pub(crate) fn new(validator: &'a Validator, request: &'a Request<'a>) -> Self {
        let mut certificates = vec![request.leaf];
        certificates.extend(request.chain.unwrap_or_default());
        certificates.extend(request.pool);
        let first_anchor = certificates.len();
        certificates.extend(validator.anchors.as_slice());
        let (crls, responses): (&[Crl], &[OcspResponse]) = match request.revocation {
            Revocation::Crls(crls) => (crls, &[]),
            Revocation::CrlsAndOcsp { crls, responses } => (crls, responses),
            Revocation::NotChecked => (&[], &[]),
        };
        Self {
            validator,
            request,
            crls,
            responses,
            certificates,
            first_anchor,
            issuers: HashMap::new(),
            signatures: HashMap::new(),
            crl_signatures: HashMap::new(),
            budget: Budget::new(validator.bounds),
        }
    }

    pub(crate) fn run(mut self) -> Result<ValidPath, PathError> {
        let goal = Goal {
            target: LEAF,
            inputs: &self.validator.inputs,
            anchor: None,
            signers: &[],
        };
        let found = match self.request.chain {
            Some(chain) => self.along(chain, &goal),
            None => self.look_for(&goal),
        };
        match found {
            Ok((path, anchor, policies)) => Ok(ValidPath {
                certificates: path
                    .into_iter()
                    .map(|index| self.certificate(index).clone())
                    .collect(),
                anchor: self.certificate(anchor).clone(),
                policies,
            }),
            Err(Failure::Path(error)) => Err(error),
            Err(Failure::Stop(kind)) => Err(PathError::Budget(kind)),
        }
    }

    /// The path that the caller gave.
    fn along(&mut self, chain: &[Certificate], goal: &Goal<'_>) -> Result<Found, Failure> {
        let anchors = &self.validator.anchors;
        let below = chain.iter().position(|c| anchors.contains(c));
        let path: Vec<Index> = (LEAF..=below.unwrap_or(chain.len())).collect();
        self.budget.depth(path.len())?;
        let mut causes = Causes::default();
        let top = path.last().copied().unwrap_or(LEAF);
        for anchor in self.issuers_of(top) {
            if !self.is_anchor(anchor) {
                continue;
            }
            self.budget.step()?;
            match self.walk(&path, anchor, goal) {
                Ok(policies) => return Ok((path, anchor, policies)),
                Err(failure) => causes.of_path(failure)?,
            }
        }
        Err(Failure::Path(causes.told()))
    }

    /// Any path that holds.
    pub(crate) fn look_for(&mut self, goal: &Goal<'_>) -> Result<Found, Failure> {
        let mut causes = Causes::default();
        let mut path = vec![goal.target];
        match self.extend(&mut path, goal, &mut causes)? {
            Some(found) => Ok(found),
            None => Err(Failure::Path(causes.told())),
        }
    }

    /// Depth first: tries every issuer of the last certificate in `path`. The recursion is as deep
    /// as a path is long, at most [`Bounds::depth`](crate::Bounds::depth).
    fn extend(
        &mut self,
        path: &mut Vec<Index>,
        goal: &Goal<'_>,
        causes: &mut Causes,
    ) -> Result<Option<Found>, Failure> {
        let Some(last) = path.last().copied() else {
            return Ok(None);
        };
        let depth = path.len() - 1;
        for issuer in self.issuers_of(last) {
            self.budget.step()?;
            if self.is_anchor(issuer) {
                if goal.anchor.is_some_and(|wanted| wanted != issuer) {
                    continue;
                }
                if let Err(error) = self.verify(last, issuer, depth)? {
                    causes.of_candidate(error);
                    continue;
                }
                match self.walk(path, issuer, goal) {
                    Ok(policies) => return Ok(Some((path.clone(), issuer, policies))),
                    Err(failure) => causes.of_path(failure)?,
                }
                continue;
            }
            if self.is_anchor_again(issuer) || self.loops(path, issuer) {
                continue;
            }
            if let Err(Exhausted(kind)) = self.budget.depth(path.len() + 1) {
                causes.of_candidate(PathError::Budget(kind));
                continue;
            }
            let candidate = self.certificate(issuer);
            let fits = check_validity(candidate, self.request.at, depth + 1)
                .and_then(|()| check_is_ca(candidate, depth + 1));
            if let Err(error) = fits {
                causes.of_candidate(error);
                continue;
            }
            if let Err(error) = self.verify(last, issuer, depth)? {
                causes.of_candidate(error);
                continue;
            }
            path.push(issuer);
            let found = self.extend(path, goal, causes)?;
            path.pop();
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// RFC 5280 section 6.1 over `path` (the target first) from `anchor` down.
    fn walk(
        &mut self,
        path: &[Index],
        anchor: Index,
        goal: &Goal<'_>,
    ) -> Result<PolicySet, Failure> {
        let mut walk = Walk::begin(
            goal.inputs,
            self.validator.algorithms,
            self.certificate(anchor),
            self.validator.anchor_validity,
            self.request.at,
            path.len(),
        )?;
        let mut issuer = anchor;
        for (depth, index) in path.iter().copied().enumerate().rev() {
            let certificate = self.certificate(index);
            let above = self.certificate(issuer);
            // 6.1.3 (a)(4); an issuer without a name names nobody (RFC 5280 section 4.1.2.4).
            if certificate.issuer().is_empty() || !certificate.issuer().matches(above.subject()) {
                return Err(PathError::NameChaining { depth }.into());
            }
            // (a)(1)
            self.verify(index, issuer, depth)??;
            // (a)(2)
            check_validity(certificate, self.request.at, depth)?;
            // (a)(3)
            if !matches!(self.request.revocation, Revocation::NotChecked) {
                self.check_revocation(index, issuer, anchor, depth, goal.signers)?;
            }
            walk.process(certificate, depth, &mut self.budget)?;
            if depth > 0 {
                walk.prepare(certificate, depth)?;
            }
            issuer = index;
        }
        let target = path.first().copied().unwrap_or(goal.target);
        Ok(walk.wrap_up(self.certificate(target))?)
    }

    /// Whether the signature of `index` holds under the key of `issuer`; computed once.
    fn verify(
        &mut self,
        index: Index,
        issuer: Index,
        depth: usize,
    ) -> Result<Result<(), PathError>, Exhausted> {
        let outcome = match self.signatures.get(&(index, issuer)) {
            Some(known) => known.clone(),
            None => {
                let outcome = self.compute(index, issuer)?;
                self.signatures.insert((index, issuer), outcome.clone());
                outcome
            }
        };
        Ok(outcome.map_err(|fault| match fault {
            SignatureFault::Mismatch => PathError::Signature { depth },
            SignatureFault::Algorithm(why) => PathError::Algorithm { depth, why },
        }))
    }

    fn compute(
        &mut self,
        index: Index,
        issuer: Index,
    ) -> Result<Result<(), SignatureFault>, Exhausted> {
        let certificate = self.certificate(index);
        let verifying = match prepare_verifying(
            certificate.signature_algorithm(),
            self.certificate(issuer),
            self.validator.algorithms,
        ) {
            Ok(verifying) => verifying,
            Err(why) => return Ok(Err(SignatureFault::Algorithm(why))),
        };
        self.budget.signature()?;
        Ok(verifying
            .verify(certificate.tbs_der(), certificate.signature())
            .ok_or(SignatureFault::Mismatch))
    }

    /// Who may have issued a certificate: by name, those that its authorityKeyIdentifier points at
    /// first, and among equals the anchors first.
    fn issuers_of(&mut self, index: Index) -> Vec<Index> {
        if let Some(known) = self.issuers.get(&index) {
            return known.clone();
        }
        let certificate = self.certificate(index);
        let mut found: Vec<(Fit, bool, Index)> = self
            .certificates
            .iter()
            .enumerate()
            .filter(|(_, candidate)| candidate.subject().matches(certificate.issuer()))
            .map(|(at, candidate)| (fit(certificate, candidate), !self.is_anchor(at), at))
            .collect();
        found.sort();
        let found: Vec<Index> = found.into_iter().map(|(_, _, at)| at).collect();
        self.issuers.insert(index, found.clone());
        found
    }

    pub(crate) fn certificate(&self, index: Index) -> &'a Certificate {
        self.certificates
            .get(index)
            .copied()
            .expect("an index comes from the list itself")
    }

    /// Every certificate but the anchors.
    pub(crate) fn untrusted(&self) -> core::ops::Range<Index> {
        LEAF..self.first_anchor
    }

    const fn is_anchor(&self, index: Index) -> bool {
        index >= self.first_anchor
    }

    /// An anchor that stands in the pool too: as an anchor it was tried already.
    fn is_anchor_again(&self, index: Index) -> bool {
        self.validator.anchors.contains(self.certificate(index))
    }

    /// The same subject with the same key twice in a path leads nowhere new (RFC 4158 section 2.4.2).
    fn loops(&self, path: &[Index], index: Index) -> bool {
        let candidate = self.certificate(index);
        path.iter().any(|at| {
            let there = self.certificate(*at);
            *at == index
                || (there.public_key_der() == candidate.public_key_der()
                    && there.subject().matches(candidate.subject()))
        })
    }
}

impl Causes {
    fn of_candidate(&mut self, error: PathError) {
        self.of_candidate.get_or_insert(error);
    }

    /// Notes why a whole path failed; what stops the search is passed on.
    fn of_path(&mut self, failure: Failure) -> Result<(), Failure> {
        match failure {
            Failure::Path(PathError::Budget(kind)) => Err(Failure::Stop(kind)),
            Failure::Path(error) => {
                self.of_path.get_or_insert(error);
                Ok(())
            }
            Failure::Stop(_) => Err(failure),
        }
    }

    fn told(self) -> PathError {
        self.of_path
            .or(self.of_candidate)
            .unwrap_or(PathError::NoPath)
    }
}

/// How well a candidate fits an authorityKeyIdentifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Matches,
    Unknown,
    Differs,
}

/// By key identifier, otherwise by the issuer and serial number of the issuer's certificate.
fn fit(certificate: &Certificate, issuer: &Certificate) -> Fit {
    let Some(wanted) = certificate.authority_key_identifier() else {
        return Fit::Unknown;
    };
    let agrees = |same: bool| if same { Fit::Matches } else { Fit::Differs };
    if let (Some(wanted), Some(found)) = (&wanted.key_identifier, issuer.subject_key_identifier()) {
        return agrees(wanted == found);
    }
    match (&wanted.issuer, &wanted.serial_number) {
        (Some(name), Some(serial)) => {
            agrees(serial == issuer.serial_number() && name.matches(issuer.issuer()))
        }
        _ => Fit::Unknown,
    }
}

/// A path (the target first), its anchor, and what it is valid for.
pub(crate) type Found = (Vec<Index>, Index, PolicySet);

const LEAF: Index = 0;
