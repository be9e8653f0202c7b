//! `docs/COVERAGE.md`: every row of the bank guides, and what shows it. Each test that the page names exists, is run,
//! and names the row or its rule; each piece of work that it names is listed; and only what is no library's job is said
//! to be so.
//!
//! `NPKI_TEST_LOG=…`, the output of `cargo test --workspace`, lets the page be held against the tests that really ran;
//! `.ci/run` does so.

use std::{collections::BTreeMap, env, error::Error, fs, path::Path};

use npki_policy::rules;

type Outcome = Result<(), Box<dyn Error>>;

/// Rows that ask nothing of a library: installing, logging in at the bank's site, menus, links, advice to people.
const NO_LIBRARYS_JOB: &[u16] = &[
    17, 24, 25, 26, 29, 30, 31, 33, 34, 35, 40, 81, 82, 97, 119, 137, 140, 141,
];
const LAST: u16 = 141;
const NOBODYS: &str = "no library's job";
const LATER: &str = "later: ";

#[test]
fn every_row_stands_once_in_order_with_its_rules() -> Outcome {
    let rows = rows()?;
    let numbers: Vec<_> = rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=LAST).collect::<Vec<_>>());
    for row in &rows {
        let sentence = row.sentence.as_str();
        assert!(
            sentence.ends_with('.') && sentence.len() > 20,
            "S{}",
            row.number
        );
        assert_eq!(
            row.rules,
            rules_of(row.number),
            "the rules of S{}",
            row.number
        );
    }
    Ok(())
}

#[test]
fn every_row_has_a_test_or_a_reason() -> Outcome {
    let page = page()?;
    for row in rows()? {
        assert!(!row.shown.is_empty(), "S{} shows nothing", row.number);
        for shown in &row.shown {
            if let Some(piece) = shown.strip_prefix(LATER) {
                assert!(
                    page.contains(&format!("\n- **{piece}**: ")),
                    "no piece of work named {piece}"
                );
            } else if shown == NOBODYS {
                assert!(
                    NO_LIBRARYS_JOB.contains(&row.number),
                    "S{} is a library's job",
                    row.number
                );
            } else {
                let test = Test::find(shown)?;
                assert!(
                    test.names(&row),
                    "{shown} names neither S{} nor a rule of {:?}",
                    row.number,
                    row.rules
                );
            }
        }
    }
    Ok(())
}

/// Held against the log of the whole test run, where there is one.
#[test]
fn every_named_test_ran() -> Outcome {
    let Some(log) = env::var_os("NPKI_TEST_LOG") else {
        eprintln!("passed over: NPKI_TEST_LOG is not set, so which tests ran is not known");
        return Ok(());
    };
    let log = fs::read_to_string(log)?;
    let passed: Vec<_> = log
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... ok"))
        .collect();
    // This page's own tests run again with the log in their hands.
    let here = "tests/tests/coverage_page.rs";
    for row in rows()? {
        for shown in row
            .shown
            .iter()
            .filter(|s| s.contains("::") && !s.starts_with(here))
        {
            let name = shown.rsplit("::").next().unwrap_or_default();
            let ran = passed
                .iter()
                .any(|test| test.rsplit("::").next() == Some(name));
            assert!(ran, "{shown} of S{} did not run", row.number);
        }
    }
    Ok(())
}

/// What shows row S1.
#[test]
fn s1_both_names_of_the_certificate() -> Outcome {
    let root = npki_tests::workspace_root();
    for page in ["README.md", "README.ko.md"] {
        let text = fs::read_to_string(root.join(page))?;
        assert!(
            text.contains("공동인증서") && text.contains("공인인증서"),
            "{page}"
        );
    }
    Ok(())
}

/// What shows row S84: the details of step 5 cannot reach a system of the bank, because no port takes their type.
#[test]
fn s84_no_port_of_the_bank_takes_the_details() -> Outcome {
    let ports = npki_tests::workspace_root().join("crates/npki-ra/src/ports");
    let mut read = 0;
    for file in fs::read_dir(ports)? {
        let text = fs::read_to_string(file?.path())?;
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            assert!(
                !line.contains("SubscriberDetails") && !line.contains("DetailsForm"),
                "{line}"
            );
        }
        read += 1;
    }
    assert!(read >= 5, "{read} files of ports");
    Ok(())
}

/// A row of the page.
struct Row {
    number: u16,
    sentence: String,
    rules: Vec<String>,
    shown: Vec<String>,
}

fn page() -> Result<String, Box<dyn Error>> {
    Ok(fs::read_to_string(
        npki_tests::workspace_root()
            .join("docs")
            .join("COVERAGE.md"),
    )?)
}

fn rows() -> Result<Vec<Row>, Box<dyn Error>> {
    let page = page()?;
    page.lines()
        .filter(|line| line.starts_with("| S"))
        .map(row)
        .collect()
}

fn row(line: &str) -> Result<Row, Box<dyn Error>> {
    let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
    let [number, sentence, rules, shown] =
        <[&str; 4]>::try_from(cells).map_err(|_| line.to_owned())?;
    let words = |text: &str, by: &str| -> Vec<String> {
        let words = text
            .split(by)
            .map(|word| word.trim().trim_matches('`').to_owned());
        words
            .filter(|word| word != "–" && !word.is_empty())
            .collect()
    };
    Ok(Row {
        number: number.trim_start_matches('S').parse()?,
        sentence: sentence.to_owned(),
        rules: words(rules, " "),
        shown: words(shown, ";"),
    })
}

