use crate::named;

/// Where a subscriber meets the bank (R33).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Channel {
    /// Internet banking on a PC: issuing needs a log-in.
    Pc,
    /// The bank's app: issuing works only when logged out.
    App,
    /// In person, with an identity card.
    Branch,
}

named!(Channel, "channel", [
    Pc = "pc", "인터넷뱅킹(PC)", "internet banking (PC)";
    App = "app", "앱", "app";
    Branch = "branch", "영업점", "branch";
]);
