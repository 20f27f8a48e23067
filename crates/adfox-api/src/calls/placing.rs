//! Placements: campaigns on spots, banners on places, default banners.

use serde::{Deserialize, Serialize};

use super::enums::DefaultMode;
use super::id::{
    BannerId, BannerTypeId, CampaignId, PlaceId, TargetingProfileId, WebsiteId, ZoneId,
};
use super::macros::{request, row};
use super::{
    Action, ApiCall, Call, Changed, Context, Moment, Object, ParamValue, Params, Row, Text, sealed,
};

type PlaceIds = Vec<PlaceId>;

/// A website, one of its zones, or one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Spot {
    /// A whole website.
    Website(WebsiteId),
    /// A zone (a section).
    Zone(ZoneId),
    /// A place.
    Place(PlaceId),
}

impl From<WebsiteId> for Spot {
    fn from(id: WebsiteId) -> Self {
        Self::Website(id)
    }
}

impl From<ZoneId> for Spot {
    fn from(id: ZoneId) -> Self {
        Self::Zone(id)
    }
}

impl From<PlaceId> for Spot {
    fn from(id: PlaceId) -> Self {
        Self::Place(id)
    }
}

/// Places a campaign on a spot or removes it (`campaign.placing.website`, `zone`, `place`).
///
/// ```
/// use adfox_api::calls::{CampaignId, PlaceCampaign, ZoneId};
///
/// let place = PlaceCampaign::on(CampaignId::new(3001), ZoneId::new(5101));
/// let remove = PlaceCampaign::off(CampaignId::new(3001), ZoneId::new(5101));
/// ```
///
/// [`Code::PlacedUpper`](crate::Code::PlacedUpper) says that the campaign is placed on a spot that
/// contains this one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlaceCampaign {
    /// The campaign.
    #[serde(rename = "objectID")]
    pub campaign: CampaignId,
    /// The website, zone or place.
    pub spot: Spot,
    /// Whether to place the campaign; `false` removes it.
    #[serde(rename = "actionStatus")]
    pub on: bool,
    /// How its banners are rotated there.
    #[serde(rename = "rotationMethodID", default)]
    pub rotation_method: Option<u32>,
    /// The targeting profile for this spot.
    #[serde(rename = "targetingProfileID", default)]
    pub targeting_profile: Option<TargetingProfileId>,
    /// When it begins there.
    #[serde(rename = "dateStart", default)]
    pub date_start: Option<Moment>,
    /// When it ends there.
    #[serde(rename = "dateEnd", default)]
    pub date_end: Option<Moment>,
}

impl PlaceCampaign {
    /// Creates a request that places `campaign` on `spot`.
    #[must_use]
    pub fn on(campaign: CampaignId, spot: impl Into<Spot>) -> Self {
        Self {
            campaign,
            spot: spot.into(),
            on: true,
            rotation_method: None,
            targeting_profile: None,
            date_start: None,
            date_end: None,
        }
    }

    /// Creates a request that removes `campaign` from `spot`.
    #[must_use]
    pub fn off(campaign: CampaignId, spot: impl Into<Spot>) -> Self {
        Self {
            on: false,
            ..Self::on(campaign, spot)
        }
    }

    /// Sets when the campaign begins on this spot.
    #[must_use]
    pub fn date_start(mut self, start: impl Into<Moment>) -> Self {
        self.date_start = Some(start.into());
        self
    }

    /// Sets when the campaign ends on this spot.
    #[must_use]
    pub fn date_end(mut self, end: impl Into<Moment>) -> Self {
        self.date_end = Some(end.into());
        self
    }
}

impl sealed::Sealed for PlaceCampaign {}

impl ApiCall for PlaceCampaign {
    type Output = Changed;

    fn to_call(&self) -> Call {
        let (object, id) = match self.spot {
            Spot::Website(id) => (Object::Website, id.get()),
            Spot::Zone(id) => (Object::Zone, id.get()),
            Spot::Place(id) => (Object::Place, id.get()),
        };
        let mut params = Params::new()
            .with("objectID", self.campaign)
            .with("actionObjectID", id)
            .with("actionStatus", u8::from(self.on));
        self.rotation_method.put("rotationMethodID", &mut params);
        self.targeting_profile
            .put("targetingProfileID", &mut params);
        self.date_start.put("dateStart", &mut params);
        self.date_end.put("dateEnd", &mut params);
        Call::new(Context::Campaign, Action::Placing)
            .object(object)
            .params(params)
    }
}

/// Switches a banner on or off at spots (`banner.modify.placement`).
///
/// ```
/// use adfox_api::calls::{PlaceId, SwitchBanner, ZoneId};
///
/// let switch = SwitchBanner::new(4001.into())
///     .on(PlaceId::new(5201))
///     .off(ZoneId::new(5101));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SwitchBanner {
    /// The banner.
    #[serde(rename = "objectID")]
    pub id: BannerId,
    /// The spots, and whether the banner is switched on there.
    #[serde(default)]
    pub spots: Vec<(Spot, bool)>,
}

impl SwitchBanner {
    /// Creates a request that changes nothing yet.
    #[must_use]
    pub fn new(id: BannerId) -> Self {
        Self {
            id,
            spots: Vec::new(),
        }
    }

