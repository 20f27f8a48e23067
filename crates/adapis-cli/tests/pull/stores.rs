//! Roots in remote stores.

use crate::{Home, emulator, failure, publisher};

fn remote(home: &Home, root: &str) {
    let local = format!("root = \"{}\"", home.root().display());
    home.edit(&local, &format!("root = \"{root}\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheme_that_is_not_known_or_not_built_in_is_invalid_input() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    remote(&home, "s3://bucket/prefix");
    let commands = [
        "pull",
        "pull plan",
        "pull check",
        "pull status",
        "pull sql duckdb",
        "pull rewrite",
        "pull --singer",
        "report --source publisher",
    ];
    if !cfg!(feature = "object-store") {
        for line in commands {
            let (code, message) = failure(&home.run(line));
            assert_eq!(code, 2, "{line}: {message}");
            assert!(
                message.contains("s3://") && message.contains("--features object-store"),
                "{message}"
            );
        }
    }
    home.edit("s3://", "ftp://");
    for line in commands {
        let (code, message) = failure(&home.run(line));
        assert_eq!(code, 2, "{line}: {message}");
    }
}

#[cfg(feature = "object-store")]
#[tokio::test(flavor = "multi_thread")]
async fn a_root_in_a_store_does_what_a_folder_does() {
    use crate::{NOW, text};

    let Ok(root) = std::env::var("ADAPIS_TEST_S3") else {
        println!("skipped: ADAPIS_TEST_S3 names no store; see tests/stores/run of adapis-pull");
        return;
    };
    let root = format!("{root}/program {:08x}", fastrand::u32(..));
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\", \"site-day\""));
    remote(&home, &root);
    let run = |line: &str| {
        let settings = std::env::vars().filter(|(name, _)| name.starts_with("AWS_"));
        let output = home.command(line).envs(settings).output().unwrap();
        assert!(output.status.success(), "{line}: {output:?}");
        text(&output.stdout).to_owned()
    };
    let checked = run(&format!("pull check --now {NOW} --format csv"));
    assert!(checked.contains("root,true"), "{checked}");
    run(&format!("pull --now {NOW}"));
    assert!(!home.root().exists() && !home.folder.path().join("s3:").exists());
    let status = run(&format!("pull status --now {NOW} --format json"));
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status[0]["gaps"].as_array().unwrap().len(), 0, "{status}");
    let views = run("pull sql duckdb");
    assert!(
        views.contains(&format!("'{root}/spots.site-day/")),
        "{views}"
    );
    let page = run(&format!("report --source publisher --now {NOW}"));
    assert!(page.starts_with("<!"), "{page:.80}");
    assert!(run("pull --singer --stream day").contains("\"type\":\"RECORD\""));
    run("pull forget --source publisher --stream day");
}
