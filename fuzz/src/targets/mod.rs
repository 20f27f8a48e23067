//! The targets, shared by the fuzzer and by property tests.

mod adfox;
mod hybrid;
mod keitaro;
mod spots;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use adcore::{Body, Error, ErrorKind};
use adcore_json::{ExactDecimal, Integer, RawJson, RowLocation, Rows};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use hybrid_rest::wire::Wire as HybridRow;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::canned::{Canned, run};
use hybrid::{hybrid, hybrid_statistics};
use spots::{spots, spots_statistics};

pub use adfox::{adfox, tables};
pub use hybrid::pages;
pub use keitaro::click;
pub use spots::{batch, rpc};

/// Decodes the same bytes with serde_json; `None` if they are not JSON.
fn reference(data: &[u8]) -> Option<Value> {
    serde_json::from_slice(without_mark(data)).ok()
}

/// Returns whether it is JSON if unused values are only skipped: large numbers, broken escapes.
fn skims(data: &[u8]) -> bool {
    let text = std::str::from_utf8(without_mark(data));
    text.is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

fn without_mark(data: &[u8]) -> &[u8] {
    data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(data)
}

/// Returns whether each of these names appears at most once, and without escapes.
fn plain(data: &[u8], names: &[&str]) -> bool {
    let text = String::from_utf8_lossy(data).to_ascii_lowercase();
    !text.contains('\\')
        && names.iter().all(|name| {
            text.matches(&format!("\"{}\"", name.to_ascii_lowercase()))
                .count()
                <= 1
        })
}

/// Splits the data into a byte that selects, the lengths of chunks, and the rest.
fn parts(data: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (selector, data) = data.split_first()?;
    let (cuts, rest) = data.split_at(data.len().min(usize::from(selector >> 5)));
    Some((*selector, cuts, rest))
}

/// Cuts a body into chunks whose lengths `cuts` determine.
pub(crate) fn cut(body: &[u8], cuts: &[u8]) -> Vec<Bytes> {
    let mut chunks = Vec::new();
    let (mut rest, mut cuts) = (body, cuts.iter().cycle());
    while !rest.is_empty() {
        let length = cuts
            .next()
            .map_or(rest.len(), |cut| usize::from(cut % 32) + 1);
        let (chunk, tail) = rest.split_at(length.min(rest.len()));
        chunks.push(Bytes::copy_from_slice(chunk));
        rest = tail;
    }
    chunks
}

/// Collects rows as text, and the error at the end.
fn all<T: std::fmt::Debug>(
    rows: impl Stream<Item = Result<T, Error>>,
) -> (Vec<String>, Option<ErrorKind>) {
    run(async {
        let mut rows = std::pin::pin!(rows);
        let mut seen = Vec::new();
        while let Some(row) = rows.next().await {
            match row {
                Ok(row) => seen.push(format!("{row:?}")),
                Err(error) => return (seen, Some(error.kind())),
            }
        }
        (seen, None)
    })
}

/// Statistics of both vendors: in chunks, as a whole, and collected.
pub fn statistics(data: &[u8]) {
    let Some((selector, cuts, body)) = parts(data) else {
        return;
    };
    match selector & 1 {
        0 => spots_statistics(body, cuts),
        _ => hybrid_statistics(body, cuts),
    }
}

/// A row with a member of each type.
#[derive(Debug, PartialEq, Deserialize)]
struct Anything {
    #[serde(default)]
    count: Option<Integer<u64>>,
    #[serde(default)]
    signed: Option<i64>,
    #[serde(default)]
    money: Option<ExactDecimal>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    flag: Option<bool>,
    #[serde(default)]
    list: Vec<String>,
    #[serde(default)]
    float: Option<f64>,
    #[serde(default)]
    inner: Option<Box<Anything>>,
    #[serde(default)]
    raw: Option<RawJson>,
}

/// Rows that arrive in chunks, read with or without serde: what serde_json reads, or an error.
pub fn rows(data: &[u8]) {
    let Some((selector, cuts, body)) = parts(data) else {
        return;
    };
    match selector & 3 {
        0 => arrive::<Anything>(body, cuts, Rows::new),
        1 => arrive::<HybridRow<hybrid_rest::calls::CampaignDay>>(body, cuts, Rows::plain),
        2 => arrive::<HybridRow<hybrid_rest::calls::DomainDay>>(body, cuts, Rows::plain),
        _ => arrive::<spots_rpc::wire::WireRow>(body, cuts, Rows::plain),
    }
}

fn arrive<T>(body: &[u8], cuts: &[u8], rows_of: fn(Body, RowLocation) -> Rows<T>)
where
    T: DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let chunks = cut(body, cuts).into_iter().map(Ok);
    let arriving = Body::from_stream(stream::iter(chunks));
    let (rows, failed, found) = run(async {
        let mut arriving = rows_of(arriving, RowLocation::Array);
        let mut rows = Vec::new();
        let mut failed = false;
        while let Some(row) = arriving.next().await {
            match row {
                Ok(row) => rows.push(row),
                Err(_) => failed = true,
            }
        }
        (rows, failed, arriving.found())
    });
    let text = std::str::from_utf8(without_mark(body)).unwrap_or_default();
    if text.trim_matches([' ', '\t', '\r', '\n']) == "null" {
        assert!(rows.is_empty() && !failed, "null is an empty list");
        return;
    }
    match adcore_json::decode::<Vec<T>>(text.as_bytes()) {
        Ok(whole) => assert_eq!((rows, failed), (whole, false)),
        Err(_) => {
            assert!(
                failed || !found,
                "rows were read that decode refuses: {text:.400}"
            );
            let members: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
            for (row, member) in rows.iter().zip(members) {
                let member = adcore_json::decode(member.get().as_bytes()).unwrap();
                assert_eq!(*row, member);
            }
        }
    }
}