/// The rules that come from a row of the guides, as the table of rules says: `S57–S64, S74`.
fn rules_of(number: u16) -> Vec<String> {
    let holds = |part: &str| {
        let (first, last) = part.split_once('–').unwrap_or((part, part));
        let of = |text: &str| text.trim().trim_start_matches('S').parse::<u16>().ok();
        matches!((of(first), of(last)), (Some(first), Some(last)) if (first..=last).contains(&number))
    };
    let come_from = rules()
        .iter()
        .filter(|rule| rule.source().split(',').any(holds));
    come_from.map(|rule| rule.rule().to_string()).collect()
}

/// A test as its source has it: `path/of/file.rs::name`.
struct Test {
    /// Its doc comment, name and body, and the tables of the file that it reads.
    text: String,
}

impl Test {
    fn find(shown: &str) -> Result<Self, Box<dyn Error>> {
        let (path, name) = shown
            .split_once("::")
            .ok_or_else(|| format!("{shown} is no test"))?;
        let file = npki_tests::workspace_root().join(path);
        let source = fs::read_to_string(&file).map_err(|error| format!("{path}: {error}"))?;
        is_compiled(&file)?;
        let lines: Vec<_> = source.lines().collect();
        let head = format!("fn {name}(");
        let at = lines
            .iter()
            .position(|line| line.trim_start().starts_with(&head));
        let at = at.ok_or_else(|| format!("{path} has no fn {name}"))?;
        let above = lines.iter().take(at).rev();
        let above: Vec<_> = above
            .map(|line| line.trim())
            .take_while(|line| line.starts_with("#[") || line.starts_with("///"))
            .collect();
        if !above.contains(&"#[test]") || above.iter().any(|line| line.starts_with("#[ignore")) {
            return Err(format!("{shown} is no test that runs").into());
        }
        let body = block(&lines, at);
        let mut text = above.join("\n") + &body;
        for (line, const_name) in lines
            .iter()
            .enumerate()
            .filter_map(|(n, line)| Some((n, table_name(line)?)))
        {
            if body.contains(const_name) {
                text += &block(&lines, line);
            }
        }
        Ok(Self { text })
    }

    /// Whether it names the row, or a rule that comes from it.
    fn names(&self, row: &Row) -> bool {
        let own = format!("S{}", row.number);
        let wanted = || row.rules.iter().chain([&own]);
        let mut words = self.text.split(|c: char| !c.is_ascii_alphanumeric());
        // In a name `r51a_…` is R51a.
        words.any(|word| {
            wanted().any(|name| name == word || word.len() > 1 && name.to_lowercase() == *word)
        })
    }
}

/// `SCENARIOS` of `const SCENARIOS: …`.
fn table_name(line: &str) -> Option<&str> {
    line.strip_prefix("const ")?.split(':').next()
}

/// From a line to the one that ends its item: the first that begins as far left and closes it.
fn block(lines: &[&str], from: usize) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let Some(first) = lines.get(from) else {
        return String::new();
    };
    let mut text = String::new();
    for line in lines.iter().skip(from) {
        text += line;
        text.push('\n');
        let closes = line.trim_start().starts_with(['}', ']', '"', ')']) || line.ends_with("\";");
        if indent(line) == indent(first) && closes {
            break;
        }
    }
    text
}

/// Whether a test target takes the file in: it stands in `src` or `tests` of a package, and is a root or a module of
/// the one above.
fn is_compiled(file: &Path) -> Outcome {
    let stem = |path: &Path| {
        path.file_stem()
            .and_then(|s| s.to_str())
            .unwrap_or_default()
            .to_owned()
    };
    let folder = file.parent().ok_or("no folder")?;
    let name = stem(file);
    if ["main", "lib"].contains(&name.as_str()) || stem(folder) == "tests" {
        return Ok(());
    }
    let in_src = stem(folder) == "src";
    let parents = match in_src {
        true => vec![folder.join("lib.rs"), folder.join("main.rs")],
        false => vec![folder.join("main.rs"), folder.with_extension("rs")],
    };
    let declared = format!("mod {name};");
    for parent in parents.iter().filter(|parent| parent.exists()) {
        if fs::read_to_string(parent)?
            .lines()
            .any(|line| line.trim().ends_with(&declared))
        {
            return if in_src || stem(parent) == "main" {
                Ok(())
            } else {
                is_compiled(parent)
            };
        }
    }
    Err(format!("{} is no module of anything", file.display()).into())
}

/// The page's own mistakes are found.
#[test]
fn what_the_page_may_not_say_is_found() -> Outcome {
    assert!(Test::find("tests/tests/coverage_page.rs::rules_of").is_err());
    assert!(Test::find("tests/tests/coverage_page.rs::nothing").is_err());
    assert!(Test::find("tests/tests/nowhere.rs::nothing").is_err());
    let test = Test::find("crates/npki-policy/tests/rules.rs::r16_issuing_hours")?;
    let of = |number| Row {
        number,
        sentence: String::new(),
        rules: rules_of(number),
        shown: Vec::new(),
    };
    assert!(test.names(&of(32)) && !test.names(&of(33)) && !test.names(&of(106)));
    let scenarios = Test::find("crates/npki-policy/tests/scenarios.rs::the_guides_row_by_row")?;
    assert!(scenarios.names(&of(127)) && !scenarios.names(&of(18)));
    assert_eq!(rules_of(64), ["R30", "R36"]);
    let by_number: BTreeMap<_, _> = rows()?
        .into_iter()
        .map(|row| (row.number, row.shown))
        .collect();
    assert_eq!(
        by_number.get(&141).map(Vec::as_slice),
        Some(&[NOBODYS.to_owned()][..])
    );
    Ok(())
}
