use core::{fmt, ops::BitOr};

use crate::{
    CertError,
    input::{self, BIT_STRING, malformed},
    output,
};

/// What a key may be used for: a set of the nine uses.
///
/// Source: RFC 5280 section 4.2.1.3.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// No use.
    pub const EMPTY: Self = Self(0);
    /// Signing other than certificates and CRLs.
    pub const DIGITAL_SIGNATURE: Self = Self(1 << 0);
    /// Signing what shall not be denied later.
    pub const NON_REPUDIATION: Self = Self(1 << 1);
    /// Encrypting keys.
    pub const KEY_ENCIPHERMENT: Self = Self(1 << 2);
    /// Encrypting data directly.
    pub const DATA_ENCIPHERMENT: Self = Self(1 << 3);
    /// Agreeing on keys.
    pub const KEY_AGREEMENT: Self = Self(1 << 4);
    /// Signing certificates.
    pub const KEY_CERT_SIGN: Self = Self(1 << 5);
    /// Signing CRLs.
    pub const CRL_SIGN: Self = Self(1 << 6);
    /// With key agreement: encrypting only.
    pub const ENCIPHER_ONLY: Self = Self(1 << 7);
    /// With key agreement: decrypting only.
    pub const DECIPHER_ONLY: Self = Self(1 << 8);

    /// Whether all of `other` are in this set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of `other` is in this set.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The RFC 5280 names of the uses in this set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES
            .iter()
            .enumerate()
            .filter(move |(bit, _)| self.0 >> bit & 1 == 1)
            .map(|(_, name)| *name)
    }

    /// Reads the BIT STRING. Needless zero bits at its end, which DER forbids for named bits
    /// (X.690 11.2.2), are read: implementations that take KeyUsage for a plain bit string write them.
    pub(crate) fn read(octets: &[u8]) -> Result<Self, CertError> {
        let tlv = input::whole(octets, BIT_STRING, WHAT)?;
        let (unused, bits) = tlv.value.split_first().ok_or(malformed(WHAT))?;
        let (first, second) = match *bits {
            [first] => (first, 0),
            [first, second] => (first, second),
            _ => return Err(malformed(WHAT)),
        };
        let last = bits.last().copied().unwrap_or(0);
        if *unused > 7 || u32::from(*unused) > last.trailing_zeros() || second & 0x7f != 0 {
            return Err(malformed(WHAT));
        }
        let low = u16::from(first.reverse_bits());
        let high = u16::from(second.reverse_bits());
        Ok(Self(low | high << 8))
    }

    /// The BIT STRING, shortest form.
    pub(crate) fn write(self) -> Vec<u8> {
        let [high, low] = self.0.to_be_bytes();
        let bits = [low.reverse_bits(), high.reverse_bits()];
        let length = bits.iter().rposition(|o| *o != 0).map_or(0, |i| i + 1);
        let bits = bits.get(..length).unwrap_or_default();
        let unused = bits
            .last()
            .map_or(0, |o| u8::try_from(o.trailing_zeros()).unwrap_or(0));
        output::constructed(BIT_STRING, &[&[unused], bits])
    }
}

impl BitOr for KeyUsage {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

/// The names, joined by `+`.
impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().collect::<Vec<_>>().join("+"))
    }
}

impl fmt::Debug for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyUsage({self})")
    }
}

const WHAT: &str = "KeyUsage";
const NAMES: [&str; 9] = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_of_real_certificates() {
        for (der, usage, shortest) in [
            (
                &[3, 2, 6, 0xc0][..],
                Some(KeyUsage::DIGITAL_SIGNATURE | KeyUsage::NON_REPUDIATION),
                true,
            ),
            (&[3, 2, 5, 0x20], Some(KeyUsage::KEY_ENCIPHERMENT), true),
            (
                &[3, 2, 1, 0x06],
                Some(KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN),
                true,
            ),
            (
                &[3, 2, 0, 0x06],
                Some(KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN),
                false,
            ),
            (&[3, 3, 7, 0, 0x80], Some(KeyUsage::DECIPHER_ONLY), true),
            (&[3, 3, 6, 0, 0x40], None, true),
            (&[3, 2, 2, 0x06], None, true),
            (&[3, 2, 8, 0], None, true),
            (&[3, 1, 0], None, true),
            (&[3, 4, 0, 0, 0, 0], None, true),
        ] {
            assert_eq!(KeyUsage::read(der).ok(), usage, "{der:02x?}");
            if let Some(usage) = usage {
                assert_eq!(usage.write() == der, shortest, "{der:02x?}");
            }
        }
    }

    #[test]
    fn every_set_reads_back() {
        for bits in 1..512 {
            let usage = KeyUsage(bits);
            assert_eq!(KeyUsage::read(&usage.write()).unwrap(), usage);
        }
    }
}
