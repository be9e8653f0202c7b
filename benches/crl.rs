//! A CRL of 10,000, 100,000 and 1,000,000 entries: our writer beside SHA-256 of the same octets, its hard floor.
//!
//! ```sh
//! cargo bench -p npki-benches --bench crl
//! ```
//!
//! The writer reads a sorted list of entries with serials of 16 octets, as rcgen does, and writes to a sink. Its own time
//! leaves the signature out; a row beside it signs with RSA-2048 by npki-key-aws-lc, as rcgen does on AWS-LC. `openssl ca -gencrl` is a whole process, from its text file to a file. Memory is what was held at once
//! beside what was there before, the lists among it. Figures: `benches/README.md`.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use npki::system_rng;
use npki_benches::{Counting, Row, Table, openssl, rounds};
use npki_cert::{Certificate, CrlEntry, CrlParams, CrlStream, RevocationReason, SerialNumber};
use npki_core::{HashAlgorithm, Instant};
use npki_key::{PrivateKey, SigningKey};
use npki_key_aws_lc::AwsLcSigningKey;

#[global_allocator]
static ALLOCATOR: Counting = Counting::new();

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", npki_benches::sha1_instructions());
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
    let key = AwsLcSigningKey::new(&PrivateKey::parse(RSA)?)?;
    for (count, most) in [(10_000_u32, 15), (100_000, 15), (1_000_000, 5)] {
        size(&params, &key, count, rounds().min(most))?;
    }
    Ok(())
}

fn size(
    params: &CrlParams<'_>,
    key: &dyn SigningKey,
    count: u32,
    rounds: usize,
) -> Result<(), Box<dyn Error>> {
    let sha256 = HashAlgorithm::Sha256;
    let list: Vec<CrlEntry> = entries(count).collect();
    let mut whole = Vec::new();
    CrlStream::new(params, || list.iter())?.write_tbs(256, sha256, &mut whole)?;
    let write = || {
        let stream = CrlStream::new(params, || list.iter()).ok()?;
        stream.write_tbs(256, sha256, &mut io::sink()).ok()
    };
    let write_signed = || {
        let stream = CrlStream::new(params, || list.iter()).ok()?;
        let digest = stream.write_tbs(256, sha256, &mut io::sink()).ok()?;
        let signature = key.sign_digest(&digest, &mut system_rng()).ok()?;
        stream
            .write_signature(signature.octets(), 256, &mut io::sink())
            .ok()
    };
    let (_, ours) = ALLOCATOR.peak_of(write);
    let rcgen = rcgen_writes(count)?;
    let (_, theirs) = ALLOCATOR.peak_of(&rcgen);
    println!(
        "\n{count} entries, {} octets, {rounds} rounds; held at once beside the list: ours {} KiB (goal 32,768), rcgen {} KiB",
        whole.len(),
        ours.div_ceil(1024),
        theirs.div_ceil(1024),
    );
    let folder = tempfile::tempdir()?;
    let mut table = Table::default();
    table.add(Row::here("SHA-256 of it", 1, || {
        sha256.digest(black_box(&whole))
    }));
    table.add(Row::here("CrlStream (goal 2)", 1, write));
    table.add(Row::here("CrlStream, signed", 1, write_signed));
    table.add(Row::here("rcgen on AWS-LC, signed", 1, rcgen));
    if openssl_prepares(folder.path(), count).is_ok() {
        table.add(Row::new("openssl ca -gencrl, wall's clock", || {
            let start = SystemTime::now();
            let fine = openssl(folder.path(), "ca -gencrl -config ca.cnf -out crl.pem").is_ok();
            let spent = start.elapsed().unwrap_or(Duration::ZERO);
            if fine {
                spent.as_secs_f64() * 1e9
            } else {
                f64::NAN
            }
        }));
    }
    table.run(rounds);
    table.print((1e6, "ms"));
    Ok(())
}

/// Sorted; serials of 16 octets, as if drawn at random, a year of revocations in no order.
fn entries(count: u32) -> impl Iterator<Item = CrlEntry> {
    let step = step(count);
    (1..=count).filter_map(move |number| {
        Some(CrlEntry {
            serial_number: SerialNumber::from_octets(&serial(number, step)).ok()?,
            revoked_at: Instant::from_unix_seconds(at(number)).ok()?,
            reason: Some(RevocationReason::KeyCompromise),
            invalidity: None,
        })
    })
}

/// Between two serials.
fn step(count: u32) -> u128 {
    u128::MAX / 4 / u128::from(count)
}

fn serial(number: u32, step: u128) -> [u8; 16] {
    (u128::from(number) * step + FIRST).to_be_bytes()
}

/// Who comes next by serial number was revoked on any day of the year.
fn at(number: u32) -> i64 {
    1_790_000_000 - i64::from(number.wrapping_mul(2_654_435_761) % 31_536_000)
}

/// The same entries in a list of rcgen's.
fn rcgen_writes(count: u32) -> Result<impl Fn() -> Result<usize, rcgen::Error>, Box<dyn Error>> {
    let time = |seconds: i64| {
        let seconds = u64::try_from(seconds).unwrap_or_default();
        (SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).into()
    };
    let key = RSA.to_vec().into();
    let key = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&key, &rcgen::PKCS_RSA_SHA256)?;
    let issuer = rcgen::Issuer::new(rcgen::CertificateParams::new([])?, key);
    let revoked = (1..=count).map(|number| rcgen::RevokedCertParams {
        serial_number: serial(number, step(count)).to_vec().into(),
        revocation_time: time(at(number)),
        reason_code: Some(rcgen::RevocationReason::KeyCompromise),
        invalidity_date: None,
    });
    let params = rcgen::CertificateRevocationListParams {
        this_update: time(1_795_000_000),
        next_update: time(1_795_086_400),
        crl_number: 7_u64.into(),
        issuing_distribution_point: None,
        revoked_certs: revoked.collect(),
        key_identifier_method: rcgen::KeyIdMethod::Sha256,
    };
    Ok(move || Ok(params.signed_by(&issuer)?.der().len()))
}

fn openssl_prepares(folder: &Path, count: u32) -> Result<(), Box<dyn Error>> {
    fs::write(folder.join("ca.key"), RSA)?;
    fs::write(folder.join("ca.cnf"), OPENSSL_CA)?;
    fs::write(folder.join("number"), "07\n")?;
    openssl(folder, "rsa -inform DER -in ca.key -out key.pem")?;
    openssl(
        folder,
        "req -x509 -new -key key.pem -subj /CN=Bench -days 3650 -config ca.cnf -out ca.pem",
    )?;
    let mut index = String::new();
    for number in 1..=count {
        let serial: String =
            serial(number, step(count))
                .iter()
                .fold(String::new(), |mut hex, octet| {
                    let _ = write!(hex, "{octet:02X}");
                    hex
                });
        let second = number % 60;
        writeln!(
            index,
            "R\t350101000000Z\t2609211201{second:02}Z,keyCompromise\t{serial}\tunknown\t/CN=Hong"
        )?;
    }
    Ok(fs::write(folder.join("index.txt"), index)?)
}

const OPENSSL_CA: &str = "\
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = bench
[bench]
database = index.txt
crlnumber = number
certificate = ca.pem
private_key = key.pem
default_md = sha256
default_crl_days = 1
unique_subject = no
";

/// So that every serial number has 16 octets.
const FIRST: u128 = 1 << 120;
const ISSUER: &[u8] = include_bytes!("../crates/npki-cert/tests/vectors/openssl/root.der");
const RSA: &[u8] = include_bytes!("../crates/npki-key/tests/vectors/keys/rsa-2048.der");
