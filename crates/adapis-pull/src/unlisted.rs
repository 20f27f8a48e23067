//! Advertisers that the vendor lists no more.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{Source, VendorSettings};
use crate::state::StreamState;

/// Returns the advertisers that have files although the vendor does not list them and the configuration does not leave
/// them out. A list may be cut, and what it lacks would not be pulled any more.
pub(crate) fn unlisted(
    source: &Source,
    states: &BTreeMap<&'static str, StreamState>,
    listed: &[String],
) -> BTreeSet<String> {
    let VendorSettings::Hybrid {
        advertisers: None,
        except,
        ..
    } = &source.vendor
    else {
        return BTreeSet::new();
    };
    let accounts = states.values().flat_map(|state| state.partitions.keys());
    let advertisers = accounts.filter_map(|(account, _)| {
        let rest = account.strip_prefix(source.name.as_str())?;
        rest.strip_prefix('.')
    });
    advertisers
        .filter(|id| !listed.iter().chain(except).any(|known| known == id))
        .map(str::to_owned)
        .collect()
}

/// Returns what is wrong with the list of advertisers of a source that pulls all of them.
pub(crate) fn problem(unlisted: &BTreeSet<String>, listed: &[String]) -> Option<String> {
    match unlisted.first() {
        Some(first) => Some(format!(
            "the vendor does not list all advertisers that have files ({} are missing, such as {first}), so they are not \
             pulled: name those that have left under `except`",
            unlisted.len()
        )),
        None if listed.is_empty() => Some(
            "the vendor lists no advertiser, so nothing of them is pulled: look whether the login may see them"
                .to_owned(),
        ),
        None => None,
    }
}
