//! The clicks that the tracker has counted.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::Serialize;

/// The number of clicks, and the last ones.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Clicks {
    /// Number of clicks since the start or the last reset.
    pub count: u64,
    /// The last clicks, oldest first.
    pub last: Vec<ClickRecord>,
}

/// One click and what happened to it later.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClickRecord {
    /// The sub id, `info.sub_id`.
    pub sub_id: String,
    /// Id of the campaign.
    pub campaign_id: u64,
    /// Id of the flow that took the click, if any.
    pub stream_id: Option<u64>,
    /// Id of the landing page of the flow or of the request.
    pub landing_id: Option<u64>,
    /// Id of the chosen offer.
    pub offer_id: Option<u64>,
    /// Type of the action, `info.type`.
    pub action: &'static str,
    /// `GET` or `POST`.
    pub method: String,
    /// The visitor's IP address.
    pub ip: String,
    /// The visitor's user agent.
    pub user_agent: String,
    /// The visitor's language.
    pub language: String,
    /// Whether the user agent is a bot.
    pub is_bot: bool,
    /// Whether the visitor was new to the campaign.
    pub is_unique: bool,
    /// All other parameters of the request, except the token, with later updates applied.
    pub parameters: BTreeMap<String, String>,
    /// Ids of the offers that the visitor was redirected to, in order.
    pub offers: Vec<u64>,
    /// Conversions that postbacks reported.
    pub conversions: Vec<Conversion>,
}

/// A conversion that a postback reported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Conversion {
    /// `lead`, `sale`, `rejected` or `rebill`.
    pub status: String,
    /// The status as reported, before `sale_status` and the like were applied.
    pub original_status: String,
    /// Id of the transaction.
    pub tid: Option<String>,
    /// `payout` or `revenue`, as reported.
    pub payout: Option<String>,
    /// `cost`, as reported.
    pub cost: Option<String>,
    /// `currency`, as reported.
    pub currency: Option<String>,
}

/// The last clicks, indexed by sub id.
#[derive(Debug, Default)]
pub(super) struct Store {
    count: u64,
    /// Number of the oldest click that is kept.
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
