//! Completion scripts, manual pages and `emulator --env`, in the shells that this machine has.

use std::path::Path;
use std::process::{Command, Output};

use crate::{adapis, failure, stdout, text};

/// Whether there is such a program; those that are not installed are not tried.
fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok() || Path::new(program).exists()
}

/// Runs a script in a shell that finds the program by its name.
fn run(shell: &[&str], script: &str, variables: &[(&str, &str)]) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_adapis"));
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&folders);
    let path = [program.parent().unwrap().to_owned()]
        .into_iter()
        .chain(folders);
    Command::new(shell[0])
        .args(&shell[1..])
        .arg(script)
        .env_clear()
        .envs(variables.iter().copied())
        .env("PATH", std::env::join_paths(path).unwrap())
        .output()
        .unwrap()
}

fn config(folder: &tempfile::TempDir) -> String {
    let path = folder.path().join("config.toml");
    let text = "[profile.agency.spots]\nlogin = \"a\"\n[profile.second.spots]\nlogin = \"b\"\n";
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The words of a line, the last of which is completed, and what is offered.
fn cases(config: &str) -> Vec<(Vec<String>, &'static [&'static str])> {
    let profile = format!("adapis --config {config} --profile|");
    let lines: [(&str, &'static [&'static str]); 10] = [
        ("adapis|adf", &["adfox"]),
        ("adapis|adfox|list|ca", &["campaign", "category"]),
        ("adapis|adfox|modify|zo", &["zone"]),
        (
            "adapis|adfox|list|zone|actionO",
            &["actionObjectID=", "actionObjectID2="],
        ),
        ("adapis|adfox|list|campaign|super", &["superCampaignID="]),
        ("adapis|hybrid|v3|stats|--split|De", &["DeviceType"]),
        ("adapis|spots|stats|--group|s", &["site", "site_id"]),
        ("adapis|check|s", &["spots"]),
        ("adapis|--format|j", &["json"]),
        (&profile.replace(' ', "|"), &["agency", "second"]),
    ];
    let words = |line: &str| line.split('|').map(str::to_owned).collect();
    lines.map(|(line, offered)| (words(line), offered)).into()
}

fn quoted(words: &[String]) -> String {
    let words = words.iter().map(|word| format!("'{word}'"));
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn bash_completes_objects_parameters_and_profiles() {
    if !has("bash") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut cases = cases(&config(&folder));
    // bash splits words at '='.
    let split = ["adapis", "adfox", "call", "actionObject", "=", "camp"];
    cases.push((split.map(str::to_owned).into(), &["campaign"]));
    for (words, offered) in cases {
        let script = format!(
            "source <(adapis completions bash); COMP_WORDS=({}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); \
             COMP_TYPE=9; _clap_complete_adapis adapis \"${{COMP_WORDS[COMP_CWORD]}}\" x; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            quoted(&words)
        );
        let output = run(&["bash", "-c"], &script, &[]);
        let found: Vec<&str> = stdout(&output).lines().collect();
        assert_eq!(found, offered, "{words:?} {output:?}");
    }
}

#[test]
fn zsh_and_fish_complete_them_too() {
    let folder = tempfile::tempdir().unwrap();
    for (words, offered) in cases(&config(&folder)) {
        if has("zsh") {
            let script = format!(
                "compdef() {{ : }}; _describe() {{ print -rl -- \"${{(P)3[@]}}\" }}; \
                 source <(adapis completions zsh); words=({}); CURRENT=$#words; \
                 _clap_dynamic_completer_adapis",
                quoted(&words)
            );
            let output = run(&["zsh", "-fc"], &script, &[]);
            let found = stdout(&output).lines();
            let found: Vec<&str> = found.map(|line| line.split(':').next().unwrap()).collect();
            assert_eq!(found, offered, "{words:?} {output:?}");
        }
        if has("fish") {
            let script = format!(
                "adapis completions fish | source; complete -C \"{}\"",
                words.join(" ")
            );
            let home = folder.path().to_str().unwrap();
            let output = run(&["fish", "--no-config", "-c"], &script, &[("HOME", home)]);
            let found = stdout(&output).lines();
            let found: Vec<&str> = found.map(|line| line.split('\t').next().unwrap()).collect();
            assert_eq!(found, offered, "{words:?} {output:?}");
        }
    }
}

#[test]
fn a_broken_config_file_breaks_no_completion() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, "[[[").unwrap();
    let mut command = adapis("-- adapis --profile");
    command
        .arg("")
        .env("ADAPIS_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", "2")
        .env("ADAPIS_CONFIG", &path);
    let output = command.output().unwrap();
    assert!(
        output.stderr.is_empty() && output.status.success(),
        "{output:?}"
    );
    let script = adapis("completions powershell").output().unwrap();
    assert!(stdout(&script).contains("ADAPIS_COMPLETE"));
    assert_eq!(failure(adapis("completions ksh")).0, 2);
}

