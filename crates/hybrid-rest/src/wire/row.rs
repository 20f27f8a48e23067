use serde::de::{Deserialize, Deserializer};

use crate::calls::v3::StatisticsRow;
use crate::calls::{
    Advertiser, Banner, BannerTotals, Campaign, CampaignDay, CampaignDays, DomainDay,
};

mod member;

/// A row as Hybrid writes it.
///
/// Its `Deserialize` accepts what was seen on the wire: member names in any letter case, numbers as
/// texts, three forms of a date, `null` for any value. The rows themselves read only what they write.
#[derive(Debug, Clone, PartialEq, Default)]
#[repr(transparent)]
pub struct Wire<T>(pub T);

/// Decodes a row whose member names may have any letter case; unknown members go to `extra`.
///
/// A row marked `plain` can also be read without serde. Fields after `;` are not on the wire.
macro_rules! row {
    (plain $row:ident {
        $($field:ident: $name:literal $(or $other:literal)?),* $(,)? $(; $($absent:ident),+)?
    }) => {
        row!(@ $row { $($field: $name $(or $other)?),*; $($($absent),+)? } {
            impl ::adcore_json::PlainRow for Wire<$row> {
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
                        return member::PlainMember::read_plain(&mut self.0.$field, value);
                    })*
                    None
                }

                fn keep(&mut self, name: &str, value: ::adcore_json::RawJson) -> Option<()> {
                    let twice = self.0.extra.insert(name.to_owned(), value);
                    twice.is_none().then_some(())
                }
            }
        });
    };
    ($row:ident { $($field:ident: $name:literal $(or $other:literal)?),* $(,)? }) => {
        row!(@ $row { $($field: $name $(or $other)?),*; } {});
    };
    (@ $row:ident {
        $($field:ident: $name:literal $(or $other:literal)?),*; $($absent:ident),*
    } { $($plain:item)? }) => {
        const _: () = {
            #[derive(Clone, Copy)]
            #[expect(non_camel_case_types, reason = "fields give their names")]
            enum Place { $($field),* }

            const NAMES: &[(&str, Place)] = &[
                $(($name, Place::$field), $(($other, Place::$field),)?)*
            ];

            $($plain)?

            struct Members;

            impl<'de> Deserialize<'de> for Wire<$row> {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_map(Members)
                }
            }

            impl<'de> ::serde::de::Visitor<'de> for Members {
                type Value = Wire<$row>;

                fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A: ::serde::de::MapAccess<'de>>(
                    self,
                    mut map: A,
                ) -> Result<Wire<$row>, A::Error> {
                    $(let mut $field = None;)*
                    let mut extra = ::adcore_json::Extra::new();
                    let mut names = member::Name { known: NAMES, next: 0 };
                    while let Some(name) = map.next_key_seed(&mut names)? {
                        match name {
                            $(Ok(Place::$field) => {
                                if member::is_second_list(&$field) {
                                    let message = "a list appears twice";
                                    return Err(::serde::de::Error::custom(message));
                                }
                                $field = Some(map.next_value()?);
                            })*
                            Err(other) => {
                                extra.insert(other, map.next_value()?);
                            }
                        }
                    }
                    let empty = [$($field.is_none()),*];
                    if empty.iter().all(|empty| *empty) {
                        return Err(::serde::de::Error::custom("no known member"));
                    }
                    Ok(Wire($row {
                        $($field: member::Member::read($field, $name, &mut extra)?,)*
                        $($absent: Default::default(),)*
                        extra,
                    }))
                }
            }
        };
    };
}

row!(Advertiser {
    id: "Id",
    name: "Name",
    balance: "Balance"
});
row!(Campaign {
    id: "Id",
    name: "Name"
});
row!(Banner {
    id: "Id",
    name: "Name"
});
row!(CampaignDays {
    campaign_id: "CampaignId",
    stat: "Stat"
});
row!(plain CampaignDay {
    impression_count: "ImpressionCount",
    click_count: "ClickCount",
    date: "Date",
    cost: "Cost",
    sum_bets: "SumBets",
    bet_count: "BetCount",
    win_count: "WinCount",
    conversion_count: "ConversionCount",
    post_click_conversions_count: "PostClickConversionsCount",
    post_view_conversions_count: "PostViewConversionsCount",
    pixel_visit_count: "PixelVisitCount",
    active_pixel_visit_count: "ActivePixelVisitCount",
    ctr: "Ctr",
});
row!(plain DomainDay {
    date: "Date",
    sum_winning_price: "SumWinningPrice",
    sum_winning_price_with_commission: "SumWinningPriceWithComission"
        or "SumWinningPriceWithCommission",
    sum_bets: "SumBets",
    domain: "Domain",
    bet_count: "BetCount",
    win_count: "WinCount",
    impression_count: "ImpressionCount",
    view_count: "ViewCount",
    click_count: "ClickCount",
    conversion_count: "ConversionCount",
    post_click_conversions_count: "PostClickConversionsCount",
    post_view_conversions_count: "PostViewConversionsCount",
    pixel_visit_count: "PixelVisitCount",
    active_pixel_visit_count: "ActivePixelVisitCount",
});
row!(BannerTotals {
    date: "Date",
    click_count: "ClickCount",
    impression_count: "ImpressionCount",
    reach: "Reach",
    active_pixel_visit_count: "ActivePixelVisitCount",
    pixel_visit_count: "PixelVisitCount",
    conversion_count: "ConversionCount",
    post_click_conversions_count: "PostClickConversionsCount",
    post_view_conversions_count: "PostViewConversionsCount",
    sum_winning_price_with_commission: "SumWinningPriceWithComission"
        or "SumWinningPriceWithCommission",
    view_count: "ViewCount",
    sum_winning_price: "SumWinningPrice",
    sum_bets: "SumBets",
    bet_count: "BetCount",
    win_count: "WinCount",
});

row!(plain StatisticsRow {
    day: "Day",
    advertiser: "Advertiser",
    campaign_id: "CampaignId",
    banner_id: "BannerId",
    banner_name: "BannerName",
    split_name: "SplitName",
    impression_count: "ImpressionCount",
    click_count: "ClickCount",
    reach: "Reach",
    total_sum: "TotalSum",
    sum_segments_price: "SumSegmentsPrice",
    ctr: "CTR",
    ecpm: "ECPM",
    ecpc: "ECPC",
    viewability: "Viewability",
    frequency: "Frequency";
    from, to
});

#[cfg(test)]
mod tests;
