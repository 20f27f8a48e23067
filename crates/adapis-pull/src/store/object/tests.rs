use super::*;

#[test]
fn the_owner_of_a_path_is_its_account_or_source() {
    let of = |path: &str| owner(path);
    assert_eq!(
        of("spots.day/source=a%3Db/month=2025-12-01/rows.parquet").as_deref(),
        Some("a=b")
    );
    assert_eq!(
        of(".adapis/footer/spots.day/source=p.7/month=2025-12-01/x").as_deref(),
        Some("p.7")
    );
    assert_eq!(
        of(".adapis/state/publisher/spots.day.json").as_deref(),
        Some("publisher")
    );
    assert_eq!(of(".adapis/log/x.ndjson"), None);
}
