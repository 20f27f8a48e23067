//! The query of a `platform.getStatistics` request: days, groups and filters.

use std::collections::HashSet;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::data::SpotsView;
use super::settings::SpotsSettings;
use super::table::Placement;
use crate::dates;

/// The groups that `main_group` names.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Grouping {
    pub(super) by_day: bool,
    pub(super) by_site: bool,
    pub(super) by_site_id: bool,
    pub(super) by_placement: bool,
}

/// The parsed `params.filter` of a request.
pub(super) struct Query {
    pub(super) from: Date,
    pub(super) to: Date,
    pub(super) grouping: Grouping,
    sites: Option<HashSet<String>>,
    site_ids: Option<HashSet<String>>,
    placements: Option<HashSet<String>>,
    placement_names: Option<HashSet<String>>,
}

impl Query {
    /// Parses `params.filter`. The error names the invalid member.
    pub(super) fn read(params: &Value, settings: &SpotsSettings) -> Result<Self, String> {
        let filter = params
            .get("filter")
            .and_then(Value::as_object)
            .ok_or("filter is required")?;
        let from = day_of(filter, "date_from")?;
        let to = day_of(filter, "date_to")?;
        if to < from {
            return Err("date_to is before date_from".to_owned());
        }
        let mut grouping = Grouping::default();
        for word in list(filter, "main_group")?.into_iter().flatten() {
            match word.as_str() {
                "date_day" => grouping.by_day = true,
                "site" => grouping.by_site = true,
                "site_id" => grouping.by_site_id = true,
                "placement" => grouping.by_placement = true,
                _ => return Err("main_group has an unknown value".to_owned()),
            }
        }
        if settings.site_id_by_day && grouping.by_site_id {
            grouping.by_day = true;
            grouping.by_site = true;
        }
        Ok(Self {
            from,
            to,
            grouping,
            sites: list(filter, "site")?,
            site_ids: list(filter, "site_id")?,
            placements: list(filter, "placement")?,
            placement_names: list(filter, "placement_name")?,
        })
    }

    pub(super) fn matches(&self, placement: &Placement) -> bool {
        let matches = |wanted: &Option<HashSet<String>>, value: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.contains(value))
        };
        let matches_placement = |wanted: &Option<HashSet<String>>, value: &str| {
            matches(wanted, value) || matches(wanted, "all")
        };
        matches(&self.sites, &placement.site)
            && matches(&self.site_ids, &placement.site_id.to_string())
            && matches_placement(&self.placements, &placement.id)
            && matches_placement(&self.placement_names, &placement.name)
    }

    pub(super) fn view(&self) -> SpotsView {
        if self.grouping.by_site_id || self.site_ids.is_some() {
            SpotsView::SiteId
        } else {
            SpotsView::Site
        }
    }
}

fn day_of(filter: &Map<String, Value>, name: &str) -> Result<Date, String> {
    match filter.get(name) {
        None | Some(Value::Null) => Err(format!("{name} is required")),
        Some(value) => value
            .as_str()
            .and_then(dates::parse)
            .ok_or_else(|| format!("{name} must be of the form YYYY-MM-DD")),
    }
}

/// Parses a list of strings; an absent or empty list does not restrict anything.
fn list(filter: &Map<String, Value>, name: &str) -> Result<Option<HashSet<String>>, String> {
    let wrong = || format!("{name} must be an array of strings");
    let values = match filter.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_array().ok_or_else(wrong)?,
    };
    let words: HashSet<String> = values
        .iter()
        .map(|value| value.as_str().map(str::to_owned).ok_or_else(wrong))
        .collect::<Result<_, _>>()?;
    Ok((!words.is_empty()).then_some(words))
}
