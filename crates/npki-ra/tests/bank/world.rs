//! A small bank's outside world: ports that remember what they did, and that fail when told to.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use chacha20::ChaCha20Rng;
use der::asn1::OctetString;
use npki_cert::{Certificate, SerialNumber};
use npki_core::{
    AuthorizationCode, CertificateFacts, Channel, Holder, Idn, Instant, Issuer, Order, OrderAction,
    OrderId, OrderNews, PortError, Product, ReferenceNumber, Registration, ReplacedBecause,
    RevocationReason, Sentence, ValidityRule,
};
use npki_ledger::{IdempotencyKey, Ledger, MemoryLedger, SealingKey, Span};
use npki_policy::{Enrolment, Krw, Policy};
use npki_ra::{
    AcceptedTerm, Answer, Application, ApplicationId, Begin, CallId, Command, Consent, DetailsForm,
    EffectId, Errand, Keys, Ra, RaError, ReservationId, RevocationLists, Session, Step, Subscriber,
    SubscriberDetails, Terms, TrustedCas, TryId, ports::*,
};
use rand_core::SeedableRng;

use crate::other_bank::{Made, OtherBank, Wanted};

pub(crate) const USER: &str = "gildong";
/// Months 21 to 32 exist for invented people only.
pub(crate) const IDN: &str = "002122-3000000";
pub(crate) const PASSWORD: &str = "4821";
pub(crate) const OTP: &str = "135790";
pub(crate) const DEVICE: &str = "00112233";
pub(crate) const PIN: &str = "246813";
pub(crate) const CARD: &str = "1357";

/// Everything outside of the bank, and the bank's ledger and keys.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) store: MemoryLedger,
    pub(crate) outside: Outside,
    pub(crate) policy: Policy,
    pub(crate) terms: Terms,
    pub(crate) keys: Keys,
    pub(crate) other: OtherBank,
    pub(crate) trusted: TrustedCas,
}

/// All ports in one.
#[derive(Debug)]
pub(crate) struct Outside {
    state: Mutex<OutsideState>,
}

#[derive(Debug)]
pub(crate) struct OutsideState {
    pub(crate) calls: u64,
    pub(crate) fault: Option<(u64, PortFault)>,
    pub(crate) dead: bool,
    pub(crate) balance: i64,
    pub(crate) money: BTreeMap<ReservationId, (&'static str, i64)>,
    pub(crate) forbidden: BTreeSet<ReservationId>,
    pub(crate) consent: Option<Consent>,
    pub(crate) holder: Holder,
    pub(crate) phone: CallOutcome,
    pub(crate) rings: BTreeSet<CallId>,
    pub(crate) whereabouts: Whereabouts,
    pub(crate) tries: BTreeSet<TryId>,
    pub(crate) wrong_codes: u32,
    pub(crate) sent: BTreeMap<EffectId, NoticeKind>,
    pub(crate) handed_over: BTreeMap<EffectId, Vec<AcceptedTerm>>,
    pub(crate) enrolment: Enrolment,
    pub(crate) registered: Registered,
    pub(crate) orders: BTreeMap<OrderId, CaOrder>,
    pub(crate) declines: bool,
    pub(crate) silent_ca: bool,
    pub(crate) revoked: Vec<SerialNumber>,
    pub(crate) no_lists: bool,
    /// Serial number and SHA-256 of the certificate that the CA issues next.
    pub(crate) next: Option<(Vec<u8>, [u8; 32])>,
    pub(crate) silent_lists: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct CaOrder {
    pub(crate) order: Option<Order>,
    pub(crate) certificate: Option<CertificateFacts>,
    pub(crate) confirmed: Option<Instant>,
    pub(crate) cancelled: Option<Instant>,
    pub(crate) revoked: Option<(RevocationReason, Instant)>,
}

/// How a port fails: not reached; done and the answer lost; the process dead before, or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PortFault {
    Down,
    LostAfter,
    DiesBefore,
    DiesAfter,
}

impl PortFault {
    pub(crate) const ALL: [Self; 4] = [
        Self::Down,
        Self::LostAfter,
        Self::DiesBefore,
        Self::DiesAfter,
    ];
}

impl World {
    pub(crate) fn new() -> Self {
        let mut rng = rng(1);
        let other = OtherBank::new();
        Self {
            trusted: other.trusted(),
            other,
            store: MemoryLedger::new(),
            outside: Outside {
                state: Mutex::new(OutsideState {
                    calls: 0,
                    fault: None,
                    dead: false,
                    balance: 10_000,
                    money: BTreeMap::new(),
                    forbidden: BTreeSet::new(),
                    consent: None,
                    holder: Holder::Individual,
                    phone: CallOutcome::Approved {
                        at: at("2026-11-23T10:00:30+09:00"),
                    },
                    rings: BTreeSet::new(),
                    whereabouts: Whereabouts::Here,
                    tries: BTreeSet::new(),
                    wrong_codes: 0,
                    sent: BTreeMap::new(),
                    handed_over: BTreeMap::new(),
                    enrolment: Enrolment::PersonalBanking,
                    registered: Registered::No,
                    orders: BTreeMap::new(),
                    declines: false,
                    silent_ca: false,
                    revoked: Vec::new(),
                    no_lists: false,
                    next: None,
                    silent_lists: false,
                }),
            },
            policy: Policy::shipped(),
            terms: Terms::uniform("2026-01"),
            keys: Keys::generate(&mut rng).unwrap(),
        }
    }

