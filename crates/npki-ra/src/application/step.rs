use npki_core::{
    Channel, Idn, Instant, Issuer, OrderAction, Product, ReferenceNumber, ReplacedBecause,
};
use npki_policy::Krw;

use super::{
    command::{Begin, Choice, Command, Selection},
    event::Identification,
    revoke::Revoke,
    state::{End, MoneyStage, State},
};
use crate::{
    AcceptedTerm, ApplicationId, ChallengeFor, Consent, Errand, Session, StepName,
    SubscriberDetails,
    ports::{AccountPassword, CardCell, MeansAnswer, UserId},
};

/// An application, as the applicant meets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application(Box<State>);

/// What is to be done next. A handle's method takes the handle and the input and gives the
/// [`Command`] for [`Ra::handle`](crate::Ra::handle).
#[derive(Debug)]
#[non_exhaustive]
pub enum Step {
    /// Step 2.
    Choose(Choose),
    /// Step 3.
    Identify(Identify),
    /// Step 4; only when there is a fee (R23).
    ConfirmFee(ConfirmFee),
    /// Step 5.
    Details(Details),
    /// Step 6.
    PasswordAndMedium(PasswordAndMedium),
    /// Which certificate is to be registered?
    Register(ShowCertificate),
    /// Which certificate is to be revoked?
    Revoke(ChooseToRevoke),
    /// Another system has not answered yet: run [`Ra::reconcile`](crate::Ra::reconcile), look again.
    Waiting,
    /// The order is at the CA; its news decide (R18b).
    AtTheCa(AtTheCa),
    /// Over.
    Ended(End),
}

impl Application {
    /// Wraps a folded state.
    #[must_use]
    pub fn new(state: State) -> Self {
        Self(Box::new(state))
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> ApplicationId {
        self.0.id
    }

    /// Everything that is known of it.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.0
    }

    /// The step that is to be taken next.
    #[must_use]
    pub fn next(&self) -> Step {
        let state = &self.0;
        if let Some(end) = &state.end {
            return Step::Ended(end.clone());
        }
        if let Some(order) = &state.order {
            return match &order.reference {
                Some(reference) => Step::AtTheCa(AtTheCa {
                    reference: reference.clone(),
                    ends: order.ordered.ends,
                }),
                None => Step::Waiting,
            };
        }
        match state.step() {
            StepName::Identify => Step::Identify(Identify {
                extra: state.extra,
                call: state.call.as_ref().map(|call| call.until),
                account: state.account.is_some(),
                card: state.card,
                means: state.means.is_some(),
            }),
            StepName::ConfirmFee => match &state.money {
                Some(money) if money.stage == MoneyStage::Reserving => Step::Waiting,
                _ => Step::ConfirmFee(ConfirmFee {
                    amount: Krw(state.fee().unwrap_or_default()),
                    account: state.account.is_some(),
                }),
            },
            StepName::Details => Step::Details(Details(())),
            StepName::PasswordAndMedium => Step::PasswordAndMedium(PasswordAndMedium(())),
            _ => match state.errand {
                Errand::Order(action) => Step::Choose(Choose { action }),
                Errand::Revoke => Step::Revoke(ChooseToRevoke(())),
                Errand::Register => Step::Register(ShowCertificate(())),
            },
        }
    }

    /// Back to an earlier step; what came after is no longer there (R34).
    #[must_use]
    pub const fn back(&self, to: StepName) -> Command {
        Command::GoBack(to)
    }

    /// Ends the application.
    #[must_use]
    pub const fn abandon(&self) -> Command {
        Command::Abandon
    }
}

/// Step 1: terms and identity. Given by [`Ra::apply`](crate::Ra::apply).
///
/// It makes a [`Begin`] and no [`Command`]: there is no application before it is recorded, and no
/// applicant before user id and IDN match.
#[derive(Debug)]
pub struct TermsAndIdentity {
    pub(crate) errand: Errand,
    pub(crate) channel: Channel,
    pub(crate) session: Session,
    pub(crate) terms: Vec<AcceptedTerm>,
}

impl TermsAndIdentity {
    /// The terms that are to be shown, in the versions in force (R35).
    #[must_use]
    pub fn terms(&self) -> &[AcceptedTerm] {
        &self.terms
    }

    /// Who applies, and which terms were accepted.
    #[must_use]
    pub fn agree(self, user: UserId, idn: Idn, accepted: Vec<AcceptedTerm>) -> Begin {
        Begin {
            errand: self.errand,
            channel: self.channel,
            session: self.session,
            user,
            idn,
            terms: accepted,
        }
    }
}

/// Step 2: choose the certificate.
#[derive(Debug)]
pub struct Choose {
    action: OrderAction,
}

impl Choose {
    /// What the application is for.
    #[must_use]
    pub const fn action(&self) -> OrderAction {
        self.action
    }

    /// A first certificate, with the CA's terms accepted.
    #[must_use]
    pub const fn new_certificate(
        self,
        product: Product,
        issuer: Option<Issuer>,
        terms: Vec<AcceptedTerm>,
        consent: Option<Consent>,
    ) -> Command {
        Command::Choose(Choice {
            selection: Selection::New { product, issuer },
            terms,
            consent,
        })
    }

