//! Work for all advertisers of an agency.

use std::future::Future;

use adcore::Error;
use futures_core::Stream;
use futures_util::{StreamExt, stream};

use super::Client;
use crate::calls::Advertiser;

/// An agency and its advertisers, each of which has its own client and token.
///
/// Created by [`Client::agency`].
#[derive(Debug, Clone)]
pub struct Agency {
    client: Client,
    concurrency: usize,
}

/// The result of the work for one advertiser; see [`Agency::for_each_advertiser`].
#[derive(Debug)]
#[non_exhaustive]
pub struct AdvertiserResult<T> {
    /// The advertiser.
    pub advertiser: Advertiser,
    /// The result; an error here does not affect the other advertisers.
    pub result: Result<T, Error>,
}

impl Agency {
    pub(crate) fn new(client: Client) -> Self {
        let concurrency = client.shared.concurrency;
        Self {
            client,
            concurrency,
        }
    }

    /// Sets how many advertisers are processed concurrently; 0 counts as 1.
    ///
    /// The default is the client's [`concurrency`](crate::ClientBuilder::concurrency).
    #[must_use]
    pub fn concurrency(mut self, advertisers: usize) -> Self {
        self.concurrency = advertisers.max(1);
        self
    }

    /// Returns the agency's advertisers.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn advertisers(&self) -> Result<Vec<Advertiser>, Error> {
        self.client.advertisers().await
    }

    /// Runs `work` for each advertiser with the advertiser's own client, several at a time.
    ///
    /// Results come in the order of `advertisers`. A failed one is a result like any other. The
    /// stream is lazy: nothing is sent before it is polled.
    ///
    /// ```no_run
    /// # async fn example(client: hybrid_rest::Client) -> Result<(), hybrid_rest::Error> {
    /// use futures_util::StreamExt;
    ///
    /// let agency = client.agency();
    /// let advertisers = agency.advertisers().await?;
    /// let results = agency.for_each_advertiser(advertisers, async |client| {
    ///     client.campaigns().await
    /// });
    /// let mut results = std::pin::pin!(results);
    /// while let Some(one) = results.next().await {
    ///     match one.result {
    ///         Ok(campaigns) => println!("{}: {}", one.advertiser.id, campaigns.len()),
    ///         Err(error) => eprintln!("{}: {error}", one.advertiser.id),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn for_each_advertiser<T, W, F>(
        &self,
        advertisers: Vec<Advertiser>,
        work: W,
    ) -> impl Stream<Item = AdvertiserResult<T>> + use<T, W, F>
    where
        W: Fn(Client) -> F,
        F: Future<Output = Result<T, Error>>,
    {
        let agency = self.client.clone();
        stream::iter(advertisers)
            .map(move |advertiser| {
                let work = agency.for_advertiser(advertiser.id.clone()).map(&work);
                async move {
                    let result = match work {
                        Ok(work) => work.await,
                        Err(error) => Err(error),
                    };
                    AdvertiserResult { advertiser, result }
                }
            })
            .buffered(self.concurrency)
    }
}
