//! From BER to DER, for the two kinds of file that their makers write as BER: PKCS #12 and CMS.
//!
//! NSS, Bouncy Castle and OpenSSL's streaming use indefinite lengths and OCTET STRINGs in pieces.
//! [`ber_to_der`] undoes these two and lengths that are longer than they need be, and nothing
//! else: values, tags and the order of a SET stay as they are. Every other kind of file is read as
//! DER only.
//!
//! Source: X.690 sections 8.1.3, 8.7 and 10.1.

use std::borrow::Cow;

use zeroize::Zeroizing;

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Octets of the whole.
    pub octets: usize,
    /// Levels of nesting; 1 allows no constructed value inside of another.
    pub depth: usize,
}

impl Limits {
    /// 16 MiB and 32 levels, as in [`Bounds::DEFAULT`](crate::Bounds::DEFAULT).
    pub const DEFAULT: Self = Self {
        octets: 16 * 1024 * 1024,
        depth: 32,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Why bytes are no BER that we read. Positions count octets from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BerError {
    /// Longer than the limit.
    #[error("{found} octets of BER; at most {limit} are read")]
    TooLong {
        /// Octets found.
        found: usize,
        /// Octets read at most.
        limit: usize,
    },
    /// Nested deeper than the limit.
    #[error("BER nested deeper than {limit} levels at octet {at}")]
    TooDeep {
        /// Where.
        at: usize,
        /// Levels read at most.
        limit: usize,
    },
    /// It ends within a value, or a value is longer than the one it stands in.
    #[error("BER is cut off at octet {at}")]
    Truncated {
        /// Where the value begins.
        at: usize,
    },
    /// Something follows the one value.
    #[error("trailing octets behind the BER at octet {at}")]
    Trailing {
        /// Where.
        at: usize,
    },
    /// A tag of more than one octet, or an end of contents where there is nothing to end.
    #[error("unsupported BER tag at octet {at}")]
    Tag {
        /// Where.
        at: usize,
    },
    /// A length of more than four octets, or an indefinite one on a primitive value.
    #[error("unsupported BER length at octet {at}")]
    Length {
        /// Where the value begins.
        at: usize,
    },
    /// A string in pieces that is not an OCTET STRING, or a piece that is none.
    #[error("unsupported constructed string at octet {at}")]
    ConstructedString {
        /// Where.
        at: usize,
    },
}

/// Gives the same value with definite, shortest lengths and whole OCTET STRINGs; borrowed if it is
/// so already.
///
/// The result needs no second pass. At most three octets are allocated for each octet read, in two
/// steps, the second of the exact size.
///
/// # Errors
/// [`BerError`], with the place.
///
/// # Security
/// Does not recurse. The result is not wiped; what may hold secrets belongs into
/// [`Zeroizing`] at once.
///
/// ```
/// use npki_container::ber::{Limits, ber_to_der};
///
/// // SEQUENCE, indefinite, of an OCTET STRING in two pieces
/// let ber = b"\x30\x80\x24\x80\x04\x01a\x04\x01b\x00\x00\x00\x00";
/// assert_eq!(&*ber_to_der(ber, Limits::DEFAULT)?, b"\x30\x04\x04\x02ab");
/// # Ok::<(), npki_container::ber::BerError>(())
/// ```
pub fn ber_to_der(ber: &[u8], limits: Limits) -> Result<Cow<'_, [u8]>, BerError> {
    let lengths = Lengths::measure(ber, limits)?;
    if lengths.is_der {
        return Ok(Cow::Borrowed(ber));
    }
    let mut der = Vec::with_capacity(lengths.total);
    let mut lengths = lengths.constructed.into_iter();
    let mut walk = Walk::new(ber, limits)?;
    while let Some(event) = walk.next_event()? {
        match event {
            Event::Start { kind, tag } => {
                let length = lengths.next().unwrap_or_default();
                match kind {
                    Kind::Plain => write_header(&mut der, tag, length),
                    Kind::Octets => write_header(&mut der, OCTET_STRING, length),
                    Kind::Piece => {}
                }
            }
            Event::Value { tag, value, piece } => {
                if !piece {
                    write_header(
                        &mut der,
                        tag,
                        u32::try_from(value.len()).unwrap_or(u32::MAX),
                    );
                }
                der.extend_from_slice(value);
            }
            Event::End { .. } => {}
        }
    }
    Ok(Cow::Owned(der))
}

/// [`ber_to_der`] for what may hold secrets.
pub(crate) fn secret_to_der(
    ber: Zeroizing<Vec<u8>>,
    limits: Limits,
) -> Result<Zeroizing<Vec<u8>>, BerError> {
    if let Cow::Owned(der) = ber_to_der(&ber, limits)? {
        return Ok(Zeroizing::new(der));
    }
    Ok(ber)
}

/// The lengths that DER gives to each constructed value, in the order of their beginnings.
struct Lengths {
    constructed: Vec<u32>,
    total: usize,
    is_der: bool,
}

impl Lengths {
    fn measure(ber: &[u8], limits: Limits) -> Result<Self, BerError> {
        let mut constructed: Vec<u32> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut total = 0usize;
        let mut walk = Walk::new(ber, limits)?;
        // Adds to the innermost constructed value, or to the whole.
        let add =
            |constructed: &mut [u32], open: &[usize], total: &mut usize, length: usize| match open
                .last()
                .and_then(|index| constructed.get_mut(*index))
            {
                Some(sum) => {
                    *sum = sum.saturating_add(u32::try_from(length).unwrap_or(u32::MAX));
                }
                None => *total = total.saturating_add(length),
            };
        while let Some(event) = walk.next_event()? {
            match event {
                Event::Start { .. } => {
                    open.push(constructed.len());
                    constructed.push(0);
                }
                Event::Value { value, piece, .. } => {
                    let length = if piece {
                        value.len()
                    } else {
                        with_header(value.len())
                    };
                    add(&mut constructed, &open, &mut total, length);
                }
                Event::End { kind } => {
                    let index = open.pop().unwrap_or_default();
                    let inner = constructed.get(index).copied().unwrap_or_default();
                    let inner = usize::try_from(inner).unwrap_or(usize::MAX);
                    let length = match kind {
                        Kind::Plain | Kind::Octets => with_header(inner),
                        Kind::Piece => inner,
                    };
                    add(&mut constructed, &open, &mut total, length);
                }
            }
        }
        Ok(Self {
            constructed,
            total,
            is_der: walk.is_der,
        })
    }
}

/// What a constructed value is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Stays what it is.
    Plain,
    /// An OCTET STRING in pieces, which becomes whole.
    Octets,
    /// A piece that is in pieces itself: its header goes.
    Piece,
}

