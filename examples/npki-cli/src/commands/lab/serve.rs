use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};

use npki::system_rng;
use npki_cmp::http::{PKIXCMP, Request, Response};
use npki_core::{Issuer, Product};
use npki_lab::{Lab, LabLedgers, Person};
use serde_json::json;

use super::failed;
use crate::context::Context;
use crate::failure::Failure;
use crate::http;
use crate::language::say;
use crate::report::Report;
use crate::terminal;

/// A CA on loopback. What it says while it runs goes to standard error.
pub(super) fn run(
    listen: SocketAddr,
    issuer: Issuer,
    seed: u64,
    requests: Option<usize>,
    context: &Context,
) -> Result<Report, Failure> {
    let ledgers = LabLedgers::in_memory();
    let lab = Lab::new(seed, context.now, &ledgers).map_err(failed)?;
    let at = listen.to_string();
    let broken = |error: std::io::Error| Failure::io(at.as_ref(), &error);
    let listener = TcpListener::bind(listen).map_err(broken)?;
    let address = listener.local_addr().map_err(broken)?;
    terminal::say(format_args!("http://{address}/pkix/"));
    // A hint; where the hours do not allow an order (R16) there is none.
    let order =
        Person::of("hong").map(|hong| lab.order(hong, Product::PersonalLimited, Some(issuer)));
    match order {
        Some(Ok(order)) => terminal::say(format_args!(
            "-ref {} -secret pass:{}",
            order.reference,
            order.authorization_code.expose_code()
        )),
        Some(Err(error)) => terminal::say(error),
        None => {}
    }
    let answered = AtomicUsize::new(0);
    let answer = |request: &Request| {
        let octets = answer(&lab, issuer, request);
        // The bank hears at once what its CA did, so that the next request finds it knowing.
        if let Err(error) = lab.settle() {
            terminal::say(error);
        }
        let count = answered.fetch_add(1, Ordering::Relaxed) + 1;
        terminal::say(format_args!("{count}: {} {}", request.method, request.path));
        octets
    };
    let is_over = || requests.is_some_and(|most| answered.load(Ordering::Relaxed) >= most);
    http::serve(&listener, &is_over, &answer).map_err(broken)?;
    let count = answered.into_inner();
    let mut page = context.page();
    page.say(&say!("{count}번 답했습니다.", "{count} requests answered."));
    Ok(Report::done(page, json!({ "answered": count })))
}

fn answer(lab: &Lab<'_>, issuer: Issuer, request: &Request) -> Vec<u8> {
    let file = |kind: &str, octets: &[u8]| Response::ok(kind, octets).to_octets(request);
    let (root, _) = lab.trust();
    match (&*request.method, &*request.path) {
        ("POST", _) if request.content_type.as_deref() == Some(PKIXCMP) => {
            let ca = lab.cmp_ca(issuer);
            let answer = ca.map(|ca| ca.answer(&request.body, lab.now(), &mut system_rng()));
            match answer {
                Some(Ok(body)) => file(PKIXCMP, &body),
                _ => Response::failed().to_octets(request),
            }
        }
        ("POST", _) => Response::unsupported_media_type().to_octets(request),
        ("GET", "/root.der") => file(CERTIFICATE, root.der()),
        ("GET", "/ca.der") => match lab.ca(issuer) {
            Some(ca) => file(CERTIFICATE, ca.settings().certificate.der()),
            None => Response::not_found().to_octets(request),
        },
        ("GET", "/ca.crl") => {
            let crl = lab
                .ca(issuer)
                .map(|ca| ca.crl(lab.now(), &mut system_rng()));
            match crl {
                Some(Ok(crl)) => file("application/pkix-crl", crl.der()),
                _ => Response::failed().to_octets(request),
            }
        }
        ("GET", _) => Response::not_found().to_octets(request),
        _ => Response::method_not_allowed().to_octets(request),
    }
}

const CERTIFICATE: &str = "application/pkix-cert";
