//! The configuration: what is pulled, from where, into which folder.

mod fields;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::schema::MoneyType;
use crate::stream::{self, Stream, Vendor};
use crate::write::Format;
use crate::zone::Zone;

pub use fields::ConfigError;
use fields::{Document, Field, Table};

/// A configuration, read from TOML by [`parse`](Self::parse).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// The folder or the address of the store that the files are in.
    pub root: String,
    /// The format of the files.
    pub format: Format,
    /// The sources, with the settings of the whole where they do not say otherwise.
    pub sources: Vec<Source>,
}

/// One account of a vendor.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Source {
    /// The name, which is the `account` of its rows and of their paths for ever.
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
    /// By which share a sum of a settled day may be less than before.
    pub alert_drop: Decimal,
    /// By how much money may differ from the vendor's own totals, for each day.
    pub tolerance: Decimal,
    /// Whether statistics are compared with the vendor's own totals.
    pub reconcile: bool,
    /// The streams, in the order of the configuration.
    pub streams: Vec<StreamSettings>,
    /// How many requests may be sent in a minute.
    pub calls_per_minute: Option<u32>,
    /// How many windows are fetched at once.
    pub concurrency: usize,
    /// The largest number of days that one request asks for.
    pub window_days: u32,
    /// Which snapshots are kept; all if absent.
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
    /// Its columns, key and partition.
    pub stream: Stream,
    /// For how many days after its end a day may still change.
    pub lookback: u32,
    /// The size in which money is stored.
    pub money: MoneyType,
    /// Whether a file holds a month or a day; snapshots ignore it.
    pub partition: PartitionBy,
}

/// What one file of statistics holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartitionBy {
    /// A month.
    #[default]
    Month,
    /// A day, for more than about 50,000 rows a day.
    Day,
}

/// Whether the day that has not ended yet is pulled.
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

