use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calls::{CriteriaId, CriteriaValueId, ParamValue, Params, Row};

/// The values of a user criterion that a campaign targets; all of them until some are switched off.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserTargeting {
    /// The user criterion.
    pub criteria: CriteriaId,
    /// Whether a value is targeted; value 0 is "unknown".
    #[serde(default, with = "super::pairs")]
    pub values: BTreeMap<CriteriaValueId, bool>,
}

impl UserTargeting {
    /// Creates a request that changes nothing yet.
    #[must_use]
    pub fn new(criteria: CriteriaId) -> Self {
        Self {
            criteria,
            values: BTreeMap::new(),
        }
    }

    /// Switches a value on or off.
    #[must_use]
    pub fn value(mut self, value: CriteriaValueId, on: bool) -> Self {
        self.values.insert(value, on);
        self
    }

    pub(super) fn params(&self) -> Params {
        let mut params = Params::new().with("criteriaId", self.criteria);
        for (value, on) in &self.values {
            on.put(&format!("v{value}"), &mut params);
        }
        params
    }

    pub(super) fn read(criteria: CriteriaId, row: &Row) -> Self {
        let values = row.iter().filter_map(|(name, value)| {
            let id = name.strip_prefix('v')?.parse().ok()?;
            Some((CriteriaValueId::new(id), value.as_str()? == "1"))
        });
        Self {
            criteria,
            values: values.collect(),
        }
    }
}
