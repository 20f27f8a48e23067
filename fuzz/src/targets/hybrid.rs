//! The responses of Hybrid.

use std::sync::Arc;

use bytes::Bytes;
use jiff::civil::date;

use super::{all, cut, parts, plain, reference, skims};
use crate::canned::{Canned, Limits, ORIGIN, Pages, once, run};

pub(super) fn hybrid(transport: Arc<Canned>) -> hybrid_rest::Client {
    builder(transport).build().unwrap()
}

fn builder(transport: Arc<dyn adcore::Transport>) -> hybrid_rest::ClientBuilder {
    hybrid_rest::Client::builder(ORIGIN, hybrid_rest::Credentials::new("id", "secret"))
        .transport(transport)
        .retry(once())
}

pub(super) fn hybrid_statistics(body: &[u8], cuts: &[u8]) {
    use hybrid_rest::calls::{CampaignStatistics, DomainStatistics};
    let day = date(2015, 12, 31);
    let client = |chunks| hybrid(Arc::new(Canned::chunked(chunks)));
    let at_once = || vec![Bytes::copy_from_slice(body)];
    let campaigns = CampaignStatistics::new(day, day, ["c"]);
    let chunked = all(client(cut(body, cuts)).campaign_statistics_stream(&campaigns));
    let whole = all(client(at_once()).campaign_statistics_stream(&campaigns));
    assert_eq!(chunked, whole, "chunks make a difference");
    if let Ok(collected) = run(client(at_once()).campaign_statistics(&campaigns))
        && plain(body, &["Stat", "CampaignId"])
    {
        let days: usize = collected.iter().map(|campaign| campaign.stat.len()).sum();
        assert_eq!((whole.0.len(), whole.1), (days, None), "the stream differs");
    }
    let domains = DomainStatistics::new("d");
    let chunked = all(client(cut(body, cuts)).domain_statistics_stream(&domains));
    let whole = all(client(at_once()).domain_statistics_stream(&domains));
    assert_eq!(chunked, whole, "chunks make a difference");
    match run(client(at_once()).domain_statistics(&domains)) {
        Ok(rows) => {
            let rows: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
            assert_eq!(whole, (rows, None), "the stream differs");
        }
        Err(_) => assert!(
            whole.1.is_some(),
            "the stream accepted what is refused when collected"
        ),
    }
}

/// Pages of version 3.0: each of them these bytes, and those of a server that has these lines as rows.
pub fn pages(data: &[u8]) {
    same_pages(data);
    differing_pages(data);
}

/// Every row of a list of distinct ones is returned once, whatever the server's maximum of a page is, and
/// whether its pages are those of the requested limit or of its own.
fn differing_pages(data: &[u8]) {
    use hybrid_rest::calls::v3::{Split, Statistics};
    let Some((selector, cuts, body)) = parts(data) else {
        return;
    };
    let lines = body.split(|byte| *byte == b'\n');
    let rows: Vec<Bytes> = lines.map(Bytes::copy_from_slice).collect();
    let mut values = Vec::new();
    for row in &rows {
        match reference(row) {
            // Rows that are alike cannot be told from a page that is repeated.
            Some(value) if value.is_object() && !values.contains(&value) => values.push(value),
            _ => return,
        }
    }
    let day = date(2024, 1, 1);
    let call = Statistics::of_campaign(day, day, "c").split(Split::Campaign);
    let found = |limits: Limits, page_size| {
        let server = Arc::new(Pages {
            rows: rows.clone(),
            cuts: cuts.to_vec(),
            limits,
        });
        let client = builder(server).page_size(page_size).build().unwrap();
        all(client.v3().statistics_stream(&call))
    };
    let page_size = usize::from(selector & 7) + 1;
    let unlimited = Limits {
        most: usize::MAX,
        by_requested: false,
    };
    let whole = found(unlimited, 1000);
    if whole.1.is_none() {
        assert_eq!(whole.0.len(), rows.len(), "a gap or a double");
    }
    for (most, by_requested) in (1..=4).flat_map(|most| [(most, false), (most, true)]) {
        let limits = Limits { most, by_requested };
        let paged = found(limits, page_size);
        match whole.1 {
            None => assert_eq!(paged, whole, "pages make a difference"),
            Some(_) => assert!(paged.1.is_some(), "pages hide an error"),
        }
    }
}

/// Pages of version 3.0, each of them these bytes: as many rows as one page has, or an error.
fn same_pages(data: &[u8]) {
    use hybrid_rest::calls::v3::{Split, Statistics};
    const PAGE: usize = 1000;
    let Some((_, cuts, body)) = parts(data) else {
        return;
    };
    let day = date(2024, 1, 1);
    let call = Statistics::of_campaign(day, day, "c").split(Split::Campaign);
    let client = |chunks| hybrid(Arc::new(Canned::chunked(chunks)));
    let whole = client(vec![Bytes::copy_from_slice(body)]);
    // An advertiser's token, whose kind is not asked for.
    let whole = whole.for_advertiser("a").unwrap();
    let chunked = client(cut(body, cuts)).for_advertiser("a").unwrap();
    let (rows, failed) = all(whole.v3().statistics_stream(&call));
    let by_chunks = all(chunked.v3().statistics_stream(&call));
    assert_eq!(
        by_chunks,
        (rows.clone(), failed),
        "chunks make a difference"
    );
    if failed.is_some() {
        return;
    }
    assert_ne!(rows.len(), PAGE, "a full page was taken for the last one");
    assert!(skims(body) || body.is_empty(), "decoded what is not JSON");
    let Some(reference) = reference(body) else {
        return;
    };
    let members = reference.as_object();
    let lists = members.into_iter().flatten().filter(|(name, _)| {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        is("Statistic") || is("Statisitic")
    });
    let expected: Vec<usize> = lists
        .map(|(_, list)| list.as_array().map_or(0, Vec::len))
        .collect();
    assert!(expected.len() <= 1, "the rows appear twice");
    assert_eq!(rows.len(), expected.first().copied().unwrap_or(0));
}
