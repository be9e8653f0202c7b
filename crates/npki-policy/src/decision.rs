use core::fmt;

use npki_core::{
    Channel, Digest, Holder, Instant, Issuer, OrderAction, Product, Rule, ValidityRule, Verdict,
};

use crate::{Action, Krw};

/// What the policy says to one [`Request`](crate::Request): the verdict of every rule asked.
///
/// Only [`evaluate`](crate::evaluate) makes one. Record it, then [`Decision::approve`] it.
#[derive(Debug, PartialEq, Eq)]
pub struct Decision {
    pub(crate) action: Action,
    pub(crate) channel: Channel,
    pub(crate) product: Product,
    pub(crate) issuer: Option<Issuer>,
    pub(crate) holder: Holder,
    pub(crate) now: Instant,
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) fee: Option<Krw>,
    pub(crate) terms: Option<OrderTerms>,
    pub(crate) dates: Option<(Instant, Instant)>,
    pub(crate) opens_at: Option<Instant>,
    pub(crate) policy: Digest,
}

/// What an approved issue, reissue or renewal will say in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderTerms {
    /// Issue, reissue or renew.
    pub action: OrderAction,
    /// The product.
    pub product: Product,
    /// Who will hold it.
    pub holder: Holder,
    /// The CA.
    pub issuer: Issuer,
    /// What is to be reserved; `None` when the bank has set no fee, and nothing is.
    pub fee: Option<Krw>,
    /// How long it is to be valid.
    pub validity: ValidityRule,
}

impl Decision {
    /// Whether no rule refuses.
    #[must_use]
    pub fn allowed(&self) -> bool {
        !self.verdicts.iter().any(Verdict::refuses)
    }

    /// The rules that refuse, in the order of `docs/RULES.md`.
    pub fn refusing_rules(&self) -> impl Iterator<Item = Rule> {
        self.refusals().map(|verdict| verdict.rule)
    }

    /// The verdicts that refuse, in the order of `docs/RULES.md`.
    pub fn refusals(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().filter(|verdict| verdict.refuses())
    }

    /// The verdict of every rule that was asked, in the order of `docs/RULES.md`.
    #[must_use]
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// What was asked for.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    /// Where.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        self.channel
    }

    /// The product that counted.
    #[must_use]
    pub const fn product(&self) -> Product {
        self.product
    }

    /// The CA that counted: the one chosen, or the certificate's own.
    #[must_use]
    pub const fn issuer(&self) -> Option<Issuer> {
        self.issuer
    }

    /// Who asked.
    #[must_use]
    pub const fn holder(&self) -> Holder {
        self.holder
    }

    /// The instant of the decision.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// What the action charges, refused or not. `None` for an action that never charges, and
    /// where the catalogue sets no fee.
    #[must_use]
    pub const fn fee(&self) -> Option<Krw> {
        self.fee
    }

    /// The first valid second of the certificate that would come; `None` on a refusal.
    #[must_use]
    pub fn not_before(&self) -> Option<Instant> {
        self.dates.map(|(not_before, _)| not_before)
    }

    /// The last valid second of the certificate that would come, were it issued on the day of
    /// the decision; `None` on a refusal.
    #[must_use]
    pub fn not_after(&self) -> Option<Instant> {
        self.dates.map(|(_, not_after)| not_after)
    }

    /// When the last of the refusals by time has ended, whatever else refuses; `None` when no rule
    /// refuses by time.
    #[must_use]
    pub const fn opens_at(&self) -> Option<Instant> {
        self.opens_at
    }

    /// What the order would say; `None` on a refusal and for what needs no order.
    #[must_use]
    pub const fn order_terms(&self) -> Option<&OrderTerms> {
        self.terms.as_ref()
    }

    /// The digest of the policy that decided.
    #[must_use]
    pub const fn policy(&self) -> &Digest {
        &self.policy
    }

    /// Turns a decision that refuses nothing into the token that an order consumes.
    ///
    /// # Errors
    /// [`Refusal`] when a rule refuses: an answer for the applicant, with every verdict in it.
    #[expect(
        clippy::result_large_err,
        reason = "both sides carry the whole decision; a refusal is no rarer than an approval"
    )]
    pub fn approve(self) -> Result<Approved, Refusal> {
        if self.allowed() {
            Ok(Approved(self))
        } else {
            Err(Refusal(self))
        }
    }
}

/// An approval by the policy: made by [`Decision::approve`] alone, used once.
///
/// # Security
/// It has neither `Clone` nor an encoding, so it cannot be kept, sent or used again. It is as old
/// as its decision: what takes it says how old it may be, and asks the policy again when the CA is
/// called.
#[derive(Debug)]
pub struct Approved(Decision);

impl Approved {
    /// The decision behind it.
    #[must_use]
    pub const fn decision(&self) -> &Decision {
        &self.0
    }

    /// What the order will say, when the action needs one.
    #[must_use]
    pub const fn order_terms(&self) -> Option<&OrderTerms> {
        self.0.order_terms()
    }

    /// What was approved.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.0.action
    }

    /// The instant of the decision.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.0.now
    }
}

/// A refusal by the policy: an answer, not an error. It lists every rule that refuses.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal(Decision);

impl Refusal {
    /// The decision behind it.
    #[must_use]
    pub const fn decision(&self) -> &Decision {
        &self.0
    }

    /// The verdicts that refuse, in the order of `docs/RULES.md`; at least one.
    pub fn verdicts(&self) -> impl Iterator<Item = &Verdict> {
        self.0.refusals()
    }
}

/// One line for each rule that refuses: `R16: … (…)`.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, verdict) in self.verdicts().enumerate() {
            let end = if i == 0 { "" } else { "\n" };
            write!(f, "{end}{}: {}", verdict.rule, verdict.sentence)?;
        }
        Ok(())
    }
}
