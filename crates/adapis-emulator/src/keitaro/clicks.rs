//! Clicks that the tracker has counted.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::Serialize;

/// How many clicks were counted, with the last of them, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Clicks {
    /// All clicks since the start or the last reset.
    pub count: u64,
    /// The last clicks.
    pub last: Vec<ClickRecord>,
}

/// One click and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClickRecord {
    /// `info.sub_id`
    pub sub_id: String,
    /// The campaign.
    pub campaign_id: u64,
    /// The flow that took it; none when no flow did.
    pub stream_id: Option<u64>,
    /// The landing page of the flow, or of the request.
    pub landing_id: Option<u64>,
    /// The offer that was chosen.
    pub offer_id: Option<u64>,
    /// The kind of action, `info.type`.
    pub action: &'static str,
    /// `GET` or `POST`.
    pub method: String,
    /// The visitor's address.
    pub ip: String,
    /// The visitor's user agent.
    pub user_agent: String,
    /// The visitor's language.
    pub language: String,
    /// Whether the user agent is a robot's.
    pub is_bot: bool,
    /// Whether the visitor was new to the campaign.
    pub is_unique: bool,
    /// Every other parameter of the request, later changed by updates; never the token.
    pub parameters: BTreeMap<String, String>,
    /// Offers that the visitor was sent to, in order.
    pub offers: Vec<u64>,
    /// What postbacks told of the click.
    pub conversions: Vec<Conversion>,
}

/// What a postback told of a click.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Conversion {
    /// `lead`, `sale`, `rejected` or `rebill`.
    pub status: String,
    /// The word that came, before `sale_status` and the like changed it.
    pub original_status: String,
    /// The transaction.
    pub tid: Option<String>,
    /// `payout` or `revenue` as it came.
    pub payout: Option<String>,
    /// `cost` as it came.
    pub cost: Option<String>,
    /// `currency` as it came.
    pub currency: Option<String>,
}

/// The last clicks, found by sub id.
#[derive(Debug, Default)]
pub(super) struct Store {
    count: u64,
    /// The number of the first click that is still kept.
    first: u64,
    kept: VecDeque<ClickRecord>,
    numbers: HashMap<String, u64>,
}

impl Store {
    pub(super) fn add(&mut self, click: ClickRecord, keep: usize) {
        while self.kept.len() >= keep.max(1) {
            if let Some(old) = self.kept.pop_front()
                && self.numbers.get(&old.sub_id) == Some(&self.first)
            {
                self.numbers.remove(&old.sub_id);
            }
            self.first += 1;
        }
        self.numbers.insert(click.sub_id.clone(), self.count);
        self.kept.push_back(click);
        self.count += 1;
    }

    pub(super) fn get_mut(&mut self, sub_id: &str) -> Option<&mut ClickRecord> {
        let number = self.numbers.get(sub_id)?;
        let index = usize::try_from(number - self.first).ok()?;
        self.kept.get_mut(index)
    }

    pub(super) fn last(&self, last: usize) -> Clicks {
        let skipped = self.kept.len().saturating_sub(last);
        Clicks {
            count: self.count,
            last: self.kept.iter().skip(skipped).cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ClickRecord, Store};

    fn click(sub_id: &str) -> ClickRecord {
        ClickRecord {
            sub_id: sub_id.to_owned(),
            ..ClickRecord::default()
        }
    }

    #[test]
    fn old_clicks_are_forgotten_but_counted() {
        let mut store = Store::default();
        for sub_id in ["a", "b", "a", "c"] {
            store.add(click(sub_id), 2);
        }
        assert_eq!(store.last(10).count, 4);
        assert_eq!(store.last(1).last[0].sub_id, "c");
        assert_eq!(store.get_mut("a").unwrap().sub_id, "a");
        assert!(store.get_mut("b").is_none());
    }
}
