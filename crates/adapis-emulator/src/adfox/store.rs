//! The objects of the ad server, with their placements and targeting.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::account::Account;
use super::data::AdfoxData;
use super::row::{Row, key, rename_members, text};

/// Ownership: (child, member of the child, parent). Deleting a parent deletes its children.
const CHILDREN: [(&str, &str, &str); 7] = [
    ("campaign", "superCampaignID", "superCampaign"),
    ("banner", "campaignID", "campaign"),
    ("zone", "siteID", "website"),
    ("place", "siteID", "website"),
    ("place", "zoneID", "zone"),
    ("template", "bannerTypeID", "bannerType"),
    ("userCriteriaValue", "criteriaID", "userCriterias"),
];

/// What a campaign or a banner can be placed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Website,
    Zone,
    Place,
}

impl Level {
    pub(super) fn of(object: &str) -> Option<Self> {
        match object {
            "website" => Some(Self::Website),
            "zone" => Some(Self::Zone),
            "place" => Some(Self::Place),
            _ => None,
        }
    }

    pub(super) fn object(self) -> &'static str {
        match self {
            Self::Website => "website",
            Self::Zone => "zone",
            Self::Place => "place",
        }
    }

    /// The parameter with the ID of a spot at this level.
    pub(super) fn parameter(self) -> &'static str {
        match self {
            Self::Website => "siteID",
            Self::Zone => "zoneID",
            Self::Place => "placeID",
        }
    }
}

/// A website, zone or place by its ID.
pub(super) type Spot = (Level, String);

pub(super) struct Store {
    tables: BTreeMap<String, Table>,
    pub(super) accounts: Vec<Account>,
    /// The spots of each campaign, with the parameters of the call that placed it.
    pub(super) placements: HashMap<String, BTreeMap<Spot, Row>>,
    /// Spots that are switched on or off for a single banner.
    pub(super) switches: HashMap<String, BTreeMap<Spot, bool>>,
    /// Targeting by object and ID, then by kind.
    ///
    /// A campaign's targeting on a website has the object `campaign website` and both IDs.
    pub(super) targeting: HashMap<(String, String), BTreeMap<String, Row>>,
    next_id: u64,
}

impl Store {
    pub(super) fn new(data: &AdfoxData) -> Self {
        let mut store = Self {
            tables: BTreeMap::new(),
            accounts: data.accounts.iter().map(Account::new).collect(),
            placements: HashMap::new(),
            switches: HashMap::new(),
            targeting: HashMap::new(),
            next_id: 1,
        };
        let mut objects = data.objects.clone();
        for (object, rows) in &mut objects {
            rows.iter_mut().for_each(|row| rename_members(object, row));
        }
        let ids = objects
            .iter()
            .filter(|(object, _)| *object != "geobase")
            .flat_map(|(object, rows)| {
                rows.iter()
                    .filter_map(|row| text(row, key(object))?.parse().ok())
            });
        store.next_id = ids.max().unwrap_or(0_u64).saturating_add(1);
        for (object, rows) in objects {
            store
                .tables
                .entry(object.clone())
                .or_insert_with(|| Table::new(&object));
            for row in rows {
                store.insert(&object, row);
            }
        }
        store
    }

    /// Whether the server has or had rows of this object.
    pub(super) fn knows(&self, object: &str) -> bool {
        self.tables.contains_key(object)
    }

    pub(super) fn rows(&self, object: &str) -> impl Iterator<Item = &Row> {
        self.tables
            .get(object)
            .into_iter()
            .flat_map(|table| &table.rows)
    }

    pub(super) fn row(&self, object: &str, id: &str) -> Option<&Row> {
        let table = self.tables.get(object)?;
        table.rows.get(*table.index.get(id)?)
    }

    pub(super) fn row_mut(&mut self, object: &str, id: &str) -> Option<&mut Row> {
        let table = self.tables.get_mut(object)?;
        table.rows.get_mut(*table.index.get(id)?)
    }

    /// Returns a member of a row as text.
    pub(super) fn member(&self, object: &str, id: &str, member: &str) -> Option<Cow<'_, str>> {
        text(self.row(object, id)?, member)
    }

    /// Returns an ID that no row has, and never the same one again.
    pub(super) fn next_id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    /// Adds a row, or replaces the one with the same ID, and returns its ID.
    ///
    /// A row without an ID gets the next one.
    pub(super) fn insert(&mut self, object: &str, mut row: Row) -> String {
        let key = key(object);
        let id = match text(&row, key) {
            Some(id) if !id.is_empty() => id.into_owned(),
            _ => {
                let id = self.next_id().to_string();
                row.insert(key.to_owned(), Value::String(id.clone()));
                id
            }
        };
        let table = self
            .tables
            .entry(object.to_owned())
            .or_insert_with(|| Table::new(object));
        table.insert(id.clone(), row);
        id
    }

    /// Removes a row with its children, placements and targeting.
    ///
    /// Returns whether it existed.
    pub(super) fn remove(&mut self, object: &str, id: &str) -> bool {
        if !self
            .tables
            .get_mut(object)
            .is_some_and(|table| table.remove(id))
        {
            return false;
        }
        self.targeting.remove(&(object.to_owned(), id.to_owned()));
        let is_spot = Level::of(object).is_some();
        self.targeting.retain(|(of, ids), _| {
            let Some((campaign, spot)) = ids.split_once(' ') else {
                return true;
            };
            let owner_is_gone = object == "campaign" && campaign == id;
            let spot_is_gone = is_spot && of.ends_with(object) && spot == id;
            !owner_is_gone && !spot_is_gone
        });
        match object {
            "campaign" => drop(self.placements.remove(id)),
            "banner" => drop(self.switches.remove(id)),
            _ => {}
        }
        if let Some(level) = Level::of(object) {
            let spot = (level, id.to_owned());
            for spots in self.placements.values_mut() {
                spots.remove(&spot);
            }
            for spots in self.switches.values_mut() {
                spots.remove(&spot);
            }
        }
        for (child, member, _) in CHILDREN.iter().filter(|(.., parent)| *parent == object) {
            for orphan in self.ids_where(child, member, id) {
                self.remove(child, &orphan);
            }
        }
        true
    }

    fn ids_where(&self, object: &str, member: &str, value: &str) -> Vec<String> {
        self.rows(object)
            .filter(|row| text(row, member).as_deref() == Some(value))
            .filter_map(|row| text(row, key(object)).map(Cow::into_owned))
            .collect()
    }
}

/// Rows in order of insertion, indexed by ID.
struct Table {
    key: &'static str,
    rows: Vec<Row>,
    index: HashMap<String, usize>,
}

impl Table {
    fn new(object: &str) -> Self {
        Self {
            key: key(object),
            rows: Vec::new(),
            index: HashMap::new(),
        }
    }

    fn insert(&mut self, id: String, row: Row) {
        match self.index.get(&id) {
            Some(&at) => self.rows[at] = row,
            None => {
                self.index.insert(id, self.rows.len());
                self.rows.push(row);
            }
        }
    }

    fn remove(&mut self, id: &str) -> bool {
        let Some(at) = self.index.remove(id) else {
            return false;
        };
        self.rows.remove(at);
        for (moved, row) in self.rows.iter().enumerate().skip(at) {
            if let Some(place) = text(row, self.key).and_then(|id| self.index.get_mut(id.as_ref()))
            {
                *place = moved;
            }
        }
        true
    }
}
