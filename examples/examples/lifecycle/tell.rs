//! How the story is printed: what happens, what was decided, by which rule.

use npki::authority::ra::Refusal;
use npki::{Instant, Sentence};

pub(crate) fn chapter(ko: &str, en: &str) {
    println!("\n== {ko} ({en})");
}

pub(crate) fn line(now: Instant, ko: &str, en: &str) {
    println!("{now}  {ko}\n{:25}  {en}", "");
}

pub(crate) fn sentence(now: Instant, sentence: &Sentence) {
    line(now, &sentence.ko, &sentence.en);
}

pub(crate) fn refused(now: Instant, refusal: &Refusal) {
    for why in &refusal.why {
        let rule = why.rule().map_or_else(String::new, |rule| rule.to_string());
        let said = why.sentence();
        line(
            now,
            &format!("거절 {rule}: {}", said.ko),
            &format!("refused {rule}: {}", said.en),
        );
    }
}
