use std::borrow::Cow;
use std::fmt;

use adcore_json::{ExactDecimal, Extra, Integer, PlainValue, TextOrNumber, Tolerant};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, Visitor};

use super::Wire;
use crate::calls::{AdvertiserId, BannerId, CampaignId};

/// Reads a member name: `Ok` with the place of a known name in any letter case, or `Err` with the name.
pub(super) struct Name<P: 'static> {
    pub(super) known: &'static [(&'static str, P)],
    /// Where the next name is looked for first: rows keep the order of the documentation.
    pub(super) next: usize,
}

impl<'de, P: Copy> DeserializeSeed<'de> for &mut Name<P> {
    type Value = Result<P, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<P: Copy> Visitor<'_> for &mut Name<P> {
    type Value = Result<P, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        let expected = self.known.get(self.next);
        if let Some((_, place)) = expected.filter(|(expected, _)| *expected == name) {
            self.next += 1;
            return Ok(Ok(*place));
        }
        let mut known = self.known.iter();
        let Some(at) = known.position(|(known, _)| known.eq_ignore_ascii_case(name)) else {
            return Ok(Err(name.to_owned()));
        };
        self.next = at + 1;
        Ok(Ok(self.known[at].1))
    }
}

/// The form of a member on the wire.
pub(super) trait Printed {
    /// Whether it is a list of rows, none of which may be lost.
    const IS_LIST: bool = false;
}

impl<N> Printed for Tolerant<N> {}
impl Printed for TextOrNumber {}
impl Printed for PrintedDay {}
impl<T> Printed for Option<Vec<Wire<T>>> {
    const IS_LIST: bool = true;
}

/// Returns whether another list would replace the one that was read before.
pub(super) fn is_second_list<P: Printed>(read: &Option<P>) -> bool {
    P::IS_LIST && read.is_some()
}

/// A member of a typed row: its form on the wire, and what its absence means.
pub(super) trait Member: Sized {
    type Printed: Printed;

    /// Returns the member, whose `name` is known; a number that its type cannot hold goes to `extra`.
    fn read<E: Error>(
        wire: Option<Self::Printed>,
        name: &'static str,
        extra: &mut Extra,
    ) -> Result<Self, E>;
}

macro_rules! number {
    ($($number:ty: $printed:ty),*) => {$(
        impl Member for Option<$number> {
            type Printed = Tolerant<$printed>;

            fn read<E: Error>(
                wire: Option<Self::Printed>,
                name: &'static str,
                extra: &mut Extra,
            ) -> Result<Self, E> {
                let number = wire.and_then(|number| number.or_keep(name, extra));
                Ok(number.and_then(|number| number.0))
            }
        }
    )*};
}

number!(Decimal: ExactDecimal, i64: Integer<i64>);

impl Member for Option<String> {
    type Printed = TextOrNumber;

    fn read<E: Error>(
        wire: Option<Self::Printed>,
        _name: &'static str,
        _extra: &mut Extra,
    ) -> Result<Self, E> {
        Ok(wire.and_then(|text| text.0))
    }
}

impl Member for Option<Date> {
    type Printed = PrintedDay;

    fn read<E: Error>(
        wire: Option<Self::Printed>,
        _name: &'static str,
        _extra: &mut Extra,
    ) -> Result<Self, E> {
        Ok(wire.and_then(|day| day.0))
    }
}

impl<T> Member for Vec<T> {
    type Printed = Option<Vec<Wire<T>>>;

    fn read<E: Error>(
        rows: Option<Self::Printed>,
        name: &'static str,
        _extra: &mut Extra,
    ) -> Result<Self, E> {
        // Null is an empty list; a list that is absent may be one that was lost.
        let rows = rows.ok_or_else(|| E::missing_field(name))?;
        let rows = rows.unwrap_or_default();
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}

macro_rules! required_id {
    ($($id:ident)*) => {$(
        impl Member for $id {
            type Printed = TextOrNumber;

            fn read<E: Error>(
                wire: Option<Self::Printed>,
                name: &'static str,
                _extra: &mut Extra,
            ) -> Result<Self, E> {
                wire.and_then(|text| text.0)
                    .map(Self::from)
                    .ok_or_else(|| E::missing_field(name))
            }
        }
    )*};
}

required_id!(AdvertiserId BannerId CampaignId);

macro_rules! optional_id {
    ($($id:ident)*) => {$(
        impl Member for Option<$id> {
            type Printed = TextOrNumber;

            fn read<E: Error>(
        wire: Option<Self::Printed>,
        _name: &'static str,
        _extra: &mut Extra,
    ) -> Result<Self, E> {
                Ok(wire.and_then(|text| text.0).map($id::from))
            }
        }

        impl PlainMember for Option<$id> {
            #[inline]
            fn read_plain(&mut self, value: &mut PlainValue<'_>) -> Option<()> {
                *self = value.text()?.map(|text| $id::from(&*text));
                Some(())
            }
        }
    )*};
}

optional_id!(AdvertiserId BannerId CampaignId);

/// A member that can be read without serde.
pub(super) trait PlainMember {
    fn read_plain(&mut self, value: &mut PlainValue<'_>) -> Option<()>;
}

impl PlainMember for Option<Decimal> {
    #[inline]
    fn read_plain(&mut self, value: &mut PlainValue<'_>) -> Option<()> {
        value.decimal(self)
    }
}

impl PlainMember for Option<i64> {
    #[inline]
    fn read_plain(&mut self, value: &mut PlainValue<'_>) -> Option<()> {
        *self = value.integer()?;
        Some(())
    }
}

impl PlainMember for Option<String> {
    #[inline]
    fn read_plain(&mut self, value: &mut PlainValue<'_>) -> Option<()> {
        *self = value.text()?.map(Cow::into_owned);
        Some(())
    }
}

impl PlainMember for Option<Date> {
    #[inline]
    fn read_plain(&mut self, value: &mut PlainValue<'_>) -> Option<()> {
        *self = match value.date()? {
            Some((year, month, day, rest)) if is_whole_day(rest) => {
                Some(Date::new(year, month, day).ok()?)
            }
            Some(_) => return None,
            None => None,
        };
        Some(())
    }
}

/// The day of `2015-12-31`, `2017-03-18T00:00:00` or `2014-12-16T00:00:00+03:00`, as printed.
pub(super) struct PrintedDay(Option<Date>);

impl<'de> Deserialize<'de> for PrintedDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Day;

        impl Visitor<'_> for Day {
            type Value = PrintedDay;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date in ISO 8601")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<PrintedDay, E> {
                if text.is_empty() {
                    return Ok(PrintedDay(None));
                }
                text.split_at_checked("2015-12-31".len())
                    .filter(|(_, rest)| is_whole_day(rest))
                    .and_then(|(day, _)| day.parse().ok())
                    .map(|day| PrintedDay(Some(day)))
                    .ok_or_else(|| E::custom("not a date in ISO 8601"))
            }

            fn visit_unit<E>(self) -> Result<PrintedDay, E> {
                Ok(PrintedDay(None))
            }
        }

        deserializer.deserialize_any(Day)
    }
}

/// Whether `rest`, which follows a day, is empty or a time.
fn is_whole_day(rest: &str) -> bool {
    matches!(rest.as_bytes().first(), None | Some(b'T' | b't' | b' '))
}
