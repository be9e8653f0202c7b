use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs a line of the `openssl` command in a folder, as a process of its own.
///
/// # Errors
/// When there is no such program, or it does not do what it is told.
pub fn openssl(folder: &Path, line: &str) -> Result<(), Box<dyn Error>> {
    let status = Command::new("openssl")
        .args(line.split(' '))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("openssl {line}").into()),
    }
}
