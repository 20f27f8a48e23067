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
    assert_eq!(found.len(), 4);
    for command in found {
        let command = command.replace("/srv/adstats.html", "report.html");
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
    assert!(line.contains("/etc/adapis/spots-password"), "{line}");
}
