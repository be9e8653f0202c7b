//! `docs/RULES.md` is what the policy's table says. `NPKI_UPDATE=1 cargo test -p npki-tests --test rules_page`
//! writes it anew.

use std::{env, fs, io};

#[test]
fn the_page_of_rules_is_up_to_date() -> io::Result<()> {
    let page = npki_tests::workspace_root().join("docs").join("RULES.md");
    let wanted = npki_policy::rules_markdown();
    if env::var_os("NPKI_UPDATE").is_some() {
        return fs::write(page, wanted);
    }
    assert!(
        fs::read_to_string(page)? == wanted,
        "docs/RULES.md is not what the table says; run with NPKI_UPDATE=1"
    );
    Ok(())
}
