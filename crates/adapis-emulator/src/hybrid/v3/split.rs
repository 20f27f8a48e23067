//! What rows are grouped by.

use jiff::civil::{Date, Weekday};

use super::super::service::Hybrid;
use super::row::Figures;

/// One cell of the statistics: a campaign or one of its banners on one day.
#[derive(Clone, Copy)]
pub(super) struct Cell {
    pub(super) day: Date,
    pub(super) campaign: usize,
    pub(super) banner: Option<usize>,
    pub(super) figures: Figures,
}

/// A word of the path that groups rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Split {
    Day,
    Week,
    Month,
    Campaign,
    Advertiser,
    BannerName,
    BannerSize,
    BannerType,
    /// A dimension that the data do not have: two values that share each cell.
    Shared([&'static str; 2]),
}

impl Split {
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "Day" => Self::Day,
            "Week" => Self::Week,
            "Month" => Self::Month,
            "Campaign" => Self::Campaign,
            "Advertiser" => Self::Advertiser,
            "BannerName" => Self::BannerName,
            "BannerSize" => Self::BannerSize,
            "BannerType" => Self::BannerType,
            "Hour" => Self::Shared(["10", "20"]),
            "App" => Self::Shared(["Browser", "News"]),
            "DeviceType" => Self::Shared(["Desktop", "Mobile"]),
            "OS" => Self::Shared(["Android", "Windows"]),
            "Country" => Self::Shared(["Belarus", "Russia"]),
            "Region" => Self::Shared(["Moscow", "Tver Oblast"]),
            "City" => Self::Shared(["Moscow", "Tver"]),
            "Ssp" => Self::Shared(["First SSP", "Second SSP"]),
            "Folder" => Self::Shared(["Archive", "Current"]),
            _ => return None,
        })
    }

    /// Whether it needs the cells of banners.
    pub(super) fn is_by_banner(self) -> bool {
        matches!(self, Self::BannerName | Self::BannerSize | Self::BannerType)
    }
}

/// The value of a split in a row; rows with the same value are added up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SplitValue {
    /// `SplitName`.
    pub(super) name: String,
    /// Members that only this split has, with their values.
    pub(super) members: Vec<(&'static str, String)>,
}

impl SplitValue {
    fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            members: Vec::new(),
        }
    }

    fn member(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.members.push((name, value.into()));
        self
    }
}

/// Returns the values of a cell, each with its part of the cell.
pub(super) fn values(hybrid: &Hybrid, split: Split, cell: Cell) -> Vec<(SplitValue, Cell)> {
    let campaign = &hybrid.catalog.campaigns[cell.campaign];
    let banner = cell.banner.and_then(|banner| campaign.banners.get(banner));
    let place = cell.banner.unwrap_or_default();
    let value = match split {
        Split::Shared(names) => {
            let parts = cell.figures.halves();
            let values = names.into_iter().zip(parts);
            let part = |(name, figures)| (SplitValue::new(name), Cell { figures, ..cell });
            return values.map(part).collect();
        }
        Split::Day => {
            SplitValue::new(cell.day.to_string()).member("Day", format!("{}T00:00:00", cell.day))
        }
        Split::Week => {
            let since_monday = cell.day.weekday().since(Weekday::Monday);
            let days = jiff::Span::new().days(i64::from(since_monday));
            SplitValue::new(cell.day.saturating_sub(days).to_string())
        }
        Split::Month => SplitValue::new(cell.day.first_of_month().to_string()),
        Split::Campaign => SplitValue::new(&*campaign.name).member("CampaignId", &*campaign.id),
        Split::Advertiser => {
            let advertiser = &hybrid.catalog.advertisers[campaign.advertiser];
            SplitValue::new(&*advertiser.name).member("Advertiser", &*advertiser.id)
        }
        Split::BannerName => match banner {
            Some(banner) => SplitValue::new(&*banner.name)
                .member("BannerId", &*banner.id)
                .member("BannerName", &*banner.name),
            None => SplitValue::new(""),
        },
        Split::BannerSize => SplitValue::new(["300x250", "728x90"][place % 2]),
        Split::BannerType => SplitValue::new(["Html5", "Image"][place % 2]),
    };
    vec![(value, cell)]
}
