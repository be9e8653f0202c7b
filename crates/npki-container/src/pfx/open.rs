use der::{
    Encode, Sequence,
    asn1::{AnyRef, BmpString, OctetStringRef},
};
use npki_cert::Certificate;
use npki_key::{KeyError, PrivateKey};
use pkcs8::PrivateKeyInfoRef;
use spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use super::{
    Pfx, PfxContents, PfxKey,
    bag::{
        CERT_BAG, FRIENDLY_NAME, KEY_BAG, LOCAL_KEY_ID, SAFE_CONTENTS_BAG, SHROUDED_KEY_BAG,
        X509_CERTIFICATE,
    },
    contents::{Integrity, PassedOver, PfxCertificate},
    mac::Mac,
    model::{BagAttribute, CertBag, Content, Outer, SafeBag, content, sequence_of, set_of},
};
use crate::{
    Bound, Bounds, OpenError, Password, PfxParseError, SchemeError,
    ber::{Limits, secret_to_der},
    bounds::Budget,
    cms::ContentInfo,
    pbe::{Pbe, PbeFailure},
};

/// Reads what stands outside of encryption.
pub(super) fn parse(bytes: &[u8], bounds: &Bounds) -> Result<Pfx, PfxParseError> {
    bounds.check_len(Bound::Pfx, bytes)?;
    let limits = limits(bounds);
    let bytes = Zeroizing::new(bytes.to_vec());
    let outer = Outer::parse(secret_to_der(bytes.clone(), limits)?)?;
    let auth_safe = secret_to_der(Zeroizing::new(outer.auth_safe()?.to_vec()), limits)?;
    let infos: Vec<ContentInfo<'_>> = sequence_of(&auth_safe)?;
    let mut contents = Vec::new();
    for info in &infos {
        contents.push(match content(info)? {
            Content::Plain(safe) => {
                let safe = secret_to_der(safe, limits)?;
                // So that a file with nothing encrypted outside shows its faults here.
                bags(&safe, bounds)?;
                Content::Plain(safe)
            }
            encrypted @ Content::Encrypted { .. } => encrypted,
        });
    }
    Ok(Pfx {
        bytes,
        outer,
        contents,
    })
}

impl Pfx {
    /// The encryption schemes that can be seen without the password.
    pub(super) fn visible_schemes(&self) -> Result<Vec<Pbe>, SchemeError> {
        let mut schemes = Vec::new();
        for content in &self.contents {
            match content {
                Content::Encrypted { algorithm, .. } => {
                    schemes.push(Pbe::parse(algorithm.into())?);
                }
                Content::Plain(safe) => {
                    // It was read before, with the table's bounds or lower ones.
                    for bag in bags(safe, &Bounds::DEFAULT).unwrap_or_default() {
                        if let Some(key) = shrouded(&bag) {
                            schemes.push(Pbe::parse(key.algorithm)?);
                        }
                    }
                }
            }
        }
        Ok(schemes)
    }
}

/// Opens everything that is in `pfx`.
pub(super) fn open(
    pfx: &Pfx,
    password: &Password,
    bounds: &Bounds,
    budget: &mut Budget,
) -> Result<PfxContents, OpenError> {
    // First what can be told without the password, and before anything is spent.
    let mac = pfx.outer.mac()?;
    if let Some(mac) = &mac {
        mac.check(bounds)?;
    }
    for scheme in pfx.visible_schemes()? {
        scheme.check(bounds)?;
    }

    let integrity = match &mac {
        Some(mac) => {
            let message = pfx.outer.auth_safe().map_err(|_| DAMAGED)?;
            mac.verify(password, bounds, budget, message)?;
            Integrity::Mac(Mac::scheme(mac))
        }
        None => Integrity::None,
    };
    let mut opening = Opening {
        password,
        bounds,
        budget,
        contents: PfxContents {
            keys: Vec::new(),
            certificates: Vec::new(),
            passed_over: Vec::new(),
            integrity,
        },
        bags: 0,
    };
    for content in &pfx.contents {
        match content {
            Content::Plain(safe) => opening.take_all(safe, Place::Outside)?,
            Content::Encrypted {
                algorithm,
                ciphertext,
            } => {
                let safe = opening.decrypt(algorithm.into(), ciphertext)?;
                opening.take_all(&safe, Place::Inside)?;
            }
        }
    }
    Ok(opening.contents)
}

