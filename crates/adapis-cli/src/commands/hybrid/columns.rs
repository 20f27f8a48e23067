//! The columns of Hybrid's rows: the members that are documented or, of version 3.0, known.

use adapis::hybrid::calls::v3::Split;

use crate::output::Columns;
#[cfg(feature = "pull")]
use crate::page::Subject;

/// Columns of rows that have a day.
fn days(columns: Columns) -> Columns {
    #[cfg(feature = "pull")]
    let columns = columns.by_day(Subject::Hybrid);
    columns
}

pub(super) fn advertisers() -> Columns {
    Columns::documented(&["Id", "Name", "Balance"])
}

/// Campaigns and banners.
pub(super) fn named() -> Columns {
    Columns::documented(&["Id", "Name"])
}

/// One day of one campaign.
pub(super) fn campaign_days() -> Columns {
    days(
        Columns::documented(&[
            "CampaignId",
            "ImpressionCount",
            "ClickCount",
            "Date",
            "Cost",
            "SumBets",
            "BetCount",
            "WinCount",
            "ConversionCount",
            "PostClickConversionsCount",
            "PostViewConversionsCount",
            "PixelVisitCount",
            "ActivePixelVisitCount",
            "Ctr",
        ])
        .in_tables(&[
            "CampaignId",
            "Date",
            "ImpressionCount",
            "ClickCount",
            "Ctr",
            "Cost",
            "ConversionCount",
        ]),
    )
}

/// One day of banners on one domain.
pub(super) fn domain_days() -> Columns {
    days(
        Columns::documented(&[
            "Date",
            "SumWinningPrice",
            "SumWinningPriceWithComission",
            "SumBets",
            "Domain",
            "BetCount",
            "WinCount",
            "ImpressionCount",
            "ViewCount",
            "ClickCount",
            "ConversionCount",
            "PostClickConversionsCount",
            "PostViewConversionsCount",
            "PixelVisitCount",
            "ActivePixelVisitCount",
        ])
        .in_tables(&[
            "Date",
            "Domain",
            "ImpressionCount",
            "ViewCount",
            "ClickCount",
            "SumWinningPriceWithComission",
            "ConversionCount",
        ]),
    )
}

/// The totals of one banner.
pub(super) fn banner_totals() -> Columns {
    Columns::documented(&[
        "Date",
        "ClickCount",
        "ImpressionCount",
        "Reach",
        "ActivePixelVisitCount",
        "PixelVisitCount",
        "ConversionCount",
        "PostClickConversionsCount",
        "PostViewConversionsCount",
        "SumWinningPriceWithComission",
        "ViewCount",
        "SumWinningPrice",
        "SumBets",
        "BetCount",
        "WinCount",
    ])
    .in_tables(&[
        "Date",
        "Reach",
        "ImpressionCount",
        "ViewCount",
        "ClickCount",
        "SumWinningPriceWithComission",
        "ConversionCount",
    ])
}

/// Advertisers of version 3.0, which was not seen to send balances.
pub(super) fn v3_advertisers() -> Columns {
    advertisers().in_tables(&["Id", "Name"])
}

/// A row of statistics of version 3.0. Tables have the columns that identify a row: those of the
/// splits, and the days of the window if there are `several` of them.
pub(super) fn v3_statistics(splits: &[Split], each_day: bool, several: bool) -> Columns {
    let mut table = Vec::new();
    let has_day = each_day || splits.contains(&Split::Day);
    if has_day {
        table.push("Day");
    } else if several {
        table.extend(["From", "To"]);
    }
    let (first, second) = (splits.first(), splits.get(1));
    for split in splits {
        match split {
            Split::Day => {}
            Split::Campaign => table.push("CampaignId"),
            Split::Advertiser => table.push("Advertiser"),
            Split::BannerName => table.extend(["BannerId", "BannerName"]),
            _ => {}
        }
    }
    let is_named = |split: &&Split| !matches!(split, Split::Day | Split::BannerName);
    if first.is_some_and(|split| is_named(&split)) {
        table.push("SplitName");
    }
    // The name of the member with the second value is not known.
    let texts_after = second.filter(is_named).map(|_| table.len());
    table.extend(["ImpressionCount", "ClickCount", "CTR", "TotalSum"]);
    let columns = Columns::documented(&[
        "From",
        "To",
        "Day",
        "Advertiser",
        "CampaignId",
        "BannerId",
        "BannerName",
        "SplitName",
        "ImpressionCount",
        "ClickCount",
        "Reach",
        "TotalSum",
        "SumSegmentsPrice",
        "CTR",
        "ECPM",
        "ECPC",
        "Viewability",
        "Frequency",
    ])
    .in_tables(&table);
    let columns = match texts_after {
        Some(after) => columns.with_texts_after(after),
        None => columns,
    };
    if has_day { days(columns) } else { columns }
}
