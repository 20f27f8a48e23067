//! Calls and their results: plain values that can be compared, stored and sent between threads.
//!
//! Every value serializes with any serde format and reads back what it wrote. Member names are those
//! of Hybrid, money is a text of its exact digits, and `extra` is one text with the JSON of the
//! members that Hybrid does not document. Numbers and dates are read here only in the form in which they
//! are written; the [`Client`](crate::Client) accepts what Hybrid really sends.

mod accounts;
mod call;
mod date_bound;
mod statistics;

use adcore_json::text_id;

pub use accounts::{Advertiser, Banner, Campaign};
pub use call::Call;
pub use date_bound::DateBound;
pub use statistics::{
    AdvertiserStatistics, BannerStatistics, BannerTotals, CampaignDay, CampaignDays,
    CampaignDomainStatistics, CampaignRow, CampaignStatistics, DomainDay, DomainStatistics,
};

text_id! {
    /// Identifies an advertiser, such as `53df8633af55cd57805746f5`. Cheap to clone.
    AdvertiserId
}
text_id! {
    /// Identifies a campaign, such as `53df8633af55cd57805746f5`. Cheap to clone.
    CampaignId
}
text_id! {
    /// Identifies a banner, such as `58c1598f7bc72f277c4744ec`. Cheap to clone.
    BannerId
}
