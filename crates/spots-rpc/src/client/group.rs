//! What one row of statistics is about.

use std::hash::Hash;

use adcore_json::RawJson;

use crate::calls::{Group, PlacementId, SiteId, StatisticsRow};

/// Which members of a row name its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Names {
    site: bool,
    site_id: bool,
    placement: bool,
}

impl Names {
    const ALL: Self = Self {
        site: true,
        site_id: true,
        placement: true,
    };
}

/// The grouping of a request, which decides which rows are of the same group.
///
/// Only requested groups count: the server adds others without being asked, such as the domain
/// beside the id of a site, and those may change within a group. A server that was not asked to
/// group, or leaves out what it was asked for, groups as it likes; then all of them count.
#[derive(Debug)]
pub(super) struct Grouping {
    names: Names,
    others: Vec<String>,
}

impl Default for Grouping {
    fn default() -> Self {
        Self::new(&[])
    }
}

/// The group of a row, whatever its day.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    site: Option<String>,
    site_id: Option<SiteId>,
    placement: Option<PlacementId>,
    others: Vec<Option<String>>,
}

impl Grouping {
    pub(super) fn new(groups: &[Group]) -> Self {
        let other = |group: &Group| match group {
            Group::Other(name) => Some(name.clone()),
            _ => None,
        };
        let names = if groups.iter().any(|group| *group != Group::DateDay) {
            Names {
                site: groups.contains(&Group::Site),
                site_id: groups.contains(&Group::SiteId),
                placement: groups.contains(&Group::Placement),
            }
        } else {
            Names::ALL
        };
        Self {
            names,
            others: groups.iter().filter_map(other).collect(),
        }
    }

    /// Returns the group of a row, to add up what is of the same one.
    pub(super) fn key(&self, row: &StatisticsRow) -> Key {
        let names = self.names_of(row);
        let other = |name: &String| row.extra.get(name).map(|value| value.as_str().to_owned());
        Key {
            site: row.site.clone().filter(|_| names.site),
            site_id: row.site_id.filter(|_| names.site_id),
            placement: row.placement.clone().filter(|_| names.placement),
            others: self.others.iter().map(other).collect(),
        }
    }

    /// Returns the day and the group of a row, to find what is of the same one.
    #[inline]
    pub(super) fn group_of(&self, row: &StatisticsRow) -> impl Hash {
        let names = self.names_of(row);
        let other = |name: &String| row.extra.get(name).map(RawJson::as_str);
        (
            row.date_day,
            row.site.as_deref().filter(|_| names.site),
            row.site_id.filter(|_| names.site_id),
            row.placement.as_ref().filter(|_| names.placement),
            self.others.iter().map(other).collect::<Vec<_>>(),
        )
    }

    #[inline]
    fn names_of(&self, row: &StatisticsRow) -> Names {
        let Names {
            site,
            site_id,
            placement,
        } = self.names;
        let is_named = (!site || row.site.is_some())
            && (!site_id || row.site_id.is_some())
            && (!placement || row.placement.is_some())
            && self.others.iter().all(|name| row.extra.contains_key(name));
        if is_named { self.names } else { Names::ALL }
    }
}
