//! A CRL of 10,000, 100,000 and 1,000,000 entries: our writer beside SHA-256 of the same octets, its hard floor.
//!
//! ```sh
//! cargo bench -p npki-benches --bench crl
//! ```
//!
//! The writer is fed by a sorted iterator of entries with serials of 16 octets and writes to a sink; the signature's length
//! is that of RSA-2048, the signature itself is not made. Its memory is what the process's peak grows by while it writes.

use std::error::Error;
use std::hint::black_box;
use std::io;

use npki_benches::{Row, Table, rounds};
use npki_cert::{Certificate, CrlEntry, CrlParams, CrlStream, RevocationReason, SerialNumber};
use npki_core::{HashAlgorithm, Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let rounds = rounds().min(15);
    println!("{rounds} rounds; {}", npki_benches::sha1_instructions());
    let issuer = Certificate::parse(ISSUER)?;
    let algorithm = issuer.signature_algorithm().clone();
    let params = CrlParams {
        issuer: &issuer,
        signature_algorithm: &algorithm,
        this_update: Instant::from_unix_seconds(1_795_000_000)?,
        next_update: Instant::from_unix_seconds(1_795_086_400)?,
        number: 7,
        distribution_point: None,
        base_number: None,
        freshest_crl: None,
    };
    let sha256 = HashAlgorithm::Sha256;
    for count in [10_000_u32, 100_000, 1_000_000] {
        let mut whole = Vec::new();
        let stream = CrlStream::new(&params, || entries(count))?;
        stream.write_tbs(256, sha256, &mut whole)?;
        let before = peak();
        CrlStream::new(&params, || entries(count))?.write_tbs(256, sha256, &mut io::sink())?;
        let grown = peak().zip(before).map(|(after, before)| after - before);
        println!(
            "{count} entries, {} octets; the writer's peak grew by {} KiB",
            whole.len(),
            grown.map_or_else(|| "?".to_owned(), |kib| kib.to_string()),
        );
        let mut table = Table::default();
        table.add(Row::here(&format!("SHA-256, {count} entries"), 1, || {
            sha256.digest(black_box(&whole))
        }));
        table.add(Row::here(&format!("CrlStream, {count} entries"), 1, || {
            let stream = CrlStream::new(&params, || entries(count)).ok()?;
            stream.write_tbs(256, sha256, &mut io::sink()).ok()
        }));
        table.run(rounds);
        table.print((1e6, "ms"));
        println!();
    }
    Ok(())
}

/// Sorted; serials of 16 octets, as if drawn at random, a month of revocations.
fn entries(count: u32) -> impl Iterator<Item = CrlEntry> {
    let step = u128::MAX / 4 / u128::from(count);
    (1..=count).filter_map(move |number| {
        let serial = (u128::from(number) * step + FIRST).to_be_bytes();
        Some(CrlEntry {
            serial_number: SerialNumber::from_octets(&serial).ok()?,
            revoked_at: Instant::from_unix_seconds(1_790_000_000 + i64::from(number % 2_592_000))
                .ok()?,
            reason: Some(RevocationReason::KeyCompromise),
            invalidity: None,
        })
    })
}

/// So that every serial number has 16 octets.
const FIRST: u128 = 1 << 120;

/// The process's largest resident set so far, in KiB, where Linux tells it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

const ISSUER: &[u8] = include_bytes!("../crates/npki-cert/tests/vectors/openssl/root.der");
