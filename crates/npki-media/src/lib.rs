//! Media that keep joint certificates (저장매체): the [`Medium`] trait with its contract, a suite that
//! holds every medium to it, and a medium in memory.
//!
//! A medium lists what it holds, stores a [`Bundle`] whole or not at all, opens an entry with its
//! password, deletes, and changes passwords. On top of that stand [`copy`] between two media, and
//! [`export_pfx`] and [`import_pfx`].
//!
//! An opened key is a handle that signs; the key itself comes out only where it may leave
//! ([`Exportable`]), so that a token fits behind the same trait. The random number R and every other
//! octet of a private key survive each of these operations.
//!
//! This room touches no file: folders on disks and sticks are `npki-media-folder`. It does not judge
//! certificates either: an expired or revoked one is listed and opened like any other.
//!
//! Sources: KCAC.TS.UI for media and their operations; R42, R43, R52, R60 to R62, R64 and R65.
//!
//! ```
//! use npki_container::Password;
//! use npki_media::{Medium, MemoryMedium, conformance};
//!
//! let medium = MemoryMedium::new();
//! medium.store(&conformance::subscriber()?, npki_media::Overwrite::Refuse)?;
//!
//! let entry = &medium.list()?[0];
//! assert!(entry.is_complete());
//! let opened = medium.open(&entry.id, &Password::new(conformance::PASSWORD)?)?;
//! assert!(opened.random_number.is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod bundle;
mod ca_folder;
pub mod conformance;
mod copy;
mod entry;
mod error;
mod lint;
mod medium;
mod memory_medium;
mod opened;
mod pfx;
mod reseal;
mod unconfirmed;

pub use bundle::{Bundle, BundleRefused, Pair};
pub use ca_folder::ca_folder;
pub use copy::{CopyMode, copy};
pub use entry::{Entry, EntryId, EntryState, Part};
pub use error::{Damage, MediumError};
pub use lint::{lint_medium, lint_medium_with};
pub use medium::{Medium, MediumKind, Overwrite};
pub use memory_medium::MemoryMedium;
pub use opened::{Exportable, KeyStays, Opened, OpenedKm};
pub use pfx::{ImportedPfx, PfxError, RandomNumberFound, export_pfx, import_pfx};
pub use reseal::Reseal;
pub use unconfirmed::Unconfirmed;
