//! An OTP centre on a ledger of its own, for one bank or for many.

mod device;
mod error;
pub(crate) mod event;

use der::{Decode, Encode};
use npki_core::{Instant, PortError, Sentence};
use npki_ledger::{
    Change, Commit, Conflict, Event, IdempotencyKey, IndexName, Key, Ledger, LedgerError,
    LedgerExt, Receipt, SealedEntry, SealedId, SealedKind, SealingKey, StreamId, StreamKind, Value,
};
use npki_policy::Attempts;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use self::{
    device::Row,
    event::{Enrolled, Judged, Lifted, Tried, Verdict},
};
use crate::{
    EventError, RequestKey, TryId,
    ids::{derive, sub_key},
    ports::{DeviceSerial, Otp, OtpCentre, OtpVerdict},
};

pub(crate) use event as payload;

pub use device::OtpDevice;
pub use error::OtpError;
pub use event::DeviceEvent;

/// An OTP centre (OTP통합인증센터) on a ledger of its own: RFC 6238 codes, one counter per device.
///
/// Any number of nodes with the same ledger and keys are one centre; each institution that asks
/// has a value with its own name. A try is counted in the ledger before the device's secret is
/// opened, and the time step that a right code belongs to is claimed, so that the code is good once
/// (RFC 6238 section 5.2). Codes of the step before and after the present one are accepted, for
/// slow fingers and clocks. A try that a crash has left unjudged is judged as of when it was counted,
/// for ten minutes; then it is wrong. So a claim ends, and a device has a bounded number of them
/// (26 with steps of 30 s), however often it is used.
///
/// The log names neither serial numbers nor codes: devices stand there under a keyed digest,
/// secrets are sealed.
#[derive(Clone, Copy, Debug)]
pub struct LedgerOtpCentre<'a> {
    /// Where devices and tries are recorded; not the bank's.
    pub ledger: &'a dyn Ledger,
    /// The centre's keys.
    pub keys: &'a OtpKeys,
    /// Who asks. Tries of two institutions are never the same try.
    pub institution: &'a str,
    /// So many wrong codes in a row lock a device (R32).
    pub attempts: Attempts,
}

/// The keys of an OTP centre. Its database has none of them.
#[derive(Debug)]
pub struct OtpKeys {
    /// Makes the names of devices, and digests of requests.
    pub names: RequestKey,
    /// Seals the secrets of devices.
    pub secrets: SealingKey,
}

