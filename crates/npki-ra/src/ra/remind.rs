//! Reminders of certificates that will expire (R43).

use core::time::Duration;

use npki_core::Instant;
use npki_ledger::{Change, Key, Pseudonym, READ_MAX, Span, Value};
use npki_policy::CertificateState;
use rand_core::CryptoRng;

use super::{Ra, TRIES, batch::Batch, handle::again, load::damaged};
use crate::{
    CertificateRef, Draft, RaError, Wish,
    application::certificate_ref,
    effect::EffectKind,
    ids::{derive, sub_key},
    names::{REMINDERS, due_octets, expiry_key, split_expiry_key},
    ports::NoticeKind,
    subscriber::event::ReminderDue,
};

impl Ra<'_> {
    /// Enters when the holder of a certificate is to be reminded.
    pub(super) fn plan_reminder(
        &self,
        batch: &mut Batch<'_>,
        not_after: Instant,
        name: &CertificateRef,
        pseudonym: &Pseudonym,
    ) -> Result<(), RaError> {
        batch.change(Change::Put {
            index: REMINDERS,
            key: expiry_key(self.reminded_from(not_after), name),
            value: Value::new(*pseudonym.octets()).map_err(|_| damaged("index value"))?,
        });
        Ok(())
    }

    /// Nobody needs to be reminded of a certificate that has ended.
    pub(super) fn drop_reminder(
        &self,
        batch: &mut Batch<'_>,
        not_after: Instant,
        name: &CertificateRef,
    ) {
        batch.change(Change::Remove {
            index: REMINDERS,
            key: expiry_key(self.reminded_from(not_after), name),
        });
    }

    fn reminded_from(&self, not_after: Instant) -> Instant {
        let days = i32::from(self.policy.parameters().expiry_reminder.0);
        not_after.kst_day().plus_days(-days).start()
    }

    /// Reminds of what will expire: once each, on the telephone of step 5.
    pub(super) fn remind(&self, now: Instant, rng: &mut dyn CryptoRng) -> Result<usize, RaError> {
        let until = now.saturating_add(Duration::from_secs(1));
        let span = Span::between(&[], &due_octets(until));
        let mut reminded = 0;
        for entry in self.ledger.index(&REMINDERS, &span, READ_MAX)? {
            let pseudonym = entry.value.octets().try_into();
            let pseudonym = pseudonym.map_err(|_| damaged("reminder"))?;
            reminded += self.remind_one(&entry.key, Pseudonym::from_octets(pseudonym), now, rng)?;
        }
        Ok(reminded)
    }

    fn remind_one(
        &self,
        at: &Key,
        pseudonym: Pseudonym,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<usize, RaError> {
        let (issuer, serial) = split_expiry_key(at).ok_or(damaged("reminder"))?;
        let name = certificate_ref(issuer, serial)?;
        for _ in 0..TRIES {
            let subscriber = self.subscriber(pseudonym)?;
            let certificate = subscriber.certificate(issuer, serial);
            let certificate = certificate.ok_or(damaged("certificate"))?;
            // One that has ended since needs no reminder; its entry goes all the same.
            let lives = certificate.state == CertificateState::Issued;
            let told = lives && now <= certificate.not_after;
            let mut batch = Batch::new(self, now).subscriber(&subscriber);
            let due = ReminderDue {
                issuer,
                serial: name.serial.clone(),
            };
            batch.push(Draft::of_subscriber(due), rng)?;
            batch.change(Change::Remove {
                index: REMINDERS,
                key: at.clone(),
            });
            if told {
                let wish = Wish::tell(EffectKind::Notify, NoticeKind::Expiring);
                batch.wish_of(certificate.application, &wish)?;
            }
            let key = sub_key("reminder", at.octets());
            match batch.commit(&key, derive("reminder", &[at.octets()]))? {
                Ok(receipt) => {
                    self.run_effects_of(&receipt, now, rng)?;
                    return Ok(usize::from(told));
                }
                Err(conflict) => again(conflict)?,
            }
        }
        Err(RaError::Busy)
    }
}
