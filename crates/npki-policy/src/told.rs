use npki_core::{Fact, Instant, Sentence};

use crate::{Krw, ParameterRow, TimeOfDay, rules::Text};

/// A fact that a rule used, before it becomes text: as recorded, in Korean and in English.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) name: &'static str,
    pub(crate) value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    At(Instant),
    Clock(TimeOfDay),
    Count(u64),
    Flag(bool),
    Won(Krw),
    /// A stable word and what people are shown for it.
    Word(&'static str, Sentence),
}

impl Told {
    pub(crate) fn parameter(row: ParameterRow) -> Self {
        Self {
            name: row.name,
            value: Value::Word("", row.value),
        }
    }

    /// As it stands in a verdict.
    pub(crate) fn fact(&self) -> Fact {
        let value = match &self.value {
            Value::At(instant) => instant.to_string(),
            Value::Clock(time) => time.to_string(),
            Value::Count(count) => count.to_string(),
            Value::Flag(flag) => flag.to_string(),
            Value::Won(krw) => krw.0.to_string(),
            Value::Word(word, _) => (*word).to_owned(),
        };
        Fact {
            name: self.name,
            value,
        }
    }

    fn ko(&self) -> String {
        match &self.value {
            Value::At(instant) => format!("{}(KST)", day_and_time(*instant)),
            Value::Won(krw) => format!("{}원", krw.grouped()),
            Value::Flag(flag) => if *flag { "예" } else { "아니오" }.to_owned(),
            Value::Word(_, label) => label.ko.clone().into_owned(),
            Value::Clock(_) | Value::Count(_) => self.fact().value,
        }
    }

    fn en(&self) -> String {
        match &self.value {
            Value::At(instant) => format!("{} KST", day_and_time(*instant)),
            Value::Won(krw) => krw.to_string(),
            Value::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Value::Word(_, label) => label.en.clone().into_owned(),
            Value::Clock(_) | Value::Count(_) => self.fact().value,
        }
    }
}

/// Fills the `{name}`s of a template with the facts of that name.
pub(crate) fn fill(template: Text, told: &[Told]) -> Sentence {
    Sentence::new(
        fill_one(template.ko, told, Told::ko),
        fill_one(template.en, told, Told::en),
    )
}

fn fill_one(template: &str, told: &[Told], show: fn(&Told) -> String) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            rest = after;
            break;
        };
        match told.iter().find(|t| t.name == name) {
            Some(found) => out.push_str(&show(found)),
            None => out.push('?'),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// `2027-02-01 00:00`, with seconds when there are any.
fn day_and_time(instant: Instant) -> String {
    let second = instant.kst_second_of_day();
    let (h, m, s) = (second / 3600, second / 60 % 60, second % 60);
    let day = instant.kst_day();
    if s == 0 {
        format!("{day} {h:02}:{m:02}")
    } else {
        format!("{day} {h:02}:{m:02}:{s:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_from_facts() {
        let told = [Told {
            name: "opens",
            value: Value::At("2027-02-01".parse().unwrap()),
        }];
        let template = Text {
            ko: "갱신은 {opens}부터 가능합니다",
            en: "renewal opens {opens}, {unknown}{",
        };
        assert_eq!(
            fill(template, &told),
            Sentence::fixed(
                "갱신은 2027-02-01 00:00(KST)부터 가능합니다",
                "renewal opens 2027-02-01 00:00 KST, ?"
            )
        );
    }
}
