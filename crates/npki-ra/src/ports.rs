//! The bank's outside world, each part behind a trait that works as `dyn`.
//!
//! Every call that does something has a key: asked again with the same key, the other side does
//! not do it again and gives the same answer. Each says done, no ([`PortError::Refused`]), not
//! known ([`PortError::Unknown`]: it will be asked again), or not reached ([`PortError::Down`]).
//!
//! No port takes [`SubscriberDetails`](crate::SubscriberDetails): what a subscriber writes in step
//! 5 is for the certificate alone and cannot flow back into the bank's record.

mod bank;
mod ca;
mod immigration;
mod messages;
mod otp;
mod personal;
mod phone;
mod security;
mod status;

pub use bank::{Account, BankSystems, Customer, Registered, RegisteredPhone};
pub use ca::{CaPort, Cancellation};
pub use immigration::{Immigration, Whereabouts};
pub use messages::{Messages, Notice, NoticeKind};
pub use npki_core::PortError;
pub use otp::{OtpCentre, OtpVerdict};
pub use personal::{AccountNumber, DeviceSerial, PhoneNumber, UserId};
pub use phone::{ApprovalNumber, CallOutcome, Phone};
pub use security::{
    AccountPassword, CardAnswer, CardCell, Half, MeansAnswer, Otp, Pin, Secret, SecurityMeans,
    SecurityMeansKind, Tried,
};

pub use status::RevocationStatus;

/// All ports together.
#[derive(Clone, Copy, Debug)]
pub struct Ports<'a> {
    /// The bank's own systems.
    pub bank: &'a dyn BankSystems,
    /// The telephone.
    pub phone: &'a dyn Phone,
    /// The immigration office.
    pub immigration: &'a dyn Immigration,
    /// Security cards and the app's certificate.
    pub security: &'a dyn SecurityMeans,
    /// One-time passwords.
    pub otp: &'a dyn OtpCentre,
    /// Messages to subscribers.
    pub messages: &'a dyn Messages,
    /// CRLs and OCSP responses about other institutions' certificates.
    pub status: &'a dyn RevocationStatus,
    /// The CAs.
    pub ca: &'a dyn CaPort,
}
