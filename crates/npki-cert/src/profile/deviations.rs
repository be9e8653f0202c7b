/// Whether certificates have the ways of the Korean PKI that RFC 5280 advises against or that some readers refuse.
///
/// | the Korean way | instead | who minds it |
/// |---|---|---|
/// | a root without keyUsage | with it | RFC 5280 section 4.2.1.3; `openssl verify -x509_strict`, pkilint |
/// | requireExplicitPolicy 0 at CAs | none | GnuTLS, to which the critical extension is unknown |
/// | notice, as BMPString, and CPS at a policy | the policy's OID alone | RFC 5280 section 4.2.1.4; the JDK by default, pkilint |
///
/// One more is the CA's to choose: whether its OCSP responder's certificate is of the root, as in Korea, or of the CA, as
/// RFC 6960 section 4.2.2.2 wants.
///
/// Source: KCAC.TS.CERTPROF, and certificates of KISA RootCA 1, 4 and 5 and of the CAs below them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Deviations {
    /// As the Korean PKI has it.
    #[default]
    Korean,
    /// Without them: for readers that know RFC 5280 alone. Names, VID and policies stay as they are.
    None,
}
