//! `CaPubs`: the CA certificates that came with a certificate, as CMP delivers them (RFC 9810 section
//! 5.3.4): `SEQUENCE OF Certificate`, root first.

use der::{Encode as _, Header, Reader as _, SliceReader, Tag};
use npki_cert::Certificate;

pub(crate) fn encode(certificates: &[Certificate]) -> der::Result<Vec<u8>> {
    let length: usize = certificates.iter().map(|c| c.der().len()).sum();
    let mut der = Header::new(Tag::Sequence, length.try_into()?).to_der()?;
    for certificate in certificates {
        der.extend_from_slice(certificate.der());
    }
    Ok(der)
}

/// The certificates; none of them if it is not the DER that it should be. They are a convenience: a
/// pair is not broken because its CaPubs is.
pub(crate) fn decode(der: &[u8]) -> Vec<Certificate> {
    read(der).unwrap_or_default()
}

fn read(der: &[u8]) -> Option<Vec<Certificate>> {
    let mut outer = SliceReader::new(der).ok()?;
    let header = Header::decode_from(&mut outer)?;
    let mut inner = SliceReader::new(outer.read_slice(header).ok()?).ok()?;
    outer.finish().ok()?;
    let mut certificates = Vec::new();
    while !inner.is_finished() {
        certificates.push(Certificate::parse(inner.tlv_bytes().ok()?).ok()?);
    }
    Some(certificates)
}

/// Reads a SEQUENCE's header and gives the length of what is in it.
trait DecodeFrom {
    fn decode_from(reader: &mut SliceReader<'_>) -> Option<der::Length>;
}

impl DecodeFrom for Header {
    fn decode_from(reader: &mut SliceReader<'_>) -> Option<der::Length> {
        let header = <Self as der::Decode>::decode(reader).ok()?;
        (header.tag() == Tag::Sequence).then(|| header.length())
    }
}
