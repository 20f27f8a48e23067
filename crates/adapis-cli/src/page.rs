//! Which columns of statistics a page is made from, whatever vendor they come from.

use std::collections::BTreeMap;

use adapis_report::{DayRow, Grouping, Money};

/// The columns that may hold a number; the first one with a number is used.
pub(crate) const IMPRESSIONS: [&str; 5] = [
    "shows",
    "ImpressionCount",
    "loads_commercial",
    "loads_total",
    "views_total",
];
pub(crate) const CLICKS: [&str; 3] = ["clicks", "ClickCount", "clicks_total"];
pub(crate) const MONEY: [&str; 6] = [
    "income",
    "Cost",
    "TotalSum",
    "SumWinningPriceWithComission",
    "cost",
    "SumWinningPrice",
];

/// The columns that may hold the day.
pub(crate) const DAYS: [&str; 4] = ["date_day", "Date", "Day", "date"];

/// The name here of Hybrid's member with the value of a second split, whose own name is not known.
pub(crate) const SECOND_SPLIT: &str = "SecondSplitName";

/// Whether a member of Hybrid may have the value of a second split.
pub(crate) fn is_second_split(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("split") && name != "splitname"
}

/// What the rows of a table are grouped by, beside the day: a name that people know, and what distinguishes groups
/// of the same name apart.
const GROUPS: [(&str, &str); 16] = [
    ("site", "site_id"),
    ("site_name", "site_id"),
    ("placement_name", "placement"),
    ("placement", "placement"),
    ("Domain", "Domain"),
    ("BannerName", "BannerId"),
    (SECOND_SPLIT, "CampaignId"),
    ("SplitName", "CampaignId"),
    ("CampaignId", "CampaignId"),
    ("BannerId", "BannerId"),
    ("AdvertiserName", "AdvertiserId"),
    ("campaign_name", "campaign_id"),
    ("campaign_id", "campaign_id"),
    ("banner_name", "banner_id"),
    ("banner_id", "banner_id"),
    ("site_id", "site_id"),
];

/// Whose statistics a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Spots,
    Hybrid,
    Adfox,
}

impl Subject {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Spots => "SPOTS",
            Self::Hybrid => "Hybrid",
            Self::Adfox => "ADFOX",
        }
    }

    pub(crate) fn money(self) -> Money {
        match self {
            Self::Hybrid => Money::Cost,
            Self::Spots | Self::Adfox => Money::Income,
        }
    }

    /// What the groups of this column are.
    pub(crate) fn grouping(self, column: Option<&str>) -> Grouping {
        match (column, self) {
            (Some("Domain"), _) => Grouping::Domain,
            (Some("BannerName" | "BannerId" | "banner_name" | "banner_id"), _) => Grouping::Banner,
            (Some("placement_name" | "placement"), _) => Grouping::Placement,
            (_, Self::Spots) => Grouping::Site,
            (_, Self::Hybrid | Self::Adfox) => Grouping::Campaign,
        }
    }
}

/// The columns of the group: its name, and its key.
pub(crate) fn group_of(columns: &[&str]) -> Option<(&'static str, &'static str)> {
    GROUPS.into_iter().find_map(|(name, key)| {
        let key = if columns.contains(&key) { key } else { name };
        columns.contains(&name).then_some((name, key))
    })
}

/// Names of groups; equal names of different groups get their keys.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The name of each key.
    by_key: BTreeMap<String, String>,
}

impl Names {
    /// Remembers the name of a key. An empty name does not replace one that is known.
    pub(crate) fn learn(&mut self, key: &str, name: &str) {
        match self.by_key.get_mut(key) {
            Some(known) if known.is_empty() => name.clone_into(known),
            Some(_) => {}
            None => {
                self.by_key.insert(key.to_owned(), name.to_owned());
            }
        }
    }

    /// Replaces the key of each row's group by its name.
    pub(crate) fn apply(self, rows: &mut [DayRow]) {
        let shown = self.shown();
        for row in rows {
            if let Some(name) = shown.get(&row.group) {
                row.group.clone_from(name);
            }
        }
    }

    /// How each key is shown.
    fn shown(self) -> BTreeMap<String, String> {
        let mut counts = BTreeMap::<String, usize>::new();
        for name in self.by_key.values() {
            *counts.entry(name.clone()).or_default() += 1;
        }
        let shown = self.by_key.into_iter().map(|(key, name)| {
            let is_shared = counts.get(&name).is_some_and(|count| *count > 1);
            let text = match (name.is_empty(), is_shared && name != key) {
                (true, _) => key.clone(),
                (false, true) => format!("{name} ({key})"),
                (false, false) => name,
            };
            (key, text)
        });
        shown.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_named_by_what_people_know() {
        assert_eq!(
            group_of(&["date_day", "site_id", "site", "shows"]),
            Some(("site", "site_id"))
        );
        assert_eq!(group_of(&["date_day", "site"]), Some(("site", "site")));
        assert_eq!(
            group_of(&["date", "campaign_id"]),
            Some(("campaign_id", "campaign_id"))
        );
        assert_eq!(group_of(&["date_day", "shows"]), None);
    }

    #[test]
    fn equal_names_of_several_groups_get_their_keys() {
        let mut names = Names::default();
        for (key, name) in [
            ("1", "a.ru"),
            ("2", "a.ru"),
            ("3", "b.ru"),
            ("4", ""),
            ("3", "x"),
        ] {
            names.learn(key, name);
        }
        let shown: Vec<String> = names.shown().into_values().collect();
        assert_eq!(shown, ["a.ru (1)", "a.ru (2)", "b.ru", "4"]);
    }
}
