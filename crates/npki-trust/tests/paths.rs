//! Every case of `tests/vectors/paths`: chains made by OpenSSL with one fault each, and without.

#![expect(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use npki_cert::{Certificate, Crl};
use npki_trust::{
    AlgorithmPolicy, Anchors, Bounds, PathError, PolicySet, Request, Revocation, Validator,
};

#[test]
fn every_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/paths");
    let mut failed = Vec::new();
    let mut cases = 0;
    for path in cases_below(&folder) {
        cases += 1;
        let case = Case::read(&path);
        let found = case.judge();
        if found != case.one("expect") {
            let name = path.strip_prefix(&folder).unwrap().display().to_string();
            failed.push(format!(
                "{name} ({}): expected {}, found {found}",
                case.one("rule"),
                case.one("expect")
            ));
        }
    }
    assert!(failed.is_empty(), "{:#?}", failed);
    assert!(cases > 250, "{cases} cases");
}

/// Asking for more never makes a refused path valid.
#[test]
fn what_tightens_admits_no_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/paths/policy");
    for path in cases_below(&folder) {
        let case = Case::read(&path);
        if case.judge().starts_with("ok") {
            continue;
        }
        for flag in ["explicit", "inhibit-mapping", "inhibit-any"] {
            let mut tighter = Case::read(&path);
            let flags = format!("{} {flag}", tighter.one("flags"));
            tighter.fields.insert("flags".to_owned(), flags);
            assert!(!tighter.judge().starts_with("ok"), "{path:?} {flag}");
        }
    }
}

fn cases_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(cases_below(&path));
        } else if path.extension().is_some_and(|e| e == "case") {
            found.push(path);
        }
    }
    found.sort();
    found
}

struct Case {
    folder: PathBuf,
    fields: BTreeMap<String, String>,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let fields = text
            .lines()
            .map(|line| {
                let (key, value) = line.split_once(':').unwrap();
                (key.to_owned(), value.trim().to_owned())
            })
            .collect();
        Self {
            folder: path.parent().unwrap().to_owned(),
            fields,
        }
    }

    fn one(&self, key: &str) -> &str {
        self.fields.get(key).map_or("", String::as_str)
    }

    fn certificates(&self, key: &str) -> Vec<Certificate> {
        self.one(key)
            .split_whitespace()
            .map(|name| {
                let der = fs::read(self.folder.join(format!("{name}.der"))).unwrap();
                Certificate::parse(&der).unwrap_or_else(|e| panic!("{name}: {e:?}"))
            })
            .collect()
    }

    fn crls(&self) -> Vec<Crl> {
        self.one("crls")
            .split_whitespace()
            .map(|name| {
                let der = fs::read(self.folder.join(format!("{name}.crl"))).unwrap();
                Crl::parse(&der).unwrap_or_else(|e| panic!("{name}: {e:?}"))
            })
            .collect()
    }

    fn number<T: core::str::FromStr>(&self, key: &str) -> Option<T> {
        self.fields.get(key).map(|text| text.parse().ok().unwrap())
    }

    fn validator(&self) -> Validator {
        let mut validator = Validator::new(Anchors::new(self.certificates("anchors")));
        if let Some(policies) = self.fields.get("policies") {
            let policies = policies.split_whitespace().map(|p| p.parse().unwrap());
            validator = validator.policies(PolicySet::of(policies));
        }
        for flag in self.one("flags").split_whitespace() {
            validator = match flag {
                "explicit" => validator.require_explicit_policy(),
                "inhibit-mapping" => validator.inhibit_policy_mapping(),
                "inhibit-any" => validator.inhibit_any_policy(),
                "conforming" => validator.require_conforming_certificates(),
                other => panic!("flag {other}"),
            };
        }
        validator = match self.one("danger") {
            "" => validator,
            "sha1" => validator.algorithms(AlgorithmPolicy::new().danger_trust_sha1()),
            "rsa1024" => validator.algorithms(AlgorithmPolicy::new().danger_trust_rsa_1024()),
            other => panic!("danger {other}"),
        };
        if let Some(cas) = self.number("max_path_length") {
            validator = validator.max_path_length(cas);
        }
        if let Some(usage) = self.fields.get("eku") {
            validator = validator.extended_key_usage(usage.parse().unwrap());
        }
        let bounds = Bounds::default();
        validator.bounds(Bounds {
            depth: self.number("max_depth").unwrap_or(bounds.depth),
            signatures: self.number("max_signatures").unwrap_or(bounds.signatures),
            steps: self.number("max_steps").unwrap_or(bounds.steps),
            ..bounds
        })
    }

    fn judge(&self) -> String {
        let leaf = self.certificates("leaf").remove(0);
        let chain = self
            .fields
            .contains_key("chain")
            .then(|| self.certificates("chain"));
        let pool = self.certificates("pool");
        let crls = self.crls();
        let request = Request {
            chain: chain.as_deref(),
            pool: &pool,
            revocation: match self.fields.contains_key("crls") {
                true => Revocation::Crls(&crls),
                false => Revocation::NotChecked,
            },
            ..Request::new(&leaf, self.one("at").parse().unwrap())
        };
        match self.validator().validate(&request) {
            Ok(path) => {
                assert_eq!(path.certificates().first().unwrap().der(), leaf.der());
                format!("ok {}", path.policies()).trim_end().to_owned()
            }
            Err(error) => described(&error),
        }
    }
}

fn described(error: &PathError) -> String {
    let mut text = error.name().to_owned();
    if let Some(depth) = error.depth() {
        text += &format!(" {depth}");
    }
    match error {
        PathError::Revoked { reason, .. } => {
            let name = format!("{reason:?}");
            let (first, rest) = name.split_at(1);
            text + " " + &first.to_lowercase() + rest
        }
        PathError::RevocationUnknown { why, .. } => text + " " + why.name(),
        _ => text,
    }
}
