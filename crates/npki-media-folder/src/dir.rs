//! An open folder, and the few things that are done inside of one.
//!
//! On Unix everything is reached from the descriptor of the folder that was opened before, and no
//! symbolic link is followed: whoever exchanges a folder for a link while we work leads us nowhere.
//! Elsewhere paths are all there is, and each is checked before it is used.

#[cfg(not(unix))]
mod portable;
#[cfg(unix)]
mod unix;

use std::ffi::OsString;
use std::time::SystemTime;

#[cfg(not(unix))]
pub(crate) use portable::{Dir, Lock};
#[cfg(unix)]
pub(crate) use unix::{Dir, Lock};

/// A name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) name: OsString,
    pub(crate) kind: ItemKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemKind {
    File,
    Folder,
    Link,
    Other,
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Octets {
    pub(crate) bytes: Vec<u8>,
    pub(crate) modified: Option<SystemTime>,
}

/// Who else may be at the folder meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LockKind {
    /// Readers.
    Shared,
    /// Nobody.
    Exclusive,
}

/// How two names changed places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exchange {
    /// In one step.
    #[cfg_attr(not(unix), expect(dead_code, reason = "only some systems can"))]
    Done,
    /// Not at all: this file system cannot do it in one step.
    Unsupported,
}

impl ItemKind {
    /// For errors.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Folder => "folder",
            Self::Link => "symbolic link",
            Self::Other => "device or pipe",
        }
    }
}

/// Names that are looked at in one folder. A bound of ours: a person has a handful.
pub(crate) const MAX_NAMES: usize = 10_000;
