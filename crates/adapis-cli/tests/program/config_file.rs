//! `adapis config` and the defaults of the config file.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::peers::{Emulator, Peer};
use crate::{adapis, failure, stdout, text, words};

const HUSH: &str = "hush-7000001";

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

fn config(folder: &TempDir, text: &str) -> String {
    let path = folder.path().join("config.toml");
    write(&path, text);
    path.to_str().unwrap().to_owned()
}

#[test]
fn path_prints_the_path_alone_and_says_why_it_is_this_one() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_str().unwrap();
    let cases = [
        (
            "config path --config a.toml",
            "a.toml".to_owned(),
            "--config",
        ),
        ("config path", "b.toml".to_owned(), "ADAPIS_CONFIG"),
        (
            "config path",
            format!("{home}/xdg/adapis/config.toml"),
            "XDG_CONFIG_HOME",
        ),
        (
            "config path",
            format!("{home}/.config/adapis/config.toml"),
            "the default",
        ),
    ];
    for (number, (line, path, reason)) in cases.into_iter().enumerate() {
        let mut command = adapis(line);
        command.env("HOME", home);
        if number < 3 {
            command.env("XDG_CONFIG_HOME", folder.path().join("xdg"));
        }
        if number < 2 {
            command.env("ADAPIS_CONFIG", "b.toml");
        }
        let output = command.output().unwrap();
        assert_eq!(stdout(&output), format!("{path}\n"));
        let note = text(&output.stderr);
        assert!(
            note.contains(reason) && note.contains("config init"),
            "{note}"
        );
        let object: Value = serde_json::from_str(stdout(
            &command.args(["--format", "json"]).output().unwrap(),
        ))
        .unwrap();
        assert_eq!(
            (object["path"].as_str(), &object["exists"]),
            (Some(&*path), &false.into())
        );
    }
    // Also if the file is invalid, so that it can be found and corrected.
    let broken = config(&folder, "[[[");
    let output = adapis(&format!("config path --config {broken}"))
        .output()
        .unwrap();
    assert_eq!(stdout(&output), format!("{broken}\n"));
    let mut none = adapis("config path");
    none.env("ADAPIS_CONFIG", "/dev/null");
    assert_eq!(failure(none).0, 2);
}

#[cfg(unix)]
#[test]
fn init_writes_an_example_for_its_owner_and_never_overwrites() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".config/adapis/config.toml");
    let init = || {
        let mut command = adapis("config init");
        command.env("HOME", folder.path());
        command
    };
    let output = init().output().unwrap();
    assert_eq!(stdout(&output).trim_end(), path.to_str().unwrap());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    let mut list = adapis("config list --format json");
    let output = list.env("HOME", folder.path()).output().unwrap();
    assert_eq!(stdout(&output).trim(), "[]");
    assert!(text(&output.stderr).contains(path.to_str().unwrap()));

    write(&path, "# mine");
    let (code, error) = failure(init());
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("exists"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "# mine");
}

#[test]
fn list_shows_secrets_only_as_where_they_come_from() {
    let folder = tempfile::tempdir().unwrap();
    let path = config(
        &folder,
        &format!(
            "[profile.default.spots]\nlogin = \"me\"\npassword = \"{HUSH}\"\n\
             endpoint = \"https://me:{HUSH}@spots.example\"\n\
             [profile.other.hybrid]\nclient_id = \"c\"\nclient_secret_command = \"echo {HUSH}\"\n\
             [profile.other.adfox]\noauth_token_file = \"/run/secrets/adfox\"\n"
        ),
    );
    let rows = |flags: &str, env: &[(&str, &str)]| {
        let mut command = adapis(&format!("config list --config {path} --format csv {flags}"));
        let output = command.envs(env.iter().copied()).output().unwrap();
        let rows = stdout(&output).to_owned();
        assert!(
            !rows.contains(HUSH) && !text(&output.stderr).contains(HUSH),
            "{rows}"
        );
        rows
    };
    let all = rows(
        "",
        &[
            ("ADAPIS_SPOTS_LOGIN", "you"),
            ("ADAPIS_KEITARO_TOKEN", HUSH),
        ],
    );
    let expected = [
        "profile,selected,vendor,setting,value,from",
        "default,true,keitaro,token,,ADAPIS_KEITARO_TOKEN",
        "default,true,spots,endpoint,https://***@spots.example,endpoint in [profile.default.spots]",
        "default,true,spots,login,you,ADAPIS_SPOTS_LOGIN",
        "default,true,spots,password,,password in [profile.default.spots]",
        "other,false,hybrid,client_id,c,client_id in [profile.other.hybrid]",
        "other,false,hybrid,client_secret,,client_secret_command in [profile.other.hybrid]",
        "other,false,adfox,oauth_token,,oauth_token_file in [profile.other.adfox] (/run/secrets/adfox)",
    ];
    assert_eq!(all.lines().collect::<Vec<_>>(), expected);
    let other = rows("--profile other", &[]);
    assert_eq!(other.lines().count(), 4, "{other}");
    assert!(other.contains("other,true,hybrid"), "{other}");
}

