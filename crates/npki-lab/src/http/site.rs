use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use npki_ca::CrlScope;
use npki_cert::{Certificate, Crl};
use npki_cmp::http::{PKIXCMP, Request, Response};
use npki_core::Issuer;
use rand_core::CryptoRng;

use super::ocsp;
use crate::Lab;

/// What one CA of a lab answers over HTTP.
///
/// | path | what |
/// |---|---|
/// | any, by POST of `application/pkixcmp` | CMP |
/// | any, by POST of `application/ocsp-request`; `/ocsp/…` (RFC 6960 appendix A.1) | OCSP |
/// | `/root.der`, `/ca.der`, `/ocsp.der`, and `.pem` | certificates of the root, the CA, its responder |
/// | `/root.crl`, `/ca.crl`, `/dp1.crl` and so on; `/ca-delta.crl` and so on | lists, made when they are asked for, under the next number |
///
/// Everything is answered as of the lab's time. After an answer bank and CA settle what is open, so that the next
/// request finds the bank knowing.
///
/// ```
/// use npki_core::{Issuer, Product};
/// use npki_lab::{Lab, LabLedgers, Person, http::{Listener, Site}};
///
/// let listener = Listener::bind("127.0.0.1:0")?;
/// let ledgers = LabLedgers::in_memory();
/// let mut lab = Lab::new(1, "2026-11-23T10:00:00+09:00".parse()?, &ledgers)?;
/// Site::name_addresses(&mut lab, Issuer::Yessign, listener.address());
/// let held = lab.issue(Person::of("hong").ok_or("nobody")?, Product::PersonalLimited, Some(Issuer::Yessign))?;
///
/// let site = Site::new(&lab, Issuer::Yessign);
/// let answer = |request: &_| site.answer(request, &mut lab.rng()).octets;
/// listener.serve_while(&answer, || {
///     // Here your code asks for what the certificate names.
///     assert_eq!(held.certificate.ocsp_uris(), [format!("http://{}/ocsp", listener.address())]);
/// });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Site<'a> {
    pub(super) lab: &'a Lab<'a>,
    pub(super) issuer: Issuer,
    window: Option<Duration>,
}

/// An answer, and what can be told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What goes to the client, HTTP included.
    pub octets: Vec<u8>,
    /// A word or a line, such as `good 1234` or the failure behind a 500.
    pub told: String,
}

impl<'a> Site<'a> {
    /// What the CA with these habits answers.
    #[must_use]
    pub const fn new(lab: &'a Lab<'a>, issuer: Issuer) -> Self {
        Self {
            lab,
            issuer,
            window: None,
        }
    }

    /// Refuses CMP messages of which the messageTime lies further from the lab's time.
    #[must_use]
    pub const fn with_message_time_window(self, window: Duration) -> Self {
        Self {
            window: Some(window),
            ..self
        }
    }

    /// Lets the certificates that this CA gives from now on say that it is at `address`: a client that follows them
    /// finds it. Partitions of its list are as its settings say.
    pub fn name_addresses(lab: &mut Lab<'_>, issuer: Issuer, address: SocketAddr) {
        let own = lab.authorities.cas.iter_mut();
        for ca in own.filter(|ca| ca.issuer == issuer) {
            let list = match ca.settings.crl_partitions {
                1 => "ca",
                _ => "dp{partition}",
            };
            ca.settings.ocsp_uri = format!("http://{address}/ocsp");
            ca.settings.crl_uri = format!("http://{address}/{list}.crl");
        }
    }

