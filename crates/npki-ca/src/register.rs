use der::Encode as _;
use npki_core::{
    Instant, Order, OrderId, ReferenceNumber, Registration, ReplacedBecause, RevocationReason,
    Sealed,
};
use npki_ledger::{Change, SealedEntry};
use rand_core::CryptoRng;

use crate::{
    Ca, CaError, Refusal,
    event::{Event, Registered},
    pairs::Pairs,
    store::{
        self, Committed, DEADLINE, IDN, ORDER, REFERENCE, TRIES, key, ledger_event, octets,
        order_stream, put, sealed_id,
    },
};

impl Ca<'_> {
    /// Takes an order of the bank and gives it a reference number and an authorization code.
    ///
    /// Registering it again, also after a crash or on another node, gives the same two. When the
    /// old certificate's key has leaked, that one is revoked here and now (R12). An order that was
    /// cancelled before it came is refused.
    ///
    /// # Errors
    /// [`CaError::NoProfile`]; [`CaError`]; after [`npki_ledger::LedgerError::Unknown`] register again.
    pub fn register(
        &self,
        order: &Order,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<Result<Registration, Refusal>, CaError> {
        Pairs::of(order)?;
        for _ in 0..TRIES {
            let state = self.state(&order.id)?;
            if let Some(registered) = &state.registered {
                self.revoke_leaked(order, now)?;
                return self.registration(&order.id, registered).map(Ok);
            }
            if state.outcome.is_some() {
                return Ok(Err(Refusal::Settled));
            }
            let reference = reference_number(rng);
            let registered = Registered {
                order: order.id,
                action: order.action,
                product: order.product,
                reference: reference.clone(),
                code_key: octets(self.keys.code.id())?,
                ends: order.ends,
                replaces: order.replaces.as_ref().map(|r| r.serial.clone()),
                because: order.replaces.as_ref().map(|r| r.because),
            };
            let mut event = ledger_event(
                &order.id,
                &Event::Registered(registered),
                vec![
                    Change::Take {
                        claim: key(format!("reference/{reference}"))?,
                        owner: key(order.id.octets())?,
                        end: None,
                    },
                    put(REFERENCE, &reference, order.id.octets())?,
                    put(DEADLINE, store::deadline(order.ends, &order.id), [])?,
                ],
            )?;
            event.sealed = vec![
                self.seal(&order.id, ORDER, &without_idn(order)?, rng)?,
                SealedEntry {
                    id: sealed_id(&order.id, &IDN),
                    kind: IDN,
                    record: order.idn.clone(),
                },
            ];
            let commit = store::commit(
                "register",
                &[order.id.octets(), reference.as_bytes()],
                now,
                vec![(order_stream(&order.id), 0)],
                vec![event],
            );
            match self.commit(&commit)? {
                Committed::Done | Committed::Stale | Committed::Claimed(_) => {}
                Committed::AtCeiling => return Err(CaError::Contended),
            }
        }
        Err(CaError::Contended)
    }

    fn registration(
        &self,
        order: &OrderId,
        registered: &Registered,
    ) -> Result<Registration, CaError> {
        if registered.code_key.as_bytes() != self.keys.code.id() {
            return Err(CaError::Damaged {
                what: "an order's code: another key made it",
            });
        }
        Ok(Registration {
            reference: ReferenceNumber::parse(&registered.reference).map_err(|_| {
                CaError::Damaged {
                    what: "a reference number",
                }
            })?,
            authorization_code: self.keys.code.code(order),
        })
    }

    fn revoke_leaked(&self, order: &Order, now: Instant) -> Result<(), CaError> {
        match &order.replaces {
            Some(replaced) if replaced.because == ReplacedBecause::Leaked => {
                // A certificate that is revoked already stays as it is.
                self.revoke(
                    replaced.serial.as_bytes(),
                    RevocationReason::KeyCompromise,
                    &store::sha256(order.id.octets()),
                    now,
                )
                .map(drop)
            }
            _ => Ok(()),
        }
    }
}

/// 12 random digits: some 40 bits, so that guessing one of many open orders does not pay; the
/// authorization code is what protects them.
fn reference_number(rng: &mut dyn CryptoRng) -> String {
    format!("{:012}", rng.next_u64() % 1_000_000_000_000)
}

/// The order's DER with an empty IDN, which is kept, and shredded, apart.
fn without_idn(order: &Order) -> Result<Vec<u8>, CaError> {
    let empty = Sealed {
        key_id: octets(&[])?,
        nonce: octets(&[])?,
        ciphertext: octets(&[])?,
    };
    Ok(Order {
        idn: empty,
        ..order.clone()
    }
    .to_der()?)
}
