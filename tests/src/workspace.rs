//! This workspace as cargo sees it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of the workspace's `Cargo.toml`.
///
/// Asked of cargo at run time, since two checkouts may share one target folder; a test that is run by hand has only
/// the folder it was compiled in.
#[must_use]
pub fn workspace_root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR")
        .unwrap_or_else(|| OsString::from(env!("CARGO_MANIFEST_DIR")));
    let here = Path::new(&here);
    here.parent().unwrap_or(here).to_path_buf()
}

/// `cargo metadata` of the workspace's own packages, as JSON text. Needs no network.
///
/// # Errors
/// As [`output`].
pub fn workspace_metadata() -> Result<Vec<u8>, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    output(
        Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--no-deps"])
            .current_dir(workspace_root()),
    )
}

/// Runs `command` without input and gives its standard output.
///
/// # Errors
/// The command line, its exit status and its standard error, when it cannot be started or fails.
pub fn output(command: &mut Command) -> Result<Vec<u8>, String> {
    let shown = format!("{command:?}");
    let done = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{shown}: {error}"))?;
    if done.status.success() {
        return Ok(done.stdout);
    }
    Err(format!(
        "{shown}: {}\n{}",
        done.status,
        String::from_utf8_lossy(&done.stderr)
    ))
}
