use const_oid::ObjectIdentifier;
use npki_cert::{Certificate, Crl, OcspResponse};
use npki_core::Instant;

use crate::{
    AlgorithmPolicy, Anchors, Bounds, PathError, PolicySet, ValidPath, path_search::Search,
    path_walk::Inputs,
};

/// What a relying party asks of every path; made once, used often.
///
/// At the beginning every policy is accepted and none required, except by what the certificates
/// themselves say; algorithms are those of [`AlgorithmPolicy::new`], bounds those of
/// [`Bounds::default`].
///
/// Source: RFC 5280 section 6.1.1 for the inputs and their names.
#[derive(Clone, Debug)]
pub struct Validator {
    pub(crate) anchors: Anchors,
    pub(crate) inputs: Inputs,
    pub(crate) algorithms: AlgorithmPolicy,
    pub(crate) bounds: Bounds,
    pub(crate) anchor_validity: AnchorValidity,
}

/// Whether an anchor's own validity period counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnchorValidity {
    Counts,
    Ignored,
}

/// What is to be validated, with what is at hand for it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The certificate in question.
    pub leaf: &'a Certificate,
    /// The instant at which everything has to hold.
    pub at: Instant,
    /// The path to take: from the leaf's issuer upward. What stands from an anchor on is not looked
    /// at; the anchor itself may be left out. `None`: build a path from `pool`.
    pub chain: Option<&'a [Certificate]>,
    /// Certificates that may be issuers or CRL signers, in any order, trusted in nothing.
    pub pool: &'a [Certificate],
    /// How revocation is judged.
    pub revocation: Revocation<'a>,
}

/// How revocation is judged.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Revocation<'a> {
    /// Not at all: for displaying a certificate, or where it is asked for elsewhere.
    NotChecked,
    /// Every certificate below the anchor has to be covered by a good CRL among these.
    Crls(&'a [Crl]),
    /// Every certificate below the anchor has to be covered by a good CRL or a good OCSP response
    /// among these; one of them that says otherwise outweighs the rest.
    CrlsAndOcsp {
        /// The CRLs, which also tell of responders' certificates.
        crls: &'a [Crl],
        /// The responses. Responders certified by the anchor itself may answer for the CAs below it, as
        /// in the Korean PKI.
        responses: &'a [OcspResponse],
    },
}

impl<'a> Request<'a> {
    /// A request with nothing but the certificate and the instant; revocation is not checked.
    #[must_use]
    pub const fn new(leaf: &'a Certificate, at: Instant) -> Self {
        Self {
            leaf,
            at,
            chain: None,
            pool: &[],
            revocation: Revocation::NotChecked,
        }
    }
}

impl Validator {
    /// A validator that trusts `anchors`.
    #[must_use]
    pub fn new(anchors: Anchors) -> Self {
        Self {
            anchors,
            inputs: Inputs::default(),
            algorithms: AlgorithmPolicy::new(),
            bounds: Bounds::default(),
            anchor_validity: AnchorValidity::Counts,
        }
    }

    /// Accepts only these policies (user-initial-policy-set). To have one of them required even
    /// where the certificates do not require any, ask for
    /// [`require_explicit_policy`](Self::require_explicit_policy) too.
    #[must_use]
    pub fn policies(mut self, policies: PolicySet) -> Self {
        self.inputs.policies = policies;
        self
    }

    /// The path must be valid for an accepted policy (initial-explicit-policy).
    #[must_use]
    pub const fn require_explicit_policy(mut self) -> Self {
        self.inputs.explicit_policy = true;
        self
    }

    /// Policies may not be mapped to others (initial-policy-mapping-inhibit).
    #[must_use]
    pub const fn inhibit_policy_mapping(mut self) -> Self {
        self.inputs.inhibit_policy_mapping = true;
        self
    }

    /// anyPolicy in a certificate does not count (initial-any-policy-inhibit).
    #[must_use]
    pub const fn inhibit_any_policy(mut self) -> Self {
        self.inputs.inhibit_any_policy = true;
        self
    }

    /// At most so many CA certificates stand between leaf and anchor, self-issued ones not counted.
    #[must_use]
    pub const fn max_path_length(mut self, cas: usize) -> Self {
        self.inputs.max_path_length = cas;
        self
    }

    /// The leaf, and every CA that restricts its extended key usage, must allow this use.
    /// anyExtendedKeyUsage allows it.
    #[must_use]
    pub const fn extended_key_usage(mut self, usage: ObjectIdentifier) -> Self {
        self.inputs.extended_key_usage = Some(usage);
        self
    }

    /// Certificates and CRLs must be as RFC 5280 sections 4 and 5 want conforming CAs to issue them:
    /// key identifiers there, extensions critical or not as they should be, CA extensions in CA
    /// certificates only.
    ///
    /// Section 6 does not ask for it, so a path that breaks such a rule is valid otherwise. The
    /// Korean CAs of generation 2 keep these rules.
    #[must_use]
    pub const fn require_conforming_certificates(mut self) -> Self {
        self.inputs.conforming = true;
        self
    }

    /// Other trusted algorithms than those of today.
    #[must_use]
    pub const fn algorithms(mut self, algorithms: AlgorithmPolicy) -> Self {
        self.algorithms = algorithms;
        self
    }

    /// Other bounds on the work.
    #[must_use]
    pub const fn bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// Trusts an anchor before and after its own validity period.
    ///
    /// RFC 5280 does not ask for the period of an anchor; the usual validators do, and so does this
    /// one otherwise.
    ///
    /// # Security
    /// An anchor's end is the date by which its key was to be given up.
    #[must_use]
    pub const fn danger_ignore_anchor_validity(mut self) -> Self {
        self.anchor_validity = AnchorValidity::Ignored;
        self
    }

    /// Looks for a path from the leaf to an anchor and validates it.
    ///
    /// With `chain` the path is that one; without, issuers are looked for in `pool` by name, those
    /// that match the authorityKeyIdentifier first, until a path holds or a bound is reached.
    ///
    /// # Errors
    /// [`PathError`] by cause. When several paths were tried, the cause is that of the first one
    /// that reached an anchor, otherwise of the first candidate that did not fit.
    ///
    /// # Security
    /// With [`Revocation::NotChecked`] a revoked certificate is valid. A valid path says who was
    /// certified, not that the holder is there: verify a signature over something fresh for that.
    ///
    /// Source: RFC 5280 section 6.1, RFC 9618, RFC 4158 for the search.
    pub fn validate(&self, request: &Request<'_>) -> Result<ValidPath, PathError> {
        Search::new(self, request).run()
    }
}
