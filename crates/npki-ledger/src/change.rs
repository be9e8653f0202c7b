use der::{Choice, Decode, Encode, Length, Reader, Sequence, Writer};
use npki_core::Instant;

use crate::{IndexName, Key, Value};

/// What an event changes beside its stream: verbs on claims, counters and indexes.
///
/// Changes happen in the order of the commit's events and of each event's list; a later one sees
/// what an earlier one did. If one of them conflicts, the whole commit is refused.
///
/// ```text
/// Change ::= CHOICE {
///   take    [0] SEQUENCE { claim OCTET STRING, owner OCTET STRING, end INTEGER OPTIONAL },
///   pass    [1] SEQUENCE { claim OCTET STRING, from OCTET STRING, to OCTET STRING },
///   release [2] SEQUENCE { claim OCTET STRING, owner OCTET STRING },
///   add     [3] SEQUENCE { counter OCTET STRING, ceiling INTEGER },
///   reset   [4] SEQUENCE { counter OCTET STRING },
///   put     [5] SEQUENCE { index UTF8String, key OCTET STRING, value OCTET STRING },
///   remove  [6] SEQUENCE { index UTF8String, key OCTET STRING } }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Takes a claim for `owner`.
    ///
    /// Conflicts while another owner holds it and its end has not passed. Its owner may take it
    /// again, which sets the end anew; what may be used once only is taken by an owner that is
    /// named after the use.
    Take {
        /// What is claimed.
        claim: Key,
        /// Who holds it from now on.
        owner: Key,
        /// From this instant on it is free again; `None`: until released.
        end: Option<Instant>,
    },
    /// Hands a claim over; its end stays. Conflicts unless `from` holds it and its end has not passed.
    Pass {
        /// What is claimed.
        claim: Key,
        /// Who holds it.
        from: Key,
        /// Who holds it from now on.
        to: Key,
    },
    /// Gives a claim back. Conflicts unless `owner` was the last to take it, whether its end has
    /// passed or not.
    Release {
        /// What is claimed.
        claim: Key,
        /// Who holds it.
        owner: Key,
    },
    /// Counts one up. Conflicts when the counter has reached `ceiling`. A counter begins at zero.
    Add {
        /// What is counted.
        counter: Key,
        /// The greatest value that it may get.
        ceiling: u64,
    },
    /// Sets a counter to zero.
    Reset {
        /// What is counted.
        counter: Key,
    },
    /// Writes an entry of an index; replaces the one with the same key.
    Put {
        /// The index.
        index: IndexName,
        /// Where in the index.
        key: Key,
        /// What it says.
        value: Value,
    },
    /// Removes an entry of an index, if it is there.
    Remove {
        /// The index.
        index: IndexName,
        /// Where in the index.
        key: Key,
    },
}

impl Encode for Change {
    fn encoded_len(&self) -> der::Result<Length> {
        Wire::from(self).encoded_len()
    }

    fn encode(&self, encoder: &mut impl Writer) -> der::Result<()> {
        Wire::from(self).encode(encoder)
    }
}

impl<'a> Decode<'a> for Change {
    type Error = der::Error;

    fn decode<R: Reader<'a>>(decoder: &mut R) -> der::Result<Self> {
        Wire::decode(decoder).map(Self::from)
    }
}

// The derive knows newtype variants only.
#[derive(Choice)]
enum Wire {
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true")]
    Take(Take),
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true")]
    Pass(Pass),
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", constructed = "true")]
    Release(Release),
    #[asn1(context_specific = "3", tag_mode = "IMPLICIT", constructed = "true")]
    Add(Add),
    #[asn1(context_specific = "4", tag_mode = "IMPLICIT", constructed = "true")]
    Reset(Reset),
    #[asn1(context_specific = "5", tag_mode = "IMPLICIT", constructed = "true")]
    Put(Put),
    #[asn1(context_specific = "6", tag_mode = "IMPLICIT", constructed = "true")]
    Remove(Remove),
}

#[derive(Sequence)]
struct Take {
    claim: Key,
    owner: Key,
    end: Option<Instant>,
}

#[derive(Sequence)]
struct Pass {
    claim: Key,
    from: Key,
    to: Key,
}

#[derive(Sequence)]
struct Release {
    claim: Key,
    owner: Key,
}

#[derive(Sequence)]
struct Add {
    counter: Key,
    ceiling: u64,
}

#[derive(Sequence)]
struct Reset {
    counter: Key,
}

#[derive(Sequence)]
struct Put {
    index: IndexName,
    key: Key,
    value: Value,
}

#[derive(Sequence)]
struct Remove {
    index: IndexName,
    key: Key,
}

impl From<&Change> for Wire {
    fn from(change: &Change) -> Self {
        match change.clone() {
            Change::Take { claim, owner, end } => Self::Take(Take { claim, owner, end }),
            Change::Pass { claim, from, to } => Self::Pass(Pass { claim, from, to }),
            Change::Release { claim, owner } => Self::Release(Release { claim, owner }),
            Change::Add { counter, ceiling } => Self::Add(Add { counter, ceiling }),
            Change::Reset { counter } => Self::Reset(Reset { counter }),
            Change::Put { index, key, value } => Self::Put(Put { index, key, value }),
            Change::Remove { index, key } => Self::Remove(Remove { index, key }),
        }
    }
}

impl From<Wire> for Change {
    fn from(wire: Wire) -> Self {
        match wire {
            Wire::Take(Take { claim, owner, end }) => Self::Take { claim, owner, end },
            Wire::Pass(Pass { claim, from, to }) => Self::Pass { claim, from, to },
            Wire::Release(Release { claim, owner }) => Self::Release { claim, owner },
            Wire::Add(Add { counter, ceiling }) => Self::Add { counter, ceiling },
            Wire::Reset(Reset { counter }) => Self::Reset { counter },
            Wire::Put(Put { index, key, value }) => Self::Put { index, key, value },
            Wire::Remove(Remove { index, key }) => Self::Remove { index, key },
        }
    }
}
