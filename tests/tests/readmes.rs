//! README.md and README.ko.md are kept in step: the same headings in number, the same code, the same tables in size.

use std::{fs, io};

use npki::relying_party::{Challenge, Identity, LoginVerifier};
use npki::wallet::sign::{cms::Profile, login::sign_login};
use npki_core::Product;
use npki_lab::{Lab, LabLedgers, Person};
use npki_tests::readme::{PASSWORD, folder_of_hong};

#[path = "readmes/sign.rs"]
#[expect(unreachable_pub, reason = "as it stands on the page")]
mod sign;
#[path = "readmes/welcome.rs"]
#[expect(unreachable_pub, reason = "as it stands on the page")]
mod welcome;

#[test]
fn both_readmes_have_the_same_shape() -> io::Result<()> {
    let root = npki_tests::workspace_root();
    let english = Shape::of(&fs::read_to_string(root.join("README.md"))?);
    let korean = Shape::of(&fs::read_to_string(root.join("README.ko.md"))?);
    assert_eq!(english, korean);
    assert!(english.code.len() >= 6);
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
struct Shape {
    headings: Vec<usize>,
    rows: usize,
    code: Vec<String>,
}

impl Shape {
    fn of(page: &str) -> Self {
        let mut shape = Self {
            headings: Vec::new(),
            rows: 0,
            code: Vec::new(),
        };
        let mut block: Option<String> = None;
        for line in page.lines() {
            match (&mut block, line.starts_with("```")) {
                (None, true) => block = Some(String::new()),
                (Some(_), true) => shape.code.extend(block.take()),
                (Some(code), false) => {
                    code.push_str(line);
                    code.push('\n');
                }
                (None, false) if line.starts_with('#') => {
                    shape
                        .headings
                        .push(line.chars().take_while(|c| *c == '#').count());
                }
                (None, false) => shape.rows += usize::from(line.starts_with('|')),
            }
        }
        shape
    }
}

/// The two programs that want something which a page cannot have; the others run where they stand.
#[test]
fn the_first_two_programs_do_what_they_say() {
    let root = npki_tests::workspace_root();
    let readme = Shape::of(&fs::read_to_string(root.join("README.md")).unwrap());
    for program in [
        include_str!("readmes/sign.rs"),
        include_str!("readmes/welcome.rs"),
    ] {
        assert!(readme.code.iter().any(|code| code == program), "{program}");
    }
    let hidden = |code: &String| code.lines().any(|line| line.trim().starts_with("# "));
    assert!(!readme.code.iter().any(hidden), "shown as it is elsewhere");

    let hong = folder_of_hong().unwrap();
    sign::sign(hong.path().to_str().unwrap(), PASSWORD).unwrap();
    sign::sign(hong.path().to_str().unwrap(), "another").unwrap_err();

    let ledgers = LabLedgers::in_memory();
    let lab = Lab::new(1, npki_tests::now(), &ledgers).unwrap();
    let person = Person::of("hong").unwrap();
    let held = lab.issue(person, Product::PersonalLimited, None).unwrap();
    let (root, cas) = lab.trust();
    let verifier = LoginVerifier::new([root]).intermediates(cas);
    let crls = lab.crls().unwrap();
    let rng = &mut lab.rng();
    let challenge = Challenge::generate("bank.example login", rng).unwrap();
    let key = held.key.signing_key().unwrap();
    let (by, r) = (&held.certificate, held.key.random_number());
    let response = sign_login(&challenge, &*key, by, r, Profile::PLAIN, rng).unwrap();
    let (cms, r) = (&response.cms[..], response.r.unwrap());
    let idn = held.person.idn().unwrap();
    let identity = Identity {
        idn: &idn,
        random_number: &r,
    };
    let welcome = |verifier: &LoginVerifier, crls| {
        welcome::welcome(verifier, (cms, identity), &challenge, crls, lab.now())
    };
    // The policies of a lab are nobody's.
    assert!(!welcome(&verifier, &crls));
    let verifier = verifier.danger_accept_lab_policies();
    assert!(welcome(&verifier, &crls));
    assert!(!welcome(&verifier, &[]));
}
