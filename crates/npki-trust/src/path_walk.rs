//! RFC 5280 section 6.1 over one path, from the anchor down.

use std::collections::{BTreeMap, BTreeSet};

use const_oid::{
    ObjectIdentifier,
    db::rfc5280::{
        ANY_EXTENDED_KEY_USAGE, ID_CE_AUTHORITY_KEY_IDENTIFIER, ID_CE_BASIC_CONSTRAINTS,
        ID_CE_CERTIFICATE_POLICIES, ID_CE_CRL_DISTRIBUTION_POINTS, ID_CE_EXT_KEY_USAGE,
        ID_CE_INHIBIT_ANY_POLICY, ID_CE_ISSUER_ALT_NAME, ID_CE_KEY_USAGE, ID_CE_NAME_CONSTRAINTS,
        ID_CE_POLICY_CONSTRAINTS, ID_CE_POLICY_MAPPINGS, ID_CE_SUBJECT_ALT_NAME,
        ID_CE_SUBJECT_KEY_IDENTIFIER,
    },
};
use npki_cert::{Certificate, KeyUsage, PolicyOid, PolicyQualifier};
use npki_core::Instant;

use crate::{
    AlgorithmPolicy, PathError, PolicySet,
    budget::Budget,
    conformance::broken_rule,
    name_constraints::{NameConstraints, NameFault},
    policy_graph::{AnyPolicy, Mapping, PolicyGraph},
    validator::AnchorValidity,
};

/// The inputs of section 6.1.1 that a relying party chooses.
#[derive(Clone, Debug)]
pub(crate) struct Inputs {
    pub(crate) policies: PolicySet,
    pub(crate) explicit_policy: bool,
    pub(crate) inhibit_policy_mapping: bool,
    pub(crate) inhibit_any_policy: bool,
    pub(crate) max_path_length: usize,
    pub(crate) extended_key_usage: Option<ObjectIdentifier>,
    pub(crate) conforming: bool,
}

impl Default for Inputs {
    /// Everything open.
    fn default() -> Self {
        Self {
            policies: PolicySet::Any,
            explicit_policy: false,
            inhibit_policy_mapping: false,
            inhibit_any_policy: false,
            max_path_length: usize::MAX,
            extended_key_usage: None,
            conforming: false,
        }
    }
}

/// The variables of section 6.1.2. Signatures, names' chaining and revocation are asked by who
/// drives the walk, because they need more than the certificate.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    inputs: &'a Inputs,
    algorithms: AlgorithmPolicy,
    graph: PolicyGraph,
    names: NameConstraints,
    explicit_policy: usize,
    inhibit_any_policy: usize,
    policy_mapping: usize,
    max_path_length: usize,
}

impl<'a> Walk<'a> {
    /// Before the first of `n` certificates (6.1.2), with the constraints that the anchor's own
    /// certificate sets (RFC 5937 section 3).
    pub(crate) fn begin(
        inputs: &'a Inputs,
        algorithms: AlgorithmPolicy,
        anchor: &Certificate,
        anchor_validity: AnchorValidity,
        at: Instant,
        n: usize,
    ) -> Result<Self, PathError> {
        let open = n.saturating_add(1);
        let skip = |inhibited: bool| if inhibited { 0 } else { open };
        let mut walk = Self {
            inputs,
            algorithms,
            graph: PolicyGraph::new(),
            names: NameConstraints::default(),
            explicit_policy: skip(inputs.explicit_policy),
            inhibit_any_policy: skip(inputs.inhibit_any_policy),
            policy_mapping: skip(inputs.inhibit_policy_mapping),
            max_path_length: inputs.max_path_length.min(n),
        };
        walk.known(anchor, n)?;
        if anchor_validity == AnchorValidity::Counts {
            check_validity(anchor, at, n)?;
        }
        // A certificate of version 1 cannot say that it is a CA; here trust says so.
        if anchor.version() == VERSION_3 {
            check_is_ca(anchor, n)?;
        }
        check_extended_key_usage(anchor, inputs.extended_key_usage, n)?;
        walk.algorithms
            .check_key(anchor.public_key())
            .map_err(|why| PathError::Algorithm { depth: n, why })?;
        walk.take_constraints(anchor, n)?;
        Ok(walk)
    }

