//! What the CMP server does with requests that are late, wrong, several, or too early for the bank.

use npki_ca::cmp::{CmpKeys, EncryptionKey};
use npki_ca::{CaKeys, CertificateKey, CodeKey, CrlKey};
use npki_cmp::{
    CertReqMsg, CertStatus, Header, PoposSigningKeyInput, ProofOfPossession, Protection, Status,
};
use npki_core::HashAlgorithm;
use npki_key::{DecryptError, Decryptor};
use rand_core::Rng as _;

use super::*;

impl Scene {
    fn keys(&self) -> &CmpKeys {
        &self.authorities.ca(Issuer::Yessign).unwrap().cmp
    }

    fn parsed(&self, ledger: &dyn Ledger, message: &[u8]) -> Message {
        Message::parse(&self.answer(ledger, message, 1)).unwrap()
    }
}

/// Says the body of a message again with another one, protected by the code.
fn altered(
    message: &[u8],
    code: &AuthorizationCode,
    alter: impl FnOnce(&mut Header, &mut Body),
) -> Vec<u8> {
    let message = Message::parse(message).unwrap();
    let (mut header, mut body) = (message.header().clone(), message.body().clone());
    let mut rng = LabRng::new(77);
    let mut transaction = [0; 16];
    rng.fill_bytes(&mut transaction);
    header.transaction_id = Some(der::asn1::OctetString::new(transaction).unwrap());
    alter(&mut header, &mut body);
    let mac = MacAlgorithm::pbm(&mut rng);
    let with = Protector::Code { code, mac };
    let made = Message::protect(header, body, [], &with, &mut rng).unwrap();
    made.der().to_vec()
}

fn requests(body: &mut Body) -> &mut Vec<CertReqMsg> {
    match body {
        Body::Ir(requests) => requests,
        other => panic!("{other:?}"),
    }
}

/// The failure and the sentences of a protected error.
fn refusal(answer: &Message, code: &AuthorizationCode) -> (FailureInfo, String) {
    if let Ok(Protection::Mac(_)) = Protection::of(answer) {
        answer.verify_mac(code).unwrap();
    }
    let Body::Error(error) = answer.body() else {
        panic!("{answer:?}")
    };
    let text: String = error.status.texts().collect();
    (error.status.failures().next().unwrap(), text)
}

#[test]
fn a_request_that_the_bank_does_not_answer_waits_and_any_node_takes_the_poll() {
    waits_for_the_bank(Order::SIGN);
    waits_for_the_bank(Order::SIGN_KM);
}

fn waits_for_the_bank(profile: &str) {
    let scene = Scene::new();
    let dir = tempfile::tempdir().unwrap();
    let open = || SqliteLedger::open(dir.path().join("ca.sqlite")).unwrap();
    let one = open();
    let registration = scene.order_of(&one, 1, profile);
    let mut client = sweep::client(&registration, profile);
    scene.bank.silent.store(3, Ordering::SeqCst);
    let asking = client.ask(false);
    let first = asking.message().to_vec();
    let mut asking = Box::new(asking);
    let mut polls = 0;
    let found = loop {
        // Each time another node, which was started just now.
        let answer = scene.answer(&open(), asking.message(), polls);
        // The answer may be lost: the same octets are answered again.
        if polls == 2 {
            let _ = scene.answer(&open(), asking.message(), 9);
        }
        match asking
            .take(&answer, now(), &mut LabRng::new(polls))
            .unwrap()
        {
            Step::Issued(found) => break found,
            Step::Wait { then, seconds } => {
                assert!(polls == 0 || seconds == 10, "{seconds}");
                asking = then;
            }
        }
        polls += 1;
        assert!(polls < 9);
    };
    assert!(polls >= 2, "{polls}");
    // Whoever sends his first message again gets the same certificate.
    let again = scene.parsed(&one, &first);
    let Body::Ip(content) = again.body() else {
        panic!("{again:?}")
    };
    let given = sweep::octets(&found);
    assert_eq!(given.len() == 2, profile == Order::SIGN_KM);
    assert_eq!(content.response.len(), given.len());
    let mut statuses = content.response.iter().map(|one| one.status.status);
    assert!(statuses.all(|status| status == Status::Accepted));
    let mut confirming = found.confirm(now(), &mut LabRng::new(4)).unwrap();
    let answer = scene.answer(&open(), confirming.message(), 5);
    confirming.take(&answer, now()).unwrap();
    let ca = scene.ca(&one);
    for serial in &given {
        assert_eq!(ca.status(serial).unwrap(), CertificateStatus::Good);
    }
    let records = one.records(0, 1_000).unwrap();
    let count = |kind| {
        let of = |r: &&Recorded| r.record().kind.as_str() == kind;
        records.iter().filter(of).count()
    };
    assert_eq!(
        (
            count("ca.deferred"),
            count("ca.recorded"),
            count("ca.signed")
        ),
        (1, 1, 1)
    );
}

