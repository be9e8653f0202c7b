use npki_cert::Certificate;

/// The trust anchors: self-signed certificates that the relying party trusts beforehand, such as
/// KISA RootCA 4 and 5.
///
/// Their own signatures are not verified: that they are here is what makes them trusted.
///
/// Source: RFC 5280 section 6.1.1 (d).
#[derive(Clone, Debug, Default)]
pub struct Anchors(Vec<Certificate>);

impl Anchors {
    /// These anchors.
    #[must_use]
    pub fn new(anchors: impl IntoIterator<Item = Certificate>) -> Self {
        Self(anchors.into_iter().collect())
    }

    /// The anchors, in the order given.
    #[must_use]
    pub fn as_slice(&self) -> &[Certificate] {
        &self.0
    }

    /// Whether `certificate` is one of them, octet by octet.
    #[must_use]
    pub fn contains(&self, certificate: &Certificate) -> bool {
        self.0
            .iter()
            .any(|anchor| anchor.der() == certificate.der())
    }
}
