use crate::{adapis, stdout};

const COMMANDS: [&str; 37] = [
    "",
    "demo",
    "emulator",
    "keitaro",
    "keitaro click",
    "keitaro offer-url",
    "keitaro update",
    "keitaro postback",
    "spots",
    "spots stats",
    "spots call",
    "hybrid",
    "hybrid advertisers",
    "hybrid campaigns",
    "hybrid banners",
    "hybrid stats",
    "hybrid stats campaign",
    "hybrid get",
    "hybrid v3",
    "hybrid v3 advertisers",
    "hybrid v3 campaigns",
    "hybrid v3 banners",
    "hybrid v3 stats",
    "adfox",
    "adfox call",
    "adfox list",
    "adfox report",
    "adfox reports",
    "adfox report-metadata",
    "adfox report-dates",
    "check",
    "config",
    "config path",
    "config init",
    "config list",
    "completions",
    "man",
];

#[test]
fn every_command_explains_itself_with_examples() {
    for command in COMMANDS {
        let output = adapis(&format!("{command} --help")).output().unwrap();
        let help = stdout(&output);
        assert!(help.contains("Usage: adapis"), "{command}: {help}");
        assert!(help.contains("Examples:"), "{command} has no examples");
    }
}

#[test]
fn alone_it_prints_the_help_and_says_its_version() {
    let alone = adapis("").output().unwrap();
    assert!(stdout(&alone).contains("Usage: adapis"));
    let short = concat!("adapis ", env!("CARGO_PKG_VERSION"));
    let version = adapis("-V").output().unwrap();
    assert_eq!(stdout(&version), format!("{short}\n"));
    let version = adapis("--version").output().unwrap();
    let lines: Vec<&str> = stdout(&version).lines().collect();
    let [first, tls] = lines[..] else {
        panic!("{lines:?}")
    };
    // A build from a package without version control has no commit.
    let commit = first.strip_prefix(short).unwrap();
    if !commit.is_empty() {
        let commit = commit
            .strip_prefix(" (")
            .and_then(|rest| rest.strip_suffix(')'));
        let is_commit =
            |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(commit.is_some_and(is_commit), "{first}");
    }
    assert!(tls.starts_with("TLS: rustls"), "{tls}");
}

#[test]
fn flags_named_in_the_examples_exist() {
    for line in [
        "keitaro click --tracker x --ip 203.0.113.7 --user-agent a --language ru --landing-id 1 \
         --uniqueness-cookie c --x-requested-with XMLHttpRequest --info --log \
         --force-redirect-offer --param a=b --param c=d --method post",
        "spots stats --from 2023-08-23 --to 2023-08-24 --group date_day --group site \
         --group site_id --group placement --site a --site-id 750 --placement 1 --placement-name n",
        "spots call m --params {}",
        "hybrid advertisers --advertiser 1",
        "hybrid banners 1 --advertiser 1",
        "hybrid get /campaign/get --advertiser 1",
        "hybrid v3 campaigns --advertiser 1",
        "hybrid v3 stats --level banner --banner 1 --split Day,OS --from 2025-01 --to 2025-01 \
         --window-days 30 --page-size 10 --ignore-totals --advertiser 1 --token-kind agency",
        "adfox call object=account action=list actionObject=campaign limit=1 --method get",
        "adfox list campaign limit=5 --all",
        "adfox report --metric a,b --dimension date --from 2024-01 --to 2024-02 --filter a:eq:b \
         --limit 7 --owner-id 7 --ignore-totals",
        "adfox report --saved a --from -7d --to today",
        "adfox report --task a --owner-id 7",
        "adfox reports a --owner-id 7",
    ] {
        let output = adapis(line).output().unwrap();
        let stderr = crate::text(&output.stderr);
        assert!(
            stderr.contains("is required") || stderr.contains("endpoint"),
            "{line}: {stderr}"
        );
    }
}

#[test]
fn a_group_without_a_command_prints_its_help() {
    for group in [
        "keitaro",
        "spots",
        "hybrid",
        "hybrid stats",
        "hybrid v3",
        "adfox",
    ] {
        let alone = adapis(group).output().unwrap();
        let text = stdout(&alone);
        assert!(text.contains(&format!("Usage: adapis {group}")), "{text}");
        assert!(text.contains("Commands:"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(alone.stderr.is_empty());
    }
}

#[test]
fn a_near_miss_has_a_suggestion() {
    for (line, meant) in [
        ("hybrd", "hybrid"),
        ("hybrid campaign", "campaigns"),
        ("spots stats --grup site", "--group"),
        ("adfox list campaigns", "did you mean 'campaign'?"),
        ("adfox get Banner 1", "did you mean 'banner'?"),
        ("adfox add zones name=x", "did you mean 'zone'?"),
        ("adfox modify sites 1 name=x", "did you mean 'website'?"),
        ("adfox delete campaings 1", "did you mean 'campaign'?"),
        ("adfox list campaign limt=3", "did you mean 'limit'?"),
        ("demo --format cvs", "csv"),
    ] {
        let mut command = adapis(line);
        command
            .env("ADAPIS_ADFOX_LOGIN", "login")
            .env("ADAPIS_ADFOX_PASSWORD", "password")
            .env("ADAPIS_ADFOX_ENDPOINT", "http://127.0.0.1:9/");
        let (code, error) = crate::failure(command);
        assert_eq!(code, 2, "{line}: {error}");
        assert!(error.contains(meant), "{line}: {error}");
    }
}

#[test]
fn each_command_says_whose_ids_it_takes() {
    for (command, ids) in [
        (
            "delete",
            "IDs of the objects; for banners also campaignID=ID",
        ),
        ("placing", "IDs of websites, zones or places"),
        ("target", "IDs of the campaigns"),
    ] {
        let output = adapis(&format!("adfox {command} --help")).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(ids), "{command}: {text}");
    }
}
