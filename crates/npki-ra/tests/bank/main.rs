//! The bank's room, from outside.

mod crash;
mod life;
mod refusals;
mod steps;
mod world;
