use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calls::{ParamValue, Params, Row};

/// Hours of the week or days of the month that are on or off; what is not named stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TimeTargeting {
    /// Whether the visitor's own time counts instead of Moscow's.
    pub client_time: Option<bool>,
    /// Whether days of the month count instead of days of the week.
    pub by_month: Option<bool>,
    /// Hours by (day 1 to 7 from Monday, hour 0 to 23).
    #[serde(default, with = "super::pairs")]
    pub hours: BTreeMap<(u8, u8), bool>,
    /// Days of the month, 1 to 31.
    #[serde(default, with = "super::pairs")]
    pub days: BTreeMap<u8, bool>,
}

impl TimeTargeting {
    /// Changes nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Switches an hour (0 to 23) of a day (1 to 7 from Monday).
    #[must_use]
    pub fn hour(mut self, day: u8, hour: u8, on: bool) -> Self {
        self.hours.insert((day, hour), on);
        self
    }

    /// Switches a day of the month and counts by days of the month.
    #[must_use]
    pub fn day(mut self, day: u8, on: bool) -> Self {
        self.by_month = Some(true);
        self.days.insert(day, on);
        self
    }

    /// Sets whether the visitor's own time counts.
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

    /// Reads what a list with `show=targetingTime` tells.
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
