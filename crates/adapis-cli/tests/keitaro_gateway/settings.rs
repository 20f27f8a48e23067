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
async fn a_tilde_in_the_config_file_is_the_home_folder() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("config.toml");
    for (setting, named) in [
        ("page = \"~/none\"", "none"),
        ("page = \"~/config.toml\"\nca-file = \"~/none\"", "none"),
        (
            "page = \"~/config.toml\"\nlocal-key-file = \"~/none\"",
            "none",
        ),
        (
            "page = \"~/config.toml\"\naccess-log-file = \"~/none/log\"",
            "none/log",
        ),
        (
            "page = \"~/config.toml\"\n[[gateway.route]]\ntoken-file = \"~/none\"",
            "none",
        ),
    ] {
        std::fs::write(&file, format!("[gateway]\n{setting}\n")).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_adapis"))
            .args(["keitaro", "gateway", "--tracker", "http://127.0.0.1:1"])
            .args(["--listen", "127.0.0.1:0", "--config"])
            .arg(&file)
            .env("ADAPIS_KEITARO_TOKEN", "t")
            .env("HOME", home.path())
            .output()
            .await
            .unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        let path = home.path().join(named);
        assert!(text.contains(path.to_str().unwrap()), "{setting}: {text}");
    }
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
            vec!["--upstream", "http://a", "--param", "user[agent=x"],
            "param",
        ),
        (
            vec!["--upstream", "http://a", "--cookie-domain", "a b"],
            "cookie-domain",
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

#[tokio::test]
async fn a_time_that_nobody_can_wait_for_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    for flag in [
        "deadline",
        "upstream-timeout",
        "receive-timeout",
        "send-timeout",
        "tunnel-timeout",
    ] {
        for time in ["0", "9223372036854775807"] {
            let text = format!("[gateway]\nupstream = 'http://a'\n{flag} = {time}\n");
            crate::write_private(&file, &text);
            let output = Command::new(env!("CARGO_BIN_EXE_adapis"))
                .args(["keitaro", "gateway", "--tracker", "http://127.0.0.1:1"])
                .args([
                    "--listen",
                    "127.0.0.1:http",
                    "--config",
                    file.to_str().unwrap(),
                ])
                .env("ADAPIS_KEITARO_TOKEN", "t")
                .output()
                .await
                .unwrap();
            let told = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{told}");
            assert!(told.contains(&format!("--{flag} must be")), "{told}");
        }
    }
}

#[tokio::test]
async fn the_attributes_of_cookies_are_flags() {
    let emulator = Emulator::start().await.unwrap();
    let flags = [
        "--script-cookies",
        "--cookie-same-site",
        "none",
        "--cookie-secure",
        "--cookie-domain",
        "example.com",
    ];
    let (gateway, _site) = before(&emulator, "Nothing", &flags).await;
    let cookie = gateway.get("/", "").await.header("set-cookie").unwrap();
    assert!(
        cookie.ends_with("; Domain=example.com; Secure; SameSite=None"),
        "{cookie}"
    );
    let flags = [
        "--cookie-domain",
        "host-only",
        "--cookie-secure",
        "false",
        "--https",
    ];
    let (gateway, _site) = before(&emulator, "Nothing", &flags).await;
    let cookie = gateway.get("/", "").await.header("set-cookie").unwrap();
    assert!(cookie.ends_with("; HttpOnly; SameSite=Lax"), "{cookie}");
    assert!(
        !cookie.contains("Domain") && !cookie.contains("Secure"),
        "{cookie}"
    );
}

#[tokio::test]
async fn more_of_the_click_and_its_log_are_passed_on() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, site) = before(&emulator, "Nothing", &["--log"]).await;
    gateway.get("/?keyword=a", "").await;
    for name in ["campaign", "stream", "global"] {
        let name = format!("x-keitaro-is-unique-{name}");
        assert_eq!(site.header(&name).as_deref(), Some("1"), "{name}");
    }
    assert_eq!(site.header("x-keitaro-action").as_deref(), Some("nothing"));
    let log = site.header("x-keitaro-log").unwrap();
    assert!(
        log.contains("Processing campaign") && log.contains(" | "),
        "{log}"
    );
    let (gateway, site) = before(&emulator, "Nothing", &[]).await;
    gateway.get("/", "").await;
    assert_eq!(site.header("x-keitaro-log"), None);
}

#[tokio::test]
async fn a_form_has_the_click_of_its_page() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, site) = before(&emulator, "Nothing", &["--restore", "cookies"]).await;
    let answer = gateway.get("/", "").await;
    let cookies: Vec<&str> = answer
        .head
        .lines()
        .filter_map(|line| line.strip_prefix("set-cookie: "))
        .filter_map(|line| line.split(';').next())
        .collect();
    let sub_id = site.header("x-keitaro-sub-id").unwrap();
    let request = format!(
        "POST /order HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\
         Cookie: {}\r\n\r\na=b",
        cookies.join("; ")
    );
    crate::exchange(&gateway.address, &request).await;
    assert_eq!(
        site.header("x-keitaro-outcome").as_deref(),
        Some("restored")
    );
    assert_eq!(site.header("x-keitaro-sub-id"), Some(sub_id));
    assert_eq!(emulator.clicks(1).count, 1);
}

#[tokio::test]
async fn parameters_of_the_request_and_the_page_as_referrer_are_flags() {
    let emulator = Emulator::start().await.unwrap();
    let flags = [
        "--param",
        "sub_id_1={uri}",
        "--param",
        "sub_id_2={cookie:ab}",
        "--utm-only",
        "--current-page-as-referrer",
    ];
    let (gateway, _site) = before(&emulator, "Nothing", &flags).await;
    gateway.get("/a?utm_source=b&x=c", "Cookie: ab=7\r\n").await;
    let parameters = emulator.clicks(1).last[0].parameters.clone();
    let page = "http://shop.example:8080/a?utm_source=b&x=c";
    assert_eq!(parameters["sub_id_1"], page);
    assert_eq!(parameters["sub_id_2"], "7");
    assert_eq!(parameters["utm_source"], "b");
    assert_eq!(parameters["referrer"], page);
    assert_eq!(parameters.get("x"), None);
}

#[tokio::test]
async fn a_preset_leaves_the_rest_of_wordpress_alone() {
    let emulator = Emulator::start().await.unwrap();
    let flags = ["--preset", "wordpress", "--except-query", "x=1*"];
    let (gateway, _site) = before(&emulator, "Example", &flags).await;
    for (target, headers, status) in [
        ("/hello-world/", "", 302),
        ("/wp-admin/", "", 200),
        ("/?s=shoes", "", 200),
        ("/", "Cookie: wordpress_logged_in_1=a\r\n", 200),
        ("/?x=12", "", 200),
        ("/?x=2", "", 302),
    ] {
        assert_eq!(
            gateway.get(target, headers).await.status,
            status,
            "{target}"
        );
    }
}