#[test]
fn each_command_has_a_manual_page_that_is_the_same_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let pages = |name: &str| {
        let path = folder.path().join(name);
        let output = adapis(&format!("man --out {}", path.display()))
            .output()
            .unwrap();
        assert_eq!(stdout(&output), "");
        let mut pages: Vec<(String, String)> = std::fs::read_dir(path)
            .unwrap()
            .map(|file| file.unwrap().path())
            .map(|file| {
                let name = file.file_name().unwrap().to_str().unwrap().to_owned();
                (name, std::fs::read_to_string(file).unwrap())
            })
            .collect();
        pages.sort();
        pages
    };
    let first = pages("first");
    assert_eq!(first, pages("second"));
    let page = |name: &str| &first.iter().find(|(page, _)| page == name).unwrap().1;
    assert!(page("adapis-spots-stats.1").contains("adapis spots stats \\-\\-from"));
    assert!(page("adapis.1").contains("Exit codes"));
    assert!(first.len() > 40);
    let alone = adapis("man").output().unwrap();
    assert_eq!(stdout(&alone).trim_end(), page("adapis.1").trim_end());
}

/// What a person does after the line; stray settings must not matter.
const SESSION: &str = r#"
trap 'kill "$ADAPIS_EMULATOR_PID"' EXIT
adapis check --format csv >/dev/null || exit 1
adapis keitaro click --format csv >/dev/null || exit 2
adapis keitaro postback --sub-id o2q6e42hs08jq --dry-run >/dev/null || exit 3
adapis spots stats --from 2023-08-23 --to 2023-08-24 --group site --format csv || exit 4
adapis hybrid advertisers --format csv >/dev/null || exit 5
adapis adfox list campaign --limit 1 --format csv >/dev/null || exit 6
adapis adfox report-dates --format csv >/dev/null || exit 7
[ "$(adapis emulator --env --listen "${ADAPIS_EMULATOR_URL#http://}" 2>/dev/null | grep -c _PID)" = 0 ] || exit 8
"#;

#[cfg(unix)]
#[test]
fn eval_of_the_emulator_sets_all_that_the_commands_need() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&folder);
    let stray = [
        ("ADAPIS_CONFIG", config.as_str()),
        ("ADAPIS_PROFILE", "agency"),
        ("ADAPIS_ADFOX_OAUTH_TOKEN", "real"),
        ("ADAPIS_HYBRID_ADVERTISER", "real"),
        ("ADAPIS_SPOTS_PASSWORD_COMMAND", "false"),
    ];
    for shell in [["sh", "-uc"], ["bash", "-uc"], ["zsh", "-fuc"]] {
        if !has(shell[0]) {
            continue;
        }
        for eval in [
            "eval \"$(adapis emulator --env --listen 127.0.0.1:0)\"",
            "eval $(adapis emulator --env --listen 127.0.0.1:0)",
        ] {
            let output = run(&shell, &format!("{eval}{SESSION}"), &stray);
            assert!(output.status.success(), "{shell:?} {output:?}");
            assert!(text(&output.stdout).contains("71385"), "{output:?}");
            assert!(text(&output.stderr).contains("until it is stopped by: kill"));
        }
    }
    if has("fish") {
        let script = "adapis emulator --env=fish --listen 127.0.0.1:0 | source; \
                      and adapis adfox list campaign --limit 1 --format csv; \
                      and kill $ADAPIS_EMULATOR_PID";
        let home = folder.path().to_str().unwrap();
        let mut variables = stray.to_vec();
        variables.push(("HOME", home));
        let output = run(&["fish", "--no-config", "-c"], script, &variables);
        assert_eq!(stdout(&output).lines().count(), 2, "{output:?}");
    }
}

#[test]
fn an_address_that_is_taken_by_another_program_is_an_error() {
    let (peer, _) = crate::peers::Peer::refuses();
    let url = peer.url();
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    for (line, told) in [
        (
            format!("emulator --env --listen {address}"),
            "another program",
        ),
        (
            "emulator --env --listen 0.0.0.0:0".to_owned(),
            "of this machine",
        ),
        (
            "emulator --env --data no/such/file".to_owned(),
            "no/such/file",
        ),
    ] {
        let output = adapis(&line).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        // So that the eval fails too, instead of going on with real accounts.
        assert_eq!(text(&output.stdout), "false\n");
        let error = text(&output.stderr);
        assert!(
            error.lines().count() == 1 && error.contains(told),
            "{error}"
        );
    }
}
