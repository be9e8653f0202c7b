use der::{
    Any, Choice, Decode, Encode, Sequence, Tag, TagNumber, Tagged as _,
    asn1::{Int, Null, OctetString},
};
use spki::AlgorithmIdentifierOwned;

use crate::{
    CertId, CertReqMsg, CertTemplate, CmpError, FreeText, InfoTypeAndValue, StatusInfo,
    message::malformed,
};

/// PKIBody: what a message says.
///
/// Source: RFC 9810 section 5.1.2.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// `ir`: a first certificate is asked for.
    Ir(Vec<CertReqMsg>),
    /// `ip`: its answer.
    Ip(CertRepMessage),
    /// `cr`: another certificate is asked for.
    Cr(Vec<CertReqMsg>),
    /// `cp`: its answer, and that of a [`Body::P10cr`].
    Cp(CertRepMessage),
    /// `p10cr`: asked for by a PKCS #10 request, here as it is.
    P10cr(Any),
    /// `kur`: a new key is to be certified in the place of an old one.
    Kur(Vec<CertReqMsg>),
    /// `kup`: its answer.
    Kup(CertRepMessage),
    /// `rr`: a certificate is to be revoked.
    Rr(Vec<RevDetails>),
    /// `rp`: its answer.
    Rp(RevRepContent),
    /// `pkiconf`: the confirmation has come in.
    PkiConf(Null),
    /// `genm`: a question.
    Genm(Vec<InfoTypeAndValue>),
    /// `genp`: its answer.
    Genp(Vec<InfoTypeAndValue>),
    /// `error`.
    Error(ErrorMsgContent),
    /// `certConf`: certificates are taken, or not.
    CertConf(Vec<CertStatus>),
    /// `pollReq`: is it ready?
    PollReq(Vec<PollReq>),
    /// `pollRep`: not yet.
    PollRep(Vec<PollRep>),
    /// A body that is not worked with, such as an announcement or a nested message.
    Other {
        /// The number of its tag.
        number: u8,
        /// What stands inside.
        content: Any,
    },
}

/// CertRepMessage: certificates, or why there are none.
///
/// Source: RFC 9810 section 5.3.4.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CertRepMessage {
    /// Certificates of CAs.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub ca_pubs: Option<Vec<Any>>,
    /// One for each request.
    pub response: Vec<CertResponse>,
}

/// CertResponse.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CertResponse {
    /// Which request it answers; −1 for a PKCS #10 request.
    pub cert_req_id: i64,
    /// Granted or not.
    pub status: StatusInfo,
    /// The certificate.
    #[asn1(optional = "true")]
    pub certified_key_pair: Option<CertifiedKeyPair>,
    /// More of it.
    #[asn1(optional = "true")]
    pub rsp_info: Option<OctetString>,
}

/// CertifiedKeyPair.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CertifiedKeyPair {
    /// The certificate.
    pub cert_or_enc_cert: CertOrEncCert,
    /// A key that the CA has made: never ours.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub private_key: Option<Any>,
    /// Where it was published.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub publication_info: Option<Any>,
}

/// CertOrEncCert.
#[derive(Clone, Debug, PartialEq, Eq, Choice)]
pub enum CertOrEncCert {
    /// The certificate as it is.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", constructed = "true")]
    Certificate(Any),
    /// To be decrypted first, which proves the possession of a km key.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", constructed = "true")]
    Encrypted(Any),
}

/// RevDetails: which certificate, and why.
///
/// Source: RFC 9810 section 5.3.9.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct RevDetails {
    /// Names the certificate by issuer and serial.
    pub cert_details: CertTemplate,
    /// Extensions of the CRL entry, such as the reason.
    #[asn1(optional = "true")]
    pub crl_entry_details: Option<Vec<Extension>>,
}

/// An extension, as a revocation carries it.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Extension {
    /// Which one.
    pub oid: const_oid::ObjectIdentifier,
    /// Whether it must be understood.
    #[asn1(default = "Default::default")]
    pub critical: bool,
    /// Its value.
    pub value: OctetString,
}

/// RevRepContent.
///
/// Source: RFC 9810 section 5.3.10.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct RevRepContent {
    /// One for each request.
    pub status: Vec<StatusInfo>,
    /// Which certificates were revoked.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub rev_certs: Option<Vec<CertId>>,
    /// The lists that have them.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub crls: Option<Vec<Any>>,
}

/// ErrorMsgContent.
///
/// Source: RFC 9810 section 5.3.21.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct ErrorMsgContent {
    /// What is wrong.
    pub status: StatusInfo,
    /// A number of the implementation's.
    #[asn1(optional = "true")]
    pub error_code: Option<Int>,
    /// For people.
    #[asn1(optional = "true")]
    pub error_details: Option<FreeText>,
}

/// CertStatus: one certificate, taken or not.
///
/// Source: RFC 9810 section 5.3.18.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CertStatus {
    /// Hash of the certificate, by the hash function of its signature, or by `hash_alg`.
    pub cert_hash: OctetString,
    /// Which request it came of.
    pub cert_req_id: i64,
    /// Whether it is taken; absent means that it is.
    #[asn1(optional = "true")]
    pub status_info: Option<StatusInfo>,
    /// Another hash function (CMPv3).
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub hash_alg: Option<AlgorithmIdentifierOwned>,
}

