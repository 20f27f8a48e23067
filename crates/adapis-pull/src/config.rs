//! The configuration: what is pulled, from where, and into which folder.

mod fields;
mod filters;
mod read;
mod reports;
#[cfg(test)]
mod tests;

use adfox_api::calls::statistics::{Filter, OwnerId};
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::schema::MoneyType;
use crate::stream::{self, Stream, Vendor};
use crate::write::Format;
use crate::zone::Zone;

pub use fields::ConfigError;
use fields::{Document, Field};
use read::{Defaults, read_source};

/// A configuration, read from TOML by [`parse`](Self::parse).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// The folder or the address of the store that the files are in.
    pub root: String,
    /// The format of the files.
    pub format: Format,
    /// The sources. Settings that a source lacks are taken from `[pull]`.
    pub sources: Vec<Source>,
}

/// One account of a vendor.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Source {
    /// The name, which its rows and paths carry as `account` and must never change.
    pub name: String,
    /// The name of the profile with its credentials.
    pub profile: String,
    /// What is particular to the vendor.
    pub vendor: VendorSettings,
    /// The offset in which days end.
    pub zone: Zone,
    /// The first day.
    pub from: Date,
    /// Whether today is pulled.
    pub today: Today,
    /// The share by which a sum of a settled day may fall before the day is held back.
    pub alert_drop: Decimal,
    /// By how much the money of a day may differ from the vendor's own totals.
    pub tolerance: Decimal,
    /// Whether statistics are compared with the vendor's own totals.
    pub reconcile: bool,
    /// The streams, in the order of the configuration.
    pub streams: Vec<StreamSettings>,
    /// The maximum number of requests per minute.
    pub calls_per_minute: Option<u32>,
    /// How many windows are fetched at once.
    pub concurrency: usize,
    /// The largest number of days that one request asks for.
    pub window_days: u32,
    /// Which snapshots are kept; `None` keeps all.
    pub keep_snapshots: Option<KeepSnapshots>,
}

/// What is particular to a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum VendorSettings {
    /// SPOTS.
    Spots,
    /// Hybrid.
    Hybrid {
        /// The version of the API.
        api: HybridApi,
        /// The advertisers; `None` for all that the account has.
        advertisers: Option<Vec<String>>,
        /// Advertisers that are left out.
        except: Vec<String>,
    },
    /// ADFOX.
    Adfox,
}

/// A version of Hybrid's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HybridApi {
    /// Version 1.0.
    V1,
    /// Version 3.0.
    V3,
}

/// A stream of a source.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StreamSettings {
    /// The stream itself: its name, columns and key.
    pub stream: Stream,
    /// For how many days after its end a day may still change.
    pub lookback: u32,
    /// The precision that money is stored with.
    pub money: MoneyType,
    /// Whether a file holds a month or a day; snapshots ignore it.
    pub partition: PartitionBy,
    /// The dimensions that `hybrid.split-day` is split by, such as `Country`; empty for all other streams.
    pub splits: Vec<String>,
    /// The conditions that all rows of a report of ADFOX fulfil; empty for all other streams.
    pub filters: Vec<Filter>,
    /// The administrator's account that a report of ADFOX is about, which advertisers must name.
    pub owner: Option<OwnerId>,
}

/// How much one file of statistics holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartitionBy {
    /// A month.
    #[default]
    Month,
    /// A day, for more than about 50,000 rows a day.
    Day,
}

/// Whether the current day, which has not ended, is pulled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Today {
    /// Yesterday is the last day.
    #[default]
    Skip,
    /// Today is pulled too, and is never final.
    Provisional,
}

/// Which snapshots are kept: one a day for some days, and the first of each month for some months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeepSnapshots {
    /// For how many days each snapshot is kept.
    pub days: u32,
    /// For how many months the first snapshot of a month is kept.
    pub months: u32,
}

impl Config {
    /// Reads the table `[pull]` of a TOML document. Other tables, such as profiles, are left to others.
    ///
    /// # Errors
    /// The first mistake, with the name of the field and its line.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let document = Document::parse(text)?;
        let pull = document.get("pull")?.table()?;
        let root = pull.require("root")?.text()?.to_owned();
        let format = match pull.get("format") {
            Some(field) => field
                .text()?
                .parse()
                .map_err(|_| field.error("must be parquet, csv or ndjson"))?,
            None => Format::Parquet,
        };
        let defaults = Defaults::default().overridden(&pull)?;
        let list = pull.require("source")?;
        let mut sources: Vec<Source> = Vec::new();
        for field in list.list()? {
            let source = read_source(field.table()?, &defaults)?;
            check_tables(&field, &sources, &source)?;
            if sources.iter().any(|known| known.name == source.name) {
                let name = field.table()?.require("name")?;
                return Err(name.error("is the name of two sources"));
            }
            sources.push(source);
        }
        if sources.is_empty() {
            return Err(list.error("must not be empty"));
        }
        pull.finish()?;
        Ok(Self {
            root,
            format,
            sources,
        })
    }

    /// Returns the source of this name.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.name == name)
    }

    /// Returns the streams of reports, each once: unlike those of [`streams`](crate::streams), their columns are known
    /// only here.
    #[must_use]
    pub fn reports(&self) -> Vec<Stream> {
        let fixed = stream::all();
        let mut reports: Vec<Stream> = Vec::new();
        for settings in self.sources.iter().flat_map(|source| &source.streams) {
            let is_known = |known: &Stream| known.name == settings.stream.name;
            if !fixed.iter().chain(&reports).any(is_known) {
                reports.push(settings.stream.clone());
            }
        }
        reports
    }
}

