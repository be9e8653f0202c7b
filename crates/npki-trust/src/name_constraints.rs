use const_oid::db::{rfc3280::EMAIL_ADDRESS, rfc5280::ID_CE_SUBJECT_ALT_NAME};
use der::{Encode, Tag, TagNumber, asn1::AnyRef};
use npki_cert::{Certificate, Name};

use crate::{
    budget::{Budget, Exhausted},
    general_name::{GeneralName, contents, elements},
};

/// The name constraints of the CAs above a certificate.
///
/// Directory names, DNS names, mail addresses, URIs and IP addresses are compared. A constraint of
/// another form is kept, and a certificate that has a name of that form is refused by name.
///
/// RFC 5280 narrows the permitted trees from CA to CA; asking each CA's trees in turn is the same
/// and keeps no product of them.
///
/// Source: RFC 5280 sections 4.2.1.10 and 6.1.3 (b, c), 6.1.4 (g).
#[derive(Debug, Default)]
pub(crate) struct NameConstraints(Vec<Trees>);

#[derive(Debug)]
struct Trees {
    permitted: Vec<GeneralName>,
    excluded: Vec<GeneralName>,
}

/// What is wrong with a name constraint or with a name under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameFault {
    NotPermitted,
    MalformedConstraints,
    MalformedNames,
    Unsupported(&'static str),
    Exhausted(Exhausted),
}

impl From<Exhausted> for NameFault {
    fn from(exhausted: Exhausted) -> Self {
        Self::Exhausted(exhausted)
    }
}

impl NameConstraints {
    /// Adds the extension of a CA.
    pub(crate) fn add(&mut self, extension: &[u8]) -> Result<(), NameFault> {
        self.0.push(Trees::read(extension)?);
        Ok(())
    }

    /// Checks all names of a certificate.
    pub(crate) fn check(
        &self,
        certificate: &Certificate,
        budget: &mut Budget,
    ) -> Result<(), NameFault> {
        if self.0.is_empty() {
            return Ok(());
        }
        for name in names_of(certificate)? {
            for trees in &self.0 {
                trees.check(&name, budget)?;
            }
        }
        Ok(())
    }
}

impl Trees {
    fn read(extension: &[u8]) -> Result<Self, NameFault> {
        let malformed = NameFault::MalformedConstraints;
        let mut trees = Self {
            permitted: Vec::new(),
            excluded: Vec::new(),
        };
        let mut last = None;
        for field in elements(extension).ok_or(malformed)? {
            let number = context_number(field).ok_or(malformed)?;
            if last.is_some_and(|last| last >= number) {
                return Err(malformed);
            }
            last = Some(number);
            let list = match number {
                0 => &mut trees.permitted,
                1 => &mut trees.excluded,
                _ => return Err(malformed),
            };
            for subtree in contents(field.value()).ok_or(malformed)? {
                list.push(read_subtree(subtree)?);
            }
            if list.is_empty() {
                return Err(malformed);
            }
        }
        // "Conforming CAs MUST NOT issue certificates where name constraints is an empty sequence."
        if last.is_none() {
            return Err(malformed);
        }
        Ok(trees)
    }

