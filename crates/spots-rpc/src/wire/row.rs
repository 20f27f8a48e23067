use std::borrow::Cow;
use std::fmt;

use adcore::Error;
use adcore_json::{ExactDecimal, Integer, MemberName, PlainRow, PlainValue, RawJson};
use jiff::civil::Date;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use crate::calls::{PlacementId, SiteId, StatisticsRow};

/// The rows of a statistics result; `null` is no rows.
pub(crate) fn decode_rows(result: &str) -> Result<Vec<StatisticsRow>, Error> {
    if result.trim() == "null" {
        return Ok(Vec::new());
    }
    adcore_json::decode_rows(result.as_bytes()).map_err(|error| {
        let message = format!("result: {}", error.message());
        error.with_message(message)
    })
}

/// A text, or a number where a text was promised.
struct Text(Option<String>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyText;

        impl Visitor<'_> for AnyText {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(Some(text.to_owned())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
                Ok(Text(Some(number.to_string())))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
                Ok(Text(Some(number.to_string())))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
                Ok(Text(Some(number.to_string())))
            }

            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text(None))
            }
        }

        deserializer.deserialize_any(AnyText)
    }
}

/// A day as printed, with or without a time behind it.
struct Day(Option<Date>);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PrintedDay;

        impl Visitor<'_> for PrintedDay {
            type Value = Day;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Day, E> {
                const PRINTED: usize = "2023-08-23".len();
                text.get(..PRINTED)
                    .and_then(|day| day.parse().ok())
                    .map(|day| Day(Some(day)))
                    .ok_or_else(|| E::custom("not a date"))
            }

            fn visit_unit<E>(self) -> Result<Day, E> {
                Ok(Day(None))
            }
        }

        deserializer.deserialize_any(PrintedDay)
    }
}

/// The members by their places.
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

impl PlainRow for StatisticsRow {
    fn place(name: &str) -> Option<u8> {
        let place = NAMES.iter().position(|known| *known == name)?;
        u8::try_from(place).ok()
    }

    #[inline]
    fn read(&mut self, place: u8, value: &mut PlainValue<'_>) -> Option<()> {
        match place {
            0 => self.date_day = plain_day(value)?,
            1 => self.site = plain_text(value)?,
            2 => self.site_id = value.integer::<u64>()?.map(SiteId),
            3 => self.site_name = plain_text(value)?,
            4 => self.placement = plain_text(value)?.map(PlacementId),
            5 => self.placement_name = plain_text(value)?,
            6 => self.shows = value.integer()?,
            7 => self.clicks = value.integer()?,
            8 => self.income = value.decimal()?,
            _ => return None,
        }
        Some(())
    }

    fn keep(&mut self, name: &str, value: RawJson) -> Option<()> {
        let twice = self.extra.insert(name.to_owned(), value);
        twice.is_none().then_some(())
    }
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

impl<'de> Deserialize<'de> for StatisticsRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = StatisticsRow;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row of statistics")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut row = StatisticsRow::default();
                let mut seen = 0_u16;
                while let Some(name) = map.next_key::<MemberName<'_>>()? {
                    let Some(place) = StatisticsRow::place(&name) else {
                        let value = map.next_value::<RawJson>()?;
                        if row.extra.insert(name.into_string(), value).is_some() {
                            return Err(A::Error::custom("a member stands there twice"));
                        }
                        continue;
                    };
                    if seen & (1 << place) != 0 {
                        return Err(A::Error::custom("a member stands there twice"));
                    }
                    seen |= 1 << place;
                    match place {
                        0 => row.date_day = map.next_value::<Day>()?.0,
                        1 => row.site = map.next_value::<Text>()?.0,
                        2 => row.site_id = map.next_value::<Integer<u64>>()?.0.map(SiteId),
                        3 => row.site_name = map.next_value::<Text>()?.0,
                        4 => row.placement = map.next_value::<Text>()?.0.map(PlacementId),
                        5 => row.placement_name = map.next_value::<Text>()?.0,
                        6 => row.shows = map.next_value::<Integer<u64>>()?.0,
                        7 => row.clicks = map.next_value::<Integer<u64>>()?.0,
                        _ => row.income = map.next_value::<ExactDecimal>()?.0,
                    }
                }
                Ok(row)
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use adcore::ErrorKind;
    use jiff::civil::date;

    use super::*;

    fn row(json: &str) -> StatisticsRow {
        decode_rows(&format!("[{json}]")).unwrap().remove(0)
    }

    #[test]
    fn a_row_of_the_page() {
        let row = row(
            r#"{"shows": 257005, "clicks": 318, "income": 8358.049411245, "site_id": 750,
                "site": "test1.ru", "site_name": "test1.ru/forum", "date_day": "2023-08-23"}"#,
        );
        assert_eq!(row.shows, Some(257_005));
        assert_eq!(row.income, Some("8358.049411245".parse().unwrap()));
        assert_eq!(row.site_id, Some(SiteId(750)));
        assert_eq!(row.date_day, Some(date(2023, 8, 23)));
        assert_eq!(
            serde_json::to_string(&row).unwrap(),
            r#"{"date_day":"2023-08-23","site":"test1.ru","site_id":750,"site_name":"test1.ru/forum","shows":257005,"clicks":318,"income":8358.049411245}"#
        );
    }

    #[test]
    fn numbers_in_texts_nulls_and_strangers() {
        let row = row(
            r#"{"shows":"71385","clicks":null,"income":"0.10","placement":7481,"placement_name":null,
                "date_day":"2023-08-23T00:00:00","ecpm":1.50,"extra":{"a":1}}"#,
        );
        assert_eq!((row.shows, row.clicks), (Some(71_385), None));
        assert_eq!(
            row.income.map(|income| income.to_string()),
            Some("0.10".into())
        );
        assert_eq!(row.placement, Some(PlacementId("7481".into())));
        assert_eq!(row.placement_name, None);
        assert_eq!(row.date_day, Some(date(2023, 8, 23)));
        assert_eq!(row.extra["ecpm"].as_str(), "1.50");
        let text = serde_json::to_string(&row).unwrap();
        assert!(
            text.contains(r#""clicks":null,"income":0.10,"ecpm":1.50"#),
            "{text}"
        );
    }

    #[test]
    fn faults_are_told_by_path_without_values() {
        assert_eq!(decode_rows("null").unwrap(), []);
        for (json, path) in [
            (r#"[{"shows":1},{"shows":"canary"}]"#, "[1].shows"),
            (r#"[{"income":"canary"}]"#, "[0].income"),
            (r#"[{"date_day":"canary"}]"#, "[0].date_day"),
            (r#"[{"site":["canary"]}]"#, "[0].site"),
            (r#"[{"shows":1,"shows":2}]"#, "[0]"),
            (r#"["canary"]"#, "[0]"),
            (r#"{"rows":"canary"}"#, "result: unexpected value"),
        ] {
            let error = decode_rows(json).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(error.message().contains(path), "{json}: {error}");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }
}
