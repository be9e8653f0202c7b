//! A CA over a ledger in memory, with P-256 keys and a bank that says yes.

use core::{convert::Infallible, time::Duration};
use std::sync::{Mutex, OnceLock};

use npki_ca::{
    BankPort, BareRequest, Ca, CaKeys, CaSettings, CertificateKey, CodeKey, CrlKey, ceremony,
};
use npki_cert::{Certificate, Deviations, Name, PolicyArc};
use npki_core::{
    Holder, Instant, Issuer, Order, OrderAction, OrderId, OrderNews, PortError, Product, Replaced,
    RevocationReason, Sentence, SubjectNames, ValidityRule,
};
use npki_key::{KeyKind, PrivateKey, SigningKey};
use npki_ledger::{Ledger, MemoryLedger, SealingKey};
use zeroize::Zeroizing;

/// An invented person: there is no month 21.
pub(crate) const IDN: &str = "9921013000000";

#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) settings: CaSettings,
    keys: CaKeys,
    pub(crate) ledger: MemoryLedger,
    bank: Bank,
    ends: Mutex<Instant>,
}

#[derive(Debug, Default)]
struct Bank {
    refuses: Mutex<bool>,
    order: Mutex<Option<Order>>,
    news: Mutex<Vec<OrderNews>>,
}

pub(crate) fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

impl Bench {
    pub(crate) fn new() -> Self {
        let mut rng = Rng(7);
        let from = at("2026-01-01");
        let root_key = key(100);
        let name = Name::from_npki_text("cn=Test RootCA,o=Test,c=KR").unwrap();
        let root = ceremony::root(&*root_key, &name, from, at("2046-01-01"), &mut rng).unwrap();
        let ca_key = key(101);
        let certificate = ceremony::issuing_ca(
            &root,
            &*root_key,
            &ceremony::IssuingCa {
                name: &Name::from_npki_text("cn=Test CA,ou=AccreditedCA,o=Test,c=kr").unwrap(),
                real_name: "시험 인증기관",
                public_key: ca_key.public_key(),
                not_before: from,
                not_after: at("2036-01-01"),
                notice: "시험용",
                cps_uri: "http://root.test.example/cps.html",
                arl_uri: "http://root.test.example/arl.crl",
            },
            &mut rng,
        )
        .unwrap();
        let sealing = |id: &str| SealingKey::new(id.as_bytes(), Zeroizing::new([3; 32])).unwrap();
        Self {
            settings: CaSettings {
                issuer: Issuer::Yessign,
                certificate,
                arc: PolicyArc::Lab,
                deviations: Deviations::Korean,
                notice: "이 인증서는 시험용 인증서입니다".into(),
                cps_uri: "http://ca.test.example/cps.html".into(),
                crl_uri: "http://ca.test.example/ca.crl".into(),
                crl_partitions: 1,
                ocsp_uri: "http://ca.test.example/ocsp".into(),
                confirm_wait: Duration::from_secs(600),
                code_attempts: 5,
                crl_lifetime: Duration::from_secs(86_400),
            },
            keys: CaKeys {
                certificate: CertificateKey::new(key(101)),
                crl: CrlKey::new(key(101)),
                code: CodeKey::new(b"code", Zeroizing::new([1; 32])),
                sealing: sealing("ca"),
                idn: sealing("idn"),
            },
            ledger: MemoryLedger::default(),
            bank: Bank::default(),
            ends: Mutex::new(at("2026-11-24T10:00:00+09:00")),
        }
    }

