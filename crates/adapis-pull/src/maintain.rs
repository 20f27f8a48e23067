//! What people do to files by hand: removing them, and writing them again.

use std::sync::Arc;

use jiff::civil::Date;

use crate::config::{Source, StreamSettings};
use crate::footer::FooterFacts;
use crate::pull::{Pull, PullError};
use crate::run::remove_partition;
use crate::state;
use crate::store::PartitionKey;
use crate::write::{Format, PartitionWriter, Published, remove_file};

/// Removes the files of a stream whose days are all in the range.
pub(crate) fn forget(
    pull: &Pull,
    source: &Source,
    stream: &str,
    days: Option<(Date, Date)>,
) -> Result<u64, PullError> {
    let mut removed = 0;
    let is_removed = |key: PartitionKey| {
        let (first, last) = key.extent();
        days.is_none_or(|(from, to)| from <= first && last <= to)
    };
    // The index goes first: if this is interrupted, it is rebuilt from what is left.
    let reset = state::reset(&*pull.store, &source.name, stream, |key| !is_removed(key));
    reset.map_err(PullError::local)?;
    for partition in pull
        .partitions_of(source, stream)
        .map_err(PullError::local)?
    {
        if is_removed(partition.key) {
            remove_partition(&*pull.store, &partition).map_err(PullError::local)?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Writes the files of a stream again.
///
/// A file in another format is removed once its successor is in its place: until then both are there, as whole as
/// before, and a run that is interrupted in between is repeated.
pub(crate) fn rewrite(
    pull: &Pull,
    source: &Source,
    settings: &StreamSettings,
) -> Result<u64, PullError> {
    let (store, format) = (&*pull.store, pull.config.format);
    let stream = settings.stream.name;
    let mut written = 0;
    // The index goes first: after an interruption a run would take what is already rewritten for lost.
    state::reset(store, &source.name, stream, |_| true).map_err(PullError::local)?;
    for partition in pull
        .partitions_of(source, stream)
        .map_err(PullError::local)?
    {
        let others = Format::ALL.into_iter().filter(|other| *other != format);
        let mut old = None;
        for candidate in std::iter::once(format).chain(others) {
            if let Some(data) = store
                .open(&candidate.path(&partition))
                .map_err(PullError::local)?
            {
                let schema = &settings.stream.schema;
                old = Some((
                    candidate,
                    Published::read(store, &partition, candidate, data, schema)?,
                ));
                break;
            }
        }
        let Some((from, mut file)) = old else {
            continue;
        };
        let footer = file.footer.clone();
        let fingerprint = settings.rewritten(source, &footer.fingerprint);
        if from != format || footer.fingerprint != fingerprint {
            let schema = Arc::clone(&settings.stream.schema);
            let mut writer = PartitionWriter::create(store, &partition, format, schema)?;
            while let Some(row) = file.next()? {
                writer.push(&row)?;
            }
            // The rows are as old as they were, and so is the instant of their request.
            let facts = FooterFacts {
                stream: footer.stream,
                account: footer.account,
                fingerprint,
                run: footer.run,
                requested: footer.requested,
                days: footer
                    .days
                    .iter()
                    .map(|(day, stats)| (*day, stats.requested))
                    .collect(),
            };
            writer.finish(facts)?.publish(store)?;
            written += 1;
        }
        for other in Format::ALL.into_iter().filter(|other| *other != format) {
            remove_file(store, &partition, other).map_err(PullError::local)?;
        }
    }
    Ok(written)
}
