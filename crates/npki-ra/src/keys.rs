use core::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use npki_ledger::{LengthError, PseudonymKey, SealingKey};
use rand_core::CryptoRng;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{CallId, ports::ApprovalNumber};

/// The bank's keys. Its database has none of them.
#[derive(Debug)]
pub struct Keys {
    /// Makes pseudonyms; one for the ledger's life.
    pub pseudonyms: PseudonymKey,
    /// Seals what names a person.
    pub records: SealingKey,
    /// Seals the IDN in an order; the CA has it too, nobody else.
    pub orders: SealingKey,
    /// Makes digests of requests.
    pub requests: RequestKey,
}

/// The key of request digests; wiped on drop, never shown.
///
/// A request carries account passwords and codes of a few digits: a bare digest of it in the
/// ledger would give them away to whoever tries all (R71).
pub struct RequestKey(Zeroizing<[u8; 32]>);

impl RequestKey {
    /// Takes a key of 32 random octets.
    #[must_use]
    pub const fn new(key: Zeroizing<[u8; 32]>) -> Self {
        Self(key)
    }

    /// A new key.
    #[must_use]
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *key);
        Self(key)
    }

    /// HMAC-SHA256 of the parts, each after its length.
    pub(crate) fn digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&*self.0).expect("HMAC takes keys of every length");
        for part in parts {
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            mac.update(&length.to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The first half of the digest: enough where somebody would have to try on line.
    pub(crate) fn tag(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut tag = [0; 16];
        for (to, from) in tag.iter_mut().zip(self.digest(parts)) {
            *to = from;
        }
        tag
    }

    /// Whether [`tag`](Self::tag) gives this, told in constant time.
    pub(crate) fn is_tag(&self, parts: &[&[u8]], tag: &[u8; 16]) -> bool {
        self.tag(parts).ct_eq(tag).into()
    }

    /// The approval number of a call: made again by any node, stored nowhere.
    pub(crate) fn approval_number(&self, call: &CallId) -> ApprovalNumber {
        let digest = self.digest(&[b"approval number", call.octets()]);
        let number = digest
            .iter()
            .fold(0u32, |sum, octet| (sum * 256 + u32::from(*octet)) % 100);
        ApprovalNumber::of(u8::try_from(number).unwrap_or(0))
    }
}

impl fmt::Debug for RequestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_) = self;
        f.write_str("RequestKey(..)")
    }
}

impl Keys {
    /// New keys, all of them, for tests and labs: a bank shares `orders` with its CA.
    ///
    /// # Errors
    /// [`LengthError`], which does not happen: the ids are fixed.
    pub fn generate(rng: &mut dyn CryptoRng) -> Result<Self, LengthError> {
        Ok(Self {
            pseudonyms: PseudonymKey::generate(b"pseudonyms-1", rng)?,
            records: SealingKey::generate(b"records-1", rng)?,
            orders: SealingKey::generate(b"orders-1", rng)?,
            requests: RequestKey::generate(rng),
        })
    }
}
