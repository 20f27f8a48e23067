//! The targets, shared by the fuzzer and by property tests.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use adcore::{Body, Error, ErrorKind};
use adcore_json::{ExactDecimal, Integer, RawJson, RowLocation, Rows};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use hybrid_rest::wire::Wire as HybridRow;
use jiff::civil::date;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::canned::{Canned, ORIGIN, once, run};

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

fn asked(client: &keitaro_click::Client) -> Result<keitaro_click::calls::ClickOutput, Error> {
    run(client.click(&keitaro_click::calls::Click::new()))
}

fn tracker(body: &[u8]) -> keitaro_click::Client {
    keitaro_click::Client::builder(ORIGIN, keitaro_click::Credentials::token("t"))
        .transport(Arc::new(Canned::new(body)))
        .retry(once())
        .build()
        .unwrap()
}

/// The response to a click.
pub fn click(data: &[u8]) {
    let output = match asked(&tracker(data)) {
        Err(error) => {
            let refusals = [ErrorKind::Rejected, ErrorKind::Unauthenticated];
            assert!(
                error.kind() == ErrorKind::Decode || refusals.contains(&error.kind()),
                "{error}"
            );
            return;
        }
        Ok(output) => output,
    };
    // The reference refuses numbers that are too large even in members that are not used.
    let Some(reference) = reference(data) else {
        return;
    };
    let members = reference
        .as_object()
        .expect("a response that is not an object");
    if let Some(body) = members.get("body").and_then(Value::as_str) {
        assert_eq!(output.body.as_deref(), Some(body));
    }
    if let Some(headers) = members.get("headers").and_then(Value::as_array)
        && headers.iter().all(Value::is_string)
    {
        let headers: Vec<&str> = headers.iter().filter_map(Value::as_str).collect();
        assert_eq!(output.headers, headers);
    }
    let action = serde_json::to_value(output.action()).unwrap();
    if let Some(location) = action.get("location").and_then(Value::as_str) {
        assert!(
            location.bytes().all(|byte| byte.is_ascii_graphic()),
            "{location}"
        );
    }
    let again = serde_json::to_vec(&output).unwrap();
    let twice: keitaro_click::calls::ClickOutput =
        serde_json::from_slice(&again).expect("does not read what it wrote");
    assert_eq!(twice, output);
}

fn spots(transport: Arc<Canned>) -> spots_rpc::Client {
    spots_rpc::Client::builder(ORIGIN, spots_rpc::Credentials::new("login", "password"))
        .transport(transport as Arc<dyn adcore::Transport>)
        .retry(once())
        .build()
        .unwrap()
}

fn is_id(value: Option<&Value>, id: f64) -> bool {
    value.and_then(Value::as_f64) == Some(id)
}

/// The envelope of one JSON-RPC response; the call's id is 1.
pub fn rpc(data: &[u8]) {
    let outcome = run(spots(Arc::new(Canned::new(data))).call(&spots_rpc::calls::Call::new("m")));
    let reference = reference(data);
    match outcome {
        Ok(raw) => {
            assert!(skims(data), "decoded what is not JSON");
            let Some(envelope) = reference else { return };
            assert!(is_id(envelope.get("id"), 1.0), "another call's response");
            assert!(
                envelope.get("error").is_none_or(Value::is_null),
                "an error became a result"
            );
            let result: Value = serde_json::from_str(raw.as_str()).unwrap();
            assert_eq!(Some(&result), envelope.get("result"));
        }
        Err(error) => {
            assert!(skims(data) || error.kind() == ErrorKind::Decode, "{error}");
            let Some(envelope) = reference else { return };
            let good = envelope.get("result").is_some()
                && is_id(envelope.get("id"), 1.0)
                && envelope.get("error").is_none_or(Value::is_null)
                && envelope
                    .get("jsonrpc")
                    .is_none_or(|version| version == "2.0" || version.is_null())
                && plain(data, &["result", "id", "error", "jsonrpc"]);
            assert!(!good, "a valid response was refused: {error}");
        }
    }
}

