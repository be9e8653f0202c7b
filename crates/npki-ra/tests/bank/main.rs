//! The bank's room, from outside.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that finds something else than it expects is to stop"
)]

mod crash;
mod desk;
mod events;
mod life;
mod log_in;
mod model;
mod other_bank;
mod otp;
mod refusals;
mod registration;
mod revocation;
mod steps;
mod world;
