use std::hint::black_box;

use crate::clock;

/// One thing that is measured.
pub struct Row<'a> {
    name: String,
    /// Nanoseconds that one call took, averaged over as many as are worth a round.
    measure: Box<dyn FnMut() -> f64 + 'a>,
    samples: Vec<f64>,
}

/// Rows that are measured in turns and shown beside each other.
#[derive(Default)]
pub struct Table<'a> {
    rows: Vec<Row<'a>>,
}

impl<'a> Row<'a> {
    /// A piece of this program, `calls` times in a round.
    pub fn here<T>(name: &str, calls: u32, mut work: impl FnMut() -> T + 'a) -> Self {
        Self::new(name, move || {
            let start = clock::now();
            for _ in 0..calls {
                black_box(work());
            }
            (clock::now() - start) / f64::from(calls)
        })
    }

    /// Something that measures itself and says nanoseconds a call.
    pub fn new(name: &str, measure: impl FnMut() -> f64 + 'a) -> Self {
        Self {
            name: name.to_owned(),
            measure: Box::new(measure),
            samples: Vec::new(),
        }
    }
}

impl<'a> Table<'a> {
    /// Adds a row. The first is what the others are compared with.
    pub fn add(&mut self, row: Row<'a>) {
        self.rows.push(row);
    }

    /// Measures each row once a round, after one round that does not count.
    pub fn run(&mut self, rounds: usize) {
        for round in 0..=rounds {
            for row in &mut self.rows {
                let sample = (row.measure)();
                if round > 0 {
                    row.samples.push(sample);
                }
            }
        }
    }

    /// The median of the ratios of a row to the first one.
    #[must_use]
    pub fn ratio(&self, name: &str) -> Option<f64> {
        let first = self.rows.first()?;
        let row = self.rows.iter().find(|row| row.name == name)?;
        Some(median(
            row.samples.iter().zip(&first.samples).map(|(a, b)| a / b),
        ))
    }

    /// Prints medians in `unit` (nanoseconds, and its name), the fastest and the slowest round, and ratios.
    pub fn print(&self, unit: (f64, &str)) {
        let (scale, name) = unit;
        println!(
            "{:<58} {:>11} {:>11} {:>11} {:>9}",
            "",
            format!("median {name}"),
            "min",
            "max",
            "x first"
        );
        for row in &self.rows {
            let shown = |ns: f64| format!("{:.2}", ns / scale);
            println!(
                "{:<58} {:>11} {:>11} {:>11} {:>9.3}",
                row.name,
                shown(median(row.samples.iter().copied())),
                shown(row.samples.iter().copied().fold(f64::INFINITY, f64::min)),
                shown(row.samples.iter().copied().fold(0.0, f64::max)),
                self.ratio(&row.name).unwrap_or(f64::NAN),
            );
        }
    }
}

impl core::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Row")
            .field("name", &self.name)
            .field("samples", &self.samples)
            .finish_non_exhaustive()
    }
}

impl core::fmt::Debug for Table<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Table").field("rows", &self.rows).finish()
    }
}

/// The middle one; not a number if there is none.
pub fn median(samples: impl IntoIterator<Item = f64>) -> f64 {
    let mut samples: Vec<f64> = samples.into_iter().collect();
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or(f64::NAN)
}
