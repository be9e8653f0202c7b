use core::fmt::Debug;

use npki_core::{Idn, PortError};

/// The immigration office (출입국), asked whether a citizen is abroad (해외출국확인).
pub trait Immigration: Debug + Send + Sync {
    /// Where the person with this number is.
    ///
    /// # Errors
    /// [`PortError`].
    fn whereabouts(&self, idn: &Idn) -> Result<Whereabouts, PortError>;
}

/// Where a person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whereabouts {
    /// In the country, or nothing is known.
    Here,
    /// Departed and not returned.
    Abroad,
}