impl LedgerOtpCentre<'_> {
    /// Makes a device known, once for each key.
    ///
    /// # Errors
    /// [`OtpError::Known`] when the centre has the device already; [`OtpError`].
    pub fn enrol(
        &self,
        serial: &DeviceSerial,
        device: &OtpDevice,
        key: &IdempotencyKey,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), OtpError> {
        let name = self.name(serial.expose_text());
        let stream = stream(&name)?;
        let secret = SealedId::generate(rng);
        let sealed = self
            .keys
            .secrets
            .seal_for(&stream, &SECRET, device.expose_secret(), rng)?;
        let row = Row {
            secret,
            digits: device.digits(),
            step: device.step(),
        };
        let enrolled = DeviceEvent::from(Enrolled { secret });
        let mut event = Event::new(stream, enrolled.kind(), enrolled.payload()?);
        event.sealed.push(SealedEntry {
            id: secret,
            kind: SECRET,
            record: sealed,
        });
        event.changes = vec![
            Change::Take {
                claim: text(&format!("device/{}", hex(&name)))?,
                owner: text(&format!("enrolment/{}", hex(secret.octets())))?,
                end: None,
            },
            Change::Put {
                index: DEVICES,
                key: device_key(&name)?,
                value: Value::new(row.to_der()?).map_err(|_| OtpError::Damaged("device"))?,
            },
        ];
        let digest = self
            .keys
            .names
            .digest(&[b"enrol", &name, device.expose_secret()]);
        match self.commit(sub_key("otp enrol", key.octets()), digest, now, event)? {
            Ok(_) => Ok(()),
            Err(Conflict::ClaimHeld { .. }) => Err(OtpError::Known),
            Err(conflict) => Err(OtpError::Conflict(conflict)),
        }
    }

    /// Counts a try, then judges it. See [`OtpCentre::try_code`].
    ///
    /// # Errors
    /// [`OtpError`].
    pub fn judge(
        &self,
        id: &TryId,
        device: &DeviceSerial,
        answer: &Otp,
        now: Instant,
    ) -> Result<OtpVerdict, OtpError> {
        let name = self.name(device.expose_text());
        let row = self.row(&name)?;
        let stream = stream(&name)?;
        let try_name = derive("otp try", &[self.institution.as_bytes(), id.octets()]);
        let tried = DeviceEvent::from(Tried {
            institution: self.institution.to_owned(),
            id: *id,
        });
        let mut event = Event::new(stream.clone(), tried.kind(), tried.payload()?);
        event.changes.push(Change::Add {
            counter: counter(&name)?,
            ceiling: u64::from(self.attempts.0),
        });
        let request = self.keys.names.digest(&[
            b"try",
            &try_name,
            &name,
            answer.serial.expose_octets(),
            answer.code.expose_octets(),
        ]);
        let counted = match self.commit(sub_key("otp count", &try_name), request, now, event)? {
            Ok(receipt) => receipt,
            Err(Conflict::CounterAtCeiling { .. }) => return Ok(OtpVerdict::Locked),
            Err(conflict) => return Err(OtpError::Conflict(conflict)),
        };
        let outcome = sub_key("otp judge", &try_name);
        if let Some(judged) = self.ledger.receipt(&outcome)? {
            return self.verdict(&judged);
        }
        // Judged as of when it was counted: asked again after a crash, the answer is the same.
        let at = self.recorded(&counted)?.record().time;
        let same_device = self.name(answer.serial.expose_text()) == name;
        let in_time = now.saturating_duration_since(at).as_secs() <= JUDGED_WITHIN;
        let step = match same_device && in_time {
            true => self
                .device(&stream, &row)?
                .step_of(answer.code.expose_text(), at),
            false => None,
        };
        let mut verdict = match step {
            Some(_) => Verdict::Right,
            None => Verdict::Wrong,
        };
        loop {
            let judged = DeviceEvent::from(Judged { id: *id, verdict });
            let mut event = Event::new(stream.clone(), judged.kind(), judged.payload()?);
            if let (Verdict::Right, Some(step)) = (verdict, step) {
                event.changes = vec![
                    Change::Take {
                        claim: text(&format!("used/{}/{}", hex(&name), row.slot(step)))?,
                        owner: text(&format!("try/{}", hex(&try_name)))?,
                        end: Some(row.used_until(step)?),
                    },
                    Change::Reset {
                        counter: counter(&name)?,
                    },
                ];
            }
            match self.commit(
                outcome.clone(),
                derive("otp judge", &[&try_name]),
                now,
                event,
            )? {
                Ok(receipt) => return self.verdict(&receipt),
                Err(Conflict::ClaimHeld { .. }) if verdict == Verdict::Right => {
                    verdict = Verdict::Used;
                }
                Err(conflict) => return Err(OtpError::Conflict(conflict)),
            }
        }
    }

    /// Tries of a device since the last right one.
    ///
    /// # Errors
    /// [`OtpError`].
    pub fn count(&self, device: &DeviceSerial) -> Result<u64, OtpError> {
        let name = self.name(device.expose_text());
        self.row(&name)?;
        Ok(self.ledger.counter(&counter(&name)?)?)
    }

    /// Lifts the lock of a device, once for each key. See [`OtpCentre::lift`].
    ///
    /// # Errors
    /// [`OtpError`].
    pub fn unlock(&self, key: &TryId, device: &DeviceSerial, now: Instant) -> Result<(), OtpError> {
        let name = self.name(device.expose_text());
        self.row(&name)?;
        let lifted = DeviceEvent::from(Lifted {
            institution: self.institution.to_owned(),
        });
        let mut event = Event::new(stream(&name)?, lifted.kind(), lifted.payload()?);
        event.changes.push(Change::Reset {
            counter: counter(&name)?,
        });
        let parts = [self.institution.as_bytes(), key.octets(), &name];
        let digest = derive("otp lift", &parts);
        let key = sub_key("otp lift", &derive("otp lift", &parts[..2]));
        self.commit(key, digest, now, event)?
            .map(|_| ())
            .map_err(OtpError::Conflict)
    }

    /// A device's name in the log: a keyed digest of its serial number.
    fn name(&self, serial: &str) -> [u8; 32] {
        self.keys.names.digest(&[b"device", serial.as_bytes()])
    }

    fn row(&self, name: &[u8; 32]) -> Result<Row, OtpError> {
        let value = self.ledger.index_value(&DEVICES, &device_key(name)?)?;
        let value = value.ok_or(OtpError::Unknown)?;
        Ok(Row::from_der(value.octets())?)
    }

    fn device(&self, stream: &StreamId, row: &Row) -> Result<OtpDevice, OtpError> {
        let sealed = self.ledger.sealed(&row.secret)?.and_then(|row| row.record);
        let sealed = sealed.ok_or(OtpError::Damaged("secret"))?;
        let secret = self.keys.secrets.open_for(stream, &SECRET, &sealed)?;
        let secret: [u8; 20] = secret
            .as_slice()
            .try_into()
            .map_err(|_| OtpError::Damaged("secret"))?;
        OtpDevice::new(Zeroizing::new(secret), row.digits, row.step)
            .ok_or(OtpError::Damaged("device"))
    }

    fn verdict(&self, judged: &Receipt) -> Result<OtpVerdict, OtpError> {
        let recorded = self.recorded(judged)?;
        let record = recorded.record();
        match DeviceEvent::parse(&record.kind, &record.payload)? {
            DeviceEvent::Judged(judged) => Ok(match judged.verdict {
                Verdict::Right => OtpVerdict::Right,
                Verdict::Used => OtpVerdict::Used,
                Verdict::Wrong => OtpVerdict::Wrong,
            }),
            _ => Err(OtpError::Damaged("verdict")),
        }
    }

    fn recorded(&self, receipt: &Receipt) -> Result<npki_ledger::Recorded, OtpError> {
        let mut found = self.ledger.records(receipt.position, 1)?;
        found.pop().ok_or(OtpError::Damaged("record"))
    }

    fn commit(
        &self,
        key: IdempotencyKey,
        request_digest: [u8; 32],
        now: Instant,
        event: Event,
    ) -> Result<Result<Receipt, Conflict>, LedgerError> {
        // No version is expected: nothing depends on what other tries have written.
        self.ledger.commit_one(&Commit {
            key,
            request_digest,
            now,
            expected: Vec::new(),
            events: vec![event],
        })
    }
}