enum Event<'a> {
    Start {
        kind: Kind,
        tag: u8,
    },
    Value {
        tag: u8,
        value: &'a [u8],
        piece: bool,
    },
    End {
        kind: Kind,
    },
}

struct Frame {
    kind: Kind,
    /// Where it ends; `None` until an end of contents is met.
    end: Option<usize>,
}

/// Goes through the values in their order, with a stack of its own.
struct Walk<'a> {
    ber: &'a [u8],
    at: usize,
    stack: Vec<Frame>,
    limits: Limits,
    is_der: bool,
    begun: bool,
}

impl<'a> Walk<'a> {
    fn new(ber: &'a [u8], limits: Limits) -> Result<Self, BerError> {
        if ber.len() > limits.octets || u32::try_from(ber.len()).is_err() {
            return Err(BerError::TooLong {
                found: ber.len(),
                limit: limits.octets,
            });
        }
        Ok(Self {
            ber,
            at: 0,
            stack: Vec::new(),
            limits,
            is_der: true,
            begun: false,
        })
    }

    fn next_event(&mut self) -> Result<Option<Event<'a>>, BerError> {
        let at = self.at;
        match self.stack.last() {
            None if self.begun => {
                return if at == self.ber.len() {
                    Ok(None)
                } else {
                    Err(BerError::Trailing { at })
                };
            }
            Some(frame) if frame.end == Some(at) => return Ok(self.end()),
            Some(frame) if frame.end.is_none() && self.rest().starts_with(&[0, 0]) => {
                self.at = at.saturating_add(2);
                return Ok(self.end());
            }
            _ => self.begun = true,
        }

