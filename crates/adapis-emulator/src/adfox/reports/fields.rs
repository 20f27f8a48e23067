//! Metrics, dimensions and filter fields.

use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::data::{DataRow, Figures};

/// The value of a dimension; rows are sorted by it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Day(Date),
    Month(Date),
    Id(u64),
    Text(Arc<str>),
}

/// What a dimension's values are, which determines the operators of its filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Day,
    Id,
    Text,
    /// A list of texts, which can only be filtered by.
    Tags,
}

/// A dimension, or a field that can only be filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    Date,
    Month,
    AdvertiserId,
    AdvertiserName,
    SuperCampaignId,
    SuperCampaignName,
    CampaignId,
    CampaignName,
    BannerId,
    BannerName,
    SiteId,
    SiteName,
    ZoneId,
    ZoneName,
    PlaceId,
    PlaceName,
    DeviceType,
    CampaignTags,
}

pub(super) const DIMENSIONS: [(&str, Dimension); 17] = [
    ("date", Dimension::Date),
    ("month", Dimension::Month),
    ("advertiser_id", Dimension::AdvertiserId),
    ("advertiser_name", Dimension::AdvertiserName),
    ("supercampaign_id", Dimension::SuperCampaignId),
    ("supercampaign_name", Dimension::SuperCampaignName),
    ("campaign_id", Dimension::CampaignId),
    ("campaign_name", Dimension::CampaignName),
    ("banner_id", Dimension::BannerId),
    ("banner_name", Dimension::BannerName),
    ("site_id", Dimension::SiteId),
    ("site_name", Dimension::SiteName),
    ("section_id", Dimension::ZoneId),
    ("section_name", Dimension::ZoneName),
    ("place_id", Dimension::PlaceId),
    ("place_name", Dimension::PlaceName),
    ("device_type", Dimension::DeviceType),
];

/// Fields that can be filtered by: the dimensions except `month`, and the tags of a campaign.
pub(super) fn filter_fields() -> impl Iterator<Item = (&'static str, Dimension)> {
    let dimensions = DIMENSIONS.into_iter();
    dimensions
        .filter(|(_, dimension)| *dimension != Dimension::Month)
        .chain([("campaign_tags", Dimension::CampaignTags)])
}

impl Dimension {
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Date => Kind::Day,
            Self::AdvertiserId
            | Self::SuperCampaignId
            | Self::CampaignId
            | Self::BannerId
            | Self::SiteId
            | Self::ZoneId
            | Self::PlaceId => Kind::Id,
            Self::CampaignTags => Kind::Tags,
            _ => Kind::Text,
        }
    }

    pub(super) fn value(self, row: &DataRow<'_>) -> Value {
        let slot = row.slot;
        let place = &slot.place;
        let text = |text: &Arc<str>| Value::Text(Arc::clone(text));
        match self {
            Self::Date => Value::Day(row.day),
            Self::Month => Value::Month(row.day.first_of_month()),
            Self::AdvertiserId => Value::Id(slot.advertiser.id),
            Self::AdvertiserName => text(&slot.advertiser.name),
            Self::SuperCampaignId => Value::Id(slot.super_campaign.id),
            Self::SuperCampaignName => text(&slot.super_campaign.name),
            Self::CampaignId => Value::Id(slot.campaign.id),
            Self::CampaignName => text(&slot.campaign.name),
            Self::BannerId => Value::Id(slot.banner.id),
            Self::BannerName => text(&slot.banner.name),
            Self::SiteId => Value::Id(place.site.id),
            Self::SiteName => text(&place.site.name),
            Self::ZoneId => Value::Id(place.zone.id),
            Self::ZoneName => text(&place.zone.name),
            Self::PlaceId => Value::Id(place.place.id),
            Self::PlaceName => text(&place.place.name),
            Self::DeviceType => text(&slot.device),
            Self::CampaignTags => Value::Text(slot.tags.concat().into()),
        }
    }
}

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Metric {
    LoadsTotal,
    LoadsCommercial,
    ImpressionsCommercial,
    ViewsTotal,
    ClicksTotal,
    EventsTotal,
    Reach,
    Ctr,
    Viewability,
    Income,
    Cost,
    Ecpm,
}

/// The type of a metric's column: `type`, `format` and `unit`.
pub(super) type ColumnType = (&'static str, Option<&'static str>, Option<&'static str>);

pub(super) const METRICS: [(&str, Metric); 12] = [
    ("loads_total", Metric::LoadsTotal),
    ("loads_commercial", Metric::LoadsCommercial),
    ("impressions_commercial", Metric::ImpressionsCommercial),
    ("views_total", Metric::ViewsTotal),
    ("clicks_total", Metric::ClicksTotal),
    ("events_total", Metric::EventsTotal),
    ("reach", Metric::Reach),
    ("ctr", Metric::Ctr),
    ("viewability", Metric::Viewability),
    ("income", Metric::Income),
    ("cost", Metric::Cost),
    ("ecpm", Metric::Ecpm),
];

impl Metric {
    pub(super) fn column(self) -> ColumnType {
        match self {
            Self::Ctr | Self::Viewability => ("number", Some("float"), Some("percent")),
            Self::Income | Self::Cost | Self::Ecpm => ("number", None, Some("rub")),
            _ => ("integer", None, None),
        }
    }

    /// The value in a row; ratios have none without their denominator.
    pub(super) fn value(self, figures: &Figures) -> Option<Decimal> {
        Some(match self {
            Self::LoadsTotal => figures.loads.into(),
            Self::LoadsCommercial => figures.commercial.into(),
            Self::ImpressionsCommercial => figures.impressions.into(),
            Self::ViewsTotal => figures.views.into(),
            Self::ClicksTotal => figures.clicks.into(),
            Self::EventsTotal => figures.events.into(),
            Self::Reach => (Decimal::from(figures.commercial) * Decimal::new(88, 2)).trunc(),
            Self::Ctr => percentage(figures.clicks, figures.commercial)?,
            Self::Viewability => percentage(figures.views, figures.commercial)?,
            Self::Income => figures.income.normalize(),
            Self::Cost => figures.cost.normalize(),
            Self::Ecpm => {
                let thousand = figures.income.saturating_mul(Decimal::ONE_THOUSAND);
                ratio(thousand, figures.commercial)?
            }
        })
    }

    pub(super) fn is_money(self) -> bool {
        matches!(self, Self::Income | Self::Cost | Self::Ecpm)
    }

    /// Whether the values of rows can be added up.
    pub(super) fn is_additive(self) -> bool {
        !matches!(
            self,
            Self::Reach | Self::Ctr | Self::Viewability | Self::Ecpm
        )
    }
}

fn percentage(part: u64, whole: u64) -> Option<Decimal> {
    ratio(Decimal::from(part) * Decimal::ONE_HUNDRED, whole)
}

fn ratio(amount: Decimal, count: u64) -> Option<Decimal> {
    let ratio = amount.checked_div(count.into())?;
    Some(ratio.round_dp(4).normalize())
}

/// Returns the entry of a table of names.
pub(super) fn find<T: Copy>(
    table: impl IntoIterator<Item = (&'static str, T)>,
    name: &str,
) -> Option<(&'static str, T)> {
    table.into_iter().find(|(known, _)| *known == name)
}
