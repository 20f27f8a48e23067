use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calls::{ParamValue, Params, Row};

/// Hours of the week or days of the month that are on or off; hours and days that are not listed stay unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TimeTargeting {
    /// Whether hours are in the visitor's time zone instead of Moscow's.
    pub client_time: Option<bool>,
    /// Whether `days` apply instead of `hours`.
    pub by_month: Option<bool>,
    /// Whether an hour is on, by day of the week (1 to 7 from Monday) and hour (0 to 23).
    #[serde(default, with = "super::pairs")]
    pub hours: BTreeMap<(u8, u8), bool>,
    /// Whether a day of the month (1 to 31) is on.
    #[serde(default, with = "super::pairs")]
    pub days: BTreeMap<u8, bool>,
}

impl TimeTargeting {
    /// Creates a targeting that changes nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Switches an hour (0 to 23) of a day of the week (1 to 7 from Monday) on or off.
    #[must_use]
    pub fn hour(mut self, day: u8, hour: u8, on: bool) -> Self {
        self.hours.insert((day, hour), on);
        self
    }

    /// Switches a day of the month (1 to 31) on or off, and applies days instead of hours.
    #[must_use]
    pub fn day(mut self, day: u8, on: bool) -> Self {
        self.by_month = Some(true);
        self.days.insert(day, on);
        self
    }

    /// Sets whether hours are in the visitor's time zone.
    #[must_use]
    pub fn client_time(mut self, on: bool) -> Self {
        self.client_time = Some(on);
        self
    }

    pub(super) fn params(&self) -> Params {
        let mut params = Params::new();
        self.client_time.put("isClientTime", &mut params);
        self.by_month.put("mode", &mut params);
        for ((day, hour), on) in &self.hours {
            on.put(&format!("hour{hour}day{day}"), &mut params);
        }
        for (day, on) in &self.days {
            on.put(&format!("day{day}"), &mut params);
        }
        params
    }

    /// Reads a row of a list with `show=targetingTime`.
    pub(super) fn read(row: &Row) -> Self {
        let mut time = Self::default();
        for (name, value) in row.iter() {
            let on = match value.as_str() {
                Some("1") => true,
                Some("0") => false,
                _ => continue,
            };
            let number = |text: &str| text.parse::<u8>().ok();
            let hour = |rest: &str| {
                let (hour, day) = rest.split_once("day")?;
                Some((number(day)?, number(hour)?))
            };
            if name == "isClientTime" {
                time.client_time = Some(on);
            } else if name == "mode" {
                time.by_month = Some(on);
            } else if let Some(at) = name.strip_prefix("hour").and_then(hour) {
                time.hours.insert(at, on);
            } else if let Some(day) = name.strip_prefix("day").and_then(number) {
                time.days.insert(day, on);
            }
        }
        time
    }
}
