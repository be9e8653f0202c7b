//! What several CRLs together say of one certificate.

use std::{cmp::Reverse, collections::BTreeMap, convert::Infallible};

use npki_cert::{Certificate, Crl};
use npki_core::Instant;

use crate::{
    AlgorithmPolicy, CrlError, CrlVerdict,
    crl::{
        amends, check_about, check_signer, check_time, look_up, look_up_amended, magnitude, scope,
        verify_signature,
    },
};

/// Asks the CRLs at hand about one certificate, at an instant.
///
/// Of several complete CRLs of one scope the newest counts; of several scopes, one that lists the
/// certificate is enough. A delta CRL amends the complete ones that it fits, and makes one whose
/// successor is due good again. `issuer` and `algorithms` are as for [`judge_crl`](crate::judge_crl),
/// which also tells what is checked.
///
/// # Errors
/// [`CrlError`], when no CRL tells anything: the cause of the first of this issuer that did not, or
/// [`CrlError::Missing`].
///
/// Source: RFC 5280 sections 5.2.4 and 6.3.3.
pub fn judge_crls(
    crls: &[Crl],
    issuer: &Certificate,
    certificate: &Certificate,
    at: Instant,
    algorithms: AlgorithmPolicy,
) -> Result<CrlVerdict, CrlError> {
    let signed = |number, _: Option<()>| {
        let crl: &Crl = crls.get(number).ok_or(CrlError::Missing)?;
        check_signer(crl, issuer)?;
        verify_signature(crl, issuer, algorithms)
    };
    let Ok(told) = judge_each(crls, certificate, at, |number, signer| {
        Ok::<_, Infallible>(signed(number, signer))
    });
    told
}

/// The same, where `signed` says who signed the CRL of a number, and with a signer whether that one
/// did; `Stop` ends all work.
pub(crate) fn judge_each<Signer: Copy, Stop>(
    crls: &[Crl],
    certificate: &Certificate,
    at: Instant,
    mut signed: impl FnMut(usize, Option<Signer>) -> Result<Result<Signer, CrlError>, Stop>,
) -> Result<Result<CrlVerdict, CrlError>, Stop> {
    let (deltas, complete): (Vec<Numbered<'_>>, Vec<Numbered<'_>>) = crls
        .iter()
        .enumerate()
        // A CRL of somebody else is no near miss.
        .filter(|(_, crl)| crl.issuer().matches(certificate.issuer()))
        .partition(|(_, crl)| crl.is_delta());
    let mut nearest = match deltas.is_empty() {
        true => CrlError::Missing,
        false => CrlError::NoBase,
    };
    let deltas = newest_first(deltas, certificate, at);
    let mut said = Vec::new();
    for crl in complete {
        match ask(crl, &deltas, certificate, at, &mut signed)? {
            Ok(word) => said.push(word),
            Err(error) if FAR.contains(&nearest) => nearest = error,
            Err(_) => {}
        }
    }
    Ok(newest_of_each_scope(&said).ok_or(nearest))
}

/// A CRL, and where it stands among those at hand.
type Numbered<'a> = (usize, &'a Crl);

/// What a CRL said, by which scope it spoke, and as of when.
struct Said<'a> {
    scope: Option<&'a [u8]>,
    as_of: Instant,
    verdict: CrlVerdict,
}

/// The deltas that are about a certificate at an instant.
fn newest_first<'a>(
    mut deltas: Vec<Numbered<'a>>,
    certificate: &Certificate,
    at: Instant,
) -> Vec<Numbered<'a>> {
    deltas.retain(|(_, crl)| check_about(crl, certificate).is_ok() && check_time(crl, at).is_ok());
    deltas.sort_by_key(|(_, crl)| Reverse(crl.number().map(magnitude)));
    deltas
}

/// Asks a complete CRL, as the newest delta amends it that its own signer signed.
fn ask<'a, Signer: Copy, Stop>(
    (number, complete): Numbered<'a>,
    deltas: &[Numbered<'_>],
    certificate: &Certificate,
    at: Instant,
    signed: &mut impl FnMut(usize, Option<Signer>) -> Result<Result<Signer, CrlError>, Stop>,
) -> Result<Result<Said<'a>, CrlError>, Stop> {
    let amending: Vec<_> = deltas.iter().filter(|(_, d)| amends(d, complete)).collect();
    let current = check_time(complete, at);
    let usable = check_about(complete, certificate).and_then(|()| match &current {
        Err(CrlError::Stale { .. }) if !amending.is_empty() => Ok(()),
        current => current.clone(),
    });
    let signer = match usable {
        Ok(()) => signed(number, None)?,
        Err(error) => Err(error),
    };
    let signer = match signer {
        Ok(signer) => signer,
        Err(error) => return Ok(Err(error)),
    };
    let word = |as_of, verdict| Said {
        scope: scope(complete),
        as_of,
        verdict,
    };
    for (number, delta) in amending {
        if signed(*number, Some(signer))?.is_ok() {
            let verdict = look_up_amended(complete, delta, certificate);
            return Ok(verdict.map(|verdict| word(delta.this_update(), verdict)));
        }
    }
    let verdict = current.and_then(|()| look_up(complete, certificate));
    Ok(verdict.map(|verdict| word(complete.this_update(), verdict)))
}

/// The newest word of each scope; `None` when nothing was said. A revocation outweighs a good of
/// the same age and of other scopes.
fn newest_of_each_scope(said: &[Said<'_>]) -> Option<CrlVerdict> {
    let mut newest: BTreeMap<Option<&[u8]>, &Said<'_>> = BTreeMap::new();
    for word in said {
        let kept = newest.entry(word.scope).or_insert(word);
        let worse = word.as_of == kept.as_of && kept.verdict == CrlVerdict::Good;
        if word.as_of > kept.as_of || worse {
            *kept = word;
        }
    }
    let mut verdicts = newest.into_values().map(|word| word.verdict);
    let first = verdicts.next()?;
    Some(verdicts.fold(first, |a, b| if a == CrlVerdict::Good { b } else { a }))
}

/// Causes that any other one is nearer than.
const FAR: [CrlError; 3] = [CrlError::Missing, CrlError::NoBase, CrlError::Scope];
