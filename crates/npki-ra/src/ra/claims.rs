//! Who holds what: the place of a certificate (R18a), and the replacing of one.

use core::time::Duration;

use npki_core::Instant;
use npki_ledger::{Change, Key, Value};
use npki_policy::CertificateState;

use super::{Ra, batch::Batch, load::damaged};
use crate::{
    CertificateRef, RaError, State, Subscriber, Wish,
    application::certificate_ref,
    effect::EffectKind,
    names::{
        self, expiry_key, owner_application, owner_certificate, replacement, serial_key, slot,
    },
};

impl Ra<'_> {
    /// The slot goes to the new certificate (R18a), the indexes name it.
    pub(super) fn hand_over(
        &self,
        batch: &mut Batch<'_>,
        state: &State,
        new: &CertificateRef,
        not_after: Instant,
    ) -> Result<(), RaError> {
        let chosen = state.chosen.as_ref().ok_or(damaged("choice"))?;
        let claim = slot(&state.pseudonym, chosen.product, chosen.issuer);
        let owner = owner_certificate(new);
        batch.change(Change::Pass {
            claim: claim.clone(),
            from: owner_application(&state.id),
            to: owner.clone(),
        });
        batch.change(Change::Take {
            claim,
            owner,
            end: Some(not_after.saturating_add(Duration::from_secs(1))),
        });
        if let Some(old) = &chosen.replaces {
            let name = certificate_ref(chosen.issuer, old.serial.as_bytes())?;
            batch.change(Change::Release {
                claim: replacement(&name),
                owner: owner_application(&state.id),
            });
            batch.change(Change::Remove {
                index: names::EXPIRIES,
                key: expiry_key(old.not_after, &name),
            });
            self.drop_reminder(batch, old.not_after, &name);
        }
        let pseudonym =
            || Value::new(*state.pseudonym.octets()).map_err(|_| damaged("index value"));
        batch.change(Change::Put {
            index: names::SERIALS,
            key: serial_key(new),
            value: pseudonym()?,
        });
        batch.change(Change::Put {
            index: names::EXPIRIES,
            key: expiry_key(not_after, new),
            value: pseudonym()?,
        });
        self.plan_reminder(batch, not_after, new, &state.pseudonym)
    }

    /// Gives back what an order held: the fee, and the claims. One that replaces a leaked
    /// certificate keeps its place, because it can be taken up again (R12).
    pub(super) fn let_go(
        &self,
        batch: &mut Batch<'_>,
        state: &State,
        subscriber: &Subscriber,
    ) -> Result<(), RaError> {
        if batch.after().is_none_or(|after| after.end.is_none()) {
            return Ok(());
        }
        for account in state.accounts() {
            batch.shred(account);
        }
        if let Some(reservation) = state.open_reservation() {
            batch.wish(&Wish::money(EffectKind::Release, reservation))?;
        }
        self.free_claims(batch, state, subscriber)
    }

    /// Releases the claims that an application holds.
    pub(super) fn free_claims(
        &self,
        batch: &mut Batch<'_>,
        state: &State,
        subscriber: &Subscriber,
    ) -> Result<(), RaError> {
        let Some(chosen) = &state.chosen else {
            return Ok(());
        };
        let owner = owner_application(&state.id);
        let is_ours = |claim: &Key| -> Result<bool, RaError> {
            let held = self.ledger.claim(claim)?;
            Ok(held.is_some_and(|held| held.owner == owner))
        };
        let claim = slot(&state.pseudonym, chosen.product, chosen.issuer);
        let place_is_ours = is_ours(&claim)?;
        let mut back_to = None;
        if let Some(old) = &chosen.replaces {
            let name = certificate_ref(chosen.issuer, old.serial.as_bytes())?;
            let replacing = replacement(&name);
            if is_ours(&replacing)? {
                batch.change(Change::Release {
                    claim: replacing,
                    owner: owner.clone(),
                });
            }
            let certificate = subscriber.certificate(name.issuer, name.serial.as_bytes());
            back_to = certificate.filter(|old| old.state == CertificateState::Issued);
        }
        if place_is_ours {
            batch.change(Change::Release {
                claim: claim.clone(),
                owner,
            });
            if let Some(old) = back_to {
                // The old certificate stays as it was, its place too (R18b).
                batch.change(Change::Take {
                    claim,
                    owner: owner_certificate(&old.name),
                    end: Some(old.not_after.saturating_add(Duration::from_secs(1))),
                });
            }
        }
        Ok(())
    }
}
