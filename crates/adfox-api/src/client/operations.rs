//! The typed methods, one per request type.

use std::str::FromStr;

use adcore::{Error, ErrorKind};
use serde::de::DeserializeOwned;

use super::{Client, Pages};
use crate::calls::{
    ActiveBanner, AddAdvertiser, AddBanner, AddBannerType, AddCampaign, AddCategory, AddContract,
    AddContractor, AddCriteriaValue, AddPlace, AddPosition, AddSuperCampaign, AddTracingPoint,
    AddWebsite, AddZone, Added, Advertiser, AdvertiserId, ApiCall, Assistant, Banner, BannerId,
    BannerPlacement, BannerType, BannerTypeId, Campaign, CampaignId, CampaignSpot, Category,
    CategoryId, Changed, Contract, ContractId, Contractor, ContractorId, CriteriaValue,
    CriteriaValueId, DefaultBanner, DeleteBannerTypes, DeleteBanners, DeleteCampaign,
    DeleteCategory, DeletePlaces, DeleteSuperCampaign, DeleteTemplates, DeleteUser, DeleteWebsites,
    DeleteZones, GetPlacement, GetTargeting, GetTracingCodes, ListActiveBanners, ListAdvertisers,
    ListAssistants, ListBannerPlacements, ListBannerTypeTemplates, ListBannerTypes, ListBanners,
    ListCampaignBanners, ListCampaignSpots, ListCampaigns, ListCategories, ListContractors,
    ListContracts, ListCriteriaValues, ListDefaultBanners, ListPlaceBanners, ListPlaces,
    ListPositions, ListSuperCampaigns, ListTargetingProfiles, ListTemplate, ListTracingPoints,
    ListWebmasters, ListWebsites, ListZones, ModifyBanner, ModifyBannerType, ModifyCampaign,
    ModifyCategory, ModifyContract, ModifyContractor, ModifyCriteriaValue, ModifyPlace,
    ModifyPosition, ModifySuperCampaign, ModifyTracingPoint, ModifyWebsite, ModifyZone, Place,
    PlaceCampaign, PlaceId, PlacementCode, Position, PositionId, RemoveCriteriaValue, Row,
    SuperCampaign, SuperCampaignId, SwitchBanner, Target, Targeting, TargetingProfile, Template,
    TracingCode, TracingPoint, TracingPointId, UpdateDefaultBanner, UploadFile, UploadZip,
    Uploaded, Webmaster, Website, WebsiteId, Zone, ZoneId,
};
use crate::wire::Envelope;

