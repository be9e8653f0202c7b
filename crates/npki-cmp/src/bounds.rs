//! What a message may ask us to spend.

/// The most octets of a message. A bound of ours: requests have some 1,000, an `ip` with a chain 8,000.
pub(crate) const MESSAGE_OCTETS: usize = 65_536;

/// Rounds of a password-based MAC. `openssl cmp` sends 500; it reads up to 100,000, RFC 4211 section
/// 4.4 wants at least 100.
pub(crate) const ITERATIONS: core::ops::RangeInclusive<u64> = 100..=100_000;

/// Octets of salt. RFC 8018 section 4.1 wants at least 8; nobody sends more than 64.
pub(crate) const SALT: core::ops::RangeInclusive<u64> = 8..=128;

/// The most octets of a key that PBMAC1 derives: the block of SHA-512.
pub(crate) const KEY: core::ops::RangeInclusive<u64> = 16..=128;
