use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::peers::{Emulator, Peer};
use crate::{adapis, failure, stdout, text};

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        path
    }
}

const DAYS: &str = "--from 2023-08-23 --to 2023-08-24 --group site --site test1.ru --format csv";

fn stats(flags: &str) -> Command {
    adapis(&format!("spots stats {DAYS} {flags}"))
}

fn with_config(config: &Path, flags: &str) -> Command {
    stats(&format!("--config {} {flags}", config.display()))
}

fn found(mut command: Command) {
    let output = command.output().unwrap();
    assert!(stdout(&output).contains("71385"), "{output:?}");
}

fn profile(name: &str, endpoint: &str, secret: &str) -> String {
    format!(
        "[profile.{name}.spots]\nendpoint = \"{endpoint}\"\n\
         login = \"publisher@example.com\"\n{secret}\n"
    )
}

#[test]
fn a_secret_comes_from_a_variable_a_file_or_a_command() {
    let emulator = Emulator::start();
    let folder = Folder::new();
    let file = folder.file("password", "111111\r\n", 0o600);
    let file = file.display();
    let account = |mut command: Command| {
        command
            .env("ADAPIS_SPOTS_ENDPOINT", emulator.spots_url())
            .env("ADAPIS_SPOTS_LOGIN", "publisher@example.com");
        command
    };
    let with = |name: &str, value: &str| {
        let mut command = account(stats(""));
        command.env(name, value);
        command
    };
    found(with("ADAPIS_SPOTS_PASSWORD", "111111"));
    found(with("ADAPIS_SPOTS_PASSWORD_FILE", &file.to_string()));
    found(with("ADAPIS_SPOTS_PASSWORD_COMMAND", "echo 111111"));
    found(account(stats(&format!("--password-file {file}"))));
    let line = ["spots", "stats", "--password-command", "printf 111%s 111"];
    found(account(crate::words(
        &line.into_iter().chain(DAYS.split(' ')).collect::<Vec<_>>(),
    )));

    let (code, text) = failure(account(stats("")));
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("ADAPIS_SPOTS_PASSWORD"), "{text}");
    let (code, text) = failure(account(stats("--password-file no/such/file")));
    assert_eq!(code, 2, "{text}");
    let (code, text) = failure(account(stats("--password-command false")));
    assert_eq!(code, 2, "{text}");
}

#[test]
fn a_profile_is_chosen_by_flag_variable_and_default() {
    let emulator = Emulator::start();
    let gone = Peer::gone();
    let folder = Folder::new();
    let good = profile("good", emulator.spots_url(), "password = \"111111\"");
    let bad = profile("bad", &gone.url(), "password = \"111111\"");
    let text = format!("default_profile = \"bad\"\n{good}{bad}");
    let config = folder.file("config.toml", &text, 0o600);

    found(with_config(&config, "--profile good"));
    let mut by_variable = with_config(&config, "");
    by_variable.env("ADAPIS_PROFILE", "good");
    found(by_variable);
    assert_eq!(failure(with_config(&config, "--attempts 1")).0, 4);

    let mut by_config_variable = stats("--profile good");
    by_config_variable.env("ADAPIS_CONFIG", &config);
    found(by_config_variable);
    folder.file("xdg/adapis/config.toml", &text, 0o600);
    let mut by_place = stats("--profile good");
    by_place.env("XDG_CONFIG_HOME", folder.0.path().join("xdg"));
    found(by_place);

    let (code, text) = failure(with_config(&config, "--profile other"));
    assert_eq!(code, 2);
    assert!(text.contains("bad, good"), "{text}");
}

#[test]
fn a_named_profile_outranks_the_environment_and_a_default_one_does_not() {
    let emulator = Emulator::start();
    let gone = Peer::gone();
    let folder = Folder::new();
    let secret = "password_command = \"echo 111111\"";
    let text = profile("default", emulator.spots_url(), secret);
    let config = folder.file("config.toml", &text, 0o644);
    let stray = |flags: &str| {
        let mut command = with_config(&config, flags);
        command.env("ADAPIS_SPOTS_ENDPOINT", gone.url());
        command
    };
    found(stray("--profile default"));
    assert_eq!(failure(stray("--attempts 1")).0, 4);
    found(stray(&format!("--endpoint {}", emulator.spots_url())));
}

#[test]
fn a_named_profile_takes_only_the_secrets_that_it_lacks_from_the_environment() {
    let emulator = Emulator::start();
    let gone = Peer::gone();
    let folder = Folder::new();
    let half = profile("half", emulator.spots_url(), "");
    let text = half + "[profile.quarter.spots]\npassword = \"111111\"\n";
    let config = folder.file("config.toml", &text, 0o600);
    let mut command = with_config(&config, "--profile half");
    command
        .env("ADAPIS_SPOTS_PASSWORD", "111111")
        .env("ADAPIS_SPOTS_LOGIN", "stray")
        .env("ADAPIS_SPOTS_ENDPOINT", gone.url());
    found(command);
    let mut command = with_config(&config, "--profile quarter");
    command
        .env("ADAPIS_SPOTS_LOGIN", "publisher@example.com")
        .env("ADAPIS_SPOTS_ENDPOINT", emulator.spots_url());
    let (code, text) = failure(command);
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains("add login to [profile.quarter.spots]"),
        "{text}"
    );
    assert!(text.contains("ADAPIS_SPOTS_LOGIN is not read"), "{text}");
    // Nor is an endpoint of the environment used where the profile relies on the default.
    let text = "[profile.prod.adfox]\nlogin = \"me\"\npassword = \"hush-2\"\n";
    let config = folder.file("config.toml", text, 0o600);
    let mut command = adapis(&format!(
        "adfox list zone --config {} --profile prod --dry-run",
        config.display()
    ));
    command
        .env("ADAPIS_ADFOX_ENDPOINT", gone.url())
        .env("ADAPIS_ADFOX_OAUTH_TOKEN", "hush-3");
    let output = command.output().unwrap();
    let shown = stdout(&output);
    assert!(shown.contains("https://api.adfox.ru/"), "{output:?}");
    assert!(shown.contains("loginAccount=me"), "{output:?}");
}

