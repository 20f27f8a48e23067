//! The entry point of the library: a configuration, clients and a store, and the operations on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::account::Clients;
use crate::check::{self, Checked};
use crate::clock::Clock;
use crate::config::{Config, Source, StreamSettings};
use crate::plan::{self, Known, Selection, SourcePlan};
use crate::run::{self, Probe, RunOptions};
use crate::state::{self, StreamState, is_of_source};
use crate::status::{self, SourceStatus};
use crate::store::{LocalStore, Partition, Store, StoreError, StoreLock, partitions};
use crate::summary::{LOCKED, Summary};
use crate::write::WriteError;

/// Why something could not be done at all.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct PullError {
    /// What is wrong and what to do.
    pub message: String,
    /// The exit code of the program.
    pub exit_code: u8,
}

impl PullError {
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            exit_code: 2,
        }
    }

    pub(crate) fn local(error: impl std::fmt::Display) -> Self {
        Self {
            message: error.to_string(),
            exit_code: 1,
        }
    }
}

impl From<WriteError> for PullError {
    fn from(error: WriteError) -> Self {
        Self::local(error)
    }
}

impl From<state::LoadError> for PullError {
    fn from(error: state::LoadError) -> Self {
        match error {
            state::LoadError::Format { .. } => Self::input(error.to_string()),
            state::LoadError::Write(error) => error.into(),
        }
    }
}

/// Pulls what a configuration describes.
///
/// ```no_run
/// use adapis_pull::{Clients, Config, Pull, RunOptions, SystemClock};
/// use spots_rpc::{Client, Credentials, ENDPOINT};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let config = Config::parse(&std::fs::read_to_string("pull.toml")?)?;
/// let client = Client::new(ENDPOINT, Credentials::new("publisher@example.com", "password"))?;
/// let pull = Pull::new(config, Clients::new().spots("publisher", client))?;
/// let summary = pull.run(&RunOptions::default(), &SystemClock).await?;
/// println!("{} rows", summary.sources.iter().map(|source| source.rows).sum::<u64>());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Pull {
    pub(crate) config: Config,
    pub(crate) clients: Clients,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) probe: Probe,
}

fn open(root: &str) -> Result<Arc<dyn Store>, PullError> {
    let Some((scheme, _)) = root.split_once("://") else {
        return Ok(Arc::new(LocalStore::new(root)));
    };
    #[cfg(feature = "object-store")]
    {
        let _ = scheme;
        let store = crate::store::RemoteStore::open(root);
        Ok(Arc::new(
            store.map_err(|error| PullError::input(error.to_string()))?,
        ))
    }
    #[cfg(not(feature = "object-store"))]
    Err(PullError::input(format!(
        "pull.root: {scheme}:// needs the feature object-store, which this program was built without; use a folder, or \
         build it with --features object-store"
    )))
}

impl Pull {
    /// Opens the root of the configuration: a folder, or with the feature `object-store` an address such as
    /// `s3://bucket/prefix`.
    ///
    /// # Errors
    /// If the root is an address that cannot be used, or the feature is missing.
    pub fn new(config: Config, clients: Clients) -> Result<Self, PullError> {
        let store = open(&config.root)?;
        Ok(Self::with_store(config, clients, store))
    }

    /// Uses a store of your own instead of the root of the configuration.
    pub fn with_store(config: Config, clients: Clients, store: Arc<dyn Store>) -> Self {
        Self {
            config,
            clients,
            store,
            probe: Probe::default(),
        }
    }

