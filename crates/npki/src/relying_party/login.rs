use npki_cert::{
    Certificate, Crl, KeyUse, OcspResponse, PolicyArc, PolicyOid, PolicyRow, VidCheck, check_vid,
    policy_rows,
};
use npki_core::{Idn, Instant, Product, Purpose, RandomNumber};
use npki_policy::Policy;
use npki_sign::login::{
    Challenge, ChallengeState, ChallengeStore, LoginCheck, verify_login_signature,
};
use npki_trust::{
    AlgorithmPolicy, Anchors, CrlError, CrlVerdict, OcspQuestion, OcspVerdict, PathError,
    PolicySet, Request, Revocation, ValidPath, Validator, judge_crls, judge_ocsp,
};

/// Verifies logins (R40): made once, used for every login.
#[derive(Debug)]
pub struct LoginVerifier {
    anchors: Anchors,
    pool: Vec<Certificate>,
    policy: Policy,
    arc: PolicyArc,
    covered: CrlScope,
}

/// Whose state the CRLs and OCSP responses of a login must tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CrlScope {
    /// Every certificate below the root, the issuing CA's too: its list is the root's (ARL).
    #[default]
    Chain,
    /// The subscriber's certificate alone.
    Subscriber,
    /// Nobody's: revocation is judged elsewhere.
    Nobody,
}

/// One login as it came in.
#[derive(Debug)]
pub struct LoginAttempt<'a> {
    /// SignedData over the challenge, DER or BER.
    pub cms: &'a [u8],
    /// What the server wanted signed.
    pub challenge: &'a Challenge,
    /// Where the challenges are that were given out. `None`: the caller has made sure, or will, that
    /// this one counts once.
    pub challenges: Option<&'a dyn ChallengeStore>,
    /// Who the subscriber is to be. `None`: nobody in particular, the certificate is enough.
    pub identity: Option<Identity<'a>>,
    /// What the login is for (R4).
    pub purpose: Purpose,
    /// CRLs of the chain's CAs. Each certificate below the root must be covered, by one of them or by
    /// one of the [OCSP responses](Self::ocsp), unless the verifier asks less ([`LoginVerifier::danger_crls_cover`]).
    pub crls: &'a [Crl],
    /// OCSP responses about the chain's certificates. Each tells as much of its certificate as a CRL
    /// that covers it; of all that is said the worst counts. Their responders are the CA, its delegates,
    /// and those that the root has certified for it.
    pub ocsp: &'a [OcspResponse],
    /// The instant at which everything has to hold.
    pub now: Instant,
}

/// What binds a certificate to a person or organisation: the number on file, and the R that came
/// with the login.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The identification number on file.
    pub idn: &'a Idn,
    /// R, as the subscriber sent it.
    pub random_number: &'a RandomNumber,
}

/// A login that holds.
#[derive(Clone, Debug)]
pub struct Login {
    /// The subscriber's certificate.
    pub certificate: Certificate,
    /// What kind it is.
    pub product: Option<Product>,
}

/// Why a login does not hold: the first check that failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", check.sentence().en)]
pub struct LoginRefusal {
    /// The check, with its stable name and its sentence for people.
    pub check: LoginCheck,
    /// What stood against the path, where that was it.
    #[source]
    pub path: Option<PathError>,
}

impl LoginVerifier {
    /// A verifier that trusts these roots, with the shipped table of what product serves what purpose
    /// and the real CAs' policies.
    #[must_use]
    pub fn new(roots: impl IntoIterator<Item = Certificate>) -> Self {
        Self {
            anchors: Anchors::new(roots),
            pool: Vec::new(),
            policy: Policy::shipped(),
            arc: PolicyArc::Real,
            covered: CrlScope::default(),
        }
    }

    /// CA certificates that may be needed between a subscriber's and a root.
    #[must_use]
    pub fn intermediates(mut self, pool: impl IntoIterator<Item = Certificate>) -> Self {
        self.pool.extend(pool);
        self
    }

    /// Another bank's table.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Asks less of the CRLs than the whole chain's state.
    ///
    /// # Security
    /// With [`CrlScope::Nobody`] a revoked certificate logs in.
    #[must_use]
    pub const fn danger_crls_cover(mut self, covered: CrlScope) -> Self {
        self.covered = covered;
        self
    }

    /// Accepts the lab's policies instead of the real ones.
    ///
    /// # Security
    /// The keys of lab certificates are published: for tests only.
    #[must_use]
    pub fn danger_accept_lab_policies(mut self) -> Self {
        self.arc = PolicyArc::Lab;
        self
    }

    /// Makes every check of [`LoginCheck`], in its order.
    ///
    /// # Errors
    /// [`LoginRefusal`] with the first check that failed.
    pub fn verify(&self, attempt: &LoginAttempt<'_>) -> Result<Login, LoginRefusal> {
        let signer = verify_login_signature(attempt.cms, attempt.challenge)
            .map_err(|error| refused(error.check()))?;
        if let Some(challenges) = attempt.challenges
            && challenges.redeem(attempt.challenge, attempt.now) != ChallengeState::Fresh
        {
            return Err(refused(LoginCheck::Replay));
        }
        let certificate = signer.certificate();
        self.path(certificate, attempt)?;
        if !matches!(certificate.use_of_key(), KeyUse::Sign | KeyUse::Both) {
            return Err(refused(LoginCheck::KeyUsage));
        }
        if let Some(Identity { idn, random_number }) = attempt.identity
            && check_vid(certificate, idn, random_number) != VidCheck::Matches
        {
            return Err(refused(LoginCheck::Vid));
        }
        Ok(Login {
            certificate: certificate.clone(),
            product: certificate.product(),
        })
    }

