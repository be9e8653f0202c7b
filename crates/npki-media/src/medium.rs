use core::fmt::Debug;

use npki_cert::Certificate;
use npki_container::{NewPassword, Password};
use rand_core::CryptoRng;

use crate::{Bundle, Entry, EntryId, MediumError, Opened, Reseal, Unconfirmed};

/// What keeps joint certificates: a disk, a stick, a phone, a token, a browser (저장매체).
///
/// # Contract
///
/// **Entries.** An entry is what belongs to one subject: a signing pair, and beside it perhaps a
/// key-management pair and CA certificates. A medium holds at most one that it made itself for a
/// subject under one CA; what other software left there twice is listed twice.
///
/// **Whole.** [`store`](Self::store), [`delete`](Self::delete) and
/// [`change_password`](Self::change_password) happen in one step: whoever looks, and whenever the
/// process is killed, the medium pulled or the power cut, finds the entry as it was before or as it
/// is afterwards, never a certificate without its key or a pair of two generations (R65). A medium
/// that cannot do it in one step (FAT) puts the entry right at the next operation of any kind. An
/// error means that the old state stands, except that a failure after the step is reported too: who
/// gets one lists again.
///
/// **Durable.** What returned `Ok` has been read back and is there after a loss of power.
///
/// **Unconfirmed.** What [`keep_unconfirmed`](Self::keep_unconfirmed) has kept is there, whole, until
/// [`drop_unconfirmed`](Self::drop_unconfirmed): beside the entries, none of which it is, and whatever
/// becomes of them. There may be several for one subject.
///
/// **Not found.** An [`EntryId`] that leads nowhere is [`MediumError::NotFound`], everywhere and at
/// every time; deleting twice tells the second time. A medium that was never written to lists
/// nothing and is no error; one that is not there any more is [`MediumError::Gone`].
///
/// **Listing.** [`list`](Self::list) needs no password and is not stopped by what is broken: half
/// pairs and unreadable files are entries that say so (R42). It works on what cannot be written to.
///
/// **At once.** Any number of threads and processes may call anything at the same time. Writers go
/// one after the other, and each judges what it finds then; a reader sees the state before a write
/// or after it. Waiting ends: [`MediumError::Busy`].
///
/// **Secrets.** No private key is ever on the medium in the clear, not for a moment. An operation
/// that touches a key needs the medium's password (R52); every octet of the key, R included,
/// outlasts it.
///
/// Every call blocks until it is done. A new medium is checked with
/// [`conformance::run`](crate::conformance::run).
pub trait Medium: Send + Sync + Debug {
    /// What it is.
    fn kind(&self) -> MediumKind;

    /// Everything it holds, as what it is, in the order of the ids.
    ///
    /// # Errors
    /// Those of the medium itself, such as [`MediumError::Gone`] or [`MediumError::Denied`]; never
    /// because of what an entry holds.
    fn list(&self) -> Result<Vec<Entry>, MediumError>;

    /// The entry with its keys sealed as they are, for a copy that keeps the bytes.
    ///
    /// # Errors
    /// [`MediumError::NotFound`]; [`MediumError::HalfPair`] and [`MediumError::Damaged`] unless the
    /// entry is complete; [`MediumError::TokenKeyStays`] from a token (R64).
    fn load(&self, id: &EntryId) -> Result<Bundle, MediumError>;

    /// Stores the bundle, whole or not at all, and reads it back before it says so (R65).
    ///
    /// An entry of the same subject under the same CA is replaced as a whole: no file of it stays.
    ///
    /// # Errors
    /// [`MediumError::Exists`] with [`Overwrite::Refuse`]; [`MediumError::Refused`] for a bundle
    /// that no medium takes; [`MediumError::Full`], [`MediumError::ReadOnly`],
    /// [`MediumError::Denied`] and the others of the medium itself.
    fn store(&self, bundle: &Bundle, overwrite: Overwrite) -> Result<EntryId, MediumError>;

    /// Opens the signing pair, and the key-management pair where there is one.
    ///
    /// The key is checked for consistency and against its certificate. The signing pair opens
    /// whatever is wrong with the other one.
    ///
    /// # Errors
    /// [`MediumError::WrongPasswordOrDamaged`] for everything that goes wrong after decryption
    /// (R52); [`MediumError::OtherCertificate`]; [`MediumError::Scheme`] and
    /// [`MediumError::Damaged`] for what shows without the password.
    fn open(&self, id: &EntryId, password: &Password) -> Result<Opened, MediumError>;

    /// Takes the entry off the medium. The certificate stays valid: this is no revocation (R42).
    ///
    /// # Errors
    /// [`MediumError::NotFound`], and those of the medium itself.
    ///
    /// # Security
    /// A flash medium may keep the old octets; they are encrypted under the entry's password.
    fn delete(&self, id: &EntryId) -> Result<(), MediumError>;

    /// Encrypts each key of the entry under a new password; the keys stay octet for octet.
    ///
    /// # Errors
    /// As [`load`](Self::load), [`open`](Self::open) and [`store`](Self::store); nothing is changed
    /// unless all keys open with `old`.
    fn change_password(
        &self,
        id: &EntryId,
        old: &Password,
        new: &NewPassword,
        reseal: Reseal,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), MediumError>;

    /// Keeps a pair until it is confirmed, and reads it back before it says so. One with the same
    /// signing certificate gives way.
    ///
    /// # Errors
    /// As [`store`](Self::store).
    fn keep_unconfirmed(&self, unconfirmed: &Unconfirmed) -> Result<(), MediumError>;

    /// The pairs that wait for their confirmation. One that is not whole, because keeping or dropping it
    /// was cut short, is none.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    fn unconfirmed(&self) -> Result<Vec<Unconfirmed>, MediumError>;

    /// Drops the pair with this signing certificate: it has its place, or comes to nothing. That there
    /// is none is no error.
    ///
    /// # Errors
    /// Those of the medium itself.
    fn drop_unconfirmed(&self, certificate: &Certificate) -> Result<(), MediumError>;
}

/// What a medium is.
///
/// Source: R60; the storage buttons of KCAC.TS.UI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MediumKind {
    /// A hard disk (하드디스크).
    Disk,
    /// A removable disk (이동식디스크), recommended over the hard disk.
    Removable,
    /// A phone (휴대폰).
    Phone,
    /// A security token (보안토큰), which a key never leaves.
    Token,
    /// A browser's own store.
    Browser,
    /// This process.
    Memory,
}

/// Whether an entry of the same subject gives way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Overwrite {
    /// It stays, and storing fails.
    Refuse,
    /// It is replaced.
    Replace,
}

impl MediumKind {
    /// Its name in English: `removable`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disk => "disk",
            Self::Removable => "removable",
            Self::Phone => "phone",
            Self::Token => "token",
            Self::Browser => "browser",
            Self::Memory => "memory",
        }
    }
}