    pub(crate) fn ra(&self) -> Ra<'_> {
        self.ra_on(&self.store)
    }

    pub(crate) fn ra_on<'a>(&'a self, ledger: &'a dyn Ledger) -> Ra<'a> {
        let outside = &self.outside;
        Ra {
            policy: &self.policy,
            ledger,
            ports: Ports {
                bank: outside,
                phone: outside,
                immigration: outside,
                security: outside,
                otp: outside,
                messages: outside,
                status: self,
                ca: outside,
            },
            keys: &self.keys,
            trusted: &self.trusted,
            terms: &self.terms,
            unit: "KMB",
        }
    }

    pub(crate) fn set<T>(&self, f: impl FnOnce(&mut OutsideState) -> T) -> T {
        f(&mut self.outside.state.lock().unwrap())
    }

    pub(crate) fn subscriber(&self) -> Subscriber {
        let user = UserId::new(USER);
        self.ra().look_up(&user).unwrap().unwrap().subscriber
    }

    pub(crate) fn open_effects(&self) -> usize {
        let index = npki_ledger::IndexName::from_static("effect.open");
        self.store.index(&index, &Span::all(), 100).unwrap().len()
    }

    pub(crate) fn stages(&self) -> Vec<&'static str> {
        self.set(|o| o.money.values().map(|(stage, _)| *stage).collect())
    }

    /// The CA redeems an order, after asking the bank, and gives its certificate; not confirmed yet.
    pub(crate) fn redeem(
        &self,
        ra: &Ra<'_>,
        order: &OrderId,
        now: Instant,
    ) -> Result<bool, RaError> {
        if ra.check_order(order, now, &mut rng(77))?.is_err() {
            return Ok(false);
        }
        self.set(|outside| {
            let count = outside
                .orders
                .values()
                .filter(|o| o.certificate.is_some())
                .count();
            let plain = || (vec![1, u8::try_from(count).unwrap()], [7; 32]);
            let (serial, sha256) = outside.next.take().unwrap_or_else(plain);
            let entry = outside.orders.get_mut(order).unwrap();
            let wanted = entry.order.clone().unwrap();
            assert!(entry.cancelled.is_none());
            let not_after = match wanted.validity {
                ValidityRule::OneYear => now.kst_day().plus_one_year().last_second(),
                ValidityRule::Until(end) => end,
            };
            if entry.certificate.is_none() {
                entry.certificate = Some(CertificateFacts {
                    serial: OctetString::new(serial.clone()).unwrap(),
                    not_before: now,
                    not_after,
                    sha256: OctetString::new(sha256).unwrap(),
                });
            }
        });
        Ok(true)
    }

    /// The subscriber's side confirms: what the bank is told.
    pub(crate) fn confirm(&self, order: &OrderId, now: Instant) -> OrderNews {
        self.set(|outside| {
            let entry = outside.orders.get_mut(order).unwrap();
            let at = *entry.confirmed.get_or_insert(now);
            OrderNews::Confirmed {
                order: *order,
                certificate: entry.certificate.clone().unwrap(),
                at,
            }
        })
    }

    pub(crate) fn facts(&self, order: &OrderId) -> CertificateFacts {
        self.set(|o| o.orders[order].certificate.clone().unwrap())
    }

    /// The order's IDN, opened as the CA does.
    pub(crate) fn order_idn(&self, order: &Order) -> String {
        let key: &SealingKey = &self.keys.orders;
        let digits = key.open(order.id.octets(), &order.idn).unwrap();
        String::from_utf8(digits.to_vec()).unwrap()
    }
}

