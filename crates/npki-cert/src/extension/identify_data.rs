use const_oid::ObjectIdentifier;
use npki_core::{Digest, HashAlgorithm, Vid};

use super::general_name::{GeneralName, general_names};
use crate::{
    CertError,
    input::{
        self, Input, OCTET_STRING, OID, SEQUENCE, UTF8_STRING, context_constructed, malformed,
    },
    output, string,
};

/// Who a certificate is for: the otherName id-kisa-identifyData (1.2.410.200004.10.1.1) in the
/// subjectAltName. Certificates of CAs, responders and many servers carry the name alone.
///
/// ```text
/// IdentifyData ::= SEQUENCE {
///     realName  UTF8String,
///     userInfo  SEQUENCE OF SEQUENCE { type OBJECT IDENTIFIER, value ANY } OPTIONAL }
/// VID ::= SEQUENCE { hashAlg AlgorithmIdentifier, virtualID [0] EXPLICIT OCTET STRING }
/// ```
///
/// Around the value of an attribute of userInfo stands no SET, and hashAlg has no parameters in
/// real certificates; with a NULL it is read too, as issuing protocols write it.
///
/// Source: KCAC.TS.SIVID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentifyData {
    /// 실명: the name under which the subscriber is registered.
    pub real_name: String,
    /// The virtual identifier, if there is one under a hash function that is known.
    pub vid: Option<Vid>,
}

impl IdentifyData {
    /// Looks for it among the names of a subjectAltName.
    pub(crate) fn read_alt_name(octets: &[u8]) -> Result<Option<Self>, CertError> {
        let names = general_names(input::open(octets, SEQUENCE, "SubjectAltName")?)?;
        let mut found = None;
        for name in names {
            if let GeneralName::Other(IDENTIFY_DATA, value) = name {
                if found.is_some() {
                    return Err(malformed("SubjectAltName"));
                }
                found = Some(Self::read(value)?);
            }
        }
        Ok(found)
    }

    /// Writes a subjectAltName with this one name.
    pub(crate) fn write_alt_name(&self) -> Vec<u8> {
        let real_name = output::tlv(UTF8_STRING, self.real_name.as_bytes());
        let user_info = self.vid.as_ref().map_or_else(Vec::new, |vid| {
            let hash = output::sequence(&[&output::oid(vid.hash_algorithm().oid())]);
            let octets = output::tlv(OCTET_STRING, vid.octets());
            let value = output::sequence(&[&hash, &output::tlv(context_constructed(0), &octets)]);
            output::sequence(&[&output::sequence(&[&output::oid(VID), &value])])
        });
        let data = output::sequence(&[&real_name, &user_info]);
        output::sequence(&[&output::constructed(
            context_constructed(0),
            &[
                &output::oid(IDENTIFY_DATA),
                &output::tlv(context_constructed(0), &data),
            ],
        )])
    }

    fn read(octets: &[u8]) -> Result<Self, CertError> {
        let mut input = input::open(octets, SEQUENCE, "IdentifyData")?;
        let real_name = input.any()?;
        let real_name = string::read(real_name.tag, real_name.value)
            .ok_or_else(|| input.malformed())?
            .text;
        let mut vid = None;
        if !input.is_empty() {
            let mut user_info = input.nested(SEQUENCE, "userInfo")?;
            while !user_info.is_empty() {
                let mut attribute = user_info.nested(SEQUENCE, "userInfo")?;
                if attribute.decode::<ObjectIdentifier>(OID)? == VID {
                    if vid.is_some() {
                        return Err(attribute.malformed());
                    }
                    vid = Some(read_vid(attribute.nested(SEQUENCE, "VID")?)?);
                } else {
                    attribute.any()?;
                }
                attribute.end()?;
            }
        }
        input.end()?;
        Ok(Self {
            real_name,
            vid: vid.flatten(),
        })
    }
}

