use crate::config::Config;

#[test]
fn reports_are_told_what_is_wrong_with_them() {
    let read = |report: &str| {
        let source = "[pull]\nroot = \"r\"\n[[pull.source]]\nname = \"a\"\nadfox = { profile = \"p\" }\nfrom = 2025-01-01\n";
        Config::parse(&format!("{source}reports = [{report}]\n")).map_err(|error| error.to_string())
    };
    let good = "{ name = \"day\", metrics = [\"income\", { name = \"x\", type = \"ratio\" }], dimensions = [\"date\"], lookback = 3 }";
    let config = read(good).unwrap();
    let settings = &config.sources[0].streams[0];
    assert_eq!(settings.stream.name, "adfox.report-day");
    assert_eq!(
        (settings.lookback, &settings.stream.key[..]),
        (3, &["date"][..])
    );
    assert_eq!(
        settings.fingerprint(&config.sources[0]),
        "report date metrics=income:money,x:ratio zone=+03:00 money=18,9 partition=month schema=1"
    );
    let twice = format!("{good}, {good}");
    for (part, instead, words) in [
        (good, "", "line 7: pull.source[0].reports must not be empty"),
        (good, &twice, "reports[1].name is the name of two reports"),
        (
            "[\"date\"]",
            "[\"site_id\"]",
            "dimensions must contain date",
        ),
        (
            "\"date\"",
            "\"date\", \"month\"",
            "dimensions[1] is the name of another column",
        ),
        (
            "\"date\"",
            "\"date\", \"date\"",
            "dimensions[1] is in the list twice",
        ),
        (
            "\"income\"",
            "\"uniques\"",
            "metrics[0] needs a type: { name = \"uniques\"",
        ),
        (
            "ratio",
            "float",
            "metrics[1].type must be one of count, unique, money, ratio",
        ),
        (
            "\"day\"",
            "\"Day/..\"",
            "name must be at most 50 lowercase letters",
        ),
        ("lookback", "look", "look is not known"),
        (
            "lookback = 3",
            "saved = \"mine\"",
            "line 7: pull.source[0].reports[0].saved cannot be pulled",
        ),
        (
            "lookback = 3",
            "owner = 0",
            "line 7: pull.source[0].reports[0].owner must be between 1",
        ),
    ] {
        let error = read(&good.replace(part, instead)).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
    let unknown = read(&good.replace("lookback", "look")).unwrap_err();
    assert!(!unknown.contains("saved"), "{unknown}");
}

#[test]
fn filters_of_reports_are_read_as_on_the_command_line() {
    let read = |filters: &str| {
        let text = format!(
            "[pull]\nroot = \"r\"\n[[pull.source]]\nname = \"a\"\nadfox = {{ profile = \"p\" }}\n\
             from = 2025-01-01\n[[pull.source.reports]]\nname = \"day\"\nmetrics = [\"income\"]\n\
             dimensions = [\"date\"]\nowner = 67890\nfilters = [{filters}]\n"
        );
        Config::parse(&text).map_err(|error| error.to_string())
    };
    let fingerprint = |filters: &str| {
        let config = read(filters).unwrap();
        let source = &config.sources[0];
        source.streams[0].fingerprint(source)
    };
    let end = |filters: &str| {
        let text = fingerprint(filters);
        text.split_once(" owner=67890").unwrap().1.to_owned()
    };
    assert_eq!(end(""), "");
    assert_eq!(
        end("\"site_id:in:1,b\", \"campaign_id:eq:1:2\""),
        " filters=campaign_id:eq:\"1:2\" site_id:in:[\"1\",\"b\"]"
    );
    // The order of conditions has no meaning, and a number is not a text.
    assert_eq!(end("'a:eq:1', 'b:lt:=1.50'"), end("'b:lt:=1.50', 'a:eq:1'"));
    assert_ne!(end("'a:eq:1'"), end("'a:eq:=1'"));
    assert_eq!(
        end("'a:in:=[1,2]', 'b:between:x', 'c:eq:=true'"),
        " filters=a:in:[1,2] b:between:\"x\" c:eq:true"
    );
    for (wrong, words) in [
        ("'a:eq'", "must have the form FIELD:OPERATOR:VALUE"),
        ("':eq:1'", "must name its field"),
        ("'a::1'", "must name its operator"),
        ("'a:eq:=null'", "must have a JSON value after its ="),
        ("'a:eq:=[1]'", "must have one value for eq"),
        ("'a:in:=1'", "must have a list of values for in"),
        ("'a:in:=[1,\"b\"]'", "one or more values of one type"),
        ("'a:hasAny:=[]'", "one or more values of one type"),
        ("'a:eq:1', 'a:eq:1'", "is in the list twice"),
    ] {
        let error = read(wrong).unwrap_err();
        assert!(
            error.starts_with("line 12: pull.source[0].reports[0].filters["),
            "{error}"
        );
        assert!(error.contains(words), "{error}");
    }
    let many: Vec<String> = (0..11).map(|number| format!("'a:eq:{number}'")).collect();
    let error = read(&many.join(", ")).unwrap_err();
    assert!(
        error.contains("filters must have at most 10 filters"),
        "{error}"
    );
}

#[test]
fn reports_of_one_name_have_the_same_columns_in_all_sources() {
    let read = |metric: &str| {
        let source = |name: &str, metric: &str| {
            format!(
                "[[pull.source]]\nname = \"{name}\"\nadfox = {{ profile = \"p\" }}\nfrom = 2025-01-01\n\
                 reports = [{{ name = \"day\", metrics = [\"{metric}\"], dimensions = [\"date\"] }}]\n"
            )
        };
        let sources = source("a", "income") + &source("b", metric);
        Config::parse(&format!("[pull]\nroot = \"r\"\n{sources}"))
    };
    let reports = read("income").unwrap().reports();
    let names: Vec<_> = reports.iter().map(|stream| stream.name).collect();
    assert_eq!(names, ["adfox.report-day"]);
    let error = read("clicks_total").unwrap_err().to_string();
    assert_eq!(
        error,
        "line 8: pull.source[1] has adfox.report-day with other dimensions or metrics than the source a; give one of \
         the two another name"
    );
}

#[test]
fn the_report_of_the_page_is_read() {
    let page = include_str!("../../../README.md");
    let (_, rest) = page.split_once("Reports of ADFOX").unwrap();
    let (_, rest) = rest.split_once("```toml\n").unwrap();
    let (sample, _) = rest.split_once("```").unwrap();
    let config = Config::parse(&format!("[pull]\nroot = \"r\"\n{sample}")).unwrap();
    let stream = &config.sources[0].streams[0].stream;
    assert_eq!(stream.name, "adfox.report-site-day");
    assert_eq!(
        stream.additive,
        [
            "impressions_commercial",
            "clicks_total",
            "income",
            "video_starts"
        ]
    );
    let source = &config.sources[0];
    let fingerprint = source.streams[1].fingerprint(source);
    assert!(
        fingerprint.ends_with("owner=67890 filters=campaign_id:in:[\"12\",\"34\"] site_id:gt:5000"),
        "{fingerprint}"
    );
}