    /// Section 6.1.3 for the certificate at `depth`, without its first step's signature, issuer
    /// and revocation.
    pub(crate) fn process(
        &mut self,
        certificate: &Certificate,
        depth: usize,
        budget: &mut Budget,
    ) -> Result<(), PathError> {
        let self_issued = certificate.is_self_issued();
        let last = depth == 0;
        self.algorithms
            .check_key(certificate.public_key())
            .map_err(|why| PathError::Algorithm { depth, why })?;
        self.known(certificate, depth)?;
        // (b), (c)
        if last || !self_issued {
            self.names
                .check(certificate, budget)
                .map_err(|fault| name_error(fault, depth))?;
        }
        // (d), (e)
        match certificate_policies(certificate, depth)? {
            Some(policies) => {
                let any = if self.inhibit_any_policy > 0 || (!last && self_issued) {
                    AnyPolicy::Counts
                } else {
                    AnyPolicy::Inhibited
                };
                self.graph.add_certificate(&policies, any);
            }
            None => self.graph.clear(),
        }
        // (f)
        if self.explicit_policy == 0 && self.graph.is_null() {
            return Err(self.policy_refused(depth));
        }
        check_extended_key_usage(certificate, self.inputs.extended_key_usage, depth)
    }

    /// Section 6.1.4: the certificate at `depth` is an issuer.
    pub(crate) fn prepare(
        &mut self,
        certificate: &Certificate,
        depth: usize,
    ) -> Result<(), PathError> {
        // (a), (b)
        let mappings = policy_mappings(certificate, depth)?;
        if !mappings.is_empty() {
            let mapping = if self.policy_mapping > 0 {
                Mapping::Allowed
            } else {
                Mapping::Inhibited
            };
            self.graph.map(&mappings, mapping);
        }
        // (h)
        let self_issued = certificate.is_self_issued();
        if !self_issued {
            self.explicit_policy = self.explicit_policy.saturating_sub(1);
            self.policy_mapping = self.policy_mapping.saturating_sub(1);
            self.inhibit_any_policy = self.inhibit_any_policy.saturating_sub(1);
        }
        // (k)
        check_is_ca(certificate, depth)?;
        // (l)
        if !self_issued {
            self.max_path_length = self
                .max_path_length
                .checked_sub(1)
                .ok_or(PathError::PathTooLong { depth })?;
        }
        // (g), (i), (j), (m)
        self.take_constraints(certificate, depth)
    }

    /// Section 6.1.5, after the leaf.
    pub(crate) fn wrap_up(mut self, leaf: &Certificate) -> Result<PolicySet, PathError> {
        // (a)
        self.explicit_policy = self.explicit_policy.saturating_sub(1);
        // (b)
        if leaf
            .policy_constraints()
            .and_then(|constraints| constraints.require_explicit_policy)
            == Some(0)
        {
            self.explicit_policy = 0;
        }
        // (g)
        let policies = self.graph.user_constrained(&self.inputs.policies);
        if self.explicit_policy == 0 && policies.is_empty() {
            return Err(self.policy_refused(0));
        }
        Ok(policies)
    }

    /// 6.1.4 (g), (i), (j), (m): what a CA imposes on those below.
    fn take_constraints(&mut self, ca: &Certificate, depth: usize) -> Result<(), PathError> {
        if let Some(extension) = ca.extension(ID_CE_NAME_CONSTRAINTS) {
            self.names
                .add(extension.value)
                .map_err(|fault| name_error(fault, depth))?;
        }
        if let Some(constraints) = ca.policy_constraints() {
            lower(
                &mut self.explicit_policy,
                constraints.require_explicit_policy,
            );
            lower(&mut self.policy_mapping, constraints.inhibit_policy_mapping);
        }
        lower(&mut self.inhibit_any_policy, ca.inhibit_any_policy());
        lower(
            &mut self.max_path_length,
            ca.basic_constraints().and_then(|basic| basic.path_len),
        );
        Ok(())
    }

    /// 6.1.4 (o), 6.1.5 (f): nothing critical is unknown; and what the caller asks beyond that.
    fn known(&self, certificate: &Certificate, depth: usize) -> Result<(), PathError> {
        let mut critical = certificate.critical_extensions();
        if let Some(oid) = critical.find(|oid| !PROCESSED.contains(oid)) {
            return Err(PathError::UnknownCriticalExtension { depth, oid });
        }
        if self.inputs.conforming
            && let Some(rule) = broken_rule(certificate)
        {
            return Err(PathError::NotConforming { depth, rule });
        }
        Ok(())
    }

    fn policy_refused(&self, depth: usize) -> PathError {
        PathError::PolicyRefused {
            depth,
            accepted: self.inputs.policies.clone(),
        }
    }
}

/// 6.1.3 (a)(2). Both ends are included.
pub(crate) fn check_validity(
    certificate: &Certificate,
    at: Instant,
    depth: usize,
) -> Result<(), PathError> {
    if at < certificate.not_before() {
        return Err(PathError::NotYetValid {
            depth,
            not_before: certificate.not_before(),
        });
    }
    if at > certificate.not_after() {
        return Err(PathError::Expired {
            depth,
            not_after: certificate.not_after(),
        });
    }
    Ok(())
}

