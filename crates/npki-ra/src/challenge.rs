use base16ct::HexDisplay;
use core::{fmt, str::FromStr, time::Duration};

use npki_core::Instant;
use npki_key::SignatureAlgorithm;
use rand_core::CryptoRng;

use crate::{ApplicationId, CertificateRef, keys::RequestKey};

/// What the bank wants signed as a proof that somebody has a certificate's key: good once, for one
/// purpose, for [five minutes](Challenge::LIFE).
///
/// A text of one line, to be signed as it is. The bank stores none of those it gives out: a tag
/// under a key of its own tells them from what others write, and using one up is a claim in the
/// ledger, so that any node can ask and any other judge.
///
/// ```text
/// purpose "." about "." until "." nonce "." tag
/// ```
///
/// `about` names the application or the certificate that it is for, `until` is in Unix seconds,
/// nonce and tag have 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Challenge {
    text: String,
    until: Instant,
}

/// What a challenge is for; what was signed for one purpose proves nothing in another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengeFor {
    /// To register another institution's certificate, in this application (R41).
    Register(ApplicationId),
    /// To revoke a certificate by its own signature (R13).
    Revoke(CertificateRef),
    /// To log in (R40).
    LogIn,
}

/// A text that is no challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no challenge of a bank")]
pub struct ChallengeError;

/// A signature over a challenge: whoever made it has the certificate's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Possession {
    /// What was signed.
    pub challenge: Challenge,
    /// How.
    pub algorithm: SignatureAlgorithm,
    /// The signature over the [octets](Challenge::octets) of the challenge.
    pub signature: Vec<u8>,
}

/// What a challenge is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Freshness {
    /// Ours, for this, in time, and not used.
    Fresh,
    /// Not ours, or for something else.
    Foreign,
    /// Its time is over.
    Late,
    /// Used up by another request.
    Used,
}

impl Challenge {
    /// So long it is good: time to choose a certificate and to key in its password. Ours; the rules
    /// name none.
    pub const LIFE: Duration = Duration::from_secs(300);

    /// The octets that are signed.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// From this instant on it is good no longer.
    #[must_use]
    pub const fn until(&self) -> Instant {
        self.until
    }

    /// A new one.
    pub(crate) fn give(
        key: &RequestKey,
        what: &ChallengeFor,
        now: Instant,
        rng: &mut dyn CryptoRng,
    ) -> Self {
        let mut nonce = [0; 16];
        rng.fill_bytes(&mut nonce);
        let until = now.saturating_add(Self::LIFE);
        let said = format!("{what}.{}.{}", until.unix_seconds(), hex(&nonce));
        let tag = key.tag(&[LABEL, said.as_bytes()]);
        Self {
            text: format!("{said}.{}", hex(&tag)),
            until,
        }
    }

    /// Whether the bank with this key gave it out for just this.
    pub(crate) fn is_ours(&self, key: &RequestKey, what: &ChallengeFor) -> bool {
        let Some((said, tag)) = self.text.rsplit_once('.') else {
            return false;
        };
        let ours = said
            .strip_prefix(what.to_string().as_str())
            .is_some_and(|rest| rest.starts_with('.'));
        let Some(tag) = unhex(tag) else {
            return false;
        };
        ours && key.is_tag(&[LABEL, said.as_bytes()], &tag)
    }

    /// What makes it different from any other.
    pub(crate) fn nonce(&self) -> &str {
        self.text.rsplit('.').nth(1).unwrap_or_default()
    }
}

/// As it is written.
impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Challenge {
    type Err = ChallengeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_LENGTH {
            return Err(ChallengeError);
        }
        let parts: Vec<_> = text.split('.').collect();
        let [_, _, until, nonce, tag] = parts.as_slice() else {
            return Err(ChallengeError);
        };
        let until = until.parse().map_err(|_| ChallengeError)?;
        if unhex(nonce).is_none() || unhex(tag).is_none() {
            return Err(ChallengeError);
        }
        Ok(Self {
            text: text.to_owned(),
            until: Instant::from_unix_seconds(until).map_err(|_| ChallengeError)?,
        })
    }
}

/// Purpose and what it is about, as they stand in a challenge.
impl fmt::Display for ChallengeFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Register(application) => write!(f, "register.{application}"),
            Self::Revoke(certificate) => {
                let serial = HexDisplay(certificate.serial.as_bytes());
                write!(f, "revoke.{}-{serial:x}", certificate.issuer)
            }
            Self::LogIn => f.write_str("log-in.bank"),
        }
    }
}

fn hex(octets: &[u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(*octets))
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    if text.len() != 32 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    u128::from_str_radix(text, 16).ok().map(u128::to_be_bytes)
}

/// What the tags of challenges are made with beside the text.
const LABEL: &[u8] = b"challenge";
/// A serial number of 20 octets, two numbers and two words fit by far.
const MAX_LENGTH: usize = 512;

#[cfg(test)]
mod tests {
    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn good_for_one_purpose_at_one_bank() {
        let mut rng = ChaCha20Rng::from_seed([5; 32]);
        let (ours, another) = (
            RequestKey::generate(&mut rng),
            RequestKey::generate(&mut rng),
        );
        let now = Instant::from_unix_seconds(1_800_000_000).unwrap();
        let register = |octet| ChallengeFor::Register(ApplicationId::from_octets([octet; 16]));
        let given = Challenge::give(&ours, &register(1), now, &mut rng);
        assert_eq!(given.until(), now.saturating_add(Challenge::LIFE));
        let read: Challenge = given.to_string().parse().unwrap();
        assert_eq!(read, given);
        assert!(read.is_ours(&ours, &register(1)));
        for (key, what) in [
            (&another, register(1)),
            (&ours, register(2)),
            (&ours, ChallengeFor::LogIn),
        ] {
            assert!(!read.is_ours(key, &what));
        }
        // Another end, another nonce, another tag.
        let text = given.to_string();
        let parts: Vec<_> = text.split('.').collect();
        for changed in 2..5 {
            let mut parts: Vec<_> = parts.iter().map(ToString::to_string).collect();
            let last = if parts[changed].ends_with('1') {
                '2'
            } else {
                '1'
            };
            parts[changed].pop();
            parts[changed].push(last);
            let forged: Challenge = parts.join(".").parse().unwrap();
            assert!(!forged.is_ours(&ours, &register(1)), "{forged}");
        }
    }

    #[test]
    fn what_is_no_challenge() {
        let hex = "0".repeat(32);
        for bad in [
            "".to_owned(),
            "log-in.bank.0".into(),
            format!("log-in.bank.x.{hex}.{hex}"),
            format!("log-in.bank.0.{hex}.{hex}.{hex}"),
            format!("log-in.bank.0.{hex}.{}", "0".repeat(31)),
            format!("log-in.{}.0.{hex}.{hex}", "a".repeat(512)),
        ] {
            assert_eq!(bad.parse::<Challenge>(), Err(ChallengeError), "{bad}");
        }
        assert!(
            format!("log-in.bank.0.{hex}.{hex}")
                .parse::<Challenge>()
                .is_ok()
        );
    }
}
