use const_oid::{
    ObjectIdentifier,
    db::rfc5912::{ID_QT_CPS, ID_QT_UNOTICE},
};

use crate::{
    CertError, PolicyOid,
    input::{
        self, BMP_STRING, IA5_STRING, INTEGER, Input, OID, SEQUENCE, Tlv, UTF8_STRING,
        VISIBLE_STRING, malformed,
    },
    output, string,
};

/// The policies (인증서 정책) under which a certificate was issued, in its order.
///
/// Source: RFC 5280 section 4.2.1.4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificatePolicies(pub Vec<PolicyInformation>);

/// One policy and what is said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyInformation {
    /// The policy's OID.
    pub policy: PolicyOid,
    /// In the order of the certificate; may be empty.
    pub qualifiers: Vec<PolicyQualifier>,
}

/// What is said about a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyQualifier {
    /// Where the certification practice statement (인증업무준칙) stands.
    CpsUri(String),
    /// A text to be shown.
    UserNotice(UserNotice),
    /// Another kind, by its OID.
    Other(ObjectIdentifier),
}

/// A text that a relying party may show to its user.
///
/// Korean certificates carry it as BMPString, which RFC 5280 forbids to new ones; ours are written
/// so too, because that is what their readers know (KCAC.TS.CERTPROF).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserNotice {
    /// The text, read from any of the four kinds of DisplayText.
    pub explicit_text: Option<String>,
    /// The organisation that the noticeRef names.
    pub organization: Option<String>,
    /// The tag octet of the text.
    pub(crate) text_tag: Option<u8>,
}

impl CertificatePolicies {
    /// Whether `policy` is among them. anyPolicy matches itself alone.
    #[must_use]
    pub fn contains(&self, policy: &PolicyOid) -> bool {
        self.0.iter().any(|p| p.policy == *policy)
    }

    /// Whether anyPolicy (2.5.29.32.0) is among them, as in certificates of CAs.
    #[must_use]
    pub fn has_any_policy(&self) -> bool {
        self.contains(&PolicyOid::ANY_POLICY)
    }

    pub(crate) fn read(octets: &[u8]) -> Result<Self, CertError> {
        let mut input = input::open(octets, SEQUENCE, "CertificatePolicies")?;
        let mut policies = Vec::new();
        while !input.is_empty() {
            policies.push(PolicyInformation::read(
                input.nested(SEQUENCE, "PolicyInformation")?,
            )?);
        }
        if policies.is_empty() {
            return Err(input.malformed());
        }
        Ok(Self(policies))
    }

    /// Writes one policy: the notice first and then the CPS at subscribers, the other way round
    /// in certificates of CAs, as the real ones have it. `None` when the notice has a character
    /// that BMPString cannot hold.
    pub(crate) fn write(
        policy: PolicyOid,
        notice: Option<&str>,
        cps_uri: Option<&str>,
        cps_first: bool,
    ) -> Option<Vec<u8>> {
        let notice = match notice {
            Some(text) => output::sequence(&[
                &output::oid(ID_QT_UNOTICE),
                &output::sequence(&[&output::tlv(BMP_STRING, &string::to_bmp(text)?)]),
            ]),
            None => Vec::new(),
        };
        let cps = cps_uri.map_or_else(Vec::new, |uri| {
            output::sequence(&[
                &output::oid(ID_QT_CPS),
                &output::tlv(IA5_STRING, uri.as_bytes()),
            ])
        });
        let qualifiers = match (notice.is_empty() && cps.is_empty(), cps_first) {
            (true, _) => Vec::new(),
            (_, true) => output::sequence(&[&cps, &notice]),
            (_, false) => output::sequence(&[&notice, &cps]),
        };
        let information = output::sequence(&[&policy.to_der(), &qualifiers]);
        Some(output::sequence(&[&information]))
    }
}

impl PolicyInformation {
    /// The notice's text, if there is one.
    #[must_use]
    pub fn notice(&self) -> Option<&str> {
        self.qualifiers.iter().find_map(|q| match q {
            PolicyQualifier::UserNotice(notice) => notice.explicit_text.as_deref(),
            _ => None,
        })
    }

    /// Where the certification practice statement stands.
    #[must_use]
    pub fn cps_uri(&self) -> Option<&str> {
        self.qualifiers.iter().find_map(|q| match q {
            PolicyQualifier::CpsUri(uri) => Some(uri.as_str()),
            _ => None,
        })
    }

    fn read(mut input: Input<'_>) -> Result<Self, CertError> {
        let policy = PolicyOid::from_contents(input.expect(OID)?.value)?;
        let mut qualifiers = Vec::new();
        if !input.is_empty() {
            let mut list = input.nested(SEQUENCE, "policyQualifiers")?;
            while !list.is_empty() {
                let qualifier = list.nested(SEQUENCE, "PolicyQualifierInfo")?;
                qualifiers.push(PolicyQualifier::read(qualifier)?);
            }
        }
        input.end()?;
        Ok(Self { policy, qualifiers })
    }
}