impl OtpCentre for LedgerOtpCentre<'_> {
    fn try_code(
        &self,
        id: &TryId,
        device: &DeviceSerial,
        answer: &Otp,
        now: Instant,
    ) -> Result<OtpVerdict, PortError> {
        self.judge(id, device, answer, now).map_err(answered)
    }

    fn failures(&self, device: &DeviceSerial) -> Result<u32, PortError> {
        let count = self.count(device).map_err(answered)?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn lift(&self, key: &TryId, device: &DeviceSerial, now: Instant) -> Result<(), PortError> {
        self.unlock(key, device, now).map_err(answered)
    }
}

/// What an institution hears.
fn answered(error: OtpError) -> PortError {
    match error {
        OtpError::Unknown => PortError::Refused(Sentence::fixed(
            "등록되지 않은 OTP입니다",
            "the OTP centre does not know this device",
        )),
        OtpError::Ledger(LedgerError::Unknown(_)) => PortError::Unknown,
        _ => PortError::Down,
    }
}

fn stream(name: &[u8; 32]) -> Result<StreamId, OtpError> {
    StreamId::new(DEVICE, &hex(name)).map_err(|_| OtpError::Damaged("stream"))
}

fn counter(name: &[u8; 32]) -> Result<Key, OtpError> {
    text(&format!("tries/{}", hex(name)))
}

fn device_key(name: &[u8; 32]) -> Result<Key, OtpError> {
    Key::new(*name).map_err(|_| OtpError::Damaged("key"))
}

fn text(text: &str) -> Result<Key, OtpError> {
    Key::new(text).map_err(|_| OtpError::Damaged("key"))
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Seconds for which a try that was counted can be judged. Longer than a program takes to start anew; each half minute
/// more is a claim more that a device may have.
const JUDGED_WITHIN: u64 = 600;

const DEVICE: StreamKind = StreamKind::from_static("device");
const SECRET: SealedKind = SealedKind::from_static("otp-secret");
/// Devices: name → [`Row`].
const DEVICES: IndexName = IndexName::from_static("otp.device");

impl From<EventError> for OtpError {
    fn from(_: EventError) -> Self {
        Self::Damaged("event")
    }
}