/// `None` when the hash function is unknown (HAS-160 may occur in the oldest certificates).
fn read_vid(mut input: Input<'_>) -> Result<Option<Vid>, CertError> {
    let hash = input.expect(SEQUENCE)?;
    let hash: spki::AlgorithmIdentifierOwned = input::decode(hash.raw, "hashAlg")?;
    let mut wrapped = input.nested(context_constructed(0), "virtualID")?;
    let octets = wrapped.expect(OCTET_STRING)?.value;
    wrapped.end()?;
    input.end()?;
    let Some(hash) = HashAlgorithm::from_oid(hash.oid) else {
        return Ok(None);
    };
    Digest::from_octets(hash, octets)
        .map(|digest| Some(Vid::new(digest)))
        .ok_or(malformed("virtualID"))
}

const IDENTIFY_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.410.200004.10.1.1");
const VID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.410.200004.10.1.1.1");

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;

    // Made by hand after the layout of real certificates: 홍길동 and the VID of `vid.rs`, vector 1.
    const REAL_SHAPE: [u8; 97] = hex!(
        "305f a05d 0609 2a831a8c9a440a0101 a050 304e 0c09 ed998deab8b8eb8f99 3041 303f
         060a 2a831a8c9a440a010101 3031 300b 0609 608648016503040201 a022 0420
         17692c8dd00ead33791de0a64a937c60799634c64ac56fa57570c0e05252ab35"
    );

    #[test]
    fn the_shape_of_real_certificates_reads_back() {
        let data = IdentifyData::read_alt_name(&REAL_SHAPE).unwrap().unwrap();
        assert_eq!(data.real_name, "홍길동");
        assert_eq!(data.vid.as_ref().unwrap().octets(), &REAL_SHAPE[65..]);
        assert_eq!(data.write_alt_name(), REAL_SHAPE);
    }

    #[test]
    fn name_alone_and_hash_with_null() {
        let alone = IdentifyData {
            real_name: "금융결제원".into(),
            vid: None,
        };
        let der = alone.write_alt_name();
        assert_eq!(IdentifyData::read_alt_name(&der).unwrap(), Some(alone));

        let with_null = hex!(
            "3061 a05f 0609 2a831a8c9a440a0101 a052 3050 0c09 ed998deab8b8eb8f99 3043 3041
             060a 2a831a8c9a440a010101 3033 300d 0609 608648016503040201 0500 a022 0420
             17692c8dd00ead33791de0a64a937c60799634c64ac56fa57570c0e05252ab35"
        );
        let data = IdentifyData::read_alt_name(&with_null).unwrap().unwrap();
        assert!(data.vid.is_some());
    }

    #[test]
    fn other_names_beside_it_are_passed_over() {
        let email = hex!("3006 8104 61406263");
        assert_eq!(IdentifyData::read_alt_name(&email).unwrap(), None);
        let unknown_hash = hex!(
            "304e a04c 0609 2a831a8c9a440a0101 a03f 303d 0c01 41 3038 3036
             060a 2a831a8c9a440a010101 3028 300a 0608 2a831a8c9a440102 a01a 0418
             000000000000000000000000000000000000000000000000"
        );
        let data = IdentifyData::read_alt_name(&unknown_hash).unwrap().unwrap();
        assert_eq!(data.vid, None);
    }

    #[test]
    fn broken_ones_are_refused() {
        let mut short_digest = REAL_SHAPE;
        short_digest[60] = 0x04; // SHA-224
        assert!(IdentifyData::read_alt_name(&short_digest).is_err());
        let twice = [&[0x30, 0x81, 190], &REAL_SHAPE[2..], &REAL_SHAPE[2..]].concat();
        assert!(IdentifyData::read_alt_name(&twice).is_err());
        assert!(IdentifyData::read_alt_name(&hex!("3000")).is_err());
        for cut in 0..REAL_SHAPE.len() {
            assert!(IdentifyData::read_alt_name(&REAL_SHAPE[..cut]).is_err());
        }
    }
}
