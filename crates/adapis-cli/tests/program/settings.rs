//! Settings as people make them: empty variables, line ends of Windows, notes below a password.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::peers::{Emulator, Peer};
use crate::{adapis, failure, stdout};

const DAYS: &str = "--from 2023-08-23 --to 2023-08-24 --group site --site test1.ru --format csv";

fn stats(emulator: &Emulator, flags: &str) -> Command {
    let mut command = adapis(&format!("spots stats {DAYS} {flags}"));
    command
        .env("ADAPIS_SPOTS_ENDPOINT", emulator.spots_url())
        .env("ADAPIS_SPOTS_LOGIN", "publisher@example.com")
        .env("ADAPIS_SPOTS_PASSWORD", "111111");
    command
}

fn found(mut command: Command) {
    let output = command.output().unwrap();
    assert!(stdout(&output).contains("71385"), "{output:?}");
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let emulator = Emulator::start();
    let folder = folder();
    let file = folder.path().join("password");
    std::fs::write(&file, "111111").unwrap();
    let mut command = stats(&emulator, "");
    for variable in [
        "ADAPIS_FORMAT",
        "ADAPIS_CONFIG",
        "ADAPIS_PROFILE",
        "ADAPIS_SPOTS_TOKEN_FOLDER",
        "ADAPIS_SPOTS_PASSWORD",
        "ADAPIS_SPOTS_PASSWORD_COMMAND",
        "HOME",
        "XDG_CONFIG_HOME",
        "NO_COLOR",
    ] {
        command.env(variable, "");
    }
    command
        .env("ADAPIS_SPOTS_PASSWORD_FILE", &file)
        .current_dir(folder.path());
    found(command);
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "no token file in the working folder");
    let mut command = stats(&emulator, "");
    command.env("ADAPIS_SPOTS_LOGIN", "");
    let (code, line) = failure(command);
    assert_eq!(code, 2);
    assert!(line.contains("login is required"), "{line}");
}

#[test]
fn an_empty_folder_never_means_the_working_folder() {
    let emulator = Emulator::start();
    let folder = folder();
    let mut command = stats(&emulator, "--token-folder=");
    command.current_dir(folder.path());
    let (code, line) = failure(command);
    assert_eq!(code, 2, "{line}");
    assert!(line.contains("--token-folder"), "{line}");
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "[profile.default.spots]\ntoken_folder = \"\"\n").unwrap();
    let mut command = stats(&emulator, "--config config.toml");
    command.current_dir(folder.path());
    found(command);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_tilde_is_the_home_folder() {
    let emulator = Emulator::start();
    let home = folder();
    std::fs::write(home.path().join("password"), "111111\n").unwrap();
    let text =
        "[profile.default.spots]\ntoken_folder = \"~/tokens\"\npassword_file = \"~/password\"\n";
    std::fs::write(home.path().join("config.toml"), text).unwrap();
    let working = folder();
    let mut command = stats(&emulator, "");
    command
        .env_remove("ADAPIS_SPOTS_PASSWORD")
        .env("HOME", home.path())
        .env("ADAPIS_CONFIG", "~/config.toml")
        .current_dir(working.path());
    found(command);
    assert!(home.path().join("tokens").is_dir());
    assert_eq!(std::fs::read_dir(working.path()).unwrap().count(), 0);
}

#[test]
fn a_secret_is_the_first_line_wherever_it_comes_from() {
    let emulator = Emulator::start();
    let folder = folder();
    let file = folder.path().join("password");
    for text in [
        "111111",
        "111111\r\n",
        "\u{feff}111111\n",
        "111111\nlogin: publisher@example.com\nurl: https://example.com\n",
    ] {
        std::fs::write(&file, text).unwrap();
        for (variable, value) in [
            ("PASSWORD", text.to_owned()),
            ("PASSWORD_FILE", file.display().to_string()),
            ("PASSWORD_COMMAND", format!("cat {}", file.display())),
        ] {
            let mut command = stats(&emulator, "");
            command
                .env_remove("ADAPIS_SPOTS_PASSWORD")
                .env(format!("ADAPIS_SPOTS_{variable}"), value);
            found(command);
        }
    }
    let mut command = stats(&emulator, "");
    command.env("ADAPIS_SPOTS_LOGIN", "publisher@example.com\r");
    found(command);
}

