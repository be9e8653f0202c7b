use std::collections::BTreeMap;
use std::fmt;

use npki_cert::{Certificate, Crl, OcspResponse};
use npki_container::Password;
use npki_core::{HashAlgorithm, Instant};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use zeroize::Zeroizing;

use crate::{answer::No, hex};

/// The fields of one line, or of an object within it.
///
/// Texts are slices of the line, which is wiped; those with escapes are wiped on drop.
pub(crate) struct Fields<'a>(BTreeMap<String, Node<'a>>);

/// A value of JSON that leaves nothing behind.
pub(crate) enum Node<'a> {
    Null,
    Flag(bool),
    Number(Number),
    Slice(&'a str),
    Text(Zeroizing<String>),
    List(Vec<Node<'a>>),
    Fields(Fields<'a>),
}

impl<'a> Fields<'a> {
    /// Reads a line that is one object.
    pub(crate) fn parse(line: &'a [u8]) -> Option<Self> {
        let mut budget = MAX_NODES;
        let mut reader = serde_json::Deserializer::from_slice(line);
        let node = Seed(&mut budget).deserialize(&mut reader).ok()?;
        reader.end().ok()?;
        match node {
            Node::Fields(fields) => Some(fields),
            _ => None,
        }
    }

    /// A field; `null` counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&Node<'a>> {
        self.0.get(name).filter(|node| !matches!(node, Node::Null))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The line's id, to be repeated.
    pub(crate) fn id(&self) -> Value {
        match self.get("id") {
            Some(Node::Number(number)) => Value::Number(number.clone()),
            Some(Node::Flag(flag)) => Value::Bool(*flag),
            Some(node) => node
                .text()
                .map_or(Value::Null, |text| text.to_owned().into()),
            None => Value::Null,
        }
    }

    pub(crate) fn text(&self, name: &str) -> Result<&str, No> {
        self.text_opt(name)?.ok_or(No::BAD_REQUEST)
    }

    pub(crate) fn text_opt(&self, name: &str) -> Result<Option<&str>, No> {
        let read = |node: &'_ Node<'a>| node.text().map(str::len);
        match self.get(name) {
            None => Ok(None),
            Some(node) if read(node).is_some() => Ok(node.text()),
            Some(_) => Err(No::BAD_REQUEST),
        }
    }

    pub(crate) fn bytes(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, No> {
        self.bytes_opt(name)?.ok_or(No::BAD_REQUEST)
    }

    pub(crate) fn bytes_opt(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, No> {
        match self.text_opt(name)? {
            None => Ok(None),
            Some(digits) => hex::decode(digits).map(Some).ok_or(No::BAD_REQUEST),
        }
    }

    /// A list of octets; empty when it is absent.
    pub(crate) fn bytes_list(&self, name: &str) -> Result<Vec<Zeroizing<Vec<u8>>>, No> {
        self.list(name)?
            .iter()
            .map(|node| node.text().and_then(hex::decode).ok_or(No::BAD_REQUEST))
            .collect()
    }

    /// A list; empty when it is absent.
    pub(crate) fn list(&self, name: &str) -> Result<&[Node<'a>], No> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Node::List(list)) => Ok(list),
            Some(_) => Err(No::BAD_REQUEST),
        }
    }

    /// Texts of a list; empty when it is absent.
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<&str>, No> {
        self.list(name)?
            .iter()
            .map(|node| node.text().ok_or(No::BAD_REQUEST))
            .collect()
    }

    pub(crate) fn fields_opt(&self, name: &str) -> Result<Option<&Fields<'a>>, No> {
        match self.get(name) {
            None => Ok(None),
            Some(Node::Fields(fields)) => Ok(Some(fields)),
            Some(_) => Err(No::BAD_REQUEST),
        }
    }

    /// A flag; off when it is absent.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, No> {
        Ok(self.flag_opt(name)?.unwrap_or(false))
    }

    pub(crate) fn flag_opt(&self, name: &str) -> Result<Option<bool>, No> {
        match self.get(name) {
            None => Ok(None),
            Some(Node::Flag(flag)) => Ok(Some(*flag)),
            Some(_) => Err(No::BAD_REQUEST),
        }
    }

    pub(crate) fn number<T: TryFrom<i128>>(&self, name: &str) -> Result<T, No> {
        self.number_opt(name)?.ok_or(No::BAD_REQUEST)
    }

    pub(crate) fn number_opt<T: TryFrom<i128>>(&self, name: &str) -> Result<Option<T>, No> {
        match self.get(name) {
            None => Ok(None),
            Some(Node::Number(number)) => number
                .as_i128()
                .and_then(|number| T::try_from(number).ok())
                .map(Some)
                .ok_or(No::BAD_REQUEST),
            Some(_) => Err(No::BAD_REQUEST),
        }
    }

    /// A word of an enumeration.
    pub(crate) fn word<T: std::str::FromStr>(&self, name: &str) -> Result<T, No> {
        self.word_opt(name)?.ok_or(No::BAD_REQUEST)
    }

    pub(crate) fn word_opt<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, No> {
        self.text_opt(name)?
            .map(|word| word.parse().map_err(|_| No::BAD_REQUEST))
            .transpose()
    }

    pub(crate) fn time(&self, name: &str) -> Result<Instant, No> {
        self.time_opt(name)?.ok_or(No::BAD_REQUEST)
    }

    pub(crate) fn time_opt(&self, name: &str) -> Result<Option<Instant>, No> {
        self.number_opt(name)?
            .map(|seconds| Instant::from_unix_seconds(seconds).map_err(|_| No::BAD_REQUEST))
            .transpose()
    }

    pub(crate) fn hash(&self, name: &str) -> Result<HashAlgorithm, No> {
        let word = self.text(name)?;
        HashAlgorithm::ALL
            .iter()
            .copied()
            .find(|hash| hash.name() == word)
            .ok_or(No::BAD_REQUEST)
    }

    pub(crate) fn password(&self, name: &str) -> Result<Password, No> {
        self.password_opt(name)?.ok_or(No::BAD_REQUEST)
    }

    pub(crate) fn password_opt(&self, name: &str) -> Result<Option<Password>, No> {
        let Some(octets) = self.bytes_opt(name)? else {
            return Ok(None);
        };
        let text = std::str::from_utf8(&octets).map_err(|_| No::BAD_REQUEST)?;
        Ok(Some(Password::new(text)?))
    }

    pub(crate) fn certificate(&self, name: &str) -> Result<Certificate, No> {
        Ok(Certificate::parse(&self.bytes(name)?)?)
    }

    /// Certificates that are trusted, or asked about: each must be one.
    pub(crate) fn certificates(&self, name: &str) -> Result<Vec<Certificate>, No> {
        self.bytes_list(name)?
            .iter()
            .map(|der| Ok(Certificate::parse(der)?))
            .collect()
    }

    /// Certificates that are only at hand: what cannot be read helps nobody and stops nobody.
    pub(crate) fn pool(&self, name: &str) -> Result<Vec<Certificate>, No> {
        let list = self.bytes_list(name)?;
        Ok(list
            .iter()
            .filter_map(|der| Certificate::parse(der).ok())
            .collect())
    }

    /// CRLs that are at hand, as in [`pool`](Self::pool).
    pub(crate) fn crls(&self, name: &str) -> Result<Vec<Crl>, No> {
        let list = self.bytes_list(name)?;
        Ok(list.iter().filter_map(|der| Crl::parse(der).ok()).collect())
    }

    /// OCSP responses that are at hand, one or a list: each must be one, for who asks for the state of a certificate
    /// wants to hear of it.
    pub(crate) fn ocsp_responses(&self, name: &str) -> Result<Vec<OcspResponse>, No> {
        let list = match self.get(name) {
            Some(Node::List(_)) | None => self.bytes_list(name)?,
            Some(_) => vec![self.bytes(name)?],
        };
        list.iter()
            .map(|der| Ok(OcspResponse::parse(der)?))
            .collect()
    }
}

impl Node<'_> {
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Slice(text) => Some(text),
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn fields(&self) -> Option<&Fields<'_>> {
        match self {
            Self::Fields(fields) => Some(fields),
            _ => None,
        }
    }
}

