//! A certificate that is shown to the bank, and what is seen of it.

use npki_cert::{Certificate, KeyUse, VidCheck, check_vid};
use npki_core::{Idn, Instant, Issuer, Product, RandomNumber, Sentence};
use npki_key::{PublicKey, Verifier as _};
use npki_policy::{CertificateState, HeldCertificate, Ra};
use npki_trust::{AlgorithmPolicy, PathError};

use crate::{
    Possession,
    challenge::Freshness,
    report::{Check, CheckName, Report},
};

/// A certificate, as its holder shows it.
///
/// What is missing is no error: the [`Report`] says so, so that somebody can ask what is wanted
/// before it is there.
#[derive(Debug)]
pub struct Presented {
    /// The signing certificate, DER or PEM.
    pub certificate: Vec<u8>,
    /// A signature over a challenge of the bank's ([`Ra::challenge`](crate::Ra::challenge)).
    pub possession: Option<Possession>,
    /// R, as it lies beside the private key. Compared and forgotten.
    pub random_number: Option<RandomNumber>,
}

/// What is known of a certificate that is shown: fetched and verified before anything is decided.
#[derive(Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) presented: &'a Presented,
    /// `None`: it cannot be read.
    pub(crate) certificate: Option<SeenCertificate>,
    pub(crate) freshness: Freshness,
}

/// One that can be read.
#[derive(Debug)]
pub(crate) struct SeenCertificate {
    pub(crate) certificate: Certificate,
    pub(crate) chain: Result<(), PathError>,
    /// `None`: not asked, because there is no chain or it is not valid at this time.
    pub(crate) revocation: Option<Result<(), PathError>>,
    pub(crate) product: Option<(Issuer, Product)>,
}

impl Seen<'_> {
    /// Every check that the policy does not make. `idn`: whose it is to be.
    pub(crate) fn report(&self, idn: Option<&Idn>, now: Instant) -> Report {
        let mut report = Report::default();
        report.add(Check::new(CheckName::Readable, self.certificate.is_some()));
        let Some(seen) = &self.certificate else {
            for name in CheckName::ALL {
                if !matches!(
                    name,
                    CheckName::Readable | CheckName::Challenge | CheckName::Rule
                ) {
                    report.add(Check::not_asked(*name));
                }
            }
            report.add(self.challenge());
            return report;
        };
        let certificate = &seen.certificate;
        report.add(path(CheckName::Chain, &seen.chain));
        let period = Check::new(CheckName::Period, certificate.is_valid_at(now))
            .with("not_before", certificate.not_before())
            .with("not_after", certificate.not_after());
        report.add(period);
        report.add(match &seen.revocation {
            Some(judged) => path(CheckName::Revocation, judged),
            None => Check::not_asked(CheckName::Revocation),
        });
        let signs = matches!(certificate.use_of_key(), KeyUse::Sign | KeyUse::Both);
        report.add(Check::new(CheckName::KeyUsage, signs));
        report.add(match seen.product {
            Some((issuer, product)) => Check::new(CheckName::Product, true)
                .with("issuer", issuer)
                .with("product", product),
            None if seen.chain.is_err() => Check::not_asked(CheckName::Product),
            None => Check::new(CheckName::Product, false),
        });
        report.add(self.challenge());
        report.add(self.possession(certificate));
        if let Some(idn) = idn {
            report.add(self.person(certificate, idn));
        }
        report
    }

    fn challenge(&self) -> Check {
        let check = |passed| Check::new(CheckName::Challenge, passed);
        if self.presented.possession.is_none() {
            return check(false).saying(NOTHING_SIGNED);
        }
        let state = match self.freshness {
            Freshness::Fresh => return check(true),
            Freshness::Foreign => "foreign",
            Freshness::Late => "late",
            Freshness::Used => "used",
        };
        check(false).with("challenge", state)
    }

    fn possession(&self, certificate: &Certificate) -> Check {
        let check = |passed| Check::new(CheckName::Possession, passed);
        match &self.presented.possession {
            Some(possession) => check(possession.is_of(certificate)),
            None => check(false).saying(NOTHING_SIGNED),
        }
    }

    fn person(&self, certificate: &Certificate, idn: &Idn) -> Check {
        let check = |passed| Check::new(CheckName::Person, passed);
        match &self.presented.random_number {
            None => check(false).saying(NO_RANDOM_NUMBER),
            Some(r) => match check_vid(certificate, idn, r) {
                VidCheck::Matches => check(true),
                VidCheck::NoVid => check(false).with("vid", "none"),
                _ => check(false).with("vid", "differs"),
            },
        }
    }
}

impl SeenCertificate {
    /// What the policy sees of it; `None` without a product.
    pub(crate) fn held(&self, ra: Ra) -> Option<HeldCertificate> {
        let (issuer, product) = self.product?;
        let certificate = &self.certificate;
        let revoked = matches!(
            self.revocation,
            Some(Err(PathError::Revoked { depth: 0, .. }))
        );
        Some(HeldCertificate {
            product,
            issuer,
            state: if revoked {
                CertificateState::Revoked
            } else {
                CertificateState::Issued
            },
            issued_at: certificate.not_before(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            paid_at: None,
            ra,
        })
    }
}

impl Possession {
    /// Whether the certificate's key has signed the challenge, with an algorithm that is trusted.
    pub(crate) fn is_of(&self, certificate: &Certificate) -> bool {
        let algorithms = AlgorithmPolicy::new();
        let info = certificate.public_key();
        algorithms.check_signature(self.algorithm).is_ok()
            && algorithms.check_key(info).is_ok()
            && PublicKey::parse(info).is_ok_and(|key| {
                let octets = self.challenge.octets();
                key.verify(&self.algorithm, octets, &self.signature).is_ok()
            })
    }
}

/// The cause, in the words of whoever judges paths; it names no person.
fn path(name: CheckName, judged: &Result<(), PathError>) -> Check {
    let check = Check::new(name, judged.is_ok());
    match judged {
        Ok(()) => check,
        Err(cause) => check.with("cause", cause),
    }
}

const NOTHING_SIGNED: Sentence = Sentence::fixed(
    "은행의 서명 요청값에 아직 서명하지 않았습니다",
    "the bank's challenge is not signed yet",
);

const NO_RANDOM_NUMBER: Sentence = Sentence::fixed(
    "본인 확인에 필요한 난수 R이 없습니다",
    "R, without which nobody can be seen to own it, was not given",
);
