//! Writing DER: the few shapes that certificates, CRLs and names are made of.

use const_oid::ObjectIdentifier;

use crate::input;

/// One value with its tag octet and the shortest length.
pub(crate) fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len().saturating_add(6));
    out.push(tag);
    push_length(&mut out, value.len());
    out.extend_from_slice(value);
    out
}

/// One constructed value of these parts.
pub(crate) fn constructed(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(usize::saturating_add(length, 6));
    out.push(tag);
    push_length(&mut out, length);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// The tag octet and length before contents of so many octets.
pub(crate) fn header(tag: u8, length: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(9);
    out.push(tag);
    push_length(&mut out, length);
    out
}

/// Octets of a value with contents of so many octets.
pub(crate) fn tlv_len(length: usize) -> usize {
    length.saturating_add(header(0, length).len())
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    constructed(input::SEQUENCE, parts)
}

pub(crate) fn oid(oid: ObjectIdentifier) -> Vec<u8> {
    tlv(input::OID, oid.as_bytes())
}

/// A BIT STRING of whole octets.
pub(crate) fn bit_string(octets: &[u8]) -> Vec<u8> {
    constructed(input::BIT_STRING, &[&[0], octets])
}

/// A non-negative INTEGER.
pub(crate) fn unsigned(number: u64) -> Vec<u8> {
    let octets = number.to_be_bytes();
    let first = octets.iter().position(|o| *o != 0).unwrap_or(7);
    let magnitude = octets.get(first..).unwrap_or_default();
    integer(input::INTEGER, magnitude)
}

/// A non-negative INTEGER (or ENUMERATED) of a big-endian magnitude without leading zeros.
pub(crate) fn integer(tag: u8, magnitude: &[u8]) -> Vec<u8> {
    match magnitude.first() {
        Some(0x80..) => constructed(tag, &[&[0], magnitude]),
        Some(_) => tlv(tag, magnitude),
        None => tlv(tag, &[0]),
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "the arm tells that the length fits"
)]
fn push_length(out: &mut Vec<u8>, length: usize) {
    match length {
        0..=0x7f => out.push(length as u8),
        _ => {
            let octets = length.to_be_bytes();
            let first = octets.iter().position(|o| *o != 0).unwrap_or(0);
            let octets = octets.get(first..).unwrap_or_default();
            out.push(0x80 | octets.len() as u8);
            out.extend_from_slice(octets);
        }
    }
}
