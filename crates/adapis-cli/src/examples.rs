//! The examples in the help of each command.

#[cfg(feature = "pull")]
mod pull;

use clap::Command;

/// Examples by command. A test checks that every line parses.
const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "adapis demo",
            "adapis emulator --listen 127.0.0.1:8080",
            "adapis keitaro click --tracker https://tracker.example --ip 203.0.113.7 --info",
            "adapis spots stats --from 2023-08-23 --to 2023-08-24 --group site",
            "adapis hybrid stats campaign 53df8633af55cd57805746f5 --from 2015-12-31 --to 2015-12-31",
            "adapis --format csv adfox list campaign --all",
        ],
    ),
    ("demo", &["adapis demo", "adapis demo --format ndjson"]),
    (
        "emulator",
        &[
            "adapis emulator",
            "adapis emulator --listen 127.0.0.1:8080 --seed 7",
            "adapis emulator --data accounts.json -v",
            "eval \"$(adapis emulator --env)\"",
        ],
    ),
    (
        "keitaro",
        &[
            "adapis keitaro click --tracker https://tracker.example --ip 203.0.113.7 --info",
            "adapis keitaro postback --sub-id o2q6e42hs08jq --status sale --payout 12.50",
        ],
    ),
    (
        "keitaro click",
        &[
            "adapis keitaro click --tracker https://tracker.example --ip 203.0.113.7 --info --log",
            "adapis keitaro click --user-agent 'Mozilla/5.0' --language ru --param keyword=shoes",
            "adapis keitaro click --method post --token-file /run/secrets/keitaro --format json",
        ],
    ),
    (
        "keitaro offer-url",
        &[
            "adapis keitaro offer-url --token uuid_o2q6e42hs08jq --offer-id 31 --param sub_id_1=button",
        ],
    ),
    (
        "keitaro update",
        &["adapis keitaro update --sub-id o2q6e42hs08jq --param sub_id_1=button --dry-run"],
    ),
    (
        "keitaro postback",
        &[
            "adapis keitaro postback --sub-id o2q6e42hs08jq --status lead --dry-run",
            "adapis keitaro postback --sub-id o2q6e42hs08jq --payout 12.50 --currency USD --tid 7",
        ],
    ),
    (
        "keitaro gateway",
        &[
            "adapis keitaro gateway --tracker https://tracker.example --upstream http://127.0.0.1:3000",
            "adapis keitaro gateway --page landing.html --listen 127.0.0.1:8080 --rewrite",
            "adapis keitaro gateway --upstream http://127.0.0.1:3000 --trusted-proxy 10.0.0.0/8 \
             --address-header X-Forwarded-For --except '/api/*' --metrics 127.0.0.1:9090",
        ],
    ),
    (
        "spots",
        &[
            "adapis spots stats --from 2023-08-23 --to 2023-08-24 --group site",
            "adapis spots call platform.getStatistics --params '{\"filter\":{\"date_from\":\"2023-08-23\",\"date_to\":\"2023-08-24\",\"main_group\":[\"site\"]}}' --format json",
        ],
    ),
    (
        "spots stats",
        &[
            "adapis spots stats --from 2023-08-23 --to 2023-08-24 --group site --site test1.ru",
            "adapis spots stats --from 2023-08-23 --to 2023-10-24 --group site_id --site-id 750",
            "adapis spots stats --from 2025-01 --to 2025-12 --group date_day --output year.csv",
            "adapis spots stats --from -7d --to yesterday --group date_day,site",
            #[cfg(feature = "pull")]
            "adapis spots stats --from -60d --to yesterday --group date_day,site --output sites.html",
        ],
    ),
    (
        "spots call",
        &[
            "adapis spots call platform.getStatistics --params '{\"filter\":{\"date_from\":\"2023-08-23\",\"date_to\":\"2023-08-24\",\"main_group\":[\"site\"]}}' --format json",
        ],
    ),
    (
        "hybrid",
        &[
            "adapis hybrid advertisers",
            "adapis hybrid campaigns --advertiser 53df8633af55cd57805746f5",
            "adapis hybrid get /campaign/get --format json",
        ],
    ),
    (
        "hybrid advertisers",
        &[
            "adapis hybrid advertisers",
            "adapis hybrid advertisers --profile agency --format csv",
        ],
    ),
    (
        "hybrid campaigns",
        &[
            "adapis hybrid campaigns",
            "adapis hybrid campaigns --advertiser 53df8633af55cd57805746f5",
            "adapis hybrid campaigns --all-advertisers --output campaigns.csv",
        ],
    ),
    (
        "hybrid banners",
        &["adapis hybrid banners 53df8633af55cd57805746f5"],
    ),
    (
        "hybrid stats",
        &[
            "adapis hybrid stats campaign 53df8633af55cd57805746f5 --from 2015-12-31 --to 2015-12-31",
            "adapis hybrid stats domain sport-express.ru",
        ],
    ),
    (
        "hybrid stats campaign",
        &[
            "adapis hybrid stats campaign 53df8633af55cd57805746f5 --from 2015-12-01 --to 2015-12-31",
        ],
    ),
    (
        "hybrid stats advertiser",
        &[
            "adapis hybrid stats advertiser --advertiser 53df8633af55cd57805746f5 --from 2015-12 --to 2015-12",
            "adapis hybrid stats advertiser --all-advertisers --from -7d --to yesterday --format csv",
        ],
    ),
    (
        "hybrid stats banners",
        &["adapis hybrid stats banners 53df8633af55cd57805746f5 --from 2016-01-26 --to 2016-01-26"],
    ),
    (
        "hybrid stats domain",
        &["adapis hybrid stats domain sport-express.ru"],
    ),
    (
        "hybrid stats banner",
        &["adapis hybrid stats banner 58c1598f7bc72f277c4744ec --from 2017-03-18 --to 2017-03-18"],
    ),
    (
        "hybrid get",
        &["adapis hybrid get /campaign/get --format json"],
    ),
    (
        "hybrid v3",
        &[
            "adapis hybrid v3 advertisers",
            "adapis hybrid v3 stats --level agency --split Campaign --from 2025-01 --to 2025-01",
        ],
    ),
    (
        "hybrid v3 advertisers",
        &["adapis hybrid v3 advertisers --format csv"],
    ),
    (
        "hybrid v3 campaigns",
        &[
            "adapis hybrid v3 campaigns --advertiser 53df8633af55cd57805746f5",
            "adapis hybrid v3 campaigns --all-advertisers --output campaigns.csv",
        ],
    ),
    (
        "hybrid v3 banners",
        &["adapis hybrid v3 banners 53df8633af55cd57805746f5"],
    ),
    (
        "hybrid v3 stats",
        &[
            "adapis hybrid v3 stats --level agency --split Campaign --split Day --from 2025-01 --to 2025-03",
            "adapis hybrid v3 stats --level advertiser --advertiser 54f74d70870a8e44a023ghj5 --split DeviceType --from 2025-01 --to 2025-01",
            "adapis hybrid v3 stats --level advertiser --all-advertisers --split Day --from 2025-01 --to 2025-01 --format csv",
            "adapis hybrid v3 stats --level campaign --campaign 253606607e03d3fa9fc08fbd --split BannerName --each-day --from 2025-01-01 --to 2025-01-07",
        ],
    ),
    (
        "adfox",
        &[
            "adapis adfox list campaign --all",
            "adapis adfox call object=account action=list actionObject=website limit=5",
            "adapis adfox report --metric loads_commercial --dimension date --from 2025-01 --to 2025-01",
        ],
    ),
    (
        "adfox report",
        &[
            "adapis adfox report --metric loads_commercial,clicks_total,ctr --dimension date --from 2024-01 --to 2024-01 --filter campaign_id:eq:12345",
            "adapis adfox report --metric clicks_total --dimension date,campaign_id --from 2022-01 --to 2024-12 --filter campaign_id:in:1,2 --filter device_type:ne:tablet --output clicks.csv",
            "adapis adfox report --saved campaigns_by_days --from -30d --to yesterday --format csv",
            "adapis adfox report --task umr-a-rsr-b5555555-5555-5555-5555-555555555501 --format ndjson",
        ],
    ),
    (
        "adfox reports",
        &[
            "adapis adfox reports",
            "adapis adfox reports custom_banners --owner-id 67890",
        ],
    ),
    (
        "adfox report-metadata",
        &["adapis adfox report-metadata --format csv"],
    ),
    ("adfox report-dates", &["adapis adfox report-dates"]),
    (
        "adfox call",
        &[
            "adapis adfox call object=account action=list actionObject=campaign limit=5 offset=10",
            "adapis adfox call object=account action=add actionObject=superCampaign name=Autumn advertiserID=1001",
            "adapis adfox call object=campaign action=modify objectID=3001 status=1 --method post",
            "adapis adfox call object=campaign action=list actionObject=banner objectID=3001 --all",
        ],
    ),
    (
        "adfox list",
        &[
            "adapis adfox list campaign",
            "adapis adfox list banner show=advanced --all --format csv",
            "adapis adfox list campaign --where status=0 --where priority=1",
        ],
    ),
    (
        "adfox get",
        &["adapis adfox get campaign 3001 --format json"],
    ),
    (
        "adfox add",
        &[
            "adapis adfox add zone name=Front siteID=5001",
            "adapis adfox add banner campaignID=3001 templateID=201 --text user1=banner.html --dry-run",
            "adapis adfox add banner --from banners.csv campaignID=3001 --format csv",
            "adapis adfox add zone --from zones.csv --encoding cp1251 --settle 120",
            "adapis adfox add zone name=Front siteID=5001 --unless-exists --journal front.journal",
        ],
    ),
    (
        "adfox modify",
        &[
            "adapis adfox modify campaign 3001 status=1 dateEnd=2026-12-31",
            "adapis adfox modify campaign 3001 3002 3003 status=1",
            "adapis adfox modify banner --from banners.csv",
        ],
    ),
    (
        "adfox delete",
        &[
            "adapis adfox delete campaign 3001 3002",
            "adapis adfox delete banner 4001,4058 campaignID=3001 --yes",
        ],
    ),
    (
        "adfox placing",
        &[
            "adapis adfox placing place 5201 5202 --campaign 3001",
            "adapis adfox placing website 5001 --campaign 3001 --off",
        ],
    ),
    (
        "adfox target",
        &[
            "adapis adfox target frequency 3001 3002 maxUniqueImpressions=3",
            "adapis adfox target geobase 4001 --banner geo=1 global=2 --dry-run",
        ],
    ),
    (
        "adfox upload",
        &[
            "adapis adfox upload campaign 3001 autumn.png",
            "adapis adfox upload banner 4001 240x400.zip",
        ],
    ),
    (
        "check",
        &[
            "adapis check",
            "adapis check spots hybrid --timeout 20",
            "adapis check --profile agency --format json",
        ],
    ),
    (
        "config",
        &["adapis config init", "adapis config list --format json"],
    ),
    (
        "config path",
        &["adapis config path", "adapis config path --format json"],
    ),
    (
        "config init",
        &[
            "adapis config init",
            "adapis config init --config adapis.toml",
        ],
    ),
    (
        "config list",
        &["adapis config list", "adapis config list --profile agency"],
    ),
    (
        "completions",
        &["adapis completions bash", "adapis completions fish"],
    ),
    ("man", &["adapis man", "adapis man --out man1"]),
];

