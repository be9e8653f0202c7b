/// A port of the bank's outside world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// Messages.
    Messages,
    /// The CA, as the bank calls it.
    Ca,
}

/// How a port fails, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// It is not reached, and nothing is done.
    Down,
    /// It does what is asked, and the answer is lost.
    AnswerLost,
}
