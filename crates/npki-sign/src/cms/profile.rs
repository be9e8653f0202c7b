/// How a SignedData is written: one row of a table, by the name that people give it.
///
/// | name | signed attributes | signatureAlgorithm | digest parameters | as written by |
/// |---|---|---|---|---|
/// | `plain` | contentType, messageDigest, signingTime if given | rsaEncryption | absent | RFC 5652, RFC 5754 |
/// | `noattr` | none: the signature runs straight over the content | rsaEncryption | NULL | PyPinkSign |
///
/// With an ECDSA key the signature algorithm names its hash function in every profile; there is no
/// other way to write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    pub(super) name: &'static str,
    pub(super) attributes: Attributes,
    pub(super) rsa_identifier: RsaIdentifier,
    pub(super) digest_parameters: DigestParameters,
}

/// Whether there are signed attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attributes {
    Signed,
    None,
}

/// How an RSA signature is named. Readers have to take both (RFC 5754 section 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RsaIdentifier {
    /// The key's algorithm alone, as RFC 5754 recommends for compatibility.
    RsaEncryption,
    /// With the hash function. No dialect that writes it is here yet.
    #[expect(
        dead_code,
        reason = "a column of the table whose first row comes with the dialects"
    )]
    WithHash,
}

/// How the digest algorithm is written. Readers have to take both (RFC 5754 section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DigestParameters {
    Absent,
    Null,
}

impl Profile {
    /// With signed attributes, as RFC 5652 and RFC 5754 recommend.
    pub const PLAIN: Self = Self {
        name: "plain",
        attributes: Attributes::Signed,
        rsa_identifier: RsaIdentifier::RsaEncryption,
        digest_parameters: DigestParameters::Absent,
    };

    /// Without signed attributes, octet by octet as PyPinkSign writes.
    pub const NOATTR: Self = Self {
        name: "noattr",
        attributes: Attributes::None,
        rsa_identifier: RsaIdentifier::RsaEncryption,
        digest_parameters: DigestParameters::Null,
    };

    /// Every profile.
    pub const ALL: &'static [Self] = &[Self::PLAIN, Self::NOATTR];

    /// The profile of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|row| row.name == name)
    }

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}
