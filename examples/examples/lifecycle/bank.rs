//! The seven steps at the bank, each told.

use std::error::Error;

use npki::authority::{
    ca::BareRequest,
    ledger::IdempotencyKey,
    ra::{
        AcceptedTerm, Answer, Application, ApplicationId, Begin, Command, Consent, DetailsForm,
        Session, Step, SubscriberDetails,
        ports::{AccountPassword, Secret, UserId},
    },
};
use npki::{PrivateKey, Product, RandomNumber};
use npki_core::{Channel, Issuer, OrderAction, ReplacedBecause};
use npki_lab::{Lab, Person};

use crate::tell;

/// What the applicant wants.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    New(Product, Issuer),
    InPlaceOf {
        issuer: Issuer,
        serial: Vec<u8>,
        because: ReplacedBecause,
    },
}

/// Walks through steps 1 to 6 and gives the application that waits for the subscriber's key.
/// `None`: the bank refused, and the reasons were told.
pub(crate) fn seven_steps(
    lab: &Lab<'_>,
    person: &Person,
    wish: &Wish,
) -> Result<Option<Application>, Box<dyn Error>> {
    let action = match wish {
        Wish::New(..) => OrderAction::Issue,
        Wish::InPlaceOf { .. } => OrderAction::Reissue,
    };
    let begin = Begin {
        errand: action.into(),
        channel: Channel::Pc,
        session: Session::LoggedIn,
        user: UserId::new(&person.user),
        idn: person.idn()?,
        terms: lab.terms().of_the_bank().cloned().collect(),
    };
    let mut rng = lab.rng();
    let key = IdempotencyKey::generate(&mut rng);
    let mut application = match lab.ra().begin(&begin, &key, lab.now(), &mut rng)? {
        Answer::Done(application) => application,
        Answer::Refused(refusal) => {
            tell::refused(lab.now(), &refusal);
            return Ok(None);
        }
    };
    said(
        lab,
        1,
        "약관 동의, 본인 확인: 주민등록번호가 은행 기록과 같음 (R35)",
        "terms accepted, identified by the bank's record (R35)",
    );
    loop {
        let command = match application.next() {
            Step::Choose(step) => match wish {
                Wish::New(product, issuer) => {
                    said(
                        lab,
                        2,
                        &format!(
                            "{} 선택, 발급기관 {}, 약관과 정보 제공 동의, 발급 사전동의 (R2, R17)",
                            product.label().ko,
                            issuer.label().ko
                        ),
                        &format!(
                            "{} of {} chosen; its terms, data transfer and issuing consent agreed (R2, R17)",
                            product.label().en,
                            issuer.label().en
                        ),
                    );
                    step.new_certificate(
                        *product,
                        Some(*issuer),
                        terms(lab, *issuer),
                        Some(Consent::Given),
                    )
                }
                Wish::InPlaceOf {
                    issuer,
                    serial,
                    because,
                } => {
                    said(
                        lab,
                        2,
                        "재발급할 인증서 선택 (R12)",
                        "the certificate to be replaced is chosen (R12)",
                    );
                    step.in_place_of(*issuer, serial, *because, terms(lab, *issuer))
                }
            },
            Step::Identify(step) if step.extra().is_none() && step.call_until().is_none() => {
                said(
                    lab,
                    3,
                    "등록된 전화로 ARS 인증 (R30)",
                    "ARS call to a registered telephone (R30)",
                );
                step.call_phone(0)
            }
            Step::Identify(step) if step.extra().is_none() => step.phone_approved(),
            Step::Identify(step) if !step.has_account() => {
                said(
                    lab,
                    3,
                    "출금계좌와 비밀번호 (R31)",
                    "account and its password (R31)",
                );
                step.account(0, AccountPassword(Secret::new(&person.account_password)))
            }
            Step::Identify(step) => match step.card_question() {
                None => step.ask_card(),
                Some(asked) => {
                    let [one, two] = asked.map(|asked| asked.cell);
                    said(
                        lab,
                        3,
                        &format!("보안카드 {one}번과 {two}번 (R31)"),
                        &format!("security card, cells {one} and {two} (R31)"),
                    );
                    step.means(person.card_answer(&asked))
                }
            },
            Step::ConfirmFee(step) => {
                said(
                    lab,
                    4,
                    &format!("수수료 {} 출금 예약 (R20)", step.amount()),
                    &format!("fee of {} to be reserved (R20)", step.amount()),
                );
                step.confirm(None)
            }
            Step::Details(step) => {
                said(
                    lab,
                    5,
                    "고객 세부정보: 인증서 발급에만 사용 (R37)",
                    "subscriber details, used for the certificate alone (R37)",
                );
                step.give(details(person)?)
            }
            Step::PasswordAndMedium(step) => {
                said(
                    lab,
                    6,
                    "인증서 암호와 저장매체 선택, 발급 주문 (R36, R18a)",
                    "password and medium chosen, the certificate is ordered (R36, R18a)",
                );
                step.order()
            }
            Step::AtTheCa(_) => return Ok(Some(application)),
            Step::Waiting => {
                lab.settle()?;
                application = reloaded(lab, application.id())?;
                continue;
            }
            other => return Err(format!("the application went elsewhere: {other:?}").into()),
        };
        match told(lab, application.id(), &command)? {
            Some(next) => application = next,
            None => {
                told(lab, application.id(), &application.abandon())?;
                lab.settle()?;
                return Ok(None);
            }
        }
    }
}

/// The subscriber's request for the ordered certificate: with a new key, and its R beside it.
pub(crate) fn request(
    lab: &Lab<'_>,
    application: &Application,
) -> Result<(PrivateKey, BareRequest), Box<dyn Error>> {
    let registration = lab.ra().registration(application.id(), lab.now())?;
    let (key, r): (PrivateKey, RandomNumber) = lab.new_key()?;
    let request = BareRequest::by_code(
        &registration.reference,
        &registration.authorization_code,
        &*key.signing_key()?,
        Some(r),
        &mut lab.rng(),
    )?;
    Ok((key, request))
}

fn told(
    lab: &Lab<'_>,
    id: ApplicationId,
    command: &Command,
) -> Result<Option<Application>, Box<dyn Error>> {
    let mut rng = lab.rng();
    let key = IdempotencyKey::generate(&mut rng);
    Ok(
        match lab.ra().handle(id, command, &key, lab.now(), &mut rng)? {
            Answer::Done(application) => Some(application),
            Answer::Refused(refusal) => {
                tell::refused(lab.now(), &refusal);
                None
            }
        },
    )
}

fn reloaded(lab: &Lab<'_>, id: ApplicationId) -> Result<Application, Box<dyn Error>> {
    Ok(lab.ra().application(id)?.ok_or("the application is gone")?)
}

fn terms(lab: &Lab<'_>, issuer: Issuer) -> Vec<AcceptedTerm> {
    lab.terms().of_the_ca(issuer).cloned().collect()
}

fn details(person: &Person) -> Result<SubscriberDetails, Box<dyn Error>> {
    Ok(SubscriberDetails::new(DetailsForm {
        english_name: person.english_name.to_string(),
        email: format!("{}@lab.example", person.user),
        postal_code: "00000".into(),
        address: "시험시 시험로 1".into(),
        phone: "02-0000-0001".into(),
        mobile: String::new(),
    })?)
}

fn said(lab: &Lab<'_>, step: u8, ko: &str, en: &str) {
    tell::line(
        lab.now(),
        &format!("[{step}/7] {ko}"),
        &format!("[{step}/7] {en}"),
    );
}
