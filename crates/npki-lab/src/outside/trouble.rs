/// A port of the bank's outside world, or the bank's own door for the CAs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Port {
    /// Customers and accounts.
    Bank,
    /// Telephone calls.
    Phone,
    /// The immigration office.
    Immigration,
    /// Security cards and the like.
    Security,
    /// The OTP centre.
    Otp,
    /// Messages.
    Messages,
    /// Where lists of revoked certificates are fetched.
    Status,
    /// The CA, as the bank calls it.
    Ca,
    /// The bank, as the CAs call it.
    Ra,
}

impl Port {
    /// Each of them.
    pub const ALL: &'static [Self] = &[
        Self::Bank,
        Self::Phone,
        Self::Immigration,
        Self::Security,
        Self::Otp,
        Self::Messages,
        Self::Status,
        Self::Ca,
        Self::Ra,
    ];
}

/// How a port fails, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// It is not reached, and nothing is done.
    Down,
    /// It does what is asked, and the answer is lost.
    AnswerLost,
}
