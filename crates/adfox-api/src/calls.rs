//! Requests, outputs, ids and rows: plain values without knowledge of the wire.
//!
//! A request is created by `new` with what it requires; the rest has setters. It goes to the method
//! of [`Client`](crate::Client) with its name, such as `AddZone` to
//! [`add_zone`](crate::Client::add_zone). A parameter that has no setter is added by `with`. A list
//! returns rows, whose members are all optional, because servers leave out what does not apply; members
//! that are unknown here are in `extra`.
//!
//! All of them can be written and read with any serde format, under the vendor's names.
//!
//! ```
//! use adfox_api::calls::{AddCampaign, ApiCall, Status};
//! use adfox_api::{Decimal, date};
//!
//! let add = AddCampaign::new("Autumn")
//!     .advertiser(1001.into())
//!     .cpm(Decimal::new(1250, 2))
//!     .status(Status::Paused)
//!     .date_start(date(2026, 9, 1))
//!     .with("trafficSmooth", 1);
//! let call = add.to_call();
//! assert_eq!(call.name(), "account.add.campaign");
//! assert_eq!(call.params.get("cpm"), Some("12.50"));
//! ```

mod api_call;
mod banners;
mod call;
mod campaign_rows;
mod campaign_spots;
mod campaigns;
mod codes;
mod contracts;
mod copy;
mod default_banners;
mod enums;
mod id;
mod kinds;
mod macros;
mod navigation;
mod param_value;
mod params;
mod placing;
mod row;
mod sites;
pub mod statistics;
mod targeting;
mod tracing;
mod users;

pub(crate) use api_call::sealed;
pub use api_call::{AddOutput, Added, ApiCall, Changed, PartialSuccess};
pub use banners::{
    ActiveBanner, AddBanner, Banner, DeleteBanners, ListActiveBanners, ListBanners,
    ListCampaignBanners, ListPlaceBanners, ModifyBanner, UploadZip,
};
pub use call::{Call, CallOutput, Counters, Encoding, SendAs};
pub use campaign_rows::{Campaign, SuperCampaign};
pub use campaign_spots::{CampaignSpot, CampaignSpots, ListCampaignSpots};
pub use campaigns::{
    AddCampaign, AddSuperCampaign, DeleteCampaign, DeleteSuperCampaign, ListCampaigns,
    ListSuperCampaigns, ModifyCampaign, ModifySuperCampaign, UploadFile, Uploaded,
};
pub use codes::{GetPlacement, PlacementCode, PlacementOf};
pub use contracts::{
    AddContract, AddContractor, Contract, ContractType, Contractor, ContractorRole,
    ContractorRoles, ContractorType, ListContractors, ListContracts, ModifyContract,
    ModifyContractor,
};
pub use default_banners::{DefaultBanner, ListDefaultBanners, UpdateDefaultBanner};
pub use kinds::{
    AddBannerType, AddCategory, AddPosition, BannerType, Category, DeleteBannerTypes,
    DeleteCategory, DeleteTemplates, ListBannerTypeTemplates, ListBannerTypes, ListCategories,
    ListPositions, ListTargetingProfiles, ListTemplate, ModifyBannerType, ModifyCategory,
    ModifyPosition, Position, TargetingProfile, Template, UserParameter,
};

pub(crate) use enums::string_enum;
pub use enums::{DefaultMode, FrequencySpan, PresentationType, RotationMethod, Show, Status};
pub use id::{
    AdvertiserId, AssistantId, BannerId, BannerTypeId, CampaignId, CategoryId, ContractId,
    ContractorId, CriteriaId, CriteriaValueId, PlaceId, PositionId, SuperCampaignId,
    TargetingProfileId, TemplateId, TracingPointId, UserId, WebmasterId, WebsiteId, ZoneId,
};
pub use navigation::{Action, Context, Object};
pub(crate) use param_value::ParamValue;
pub use param_value::{Moment, ParseMomentError, Text};
pub(crate) use params::is_secret;
pub use params::{Content, File, Param, Params};
pub use placing::{BannerPlacement, ListBannerPlacements, PlaceCampaign, Spot, SwitchBanner};
pub use row::{Row, Value};
pub use sites::{
    AddPlace, AddWebsite, AddZone, DeletePlaces, DeleteWebsites, DeleteZones, ListPlaces,
    ListWebsites, ListZones, ModifyPlace, ModifyWebsite, ModifyZone, Place, Website, Zone,
};
pub use targeting::{
    Access, FrequencyTargeting, GeobaseTargeting, GetTargeting, Target, Targeted, Targeting,
    TargetingKind, TimeTargeting, UserTargeting,
};
pub use tracing::{
    AddTracingPoint, GetTracingCodes, ListTracingPoints, ModifyTracingPoint, TracingCode,
    TracingPoint,
};
pub use users::{
    AddAdvertiser, AddCriteriaValue, Advertiser, Assistant, CriteriaValue, DeleteUser,
    ListAdvertisers, ListAssistants, ListCriteriaValues, ListWebmasters, ModifyCriteriaValue,
    RemoveCriteriaValue, Webmaster,
};
