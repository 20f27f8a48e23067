//! The form of a state file.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Change, Doubt, StreamState, Suspect};
use crate::footer::Footer;
use crate::store::{PartitionKey, Stamp};
use crate::write::Format;

/// The number of the format. Another number is rebuilt from the files.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
pub(super) struct Saved {
    version: u32,
    pub(super) format: Format,
    /// `None` if the files have to be read again, because someone was about to change them.
    partitions: Option<Vec<SavedPartition>>,
    #[serde(default)]
    suspects: Vec<SavedSuspect>,
    #[serde(default)]
    doubts: Vec<SavedDoubts>,
    #[serde(default)]
    changes: BTreeMap<u32, Change>,
}

#[derive(Serialize, Deserialize)]
struct SavedPartition {
    key: SavedKey,
    #[serde(default)]
    stamp: Option<Stamp>,
    footer: Footer,
}

#[derive(Serialize, Deserialize)]
struct SavedSuspect {
    account: String,
    key: SavedKey,
    suspect: Suspect,
}

#[derive(Serialize, Deserialize)]
struct SavedDoubts {
    account: String,
    key: SavedKey,
    days: BTreeMap<Date, Doubt>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SavedKey {
    Month(Date),
    Day(Date),
    Snapshot(Date),
}

impl From<PartitionKey> for SavedKey {
    fn from(key: PartitionKey) -> Self {
        match key {
            PartitionKey::Month(day) => Self::Month(day),
            PartitionKey::Day(day) => Self::Day(day),
            PartitionKey::Snapshot(day) => Self::Snapshot(day),
        }
    }
}

impl From<SavedKey> for PartitionKey {
    fn from(key: SavedKey) -> Self {
        match key {
            SavedKey::Month(day) => Self::Month(day),
            SavedKey::Day(day) => Self::Day(day),
            SavedKey::Snapshot(day) => Self::Snapshot(day),
        }
    }
}

impl Saved {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let saved: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if saved.version != VERSION {
            return Err(format!("its version is {}", saved.version));
        }
        Ok(saved)
    }

    pub(super) fn new(format: Format, state: &StreamState) -> Self {
        let partitions = state
            .partitions
            .iter()
            .map(|(known, footer)| SavedPartition {
                key: known.1.into(),
                stamp: state.stamps.get(known).copied(),
                footer: footer.clone(),
            });
        let suspects = state.suspects.iter();
        let suspects = suspects.map(|((account, key), suspect)| SavedSuspect {
            account: account.clone(),
            key: (*key).into(),
            suspect: suspect.clone(),
        });
        let doubts = state.doubts.iter();
        let doubts = doubts.map(|((account, key), days)| SavedDoubts {
            account: account.clone(),
            key: (*key).into(),
            days: days.clone(),
        });
        Self {
            version: VERSION,
            format,
            partitions: Some(partitions.collect()),
            suspects: suspects.collect(),
            doubts: doubts.collect(),
            changes: state.changes.clone(),
        }
    }

    /// Forgets the files, and what is known of those that are not kept beside their rows.
    pub(super) fn without_files(mut self, is_kept: impl Fn(PartitionKey) -> bool) -> Self {
        self.partitions = None;
        self.suspects.retain(|saved| is_kept(saved.key.into()));
        self.doubts.retain(|saved| is_kept(saved.key.into()));
        self
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // Maps of texts, dates and numbers: serializing them cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Returns whether the files have to be read again.
    pub(super) fn is_without_files(&self) -> bool {
        self.partitions.is_none()
    }

    pub(super) fn into_state(self) -> StreamState {
        let mut state = StreamState {
            changes: self.changes,
            ..StreamState::default()
        };
        for saved in self.partitions.into_iter().flatten() {
            let known = (saved.footer.account.clone(), saved.key.into());
            state
                .stamps
                .extend(saved.stamp.map(|stamp| (known.clone(), stamp)));
            state.partitions.insert(known, saved.footer);
        }
        let suspects = self.suspects.into_iter();
        let suspects = suspects.map(|saved| ((saved.account, saved.key.into()), saved.suspect));
        state.suspects.extend(suspects);
        let doubts = self.doubts.into_iter();
        let doubts = doubts.map(|saved| ((saved.account, saved.key.into()), saved.days));
        state.doubts.extend(doubts);
        state
    }
}