/// The response to a batch of two calls, 1 and 2.
pub fn batch(data: &[u8]) {
    use spots_rpc::calls::Call;
    let client = spots(Arc::new(Canned::new(data)));
    let answers = run(client.batch(&[Call::new("a"), Call::new("b")]));
    assert_eq!(answers.len(), 2);
    for (id, answer) in [1.0, 2.0].into_iter().zip(answers) {
        let Ok(raw) = answer else { continue };
        assert!(skims(data), "decoded what is not JSON");
        let Some(reference) = reference(data) else {
            return;
        };
        let result: Value = serde_json::from_str(raw.as_str()).unwrap();
        // A server without batches receives the calls one by one, with other ids.
        let members = match &reference {
            Value::Array(members) => members
                .iter()
                .filter(|one| is_id(one.get("id"), id))
                .collect(),
            one => vec![one],
        };
        assert_eq!(
            members.len(),
            1,
            "a response that appears twice, or not at all"
        );
        assert_eq!(members[0].get("result"), Some(&result));
        assert!(members[0].get("error").is_none_or(Value::is_null));
    }
}

/// Cuts a body into chunks whose lengths `cuts` determine.
fn cut(body: &[u8], cuts: &[u8]) -> Vec<Bytes> {
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
    let Some((selector, data)) = data.split_first() else {
        return;
    };
    let (cuts, body) = data.split_at(data.len().min(usize::from(selector >> 5)));
    match selector & 1 {
        0 => spots_statistics(body, cuts),
        _ => hybrid_statistics(body, cuts),
    }
}

