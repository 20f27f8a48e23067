//! Runs `adapis pull` and `adapis report` as processes against the emulator.
#![cfg(feature = "pull")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may panic, and name what they skip"
)]

mod codes;
mod commands;
mod config;
mod deploy;
mod load;
#[cfg(feature = "clickhouse")]
mod load_clickhouse;
#[cfg(feature = "postgres")]
mod load_postgres;
mod plan;
mod report;
mod runs;
mod singer;
mod stores;

use std::path::Path;
use std::process::{Command, Output};

use adapis_emulator::Emulator;
use serde_json::Value;
use tempfile::TempDir;

/// Midnight has passed in Moscow, and the emulator's clock says so too.
const NOW: &str = "2025-12-05T03:00:00Z";

/// A folder with a config file for an emulator.
struct Home {
    folder: TempDir,
}

impl Home {
    /// Sources are TOML; each `[[pull.source]]` names the profile `all`.
    fn new(emulator: &Emulator, sources: &str) -> Self {
        Self::with_password(emulator, sources, &emulator.credentials().spots.password)
    }

    fn with_password(emulator: &Emulator, sources: &str, password: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Self { folder };
        let credentials = emulator.credentials();
        let (spots, hybrid) = (&credentials.spots, &credentials.hybrid);
        let text = format!(
            "[profile.all.spots]\nendpoint = \"{}\"\nlogin = \"{}\"\npassword = \"{password}\"\n\
             [profile.all.hybrid]\nendpoint = \"{}\"\nclient_id = \"{}\"\nclient_secret = \"{}\"\n\
             [profile.all.adfox]\nendpoint = \"{}\"\nlogin = \"{}\"\npassword = \"{}\"\n\n\
             [pull]\nroot = \"{}\"\n{sources}",
            emulator.spots_url(),
            spots.login,
            emulator.hybrid_url(),
            hybrid.client_id,
            hybrid.client_secret,
            emulator.adfox_url(),
            credentials.adfox.login,
            credentials.adfox.password,
            home.root().display(),
        );
        home.write(&text);
        home
    }

    fn root(&self) -> std::path::PathBuf {
        self.folder.path().join("stats")
    }

    fn config(&self) -> std::path::PathBuf {
        self.folder.path().join("adapis.toml")
    }

    fn write(&self, text: &str) {
        std::fs::write(self.config(), text).unwrap();
        mode(&self.config(), 0o600);
    }

    /// Replaces a part of the config file.
    fn edit(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.config()).unwrap();
        assert!(text.contains(from), "{text}");
        self.write(&text.replace(from, to));
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_adapis"));
        command
            .args(line.split_whitespace())
            .arg("--config")
            .arg(self.config())
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }

    fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    /// The result of a command that succeeds, from its JSON.
    fn json(&self, line: &str) -> Value {
        let output = self.run(&format!("{line} --format json"));
        assert!(output.status.success(), "{line}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The files of all streams.
    fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(&self.root(), &self.root(), &mut found);
        found.sort();
        found
    }
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.ends_with(".adapis") {
            continue;
        }
        if path.is_dir() {
            walk(root, &path, found);
        } else {
            let name = path.strip_prefix(root).unwrap();
            found.push(name.to_str().unwrap().to_owned());
        }
    }
}

#[cfg(unix)]
fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn mode(_: &Path, _: u32) {}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The exit code and the last line on stderr.
fn failure(output: &Output) -> (i32, String) {
    let stderr = text(&output.stderr);
    let last = stderr.lines().last().unwrap_or_default();
    (output.status.code().unwrap(), last.to_owned())
}

async fn emulator() -> Emulator {
    let now: jiff::Timestamp = NOW.parse().unwrap();
    Emulator::builder().now(now).start().await.unwrap()
}

/// One source of SPOTS.
fn publisher(streams: &str) -> String {
    format!(
        "[[pull.source]]\nname = \"publisher\"\nspots = {{ profile = \"all\" }}\nfrom = 2025-11-20\n\
         streams = [{streams}]\n"
    )
}

const AGENCY: &str = "[[pull.source]]\nname = \"agency\"\nhybrid = { profile = \"all\", api = \"3.0\" }\n\
                      from = 2025-11-20\nstreams = [\"campaign\", \"campaign-day\"]\n";

const ADSERVER: &str = "[[pull.source]]\nname = \"adserver\"\nadfox = { profile = \"all\" }\nfrom = 2025-11-20\n\
                        streams = [\"campaign\"]\n";