impl Outside {
    /// Does one call of a port, or fails at it.
    fn call<T>(
        &self,
        act: impl FnOnce(&mut OutsideState) -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        let mut state = self.state.lock().unwrap();
        if state.dead {
            return Err(PortError::Down);
        }
        state.calls += 1;
        let calls = state.calls;
        let Some((_, fault)) = state.fault.take_if(|(call, _)| *call == calls) else {
            return act(&mut state);
        };
        state.dead = matches!(fault, PortFault::DiesBefore | PortFault::DiesAfter);
        match fault {
            PortFault::Down => Err(PortError::Down),
            PortFault::DiesBefore => Err(PortError::Unknown),
            PortFault::LostAfter | PortFault::DiesAfter => {
                let _ = act(&mut state);
                Err(PortError::Unknown)
            }
        }
    }
}

fn refused(ko: &'static str, en: &'static str) -> PortError {
    PortError::Refused(Sentence::fixed(ko, en))
}

impl BankSystems for Outside {
    fn customer(&self, user: &UserId) -> Result<Option<Customer>, PortError> {
        self.call(|state| {
            Ok((user.expose_text() == USER).then(|| Customer {
                idn: Idn::parse(IDN).unwrap(),
                real_name: "홍길동".into(),
                english_name: "HONG GILDONG".into(),
                holder: state.holder,
                enrolments: vec![state.enrolment],
                business_number: state.registered,
                phones: vec![RegisteredPhone {
                    masked: "010-****-5678".into(),
                    number: PhoneNumber::new("010-1234-5678"),
                }],
                accounts: vec![Account {
                    masked: "123-**-***456".into(),
                    number: AccountNumber::new("123-45-678456"),
                }],
                means: SecurityMeansKind::ALL.to_vec(),
                otp_device: Some(DeviceSerial::new(DEVICE)),
                consent: state.consent,
            }))
        })
    }

    fn try_account_password(
        &self,
        id: &TryId,
        _: &AccountNumber,
        password: &AccountPassword,
    ) -> Result<Tried, PortError> {
        self.call(|state| {
            state.tries.insert(*id);
            Ok(if password.0.expose_text() == PASSWORD {
                Tried::Right
            } else {
                Tried::Wrong
            })
        })
    }

    fn balance(&self, _: &AccountNumber) -> Result<Krw, PortError> {
        self.call(|state| Ok(Krw(state.balance)))
    }

    fn reserve(
        &self,
        reservation: &ReservationId,
        _: &AccountNumber,
        amount: Krw,
        _: Instant,
    ) -> Result<(), PortError> {
        self.call(|state| {
            if state.forbidden.contains(reservation) {
                return Err(refused("해제된 예약입니다", "it was released"));
            }
            if state.money.contains_key(reservation) {
                return Ok(());
            }
            if state.balance < amount.0 {
                return Err(refused("잔액이 부족합니다", "the balance is too low"));
            }
            state.balance -= amount.0;
            state.money.insert(*reservation, ("reserved", amount.0));
            Ok(())
        })
    }

    fn capture(&self, reservation: &ReservationId) -> Result<(), PortError> {
        self.call(|state| match state.money.get_mut(reservation) {
            Some((stage, _)) if matches!(*stage, "reserved" | "captured") => {
                *stage = "captured";
                Ok(())
            }
            _ => Err(refused("예약이 없습니다", "nothing is reserved")),
        })
    }

