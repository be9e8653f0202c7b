//! What lies outside of the project: commands, Python modules, a nightly toolchain, real files.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Whether the tests run where everything they may want is installed (`CI=true`): then nothing is passed over.
#[must_use]
pub fn in_ci() -> bool {
    env::var_os("CI").is_some_and(|value| value == "true")
}

/// The command `name`, searched in `PATH`.
///
/// # Panics
/// If it is absent and [`in_ci`]. Elsewhere it prints one line and gives `None`.
#[must_use]
pub fn tool(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| is_executable(file));
    found.or_else(|| absent(&format!("the command `{name}`")))
}

/// The folder of real files, which the project does not ship (`NPKI_VECTORS`).
///
/// # Panics
/// If the variable is set, but the folder is absent or empty. When it is unset this prints one line and gives `None`,
/// also in CI: the files are not ours to install.
#[must_use]
pub fn vectors() -> Option<PathBuf> {
    let Some(folder) = env::var_os("NPKI_VECTORS").map(PathBuf::from) else {
        eprintln!("passed over: NPKI_VECTORS is not set, so there are no real files to read");
        return None;
    };
    let filled = folder
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some());
    assert!(
        filled,
        "NPKI_VECTORS is set, but {} is absent or empty",
        folder.display()
    );
    Some(folder)
}

/// A Python interpreter that can import `PyPinkSign`: the one named by `NPKI_PYTHON`, else `python3`.
///
/// # Panics
/// If there is none and [`in_ci`]. Elsewhere it prints one line and gives `None`.
#[must_use]
pub fn python_with_pypinksign() -> Option<PathBuf> {
    python_with("pypinksign.pypinksign")
}

/// A Python interpreter that can import `module`: the one named by `NPKI_PYTHON`, else `python3`.
///
/// # Panics
/// If there is none and [`in_ci`]. Elsewhere it prints one line and gives `None`.
#[must_use]
pub fn python_with(module: &str) -> Option<PathBuf> {
    let python = env::var_os("NPKI_PYTHON").unwrap_or_else(|| OsString::from("python3"));
    if succeeds(Command::new(&python).args(["-c", &format!("import {module}")])) {
        return Some(PathBuf::from(python));
    }
    absent(&format!("a Python with {module} (NPKI_PYTHON)"))
}

fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn absent<T>(what: &str) -> Option<T> {
    assert!(
        !in_ci(),
        "{what} is missing, and with CI=true nothing is passed over"
    );
    eprintln!("passed over: {what} is missing");
    None
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file() || file.with_extension(env::consts::EXE_EXTENSION).is_file()
}

#[cfg(test)]
mod tests {
    use super::tool;

    #[test]
    fn a_tool_is_found_in_the_path() {
        assert!(tool("cargo").is_some_and(|path| path.is_absolute()));
    }
}
