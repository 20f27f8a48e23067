use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calls::{ParamValue, Params, Row};

/// The regions in which a campaign is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct GeobaseTargeting {
    /// Whether targeting by geography is on.
    pub on: bool,
    /// The access of regions that are not listed.
    pub world: Option<Access>,
    /// The access of regions, by their id in the tree of regions.
    #[serde(default, with = "super::pairs")]
    pub regions: BTreeMap<u64, Access>,
}

/// Whether a region is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Access {
    /// As the region that contains it.
    Inherited,
    /// Allowed.
    Allowed,
    /// Forbidden.
    Forbidden,
}

impl Access {
    fn number(self) -> u8 {
        match self {
            Self::Inherited => 0,
            Self::Allowed => 1,
            Self::Forbidden => 2,
        }
    }

    fn of(text: &str) -> Option<Self> {
        [Self::Inherited, Self::Allowed, Self::Forbidden]
            .into_iter()
            .find(|access| text.trim() == access.number().to_string())
    }
}

impl GeobaseTargeting {
    /// Creates a targeting by geography that lists no regions.
    #[must_use]
    pub fn new() -> Self {
        Self {
            on: true,
            ..Self::default()
        }
    }

    /// Sets the access of regions that are not listed.
    #[must_use]
    pub fn world(mut self, access: Access) -> Self {
        self.world = Some(access);
        self
    }

    /// Sets the access of a region.
    #[must_use]
    pub fn region(mut self, id: u64, access: Access) -> Self {
        self.regions.insert(id, access);
        self
    }

    pub(super) fn params(&self) -> Params {
        let mut params = Params::new();
        self.on.put("geo", &mut params);
        if let Some(world) = self.world {
            params.push("global", world.number());
        }
        if !self.regions.is_empty() {
            let pairs = self.regions.iter();
            let pairs: Vec<_> = pairs
                .map(|(id, access)| format!("\"{id}\":{}", access.number()))
                .collect();
            params.push("regions", format!("{{{}}}", pairs.join(",")));
        }
        params
    }

    pub(super) fn read(row: &Row) -> Self {
        let regions = row.text("regions").unwrap_or_default();
        let pairs = regions.trim_matches(['{', '}']).split(',');
        Self {
            on: row.text("geo") == Some("1"),
            world: row.text("global").and_then(Access::of),
            regions: pairs
                .filter_map(|pair| {
                    let (id, access) = pair.split_once(':')?;
                    let id = id.trim().trim_matches('"').parse().ok()?;
                    Some((id, Access::of(access)?))
                })
                .collect(),
        }
    }
}