    fn release(&self, reservation: &ReservationId) -> Result<(), PortError> {
        self.call(|state| {
            state.forbidden.insert(*reservation);
            match state.money.get_mut(reservation) {
                Some((stage, amount)) if *stage == "reserved" => {
                    *stage = "released";
                    state.balance += *amount;
                    Ok(())
                }
                Some(("captured", _)) => Err(refused("출금되었습니다", "it was captured")),
                _ => Ok(()),
            }
        })
    }

    fn refund(&self, reservation: &ReservationId) -> Result<(), PortError> {
        self.call(|state| match state.money.get_mut(reservation) {
            Some((stage, amount)) if *stage == "captured" => {
                *stage = "refunded";
                state.balance += *amount;
                Ok(())
            }
            Some(("refunded", _)) => Ok(()),
            _ => Err(refused("출금되지 않았습니다", "nothing was captured")),
        })
    }
}

impl Phone for Outside {
    fn call(
        &self,
        call: &CallId,
        to: &PhoneNumber,
        approval: ApprovalNumber,
        _: Instant,
    ) -> Result<(), PortError> {
        assert_eq!(to.expose_text(), "010-1234-5678");
        assert!(approval.expose_number() < 100);
        Outside::call(self, |state| {
            state.rings.insert(*call);
            Ok(())
        })
    }

    fn outcome(&self, call: &CallId) -> Result<CallOutcome, PortError> {
        Outside::call(self, |state| {
            Ok(if state.rings.contains(call) {
                state.phone
            } else {
                CallOutcome::Silent
            })
        })
    }
}

impl Immigration for Outside {
    fn whereabouts(&self, _: &Idn) -> Result<Whereabouts, PortError> {
        Outside::call(self, |state| Ok(state.whereabouts))
    }
}

impl SecurityMeans for Outside {
    fn try_card(
        &self,
        id: &TryId,
        _: &UserId,
        asked: &[CardCell; 2],
        answer: &CardAnswer,
        _: Instant,
    ) -> Result<Tried, PortError> {
        Outside::call(self, |state| {
            state.tries.insert(*id);
            let mut pairs = asked.iter().zip(&answer.cells);
            let right = answer.serial.expose_text() == CARD
                && pairs.all(|(asked, said)| said.expose_text() == half(asked));
            Ok(if right { Tried::Right } else { Tried::Wrong })
        })
    }

    fn try_pin(&self, id: &TryId, _: &UserId, pin: &Pin, _: Instant) -> Result<Tried, PortError> {
        Outside::call(self, |state| {
            state.tries.insert(*id);
            let right = pin.0.expose_text() == PIN;
            Ok(if right { Tried::Right } else { Tried::Wrong })
        })
    }
}

/// A centre whose device shows one code for ever: what a real one does stands in `otp.rs`.
impl OtpCentre for Outside {
    fn try_code(
        &self,
        id: &TryId,
        device: &DeviceSerial,
        answer: &Otp,
        _: Instant,
    ) -> Result<OtpVerdict, PortError> {
        assert_eq!(device.expose_text(), DEVICE);
        Outside::call(self, |state| {
            if !state.tries.contains(id) {
                if state.wrong_codes >= 10 {
                    return Ok(OtpVerdict::Locked);
                }
                state.wrong_codes += 1;
            }
            state.tries.insert(*id);
            Ok(if answer.code.expose_text() == OTP {
                state.wrong_codes = 0;
                OtpVerdict::Right
            } else {
                OtpVerdict::Wrong
            })
        })
    }

    fn failures(&self, _: &DeviceSerial) -> Result<u32, PortError> {
        Outside::call(self, |state| Ok(state.wrong_codes))
    }

    fn lift(&self, _: &TryId, _: &DeviceSerial, _: Instant) -> Result<(), PortError> {
        Outside::call(self, |state| {
            state.wrong_codes = 0;
            Ok(())
        })
    }
}

impl Messages for Outside {
    fn hand_over(
        &self,
        id: &EffectId,
        _: &PhoneNumber,
        terms: &[AcceptedTerm],
    ) -> Result<(), PortError> {
        Outside::call(self, |state| {
            state.handed_over.insert(*id, terms.to_vec());
            Ok(())
        })
    }

