use base64ct::{Base64, Encoding as _};
use der::{
    Encode as _,
    oid::{
        ObjectIdentifier,
        db::rfc5912::{ID_EC_PUBLIC_KEY, SECP_256_R_1},
    },
};
use npki_core::HashAlgorithm;
use npki_key::{SignError, SignatureAlgorithm, SigningKey, Verifier};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use spki::SubjectPublicKeyInfoOwned;

use crate::{Head, Ledger, LedgerError, MerkleHash, merkle::Tree};

/// A head of a log to be kept elsewhere: origin, size and root.
///
/// Text form (C2SP tlog-checkpoint), three lines:
///
/// ```text
/// bank.example/ledger
/// 20852163
/// CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, which is also the name of the key that signs: a URL without its schema.
    pub origin: String,
    /// Records in the log.
    pub size: u64,
    /// The Merkle root over them.
    pub root: MerkleHash,
}

/// Why a text is no checkpoint, or no signature can be made or trusted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// No checkpoint in its canonical form; what is wrong.
    #[error("no checkpoint: {0}")]
    Malformed(&'static str),
    /// The checkpoint is another log's.
    #[error("the checkpoint is of {found:?}, not of {wanted:?}")]
    Origin {
        /// The origin found.
        found: String,
        /// The origin wanted.
        wanted: String,
    },
    /// The key is not one of ECDSA on P-256 with SHA-256.
    #[error("checkpoints are signed with ECDSA on P-256 and SHA-256 only")]
    Key,
    /// The note has no signature of this key.
    #[error("the note has no signature of this key")]
    Unsigned,
    /// The note has a signature that names this key and does not hold.
    #[error("the signature does not hold")]
    Signature,
    /// The key could not sign.
    #[error("the checkpoint could not be signed")]
    Sign(#[from] SignError),
}

/// Why a ledger does not go on from a checkpoint.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeadError {
    /// The ledger has fewer records than it once had: it was cut, or an old copy was put back.
    #[error("the ledger has {found} records, its checkpoint has {wanted}")]
    Truncated {
        /// Records in the ledger.
        found: u64,
        /// Records in the checkpoint.
        wanted: u64,
    },
    /// The records up to the checkpoint are not those that it was made of.
    #[error("the first {size} records have another root than the checkpoint")]
    Forked {
        /// Records in the checkpoint.
        size: u64,
    },
    /// The stored head is not the one that the stored nodes lead to.
    #[error("the ledger's head does not follow from its records")]
    Head,
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Checkpoint {
    /// The checkpoint of a head.
    ///
    /// # Errors
    /// [`CheckpointError::Malformed`] when `origin` is empty or has white space, `+` or control
    /// characters, which a key name must not have.
    pub fn of(origin: &str, head: &Head) -> Result<Self, CheckpointError> {
        if !is_key_name(origin) {
            return Err(CheckpointError::Malformed("origin"));
        }
        Ok(Self {
            origin: origin.to_owned(),
            size: head.size,
            root: head.root,
        })
    }

    /// The text form, with its last newline: what is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let root = Base64::encode_string(self.root.octets());
        format!("{}\n{}\n{root}\n", self.origin, self.size)
    }

    /// Reads the text form. Extension lines are refused: we write none.
    ///
    /// # Errors
    /// [`CheckpointError::Malformed`] for all but [`Checkpoint::text`]'s own words.
    ///
    /// # Security
    /// A text proves nothing: [`Checkpoint::verify`] reads a signed one.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root), Some(""), None) = (
            lines.next(),
            lines.next(),
            lines.next(),
            lines.next(),
            lines.next(),
        ) else {
            return Err(CheckpointError::Malformed("not three lines"));
        };
        let mut octets = [0; 32];
        let root = Base64::decode(root, &mut octets)
            .is_ok_and(|root| root.len() == 32)
            .then(|| MerkleHash::from_octets(octets))
            .ok_or(CheckpointError::Malformed("root"))?;
        let size = size
            .parse()
            .map_err(|_| CheckpointError::Malformed("size"))?;
        let head = Head {
            size,
            root,
            time: None,
        };
        let checkpoint = Self::of(origin, &head)?;
        // Leading zeros, a sign: another text would have the same meaning.
        if checkpoint.text() != text {
            return Err(CheckpointError::Malformed("not in its canonical form"));
        }
        Ok(checkpoint)
    }

    /// Signs: a note of the text, an empty line, and one line with the signature. The key's name
    /// is the origin.
    ///
    /// # Errors
    /// [`CheckpointError::Key`] for another kind of key, [`CheckpointError::Sign`] when it fails.
    ///
    /// Source: C2SP signed-note, signature type 0x02.
    pub fn sign(
        &self,
        key: &dyn SigningKey,
        rng: &mut dyn CryptoRng,
    ) -> Result<String, CheckpointError> {
        if key.algorithm() != ALGORITHM {
            return Err(CheckpointError::Key);
        }
        let id = key_id(key.public_key())?;
        let text = self.text();
        let signature = key.sign(text.as_bytes(), rng)?;
        let signature = Base64::encode_string(&[&id[..], signature.octets()].concat());
        Ok(format!("{text}\n\u{2014} {} {signature}\n", self.origin))
    }

    /// Reads a signed note and checks that it is of the log `origin` and signed by `key`.
    ///
    /// Signatures of others, of witnesses for example, are passed over.
    ///
    /// # Errors
    /// [`CheckpointError`].
    ///
    /// Source: C2SP signed-note.
    pub fn verify(note: &str, origin: &str, key: &dyn Verifier) -> Result<Self, CheckpointError> {
        if note.len() > NOTE_MAX {
            return Err(CheckpointError::Malformed("too long"));
        }
        let id = key_id(key.public_key())?;
        // The text ends at the last empty line, its own newline included.
        let (text, signatures) = note
            .rsplit_once("\n\n")
            .ok_or(CheckpointError::Malformed("no signature"))?;
        let text = format!("{text}\n");
        let signatures = signatures
            .strip_suffix('\n')
            .ok_or(CheckpointError::Malformed("a line without an end"))?;
        let mut signed = false;
        for line in signatures.split('\n') {
            let (name, octets) = signature_line(line)?;
            if let Some(signature) = octets.strip_prefix(&id)
                && name == origin
            {
                key.verify(&ALGORITHM, text.as_bytes(), signature)
                    .map_err(|_| CheckpointError::Signature)?;
                signed = true;
            }
        }
        if !signed {
            return Err(CheckpointError::Unsigned);
        }
        let checkpoint = Self::parse(&text)?;
        if checkpoint.origin != origin {
            return Err(CheckpointError::Origin {
                found: checkpoint.origin,
                wanted: origin.to_owned(),
            });
        }
        Ok(checkpoint)
    }
}

