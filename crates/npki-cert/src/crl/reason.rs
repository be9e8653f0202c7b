use crate::{CertError, input::malformed};

pub use npki_core::RevocationReason;

/// A set of reasons, as ReasonFlags.
///
/// Source: RFC 5280 section 4.2.1.13.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RevocationReasons(u16);

impl RevocationReasons {
    /// Whether `reason` is among them. `Unspecified` and `RemoveFromCrl` have no flag.
    #[must_use]
    pub const fn contains(self, reason: RevocationReason) -> bool {
        // ReasonFlags number privilegeWithdrawn 7 and aACompromise 8, one and two below CRLReason.
        let bit = match reason {
            RevocationReason::Unspecified | RevocationReason::RemoveFromCrl => return false,
            RevocationReason::PrivilegeWithdrawn => 7,
            RevocationReason::AaCompromise => 8,
            reason => reason.code(),
        };
        self.0 >> bit & 1 == 1
    }

    /// Reads the contents of the implicitly tagged BIT STRING.
    pub(crate) fn read(contents: &[u8]) -> Result<Self, CertError> {
        let error = malformed("ReasonFlags");
        let (unused, first, second) = match *contents {
            [unused, first] => (unused, first, 0),
            [unused, first, second] => (unused, first, second),
            _ => return Err(error),
        };
        let last = contents.last().copied().unwrap_or(0);
        if u32::from(unused) > last.trailing_zeros().min(7) || second & 0x7f != 0 {
            return Err(error);
        }
        Ok(Self(
            u16::from(first.reverse_bits()) | u16::from(second.reverse_bits()) << 8,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back() {
        for code in 0..=255 {
            let known = matches!(code, 0..=6 | 8..=10);
            assert_eq!(RevocationReason::from_code(code).is_some(), known, "{code}");
        }
        for reason in RevocationReason::ALL {
            assert_eq!(RevocationReason::from_code(reason.code()), Some(*reason));
        }
    }

    #[test]
    fn flags() {
        let flags = RevocationReasons::read(&[7, 0x60, 0x80]).unwrap();
        assert!(flags.contains(RevocationReason::KeyCompromise));
        assert!(flags.contains(RevocationReason::CaCompromise));
        assert!(flags.contains(RevocationReason::AaCompromise));
        assert!(!flags.contains(RevocationReason::Superseded));
        assert!(!flags.contains(RevocationReason::Unspecified));
        for bad in [&[][..], &[0], &[5, 0x10, 0x10], &[8, 0], &[0, 0, 0x40]] {
            assert!(RevocationReasons::read(bad).is_err(), "{bad:02x?}");
        }
    }
}