    /// One in the place of another; `serial` is that one's, big-endian.
    #[must_use]
    pub fn in_place_of(
        self,
        issuer: Issuer,
        serial: &[u8],
        because: ReplacedBecause,
        terms: Vec<AcceptedTerm>,
    ) -> Command {
        Command::Choose(Choice {
            selection: Selection::InPlaceOf {
                issuer,
                serial: serial.to_vec(),
                because,
            },
            terms,
            consent: None,
        })
    }
}

/// Step 3: the additional identification, its parts in any order.
#[derive(Debug)]
pub struct Identify {
    extra: Option<Identification>,
    call: Option<Instant>,
    account: bool,
    card: Option<[CardCell; 2]>,
    means: bool,
}

impl Identify {
    /// The additional identification that is there (R30).
    #[must_use]
    pub const fn extra(&self) -> Option<Identification> {
        self.extra
    }

    /// Until when the approval number of a running call is good; the number itself is told by
    /// [`Ra::approval_number`](crate::Ra::approval_number).
    #[must_use]
    pub const fn call_until(&self) -> Option<Instant> {
        self.call
    }

    /// Whether account and password have matched (R31).
    #[must_use]
    pub const fn has_account(&self) -> bool {
        self.account
    }

    /// Whether the security means was answered for (R31).
    #[must_use]
    pub const fn has_means(&self) -> bool {
        self.means
    }

    /// Have a registered telephone called, by its place in the masked list.
    #[must_use]
    pub const fn call_phone(self, phone: usize) -> Command {
        Command::CallPhone { phone }
    }

    /// 전화승인완료: the approval number was keyed in.
    #[must_use]
    pub const fn phone_approved(self) -> Command {
        Command::CheckCall
    }

    /// 해외출국확인.
    #[must_use]
    pub const fn abroad(self) -> Command {
        Command::CheckDeparture
    }

    /// At a branch: an identity card was seen (R33).
    #[must_use]
    pub const fn identity_card(self, card: Identification) -> Command {
        Command::ShowIdentityCard(card)
    }

    /// Own account, by its place in the list, and its password.
    #[must_use]
    pub const fn account(self, account: usize, password: AccountPassword) -> Command {
        Command::VerifyAccount { account, password }
    }

    /// The cells of the security card that are asked for; `None`: [ask](Self::ask_card) first.
    #[must_use]
    pub const fn card_question(&self) -> Option<[CardCell; 2]> {
        self.card
    }

    /// Ask which cells of the security card are wanted.
    #[must_use]
    pub const fn ask_card(self) -> Command {
        Command::AskCard
    }

    /// Security card, one-time password, or the app's certificate.
    #[must_use]
    pub const fn means(self, answer: MeansAnswer) -> Command {
        Command::AnswerMeans(answer)
    }
}

/// Step 4: the fee that will be reserved.
#[derive(Debug)]
pub struct ConfirmFee {
    amount: Krw,
    account: bool,
}

impl ConfirmFee {
    /// The amount, VAT included.
    #[must_use]
    pub const fn amount(&self) -> Krw {
        self.amount
    }

    /// Whether it goes from the account of step 3; else one must be named.
    #[must_use]
    pub const fn has_account(&self) -> bool {
        self.account
    }

    /// Amount and account were shown, and are right; `account` names one where step 3 has not.
    #[must_use]
    pub const fn confirm(self, account: Option<usize>) -> Command {
        Command::ConfirmFee {
            amount: self.amount,
            account,
        }
    }
}

/// Step 5: the subscriber's details.
#[derive(Debug)]
pub struct Details(());

impl Details {
    /// These.
    #[must_use]
    pub const fn give(self, details: SubscriberDetails) -> Command {
        Command::GiveDetails(details)
    }
}

/// Step 6: password and medium are chosen on the subscriber's side, where the keys are made.
#[derive(Debug)]
pub struct PasswordAndMedium(());

impl PasswordAndMedium {
    /// Order the certificate.
    #[must_use]
    pub const fn order(self) -> Command {
        Command::Order
    }
}

/// Who has come to register another institution's certificate is identified, and shows it to
/// [`Ra::register`](crate::Ra::register); the challenge to sign is
/// [`Ra::challenge`](crate::Ra::challenge)'s.
#[derive(Debug)]
pub struct ShowCertificate(());

impl ShowCertificate {
    /// What the challenge is asked for.
    #[must_use]
    pub const fn challenge_for(&self, application: ApplicationId) -> ChallengeFor {
        ChallengeFor::Register(application)
    }
}

/// Who has come to revoke is identified, and says which certificate.
#[derive(Debug)]
pub struct ChooseToRevoke(());

impl ChooseToRevoke {
    /// This one.
    #[must_use]
    pub const fn revoke(self, certificate: Revoke) -> Command {
        Command::Revoke(certificate)
    }
}

/// The order is at the CA.
#[derive(Debug)]
pub struct AtTheCa {
    reference: ReferenceNumber,
    ends: Instant,
}

impl AtTheCa {
    /// 참조번호; the code that goes with it is told by
    /// [`Ra::registration`](crate::Ra::registration).
    #[must_use]
    pub const fn reference(&self) -> &ReferenceNumber {
        &self.reference
    }

    /// From this instant on it cannot be redeemed.
    #[must_use]
    pub const fn ends(&self) -> Instant {
        self.ends
    }
}
