//! What the whole stack writes, judged by others: certificates, CRLs and messages by OpenSSL, keys by OpenSSL and
//! PyPinkSign, PFX by OpenSSL and NSS. And R, octet for octet, through everything that we do to a key ourselves.
//!
//! A missing tool is named in one line and its test passed over; with `CI=true` the test fails.

#![expect(
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects is to stop"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use npki_cert::Certificate;
use npki_container::{
    EncryptedPrivateKeyInfo, NewPassword, Password, PfxPreset, PfxSealing, SealScheme, Sealing,
};
use npki_core::{Issuer, Product, RevocationReason};
use npki_lab::{Held, Lab, LabLedgers, Person};
use npki_media::{
    CopyMode, EntryId, Medium, MediumKind, MemoryMedium, Overwrite, Pair, RandomNumberFound,
    Reseal, copy, export_pfx, import_pfx,
};
use npki_media_folder::FolderMedium;
use npki_sign::cms::{Profile, SignedData, Signing};
use npki_tests::readme::{PASSWORD, bundle};
use npki_tests::{generator, now, output, python_with_pypinksign, tool};
use tempfile::TempDir;

const OTHER_PASSWORD: &str = "Gildong#2027!";

/// Personal limited of the lab's yessign.
const POLICY: &str = "2.999.410.1.4";

/// 홍길동's limited certificate, with the lab that issued it and a folder for what others are to read.
struct Scene<'a> {
    lab: Lab<'a>,
    held: Held,
    dir: TempDir,
}

impl<'a> Scene<'a> {
    fn new(ledgers: &'a LabLedgers) -> Self {
        let lab = Lab::new(1, now(), ledgers).unwrap();
        let hong = Person::of("hong").unwrap();
        let held = lab
            .issue(hong, Product::PersonalLimited, Some(Issuer::Yessign))
            .unwrap();
        let scene = Self {
            lab,
            held,
            dir: tempfile::tempdir().unwrap(),
        };
        let (root, cas) = scene.lab.trust();
        scene.write("root.pem", root.to_pem());
        scene.write(
            "cas.pem",
            cas.iter().map(Certificate::to_pem).collect::<String>(),
        );
        scene.write("ee.pem", scene.held.certificate.to_pem());
        scene.write("ee.der", scene.held.certificate.der());
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, octets: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, octets).unwrap();
        path
    }

    fn ca(&self) -> &Certificate {
        &self
            .lab
            .authorities
            .ca(self.held.issuer)
            .unwrap()
            .settings
            .certificate
    }

    /// A command that runs in the folder.
    fn command(&self, program: &Path, line: &str) -> Command {
        let mut command = Command::new(program);
        command.args(line.split(' ')).current_dir(self.dir.path());
        command
    }

    /// What a command that must succeed prints.
    fn run(&self, program: &Path, line: &str) -> String {
        let printed = output(&mut self.command(program, line));
        String::from_utf8_lossy(&printed.unwrap_or_else(|fault| panic!("{fault}"))).into_owned()
    }

    /// What a command that must fail says.
    fn fail(&self, program: &Path, line: &str) -> String {
        output(&mut self.command(program, line)).expect_err(line)
    }

    /// Writes fresh lists of the root and of every CA.
    fn write_lists(&self) {
        let mut all = String::new();
        for (number, list) in self.lab.crls().unwrap().iter().enumerate() {
            self.write(&format!("{number}.crl"), list.der());
            all.push_str(&der::pem::encode_string("X509 CRL", LINES, list.der()).unwrap());
        }
        self.write("lists.pem", all);
    }
}

const LINES: der::pem::LineEnding = der::pem::LineEnding::LF;

