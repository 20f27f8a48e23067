//! What one row of statistics is about.

use std::hash::{Hash, Hasher};

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

    /// Returns a hash of the day and the group of a row.
    pub(super) fn hash(&self, row: &StatisticsRow) -> u64 {
        let names = self.names_of(row);
        let mut hash = Mix::default();
        row.date_day.hash(&mut hash);
        row.site.as_ref().filter(|_| names.site).hash(&mut hash);
        row.site_id.filter(|_| names.site_id).hash(&mut hash);
        let placement = row.placement.as_ref().filter(|_| names.placement);
        placement.hash(&mut hash);
        for name in &self.others {
            let other = row.extra.get(name);
            other.map(|value| value.as_str()).hash(&mut hash);
        }
        hash.finish()
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

/// A hasher of a few nanoseconds, because every row is hashed.
///
/// A collision makes a warning count one row too many.
#[derive(Debug, Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        self.write_u64(u64::from_le_bytes(last));
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        /// An odd constant with as many ones as zeros, from wyhash.
        const SECRET: u64 = 0xA076_1D64_78BD_642F;
        let product = u128::from(self.0 ^ word) * u128::from(SECRET);
        #[expect(clippy::cast_possible_truncation, reason = "the halves are meant")]
        let halves = (product as u64, (product >> 64) as u64);
        self.0 = halves.0 ^ halves.1;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
