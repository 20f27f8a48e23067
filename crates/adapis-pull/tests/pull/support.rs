//! An emulator, a folder, and what lies in it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use adapis_emulator::{Data, Decimal, Emulator, SpotsAccount, SpotsData, SpotsRow, SpotsView};
use adapis_pull::{
    Clients, Config, Format, LocalStore, Pace, Partition, PartitionKey, Pull, RunOptions, Schema,
    Summary, Value, read_rows,
};
use jiff::Timestamp;
use jiff::civil::Date;
use tempfile::TempDir;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A configuration of one SPOTS source.
pub(crate) fn spots_config(root: &Path, more: &str, from: &str, streams: &str) -> Config {
    let root = root.display();
    let text = format!(
        "[pull]\nroot = '{root}'\n{more}\n[[pull.source]]\nname = \"publisher\"\nspots = {{ profile = \"p\" }}\n\
         from = {from}\nstreams = [{streams}]\n"
    );
    Config::parse(&text).unwrap()
}

/// A client that does not wait long before it repeats a call.
pub(crate) fn retry() -> spots_rpc::RetryPolicy {
    let wait = std::time::Duration::from_millis(1);
    spots_rpc::RetryPolicy::default()
        .initial_delay(wait)
        .initial_rate_limit_delay(wait)
}

/// A transport whose responses have no date: the clock of the emulator is not that of this machine.
#[derive(Debug)]
pub(crate) struct Undated(adcore_http::HyperTransport);

#[adcore::async_trait]
impl adcore::Transport for Undated {
    async fn send(
        &self,
        request: http::Request<bytes::Bytes>,
    ) -> Result<http::Response<adcore::Body>, adcore::TransportError> {
        let mut response = self.0.send(request).await?;
        response.headers_mut().remove(http::header::DATE);
        Ok(response)
    }
}

/// A transport to the emulator.
pub(crate) fn transport(url: &str) -> Undated {
    Undated(dated_transport(url))
}

/// A transport that leaves the dates in the responses.
pub(crate) fn dated_transport(url: &str) -> adcore_http::HyperTransport {
    adcore_http::HyperTransport::for_endpoint(&adcore::Endpoint::parse(url).unwrap()).unwrap()
}

pub(crate) fn spots_client(emulator: &Emulator, pace: &Pace) -> spots_rpc::Client {
    let credentials = &emulator.credentials().spots;
    let credentials =
        spots_rpc::Credentials::new(credentials.login.as_str(), credentials.password.as_str());
    let transport = pace.transport(transport(&emulator.spots_url()));
    spots_rpc::Client::builder(&emulator.spots_url(), credentials)
        .transport(transport)
        .retry(retry())
        .build()
        .unwrap()
}

pub(crate) fn spots_pull(config: Config, emulator: &Emulator) -> Pull {
    let pace = Pace::new(None);
    let clients = Clients::new()
        .spots("publisher", spots_client(emulator, &pace))
        .pace("publisher", pace);
    Pull::new(config, clients).unwrap()
}

/// One row of a publisher with one placement on each of its sites.
pub(crate) fn spots_row(date: &str, site_id: u64, shows: u64) -> SpotsRow {
    SpotsRow {
        date: day(date),
        site: format!("site{site_id}.ru"),
        site_id,
        site_name: None,
        placement: format!("{site_id}1"),
        placement_name: "top".to_owned(),
        shows,
        clicks: shows / 10,
        income: Decimal::new(i64::try_from(shows).unwrap() * 1_234_567, 9),
        view: SpotsView::Any,
    }
}

/// An emulator whose only publisher has these rows.
pub(crate) async fn spots_emulator(rows: Vec<SpotsRow>) -> Emulator {
    let account = SpotsAccount {
        login: "publisher@example.com".to_owned(),
        aliases: vec![],
        password: "111111".to_owned(),
        rows,
        generated: None,
    };
    let data = Data {
        spots: Some(SpotsData {
            accounts: vec![account],
        }),
        ..Data::default()
    };
    Emulator::builder().data(data).start().await.unwrap()
}

pub(crate) async fn run_at(pull: &Pull, now: &str) -> Summary {
    pull.run(&RunOptions::default(), &at(now)).await.unwrap()
}

/// The rows of all files of a stream and account, as texts by column.
pub(crate) fn rows(
    root: &Path,
    stream: &str,
    account: &str,
    format: Format,
) -> Vec<BTreeMap<String, String>> {
    rows_by(root, stream, account, format, &schema(stream))
}

/// The same of a stream that only a configuration knows.
pub(crate) fn rows_by(
    root: &Path,
    stream: &str,
    account: &str,
    format: Format,
    schema: &Arc<Schema>,
) -> Vec<BTreeMap<String, String>> {
    let store = LocalStore::new(root);
    let mut rows = Vec::new();
    for partition in adapis_pull::partitions(&store, stream).unwrap() {
        if partition.account != account {
            continue;
        }
        for row in read_rows(&store, &partition, format, schema).unwrap() {
            rows.push(row_of(schema, &row.unwrap()));
        }
    }
    rows
}

pub(crate) fn month_rows(root: &Path, stream: &str, month: &str) -> usize {
    let store = LocalStore::new(root);
    let partition = Partition {
        stream: stream.to_owned(),
        account: "publisher".to_owned(),
        key: PartitionKey::Month(day(month)),
    };
    read_rows(&store, &partition, Format::Parquet, &schema(stream))
        .unwrap()
        .count()
}

pub(crate) fn schema(stream: &str) -> Arc<Schema> {
    let mut streams = adapis_pull::streams().into_iter();
    streams.find(|known| known.name == stream).unwrap().schema
}

pub(crate) fn row_of(schema: &Schema, row: &[Value<'_>]) -> BTreeMap<String, String> {
    let columns = schema.columns.iter().zip(row);
    columns
        .map(|(column, value)| {
            let text = match value {
                Value::Null => "null".to_owned(),
                Value::Text(text) => text.to_string(),
                Value::Date(date) => date.to_string(),
                Value::Count(count) => count.to_string(),
                Value::Money(amount) => amount.normalize().to_string(),
                other => panic!("{other:?}"),
            };
            (column.name.clone(), text)
        })
        .collect()
}

pub(crate) fn sum(rows: &[BTreeMap<String, String>], column: &str) -> Decimal {
    let values = rows
        .iter()
        .map(|row| &row[column])
        .filter(|text| *text != "null");
    values
        .map(|text| text.parse::<Decimal>().unwrap())
        .sum::<Decimal>()
        .normalize()
}

/// Every file below the root outside the private area, with its bytes.
pub(crate) fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .replace(std::path::MAIN_SEPARATOR, "/");
            if name == ".adapis" {
                continue;
            }
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(root, root, &mut found);
    found
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}