        let tag = *self.rest().first().ok_or(BerError::Truncated { at })?;
        if tag & TAG_NUMBER == TAG_NUMBER || tag == 0 {
            return Err(BerError::Tag { at });
        }
        let (length, header) = self.length(at)?;
        let start = at.saturating_add(header);
        let end = match length {
            Some(length) => {
                let end = start.saturating_add(length);
                if end > self.innermost_end() {
                    return Err(BerError::Truncated { at });
                }
                Some(end)
            }
            None => None,
        };
        let in_string = self.stack.last().is_some_and(|f| f.kind != Kind::Plain);
        if in_string && tag & !CONSTRUCTED != OCTET_STRING {
            return Err(BerError::ConstructedString { at });
        }
        if tag & CONSTRUCTED == 0 {
            let end = end.ok_or(BerError::Length { at })?;
            self.at = end;
            let value = self.ber.get(start..end).ok_or(BerError::Truncated { at })?;
            return Ok(Some(Event::Value {
                tag,
                value,
                piece: in_string,
            }));
        }

        let kind = match tag & !CONSTRUCTED {
            OCTET_STRING if in_string => Kind::Piece,
            OCTET_STRING => Kind::Octets,
            // Universal types that are constructed in DER: EXTERNAL, SEQUENCE, SET.
            universal if universal & CLASS == 0 && ![0x08, 0x10, 0x11].contains(&universal) => {
                return Err(BerError::ConstructedString { at });
            }
            _ => Kind::Plain,
        };
        if self.stack.len() >= self.limits.depth {
            return Err(BerError::TooDeep {
                at,
                limit: self.limits.depth,
            });
        }
        self.is_der &= kind == Kind::Plain;
        self.stack.push(Frame { kind, end });
        self.at = start;
        Ok(Some(Event::Start { kind, tag }))
    }

    fn end(&mut self) -> Option<Event<'a>> {
        self.stack
            .pop()
            .map(|frame| Event::End { kind: frame.kind })
    }

    /// The length, `None` if indefinite, and the octets of tag and length.
    fn length(&mut self, at: usize) -> Result<(Option<usize>, usize), BerError> {
        let first = *self.rest().get(1).ok_or(BerError::Truncated { at })?;
        if first < LONG_LENGTH {
            return Ok((Some(usize::from(first)), 2));
        }
        if first == LONG_LENGTH {
            self.is_der = false;
            return Ok((None, 2));
        }
        let count = usize::from(first & !LONG_LENGTH);
        if count > 4 {
            return Err(BerError::Length { at });
        }
        let header = count.saturating_add(2);
        let octets = self
            .rest()
            .get(2..header)
            .ok_or(BerError::Truncated { at })?;
        let length = octets
            .iter()
            .fold(0u32, |length, octet| length << 8 | u32::from(*octet));
        let length = usize::try_from(length).map_err(|_| BerError::Length { at })?;
        self.is_der &= with_header(length) == header.saturating_add(length);
        Ok((Some(length), header))
    }

    fn rest(&self) -> &'a [u8] {
        self.ber
            .get(self.at..self.innermost_end())
            .unwrap_or_default()
    }

    fn innermost_end(&self) -> usize {
        self.stack
            .iter()
            .rev()
            .find_map(|frame| frame.end)
            .unwrap_or(self.ber.len())
    }
}

/// Octets of a value with a tag of one octet and the shortest length before it.
fn with_header(length: usize) -> usize {
    let octets = match length {
        0..=0x7F => 2,
        0x80..=0xFF => 3,
        0x100..=0xFFFF => 4,
        0x1_0000..=0xFF_FFFF => 5,
        _ => 6,
    };
    length.saturating_add(octets)
}

