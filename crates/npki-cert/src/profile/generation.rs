use npki_core::Instant;

/// A generation of Korean CAs: what tells their certificates apart beside the rows of the profiles.
///
/// The first (before 2012: SHA-1, RSA-1024) is read and shown, and not written.
///
/// Source: certificates of KISA RootCA 4 and 5 and of the CAs below them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Generation {
    /// 2012 to 2026, below KISA RootCA 4.
    Second,
    /// From 2026-04-24 on, below KISA RootCA 5.
    Third,
}

/// What a generation has.
struct Row {
    generation: Generation,
    /// Bits of a CA's RSA modulus.
    ca_rsa_bits: u32,
    /// What the certificates of CAs say of themselves.
    ca_notice: &'static str,
    source: &'static str,
}

const ROWS: &[Row] = &[
    Row {
        generation: Generation::Second,
        ca_rsa_bits: 2_048,
        ca_notice: "이 인증서는 공인인증서입니다(This certificate is accredited under Electronic Signature Act of the Republic of Korea)",
        source: "yessignCA Class 3, SignKorea CA4, signGATE CA6, CrossCertCA4, TradeSignCA4",
    },
    Row {
        generation: Generation::Third,
        ca_rsa_bits: 3_072,
        ca_notice: "이 인증서는 공동인증서입니다(This certificate is accredited under Electronic Signature Act of the Republic of Korea)",
        source: "yessignCA Class 4, CrossCertCA5, SignKorea CA5, signGATE CA7, TradeSignCA5",
    },
];

impl Generation {
    /// The generation of CAs whose certificates begin at `not_before`: the third began at
    /// 2026-04-24 04:00 UTC.
    #[must_use]
    pub fn at(not_before: Instant) -> Self {
        if not_before.unix_seconds() < THIRD {
            Self::Second
        } else {
            Self::Third
        }
    }

    /// Bits of the RSA modulus that its CAs have.
    #[must_use]
    pub fn ca_rsa_bits(self) -> u32 {
        self.row().ca_rsa_bits
    }

    /// The notice in the certificates of its CAs, which only a real CA may use.
    #[must_use]
    pub fn ca_notice(self) -> &'static str {
        self.row().ca_notice
    }

    /// Whose certificates show it.
    #[must_use]
    pub fn source(self) -> &'static str {
        self.row().source
    }

    fn row(self) -> &'static Row {
        ROWS.iter()
            .find(|row| row.generation == self)
            .expect("every generation has a row")
    }
}

/// 2026-04-24T04:00:00Z, notBefore of the five CAs of the third generation.
const THIRD: i64 = 1_777_003_200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_of_the_third() {
        for (at, generation, bits) in [
            ("2026-04-24T03:59:59Z", Generation::Second, 2_048),
            ("2026-04-24T04:00:00Z", Generation::Third, 3_072),
        ] {
            let found = Generation::at(at.parse().unwrap());
            assert_eq!((found, found.ca_rsa_bits()), (generation, bits), "{at}");
            assert!(!found.source().is_empty() && !found.ca_notice().is_empty());
        }
    }
}