/// One entry of PollReqContent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Sequence)]
pub struct PollReq {
    /// Which request.
    pub cert_req_id: i64,
}

/// One entry of PollRepContent.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct PollRep {
    /// Which request.
    pub cert_req_id: i64,
    /// Seconds after which to ask again.
    pub check_after: i64,
    /// Why it is not ready.
    #[asn1(optional = "true")]
    pub reason: Option<FreeText>,
}

impl Body {
    /// The name that the standard gives it, such as `ir`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Other { number, .. } => match number {
                5 => "popdecc",
                6 => "popdecr",
                9 => "krr",
                10 => "krp",
                13 => "ccr",
                14 => "ccp",
                15 => "ckuann",
                16 => "cann",
                17 => "rann",
                18 => "crlann",
                20 => "nested",
                _ => "unknown",
            },
            Self::Ir(_) => "ir",
            Self::Ip(_) => "ip",
            Self::Cr(_) => "cr",
            Self::Cp(_) => "cp",
            Self::P10cr(_) => "p10cr",
            Self::Kur(_) => "kur",
            Self::Kup(_) => "kup",
            Self::Rr(_) => "rr",
            Self::Rp(_) => "rp",
            Self::PkiConf(_) => "pkiconf",
            Self::Genm(_) => "genm",
            Self::Genp(_) => "genp",
            Self::Error(_) => "error",
            Self::CertConf(_) => "certConf",
            Self::PollReq(_) => "pollReq",
            Self::PollRep(_) => "pollRep",
        }
    }

    /// The number of its tag.
    #[must_use]
    pub const fn number(&self) -> u8 {
        match self {
            Self::Ir(_) => 0,
            Self::Ip(_) => 1,
            Self::Cr(_) => 2,
            Self::Cp(_) => 3,
            Self::P10cr(_) => 4,
            Self::Kur(_) => 7,
            Self::Kup(_) => 8,
            Self::Rr(_) => 11,
            Self::Rp(_) => 12,
            Self::PkiConf(_) => 19,
            Self::Genm(_) => 21,
            Self::Genp(_) => 22,
            Self::Error(_) => 23,
            Self::CertConf(_) => 24,
            Self::PollReq(_) => 25,
            Self::PollRep(_) => 26,
            Self::Other { number, .. } => *number,
        }
    }

    /// Reads the tagged body of a message.
    pub(crate) fn read(tagged: &Any) -> Result<Self, CmpError> {
        let Tag::ContextSpecific {
            constructed: true,
            number: TagNumber(number @ 0..=26),
        } = tagged.tag()
        else {
            return Err(CmpError::Malformed {
                what: WHAT,
                source: None,
            });
        };
        let der = tagged.value();
        Ok(match number {
            0 => Self::Ir(read(der)?),
            1 => Self::Ip(read(der)?),
            2 => Self::Cr(read(der)?),
            3 => Self::Cp(read(der)?),
            4 => Self::P10cr(read(der)?),
            7 => Self::Kur(read(der)?),
            8 => Self::Kup(read(der)?),
            11 => Self::Rr(read(der)?),
            12 => Self::Rp(read(der)?),
            19 => Self::PkiConf(read(der)?),
            21 => Self::Genm(read(der)?),
            22 => Self::Genp(read(der)?),
            23 => Self::Error(read(der)?),
            24 => Self::CertConf(read(der)?),
            25 => Self::PollReq(read(der)?),
            26 => Self::PollRep(read(der)?),
            number => Self::Other {
                number: u8::try_from(number).unwrap_or(u8::MAX),
                content: read(der)?,
            },
        })
    }

    /// The body with its tag.
    pub(crate) fn tagged(&self) -> Result<Any, CmpError> {
        let content = match self {
            Self::Ir(content) | Self::Cr(content) | Self::Kur(content) => content.to_der(),
            Self::Ip(content) | Self::Cp(content) | Self::Kup(content) => content.to_der(),
            Self::P10cr(content) | Self::Other { content, .. } => content.to_der(),
            Self::Rr(content) => content.to_der(),
            Self::Rp(content) => content.to_der(),
            Self::PkiConf(content) => content.to_der(),
            Self::Genm(content) | Self::Genp(content) => content.to_der(),
            Self::Error(content) => content.to_der(),
            Self::CertConf(content) => content.to_der(),
            Self::PollReq(content) => content.to_der(),
            Self::PollRep(content) => content.to_der(),
        };
        let tag = Tag::ContextSpecific {
            constructed: true,
            number: TagNumber(self.number().into()),
        };
        content
            .and_then(|content| Any::new(tag, content))
            .map_err(malformed(WHAT))
    }
}

fn read<T>(der: &[u8]) -> Result<T, CmpError>
where
    T: for<'a> Decode<'a, Error = der::Error>,
{
    T::from_der(der).map_err(malformed(WHAT))
}

const WHAT: &str = "PKIBody";
