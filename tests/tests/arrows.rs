//! Which package may import which.
//!
//! The table below is the design, the manifests are what was built; this test compares the two. Rooms import what they
//! stand on, and what that stands on, and nothing else; development dependencies count as well. An adapter (a room's
//! trait over a file system, a database, a device) stands apart: only packages that wire things may import it.
//! A package that is not in the table fails, so that a new room is given its place before its first arrow.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use npki_tests::{workspace_metadata, workspace_root};
use serde_json::Value;

/// What a package is to the others.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// Imported by whatever stands on it.
    Room,
    /// Imported only by [`Kind::Wiring`], by [`Kind::Top`], and by adapters that name it in their row.
    Adapter,
    /// A room that may import adapters too: the facade, behind its features, and the lab.
    Wiring,
    /// May import everything below; nobody imports it.
    Top,
}

use Kind::{Adapter, Room, Top, Wiring};

struct Row {
    name: &'static str,
    kind: Kind,
    /// What it stands on directly; what these stand on may be imported as well. Of no meaning for [`Kind::Top`].
    on: &'static [&'static str],
}

const fn row(name: &'static str, kind: Kind, on: &'static [&'static str]) -> Row {
    Row { name, kind, on }
}

const ROWS: &[Row] = &[
    // The ground: words that several rooms share, and a cipher that knows nothing of certificates.
    row("npki-core", Room, &[]),
    row("npki-seed", Room, &[]),
    // Shapes: certificates without keys, keys without certificates, rules without either.
    row("npki-cert", Room, &["npki-core"]),
    row("npki-key", Room, &["npki-core"]),
    row("npki-policy", Room, &["npki-core"]),
    // The ledger signs its heads with a key handle. It knows nothing of banks: events are typed bytes to it.
    row("npki-ledger", Room, &["npki-key"]),
    // The encrypted key container names certificates only to check that a key is theirs.
    row(
        "npki-container",
        Room,
        &["npki-key", "npki-cert", "npki-seed"],
    ),
    row("npki-media", Room, &["npki-container", "npki-cert"]),
    // Signing takes its few CMS types and content ciphers from the container.
    row("npki-sign", Room, &["npki-container", "npki-cert"]),
    // A judge of paths and revocation needs no secrets: not the container, no media.
    row("npki-trust", Room, &["npki-key", "npki-cert"]),
    row("npki-cmp", Room, &["npki-cert", "npki-key"]),
    // The CA reaches the bank through one port; it never sees policy or the bank's room.
    row(
        "npki-ca",
        Room,
        &["npki-ledger", "npki-cmp", "npki-container"],
    ),
    // The bank reaches the CA through a port as well: npki-ra and npki-ca do not know each other.
    row(
        "npki-ra",
        Room,
        &["npki-policy", "npki-ledger", "npki-trust"],
    ),
    // A synthetic Korea plays all of them, on whatever storage a test wants.
    row(
        "npki-lab",
        Wiring,
        &["npki-ra", "npki-ca", "npki-trust", "npki-media"],
    ),
    row(
        "npki",
        Wiring,
        &[
            "npki-ra",
            "npki-ca",
            "npki-trust",
            "npki-media",
            "npki-sign",
            "npki-lab",
        ],
    ),
    // Adapters: the room of their trait, and what lies below it.
    row("npki-checkpoint-file", Adapter, &["npki-ledger"]),
    row("npki-key-aws-lc", Adapter, &["npki-key"]),
    row("npki-key-pkcs11", Adapter, &["npki-key"]),
    row("npki-ledger-postgres", Adapter, &["npki-ledger"]),
    row("npki-ledger-sqlite", Adapter, &["npki-ledger"]),
    row("npki-media-folder", Adapter, &["npki-media"]),
    // A token is a medium whose keys are those of PKCS#11.
    row(
        "npki-media-token",
        Adapter,
        &["npki-media", "npki-key-pkcs11"],
    ),
    // Programs, benches, and tests across rooms.
    row("npki-benches", Top, &[]),
    row("npki-cli", Top, &[]),
    row("npki-examples", Top, &[]),
    row("npki-tests", Top, &[]),
];

/// The crates that promise to work without `std`.
const NO_STD: &[&str] = &["npki-seed"];

/// Foreign crates that only the named package may depend on, in any way.
///
/// `rsa` is a pre-release that carries RUSTSEC-2023-0071: one room knows it, and can replace it.
const KEPT_IN: &[(&str, &str)] = &[("rsa", "npki-key")];

#[test]
fn arrows_point_down_the_table() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages.iter().map(Package::name).collect();
    let mut faults = Vec::new();
    for package in &packages {
        let from = package.name();
        if find(from).is_none() {
            faults.push(format!("{from} has no row in this table"));
        }
        for dependency in package.dependencies() {
            if ours.contains(dependency) && dependency != from {
                faults.extend(forbidden(from, dependency));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn one_version_for_all() {
    let versions: BTreeSet<String> = packages()
        .iter()
        .map(|package| package.text("version").to_owned())
        .collect();
    assert_eq!(
        versions.len(),
        1,
        "all packages share one version, found {versions:?}"
    );
}

#[test]
fn only_listed_crates_promise_no_std() {
    for package in packages() {
        let name = package.name();
        let source = fs::read_to_string(package.folder().join("src/lib.rs")).unwrap_or_default();
        let in_source = source.lines().any(|line| {
            line.starts_with("#![no_std]")
                || line.starts_with("#![cfg_attr(") && line.contains("no_std")
        });
        let in_manifest = package
            .texts("categories")
            .any(|category| category.starts_with("no-std"));
        let listed = NO_STD.contains(&name);
        assert_eq!(in_source, listed, "{name}: `no_std` in src/lib.rs");
        assert!(
            listed || !in_manifest,
            "{name}: the category `no-std` promises what the crate does not"
        );
    }
}

#[test]
fn published_crates_say_what_they_are() {
    for package in packages().iter().filter(|package| package.is_published()) {
        let name = package.name();
        assert!(
            !package.text("description").is_empty(),
            "{name} has no description"
        );
        assert!(!package.text("license").is_empty(), "{name} has no licence");
        assert!(
            package.has_page(),
            "{name} has neither a readme nor a crate page (`//!`)"
        );
    }
}

#[test]
fn some_crates_are_kept_in_one_room() {
    for package in packages() {
        for dependency in package.dependencies() {
            for (kept, room) in KEPT_IN {
                assert!(
                    dependency != *kept || package.name() == *room,
                    "{} depends on `{kept}`, which stays in {room}",
                    package.name()
                );
            }
        }
    }
}

#[test]
fn the_table_itself_points_down() {
    for (place, row) in ROWS.iter().enumerate() {
        for below in row.on {
            let known = find(below)
                .unwrap_or_else(|| panic!("{} stands on {below}, which has no row", row.name));
            assert!(
                ROWS.iter()
                    .take(place)
                    .any(|earlier| earlier.name == *below),
                "{} stands on a later row, {below}",
                row.name
            );
            assert!(known.kind != Top, "{} stands on {below}", row.name);
        }
    }
}

#[test]
fn arrows_that_must_not_be() {
    for (from, to) in [
        ("npki-core", "npki-seed"),          // no arrow at all
        ("npki-key", "npki-cert"),           // sideways
        ("npki-cert", "npki-container"),     // upwards
        ("npki-ca", "npki-policy"),          // the CA does not see policy
        ("npki-ra", "npki-ca"),              // nor the bank the CA
        ("npki-media", "npki-media-folder"), // a room its own adapter, for a test as well
        ("npki-ca", "npki-ledger-sqlite"),
        ("npki-ledger-sqlite", "npki-media"), // beside the trait's room
        ("npki-lab", "npki"),
        ("npki-lab", "npki-tests"), // tops are imported by nobody
    ] {
        assert!(forbidden(from, to).is_some(), "{from} may import {to}");
    }
    for (from, to) in [
        ("npki-ca", "npki-core"), // three steps down
        ("npki-media-token", "npki-key-pkcs11"),
        ("npki-media-folder", "npki-seed"),
        ("npki-lab", "npki-ledger-sqlite"),
        ("npki", "npki-media-token"),
        ("npki-tests", "npki"),
    ] {
        assert_eq!(forbidden(from, to), None);
    }
}

/// Why `from` may not import `to`.
fn forbidden(from: &str, to: &str) -> Option<String> {
    let (Some(source), Some(target)) = (find(from), find(to)) else {
        return Some(format!(
            "{from} -> {to}: one of them has no row in this table"
        ));
    };
    let allowed = match (source.kind, target.kind) {
        (_, Top) => false,
        (Top, _) | (Wiring, Adapter) => true,
        (Room | Adapter | Wiring, _) => stands_on(source, to),
    };
    (!allowed).then(|| {
        format!(
            "{from} -> {to}: {from} stands on {:?} and what lies below",
            source.on
        )
    })
}

fn stands_on(row: &Row, name: &str) -> bool {
    row.on
        .iter()
        .any(|below| *below == name || find(below).is_some_and(|below| stands_on(below, name)))
}

fn find(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}

/// One package of the workspace, as `cargo metadata` tells it.
struct Package(Value);

impl Package {
    fn name(&self) -> &str {
        self.text("name")
    }

    fn folder(&self) -> &Path {
        Path::new(self.text("manifest_path"))
            .parent()
            .unwrap_or(Path::new(""))
    }

    /// The packages it names, in whatever section and under whatever condition, by their real names.
    fn dependencies(&self) -> impl Iterator<Item = &str> {
        self.list("dependencies")
            .filter_map(|dependency| dependency.get("name")?.as_str())
    }

    /// `publish` is null when it may go anywhere, and an empty list when nowhere.
    fn is_published(&self) -> bool {
        self.0
            .get("publish")
            .is_none_or(|publish| publish.as_array().is_none_or(|places| !places.is_empty()))
    }

    fn has_page(&self) -> bool {
        let readme = self.text("readme");
        let page = |file: &str| {
            fs::read_to_string(self.folder().join(file)).is_ok_and(|text| text.starts_with("//!"))
        };
        (!readme.is_empty() && self.folder().join(readme).is_file())
            || page("src/lib.rs")
            || page("src/main.rs")
    }

    fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn texts(&self, key: &str) -> impl Iterator<Item = &str> {
        self.list(key).filter_map(Value::as_str)
    }

    fn list(&self, key: &str) -> impl Iterator<Item = &Value> {
        self.0
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    }
}

fn packages() -> Vec<Package> {
    let text = workspace_metadata().unwrap_or_else(|fault| panic!("{fault}"));
    let metadata: Value = serde_json::from_slice(&text).expect("cargo metadata is JSON");
    let packages = metadata
        .get("packages")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    assert!(
        !packages.is_empty(),
        "no packages found from {}",
        workspace_root().display()
    );
    packages.into_iter().map(Package).collect()
}
