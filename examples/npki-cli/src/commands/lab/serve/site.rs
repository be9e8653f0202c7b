use std::net::SocketAddr;
use std::time::{self, Duration};

use npki::system_rng;
use npki_ca::CrlScope;
use npki_cert::{Certificate, Crl};
use npki_cmp::http::{PKIXCMP, Request, Response};
use npki_core::{Instant, Issuer};
use npki_lab::Lab;

use super::ocsp;
use crate::cli;
use crate::context::Context;
use crate::terminal;

/// What a lab's CA answers over HTTP.
pub(super) struct Site<'a> {
    pub(super) lab: &'a Lab<'a>,
    pub(super) issuer: Issuer,
    /// When it began, by the lab's clock and by the machine's: the lab's time passes with it, unless it was given.
    began: Option<(Instant, time::Instant)>,
    /// How far a request's messageTime may lie from then.
    window: Option<Duration>,
}

/// What goes back, and what people are told of it.
pub(super) struct Answer {
    pub(super) octets: Vec<u8>,
    pub(super) told: String,
}

impl<'a> Site<'a> {
    pub(super) fn new(lab: &'a Lab<'a>, args: &cli::Serve, context: &Context) -> Self {
        let seconds = args.time_window.map(u64::from);
        Self {
            lab,
            issuer: args.issuer,
            began: (!context.now_was_given).then(|| (lab.now(), time::Instant::now())),
            window: seconds.map(Duration::from_secs),
        }
    }

    pub(super) fn answer(&self, request: &Request) -> Answer {
        if let Some((lab, machine)) = self.began {
            self.lab.wait_until(lab.saturating_add(machine.elapsed()));
        }
        let answer = self.route(request);
        // The bank hears at once what its CA did, so that the next request finds it knowing.
        if let Err(error) = self.lab.settle() {
            terminal::say(error);
        }
        answer
    }

    fn route(&self, request: &Request) -> Answer {
        let kind = request.content_type.as_deref();
        match (&*request.method, kind, &*request.path) {
            ("POST", Some(PKIXCMP), _) => self.cmp(request),
            ("POST", Some(ocsp::REQUEST), _) => ocsp::answer(self, request, Some(&request.body)),
            ("POST", ..) => Answer::bare(request, &Response::unsupported_media_type()),
            ("GET", _, path) => match path.strip_prefix("/ocsp/") {
                Some(question) => {
                    ocsp::answer(self, request, ocsp::question_in(question).as_deref())
                }
                None => self.file(request, path),
            },
            _ => Answer::bare(request, &Response::method_not_allowed()),
        }
    }

    fn cmp(&self, request: &Request) -> Answer {
        let ca = self.lab.cmp_ca(self.issuer).map(|ca| match self.window {
            Some(window) => ca.with_message_time_window(window),
            None => ca,
        });
        let answer = ca.map(|ca| ca.answer(&request.body, self.lab.now(), &mut system_rng()));
        match answer {
            Some(Ok(answered)) => {
                let told = match answered.failure {
                    Some(failure) => format!("cmp: {failure}"),
                    None => "cmp".into(),
                };
                Answer::ok(request, PKIXCMP, &answered.der, told)
            }
            _ => Answer::bare(request, &Response::failed()),
        }
    }

    /// Certificates and lists. A list is made when it is asked for, under the next number.
    fn file(&self, request: &Request, path: &str) -> Answer {
        let certificate = |found: &Certificate| {
            let told = found.subject().to_npki_text();
            match path.ends_with(".pem") {
                true => Answer::ok(request, PEM, found.to_pem().as_bytes(), told),
                false => Answer::ok(request, CERTIFICATE, found.der(), told),
            }
        };
        let own = self.lab.authorities.ca(self.issuer);
        match (path, own) {
            ("/root.der" | "/root.pem", _) => certificate(&self.lab.authorities.root),
            ("/ca.der" | "/ca.pem", Some(own)) => certificate(&own.settings.certificate),
            ("/ocsp.der" | "/ocsp.pem", Some(own)) => certificate(&own.ocsp.certificate),
            _ => match self.list(path) {
                Some(Ok(Some(crl))) => {
                    let (number, count) = (crl.number().unwrap_or_default(), crl.len());
                    let told = format!("crl {} with {count}", hex(number));
                    Answer::ok(request, "application/pkix-crl", crl.der(), told)
                }
                Some(Err(error)) => {
                    terminal::say(error);
                    Answer::bare(request, &Response::failed())
                }
                // A delta before the list that it would amend.
                Some(Ok(None)) | None => Answer::bare(request, &Response::not_found()),
            },
        }
    }

    /// `None`: there is no list at this path.
    fn list(&self, path: &str) -> Option<Result<Option<Crl>, Box<dyn std::error::Error>>> {
        let (now, mut rng) = (self.lab.now(), system_rng());
        if path == "/root.crl" {
            let arl = self.lab.authorities.arl(now, &mut rng);
            return Some(arl.map(Some).map_err(Into::into));
        }
        let ca = self.lab.ca(self.issuer)?;
        let name = path.strip_prefix('/')?.strip_suffix(".crl")?;
        let (name, is_delta) = match name.strip_suffix("-delta") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let scope = match name {
            "ca" => CrlScope::Whole,
            _ => {
                let number: u32 = name.strip_prefix("dp")?.parse().ok()?;
                let partition = number.checked_sub(1)?;
                if partition >= ca.settings().crl_partitions {
                    return None;
                }
                CrlScope::Partition(partition)
            }
        };
        let crl = match is_delta {
            true => ca.delta_crl(scope, now, &mut rng),
            false => ca.crl_of(scope, now, &mut rng).map(Some),
        };
        Some(crl.map_err(Into::into))
    }
}

impl Answer {
    pub(super) fn ok(request: &Request, kind: &str, body: &[u8], told: String) -> Self {
        Self {
            octets: Response::ok(kind, body).to_octets(request),
            told,
        }
    }

    pub(super) fn bare(request: &Request, response: &Response<'_>) -> Self {
        Self {
            octets: response.to_octets(request),
            told: "refused".into(),
        }
    }
}

/// The certificates that it gives say where it is: a client that follows them finds it.
pub(super) fn name_addresses(lab: &mut Lab<'_>, args: &cli::Serve, address: SocketAddr) {
    let own = lab.authorities.cas.iter_mut();
    for ca in own.filter(|ca| ca.issuer == args.issuer) {
        ca.settings.ocsp_uri = format!("http://{address}/ocsp");
        ca.settings.crl_partitions = args.partitions;
        let list = match args.partitions {
            1 => "ca",
            _ => "dp{partition}",
        };
        ca.settings.crl_uri = format!("http://{address}/{list}.crl");
    }
}

/// What there is to fetch.
pub(super) fn paths(partitions: u32) -> impl Iterator<Item = String> {
    let fixed = ["/root.pem", "/ca.pem", "/ocsp.pem", "/root.crl", "/ca.crl"];
    let parts = (1..=partitions).filter(move |_| partitions > 1);
    let parts = parts.map(|number| format!("/dp{number}.crl"));
    fixed.into_iter().map(str::to_owned).chain(parts)
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

const CERTIFICATE: &str = "application/pkix-cert";
const PEM: &str = "application/x-pem-file";
