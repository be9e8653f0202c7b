/// What sort of private key it is, and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// RSA with a modulus of this many bits. 2,048, 3,072 and 4,096 are generated; 1,024 to 8,192
    /// are read.
    Rsa {
        /// Bits of the modulus.
        bits: usize,
    },
    /// ECDSA on NIST P-256 (secp256r1, prime256v1).
    P256,
}