/// A key in a token that does not answer, so many times.
#[derive(Debug)]
struct Asleep(Box<dyn SigningKey>, AtomicUsize);

impl SigningKey for Asleep {
    fn public_key(&self) -> &spki::SubjectPublicKeyInfoOwned {
        self.0.public_key()
    }

    fn algorithm(&self) -> npki_key::SignatureAlgorithm {
        self.0.algorithm()
    }

    fn sign_digest(
        &self,
        digest: &npki_core::Digest,
        rng: &mut dyn rand_core::CryptoRng,
    ) -> Result<npki_key::Signature, npki_key::SignError> {
        let less = |silent: usize| silent.checked_sub(1);
        match self
            .1
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
        {
            Ok(_) => Err(npki_key::SignError::Backend("asleep".into())),
            Err(_) => self.0.sign_digest(digest, rng),
        }
    }
}

#[test]
fn a_request_that_the_token_does_not_sign_waits() {
    let scene = Scene::new();
    let authority = scene.authorities.ca(Issuer::Yessign).unwrap();
    let key = || KeyPool::key(1).unwrap().signing_key().unwrap();
    let seal = |id: &[u8]| SealingKey::new(id, zeroize::Zeroizing::new([7; 32])).unwrap();
    let keys = CaKeys {
        certificate: CertificateKey::new(Box::new(Asleep(key(), AtomicUsize::new(2)))),
        crl: CrlKey::new(key()),
        code: CodeKey::new(b"code-1", zeroize::Zeroizing::new([5; 32])),
        sealing: seal(b"ca"),
        idn: seal(b"idn-1"),
    };
    let ledger = MemoryLedger::new();
    let ca = || Ca::new(&authority.settings, &keys, &ledger, &scene.bank);
    let order = scene.bank_order(1, Order::SIGN);
    let mut rng = LabRng::new(1);
    let registration = ca().register(&order, now(), &mut rng).unwrap().unwrap();
    let mut client = Client::new(&registration, 1, &[]);
    let mut asking = Box::new(client.ask(false));
    let mut polls = 0;
    let found = loop {
        let node = CmpCa::new(ca(), scene.keys());
        let answer = node
            .answer(asking.message(), now(), &mut LabRng::new(polls))
            .unwrap()
            .der;
        match asking
            .take(&answer, now(), &mut LabRng::new(polls))
            .unwrap()
        {
            Step::Issued(found) => break found,
            Step::Wait { then, .. } => asking = then,
        }
        polls += 1;
        assert!(polls < 9);
    };
    assert_eq!(polls, 2);
    // The TBS was recorded before the token was asked, and that one was signed.
    assert_eq!(found.certificate().public_key(), client_key(1).public_key());
    assert_eq!(ca().unfinished().unwrap().len(), 0);
}

/// A token that does not decrypt before it was asked so many times.
#[derive(Debug)]
struct AsleepToDecrypt(Box<dyn Decryptor>, AtomicUsize);

