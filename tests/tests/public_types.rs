//! Whose types may appear in our public signatures.
//!
//! A type of another crate in a public signature makes that crate's next major version ours. The list below is what
//! the design accepts; this test reads what rustdoc says of every published library (with every feature) and names
//! each item that shows something else.
//!
//! Followed: public items from the crate's root down, through re-exports; the inputs, outputs, generics and bounds of
//! functions and methods; public fields, variants, associated types and constants, aliases, statics; and what a type
//! implements, with the trait's arguments. Not followed: what the compiler adds (auto traits, blanket impls), and
//! items that are hidden from the documentation.

#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use npki_tests::{output, workspace_metadata, workspace_root};
use serde_json::Value;

/// The foreign crates whose types and traits our signatures may show.
const SHOWN: &[&str] = &[
    "alloc",
    "core",
    "std", // the language
    "const_oid",
    "der",
    "spki",
    "x509_cert", // ASN.1 and certificates
    "cipher",
    "signature", // what our ciphers and keys implement
    "rand_core",
    "zeroize", // randomness as an argument, secrets that are wiped
];

/// Crates that may appear in an implementation of a trait, and nowhere else.
const SHOWN_IN_IMPLS: &[&str] = &[
    "crypto_common",
    "hybrid_array",
    "inout",
    "typenum", // `cipher` is made of these: key sizes, blocks, buffers
    "thiserror",
];

#[test]
fn public_signatures_show_listed_crates_only() {
    let metadata = metadata();
    let libraries = published_libraries(&metadata);
    let target = Path::new(metadata["target_directory"].as_str().expect("a folder"));
    let folder = tempfile::tempdir().expect("a folder");
    let mut cargo = Command::new(env!("CARGO"));
    // The same packages and features as who documents everything: what they stand on is compiled once for both.
    cargo
        .args(["doc", "--quiet", "--workspace", "--lib", "--no-deps"])
        .arg("--all-features")
        .current_dir(workspace_root())
        .env("CARGO_TARGET_DIR", target)
        .env("RUSTDOC", outspoken_rustdoc(folder.path()))
        .env(
            "RUSTDOCFLAGS",
            "-Z unstable-options --output-format json --cap-lints allow",
        );
    output(&mut cargo).unwrap_or_else(|fault| panic!("{fault}"));

    let ours: BTreeSet<&str> = libraries.values().map(String::as_str).collect();
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for library in libraries.values() {
        let page = Page::read(&target.join("doc").join(format!("{library}.json")));
        let sights = page.sights();
        faults.extend(
            sights
                .iter()
                .filter(|sight| !sight.is_listed(&ours))
                .map(ToString::to_string),
        );
        // A walk that finds nothing would pass everything.
        assert!(
            page.has_root(),
            "{library}: no root module; has rustdoc's format changed?"
        );
        seen.extend(sights.into_iter().map(|sight| sight.krate));
    }
    // npki-core takes `der` values and ranges over the standard library: a walk that does not see them sees nothing.
    assert!(
        ["core", "der", "npki_core"]
            .iter()
            .all(|krate| seen.contains(*krate)),
        "the walk saw only {seen:?}"
    );
    faults.sort();
    faults.dedup();
    assert!(
        faults.is_empty(),
        "types of crates that are not in the list:\n{}",
        faults.join("\n")
    );
}

/// Rustdoc writes JSON where unstable options are allowed: on nightly, or as here. Only rustdoc itself is told, for build
/// scripts look at the variable too, and everything would be compiled again.
fn outspoken_rustdoc(folder: &Path) -> PathBuf {
    let script = folder.join("rustdoc");
    let text = "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n";
    fs::write(&script, text).expect("a script");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a script that runs");
    script
}

/// One appearance of a crate in a public signature.
#[derive(Debug)]
struct Sight {
    /// Our item, as a path.
    item: String,
    /// The type or trait that it shows.
    shows: String,
    /// The crate that defines it.
    krate: String,
    /// Whether it is seen only because a trait is implemented.
    in_impl: bool,
}

impl Sight {
    fn is_listed(&self, ours: &BTreeSet<&str>) -> bool {
        let krate = self.krate.as_str();
        ours.contains(krate)
            || SHOWN.contains(&krate)
            || (self.in_impl && SHOWN_IN_IMPLS.contains(&krate))
    }
}

impl std::fmt::Display for Sight {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} shows {} of `{}`", self.item, self.shows, self.krate)
    }
}

/// What rustdoc wrote about one crate.
struct Page(Value);

impl Page {
    fn read(file: &Path) -> Self {
        let text = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        Self(
            serde_json::from_slice(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", file.display())),
        )
    }

    fn has_root(&self) -> bool {
        let root = self.0.get("root").and_then(|id| self.item(id));
        root.is_some_and(|root| root.pointer("/inner/module/items").is_some_and(is_ids))
    }

    fn sights(&self) -> Vec<Sight> {
        let mut walk = Walk {
            page: self,
            sights: Vec::new(),
            seen: BTreeSet::new(),
        };
        walk.item(self.0.get("root").unwrap_or(&Value::Null), "", false);
        // What is implemented for a foreign type hangs on none of our items.
        for (id, item) in self
            .0
            .get("index")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            if item.pointer("/inner/impl").is_some()
                && item.get("crate_id").and_then(Value::as_u64) == Some(0)
            {
                walk.item(&Value::String(id.clone()), "impl", true);
            }
        }
        walk.sights
    }

