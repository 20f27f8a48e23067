//! Placements: campaigns and banners on websites, zones and places.

use serde::{Deserialize, Serialize};

use super::enums::RotationMethod;
use super::id::{BannerId, CampaignId, PlaceId, TargetingProfileId, WebsiteId, ZoneId};
use super::macros::{request, row};
use super::{Action, ApiCall, Call, Changed, Context, Moment, Object, ParamValue, Params, sealed};

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
/// use adfox_api::calls::{CampaignId, PlaceCampaign, RotationMethod, ZoneId};
///
/// let place = PlaceCampaign::on(CampaignId::new(3001), ZoneId::new(5101))
///     .rotation_method(RotationMethod::Inherited)
///     .max_impressions_per_day(10_000);
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
    /// How its banners are rotated there; the vendor's default is that of the level above.
    #[serde(rename = "rotationMethodID", default)]
    pub rotation_method: Option<RotationMethod>,
    /// The maximum number of impressions there.
    #[serde(rename = "maxImpressions", default)]
    pub max_impressions: Option<u64>,
    /// The maximum number of impressions there per day.
    #[serde(rename = "maxImpressionsPerDay", default)]
    pub max_impressions_per_day: Option<u64>,
    /// The maximum number of impressions there per hour.
    #[serde(rename = "maxImpressionsPerHour", default)]
    pub max_impressions_per_hour: Option<u64>,
    /// The maximum number of clicks there.
    #[serde(rename = "maxClicks", default)]
    pub max_clicks: Option<u64>,
    /// The maximum number of clicks there per day.
    #[serde(rename = "maxClicksPerDay", default)]
    pub max_clicks_per_day: Option<u64>,
    /// The maximum number of clicks there per hour.
    #[serde(rename = "maxClicksPerHour", default)]
    pub max_clicks_per_hour: Option<u64>,
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
            max_impressions: None,
            max_impressions_per_day: None,
            max_impressions_per_hour: None,
            max_clicks: None,
            max_clicks_per_day: None,
            max_clicks_per_hour: None,
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
}

/// Defines the setters of [`PlaceCampaign`].
macro_rules! setters {
    ($($(#[$doc:meta])* $field:ident: $argument:ty,)*) => {
        impl PlaceCampaign {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $field(mut self, $field: $argument) -> Self {
                    self.$field = Some($field.into());
                    self
                }
            )*
        }
    };
}

setters! {
    /// How its banners are rotated there; the vendor's default is that of the level above.
    rotation_method: RotationMethod,
    /// The maximum number of impressions there.
    max_impressions: u64,
    /// The maximum number of impressions there per day.
    max_impressions_per_day: u64,
    /// The maximum number of impressions there per hour.
    max_impressions_per_hour: u64,
    /// The maximum number of clicks there.
    max_clicks: u64,
    /// The maximum number of clicks there per day.
    max_clicks_per_day: u64,
    /// The maximum number of clicks there per hour.
    max_clicks_per_hour: u64,
    /// The targeting profile for this spot.
    targeting_profile: TargetingProfileId,
    /// When it begins there.
    date_start: impl Into<Moment>,
    /// When it ends there.
    date_end: impl Into<Moment>,
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
        self.max_impressions.put("maxImpressions", &mut params);
        self.max_impressions_per_day
            .put("maxImpressionsPerDay", &mut params);
        self.max_impressions_per_hour
            .put("maxImpressionsPerHour", &mut params);
        self.max_clicks.put("maxClicks", &mut params);
        self.max_clicks_per_day.put("maxClicksPerDay", &mut params);
        self.max_clicks_per_hour
            .put("maxClicksPerHour", &mut params);
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