/// 6.1.4 (k), (n).
pub(crate) fn check_is_ca(certificate: &Certificate, depth: usize) -> Result<(), PathError> {
    if !certificate
        .basic_constraints()
        .is_some_and(|basic| basic.ca)
    {
        return Err(PathError::NotACa { depth });
    }
    if certificate
        .key_usage()
        .is_some_and(|usage| !usage.contains(KeyUsage::KEY_CERT_SIGN))
    {
        return Err(PathError::KeyUsage { depth });
    }
    Ok(())
}

fn check_extended_key_usage(
    certificate: &Certificate,
    wanted: Option<ObjectIdentifier>,
    depth: usize,
) -> Result<(), PathError> {
    let (Some(wanted), Some(found)) = (wanted, certificate.extended_key_usage()) else {
        return Ok(());
    };
    if found.contains(&wanted) || found.contains(&ANY_EXTENDED_KEY_USAGE) {
        return Ok(());
    }
    Err(PathError::ExtendedKeyUsage { depth, wanted })
}

/// The policies, `None` without the extension.
fn certificate_policies(
    certificate: &Certificate,
    depth: usize,
) -> Result<Option<BTreeSet<PolicyOid>>, PathError> {
    let malformed = PathError::Malformed {
        depth,
        what: "certificatePolicies",
    };
    let Some(extension) = certificate.extension(ID_CE_CERTIFICATE_POLICIES) else {
        return Ok(None);
    };
    let found = certificate.policies().ok_or(malformed.clone())?;
    let mut policies = BTreeSet::new();
    for information in &found.0 {
        // "A certificate policy OID MUST NOT appear more than once" (4.2.1.4).
        if !policies.insert(information.policy) {
            return Err(malformed);
        }
        let unknown_qualifier = information
            .qualifiers
            .iter()
            .any(|qualifier| matches!(qualifier, PolicyQualifier::Other(_)));
        if extension.critical && unknown_qualifier {
            return Err(PathError::Unsupported {
                depth,
                what: "an unknown policy qualifier in a critical extension",
            });
        }
    }
    Ok(Some(policies))
}

/// Each issuerDomainPolicy with all that it is mapped to.
fn policy_mappings(
    certificate: &Certificate,
    depth: usize,
) -> Result<BTreeMap<PolicyOid, BTreeSet<PolicyOid>>, PathError> {
    let mut mappings: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for mapping in certificate.policy_mappings() {
        // 6.1.4 (a)
        if [mapping.issuer_domain, mapping.subject_domain].contains(&PolicyOid::ANY_POLICY) {
            return Err(PathError::Malformed {
                depth,
                what: "policyMappings: anyPolicy is mapped",
            });
        }
        mappings
            .entry(mapping.issuer_domain)
            .or_default()
            .insert(mapping.subject_domain);
    }
    Ok(mappings)
}

fn name_error(fault: NameFault, depth: usize) -> PathError {
    match fault {
        NameFault::NotPermitted => PathError::NameNotPermitted { depth },
        NameFault::MalformedConstraints => PathError::Malformed {
            depth,
            what: "nameConstraints",
        },
        NameFault::MalformedNames => PathError::Malformed {
            depth,
            what: "subjectAltName",
        },
        NameFault::Unsupported(what) => PathError::Unsupported { depth, what },
        NameFault::Exhausted(exhausted) => PathError::Budget(exhausted.0),
    }
}

/// Lowers a counter to what a certificate says. More than fits says nothing new.
fn lower(counter: &mut usize, to: Option<u32>) {
    if let Some(to) = to {
        *counter = usize::try_from(to).map_or(*counter, |to| to.min(*counter));
    }
}

/// The value of the version field of a v3 certificate, as people count it.
const VERSION_3: u8 = 3;

/// What may be critical: processed here, or (the identifiers, names and distribution points) of no
/// effect where it is not.
const PROCESSED: &[ObjectIdentifier] = &[
    ID_CE_AUTHORITY_KEY_IDENTIFIER,
    ID_CE_BASIC_CONSTRAINTS,
    ID_CE_CERTIFICATE_POLICIES,
    ID_CE_CRL_DISTRIBUTION_POINTS,
    ID_CE_EXT_KEY_USAGE,
    ID_CE_INHIBIT_ANY_POLICY,
    ID_CE_ISSUER_ALT_NAME,
    ID_CE_KEY_USAGE,
    ID_CE_NAME_CONSTRAINTS,
    ID_CE_POLICY_CONSTRAINTS,
    ID_CE_POLICY_MAPPINGS,
    ID_CE_SUBJECT_ALT_NAME,
    ID_CE_SUBJECT_KEY_IDENTIFIER,
];
