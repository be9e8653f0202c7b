use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use npki_cmp::http::Request;
use npki_core::{Channel, Product};
use npki_lab::http::{Listener, Site};
use npki_lab::{Lab, LabLedgers, Person};
use serde_json::json;

use super::failed;
use crate::cli;
use crate::context::Context;
use crate::failure::Failure;
use crate::language::say;
use crate::page::clean;
use crate::report::Report;
use crate::terminal;

/// A CA on loopback. What it says while it runs goes to standard error.
pub(super) fn run(args: &cli::Serve, context: &Context) -> Result<Report, Failure> {
    let at = args.listen.to_string();
    let broken = |error: std::io::Error| Failure::io(at.as_ref(), &error);
    refuse_the_world(args.listen)?;
    let listener = Listener::bind(args.listen).map_err(broken)?;
    let address = listener.address();
    let ledgers = LabLedgers::in_memory();
    let mut lab = match args.plain {
        true => Lab::without_deviations(args.seed, context.now, &ledgers),
        false => Lab::new(args.seed, context.now, &ledgers),
    }
    .map_err(failed)?;
    // What is ordered here, and by whom.
    let (product, person) = wanted(&lab, args)?;
    if args.pair {
        lab = lab.with_pairs(&[product]).map_err(failed)?;
    }
    let own = lab.authorities.cas.iter_mut();
    for ca in own.filter(|ca| ca.issuer == args.issuer) {
        ca.settings.crl_partitions = args.partitions;
    }
    Site::name_addresses(&mut lab, args.issuer, address);

    terminal::say(format_args!("http://{address}/pkix/"));
    // At a branch, which has no opening hours (R16).
    let order = lab
        .order_at(Channel::Branch, person, product, Some(args.issuer))
        .map_err(failed)?;
    terminal::say(format_args!(
        "-ref {} -secret pass:{}",
        order.reference,
        order.authorization_code.expose_code()
    ));
    terminal::say(format_args!("http://{address}/ocsp"));
    let mut site = Site::new(&lab, args.issuer);
    if let Some(seconds) = args.time_window {
        site = site.with_message_time_window(Duration::from_secs(seconds.into()));
    }
    for path in site.paths() {
        terminal::say(format_args!("http://{address}{path}"));
    }
    terminal::say(format_args!(
        "{product}: {}, {}",
        person.name, person.idn_digits
    ));

    // The lab's time passes with the machine's, unless it was given.
    let (began, then) = (lab.now(), Instant::now());
    let answered = AtomicUsize::new(0);
    let answer = |request: &Request| {
        if !context.now_was_given {
            lab.wait_until(began.saturating_add(then.elapsed()));
        }
        let answer = site.answer(request, &mut npki::system_rng());
        let count = answered.fetch_add(1, Ordering::Relaxed) + 1;
        if args.requests.is_some_and(|most| count >= most) {
            listener.stop();
        }
        // A client's words, as it likes them.
        let (method, path) = (clean(&request.method), clean(&request.path));
        terminal::say(format_args!("{count}: {method} {path} {}", answer.told));
        answer.octets
    };
    // Of no request, the first would already be one too many.
    if args.requests != Some(0) {
        listener.serve(&answer);
    }
    let count = answered.into_inner();
    let mut page = context.page();
    page.say(&say!("{count}번 답했습니다.", "{count} requests answered."));
    Ok(Report::done(page, json!({ "answered": count })))
}

/// The product that was asked for, or the first that the bank sells of this CA's (R2), and who may have it.
fn wanted(lab: &Lab<'_>, args: &cli::Serve) -> Result<(Product, &'static Person), Failure> {
    let issuer = args.issuer;
    let rows = &lab.policy().catalogue().rows;
    let product = args.product.or_else(|| lab.first_product(issuer));
    let row = rows.iter().find(|row| Some(row.product) == product);
    row.filter(|row| row.offer(issuer).is_some())
        .and_then(|row| Some((row.product, Person::who_may_have(row)?)))
        .ok_or_else(|| {
            let own = rows.iter().filter(|row| row.offer(issuer).is_some());
            let own: Vec<_> = own.map(|row| row.product.to_string()).collect();
            let own = own.join(", ");
            Failure::usage(
                "not-offered",
                say!(
                    "{issuer}: 은행이 이 인증기관에서 발급하지 않는 상품입니다. 발급하는 것: {own}.",
                    "{issuer}: this bank does not sell that product of this CA's. It sells {own}."
                ),
            )
        })
}

/// Its keys are published: nobody beyond this machine is to take it for a CA.
fn refuse_the_world(listen: SocketAddr) -> Result<(), Failure> {
    if listen.ip().is_loopback() {
        return Ok(());
    }
    let at = listen.ip();
    Err(Failure::usage(
        "not-loopback",
        say!(
            "{at}: 시험용 인증기관은 루프백 주소에서만 엽니다.",
            "{at}: a lab listens on loopback alone."
        ),
    ))
}
