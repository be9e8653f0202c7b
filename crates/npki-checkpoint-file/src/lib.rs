//! A second place for the checkpoints of a ledger: a file in another folder.
//!
//! [`CheckpointFile`] keeps a signed checkpoint (C2SP tlog-checkpoint, signed-note) as text in a file, replaced whole: a
//! new file is written beside it, synced and renamed over it. Several processes may keep checkpoints in one file; they
//! take turns by a lock on a second file, `<name>.lock`, which stays there empty.
//!
//! It proves nothing by itself and checks no signature: that is
//! [`GuardedLedger`](npki_ledger::GuardedLedger)'s work. It refuses to be clever about where the file is. **Put it where
//! who can write the ledger cannot write**: another machine's folder, another account's; a file beside the ledger is
//! restored together with it, and then tells nothing.
//!
//! ```
//! use npki_checkpoint_file::CheckpointFile;
//! use npki_ledger::{SecondPlace, Stored};
//!
//! # let elsewhere = tempfile::tempdir()?;
//! let place = CheckpointFile::new(elsewhere.path().join("bank.checkpoint"));
//! assert_eq!(place.load()?, None);
//! assert_eq!(place.store(None, "first")?, Stored::Done);
//! assert_eq!(place.store(None, "another first")?, Stored::Outdated);
//! assert_eq!(place.store(Some("first"), "second")?, Stored::Done);
//! assert_eq!(place.load()?.as_deref(), Some("second"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod checkpoint_file;

pub use checkpoint_file::CheckpointFile;
