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
