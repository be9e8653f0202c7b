//! A signed message is its signer's, and a proof of possession its requester's: what somebody else takes along gets him
//! nothing (RFC 9483 sections 3.1 and 3.5, RFC 4211 section 4.1).

use core::time::Duration;

use der::{Decode as _, Encode as _, asn1::OctetString};
use npki_cert::Name;
use npki_cmp::client::{Credential, Enrolling, Kind, Question, Step, Trust, Wanted};
use npki_cmp::{
    Body, CertOrEncCert, CertReqMsg, Header, MacAlgorithm, Message, PoposSigningKeyInput,
    ProofOfPossession, Protector,
};
use npki_key::SigningKey;

use super::*;

/// A message that is not signed yet, with the certificates that go along.
struct Draft {
    header: Header,
    body: Body,
    along: Vec<Vec<u8>>,
}

impl Draft {
    fn of(message: &[u8]) -> Self {
        let message = Message::parse(message).unwrap();
        Self {
            header: message.header().clone(),
            body: message.body().clone(),
            along: message.extra_certs().collect(),
        }
    }

    fn signed(self, by: &Held) -> Vec<u8> {
        let key = by.key.signing_key().unwrap();
        self.protected(&Protector::Key(&*key))
    }

    fn protected(self, with: &Protector<'_>) -> Vec<u8> {
        let along = self.along.iter().map(Vec::as_slice);
        let made = Message::protect(self.header, self.body, along, with, &mut generator());
        made.unwrap().der().to_vec()
    }

    /// Says that it is this certificate's.
    fn say(&mut self, certificate: &Certificate) {
        let named = Header::new(certificate.subject(), certificate.issuer()).unwrap();
        self.header.sender = named.sender;
        self.header.sender_kid = kid(certificate);
        self.along = vec![certificate.der().to_vec()];
    }

    fn request(&mut self) -> &mut CertReqMsg {
        match &mut self.body {
            Body::Kur(requests) => requests.first_mut().unwrap(),
            other => panic!("{other:?}"),
        }
    }
}

fn kid(certificate: &Certificate) -> Option<OctetString> {
    let kid = certificate.subject_key_identifier()?;
    Some(OctetString::new(kid).unwrap())
}

/// The second one is in the name of the first, and is as good as anybody's who signs nothing with it.
fn forged(name_of: &Certificate, number_of: &Certificate) -> Certificate {
    let old = name_of.serial_number().to_der();
    let new = number_of.serial_number().to_der();
    assert_eq!(old.len(), new.len());
    Certificate::parse(&replaced(name_of.der(), &old, &new)).unwrap()
}

fn replaced(octets: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut made = octets.to_vec();
    let mut at = 0;
    let mut found = 0;
    while let Some(here) = made.get_mut(at..at + old.len()) {
        if here == old {
            here.copy_from_slice(new);
            found += 1;
        }
        at += 1;
    }
    assert!(found > 0);
    made
}

/// The proof of possession is made anew, over an authInfo that names the sender.
fn names_sender(request: &mut CertReqMsg, key: &dyn SigningKey, sender: &Name) {
    let input = PoposSigningKeyInput::with_sender(key.public_key().clone(), sender).unwrap();
    let signature = key.sign(&input.to_der().unwrap(), &mut generator());
    let Some(ProofOfPossession::Signature(proof)) = &mut request.popo else {
        panic!("no signature")
    };
    proof.input = Some(input);
    proof.signature = der::asn1::BitString::from_bytes(signature.unwrap().octets()).unwrap();
}

/// Two subscribers, and a CA that both may ask for a renewal.
struct Two<'a> {
    scene: Scene<'a>,
    hong: Held,
    sim: Held,
}

impl<'a> Two<'a> {
    fn new(ledgers: &'a LabLedgers) -> Self {
        let scene = Scene::new(ledgers);
        let held = |user| {
            let person = Person::of(user).unwrap();
            let product = Product::PersonalLimited;
            scene.lab.issue(person, product, Some(Issuer::Yessign))
        };
        let (hong, sim) = (held("hong").unwrap(), held("sim").unwrap());
        let open_day = hong.certificate.not_after().kst_day().plus_days(-30);
        let noon = Duration::from_secs(12 * 3600);
        scene.lab.wait_until(open_day.start().saturating_add(noon));
        Self { scene, hong, sim }
    }

    fn answer(&self, message: &[u8]) -> Message {
        Message::parse(&self.scene.post(message).unwrap()).unwrap()
    }

