use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::{PlacementId, SiteId};

/// Statistics of the user's sites: the method `platform.getStatistics`.
///
/// ```
/// use jiff::civil::date;
/// use spots_rpc::calls::{Group, Statistics};
///
/// let request = Statistics::new(date(2023, 8, 23), date(2023, 8, 24))
///     .site("test1.ru")
///     .site("test2.ru")
///     .group(Group::Site);
/// assert_eq!(request.sites, ["test1.ru", "test2.ru"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Statistics {
    /// The first day, `date_from`. The vendor does not say in which time zone.
    #[serde(rename = "date_from", serialize_with = "day")]
    pub from: Date,
    /// The last day, `date_to`, included.
    #[serde(rename = "date_to", serialize_with = "day")]
    pub to: Date,
    /// What the rows are grouped by, `main_group`.
    #[serde(rename = "main_group", skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// Only these sites by domain, `site`; all when empty.
    #[serde(rename = "site", skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<String>,
    /// Only these sites by id, `site_id`; all when empty.
    #[serde(rename = "site_id", skip_serializing_if = "Vec::is_empty")]
    pub site_ids: Vec<SiteId>,
    /// Only these placements by id, `placement`.
    #[serde(rename = "placement", skip_serializing_if = "Option::is_none")]
    pub placements: Option<Selection<PlacementId>>,
    /// Only these placements by name, `placement_name`.
    #[serde(rename = "placement_name", skip_serializing_if = "Option::is_none")]
    pub placement_names: Option<Selection<String>>,
}

fn day<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

/// What rows are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Group {
    /// A row a day.
    DateDay,
    /// A row a domain.
    Site,
    /// A row a site's id, with its name.
    SiteId,
    /// A row a placement, with its name.
    Placement,
    /// A grouping the vendor's page does not name.
    Other(String),
}

impl Group {
    /// The word on the wire, such as `date_day`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::DateDay => "date_day",
            Self::Site => "site",
            Self::SiteId => "site_id",
            Self::Placement => "placement",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for Group {
    fn from(word: &str) -> Self {
        match word {
            "date_day" => Self::DateDay,
            "site" => Self::Site,
            "site_id" => Self::SiteId,
            "placement" => Self::Placement,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Serialize for Group {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// All placements, or some of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection<T> {
    /// All: `["all"]`.
    All,
    /// These.
    Only(Vec<T>),
}

impl<T> Selection<T> {
    fn add(chosen: &mut Option<Self>, one: T) {
        match chosen {
            Some(Self::Only(list)) => list.push(one),
            other => *other = Some(Self::Only(vec![one])),
        }
    }
}

impl<T: Serialize> Serialize for Selection<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => ["all"].serialize(serializer),
            Self::Only(list) => list.serialize(serializer),
        }
    }
}

impl Statistics {
    /// Statistics from the first to the last day, both included.
    #[must_use]
    pub fn new(from: Date, to: Date) -> Self {
        Self {
            from,
            to,
            groups: Vec::new(),
            sites: Vec::new(),
            site_ids: Vec::new(),
            placements: None,
            placement_names: None,
        }
    }

    /// Adds a grouping.
    #[must_use]
    pub fn group(mut self, group: Group) -> Self {
        self.groups.push(group);
        self
    }

    /// Adds a site by domain.
    #[must_use]
    pub fn site(mut self, domain: impl Into<String>) -> Self {
        self.sites.push(domain.into());
        self
    }

    /// Adds a site by id.
    #[must_use]
    pub fn site_id(mut self, id: SiteId) -> Self {
        self.site_ids.push(id);
        self
    }

    /// Adds a placement by id.
    #[must_use]
    pub fn placement(mut self, id: impl Into<PlacementId>) -> Self {
        Selection::add(&mut self.placements, id.into());
        self
    }

    /// Asks for all placements by id.
    #[must_use]
    pub fn all_placements(mut self) -> Self {
        self.placements = Some(Selection::All);
        self
    }

    /// Adds a placement by name.
    #[must_use]
    pub fn placement_name(mut self, name: impl Into<String>) -> Self {
        Selection::add(&mut self.placement_names, name.into());
        self
    }

    /// Asks for all placements by name.
    #[must_use]
    pub fn all_placement_names(mut self) -> Self {
        self.placement_names = Some(Selection::All);
        self
    }
}
