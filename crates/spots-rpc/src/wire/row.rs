//! One row of statistics on the wire.

use std::borrow::Cow;
use std::fmt;

use adcore_json::{
    ExactDecimal, Extra, Integer, MemberName, PlainRow, PlainValue, RawJson, TextOrNumber, Tolerant,
};
use jiff::civil::Date;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use crate::calls::{PlacementId, SiteId, StatisticsRow};

/// A row as the server sends it: numbers as texts, dates with a time, and other variations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WireRow(StatisticsRow);

impl WireRow {
    /// Returns the row.
    #[must_use]
    pub fn into_row(self) -> StatisticsRow {
        self.0
    }
}

/// A day, which a time may follow.
struct Day(Option<Date>);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyDay;

        impl Visitor<'_> for AnyDay {
            type Value = Day;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Day, E> {
                const LENGTH: usize = "2023-08-23".len();
                if text.is_empty() {
                    return Ok(Day(None));
                }
                text.get(..LENGTH)
                    .and_then(|day| day.parse().ok())
                    .map(|day| Day(Some(day)))
                    .ok_or_else(|| E::custom("not a date"))
            }

            fn visit_unit<E>(self) -> Result<Day, E> {
                Ok(Day(None))
            }
        }

        deserializer.deserialize_any(AnyDay)
    }
}

/// The members; the index of each is its place.
const NAMES: [&str; 9] = [
    "date_day",
    "site",
    "site_id",
    "site_name",
    "placement",
    "placement_name",
    "shows",
    "clicks",
    "income",
];

impl PlainRow for WireRow {
    fn place(name: &str) -> Option<u8> {
        let place = NAMES.iter().position(|known| *known == name)?;
        u8::try_from(place).ok()
    }

    #[inline]
    fn read(&mut self, place: u8, value: &mut PlainValue<'_>) -> Option<()> {
        match place {
            0 => self.0.date_day = plain_day(value)?,
            1 => self.0.site = plain_text(value)?,
            2 => self.0.site_id = value.integer::<u64>()?.map(SiteId::new),
            3 => self.0.site_name = plain_text(value)?,
            4 => self.0.placement = value.text()?.map(|text| PlacementId::from(&*text)),
            5 => self.0.placement_name = plain_text(value)?,
            6 => self.0.shows = value.integer()?,
            7 => self.0.clicks = value.integer()?,
            8 => value.decimal(&mut self.0.income)?,
            _ => return None,
        }
        Some(())
    }

    fn keep(&mut self, name: &str, value: RawJson) -> Option<()> {
        let twice = self.0.extra.insert(name.to_owned(), value);
        twice.is_none().then_some(())
    }
}

fn count(count: Tolerant<Integer<u64>>, name: &str, extra: &mut Extra) -> Option<u64> {
    count.or_keep(name, extra)?.0
}

fn plain_text(value: &mut PlainValue<'_>) -> Option<Option<String>> {
    value.text().map(|text| text.map(Cow::into_owned))
}

fn plain_day(value: &mut PlainValue<'_>) -> Option<Option<Date>> {
    let Some((year, month, day, _)) = value.date()? else {
        return Some(None);
    };
    Date::new(year, month, day).ok().map(Some)
}

