use std::borrow::Cow;
use std::fmt;

use adcore_json::{ExactDecimal, Integer, PlainValue};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, Visitor};

use crate::calls::{AdvertiserId, BannerId, CampaignId};

/// The name of a member: the place of a known one whatever its letter case, or another.
pub(super) struct Name<P: 'static> {
    pub(super) known: &'static [(&'static str, P)],
    /// Where the next name is looked for first, because rows keep the page's order.
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

/// A member of a typed row, with what stands on the wire and what its absence means.
pub(super) trait Member: Sized {
    type Wire;

    fn read<E: Error>(wire: Option<Self::Wire>, name: &'static str) -> Result<Self, E>;
}

impl Member for Option<Decimal> {
    type Wire = ExactDecimal;

    fn read<E: Error>(wire: Option<ExactDecimal>, _name: &'static str) -> Result<Self, E> {
        Ok(wire.and_then(|number| number.0))
    }
}

impl Member for Option<i64> {
    type Wire = Integer<i64>;

    fn read<E: Error>(wire: Option<Integer<i64>>, _name: &'static str) -> Result<Self, E> {
        Ok(wire.and_then(|number| number.0))
    }
}

impl Member for Option<String> {
    type Wire = Text;

    fn read<E: Error>(wire: Option<Text>, _name: &'static str) -> Result<Self, E> {
        Ok(wire.and_then(|text| text.0))
    }
}

impl Member for Option<Date> {
    type Wire = PrintedDay;

    fn read<E: Error>(wire: Option<PrintedDay>, _name: &'static str) -> Result<Self, E> {
        Ok(wire.and_then(|day| day.0))
    }
}

impl<T> Member for Vec<T> {
    type Wire = Option<Self>;

    fn read<E: Error>(wire: Option<Option<Self>>, _name: &'static str) -> Result<Self, E> {
        Ok(wire.flatten().unwrap_or_default())
    }
}

macro_rules! required_id {
    ($($id:ident)*) => {$(
        impl Member for $id {
            type Wire = Text;

            fn read<E: Error>(wire: Option<Text>, name: &'static str) -> Result<Self, E> {
                wire.and_then(|text| text.0)
                    .map(Self::from)
                    .ok_or_else(|| E::missing_field(name))
            }
        }
    )*};
}

required_id!(AdvertiserId BannerId CampaignId);

/// A member that is read without serde while it is plain.
pub(super) trait PlainMember: Sized {
    fn plain(value: &mut PlainValue<'_>) -> Option<Self>;
}

impl PlainMember for Option<Decimal> {
    #[inline]
    fn plain(value: &mut PlainValue<'_>) -> Option<Self> {
        value.decimal()
    }
}

impl PlainMember for Option<i64> {
    #[inline]
    fn plain(value: &mut PlainValue<'_>) -> Option<Self> {
        value.integer()
    }
}

impl PlainMember for Option<String> {
    #[inline]
    fn plain(value: &mut PlainValue<'_>) -> Option<Self> {
        value.text().map(|text| text.map(Cow::into_owned))
    }
}

impl PlainMember for Option<Date> {
    #[inline]
    fn plain(value: &mut PlainValue<'_>) -> Option<Self> {
        let Some((year, month, day, rest)) = value.date()? else {
            return Some(None);
        };
        stands_alone(rest).then_some(())?;
        Date::new(year, month, day).ok().map(Some)
    }
}

/// A text, or a whole number where a text should be.
pub(super) struct Text(Option<String>);

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

            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text(None))
            }
        }

        deserializer.deserialize_any(AnyText)
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
                    .filter(|(_, rest)| stands_alone(rest))
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

/// Whether what follows a day is nothing but a time.
fn stands_alone(rest: &str) -> bool {
    matches!(rest.as_bytes().first(), None | Some(b'T' | b't' | b' '))
}

/// Decodes a row whose members may come in any letter case; the unknown ones go to `extra`.
///
/// After `plain` it is read without serde too, while it is plain.
macro_rules! row {
    (plain $row:ident { $($field:ident: $name:literal $(or $other:literal)?),* $(,)? }) => {
        row!(@ $row { $($field: $name $(or $other)?),* } {
            impl ::adcore_json::PlainRow for $row {
                fn place(name: &str) -> Option<u8> {
                    let mut names = NAMES.iter();
                    let (_, place) = names.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
                    Some(*place as u8)
                }

                #[inline]
                fn read(
                    &mut self,
                    place: u8,
                    value: &mut ::adcore_json::PlainValue<'_>,
                ) -> Option<()> {
                    $(if place == Place::$field as u8 {
                        self.$field = $crate::wire::members::PlainMember::plain(value)?;
                        return Some(());
                    })*
                    None
                }

                fn keep(&mut self, name: &str, value: ::adcore_json::RawJson) -> Option<()> {
                    let twice = self.extra.insert(name.to_owned(), value);
                    twice.is_none().then_some(())
                }
            }
        });
    };
    ($row:ident { $($field:ident: $name:literal $(or $other:literal)?),* $(,)? }) => {
        row!(@ $row { $($field: $name $(or $other)?),* } {});
    };
    (@ $row:ident { $($field:ident: $name:literal $(or $other:literal)?),* } { $($plain:item)? }) => {
        const _: () = {
            #[derive(Clone, Copy)]
            #[expect(non_camel_case_types, reason = "fields give their names")]
            enum Place { $($field),* }

            const NAMES: &[(&str, Place)] = &[
                $(($name, Place::$field), $(($other, Place::$field),)?)*
            ];

            $($plain)?

            struct Members;

            impl<'de> ::serde::Deserialize<'de> for $row {
                fn deserialize<D: ::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> Result<Self, D::Error> {
                    deserializer.deserialize_map(Members)
                }
            }

            impl<'de> ::serde::de::Visitor<'de> for Members {
                type Value = $row;

                fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A: ::serde::de::MapAccess<'de>>(
                    self,
                    mut map: A,
                ) -> Result<$row, A::Error> {
                    $(let mut $field = None;)*
                    let mut extra = $crate::calls::Extra::new();
                    let mut names = $crate::wire::members::Name { known: NAMES, next: 0 };
                    while let Some(name) = map.next_key_seed(&mut names)? {
                        match name {
                            $(Ok(Place::$field) => $field = Some(map.next_value()?),)*
                            Err(other) => {
                                extra.insert(other, map.next_value()?);
                            }
                        }
                    }
                    if !extra.is_empty() $(&& $field.is_none())* {
                        return Err(::serde::de::Error::custom("no known member"));
                    }
                    Ok($row {
                        $($field: $crate::wire::members::Member::read($field, $name)?,)*
                        extra,
                    })
                }
            }
        };
    };
}

pub(super) use row;
