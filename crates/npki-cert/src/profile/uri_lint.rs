use super::findings::Findings;

/// Says of the first address that is no URI.
pub(super) fn lint_uri<'a>(
    uris: impl IntoIterator<Item = &'a str>,
    rule: &'static str,
    at: &str,
    findings: &mut Findings,
) {
    if let Some(uri) = uris.into_iter().find(|uri| !is_uri(uri)) {
        findings.warning(
            rule,
            at,
            format!("{uri:?}은(는) URI가 아닙니다"),
            format!("{uri:?} is no URI"),
            "RFC 5280 4.2.1.6; RFC 3986 3",
        );
    }
}

/// Whether it has a scheme and nothing but what may stand in a URI, each `%` before two hexadecimal digits.
///
/// A host before a port passes for a scheme in RFC 3986; here it does not.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let has_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let is_host = scheme.contains('.') && !rest.starts_with("//");
    let mut parts = rest.split('%');
    let fine = |part: &str| part.bytes().all(may_stand);
    has_scheme
        && !is_host
        && !rest.is_empty()
        && parts.next().is_some_and(fine)
        && parts.all(|part| {
            let digits = part.bytes().take(2).filter(u8::is_ascii_hexdigit).count();
            digits == 2 && fine(part)
        })
}

/// Unreserved and reserved characters (RFC 3986 sections 2.2 and 2.3).
const fn may_stand(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || matches!(
            octet,
            b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'?' | b'#' | b'[' | b']' | b'@'
        )
        || matches!(
            octet,
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'='
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_uri() {
        for (text, fine) in [
            ("http://www.yessign.or.kr/cps.htm", true),
            ("http://ocsp.yessign.org:4612", true),
            (
                "ldap://ds.yessign.or.kr:389/ou=dp4p61157,ou=AccreditedCA,o=yessign,c=kr?certificateRevocationList",
                true,
            ),
            ("ldap://host/o=Government%20of%20Korea,c=KR", true),
            ("ldap://host/o=Government of Korea,c=KR", false),
            ("ldap:///o=Lab,c=KR", true),
            ("urn:oid:2.5.29.31", true),
            ("iris.beep://host/", true),
            ("www.yessign.or.kr/cps.htm", false),
            ("www.yessign.or.kr:80/cps.htm", false),
            ("//host/path", false),
            ("://host", false),
            ("1http://host", false),
            ("ht tp://host", false),
            ("http:", false),
            ("", false),
            ("http://host/%", false),
            ("http://host/%4", false),
            ("http://host/%4g", false),
            ("http://host/%4f", true),
            ("http://host/%%41", false),
            ("http://host/a\\b", false),
            ("http://host/<a>", false),
            ("http://host/\n", false),
            ("http://host/한글", false),
        ] {
            assert_eq!(is_uri(text), fine, "{text:?}");
        }
    }
}