impl PolicyQualifier {
    fn read(mut input: Input<'_>) -> Result<Self, CertError> {
        let oid = input.decode(OID)?;
        let qualifier = match oid {
            ID_QT_CPS => Self::CpsUri(string::ia5(input.expect(IA5_STRING)?.value)),
            ID_QT_UNOTICE => {
                Self::UserNotice(UserNotice::read(input.nested(SEQUENCE, "UserNotice")?)?)
            }
            _ => {
                if !input.is_empty() {
                    input.any()?;
                }
                Self::Other(oid)
            }
        };
        input.end()?;
        Ok(qualifier)
    }
}

impl UserNotice {
    fn read(mut input: Input<'_>) -> Result<Self, CertError> {
        let mut notice = Self::default();
        if let Some(reference) = input.optional(SEQUENCE)? {
            let mut reference = Input::new(reference.value, "NoticeReference");
            notice.organization = Some(display_text(reference.any()?)?);
            let mut numbers = reference.nested(SEQUENCE, "NoticeReference")?;
            while !numbers.is_empty() {
                numbers.expect(INTEGER)?;
            }
            reference.end()?;
        }
        if !input.is_empty() {
            let text = input.any()?;
            notice.explicit_text = Some(display_text(text)?);
            notice.text_tag = Some(text.tag);
        }
        input.end()?;
        Ok(notice)
    }
}

/// DisplayText, of any length: RFC 5280 allows 200 characters and real notices have more.
fn display_text(tlv: Tlv<'_>) -> Result<String, CertError> {
    match tlv.tag {
        IA5_STRING | VISIBLE_STRING | BMP_STRING | UTF8_STRING => string::read(tlv.tag, tlv.value)
            .map(|t| t.text)
            .ok_or(malformed("DisplayText")),
        _ => Err(malformed("DisplayText")),
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;

    #[test]
    fn a_notice_in_bmp_reads_back() {
        let policy: PolicyOid = "2.999.410.1.4".parse().unwrap();
        let text = "이 인증서는 공동인증서 입니다";
        let cps = "http://www.yessign.or.kr/cps.htm";
        for cps_first in [false, true] {
            let der = CertificatePolicies::write(policy, Some(text), Some(cps), cps_first).unwrap();
            let read = CertificatePolicies::read(&der).unwrap();
            let [information] = read.0.as_slice() else {
                panic!("one policy")
            };
            assert_eq!(information.policy, policy);
            assert_eq!(information.notice(), Some(text));
            assert_eq!(information.cps_uri(), Some(cps));
            assert_eq!(
                matches!(information.qualifiers[0], PolicyQualifier::CpsUri(_)),
                cps_first
            );
        }
        assert!(CertificatePolicies::write(policy, Some("😀"), None, false).is_none());
        let bare = CertificatePolicies::write(policy, None, None, false).unwrap();
        assert!(
            CertificatePolicies::read(&bare).unwrap().0[0]
                .qualifiers
                .is_empty()
        );
    }

    #[test]
    fn all_four_kinds_of_text() {
        for (tag, text) in [
            (IA5_STRING, b"AB".as_slice()),
            (VISIBLE_STRING, b"AB"),
            (UTF8_STRING, b"AB"),
            (BMP_STRING, b"\0A\0B"),
        ] {
            let notice = output::sequence(&[&output::tlv(tag, text)]);
            let notice = UserNotice::read(input::open(&notice, SEQUENCE, "").unwrap()).unwrap();
            assert_eq!(notice.explicit_text.as_deref(), Some("AB"), "{tag:02x}");
        }
        let wrong = output::sequence(&[&output::tlv(OID, &[0x55])]);
        assert!(UserNotice::read(input::open(&wrong, SEQUENCE, "").unwrap()).is_err());
    }

    #[test]
    fn a_notice_reference() {
        // noticeRef { organization UTF8String "KFTC", noticeNumbers { 1 } }, explicitText "x"
        let der = hex!("3010 300b 0c04 4b465443 3003 020101 0c01 78");
        let notice = UserNotice::read(input::open(&der, SEQUENCE, "").unwrap()).unwrap();
        assert_eq!(notice.organization.as_deref(), Some("KFTC"));
        assert_eq!(notice.explicit_text.as_deref(), Some("x"));
    }

    #[test]
    fn none_is_refused() {
        assert!(CertificatePolicies::read(&hex!("3000")).is_err());
        assert!(CertificatePolicies::read(&hex!("3002 3000")).is_err());
    }
}
