//! What a target has: the digest of each partition, and when it was requested.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::footer::Footer;
use crate::store::{Partition, PartitionKey};

/// The value of a `STATE`. What others have put into it is lost, as each `STATE` replaces the one before.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// By stream, account and partition.
    #[serde(default)]
    bookmarks: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Message { value: State },
    Value(State),
}

impl State {
    /// Reads the line of a `STATE`, or its value. There is none before the first run.
    pub(super) fn read(text: Option<&str>) -> Result<Self, serde_json::Error> {
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        let Some(text) = text else {
            return Ok(Self::default());
        };
        Ok(match serde_json::from_str(text)? {
            Given::Message { value } => value,
            Given::Value(state) => state,
        })
    }

    fn bookmark(&self, partition: &Partition) -> Option<&str> {
        let accounts = self.bookmarks.get(&partition.stream)?;
        let partitions = accounts.get(&partition.account)?;
        partitions
            .get(&partition.key.to_string())
            .map(String::as_str)
    }

    pub(super) fn digest(&self, partition: &Partition) -> Option<&str> {
        self.bookmark(partition)?.split(' ').next()
    }

    /// The instant before the first request of the rows that the target has, if they are not those of the file and it
    /// is older.
    pub(super) fn newer_than(&self, partition: &Partition, footer: &Footer) -> Option<Timestamp> {
        let (digest, requested) = self.bookmark(partition)?.split_once(' ')?;
        let requested = requested.parse::<Timestamp>().ok()?;
        (digest != footer.digest && requested > footer.requested).then_some(requested)
    }

    pub(super) fn set(&mut self, partition: &Partition, footer: &Footer) {
        let accounts = self.bookmarks.entry(partition.stream.clone()).or_default();
        let partitions = accounts.entry(partition.account.clone()).or_default();
        let bookmark = format!("{} {}", footer.digest, footer.requested);
        partitions.insert(partition.key.to_string(), bookmark);
    }

    /// Forgets the partitions of a stream that are not kept, and returns their paths.
    pub(super) fn remove_vanished(
        &mut self,
        stream: &str,
        keep: impl Fn(&Partition) -> bool,
    ) -> Vec<String> {
        let mut vanished = Vec::new();
        let accounts = self.bookmarks.get_mut(stream).into_iter().flatten();
        for (account, partitions) in accounts {
            partitions.retain(|key, _| {
                let Some(key) = PartitionKey::parse(key) else {
                    return false;
                };
                let partition = Partition {
                    stream: stream.to_owned(),
                    account: account.clone(),
                    key,
                };
                let is_kept = keep(&partition);
                if !is_kept {
                    vanished.push(partition.path());
                }
                is_kept
            });
        }
        vanished
    }

    /// About how long its message is.
    pub(super) fn size(&self) -> usize {
        let partitions = self
            .bookmarks
            .values()
            .flat_map(BTreeMap::values)
            .map(BTreeMap::len);
        partitions.sum::<usize>() * 96
    }

    pub(super) fn message(&self) -> String {
        // Maps of texts are always written.
        let value = serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned());
        format!("{{\"type\":\"STATE\",\"value\":{value}}}\n")
    }
}