macro_rules! adds {
    ($($(#[$doc:meta])* $name:ident($request:ident) -> $id:ident;)*) => {
        impl Client {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// As [`call`](Self::call); if the error says
                /// [`may_have_run`](Error::may_have_run), look the object up before you add it again, or use [`find_or_add`](Self::find_or_add).
                pub async fn $name(&self, request: &$request) -> Result<Added<$id>, Error> {
                    self.added(request).await
                }
            )*
        }
    };
}

adds! {
    /// Adds a super campaign.
    add_super_campaign(AddSuperCampaign) -> SuperCampaignId;
    /// Adds a campaign.
    add_campaign(AddCampaign) -> CampaignId;
    /// Adds a banner.
    add_banner(AddBanner) -> BannerId;
    /// Adds an advertiser.
    add_advertiser(AddAdvertiser) -> AdvertiserId;
    /// Adds a website.
    add_website(AddWebsite) -> WebsiteId;
    /// Adds a zone.
    add_zone(AddZone) -> ZoneId;
    /// Adds a place.
    add_place(AddPlace) -> PlaceId;
    /// Adds a banner type.
    add_banner_type(AddBannerType) -> BannerTypeId;
    /// Adds a position.
    add_position(AddPosition) -> PositionId;
    /// Adds a category.
    add_category(AddCategory) -> CategoryId;
    /// Adds a tracing point.
    add_tracing_point(AddTracingPoint) -> TracingPointId;
    /// Adds a contract.
    add_contract(AddContract) -> ContractId;
    /// Adds a contractor.
    add_contractor(AddContractor) -> ContractorId;
    /// Adds a value to a user criterion.
    add_criteria_value(AddCriteriaValue) -> CriteriaValueId;
}

macro_rules! changes {
    ($($(#[$doc:meta])* $name:ident($request:ident);)*) => {
        impl Client {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// As [`call`](Self::call).
                pub async fn $name(&self, request: &$request) -> Result<Changed, Error> {
                    self.changed(request).await
                }
            )*
        }
    };
}

changes! {
    /// Changes a super campaign.
    modify_super_campaign(ModifySuperCampaign);
    /// Changes a campaign.
    modify_campaign(ModifyCampaign);
    /// Changes a banner.
    modify_banner(ModifyBanner);
    /// Changes a website.
    modify_website(ModifyWebsite);
    /// Changes a zone.
    modify_zone(ModifyZone);
    /// Changes a place.
    modify_place(ModifyPlace);
    /// Changes a banner type.
    modify_banner_type(ModifyBannerType);
    /// Changes a position.
    modify_position(ModifyPosition);
    /// Changes a category.
    modify_category(ModifyCategory);
    /// Changes a tracing point.
    modify_tracing_point(ModifyTracingPoint);
    /// Changes a contract.
    modify_contract(ModifyContract);
    /// Changes a contractor.
    modify_contractor(ModifyContractor);
    /// Changes a value of a user criterion.
    modify_criteria_value(ModifyCriteriaValue);
    /// Deletes a super campaign.
    delete_super_campaign(DeleteSuperCampaign);
    /// Deletes a campaign.
    delete_campaign(DeleteCampaign);
    /// Deletes banners.
    delete_banners(DeleteBanners);
    /// Deletes a user.
    delete_user(DeleteUser);
    /// Deletes a category.
    delete_category(DeleteCategory);
    /// Deletes websites.
    delete_websites(DeleteWebsites);
    /// Deletes zones.
    delete_zones(DeleteZones);
    /// Deletes places.
    delete_places(DeletePlaces);
    /// Deletes banner types.
    delete_banner_types(DeleteBannerTypes);
    /// Deletes templates.
    delete_templates(DeleteTemplates);
    /// Removes a value of a user criterion.
    remove_criteria_value(RemoveCriteriaValue);
    /// Places a campaign on a spot, or removes it.
    place_campaign(PlaceCampaign);
    /// Switches a banner on or off at spots.
    switch_banner(SwitchBanner);
    /// Sets a targeting.
    target(Target);
    /// Sets the default banner of a place.
    update_default_banner(UpdateDefaultBanner);
    /// Uploads the zipped files of a banner.
    upload_zip(UploadZip);
}

macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident($request:ident) -> $row:ident;)*) => {
        impl Client {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $name(&self, request: &$request) -> Pages<$row> {
                    self.paged(request)
                }
            )*
        }
    };
}

