//! One CMP server on loopback, for programs that want an address.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use npki_cmp::http::{PKIXCMP, RequestReader, Response};

/// Serves while `client` runs, which gets the address; `answer` gives the answer to one message.
///
/// # Panics
/// If there is no loopback.
pub fn serve<T>(
    answer: impl Fn(&[u8]) -> Vec<u8> + Sync,
    client: impl FnOnce(SocketAddr) -> T,
) -> T {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    listener
        .set_nonblocking(true)
        .expect("a listener can be asked without waiting");
    let address = listener.local_addr().expect("a listener has an address");
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                match listener.accept() {
                    // A client that goes away is no fault of the server's.
                    Ok((stream, _)) => drop(connection(stream, &answer)),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        std::thread::sleep(Duration::from_millis(2));
                    }
                    Err(_) => break,
                }
            }
        });
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| client(address)));
        over.store(true, Ordering::Relaxed);
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn connection(mut stream: TcpStream, answer: &impl Fn(&[u8]) -> Vec<u8>) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut reader = RequestReader::default();
    let mut octets = [0; 4096];
    loop {
        let request = match reader.request() {
            Ok(Some(request)) => request,
            Ok(None) => {
                let length = stream.read(&mut octets)?;
                let Some(read) = octets.get(..length).filter(|read| !read.is_empty()) else {
                    return Ok(());
                };
                if reader.push(read).is_ok() {
                    continue;
                }
                return Ok(());
            }
            Err(error) => return stream.write_all(&Response::of_error(&error).to_last_octets()),
        };
        let body = answer(&request.body);
        stream.write_all(&Response::ok(PKIXCMP, &body).to_octets(&request))?;
        if !request.keep_alive {
            return Ok(());
        }
    }
}
