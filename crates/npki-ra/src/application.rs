//! An application (신청): what it records, what it is, what may be asked of it, what is decided.

mod command;
mod decide;
mod details;
pub(crate) mod event;
mod state;
mod step;

pub use command::{Begin, Choice, Command, Selection};
pub use decide::Drafted;
pub use decide::{
    Decision, Draft, Facts, Fresh, PortAnswer, Seal, Wish, abandon, admit, approval, decide,
};
pub(crate) use decide::{Subject, certificate_ref, digest, out_of_turn, rules};
pub use details::{DetailsError, DetailsFault, DetailsForm, SubscriberDetails};
pub use event::{AbandonedBy, Event, Identification};
pub use state::{End, Money, MoneyStage, PlacedOrder, State, evolve};
pub use step::{
    Application, AtTheCa, Choose, ConfirmFee, Details, Identify, PasswordAndMedium, Step,
};
