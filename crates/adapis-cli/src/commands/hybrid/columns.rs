//! The columns of Hybrid's rows: the members that the vendor documents.

use crate::output::Columns;

pub(super) fn advertisers() -> Columns {
    Columns::documented(&["Id", "Name", "Balance"])
}

/// Campaigns and banners.
pub(super) fn named() -> Columns {
    Columns::documented(&["Id", "Name"])
}

/// One day of one campaign.
pub(super) fn campaign_days() -> Columns {
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
    ])
}

/// One day of banners on one domain.
pub(super) fn domain_days() -> Columns {
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
    ])
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
