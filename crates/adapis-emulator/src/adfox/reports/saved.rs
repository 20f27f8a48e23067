//! The saved reports.

use super::fields::{DIMENSIONS, Dimension, METRICS, Metric, find};

/// A report of the platform, or one that was made in the interface.
pub(super) struct Saved {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// Whether it was made in the interface; only then are its fields listed.
    pub(super) is_custom: bool,
    dimensions: &'static [&'static str],
    metrics: &'static [&'static str],
}

const SAVED: [Saved; 4] = [
    Saved {
        name: "campaigns_by_days",
        title: "Кампании по дням",
        is_custom: false,
        dimensions: &["date", "campaign_id", "campaign_name"],
        metrics: &["loads_commercial", "clicks_total", "ctr", "income"],
    },
    Saved {
        name: "sites",
        title: "Площадки",
        is_custom: false,
        dimensions: &["site_id", "site_name"],
        metrics: &["loads_total", "loads_commercial", "clicks_total"],
    },
    Saved {
        name: "custom_banners",
        title: "Мои баннеры",
        is_custom: true,
        dimensions: &["month", "banner_id"],
        metrics: &["loads_commercial", "views_total", "viewability", "cost"],
    },
    Saved {
        name: "custom_total",
        title: "Всего",
        is_custom: true,
        dimensions: &[],
        metrics: &["loads_commercial", "clicks_total", "income"],
    },
];

impl Saved {
    pub(super) fn all() -> impl Iterator<Item = &'static Self> {
        const ALL: &[Saved] = &SAVED;
        ALL.iter()
    }

    pub(super) fn find(name: &str) -> Option<&'static Self> {
        Self::all().find(|saved| saved.name == name)
    }

    pub(super) fn dimensions(&self) -> Vec<(&'static str, Dimension)> {
        let names = self.dimensions.iter();
        names.filter_map(|name| find(DIMENSIONS, name)).collect()
    }

    pub(super) fn metrics(&self) -> Vec<(&'static str, Metric)> {
        let names = self.metrics.iter();
        names.filter_map(|name| find(METRICS, name)).collect()
    }
}
