//! The examples of `adapis pull` and of reports.

/// Examples by command.
pub(super) const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "demo report",
        &[
            "adapis demo report --out report.html",
            "adapis demo report --language ru --currency ₽ --out report.html",
        ],
    ),
    (
        "pull",
        &[
            "adapis pull --config adapis.toml",
            "adapis pull --source publisher --stream site-day --from 2025-11 --to 2025-12",
            "adapis pull --accept 2025-12-24 --wait 600 --format json",
            "adapis pull --singer --state state.json",
        ],
    ),
    (
        "pull plan",
        &[
            "adapis pull plan",
            "adapis pull plan --source publisher --from 2025-01 --format json",
        ],
    ),
    ("pull check", &["adapis pull check --timeout 60"]),
    (
        "pull streams",
        &[
            "adapis pull streams",
            "adapis pull streams spots.site-day --json-schema",
        ],
    ),
    (
        "pull status",
        &[
            "adapis pull status",
            "adapis pull status --check",
            "adapis pull status --source publisher --format json",
        ],
    ),
    (
        "pull sql",
        &[
            "adapis pull sql duckdb --output views.sql",
            "adapis pull sql clickhouse --stream site-day --root adstats",
        ],
    ),
    (
        "pull load",
        &["adapis pull load postgres --url postgresql://loader@db.example/warehouse --schema ads"],
    ),
    (
        "pull load postgres",
        &[
            "adapis pull load postgres --url postgresql://loader@db.example/warehouse --schema ads",
            "adapis pull load postgres --url postgresql://loader@localhost/warehouse --stream site-day --from -7d",
        ],
    ),
    (
        "pull load clickhouse",
        &[
            "adapis pull load clickhouse --url https://clickhouse.example:8443 --database ads --user loader --password-file secret",
            "adapis pull load clickhouse --url http://localhost:8123 --restart site-day --migrate",
        ],
    ),
    (
        "pull forget",
        &["adapis pull forget --source publisher --stream domain-day --from 2025-01 --to 2025-03"],
    ),
    (
        "pull rewrite",
        &[
            "adapis pull rewrite",
            "adapis pull rewrite --source publisher --stream site-day",
        ],
    ),
    (
        "report",
        &[
            "adapis report --source publisher --out report.html",
            "adapis report --source agency --stream campaign-day --language ru --currency ₽ --out report.html",
            "adapis report --source agency --stream split-day --split Country --out countries.html",
        ],
    ),
];
