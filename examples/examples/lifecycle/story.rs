//! The story.

use core::time::Duration;
use std::{error::Error, path::Path};

use npki::authority::{
    SqliteLedger,
    ca::BareRequest,
    ledger::{Ledger, audit},
    policy::{Action, Facts, Request, evaluate},
    ra::{Overview, ports::UserId},
};
use npki::relying_party::{Challenge, Identity, LoginAttempt, LoginVerifier, Purpose};
use npki::wallet::media::EntryId;
use npki::{Certificate, Instant, Product};
use npki_core::{Channel, Holder, Issuer, OrderAction, ReplacedBecause, RevocationReason};
use npki_lab::{Authorities, Held, Lab, LabLedgers, Person};

use crate::{
    bank::{self, Wish},
    desk, refusals,
    subscriber::{NEW_PASSWORD, PASSWORD, Subscriber},
    tell::{chapter, line, sentence},
};

pub(crate) fn tell(now: Instant, dir: &Path) -> Result<(), Box<dyn Error>> {
    let ledgers = LabLedgers::open(|name| ledger(dir, name))?;
    let lab = Lab::new(1, now, &ledgers)?;
    let hong = Person::of("hong").ok_or("홍길동 is not there")?;
    let (root, cas) = lab.trust();
    let chain = |issuer: Issuer| -> Vec<Certificate> {
        let ca = lab
            .authorities
            .ca(issuer)
            .map(|ca| ca.settings.certificate.clone());
        core::iter::once(root.clone()).chain(ca).collect()
    };
    let subscriber = Subscriber::new(dir, chain(Issuer::Yessign))?;
    let mut story = Story {
        verifier: LoginVerifier::new([root.clone()])
            .intermediates(cas)
            .danger_accept_lab_policies(),
        lab: &lab,
        hong,
        subscriber,
    };

    chapter("거절", "what is refused");
    refusals::tell(&lab)?;

    chapter("용도제한용 인증서 발급", "a limited certificate is issued");
    let (held, id) = story
        .issue(Product::PersonalLimited, Issuer::Yessign)?
        .ok_or("not issued")?;
    story.log_in(&held, &id, PASSWORD, Purpose::Bank)?;
    story.log_in(&held, &id, PASSWORD, Purpose::Securities)?;
    story.loan()?;
    story.subscriber.change_password(&id, &mut lab.rng())?;
    line(
        lab.now(),
        "암호 변경, R은 그대로 (R42, R51)",
        "password changed, R stays as it was (R42, R51)",
    );

    chapter("갱신", "renewal");
    let day = held.certificate.not_after().kst_day();
    lab.wait_until(day.plus_days(-31).last_second());
    story.renew(&held)?;
    lab.wait_until(day.plus_days(-30).start());
    let (held, id) = story.renew(&held)?.ok_or("not renewed")?;
    story.log_in(&held, &id, NEW_PASSWORD, Purpose::Bank)?;

    chapter("유출되어 재발급", "leaked, and reissued");
    lab.wait(Duration::from_secs(10 * 86_400 + 10 * 3600));
    let (held, id) = story.reissue(&held)?.ok_or("not reissued")?;

    chapter(
        "범용 인증서 발급과 7일 이내 폐지",
        "a general-purpose certificate, revoked within seven days",
    );
    story.subscriber.chain = chain(Issuer::Kica);
    let paid = story.issue(Product::PersonalGeneral, Issuer::Kica)?;
    let (general, _) = paid.ok_or("not issued")?;
    line(
        lab.now(),
        &format!("잔액 {}", story.balance()),
        &format!("balance {}", story.balance()),
    );
    refusals::receipt(&lab, hong, &general.certificate)?;
    lab.wait(Duration::from_secs(86_400));
    story.revoke(&general, RevocationReason::CessationOfOperation)?;
    line(
        lab.now(),
        &format!("환급 후 잔액 {} (R21)", story.balance()),
        &format!("balance after the refund {} (R21)", story.balance()),
    );

    chapter("복사, 내보내기", "copy and export");
    let copied = story.subscriber.copy(&id, &mut lab.rng())?;
    line(
        lab.now(),
        &format!("USB로 복사하고 읽어서 확인 (R61): {copied}"),
        "copied to the stick and read back (R61)",
    );
    let (keys, with_r) = story
        .subscriber
        .export(&id, &dir.join("hong.pfx"), &mut lab.rng())?;
    line(
        lab.now(),
        &format!("PFX로 내보내기 (R62): 키 {keys}개, R {}", yes(with_r).0),
        &format!("exported to PFX (R62): {keys} key(s), R {}", yes(with_r).1),
    );

    chapter(
        "타행 인증서 등록과 해제",
        "another bank's certificate, registered and deregistered",
    );
    desk::register(&lab, hong)?;

    chapter("본인확인으로 폐지", "revocation by identification");
    desk::revoke(&lab, hong, &held.certificate, held.issuer)?;
    story.log_in(&held, &id, NEW_PASSWORD, Purpose::Bank)?;

    refusals::receipt(&lab, hong, &general.certificate)?;
    refusals::at_night(&lab)?;

    chapter("기록", "records");
    story.records(&ledgers)?;
    println!("\n끝 (done)");
    Ok(())
}

