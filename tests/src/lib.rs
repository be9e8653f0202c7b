//! What tests across rooms share: a fixed clock and generator, the folder of real files, and other implementations.
//!
//! Nothing here is published. A test that needs something the machine lacks says so in one line and passes over; with
//! `CI=true` it fails instead, because there everything has been installed. Helpers that find things therefore return
//! an `Option`, and a test begins with
//!
//! ```
//! # fn test() {
//! let Some(openssl) = npki_tests::tool("openssl") else { return };
//! # let _ = openssl;
//! # }
//! ```

mod clock;
mod generator;
mod listener;
mod outside;
pub mod readme;
pub mod strategies;
mod workspace;

pub use clock::{NOW_UNIX, now};
pub use generator::{DEFAULT_SEED, generator, generator_from};
pub use listener::serve;
pub use outside::{in_ci, python_with, python_with_pypinksign, tool, vectors};
pub use workspace::{output, workspace_metadata, workspace_root};

/// The programs of the README, as they stand there.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub mod readme_programs {}

/// The same programs in the Korean README.
#[cfg(doctest)]
#[doc = include_str!("../../README.ko.md")]
pub mod readme_programs_ko {}
