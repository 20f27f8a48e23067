//! The websites, zones and places of a campaign.

use serde::{Deserialize, Serialize};

use super::id::{CampaignId, WebsiteId, ZoneId};
use super::macros::row;
use super::{Action, ApiCall, Call, Context, Object, sealed};

/// Lists the websites, zones or places of a campaign (`campaign.info.placement2`).
///
/// ```
/// use adfox_api::calls::{CampaignId, ListCampaignSpots, WebsiteId};
///
/// let zones = ListCampaignSpots::zones(CampaignId::new(3001), WebsiteId::new(5001)).only_on();
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListCampaignSpots {
    /// The campaign.
    #[serde(rename = "objectID")]
    pub campaign: CampaignId,
    /// Which spots to list.
    pub of: CampaignSpots,
    /// Whether to list only the spots that are on; otherwise also those that are off.
    pub only_on: bool,
}

/// Which spots [`ListCampaignSpots`] lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CampaignSpots {
    /// The websites.
    Websites,
    /// The zones of a website.
    ZonesOf(WebsiteId),
    /// The places of a zone.
    PlacesOf(ZoneId),
    /// All spots that result from the placements of the campaign.
    Computed,
}

impl ListCampaignSpots {
    /// Creates a request for the spots of a campaign.
    #[must_use]
    pub fn new(campaign: CampaignId, of: CampaignSpots) -> Self {
        Self {
            campaign,
            of,
            only_on: false,
        }
    }

    /// Creates a request for the websites of a campaign.
    #[must_use]
    pub fn websites(campaign: CampaignId) -> Self {
        Self::new(campaign, CampaignSpots::Websites)
    }

    /// Creates a request for the zones of `website`.
    #[must_use]
    pub fn zones(campaign: CampaignId, website: WebsiteId) -> Self {
        Self::new(campaign, CampaignSpots::ZonesOf(website))
    }

    /// Creates a request for the places of `zone`.
    #[must_use]
    pub fn places(campaign: CampaignId, zone: ZoneId) -> Self {
        Self::new(campaign, CampaignSpots::PlacesOf(zone))
    }

    /// Lists only the spots that are on.
    #[must_use]
    pub fn only_on(mut self) -> Self {
        self.only_on = true;
        self
    }
}

impl sealed::Sealed for ListCampaignSpots {}

impl ApiCall for ListCampaignSpots {
    type Output = CampaignSpot;

    fn to_call(&self) -> Call {
        let call = Call::new(Context::Campaign, Action::Info)
            .object(Object::Placement2)
            .param("objectID", self.campaign);
        let call = match self.of {
            CampaignSpots::Websites => call.param("dataType", "campaignSites"),
            CampaignSpots::ZonesOf(website) => call
                .param("dataType", "campaignSections")
                .param("websiteID", website),
            CampaignSpots::PlacesOf(zone) => call
                .param("dataType", "campaignPlaces")
                .param("sectionID", zone),
            CampaignSpots::Computed => call.param("dataType", "placesComputed"),
        };
        call.param("isOn", if self.only_on { "on" } else { "off" })
    }
}

row! {
    /// A website, zone or place of a campaign, and whether the campaign is placed there.
    ///
    /// The documentation of these rows is not known: other members are in `extra`.
    CampaignSpot {
        /// The id of the website, zone or place.
        id: u64 as "ID",
        /// Its name.
        name: String as "name",
        /// The name of a website, as a public client reads it.
        website_name: String as "websiteName",
        /// The website.
        website: WebsiteId as "siteID",
        /// The zone.
        zone: ZoneId as "zoneID",
        /// Whether the campaign is placed there.
        on: bool as "isOn",
    }
}
