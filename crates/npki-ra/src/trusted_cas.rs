use npki_cert::{Certificate, Crl, OcspResponse, PolicyArc, PolicyAuthority};
use npki_core::{Instant, Issuer, Product};
use npki_trust::{Anchors, PathError, PolicySet, Request, Revocation, Validator};

/// The CAs whose certificates the bank takes, whichever institution had them issued (R41).
#[derive(Clone, Debug)]
pub struct TrustedCas {
    validator: Validator,
    pool: Vec<Certificate>,
    arc: PolicyArc,
}

/// What is at hand about revocation: CRLs and OCSP responses of a certificate's CAs.
#[derive(Clone, Debug, Default)]
pub struct RevocationLists {
    /// CRLs of every CA of the chain, the root's (ARL) among them.
    pub crls: Vec<Crl>,
    /// OCSP responses about certificates of the chain.
    pub ocsp: Vec<OcspResponse>,
}

impl TrustedCas {
    /// CAs below these roots, under the policies of the real ones.
    #[must_use]
    pub fn new(roots: impl IntoIterator<Item = Certificate>) -> Self {
        Self {
            validator: Validator::new(Anchors::new(roots)),
            pool: Vec::new(),
            arc: PolicyArc::Real,
        }
    }

    /// CA certificates that may be needed between a subscriber's and a root.
    #[must_use]
    pub fn intermediates(mut self, pool: impl IntoIterator<Item = Certificate>) -> Self {
        self.pool.extend(pool);
        self
    }

    /// Takes the policies of the lab's CAs instead of those of the real ones.
    ///
    /// # Security
    /// The keys of lab certificates are published: for tests only.
    #[must_use]
    pub fn danger_accept_lab_policies(mut self) -> Self {
        self.arc = PolicyArc::Lab;
        self
    }

    /// Whether a path leads to a root, whatever the time.
    pub(crate) fn chain(&self, certificate: &Certificate, now: Instant) -> Result<(), PathError> {
        let at = within(certificate, now);
        self.judge(&self.validator, certificate, at, Revocation::NotChecked)
    }

    /// Whether every certificate of the path is known not to be revoked.
    pub(crate) fn revocation(
        &self,
        certificate: &Certificate,
        lists: &RevocationLists,
        now: Instant,
    ) -> Result<(), PathError> {
        let revocation = Revocation::CrlsAndOcsp {
            crls: &lists.crls,
            responses: &lists.ocsp,
        };
        self.judge(&self.validator, certificate, now, revocation)
    }

    /// Which CA's product it is by a policy for which the path holds; `None`: none that the bank
    /// knows.
    pub(crate) fn product(
        &self,
        certificate: &Certificate,
        now: Instant,
    ) -> Option<(Issuer, Product)> {
        let row = certificate.policy().filter(|row| row.arc == self.arc)?;
        let PolicyAuthority::Ca(issuer) = row.authority else {
            return None;
        };
        let strict = self
            .validator
            .clone()
            .policies(PolicySet::of([row.oid]))
            .require_explicit_policy();
        let at = within(certificate, now);
        self.judge(&strict, certificate, at, Revocation::NotChecked)
            .ok()?;
        Some((issuer, row.product?))
    }

    fn judge(
        &self,
        validator: &Validator,
        leaf: &Certificate,
        at: Instant,
        revocation: Revocation<'_>,
    ) -> Result<(), PathError> {
        let request = Request {
            pool: &self.pool,
            revocation,
            ..Request::new(leaf, at)
        };
        validator.validate(&request).map(drop)
    }
}

/// The nearest instant at which the certificate itself is valid.
fn within(certificate: &Certificate, now: Instant) -> Instant {
    let (from, to) = (certificate.not_before(), certificate.not_after());
    // A period that ends before it begins is no period to clamp to.
    if from <= to { now.clamp(from, to) } else { now }
}