    fn notify(&self, id: &EffectId, _: &PhoneNumber, notice: &Notice) -> Result<(), PortError> {
        assert!(!notice.sentence().ko.is_empty());
        Outside::call(self, |state| {
            state.sent.insert(*id, notice.kind);
            Ok(())
        })
    }
}

impl CaPort for Outside {
    fn register(&self, order: &Order, now: Instant) -> Result<Registration, PortError> {
        Outside::call(self, |state| {
            if state.silent_ca {
                return Err(PortError::Down);
            }
            if state.declines {
                return Err(refused("받지 않습니다", "not taken"));
            }
            let leaked = order
                .replaces
                .as_ref()
                .filter(|old| old.because == ReplacedBecause::Leaked)
                .map(|old| old.serial.clone());
            let entry = state
                .orders
                .entry(order.id)
                .or_insert_with(|| CaOrder::new(None));
            if entry.cancelled.is_some() {
                return Err(refused("취소되었습니다", "it was cancelled"));
            }
            entry.order = Some(order.clone());
            if let Some(serial) = leaked {
                let old = state.orders.values_mut().find(|entry| {
                    entry
                        .certificate
                        .as_ref()
                        .is_some_and(|c| c.serial == serial)
                });
                let old = old.unwrap();
                old.revoked
                    .get_or_insert((RevocationReason::KeyCompromise, now));
            }
            Ok(Registration {
                reference: ReferenceNumber::parse("93613").unwrap(),
                authorization_code: AuthorizationCode::new("0912978800814393922"),
            })
        })
    }

    fn revoke(
        &self,
        _: Issuer,
        serial: &[u8],
        reason: RevocationReason,
        _: &EffectId,
        now: Instant,
    ) -> Result<Instant, PortError> {
        Outside::call(self, |state| {
            if state.silent_ca {
                return Err(PortError::Down);
            }
            let mut entries = state.orders.values_mut();
            let entry = entries.find(|entry| {
                let certificate = entry.certificate.as_ref();
                certificate.is_some_and(|c| c.serial.as_bytes() == serial)
            });
            let Some(entry) = entry else {
                return Err(refused("인증서가 없습니다", "no such certificate"));
            };
            Ok(entry.revoked.get_or_insert((reason, now)).1)
        })
    }

    fn cancel(&self, _: Issuer, order: &OrderId, now: Instant) -> Result<Cancellation, PortError> {
        Outside::call(self, |state| {
            if state.silent_ca {
                return Err(PortError::Down);
            }
            let entry = state
                .orders
                .entry(*order)
                .or_insert_with(|| CaOrder::new(None));
            if entry.confirmed.is_some() {
                return Ok(Cancellation::Confirmed);
            }
            let at = *entry.cancelled.get_or_insert(now);
            Ok(Cancellation::Cancelled { at })
        })
    }
}

impl RevocationStatus for World {
    fn lists(&self, _: &Certificate, now: Instant) -> Result<RevocationLists, PortError> {
        self.outside.call(|state| {
            if state.silent_lists {
                return Err(PortError::Down);
            }
            Ok(if state.no_lists {
                RevocationLists::default()
            } else {
                self.other.lists(&state.revoked, now)
            })
        })
    }
}

impl CaOrder {
    pub(crate) fn new(order: Option<Order>) -> Self {
        Self {
            order,
            certificate: None,
            confirmed: None,
            cancelled: None,
            revoked: None,
        }
    }
}

/// One walk through the steps, each with a key of its own.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    pub(crate) ra: Ra<'a>,
    pub(crate) world: &'a World,
    pub(crate) id: ApplicationId,
    pub(crate) now: Instant,
    name: String,
    step: u64,
}

impl<'a> Walk<'a> {
    /// Step 1, on a PC.
    pub(crate) fn begin(
        world: &'a World,
        name: &str,
        errand: impl Into<Errand>,
        now: &str,
    ) -> Self {
        Self::begin_as(world, name, &begin(world, errand, Channel::Pc), now)
    }