    /// Validates the path with everything asked for. When that fails, asks for less, in the order
    /// of the checks, to find the first that fails.
    fn path(&self, leaf: &Certificate, attempt: &LoginAttempt<'_>) -> Result<(), LoginRefusal> {
        let accepted = PolicySet::of(self.accepted(attempt.purpose));
        let strict = Validator::new(self.anchors.clone())
            .policies(accepted)
            .require_explicit_policy();
        let error = match self.judge(&strict, leaf, attempt) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };

        let lenient = Validator::new(self.anchors.clone());
        let request = |at| Request {
            pool: &self.pool,
            ..Request::new(leaf, at)
        };
        let inside = attempt.now.clamp(leaf.not_before(), leaf.not_after());
        let time = if attempt.now < leaf.not_before() {
            LoginCheck::NotYetValid
        } else {
            LoginCheck::Expired
        };
        let stages = [
            (
                LoginCheck::Chain,
                lenient.validate(&request(inside)).map(drop),
            ),
            (time, lenient.validate(&request(attempt.now)).map(drop)),
            (LoginCheck::Revoked, self.judge(&lenient, leaf, attempt)),
        ];
        for (check, result) in stages {
            if let Err(path) = result {
                return Err(LoginRefusal {
                    check,
                    path: Some(path),
                });
            }
        }
        Err(LoginRefusal {
            check: LoginCheck::Policy,
            path: Some(error),
        })
    }

    /// The path at this instant, with what it must be covered by.
    fn judge(
        &self,
        validator: &Validator,
        leaf: &Certificate,
        attempt: &LoginAttempt<'_>,
    ) -> Result<(), PathError> {
        let revocation = match self.covered {
            CrlScope::Chain => Revocation::CrlsAndOcsp {
                crls: attempt.crls,
                responses: attempt.ocsp,
            },
            CrlScope::Subscriber | CrlScope::Nobody => Revocation::NotChecked,
        };
        let request = Request {
            pool: &self.pool,
            revocation,
            ..Request::new(leaf, attempt.now)
        };
        let path = validator.validate(&request)?;
        if self.covered != CrlScope::Subscriber {
            return Ok(());
        }
        self.judge_subscriber(leaf, &path, attempt)
    }

    /// What CRLs and OCSP responses say of the subscriber's certificate alone: the worst of it.
    fn judge_subscriber(
        &self,
        leaf: &Certificate,
        path: &ValidPath,
        attempt: &LoginAttempt<'_>,
    ) -> Result<(), PathError> {
        let issuer = path.certificates().get(1).unwrap_or(path.anchor());
        let question = OcspQuestion {
            root: Some(path.anchor()),
            pool: &self.pool,
            crls: attempt.crls,
            ..OcspQuestion::new(leaf, issuer, attempt.now)
        };
        let (mut good, mut unknown) = (false, false);
        let mut why = PathError::RevocationUnknown {
            depth: 0,
            why: CrlError::Missing,
        };
        for response in attempt.ocsp {
            match judge_ocsp(response, &question) {
                Ok(OcspVerdict::Good) => good = true,
                Ok(OcspVerdict::Unknown) => unknown = true,
                Ok(OcspVerdict::Revoked { at, reason }) => {
                    return Err(PathError::Revoked {
                        depth: 0,
                        at,
                        reason,
                    });
                }
                Err(error) => {
                    why = PathError::OcspRefused {
                        depth: 0,
                        why: error,
                    };
                }
            }
        }
        let algorithms = AlgorithmPolicy::new();
        match judge_crls(attempt.crls, issuer, leaf, attempt.now, algorithms) {
            Ok(CrlVerdict::Good) => good = true,
            Ok(CrlVerdict::Revoked { at, reason }) => {
                return Err(PathError::Revoked {
                    depth: 0,
                    at,
                    reason,
                });
            }
            // A response that was refused is the nearer miss.
            Err(CrlError::Missing) => {}
            Err(error) => {
                why = PathError::RevocationUnknown {
                    depth: 0,
                    why: error,
                };
            }
        }
        match (good, unknown) {
            (_, true) => Err(PathError::NotIssued { depth: 0 }),
            (true, false) => Ok(()),
            (false, false) => Err(why),
        }
    }

    /// The policies whose product serves the purpose (R4).
    fn accepted(&self, purpose: Purpose) -> impl Iterator<Item = PolicyOid> {
        let serves = move |row: &&PolicyRow| {
            row.arc == self.arc
                && row.product.is_some_and(|product| {
                    self.policy
                        .catalogue()
                        .row(product)
                        .is_some_and(|row| row.serves(purpose))
                })
        };
        policy_rows().iter().filter(serves).map(|row| row.oid)
    }
}

const fn refused(check: LoginCheck) -> LoginRefusal {
    LoginRefusal { check, path: None }
}
