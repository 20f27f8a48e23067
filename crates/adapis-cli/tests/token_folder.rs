//! Runs of the program share their access tokens.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::path::Path;
use std::process::{Command, Output};

use adapis_emulator::Emulator;

fn run(emulator: &Emulator, folder: &Path, words: &str) -> Output {
    let credentials = emulator.credentials();
    Command::new(env!("CARGO_BIN_EXE_adapis"))
        .args(words.split(' '))
        .args(["--format", "json"])
        .env("ADAPIS_SPOTS_ENDPOINT", emulator.spots_url())
        .env("ADAPIS_SPOTS_LOGIN", &credentials.spots.login)
        .env("ADAPIS_SPOTS_PASSWORD", &credentials.spots.password)
        .env("ADAPIS_SPOTS_TOKEN_FOLDER", folder)
        .env("ADAPIS_HYBRID_ENDPOINT", emulator.hybrid_url())
        .env("ADAPIS_HYBRID_CLIENT_ID", &credentials.hybrid.client_id)
        .env(
            "ADAPIS_HYBRID_CLIENT_SECRET",
            &credentials.hybrid.client_secret,
        )
        .env("ADAPIS_HYBRID_TOKEN_FOLDER", folder)
        .output()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_log_in_once_and_accounts_share_nothing() {
    let emulator = Emulator::start().await.unwrap();
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("tokens");
    for words in [
        "spots stats --from 2023-08-23 --to 2023-08-24 --group site",
        "hybrid advertisers",
        "hybrid campaigns --advertiser 53df8633af55cd57805746f5",
    ] {
        for _ in 0..2 {
            let output = run(&emulator, &folder, words);
            assert!(output.status.success(), "{words}: {output:?}");
        }
    }
    let served = emulator.requests();
    assert_eq!(served.of("spots.user.auth").received, 1);
    assert_eq!(served.of("hybrid.token").received, 2);
    let files = std::fs::read_dir(&folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|name| name.ends_with(".tokens")).count(), 3);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let emulator = Emulator::start().await.unwrap();
    let parent = tempfile::tempdir().unwrap();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(parent.path(), open).unwrap();
    let output = run(&emulator, parent.path(), "hybrid advertisers");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("chmod 700"));
    assert_eq!(emulator.requests().of("hybrid.token").received, 0);
}