    /// Step 1, in the app, where nobody is logged in (R33).
    pub(crate) fn begin_in_the_app(world: &'a World, name: &str, now: &str) -> Self {
        let begin = Begin {
            session: Session::LoggedOut,
            ..begin(world, OrderAction::Issue, Channel::App)
        };
        Self::begin_as(world, name, &begin, now)
    }

    pub(crate) fn begin_as(world: &'a World, name: &str, begin: &Begin, now: &str) -> Self {
        let now = at(now);
        let key = key(&format!("{name} begin"));
        let ra = world.ra();
        let answer = ra.begin(begin, &key, now, &mut rng(2)).unwrap();
        let application = answer.done().expect("admitted");
        Self {
            ra,
            world,
            id: application.id(),
            now,
            name: name.to_owned(),
            step: 0,
        }
    }

    pub(crate) fn key(&mut self) -> IdempotencyKey {
        self.step += 1;
        key(&format!("{} {}", self.name, self.step))
    }

    pub(crate) fn application(&self) -> Application {
        self.ra.application(self.id).unwrap().unwrap()
    }

    pub(crate) fn handle(&mut self, command: &Command) -> Answer {
        let key = self.key();
        self.ra
            .handle(self.id, command, &key, self.now, &mut rng(self.step))
            .unwrap()
    }

    /// A command that goes through.
    pub(crate) fn go(&mut self, command: &Command) -> Application {
        match self.handle(command) {
            Answer::Done(application) => application,
            Answer::Refused(refusal) => panic!("{}", refusal.sentence()),
        }
    }

    /// A command that is refused, and by which rules.
    pub(crate) fn refused(&mut self, command: &Command) -> Vec<String> {
        let refusal = self.handle(command).refused().expect("refused");
        refusal.rules().iter().map(ToString::to_string).collect()
    }

    pub(crate) fn go_as(&mut self, make: impl FnOnce(&mut Self) -> Command) -> Application {
        let command = make(self);
        self.go(&command)
    }

    pub(crate) fn refused_as(&mut self, make: impl FnOnce(&mut Self) -> Command) -> Vec<String> {
        let command = make(self);
        self.refused(&command)
    }

    /// Has cells of the security card asked for.
    pub(crate) fn ask_card(&mut self) -> [CardCell; 2] {
        self.go(&Command::AskCard).state().card.unwrap()
    }

    /// An answer to the cells that are asked for.
    pub(crate) fn card(&mut self, serial: &str) -> Command {
        let asked = self.ask_card();
        Command::AnswerMeans(card(serial, &asked))
    }

    pub(crate) fn choose(&mut self, product: Product, issuer: Issuer) -> Application {
        let Step::Choose(choose) = self.application().next() else {
            panic!("step 2")
        };
        let terms = self.world.terms.of_the_ca(issuer).cloned().collect();
        let consent = Some(Consent::Given);
        self.go(&choose.new_certificate(product, Some(issuer), terms, consent))
    }

    pub(crate) fn choose_in_place_of(
        &mut self,
        issuer: Issuer,
        serial: &[u8],
        because: ReplacedBecause,
    ) -> Application {
        let Step::Choose(choose) = self.application().next() else {
            panic!("step 2")
        };
        let terms = self.world.terms.of_the_ca(issuer).cloned().collect();
        self.go(&choose.in_place_of(issuer, serial, because, terms))
    }

    pub(crate) fn identify(&mut self) -> Application {
        let now = self.now;
        self.world
            .set(|o| o.phone = CallOutcome::Approved { at: now });
        self.go(&Command::CallPhone { phone: 0 });
        self.go(&Command::CheckCall);
        self.go(&account(PASSWORD));
        self.go(&Command::AnswerMeans(otp(OTP)))
    }

    pub(crate) fn pay(&mut self) -> Application {
        let Step::ConfirmFee(step) = self.application().next() else {
            panic!("step 4: {:?}", self.application().next())
        };
        self.go(&step.confirm(None))
    }

    pub(crate) fn details(&mut self) -> Application {
        let Step::Details(step) = self.application().next() else {
            panic!("step 5: {:?}", self.application().next())
        };
        self.go(&step.give(details()))
    }