    fn item(&self, id: &Value) -> Option<&Value> {
        self.0.get("index")?.get(key(id))
    }

    /// Name and crate of the thing with this id, wherever it is defined.
    fn origin(&self, id: &Value) -> Option<(String, String)> {
        let summary = self.0.get("paths")?.get(key(id))?;
        let segments: Vec<&str> = summary
            .get("path")?
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let krate = match summary.get("crate_id")?.as_u64()? {
            0 => (*segments.first()?).to_owned(),
            other => self
                .0
                .get("external_crates")?
                .get(other.to_string())?
                .get("name")?
                .as_str()?
                .to_owned(),
        };
        Some((segments.join("::"), krate))
    }
}

/// The ids that have been walked, and what was seen on the way.
struct Walk<'a> {
    page: &'a Page,
    sights: Vec<Sight>,
    seen: BTreeSet<String>,
}

impl Walk<'_> {
    /// Walks one item; `path` is that of what holds it.
    fn item(&mut self, id: &Value, path: &str, in_impl: bool) {
        let Some(item) = self.page.item(id) else {
            return;
        };
        if !self.seen.insert(key(id)) {
            return;
        }
        let Some((kind, inner)) = item
            .get("inner")
            .and_then(Value::as_object)
            .and_then(|inner| inner.iter().next())
        else {
            return;
        };
        let name = item.get("name").and_then(Value::as_str);
        let path = name.map_or_else(
            || path.to_owned(),
            |name| {
                if path.is_empty() {
                    name.to_owned()
                } else {
                    format!("{path}::{name}")
                }
            },
        );
        match kind.as_str() {
            "use" => self.reexport(inner, &path),
            "impl" => self.implementation(inner, &path),
            // What a trait is implemented for is shown where the type is; the list would name the same impls again.
            "trait" => self.parts(inner, &["implementations"], &path, in_impl),
            _ => self.parts(inner, &[], &path, in_impl),
        }
    }

    fn reexport(&mut self, inner: &Value, path: &str) {
        let Some(id) = inner.get("id").filter(|id| !id.is_null()) else {
            return;
        };
        if self.page.item(id).is_some() {
            self.item(id, path, false);
        } else {
            let shown = inner
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            self.see(id, &format!("{path}::{shown} (a re-export)"), false);
        }
    }

    fn implementation(&mut self, inner: &Value, path: &str) {
        let added = inner.get("is_synthetic").and_then(Value::as_bool) == Some(true)
            || inner.get("blanket_impl").is_some_and(|of| !of.is_null());
        if added {
            return;
        }
        let of_trait = inner.get("trait").filter(|name| !name.is_null());
        let shown = of_trait
            .and_then(|name| name.get("path"))
            .and_then(Value::as_str);
        let path = shown.map_or_else(|| path.to_owned(), |name| format!("{path} (impl {name})"));
        self.parts(inner, &[], &path, of_trait.is_some());
    }

    /// Walks a part of a signature: types are seen, and ids that stand alone are items inside of this one.
    fn parts(&mut self, part: &Value, without: &[&str], path: &str, in_impl: bool) {
        match part {
            Value::Array(values) => values
                .iter()
                .for_each(|value| self.parts(value, without, path, in_impl)),
            Value::Object(fields) => {
                if let Some(id) = fields.get("id").filter(|_| fields.contains_key("args")) {
                    self.see(id, path, in_impl);
                }
                for (name, value) in fields {
                    match name.as_str() {
                        name if without.contains(&name) => {}
                        // Lists of ids: a module's, trait's or impl's items, an enum's variants, a type's impls and fields.
                        "items" | "variants" | "impls" | "fields" | "tuple" if is_ids(value) => {
                            self.ids(value, path, in_impl);
                        }
                        _ => self.parts(value, without, path, in_impl),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// `null` in such a list is a private field.
    fn ids(&mut self, list: &Value, path: &str, in_impl: bool) {
        for id in list
            .as_array()
            .into_iter()
            .flatten()
            .filter(|id| !id.is_null())
        {
            self.item(id, path, in_impl);
        }
    }

    fn see(&mut self, id: &Value, path: &str, in_impl: bool) {
        if let Some((shows, krate)) = self.page.origin(id) {
            self.sights.push(Sight {
                item: path.to_owned(),
                shows,
                krate,
                in_impl,
            });
        }
    }
}

fn is_ids(value: &Value) -> bool {
    value.as_array().is_some_and(|values| {
        values
            .iter()
            .all(|value| value.is_number() || value.is_string() || value.is_null())
    })
}

/// Ids have been strings and are numbers now; as keys of an object they are text.
fn key(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

fn metadata() -> Value {
    let text = workspace_metadata().unwrap_or_else(|fault| panic!("{fault}"));
    serde_json::from_slice(&text).expect("cargo metadata is JSON")
}

/// Library packages that may be published, each with its crate's name.
fn published_libraries(metadata: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for package in metadata
        .get("packages")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let nowhere = package
            .get("publish")
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty);
        let targets = package
            .get("targets")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let library = targets.into_iter().find(|target| {
            target
                .get("kind")
                .is_some_and(|kinds| kinds.to_string().contains("\"lib\""))
        });
        if let (false, Some(name), Some(library)) =
            (nowhere, text_of(package), library.and_then(text_of))
        {
            found.insert(name, library.replace('-', "_"));
        }
    }
    assert!(!found.is_empty(), "no published libraries found");
    found
}

fn text_of(named: &Value) -> Option<String> {
    named.get("name")?.as_str().map(str::to_owned)
}