/// The settings that a source or a stream may override.
#[derive(Clone)]
struct Defaults {
    lookback: u32,
    money: MoneyType,
    today: Today,
    alert_drop: Decimal,
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
        let defaults = Defaults {
            lookback: 7,
            money: MoneyType::Narrow,
            today: Today::Skip,
            alert_drop: Decimal::new(5, 1),
        }
        .overridden(&pull)?;
        let list = pull.require("source")?;
        let mut sources: Vec<Source> = Vec::new();
        for field in list.list()? {
            let source = read_source(field.table()?, &defaults)?;
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

impl StreamSettings {
    /// Returns everything that determines the rows, in words, so that two of them show what has changed.
    #[must_use]
    pub fn fingerprint(&self, source: &Source) -> String {
        let partition = match (self.stream.is_snapshot(), self.partition) {
            (true, _) => "snapshot",
            (_, PartitionBy::Month) => "month",
            (_, PartitionBy::Day) => "day",
        };
        let api = match source.vendor {
            VendorSettings::Hybrid {
                api: HybridApi::V1, ..
            } => " api=1.0",
            VendorSettings::Hybrid {
                api: HybridApi::V3, ..
            } => " api=3.0",
            _ => "",
        };
        format!(
            "{}{api} zone={} money={} partition={partition} schema={}",
            self.stream.request, source.zone, self.money, self.stream.schema.number
        )
    }
}

impl Defaults {
    fn overridden(mut self, table: &Table<'_>) -> Result<Self, ConfigError> {
        if let Some(field) = table.get("lookback") {
            self.lookback = read_lookback(&field)?;
        }
        if let Some(field) = table.get("today") {
            self.today = match field.text()? {
                "skip" => Today::Skip,
                "provisional" => Today::Provisional,
                _ => return Err(field.error("must be skip or provisional")),
            };
        }
        if let Some(field) = table.get("money") {
            let text = field.text()?;
            self.money = text
                .parse()
                .map_err(|_| field.error("must be \"18,9\" or \"38,12\""))?;
        }
        if let Some(field) = table.get("alert-drop") {
            self.alert_drop = field.decimal(Decimal::ZERO, Decimal::ONE)?;
        }
        Ok(self)
    }
}

fn read_lookback(field: &Field<'_>) -> Result<u32, ConfigError> {
    field.integer(0, 3650)
}

fn read_source(table: Table<'_>, defaults: &Defaults) -> Result<Source, ConfigError> {
    let name = table.require("name")?;
    check_name(&name)?;
    let (profile, vendor, zone) = read_vendor(&table)?;
    let from = table.require("from")?.date()?;
    let defaults = defaults.clone().overridden(&table)?;
    let default_window = match vendor {
        VendorSettings::Hybrid { .. } => 90,
        _ => 31,
    };
    let number = |name, least, most| table.get(name).map(|field| field.integer(least, most));
    let known = match &vendor {
        VendorSettings::Spots => stream::spots::streams(),
        VendorSettings::Hybrid { api, .. } => stream::hybrid::streams(*api),
        VendorSettings::Adfox => stream::adfox::streams(),
    };
    let source = Source {
        name: name.text()?.to_owned(),
        profile,
        zone,
        from,
        today: defaults.today,
        alert_drop: defaults.alert_drop,
        tolerance: match table.get("tolerance") {
            Some(field) => field.decimal(Decimal::ZERO, Decimal::from(1_000_000_000))?,
            None => Decimal::ZERO,
        },
        reconcile: match table.get("reconcile") {
            Some(field) => field.boolean()?,
            None => true,
        },
        streams: read_streams(&table.require("streams")?, &vendor, &known, &defaults)?,
        calls_per_minute: number("calls-per-minute", 1, 100_000).transpose()?,
        concurrency: number("concurrency", 1, 64).transpose()?.unwrap_or(2) as usize,
        window_days: number("window-days", 1, 3650)
            .transpose()?
            .unwrap_or(default_window),
        keep_snapshots: match table.get("keep-snapshots") {
            Some(field) => Some(read_keep(&field)?),
            None => None,
        },
        vendor,
    };
    table.finish()?;
    Ok(source)
}

/// A name becomes a part of paths and never changes: it holds what every file system and engine takes as it is.
fn check_name(field: &Field<'_>) -> Result<(), ConfigError> {
    let name = field.text()?;
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_ok = name.len() <= 64
        && name.bytes().next().is_some_and(is_plain)
        && name
            .bytes()
            .all(|byte| is_plain(byte) || b"-_".contains(&byte));
    if is_ok {
        return Ok(());
    }
    Err(field.error(
        "must be at most 64 small letters, digits, - and _, because it becomes a part of paths",
    ))
}

fn read_vendor(table: &Table<'_>) -> Result<(String, VendorSettings, Zone), ConfigError> {
    let given = [
        (Vendor::Spots, table.get("spots")),
        (Vendor::Hybrid, table.get("hybrid")),
        (Vendor::Adfox, table.get("adfox")),
    ];
    let mut given = given
        .into_iter()
        .filter_map(|(vendor, field)| Some((vendor, field?)));
    let (Some((vendor, field)), second) = (given.next(), given.next()) else {
        return Err(table.field.error("needs one of spots, hybrid and adfox"));
    };
    if let Some((_, second)) = second {
        return Err(second.error("is a second vendor: give each account a source of its own"));
    }
    let settings = field.table()?;
    let profile = settings.require("profile")?.text()?.to_owned();
    let mut zone = Zone::MOSCOW;
    let vendor = match vendor {
        Vendor::Spots => {
            if let Some(field) = settings.get("time-zone") {
                let text = field.text()?;
                let expected = "must be an offset such as +03:00";
                zone = text.parse().map_err(|()| field.error(expected))?;
            }
            VendorSettings::Spots
        }
        Vendor::Hybrid => read_hybrid(&settings)?,
        Vendor::Adfox => VendorSettings::Adfox,
    };
    settings.finish()?;
    Ok((profile, vendor, zone))
}

fn read_hybrid(settings: &Table<'_>) -> Result<VendorSettings, ConfigError> {
    let api = settings.require("api")?;
    let api = match api.text()? {
        "1.0" => HybridApi::V1,
        "3.0" => HybridApi::V3,
        _ => return Err(api.error("must be \"1.0\" or \"3.0\"")),
    };
    let ids = |field: Field<'_>| -> Result<Vec<String>, ConfigError> {
        let list = field.list()?;
        list.iter().map(|id| Ok(read_id(id)?.to_owned())).collect()
    };
    let mut advertisers = None;
    if let Some(field) = settings.get("advertisers") {
        let list = field.list()?;
        let is_all = list.iter().any(|id| id.text() == Ok("*"));
        if list.is_empty() || (is_all && list.len() > 1) {
            return Err(field.error("must be [\"*\"] or a list of ids"));
        }
        if !is_all {
            advertisers = Some(ids(field)?);
        }
    }
    let except = settings.get("except").map(ids).transpose()?;
    Ok(VendorSettings::Hybrid {
        api,
        advertisers,
        except: except.unwrap_or_default(),
    })
}

/// An id of an advertiser becomes a part of paths.
fn read_id<'a>(field: &Field<'a>) -> Result<&'a str, ConfigError> {
    let id = field.text()?;
    if id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(id);
    }
    Err(field.error("must be the id of an advertiser: letters and digits"))
}