    pub(crate) fn order(&mut self) -> OrderId {
        let Step::PasswordAndMedium(step) = self.application().next() else {
            panic!("step 6: {:?}", self.application().next())
        };
        let application = self.go(&step.order());
        application.state().open_order().unwrap().order
    }

    /// Step 2 to the order of a first certificate.
    pub(crate) fn up_to_the_order(&mut self, product: Product, issuer: Issuer) -> OrderId {
        self.choose(product, issuer);
        self.identify();
        if product == Product::PersonalGeneral {
            self.pay();
        }
        self.details();
        self.order()
    }

    /// The CA's part: redeemed, confirmed, told.
    pub(crate) fn issue(&mut self, order: &OrderId) -> Application {
        assert!(self.world.redeem(&self.ra, order, self.now).unwrap());
        let news = self.world.confirm(order, self.now);
        self.ra.news(&news, self.now, &mut rng(5)).unwrap();
        self.application()
    }
}

/// A limited certificate of this bank's own, from the CA of the other bank: octets that can be shown.
pub(crate) fn own(world: &World, wanted: &Wanted, now: &str) -> Made {
    let made = world.other.certify(wanted);
    let serial = made.certificate.serial_number().octets().to_vec();
    world.set(|o| o.next = Some((serial, made.sha256())));
    issued(world, Product::PersonalLimited, Issuer::Yessign, now);
    made
}

/// A certificate from the first step to the last.
pub(crate) fn issued(
    world: &World,
    product: Product,
    issuer: Issuer,
    now: &str,
) -> CertificateFacts {
    let mut walk = Walk::begin(
        world,
        &format!("issue {product} {now}"),
        OrderAction::Issue,
        now,
    );
    let order = walk.up_to_the_order(product, issuer);
    walk.issue(&order);
    world.facts(&order)
}

pub(crate) fn begin(world: &World, errand: impl Into<Errand>, channel: Channel) -> Begin {
    Begin {
        errand: errand.into(),
        channel,
        session: Session::LoggedIn,
        user: UserId::new(USER),
        idn: Idn::parse(IDN).unwrap(),
        terms: world.terms.of_the_bank().cloned().collect(),
    }
}

pub(crate) fn account(password: &str) -> Command {
    Command::VerifyAccount {
        account: 0,
        password: AccountPassword(Secret::new(password)),
    }
}

pub(crate) fn otp(code: &str) -> MeansAnswer {
    MeansAnswer::Otp(Otp {
        serial: Secret::new(DEVICE),
        code: Secret::new(code),
    })
}

pub(crate) fn pin(text: &str) -> Command {
    Command::AnswerMeans(MeansAnswer::AppCertificate(Pin(Secret::new(text))))
}

/// What stands on the security card there.
pub(crate) fn half(asked: &CardCell) -> String {
    let part = match asked.half {
        Half::First => 0,
        Half::Last => 50,
    };
    format!("{:02}", asked.cell + part)
}

pub(crate) fn card(serial: &str, asked: &[CardCell; 2]) -> MeansAnswer {
    MeansAnswer::Card(CardAnswer {
        serial: Secret::new(serial),
        cells: asked.map(|asked| Secret::new(&half(&asked))),
    })
}

pub(crate) fn details() -> SubscriberDetails {
    SubscriberDetails::new(DetailsForm {
        english_name: "GILDONG HONG".into(),
        email: "gildong@example.com".into(),
        postal_code: "07241".into(),
        address: "서울특별시 영등포구 의사당대로 141".into(),
        phone: "02-123-4567".into(),
        mobile: "010-8765-4321".into(),
    })
    .unwrap()
}

pub(crate) fn key(text: &str) -> IdempotencyKey {
    let digest = npki_core::HashAlgorithm::Sha256.digest(text.as_bytes());
    IdempotencyKey::new(digest.octets()).unwrap()
}

pub(crate) fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    // Names of records must differ from call to call even where the test's step does not.
    use std::sync::atomic::{AtomicU64, Ordering};
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let calls = CALLS.fetch_add(1, Ordering::Relaxed);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    bytes[8..16].copy_from_slice(&calls.to_be_bytes());
    ChaCha20Rng::from_seed(bytes)
}
