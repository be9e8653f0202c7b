//! The life of certificates, killed at every ledger write and at every port call of bank and CAs, and taken up again.
//!
//! Two lives are lived in the lab, by a client that repeats each request with its key until it is answered: a paid
//! certificate (issued, reissued after a leak; issued, revoked in time, refunded) and a free one (issued, renewed,
//! reissued after a leak). Each is lived once in peace, and then once for every single fault: every commit of each
//! ledger, not recorded or recorded, with the program dead afterwards or alive; every call of every port,
//! not made or with its answer lost. Whatever the fault, the end is that of the peaceful life ([`end::End`]).
//!
//! A plain run takes every seventeenth fault, so that all kinds and all places have their turn; `NPKI_SWEEP=full` takes
//! all of them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds something else than it expects is to stop"
)]

mod client;
mod end;
mod world;

use core::time::Duration;

use npki_core::{Issuer, Product, ReplacedBecause, RevocationReason};
use npki_lab::{Port, Stage, Trouble};
use npki_ledger::faults::{Fault, Then, When};
use npki_policy::{CertificateState, Krw};
use npki_ra::Refund;

use client::Client;
use end::End;
use world::World;

/// What goes wrong.
#[derive(Clone, Copy, Debug)]
enum Wrong {
    /// A commit of the bank (0) or of a CA (1, 2, …).
    Commit(usize, Fault),
    /// A call of a port.
    Call(Port, u64, Trouble),
}

/// A life: lived by the client, in its world.
type Life = fn(&mut Client<'_>);

const FEE: Krw = Krw(4_400);

fn paid(client: &mut Client<'_>) {
    let general = Product::PersonalGeneral;
    let held = client.issue("first", general, Issuer::Kica);
    assert_eq!(client.money(), [(FEE, Stage::Captured)]);
    client.wait(Duration::from_secs(86_400));
    let held = client.reissue("leaked", &held, ReplacedBecause::Leaked);
    // A reissue costs nothing.
    assert_eq!(client.money(), [(FEE, Stage::Captured)]);
    client.wait(Duration::from_secs(9 * 86_400));
    let late = client.revoke("late", &held, RevocationReason::CessationOfOperation);
    assert_eq!(late, Refund::None);

    let held = client.issue("second", general, Issuer::Kica);
    client.wait(Duration::from_secs(86_400));
    let in_time = client.revoke("in time", &held, RevocationReason::CessationOfOperation);
    assert_eq!(in_time, Refund::Decided);
}

fn free(client: &mut Client<'_>) {
    let held = client.issue("first", Product::PersonalLimited, Issuer::Yessign);
    client.wait_until(
        held.certificate
            .not_after()
            .kst_day()
            .plus_days(-20)
            .start(),
    );
    client.wait(Duration::from_secs(10 * 3600));
    let held = client.renew("renewed", &held);
    client.wait(Duration::from_secs(86_400));
    client.reissue("leaked", &held, ReplacedBecause::Leaked);
}

#[test]
fn a_paid_life_ends_the_same_after_every_fault() {
    let end = sweep(paid);
    assert_eq!(end.states, [CertificateState::Revoked; 3]);
    assert_eq!(end.money, [(FEE, Stage::Captured), (FEE, Stage::Refunded)]);
    // 10,000 less one fee.
    assert_eq!(end.balance, Krw(5_600));
}

#[test]
fn a_free_life_ends_the_same_after_every_fault() {
    use CertificateState::{Issued, Renewed, Revoked};

    let end = sweep(free);
    assert_eq!(end.states, [Renewed, Revoked, Issued]);
    assert_eq!(end.money, []);
    assert_eq!(end.balance, Krw(10_000));
}

/// Lives in peace, then with each fault; gives the end that all of them had.
fn sweep(life: Life) -> End {
    let world = World::new();
    let (peace, calls) = live(life, &world, None);
    let all = faults(&world.commits(), &calls);
    let full = std::env::var("NPKI_SWEEP").is_ok_and(|sweep| sweep == "full");
    // Seventeen has no factor in common with the two and four ways to fail at a place.
    let stride = if full { 1 } else { 17 };
    let mut lived = 0;
    for wrong in all.iter().step_by(stride) {
        let (end, _) = live(life, &World::new(), Some(*wrong));
        assert_eq!(end, peace, "{wrong:?}");
        lived += 1;
    }
    println!("{lived} of {} faults", all.len());
    peace
}

/// One life; gives its end, and how often each port was called.
fn live(life: Life, world: &World, wrong: Option<Wrong>) -> (End, Vec<(Port, u64)>) {
    let mut client = Client::new(world);
    match wrong {
        None => {}
        Some(Wrong::Commit(ledger, fault)) => world.arm(ledger, fault),
        Some(Wrong::Call(port, call, trouble)) => client.trouble_at(port, call, trouble),
    }
    client.fate = wrong.map(|wrong| format!("{wrong:?}"));
    life(&mut client);
    let calls = Port::ALL
        .iter()
        .map(|port| (*port, client.calls_of(*port)))
        .collect();
    (client.end(), calls)
}

fn faults(commits: &[u64], calls: &[(Port, u64)]) -> Vec<Wrong> {
    let mut all = Vec::new();
    for (ledger, commits) in commits.iter().enumerate() {
        for call in 1..=*commits {
            for (when, then) in [
                (When::Before, Then::Dies),
                (When::After, Then::Dies),
                (When::Before, Then::GoesOn),
                (When::After, Then::GoesOn),
            ] {
                all.push(Wrong::Commit(ledger, Fault { call, when, then }));
            }
        }
    }
    for (port, calls) in calls {
        for call in 1..=*calls {
            for trouble in [Trouble::Down, Trouble::AnswerLost] {
                all.push(Wrong::Call(*port, call, trouble));
            }
        }
    }
    // A life in which nothing can go wrong would pass.
    assert!(all.len() > 200, "{} faults", all.len());
    all
}
