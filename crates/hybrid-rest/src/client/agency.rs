use std::future::Future;

use adcore::Error;
use futures_core::Stream;
use futures_util::{StreamExt, stream};

use super::Client;
use crate::calls::Advertiser;

/// An agency: its advertisers, each with a client and a token of its own.
#[derive(Debug, Clone)]
pub struct Agency {
    client: Client,
    concurrency: usize,
}

/// What became of the work for one advertiser.
#[derive(Debug)]
#[non_exhaustive]
pub struct Visit<T> {
    /// Whom the work was for.
    pub advertiser: Advertiser,
    /// Its result; an error here says nothing about the other advertisers.
    pub outcome: Result<T, Error>,
}

impl Agency {
    pub(crate) fn new(client: Client) -> Self {
        let concurrency = client.concurrency();
        Self {
            client,
            concurrency,
        }
    }

    /// Sets how many advertisers are visited at once; 0 counts as 1. Default: the client's.
    #[must_use]
    pub fn concurrency(mut self, advertisers: usize) -> Self {
        self.concurrency = advertisers.max(1);
        self
    }

    /// The agency's advertisers.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn advertisers(&self) -> Result<Vec<Advertiser>, Error> {
        self.client.advertisers().await
    }

    /// Does the same work for each of these advertisers, with its own client, several at once.
    ///
    /// Visits come in the order of the advertisers; a failed one stops nothing. Nothing begins
    /// before the first visit is asked for.
    ///
    /// ```no_run
    /// # async fn sweep(client: hybrid_rest::Client) -> Result<(), hybrid_rest::Error> {
    /// use futures_util::StreamExt;
    ///
    /// let agency = client.agency();
    /// let advertisers = agency.advertisers().await?;
    /// let mut visits = std::pin::pin!(agency.visit(advertisers, async |client| {
    ///     client.campaigns().await
    /// }));
    /// while let Some(visit) = visits.next().await {
    ///     match visit.outcome {
    ///         Ok(campaigns) => println!("{}: {}", visit.advertiser.id, campaigns.len()),
    ///         Err(error) => eprintln!("{}: {error}", visit.advertiser.id),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn visit<T, W, F>(
        &self,
        advertisers: Vec<Advertiser>,
        work: W,
    ) -> impl Stream<Item = Visit<T>> + use<T, W, F>
    where
        W: Fn(Client) -> F,
        F: Future<Output = Result<T, Error>>,
    {
        let agency = self.client.clone();
        stream::iter(advertisers)
            .map(move |advertiser| {
                let work = agency.for_advertiser(advertiser.id.clone()).map(&work);
                async move {
                    let outcome = match work {
                        Ok(work) => work.await,
                        Err(error) => Err(error),
                    };
                    Visit {
                        advertiser,
                        outcome,
                    }
                }
            })
            .buffered(self.concurrency)
    }
}
