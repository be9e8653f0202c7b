//! Other implementations take what we issue, but for what [`KNOWN`] lists.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use npki_tests::{python_with, tool, workspace_root};

use crate::issued::{Issued, POLICY, judged_at};

/// Judge, files, what it says of them, and why that stays: ways of the Korean PKI that others refuse. Whatever else one
/// says is a defect, and so is a row that nobody says any more. Without deviations nobody says anything.
#[rustfmt::skip]
const KNOWN: &[(&str, &[&str], &str, &str)] = &[
    (
        "openssl-strict",
        &["ca", "cmp", "km", "ocsp", "ocsp-by-ca", "revoked", "server-km", "sign", "tsa"],
        "CA cert does not include key usage extension",
        "the roots of KISA have no keyUsage, which RFC 5280 section 4.2.1.3 wants",
    ),
    ("pkilint", &["root"], "error pkix.ca_certificate_no_ku_extension", "the same"),
    (
        "gnutls",
        &["ca", "cmp", "km", "ocsp-by-ca", "revoked", "server-km", "sign"],
        "The certificate contains an unknown critical extension.",
        "the CA's policyConstraints, critical as RFC 5280 section 4.2.1.11 wants: GnuTLS does not know them",
    ),
    (
        "jdk-path",
        &["km", "ocsp", "ocsp-by-ca", "revoked", "server-km", "sign", "tsa"],
        "critical policy qualifiers present in certificate",
        "KCAC.TS.CERTPROF has critical policies with qualifiers; setPolicyQualifiersRejected(false) takes them",
    ),
    (
        "pkilint",
        &["ca", "km", "revoked", "server-km", "sign"],
        "error pkix.rfc5280_certificate_policies_invalid_explicit_text_encoding",
        "KCAC.TS.CERTPROF has the notice as BMPString; RFC 5280 section 4.2.1.4 wants UTF8String",
    ),
    (
        "pkilint",
        &["ca", "km", "ocsp", "ocsp-by-ca", "revoked", "server-km", "sign", "tsa"],
        "notice pkix.certificate_policies_policy_has_qualifier",
        "KCAC.TS.CERTPROF has notice and CPS; RFC 5280 section 4.2.1.4 recommends the OID alone",
    ),
];

/// Paths with the subscriber's policy, and with the strictness that OpenSSL has on request.
#[test]
fn openssl_takes_our_paths() {
    let Some(openssl) = tool("openssl") else {
        return;
    };
    let at = judged_at().to_string();
    let verify = |options: &[&str], leaf: &Leaf| {
        let mut command = Command::new(&openssl);
        command.args([
            "verify", "-purpose", "any", "-attime", &at, "-CAfile", "root.pem",
        ]);
        command.args(["-untrusted", "ca.pem"]).args(options);
        let said = said(
            command
                .arg(format!("{}.pem", leaf.name))
                .current_dir(&leaf.folder),
        );
        let error = said
            .lines()
            .find_map(|line| line.split_once(" depth lookup: "));
        error.map_or("ok", |(_, error)| error).to_owned()
    };
    let under = |policy| ["-policy_check", "-explicit_policy", "-policy", policy];
    judge_leaves("openssl", |leaf| match &*leaf.name {
        "sign" | "revoked" | "km" | "server-km" => verify(&under(POLICY), leaf),
        _ => verify(&under(ANY_POLICY), leaf),
    });
    judge_leaves("openssl-strict", |leaf| verify(&["-x509_strict"], leaf));
}

