use super::members::row;
use crate::calls::{
    Advertiser, Banner, BannerTotals, Campaign, CampaignDay, CampaignDays, DomainDay,
};

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

#[cfg(test)]
mod tests;