    fn check(&self, name: &GeneralName, budget: &mut Budget) -> Result<(), NameFault> {
        let mut asked = false;
        let mut within = false;
        for base in &self.permitted {
            match compare(name, base, Tree::Permitted, budget)? {
                Some(inside) => {
                    asked = true;
                    within |= inside;
                }
                None => continue,
            }
            if within {
                break;
            }
        }
        if asked && !within {
            return Err(NameFault::NotPermitted);
        }
        for base in &self.excluded {
            if compare(name, base, Tree::Excluded, budget)? == Some(true) {
                return Err(NameFault::NotPermitted);
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tree {
    Permitted,
    Excluded,
}

/// Whether `name` lies within `base`; `None` when they are of different forms.
fn compare(
    name: &GeneralName,
    base: &GeneralName,
    tree: Tree,
    budget: &mut Budget,
) -> Result<Option<bool>, NameFault> {
    budget.name_comparison()?;
    let sound = match (name, base) {
        (GeneralName::Dns(name), GeneralName::Dns(_)) => is_dns_name(name, Wildcard::Allowed),
        (GeneralName::Rfc822(name), GeneralName::Rfc822(_)) => mailbox(name).is_some(),
        (GeneralName::Ip(name), GeneralName::Ip(_)) => matches!(name.len(), 4 | 16),
        _ => true,
    };
    if !sound {
        return Err(NameFault::MalformedNames);
    }
    Ok(match (name, base) {
        (GeneralName::Directory(name), GeneralName::Directory(base)) => {
            Some(directory_within(name, base))
        }
        (GeneralName::Dns(name), GeneralName::Dns(base)) => Some(dns_within(name, base, tree)),
        (GeneralName::Rfc822(name), GeneralName::Rfc822(base)) => Some(mail_within(name, base)),
        (GeneralName::Uri(name), GeneralName::Uri(base)) => {
            let host = uri_host(name).ok_or(NameFault::Unsupported(
                "a URI without a host name under a name constraint",
            ))?;
            Some(host_within(host, base))
        }
        (GeneralName::Ip(name), GeneralName::Ip(base)) => Some(ip_within(name, base)),
        (GeneralName::Other(name), GeneralName::Other(base)) if name == base => {
            return Err(NameFault::Unsupported(
                "a name constraint of this form of name",
            ));
        }
        _ => None,
    })
}

/// Subject, subjectAltName, and the mail addresses in the subject.
fn names_of(certificate: &Certificate) -> Result<Vec<GeneralName>, NameFault> {
    let mut names = Vec::new();
    if !certificate.subject().is_empty() {
        names.push(GeneralName::Directory(certificate.subject().clone()));
    }
    if let Some(extension) = certificate.extension(ID_CE_SUBJECT_ALT_NAME) {
        names.extend(GeneralName::read_all(extension.value).ok_or(NameFault::MalformedNames)?);
    }
    for attribute in certificate.subject().attributes() {
        if attribute.oid() == EMAIL_ADDRESS {
            let text = attribute.text().ok_or(NameFault::MalformedNames)?;
            names.push(GeneralName::Rfc822(text));
        }
    }
    Ok(names)
}

fn read_subtree(subtree: AnyRef<'_>) -> Result<GeneralName, NameFault> {
    let malformed = NameFault::MalformedConstraints;
    if subtree.header().tag() != Tag::Sequence {
        return Err(malformed);
    }
    let mut fields = contents(subtree.value()).ok_or(malformed)?.into_iter();
    let base = fields.next().and_then(GeneralName::read).ok_or(malformed)?;
    // minimum is DEFAULT 0 and so absent in DER; "minimum MUST be zero, and maximum MUST be absent".
    if fields.next().is_some() {
        return Err(NameFault::Unsupported(
            "a minimum or maximum in a name constraint",
        ));
    }
    let sound = match &base {
        GeneralName::Ip(range) => ip_range_is_sound(range),
        // RFC 5280 knows neither leading dot nor wildcard here; taking one would guess at what it
        // means.
        GeneralName::Dns(domain) => domain.is_empty() || is_dns_name(domain, Wildcard::Forbidden),
        GeneralName::Rfc822(base) if base.contains('@') => mailbox(base).is_some(),
        _ => true,
    };
    sound.then_some(base).ok_or(malformed)
}

/// Whether the RDNs of `base` are the first ones of `name`.
fn directory_within(name: &Name, base: &Name) -> bool {
    let (Some(own), Some(wanted)) = (elements(name.der()), elements(base.der())) else {
        return false;
    };
    own.get(..wanted.len())
        .and_then(name_of_rdns)
        .is_some_and(|head| head.matches(base))
}

fn name_of_rdns(rdns: &[AnyRef<'_>]) -> Option<Name> {
    let mut body = Vec::new();
    for rdn in rdns {
        rdn.encode_to_vec(&mut body).ok()?;
    }
    let der = AnyRef::new(Tag::Sequence, &body).ok()?.to_der().ok()?;
    Name::parse(&der).ok()
}

/// Any name that is `base` with labels added to its left; the empty base holds every name.
///
/// A wildcard stands for names on either side of an excluded tree, so it counts as inside as soon
/// as one of them may be.
fn dns_within(name: &str, base: &str, tree: Tree) -> bool {
    if base.is_empty() {
        return true;
    }
    let suffix_of = |longer: &str, shorter: &str| {
        let Some(cut) = longer.len().checked_sub(shorter.len()) else {
            return false;
        };
        let (Some(head), Some(tail)) = (longer.get(..cut), longer.get(cut..)) else {
            return false;
        };
        tail.eq_ignore_ascii_case(shorter) && (head.is_empty() || head.ends_with('.'))
    };
    if suffix_of(name, base) {
        return true;
    }
    match (name.strip_prefix("*."), tree) {
        (Some(parent), Tree::Excluded) => base
            .split_once('.')
            .is_some_and(|(_, above)| above.eq_ignore_ascii_case(parent)),
        _ => false,
    }
}

/// Labels of one octet and more; a wildcard as the first one at most.
fn is_dns_name(name: &str, wildcard: Wildcard) -> bool {
    let rest = match wildcard {
        Wildcard::Allowed => name.strip_prefix("*.").unwrap_or(name),
        Wildcard::Forbidden => name,
    };
    rest.split('.')
        .all(|label| !label.is_empty() && !label.contains(['*', ' ', '@']))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wildcard {
    Allowed,
    Forbidden,
}

/// `user@host` holds one mailbox, `host` all on it, `.domain` all on hosts below it.
fn mail_within(name: &str, base: &str) -> bool {
    let Some((local, host)) = mailbox(name) else {
        return false;
    };
    match mailbox(base) {
        Some((base_local, base_host)) => {
            local == base_local && host.eq_ignore_ascii_case(base_host)
        }
        None => host_within(host, base),
    }
}

/// Local part and host. Quoted local parts, which may hold another `@`, are not taken.
fn mailbox(name: &str) -> Option<(&str, &str)> {
    let (local, host) = name.split_once('@')?;
    (!local.is_empty() && !host.is_empty() && !host.contains('@')).then_some((local, host))
}

/// `host` holds that host, `.domain` all hosts below it.
fn host_within(host: &str, base: &str) -> bool {
    if !base.starts_with('.') {
        return base.is_empty() || host.eq_ignore_ascii_case(base);
    }
    host.len()
        .checked_sub(base.len())
        .filter(|cut| *cut > 0)
        .and_then(|cut| host.get(cut..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(base))
}

/// The host name of a URI (RFC 3986 section 3.2); `None` when there is none, or an IP address.
fn uri_host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host_port = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    if host_port.starts_with('[') {
        return None;
    }
    let host = host_port.split(':').next()?;
    let is_ip = host.parse::<core::net::Ipv4Addr>().is_ok();
    (!host.is_empty() && !is_ip).then_some(host)
}

/// An address and a mask of the same length, the mask a run of ones before a run of zeros
/// (RFC 4632).
fn ip_range_is_sound(range: &[u8]) -> bool {
    if !matches!(range.len(), 8 | 32) {
        return false;
    }
    let (_, mask) = range.split_at(range.len() / 2);
    let mut rest = mask.iter().skip_while(|octet| **octet == 0xff);
    let edge = rest.next().copied().unwrap_or(0);
    edge.leading_ones() + edge.trailing_zeros() >= 8 && rest.all(|octet| *octet == 0)
}

fn ip_within(address: &[u8], range: &[u8]) -> bool {
    let (base, mask) = range.split_at(range.len() / 2);
    address.len() == base.len()
        && address
            .iter()
            .zip(base)
            .zip(mask)
            .all(|((own, base), mask)| own & mask == base & mask)
}

fn context_number(field: AnyRef<'_>) -> Option<u32> {
    match field.header().tag() {
        Tag::ContextSpecific {
            constructed: true,
            number: TagNumber(number),
        } => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use const_oid::db::rfc5280::ID_CE_NAME_CONSTRAINTS;
    use npki_cert::Certificate;

    use super::*;
    use crate::{Bounds, BudgetKind};

    fn general(number: u8, value: &[u8]) -> Vec<u8> {
        [&[0x80 | number, u8::try_from(value.len()).unwrap()], value].concat()
    }

    fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(value.len()).unwrap()], value].concat()
    }

    fn permitted(base: &[u8]) -> Vec<u8> {
        tlv(0x30, &tlv(0xa0, &tlv(0x30, base)))
    }

    fn name(number: u8, value: &[u8]) -> GeneralName {
        let der = general(number, value);
        GeneralName::read(contents(&der).unwrap()[0]).unwrap()
    }

    /// RFC 5280 section 4.2.1.10: what is no constraint.
    #[test]
    fn malformed_constraints() {
        let dns = general(2, b"lab.example");
        let minimum = [dns.clone(), tlv(0x80, &[1])].concat();
        for (what, extension, fault) in [
            (
                "empty",
                tlv(0x30, &[]),
                Some(NameFault::MalformedConstraints),
            ),
            (
                "no tree",
                tlv(0x30, &tlv(0xa0, &[])),
                Some(NameFault::MalformedConstraints),
            ),
            (
                "another field",
                tlv(0x30, &tlv(0xa2, &tlv(0x30, &dns))),
                Some(NameFault::MalformedConstraints),
            ),
            (
                "no name",
                permitted(&[]),
                Some(NameFault::MalformedConstraints),
            ),
            (
                "minimum 1",
                permitted(&minimum),
                Some(NameFault::Unsupported(
                    "a minimum or maximum in a name constraint",
                )),
            ),
            ("a name", permitted(&dns), None),
            ("all names", permitted(&general(2, b"")), None),
            (
                "leading dot",
                permitted(&general(2, b".lab.example")),
                Some(NameFault::MalformedConstraints),
            ),
            (
                "wildcard",
                permitted(&general(2, b"*.lab.example")),
                Some(NameFault::MalformedConstraints),
            ),
            (
                "two at signs",
                permitted(&general(1, b"a@b@c")),
                Some(NameFault::MalformedConstraints),
            ),
            (
                "an address",
                permitted(&general(7, &[10, 0, 0, 1])),
                Some(NameFault::MalformedConstraints),
            ),
            (
                "a range",
                permitted(&general(7, &[10, 0, 0, 0, 255, 128, 0, 0])),
                None,
            ),
            (
                "a mask with a hole",
                permitted(&general(7, &[10, 0, 0, 0, 255, 0, 255, 0])),
                Some(NameFault::MalformedConstraints),
            ),
            (
                "a mask with a hole in an octet",
                permitted(&general(7, &[10, 0, 0, 0, 0xf1, 0, 0, 0])),
                Some(NameFault::MalformedConstraints),
            ),
            (
                "not ASCII",
                permitted(&general(2, "홍".as_bytes())),
                Some(NameFault::MalformedConstraints),
            ),
        ] {
            let found = NameConstraints::default().add(&extension).err();
            assert_eq!(found, fault, "{what}");
        }
    }

    #[test]
    fn names_under_constraints() {
        let within = Ok(Some(true));
        let without = Ok(Some(false));
        let other_form = Ok(None);
        let malformed = Err(NameFault::MalformedNames);
        for (form, base, own_form, own, tree, expected) in [
            (
                2,
                &b"lab.example"[..],
                2,
                &b"lab.example"[..],
                Tree::Permitted,
                within,
            ),
            (
                2,
                b"lab.example",
                2,
                b".lab.example",
                Tree::Permitted,
                malformed,
            ),
            (
                2,
                b"lab.example",
                2,
                b"a..lab.example",
                Tree::Permitted,
                malformed,
            ),
            (2, b"lab.example", 2, b"", Tree::Excluded, malformed),
            (
                2,
                b"lab.example",
                2,
                b"*.lab.example",
                Tree::Permitted,
                within,
            ),
            (
                2,
                b"a.lab.example",
                2,
                b"*.lab.example",
                Tree::Permitted,
                without,
            ),
            (
                2,
                b"a.lab.example",
                2,
                b"*.lab.example",
                Tree::Excluded,
                within,
            ),
            (
                2,
                b"a.b.lab.example",
                2,
                b"*.lab.example",
                Tree::Excluded,
                without,
            ),
            (2, b"", 2, b"anything.example", Tree::Excluded, within),
            (
                2,
                b"lab.example",
                1,
                b"a@lab.example",
                Tree::Excluded,
                other_form,
            ),
            (
                1,
                b"lab.example",
                1,
                b"a@b@lab.example",
                Tree::Permitted,
                malformed,
            ),
            (
                1,
                b"lab.example",
                1,
                b"lab.example",
                Tree::Permitted,
                malformed,
            ),
            (
                1,
                b"lab.example",
                1,
                b"a@LAB.example",
                Tree::Permitted,
                within,
            ),
            (
                6,
                b"lab.example",
                6,
                b"http://lab.example:80/",
                Tree::Permitted,
                within,
            ),
            (
                6,
                b"lab.example",
                6,
                b"http://u@lab.example?x",
                Tree::Permitted,
                within,
            ),
            (
                6,
                b"lab.example",
                6,
                b"http://lab.example@evil.example/",
                Tree::Permitted,
                without,
            ),
            (
                7,
                &[10, 0, 0, 0, 255, 0, 0, 0],
                7,
                &[10, 9, 9, 9],
                Tree::Permitted,
                within,
            ),
            (
                7,
                &[10, 0, 0, 0, 255, 0, 0, 0],
                7,
                &[11, 9, 9, 9],
                Tree::Permitted,
                without,
            ),
            (
                7,
                &[10, 0, 0, 0, 255, 0, 0, 0],
                7,
                &[0; 16],
                Tree::Permitted,
                without,
            ),
            (
                7,
                &[10, 0, 0, 0, 255, 0, 0, 0],
                7,
                &[10, 0, 0, 0, 255, 0, 0, 0],
                Tree::Excluded,
                malformed,
            ),
        ] {
            let mut budget = Budget::new(Bounds::default());
            let found = compare(&name(own_form, own), &name(form, base), tree, &mut budget);
            assert_eq!(found, expected, "{own:?} under {base:?}");
        }
        for uri in [
            &b"urn:x"[..],
            b"http://10.0.0.1/",
            b"http://[::1]/",
            b"http:///x",
        ] {
            let mut budget = Budget::new(Bounds::default());
            let base = name(6, b"lab.example");
            let found = compare(&name(6, uri), &base, Tree::Excluded, &mut budget);
            assert!(matches!(found, Err(NameFault::Unsupported(_))), "{uri:?}");
        }
    }

    #[test]
    fn comparisons_are_bounded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/paths/names/");
        let read = |name: &str| {
            let der = std::fs::read(format!("{folder}{name}.der")).unwrap();
            Certificate::parse(&der).unwrap()
        };
        let ca = read("dns-permitted");
        let leaf = read("dns-permitted-0");
        let extension = ca.extension(ID_CE_NAME_CONSTRAINTS).unwrap();
        let mut constraints = NameConstraints::default();
        constraints.add(extension.value).unwrap();
        // The subject and one subjectAltName.
        for (name_comparisons, fine) in [(1, false), (2, true)] {
            let mut budget = Budget::new(Bounds {
                name_comparisons,
                ..Bounds::default()
            });
            let exhausted = NameFault::Exhausted(Exhausted(BudgetKind::NameComparisons));
            let found = constraints.check(&leaf, &mut budget);
            assert_eq!(found, if fine { Ok(()) } else { Err(exhausted) });
        }
    }
}
