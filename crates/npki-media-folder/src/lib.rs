//! Joint certificates in NPKI folders on hard disks and sticks, in the layout that Korean software
//! reads and writes.
//!
//! ```text
//! NPKI/<CA folder>/                          yessign, KICA, SignKorea, CrossCert, TradeSign, …
//!     <CA certificates>.der
//!     USER/<subject as text>/                cn=홍길동()0099…,ou=KFTC,ou=personal,o=yessign,c=kr
//!         signCert.der  signPri.key  [kmCert.der  kmPri.key]  [CaPubs]
//!     USER/.npki-unconfirmed/                pairs that the CA has not heard the confirmation of
//! ```
//!
//! [`FolderMedium`] is one such folder, behind [`npki_media::Medium`]; [`find_roots`] says where on a
//! machine they are. What it writes is whole or not there (R65): see its page.
//!
//! It takes no fact from a folder's name, follows no link inside of the folder, reads nothing beyond
//! its bounds, and never writes a key in the clear.
//!
//! Sources: the folder layout of KCAC.TS.UI, as PyPinkSign and other open readers have it; R42, R43, R60,
//! R61 and R65.
//!
//! ```
//! use npki_container::Password;
//! use npki_media::{Medium, Overwrite, conformance};
//! use npki_media_folder::FolderMedium;
//!
//! # let dir = tempfile::tempdir()?;
//! # let folder = dir.path().join("NPKI");
//! let stick = FolderMedium::at(folder);
//! stick.store(&conformance::subscriber()?, Overwrite::Replace)?;
//! for entry in stick.list()? {
//!     let opened = stick.open(&entry.id, &Password::new(conformance::PASSWORD)?)?;
//!     println!("{}: {}", entry.place, opened.certificate.display_name());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod ca_pubs;
mod contents;
mod dir;
mod environment;
mod failed;
mod folder_medium;
mod layout;
mod places;
mod target;
mod transaction;
mod tree;
mod waiting;

pub use environment::{Environment, Mount, System};
pub use folder_medium::FolderMedium;
pub use places::{Base, PLACES, Place, PlaceRow, candidates, find_roots};