fn read_streams(
    field: &Field<'_>,
    vendor: &VendorSettings,
    known: &[Stream],
    defaults: &Defaults,
) -> Result<Vec<StreamSettings>, ConfigError> {
    let mut streams: Vec<StreamSettings> = Vec::new();
    for item in field.list()? {
        let (name, table) = if item.is_text() {
            (item.clone(), None)
        } else {
            let table = item.table()?;
            (table.require("name")?, Some(table))
        };
        let stream = known
            .iter()
            .find(|stream| Ok(stream.short_name()) == name.text());
        let stream = stream.ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(Stream::short_name).collect();
            let version = match vendor {
                VendorSettings::Hybrid {
                    api: HybridApi::V1, ..
                } => " of version 1.0",
                VendorSettings::Hybrid {
                    api: HybridApi::V3, ..
                } => " of version 3.0",
                _ => "",
            };
            name.error(format!(
                "is not a stream{version}; known are {}",
                names.join(", ")
            ))
        })?;
        if streams.iter().any(|other| other.stream.name == stream.name) {
            return Err(name.error("is in the list twice"));
        }
        let mut settings = StreamSettings {
            stream: stream.with_money(defaults.money),
            lookback: defaults.lookback,
            money: defaults.money,
            partition: PartitionBy::Month,
        };
        if let Some(table) = table {
            if let Some(field) = table.get("lookback") {
                settings.lookback = read_lookback(&field)?;
            }
            if let Some(field) = table.get("partition") {
                settings.partition = match field.text()? {
                    "month" => PartitionBy::Month,
                    "day" => PartitionBy::Day,
                    _ => return Err(field.error("must be month or day")),
                };
            }
            table.finish()?;
        }
        streams.push(settings);
    }
    if streams.is_empty() {
        return Err(field.error("must not be empty"));
    }
    Ok(streams)
}

fn read_keep(field: &Field<'_>) -> Result<KeepSnapshots, ConfigError> {
    let expected = || field.error("must be days and months such as \"35d 24m\"");
    let mut keep = KeepSnapshots { days: 0, months: 0 };
    for word in field.text()?.split_whitespace() {
        let (number, unit) = word.split_at_checked(word.len() - 1).ok_or_else(expected)?;
        let number = number.parse::<u32>().map_err(|_| expected())?;
        let place = match unit {
            "d" => &mut keep.days,
            "m" => &mut keep.months,
            _ => return Err(expected()),
        };
        *place = number.min(36_500);
    }
    if keep.days == 0 {
        return Err(field.error("must keep at least one day, such as \"35d 24m\""));
    }
    Ok(keep)
}