#[test]
fn a_secret_that_is_not_a_line_is_refused_before_anything_is_sent() {
    let (peer, asked) = Peer::refuses();
    for secret in ["hush\rhush", "\nhush", "\r\n"] {
        let mut command = adapis(&format!("spots stats {DAYS} --endpoint {}", peer.url()));
        command
            .env("ADAPIS_SPOTS_LOGIN", "login")
            .env("ADAPIS_SPOTS_PASSWORD", secret);
        let (code, line) = failure(command);
        assert_eq!(code, 2, "{line}");
        assert!(
            line.contains("password") && !line.contains("hush"),
            "{line}"
        );
    }
    assert!(asked.lock().unwrap().is_empty());
}

#[test]
fn a_command_for_a_secret_is_under_the_timeout() {
    let emulator = Emulator::start();
    let mut command = stats(&emulator, "--timeout 0.5 --password-command");
    command.arg("sleep 20");
    let started = Instant::now();
    let (code, line) = failure(command);
    assert_eq!(code, 4, "{line}");
    assert!(line.contains("command for password"), "{line}");
    assert!(started.elapsed() < Duration::from_secs(10));
    let mut command = stats(&emulator, "--password-command");
    command.arg("yes");
    let (code, line) = failure(command);
    assert_eq!(code, 2, "{line}");
}

#[cfg(unix)]
fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
#[test]
fn a_config_that_others_may_change_is_refused_without_a_secret_in_it_too() {
    let emulator = Emulator::start();
    let folder = folder();
    let inner = folder.path().join("adapis");
    std::fs::create_dir(&inner).unwrap();
    let config = inner.join("config.toml");
    let text = "[profile.default.spots]\npassword_command = \"echo 111111\"\n";
    std::fs::write(&config, text).unwrap();
    let run = || stats(&emulator, &format!("--config {}", config.display()));
    for (file, parent, refused) in [
        (0o644, 0o755, false),
        (0o664, 0o755, true),
        (0o646, 0o755, true),
        (0o644, 0o775, true),
        (0o644, 0o757, true),
        (0o644, 0o1777, false),
    ] {
        mode(&config, file);
        mode(&inner, parent);
        if refused {
            let (code, line) = failure(run());
            assert_eq!(code, 2, "{file:o} {parent:o}: {line}");
            assert!(line.contains("chmod go-w"), "{line}");
        } else {
            found(run());
        }
    }
    let link = folder.path().join("link.toml");
    mode(&inner, 0o777);
    std::os::unix::fs::symlink(&config, &link).unwrap();
    let (code, line) = failure(stats(&emulator, &format!("--config {}", link.display())));
    assert_eq!(code, 2, "{line}");
}

/// Needs the right to give files away, which tests in containers usually have.
#[cfg(unix)]
#[test]
fn files_of_another_user_are_refused() {
    let emulator = Emulator::start();
    let folder = folder();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "[profile.default.spots]\nlogin = \"x\"\n").unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    mode(&tokens, 0o700);
    let given = [&config, &tokens]
        .iter()
        .all(|path| std::os::unix::fs::chown(path, Some(65534), None).is_ok());
    if !given {
        return;
    }
    for flags in [
        format!("--config {}", config.display()),
        format!("--token-folder {}", tokens.display()),
    ] {
        let (code, line) = failure(stats(&emulator, &flags));
        assert_eq!(code, 2, "{line}");
        assert!(line.contains("belongs to another user"), "{line}");
    }
    assert_eq!(std::fs::read_dir(&tokens).unwrap().count(), 0);
}