/// The examples of all commands.
fn all() -> impl Iterator<Item = &'static (&'static str, &'static [&'static str])> {
    #[cfg(feature = "pull")]
    let more = pull::EXAMPLES;
    #[cfg(not(feature = "pull"))]
    let more = &[];
    EXAMPLES.iter().chain(more)
}

/// Adds the examples to the help of each command.
pub(crate) fn add(command: Command) -> Command {
    all().fold(command, |command, (path, lines)| {
        let text = lines.iter().map(|line| format!("  {line}"));
        let text = format!("Examples:\n{}", text.collect::<Vec<_>>().join("\n"));
        let path: Vec<&'static str> = path.split_whitespace().collect();
        at(command, &path, text)
    })
}

fn at(command: Command, path: &[&'static str], text: String) -> Command {
    match path.split_first() {
        None => {
            let rest = command.get_after_help().map(ToString::to_string);
            let text = rest.map_or_else(|| text.clone(), |rest| format!("{text}\n\n{rest}"));
            command.after_help(text)
        }
        Some((first, rest)) => command.mut_subcommand(first, |below| at(below, rest, text)),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Cli;

    /// Splits a line into words as a shell does, single quotes only.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quoted = false;
        for c in line.chars() {
            match c {
                '\'' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                _ => words.last_mut().unwrap().push(c),
            }
        }
        words
    }

    #[test]
    fn every_example_parses() {
        for (path, lines) in all() {
            for line in *lines {
                let inner = line.strip_prefix("eval \"$(");
                let line = &inner.map_or(*line, |line| line.trim_end_matches(")\""));
                assert!(line.starts_with(format!("adapis {path}").trim_end()) || path.is_empty());
                let parsed = Cli::command().try_get_matches_from(words(line));
                assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
            }
        }
    }

    #[test]
    fn every_command_has_examples() {
        fn check(command: &Command, path: &str) {
            assert!(
                all().any(|(known, _)| *known == path.trim_start()),
                "'{path}' has no examples"
            );
            for below in command.get_subcommands() {
                check(below, &format!("{path} {}", below.get_name()));
            }
        }
        check(&Cli::command(), "");
    }
}
