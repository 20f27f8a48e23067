//! Two real processes share one token file, with a server that revokes a refresh token after its
//! use.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::process::{Command, Stdio};

use adapis_emulator::{Emulator, OldRefreshToken, Settings};

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_logged_out() {
    let mut settings = Settings::default();
    settings.spots.access_ttl = 1;
    settings.spots.old_refresh_token = OldRefreshToken::RevokeFamily;
    let emulator = Emulator::builder()
        .settings(settings)
        .start()
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        Command::new(env!("CARGO_BIN_EXE_token-worker"))
            .env("WORKER_ENDPOINT", emulator.spots_url())
            .env("WORKER_LOGIN", &emulator.credentials().spots.login)
            .env("WORKER_PASSWORD", &emulator.credentials().spots.password)
            .env("WORKER_STORE", folder.path().join("spots.tokens"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let workers = [start(), start()];
    let outputs =
        tokio::task::spawn_blocking(|| workers.map(|worker| worker.wait_with_output().unwrap()));
    let mut total = [0_u64; 4];
    for output in outputs.await.unwrap() {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "a worker failed: {errors}");
        let report = String::from_utf8(output.stdout).unwrap();
        for (sum, number) in total.iter_mut().zip(report.split_whitespace()) {
            *sum += number.parse::<u64>().unwrap();
        }
    }
    let [calls, grants, refreshes, adopted] = total;
    assert!(calls > 20, "{calls} calls");
    assert_eq!(grants, 1, "one process logged in, the other took its token");
    assert!(refreshes >= 3, "{refreshes} refreshes");
    assert!(adopted >= 2, "{adopted} tokens of the other process");
    let served = emulator.requests();
    assert_eq!(served.of("spots.user.auth").received, 1);
    assert_eq!(served.of("spots.user.tokenRefresh").received, refreshes);
}
