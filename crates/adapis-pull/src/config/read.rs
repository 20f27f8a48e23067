//! Reading sources and streams.

use rust_decimal::Decimal;

use super::fields::{ConfigError, Field, Table};
use super::reports::read_reports;
use super::{HybridApi, KeepSnapshots, PartitionBy, Source, StreamSettings, Today, VendorSettings};
use crate::schema::MoneyType;
use crate::stream::{self, Stream, Vendor};
use crate::zone::Zone;

/// The settings that a source or a stream may override.
#[derive(Clone)]
pub(super) struct Defaults {
    lookback: u32,
    money: MoneyType,
    today: Today,
    alert_drop: Decimal,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            lookback: 7,
            money: MoneyType::Narrow,
            today: Today::Skip,
            alert_drop: Decimal::new(5, 1),
        }
    }
}

impl Defaults {
    pub(super) fn overridden(mut self, table: &Table<'_>) -> Result<Self, ConfigError> {
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

    /// Returns the settings of a stream that has no settings itself.
    pub(super) fn settings(&self, stream: &Stream) -> StreamSettings {
        StreamSettings {
            stream: stream.with_money(self.money),
            lookback: self.lookback,
            money: self.money,
            partition: PartitionBy::Month,
            splits: vec![],
            filters: vec![],
            owner: None,
        }
    }
}

fn read_lookback(field: &Field<'_>) -> Result<u32, ConfigError> {
    field.integer(0, 3650)
}

/// Reads a source.
pub(super) fn read_source(table: Table<'_>, defaults: &Defaults) -> Result<Source, ConfigError> {
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
    let reports = match vendor {
        VendorSettings::Adfox => table.get("reports"),
        _ => None,
    };
    let mut streams = match table.get("streams") {
        // A source of reports needs no lists of objects.
        None if reports.is_some() => vec![],
        _ => read_streams(&table.require("streams")?, &vendor, &known, &defaults)?,
    };
    if let Some(field) = reports {
        streams.extend(read_reports(&field, &defaults)?);
    }
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
        streams,
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

/// Checks a name, which becomes a part of paths: every file system and engine must take it as it is.
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
        "must be at most 64 lowercase letters, digits, - and _, because it becomes a part of paths",
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
        return Err(second.error("is a second vendor: give each account its own source"));
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
        let mut ids: Vec<String> = Vec::new();
        for item in field.list()? {
            let id = read_id(&item)?;
            if ids.iter().any(|known| known == id) {
                return Err(item.error("is in the list twice"));
            }
            ids.push(id.to_owned());
        }
        Ok(ids)
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
        let mut settings = defaults.settings(stream);
        if let Some(table) = table {
            override_stream(&mut settings, &table)?;
            if stream.is_split {
                settings.splits = read_splits(&table.require("splits")?)?;
            }
            table.finish()?;
        } else if stream.is_split {
            let short = stream.short_name();
            let expected =
                format!("needs splits: {{ name = \"{short}\", splits = [\"Country\"] }}");
            return Err(name.error(expected));
        }
        streams.push(settings);
    }
    if streams.is_empty() {
        return Err(field.error("must not be empty"));
    }
    Ok(streams)
}

/// Reads the settings that any stream may have.
pub(super) fn override_stream(
    settings: &mut StreamSettings,
    table: &Table<'_>,
) -> Result<(), ConfigError> {
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
    Ok(())
}

fn read_splits(field: &Field<'_>) -> Result<Vec<String>, ConfigError> {
    let mut splits: Vec<String> = Vec::new();
    for item in field.list()? {
        let split = item.text()?;
        if !split.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(item.error("must be the word of a split, such as Country"));
        }
        if split == "Day" {
            return Err(item.error("must be another split than Day, by which all rows are split"));
        }
        if splits.iter().any(|known| known == split) {
            return Err(item.error("is in the list twice"));
        }
        splits.push(split.to_owned());
    }
    if splits.is_empty() {
        return Err(field.error("must not be empty"));
    }
    Ok(splits)
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
