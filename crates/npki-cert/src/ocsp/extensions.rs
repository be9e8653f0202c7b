use const_oid::ObjectIdentifier;

use crate::{
    CertError, Extension,
    certificate::read_extensions,
    extension::write_extension,
    input::{Input, SEQUENCE, context_constructed},
    output,
};

/// Extensions of a message or of one of its parts; absent when there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extensions(Vec<Kept>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    oid: ObjectIdentifier,
    critical: bool,
    value: Vec<u8>,
}

impl Extensions {
    pub(super) fn iter(&self) -> impl Iterator<Item = Extension<'_>> {
        self.0.iter().map(|kept| Extension {
            oid: kept.oid,
            critical: kept.critical,
            value: &kept.value,
        })
    }

    pub(super) fn push(&mut self, oid: ObjectIdentifier, value: Vec<u8>) {
        self.0.push(Kept {
            oid,
            critical: false,
            value,
        });
    }

    /// Reads `[number] EXPLICIT Extensions OPTIONAL`.
    pub(super) fn read(input: &mut Input<'_>, number: u8) -> Result<Self, CertError> {
        let Some(tlv) = input.optional(context_constructed(number))? else {
            return Ok(Self::default());
        };
        Ok(Self(
            read_extensions(tlv.value)?
                .into_iter()
                .map(|extension| Kept {
                    oid: extension.oid,
                    critical: extension.critical,
                    value: extension.value.to_vec(),
                })
                .collect(),
        ))
    }

    /// Writes it, or nothing when there are none.
    pub(super) fn write(&self, number: u8) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let list: Vec<u8> = self
            .iter()
            .flat_map(|e| write_extension(e.oid, e.critical, e.value))
            .collect();
        output::tlv(context_constructed(number), &output::tlv(SEQUENCE, &list))
    }
}
