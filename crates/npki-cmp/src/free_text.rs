use core::fmt;
use std::borrow::Cow;

use der::{
    Any, DecodeValue, Encode as _, EncodeValue, FixedTag, Header, Length, Reader, Tag, Tagged as _,
    Writer,
};

/// PKIFreeText: what one side tells the people at the other, such as the sentence of a refusal.
///
/// Texts are UTF8String by the standard. CAs of the old dialect wrote EUC-KR octets into them; so the
/// octets are kept, and read as UTF-8 or else as EUC-KR.
///
/// Source: RFC 9810 section 5.1.1.
#[derive(Clone, PartialEq, Eq)]
pub struct FreeText(Vec<Any>);

impl FreeText {
    /// What a CA says in the freeText of a `genp` when a pair is ordered: the user's side makes the
    /// key-management key too, and asks for two certificates.
    ///
    /// Source: INITECH's browser client.
    pub const KM_KEY_BY_USER: &str = "km_key_gen=users";

    /// These texts, as UTF8String.
    ///
    /// # Errors
    /// [`der::Error`] for a text of more than 256 MiB.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> der::Result<Self> {
        texts
            .into_iter()
            .map(|text| Any::new(Tag::Utf8String, text.as_bytes()))
            .collect::<der::Result<_>>()
            .map(Self)
    }

    /// The texts, in order.
    pub fn texts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.iter().map(|any| text(any.value()))
    }
}

/// UTF-8, or else EUC-KR as Windows code page 949 extends it; what is neither is replaced.
fn text(octets: &[u8]) -> Cow<'_, str> {
    core::str::from_utf8(octets)
        .map_or_else(|_| encoding_rs::EUC_KR.decode(octets).0, Cow::Borrowed)
}

impl fmt::Debug for FreeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.texts()).finish()
    }
}

impl FixedTag for FreeText {
    const TAG: Tag = Tag::Sequence;
}

impl<'a> DecodeValue<'a> for FreeText {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        let texts = Vec::<Any>::decode_value(reader, header)?;
        match texts.iter().find(|text| text.tag() != Tag::Utf8String) {
            Some(other) => Err(other.tag().unexpected_error(Some(Tag::Utf8String)).into()),
            None => Ok(Self(texts)),
        }
    }
}

impl EncodeValue for FreeText {
    fn value_len(&self) -> der::Result<Length> {
        self.0
            .iter()
            .try_fold(Length::ZERO, |sum, text| sum + text.encoded_len()?)
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        self.0.iter().try_for_each(|text| text.encode(writer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_utf8_and_euc_kr() {
        let both = FreeText(vec![
            Any::new(Tag::Utf8String, "거절".as_bytes()).unwrap(),
            Any::new(Tag::Utf8String, [0xb0, 0xc5, 0xc0, 0xfd]).unwrap(),
        ]);
        assert_eq!(both.texts().collect::<Vec<_>>(), ["거절", "거절"]);
    }
}