#[test]
fn adfox_takes_its_token_or_password_from_the_first_source_that_has_one() {
    let folder = Folder::new();
    let password = folder.file("password", "hush-1", 0o600);
    let with_token = "[profile.default.adfox]\noauth_token = \"hush-2\"\n";
    let with_password = "[profile.default.adfox]\nlogin = \"me\"\npassword = \"hush-3\"\n";
    let (token, login) = ("ADAPIS_ADFOX_OAUTH_TOKEN", "ADAPIS_ADFOX_LOGIN");
    let by_flag = format!("--login you --password-file {}", password.display());
    let ask = |config: &str, flags: &str, variables: &[(&str, &str)]| {
        let config = folder.file("config.toml", config, 0o600);
        let config = config.display();
        let mut command = adapis(&format!(
            "adfox list zone --config {config} --dry-run {flags}"
        ));
        command.envs(variables.iter().copied());
        stdout(&command.output().unwrap()).to_owned()
    };
    let (by_password, by_token) = ("https://api.adfox.ru/", "https://adfox.yandex.ru/");
    for (config, flags, variables, expected) in [
        ("", by_flag.as_str(), &[(token, "hush-4")][..], by_password),
        (with_token, &by_flag, &[], by_password),
        (with_password, "", &[(token, "hush-4")], by_token),
        (
            with_token,
            "",
            &[(login, "me"), ("ADAPIS_ADFOX_PASSWORD", "hush-5")],
            by_password,
        ),
        (
            "",
            "",
            &[
                (token, "hush-4"),
                (login, "me"),
                ("ADAPIS_ADFOX_PASSWORD", "hush-5"),
            ],
            by_token,
        ),
    ] {
        let shown = ask(config, flags, variables);
        assert!(shown.contains(expected), "{config} {flags}: {shown}");
        assert!(!shown.contains("hush"), "{shown}");
    }
}

#[cfg(unix)]
#[test]
fn a_config_with_secrets_that_others_may_read_is_refused() {
    let emulator = Emulator::start();
    let folder = Folder::new();
    let text = profile("default", emulator.spots_url(), "password = \"111111\"");
    for mode in [0o644, 0o640, 0o604] {
        let config = folder.file("config.toml", &text, mode);
        let (code, text) = failure(with_config(&config, ""));
        assert_eq!(code, 2, "{mode:o}");
        assert!(text.contains("chmod 600"), "{text}");
        assert!(!text.contains("111111"), "{text}");
    }
    found(with_config(&folder.file("config.toml", &text, 0o600), ""));
}

#[cfg(unix)]
#[test]
fn a_file_with_a_secret_that_others_may_read_is_reported() {
    let emulator = Emulator::start();
    let folder = Folder::new();
    for (mode, told) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
        let secret = folder.file("password", "111111\n", mode);
        let mut command = stats("");
        command
            .env("ADAPIS_SPOTS_ENDPOINT", emulator.spots_url())
            .env("ADAPIS_SPOTS_LOGIN", "publisher@example.com")
            .arg("--password-file")
            .arg(&secret);
        let output = command.output().unwrap();
        let said = text(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert_eq!(
            said.contains("other users can read password"),
            told,
            "{said}"
        );
        assert!(!said.contains("111111"), "{said}");
    }
}

#[test]
fn a_wrong_config_is_told_without_its_values() {
    let folder = Folder::new();
    for (case, text, told) in [
        (
            "no TOML",
            "[profile.default.spots]\nlogin = \"hush-1",
            "line 2",
        ),
        (
            "no text",
            "[profile.default.spots]\npassword = 7000001",
            "line 2",
        ),
        (
            "setting",
            "[profile.default.spots]\npasword = \"hush-1\"",
            "pasword",
        ),
        (
            "vendor",
            "[profile.default.spot]\nlogin = \"hush-1\"",
            "spot",
        ),
        (
            "member",
            "[profiles.default.spots]\nlogin = \"hush-1\"",
            "config",
        ),
        (
            "twice",
            "[profile.default.spots]\npassword_file = \"hush-1\"\npassword_command = \"hush-1\"",
            "more than one way",
        ),
    ] {
        let config = folder.file("config.toml", text, 0o600);
        let (code, line) = failure(with_config(&config, ""));
        assert_eq!(code, 2, "{case}: {line}");
        assert!(line.contains(told), "{case}: {line}");
        assert!(
            !line.contains("hush") && !line.contains("7000001"),
            "{case}: {line}"
        );
    }
    let (code, _) = failure(stats("--config no/such/config.toml"));
    assert_eq!(code, 2);
}
