use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use npki_core::{AuthorizationCode, OrderId};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// The key that makes authorization codes (인가코드).
///
/// A code is HMAC-SHA256(key, "authorization code" ‖ order id), its first 64 bits as 20 decimal
/// digits. It alone of all that an order needs is stored nowhere: registering again makes it again.
pub struct CodeKey {
    id: Vec<u8>,
    key: Zeroizing<[u8; 32]>,
}

impl CodeKey {
    /// A key of 32 octets under a name of 1 to 64 octets, which is recorded with each order.
    #[must_use]
    pub fn new(id: &[u8], key: Zeroizing<[u8; 32]>) -> Self {
        Self {
            id: id.to_vec(),
            key,
        }
    }

    /// The key's name.
    #[must_use]
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// The code of an order.
    #[must_use]
    pub fn code(&self, order: &OrderId) -> AuthorizationCode {
        let mac = self.mac(b"authorization code", &[order.octets()]);
        let mut number: u64 = 0;
        for octet in mac.iter().take(8) {
            number = number << 8 | u64::from(*octet);
        }
        AuthorizationCode::new(&Zeroizing::new(format!("{number:020}")))
    }

    /// The nonce of an answer in a transaction: eight octets of the request that is answered, and eight
    /// that show any node that it was made here, for this transaction.
    pub(crate) fn nonce(&self, transaction: &[u8], request_sha256: &[u8; 32]) -> [u8; 16] {
        let fresh = self.mac(b"nonce", &[transaction, request_sha256]);
        let fresh: Vec<u8> = fresh.iter().take(8).copied().collect();
        let shown = self.mac(b"nonce of ours", &[transaction, &fresh]);
        let mut nonce = [0; 16];
        nonce
            .iter_mut()
            .zip(fresh.iter().chain(shown.iter()))
            .for_each(|(to, from)| *to = *from);
        nonce
    }

    /// Whether a nonce is one of [`CodeKey::nonce`] in this transaction.
    pub(crate) fn is_nonce(&self, transaction: &[u8], nonce: &[u8]) -> bool {
        let Some((fresh, shown)) = nonce.split_at_checked(8) else {
            return false;
        };
        let wanted = self.mac(b"nonce of ours", &[transaction, fresh]);
        wanted
            .get(..8)
            .is_some_and(|wanted| wanted.ct_eq(shown).into())
    }

    fn mac(&self, label: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&*self.key).expect("HMAC takes any key length");
        mac.update(label);
        parts.iter().for_each(|part| mac.update(part));
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, key: _ } = self;
        f.debug_struct("CodeKey")
            .field("id", id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_known_again_in_its_transaction_alone() {
        let key = CodeKey::new(b"k1", Zeroizing::new([1; 32]));
        let nonce = key.nonce(b"one", &[7; 32]);
        assert_eq!(nonce, key.nonce(b"one", &[7; 32]));
        assert_ne!(nonce, key.nonce(b"one", &[8; 32]));
        assert!(key.is_nonce(b"one", &nonce) && !key.is_nonce(b"two", &nonce));
        for octet in 0..nonce.len() {
            let mut other = nonce;
            other[octet] ^= 1;
            assert!(!key.is_nonce(b"one", &other), "{octet}");
        }
        assert!(!key.is_nonce(b"one", &nonce[..8]) && !key.is_nonce(b"one", &[]));
    }

    #[test]
    fn a_code_is_twenty_digits_and_always_the_same() {
        let key = CodeKey::new(b"k1", Zeroizing::new([1; 32]));
        let order = OrderId::from_octets([2; 16]);
        let code = key.code(&order);
        assert_eq!(code.expose_code().len(), 20);
        assert!(code.expose_code().bytes().all(|b| b.is_ascii_digit()));
        assert!(code == key.code(&order));
        assert!(code != key.code(&OrderId::from_octets([3; 16])));
        assert!(code != CodeKey::new(b"k1", Zeroizing::new([2; 32])).code(&order));
    }
}
