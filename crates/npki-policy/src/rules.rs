/// The rules as a page of Markdown, for `docs/RULES.md`.
#[must_use]
pub fn rules_markdown() -> String {
    String::new()
}