/// Compares a ledger with a checkpoint that was kept in a second place: before the first signature
/// after a start. Reads a number of rows that grows with the logarithm of the ledger's size, and believes the stored
/// nodes in between: what was changed below them without care is [`audit`](crate::audit())'s to find.
///
/// # Errors
/// [`HeadError`]: then nothing may be signed or recorded before somebody has looked.
pub fn check_head(ledger: &dyn Ledger, checkpoint: &Checkpoint) -> Result<(), HeadError> {
    let head = ledger.head()?;
    if head.size < checkpoint.size {
        return Err(HeadError::Truncated {
            found: head.size,
            wanted: checkpoint.size,
        });
    }
    for (size, root, error) in [
        (
            checkpoint.size,
            checkpoint.root,
            HeadError::Forked {
                size: checkpoint.size,
            },
        ),
        // Others may write meanwhile: what lies behind the head that was read is not looked at.
        (head.size, head.root, HeadError::Head),
    ] {
        let tree = Tree::new(ledger, size, head.size);
        if tree.map_err(|_| HeadError::Head)?.root()? != root {
            return Err(error);
        }
    }
    Ok(())
}

/// Octets of a note: C2SP signed-note asks for room for 16 signatures of up to 5 kB.
const NOTE_MAX: usize = 131_072;

const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha256);

