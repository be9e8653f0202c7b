//! Other implementations open what we write, and we open what they write.
//!
//! Each test says in one line that it passes over where its peer is missing: `openssl` with its
//! legacy provider, `pk12util` and `certutil` of NSS, and a python with pypinksign in `NPKI_PYTHON`.
//! With `CI=true` a missing peer is a failure.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod common;

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use common::{HANGUL, PASSWORD, password, rng, sign_certificate, sign_key, vector};
use npki_container::{
    Bounds, EncryptedPrivateKeyInfo, Pfx, PfxEntry, PfxPreset, PfxSealing, SealScheme, Sealing,
};
use npki_key::PrivateKey;

const BOUNDS: Bounds = Bounds::DEFAULT;
const LEGACY: [&str; 4] = ["-provider", "legacy", "-provider", "default"];

/// Runs a peer; panics with what it said if it fails.
fn run<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>) -> Vec<u8> {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// Whether a peer is there and works.
fn is_there(program: &str, arguments: &[&str]) -> bool {
    let found = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "{program} is missing in CI"
        );
        eprintln!("{program} {arguments:?} does not run: passed over");
    }
    found
}

fn openssl_is_there() -> bool {
    is_there("openssl", &["list", "-providers", "-provider", "legacy"])
}

fn python() -> Option<String> {
    let python = std::env::var("NPKI_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    is_there(&python, &["-c", "import pypinksign"]).then_some(python)
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, octets: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, octets).unwrap();
        path
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The signing key without R, which OpenSSL drops in every conversion.
fn plain() -> PrivateKey {
    PrivateKey::parse(&vector("openssl/sign.p8")).unwrap()
}

fn pfx(preset: PfxPreset, secret: &str) -> Pfx {
    let (key, certificate) = (sign_key(), sign_certificate());
    let entry = PfxEntry {
        key: &key,
        certificate: &certificate,
        friendly_name: Some("ours"),
    };
    let sealing = PfxSealing::from(preset).with_iterations(2_048).unwrap();
    Pfx::seal(&[entry], &[], &password(secret), sealing, &mut rng()).unwrap()
}

#[test]
fn openssl_opens_our_pbes2_keys() {
    if !openssl_is_there() {
        return;
    }
    let folder = Folder::new();
    for scheme in SealScheme::ALL {
        // 1.2.410.200004.1.15 it never reads.
        if *scheme == SealScheme::Pbes1Seed {
            continue;
        }
        for secret in [PASSWORD, HANGUL] {
            let sealing = Sealing::from(*scheme).with_iterations(2_048).unwrap();
            let sealed =
                EncryptedPrivateKeyInfo::seal(&sign_key(), &password(secret), sealing, &mut rng())
                    .unwrap();
            let path = folder.write("ours.key", sealed.as_der());
            let pass = format!("pass:{secret}");
            let mut arguments = vec!["pkcs8", "-inform", "DER", "-outform", "DER"];
            arguments.extend(["-in", text(&path), "-passin", &pass]);
            arguments.extend(LEGACY);
            let opened = run("openssl", &arguments);
            let opened = PrivateKey::parse(&pkcs8_of(&folder, &opened)).unwrap();
            assert_eq!(
                opened.public_key(),
                plain().public_key(),
                "{}",
                scheme.name()
            );
        }
    }
}

/// `openssl pkcs8 -outform DER` gives a traditional key.
fn pkcs8_of(folder: &Folder, traditional: &[u8]) -> Vec<u8> {
    let path = folder.write("opened.der", traditional);
    let arguments = [
        "pkcs8", "-topk8", "-nocrypt", "-inform", "DER", "-outform", "DER", "-in",
    ];
    run("openssl", arguments.iter().copied().chain([text(&path)]))
}

#[test]
fn we_open_the_pbes2_keys_of_openssl() {
    if !openssl_is_there() {
        return;
    }
    let folder = Folder::new();
    let plain_path = folder.write("plain.der", plain().expose_der());
    let path = folder.path("theirs.key");
    for cipher in [
        "seed-cbc",
        "aria-128-cbc",
        "aria-256-cbc",
        "aes-256-cbc",
        "des-ede3-cbc",
    ] {
        for prf in ["hmacWithSHA1", "hmacWithSHA256", "hmacWithSHA512"] {
            let mut arguments = vec!["pkcs8", "-topk8", "-inform", "DER", "-outform", "DER"];
            arguments.extend(["-in", text(&plain_path), "-out", text(&path)]);
            arguments.extend(["-v2", cipher, "-v2prf", prf, "-iter", "2048"]);
            arguments.extend(["-passout", "pass:P"]);
            arguments.extend(LEGACY);
            run("openssl", &arguments);
            let sealed = EncryptedPrivateKeyInfo::parse(&fs::read(&path).unwrap()).unwrap();
            let opened = sealed.open(&password("P"), &BOUNDS).unwrap();
            assert_eq!(opened.expose_der(), plain().expose_der(), "{cipher} {prf}");
        }
    }
}

#[test]
fn openssl_opens_our_pfx() {
    if !openssl_is_there() {
        return;
    }
    let folder = Folder::new();
    for preset in PfxPreset::ALL {
        for secret in [PASSWORD, HANGUL, ""] {
            let path = folder.write("ours.pfx", pfx(*preset, secret).as_bytes());
            let pass = format!("pass:{secret}");
            let mut arguments = vec!["pkcs12", "-in", text(&path), "-nodes", "-passin", &pass];
            arguments.push("-info");
            arguments.extend(LEGACY);
            let printed = String::from_utf8(run("openssl", &arguments)).unwrap();
            assert!(printed.contains("BEGIN PRIVATE KEY") && printed.contains("BEGIN CERTIFICATE"));
            assert!(printed.contains("friendlyName: ours"));
            // R, which OpenSSL prints and then drops.
            let r = "1.2.410.200004.10.1.1.3: 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F";
            assert!(printed.contains(r), "{}: {printed}", preset.name());
        }
    }
}

#[test]
fn we_open_the_pfx_of_openssl() {
    if !openssl_is_there() {
        return;
    }
    let folder = Folder::new();
    let pem = |name: &str, label, der: &[u8]| {
        let pem = der::pem::encode_string(label, der::pem::LineEnding::LF, der).unwrap();
        folder.write(name, pem.as_bytes())
    };
    let key = pem("key.pem", "PRIVATE KEY", plain().expose_der());
    let certificate = pem("certificate.pem", "CERTIFICATE", sign_certificate().der());
    let path = folder.path("theirs.pfx");
    for options in [
        &["-legacy"][..],
        &[],
        &["-keypbe", "seed-cbc", "-certpbe", "seed-cbc"],
        &[
            "-keypbe",
            "PBE-SHA1-2DES",
            "-certpbe",
            "PBE-SHA1-RC2-128",
            "-macalg",
            "sha224",
        ],
        &["-nomac"],
    ] {
        for secret in [PASSWORD, HANGUL, ""] {
            let pass = format!("pass:{secret}");
            let mut arguments = vec!["pkcs12", "-export", "-inkey", text(&key)];
            arguments.extend(["-in", text(&certificate), "-out", text(&path)]);
            arguments.extend(["-passout", &pass]);
            arguments.extend(options);
            arguments.extend(LEGACY);
            run("openssl", &arguments);
            let pfx = Pfx::parse(&fs::read(&path).unwrap(), &BOUNDS).unwrap();
            let sorted = pfx.open(&password(secret), &BOUNDS).unwrap().into_pairs();
            let pair = sorted.sign().unwrap();
            assert_eq!(pair.key.public_key(), plain().public_key(), "{options:?}");
        }
    }
}

#[test]
fn nss_and_we_take_each_others_pfx() {
    let there = |tool| {
        // Both print their usage and fail without arguments.
        Command::new(tool).arg("-H").output().is_ok() || is_there(tool, &["-H"])
    };
    if !(there("pk12util") && there("certutil")) {
        return;
    }
    for preset in PfxPreset::ALL {
        let folder = Folder::new();
        let database = format!("sql:{}", text(folder.0.path()));
        let theirs = folder.path("theirs.pfx");
        let ours = folder.write("ours.pfx", pfx(*preset, PASSWORD).as_bytes());
        run("certutil", ["-d", &database, "-N", "--empty-password"]);
        run(
            "pk12util",
            ["-d", &database, "-i", text(&ours), "-W", PASSWORD],
        );
        run(
            "pk12util",
            [
                "-d",
                &database,
                "-o",
                text(&theirs),
                "-n",
                "ours",
                "-W",
                "p",
            ],
        );
        let bytes = fs::read(&theirs).unwrap();
        let pfx = Pfx::parse(&bytes, &BOUNDS).unwrap();
        assert_ne!(pfx.encode().unwrap(), bytes, "NSS writes BER");
        let sorted = pfx.open(&password("p"), &BOUNDS).unwrap().into_pairs();
        let pair = sorted.sign().unwrap();
        assert_eq!(
            pair.key.public_key(),
            plain().public_key(),
            "{}",
            preset.name()
        );
        assert_eq!(pair.certificate.der(), sign_certificate().der());
    }
}

#[test]
fn pypinksign_and_we_open_each_others_keys() {
    let Some(python) = python() else {
        return;
    };
    let folder = Folder::new();
    // It reads PBES2 with SHA-1 only, whatever the file says.
    for scheme in [SealScheme::Pbes1Seed, SealScheme::Pbes2SeedSha1] {
        let sealed =
            EncryptedPrivateKeyInfo::seal(&sign_key(), &password(PASSWORD), scheme, &mut rng())
                .unwrap();
        let key = folder.write("signPri.key", sealed.as_der());
        let certificate = folder.write("signCert.der", sign_certificate().der());
        let script = "import sys\n\
            from pypinksign import PinkSign\n\
            k = PinkSign(pubkey_path=sys.argv[1])\n\
            k.load_prikey(sys.argv[2], prikey_password=sys.argv[3].encode())\n\
            print(k._rand_num.asOctets().hex())";
        let printed = run(
            &python,
            ["-c", script, text(&certificate), text(&key), PASSWORD],
        );
        assert_eq!(
            String::from_utf8(printed).unwrap().trim(),
            "000102030405060708090a0b0c0d0e0f10111213",
            "{}",
            scheme.name()
        );
    }

    let plain = folder.write("plain.p8", sign_key().expose_der());
    let script = "import base64, sys\n\
        from pypinksign import pypinksign as pp\n\
        plain = base64.b64encode(open(sys.argv[1], 'rb').read()).decode()\n\
        sealed = pp.encrypt_decrypted_prikey(plain, sys.argv[2].encode())\n\
        open(sys.argv[3], 'wb').write(base64.b64decode(sealed))";
    let theirs = folder.path("theirs.key");
    run(
        &python,
        ["-c", script, text(&plain), PASSWORD, text(&theirs)],
    );
    let sealed = EncryptedPrivateKeyInfo::parse(&fs::read(&theirs).unwrap()).unwrap();
    let opened = sealed.open(&password(PASSWORD), &BOUNDS).unwrap();
    assert_eq!(opened.expose_der(), sign_key().expose_der());

    // And our PFX: it takes the key and loses R.
    let ours = folder.write("ours.pfx", pfx(PfxPreset::Korean, PASSWORD).as_bytes());
    let script = "import sys\n\
        from pypinksign import PinkSign\n\
        k = PinkSign(p12_path=sys.argv[1], prikey_password=sys.argv[2].encode())\n\
        print(k.cn())";
    let printed = run(&python, ["-c", script, text(&ours), PASSWORD]);
    assert_eq!(String::from_utf8(printed).unwrap().trim(), "container sign");
}
