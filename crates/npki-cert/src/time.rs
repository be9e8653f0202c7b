use core::time::Duration;

use der::{
    Encode as _,
    asn1::{GeneralizedTime, UtcTime},
};
use npki_core::Instant;

use crate::{
    CertError,
    input::{self, Input},
};

/// Reads a Time.
///
/// A GeneralizedTime before 2050 is read too, as CAs other than ours write it. `99991231235959Z`,
/// which RFC 5280 section 4.1.2.5 gives for "no end", is one of the last instants that an
/// [`Instant`] does not reach: it is read as [`Instant::MAX`].
pub(crate) fn read(input: &mut Input<'_>) -> Result<Instant, CertError> {
    let tlv = input.any()?;
    let error = |source| CertError::Malformed {
        what: "Time",
        source: Some(source),
    };
    let since_1970 = match tlv.tag {
        input::UTC_TIME => <UtcTime as der::Decode>::from_der(tlv.raw)
            .map_err(error)?
            .to_unix_duration(),
        input::GENERALIZED_TIME => <GeneralizedTime as der::Decode>::from_der(tlv.raw)
            .map_err(error)?
            .to_unix_duration(),
        _ => return Err(input::malformed("Time")),
    };
    let seconds = i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX);
    Ok(Instant::from_unix_seconds(seconds).unwrap_or(Instant::MAX))
}

/// Reads a GeneralizedTime alone.
pub(crate) fn read_generalized(octets: &[u8]) -> Result<Instant, CertError> {
    input::whole(octets, input::GENERALIZED_TIME, "GeneralizedTime")?;
    read(&mut Input::new(octets, "GeneralizedTime"))
}

/// Writes a Time: UTCTime until the end of 2049, GeneralizedTime from 2050 (RFC 5280 section
/// 4.1.2.5). `None` before 1970.
pub(crate) fn write(instant: Instant) -> Option<Vec<u8>> {
    let since_1970 = Duration::from_secs(u64::try_from(instant.unix_seconds()).ok()?);
    UtcTime::from_unix_duration(since_1970)
        .and_then(|time| time.to_der())
        .or_else(|_| GeneralizedTime::from_unix_duration(since_1970).and_then(|t| t.to_der()))
        .ok()
}

/// Writes a GeneralizedTime. `None` before 1970.
pub(crate) fn write_generalized(instant: Instant) -> Option<Vec<u8>> {
    let since_1970 = Duration::from_secs(u64::try_from(instant.unix_seconds()).ok()?);
    GeneralizedTime::from_unix_duration(since_1970)
        .and_then(|time| time.to_der())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_of_2050() {
        for (text, der) in [
            ("1970-01-01T00:00:00Z", &b"\x17\x0d700101000000Z"[..]),
            ("2026-04-24T04:00:00Z", b"\x17\x0d260424040000Z"),
            ("2049-12-31T23:59:59Z", b"\x17\x0d491231235959Z"),
            ("2050-01-01T00:00:00Z", b"\x18\x0f20500101000000Z"),
        ] {
            let instant: Instant = text.parse().unwrap();
            assert_eq!(write(instant).unwrap(), der, "{text}");
            assert_eq!(read(&mut Input::new(der, "test")).unwrap(), instant);
        }
        let before: Instant = "1969-12-31T23:59:59Z".parse().unwrap();
        assert_eq!(write(before), None);
    }

    #[test]
    fn other_forms() {
        for (der, expected) in [
            (
                &b"\x18\x0f20260424040000Z"[..],
                Some("2026-04-24T13:00:00+09:00"),
            ),
            (
                b"\x18\x0f99991231235959Z",
                Some("9998-12-31T08:59:59+09:00"),
            ),
            (b"\x17\x0b2604240400Z", None),
            (b"\x17\x11260424040000+0900", None),
            (b"\x18\x1120260424040000.5Z", None),
            (b"\x17\x0d261324040000Z", None),
        ] {
            let found = read(&mut Input::new(der, "test"));
            match expected {
                Some(_) => assert!(found.is_ok(), "{der:02x?}"),
                None => assert!(found.is_err(), "{der:02x?}"),
            }
        }
        assert_eq!(
            read(&mut Input::new(b"\x18\x0f99991231235959Z", "test")).unwrap(),
            Instant::MAX
        );
    }
}