    pub(crate) fn ca(&self) -> Ca<'_> {
        self.ca_on(&self.ledger)
    }

    pub(crate) fn ca_on<'a>(&'a self, ledger: &'a dyn Ledger) -> Ca<'a> {
        Ca::new(&self.settings, &self.keys, ledger, &self.bank)
    }

    pub(crate) fn rng(&self) -> Rng {
        Rng(42)
    }

    pub(crate) fn key(&self, number: u64) -> Box<dyn SigningKey> {
        key(number)
    }

    pub(crate) fn order(
        &self,
        id: u8,
        action: OrderAction,
        validity: ValidityRule,
        replaces: Option<Replaced>,
    ) -> Order {
        let id = OrderId::from_octets([id; 16]);
        let ends = match action {
            OrderAction::Issue => *self.ends.lock().unwrap(),
            _ => at("2027-10-26"),
        };
        Order {
            version: Order::VERSION,
            id,
            action,
            product: Product::PersonalLimited,
            holder: Holder::Individual,
            issuer: Issuer::Yessign,
            profile: "subscriber-sign".into(),
            names: SubjectNames {
                real_name: "홍길동".into(),
                english_name: "HONG GILDONG".into(),
                ra_unit: "KMB".into(),
            },
            validity,
            replaces,
            ends,
            idn: self
                .keys
                .idn
                .seal(id.octets(), IDN.as_bytes(), &mut Rng(9))
                .unwrap(),
        }
    }

    /// An issued order's certificate, signed and not confirmed.
    pub(crate) fn signed(&self, id: u8, now: Instant) -> (Order, Certificate) {
        let ca = self.ca();
        let mut rng = Rng(u64::from(id));
        let order = self.order(id, OrderAction::Issue, ValidityRule::OneYear, None);
        let registration = ca.register(&order, now, &mut rng).unwrap().unwrap();
        let request = BareRequest::by_code(
            &registration.reference,
            &registration.authorization_code,
            &*key(u64::from(id)),
            None,
            &mut rng,
        )
        .unwrap();
        let grant = ca
            .redeem(&request.as_request(), now, &mut rng)
            .unwrap()
            .unwrap();
        let signed = ca.sign(grant, now, &mut rng).unwrap();
        (order, signed.certificate)
    }

    pub(crate) fn bank_refuses(&self, refuses: bool) {
        *self.bank.refuses.lock().unwrap() = refuses;
    }

    pub(crate) fn will_order(&self, order: Order) {
        *self.bank.order.lock().unwrap() = Some(order);
    }

    pub(crate) fn news(&self) -> Vec<OrderNews> {
        self.bank.news.lock().unwrap().clone()
    }
}

impl BankPort for Bank {
    fn check(&self, _: &OrderId, _: Instant) -> Result<(), PortError> {
        match *self.refuses.lock().unwrap() {
            true => Err(PortError::Refused(Sentence::fixed("거절", "refused"))),
            false => Ok(()),
        }
    }

    fn order_for(
        &self,
        _: Issuer,
        _: &[u8],
        _: OrderAction,
        _: &[u8; 32],
        _: Instant,
    ) -> Result<Order, PortError> {
        self.order
            .lock()
            .unwrap()
            .clone()
            .ok_or(PortError::Refused(Sentence::fixed("거절", "refused")))
    }

    fn revocation_by_certificate(
        &self,
        _: Issuer,
        _: &[u8],
        _: RevocationReason,
        _: &[u8; 32],
        _: Instant,
    ) -> Result<(), PortError> {
        match *self.refuses.lock().unwrap() {
            true => Err(PortError::Refused(Sentence::fixed("거절", "refused"))),
            false => Ok(()),
        }
    }

    fn news(&self, news: &OrderNews) -> Result<(), PortError> {
        let mut all = self.news.lock().unwrap();
        if !all.contains(news) {
            all.push(news.clone());
        }
        Ok(())
    }
}

/// Keys from this number on are RSA keys, which take their time: few.
pub(crate) const RSA: u64 = 200;

/// The same key for the same number, made once.
pub(crate) fn key(number: u64) -> Box<dyn SigningKey> {
    static KEYS: OnceLock<Mutex<std::collections::BTreeMap<u64, PrivateKey>>> = OnceLock::new();
    let mut keys = KEYS.get_or_init(Mutex::default).lock().unwrap();
    keys.entry(number)
        .or_insert_with(|| {
            let kind = if number < RSA {
                KeyKind::P256
            } else {
                KeyKind::Rsa { bits: 2_048 }
            };
            PrivateKey::generate(kind, &mut Rng(number + 1000)).unwrap()
        })
        .signing_key()
        .unwrap()
}

/// A generator for tests: repeats, and is no secret (splitmix64).
#[derive(Clone, Debug)]
pub(crate) struct Rng(pub(crate) u64);

impl rand_core::TryRng for Rng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok((self.try_next_u64()? >> 32).try_into().unwrap())
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(z ^ (z >> 31))
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Self::Error> {
        for octet in octets {
            *octet = self.try_next_u64()?.to_be_bytes()[0];
        }
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Rng {}