#[test]
fn openssl_accepts_our_path_with_its_policy_and_no_other() {
    let Some(openssl) = tool("openssl") else {
        return;
    };
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    scene.write_lists();
    let at = |policy: &str, seconds: i64| {
        format!(
            "verify -CAfile root.pem -untrusted cas.pem -CRLfile lists.pem -crl_check_all \
             -policy {policy} -explicit_policy -policy_check -attime {seconds} ee.pem"
        )
    };
    let noon = scene.lab.now().unix_seconds();
    scene.run(&openssl, &at(POLICY, noon));
    // yessign's real policy, and a lab policy of another product.
    for other in ["1.2.410.200005.1.1.4", "2.999.410.1.1"] {
        let said = scene.fail(&openssl, &at(other, noon));
        assert!(said.contains("error 43"), "{said}");
    }

    // OpenSSL takes the last second itself for past, other than RFC 5280 section 4.1.2.5; so one before and one after.
    // The lists have run out by then.
    let last = scene.held.certificate.not_after().unix_seconds();
    let without_lists =
        |seconds| at(POLICY, seconds).replace("-CRLfile lists.pem -crl_check_all ", "");
    scene.run(&openssl, &without_lists(last - 1));
    let said = scene.fail(&openssl, &without_lists(last + 1));
    assert!(said.contains("error 10"), "{said}");

    scene
        .lab
        .revoke(&scene.held, RevocationReason::KeyCompromise)
        .unwrap();
    scene.write_lists();
    let said = scene.fail(&openssl, &at(POLICY, noon));
    assert!(said.contains("error 23"), "{said}");
}

#[test]
fn openssl_verifies_and_prints_our_lists() {
    let Some(openssl) = tool("openssl") else {
        return;
    };
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    scene
        .lab
        .revoke(&scene.held, RevocationReason::KeyCompromise)
        .unwrap();
    let (root, cas) = scene.lab.trust();
    let lists = scene.lab.crls().unwrap();
    assert_eq!(lists.len(), 1 + cas.len());
    for (issuer, list) in [root].iter().chain(&cas).zip(&lists) {
        scene.write("issuer.pem", issuer.to_pem());
        scene.write("list.crl", list.der());
        let mut check = scene.command(
            &openssl,
            "crl -in list.crl -inform DER -noout -text -verify -CAfile issuer.pem",
        );
        let said = check.output().unwrap();
        let error = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(
            said.status.success() && error.contains("verify OK"),
            "{error}"
        );
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        for wanted in ["X509v3 CRL Number", "Authority Key Identifier"] {
            assert!(text.contains(wanted), "{wanted}\n{text}");
        }
        // The root's list is complete; those of the CAs name the one point that certificates point to.
        let is_partition = !issuer.is_self_issued();
        let point = text.contains("Issuing Distribution Point: critical");
        assert_eq!(point, is_partition, "{text}");
        let is_ours = issuer.der() == scene.ca().der();
        assert_eq!(text.contains("Key Compromise"), is_ours, "{text}");
    }
}

#[test]
fn openssl_shows_korean_names() {
    let Some(openssl) = tool("openssl") else {
        return;
    };
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let line = "x509 -in ee.der -inform DER -noout -text -nameopt utf8,sep_comma_plus";
    let text = scene.run(&openssl, line);
    assert!(text.contains("홍길동"), "{text}");
    assert!(text.contains(POLICY), "{text}");
}

#[test]
fn openssl_verifies_our_messages() {
    let Some(openssl) = tool("openssl") else {
        return;
    };
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let content = "보내는 분 홍길동\r\n금액 10,000원\n".as_bytes();
    let key = scene.held.key.signing_key().unwrap();
    let chain = [scene.ca().clone()];
    for profile in Profile::ALL {
        let signing = Signing::new(content, &scene.held.certificate)
            .profile(*profile)
            .extra_certificates(&chain);
        let signed = SignedData::sign(&signing, &*key, &mut generator()).unwrap();
        scene.write("message.p7", signed.der());
        let line = format!(
            "cms -verify -binary -inform DER -in message.p7 -CAfile root.pem -purpose any -attime {} -out content",
            scene.lab.now().unix_seconds()
        );
        scene.run(&openssl, &line);
        assert_eq!(
            fs::read(scene.path("content")).unwrap(),
            content,
            "{}",
            profile.name()
        );

        // A won more.
        let at = signed
            .der()
            .windows(6)
            .position(|octets| octets == b"10,000")
            .unwrap();
        let mut forged = signed.der().to_vec();
        forged[at] = b'9';
        scene.write("message.p7", forged);
        scene.fail(&openssl, &line);
    }
}

