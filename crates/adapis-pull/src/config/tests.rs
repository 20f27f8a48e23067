use super::*;

const WHOLE: &str = r#"
[profile.agency.spots]
login = "x"

[pull]
root = "/srv/adstats"
format = "ndjson"
lookback = 7
today = "skip"
alert-drop = 0.5

[[pull.source]]
name = "publisher"
spots = { profile = "agency", time-zone = "+05:00" }
from = 2024-01-01
streams = ["day", { name = "site-day", lookback = 14 }, { name = "placement-day", partition = "day" }]

[[pull.source]]
name = "agency"
hybrid = { profile = "agency", api = "3.0", advertisers = ["*"], except = ["5593b2ab9341f9b09819dq45"] }
from = 2025-01-01
lookback = 30
streams = ["advertiser", "campaign", "banner", "campaign-day"]
calls-per-minute = 120
concurrency = 4
money = "38,12"
today = "provisional"

[[pull.source]]
name = "adserver"
adfox = { profile = "agency" }
from = "2025-01-01"
streams = ["superCampaign", "campaign", "banner", "website", "zone", "place"]
keep-snapshots = "35d 24m"
"#;

#[test]
fn a_whole_configuration() {
    let config = Config::parse(WHOLE).unwrap();
    assert_eq!(config.root, "/srv/adstats");
    assert_eq!(config.format, Format::Ndjson);
    let [spots, hybrid, adfox] = &config.sources[..] else {
        panic!("{} sources", config.sources.len());
    };
    assert_eq!(spots.zone.to_string(), "+05:00");
    assert_eq!(spots.window_days, 31);
    let lookbacks: Vec<u32> = spots.streams.iter().map(|stream| stream.lookback).collect();
    assert_eq!(lookbacks, [7, 14, 7]);
    assert_eq!(spots.streams[2].partition, PartitionBy::Day);
    assert_eq!(
        spots.streams[1].fingerprint(spots),
        "date_day,site_id zone=+05:00 money=18,9 partition=month schema=1"
    );
    assert_eq!(hybrid.today, Today::Provisional);
    assert_eq!(
        (hybrid.calls_per_minute, hybrid.concurrency),
        (Some(120), 4)
    );
    assert_eq!(hybrid.streams[3].lookback, 30);
    let VendorSettings::Hybrid {
        api,
        advertisers,
        except,
    } = &hybrid.vendor
    else {
        panic!("{:?}", hybrid.vendor);
    };
    assert_eq!((*api, advertisers), (HybridApi::V3, &None));
    assert_eq!(except, &["5593b2ab9341f9b09819dq45"]);
    let keep = KeepSnapshots {
        days: 35,
        months: 24,
    };
    assert_eq!(adfox.keep_snapshots, Some(keep));
    assert_eq!(adfox.streams.len(), 6);
}