fn write_header(der: &mut Vec<u8>, tag: u8, length: u32) {
    der.push(tag);
    let octets = length.to_be_bytes();
    match length {
        0..=0x7F => der.extend(octets.iter().skip(3)),
        _ => {
            let zeros = octets.iter().take_while(|o| **o == 0).count();
            let count = u8::try_from(octets.len().saturating_sub(zeros)).unwrap_or(4);
            der.push(LONG_LENGTH | count);
            der.extend(octets.iter().skip(zeros));
        }
    }
}

const OCTET_STRING: u8 = 0x04;
const CONSTRUCTED: u8 = 0x20;
const TAG_NUMBER: u8 = 0x1F;
const CLASS: u8 = 0xC0;
/// Alone it means an indefinite length, otherwise that octets of a length follow.
const LONG_LENGTH: u8 = 0x80;

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;

    use super::*;

    fn convert(ber: &[u8]) -> Result<Vec<u8>, BerError> {
        ber_to_der(ber, Limits::DEFAULT).map(Cow::into_owned)
    }

    #[test]
    fn what_is_undone() {
        for (ber, der) in [
            // already DER
            (&hex!("3003020105")[..], &hex!("3003020105")[..]),
            // indefinite lengths, nested, of a context tag too
            (
                &hex!("3080 A080 020105 0000 0000"),
                &hex!("3005 A003 020105"),
            ),
            // a length that is longer than it needs be
            (&hex!("3082 0003 020105"), &hex!("3003 020105")),
            (&hex!("30 8103 020105"), &hex!("3003 020105")),
            (&hex!("30 04 02 8101 05"), &hex!("3003 020105")),
            // pieces, none at all, nested, definite
            (&hex!("2480 0401AA 0402BBCC 0000"), &hex!("0403AABBCC")),
            (&hex!("2480 0000"), &hex!("0400")),
            (
                &hex!("2480 2480 0401AA 0000 0400 0401BB 0000"),
                &hex!("0402AABB"),
            ),
            (&hex!("2406 0401AA 0401BB"), &hex!("0402AABB")),
            // a piece of content that looks like an end of contents
            (&hex!("3004 0402 0000"), &hex!("3004 0402 0000")),
            (&hex!("3080 0402 0000 0000"), &hex!("3004 0402 0000")),
            // an implicit [0] keeps its pieces, each whole
            (
                &hex!("A080 2480 0401AA 0000 0401BB 0000"),
                &hex!("A006 0401AA 0401BB"),
            ),
        ] {
            assert_eq!(convert(ber).unwrap(), der, "{ber:02X?}");
        }
    }

    #[test]
    fn long_lengths_come_out_shortest() {
        for length in [0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x1_0000] {
            let mut ber = vec![0x24, 0x80, 0x04, 0x84];
            ber.extend(u32::try_from(length).unwrap().to_be_bytes());
            ber.extend(vec![7; length]);
            ber.extend([0, 0]);
            let der = convert(&ber).unwrap();
            let any = <der::asn1::OctetString as der::Decode>::from_der(&der).unwrap();
            assert_eq!(any.as_bytes(), vec![7; length]);
        }
    }

    #[test]
    fn what_is_refused() {
        use BerError::*;
        for (ber, error) in [
            (&hex!("")[..], Truncated { at: 0 }),
            (&hex!("30"), Truncated { at: 0 }),
            (&hex!("3001"), Truncated { at: 0 }),
            (&hex!("3080"), Truncated { at: 2 }),
            (&hex!("308000"), Tag { at: 2 }),
            (&hex!("3080 020105"), Truncated { at: 5 }),
            (&hex!("3000 00"), Trailing { at: 2 }),
            (&hex!("0000"), Tag { at: 0 }),
            (&hex!("3002 0000"), Tag { at: 2 }),
            (&hex!("3F2100"), Tag { at: 0 }),
            (&hex!("0480 0000"), Length { at: 0 }),
            (&hex!("30 85 0000000000"), Length { at: 0 }),
            (&hex!("30 FF"), Length { at: 0 }),
            (&hex!("30 82 01"), Truncated { at: 0 }),
            // longer than what it stands in
            (&hex!("3003 0202 05"), Truncated { at: 2 }),
            (&hex!("3005 3080 020105 0000"), Truncated { at: 7 }),
            // strings of another kind in pieces, and pieces of another kind
            (&hex!("2380 03020000 0000"), ConstructedString { at: 0 }),
            (&hex!("2C80 0C0161 0000"), ConstructedString { at: 0 }),
            (&hex!("2480 020105 0000"), ConstructedString { at: 2 }),
        ] {
            let found = convert(ber);
            assert_eq!(found, Err(error), "{ber:02X?}");
        }
    }

    #[test]
    fn limits_are_included() {
        let nested = |levels: usize| [b"\x30\x80".repeat(levels), b"\0\0".repeat(levels)].concat();
        assert!(convert(&nested(32)).is_ok());
        assert_eq!(
            convert(&nested(33)),
            Err(BerError::TooDeep { at: 64, limit: 32 })
        );
        let limits = |octets| Limits { octets, depth: 1 };
        assert!(ber_to_der(&hex!("3000"), limits(2)).is_ok());
        assert!(ber_to_der(&hex!("3000"), limits(1)).is_err());
    }

    #[test]
    fn deep_and_wide_inputs_are_quick() {
        let bomb = b"\x30\x80".repeat(1 << 20);
        assert!(matches!(convert(&bomb), Err(BerError::TooDeep { .. })));
        let wide = [&b"\x30\x80"[..], &b"\x30\x00".repeat(1 << 20), b"\0\0"].concat();
        assert_eq!(convert(&wide).unwrap().len(), (2 << 20) + 5);
    }

    fn value() -> impl Strategy<Value = Vec<u8>> {
        let leaf = (
            prop::sample::select(vec![0x02u8, 0x04, 0x0C, 0x80, 0x86]),
            prop::collection::vec(any::<u8>(), 0..5),
        )
            .prop_map(|(tag, value)| wrap(tag, &value));
        leaf.prop_recursive(4, 24, 4, |inner| {
            (
                prop::sample::select(vec![0x30u8, 0x31, 0xA0, 0xA3]),
                prop::collection::vec(inner, 0..4),
            )
                .prop_map(|(tag, values)| wrap(tag, &values.concat()))
        })
    }

    fn wrap(tag: u8, value: &[u8]) -> Vec<u8> {
        let mut der = Vec::new();
        write_header(&mut der, tag, u32::try_from(value.len()).unwrap());
        der.extend(value);
        der
    }

    /// Every constructed value indefinite, every OCTET STRING in pieces of one octet.
    fn as_ber(der: &[u8]) -> Vec<u8> {
        let mut walk = Walk::new(der, Limits::DEFAULT).unwrap();
        let mut ber = Vec::new();
        while let Some(event) = walk.next_event().unwrap() {
            match event {
                Event::Start { tag, .. } => ber.extend([tag, 0x80]),
                Event::End { .. } => ber.extend([0, 0]),
                Event::Value { tag: 4, value, .. } => {
                    ber.extend([0x24, 0x80]);
                    value
                        .iter()
                        .for_each(|octet| ber.extend([4, 0x81, 1, *octet]));
                    ber.extend([0, 0]);
                }
                Event::Value { tag, value, .. } => ber.extend(wrap(tag, value)),
            }
        }
        ber
    }

    proptest! {
        #[test]
        fn der_is_borrowed(der in value()) {
            prop_assert!(matches!(ber_to_der(&der, Limits::DEFAULT), Ok(Cow::Borrowed(_))));
        }

        #[test]
        fn ber_comes_back_as_der(der in value()) {
            prop_assert_eq!(convert(&as_ber(&der)).unwrap(), der);
        }

        #[test]
        fn a_second_pass_changes_nothing(
            der in value(), at: prop::sample::Index, octet: u8,
        ) {
            let mut ber = as_ber(&der);
            let at = at.index(ber.len());
            ber[at] = octet;
            if let Ok(once) = convert(&ber) {
                prop_assert!(matches!(
                    ber_to_der(&once, Limits::DEFAULT),
                    Ok(Cow::Borrowed(_))
                ));
            }
        }

        #[test]
        fn no_panic_on_anything(ber: Vec<u8>) {
            let _ = convert(&ber);
        }
    }
}
