//! Finds the commit for `adapis --version`; without one the version is printed alone.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() -> std::io::Result<()> {
    let crate_folder = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut out = std::io::stdout();
    writeln!(out, "cargo::rerun-if-changed=build.rs")?;
    let commit = packaged(&crate_folder).or_else(|| checked_out(&crate_folder, &mut out));
    if let Some(commit) = commit {
        writeln!(out, "cargo::rustc-env=ADAPIS_COMMIT={commit}")?;
    }
    Ok(())
}

/// The commit that `cargo package` writes into a package.
fn packaged(crate_folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(crate_folder.join(".cargo_vcs_info.json")).ok()?;
    let (_, rest) = text.split_once("\"sha1\"")?;
    short(rest.split('"').nth(1)?)
}

/// The commit of the checkout, if this is the workspace in it and not a copy in another project.
fn checked_out(crate_folder: &Path, out: &mut impl Write) -> Option<String> {
    let root = crate_folder.parent()?.parent()?;
    if !root.join(".git").exists() {
        return None;
    }
    let commit = short(&git(root, &["rev-parse", "HEAD"])?)?;
    // The log of HEAD changes with each commit and checkout; a path that does not exist would cause
    // this script to run in every build.
    for file in ["HEAD", "logs/HEAD"] {
        let path = root.join(git(root, &["rev-parse", "--git-path", file])?);
        if path.exists() {
            writeln!(out, "cargo::rerun-if-changed={}", path.display()).ok()?;
        }
    }
    Some(commit)
}

fn git(root: &Path, args: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(args)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| output.status.success() && !text.is_empty())
}

/// Twelve digits, whatever git's own settings say, so that builds are reproducible.
fn short(commit: &str) -> Option<String> {
    let digits = commit.get(..12)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| digits.to_owned())
}
