//! Mistakes in the config file, and who may read it.

use crate::{Home, NOW, emulator, failure, mode, publisher, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_is_told_with_its_field_and_line() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    let whole = std::fs::read_to_string(home.config()).unwrap();
    for (from, to, expected) in [
        (
            "streams = [\"day\"]",
            "streams = [\"dya\"]",
            "pull.source[0].streams[0] is not a stream",
        ),
        (
            "from = 2025-11-20",
            "from = \"soon\"",
            "pull.source[0].from must be a date",
        ),
        (
            "from = 2025-11-20",
            "form = 2025-11-20",
            "pull.source[0].from is missing",
        ),
        (
            "[pull]\n",
            "[pull]\nlookback = \"7\"\n",
            "pull.lookback must be a whole number",
        ),
    ] {
        home.write(&whole.replace(from, to));
        for command in [
            "pull",
            "pull plan",
            "pull status",
            "report --source publisher",
        ] {
            let output = home.run(command);
            let (code, line) = failure(&output);
            assert_eq!(code, 2, "{line}");
            assert_eq!(text(&output.stderr).lines().count(), 1);
            assert!(
                line.contains(expected) && line.contains(", line "),
                "{line}"
            );
        }
    }
    assert!(emulator.requests().operations.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_toml_is_told_with_its_line_and_without_secrets() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    let whole = std::fs::read_to_string(home.config()).unwrap();
    for (from, to, expected) in [
        (
            "from = 2025-11-20",
            "from = 2025-13-20",
            "(pull.source.from): not TOML: ",
        ),
        (
            "[profile.all.hybrid]\n",
            "s3cret = =\n[profile.all.hybrid]\n",
            "([profile.all.spots]): not TOML: ",
        ),
        (
            "[profile.all.hybrid]\n",
            "s3cret = 7\n[profile.all.hybrid]\n",
            "([profile.all.spots]): expected [profile.NAME.VENDOR] tables of strings",
        ),
    ] {
        let text = whole.replace(from, to);
        let line = text
            .lines()
            .take_while(|line| line.is_empty() || !to.starts_with(line))
            .count()
            + 1;
        home.write(&text);
        let (code, error) = failure(&home.run("pull"));
        assert_eq!(code, 2, "{error}");
        assert!(error.contains(expected), "{error}");
        assert!(error.contains(&format!("line {line} ")), "{line}: {error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    for (line, expected) in [
        ("pull --source other", "no source other"),
        ("pull --stream other", "no source has a stream other"),
        ("pull status --source other", "no source other"),
        (
            "pull sql duckdb --stream other",
            "no source has a stream other",
        ),
        ("pull sql oracle", "oracle"),
        ("pull --now 2999-01-01T00:00:00Z", "in the future"),
        ("pull --from soon", "'soon'"),
        ("pull --accept soon", "'soon'"),
        ("pull --source publisher plan", "after its name"),
        ("pull --profile all", "names its profile"),
        ("report --source other", "no source other"),
        ("report --source publisher --stream zone", "no stream zone"),
        (
            "report --source publisher --out no/such/folder/report.html",
            "cannot write to",
        ),
        (
            "pull forget --source publisher --stream zone --yes",
            "no stream zone",
        ),
    ] {
        let (code, error) = failure(&home.run(line));
        assert_eq!(code, 2, "{line}: {error}");
        assert!(error.contains(expected), "{line}: {error}");
    }
    home.write("[profile.all.spots]\nlogin = \"me\"\n");
    let (code, error) = failure(&home.run("pull"));
    assert_eq!(code, 2);
    assert!(error.contains("has no table [pull]"), "{error}");
    assert!(error.contains("config init"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_profile_is_the_failure_of_its_source() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    home.edit(
        "spots = { profile = \"all\"",
        "spots = { profile = \"none\"",
    );
    let (code, error) = failure(&home.run(&format!("pull --now {NOW}")));
    assert_eq!(code, 2);
    assert!(
        error.contains("profile 'none' not found (known profiles: all)"),
        "{error}"
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_secrets_that_others_read_is_refused() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    mode(&home.config(), 0o644);
    let (code, error) = failure(&home.run("pull"));
    assert_eq!(code, 2);
    assert!(error.contains("chmod 600"), "{error}");
}
