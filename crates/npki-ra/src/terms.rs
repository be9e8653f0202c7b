use der::{Sequence, asn1::OctetString};
use npki_core::{HashAlgorithm, Issuer, named};

/// A mandatory term of the application (약관, R35).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Term {
    /// 전자금융거래 기본약관.
    FinanceBasic,
    /// 전자금융서비스 이용약관.
    FinanceService,
    /// The chosen CA's service terms (인증서비스 이용약관).
    CaService,
    /// Consent to hand personal data to that CA (개인정보 제3자 제공 동의).
    DataToCa,
}

named!(Term, [
    FinanceBasic = "finance-basic", "전자금융거래 기본약관", "electronic finance basic terms";
    FinanceService = "finance-service", "전자금융서비스 이용약관", "electronic finance service terms";
    CaService = "ca-service", "인증서비스 이용약관", "the CA's service terms";
    DataToCa = "data-to-ca", "개인정보 제3자 제공 동의", "consent to hand personal data to the CA";
]);

/// A term in the version that was shown and accepted.
///
/// ```text
/// AcceptedTerm ::= SEQUENCE {
///   term PrintableString, issuer [0] EXPLICIT PrintableString OPTIONAL, version UTF8String,
///   sha256 [1] EXPLICIT OCTET STRING OPTIONAL }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct AcceptedTerm {
    /// Which.
    pub term: Term,
    /// Whose, for what concerns a CA.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub issuer: Option<Issuer>,
    /// In which version.
    pub version: String,
    /// SHA-256 of that version's text, where the bank has said what it is: whoever keeps the texts can
    /// show which one was agreed to.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub sha256: Option<OctetString>,
}

/// The terms in force: what is shown, and must be accepted in just these versions.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Terms(pub Vec<AcceptedTerm>);

impl Terms {
    /// Terms that have the same version everywhere: a bank and its CAs before their first change.
    #[must_use]
    pub fn uniform(version: &str) -> Self {
        let term = |term, issuer| AcceptedTerm {
            term,
            issuer,
            version: version.to_owned(),
            sha256: None,
        };
        let own = [Term::FinanceBasic, Term::FinanceService].map(|t| term(t, None));
        let ca = Issuer::ALL
            .iter()
            .flat_map(|issuer| [Term::CaService, Term::DataToCa].map(|t| term(t, Some(*issuer))));
        Self(own.into_iter().chain(ca).collect())
    }

    /// One term in the version whose text this is; it takes the place of an older one.
    ///
    /// # Errors
    /// [`der::Error`] never: a digest fits an OCTET STRING.
    pub fn with_text(
        mut self,
        term: Term,
        issuer: Option<Issuer>,
        version: &str,
        text: &str,
    ) -> der::Result<Self> {
        let digest = HashAlgorithm::Sha256.digest(text.as_bytes());
        self.0
            .retain(|old| (old.term, old.issuer) != (term, issuer));
        self.0.push(AcceptedTerm {
            term,
            issuer,
            version: version.to_owned(),
            sha256: Some(OctetString::new(digest.octets())?),
        });
        Ok(self)
    }

    /// What step 1 asks for.
    pub fn of_the_bank(&self) -> impl Iterator<Item = &AcceptedTerm> {
        self.0.iter().filter(|term| term.issuer.is_none())
    }

    /// What step 2 asks for beside, once this CA is chosen.
    pub fn of_the_ca(&self, issuer: Issuer) -> impl Iterator<Item = &AcceptedTerm> {
        self.0
            .iter()
            .filter(move |term| term.issuer == Some(issuer))
    }

    /// Whether each of `wanted` is accepted in its version.
    pub(crate) fn are_accepted<'t>(
        wanted: impl Iterator<Item = &'t AcceptedTerm>,
        accepted: &[AcceptedTerm],
    ) -> bool {
        let mut wanted = wanted.peekable();
        // A list without a term is a mistake of the bank's, not an agreement.
        wanted.peek().is_some() && wanted.all(|term| accepted.contains(term))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r35_each_term_in_the_version_shown() {
        let terms = Terms::uniform("2026-01");
        let bank: Vec<_> = terms.of_the_bank().cloned().collect();
        let old: Vec<_> = Terms::uniform("2025-07").of_the_bank().cloned().collect();
        for (accepted, fine) in [(&bank[..], true), (&bank[1..], false), (&old[..], false)] {
            assert_eq!(Terms::are_accepted(terms.of_the_bank(), accepted), fine);
        }
        let ca: Vec<_> = terms.of_the_ca(Issuer::Kica).cloned().collect();
        assert_eq!(ca.len(), 2);
        assert!(!Terms::are_accepted(terms.of_the_ca(Issuer::Koscom), &ca));
        assert!(!Terms::are_accepted(Terms::default().of_the_bank(), &bank));
    }
}