    /// Paths that can be fetched: certificates in PEM, and lists that are no deltas.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        let ca = self.lab.ca(self.issuer);
        let partitions = ca.map_or(1, |ca| ca.settings().crl_partitions);
        let fixed = ["/root.pem", "/ca.pem", "/ocsp.pem", "/root.crl", "/ca.crl"];
        let parts = (1..=partitions).filter(|_| partitions > 1);
        let parts = parts.map(|number| format!("/dp{number}.crl"));
        fixed.into_iter().map(str::to_owned).chain(parts).collect()
    }

    /// Answers a request. What fails inside is answered by 500, or by OCSP's internalError, and told.
    pub fn answer(&self, request: &Request, rng: &mut dyn CryptoRng) -> Answered {
        let mut answered = self.route(request, rng);
        if let Err(error) = self.lab.settle() {
            answered.told = format!("{}; {error}", answered.told);
        }
        answered
    }

    fn route(&self, request: &Request, rng: &mut dyn CryptoRng) -> Answered {
        let kind = request.content_type.as_deref();
        match (&*request.method, kind, &*request.path) {
            ("POST", Some(PKIXCMP), _) => self.cmp(request, rng),
            ("POST", Some(ocsp::REQUEST), _) => {
                ocsp::answer(self, request, Some(&request.body), rng)
            }
            ("POST", ..) => Answered::bare(request, &Response::unsupported_media_type()),
            ("GET", _, path) => match path.strip_prefix("/ocsp/") {
                Some(question) => {
                    let question = ocsp::question_in(question);
                    ocsp::answer(self, request, question.as_deref(), rng)
                }
                None => self.file(request, path, rng),
            },
            _ => Answered::bare(request, &Response::method_not_allowed()),
        }
    }

    fn cmp(&self, request: &Request, rng: &mut dyn CryptoRng) -> Answered {
        let ca = self.lab.cmp_ca(self.issuer).map(|ca| match self.window {
            Some(window) => ca.with_message_time_window(window),
            None => ca,
        });
        let answer = ca.map(|ca| ca.answer(&request.body, self.lab.now(), rng));
        match answer {
            Some(Ok(answered)) => {
                let told = match answered.failure {
                    Some(failure) => format!("cmp: {failure}"),
                    None => "cmp".into(),
                };
                Answered::ok(request, PKIXCMP, &answered.der, told)
            }
            Some(Err(error)) => Answered::failed(request, &error),
            None => Answered::bare(request, &Response::not_found()),
        }
    }

    /// Certificates and lists. A list is made when it is asked for, under the next number.
    fn file(&self, request: &Request, path: &str, rng: &mut dyn CryptoRng) -> Answered {
        let certificate = |found: &Certificate| {
            let told = found.subject().to_npki_text();
            match path.ends_with(".pem") {
                true => Answered::ok(request, PEM, found.to_pem().as_bytes(), told),
                false => Answered::ok(request, CERTIFICATE, found.der(), told),
            }
        };
        let own = self.lab.authorities.ca(self.issuer);
        match (path, own) {
            ("/root.der" | "/root.pem", _) => certificate(&self.lab.authorities.root),
            ("/ca.der" | "/ca.pem", Some(own)) => certificate(&own.settings.certificate),
            ("/ocsp.der" | "/ocsp.pem", Some(own)) => certificate(&own.ocsp.certificate),
            _ => match self.list(path, rng) {
                Some(Ok(Some(crl))) => {
                    let (number, count) = (crl.number().unwrap_or_default(), crl.len());
                    let told = format!("crl {} with {count}", hex(number));
                    Answered::ok(request, "application/pkix-crl", crl.der(), told)
                }
                Some(Err(error)) => Answered::failed(request, &*error),
                // A delta before the list that it would amend.
                Some(Ok(None)) | None => Answered::bare(request, &Response::not_found()),
            },
        }
    }

    /// `None`: there is no list at this path.
    fn list(
        &self,
        path: &str,
        rng: &mut dyn CryptoRng,
    ) -> Option<Result<Option<Crl>, Box<dyn Error>>> {
        let now = self.lab.now();
        if path == "/root.crl" {
            let arl = self.lab.authorities.arl(now, rng);
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
                let partitions = ca.settings().crl_partitions;
                if partitions <= 1 || partition >= partitions {
                    return None;
                }
                CrlScope::Partition(partition)
            }
        };
        let crl = match is_delta {
            true => ca.delta_crl(scope, now, rng),
            false => ca.crl_of(scope, now, rng).map(Some),
        };
        Some(crl.map_err(Into::into))
    }
}

impl Answered {
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

    pub(super) fn failed(request: &Request, error: &dyn Error) -> Self {
        Self {
            octets: Response::failed().to_octets(request),
            told: error.to_string(),
        }
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

const CERTIFICATE: &str = "application/pkix-cert";
const PEM: &str = "application/x-pem-file";
