//! An application (신청): what it records, what it is, what may be asked of it, what is decided.

mod choose;
mod command;
mod decide;
mod decision;
mod details;
pub(crate) mod event;
mod facts;
mod identify;
mod register;
mod revoke;
mod state;
mod step;

pub use command::{Begin, Choice, Command, Selection};
pub use decide::{abandon, admit, approval, decide};
pub use decision::{Decision, Draft, Drafted, Seal, Wish};
pub use details::{DetailsError, DetailsFault, DetailsForm, SubscriberDetails};
pub use event::{AbandonedBy, Event, Identification};
pub use facts::{Facts, Fresh, PortAnswer};
pub use revoke::Revoke;
pub use state::{End, Money, MoneyStage, PlacedOrder, State, evolve};
pub use step::{
    Application, AtTheCa, Choose, ChooseToRevoke, ConfirmFee, Details, Identify, PasswordAndMedium,
    ShowCertificate, Step, TermsAndIdentity,
};

pub(crate) use decide::out_of_turn;
pub(crate) use facts::{Subject, certificate_ref, digest, rules};
pub(crate) use register::{Known, examine, register};
pub(crate) use revoke::{Shown, decide_revocation};
