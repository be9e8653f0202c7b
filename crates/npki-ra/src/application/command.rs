use npki_core::{Channel, Idn, Issuer, Product, ReplacedBecause};
use npki_policy::Krw;

use super::{event::Identification, revoke::Revoke};
use crate::{
    AcceptedTerm, Consent, Errand, Session, StepName, SubscriberDetails,
    ports::{AccountPassword, MeansAnswer, UserId},
};

/// Step 1: what begins an application.
#[derive(Debug)]
pub struct Begin {
    /// What for.
    pub errand: Errand,
    /// Where.
    pub channel: Channel,
    /// Whether logged in.
    pub session: Session,
    /// 사용자 아이디.
    pub user: UserId,
    /// 주민등록번호, or business number.
    pub idn: Idn,
    /// The terms accepted, in the versions shown.
    pub terms: Vec<AcceptedTerm>,
}

/// What an applicant asks for in an application that has begun.
///
/// Made by the handles of [`Step`](crate::Step); checked again when it is carried out.
#[derive(Debug)]
#[non_exhaustive]
pub enum Command {
    /// Step 2.
    Choose(Choice),
    /// Step 3: call a registered telephone, named by its place in the list.
    CallPhone {
        /// From 0.
        phone: usize,
    },
    /// Step 3: the approval number was keyed in (전화승인완료).
    CheckCall,
    /// Step 3: ask the immigration office.
    CheckDeparture,
    /// Step 3, at a branch: an identity card was seen.
    ShowIdentityCard(Identification),
    /// Step 3: one's own account, by its place in the list, and its password.
    VerifyAccount {
        /// From 0.
        account: usize,
        /// Its password.
        password: AccountPassword,
    },
    /// Step 3: which cells of the security card are asked for?
    AskCard,
    /// Step 3: the answer to the security means.
    AnswerMeans(MeansAnswer),
    /// Step 4: amount and account were shown and are right.
    ConfirmFee {
        /// The amount shown.
        amount: Krw,
        /// Another account than the verified one, or the one where none was verified; from 0.
        account: Option<usize>,
    },
    /// Step 5.
    GiveDetails(SubscriberDetails),
    /// Step 6: order the certificate.
    Order,
    /// Register another institution's certificate, once identified: carried out by
    /// [`Ra::register`](crate::Ra::register), which takes what is shown (R41).
    Register,
    /// Revoke a certificate, once identified (R13).
    Revoke(Revoke),
    /// Go back to a step; what came after is no longer there.
    GoBack(StepName),
    /// End the application.
    Abandon,
}

impl Command {
    /// Its stable name, as written in the ledger.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Choose(_) => "choose",
            Self::CallPhone { .. } => "call-phone",
            Self::CheckCall => "check-call",
            Self::CheckDeparture => "check-departure",
            Self::ShowIdentityCard(_) => "show-identity-card",
            Self::VerifyAccount { .. } => "verify-account",
            Self::AskCard => "ask-card",
            Self::AnswerMeans(_) => "answer-means",
            Self::ConfirmFee { .. } => "confirm-fee",
            Self::GiveDetails(_) => "give-details",
            Self::Order => "order",
            Self::Register => "register",
            Self::Revoke(_) => "revoke",
            Self::GoBack(_) => "go-back",
            Self::Abandon => "abandon",
        }
    }
}

/// What is chosen in step 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Which certificate.
    pub selection: Selection,
    /// The CA's terms accepted, in the versions shown.
    pub terms: Vec<AcceptedTerm>,
    /// The issuing consent, when it is asked for in this step.
    pub consent: Option<Consent>,
}

/// Which certificate is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Selection {
    /// A first one.
    New {
        /// The product.
        product: Product,
        /// The CA; `None`: the product's first.
        issuer: Option<Issuer>,
    },
    /// One in the place of another: reissue or renewal.
    InPlaceOf {
        /// The CA.
        issuer: Issuer,
        /// Big-endian octets of the serial number.
        serial: Vec<u8>,
        /// Why.
        because: ReplacedBecause,
    },
}
