use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::super::{AdvertiserId, BannerId, CampaignId};
use super::Split;
use super::words::words;

words! {
    /// What statistics are about.
    ///
    /// With serde it is a text.
    ///
    /// ```
    /// use hybrid_rest::calls::v3::Level;
    ///
    /// assert_eq!(Level::from("campaign"), Level::Campaign);
    /// assert_eq!(Level::Other("folder".to_owned()).to_string(), "folder");
    /// ```
    Level {
        /// All advertisers of an agency.
        Agency = "agency",
        /// One advertiser.
        Advertiser = "advertiser",
        /// One campaign.
        Campaign = "campaign",
        /// One banner.
        Banner = "banner",
    }
}

/// Statistics by one or two splits: `/v3.0/{level}/{split}/{second split}`.
///
/// ```no_run
/// # async fn example(client: hybrid_rest::Client) -> Result<(), hybrid_rest::Error> {
/// use hybrid_rest::calls::v3::{Split, Statistics};
/// use hybrid_rest::date;
///
/// let (from, to) = (date(2025, 1, 1), date(2025, 12, 31));
/// let call = Statistics::of_advertiser(from, to, "53df8633af55cd57805746f5").split(Split::Day);
/// let mut rows = client.v3().statistics_stream(&call);
/// while let Some(row) = rows.next().await {
///     let row = row?;
///     println!("{:?}: {:?}", row.day, row.total_sum);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Statistics {
    /// What the statistics are about.
    pub level: Level,
    /// What rows are grouped by: one split or two.
    pub splits: Vec<Split>,
    /// The first day.
    pub from: Date,
    /// The last day, included.
    pub to: Date,
    /// The advertiser. It is sent with the token of an agency only.
    pub advertiser: Option<AdvertiserId>,
    /// The campaign, required at [`Level::Campaign`].
    pub campaign: Option<CampaignId>,
    /// The banner, required at [`Level::Banner`].
    pub banner: Option<BannerId>,
    /// Whether each day is requested by itself.
    pub each_day: bool,
}

impl Statistics {
    /// Creates a call for a level, with none of the ids that it needs.
    ///
    /// The `of_…` functions are for the levels that are known.
    pub fn new(level: impl Into<Level>, from: Date, to: Date) -> Self {
        Self {
            level: level.into(),
            splits: Vec::new(),
            from,
            to,
            advertiser: None,
            campaign: None,
            banner: None,
            each_day: false,
        }
    }

    /// Creates a call for all advertisers of an agency.
    #[must_use]
    pub fn of_agency(from: Date, to: Date) -> Self {
        Self::new(Level::Agency, from, to)
    }

    /// Creates a call for an advertiser of an agency, or for the advertiser that the token belongs to.
    pub fn of_advertiser(from: Date, to: Date, advertiser: impl Into<AdvertiserId>) -> Self {
        Self::new(Level::Advertiser, from, to).advertiser(advertiser)
    }

    /// Creates a call for a campaign.
    pub fn of_campaign(from: Date, to: Date, campaign: impl Into<CampaignId>) -> Self {
        Self::new(Level::Campaign, from, to).campaign(campaign)
    }

    /// Creates a call for a banner.
    pub fn of_banner(from: Date, to: Date, banner: impl Into<BannerId>) -> Self {
        Self::new(Level::Banner, from, to).banner(banner)
    }

    /// Sets the campaign.
    #[must_use]
    pub fn campaign(mut self, campaign: impl Into<CampaignId>) -> Self {
        self.campaign = Some(campaign.into());
        self
    }

    /// Sets the banner.
    #[must_use]
    pub fn banner(mut self, banner: impl Into<BannerId>) -> Self {
        self.banner = Some(banner.into());
        self
    }

    /// Sets the advertiser, which is sent with the token of an agency only.
    #[must_use]
    pub fn advertiser(mut self, advertiser: impl Into<AdvertiserId>) -> Self {
        self.advertiser = Some(advertiser.into());
        self
    }

    /// Adds a split: at least one is required, and Hybrid takes two at most.
    #[must_use]
    pub fn split(mut self, split: impl Into<Split>) -> Self {
        self.splits.push(split.into());
        self
    }

    /// Requests each day by itself, so that rows of splits without a day have one.
    ///
    /// That is one request per day, and the only way to statistics of banners by day.
    #[must_use]
    pub fn each_day(mut self) -> Self {
        self.each_day = true;
        self
    }
}
