//! The OTP centre, which knows the devices of everybody in the lab.

use npki_core::{Instant, PortError};
use npki_ledger::IdempotencyKey;
use npki_ra::{
    LedgerOtpCentre, OtpError, TryId,
    ports::{DeviceSerial, Otp, OtpCentre, OtpVerdict},
};

use crate::{Lab, Port};

impl OtpCentre for Lab<'_> {
    fn try_code(
        &self,
        id: &TryId,
        device: &DeviceSerial,
        answer: &Otp,
        now: Instant,
    ) -> Result<OtpVerdict, PortError> {
        self.at_centre(device, |centre| centre.try_code(id, device, answer, now))
    }

    fn failures(&self, device: &DeviceSerial) -> Result<u32, PortError> {
        self.at_centre(device, |centre| centre.failures(device))
    }

    fn lift(&self, key: &TryId, device: &DeviceSerial, now: Instant) -> Result<(), PortError> {
        self.at_centre(device, |centre| centre.lift(key, device, now))
    }
}

impl Lab<'_> {
    /// Asks the centre, which gets to know a device when it is first asked about it.
    fn at_centre<T>(
        &self,
        device: &DeviceSerial,
        ask: impl FnOnce(&LedgerOtpCentre<'_>) -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        self.outside.reach(Port::Otp, || {
            let centre = self.otp_centre("LAB");
            if let (Err(OtpError::Unknown), Some(owner)) = (
                centre.count(device),
                self.outside.owner_of_device(device.expose_text()),
            ) {
                let mut rng = self.rng();
                let key = IdempotencyKey::generate(&mut rng);
                match centre.enrol(device, &owner.device(), &key, self.now(), &mut rng) {
                    Ok(()) | Err(OtpError::Known) => {}
                    Err(_) => return Err(PortError::Down),
                }
            }
            ask(&centre)
        })
    }
}
