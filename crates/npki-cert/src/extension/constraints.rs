use crate::{
    CertError, PolicyOid,
    input::{self, BOOLEAN, INTEGER, Input, OID, SEQUENCE, context, decode},
    output,
};

/// Whether the subject is a CA, and how many CAs may follow below it.
///
/// Source: RFC 5280 section 4.2.1.9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// The subject is a CA.
    pub ca: bool,
    /// CA certificates that may follow in a path, self-issued ones not counted.
    pub path_len: Option<u32>,
}

/// When a path must have an explicit policy, and when policies may no longer be mapped.
///
/// Source: RFC 5280 section 4.2.1.11.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyConstraints {
    /// After so many further certificates an explicit policy is required.
    pub require_explicit_policy: Option<u32>,
    /// After so many further certificates policies are not mapped.
    pub inhibit_policy_mapping: Option<u32>,
}

/// Two policies that the issuer holds to be the same.
///
/// Source: RFC 5280 section 4.2.1.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyMapping {
    /// The issuer's policy.
    pub issuer_domain: PolicyOid,
    /// The subject's policy.
    pub subject_domain: PolicyOid,
}

impl BasicConstraints {
    pub(crate) fn read(octets: &[u8]) -> Result<Self, CertError> {
        let mut input = input::open(octets, SEQUENCE, "BasicConstraints")?;
        // An explicit FALSE is not DER (X.690 11.5), and many CAs write it.
        let ca = match input.optional(BOOLEAN)? {
            Some(tlv) => decode(tlv.raw, "BasicConstraints")?,
            None => false,
        };
        let path_len = match input.optional(INTEGER)? {
            Some(tlv) => Some(decode(tlv.raw, "pathLenConstraint")?),
            None => None,
        };
        input.end()?;
        Ok(Self { ca, path_len })
    }

    pub(crate) fn write(self) -> Vec<u8> {
        let ca = if self.ca {
            output::tlv(BOOLEAN, &[0xff])
        } else {
            Vec::new()
        };
        let path_len = self
            .path_len
            .map_or_else(Vec::new, |n| output::unsigned(n.into()));
        output::sequence(&[&ca, &path_len])
    }
}

impl PolicyConstraints {
    pub(crate) fn read(octets: &[u8]) -> Result<Self, CertError> {
        let mut input = input::open(octets, SEQUENCE, "PolicyConstraints")?;
        let require_explicit_policy = skip_certs(&mut input, 0)?;
        let inhibit_policy_mapping = skip_certs(&mut input, 1)?;
        input.end()?;
        if require_explicit_policy.is_none() && inhibit_policy_mapping.is_none() {
            return Err(input::malformed("PolicyConstraints"));
        }
        Ok(Self {
            require_explicit_policy,
            inhibit_policy_mapping,
        })
    }

    pub(crate) fn write(self) -> Vec<u8> {
        let part = |number, value: Option<u32>| {
            value.map_or_else(Vec::new, |n| {
                let octets = n.to_be_bytes();
                let first = octets.iter().position(|o| *o != 0).unwrap_or(octets.len());
                output::integer(context(number), octets.get(first..).unwrap_or_default())
            })
        };
        output::sequence(&[
            &part(0, self.require_explicit_policy),
            &part(1, self.inhibit_policy_mapping),
        ])
    }
}

impl PolicyMapping {
    pub(crate) fn read_all(octets: &[u8]) -> Result<Vec<Self>, CertError> {
        let mut input = input::open(octets, SEQUENCE, "PolicyMappings")?;
        let mut mappings = Vec::new();
        while !input.is_empty() {
            let mut pair = input.nested(SEQUENCE, "PolicyMappings")?;
            mappings.push(Self {
                issuer_domain: PolicyOid::from_contents(pair.expect(OID)?.value)?,
                subject_domain: PolicyOid::from_contents(pair.expect(OID)?.value)?,
            });
            pair.end()?;
        }
        if mappings.is_empty() {
            return Err(input.malformed());
        }
        Ok(mappings)
    }
}

/// InhibitAnyPolicy ::= SkipCerts.
pub(crate) fn read_skip_certs(octets: &[u8]) -> Result<u32, CertError> {
    input::whole(octets, INTEGER, "InhibitAnyPolicy")?;
    decode(octets, "InhibitAnyPolicy")
}

/// An implicitly tagged, optional SkipCerts.
fn skip_certs(input: &mut Input<'_>, number: u8) -> Result<Option<u32>, CertError> {
    input
        .optional(context(number))?
        .map(|tlv| decode(&output::tlv(INTEGER, tlv.value), "SkipCerts"))
        .transpose()
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;

    #[test]
    fn basic_constraints() {
        for (der, read, canonical) in [
            (&hex!("3000")[..], Some((false, None)), true),
            (&hex!("30030101ff"), Some((true, None)), true),
            (&hex!("30060101ff020100"), Some((true, Some(0))), true),
            (&hex!("3003010100"), Some((false, None)), false),
            (&hex!("3003010101"), None, true),
            (&hex!("30060101ff0201ff"), None, true),
            (&hex!("300a0101ff02050100000000"), None, true),
            (
                &hex!("30090101ff02047fffffff"),
                Some((true, Some(0x7fff_ffff))),
                true,
            ),
        ] {
            let found = BasicConstraints::read(der).ok();
            assert_eq!(found.map(|b| (b.ca, b.path_len)), read, "{der:02x?}");
            if let Some(found) = found {
                assert_eq!(found.write() == der, canonical, "{der:02x?}");
            }
        }
    }

    #[test]
    fn policy_constraints() {
        for (der, read) in [
            (&hex!("3003800100")[..], Some((Some(0), None))),
            (&hex!("3006800100810102"), Some((Some(0), Some(2)))),
            (&hex!("30048002 00ff"), Some((Some(255), None))),
            (&hex!("3000"), None),
            (&hex!("30038001ff"), None),
        ] {
            let found = PolicyConstraints::read(der).ok();
            assert_eq!(
                found.map(|c| (c.require_explicit_policy, c.inhibit_policy_mapping)),
                read,
                "{der:02x?}"
            );
            if let Some(found) = found {
                assert_eq!(found.write(), der);
            }
        }
    }
}
