//! Bank and CAs call each other: in a lab, straight through.

use npki_ca::{BankPort, CaError, Cancelled, Refusal};
use npki_core::{
    Instant, Issuer, Order, OrderAction, OrderId, OrderNews, PortError, Registration,
    RevocationReason, Sentence,
};
use npki_ledger::IdempotencyKey;
use npki_ra::{
    EffectId, RaError, Revocation, Revoke,
    ports::{CaPort, Cancellation},
};

use crate::{Lab, Port};

impl CaPort for Lab<'_> {
    fn register(&self, order: &Order, now: Instant) -> Result<Registration, PortError> {
        self.outside.reach(Port::Ca, || {
            let ca = self.ca(order.issuer).ok_or_else(nobody)?;
            answer(ca.register(order, now, &mut self.rng()))
        })
    }

    fn revoke(
        &self,
        issuer: Issuer,
        serial: &[u8],
        reason: RevocationReason,
        key: &EffectId,
        now: Instant,
    ) -> Result<Instant, PortError> {
        self.outside.reach(Port::Ca, || {
            let ca = self.ca(issuer).ok_or_else(nobody)?;
            let mut name = [0; 32];
            name.iter_mut()
                .zip(key.octets())
                .for_each(|(to, from)| *to = *from);
            match ca.revoke(serial, reason, &name, now).map_err(lost)? {
                Ok(revoked) => Ok(revoked.at),
                // Somebody else was faster: it is as the bank wants it.
                Err(Refusal::AlreadyRevoked { at, .. }) => Ok(at),
                Err(refusal) => Err(PortError::Refused(refusal.sentence())),
            }
        })
    }

    fn cancel(
        &self,
        issuer: Issuer,
        order: &OrderId,
        now: Instant,
    ) -> Result<Cancellation, PortError> {
        self.outside.reach(Port::Ca, || {
            let ca = self.ca(issuer).ok_or_else(nobody)?;
            Ok(match ca.cancel(order, now).map_err(lost)? {
                Cancelled::Done { at } => Cancellation::Cancelled { at },
                Cancelled::TooLate { .. } => Cancellation::Confirmed,
            })
        })
    }
}

impl BankPort for Lab<'_> {
    fn check(&self, order: &OrderId, now: Instant) -> Result<(), PortError> {
        if self.outside.is_elsewhere(order) {
            return Ok(());
        }
        self.outside.reach(Port::Ra, || {
            told(self.ra().check_order(order, now, &mut self.rng()))
        })
    }

    fn order_for(
        &self,
        issuer: Issuer,
        serial: &[u8],
        action: OrderAction,
        key: &[u8; 32],
        now: Instant,
    ) -> Result<Order, PortError> {
        let key = IdempotencyKey::new(*key).map_err(|_| PortError::Down)?;
        self.outside.reach(Port::Ra, || {
            let mut rng = self.rng();
            told(
                self.ra()
                    .order_by_certificate(issuer, serial, action, &key, now, &mut rng),
            )
        })
    }

    fn revocation_by_certificate(
        &self,
        issuer: Issuer,
        serial: &[u8],
        reason: RevocationReason,
        key: &[u8; 32],
        now: Instant,
    ) -> Result<(), PortError> {
        let key = IdempotencyKey::new(*key).map_err(|_| PortError::Down)?;
        let request = Revoke {
            issuer,
            serial: serial.to_vec(),
            reason,
        };
        self.outside.reach(Port::Ra, || {
            let mut rng = self.rng();
            match self
                .ra()
                .revoke_by_certificate(&request, &key, now, &mut rng)
            {
                Ok(Revocation::Refused(refusal)) => Err(PortError::Refused(refusal.sentence())),
                Ok(_) => Ok(()),
                Err(_) => Err(PortError::Unknown),
            }
        })
    }

    fn news(&self, news: &OrderNews) -> Result<(), PortError> {
        if order_of(news).is_some_and(|order| self.outside.is_elsewhere(order)) {
            return Ok(());
        }
        self.outside.reach(Port::Ra, || {
            let heard = self.ra().news(news, self.now(), &mut self.rng());
            heard.map_err(|_| PortError::Unknown)
        })
    }
}

const fn order_of(news: &OrderNews) -> Option<&OrderId> {
    match news {
        OrderNews::Confirmed { order, .. }
        | OrderNews::Lapsed { order, .. }
        | OrderNews::Revoked { order, .. } => Some(order),
        _ => None,
    }
}

fn told<T>(answer: Result<Result<T, npki_ra::Refusal>, RaError>) -> Result<T, PortError> {
    // A bank that failed may have written something: it is asked again.
    answer
        .map_err(|_| PortError::Unknown)?
        .map_err(|refusal| PortError::Refused(refusal.sentence()))
}

fn answer<T>(answer: Result<Result<T, Refusal>, CaError>) -> Result<T, PortError> {
    answer
        .map_err(lost)?
        .map_err(|refusal| PortError::Refused(refusal.sentence()))
}

/// A CA that failed may have done it or not.
fn lost(_: CaError) -> PortError {
    PortError::Unknown
}

fn nobody() -> PortError {
    PortError::Refused(Sentence::fixed(
        "시험 환경에 없는 인증기관입니다",
        "the lab has no such CA",
    ))
}
