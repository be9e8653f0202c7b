use std::collections::{BTreeMap, BTreeSet};

use npki_cert::PolicyOid;

use crate::PolicySet;

/// The valid_policy_graph of a path, level by level.
///
/// RFC 5280 describes a tree, whose size grows with the power of the path's length; RFC 9618
/// replaces it by a graph that holds each policy once per level and keeps a list of parents
/// instead. Both give the same answer. A graph without nodes is the NULL of the documents.
///
/// Qualifiers are not collected: nothing here acts on them.
///
/// Source: RFC 5280 section 6.1.2 (a), 6.1.3 (d, e), 6.1.4 (b), 6.1.5 (g), as updated by RFC 9618.
#[derive(Debug)]
pub(crate) struct PolicyGraph {
    /// Index = depth. Depth 0 holds the anyPolicy node of the anchor.
    levels: Vec<Level>,
}

/// The nodes of one depth by their valid_policy.
type Level = BTreeMap<PolicyOid, Node>;

#[derive(Debug)]
struct Node {
    /// The expected_policy_set.
    expected: BTreeSet<PolicyOid>,
    /// The valid_policy of each parent, one depth above.
    parents: BTreeSet<PolicyOid>,
}

/// Whether anyPolicy in a certificate counts (inhibit_anyPolicy is greater than 0, or an exempt
/// self-issued certificate).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnyPolicy {
    Counts,
    Inhibited,
}

/// Whether policy mappings count (policy_mapping is greater than 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mapping {
    Allowed,
    Inhibited,
}

impl PolicyGraph {
    /// The graph before the first certificate (6.1.2 (a)).
    pub(crate) fn new() -> Self {
        let root = Node::new(PolicyOid::ANY_POLICY, BTreeSet::new());
        Self {
            levels: vec![BTreeMap::from([(PolicyOid::ANY_POLICY, root)])],
        }
    }

    /// Whether the graph is the NULL of the documents.
    pub(crate) fn is_null(&self) -> bool {
        self.levels.is_empty()
    }

    /// Makes the graph NULL: a certificate without certificatePolicies (6.1.3 (e)).
    pub(crate) fn clear(&mut self) {
        self.levels.clear();
    }

    /// Takes in the next certificate's policies (6.1.3 (d)).
    pub(crate) fn add_certificate(
        &mut self,
        policies: &BTreeSet<PolicyOid>,
        any_policy: AnyPolicy,
    ) {
        let Some(above) = self.levels.last() else {
            return;
        };
        // Who above expects which policy: the parents of the new nodes.
        let mut expecting: BTreeMap<PolicyOid, BTreeSet<PolicyOid>> = BTreeMap::new();
        for (valid_policy, node) in above {
            for expected in &node.expected {
                expecting
                    .entry(*expected)
                    .or_default()
                    .insert(*valid_policy);
            }
        }
        let mut level = Level::new();
        // (d)(1)
        for policy in policies.iter().filter(|p| **p != PolicyOid::ANY_POLICY) {
            if let Some(parents) = expecting.get(policy) {
                level.insert(*policy, Node::new(*policy, parents.clone()));
            } else if above.contains_key(&PolicyOid::ANY_POLICY) {
                level.insert(
                    *policy,
                    Node::new(*policy, BTreeSet::from([PolicyOid::ANY_POLICY])),
                );
            }
        }
        // (d)(2)
        if policies.contains(&PolicyOid::ANY_POLICY) && any_policy == AnyPolicy::Counts {
            for (policy, parents) in expecting {
                level
                    .entry(policy)
                    .or_insert_with(|| Node::new(policy, parents));
            }
        }
        self.levels.push(level);
        // (d)(3)
        self.prune();
    }

    /// Takes in the mappings of the certificate just added, as `issuerDomainPolicy` with all its
    /// `subjectDomainPolicy` values (6.1.4 (b)).
    pub(crate) fn map(
        &mut self,
        mappings: &BTreeMap<PolicyOid, BTreeSet<PolicyOid>>,
        mapping: Mapping,
    ) {
        let Some(level) = self.levels.last_mut() else {
            return;
        };
        for (from, to) in mappings {
            match mapping {
                Mapping::Allowed => {
                    if let Some(node) = level.get_mut(from) {
                        node.expected.clone_from(to);
                    } else if level.contains_key(&PolicyOid::ANY_POLICY) {
                        // A node of anyPolicy has one parent, the anyPolicy above.
                        let node = Node {
                            expected: to.clone(),
                            parents: BTreeSet::from([PolicyOid::ANY_POLICY]),
                        };
                        level.insert(*from, node);
                    }
                }
                Mapping::Inhibited => {
                    level.remove(from);
                }
            }
        }
        self.prune();
    }

    /// The user-constrained-policy-set (6.1.5 (g)).
    pub(crate) fn user_constrained(&self, initial: &PolicySet) -> PolicySet {
        let mut authority: BTreeSet<PolicyOid> = BTreeSet::new();
        for level in &self.levels {
            authority.extend(
                level
                    .iter()
                    .filter(|(policy, node)| {
                        **policy != PolicyOid::ANY_POLICY
                            && node.parents.contains(&PolicyOid::ANY_POLICY)
                    })
                    .map(|(policy, _)| *policy),
            );
        }
        let any = self
            .levels
            .last()
            .is_some_and(|level| level.contains_key(&PolicyOid::ANY_POLICY));
        match (initial, any) {
            (PolicySet::Any, true) => PolicySet::Any,
            (PolicySet::Any, false) => PolicySet::Of(authority),
            (PolicySet::Of(wanted), true) => PolicySet::Of(wanted.clone()),
            (PolicySet::Of(wanted), false) => {
                PolicySet::Of(authority.intersection(wanted).copied().collect())
            }
        }
    }

    /// Deletes, from the last level upwards, every node without a child.
    fn prune(&mut self) {
        let mut wanted: Option<BTreeSet<PolicyOid>> = None;
        for level in self.levels.iter_mut().rev() {
            if let Some(wanted) = &wanted {
                level.retain(|policy, _| wanted.contains(policy));
            }
            wanted = Some(
                level
                    .values()
                    .flat_map(|node| node.parents.iter().copied())
                    .collect(),
            );
        }
        if self.levels.first().is_none_or(BTreeMap::is_empty) {
            self.levels.clear();
        }
    }
}

impl Node {
    fn new(policy: PolicyOid, parents: BTreeSet<PolicyOid>) -> Self {
        Self {
            expected: BTreeSet::from([policy]),
            parents,
        }
    }
}

#[cfg(test)]
mod tests;
