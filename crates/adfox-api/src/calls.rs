//! Calls as plain values, and what they bring back.

/// Defines the words of one part of the navigation block, open for words unknown here.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$word_doc])* $word,)*
            /// Any other word, sent as it is.
            Other(String),
        }

        impl $name {
            /// The word on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$word => $text,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($text => Self::$word,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }
    };
}

mod banners;
mod call;
mod campaigns;
mod kinds;
mod method;
mod navigation;
mod params;
mod placing;
mod row;
mod sites;
mod targeting;
mod users;
mod words;

pub use banners::{
    ActiveBanner, AddBanner, Banner, DeleteBanners, ListActiveBanners, ListBanners,
    ListCampaignBanners, ListPlaceBanners, ModifyBanner, UploadZip,
};
pub use call::{Call, CallOutput, Carrier, Counters, Encoding};
pub use campaigns::{
    AddCampaign, AddSuperCampaign, Campaign, DeleteCampaign, DeleteSuperCampaign, ListCampaigns,
    ListSuperCampaigns, ModifyCampaign, ModifySuperCampaign, SuperCampaign, UploadFile, Uploaded,
};
pub use kinds::{
    AddBannerType, AddCategory, AddPosition, BannerType, Category, DeleteBannerTypes,
    DeleteCategory, DeleteTemplates, ListBannerTypeTemplates, ListBannerTypes, ListCategories,
    ListPositions, ListTargetingProfiles, ListTemplate, ModifyBannerType, ModifyCategory,
    ModifyPosition, Position, TargetingProfile, Template, UserParameter,
};
pub(crate) use method::Field;
pub use method::{Added, Done, Method, Moment, Text};
pub use navigation::{Action, Context, Object};
pub(crate) use params::is_secret;
pub use params::{Content, File, Param, Params};
pub use placing::{
    BannerPlacement, DefaultBanner, GetPlacement, ListBannerPlacements, ListDefaultBanners,
    PlaceCampaign, PlacementCode, Spot, SwitchBanner, UpdateDefaultBanner,
};
pub use row::{Row, Value};
pub use sites::{
    AddPlace, AddWebsite, AddZone, DeletePlaces, DeleteWebsites, DeleteZones, ListPlaces,
    ListWebsites, ListZones, ModifyPlace, ModifyWebsite, ModifyZone, Place, Website, Zone,
};
pub use targeting::{
    Access, FrequencyTargeting, GeobaseTargeting, GetTargeting, Target, Targeted, Targeting,
    TargetingKind, TimeTargeting, UserTargeting,
};
pub use users::{
    AddAdvertiser, AddCriteriaValue, Advertiser, Assistant, CriteriaValue, DeleteUser,
    ListAdvertisers, ListAssistants, ListCriteriaValues, ListWebmasters, ModifyCriteriaValue,
    RemoveCriteriaValue, Webmaster,
};
pub use words::{
    AdvertiserId, AssistantId, BannerId, BannerTypeId, CampaignId, CategoryId, CriteriaId,
    CriteriaValueId, DefaultMode, FrequencySpan, PlaceId, PositionId, PresentationType, Show,
    Status, SuperCampaignId, TargetingProfileId, TemplateId, UserId, WebmasterId, WebsiteId,
    ZoneId,
};
