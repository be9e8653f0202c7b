//! The bank (registration authority, 등록대행기관) that issues joint certificates in seven steps.
//!
//! [`Ra::begin`] starts an application; [`Application::next`] gives the handle of the step that is
//! to be taken, whose method makes the [`Command`] for [`Ra::handle`]. Inside, [`decide`] says what
//! happens or which rules refuse, [`evolve`] folds what happened; both are pure. What must happen
//! outside (reserve, capture, release, register, notify) is an open effect in the commit that
//! decided it: tried at once, and again by [`Ra::reconcile`] until it is answered. The CA tells its
//! news by [`Ra::news`] and asks once more by [`Ra::check_order`]; a certificate is issued when the
//! CA says that it is confirmed (R18b). An application may be for another [`Errand`] than a
//! certificate: to revoke one, its applicant is identified by the same means (R13); to
//! register another institution's, every check of it is told in a [`Report`] (R41).
//!
//! The room keeps nothing in the process and opens no socket: bank systems, telephone, immigration,
//! security means, messages and CA stand behind [`ports`]. It does not judge what the policy judges,
//! sees no key of a subscriber, and never writes what a subscriber enters back into the bank's
//! record. What names a person is sealed beside the ledger's log; passwords and codes are recorded
//! nowhere (R71, R72).
//!
//! Sources: the rules R… in `docs/RULES.md`, drawn from the bank's own guides.
//!
//! ```
//! use npki_ra::{DetailsForm, SubscriberDetails};
//!
//! let form = DetailsForm {
//!     english_name: "HONG GILDONG".into(),
//!     postal_code: "07241".into(),
//!     address: "서울특별시 영등포구 의사당대로 141".into(),
//!     phone: "02-123-4567".into(),
//!     ..DetailsForm::default()
//! };
//! let details = SubscriberDetails::new(form)?;
//! assert_eq!(details.notify().expose_text(), "02-123-4567");
//! # Ok::<(), npki_ra::DetailsError>(())
//! ```

mod application;
mod bill;
mod challenge;
mod effect;
mod errand;
mod error;
mod events;
mod ids;
mod keys;
mod names;
mod otp_centre;
mod presented;
mod ra;
mod refusals;
mod report;
mod small;
mod subscriber;
mod terms;
mod trusted_cas;
mod why;

pub mod ports;

pub use application::{
    AbandonedBy, Application, AtTheCa, Begin, Choice, Choose, ChooseToRevoke, Command, ConfirmFee,
    Decision, Details, DetailsError, DetailsFault, DetailsForm, Draft, Drafted, End, Event, Facts,
    Fresh, Identification, Identify, Money, MoneyStage, PasswordAndMedium, PlacedOrder, PortAnswer,
    Revoke, Seal, Selection, ShowCertificate, State, Step, SubscriberDetails, TermsAndIdentity,
    Wish, abandon, admit, approval, decide, evolve,
};
pub use bill::{Bill, BillKind};
pub use challenge::{Challenge, ChallengeError, ChallengeFor, Possession};
pub use effect::{CertificateRef, Effect, EffectKind};
pub use errand::Errand;
pub use error::RaError;
pub use events::EventError;
pub use ids::{ApplicationId, CallId, EffectId, IdError, ReservationId, TryId};
pub use keys::{Keys, RequestKey};
pub use otp_centre::{DeviceEvent, LedgerOtpCentre, OtpDevice, OtpError, OtpKeys};
pub use presented::Presented;
pub use ra::{
    Agreement, Answer, Choices, LogIn, Offered, Overview, Ra, Reconciled, Registering, Revocation,
};
pub use report::{Check, CheckName, CheckOutcome, Report};
pub use small::{Consent, Counted, Session, StepName};
pub use subscriber::{
    Certificate, OtherCertificate, Refund, Subscriber, SubscriberEvent, evolve_subscriber,
};
pub use terms::{AcceptedTerm, Term, Terms};
pub use trusted_cas::{RevocationLists, TrustedCas};
pub use why::{RecordedFact, Refusal, Why};

/// The payloads of the events that the bank records.
pub mod payload {
    pub use crate::application::event::{
        Abandoned, AccountVerified, Called, CancelAsked, Captured, CardAsked,
        CertificateRegistered, Chosen, Confirmed, DetailsGiven, Dropped, EffectRefused,
        ExtraIdentified, FeeConfirmed, FeeDeclined, FeeReserved, Lapsed, MeansVerified, Notified,
        OrderDeclined, Ordered, Refunded, Refused, Registered, RegistrationRefused, Released,
        Replaces, RevokeAsked, Started, TermsHandedOver, Tried, WentBack,
    };
    pub use crate::subscriber::event::{
        BillIssued, CardAnswered, CardChosen, CertificateConfirmed, CertificateRevoked,
        ConsentChanged, Enrolled, LockLifted, LogInRefused, LoggedIn, OtherDeregistered,
        OtherRegistered, ReminderDue, RevocationAsked, RevocationDeclined, SubscriberRefused,
    };

    /// The payloads of the events that an OTP centre records.
    pub mod device {
        pub use crate::otp_centre::payload::{Enrolled, Judged, Lifted, Tried, Verdict};
    }
}
