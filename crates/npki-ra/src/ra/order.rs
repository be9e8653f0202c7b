use core::time::Duration;

use der::{Encode, asn1::OctetString};
use npki_core::{Instant, Order, OrderAction, Registration, Replaced, SubjectNames};
use npki_ledger::{Change, Conflict, IdempotencyKey, Key, Value};
use npki_policy::{Approved, OrderTerms, Pairs};
use rand_core::CryptoRng;

use super::{
    Answer, Ra, TRIES,
    batch::Batch,
    handle::{again, held_claim},
    load::fresh,
};
use crate::{
    ApplicationId, Command, Decision, Draft, Facts, Fresh, RaError, Refusal, State, StepName, Why,
    Wish,
    application::{approval, certificate_ref, digest, event::Ordered, out_of_turn, rules},
    effect::EffectKind,
    names::{self, order_key, owner_application, owner_certificate, replacement, slot},
    ports::Customer,
    refusals,
};

impl Ra<'_> {
    /// Asks the policy whether an application that has come to step 6 may have its order. A refusal
    /// is recorded under the key.
    ///
    /// # Errors
    /// [`RaError`].
    pub fn approve(
        &self,
        id: ApplicationId,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Approved, Refusal>, RaError> {
        let request = self.request_digest(id, &Command::Order);
        for _ in 0..TRIES {
            let state = self.state(id)?;
            let customer = self.customer(&state)?;
            let subscriber = self.subscriber(state.pseudonym)?;
            let facts = Facts {
                otp_failures: self.otp_failures(&customer)?,
                ..self.facts(&customer, &subscriber, rng)?
            };
            let turn = out_of_turn(&state, &Command::Order, now);
            let mut why: Vec<_> = turn.into_iter().collect();
            if why.is_empty() {
                match approval(&state, &facts, now, self.policy).approve() {
                    Ok(approved) => return Ok(Ok(approved)),
                    Err(refusal) => why = Why::of(refusal.verdicts()),
                }
            }
            let decision = Decision {
                why,
                ..Decision::default()
            };
            let name = Command::Order.name();
            match self.record(&state, name, decision, key, request, now, rng)? {
                Ok(receipt) => {
                    let refusal = self.refusal_in(&receipt)?;
                    return Ok(Err(refusal.ok_or(RaError::Damaged("refusal"))?));
                }
                Err(conflict) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
    }

    /// Step 6: writes the order that the policy has approved, claims the place of its certificate
    /// (R18a), and registers it at the CA.
    ///
    /// # Errors
    /// [`RaError::Approval`] when the approval is older than a minute, or for something else than
    /// this application has come to; [`RaError`].
    ///
    /// # Security
    /// The IDN goes into the order sealed under the key that bank and CA share, with the order's id
    /// as associated data; it is shredded here when the order is settled.
    pub fn order(
        &self,
        id: ApplicationId,
        approved: Approved,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Answer, RaError> {
        let request = self.request_digest(id, &Command::Order);
        if let Some(receipt) = self.recorded(key, &request)? {
            return self.finish(&receipt, id, &Command::Order, now, rng);
        }
        if approved.now() > now || now.saturating_duration_since(approved.now()) > APPROVAL_AGE {
            return Err(RaError::Approval);
        }
        let terms = *approved.order_terms().ok_or(RaError::Approval)?;
        let rules = rules(approved.decision());
        for _ in 0..TRIES {
            let state = self.state(id)?;
            if state.step() != StepName::PasswordAndMedium || !fits(&state, &terms) {
                return Err(RaError::Approval);
            }
            let mut batch = Batch::new(self, now).application(id, Some(&state));
            let fresh = fresh(rng);
            let customer = self.customer(&state)?;
            let rules = rules.clone();
            self.write_order(
                &mut batch, &state, &terms, rules, fresh, &customer, now, rng,
            )?;
            batch.wish(&Wish::of(EffectKind::Register))?;
            let conflict = match batch.commit(key, request)? {
                Ok(receipt) => return self.finish(&receipt, id, &Command::Order, now, rng),
                Err(conflict) => conflict,
            };
            let Some(why) = why_claimed(&conflict) else {
                again(conflict)?;
                continue;
            };
            let decision = Decision {
                why: vec![why],
                ..Decision::default()
            };
            let name = Command::Order.name();
            match self.record(&state, name, decision, key, request, now, rng)? {
                Ok(receipt) => return self.finish(&receipt, id, &Command::Order, now, rng),
                Err(conflict) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
    }

    /// Reference number and authorization code, for the applicant alone: asked of the CA again,
    /// because the code is stored nowhere.
    ///
    /// # Errors
    /// [`RaError::Shredded`] when the order is settled; [`RaError`].
    pub fn registration(&self, id: ApplicationId, now: Instant) -> Result<Registration, RaError> {
        let state = self.state(id)?;
        let order = self.order_record(&state)?;
        Ok(self.ports.ca.register(&order, now)?)
    }

    /// Adds the event that writes an order, with its claims.
    #[expect(clippy::too_many_arguments, reason = "what an order is made of")]
    pub(super) fn write_order(
        &self,
        batch: &mut Batch<'_>,
        state: &State,
        terms: &OrderTerms,
        rules: Vec<String>,
        fresh: Fresh,
        customer: &Customer,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), RaError> {
        let parameters = self.policy.parameters();
        let ends = now.saturating_add(parameters.order_end.duration());
        let order = self.make_order(state, terms, fresh, customer, ends, rng)?;
        let record = fresh.sealed;
        let ordered = Ordered {
            order: order.id,
            ends,
            settled_by: ends.saturating_add(parameters.confirm_wait.duration()),
            record,
            rules,
            policy: digest(self.policy),
        };
        let draft = Draft::new(ordered).seal(record, &names::ORDER, order.to_der()?);
        batch.push(draft, rng)?;
        let owner = owner_application(&state.id);
        batch.change(Change::Put {
            index: names::ORDERS,
            key: order_key(&order.id),
            value: Value::new(*state.id.octets()).map_err(|_| RaError::Damaged("index value"))?,
        });
        let claim = slot(&state.pseudonym, terms.product, terms.issuer);
        if let Some(old) = &order.replaces {
            let old = certificate_ref(terms.issuer, old.serial.as_bytes())?;
            batch.change(take(replacement(&old), owner.clone()));
            // While the order is open the place is its own, and does not end with the old one.
            let held = self.ledger.claim(&claim)?.filter(|held| held.is_held(now));
            if held.is_some_and(|held| held.owner == owner_certificate(&old)) {
                batch.change(Change::Pass {
                    claim: claim.clone(),
                    from: owner_certificate(&old),
                    to: owner.clone(),
                });
            }
        }
        batch.change(take(claim, owner));
        Ok(())
    }

    fn make_order(
        &self,
        state: &State,
        terms: &OrderTerms,
        fresh: Fresh,
        customer: &Customer,
        ends: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Order, RaError> {
        let details = self.details(state)?;
        let idn = &customer.idn;
        let id = fresh.order;
        let key = &self.keys.orders;
        let replaces = state.chosen.as_ref().and_then(|c| c.replaces.as_ref());
        let pairs = self
            .policy
            .catalogue()
            .row(terms.product)
            .map(|row| row.pairs);
        Ok(Order {
            version: Order::VERSION,
            id,
            action: terms.action,
            product: terms.product,
            holder: terms.holder,
            issuer: terms.issuer,
            profile: match pairs {
                Some(Pairs::SigningAndKm) => "subscriber-sign-km".to_owned(),
                _ => "subscriber-sign".to_owned(),
            },
            // Name and IDN come from the identified record, whatever step 5 says (R37).
            names: SubjectNames {
                real_name: customer.real_name.clone(),
                english_name: details.as_ref().map_or_else(
                    || customer.english_name.clone(),
                    |details| details.expose_form().english_name.clone(),
                ),
                ra_unit: self.unit.to_owned(),
            },
            validity: terms.validity,
            replaces: replaces
                .map(|old| -> der::Result<Replaced> {
                    Ok(Replaced {
                        serial: OctetString::new(old.serial.as_bytes())?,
                        because: old.because,
                    })
                })
                .transpose()?,
            ends,
            idn: key.seal(id.octets(), idn.expose_digits().as_bytes(), rng)?,
        })
    }
}

/// The refusal that a held claim is.
pub(super) fn why_claimed(conflict: &Conflict) -> Option<Why> {
    let claim = held_claim(conflict)?.octets();
    if claim.starts_with(b"slot/") {
        Some(refusals::slot_taken())
    } else if claim.starts_with(b"replace/") {
        Some(refusals::being_replaced())
    } else {
        None
    }
}

/// Whether an approval is for what the application has come to.
fn fits(state: &State, terms: &OrderTerms) -> bool {
    let chosen = state.chosen.as_ref();
    let chosen = chosen.map(|c| (c.product, c.issuer, c.fee));
    let paid = terms.fee.map(|fee| fee.0);
    chosen == Some((terms.product, terms.issuer, paid))
        && (state.errand, state.holder) == (terms.action.into(), terms.holder)
        && matches!(
            terms.action,
            OrderAction::Issue | OrderAction::Reissue | OrderAction::Renew
        )
}

/// Until released: an order is settled by the CA's news alone.
const fn take(claim: Key, owner: Key) -> Change {
    Change::Take {
        claim,
        owner,
        end: None,
    }
}

/// An approval older than this is asked for again.
const APPROVAL_AGE: Duration = Duration::from_secs(60);