/// Whether something stood outside of encryption, where its scheme may be named, or inside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    Inside,
}

struct Opening<'a> {
    password: &'a Password,
    bounds: &'a Bounds,
    budget: &'a mut Budget,
    contents: PfxContents,
    bags: usize,
}

impl Opening<'_> {
    /// The `SafeContents` in an encrypted content.
    fn decrypt(
        &mut self,
        algorithm: AlgorithmIdentifierRef<'_>,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let limits = limits(self.bounds);
        let bounds = self.bounds;
        Ok(Pbe::parse(algorithm)?.decrypt(
            self.password,
            self.bounds,
            self.budget,
            ciphertext,
            |plaintext| {
                let safe = secret_to_der(plaintext, limits).ok()?;
                bags(&safe, bounds).ok()?;
                Some(safe)
            },
        )?)
    }

    fn take_all(&mut self, safe: &[u8], place: Place) -> Result<(), OpenError> {
        let bags = bags(safe, self.bounds).map_err(|_| DAMAGED)?;
        self.bags = self.bags.saturating_add(bags.len());
        self.bounds
            .check(Bound::Bags, u64::try_from(self.bags).unwrap_or(u64::MAX))
            .map_err(SchemeError::from)?;
        bags.iter().try_for_each(|bag| self.take(bag, place))
    }

    fn take(&mut self, bag: &SafeBag<'_>, place: Place) -> Result<(), OpenError> {
        let attributes = Attributes::read(bag).ok_or(DAMAGED)?;
        match bag.id {
            KEY_BAG => {
                let der = Zeroizing::new(bag.value.to_der().map_err(|_| DAMAGED)?);
                let key = read_key(&der).ok_or(DAMAGED)?;
                self.take_key(key, attributes)
            }
            SHROUDED_KEY_BAG => {
                let shrouded = shrouded(bag).ok_or(DAMAGED)?;
                let key = self.unshroud(&shrouded).map_err(|failure| match failure {
                    // Inside of encryption it may be the product of a wrong password.
                    PbeFailure::Scheme(_) if place == Place::Inside && !self.is_genuine() => {
                        DAMAGED
                    }
                    failure => failure.into(),
                })?;
                self.take_key(key, attributes)
            }
            CERT_BAG => {
                match certificate(bag) {
                    Some(certificate) => self.contents.certificates.push(PfxCertificate {
                        certificate,
                        local_key_id: attributes.local_key_id,
                        friendly_name: attributes.friendly_name,
                    }),
                    None => self.contents.passed_over.push(PassedOver::Certificate),
                }
                Ok(())
            }
            other => {
                self.contents.passed_over.push(PassedOver::Bag(other));
                Ok(())
            }
        }
    }

    fn unshroud(&mut self, shrouded: &Shrouded<'_>) -> Result<Key, PbeFailure> {
        Pbe::parse(shrouded.algorithm)?.decrypt(
            self.password,
            self.bounds,
            self.budget,
            shrouded.data.as_bytes(),
            |plaintext| read_key(&plaintext),
        )
    }

    fn take_key(&mut self, key: Key, attributes: Attributes) -> Result<(), OpenError> {
        match key {
            Key::Read(key) => {
                self.contents.keys.push(PfxKey {
                    key: *key,
                    local_key_id: attributes.local_key_id,
                    friendly_name: attributes.friendly_name,
                });
                Ok(())
            }
            Key::OfAnotherKind if self.is_genuine() => {
                self.contents.passed_over.push(PassedOver::Key);
                Ok(())
            }
            Key::OfAnotherKind => Err(DAMAGED),
        }
    }

    fn is_genuine(&self) -> bool {
        matches!(self.contents.integrity, Integrity::Mac(_))
    }
}

/// What a key bag holds.
enum Key {
    Read(Box<PrivateKey>),
    /// Well-formed and of an algorithm, curve or size that we do not work with.
    OfAnotherKind,
}