#[test]
fn the_config_file_has_defaults_that_flags_and_variables_outrank() {
    let emulator = Emulator::start();
    let folder = tempfile::tempdir().unwrap();
    let account = format!(
        "[profile.default.spots]\nendpoint = \"{}\"\nlogin = \"publisher@example.com\"\n\
         password = \"111111\"\n",
        emulator.spots_url()
    );
    let path = config(
        &folder,
        &format!("[defaults]\nformat = \"csv\"\ntimeout = 60\n{account}"),
    );
    let line = format!(
        "spots stats --config {path} --from 2023-08-23 --to 2023-08-23 --group site --site test1.ru"
    );
    let starts = |flags: &str, format: Option<&str>, start: &str| {
        let mut command = adapis(&format!("{line} {flags}"));
        command.envs(format.map(|format| ("ADAPIS_FORMAT", format)));
        let output = command.output().unwrap();
        let printed = stdout(&output);
        assert!(printed.starts_with(start), "{printed}");
    };
    starts("", None, "site,shows");
    starts("", Some("tsv"), "site\tshows");
    starts("--format json", None, "[");
    let file = folder.path().join("rows.ndjson");
    let output = adapis(&format!("{line} --output {}", file.display()))
        .output()
        .unwrap();
    assert_eq!(stdout(&output), "");
    assert!(std::fs::read_to_string(file).unwrap().starts_with('{'));
}

#[test]
fn the_default_format_is_that_of_errors_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = config(&folder, "[defaults]\nformat = \"json\"\nattempts = 1\n");
    let gone = Peer::gone().url();
    let line = format!("spots stats --config {path} --from 2023-08 --to 2023-08 --endpoint {gone}");
    let mut command = adapis(&line);
    command
        .env("ADAPIS_SPOTS_LOGIN", "me")
        .env("ADAPIS_SPOTS_PASSWORD", HUSH);
    let (code, error) = failure(command);
    assert_eq!(code, 4, "{error}");
    let error: Value = serde_json::from_str(&error).unwrap();
    assert_eq!(error["error"]["kind"], "connect");
}

#[test]
fn the_default_timeout_limits_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let path = config(&folder, "[defaults]\ntimeout = \"1.5\"\n");
    let hangs = Peer::hangs();
    let line = format!(
        "spots stats --config {path} --from 2023-08 --to 2023-08 --endpoint {}",
        hangs.url()
    );
    let mut command = adapis(&line);
    command
        .env("ADAPIS_SPOTS_LOGIN", "me")
        .env("ADAPIS_SPOTS_PASSWORD", HUSH);
    let begin = std::time::Instant::now();
    let (code, error) = failure(command);
    assert_eq!(code, 4, "{error}");
    // Without a limit, a call has a minute.
    assert!(begin.elapsed().as_secs() < 30, "{error}");
}

#[test]
fn a_wrong_default_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    for (setting, told) in [
        ("format = \"cvs\"", "cvs"),
        ("timeout = 0", "timeout: expected a number of seconds"),
        ("attempts = 99", "attempts: expected a number from 1 to 20"),
        ("calls_per_minute = -1.5", "calls_per_minute"),
        ("verbsoe = 1", "verbsoe"),
    ] {
        let path = config(&folder, &format!("[defaults]\n{setting}\n"));
        let (code, error) = failure(words(&["demo", "--config", &path]));
        assert_eq!(code, 2, "{error}");
        assert!(error.contains(told), "{error}");
    }
}