#[test]
fn mistakes_are_told_with_field_and_line() {
    let base = "[pull]\nroot = \"/x\"\n";
    let source = "[[pull.source]]\nname = \"a\"\nspots = { profile = \"p\" }\nfrom = 2024-01-01\n";
    for (text, expected) in [
        ("".to_owned(), "line 1: pull is missing"),
        ("[pull]\n".to_owned(), "line 1: pull.root is missing"),
        (
            "[pull]\nroot = 7\n".to_owned(),
            "line 2: pull.root must be a text, not a whole number",
        ),
        (
            "[pull]\nroot = \"\"\n".to_owned(),
            "line 2: pull.root must not be empty",
        ),
        ("[pull\n".to_owned(), "line 1: the document is not TOML"),
        (base.to_owned(), "line 1: pull.source is missing"),
        (
            format!("{base}source = []\n"),
            "line 3: pull.source must not be empty",
        ),
        (
            format!("{base}format = \"orc\"\n"),
            "line 3: pull.format must be parquet, csv or ndjson",
        ),
        (
            format!("{base}alert-drop = 2\n"),
            "line 3: pull.alert-drop must be between 0 and 1",
        ),
        (
            format!("{base}lookback = -1\n"),
            "line 3: pull.lookback must be between 0 and 3650",
        ),
        (
            format!("{base}today = \"yes\"\n"),
            "line 3: pull.today must be skip or provisional",
        ),
        (
            format!("{base}money = \"8,2\"\n"),
            "line 3: pull.money must be \"18,9\" or \"38,12\"",
        ),
        (
            format!("{base}{source}"),
            "line 3: pull.source[0].streams is missing",
        ),
        (
            format!("{base}lookbak = 3\n{source}streams = [\"day\"]\n"),
            "line 3: pull.lookbak is not known; known are root, format, lookback",
        ),
        (
            format!("{base}{source}streams = [\"day\"]\nconcurency = 3\n"),
            "line 8: pull.source[0].concurency is not known; known are name, spots, hybrid",
        ),
        (
            format!("{base}{source}streams = []\n"),
            "line 7: pull.source[0].streams must not be empty",
        ),
        (
            format!("{base}{source}streams = [\n  \"day\",\n  \"campaign-day\"\n]\n"),
            "line 9: pull.source[0].streams[1] is not a stream; known are day, site-day",
        ),
        (
            format!("{base}{source}streams = [\"day\", \"day\"]\n"),
            "line 7: pull.source[0].streams[1] is in the list twice",
        ),
        (
            format!("{base}{source}streams = [{{ name = \"day\", lookback = \"7\" }}]\n"),
            "line 7: pull.source[0].streams[0].lookback must be a whole number, not a text",
        ),
        (
            format!("{base}{source}streams = [\"day\"]\n{source}streams = [\"day\"]\n"),
            "line 9: pull.source[1].name is the name of two sources",
        ),
        (
            format!("{base}[[pull.source]]\nname = \"A/b\"\n"),
            "line 4: pull.source[0].name must be at most 64 lowercase letters",
        ),
        (
            format!("{base}[[pull.source]]\nname = \"a\"\nfrom = 2024-01-01\n"),
            "line 3: pull.source[0] needs one of spots, hybrid and adfox",
        ),
        (
            format!(
                "{base}[[pull.source]]\nname = \"a\"\nspots = {{ profile = \"p\" }}\nadfox = {{ profile = \"p\" }}\n"
            ),
            "line 6: pull.source[0].adfox is a second vendor",
        ),
        (
            format!("{base}[[pull.source]]\nname = \"a\"\nspots = {{ profile = \"p\" }}\n"),
            "line 3: pull.source[0].from is missing",
        ),
        (
            format!(
                "{base}[[pull.source]]\nname = \"a\"\nspots = {{ profile = \"p\", time-zone = \"MSK\" }}\n"
            ),
            "line 5: pull.source[0].spots.time-zone must be an offset such as +03:00",
        ),
        (
            format!(
                "{base}[[pull.source]]\nname = \"a\"\nspots = {{ profile = \"p\" }}\nfrom = 2024-01-01T00:00:00Z\n"
            ),
            "line 6: pull.source[0].from must be a date such as 2024-01-01, not a date or a time",
        ),
        (
            format!(
                "{base}[[pull.source]]\nname = \"a\"\nhybrid = {{ profile = \"p\", api = \"2.0\" }}\n"
            ),
            "line 5: pull.source[0].hybrid.api must be \"1.0\" or \"3.0\"",
        ),
        (
            format!(
                "{base}[[pull.source]]\nname = \"a\"\nhybrid = {{ profile = \"p\", api = \"1.0\", advertisers = [\"*\", \"a\"] }}\n"
            ),
            "line 5: pull.source[0].hybrid.advertisers must be [\"*\"] or a list of ids",
        ),
        (
            format!(
                "{base}[[pull.source]]\nname = \"a\"\nhybrid = {{ profile = \"p\", api = \"1.0\", except = [\"../a\"] }}\n"
            ),
            "line 5: pull.source[0].hybrid.except[0] must be the id of an advertiser",
        ),
        (
            format!(
                "{base}[[pull.source]]\nname = \"a\"\nhybrid = {{ profile = \"p\", api = \"1.0\", advertisers = [\"a\", \"b\", \"a\"] }}\n"
            ),
            "line 5: pull.source[0].hybrid.advertisers[2] is in the list twice",
        ),
        (
            format!("{base}{source}streams = [\"day\"]\nkeep-snapshots = \"35 24\"\n"),
            "line 8: pull.source[0].keep-snapshots must be days and months",
        ),
    ] {
        let error = Config::parse(&text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text}\n{error}");
    }
}

