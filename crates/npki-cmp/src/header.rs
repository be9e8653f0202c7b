use core::fmt;

use const_oid::ObjectIdentifier;
use der::{
    Any, Encode as _, Sequence, Tag, TagNumber, Tagged as _,
    asn1::{GeneralizedTime, OctetString},
};
use npki_cert::Name;
use npki_core::Instant;
use spki::AlgorithmIdentifierOwned;

use crate::{CmpError, FreeText, message::malformed};

/// PKIHeader: who speaks to whom, in which transaction, protected how.
///
/// Source: RFC 9810 section 5.1.1.
#[derive(Clone, PartialEq, Eq, Sequence)]
pub struct Header {
    /// 2 for what we write; 3 is CMPv3; 1 and 0 are the old dialect.
    pub pvno: u8,
    /// A GeneralName.
    pub sender: Any,
    /// A GeneralName.
    pub recipient: Any,
    /// When it was made.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub message_time: Option<GeneralizedTime>,
    /// How it is protected.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub protection_alg: Option<AlgorithmIdentifierOwned>,
    /// Names the sender's key: a reference number, or a subject key identifier.
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    pub sender_kid: Option<OctetString>,
    /// Names the recipient's key.
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub recip_kid: Option<OctetString>,
    /// Names the transaction: 16 random octets.
    #[asn1(context_specific = "4", tag_mode = "EXPLICIT", optional = "true")]
    pub transaction_id: Option<OctetString>,
    /// 16 random octets, new in each message.
    #[asn1(context_specific = "5", tag_mode = "EXPLICIT", optional = "true")]
    pub sender_nonce: Option<OctetString>,
    /// The other side's last nonce.
    #[asn1(context_specific = "6", tag_mode = "EXPLICIT", optional = "true")]
    pub recip_nonce: Option<OctetString>,
    /// For people.
    #[asn1(context_specific = "7", tag_mode = "EXPLICIT", optional = "true")]
    pub free_text: Option<FreeText>,
    /// For machines.
    #[asn1(context_specific = "8", tag_mode = "EXPLICIT", optional = "true")]
    pub general_info: Option<Vec<InfoTypeAndValue>>,
}

/// InfoTypeAndValue: a question or an answer of genm and genp, or a note in a header.
///
/// Source: RFC 9810 section 5.3.19.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct InfoTypeAndValue {
    /// What it is about.
    pub info_type: ObjectIdentifier,
    /// What is said; nothing in a question.
    #[asn1(optional = "true")]
    pub info_value: Option<Any>,
}

impl Header {
    /// The version that is written: CMP as of 2005, which every peer speaks (RFC 9810 section 7).
    pub const PVNO: u8 = 2;

    /// A header of this version without anything optional. An empty name is the NULL-DN.
    ///
    /// # Errors
    /// [`CmpError`] when a name cannot be written.
    pub fn new(sender: &Name, recipient: &Name) -> Result<Self, CmpError> {
        Ok(Self {
            pvno: Self::PVNO,
            sender: directory_name(sender)?,
            recipient: directory_name(recipient)?,
            message_time: None,
            protection_alg: None,
            sender_kid: None,
            recip_kid: None,
            transaction_id: None,
            sender_nonce: None,
            recip_nonce: None,
            free_text: None,
            general_info: None,
        })
    }

    /// The sender, if it is a directory name.
    #[must_use]
    pub fn sender_name(&self) -> Option<Name> {
        name_of(&self.sender)
    }

    /// The recipient, if it is a directory name.
    #[must_use]
    pub fn recipient_name(&self) -> Option<Name> {
        name_of(&self.recipient)
    }

    /// messageTime.
    #[must_use]
    pub fn time(&self) -> Option<Instant> {
        let seconds = self.message_time?.to_unix_duration().as_secs();
        Instant::from_unix_seconds(seconds.try_into().ok()?).ok()
    }

    /// Whether messageTime is there and lies at most `window` before or after `now`; both ends included.
    #[must_use]
    pub fn is_timely(&self, now: Instant, window: core::time::Duration) -> bool {
        self.time().is_some_and(|time| {
            time <= now.saturating_add(window) && now <= time.saturating_add(window)
        })
    }

    /// Sets messageTime; leaves it out before 1970.
    pub fn set_time(&mut self, now: Instant) {
        let seconds = u64::try_from(now.unix_seconds()).ok();
        self.message_time = seconds.and_then(|seconds| {
            GeneralizedTime::from_unix_duration(core::time::Duration::from_secs(seconds)).ok()
        });
    }

    /// The first note of this type.
    #[must_use]
    pub fn info(&self, info_type: &ObjectIdentifier) -> Option<&InfoTypeAndValue> {
        self.general_info
            .iter()
            .flatten()
            .find(|info| info.info_type == *info_type)
    }
}

/// Names of persons stand in it, so little is shown.
impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header")
            .field("pvno", &self.pvno)
            .field("transaction_id", &self.transaction_id)
            .finish_non_exhaustive()
    }
}

const DIRECTORY_NAME: TagNumber = TagNumber(4);

/// directoryName as a GeneralName: the name, a CHOICE, is tagged explicitly.
pub(crate) fn directory_name(name: &Name) -> Result<Any, CmpError> {
    let tag = Tag::ContextSpecific {
        constructed: true,
        number: DIRECTORY_NAME,
    };
    Any::new(tag, name.der()).map_err(malformed("GeneralName"))
}

pub(crate) fn name_of(general_name: &Any) -> Option<Name> {
    let Tag::ContextSpecific {
        constructed: true,
        number: DIRECTORY_NAME,
    } = general_name.tag()
    else {
        return None;
    };
    Name::parse(general_name.value()).ok()
}

impl InfoTypeAndValue {
    /// A question, or a note that needs no value.
    #[must_use]
    pub const fn ask(info_type: ObjectIdentifier) -> Self {
        Self {
            info_type,
            info_value: None,
        }
    }

    /// An answer.
    ///
    /// # Errors
    /// [`CmpError`] when the value cannot be written.
    pub fn tell(info_type: ObjectIdentifier, value: &impl der::Encode) -> Result<Self, CmpError> {
        let der = value.to_der().map_err(malformed("InfoTypeAndValue"))?;
        let value = der::Decode::from_der(&der).map_err(malformed("InfoTypeAndValue"))?;
        Ok(Self {
            info_type,
            info_value: Some(value),
        })
    }

    /// The value's DER, empty when there is none.
    ///
    /// # Errors
    /// [`CmpError`] never for what was read.
    pub fn value_der(&self) -> Result<Vec<u8>, CmpError> {
        self.info_value.as_ref().map_or_else(
            || Ok(Vec::new()),
            |value| value.to_der().map_err(malformed("InfoTypeAndValue")),
        )
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    #[test]
    fn timely_is_what_lies_within_the_window_and_says_so() {
        let at = |seconds: i64| Instant::from_unix_seconds(1_800_000_000 + seconds).unwrap();
        let nobody = Name::parse(&[0x30, 0]).unwrap();
        let mut header = Header::new(&nobody, &nobody).unwrap();
        assert!(!header.is_timely(at(0), Duration::MAX));
        for (seconds, timely) in [
            (-61, false),
            (-60, true),
            (0, true),
            (60, true),
            (61, false),
        ] {
            header.set_time(at(seconds));
            assert_eq!(header.is_timely(at(0), Duration::from_secs(60)), timely);
        }
    }
}
