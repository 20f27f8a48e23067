//! The ids of ADFOX objects, one type for each kind of object so that they cannot be mixed up.

use adcore_json::number_id;

use super::param_value::displayed;

/// Defines ids that are numbers and can be sent as parameters.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        $(
            number_id! {
                $(#[$doc])*
                $name
            }
            displayed!($name);
        )*
    };
}

ids! {
    /// Identifies a super campaign ("campaign" in the user interface).
    ///
    /// ```
    /// use adfox_api::calls::SuperCampaignId;
    ///
    /// let id: SuperCampaignId = "2001".parse()?;
    /// assert_eq!(id, SuperCampaignId::new(2001));
    /// assert_eq!(id.get(), 2001);
    /// # Ok::<(), std::num::ParseIntError>(())
    /// ```
    SuperCampaignId,
    /// Identifies a campaign ("flight" in the user interface).
    CampaignId,
    /// Identifies a banner.
    BannerId,
    /// Identifies a banner type.
    BannerTypeId,
    /// Identifies a template of banners.
    TemplateId,
    /// Identifies a website.
    WebsiteId,
    /// Identifies a zone ("section" in the user interface).
    ZoneId,
    /// Identifies a place.
    PlaceId,
    /// Identifies a position.
    PositionId,
    /// Identifies a category.
    CategoryId,
    /// Identifies an advertiser.
    AdvertiserId,
    /// Identifies a webmaster.
    WebmasterId,
    /// Identifies an assistant.
    AssistantId,
    /// Identifies a user of any kind.
    UserId,
    /// Identifies a targeting profile.
    TargetingProfileId,
    /// Identifies a tracing point.
    TracingPointId,
    /// Identifies a contract.
    ContractId,
    /// Identifies a contractor.
    ContractorId,
    /// Identifies a user criterion by its number, 1 to 63.
    CriteriaId,
    /// Identifies a value of a user criterion; 0 is the unknown value.
    CriteriaValueId,
}

impl From<AdvertiserId> for UserId {
    fn from(id: AdvertiserId) -> Self {
        Self::new(id.get())
    }
}

impl From<WebmasterId> for UserId {
    fn from(id: WebmasterId) -> Self {
        Self::new(id.get())
    }
}

impl From<AssistantId> for UserId {
    fn from(id: AssistantId) -> Self {
        Self::new(id.get())
    }
}
