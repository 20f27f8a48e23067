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

#[cfg(feature = "clickhouse")]
mod clickhouse {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::NOW;

    /// A server that refuses everyone. Returns its URL, and the head of the first request once there was one.
    fn doorkeeper() -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let heard = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
                head.push(byte[0]);
            }
            let body = "Code: 516. DB::Exception: loader: Authentication failed";
            write!(
                stream,
                "HTTP/1.1 403 Forbidden\r\nx-clickhouse-exception-code: 516\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
            String::from_utf8(head).unwrap()
        });
        (url, heard)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_password_comes_from_the_environment_a_file_or_a_command() {
        let emulator = emulator().await;
        let home = Home::new(&emulator, &publisher("\"day\""));
        home.json(&format!("pull --now {NOW}"));
        let secret = home.folder.path().join("secret");
        std::fs::write(&secret, "s3cret of-file\n").unwrap();
        crate::mode(&secret, 0o600);
        let file = format!("--password-file {}", secret.display());
        for (flags, variable, password) in [
            (
                "",
                Some(("ADAPIS_CLICKHOUSE_PASSWORD", "of-environment")),
                "of-environment",
            ),
            (
                "",
                Some(("ADAPIS_CLICKHOUSE_PASSWORD_COMMAND", "echo of-command")),
                "of-command",
            ),
            (&file, None, "s3cret of-file"),
            (
                "--password-command whoami",
                Some(("ADAPIS_CLICKHOUSE_PASSWORD", "unused")),
                "",
            ),
        ] {
            let (url, heard) = doorkeeper();
            let mut command = home.command(&format!(
                "pull load clickhouse --url {url} --user loader {flags}"
            ));
            let output = command.envs(variable).output().unwrap();
            let (code, line) = failure(&output);
            assert_eq!(code, 3, "{line}");
            let head = heard.join().unwrap().to_lowercase();
            assert!(head.contains("x-clickhouse-user: loader\r\n"), "{head}");
            assert!(
                head.contains(&format!("x-clickhouse-key: {password}")),
                "{head}"
            );
            assert!(!head.contains("unused"), "{head}");
            assert!(password.is_empty() || !line.contains(password), "{line}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_time_limit_ends_a_load() {
        let emulator = emulator().await;
        let home = Home::new(&emulator, &publisher("\"day\""));
        // Accepts connections, and never answers.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let started = std::time::Instant::now();
        let line = format!("pull load clickhouse --url {url} --timeout 1");
        let (code, line) = failure(&home.run(&line));
        assert_eq!(code, 4, "{line}");
        assert!(started.elapsed().as_secs() < 20);
    }
}
