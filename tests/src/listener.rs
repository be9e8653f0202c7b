//! One CMP server on loopback, for programs that want an address.

use std::net::SocketAddr;

use npki_cmp::http::{PKIXCMP, Request, Response};
use npki_lab::http::Listener;

/// Serves while `client` runs, which gets the address; `answer` gives the answer to one message.
///
/// # Panics
/// If there is no loopback.
pub fn serve<T>(
    answer: impl Fn(&[u8]) -> Vec<u8> + Sync,
    client: impl FnOnce(SocketAddr) -> T,
) -> T {
    let listener = Listener::bind("127.0.0.1:0").expect("loopback is there");
    let answer =
        |request: &Request| Response::ok(PKIXCMP, &answer(&request.body)).to_octets(request);
    listener.serve_while(&answer, || client(listener.address()))
}