    /// Switches the banner on at `spot`.
    #[must_use]
    pub fn on(mut self, spot: impl Into<Spot>) -> Self {
        self.spots.push((spot.into(), true));
        self
    }

    /// Switches the banner off at `spot`.
    #[must_use]
    pub fn off(mut self, spot: impl Into<Spot>) -> Self {
        self.spots.push((spot.into(), false));
        self
    }
}

impl sealed::Sealed for SwitchBanner {}

impl ApiCall for SwitchBanner {
    type Output = Changed;

    fn to_call(&self) -> Call {
        let call = Call::new(Context::Banner, Action::Modify)
            .object(Object::Placement)
            .param("objectID", self.id)
            .param("type", "websites");
        self.spots.iter().fold(call, |call, (spot, on)| {
            let name = match spot {
                Spot::Website(id) => format!("_site{id}"),
                Spot::Zone(id) => format!("_section{id}"),
                Spot::Place(id) => format!("_place{id}"),
            };
            call.param(name, if *on { "on" } else { "off" })
        })
    }
}

request! {
    /// Lists the spots of a banner (`account.list.bannerPlacements`).
    ListBannerPlacements(Account.List.BannerPlacements) -> BannerPlacement {
        required {
            /// The banner.
            banner: BannerId as "bannerID",
        }
    }
}

request! {
    /// Returns the code of a banner on a place (`placement.info`).
    GetPlacement(Placement.Info) -> PlacementCode {
        required {
            /// What to return; `bannerPlace`.
            mode: String as "mode",
            /// The banner.
            banner: BannerId as "bannerID",
            /// The place.
            place: PlaceId as "placeID",
        }
    }
}

impl GetPlacement {
    /// The code of a banner on a place.
    #[must_use]
    pub fn of(banner: BannerId, place: PlaceId) -> Self {
        Self::new("bannerPlace", banner, place)
    }
}

/// The code of a banner on a place.
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
}

impl PlacementCode {
    pub(crate) fn read(members: &Row) -> Self {
        let text = |name| members.text(name).map(str::to_owned);
        Self {
            html: text("HTML"),
            flash_url: text("flashURL"),
            hit_url: text("hitURL"),
            image_url: text("imageURL"),
        }
    }
}

request! {
    /// Sets the banner that a place shows if there is no other (`place.updateDefaultBanner`).
    ///
    /// ```
    /// use adfox_api::calls::{DefaultMode, UpdateDefaultBanner};
    ///
    /// let update = UpdateDefaultBanner::new(5201.into(), DefaultMode::Code)
    ///     .code("<script>\n  show();\n</script>");
    /// ```
    UpdateDefaultBanner(Place.UpdateDefaultBanner) -> Changed {
        required {
            /// The place.
            place: PlaceId as "objectID",
            /// An image, or code.
            mode: DefaultMode as "mode",
        }
        optional {
            /// The image; it needs a link.
            image_url: String as "defaultImageURL",
            /// The URL that a click on the image leads to.
            hit_url: String as "defaultHitURL",
            /// The width of the image in pixels.
            width: u32 as "defaultWidth",
            /// The height of the image in pixels.
            height: u32 as "defaultHeight",
            /// The code; it may contain line breaks.
            code: Text as "defaultCode",
            /// 0 for HTML, 1 for JavaScript.
            code_type: u32 as "defaultCodeType",
        }
    }
}

request! {
    /// Lists the default banners of places (`account.list.defaultBanner`).
    ListDefaultBanners(Account.List.DefaultBanner) -> DefaultBanner {
        optional {
            /// Lists only those of these places.
            places: PlaceIds as "listPlaceIDs",
        }
    }
}

row! {
    /// Whether a banner is on at a place, its zone and its website.
    BannerPlacement {
        /// The website.
        website: WebsiteId as "websiteID",
        /// The name of the website.
        website_name: String as "websiteName",
        /// Whether it is on at the website.
        website_on: bool as "isWebsiteOn",
        /// The zone.
        zone: ZoneId as "sectionID",
        /// The name of the zone.
        zone_name: String as "sectionName",
        /// Whether it is on at the zone.
        zone_on: bool as "isSectionOn",
        /// The place.
        place: PlaceId as "placeID",
        /// The name of the place.
        place_name: String as "placeName",
        /// Whether it is on at the place.
        place_on: bool as "isPlaceOn",
    }
}

row! {
    /// The banner that a place shows if there is no other.
    DefaultBanner {
        /// The place.
        place: PlaceId as "placeID",
        /// The name of the place.
        place_name: String as "placeName",
        /// The website.
        website: WebsiteId as "siteID",
        /// The name of the website.
        website_name: String as "siteName",
        /// The banner type.
        banner_type: BannerTypeId as "bannerTypeID",
        /// The image.
        image_url: String as "defaultImageURL",
        /// The URL that a click on the image leads to.
        hit_url: String as "defaultHitURL",
        /// The code.
        code: String as "defaultCode",
        /// 0 for HTML, 1 for JavaScript.
        code_type: u32 as "defaultCodeType",
    }
}