/// Reads one value as long as the budget of values lasts.
struct Seed<'b>(&'b mut usize);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Node<'de>, D::Error> {
        *self.0 = self
            .0
            .checked_sub(1)
            .ok_or_else(|| D::Error::custom("too many values"))?;
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node<'de>, E> {
        Ok(Node::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node<'de>, E> {
        Ok(Node::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node<'de>, E> {
        Ok(Node::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Node<'de>, E> {
        let number = Number::from_f64(number).ok_or_else(|| E::custom("no number"))?;
        Ok(Node::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Slice(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Zeroizing::new(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node<'de>, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element_seed(Seed(self.0))? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node<'de>, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some(name) = map.next_key()? {
            // A name that stands twice would mean two things.
            if fields
                .insert(name, map.next_value_seed(Seed(self.0))?)
                .is_some()
            {
                return Err(A::Error::custom("a field stands twice"));
            }
        }
        Ok(Node::Fields(Fields(fields)))
    }
}

/// Values of one line at most: a bound on the memory that a line full of small values takes.
const MAX_NODES: usize = 200_000;

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn only_one_whole_object_is_a_request() {
        for bad in [
            "",
            "[]",
            "7",
            "{",
            "{}x",
            "{\"a\":1,\"a\":2}",
            "\"a\"",
            "{\"a\":\u{1}}",
        ] {
            assert!(Fields::parse(bad.as_bytes()).is_none(), "{bad}");
        }
        assert!(Fields::parse(&[b'{', b'"', 0xff, b'"', b':', b'1', b'}']).is_none());
        assert!(Fields::parse(b" {} ").is_some());
    }

    #[test]
    fn deep_and_wide_lines_are_refused() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(Fields::parse(deep.as_bytes()).is_none());
        let wide = format!("{{\"a\":[{}1]}}", "1,".repeat(300_000));
        assert!(Fields::parse(wide.as_bytes()).is_none());
    }

    #[test]
    fn fields_are_what_they_are_called() {
        let line = r#"{"id":"x","t":"a\u0067","n":-5,"f":true,"b":"00ff","l":["00"],"z":null,"big":1e30,"u":18446744073709551615}"#;
        let fields = Fields::parse(line.as_bytes()).unwrap();
        assert_eq!(fields.text("t"), Ok("ag"));
        assert_eq!(fields.number::<i64>("n"), Ok(-5));
        assert!(fields.number::<u32>("n").is_err());
        assert!(fields.number::<i64>("big").is_err());
        assert_eq!(fields.number("u"), Ok(u64::MAX));
        assert!(fields.number::<i64>("u").is_err());
        assert_eq!(fields.flag("f"), Ok(true));
        assert_eq!(fields.flag("z"), Ok(false));
        assert_eq!(*fields.bytes("b").unwrap(), [0, 255]);
        assert_eq!(fields.bytes_list("l").unwrap().len(), 1);
        assert!(fields.bytes_list("none").unwrap().is_empty());
        assert!(fields.bytes("id").is_err());
        assert!(fields.text("none").is_err());
        assert_eq!(fields.id(), "x");
    }
}