#[test]
fn pypinksign_opens_our_folder_and_finds_r() {
    let Some(python) = python_with_pypinksign() else {
        return;
    };
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let folder = scene.path("NPKI");
    let medium = FolderMedium::at(&folder);
    let entry = bundle(&scene.lab, &scene.held, PASSWORD).unwrap();
    medium.store(&entry, Overwrite::Refuse).unwrap();
    let certificate = file_named("signCert.der", &folder).unwrap();
    let key = certificate.with_file_name("signPri.key");
    let script = "import sys\n\
        from pypinksign import PinkSign\n\
        k = PinkSign(pubkey_path=sys.argv[1])\n\
        k.load_prikey(sys.argv[2], prikey_password=sys.argv[3].encode())\n\
        print(k._rand_num.asOctets().hex())\n\
        print(k.cn())";
    let mut command = Command::new(python);
    command
        .args(["-c", script])
        .args([&certificate, &key])
        .arg(PASSWORD);
    let printed = output(command.env("PYTHONIOENCODING", "utf-8")).unwrap();
    let printed = String::from_utf8(printed).unwrap();
    let (found, name) = printed.split_once('\n').unwrap();
    let r = scene.held.key.random_number().unwrap();
    let wanted: String = r
        .expose_octets()
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect();
    assert_eq!(found, wanted);
    assert!(name.contains("홍길동"), "{name}");
}

#[test]
fn openssl_opens_our_pbes2_keys() {
    let Some(openssl) = tool("openssl") else {
        return;
    };
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let password = Password::new(PASSWORD).unwrap();
    for scheme in SealScheme::ALL {
        let sealed =
            EncryptedPrivateKeyInfo::seal(&scene.held.key, &password, *scheme, &mut generator());
        scene.write("ours.key", sealed.unwrap().as_der());
        let line = format!(
            "pkcs8 -inform DER -in ours.key -passin pass:{PASSWORD} -provider legacy -provider default -out plain.pem"
        );
        if *scheme == SealScheme::Pbes1Seed {
            // The Korean scheme is none of OpenSSL's; were it one day, this test wants to know.
            scene.fail(&openssl, &line);
            continue;
        }
        scene.run(&openssl, &line);
        scene.run(
            &openssl,
            "pkey -in plain.pem -pubout -outform DER -out public.der",
        );
        let public = fs::read(scene.path("public.der")).unwrap();
        assert_eq!(
            public,
            scene.held.certificate.public_key_der(),
            "{}",
            scheme.name()
        );
        scene.fail(&openssl, &line.replace(PASSWORD, "Wrong!gildong1"));
    }
}

#[test]
fn openssl_and_nss_take_our_pfx() {
    let (Some(openssl), Some(certutil), Some(pk12util)) =
        (tool("openssl"), tool("certutil"), tool("pk12util"))
    else {
        return;
    };
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let medium = MemoryMedium::new();
    let entry = bundle(&scene.lab, &scene.held, PASSWORD).unwrap();
    let id = medium.store(&entry, Overwrite::Refuse).unwrap();
    let (old, new) = (
        Password::new(PASSWORD).unwrap(),
        NewPassword::check(OTHER_PASSWORD).unwrap(),
    );
    for preset in PfxPreset::ALL {
        let name = preset.name();
        let pfx = export_pfx(&medium, &id, &old, &new, *preset, &mut generator()).unwrap();
        scene.write("ours.pfx", pfx.as_bytes());

        scene.run(
            &openssl,
            &format!(
                "pkcs12 -in ours.pfx -passin pass:{OTHER_PASSWORD} -nodes -provider legacy -provider default -out all.pem"
            ),
        );
        let all = fs::read_to_string(scene.path("all.pem")).unwrap();
        // The subscriber's, the CA's, the root's.
        assert_eq!(all.matches("BEGIN CERTIFICATE").count(), 3, "{name}");
        assert_eq!(all.matches("BEGIN PRIVATE KEY").count(), 1, "{name}");

        fs::create_dir(scene.path(name)).unwrap();
        scene.run(&certutil, &format!("-d sql:{name} -N --empty-password"));
        scene.run(
            &pk12util,
            &format!("-d sql:{name} -i ours.pfx -W {OTHER_PASSWORD}"),
        );
        let keys = scene.run(&certutil, &format!("-d sql:{name} -K"));
        assert_eq!(keys.matches("rsa").count(), 1, "{name}: {keys}");
    }
}

