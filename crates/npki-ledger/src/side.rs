use crate::{
    Claim, IdempotencyKey, IndexName, Key, MerkleHash, NodeAt, SealedId, SealedKind, StreamId,
    Value,
};

/// A table beside the log: everything in it can be rebuilt from the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SideTable {
    /// Where the first event of each commit stands.
    Commits,
    /// The version of each stream.
    Streams,
    /// Claims taken and not released.
    Claims,
    /// Counters above zero.
    Counters,
    /// Entries of all indexes.
    Index,
    /// Sealed records and their digests.
    Sealed,
    /// Nodes of the Merkle tree above its leaves.
    Nodes,
}

impl SideTable {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Commits,
        Self::Streams,
        Self::Claims,
        Self::Counters,
        Self::Index,
        Self::Sealed,
        Self::Nodes,
    ];

    /// A stable name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Commits => "commits",
            Self::Streams => "streams",
            Self::Claims => "claims",
            Self::Counters => "counters",
            Self::Index => "index",
            Self::Sealed => "sealed",
            Self::Nodes => "nodes",
        }
    }

    /// What a row's key says, for a reader.
    #[must_use]
    pub fn key_text(self, key: &[u8]) -> String {
        match self {
            Self::Nodes => SideRow::split_node(key).map(|at| at.to_string()),
            _ => None,
        }
        .unwrap_or_else(|| key.escape_ascii().to_string())
    }
}

/// A row of a [`SideTable`] in the one form that all adapters share, for comparing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SideRow {
    /// The row's key; rows are ordered by it.
    pub key: Vec<u8>,
    /// What the row says.
    pub value: Vec<u8>,
}

impl SideRow {
    /// A row of [`SideTable::Commits`].
    #[must_use]
    pub fn commit(key: &IdempotencyKey, position: u64) -> Self {
        Self {
            key: key.octets().to_vec(),
            value: position.to_be_bytes().to_vec(),
        }
    }

    /// A row of [`SideTable::Streams`].
    #[must_use]
    pub fn stream(stream: &StreamId, version: u64) -> Self {
        Self {
            key: stream.to_string().into_bytes(),
            value: version.to_be_bytes().to_vec(),
        }
    }

    /// A row of [`SideTable::Claims`].
    #[must_use]
    pub fn claim(claim: &Key, held: &Claim) -> Self {
        let end = held.end.map(|end| end.unix_seconds().to_be_bytes());
        Self {
            key: claim.octets().to_vec(),
            // An end has eight octets or none, so the owner begins where it can be told.
            value: [
                &[u8::from(end.is_some())][..],
                end.as_ref().map_or(&[], |end| end.as_slice()),
                held.owner.octets(),
            ]
            .concat(),
        }
    }

    /// A row of [`SideTable::Counters`].
    #[must_use]
    pub fn counter(counter: &Key, value: u64) -> Self {
        Self {
            key: counter.octets().to_vec(),
            value: value.to_be_bytes().to_vec(),
        }
    }

    /// A row of [`SideTable::Index`]; its key is `index`, 0x00, `key`.
    #[must_use]
    pub fn index(index: &IndexName, key: &Key, value: &Value) -> Self {
        Self {
            key: [index.as_str().as_bytes(), &[0], key.octets()].concat(),
            value: value.octets().to_vec(),
        }
    }

    /// Takes the key of a row of [`SideTable::Index`] apart.
    #[must_use]
    pub fn split_index(key: &[u8]) -> Option<(&[u8], &[u8])> {
        let at = key.iter().position(|b| *b == 0)?;
        Some((key.get(..at)?, key.get(at.checked_add(1)?..)?))
    }

    /// A row of [`SideTable::Nodes`]; its key is the layer, one octet, and the number, eight.
    #[must_use]
    pub fn node(at: NodeAt, node: &MerkleHash) -> Self {
        Self {
            key: [&[at.layer][..], &at.number.to_be_bytes()].concat(),
            value: node.octets().to_vec(),
        }
    }

    /// Takes the key of a row of [`SideTable::Nodes`] apart.
    #[must_use]
    pub fn split_node(key: &[u8]) -> Option<NodeAt> {
        let (layer, number) = key.split_first()?;
        Some(NodeAt {
            layer: *layer,
            number: u64::from_be_bytes(number.try_into().ok()?),
        })
    }

    /// A row of [`SideTable::Sealed`].
    ///
    /// That the record has this digest is another question: [`SealedRow::is_whole`](crate::SealedRow::is_whole).
    #[must_use]
    pub fn sealed(id: &SealedId, kind: &SealedKind, sha256: &[u8; 32], state: SealedState) -> Self {
        Self {
            key: id.octets().to_vec(),
            value: [
                &[u8::from(state == SealedState::Shredded)][..],
                sha256,
                kind.as_str().as_bytes(),
            ]
            .concat(),
        }
    }
}

/// Whether a sealed record is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedState {
    /// Its octets are there.
    Kept,
    /// Its octets are gone.
    Shredded,
}
