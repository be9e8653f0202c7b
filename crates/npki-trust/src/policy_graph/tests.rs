//! The graph against the tree that RFC 5280 describes, written down here as it stands there.

use std::collections::{BTreeMap, BTreeSet};

use npki_cert::PolicyOid;
use proptest::prelude::*;

use super::{AnyPolicy, Mapping, PolicyGraph};
use crate::PolicySet;

const ANY: PolicyOid = PolicyOid::ANY_POLICY;

fn oid(number: u32) -> PolicyOid {
    format!("1.2.3.{number}").parse().unwrap()
}

type Mappings = BTreeMap<PolicyOid, BTreeSet<PolicyOid>>;

/// The valid_policy_tree of RFC 5280 section 6.1.2 (a): each node with its own one parent.
struct Tree {
    nodes: Vec<TreeNode>,
    depth: usize,
}

#[derive(Clone)]
struct TreeNode {
    depth: usize,
    parent: Option<usize>,
    policy: PolicyOid,
    expected: BTreeSet<PolicyOid>,
    alive: bool,
}

impl Tree {
    fn new() -> Self {
        let root = TreeNode {
            depth: 0,
            parent: None,
            policy: ANY,
            expected: BTreeSet::from([ANY]),
            alive: true,
        };
        Self {
            nodes: vec![root],
            depth: 0,
        }
    }

    fn is_null(&self) -> bool {
        !self.nodes[0].alive
    }

    fn at(&self, depth: usize) -> Vec<usize> {
        (0..self.nodes.len())
            .filter(|i| self.nodes[*i].alive && self.nodes[*i].depth == depth)
            .collect()
    }

    fn push(&mut self, parent: usize, policy: PolicyOid, expected: BTreeSet<PolicyOid>) {
        self.nodes.push(TreeNode {
            depth: self.nodes[parent].depth + 1,
            parent: Some(parent),
            policy,
            expected,
            alive: true,
        });
    }

    fn add_certificate(&mut self, policies: &BTreeSet<PolicyOid>, any: AnyPolicy) {
        let above = self.at(self.depth);
        self.depth += 1;
        for policy in policies.iter().filter(|p| **p != ANY) {
            let matching: Vec<usize> = above
                .iter()
                .copied()
                .filter(|i| self.nodes[*i].expected.contains(policy))
                .collect();
            for parent in &matching {
                self.push(*parent, *policy, BTreeSet::from([*policy]));
            }
            if matching.is_empty() {
                for parent in above
                    .iter()
                    .filter(|i| self.nodes[**i].policy == ANY)
                    .copied()
                    .collect::<Vec<_>>()
                {
                    self.push(parent, *policy, BTreeSet::from([*policy]));
                }
            }
        }
        if policies.contains(&ANY) && any == AnyPolicy::Counts {
            for parent in above {
                for expected in self.nodes[parent].expected.clone() {
                    let there = self
                        .nodes
                        .iter()
                        .any(|n| n.alive && n.parent == Some(parent) && n.policy == expected);
                    if !there {
                        self.push(parent, expected, BTreeSet::from([expected]));
                    }
                }
            }
        }
        self.prune();
    }

    fn clear(&mut self) {
        self.nodes[0].alive = false;
    }

    fn map(&mut self, mappings: &Mappings, mapping: Mapping) {
        for (from, to) in mappings {
            let level = self.at(self.depth);
            let found: Vec<usize> = level
                .iter()
                .copied()
                .filter(|i| self.nodes[*i].policy == *from)
                .collect();
            match mapping {
                Mapping::Allowed if found.is_empty() => {
                    let any = level.into_iter().find(|i| self.nodes[*i].policy == ANY);
                    if let Some(parent) = any.and_then(|i| self.nodes[i].parent) {
                        self.push(parent, *from, to.clone());
                    }
                }
                Mapping::Allowed => {
                    for i in found {
                        self.nodes[i].expected = to.clone();
                    }
                }
                Mapping::Inhibited => {
                    for i in found {
                        self.nodes[i].alive = false;
                    }
                    self.prune();
                }
            }
        }
    }

    fn prune(&mut self) {
        for depth in (0..self.depth).rev() {
            for i in self.at(depth) {
                let has_child = self.nodes.iter().any(|n| n.alive && n.parent == Some(i));
                self.nodes[i].alive = has_child;
            }
        }
    }

