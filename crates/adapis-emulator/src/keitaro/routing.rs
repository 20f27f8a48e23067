//! Routing of visitors to flows, and the memory that uniqueness and limits need.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::click_request::ClickRequest;
use super::cookie::Seen;
use super::data::{KeitaroCampaign, KeitaroFilter, KeitaroFlow, KeitaroScope};

/// All visitors are forgotten once there are more entries than this.
const MAX_VISITORS: usize = 1 << 18;

/// The visitors that the tracker has seen and the clicks that each flow has taken.
#[derive(Debug, Default)]
pub(super) struct Memory {
    visitors: HashSet<u64>,
    taken: HashMap<u64, u64>,
}

/// A visitor, as filters see them.
pub(super) struct Visitor<'a> {
    pub(super) request: &'a ClickRequest<'a>,
    pub(super) ip: &'a str,
    pub(super) user_agent: &'a str,
    pub(super) language: String,
    pub(super) is_bot: bool,
    /// The content of the uniqueness cookie, if the request has one.
    pub(super) seen: Option<Seen>,
}

impl Memory {
    /// Whether the visitor is new to the tracker, a campaign or a flow.
    pub(super) fn is_new(&self, visitor: &Visitor<'_>, scope: KeitaroScope, id: u64) -> bool {
        match (&visitor.seen, scope) {
            (Some(seen), KeitaroScope::Campaign) => !seen.campaigns.contains_key(&id),
            (Some(seen), KeitaroScope::Stream) => !seen.streams.contains_key(&id),
            (Some(_), KeitaroScope::Global) => false,
            (None, scope) => !self.visitors.contains(&mark(visitor, scope, id)),
        }
    }

    /// Records a click and the flow that took it.
    pub(super) fn record(&mut self, visitor: &Visitor<'_>, campaign: u64, flow: Option<u64>) {
        if self.visitors.len() > MAX_VISITORS {
            self.visitors.clear();
        }
        self.visitors.insert(mark(visitor, KeitaroScope::Global, 0));
        self.visitors
            .insert(mark(visitor, KeitaroScope::Campaign, campaign));
        if let Some(flow) = flow {
            self.visitors
                .insert(mark(visitor, KeitaroScope::Stream, flow));
            *self.taken.entry(flow).or_default() += 1;
        }
    }

    fn passes(
        &self,
        filter: &KeitaroFilter,
        visitor: &Visitor<'_>,
        campaign: u64,
        flow: u64,
    ) -> bool {
        match filter {
            KeitaroFilter::Language { values } => values.contains(&visitor.language),
            KeitaroFilter::Ip { values } => values.iter().any(|ip| ip == visitor.ip),
            KeitaroFilter::Region { .. } => false,
            KeitaroFilter::UserAgent { values } => {
                let user_agent = visitor.user_agent.to_lowercase();
                values
                    .iter()
                    .any(|part| user_agent.contains(&part.to_lowercase()))
            }
            KeitaroFilter::Parameter { parameter, values } => {
                let value = visitor.request.get(parameter);
                values.iter().any(|known| known == value)
            }
            KeitaroFilter::Bot { is } => visitor.is_bot == *is,
            KeitaroFilter::Uniqueness { scope, is } => {
                let id = match scope {
                    KeitaroScope::Campaign => campaign,
                    KeitaroScope::Stream => flow,
                    KeitaroScope::Global => 0,
                };
                self.is_new(visitor, *scope, id) == *is
            }
            KeitaroFilter::Limit { clicks } => {
                self.taken.get(&flow).copied().unwrap_or_default() < *clicks
            }
        }
    }

    /// Returns the flow for the visitor: the first match without a weight, otherwise a random
    /// match by weight.
    pub(super) fn route<'c>(
        &self,
        campaign: &'c KeitaroCampaign,
        visitor: &Visitor<'_>,
        random: &mut fastrand::Rng,
        log: &mut Option<Vec<String>>,
    ) -> Option<&'c KeitaroFlow> {
        let mut weighted = Vec::new();
        for flow in &campaign.flows {
            note(log, || format!("Checking stream #{}", flow.id));
            let takes = flow.filters.iter().all(|filter| {
                let passes = self.passes(filter, visitor, campaign.id, flow.id);
                note(log, || match passes {
                    true => format!("Filter  \"{}\": allow", filter.name()),
                    false => format!("Filter \"{}\": rejected", filter.name()),
                });
                passes
            });
            match flow.weight {
                _ if !takes => {}
                None => return Some(flow),
                Some(weight) => weighted.push((flow, u64::from(weight))),
            }
        }
        let total: u64 = weighted.iter().map(|(_, weight)| weight).sum();
        let mut drawn = random.u64(1..=total.max(1));
        weighted.into_iter().find_map(|(flow, weight)| {
            let here = drawn <= weight;
            drawn = drawn.saturating_sub(weight);
            here.then_some(flow)
        })
    }
}

fn mark(visitor: &Visitor<'_>, scope: KeitaroScope, id: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (scope as u8, id, visitor.ip, visitor.user_agent).hash(&mut hasher);
    hasher.finish()
}

/// Adds a line to the log if the request asks for it.
pub(super) fn note(log: &mut Option<Vec<String>>, line: impl FnOnce() -> String) {
    if let Some(lines) = log {
        lines.push(line());
    }
}

impl KeitaroFilter {
    const fn name(&self) -> &'static str {
        match self {
            Self::Language { .. } => "language",
            Self::Ip { .. } => "ip",
            Self::Region { .. } => "region",
            Self::UserAgent { .. } => "user_agent",
            Self::Parameter { .. } => "parameter",
            Self::Bot { .. } => "bot",
            Self::Uniqueness { .. } => "uniqueness",
            Self::Limit { .. } => "limit",
        }
    }
}
