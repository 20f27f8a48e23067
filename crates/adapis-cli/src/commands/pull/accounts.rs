//! The clients of the sources, from the profiles that they name.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use adapis::{ClientSettings, adfox};
use adapis_pull::{Clients, Config, Pace, Selection, Source, Summary, Vendor};

use super::transport::Bounded;
use crate::access::{AdfoxAccess, HybridAccess, SpotsAccess};
use crate::call_options;
use crate::commands::{hybrid, spots};
use crate::context::Context;
use crate::error::CliError;

/// How long one call may take, the pauses that a vendor asks for included.
const LONGEST_CALL: Duration = Duration::from_secs(3600);

/// The clients of sources, and the sources that have none.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    pub(super) clients: Clients,
    /// Why a source has no client: the others are pulled all the same.
    failures: HashMap<String, CliError>,
}

impl Accounts {
    /// Makes a client for each selected source. Secrets of others are not read.
    pub(super) fn new(
        config: &Config,
        selection: &Selection,
        is_rehearsal: bool,
        ctx: &Context,
    ) -> Result<Self, CliError> {
        let transport = Arc::new(Bounded::new(ctx, is_rehearsal)?);
        let mut accounts = Self::default();
        let mut paces: HashMap<(Vendor, &str), Pace> = HashMap::new();
        let is_selected = |source: &&Source| {
            selection.sources.is_empty() || selection.sources.contains(&source.name)
        };
        for source in config.sources.iter().filter(is_selected) {
            // Sources of one account share its limit, the lowest that any of them has.
            let key = (source.vendor(), source.profile.as_str());
            let pace = paces
                .entry(key)
                .or_insert_with(|| Pace::new(slowest(config, source)))
                .sibling();
            let settings = ClientSettings::new().transport(pace.transport(Arc::clone(&transport)));
            let clients = std::mem::take(&mut accounts.clients);
            match connect(source, ctx, settings) {
                Ok(client) => {
                    let clients = client.add(clients, &source.name);
                    accounts.clients = clients.pace(&source.name, pace);
                }
                Err(error) => {
                    accounts.clients = clients;
                    accounts.failures.insert(source.name.clone(), error);
                }
            }
        }
        Ok(accounts)
    }

    /// Why a source has no client, in one line, with the exit code that it makes.
    pub(super) fn failure(&self, source: &str) -> Option<(String, u8)> {
        let error = self.failures.get(source)?;
        Some((error.describe(), error.exit_code()))
    }

    /// Says in a summary why sources have no client.
    pub(super) fn explain(&self, summary: &mut Summary) {
        for source in &mut summary.sources {
            let Some((text, exit_code)) = self.failure(&source.source) else {
                continue;
            };
            if let Some(problem) = source.errors.first_mut() {
                problem.error = text;
                problem.exit_code = exit_code;
                source.exit_code = exit_code;
            }
        }
    }
}

fn slowest(config: &Config, source: &Source) -> Option<u32> {
    let same =
        |other: &&Source| (other.vendor(), &other.profile) == (source.vendor(), &source.profile);
    let sources = config.sources.iter().filter(same);
    sources.filter_map(|other| other.calls_per_minute).min()
}

/// A client of any vendor.
enum Client {
    Spots(adapis::spots::Client),
    Hybrid(adapis::hybrid::Client),
    Adfox(adfox::Client),
}

impl Client {
    fn add(self, clients: Clients, source: &str) -> Clients {
        match self {
            Self::Spots(client) => clients.spots(source, client),
            Self::Hybrid(client) => clients.hybrid(source, client),
            Self::Adfox(client) => clients.adfox(source, client),
        }
    }
}

fn connect(source: &Source, ctx: &Context, settings: ClientSettings) -> Result<Client, CliError> {
    let ctx = &ctx.for_profile(&source.profile)?;
    let settings = settings.retry(call_options::retry(ctx));
    let settings = match ctx.deadline {
        Some(deadline) => call_options::until(settings, deadline),
        None => settings
            .deadline(LONGEST_CALL)
            .attempt_timeout(LONGEST_CALL),
    };
    let days = source.window_days;
    Ok(match source.vendor() {
        Vendor::Spots => {
            let builder = spots::builder(SpotsAccess::default().resolve(ctx)?);
            Client::Spots(builder.window_days(days).settings(settings).build()?)
        }
        Vendor::Hybrid => {
            let builder = hybrid::builder(HybridAccess::default().resolve(ctx)?);
            Client::Hybrid(builder.window_days(days).settings(settings).build()?)
        }
        Vendor::Adfox => {
            let account = AdfoxAccess::default().resolve(ctx)?;
            let builder = adfox::Client::builder(&account.endpoint, account.credentials);
            Client::Adfox(builder.settings(settings).build()?)
        }
        other => {
            let message = format!("this program has no client for {other}");
            return Err(CliError::input("pull", message));
        }
    })
}
