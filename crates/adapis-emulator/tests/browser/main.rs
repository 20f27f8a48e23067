//! The page for people in Chromium, driven by `page.mjs`; skipped where Node or Chromium is missing.
//!
//! Screenshots are written to `target/tmp`.

use std::path::Path;
use std::process::{Command, Stdio};

use adapis_emulator::Emulator;

/// Returns the first of these programs that runs.
fn program(names: &[&'static str]) -> Option<&'static str> {
    let runs = |name: &&&str| {
        let mut command = Command::new(name);
        command.arg("--version");
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    names.iter().find(runs).copied()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_works_in_a_browser() {
    let chromium = program(&["chromium", "chromium-browser", "google-chrome"]);
    let Some((node, chromium)) = program(&["node"]).zip(chromium) else {
        eprintln!("skipped: needs node and chromium");
        return;
    };
    let now = "2025-06-02T09:30:00Z".parse().unwrap();
    let emulator = Emulator::builder().now(now).start().await.unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/page.mjs");
    let mut command = Command::new(node);
    command
        .arg(script)
        .args([&emulator.url(), chromium, env!("CARGO_TARGET_TMPDIR")]);
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.unwrap().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}
