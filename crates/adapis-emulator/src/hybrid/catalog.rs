//! Advertisers, campaigns and banners, from the data and generated ones.

use std::collections::HashMap;

use super::data::{HybridAdvertiser, HybridBanner, HybridData, HybridGenerated};
use crate::random::seeded;
use crate::revisions::{Row, RowKey};

/// Tables of the generator, see [`seeded`].
const CAMPAIGN_IDS: u64 = 11;
const BANNER_IDS: u64 = 12;
/// Banners of a generated campaign.
pub(super) const BANNERS: usize = 3;

pub(super) struct Advertiser {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) balance: Option<String>,
}

pub(super) struct Campaign {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) advertiser: usize,
    pub(super) banners: Vec<HybridBanner>,
    /// The number of a generated campaign.
    pub(super) generated: Option<u64>,
    /// What the plan of revisions knows it by.
    key: RowKey,
}

/// All advertisers, campaigns and banners, found by id.
pub(super) struct Catalog {
    pub(super) advertisers: Vec<Advertiser>,
    pub(super) campaigns: Vec<Campaign>,
    campaign_ids: HashMap<String, usize>,
    banner_ids: HashMap<String, (usize, usize)>,
}

impl Catalog {
    pub(super) fn new(data: &HybridData, seed: u64) -> Result<Self, String> {
        let mut catalog = Self {
            advertisers: Vec::new(),
            campaigns: Vec::new(),
            campaign_ids: HashMap::new(),
            banner_ids: HashMap::new(),
        };
        for advertiser in &data.advertisers {
            catalog.add_advertiser(advertiser)?;
        }
        if let Some(generated) = &data.generated {
            let owners: Vec<usize> = {
                let without = data.advertisers.iter().enumerate();
                without
                    .filter(|(_, advertiser)| advertiser.campaigns.is_empty())
                    .map(|(index, _)| index)
                    .collect()
            };
            catalog.generate(generated, &owners, seed)?;
        }
        Ok(catalog)
    }

    fn add_advertiser(&mut self, advertiser: &HybridAdvertiser) -> Result<(), String> {
        if self.advertiser(&advertiser.id).is_some() {
            return Err(format!(
                "hybrid.advertisers: duplicate id {}",
                advertiser.id
            ));
        }
        let owner = self.advertisers.len();
        self.advertisers.push(Advertiser {
            id: advertiser.id.clone(),
            name: advertiser.name.clone(),
            balance: advertiser.balance.clone(),
        });
        for campaign in &advertiser.campaigns {
            self.add_campaign(Campaign {
                key: RowKey::new("hybrid", &advertiser.id, &[&campaign.id]),
                id: campaign.id.clone(),
                name: campaign.name.clone(),
                advertiser: owner,
                banners: campaign.banners.clone(),
                generated: None,
            })?;
        }
        Ok(())
    }

    fn add_campaign(&mut self, campaign: Campaign) -> Result<(), String> {
        let index = self.campaigns.len();
        for (position, banner) in campaign.banners.iter().enumerate() {
            let place = (index, position);
            if self.banner_ids.insert(banner.id.clone(), place).is_some() {
                return Err(format!("hybrid.banners: duplicate id {}", banner.id));
            }
        }
        if self
            .campaign_ids
            .insert(campaign.id.clone(), index)
            .is_some()
        {
            return Err(format!("hybrid.campaigns: duplicate id {}", campaign.id));
        }
        self.campaigns.push(campaign);
        Ok(())
    }

    /// Distributes generated campaigns among `owners`, or among all advertisers if it is empty.
    fn generate(
        &mut self,
        generated: &HybridGenerated,
        owners: &[usize],
        seed: u64,
    ) -> Result<(), String> {
        let seed = generated.seed.unwrap_or(seed);
        let first_name = self.campaigns.len() + 1;
        let all: Vec<usize> = (0..self.advertisers.len()).collect();
        let owners = if owners.is_empty() { &all } else { owners };
        if owners.is_empty() {
            return Err("hybrid.advertisers: empty".to_owned());
        }
        for (number, position) in (0..u64::from(generated.campaigns)).zip(0..) {
            let banners = (1u64..)
                .take(BANNERS)
                .map(|banner| HybridBanner {
                    id: id(seeded(seed, BANNER_IDS, number, banner)),
                    name: format!("Banner {banner}"),
                })
                .collect();
            let owner = owners[position % owners.len()];
            let id_of_campaign = id(seeded(seed, CAMPAIGN_IDS, number, 0));
            let advertiser = &self.advertisers[owner].id;
            self.add_campaign(Campaign {
                key: RowKey::new("hybrid", advertiser, &[&id_of_campaign]),
                id: id_of_campaign,
                name: format!("Campaign {}", first_name + position),
                advertiser: owner,
                banners,
                generated: Some(number),
            })?;
        }
        Ok(())
    }

    /// Returns the source row of a campaign for revisions.
    pub(super) fn row(&self, campaign: usize) -> Row<'_> {
        let campaign = &self.campaigns[campaign];
        Row {
            key: campaign.key,
            account: &self.advertisers[campaign.advertiser].id,
            items: [&campaign.id; 2],
            row: "",
        }
    }

    pub(super) fn advertiser(&self, id: &str) -> Option<usize> {
        self.advertisers
            .iter()
            .position(|advertiser| advertiser.id == id)
    }

    pub(super) fn campaign(&self, id: &str) -> Option<usize> {
        self.campaign_ids.get(id).copied()
    }

    /// Returns the campaign of a banner and the banner's index in it.
    pub(super) fn banner(&self, id: &str) -> Option<(usize, usize)> {
        self.banner_ids.get(id).copied()
    }
}

/// Generates an id of 24 hexadecimal digits.
fn id(mut random: fastrand::Rng) -> String {
    format!("{:016x}{:08x}", random.u64(..), random.u32(..))
}
