//! HTTP: what comes is read alike in whatever pieces it comes, as requests and as an answer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use npki_cmp::http::{HttpError, Request, RequestReader, ResponseReader};

fuzz_target!(|data: &[u8]| {
    assert_eq!(requests(data, data.len()), requests(data, 1));
    assert_eq!(answer(data, data.len()), answer(data, 1));
});

fn requests(data: &[u8], piece: usize) -> (Vec<Request>, Option<HttpError>) {
    let mut reader = RequestReader::default();
    let mut found = Vec::new();
    for piece in data.chunks(piece.max(1)) {
        if let Err(error) = reader.push(piece) {
            return (found, Some(error));
        }
        loop {
            match reader.request() {
                Ok(Some(request)) => found.push(request),
                Ok(None) => break,
                Err(error) => return (found, Some(error)),
            }
        }
        let _ = reader.interim();
    }
    (found, None)
}

fn answer(data: &[u8], piece: usize) -> Result<Option<(u16, Vec<u8>)>, HttpError> {
    let mut reader = ResponseReader::default();
    for piece in data.chunks(piece.max(1)) {
        reader.push(piece)?;
        if let Some(answer) = reader.response()? {
            return Ok(Some(answer));
        }
    }
    Ok(reader.end().ok())
}