fn spots_statistics(body: &[u8], cuts: &[u8]) {
    let day = date(2024, 1, 1);
    let request =
        spots_rpc::calls::Statistics::new(day, day).group(spots_rpc::calls::Group::DateDay);
    let chunked =
        all(spots(Arc::new(Canned::chunked(cut(body, cuts)))).statistics_stream(&request));
    let whole = all(spots(Arc::new(Canned::new(body))).statistics_stream(&request));
    assert_eq!(chunked, whole, "chunks make a difference");
    if let Ok(rows) = run(spots(Arc::new(Canned::new(body))).statistics(&request)) {
        let rows: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
        assert!(skims(body), "decoded what is not JSON");
        if let Some(reference) = reference(body) {
            let members = reference.get("result").and_then(Value::as_array);
            assert_eq!(rows.len(), members.map_or(0, Vec::len));
        }
        assert_eq!(
            whole,
            (rows, None),
            "the stream differs from the collected rows"
        );
    } else {
        assert!(
            whole.1.is_some(),
            "the stream accepted what is refused when collected"
        );
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
    let Some((selector, data)) = data.split_first() else {
        return;
    };
    let (cuts, body) = data.split_at(data.len().min(usize::from(selector >> 5)));
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

fn hybrid(transport: Arc<Canned>) -> hybrid_rest::Client {
    hybrid_rest::Client::builder(ORIGIN, hybrid_rest::Credentials::new("id", "secret"))
        .transport(transport as Arc<dyn adcore::Transport>)
        .retry(once())
        .build()
        .unwrap()
}

fn hybrid_statistics(body: &[u8], cuts: &[u8]) {
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

/// Pages of version 3.0, each of them these bytes: as many rows as one page has, or an error.
pub fn pages(data: &[u8]) {
    use hybrid_rest::calls::v3::{Split, Statistics};
    const PAGE: usize = 1000;
    let Some((selector, data)) = data.split_first() else {
        return;
    };
    let (cuts, body) = data.split_at(data.len().min(usize::from(selector >> 5)));
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

/// The result of a task of ADFOX: the same in chunks and as a whole, with the cells of the JSON.
pub fn tables(data: &[u8]) {
    use adfox_api::calls::statistics::{ColumnType, Table, TaskId};
    let Some((selector, data)) = data.split_first() else {
        return;
    };
    let (cuts, body) = data.split_at(data.len().min(usize::from(selector >> 5)));
    let read = |chunks| {
        let client = adfox_api::Client::builder(ORIGIN, adfox_api::Credentials::oauth("t"))
            .transport(Arc::new(Canned::chunked(chunks)))
            .retry(once())
            .build();
        let rows = client.unwrap().statistics().task_rows(&TaskId::new("done"));
        run(rows.collect()).map_err(|error| error.kind())
    };
    let whole: Result<Table, ErrorKind> = read(vec![Bytes::copy_from_slice(body)]);
    assert_eq!(read(cut(body, cuts)), whole, "chunks make a difference");
    let Ok(table) = whole else {
        return;
    };
    assert!(skims(body), "decoded what is not JSON");
    let Some(reference) = reference(body).filter(|_| plain(body, &["result", "rows", "columns"]))
    else {
        return;
    };
    let rows = reference["result"]["rows"].as_array();
    assert_eq!(table.rows.len(), rows.map_or(0, Vec::len));
    for (row, cells) in table.rows.iter().zip(rows.into_iter().flatten()) {
        let cells = cells.as_array().expect("a row that is no list");
        assert!(row.len() == cells.len() && row.len() == table.columns.len());
        for ((cell, value), column) in row.iter().zip(cells).zip(&table.columns) {
            match value {
                Value::Null => assert!(cell.is_null()),
                Value::String(text) if column.kind == ColumnType::Text => {
                    assert_eq!(cell.as_str(), Some(text.as_str()));
                }
                Value::Number(number) if number.is_i64() => {
                    assert_eq!(cell.to_string(), number.to_string());
                }
                _ => {}
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

/// An ADFOX response, in chunks and as a whole: arbitrary bytes, or rows that this function writes
/// in two encodings.
pub fn adfox(data: &[u8]) {
    let Some((selector, data)) = data.split_first() else {
        return;
    };
    let (cuts, data) = data.split_at(data.len().min(usize::from(selector >> 5)));
    if selector & 1 == 0 {
        let _ = list(data, cuts);
        return;
    }
    let text = String::from_utf8_lossy(data);
    let wanted: Vec<Vec<String>> = text
        .split('\u{1}')
        .map(|row| {
            row.split('\u{2}')
                .map(|value| value.chars().filter(|c| is_xml(*c)).collect())
                .collect()
        })
        .collect();
    let mut xml = "<response><status><code>0</code></status><result><data>".to_owned();
    for (number, row) in wanted.iter().enumerate() {
        xml.push_str(&format!("<row{number}>"));
        for (column, value) in row.iter().enumerate() {
            xml.push_str(&format!(
                "<c{column}>{}</c{column}>",
                escaped(value, *selector)
            ));
        }
        xml.push_str(&format!("</row{number}>"));
    }
    xml.push_str("</data></result></response>");
    let declared = |label: &str| format!("<?xml version=\"1.0\" encoding=\"{label}\"?>{xml}");
    let (cp1251, _, lossy) = encoding_rs::WINDOWS_1251.encode(&xml);
    check_rows(&wanted, list(declared("UTF-8").as_bytes(), cuts));
    // CP-1251 that happens to be valid UTF-8 is refused, because the two cannot be distinguished.
    if !lossy && (cp1251.is_ascii() || std::str::from_utf8(&cp1251).is_err()) {
        let head = declared("windows-1251");
        let head = &head.as_bytes()[..head.len() - xml.len()];
        check_rows(&wanted, list(&[head, &cp1251].concat(), cuts));
    }
}

fn is_xml(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{98}' | '\u{fffe}' | '\u{ffff}')
}

fn escaped(value: &str, selector: u8) -> String {
    if selector & 2 == 0 {
        return format!("<![CDATA[{}]]>", value.replace("]]>", "]]]]><![CDATA[>"));
    }
    let mut out = String::new();
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if selector & 4 == 0 && !c.is_ascii() => {
                out.push_str(&format!("&#x{:x};", u32::from(c)))
            }
            c => out.push(c),
        }
    }
    out
}

fn list(body: &[u8], cuts: &[u8]) -> Result<adfox_api::CallOutput, Error> {
    use adfox_api::{Action, Call, Client, Context, Credentials, Object, Value};
    let client = |chunks| {
        Client::builder(ORIGIN, Credentials::password("login", "password"))
            .transport(Arc::new(Canned::chunked(chunks)))
            .retry(once())
            .build()
            .unwrap()
    };
    let call = Call::new(Context::Account, Action::List).object(Object::Campaign);
    let whole = run(client(vec![Bytes::copy_from_slice(body)]).call(&call));
    let kind = |outcome: Result<_, Error>| outcome.map_err(|error| error.kind());
    let chunked = run(client(cut(body, cuts)).call(&call));
    let (mut rows, end) = all(client(cut(body, cuts)).rows::<Value>(&call));
    match &whole {
        Ok(output) => {
            let wanted = output.rows.iter().flatten();
            let mut wanted: Vec<_> = wanted.map(|row| format!("{row:?}")).collect();
            // The stream has the order of the response, the list that of the numbers.
            wanted.sort();
            rows.sort();
            assert_eq!((rows, end), (wanted, None), "the stream differs");
            assert_eq!(
                kind(chunked).as_ref(),
                Ok(output),
                "chunks make a difference"
            );
        }
        Err(error) => {
            assert_eq!(kind(chunked), Err(error.kind()), "chunks make a difference");
            assert!(
                end.is_some(),
                "the stream accepted what is refused when collected"
            );
        }
    }
    whole
}

fn check_rows(wanted: &[Vec<String>], got: Result<adfox_api::CallOutput, Error>) {
    let rows = got
        .expect("a valid response was refused")
        .rows
        .expect("no rows");
    assert_eq!(rows.len(), wanted.len());
    for (row, wanted) in rows.iter().zip(wanted) {
        let row = row.as_row().expect("every item is a row");
        for (column, value) in wanted.iter().enumerate() {
            let got = row.text(&format!("c{column}")).unwrap_or_default();
            let nothing = value.trim().strip_prefix("0000-00-00");
            if !nothing.is_some_and(|time| ["", " 00:00", " 00:00:00"].contains(&time)) {
                assert_eq!(got.trim(), value.trim(), "column {column}");
            }
        }
    }
}

/// Returns the date in `text`, if it has the only format that may be sent.
fn sendable_date(text: &str) -> Option<SystemTime> {
    const LENGTH: usize = "Wed, 21 Oct 2015 07:28:00 GMT".len();
    let date = httpdate::parse_http_date(text).ok()?;
    (text.len() == LENGTH).then_some(date)
}

/// A `Retry-After` header.
pub fn retry_after(data: &[u8]) {
    let Ok(value) = http::HeaderValue::from_bytes(data) else {
        return;
    };
    let mut headers = http::HeaderMap::new();
    headers.insert("retry-after", value.clone());
    let got = Error::from_status(http::StatusCode::TOO_MANY_REQUESTS, &headers).retry_after();
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    assert!(got.is_none_or(|wait| wait <= YEAR), "{got:?}");
    let Ok(text) = value.to_str() else {
        assert_eq!(got, None);
        return;
    };
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = text.trim_start_matches('0').parse::<u64>();
        let wanted = if text.bytes().all(|byte| byte == b'0') {
            Duration::ZERO
        } else {
            seconds.map_or(YEAR, Duration::from_secs).min(YEAR)
        };
        assert_eq!(got, Some(wanted), "{text}");
    } else if let Some(date) = sendable_date(text) {
        let wanted = date
            .duration_since(SystemTime::now())
            .unwrap_or_default()
            .min(YEAR);
        let got = got.expect("a date gives a wait");
        assert!(wanted.abs_diff(got) < Duration::from_secs(2), "{text}");
    } else {
        assert_eq!(got, None, "{text}");
    }
}