/// Issue → folder → new password → copies, with the same bytes and under each scheme → PFX of each preset → import:
/// wherever the key comes to, it is the one that was issued, octet for octet.
#[test]
fn r_and_the_key_outlast_whatever_is_done_to_them() {
    let ledgers = LabLedgers::in_memory();
    let scene = Scene::new(&ledgers);
    let rng = &mut generator();
    let (first, second) = (
        Password::new(PASSWORD).unwrap(),
        Password::new(OTHER_PASSWORD).unwrap(),
    );
    let new_second = NewPassword::check(OTHER_PASSWORD).unwrap();
    let new_first = NewPassword::check(PASSWORD).unwrap();
    let is_the_key = |medium: &dyn Medium, id: &EntryId, password: &Password| {
        let opened = medium.open(id, password).unwrap();
        let key = opened.exportable.key().unwrap();
        assert_eq!(key.expose_der(), scene.held.key.expose_der());
        let r = opened.random_number.unwrap();
        assert_eq!(
            r.expose_octets(),
            scene.held.key.random_number().unwrap().expose_octets()
        );
    };

    let disk = FolderMedium::at(scene.path("disk"));
    let entry = bundle(&scene.lab, &scene.held, PASSWORD).unwrap();
    let id = disk.store(&entry, Overwrite::Refuse).unwrap();
    is_the_key(&disk, &id, &first);
    disk.change_password(&id, &first, &new_second, Reseal::Same, rng)
        .unwrap();
    is_the_key(&disk, &id, &second);

    let same = CopyMode::SameBytes { password: &second };
    let stick = FolderMedium::new(scene.path("stick"), MediumKind::Removable);
    let there = copy(&disk, &id, &stick, &same, Overwrite::Refuse, rng).unwrap();
    is_the_key(&stick, &there, &second);

    for scheme in SealScheme::ALL {
        let mode = CopyMode::Reencrypt {
            old: &second,
            new: &new_first,
            reseal: Reseal::With(Sealing::from(*scheme).with_iterations(1_000).unwrap()),
        };
        let there = copy(&disk, &id, &stick, &mode, Overwrite::Replace, rng).unwrap();
        is_the_key(&stick, &there, &first);
        stick
            .change_password(&there, &first, &new_second, Reseal::Same, rng)
            .unwrap();
        is_the_key(&stick, &there, &second);

        // On from what this scheme has left.
        for preset in PfxPreset::ALL {
            // The count changes no octet of a key; few are quick.
            let few = PfxSealing::from(*preset).with_iterations(1_000).unwrap();
            let pfx = export_pfx(&stick, &there, &second, &new_first, few, rng).unwrap();
            let other = MemoryMedium::new();
            let sealing = Sealing::from(*scheme).with_iterations(1_000).unwrap();
            let imported = import_pfx(
                &pfx,
                &first,
                &other,
                &new_second,
                sealing,
                Overwrite::Refuse,
                rng,
            )
            .unwrap();
            assert_eq!(imported.random_number, RandomNumberFound::Present);
            is_the_key(&other, &imported.id, &second);
        }
    }
    let Pair { key, .. } = disk.load(&id).unwrap().sign;
    assert_eq!(
        key.open(&second, &npki_container::Bounds::DEFAULT)
            .unwrap()
            .expose_der(),
        scene.held.key.expose_der()
    );
}

/// The first file of this name below a folder.
fn file_named(name: &str, folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?;
    entries.filter_map(Result::ok).find_map(|entry| {
        let path = entry.path();
        if path.is_dir() {
            file_named(name, &path)
        } else {
            (entry.file_name() == name).then_some(path)
        }
    })
}
