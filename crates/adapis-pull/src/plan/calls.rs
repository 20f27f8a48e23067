//! How many requests a window takes.

use jiff::civil::Date;

use super::Known;
use crate::config::{Source, StreamSettings, VendorSettings};
use crate::state::StreamState;
use crate::stream::{self, Calls};

/// Returns the number of objects in the latest snapshot.
pub(super) fn latest_snapshot(state: &StreamState, account: &str) -> Option<u64> {
    state.of(account).next_back().map(|(_, footer)| footer.rows)
}

/// Returns how many requests a window takes, as far as that is known.
pub(super) fn calls(
    source: &Source,
    settings: &StreamSettings,
    known: Known<'_>,
    account: &str,
    (from, to): (Date, Date),
) -> Calls {
    let (stream, limit) = (&settings.stream, source.window_days);
    match &source.vendor {
        VendorSettings::Spots => stream::spots::calls(stream, from, to, limit, source.reconcile),
        VendorSettings::Hybrid { api, .. } => {
            let days = (!stream.is_snapshot()).then_some((from, to));
            let listed = |stream: &str| {
                let state = known.states.get(stream);
                state.and_then(|state| latest_snapshot(state, account))
            };
            let sizes = stream::hybrid::Sizes {
                splits: settings.splits.len() as u64,
                campaigns: listed("hybrid.campaign"),
                banners: listed("hybrid.banner"),
            };
            stream::hybrid::calls(stream, *api, (days, limit), source.reconcile, sizes)
        }
        VendorSettings::Adfox if stream.is_snapshot() => {
            let state = known.states.get(stream.name);
            stream::adfox::calls(state.and_then(|state| latest_snapshot(state, account)))
        }
        VendorSettings::Adfox => {
            stream::adfox::report::calls(stream, &settings.filters, source.reconcile)
        }
    }
}
