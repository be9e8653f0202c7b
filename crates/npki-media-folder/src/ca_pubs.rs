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

#[cfg(test)]
mod tests {
    use npki_media::conformance;

    use super::{decode, encode};

    #[test]
    fn what_was_encoded_is_decoded_and_nothing_else() {
        let mut certificates = conformance::subscriber().unwrap().ca_certificates;
        certificates.extend(conformance::other_subscriber().unwrap().ca_certificates);
        let der = encode(&certificates).unwrap();
        let ders = |list: &[npki_cert::Certificate]| {
            list.iter().map(|c| c.der().to_vec()).collect::<Vec<_>>()
        };
        assert_eq!(ders(&decode(&der)), ders(&certificates));
        assert!(decode(&encode(&[]).unwrap()).is_empty());
        for length in 0..der.len() {
            assert!(decode(&der[..length]).is_empty(), "{length}");
        }
        let mut longer = der.clone();
        longer.push(0);
        assert!(decode(&longer).is_empty());
        let set = [&[0x31], &der[1..]].concat();
        assert!(decode(&set).is_empty());
    }
}