    fn refusal(&self, message: &[u8]) -> (FailureInfo, String) {
        let answer = self.answer(message);
        let Body::Error(error) = answer.body() else {
            panic!("{answer:?}")
        };
        let failure = error.status.failures().next().unwrap();
        (failure, error.status.texts().collect())
    }

    /// Lets a subscriber begin his renewal with this new key.
    fn renewing<T>(
        &self,
        held: &Held,
        new: &dyn SigningKey,
        act: impl FnOnce(Enrolling<'_>) -> T,
    ) -> T {
        let key = held.key.signing_key().unwrap();
        let credential = Credential::Certificate {
            certificate: &held.certificate,
            key: &*key,
        };
        let wanted = Wanted {
            kind: Kind::Renewal,
            key: new,
            km_key: None,
            subject: None,
            random_number: None,
            implicit_confirmation: false,
        };
        let (root, _) = self.scene.lab.trust();
        let trust = CmpTrust::new([root]);
        let trust: &dyn Trust = &trust;
        let (now, ca) = (self.scene.lab.now(), held.certificate.issuer());
        let rng = &mut generator();
        act(Enrolling::begin(&wanted, &credential, trust, ca, now, rng).unwrap())
    }
}

#[test]
fn nobody_gets_anything_by_what_somebody_else_has_said() {
    type Steal = fn(&mut Draft, &Two<'_>, &dyn SigningKey);
    let (check, pop) = (FailureInfo::BadMessageCheck, FailureInfo::BadPop);
    let rows: [(&str, FailureInfo, &str, Steal); 8] = [
        (
            "signed again",
            check,
            "본인의 인증서",
            |draft, two, _| {
                draft.along = vec![two.sim.certificate.der().to_vec()];
            },
        ),
        (
            "with a certificate that nobody has signed",
            check,
            "본인의 인증서",
            |draft, two, _| {
                let forged = forged(&two.hong.certificate, &two.sim.certificate);
                draft.along = vec![forged.der().to_vec()];
            },
        ),
        ("own name, his kid", check, "own", |draft, two, _| {
            let kid = draft.header.sender_kid.take();
            draft.say(&two.sim.certificate);
            draft.header.sender_kid = kid;
        }),
        ("his name, own kid", check, "own", |draft, two, _| {
            draft.along = vec![two.sim.certificate.der().to_vec()];
            draft.header.sender_kid = kid(&two.sim.certificate);
        }),
        (
            "his request",
            pop,
            "다른 사람의 것",
            |draft, two, _| {
                draft.say(&two.sim.certificate);
            },
        ),
        ("his request, no kid", pop, "vouches", |draft, two, _| {
            draft.say(&two.sim.certificate);
            draft.header.sender_kid = None;
        }),
        ("his authInfo", pop, "vouches", |draft, two, new| {
            draft.say(&two.sim.certificate);
            let request = draft.request();
            names_sender(request, new, two.hong.certificate.subject());
            request.cert_req.cert_template.subject = None;
        }),
        (
            "his certificate to be renewed",
            FailureInfo::BadCertId,
            "이 인증서에 대한",
            |draft, two, new| {
                draft.say(&two.sim.certificate);
                names_sender(draft.request(), new, two.sim.certificate.subject());
            },
        ),
    ];
    let ledgers = LabLedgers::in_memory();
    let two = Two::new(&ledgers);
    let new = two.scene.lab.next_key().unwrap().signing_key().unwrap();
    two.renewing(&two.hong, &*new, |asking| {
        for (what, failure, text, steal) in rows {
            let mut draft = Draft::of(asking.message());
            steal(&mut draft, &two, &*new);
            let found = two.refusal(&draft.signed(&two.sim));
            assert_eq!(found.0, failure, "{what}: {}", found.1);
            assert!(found.1.contains(text), "{what}: {}", found.1);
        }
        // By a code of his own.
        let lim = Person::of("lim").unwrap();
        let product = Product::PersonalLimited;
        let order = two.scene.lab.order(lim, product, Some(Issuer::Yessign));
        let order = order.unwrap();
        let mut draft = Draft::of(asking.message());
        draft.along.clear();
        let reference = order.reference.as_str().as_bytes();
        draft.header.sender_kid = Some(OctetString::new(reference).unwrap());
        draft.body = match draft.body {
            Body::Kur(requests) => Body::Ir(requests),
            other => panic!("{other:?}"),
        };
        let by_code = draft.protected(&Protector::Code {
            code: &order.authorization_code,
            mac: MacAlgorithm::pbm(&mut generator()),
        });
        assert_eq!(two.refusal(&by_code).0, FailureInfo::BadCertId);

        // None of that stood in the way of the one who had said it.
        let request = asking.message().to_vec();
        let answer = two.answer(&request);
        let (now, rng) = (two.scene.lab.now(), &mut generator());
        let Step::Issued(issued) = asking.take(answer.der(), now, rng).unwrap() else {
            panic!("not issued")
        };
        let certificate = issued.certificate().clone();
        assert_eq!(certificate.subject(), two.hong.certificate.subject());
        // While it is there, and after it is confirmed, it is told to nobody else.
        let mut confirming = issued.confirm(now, rng).unwrap();
        for message in [&request[..], confirming.message()] {
            let mut stolen = Draft::of(message);
            stolen.along = vec![two.sim.certificate.der().to_vec()];
            assert_eq!(two.refusal(&stolen.signed(&two.sim)).0, check);
        }
        assert_ne!(two.scene.status(&certificate), CertificateStatus::Good);
        let answer = two.answer(confirming.message());
        confirming.take(answer.der(), now).unwrap();
        assert_eq!(two.scene.status(&certificate), CertificateStatus::Good);
    });
    let good = two.scene.status(&two.sim.certificate);
    assert_eq!(good, CertificateStatus::Good);
}

#[test]
fn questions_and_revocations_are_the_signers_too() {
    let ledgers = LabLedgers::in_memory();
    let two = Two::new(&ledgers);
    let (root, _) = two.scene.lab.trust();
    let trust = CmpTrust::new([root]);
    let key = two.hong.key.signing_key().unwrap();
    let certificate = &two.hong.certificate;
    let credential = Credential::Certificate {
        certificate,
        key: &*key,
    };
    let (now, rng) = (two.scene.lab.now(), &mut generator());
    let ca = certificate.issuer();
    let asks = Question::encryption_certificate(&credential, &trust, ca, now, rng).unwrap();
    let reason = RevocationReason::KeyCompromise;
    let revokes = Question::revoke(certificate, reason, &credential, &trust, now, rng).unwrap();
    for (question, answer) in [(asks, "genp"), (revokes, "rp")] {
        let mut stolen = Draft::of(question.message());
        stolen.along = vec![two.sim.certificate.der().to_vec()];
        let refused = two.refusal(&stolen.signed(&two.sim));
        assert_eq!(refused.0, FailureInfo::BadMessageCheck);
        // senderKID need not be there (RFC 9483 section 3.1); another one must not.
        for (kid, answer) in [(Some(&b"another"[..]), "error"), (None, answer)] {
            let mut draft = Draft::of(question.message());
            draft.header.sender_kid = kid.map(|kid| OctetString::new(kid).unwrap());
            let found = two.answer(&draft.signed(&two.hong));
            assert_eq!(found.body().name(), answer);
        }
    }
}

/// The client's side: a renewed certificate in another name is not taken, whoever has signed the answer.
#[test]
fn a_renewed_certificate_in_another_name_is_not_taken() {
    let ledgers = LabLedgers::in_memory();
    let two = Two::new(&ledgers);
    let new = two.scene.lab.next_key().unwrap().signing_key().unwrap();
    let keys = &two.scene.lab.authorities.ca(Issuer::Yessign).unwrap().cmp;
    for (name, taken) in [("홍길동", true), ("홍길순", false)] {
        two.renewing(&two.hong, &*new, |asking| {
            let mut draft = Draft::of(two.answer(asking.message()).der());
            let Body::Kup(content) = &mut draft.body else {
                panic!("{:?}", draft.body)
            };
            let response = content.response.first_mut().unwrap();
            let given = response.certified_key_pair.as_mut().unwrap();
            let CertOrEncCert::Certificate(certificate) = &mut given.cert_or_enc_cert else {
                panic!("{given:?}")
            };
            let der = certificate.to_der().unwrap();
            let der = replaced(&der, "홍길동".as_bytes(), name.as_bytes());
            *certificate = der::Any::from_der(&der).unwrap();
            let answer = draft.protected(&Protector::Key(&*keys.protection));
            let now = two.scene.lab.now();
            match asking.take(&answer, now, &mut generator()) {
                Ok(Step::Issued(_)) => assert!(taken),
                Err(ClientError::OtherSubject) => assert!(!taken),
                other => panic!("{other:?}"),
            }
        });
    }
}
