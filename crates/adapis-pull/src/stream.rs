//! The streams: their names, their columns, and what identifies their rows.

pub(crate) mod adfox;
pub(crate) mod hybrid;
pub(crate) mod spots;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use adfox_api::calls::statistics::{Filter, OwnerId};
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::guard::Finding;
use crate::schema::{Column, ColumnType, MoneyType, Schema, Value};

/// A vendor of statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Vendor {
    /// SPOTS.
    Spots,
    /// Hybrid.
    Hybrid,
    /// ADFOX.
    Adfox,
}

impl Vendor {
    /// Returns the name, as in `spots.day`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spots => "spots",
            Self::Hybrid => "hybrid",
            Self::Adfox => "adfox",
        }
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A kind of rows that can be pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stream {
    /// The full name, such as `spots.site-day`.
    pub name: &'static str,
    /// The columns.
    pub schema: Arc<Schema>,
    /// The columns that identify a row; empty if the vendor's rows have none.
    pub key: Vec<&'static str>,
    /// The columns whose sums mean something.
    pub additive: Vec<&'static str>,
    /// The column of the day; `None` if the stream is a list of objects, kept as snapshots.
    pub day: Option<&'static str>,
    /// Whether each advertiser of an account has its own files.
    pub per_advertiser: bool,
    /// Whether rows are split by the dimensions that the configuration names.
    pub is_split: bool,
    /// What is asked for, in the vendor's words; a part of the fingerprint.
    pub request: &'static str,
}

impl Stream {
    /// Returns the name without that of the vendor, such as `site-day`.
    #[must_use]
    pub fn short_name(&self) -> &'static str {
        self.name
            .split_once('.')
            .map_or(self.name, |(_, name)| name)
    }

    /// Returns whether this is the full or the short name.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        name == self.name || name == self.short_name()
    }

    /// Returns whether the stream is a list of objects, kept as snapshots.
    #[must_use]
    pub fn is_snapshot(&self) -> bool {
        self.day.is_none()
    }

    /// Returns whether the stream is a report of ADFOX, which a configuration describes.
    pub(crate) fn is_report(&self) -> bool {
        self.name.starts_with(adfox::report::PREFIX)
    }

    /// Returns the stream with money of this size.
    #[must_use]
    pub fn with_money(&self, money: MoneyType) -> Self {
        Self {
            schema: Arc::new(Schema::clone(&self.schema).with_money(money)),
            ..self.clone()
        }
    }

    /// Returns a column by its name.
    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.schema.columns.iter().find(|known| known.name == name)
    }

    /// Returns the position of a column.
    pub(crate) fn position(&self, column: &str) -> Option<usize> {
        let mut columns = self.schema.columns.iter();
        columns.position(|known| known.name == column)
    }

    /// Returns the positions of the columns that identify a row.
    pub(crate) fn key_positions(&self) -> Vec<usize> {
        self.key
            .iter()
            .filter_map(|name| self.position(name))
            .collect()
    }
}

/// Whose rows of which days are asked for. The days of a snapshot have no meaning.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) stream: &'a Stream,
    pub(crate) account: &'a str,
    pub(crate) advertiser: Option<&'a str>,
    /// By what rows are split, where the configuration says that.
    pub(crate) splits: &'a [String],
    /// Which rows a report selects.
    pub(crate) filters: &'a [Filter],
    pub(crate) owner: Option<OwnerId>,
    pub(crate) from: Date,
    pub(crate) to: Date,
    /// The campaigns or banners that the published files have, where the vendor is asked for each.
    pub(crate) published: &'a Ids,
    /// The days whose findings are accepted.
    pub(crate) accept: &'a BTreeSet<Date>,
}

/// Ids, each with the last day of its rows.
pub(crate) type Ids = BTreeMap<String, Date>;

/// Takes the rows of a response one by one; its error ends the response.
pub(crate) type Sink<'s, E> = dyn FnMut(&[Value<'_>]) -> Result<(), E> + Send + 's;