impl<'de> Deserialize<'de> for WireRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = WireRow;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row of statistics")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut row = StatisticsRow::default();
                let mut seen = 0_u16;
                while let Some(name) = map.next_key::<MemberName<'_>>()? {
                    let Some(place) = WireRow::place(&name) else {
                        let value = map.next_value::<RawJson>()?;
                        if row.extra.insert(name.into_string(), value).is_some() {
                            return Err(A::Error::custom("a member appears twice"));
                        }
                        continue;
                    };
                    if seen & (1 << place) != 0 {
                        return Err(A::Error::custom("a member appears twice"));
                    }
                    seen |= 1 << place;
                    match place {
                        0 => row.date_day = map.next_value::<Day>()?.0,
                        1 => row.site = map.next_value::<TextOrNumber>()?.0,
                        2 => row.site_id = map.next_value::<Integer<u64>>()?.0.map(SiteId::new),
                        3 => row.site_name = map.next_value::<TextOrNumber>()?.0,
                        4 => {
                            row.placement =
                                map.next_value::<TextOrNumber>()?.0.map(PlacementId::from)
                        }
                        5 => row.placement_name = map.next_value::<TextOrNumber>()?.0,
                        6 => row.shows = count(map.next_value()?, &name, &mut row.extra),
                        7 => row.clicks = count(map.next_value()?, &name, &mut row.extra),
                        _ => {
                            let income = map.next_value::<Tolerant<ExactDecimal>>()?;
                            let income = income.or_keep(&name, &mut row.extra);
                            row.income = income.and_then(|income| income.0);
                        }
                    }
                }
                Ok(WireRow(row))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use adcore::{Error, ErrorKind};
    use jiff::civil::date;

    use super::*;

    fn rows(json: &str) -> Result<Vec<WireRow>, Error> {
        adcore_json::decode_rows(json.as_bytes())
    }

    fn row(json: &str) -> StatisticsRow {
        rows(&format!("[{json}]")).unwrap().remove(0).into_row()
    }

    #[test]
    fn a_row_of_the_documentation() {
        let row = row(
            r#"{"shows": 257005, "clicks": 318, "income": 8358.049411245, "site_id": 750,
                "site": "test1.ru", "site_name": "test1.ru/forum", "date_day": "2023-08-23"}"#,
        );
        assert_eq!(row.shows, Some(257_005));
        assert_eq!(row.income, Some("8358.049411245".parse().unwrap()));
        assert_eq!(row.site_id, Some(SiteId::new(750)));
        assert_eq!(row.date_day, Some(date(2023, 8, 23)));
    }

    #[test]
    fn numbers_as_texts_nulls_and_unknown_members() {
        let row = row(
            r#"{"shows":"71385","clicks":null,"income":"0.10","placement":7481,"placement_name":null,
                "date_day":"2023-08-23T00:00:00","ecpm":1.50,"extra":{"a":1}}"#,
        );
        assert_eq!((row.shows, row.clicks), (Some(71_385), None));
        assert_eq!(
            row.income.map(|income| income.to_string()),
            Some("0.10".into())
        );
        assert_eq!(row.placement, Some(PlacementId::from("7481")));
        assert_eq!(row.placement_name, None);
        assert_eq!(row.date_day, Some(date(2023, 8, 23)));
        assert_eq!(row.extra["ecpm"].as_str(), "1.50");
        assert_eq!(row.extra["extra"].as_str(), r#"{"a":1}"#);
    }

    #[test]
    fn numbers_that_cannot_be_held_are_kept_in_extra() {
        let row =
            row(r#"{"shows":-1,"clicks":10.5,"income":"NaN","date_day":"","site":"test1.ru"}"#);
        assert_eq!((row.shows, row.clicks, row.income), (None, None, None));
        assert_eq!(
            (row.date_day, row.site.as_deref()),
            (None, Some("test1.ru"))
        );
        let kept = row
            .extra
            .iter()
            .map(|(name, value)| (&**name, value.as_str()));
        assert_eq!(
            kept.collect::<Vec<_>>(),
            [
                ("clicks_sent", "10.5"),
                ("income_sent", "\"NaN\""),
                ("shows_sent", "-1")
            ]
        );
    }

    #[test]
    fn errors_have_the_path_and_no_value() {
        for (json, path) in [
            (r#"[{"shows":1},{"shows":"canary"}]"#, "[1].shows"),
            (r#"[{"income":"canary"}]"#, "[0].income"),
            (r#"[{"date_day":"canary"}]"#, "[0].date_day"),
            (r#"[{"site":["canary"]}]"#, "[0].site"),
            (r#"[{"shows":1,"shows":2}]"#, "[0]"),
            (r#"["canary"]"#, "[0]"),
        ] {
            let error = rows(json).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(error.message().contains(path), "{json}: {error}");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }
}
