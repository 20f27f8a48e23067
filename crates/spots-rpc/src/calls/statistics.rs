use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::{PlacementId, SiteId};

/// Statistics of the user's sites, the method `platform.getStatistics`.
///
/// Filters narrow the rows down; groupings say what one row is about, such as a site on a day.
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
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Statistics {
    /// The first day, `date_from`. The vendor does not say in which time zone.
    #[serde(rename = "date_from")]
    pub from: Date,
    /// The last day, `date_to`, inclusive.
    #[serde(rename = "date_to")]
    pub to: Date,
    /// Groupings of the rows, `main_group`.
    #[serde(rename = "main_group", default)]
    pub groups: Vec<Group>,
    /// Domains to include, `site`; all sites when empty.
    #[serde(rename = "site", default)]
    pub sites: Vec<String>,
    /// Ids of sites to include, `site_id`; all sites when empty.
    #[serde(rename = "site_id", default)]
    pub site_ids: Vec<SiteId>,
    /// Placements to include by id, `placement`.
    #[serde(rename = "placement", default)]
    pub placements: Option<Selection<PlacementId>>,
    /// Placements to include by name, `placement_name`.
    #[serde(rename = "placement_name", default)]
    pub placement_names: Option<Selection<String>>,
}

impl Statistics {
    /// The method's name.
    pub const METHOD: &'static str = "platform.getStatistics";

    /// Creates a request for the days `from` to `to`, both inclusive.
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
    pub fn site_id(mut self, id: impl Into<SiteId>) -> Self {
        self.site_ids.push(id.into());
        self
    }

    /// Adds a placement by id.
    #[must_use]
    pub fn placement(mut self, id: impl Into<PlacementId>) -> Self {
        Selection::add(&mut self.placements, id.into());
        self
    }

    /// Includes all placements by id.
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

    /// Includes all placements by name.
    #[must_use]
    pub fn all_placement_names(mut self) -> Self {
        self.placement_names = Some(Selection::All);
        self
    }
}

/// What rows are grouped by.
///
/// ```
/// use spots_rpc::calls::Group;
///
/// assert_eq!(Group::from("site_id"), Group::SiteId);
/// assert_eq!(Group::Other("country".to_owned()).to_string(), "country");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Group {
    /// One row per day.
    DateDay,
    /// One row per domain.
    Site,
    /// One row per site id, with the site's name.
    SiteId,
    /// One row per placement, with its name.
    Placement,
    /// A grouping that the vendor's documentation does not name.
    Other(String),
}

impl Group {
    /// Returns the vendor's name of the grouping, such as `date_day`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::DateDay => "date_day",
            Self::Site => "site",
            Self::SiteId => "site_id",
            Self::Placement => "placement",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for Group {
    fn from(name: &str) -> Self {
        match name {
            "date_day" => Self::DateDay,
            "site" => Self::Site,
            "site_id" => Self::SiteId,
            "placement" => Self::Placement,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl From<String> for Group {
    fn from(name: String) -> Self {
        Self::from(name.as_str())
    }
}

impl FromStr for Group {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self::from(name))
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Group {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Group {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// All placements, or some of them.
///
/// With serde it is a list as on the wire, which is `["all"]` for [`All`](Self::All). The two
/// variants are final: the vendor knows no third.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Selection<T> {
    /// All placements.
    All,
    /// These placements.
    Only(Vec<T>),
}

/// The list that selects all.
const ALL: &str = "all";

impl<T> Selection<T> {
    fn add(selection: &mut Option<Self>, one: T) {
        match selection {
            Some(Self::Only(list)) => list.push(one),
            other => *other = Some(Self::Only(vec![one])),
        }
    }
}

impl<T: Serialize> Serialize for Selection<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // A list of any length, because binary formats distinguish an array from a list.
            Self::All => [ALL].as_slice().serialize(serializer),
            Self::Only(list) => list.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de> + AsRef<str>> Deserialize<'de> for Selection<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Vec::<T>::deserialize(deserializer)?;
        Ok(match list.as_slice() {
            [one] if one.as_ref() == ALL => Self::All,
            _ => Self::Only(list),
        })
    }
}
