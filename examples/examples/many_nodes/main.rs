//! Four processes of one bank and its CAs on one PostgreSQL, all at once, while one of them is killed.
//!
//! Each node is a process with its own connections. All of them issue, renew, reissue and revoke at the same time, and
//! all want a certificate for the same two customers. One is killed (SIGKILL) in the middle of its work and started
//! again. Then what was left half done is finished or ends by its deadlines (`reconcile`), the laws are checked, and
//! every ledger is audited. Whoever opens a ledger has it compared first with a checkpoint that lies elsewhere.
//!
//! Run, with a cluster of your own (what it makes are the schemas `nodes-<time>-…`, and it leaves them there):
//!
//! ```sh
//! initdb -D /tmp/npki -A trust -U npki && pg_ctl -D /tmp/npki -o '-k /tmp/npki -c listen_addresses= -c max_connections=200' -w start
//! cargo run --release --example many_nodes -- 'host=/tmp/npki user=npki dbname=postgres'
//! pg_ctl -D /tmp/npki stop
//! ```
//!
//! Or with the connection string in `NPKI_POSTGRES`. Without one it says so and ends.
//!
//! Expected: what each node did and was refused, then seven laws that hold, and `끝 (done)`.

mod laws;
mod node;
mod place;

use std::{
    error::Error,
    fs,
    process::{Child, Command, ExitCode},
    thread,
    time::{Duration, Instant},
};

use npki::authority::ledger::Start;
use npki_lab::Held;

use place::Place;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let done = match arguments.next() {
        Some(node) if node == NODE => node::work(arguments),
        Some(url) => coordinate(url),
        None => match std::env::var("NPKI_POSTGRES") {
            Ok(url) => coordinate(url),
            Err(_) => {
                println!("passed over: no PostgreSQL. Say where one is:");
                println!(
                    "  cargo run --release --example many_nodes -- 'host=/tmp/npki user=npki dbname=postgres'"
                );
                println!("The head of this example tells how to start a cluster of your own.");
                Ok(())
            }
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("many_nodes: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// The argument that makes a process a node.
const NODE: &str = "--node";

/// How many there are.
const NODES: u64 = 4;

fn coordinate(url: String) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let now = npki::now().kst_day().start().saturating_add(TEN_OCLOCK);
    let name = format!(
        "nodes-{}-{}",
        npki::now().unix_seconds(),
        std::process::id()
    );
    let place = Place {
        url,
        name,
        folder: folder.path().to_owned(),
        now,
    };
    println!("ledgers {}-bank and {0}-ca-…, {NODES} nodes", place.name);

    // Eleven months ago everybody got a certificate that can be renewed by now.
    let ledgers = place.ledgers(Start::First)?;
    let lab = place.lab(&ledgers, None)?;
    for number in 1..=NODES {
        let customer = place::customer(number, "a");
        let held = lab.issue(&customer, npki::Product::PersonalLimited, None)?;
        place.keep(number, &held)?;
    }
    drop(lab);
    drop(ledgers);

    let began = Instant::now();
    let start = |number: u64, seed: u64| -> Result<Child, Box<dyn Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(NODE).args(place.arguments());
        Ok(command
            .args([number.to_string(), seed.to_string()])
            .spawn()?)
    };
    let mut nodes = (1..=NODES)
        .map(|number| start(number, number))
        .collect::<Result<Vec<_>, _>>()?;
    kill_in_the_middle(&place, nodes.last_mut().ok_or("no node")?)?;
    println!("node {NODES} was killed and starts again");
    nodes.push(start(NODES, NODES + 100)?);
    let mut faults = 0;
    for (number, mut node) in (1..).zip(nodes) {
        // The one that was killed does not count.
        let status = node.wait()?;
        faults += u64::from(!status.success() && number != NODES);
    }
    if faults > 0 {
        return Err(format!("{faults} nodes failed").into());
    }

    let ledgers = place.ledgers(Start::Again)?;
    let lab = place.lab(&ledgers, Some(99))?;
    // Whatever was left open ends by its deadline.
    lab.wait(Duration::from_secs(3 * 86_400));
    lab.settle()?;
    let seconds = began.elapsed().as_secs_f64();
    laws::hold(&place, &lab, &ledgers)?;
    let events: u64 = laws::events(&ledgers)?;
    println!("{events} events; the nodes worked for {seconds:.1} s");
    println!("끝 (done)");
    Ok(())
}

/// Waits until the node has had something acknowledged and is at its next, then kills it.
fn kill_in_the_middle(place: &Place, node: &mut Child) -> Result<(), Box<dyn Error>> {
    let acknowledged = place.acknowledged(NODES);
    let deadline = Instant::now() + Duration::from_secs(120);
    while !fs::metadata(&acknowledged).is_ok_and(|file| file.len() > 0) {
        if let Some(status) = node.try_wait()? {
            return Err(format!("node {NODES} ended before it was killed: {status}").into());
        }
        if Instant::now() > deadline {
            return Err("no node got anywhere".into());
        }
        thread::sleep(Duration::from_millis(5));
    }
    // Some instant of the next hundredth of a second: somewhere within the next application.
    let chance = u64::from(std::process::id()) * 7_919 % 10_000;
    thread::sleep(Duration::from_micros(chance));
    Ok(node.kill()?)
}

const TEN_OCLOCK: Duration = Duration::from_secs(10 * 3_600);

impl Place {
    /// Keeps certificate and key for the node that is to renew it. The lab's keys are published.
    fn keep(&self, number: u64, held: &Held) -> std::io::Result<()> {
        fs::write(self.certificate(number), held.certificate.der())?;
        fs::write(self.key(number), held.key.expose_der())
    }
}
