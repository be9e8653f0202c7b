//! The signed attributes: contentType, messageDigest, signingTime (RFC 5652 section 11).

use core::time::Duration;

use const_oid::{
    ObjectIdentifier,
    db::rfc5911::{ID_CONTENT_TYPE, ID_MESSAGE_DIGEST, ID_SIGNING_TIME},
};
use der::{
    Any, Tag, Tagged,
    asn1::{GeneralizedTime, OctetString, UtcTime},
};
use npki_core::{Digest, Instant};

use super::{
    asn1::{Attribute, SetAsFound},
    error::SignerFault,
};

/// Writes the three attributes in DER order; `None` for a time that cannot be written.
pub(super) fn write(
    content_type: ObjectIdentifier,
    digest: &Digest,
    signing_time: Option<Instant>,
) -> Option<der::Result<SetAsFound<Attribute>>> {
    let time = match signing_time.map(write_time) {
        Some(None) => return None,
        Some(Some(time)) => Some(time),
        None => None,
    };
    let build = || {
        let mut attributes = vec![
            attribute(ID_CONTENT_TYPE, Any::encode_from(&content_type)?),
            attribute(
                ID_MESSAGE_DIGEST,
                Any::encode_from(&OctetString::new(digest.octets())?)?,
            ),
        ];
        if let Some(time) = time {
            attributes.push(attribute(ID_SIGNING_TIME, time));
        }
        SetAsFound::sorted(attributes)
    };
    Some(build())
}

/// What the signed attributes say.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) content_type: ObjectIdentifier,
    pub(super) message_digest: Vec<u8>,
    pub(super) signing_time: Option<Instant>,
}

/// Reads the attributes that verifying needs. contentType and messageDigest must be there once,
/// signingTime at most once, each with one value; others are not looked at.
pub(super) fn read(attributes: &[Attribute]) -> Result<Read, SignerFault> {
    let content_type = one(attributes, ID_CONTENT_TYPE, CONTENT_TYPE)?
        .ok_or(SignerFault::AttributeMissing(CONTENT_TYPE))?
        .decode_as()
        .map_err(|_| SignerFault::AttributeMalformed(CONTENT_TYPE))?;
    let message_digest: OctetString = one(attributes, ID_MESSAGE_DIGEST, MESSAGE_DIGEST)?
        .ok_or(SignerFault::AttributeMissing(MESSAGE_DIGEST))?
        .decode_as()
        .map_err(|_| SignerFault::AttributeMalformed(MESSAGE_DIGEST))?;
    let signing_time = one(attributes, ID_SIGNING_TIME, SIGNING_TIME)?
        .map(|value| read_time(value).ok_or(SignerFault::AttributeMalformed(SIGNING_TIME)))
        .transpose()?;
    Ok(Read {
        content_type,
        message_digest: message_digest.into_bytes().into_vec(),
        signing_time,
    })
}

/// Whether a content is itself what a signature over attributes runs over: a SET OF Attribute with
/// messageDigest among them.
pub(super) fn is_attributes(content: &[u8]) -> bool {
    content.first() == Some(&SET)
        && <SetAsFound<Attribute> as der::Decode>::from_der(content)
            .is_ok_and(|set| set.0.iter().any(|a| a.attr_type == ID_MESSAGE_DIGEST))
}

fn one<'a>(
    attributes: &'a [Attribute],
    oid: ObjectIdentifier,
    name: &'static str,
) -> Result<Option<&'a Any>, SignerFault> {
    let mut found = attributes.iter().filter(|a| a.attr_type == oid);
    let Some(attribute) = found.next() else {
        return Ok(None);
    };
    match (attribute.attr_values.0.as_slice(), found.next()) {
        ([value], None) => Ok(Some(value)),
        _ => Err(SignerFault::AttributeRepeated(name)),
    }
}

fn attribute(attr_type: ObjectIdentifier, value: Any) -> Attribute {
    Attribute {
        attr_type,
        attr_values: SetAsFound(vec![value]),
    }
}

/// UTCTime until 2049, GeneralizedTime from 2050 (RFC 5652 section 11.3).
fn write_time(instant: Instant) -> Option<Any> {
    let since_1970 = Duration::from_secs(u64::try_from(instant.unix_seconds()).ok()?);
    UtcTime::from_unix_duration(since_1970)
        .and_then(|time| Any::encode_from(&time))
        .or_else(|_| {
            GeneralizedTime::from_unix_duration(since_1970).and_then(|time| Any::encode_from(&time))
        })
        .ok()
}

fn read_time(value: &Any) -> Option<Instant> {
    let since_1970 = match value.tag() {
        Tag::UtcTime => value.decode_as::<UtcTime>().ok()?.to_unix_duration(),
        Tag::GeneralizedTime => value
            .decode_as::<GeneralizedTime>()
            .ok()?
            .to_unix_duration(),
        _ => return None,
    };
    Instant::from_unix_seconds(i64::try_from(since_1970.as_secs()).ok()?).ok()
}

const CONTENT_TYPE: &str = "contentType";
const MESSAGE_DIGEST: &str = "messageDigest";
const SIGNING_TIME: &str = "signingTime";
/// The tag octet of a SET.
const SET: u8 = 0x31;
