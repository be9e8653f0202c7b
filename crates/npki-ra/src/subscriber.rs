//! A subscriber (가입자): the history of a person's certificates, under a pseudonym.

pub(crate) mod event;
mod state;

pub use event::SubscriberEvent;
pub use state::{Certificate, OtherCertificate, Refund, Subscriber, evolve_subscriber};
