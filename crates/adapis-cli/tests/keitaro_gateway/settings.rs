//! Flags and the config file.

use adapis_emulator::Emulator;
use tokio::process::Command;

use crate::before;

#[tokio::test]
async fn settings_may_stand_in_the_config_file() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let text = "[gateway]\nmethod = \"get\"\nexcept = [\"/plain\"]\ndeadline = 500\n";
    std::fs::write(&file, text).unwrap();
    let flags = ["--config", file.to_str().unwrap()];
    let (gateway, site) = before(&emulator, "Nothing", &flags).await;
    gateway.get("/plain", "").await;
    assert_eq!(site.header("x-keitaro-outcome").as_deref(), Some("skipped"));
    gateway.get("/", "").await;
    assert_eq!(site.header("x-keitaro-outcome").as_deref(), Some("page"));
}

#[tokio::test]
async fn wrong_settings_are_named() {
    for (flags, named) in [
        (vec!["--upstream", "ftp://a"], "upstream"),
        (vec![], "upstream"),
        (vec!["--page", "/does/not/exist"], "page"),
        (
            vec!["--upstream", "http://a", "--trusted-proxy", "proxy"],
            "trusted-proxy",
        ),
        (
            vec!["--upstream", "http://a", "--deny", "1.2.3.4/99"],
            "deny",
        ),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_adapis"))
            .args(["keitaro", "gateway", "--tracker", "http://127.0.0.1:1"])
            .args(&flags)
            .env("ADAPIS_KEITARO_TOKEN", "t")
            .output()
            .await
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(named), "{text}");
    }
}