/// The files of a stream are one table, whatever source they are of: engines and databases want the same columns and
/// the same folders in all of them.
fn check_tables(field: &Field<'_>, others: &[Source], source: &Source) -> Result<(), ConfigError> {
    for own in &source.streams {
        let stream = &own.stream;
        let same = others
            .iter()
            .map(|other| (&other.name, other.stream(stream.name)));
        for (other_name, other) in same {
            let Some(other) = other else { continue };
            let (setting, ours, theirs) = if other.stream.request != stream.request {
                return Err(field.error(format!(
                    "has {} with other dimensions or metrics than the source {other_name}; give one of the two another \
                     name",
                    stream.name
                )));
            } else if own.folders() != other.folders() {
                (
                    "partition",
                    own.folders().to_owned(),
                    other.folders().to_owned(),
                )
            } else if stream.schema != other.stream.schema {
                ("money", own.money.to_string(), other.money.to_string())
            } else {
                continue;
            };
            return Err(field.error(format!(
                "has {} with {setting} = \"{ours}\", and the source {other_name} with \"{theirs}\"; the files of a \
                 stream are one table, so give both the same {setting}",
                stream.name
            )));
        }
    }
    Ok(())
}

impl Source {
    /// Returns the vendor.
    #[must_use]
    pub fn vendor(&self) -> Vendor {
        match self.vendor {
            VendorSettings::Spots => Vendor::Spots,
            VendorSettings::Hybrid { .. } => Vendor::Hybrid,
            VendorSettings::Adfox => Vendor::Adfox,
        }
    }

    /// Returns the settings of a stream by its full name, such as `spots.day`.
    #[must_use]
    pub fn stream(&self, name: &str) -> Option<&StreamSettings> {
        self.streams.iter().find(|known| known.stream.name == name)
    }
}

const MONEY: &str = "money=";
pub(crate) const PARTITION: &str = "partition=";
const SCHEMA: &str = "schema=";

/// Returns the part of a fingerprint that begins with `name`.
pub(crate) fn word<'a>(fingerprint: &'a str, name: &str) -> Option<&'a str> {
    let mut words = fingerprint.split(' ');
    words.find(|word| word.starts_with(name))
}

impl StreamSettings {
    /// Returns what the folders of the files are named after: `month`, `day` or `snapshot`.
    #[must_use]
    pub fn folders(&self) -> &'static str {
        match (self.stream.is_snapshot(), self.partition) {
            (true, _) => "snapshot",
            (_, PartitionBy::Month) => "month",
            (_, PartitionBy::Day) => "day",
        }
    }

    /// Returns everything that determines the rows as text, so that comparing two of them shows what has changed.
    #[must_use]
    pub fn fingerprint(&self, source: &Source) -> String {
        let partition = self.folders();
        let api = match source.vendor {
            VendorSettings::Hybrid {
                api: HybridApi::V1, ..
            } => " api=1.0",
            VendorSettings::Hybrid {
                api: HybridApi::V3, ..
            } => " api=3.0",
            _ => "",
        };
        let mut splits = String::new();
        if !self.splits.is_empty() {
            // In an order that does not depend on the configuration's: the rows of a file are the same set.
            let mut sorted = self.splits.clone();
            sorted.sort_unstable();
            splits = format!(" splits={}", sorted.join(","));
        }
        format!(
            "{}{api}{splits} zone={} {MONEY}{} {PARTITION}{partition} {SCHEMA}{}{}",
            self.stream.request,
            source.zone,
            self.money,
            self.stream.schema.number,
            self.selection()
        )
    }

    /// Returns the fingerprint of rows that were pulled with the settings `pulled` and are written again with these:
    /// how they are written is new, and which rows they are is not.
    pub(crate) fn rewritten(&self, source: &Source, pulled: &str) -> String {
        let now = self.fingerprint(source);
        [MONEY, SCHEMA]
            .into_iter()
            .fold(pulled.to_owned(), |text, name| {
                match (word(pulled, name), word(&now, name)) {
                    (Some(before), Some(now)) => text.replacen(before, now, 1),
                    _ => text,
                }
            })
    }

    /// Returns which rows a report selects, in an order that does not depend on the configuration's.
    fn selection(&self) -> String {
        let mut text = String::new();
        if let Some(owner) = self.owner {
            text.push_str(&format!(" owner={owner}"));
        }
        if !self.filters.is_empty() {
            let mut filters: Vec<String> = self.filters.iter().map(filters::text).collect();
            filters.sort_unstable();
            // The last part, because a value may contain anything.
            text.push_str(&format!(" filters={}", filters.join(" ")));
        }
        text
    }
}