impl Decryptor for AsleepToDecrypt {
    fn public_key(&self) -> &spki::SubjectPublicKeyInfoOwned {
        self.0.public_key()
    }

    fn decrypt_pkcs1(
        &self,
        ciphertext: &[u8],
        rng: &mut dyn rand_core::CryptoRng,
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, DecryptError> {
        let less = |silent: usize| silent.checked_sub(1);
        match self
            .1
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
        {
            Ok(_) => Err(DecryptError::Backend("asleep".into())),
            Err(_) => self.0.decrypt_pkcs1(ciphertext, rng),
        }
    }

    fn decrypt_oaep(
        &self,
        _: HashAlgorithm,
        _: HashAlgorithm,
        _: &[u8],
        _: &[u8],
        _: &mut dyn rand_core::CryptoRng,
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, DecryptError> {
        Err(DecryptError::Failed)
    }
}

/// R cannot be read now: that is no fault of the one who sent it.
#[test]
fn a_request_that_the_token_does_not_decrypt_waits() {
    let mut scene = Scene::new();
    let mut cas = scene.authorities.cas.iter_mut();
    let keys = &mut cas.find(|ca| ca.issuer == Issuer::Yessign).unwrap().cmp;
    let real = keys.encryption.take().unwrap();
    let to = real.certificate.clone();
    keys.encryption = Some(EncryptionKey {
        decryptor: Box::new(AsleepToDecrypt(real.decryptor, AtomicUsize::new(2))),
        certificate: real.certificate,
    });
    let ledger = MemoryLedger::new();
    let registration = scene.order(&ledger, 1);
    let mut client = Client::new(&registration, 1, &[]).with_r(&to);
    let mut asking = Box::new(client.ask(false));
    let mut polls = 0;
    let found = loop {
        let answer = scene.answer(&ledger, asking.message(), polls);
        match asking
            .take(&answer, now(), &mut LabRng::new(polls))
            .unwrap()
        {
            Step::Issued(found) => break found,
            Step::Wait { then, .. } => asking = then,
        }
        polls += 1;
        assert!(polls < 9);
    };
    assert_eq!(polls, 2);
    let given = found.certificate().identify_data().unwrap();
    assert!(given.vid.is_some());
}

fn client_key(number: u64) -> Box<dyn SigningKey> {
    let key = PrivateKey::generate(KeyKind::P256, &mut LabRng::new(number + 2_000_000));
    key.unwrap().signing_key().unwrap()
}

/// What a model knows of an order.
#[derive(Default)]
struct Told {
    /// Which client has its certificate.
    winner: Option<usize>,
    confirmed: bool,
}

/// Three programs, two of them with the same numbers, say what they have to say in any order and again and again, to
/// whichever node: each order gives one certificate, to one of them, until it is confirmed.
#[test]
fn every_interleaving_is_as_the_model_says() {
    let count: u64 = std::env::var("NPKI_INTERLEAVINGS").map_or(20, |count| count.parse().unwrap());
    let scene = Scene::new();
    let mut steps = 0;
    for history in 0..count {
        let ledger = MemoryLedger::new();
        let registrations = [scene.order(&ledger, 1), scene.order(&ledger, 2)];
        let order_of = [0, 0, 1];
        let mut clients: Vec<_> = (0..3_u32)
            .zip(order_of)
            .map(|(number, order)| Client::new(&registrations[order], number, &[]))
            .collect();
        let mut askings: Vec<_> = clients
            .iter_mut()
            .map(|client| Some(client.ask(false)))
            .collect();
        let requests: Vec<_> = askings
            .iter()
            .flatten()
            .map(|asking| asking.message().to_vec())
            .collect();
        let mut confirmations: [Option<Vec<u8>>; 3] = [None, None, None];
        let mut certificates: [Option<Body>; 3] = [None, None, None];
        let mut told = [Told::default(), Told::default()];
        let mut rng = LabRng::new(history + 500);
        for _ in 0..12 {
            steps += 1;
            let who = usize::try_from(rng.next_u32() % 3).unwrap();
            let told = &mut told[order_of[who]];
            if let (Some(confirmation), true) =
                (&confirmations[who], rng.next_u32().is_multiple_of(3))
            {
                assert_eq!(scene.parsed(&ledger, confirmation).body().name(), "pkiconf");
                told.confirmed = true;
                continue;
            }
            let raw = scene.answer(&ledger, &requests[who], rng.next_u64());
            let answer = Message::parse(&raw).unwrap();
            let granted = !told.confirmed && told.winner.is_none_or(|winner| winner == who);
            assert_eq!(
                answer.body().name(),
                if granted { "ip" } else { "error" },
                "{history}"
            );
            if !granted {
                continue;
            }
            told.winner = Some(who);
            let body = certificates[who].get_or_insert_with(|| answer.body().clone());
            assert_eq!(body, answer.body(), "{history}: the same certificate");
            if let Some(asking) = askings[who].take() {
                let found = issued(asking, &raw).unwrap();
                let confirming = found.confirm(now(), &mut LabRng::new(history)).unwrap();
                confirmations[who] = Some(confirming.message().to_vec());
            }
        }
        let records = ledger.records(0, 10_000).unwrap();
        let recorded = records
            .iter()
            .filter(|r| r.record().kind.as_str() == "ca.recorded")
            .count();
        assert_eq!(
            recorded,
            told.iter().filter(|told| told.winner.is_some()).count()
        );
    }
    println!("{count} interleavings of 3 clients, {steps} messages");
}

#[test]
fn a_poll_about_nothing_or_by_somebody_else_is_refused() {
    let scene = Scene::new();
    let ledger = MemoryLedger::new();
    let (mine, theirs) = (scene.order(&ledger, 1), scene.order(&ledger, 2));
    let mut client = Client::new(&mine, 1, &[]);
    scene.bank.silent.store(100, Ordering::SeqCst);
    let asking = client.ask(false);
    let first = Message::parse(asking.message()).unwrap();
    let answer = scene.answer(&ledger, first.der(), 1);
    let nonce = Message::parse(&answer)
        .unwrap()
        .header()
        .sender_nonce
        .clone();
    let Step::Wait { then, .. } = asking.take(&answer, now(), &mut LabRng::new(3)).unwrap() else {
        panic!("not waiting")
    };
    let poll = then.message();
    let code = &mine.authorization_code;
    // Under a name that nobody waits under.
    let other = altered(poll, code, |_, _| {});
    let found = refusal(&scene.parsed(&ledger, &other), code);
    assert_eq!(found.0, FailureInfo::BadRequest);
    // Another order's code, under the name of this one.
    let code = &theirs.authorization_code;
    let stolen = altered(poll, code, |header, _| {
        header.transaction_id = first.header().transaction_id.clone();
        header.recip_nonce = nonce;
        let kid = theirs.reference.as_str().as_bytes();
        header.sender_kid = Some(der::asn1::OctetString::new(kid).unwrap());
    });
    let found = refusal(&scene.parsed(&ledger, &stolen), code);
    assert_eq!(found.0, FailureInfo::BadRequest);
}

#[test]
fn message_time_within_the_window_on_both_sides() {
    let scene = Scene::new();
    let window = Duration::from_secs(300);
    for (seconds, timely) in [
        (-301, false),
        (-300, true),
        (0, true),
        (300, true),
        (301, false),
    ] {
        let ledger = MemoryLedger::new();
        let registration = scene.order(&ledger, 1);
        let mut client = Client::new(&registration, 1, &[]);
        let asking = client.ask(false);
        let at = Instant::from_unix_seconds(now().unix_seconds() + seconds).unwrap();
        let code = &registration.authorization_code;
        let message = altered(asking.message(), code, |header, _| header.set_time(at));
        let ca = CmpCa::new(scene.ca(&ledger), scene.keys()).with_message_time_window(window);
        let answer = ca.answer(&message, now(), &mut LabRng::new(1)).unwrap();
        assert!(answer.failure.is_none());
        let answer = Message::parse(&answer.der).unwrap();
        if timely {
            assert_eq!(answer.body().name(), "ip", "{seconds}");
        } else {
            let (failure, text) = refusal(&answer, code);
            assert_eq!(failure, FailureInfo::BadTime, "{seconds}");
            assert!(text.contains("시계"), "{text}");
        }
        // And one that does not say when it was made.
        let timeless = altered(asking.message(), code, |header, _| {
            header.message_time = None;
        });
        let answer = ca.answer(&timeless, now(), &mut LabRng::new(2)).unwrap();
        let found = refusal(&Message::parse(&answer.der).unwrap(), code);
        assert_eq!(found.0, FailureInfo::BadTime);
    }
}

#[test]
fn proofs_of_possession_that_prove_nothing() {
    type Alter = fn(&mut CertReqMsg, &AuthorizationCode);
    let rows: [(&str, Alter); 6] = [
        ("no proof", |request, _| request.popo = None),
        ("an RA vouches", |request, _| {
            request.popo = Some(ProofOfPossession::RaVerified(der::asn1::Null));
        }),
        ("the key will decrypt", |request, _| {
            let later = der::Any::new(
                der::Tag::ContextSpecific {
                    constructed: false,
                    number: der::TagNumber(1),
                },
                [0],
            );
            request.popo = Some(ProofOfPossession::KeyEncipherment(later.unwrap()));
        }),
        ("a signature of other octets", |request, _| {
            if let Some(ProofOfPossession::Signature(proof)) = &mut request.popo {
                proof.input = None;
            }
        }),
        ("another key in the input", |request, code| {
            let other = KeyPool::key(9).unwrap().public_key().clone();
            if let Some(ProofOfPossession::Signature(proof)) = &mut request.popo {
                let mut rng = LabRng::new(1);
                proof.input = Some(PoposSigningKeyInput::with_mac(other, code, &mut rng).unwrap());
            }
        }),
        ("publicKeyMAC by another code", |request, _| {
            let key = request.public_key().unwrap().clone();
            let signer = PrivateKey::generate(KeyKind::P256, &mut LabRng::new(2_000_001)).unwrap();
            let signer = signer.signing_key().unwrap();
            assert_eq!(signer.public_key(), &key);
            let mut rng = LabRng::new(1);
            let wrong = AuthorizationCode::new("guessed");
            let input = PoposSigningKeyInput::with_mac(key, &wrong, &mut rng).unwrap();
            let octets = der::Encode::to_der(&input).unwrap();
            let signature = signer.sign(&octets, &mut rng).unwrap();
            if let Some(ProofOfPossession::Signature(proof)) = &mut request.popo {
                proof.input = Some(input);
                proof.signature = der::asn1::BitString::from_bytes(signature.octets()).unwrap();
            }
        }),
    ];
    let scene = Scene::new();
    let ledger = MemoryLedger::new();
    let registration = scene.order(&ledger, 1);
    let code = &registration.authorization_code;
    let mut client = Client::new(&registration, 1, &[]);
    let asking = client.ask(false);
    // What the client sends has a publicKeyMAC, as those of the Korean CAs do.
    let sent = Message::parse(asking.message()).unwrap();
    let Body::Ir(sent) = sent.body() else {
        panic!("{sent:?}")
    };
    let Some(ProofOfPossession::Signature(proof)) = &sent[0].popo else {
        panic!("{sent:?}")
    };
    proof.input.as_ref().unwrap().verify_mac(code).unwrap();
    for (what, alter) in rows {
        let message = altered(asking.message(), code, |_, body| {
            alter(requests(body).first_mut().unwrap(), code);
        });
        let (failure, text) = refusal(&scene.parsed(&ledger, &message), code);
        assert_eq!(failure, FailureInfo::BadPop, "{what}");
        assert!(text.contains("개인키"), "{what}: {text}");
    }
    // A right code was shown each time, so the order still stands (R32).
    let answer = scene.parsed(&ledger, asking.message());
    assert_eq!(answer.body().name(), "ip");
}

#[test]
fn several_requests_that_are_no_pair_are_refused() {
    let scene = Scene::new();
    let ledger = MemoryLedger::new();
    let registration = scene.order_of(&ledger, 1, Order::SIGN_KM);
    let code = &registration.authorization_code;
    let mut client = Client::new(&registration, 1, &[]).with_km(30);
    let asking = client.ask(false);
    let alters: [fn(&mut Vec<CertReqMsg>); 3] = [
        |requests| requests.push(requests[0].clone()),
        |requests| requests.clear(),
        // The same certReqId twice.
        |requests| {
            let first = requests[0].clone();
            requests[1].cert_req.cert_req_id = first.cert_req.cert_req_id;
        },
    ];
    for alter in alters {
        let message = altered(asking.message(), code, |_, body| alter(requests(body)));
        let (failure, text) = refusal(&scene.parsed(&ledger, &message), code);
        assert_eq!(failure, FailureInfo::BadRequest);
        assert!(text.contains("한 신청의 요청만"), "{text}");
    }
    assert_eq!(scene.parsed(&ledger, asking.message()).body().name(), "ip");
}

#[test]
fn a_pair_is_confirmed_whole_or_not_at_all() {
    type Alter = fn(&mut Vec<CertStatus>);
    let rows: [(Alter, &str, bool); 5] = [
        (|_| {}, "pkiconf", true),
        // Named once, taken once: the other half is rejected, and so is the pair.
        (|statuses| drop(statuses.pop()), "pkiconf", false),
        (|statuses| statuses.clear(), "pkiconf", false),
        (
            |statuses| {
                let no = npki_cmp::StatusInfo::rejection(FailureInfo::IncorrectData, ["no"]);
                statuses[1].status_info = Some(no.unwrap());
            },
            "pkiconf",
            false,
        ),
        (|statuses| statuses.reverse(), "pkiconf", true),
    ];
    let scene = Scene::new();
    for (alter, answer, good) in rows {
        let ledger = MemoryLedger::new();
        let registration = scene.order_of(&ledger, 1, Order::SIGN_KM);
        let mut client = Client::new(&registration, 1, &[]).with_km(30);
        let asking = client.ask(false);
        let ip = scene.answer(&ledger, asking.message(), 1);
        let found = issued(asking, &ip).unwrap();
        let sign = *found.certificate().serial_number();
        let km = *found.km_certificate().unwrap().serial_number();
        let confirming = found.confirm(now(), &mut LabRng::new(4)).unwrap();
        let transaction = Message::parse(&ip).unwrap().header().transaction_id.clone();
        let message = altered(
            confirming.message(),
            &registration.authorization_code,
            |h, body| {
                h.transaction_id = transaction;
                if let Body::CertConf(statuses) = body {
                    alter(statuses);
                }
            },
        );
        // Said twice, answered twice.
        for _ in 0..2 {
            assert_eq!(scene.parsed(&ledger, &message).body().name(), answer);
        }
        let ca = scene.ca(&ledger);
        for serial in [sign, km] {
            let found = ca.status(serial.octets()).unwrap() == CertificateStatus::Good;
            assert_eq!(found, good);
        }
    }
}

/// Whatever a template wishes for, the certificate is a subscriber's: nobody gets a CA's, another name or more time.
#[test]
fn wishes_in_a_template_are_not_granted() {
    // basicConstraints CA:TRUE; keyUsage keyCertSign and cRLSign; anyPolicy.
    let extensions: [&[u8]; 3] = [
        &[
            0x30, 0x0f, 6, 3, 0x55, 0x1d, 0x13, 1, 1, 0xff, 4, 5, 0x30, 3, 1, 1, 0xff,
        ],
        &[0x30, 0x0b, 6, 3, 0x55, 0x1d, 0x0f, 4, 4, 3, 2, 1, 6],
        &[
            0x30, 0x11, 6, 3, 0x55, 0x1d, 0x20, 4, 10, 0x30, 8, 0x30, 6, 6, 4, 0x55, 0x1d, 0x20, 0,
        ],
    ];
    let scene = Scene::new();
    let own = &scene
        .authorities
        .ca(Issuer::Yessign)
        .unwrap()
        .settings
        .certificate;
    let count: u32 = std::env::var("NPKI_TEMPLATES").map_or(32, |count| count.parse().unwrap());
    for wishes in 0..count {
        let ledger = MemoryLedger::new();
        let registration = scene.order(&ledger, 1);
        let mut client = Client::new(&registration, 1, &[]);
        let asking = client.ask(false);
        let code = &registration.authorization_code;
        let message = altered(asking.message(), code, |_, body| {
            let request = requests(body).first_mut().unwrap();
            let template = &mut request.cert_req.cert_template;
            let wanted = extensions.iter().enumerate();
            let wanted = wanted.filter(|(bit, _)| wishes >> bit & 1 == 1);
            template.extensions = Some(
                wanted
                    .map(|(_, der)| der::Decode::from_der(der).unwrap())
                    .collect(),
            );
            if wishes >> 3 & 1 == 1 {
                template.subject = Some(der::Decode::from_der(own.subject().der()).unwrap());
            }
            if wishes >> 4 & 1 == 1 {
                // notAfter, in 2049.
                let time = [&[0xa1, 0x0f, 0x17, 0x0d][..], b"491231235959Z"].concat();
                template.validity = Some(vec![der::Decode::from_der(&time).unwrap()]);
            }
        });
        let answer = scene.parsed(&ledger, &message);
        let Body::Ip(content) = answer.body() else {
            panic!("{wishes}: {answer:?}")
        };
        let given = content
            .response
            .first()
            .unwrap()
            .certified_key_pair
            .as_ref()
            .unwrap();
        let npki_cmp::CertOrEncCert::Certificate(given) = &given.cert_or_enc_cert else {
            panic!("{wishes}")
        };
        let der = der::Encode::to_der(given).unwrap();
        let certificate = npki_cert::Certificate::parse(&der).unwrap();
        let found = npki_cert::lint(&certificate, npki_cert::Profile::SubscriberSign);
        assert!(
            found
                .iter()
                .all(|f| f.severity != npki_core::Severity::Error),
            "{found:?}"
        );
        assert!(certificate.basic_constraints().is_none());
        assert!(!certificate.subject().matches(own.subject()));
        let end = now().kst_day().plus_one_year().last_second();
        assert_eq!(certificate.not_after(), end);
    }
    println!("{count} templates, nothing of them granted");
}

/// Octets that are no message, or one with any octet changed: an answer each time, never a certificate for a message
/// that was not sent, and no panic.
#[test]
fn junk_is_answered_and_gives_nothing() {
    let count: u64 = std::env::var("NPKI_JUNK").map_or(300, |count| count.parse().unwrap());
    let scene = Scene::new();
    let ledger = MemoryLedger::new();
    let registration = scene.order(&ledger, 1);
    let mut client = Client::new(&registration, 1, &[]);
    let message = client.ask(false).message().to_vec();
    let mut rng = LabRng::new(8);
    for _ in 0..count {
        let mut junk = message.clone();
        let at = usize::try_from(rng.next_u64()).unwrap() % junk.len();
        match rng.next_u32() % 3 {
            0 => junk[at] ^= 1 << (rng.next_u32() % 8),
            1 => junk.truncate(at),
            _ => rng.fill_bytes(&mut junk[at..]),
        }
        if junk == message {
            continue;
        }
        let answer = scene.parsed(&ledger, &junk);
        assert_eq!(answer.body().name(), "error");
    }
    let records = ledger.records(0, 10_000).unwrap();
    assert!(
        records
            .iter()
            .all(|r| r.record().kind.as_str() != "ca.recorded")
    );
    println!("{count} junk requests, each refused");
}
