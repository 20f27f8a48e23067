//! Calls and their results: plain values that can be compared, stored and sent between threads.
//!
//! Every value serializes with any serde format and reads back what it wrote. Member names are those
//! of Hybrid, money is a text of its exact digits, and `extra` is one text with the JSON of the
//! members that Hybrid does not document. What Hybrid itself sends has other forms, which only the
//! [`Client`](crate::Client) reads.
//!
//! ```
//! use hybrid_rest::calls::CampaignStatistics;
//! use hybrid_rest::date;
//!
//! let call = CampaignStatistics::new(date(2025, 1, 1), date(2025, 1, 31), ["a", "b"]);
//! assert_eq!(call.ids.len(), 2);
//! ```

mod accounts;
mod call;
mod date_bound;
mod rows;
mod statistics;
pub mod v3;

use adcore_json::text_id;

pub use accounts::{Advertiser, Banner, Campaign};
pub use call::Call;
pub use date_bound::DateBound;
pub use rows::{BannerTotals, CampaignDay, CampaignDays, CampaignRow, DomainDay};
pub use statistics::{
    AdvertiserStatistics, BannerStatistics, CampaignDomainStatistics, CampaignStatistics,
    DomainStatistics,
};

text_id! {
    /// Identifies an advertiser of an agency. Cheap to clone.
    ///
    /// ```
    /// use hybrid_rest::calls::AdvertiserId;
    ///
    /// let id = AdvertiserId::new("53df8633af55cd57805746f5");
    /// assert_eq!(id.as_str(), "53df8633af55cd57805746f5");
    /// ```
    AdvertiserId
}
text_id! {
    /// Identifies a campaign, as in the results of [`Client::campaigns`](crate::Client::campaigns).
    ///
    /// Cheap to clone.
    CampaignId
}
text_id! {
    /// Identifies a banner, as in the results of [`Client::banners`](crate::Client::banners).
    ///
    /// Cheap to clone.
    BannerId
}
