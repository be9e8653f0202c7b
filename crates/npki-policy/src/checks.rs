//! The checks behind the deciding rules, one function each, named in `asked.rs`.

mod admission;
mod life;
mod media;
mod money;

pub(crate) use admission::{
    business_number, catalogue, consent, identified, issuing_window, log_in, otp, purpose,
    registrable, terms,
};
pub(crate) use life::{
    begun, loan_block, not_ended, not_expired, one_live, reissuable, renewal_window, revocable,
};
pub(crate) use media::{phone_copy, token};
pub(crate) use money::{balance, paid, receipt, refundable};