fn read_key(private_key_info: &[u8]) -> Option<Key> {
    use der::Decode as _;

    PrivateKeyInfoRef::from_der(private_key_info).ok()?;
    match PrivateKey::parse(private_key_info) {
        Ok(key) => {
            key.check().ok()?;
            Some(Key::Read(Box::new(key)))
        }
        Err(
            KeyError::UnsupportedAlgorithm { .. }
            | KeyError::UnsupportedCurve { .. }
            | KeyError::ModulusSize { .. }
            | KeyError::MultiPrime
            | KeyError::PublicExponent,
        ) => Some(Key::OfAnotherKind),
        Err(_) => None,
    }
}

/// The attributes that we read.
#[derive(Default)]
struct Attributes {
    local_key_id: Option<Vec<u8>>,
    friendly_name: Option<String>,
}

impl Attributes {
    fn read(bag: &SafeBag<'_>) -> Option<Self> {
        let mut read = Self::default();
        let Some(set) = bag.attributes else {
            return Some(read);
        };
        for attribute in set_of::<BagAttribute<'_>>(set).ok()? {
            let Some(value) = set_of::<AnyRef<'_>>(attribute.values)
                .ok()?
                .first()
                .copied()
            else {
                continue;
            };
            match attribute.id {
                LOCAL_KEY_ID => {
                    let id = value.decode_as::<&OctetStringRef>();
                    read.local_key_id = id.ok().map(|id| id.as_bytes().to_vec());
                }
                FRIENDLY_NAME => {
                    let name = value.decode_as::<BmpString>();
                    read.friendly_name = name.ok().map(|name| name.to_string());
                }
                _ => {}
            }
        }
        Some(read)
    }
}

/// `EncryptedPrivateKeyInfo` in a bag.
#[derive(Sequence)]
struct Shrouded<'a> {
    algorithm: AlgorithmIdentifierRef<'a>,
    data: &'a OctetStringRef,
}

fn shrouded<'a>(bag: &SafeBag<'a>) -> Option<Shrouded<'a>> {
    if bag.id != SHROUDED_KEY_BAG {
        return None;
    }
    bag.value.decode_as().ok()
}

fn certificate(bag: &SafeBag<'_>) -> Option<Certificate> {
    let bag: CertBag<'_> = bag.value.decode_as().ok()?;
    if bag.id != X509_CERTIFICATE {
        return None;
    }
    Certificate::parse(bag.value.decode_as::<&OctetStringRef>().ok()?.as_bytes()).ok()
}

/// The bags of `SafeContents`; those that are nested stand where their bag was.
///
/// Does not recurse: what is still to be read is on a stack of its own, as deep as the bound.
fn bags<'a>(safe: &'a [u8], bounds: &Bounds) -> Result<Vec<SafeBag<'a>>, PfxParseError> {
    let mut bags = Vec::new();
    let mut levels = vec![sequence_of::<SafeBag<'a>>(safe)?.into_iter()];
    while let Some(level) = levels.last_mut() {
        let Some(bag) = level.next() else {
            levels.pop();
            continue;
        };
        if bag.id == SAFE_CONTENTS_BAG {
            bounds.check(
                Bound::Depth,
                u64::try_from(levels.len()).unwrap_or(u64::MAX),
            )?;
            let nested = bag.value.sequence(|reader| {
                use der::Reader as _;

                let mut nested = Vec::new();
                while !reader.is_finished() {
                    nested.push(reader.decode::<SafeBag<'a>>()?);
                }
                Ok::<_, der::Error>(nested)
            })?;
            levels.push(nested.into_iter());
            continue;
        }
        bags.push(bag);
        bounds.check(Bound::Bags, u64::try_from(bags.len()).unwrap_or(u64::MAX))?;
    }
    Ok(bags)
}

fn limits(bounds: &Bounds) -> Limits {
    let row = |bound| usize::try_from(bounds.limit(bound)).unwrap_or(usize::MAX);
    Limits {
        octets: row(Bound::Pfx),
        depth: row(Bound::Depth),
    }
}

const DAMAGED: OpenError = OpenError::WrongPasswordOrDamaged;
