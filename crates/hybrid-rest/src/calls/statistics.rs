//! Calls for statistics.

use serde::{Deserialize, Serialize};

use super::{AdvertiserId, BannerId, CampaignId, DateBound};

/// Statistics of campaigns by day: `/statistic/campaign/{from}/{to}/{ids}`.
///
/// ```no_run
/// # async fn example(client: hybrid_rest::Client) -> Result<(), hybrid_rest::Error> {
/// use hybrid_rest::calls::CampaignStatistics;
/// use hybrid_rest::date;
///
/// let ids = ["53df8633af55cd57805746f5"];
/// let call = CampaignStatistics::new(date(2015, 12, 1), date(2015, 12, 31), ids);
/// for campaign in client.campaign_statistics(&call).await? {
///     println!("{}: {} days", campaign.campaign_id, campaign.stat.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CampaignStatistics {
    /// The first day or moment.
    pub from: DateBound,
    /// The last day or moment, included.
    pub to: DateBound,
    /// The campaigns, at least one.
    pub ids: Vec<CampaignId>,
}

impl CampaignStatistics {
    /// Creates a call for these campaigns from `from` to `to`.
    pub fn new<I: Into<CampaignId>>(
        from: impl Into<DateBound>,
        to: impl Into<DateBound>,
        ids: impl IntoIterator<Item = I>,
    ) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            ids: ids.into_iter().map(Into::into).collect(),
        }
    }
}

/// Statistics of the campaigns of advertisers by day: `/statistic/advertiser/{from}/{to}/{ids}`.
///
/// ```no_run
/// # async fn example(client: hybrid_rest::Client) -> Result<(), hybrid_rest::Error> {
/// use hybrid_rest::calls::AdvertiserStatistics;
/// use hybrid_rest::date;
///
/// let ids = client.advertisers().await?.into_iter().map(|advertiser| advertiser.id);
/// let call = AdvertiserStatistics::new(date(2015, 1, 1), date(2015, 12, 31), ids);
/// let mut rows = client.advertiser_statistics_stream(&call);
/// while let Some(row) = rows.next().await {
///     let row = row?;
///     println!("{} {:?}: {:?}", row.campaign_id, row.date, row.cost);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AdvertiserStatistics {
    /// The first day or moment.
    pub from: DateBound,
    /// The last day or moment, included.
    pub to: DateBound,
    /// The advertisers, at least one.
    pub ids: Vec<AdvertiserId>,
}

impl AdvertiserStatistics {
    /// Creates a call for the campaigns of these advertisers from `from` to `to`.
    pub fn new<I: Into<AdvertiserId>>(
        from: impl Into<DateBound>,
        to: impl Into<DateBound>,
        ids: impl IntoIterator<Item = I>,
    ) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            ids: ids.into_iter().map(Into::into).collect(),
        }
    }
}

/// Statistics of a campaign by day and domain:
/// `/statistic/banners/campaign/{from}/{to}/{campaignId}`.
///
/// ```no_run
/// # async fn example(client: hybrid_rest::Client) -> Result<(), hybrid_rest::Error> {
/// use hybrid_rest::calls::CampaignDomainStatistics;
/// use hybrid_rest::date;
///
/// let day = date(2016, 1, 26);
/// let call = CampaignDomainStatistics::new(day, day, "53df8633af55cd57805746f5");
/// for row in client.campaign_domain_statistics(&call).await? {
///     println!("{:?}: {:?}", row.domain, row.sum_winning_price);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CampaignDomainStatistics {
    /// The first day or moment.
    pub from: DateBound,
    /// The last day or moment, included.
    pub to: DateBound,
    /// The campaign.
    pub campaign: CampaignId,
}

impl CampaignDomainStatistics {
    /// Creates a call for this campaign from `from` to `to`.
    pub fn new(
        from: impl Into<DateBound>,
        to: impl Into<DateBound>,
        campaign: impl Into<CampaignId>,
    ) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            campaign: campaign.into(),
        }
    }
}

/// Statistics of all banners on one domain by day: `/statistic/banners/domain/{domain}`.
///
/// ```no_run
/// # async fn example(client: hybrid_rest::Client) -> Result<(), hybrid_rest::Error> {
/// use hybrid_rest::calls::DomainStatistics;
///
/// let rows = client.domain_statistics(&DomainStatistics::new("sport-express.ru")).await?;
/// println!("{} days", rows.len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DomainStatistics {
    /// The domain, such as `sport-express.ru`.
    pub domain: String,
}

impl DomainStatistics {
    /// Creates a call for this domain.
    pub fn new(domain: impl Into<String>) -> Self {
        Self {
            domain: domain.into(),
        }
    }
}

/// Totals of one banner: `/statistic/banner/{from}/{to}/{bannerId}`.
///
/// ```no_run
/// # async fn example(client: hybrid_rest::Client) -> Result<(), hybrid_rest::Error> {
/// use hybrid_rest::calls::BannerStatistics;
/// use hybrid_rest::date;
///
/// let (from, to) = (date(2017, 3, 1), date(2017, 3, 31));
/// let call = BannerStatistics::new(from, to, "58c1598f7bc72f277c4744ec");
/// let totals = client.banner_statistics(&call).await?;
/// println!("{:?} people reached", totals.reach);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BannerStatistics {
    /// The first day or moment.
    pub from: DateBound,
    /// The last day or moment, included.
    pub to: DateBound,
    /// The banner.
    pub banner: BannerId,
}

impl BannerStatistics {
    /// Creates a call for this banner from `from` to `to`.
    pub fn new(
        from: impl Into<DateBound>,
        to: impl Into<DateBound>,
        banner: impl Into<BannerId>,
    ) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            banner: banner.into(),
        }
    }
}