/// GnuTLS judges the present alone, so it is told which that is.
#[test]
fn gnutls_takes_our_paths() {
    let (Some(certtool), Some(faketime)) = (tool("certtool"), tool("faketime")) else {
        return;
    };
    let at = format!("@{}", judged_at());
    judge_leaves("gnutls", |leaf| {
        let mut command = Command::new(&faketime);
        command
            .arg(&at)
            .arg(&certtool)
            .args(["--verify", "--verify-profile", "medium"]);
        command.args(["--load-ca-certificate", "root.pem", "--infile"]);
        let said = said(
            command
                .arg(format!("{}.chain.pem", leaf.name))
                .current_dir(&leaf.folder),
        );
        let word = |line: &str| {
            Some(
                line.split_once("verification output: ")?
                    .1
                    .trim()
                    .to_owned(),
            )
        };
        match said.lines().find_map(word) {
            Some(word) if word.starts_with("Verified.") => "ok".to_owned(),
            word => word
                .unwrap_or(said)
                .replace("Not verified. The certificate is NOT trusted. ", ""),
        }
    });
}

/// Paths with policies and lists, signatures, CRLs and OCSP answers, by the JDK and by Bouncy Castle.
#[test]
fn java_takes_what_we_issue() {
    let Some(java) = tool("java") else { return };
    let mut command = Command::new(java);
    // Compiled once, in a virtual machine that lives three seconds.
    command.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", JARS]);
    command.arg(workspace_root().join("tests/judges/Judge.java"));
    let said = said(command.args(&*FOLDERS));
    compare(&["jdk-path"], &said);
}

#[test]
fn pkilint_takes_what_we_issue() {
    let Some(python) = python_with("pkilint") else {
        return;
    };
    let mut command = Command::new(python);
    command.arg(workspace_root().join("tests/judges/pkilint_judge.py"));
    let said = said(command.args(&*FOLDERS));
    compare(&["pkilint"], &said);
}

const ANY_POLICY: &str = "2.5.29.32.0";

pub(crate) const JARS: &str =
    "/usr/share/java/bcprov.jar:/usr/share/java/bcutil.jar:/usr/share/java/bcpkix.jar";

/// Made once, in a folder that cargo keeps for this.
static FOLDERS: LazyLock<[PathBuf; 3]> = LazyLock::new(|| {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("judges");
    let _ = fs::remove_dir_all(&place);
    let issued = [
        Issued::of_the_lab(place.join("second")),
        Issued::of_the_third_generation(place.join("third")),
        Issued::without_deviations(place.join("plain")),
    ];
    issued.map(Issued::into_folder)
});

/// A certificate below the root, and where it is.
struct Leaf {
    folder: PathBuf,
    name: String,
}

/// Asks about each certificate below a root, and compares.
fn judge_leaves(judge: &str, verdict: impl Fn(&Leaf) -> String) {
    let mut lines = String::new();
    for folder in &*FOLDERS {
        let certificates = names(folder, ".der")
            .into_iter()
            .filter(|name| name != "root");
        for name in certificates {
            let leaf = Leaf {
                folder: folder.clone(),
                name,
            };
            let of = folder.file_name().unwrap().to_string_lossy();
            lines += &format!("{of} {judge} {}: {}\n", leaf.name, verdict(&leaf));
        }
    }
    compare(&[judge], &lines);
}

/// The known words, and beside them nothing but consent.
#[track_caller]
fn compare(judges: &[&str], lines: &str) {
    let found: BTreeSet<&str> = lines
        .lines()
        .filter(|line| !line.ends_with(": ok"))
        .collect();
    let mut known = BTreeSet::new();
    for (judge, files, says, _) in KNOWN.iter().filter(|row| judges.contains(&row.0)) {
        for folder in FOLDERS.iter().filter(|folder| !folder.ends_with("plain")) {
            let of = folder.file_name().unwrap().to_string_lossy();
            for file in *files {
                if folder.join(file).with_extension("der").exists() {
                    known.insert(format!("{of} {judge} {file}: {says}"));
                }
            }
        }
    }
    let known: BTreeSet<&str> = known.iter().map(String::as_str).collect();
    let new: Vec<_> = found.difference(&known).collect();
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "new: {new:#?}\ngone: {gone:#?}"
    );
    assert!(!lines.is_empty());
}

fn names(folder: &Path, ending: &str) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
    names
        .filter_map(|name| Some(name.strip_suffix(ending)?.to_owned()))
        .collect()
}

pub(crate) fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}
