//! README.md and README.ko.md are kept in step: the same headings in number, the same code, the same tables in size.

use std::{fs, io};

#[test]
fn both_readmes_have_the_same_shape() -> io::Result<()> {
    let root = npki_tests::workspace_root();
    let english = Shape::of(&fs::read_to_string(root.join("README.md"))?);
    let korean = Shape::of(&fs::read_to_string(root.join("README.ko.md"))?);
    assert_eq!(english, korean);
    assert!(english.code.len() >= 6);
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
struct Shape {
    headings: Vec<usize>,
    rows: usize,
    code: Vec<String>,
}

impl Shape {
    fn of(page: &str) -> Self {
        let mut shape = Self {
            headings: Vec::new(),
            rows: 0,
            code: Vec::new(),
        };
        let mut block: Option<String> = None;
        for line in page.lines() {
            match (&mut block, line.starts_with("```")) {
                (None, true) => block = Some(String::new()),
                (Some(_), true) => shape.code.extend(block.take()),
                (Some(code), false) => {
                    code.push_str(line);
                    code.push('\n');
                }
                (None, false) if line.starts_with('#') => {
                    shape
                        .headings
                        .push(line.chars().take_while(|c| *c == '#').count());
                }
                (None, false) => shape.rows += usize::from(line.starts_with('|')),
            }
        }
        shape
    }
}