lists! {
    /// Lists super campaigns.
    super_campaigns(ListSuperCampaigns) -> SuperCampaign;
    /// Lists campaigns.
    campaigns(ListCampaigns) -> Campaign;
    /// Lists banners.
    banners(ListBanners) -> Banner;
    /// Lists the banners of a campaign.
    campaign_banners(ListCampaignBanners) -> Banner;
    /// Lists the active banners.
    active_banners(ListActiveBanners) -> ActiveBanner;
    /// Lists the active banners of a place.
    place_banners(ListPlaceBanners) -> ActiveBanner;
    /// Lists the spots of a banner.
    banner_placements(ListBannerPlacements) -> BannerPlacement;
    /// Lists the websites, zones or places of a campaign.
    campaign_spots(ListCampaignSpots) -> CampaignSpot;
    /// Lists tracing points.
    tracing_points(ListTracingPoints) -> TracingPoint;
    /// Lists contracts.
    contracts(ListContracts) -> Contract;
    /// Lists contractors.
    contractors(ListContractors) -> Contractor;
    /// Lists the default banners of places.
    default_banners(ListDefaultBanners) -> DefaultBanner;
    /// Lists websites.
    websites(ListWebsites) -> Website;
    /// Lists zones.
    zones(ListZones) -> Zone;
    /// Lists places.
    places(ListPlaces) -> Place;
    /// Lists banner types.
    banner_types(ListBannerTypes) -> BannerType;
    /// Returns one template.
    template(ListTemplate) -> Template;
    /// Lists the templates of a banner type.
    banner_type_templates(ListBannerTypeTemplates) -> Template;
    /// Lists positions.
    positions(ListPositions) -> Position;
    /// Lists categories.
    categories(ListCategories) -> Category;
    /// Lists targeting profiles.
    targeting_profiles(ListTargetingProfiles) -> TargetingProfile;
    /// Lists advertisers.
    advertisers(ListAdvertisers) -> Advertiser;
    /// Lists webmasters.
    webmasters(ListWebmasters) -> Webmaster;
    /// Lists assistants.
    assistants(ListAssistants) -> Assistant;
    /// Lists the values of user criteria.
    criteria_values(ListCriteriaValues) -> CriteriaValue;
}

impl Client {
    /// Stores a file for the banners of a campaign and returns its URL.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn upload_file(&self, request: &UploadFile) -> Result<Uploaded, Error> {
        let envelope: Envelope<Row> = self.exchange(&request.to_call()).await?;
        let value = envelope.members.text("value").map(str::to_owned);
        let value = value.ok_or_else(|| missing(request, "result.value"))?;
        Ok(Uploaded::new(value, envelope.partial))
    }

    /// Returns the codes of a tracing point.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn tracing_codes(
        &self,
        request: &GetTracingCodes,
    ) -> Result<Vec<TracingCode>, Error> {
        let envelope: Envelope<Row> = self.exchange(&request.to_call()).await?;
        Ok(TracingCode::read(&envelope.members))
    }

    /// Returns a code for pages.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn placement(&self, request: &GetPlacement) -> Result<PlacementCode, Error> {
        let envelope: Envelope<Row> = self.exchange(&request.to_call()).await?;
        Ok(PlacementCode::read(&envelope.members))
    }

    /// Returns one targeting of a campaign; `None` if the campaign does not exist.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn targeting(&self, request: &GetTargeting) -> Result<Option<Targeting>, Error> {
        let envelope: Envelope<Row> = self.exchange(&request.to_call()).await?;
        let rows = envelope.rows.unwrap_or_default();
        Ok(rows.first().map(|keyed| request.read(&keyed.row)))
    }

    async fn added<M, I>(&self, request: &M) -> Result<Added<I>, Error>
    where
        M: ApiCall<Output = Added<I>> + Sync,
        I: FromStr,
    {
        let envelope: Envelope<Row> = self.exchange(&request.to_call()).await?;
        let id = envelope.id.as_deref().and_then(|id| id.parse().ok());
        let id = id.ok_or_else(|| missing(request, "status.ID"))?;
        Ok(Added::new(id, envelope.partial))
    }

    async fn changed<M: ApiCall<Output = Changed> + Sync>(
        &self,
        request: &M,
    ) -> Result<Changed, Error> {
        let envelope: Envelope<Row> = self.exchange(&request.to_call()).await?;
        Ok(Changed::new(envelope.partial))
    }

    fn paged<M>(&self, request: &M) -> Pages<M::Output>
    where
        M: ApiCall,
        M::Output: DeserializeOwned + Send,
    {
        self.pages(&request.to_call())
    }
}

/// The error of a successful response that lacks what the method returns.
fn missing(request: &impl ApiCall, path: &str) -> Error {
    Error::new(ErrorKind::Decode, format!("{path} is missing"))
        .with_operation(super::VENDOR, request.to_call().name())
        .with_attempts(1)
}
