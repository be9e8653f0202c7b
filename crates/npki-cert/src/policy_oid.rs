use core::{fmt, hash::Hash, str::FromStr};

use const_oid::ObjectIdentifier;

use crate::{CertError, input, output};

/// The object identifier of a certificate policy.
///
/// An own type because `const_oid` refuses second arcs over 39, and 2.999, the arc for examples
/// under which lab policies stand, is one. Ordered by octets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyOid {
    // The rest is zero, so that one OID has one form.
    octets: [u8; PolicyOid::MAX_OCTETS],
    length: u8,
}

/// A text that is no object identifier in dotted decimal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no object identifier; write it in dotted decimal, such as 1.2.410.200005.1.1.4")]
pub struct PolicyOidError(pub String);

impl PolicyOid {
    /// anyPolicy (RFC 5280 section 4.2.1.4).
    pub const ANY_POLICY: Self = Self::new(ObjectIdentifier::new_unwrap("2.5.29.32.0"));

    /// The most octets of the encoding. A bound of ours; policies met have at most 11.
    pub const MAX_OCTETS: usize = 39;

    /// The same OID as a policy's.
    #[must_use]
    pub const fn new(oid: ObjectIdentifier) -> Self {
        Self::copy(oid.as_bytes())
    }

    /// A lab policy: 2.999.410.`ca`.`product`; both under 128.
    pub(crate) const fn lab(ca: u8, product: u8) -> Self {
        Self::copy(&[0x88, 0x37, 0x83, 0x1a, ca & 0x7f, product & 0x7f])
    }

    /// The contents of the DER encoding.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets
            .get(..usize::from(self.length))
            .unwrap_or_default()
    }

    /// The OID as a `const_oid` one; `None` for an arc that it cannot hold.
    #[must_use]
    pub fn to_oid(&self) -> Option<ObjectIdentifier> {
        ObjectIdentifier::from_bytes(self.as_bytes()).ok()
    }

    /// Reads the contents of a DER OBJECT IDENTIFIER.
    pub(crate) fn from_contents(contents: &[u8]) -> Result<Self, CertError> {
        let oid = Self::copy(contents);
        let sound = contents.len() <= Self::MAX_OCTETS
            && arcs(contents).is_some_and(|arcs| !arcs.is_empty());
        sound.then_some(oid).ok_or(input::malformed("CertPolicyId"))
    }

    pub(crate) fn to_der(self) -> Vec<u8> {
        output::tlv(input::OID, self.as_bytes())
    }

    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::indexing_slicing,
        reason = "the loop ends at both lengths, and 39 fits an octet"
    )]
    const fn copy(from: &[u8]) -> Self {
        let mut octets = [0; Self::MAX_OCTETS];
        let mut i = 0;
        while i < from.len() && i < octets.len() {
            octets[i] = from[i];
            i += 1;
        }
        Self {
            octets,
            length: i as u8,
        }
    }
}

impl From<ObjectIdentifier> for PolicyOid {
    fn from(oid: ObjectIdentifier) -> Self {
        Self::new(oid)
    }
}

impl PartialEq<ObjectIdentifier> for PolicyOid {
    fn eq(&self, other: &ObjectIdentifier) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

/// Dotted decimal.
impl fmt::Display for PolicyOid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arcs = arcs(self.as_bytes()).unwrap_or_default();
        let text: Vec<_> = arcs.iter().map(u128::to_string).collect();
        f.pad(&text.join("."))
    }
}

impl fmt::Debug for PolicyOid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PolicyOid({self})")
    }
}

/// Reads dotted decimal.
impl FromStr for PolicyOid {
    type Err = PolicyOidError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        encode(s).ok_or_else(|| PolicyOidError(s.to_owned()))
    }
}

/// The arcs of an encoding in its shortest form (X.690 8.19); `None` when it is none, or an arc has
/// more than 126 bits.
fn arcs(octets: &[u8]) -> Option<Vec<u128>> {
    let mut arcs = Vec::new();
    let mut arc: Option<u128> = None;
    for octet in octets {
        let so_far = match arc {
            None if *octet == 0x80 => return None,
            None => 0,
            Some(so_far) => so_far,
        };
        if so_far >> 119 != 0 {
            return None;
        }
        let sum = so_far << 7 | u128::from(octet & 0x7f);
        arc = if octet & 0x80 == 0 {
            if arcs.is_empty() {
                let first = (sum / 40).min(2);
                arcs.extend([first, sum - first * 40]);
            } else {
                arcs.push(sum);
            }
            None
        } else {
            Some(sum)
        };
    }
    arc.is_none().then_some(arcs)
}

fn encode(text: &str) -> Option<PolicyOid> {
    let mut arcs = text.split('.').map(|arc| {
        let digits = !arc.is_empty() && arc.bytes().all(|b| b.is_ascii_digit());
        let minimal = arc == "0" || !arc.starts_with('0');
        (digits && minimal)
            .then(|| arc.parse::<u128>().ok())
            .flatten()
    });
    let first = arcs.next()??;
    let second = arcs.next()??;
    if first > 2 || first < 2 && second > 39 {
        return None;
    }
    let mut octets = Vec::new();
    push_arc(&mut octets, second.checked_add(first * 40)?);
    for arc in arcs {
        push_arc(&mut octets, arc?);
    }
    PolicyOid::from_contents(&octets).ok()
}

fn push_arc(octets: &mut Vec<u8>, arc: u128) {
    let groups = (128 - arc.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let low = u8::try_from(arc >> (group * 7) & 0x7f).unwrap_or(0);
        octets.push(if group == 0 { low } else { low | 0x80 });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_and_octets() {
        for (text, octets) in [
            ("2.5.29.32.0", &[0x55, 0x1d, 0x20, 0x00][..]),
            ("2.999.410.1.4", &[0x88, 0x37, 0x83, 0x1a, 1, 4]),
            (
                "1.2.410.200005.1.1.6.8",
                &[0x2a, 0x83, 0x1a, 0x8c, 0x9a, 0x45, 1, 1, 6, 8],
            ),
            ("0.39", &[0x27]),
            ("2.47", &[0x7f]),
            ("2.48", &[0x81, 0x00]),
        ] {
            let oid: PolicyOid = text.parse().unwrap();
            assert_eq!(oid.as_bytes(), octets);
            assert_eq!(oid.to_string(), text);
            assert_eq!(PolicyOid::from_contents(octets).unwrap(), oid);
        }
        assert_eq!(PolicyOid::lab(1, 4).to_string(), "2.999.410.1.4");
        for bad in [
            "",
            "1",
            "3.1",
            "1.40",
            "1..2",
            "1.2.",
            "1.02",
            "1.-2",
            "a.b",
            "1.2.99999999999999999999999999999999999999999",
        ] {
            assert!(bad.parse::<PolicyOid>().is_err(), "{bad}");
        }
        for bad in [
            &[][..],
            &[0x80, 1],
            &[0x2a, 0x80, 1],
            &[0x2a, 0x81],
            &[1; 40],
        ] {
            assert!(PolicyOid::from_contents(bad).is_err(), "{bad:02x?}");
        }
    }

    proptest! {
        #[test]
        fn octets_read_back(octets in proptest::collection::vec(any::<u8>(), 0..48)) {
            if let Ok(oid) = PolicyOid::from_contents(&octets) {
                prop_assert_eq!(oid.as_bytes(), &octets[..]);
                prop_assert_eq!(oid.to_string().parse::<PolicyOid>().unwrap(), oid);
                if let Some(plain) = oid.to_oid() {
                    prop_assert_eq!(plain.to_string(), oid.to_string());
                }
            }
        }
    }
}