    /// Sets what is asked before each step of a window, for tests.
    #[doc(hidden)]
    #[must_use]
    pub fn probe(mut self, probe: Probe) -> Self {
        self.probe = probe;
        self
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns what a run at this instant would do. It sends nothing, and changes nothing except that an unreadable
    /// state is set aside.
    ///
    /// # Errors
    /// If files cannot be read.
    pub fn plan(
        &self,
        selection: &Selection,
        now: Timestamp,
    ) -> Result<Vec<SourcePlan>, PullError> {
        self.check_names(selection)?;
        let mut plans = Vec::new();
        for source in self.selected(selection) {
            plans.push(self.with_known(source, now, |known| plan::plan(source, known, selection))?);
        }
        Ok(plans)
    }

    /// Pulls what is due, and returns what was done. Failures are in the summary.
    ///
    /// # Errors
    /// If the options name a source or a stream that the configuration does not have; the exit code is 2.
    pub async fn run(&self, options: &RunOptions, clock: &dyn Clock) -> Result<Summary, PullError> {
        self.check_names(&options.selection)?;
        Ok(run::run(self, options, clock).await)
    }

    /// Checks what a run needs: that the root can be written, the vendors can be reached, the credentials are valid,
    /// and the clocks agree. It sends a request or two per source.
    ///
    /// # Errors
    /// If the options name a source that the configuration does not have.
    pub async fn check(
        &self,
        selection: &Selection,
        now: Timestamp,
    ) -> Result<Vec<Checked>, PullError> {
        self.check_names(selection)?;
        let mut all = vec![check::root(&*self.store)];
        all.extend(check::files(self));
        all.extend(check::unreadable(self));
        for source in self.selected(selection) {
            all.push(check::source(self, source, now).await);
        }
        Ok(all)
    }

    /// Returns how complete the files are at this instant: gaps, open and suspicious days, late changes.
    ///
    /// # Errors
    /// If files cannot be read.
    pub fn status(&self, now: Timestamp) -> Result<Vec<SourceStatus>, PullError> {
        let mut all = Vec::new();
        for source in &self.config.sources {
            all.push(self.with_known(source, now, |known| status::of_source(source, known))?);
        }
        Ok(all)
    }

    /// Returns the folders of accounts that no source of the configuration has, such as those of a source that was
    /// renamed. They may be another configuration's.
    ///
    /// # Errors
    /// If folders cannot be read.
    pub fn foreign_folders(&self) -> Result<Vec<String>, PullError> {
        let found = crate::foreign::accounts(&*self.store, &self.config);
        let found = found.map_err(PullError::local)?;
        let show = |path: &String| self.store.show(path);
        Ok(found.iter().map(show).collect())
    }

    /// Removes the files of a stream, or those of a range of days, and returns their number.
    ///
    /// Files are removed whole: those of months that lie wholly between `from` and `to`.
    ///
    /// # Errors
    /// If the source is being pulled, or files cannot be removed.
    pub fn forget(
        &self,
        source: &str,
        stream: &str,
        days: Option<(Date, Date)>,
    ) -> Result<u64, PullError> {
        let (source, settings) = self.find(source, stream)?;
        let _lock = self.lock(source)?;
        crate::maintain::forget(self, source, settings.stream.name, days)
    }

    /// Writes the files of a stream again in the format and with the schema of the configuration, without asking the
    /// vendor. Returns their number.
    ///
    /// # Errors
    /// If the source is being pulled, or files cannot be read or written.
    pub fn rewrite(&self, source: &str, stream: &str) -> Result<u64, PullError> {
        let (source, settings) = self.find(source, stream)?;
        let _lock = self.lock(source)?;
        crate::maintain::rewrite(self, source, settings)
    }

    fn lock(&self, source: &Source) -> Result<StoreLock, PullError> {
        self.store.lock(&source.name).map_err(|error| PullError {
            exit_code: match &error {
                StoreError::Locked { .. } => LOCKED,
                _ => 1,
            },
            message: error.to_string(),
        })
    }

    pub(crate) fn find(
        &self,
        source: &str,
        stream: &str,
    ) -> Result<(&Source, &StreamSettings), PullError> {
        let found = self.config.source(source);
        let source =
            found.ok_or_else(|| PullError::input(format!("there is no source {source}")))?;
        let mut streams = source.streams.iter();
        let settings = streams.find(|known| known.stream.is_named(stream));
        let settings = settings.ok_or_else(|| {
            PullError::input(format!("the source {} has no stream {stream}", source.name))
        })?;
        Ok((source, settings))
    }

    /// Refuses names that the configuration does not have: a mistyped one would silently select nothing.
    fn check_names(&self, selection: &Selection) -> Result<(), PullError> {
        for name in &selection.sources {
            if self.config.source(name).is_none() {
                return Err(PullError::input(format!(
                    "--source: there is no source {name}"
                )));
            }
        }
        for (flag, list) in [
            ("--stream", &selection.streams),
            ("--restart", &selection.restart),
        ] {
            for name in list {
                let mut streams = self
                    .config
                    .sources
                    .iter()
                    .flat_map(|source| &source.streams);
                if !streams.any(|known| known.stream.is_named(name)) {
                    return Err(PullError::input(format!(
                        "{flag}: no source has a stream {name}"
                    )));
                }
            }
        }
        if let (Some(from), Some(to)) = (selection.from, selection.to)
            && to < from
        {
            return Err(PullError::input(format!(
                "--to: {to} is before --from {from}"
            )));
        }
        Ok(())
    }

    pub(crate) fn selected(&self, selection: &Selection) -> impl Iterator<Item = &Source> {
        let sources = self.config.sources.iter();
        sources.filter(|source| selection.has_source(&source.name))
    }

    /// Returns the partitions of a stream that belong to a source.
    pub(crate) fn partitions_of(
        &self,
        source: &Source,
        stream: &str,
    ) -> Result<Vec<Partition>, StoreError> {
        let mut own = partitions(&*self.store, stream)?;
        own.retain(|partition| is_of_source(&partition.account, &source.name));
        Ok(own)
    }

    /// Hands on what is known of a source without asking the vendor.
    fn with_known<T>(
        &self,
        source: &Source,
        now: Timestamp,
        then: impl FnOnce(Known<'_>) -> T,
    ) -> Result<T, PullError> {
        let states = self.states(source)?;
        let advertisers = state::load_advertisers(&*self.store, &source.name);
        let advertisers = advertisers.map_err(PullError::local)?;
        Ok(then(Known {
            states: &states,
            advertisers: advertisers.as_deref(),
            now,
        }))
    }

    fn states(&self, source: &Source) -> Result<BTreeMap<&'static str, StreamState>, PullError> {
        let mut states = BTreeMap::new();
        for settings in &source.streams {
            let stream = settings.stream.name;
            let loaded = state::load(&*self.store, &source.name, stream, self.config.format)?;
            states.insert(stream, loaded.state);
        }
        Ok(states)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_in_a_store_needs_the_feature() {
        let open = |root: &str| open(root).map(drop);
        open("/srv/adstats").unwrap();
        let error = open("s3://bucket/prefix");
        if cfg!(feature = "object-store") {
            error.unwrap();
            let error = open("ftp://host/x").unwrap_err();
            assert!(error.message.contains("s3://, gs:// and az://"), "{error}");
            assert_eq!(error.exit_code, 2);
        } else {
            let error = error.unwrap_err();
            assert!(error.message.contains("object-store"), "{error}");
            assert_eq!(error.exit_code, 2);
        }
    }
}