    /// Section 6.1.5 (g) (iii), and the policies that remain directly below anyPolicy.
    fn user_constrained(mut self, initial: &PolicySet) -> PolicySet {
        if self.is_null() {
            return PolicySet::Of(BTreeSet::new());
        }
        let below_any = |tree: &Self| -> Vec<usize> {
            (0..tree.nodes.len())
                .filter(|i| {
                    let node = &tree.nodes[*i];
                    node.alive && node.parent.is_some_and(|p| tree.nodes[p].policy == ANY)
                })
                .collect()
        };
        if let PolicySet::Of(initial) = initial {
            let set = below_any(&self);
            for i in &set {
                let policy = self.nodes[*i].policy;
                if policy != ANY && !initial.contains(&policy) {
                    self.kill(*i);
                }
            }
            let last = self.at(self.depth);
            if let Some(any) = last.into_iter().find(|i| self.nodes[*i].policy == ANY) {
                let parent = self.nodes[any].parent;
                for policy in initial {
                    let there = set.iter().any(|i| self.nodes[*i].policy == *policy);
                    if let (false, Some(parent)) = (there, parent) {
                        self.push(parent, *policy, BTreeSet::from([*policy]));
                    }
                }
                self.nodes[any].alive = false;
            }
            self.prune();
            if self.is_null() {
                return PolicySet::Of(BTreeSet::new());
            }
        }
        let last = self.at(self.depth);
        if last.iter().any(|i| self.nodes[*i].policy == ANY) {
            return PolicySet::Any;
        }
        let found = below_any(&self);
        PolicySet::Of(
            found
                .into_iter()
                .map(|i| self.nodes[i].policy)
                .filter(|p| *p != ANY)
                .collect(),
        )
    }

    fn kill(&mut self, node: usize) {
        self.nodes[node].alive = false;
        for i in 0..self.nodes.len() {
            if self.nodes[i].alive && self.nodes[i].parent == Some(node) {
                self.kill(i);
            }
        }
    }
}

#[derive(Clone, Debug)]
struct Step {
    policies: Option<BTreeSet<PolicyOid>>,
    any: AnyPolicy,
    mappings: Mappings,
    mapping: Mapping,
}

fn policy() -> impl Strategy<Value = PolicyOid> {
    (1_u32..5).prop_map(oid)
}

fn step() -> impl Strategy<Value = Step> {
    let policies = prop::collection::btree_set(prop_oneof![3 => policy(), 2 => Just(ANY)], 1..4);
    let mappings =
        prop::collection::btree_map(policy(), prop::collection::btree_set(policy(), 1..3), 0..3);
    (
        prop::option::weighted(0.95, policies),
        prop_oneof![4 => Just(AnyPolicy::Counts), 1 => Just(AnyPolicy::Inhibited)],
        mappings,
        prop_oneof![4 => Just(Mapping::Allowed), 1 => Just(Mapping::Inhibited)],
    )
        .prop_map(|(policies, any, mappings, mapping)| Step {
            policies,
            any,
            mappings,
            mapping,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    /// RFC 9618 section 4: the graph and the tree give the same answer.
    #[test]
    fn graph_and_tree_agree(
        steps in prop::collection::vec(step(), 1..5),
        initial in prop_oneof![
            Just(PolicySet::Any),
            prop::collection::btree_set(policy(), 0..3).prop_map(PolicySet::Of),
        ],
    ) {
        let (mut graph, mut tree) = (PolicyGraph::new(), Tree::new());
        let count = steps.len();
        for (i, step) in steps.into_iter().enumerate() {
            match &step.policies {
                Some(policies) => {
                    if !tree.is_null() {
                        tree.add_certificate(policies, step.any);
                    }
                    graph.add_certificate(policies, step.any);
                }
                None => {
                    tree.clear();
                    graph.clear();
                }
            }
            prop_assert_eq!(graph.is_null(), tree.is_null());
            if i + 1 < count && !tree.is_null() {
                tree.map(&step.mappings, step.mapping);
                graph.map(&step.mappings, step.mapping);
            }
        }
        prop_assert_eq!(graph.user_constrained(&initial), tree.user_constrained(&initial));
    }
}

/// Every policy mapped to every policy, certificate after certificate: a tree would have 20^30
/// nodes.
#[test]
fn mappings_do_not_explode() {
    let all: BTreeSet<PolicyOid> = (0..20).map(oid).collect();
    let mappings: Mappings = all.iter().map(|from| (*from, all.clone())).collect();
    let mut graph = PolicyGraph::new();
    for _ in 0..30 {
        graph.add_certificate(&all, AnyPolicy::Counts);
        graph.map(&mappings, Mapping::Allowed);
    }
    graph.add_certificate(&all, AnyPolicy::Counts);
    assert!(graph.levels.iter().all(|level| level.len() <= 20));
    assert_eq!(graph.user_constrained(&PolicySet::Any), PolicySet::Of(all));
}