/// Names a key of signature type 0x02: SHA-256 of its SPKI, the first four octets.
fn key_id(key: &SubjectPublicKeyInfoOwned) -> Result<[u8; 4], CheckpointError> {
    let curve = key
        .algorithm
        .parameters
        .as_ref()
        .and_then(|p| p.decode_as::<ObjectIdentifier>().ok());
    if key.algorithm.oid != ID_EC_PUBLIC_KEY || curve != Some(SECP_256_R_1) {
        return Err(CheckpointError::Key);
    }
    let der = key.to_der().map_err(|_| CheckpointError::Key)?;
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(der));
    Ok([a, b, c, d])
}

/// `— name base64(key id, signature)`.
fn signature_line(line: &str) -> Result<(&str, Vec<u8>), CheckpointError> {
    let malformed = || CheckpointError::Malformed("signature line");
    let (name, signature) = line
        .strip_prefix("\u{2014} ")
        .and_then(|rest| rest.split_once(' '))
        .ok_or_else(malformed)?;
    let octets = Base64::decode_vec(signature).map_err(|_| malformed())?;
    if !is_key_name(name) || octets.len() <= 4 {
        return Err(malformed());
    }
    Ok((name, octets))
}

fn is_key_name(name: &str) -> bool {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    !name.is_empty() && !name.contains(bad)
}

#[cfg(test)]
mod tests {
    use chacha20::{ChaCha20Rng, rand_core::SeedableRng as _};
    use npki_key::{KeyKind, PrivateKey, PublicKey};

    use super::*;

    fn key(seed: u8) -> (Box<dyn SigningKey>, PublicKey, ChaCha20Rng) {
        let mut rng = ChaCha20Rng::from_seed([seed; 32]);
        let key = PrivateKey::generate(KeyKind::P256, &mut rng)
            .unwrap()
            .signing_key()
            .unwrap();
        let public = PublicKey::parse(key.public_key()).unwrap();
        (key, public, rng)
    }

    fn checkpoint() -> Checkpoint {
        let root = MerkleHash::of_leaf(b"x");
        let head = Head {
            size: 20_852_163,
            root,
            time: None,
        };
        Checkpoint::of("bank.example/ledger", &head).unwrap()
    }

    #[test]
    fn the_example_of_the_specification_reads_back() {
        // C2SP tlog-checkpoint.
        let text =
            "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let checkpoint = Checkpoint::parse(text).unwrap();
        assert_eq!(checkpoint.size, 20_852_163);
        assert_eq!(checkpoint.text(), text);
        for bad in [
            "",
            "a\n1\n",
            "example.com\n020852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "example.com\n+1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "example.com\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
            "example.com\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
            "example.com\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jx\n",
            "example.com\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
            "example.com\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nmore\n",
            "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
            "ex ample\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        ] {
            assert!(Checkpoint::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_signed_note_is_verified() {
        let (key, public, mut rng) = key(1);
        let note = checkpoint().sign(&*key, &mut rng).unwrap();
        let verified = Checkpoint::verify(&note, "bank.example/ledger", &public).unwrap();
        assert_eq!(verified, checkpoint());

        let (other, other_public, mut other_rng) = self::key(2);
        let verify = |note: &str| Checkpoint::verify(note, "bank.example/ledger", &public);
        // Another's signature beside ours is passed over, alone it is nothing.
        let theirs = checkpoint().sign(&*other, &mut other_rng).unwrap();
        let line = theirs.split_once("\n\n").unwrap().1;
        assert!(verify(&format!("{line}{note}")).is_err());
        assert_eq!(verify(&format!("{note}{line}")).unwrap(), checkpoint());
        assert!(matches!(verify(&theirs), Err(CheckpointError::Unsigned)));
        assert!(matches!(
            Checkpoint::verify(&note, "bank.example/ledger", &other_public),
            Err(CheckpointError::Unsigned)
        ));
        // Another size, another origin, no end of line, no signature.
        let changed = note.replace("20852163", "20852164");
        assert!(matches!(verify(&changed), Err(CheckpointError::Signature)));
        assert!(Checkpoint::verify(&note, "ca.example/ledger", &public).is_err());
        assert!(verify(note.trim_end()).is_err());
        assert!(verify(&checkpoint().text()).is_err());
        assert!(verify("").is_err());
    }
}
