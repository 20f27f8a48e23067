//! The commands and the settings in `deploy/pull`.

use std::path::Path;

use crate::{Home, NOW, emulator, failure, publisher};

fn read(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/pull");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The commands of a file, without the program and the config file.
fn commands(text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .filter(|line| line.contains("/bin/adapis --config"));
    lines
        .map(|line| {
            let (_, words) = line.split_once("adapis.toml ").unwrap();
            words.split(" >").next().unwrap().to_owned()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_units_and_of_cron_run() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"site-day\""));
    let mut found = commands(&read("adapis-pull.cron"));
    found.extend(commands(&read("adapis-pull.service")));
    assert_eq!(found.len(), 5);
    // The pages are of files that are there.
    found.sort_by_key(|command| !command.starts_with("pull --wait"));
    for command in found {
        let command = command.replace("/srv/adstats/publisher.html", "report.html");
        let output = home.run(&format!("{command} --now {NOW}"));
        assert!(output.status.success(), "{command}: {output:?}");
        if command.starts_with("pull --wait") {
            let lines = String::from_utf8(output.stdout).unwrap();
            assert_eq!(lines.lines().count(), 1, "{lines}");
        }
    }
    assert!(home.folder.path().join("report.html").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_are_valid() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, "");
    home.write(&read("adapis.toml").replace("/srv/adstats", "stats"));
    let plan = home.json(&format!("pull plan --now {NOW}"));
    assert_eq!(plan["sources"].as_array().unwrap().len(), 3);
    // The files of secrets are not there.
    let (code, line) = failure(&home.run(&format!("pull --now {NOW} --source publisher")));
    assert_eq!(code, 2);
    assert!(line.contains("/etc/adapis-pull/spots-password"), "{line}");
}

/// The script needs root to become the user of the service, and says so where it is not.
#[cfg(target_os = "linux")]
#[test]
fn the_recipe_works_as_it_is_installed() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/try-pull");
    let mut command = std::process::Command::new(script);
    let output = command.arg(env!("CARGO_BIN_EXE_adapis")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    match output.status.code() {
        Some(77) => println!("{said}"),
        code => assert_eq!(code, Some(0), "{said}"),
    }
}
