//! Codes for pages: of banners, places, campaigns, websites and tracing points.

use serde::{Deserialize, Serialize};

use super::id::{BannerId, BannerTypeId, CampaignId, PlaceId, PositionId, WebsiteId};
use super::{Action, ApiCall, Call, Context, Params, Row, sealed};

/// Returns a code for pages (`placement.info`).
///
/// ```
/// use adfox_api::calls::GetPlacement;
///
/// let banner = GetPlacement::banner(4001.into(), 5201.into());
/// let place = GetPlacement::place(5201.into()).with("synchronousFactor", 3);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetPlacement {
    /// The object whose code is returned: the parameter `mode`, with its ids.
    pub of: PlacementOf,
    /// Further parameters of the method.
    #[serde(default)]
    pub more: Params,
}

/// The object whose code [`GetPlacement`] returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum PlacementOf {
    /// A banner on a place.
    BannerPlace {
        /// The banner.
        #[serde(rename = "bannerID")]
        banner: BannerId,
        /// The place.
        #[serde(rename = "placeID")]
        place: PlaceId,
    },
    /// A campaign on a place.
    CampaignPlace {
        /// The campaign.
        #[serde(rename = "campaignID")]
        campaign: CampaignId,
        /// The place.
        #[serde(rename = "placeID")]
        place: PlaceId,
    },
    /// A place.
    Place {
        /// The place.
        #[serde(rename = "placeID")]
        place: PlaceId,
    },
    /// All pages of a website.
    Website {
        /// The website.
        #[serde(rename = "websiteID")]
        website: WebsiteId,
        /// The type of the banners.
        #[serde(rename = "bannerTypeID")]
        banner_type: BannerTypeId,
        /// The position on the page.
        #[serde(rename = "positionID")]
        position: PositionId,
    },
}

impl GetPlacement {
    /// Creates a request for the code of an object.
    #[must_use]
    pub fn new(of: PlacementOf) -> Self {
        Self {
            of,
            more: Params::new(),
        }
    }

    /// Creates a request for the code of a banner on a place.
    #[must_use]
    pub fn banner(banner: BannerId, place: PlaceId) -> Self {
        Self::new(PlacementOf::BannerPlace { banner, place })
    }

    /// Creates a request for the code of a campaign on a place.
    #[must_use]
    pub fn campaign(campaign: CampaignId, place: PlaceId) -> Self {
        Self::new(PlacementOf::CampaignPlace { campaign, place })
    }

    /// Creates a request for the code of a place.
    #[must_use]
    pub fn place(place: PlaceId) -> Self {
        Self::new(PlacementOf::Place { place })
    }

    /// Creates a request for the code of a website.
    #[must_use]
    pub fn website(website: WebsiteId, banner_type: BannerTypeId, position: PositionId) -> Self {
        Self::new(PlacementOf::Website {
            website,
            banner_type,
            position,
        })
    }

    /// Adds a further parameter.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl std::fmt::Display) -> Self {
        self.more.push(name, value);
        self
    }
}

impl sealed::Sealed for GetPlacement {}

impl ApiCall for GetPlacement {
    type Output = PlacementCode;

    fn to_call(&self) -> Call {
        let params = match self.of {
            PlacementOf::BannerPlace { banner, place } => Params::new()
                .with("mode", "bannerPlace")
                .with("bannerID", banner)
                .with("placeID", place),
            PlacementOf::CampaignPlace { campaign, place } => Params::new()
                .with("mode", "campaignPlace")
                .with("campaignID", campaign)
                .with("placeID", place),
            PlacementOf::Place { place } => {
                Params::new().with("mode", "place").with("placeID", place)
            }
            PlacementOf::Website {
                website,
                banner_type,
                position,
            } => Params::new()
                .with("mode", "website")
                .with("websiteID", website)
                .with("bannerTypeID", banner_type)
                .with("positionID", position),
        };
        let mut call = Call::new(Context::Placement, Action::Info).params(params);
        call.params.append(self.more.clone());
        call
    }
}

/// A code for pages.
///
/// Only the members of a banner's code are known; those of others may be in `extra`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PlacementCode {
    /// The HTML.
    #[serde(rename = "HTML")]
    pub html: Option<String>,
    /// The Flash file.
    #[serde(rename = "flashURL")]
    pub flash_url: Option<String>,
    /// The URL that a click leads to.
    #[serde(rename = "hitURL")]
    pub hit_url: Option<String>,
    /// The image.
    #[serde(rename = "imageURL")]
    pub image_url: Option<String>,
    /// Members that are unknown here, as JSON.
    pub extra: adcore_json::Extra,
}

impl PlacementCode {
    pub(crate) fn read(members: &Row) -> Self {
        let text = |name| members.text(name).map(str::to_owned);
        let known = ["HTML", "flashURL", "hitURL", "imageURL"];
        let others: Row = members
            .iter()
            .filter(|(name, _)| !known.contains(name))
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect();
        Self {
            html: text("HTML"),
            flash_url: text("flashURL"),
            hit_url: text("hitURL"),
            image_url: text("imageURL"),
            extra: others.to_extra(),
        }
    }
}
