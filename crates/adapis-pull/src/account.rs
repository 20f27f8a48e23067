//! The accounts that are pulled from: ready-made clients, by source name.

use std::collections::{BTreeSet, HashMap};

use adcore::Error;
use jiff::civil::Date;

use crate::config::{Source, VendorSettings};
use crate::pace::Pace;
use crate::stream::hybrid::HybridAccount;
use crate::stream::{Ask, FetchError, Sink, Stream, Totals, adfox, hybrid, spots};

/// The clients of the sources.
///
/// The credentials stay in the clients. A client whose transport is wrapped by a [`Pace`] keeps the limit of the
/// account, and its requests are counted; hand the pace over too.
#[derive(Debug, Default)]
pub struct Clients {
    clients: HashMap<String, VendorClient>,
    paces: HashMap<String, Pace>,
}

#[derive(Debug, Clone)]
enum VendorClient {
    Spots(spots_rpc::Client),
    Hybrid(hybrid_rest::Client),
    Adfox(adfox_api::Client),
}

impl Clients {
    /// Creates an empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the client of a source of SPOTS. Its `window_days` must be those of the source, which is the default.
    #[must_use]
    pub fn spots(mut self, source: impl Into<String>, client: spots_rpc::Client) -> Self {
        self.clients
            .insert(source.into(), VendorClient::Spots(client));
        self
    }

    /// Adds the client of a source of Hybrid. Its `window_days` must be those of the source, which is the default.
    #[must_use]
    pub fn hybrid(mut self, source: impl Into<String>, client: hybrid_rest::Client) -> Self {
        self.clients
            .insert(source.into(), VendorClient::Hybrid(client));
        self
    }

    /// Adds the client of a source of ADFOX.
    #[must_use]
    pub fn adfox(mut self, source: impl Into<String>, client: adfox_api::Client) -> Self {
        self.clients
            .insert(source.into(), VendorClient::Adfox(client));
        self
    }

    /// Adds the pace that the transport of a source's client keeps.
    #[must_use]
    pub fn pace(mut self, source: impl Into<String>, pace: Pace) -> Self {
        self.paces.insert(source.into(), pace);
        self
    }

    /// Returns the pace of a source, if one was added.
    pub(crate) fn pace_of(&self, source: &str) -> Option<&Pace> {
        self.paces.get(source)
    }

    /// Returns the account of a source for one run. The error says what is wrong with the clients.
    pub(crate) fn account(&self, source: &Source) -> Result<Account, String> {
        let client = self.clients.get(&source.name);
        match (&source.vendor, client) {
            (VendorSettings::Spots, Some(VendorClient::Spots(client))) => {
                Ok(Account::Spots(client.clone()))
            }
            (VendorSettings::Hybrid { api, .. }, Some(VendorClient::Hybrid(client))) => {
                Ok(Account::Hybrid(HybridAccount::new(client.clone(), *api)))
            }
            (VendorSettings::Adfox, Some(VendorClient::Adfox(client))) => {
                Ok(Account::Adfox(client.clone()))
            }
            (_, None) => Err("it has no client; add one with `Clients`".to_owned()),
            _ => Err(
                "its client belongs to another vendor; add the right one with `Clients`".to_owned(),
            ),
        }
    }
}

/// The account of a source during a run.
#[derive(Debug)]
pub(crate) enum Account {
    Spots(spots_rpc::Client),
    Hybrid(HybridAccount),
    Adfox(adfox_api::Client),
}

impl Account {
    /// Returns the ids of the account's advertisers.
    pub(crate) async fn advertisers(&self) -> Result<Vec<String>, Error> {
        match self {
            Self::Hybrid(account) => {
                let list = account.advertisers().await?;
                Ok(list
                    .iter()
                    .map(|advertiser| advertiser.id.as_str().to_owned())
                    .collect())
            }
            _ => Ok(vec![]),
        }
    }

    /// Returns the column of the ids that the vendor is asked for one by one, where there is such a list.
    pub(crate) fn listed_by(&self, stream: &Stream) -> Option<&'static str> {
        match self {
            Self::Hybrid(account) => account.listed_by(stream),
            Self::Spots(_) | Self::Adfox(_) => None,
        }
    }

    /// Returns the columns of numbers of which the vendor has some in every answer with rows.
    pub(crate) fn expected(&self, stream: &Stream) -> Vec<&'static str> {
        match self {
            Self::Hybrid(account) if !stream.is_snapshot() => account.expected(stream),
            Self::Spots(_) => stream.additive.clone(),
            // ADFOX names the columns of its answer, so that a renamed one is missed there, and a metric without
            // numbers is one that the account does not have.
            Self::Hybrid(_) | Self::Adfox(_) => Vec::new(),
        }
    }

    /// Sends one cheap request that needs the credentials.
    pub(crate) async fn reach(&self, source: &Source, day: Date) -> Result<(), Error> {
        match self {
            Self::Spots(client) => {
                let request = spots_rpc::calls::Statistics::new(day, day);
                client.statistics(&request).await.map(drop)
            }
            Self::Hybrid(account) => match &source.vendor {
                VendorSettings::Hybrid {
                    advertisers: Some(listed),
                    ..
                } => match listed.first() {
                    Some(advertiser) => account.campaigns(advertiser).await.map(drop),
                    None => Ok(()),
                },
                _ => account.advertisers().await.map(drop),
            },
            Self::Adfox(client) => {
                let params = adfox_api::Params::new();
                let mut pages = client.list(adfox_api::Object::Website, params).page_size(1);
                pages.next().await.map_or(Ok(()), |page| page.map(drop))
            }
        }
    }

    /// Hands rows to `sink`, and returns the campaigns that they were about, where the comparison needs them.
    pub(crate) async fn fetch<E>(
        &self,
        ask: Ask<'_>,
        sink: &mut Sink<'_, E>,
    ) -> Result<BTreeSet<String>, FetchError<E>> {
        match self {
            Self::Spots(client) => spots::fetch(client, ask, sink)
                .await
                .map(|()| BTreeSet::new()),
            Self::Hybrid(account) => hybrid::fetch(account, ask, sink).await,
            Self::Adfox(client) if ask.stream.is_snapshot() => adfox::fetch(client, ask, sink)
                .await
                .map(|()| BTreeSet::new()),
            Self::Adfox(client) => adfox::report::fetch(client, ask, sink)
                .await
                .map(|()| BTreeSet::new()),
        }
    }

    /// Fetches the vendor's own sums by day.
    pub(crate) async fn totals(
        &self,
        ask: Ask<'_>,
        campaigns: &BTreeSet<String>,
    ) -> Result<Vec<Totals>, Error> {
        match self {
            _ if ask.stream.is_snapshot() => Ok(vec![]),
            Self::Spots(client) => spots::totals(client, ask).await,
            Self::Hybrid(account) => hybrid::totals(account, ask, campaigns).await,
            Self::Adfox(client) => adfox::report::totals(client, ask).await,
        }
    }
}
