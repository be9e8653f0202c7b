use der::{Sequence, asn1::OctetString};

/// A sealed record (봉인 기록): personal data under a key that the database never has.
///
/// AES-256-GCM; the ciphertext ends with the 16 octets of the tag. Made and opened in
/// `npki-ledger`; here it is the shape that an [`Order`](crate::Order) carries too.
///
/// ```text
/// Sealed ::= SEQUENCE { keyId OCTET STRING, nonce OCTET STRING (SIZE (12)), ciphertext OCTET STRING }
/// ```
///
/// Source: R72; NIST SP 800-38D.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Sealed {
    /// Which key opens it: a name, not the key.
    pub key_id: OctetString,
    /// 12 octets, never used twice under one key.
    pub nonce: OctetString,
    /// The encrypted octets and the tag.
    pub ciphertext: OctetString,
}
