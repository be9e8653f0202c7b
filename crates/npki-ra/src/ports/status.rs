use core::fmt::Debug;

use npki_cert::Certificate;
use npki_core::{Instant, PortError};

use crate::RevocationLists;

/// Where the CRLs and OCSP responses come from that tell whether another institution's certificate
/// is revoked: the addresses in the certificate, a cache, a mirror.
///
/// What it gives is trusted in nothing: the bank judges signature, time and scope of each.
pub trait RevocationStatus: Debug + Send + Sync {
    /// What there is about a certificate and the CAs above it at this instant.
    ///
    /// Asked only for certificates that chain to an accepted CA, so that no stranger's certificate
    /// can name an address that the bank then calls.
    ///
    /// # Errors
    /// [`PortError`]; the bank answers nothing then, and is asked again.
    fn lists(&self, certificate: &Certificate, now: Instant) -> Result<RevocationLists, PortError>;
}
