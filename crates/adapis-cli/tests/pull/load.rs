//! `adapis pull load`: what it refuses, and how it logs in.

use crate::{Home, emulator, failure, publisher};

#[tokio::test(flavor = "multi_thread")]
async fn a_password_in_the_url_is_refused_and_not_repeated() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    for line in [
        "pull load postgres --url postgresql://me:s3cret@127.0.0.1:1/x",
        "pull load postgres --url postgres://me@127.0.0.1:1/x?password=s3cret",
        #[cfg(feature = "clickhouse")]
        "pull load clickhouse --url http://me:s3cret@127.0.0.1:1/",
        #[cfg(feature = "clickhouse")]
        "pull load clickhouse --url http://127.0.0.1:1/?password=s3cret",
    ] {
        let output = home.run(line);
        let (code, message) = failure(&output);
        assert_eq!(code, 2, "{line}: {message}");
        assert!(!message.contains("s3cret"), "{message}");
        if line.contains("postgres") {
            assert!(
                message.contains("visible in ps") && message.contains("PGPASSWORD"),
                "{message}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loader_that_is_not_built_in_names_its_feature() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    for (name, is_built_in, url) in [
        (
            "postgres",
            cfg!(feature = "postgres"),
            "postgres://me@127.0.0.1:1/x",
        ),
        (
            "clickhouse",
            cfg!(feature = "clickhouse"),
            "http://127.0.0.1:1/",
        ),
    ] {
        let (code, line) = failure(&home.run(&format!("pull load {name} --url {url}")));
        if is_built_in {
            // Nobody listens.
            assert_eq!(code, 4, "{line}");
        } else {
            assert_eq!(code, 2, "{line}");
            assert!(line.contains(&format!("--features {name}")), "{line}");
        }
    }
}

#[cfg(any(feature = "postgres", feature = "clickhouse"))]
#[tokio::test(flavor = "multi_thread")]
async fn names_and_days_are_checked_before_anything_is_sent() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    let target = if cfg!(feature = "postgres") {
        "postgres --url postgres://me@127.0.0.1:1/x"
    } else {
        "clickhouse --url http://127.0.0.1:1/"
    };
    for flags in [
        "--source nobody",
        "--stream week",
        "--restart week",
        "--from never",
        "--from 2025-12-02 --to 2025-12-01",
    ] {
        let (code, line) = failure(&home.run(&format!("pull load {target} {flags}")));
        assert_eq!(code, 2, "{flags}: {line}");
    }
}
