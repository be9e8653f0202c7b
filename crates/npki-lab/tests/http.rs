//! The listener under clients that do as they like. Bounds that are too large to be tried here are tried smaller at
//! the bottom of `src/http.rs`.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use npki_cmp::http::{Request, Response, ResponseReader};
use npki_lab::http::Listener;

/// Answers by the path and the body.
fn echo(request: &Request) -> Vec<u8> {
    let body = [request.path.as_bytes(), b" ", &request.body].concat();
    Response::ok("text/plain", &body).to_octets(request)
}

fn served<T>(client: impl FnOnce(&Listener) -> T) -> T {
    let listener = Listener::bind("127.0.0.1:0").unwrap();
    listener.serve_while(&echo, || client(&listener))
}

fn connected(listener: &Listener) -> TcpStream {
    let stream = TcpStream::connect(listener.address()).unwrap();
    // A server that hangs fails the test and does not stop it.
    let minute = Some(Duration::from_secs(60));
    stream.set_read_timeout(minute).unwrap();
    stream
}

/// The next answer on this connection.
#[track_caller]
fn answer(mut stream: &TcpStream) -> (u16, String) {
    let mut reader = ResponseReader::default();
    loop {
        let mut octet = [0];
        assert_eq!(stream.read(&mut octet).unwrap(), 1, "no answer");
        reader.push(&octet).unwrap();
        if let Some((status, body)) = reader.response().unwrap() {
            return (status, String::from_utf8(body).unwrap());
        }
    }
}

#[track_caller]
fn ask(mut stream: &TcpStream, octets: &[u8]) -> (u16, String) {
    stream.write_all(octets).unwrap();
    answer(stream)
}

/// What still comes until the server closes the connection.
fn rest(mut stream: &TcpStream) -> Vec<u8> {
    let mut octets = Vec::new();
    match stream.read_to_end(&mut octets) {
        Ok(_) => {}
        // It closed on octets of ours.
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
    octets
}

#[test]
fn both_versions_kept_and_not() {
    served(|listener| {
        let kept = connected(listener);
        for number in 0..100 {
            let request = format!("GET /{number} HTTP/1.1\r\n\r\n");
            let wanted = (200, format!("/{number} "));
            assert_eq!(ask(&kept, request.as_bytes()), wanted);
        }
        for (head, is_kept) in [
            ("GET / HTTP/1.0\r\n", false),
            ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n", true),
            ("GET / HTTP/1.1\r\n", true),
            ("GET / HTTP/1.1\r\nConnection: close\r\n", false),
        ] {
            let stream = connected(listener);
            let request = format!("{head}\r\n");
            assert_eq!(ask(&stream, request.as_bytes()), (200, "/ ".into()));
            match is_kept {
                true => assert_eq!(ask(&stream, request.as_bytes()), (200, "/ ".into())),
                false => assert_eq!(rest(&stream), b""),
            }
        }
    });
}

#[test]
fn several_at_once_are_answered_in_their_order() {
    served(|listener| {
        let stream = connected(listener);
        let first = b"POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n";
        let second = b"POST /2 HTTP/1.1\r\nContent-Length: 1\r\n\r\nbGET /3 HT";
        let found = ask(&stream, &[&first[..], second].concat());
        assert_eq!(found, (200, "/1 a".into()));
        assert_eq!(answer(&stream), (200, "/2 b".into()));
        assert_eq!(ask(&stream, b"TP/1.1\r\n\r\n"), (200, "/3 ".into()));
    });
}

#[test]
fn a_client_that_asks_is_told_to_go_on() {
    served(|listener| {
        let mut stream = connected(listener);
        let head = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n";
        stream.write_all(head).unwrap();
        let mut interim = [0; 25];
        stream.read_exact(&mut interim).unwrap();
        assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
        assert_eq!(ask(&stream, b"x"), (200, "/ x".into()));
    });
}

#[test]
fn a_request_cut_in_the_middle_is_not_answered() {
    served(|listener| {
        for half in [
            &b""[..],
            b"GE",
            b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\na",
        ] {
            let mut stream = connected(listener);
            stream.write_all(half).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            assert_eq!(rest(&stream), b"");
        }
    });
}

#[test]
fn nonsense_is_refused_and_ends_the_connection() {
    served(|listener| {
        let long = [b'a'; 8_193];
        for (octets, status) in [
            (&b"nonsense\r\n\r\n"[..], 400),
            (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400),
            (b"POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", 413),
            (&long, 431),
        ] {
            let stream = connected(listener);
            assert_eq!(ask(&stream, octets).0, status);
            stream.shutdown(Shutdown::Write).unwrap();
            assert_eq!(rest(&stream), b"");
        }
    });
}

/// 64 MiB are sent after the refusal; what the two sides' sockets hold is some 10.
#[test]
fn what_comes_after_a_refusal_is_not_read_without_end() {
    served(|listener| {
        let mut stream = connected(listener);
        let head = b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n";
        assert_eq!(ask(&stream, head).0, 413);
        let more = vec![0; 1 << 20];
        let refused = (0..64).find_map(|_| stream.write_all(&more).err());
        let kind = refused.unwrap().kind();
        assert!(matches!(
            kind,
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe
        ));
    });
}

#[test]
fn stopped_it_says_what_it_has_begun_and_ends() {
    let listener = Listener::bind("127.0.0.1:0").unwrap();
    let answer = |request: &Request| {
        if request.path == "/stop" {
            listener.stop();
        }
        echo(request)
    };
    std::thread::scope(|scope| {
        let server = scope.spawn(|| listener.serve(&answer));
        let (idle, half) = (connected(&listener), connected(&listener));
        assert_eq!(ask(&idle, b"GET / HTTP/1.1\r\n\r\n").0, 200);
        { &half }.write_all(b"GET /half").unwrap();
        let found = ask(&connected(&listener), b"GET /stop HTTP/1.1\r\n\r\n");
        assert_eq!(found, (200, "/stop ".into()));
        server.join().unwrap();
        assert_eq!((rest(&idle), rest(&half)), (vec![], vec![]));
    });
}

/// A test that fails while it serves must end.
#[test]
fn panics_come_out() {
    let listener = Listener::bind("127.0.0.1:0").unwrap();
    let failed = || listener.serve_while(&echo, || panic!("a client fails"));
    assert!(catch_unwind(AssertUnwindSafe(failed)).is_err());

    let listener = Listener::bind("127.0.0.1:0").unwrap();
    let answer = |request: &Request| match &*request.path {
        "/" => echo(request),
        _ => panic!("an answer fails"),
    };
    let failed = || {
        listener.serve_while(&answer, || {
            let stream = connected(&listener);
            { &stream }
                .write_all(b"GET /fail HTTP/1.1\r\n\r\n")
                .unwrap();
            assert_eq!(rest(&stream), b"");
            // It costs others nothing.
            let found = ask(&connected(&listener), b"GET / HTTP/1.1\r\n\r\n");
            assert_eq!(found.0, 200);
        });
    };
    assert!(catch_unwind(AssertUnwindSafe(failed)).is_err());
}

#[test]
fn only_on_loopback() {
    for address in ["0.0.0.0:0", "[::]:0"] {
        let refused = Listener::bind(address).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidInput);
    }
}
