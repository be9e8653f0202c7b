use npki_core::{Issuer, Product};

use super::Certificate;
use crate::{KeyUsage, PolicyRow, policy_row};

/// What the key of a certificate is for, told by keyUsage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyUse {
    /// Signing (서명용): `signCert.der`.
    Sign,
    /// Key management (암호화용, 키분배용): `kmCert.der`.
    KeyManagement,
    /// Both, or not restricted.
    Both,
    /// Signing certificates or CRLs.
    Ca,
}

impl Certificate {
    /// What the key is for.
    #[must_use]
    pub fn use_of_key(&self) -> KeyUse {
        let Some(usage) = self.key_usage() else {
            return if self.is_ca() {
                KeyUse::Ca
            } else {
                KeyUse::Both
            };
        };
        let signs = usage.intersects(KeyUsage::DIGITAL_SIGNATURE | KeyUsage::NON_REPUDIATION);
        let manages = usage.intersects(
            KeyUsage::KEY_ENCIPHERMENT | KeyUsage::DATA_ENCIPHERMENT | KeyUsage::KEY_AGREEMENT,
        );
        match (signs, manages) {
            _ if self.is_ca() || usage.intersects(KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN) => {
                KeyUse::Ca
            }
            (true, false) => KeyUse::Sign,
            (false, true) => KeyUse::KeyManagement,
            _ => KeyUse::Both,
        }
    }

    /// Whether basicConstraints say that the subject is a CA.
    #[must_use]
    pub fn is_ca(&self) -> bool {
        self.basic_constraints().is_some_and(|c| c.ca)
    }

    /// Whether subject and issuer are the same name, as at a root. Says nothing of the signature.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.subject().matches(self.issuer())
    }

    /// The first policy that the registry knows.
    ///
    /// # Security
    /// Anybody can write any policy into a certificate: believe it when the path has been validated.
    #[must_use]
    pub fn policy(&self) -> Option<&'static PolicyRow> {
        self.policies()?
            .0
            .iter()
            .find_map(|p| policy_row(&p.policy))
    }

    /// Which product it is, told by the policy.
    ///
    /// # Security
    /// As for [`Certificate::policy`].
    #[must_use]
    pub fn product(&self) -> Option<Product> {
        self.policy()?.product
    }

    /// Which of the five CAs, or of the lab issuers with their habits, the issuer's O names.
    #[must_use]
    pub fn authority(&self) -> Option<Issuer> {
        let organization = self.issuer().organization()?;
        let name = organization.strip_prefix("Lab-").unwrap_or(&organization);
        AUTHORITIES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, issuer)| *issuer)
    }

    /// The name for a list: the CN up to its first `(` when a code follows the `)`, as in
    /// `홍길동()0099011201104260001`; else the whole CN, such as `이름(법인)`. Without a CN, the
    /// real name or the whole subject.
    #[must_use]
    pub fn display_name(&self) -> String {
        match self.subject().common_name() {
            Some(name) => cut(&name).to_owned(),
            None => match self.identify_data() {
                Some(data) => data.real_name.clone(),
                None => self.subject().to_npki_text(),
            },
        }
    }
}

/// Cuts a code tail off, and the brackets before it.
fn cut(common_name: &str) -> &str {
    let Some((name, rest)) = common_name.split_once('(') else {
        return common_name;
    };
    let is_code = |tail: &str| {
        !tail.is_empty()
            && tail
                .bytes()
                .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
            && tail.bytes().any(|b| b.is_ascii_digit())
    };
    match rest.rsplit_once(')') {
        Some((_, tail)) if is_code(tail) && !name.trim().is_empty() => name.trim_end(),
        _ => common_name,
    }
}

/// What the O of a CA's name says. `SignKorea` is KOSCOM's.
const AUTHORITIES: &[(&str, Issuer)] = &[
    ("yessign", Issuer::Yessign),
    ("KICA", Issuer::Kica),
    ("CrossCert", Issuer::CrossCert),
    ("SignKorea", Issuer::Koscom),
    ("KOSCOM", Issuer::Koscom),
    ("TradeSign", Issuer::TradeSign),
];

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_code_tail_is_cut() {
        for (common_name, shown) in [
            ("홍길동()0099011201104260001", "홍길동"),
            ("HKD(KILDONG.HONG)009104120200225191000030", "HKD"),
            ("홍길동()0004047H000190474", "홍길동"),
            ("홍길동", "홍길동"),
            ("이름(법인)", "이름(법인)"),
            ("(주)회사", "(주)회사"),
            ("(주)회사()009905", "(주)회사()009905"),
            ("회사(주)()009905", "회사"),
            ("기관(www.example.kr)", "기관(www.example.kr)"),
            ("a(b)c1", "a(b)c1"),
            ("a(b)ABC", "a(b)ABC"),
            ("a(b", "a(b"),
            ("www.esero.go.kr", "www.esero.go.kr"),
            ("", ""),
        ] {
            assert_eq!(cut(common_name), shown, "{common_name}");
        }
    }
}
