use core::time::Duration;

use const_oid::ObjectIdentifier;
use npki_cert::{Certificate, Crl};
use npki_cmp::client::Trust;
use npki_core::Instant;
use npki_trust::{Anchors, Request, Revocation, Validator};

/// Trusts whoever a root lets sign CMP messages: a CA below it, or a certificate that a CA has issued
/// for nothing but that.
///
/// # Security
/// A subscriber's certificate has a path to the same root and may sign; it is told apart by the
/// extended key usage id-kp-cmcCA (RFC 9810 section 4.5), which no subscriber's certificate has.
/// Revocation is looked at with [`CmpTrust::with_crls`] alone: a client that is about to get its first
/// certificate may have no list yet.
#[derive(Clone, Debug)]
pub struct CmpTrust {
    anchors: Vec<Certificate>,
    validator: Validator,
    crls: Option<Vec<Crl>>,
    window: Option<Duration>,
}

impl CmpTrust {
    /// Trusts what these roots let sign.
    #[must_use]
    pub fn new(roots: impl IntoIterator<Item = Certificate>) -> Self {
        let anchors: Vec<_> = roots.into_iter().collect();
        Self {
            validator: Validator::new(Anchors::new(anchors.clone())),
            anchors,
            crls: None,
            window: None,
        }
    }

    /// The same, where every signer and every CA above it is covered by a good list among these: none,
    /// a stale one, or one that lists it, and the answer is not believed.
    #[must_use]
    pub fn with_crls(self, crls: impl IntoIterator<Item = Crl>) -> Self {
        Self {
            crls: Some(crls.into_iter().collect()),
            ..self
        }
    }

    /// The same, where an answer's messageTime lies at most `window` before or after now, both ends
    /// included, and is there.
    #[must_use]
    pub fn with_message_time_window(self, window: Duration) -> Self {
        Self {
            window: Some(window),
            ..self
        }
    }
}

impl Trust for CmpTrust {
    fn trusts(&self, signer: &Certificate, others: &[Certificate], now: Instant) -> bool {
        if self.anchors.iter().any(|root| root.der() == signer.der()) {
            return signer.is_valid_at(now);
        }
        let is_ca = signer.basic_constraints().is_some_and(|basic| basic.ca);
        let serves = signer
            .extended_key_usage()
            .is_some_and(|uses| uses.contains(&CMC_CA));
        let request = Request {
            pool: others,
            revocation: match &self.crls {
                Some(crls) => Revocation::Crls(crls),
                None => Revocation::NotChecked,
            },
            ..Request::new(signer, now)
        };
        (is_ca || serves) && self.validator.validate(&request).is_ok()
    }

    fn known(&self) -> &[Certificate] {
        &self.anchors
    }

    fn message_time_window(&self) -> Option<Duration> {
        self.window
    }
}

/// id-kp-cmcCA.
const CMC_CA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.27");
