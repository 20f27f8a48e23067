//! The lists of an account, asked for once in a run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use adcore::Error;
use hybrid_rest::Client;
use hybrid_rest::calls::{Advertiser, AdvertiserId, Banner, Campaign, CampaignId};
use tokio::sync::OnceCell;

use super::{BANNER_ID, CAMPAIGN_ID, CLICKS, IMPRESSIONS, WINNING_PRICE, compared};
use crate::config::HybridApi;
use crate::stream::Stream;
use crate::sync::lock;

type Once<T> = Arc<OnceCell<Arc<Vec<T>>>>;
type Lists<K, T> = Mutex<HashMap<K, Once<T>>>;

/// An account of Hybrid with the lists that this run has already got.
#[derive(Debug)]
pub(crate) struct HybridAccount {
    client: Client,
    pub(super) api: HybridApi,
    advertisers: OnceCell<Arc<Vec<Advertiser>>>,
    campaigns: Lists<String, Campaign>,
    banners: Lists<CampaignId, Banner>,
}

impl HybridAccount {
    pub(crate) fn new(client: Client, api: HybridApi) -> Self {
        Self {
            client,
            api,
            advertisers: OnceCell::new(),
            campaigns: Mutex::default(),
            banners: Mutex::default(),
        }
    }

    /// Returns the column of the ids that the vendor is asked for one by one, where there is such a list.
    pub(crate) fn listed_by(&self, stream: &Stream) -> Option<&'static str> {
        match (stream.short_name(), self.api) {
            ("campaign-day" | "domain-day", _) => Some(CAMPAIGN_ID),
            ("banner-day", HybridApi::V1) => Some(BANNER_ID),
            _ => None,
        }
    }

    /// Returns the columns of numbers of which there are some in every answer with rows.
    pub(crate) fn expected(&self, stream: &Stream) -> Vec<&'static str> {
        match (stream.short_name(), self.api) {
            ("domain-day", _) | ("banner-day", HybridApi::V1) => {
                vec![IMPRESSIONS, CLICKS, WINNING_PRICE]
            }
            // Banners have no money there.
            ("banner-day", HybridApi::V3) => vec![IMPRESSIONS, CLICKS],
            _ => compared(stream, self.api),
        }
    }

    /// Returns the client whose token may see this advertiser.
    ///
    /// In version 3.0 the token of an agency serves all of its advertisers.
    pub(super) fn client_of(&self, advertiser: &str) -> Result<Client, Error> {
        match self.api {
            HybridApi::V1 => self.client.for_advertiser(AdvertiserId::from(advertiser)),
            HybridApi::V3 => Ok(self.client.clone()),
        }
    }

    /// Returns the advertisers of the account.
    pub(crate) async fn advertisers(&self) -> Result<Arc<Vec<Advertiser>>, Error> {
        let list = self.advertisers.get_or_try_init(|| async {
            match self.api {
                HybridApi::V1 => self.client.advertisers().await,
                HybridApi::V3 => self.client.v3().advertisers().await,
            }
            .map(Arc::new)
        });
        list.await.cloned()
    }

    /// Returns the campaigns of an advertiser.
    pub(crate) async fn campaigns(&self, advertiser: &str) -> Result<Arc<Vec<Campaign>>, Error> {
        let once = entry(&self.campaigns, advertiser.to_owned());
        let list = once.get_or_try_init(|| async {
            let client = self.client_of(advertiser)?;
            match self.api {
                HybridApi::V1 => client.campaigns().await,
                HybridApi::V3 => {
                    let advertiser = AdvertiserId::from(advertiser);
                    client.v3().campaigns(Some(&advertiser)).await
                }
            }
            .map(Arc::new)
        });
        list.await.cloned()
    }

    /// Returns the banners of a campaign.
    pub(super) async fn banners(
        &self,
        advertiser: &str,
        campaign: &CampaignId,
    ) -> Result<Arc<Vec<Banner>>, Error> {
        let once = entry(&self.banners, campaign.clone());
        let list = once.get_or_try_init(|| async {
            let client = self.client_of(advertiser)?;
            match self.api {
                HybridApi::V1 => client.banners(campaign).await,
                HybridApi::V3 => client.v3().banners(campaign).await,
            }
            .map(Arc::new)
        });
        list.await.cloned()
    }
}

fn entry<K: std::hash::Hash + Eq, T>(lists: &Lists<K, T>, key: K) -> Once<T> {
    let mut lists = lock(lists);
    Arc::clone(lists.entry(key).or_default())
}