/// The response of either vendor's token server: the client sends the token in it, and no other.
pub fn token(data: &[u8]) {
    let transport = Arc::new(Canned::token(data));
    let outcome = run(hybrid(transport.clone()).campaigns()).map(drop);
    check_token(data, &transport, outcome, |answer| {
        answer.get("access_token")?.as_str()
    });
    let transport = Arc::new(Canned::token(data));
    let call = spots_rpc::calls::Call::new("m");
    let outcome = run(spots(transport.clone()).call(&call)).map(drop);
    check_token(data, &transport, outcome, |answer| {
        let result = answer.get("result")?;
        let members = result.as_array();
        // Members count only if all of them are objects.
        let all = members.is_none_or(|members| members.iter().all(Value::is_object));
        let tokens = if all {
            members.and_then(|members| members.first())
        } else {
            None
        };
        tokens.unwrap_or(result).get("access_token")?.as_str()
    });
}

fn check_token(
    data: &[u8],
    transport: &Canned,
    outcome: Result<(), Error>,
    named: impl Fn(&Value) -> Option<&str>,
) {
    let sent = transport.sent.lock().unwrap().take();
    let reference = reference(data);
    let named = reference.as_ref().and_then(named);
    match sent {
        Some(_) if reference.is_none() => assert!(skims(data), "a token out of nothing"),
        Some(request) => {
            let token = named.expect("a token out of nothing");
            assert_eq!(
                request.headers()["authorization"].as_bytes(),
                format!("Bearer {token}").as_bytes()
            );
        }
        None => {
            let error = outcome.expect_err("nothing was sent");
            assert_eq!(error.attempts(), 0);
            assert!(
                named.is_none_or(|token| token.len() < 4 || !format!("{error:?}").contains(token))
            );
        }
    }
}

/// Reads a number of seconds without a sign or an exponent; `None` if it is not one.
fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !are_digits(whole) || !are_digits(fraction) {
        return None;
    }
    let mut billionths = 0;
    for (place, digit) in (0..9).rev().zip(fraction.bytes()) {
        billionths += u32::from(digit - b'0') * 10_u32.pow(place);
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(
        whole
            .parse()
            .map_or(YEAR, |whole| Duration::new(whole, billionths)),
    )
}

/// Reads a date in each of the three forms of HTTP, if the century is certain.
fn http_date(text: &str) -> Option<SystemTime> {
    const FORMS: [&str; 3] = [
        "%a, %d %b %Y %H:%M:%S GMT",
        "%A, %d-%b-%y %H:%M:%S GMT",
        "%a %b %e %H:%M:%S %Y",
    ];
    let read = |form| jiff::civil::DateTime::strptime(form, text).ok();
    let date = FORMS.into_iter().find_map(read)?;
    if date.year() < 1970 {
        return None;
    }
    let instant = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(instant.timestamp().into())
}

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A `Retry-After` header.
pub fn retry_after(data: &[u8]) {
    let Ok(value) = http::HeaderValue::from_bytes(data) else {
        return;
    };
    let mut headers = http::HeaderMap::new();
    headers.insert("retry-after", value.clone());
    let got = Error::from_status(http::StatusCode::TOO_MANY_REQUESTS, &headers).retry_after();
    assert!(got.is_none_or(|wait| wait <= YEAR), "{got:?}");
    let Ok(text) = value.to_str() else {
        assert_eq!(got, None);
        return;
    };
    let text = text.trim();
    let Some(got) = got else {
        assert_eq!(seconds(text), None, "{text}");
        assert!(httpdate::parse_http_date(text).is_err(), "{text}");
        return;
    };
    if let Some(wanted) = seconds(text) {
        // Ours goes through a float.
        let difference = wanted.min(YEAR).abs_diff(got);
        assert!(difference < Duration::from_micros(1), "{text}: {got:?}");
    } else if let Some(date) = http_date(text) {
        let wanted = date.duration_since(SystemTime::now()).unwrap_or_default();
        let difference = wanted.min(YEAR).abs_diff(got);
        assert!(difference < Duration::from_secs(2), "{text}");
    } else {
        assert!(httpdate::parse_http_date(text).is_ok(), "{text}");
    }
}
