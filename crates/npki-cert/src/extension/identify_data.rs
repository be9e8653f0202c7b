use npki_core::Vid;

/// Who a certificate is for: the otherName id-kisa-identifyData (1.2.410.200004.10.1.1) in the
/// subjectAltName. CA and responder certificates carry the name alone.
///
/// Source: KCAC.TS.SIVID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentifyData {
    /// 실명: the name by which the subscriber is registered.
    pub real_name: String,
    /// The virtual identifier, if there is one under a hash function that is known.
    pub vid: Option<Vid>,
}