struct Story<'a> {
    lab: &'a Lab<'a>,
    hong: &'static Person,
    subscriber: Subscriber,
    verifier: LoginVerifier,
}

impl Story<'_> {
    fn issue(
        &self,
        product: Product,
        issuer: Issuer,
    ) -> Result<Option<(Held, EntryId)>, Box<dyn Error>> {
        self.order(&Wish::New(product, issuer), product, issuer, PASSWORD)
    }

    fn reissue(&self, old: &Held) -> Result<Option<(Held, EntryId)>, Box<dyn Error>> {
        let serial = old.certificate.serial_number().octets().to_vec();
        let wish = Wish::InPlaceOf {
            issuer: old.issuer,
            serial,
            because: ReplacedBecause::Leaked,
        };
        self.order(&wish, old.product, old.issuer, NEW_PASSWORD)
    }

    /// The bank's steps, then the subscriber's: key, request, certificate stored, confirmed.
    fn order(
        &self,
        wish: &Wish,
        product: Product,
        issuer: Issuer,
        password: &str,
    ) -> Result<Option<(Held, EntryId)>, Box<dyn Error>> {
        let Some(application) = bank::seven_steps(self.lab, self.hong, wish)? else {
            return Ok(None);
        };
        let (key, request) = bank::request(self.lab, &application)?;
        self.redeem(&request, issuer, product, key, password)
    }

    fn renew(&self, old: &Held) -> Result<Option<(Held, EntryId)>, Box<dyn Error>> {
        let (key, r) = self.lab.new_key()?;
        let request = BareRequest::by_certificate(
            old.certificate.serial_number().octets(),
            OrderAction::Renew,
            &*old.key.signing_key()?,
            &*key.signing_key()?,
            Some(r),
            &mut self.lab.rng(),
        )?;
        self.redeem(&request, old.issuer, old.product, key, NEW_PASSWORD)
    }

    fn redeem(
        &self,
        request: &BareRequest,
        issuer: Issuer,
        product: Product,
        key: npki::PrivateKey,
        password: &str,
    ) -> Result<Option<(Held, EntryId)>, Box<dyn Error>> {
        let lab = self.lab;
        let ca = lab.ca(issuer).ok_or("the lab has no such CA")?;
        let grant = match ca.redeem(&request.as_request(), lab.now(), &mut lab.rng())? {
            Ok(grant) => grant,
            Err(refusal) => {
                sentence(lab.now(), &refusal.sentence());
                return Ok(None);
            }
        };
        let signed = ca.sign(grant, lab.now(), &mut lab.rng())?;
        let certificate = signed.certificate;
        let id = self
            .subscriber
            .store(&certificate, &key, password, &mut lab.rng())?;
        let fingerprint = certificate.sha256_fingerprint();
        if let Err(refusal) = ca.confirm(&signed.order, &fingerprint, lab.now())? {
            sentence(lab.now(), &refusal.sentence());
            return Ok(None);
        }
        lab.settle()?;
        let serial = certificate.serial_number();
        line(
            lab.now(),
            &format!(
                "[7/7] 발급 완료 (R10, R18b, R65): 일련번호 {serial}, {}까지",
                certificate.not_after()
            ),
            &format!(
                "[7/7] issued (R10, R18b, R65): serial {serial}, until {}",
                certificate.not_after()
            ),
        );
        Ok(Some((
            Held {
                person: self.hong.clone(),
                issuer,
                product,
                certificate,
                key,
                km: None,
            },
            id,
        )))
    }

    /// R40: challenge, signature, and every check of the relying party.
    fn log_in(
        &self,
        held: &Held,
        id: &EntryId,
        password: &str,
        purpose: Purpose,
    ) -> Result<(), Box<dyn Error>> {
        let lab = self.lab;
        let challenge = Challenge::generate("bank.example login", &mut lab.rng())?;
        let response = self
            .subscriber
            .log_in(id, password, &challenge, &mut lab.rng())?;
        let idn = held.person.idn()?;
        let crls: Vec<_> = lab.crls()?;
        let login = self.verifier.verify(&LoginAttempt {
            cms: &response.cms,
            challenge: &challenge,
            challenges: None,
            identity: response.r.as_ref().map(|random_number| Identity {
                idn: &idn,
                random_number,
            }),
            purpose,
            crls: &crls,
            ocsp: &[],
            now: lab.now(),
        });
        let (ko, en) = (purpose.label().ko, purpose.label().en);
        match login {
            Ok(login) => {
                let name = login.certificate.display_name();
                line(
                    lab.now(),
                    &format!("{ko} 로그인: {name} (R40, R4, VID 일치)"),
                    &format!("{en} login: {name} (R40, R4, VID matches)"),
                );
            }
            Err(refusal) => {
                let said = refusal.check.sentence();
                line(
                    lab.now(),
                    &format!("{ko} 로그인 거절 [{}]: {}", refusal.check, said.ko),
                    &format!("{en} login refused [{}]: {}", refusal.check, said.en),
                );
            }
        }
        Ok(())
    }

    /// R15: refused now, and from when on it is not.
    fn loan(&self) -> Result<(), Box<dyn Error>> {
        let overview = self.overview()?;
        let request = Request {
            action: Action::Loan,
            now: self.lab.now(),
            channel: Channel::Pc,
            product: Product::PersonalLimited,
            holder: Holder::Individual,
            facts: Facts {
                last_event: overview.subscriber.last_event,
                ..Facts::default()
            },
        };
        let decision = evaluate(self.lab.policy(), &request);
        for verdict in decision
            .verdicts()
            .iter()
            .filter(|verdict| verdict.refuses())
        {
            line(
                self.lab.now(),
                &format!("대출 신청 거절 {}: {}", verdict.rule, verdict.sentence.ko),
                &format!("loan refused {}: {}", verdict.rule, verdict.sentence.en),
            );
        }
        Ok(())
    }

    fn revoke(&self, held: &Held, reason: RevocationReason) -> Result<(), Box<dyn Error>> {
        self.lab.revoke(held, reason)?;
        line(
            self.lab.now(),
            &format!("폐지: {} (R13)", held.certificate.serial_number()),
            &format!("revoked: {} (R13)", held.certificate.serial_number()),
        );
        Ok(())
    }

    /// R42 and R70: what the bank knows, and that nobody changed the books.
    fn records(&self, ledgers: &LabLedgers) -> Result<(), Box<dyn Error>> {
        let lab = self.lab;
        for certificate in &self.overview()?.subscriber.certificates {
            let (product, state) = (certificate.product.label(), certificate.state.label());
            line(
                lab.now(),
                &format!("{}: {}, {}", certificate.name.issuer, product.ko, state.ko),
                &format!("{}, {}", product.en, state.en),
            );
        }
        let cas = Authorities::ISSUERS
            .iter()
            .map(|issuer| issuer.name())
            .zip(&ledgers.cas);
        let books = core::iter::once(("bank", &ledgers.bank)).chain(cas);
        for (name, ledger) in books {
            let head = ledger.head()?;
            if head.size == 0 {
                continue;
            }
            let findings = audit(&**ledger, None)?;
            line(
                lab.now(),
                &format!(
                    "원장 {name}: 기록 {}건, 감사 지적 {}건 (R70)",
                    head.size,
                    findings.len()
                ),
                &format!(
                    "ledger {name}: {} records, {} audit findings (R70)",
                    head.size,
                    findings.len()
                ),
            );
        }
        for notice in lab.outside.messages_to(&self.hong.phone) {
            line(lab.now(), &notice.sentence().ko, &notice.sentence().en);
        }
        Ok(())
    }

    fn overview(&self) -> Result<Overview, Box<dyn Error>> {
        Ok(self
            .lab
            .ra()
            .look_up(&UserId::new(&self.hong.user))?
            .ok_or("nobody")?)
    }

    fn balance(&self) -> npki::authority::policy::Krw {
        self.lab.outside.balance_of(&self.hong.account)
    }
}

fn ledger(dir: &Path, name: &str) -> Result<Box<dyn Ledger>, Box<dyn Error>> {
    Ok(Box::new(SqliteLedger::open(
        dir.join(format!("{name}.sqlite")),
    )?))
}

const fn yes(there: bool) -> (&'static str, &'static str) {
    if there {
        ("있음", "kept")
    } else {
        ("없음", "lost")
    }
}
