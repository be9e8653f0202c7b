//! The engine against a naive model of the rules that shares no code with it.
//!
//! `NPKI_POLICY_CASES` sets how many questions are put; left out, some ten thousands.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod calendar;
mod engine;
mod naive;
mod tape;

use npki_policy::Policy;
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};

#[test]
fn the_engine_decides_as_the_naive_model_does() {
    let cases = match std::env::var("NPKI_POLICY_CASES") {
        Ok(cases) => cases.parse().expect("NPKI_POLICY_CASES is a number"),
        Err(_) => 20_000,
    };
    let policy = Policy::shipped();
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    TestRunner::new(config)
        .run(&questions(), |question| {
            let engine = engine::decide(&policy, &question);
            prop_assert_eq!(engine, naive::decide(&question), "engine, model");
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

fn questions() -> impl Strategy<Value = naive::Question> {
    vec(any::<u16>(), tape::LENGTH).prop_map(|tape| tape::question(&tape))
}