/// Why rows did not arrive.
#[derive(Debug)]
pub(crate) enum FetchError<E> {
    /// The vendor or the way to it.
    Vendor(adcore::Error),
    /// The sink refused a row.
    Row(E),
    /// The rows are not complete.
    Finding(Finding),
}

impl<E> From<adcore::Error> for FetchError<E> {
    fn from(error: adcore::Error) -> Self {
        Self::Vendor(error)
    }
}

/// Sums of a day, by the names of columns.
pub(crate) type DaySums = BTreeMap<Date, BTreeMap<&'static str, Decimal>>;

/// The vendor's own sums of a window.
#[derive(Debug)]
pub(crate) struct Totals {
    /// What they are from, such as `spots.day`.
    pub(crate) against: &'static str,
    /// The columns that were asked for. A day that the vendor leaves out has sums of zero.
    pub(crate) columns: Vec<&'static str>,
    pub(crate) days: DaySums,
}

/// Adds numbers to the sums of a day; absent ones count as nothing.
pub(crate) fn add_to_day<const N: usize>(
    sums: &mut DaySums,
    day: Date,
    numbers: [(&'static str, Option<Decimal>); N],
) {
    let day = sums.entry(day).or_default();
    for (name, number) in numbers {
        let sum = day.entry(name).or_default();
        // Where a sum does not fit, the comparison reports a difference.
        *sum = sum.saturating_add(number.unwrap_or_default());
    }
}

/// Returns what the column `extra` has of the members that a client does not know.
pub(crate) fn extra(extra: &hybrid_rest::Extra) -> Value<'static> {
    Value::from((!extra.is_empty()).then(|| extra.to_string()))
}

/// The number of requests that something takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Calls {
    /// The number of requests that are known: those that are certain, and one for each object of the latest snapshot.
    pub count: u64,
    /// Whether there are no others; `false` if the number depends on lists that only the vendor knows.
    pub exact: bool,
}

impl Calls {
    /// No requests.
    pub const NONE: Self = Self::exactly(0);

    /// Exactly `count` requests.
    #[must_use]
    pub const fn exactly(count: u64) -> Self {
        Self { count, exact: true }
    }

    /// `count` requests, and perhaps more.
    #[must_use]
    pub const fn at_least(count: u64) -> Self {
        Self {
            count,
            exact: false,
        }
    }
}

impl std::ops::Add for Calls {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            exact: self.exact && other.exact,
        }
    }
}

impl std::iter::Sum for Calls {
    fn sum<I: Iterator<Item = Self>>(calls: I) -> Self {
        calls.fold(Self::NONE, |sum, calls| sum + calls)
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = if self.exact { "" } else { " or more" };
        write!(f, "{}{more}", self.count)
    }
}

/// Returns the streams of all vendors and API versions. Reports of ADFOX, which a configuration describes, are not
/// among them.
#[must_use]
pub fn all() -> Vec<Stream> {
    use crate::config::HybridApi;
    let mut streams = spots::streams();
    streams.extend(hybrid::streams(HybridApi::V1));
    let names: Vec<&str> = streams.iter().map(|stream| stream.name).collect();
    let only_v3 = hybrid::streams(HybridApi::V3).into_iter();
    let only_v3: Vec<Stream> = only_v3
        .filter(|stream| !names.contains(&stream.name))
        .collect();
    streams.extend(only_v3);
    streams.extend(adfox::streams());
    streams
}

fn required(name: &str, column_type: ColumnType) -> Column {
    Column::new(name, column_type)
}

fn optional(name: &str, column_type: ColumnType) -> Column {
    Column::new(name, column_type).nullable()
}

/// Puts `account` before the columns of a stream and `extra` behind them.
fn schema(number: u32, columns: Vec<Column>) -> Arc<Schema> {
    let mut all = vec![required("account", ColumnType::Text)];
    all.extend(columns);
    all.push(optional("extra", ColumnType::Text));
    Arc::new(Schema::new(number, all))
}
