use core::fmt;

use crate::Bundle;

/// A pair that a CA has issued and that waits beside the entry whose place it will take, until the CA has
/// its confirmation (R65): until then the old pair may be the good one.
#[derive(Clone)]
pub struct Unconfirmed {
    /// The pair, whole, its keys sealed under the password that it will have.
    pub bundle: Bundle,
    /// The confirmation: the DER of a CMP certConf, to be sent and sent again. It holds no secret.
    pub confirmation: Vec<u8>,
}

impl fmt::Debug for Unconfirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            bundle,
            confirmation,
        } = self;
        f.debug_struct("Unconfirmed")
            .field("bundle", bundle)
            .field("confirmation_octets", &confirmation.len())
            .finish()
    }
}