#[test]
fn a_stream_of_two_sources_is_one_table() {
    let text = |first: &str, second: &str| {
        format!(
            "[pull]\nroot = \"/x\"\n\
             [[pull.source]]\nname = \"a\"\nspots = {{ profile = \"p\" }}\nfrom = 2024-01-01\n{first}\n\
             [[pull.source]]\nname = \"b\"\nspots = {{ profile = \"p\" }}\nfrom = 2024-01-01\n{second}\n"
        )
    };
    let month = "streams = [\"day\"]";
    Config::parse(&text(month, month)).unwrap();
    for (second, expected) in [
        (
            "streams = [{ name = \"day\", partition = \"day\" }]",
            "line 8: pull.source[1] has spots.day with partition = \"day\", and the source a with \"month\"",
        ),
        (
            "money = \"38,12\"\nstreams = [\"day\"]",
            "line 8: pull.source[1] has spots.day with money = \"38,12\", and the source a with \"18,9\"",
        ),
    ] {
        let error = Config::parse(&text(month, second)).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    // A list has no money, and its snapshots no other folders.
    let list = |more: &str| {
        format!(
            "[[pull.source]]\nname = \"c{}\"\nhybrid = {{ profile = \"p\", api = \"3.0\" }}\nfrom = 2024-01-01\n{more}\nstreams = [\"campaign\"]\n",
            more.len()
        )
    };
    let lists = format!(
        "[pull]\nroot = \"/x\"\n{}{}",
        list(""),
        list("money = \"38,12\"")
    );
    Config::parse(&lists).unwrap();
}

#[test]
fn a_stream_of_another_version_is_refused() {
    let text = |api: &str| {
        format!(
            "[pull]\nroot = \"/x\"\n[[pull.source]]\nname = \"a\"\nfrom = 2024-01-01\n\
             hybrid = {{ profile = \"p\", api = \"{api}\" }}\nstreams = [\"domain-day\"]\n"
        )
    };
    assert!(Config::parse(&text("1.0")).is_ok());
    let error = Config::parse(&text("3.0")).unwrap_err().to_string();
    assert!(error.contains("is not a stream of version 3.0"), "{error}");
}

#[test]
fn an_error_quotes_no_other_value() {
    let error = Config::parse("[profile.a.spots]\npassword = \"s3cret\n[pull]\n").unwrap_err();
    assert!(!error.to_string().contains("s3cret"), "{error}");
    assert_eq!(error.line, 2);
}

#[test]
fn splits_are_of_one_stream() {
    let text = |stream: &str| {
        format!(
            "[pull]\nroot = \"/x\"\n[[pull.source]]\nname = \"a\"\nfrom = 2024-01-01\n\
             hybrid = {{ profile = \"p\", api = \"3.0\" }}\nstreams = [{stream}]\n"
        )
    };
    let config = Config::parse(&text("{ name = \"split-day\", splits = [\"Country\"] }")).unwrap();
    let source = &config.sources[0];
    assert!(
        source.streams[0]
            .fingerprint(source)
            .contains("splits=Country")
    );
    let fingerprint = |splits: &str| {
        let config = Config::parse(&text(&format!(
            "{{ name = \"split-day\", splits = [{splits}] }}"
        )));
        let source = config.unwrap().sources.remove(0);
        source.streams[0].fingerprint(&source)
    };
    assert_eq!(
        fingerprint("\"OS\", \"Country\""),
        fingerprint("\"Country\", \"OS\"")
    );
    for (stream, expected) in [
        (
            "\"split-day\"",
            "line 7: pull.source[0].streams[0] needs splits",
        ),
        (
            "{ name = \"split-day\" }",
            "line 7: pull.source[0].streams[0].splits is missing",
        ),
        (
            "{ name = \"split-day\", splits = [\"Day\"] }",
            "line 7: pull.source[0].streams[0].splits[0] must be another split",
        ),
        (
            "{ name = \"campaign-day\", splits = [\"Country\"] }",
            "line 7: pull.source[0].streams[0].splits is not known",
        ),
    ] {
        let error = Config::parse(&text(stream)).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{stream}: {error}");
    }
}
