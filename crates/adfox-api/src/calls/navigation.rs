use super::enums::string_enum;

string_enum! {
    /// The object that carries out an action: the parameter `object`.
    Context {
        /// The account as a whole; the only place to add, list and delete.
        Account = "account",
        /// One super campaign ("campaign" in the user interface).
        SuperCampaign = "superCampaign",
        /// One campaign ("flight" in the user interface).
        Campaign = "campaign",
        /// One banner.
        Banner = "banner",
        /// One banner type.
        BannerType = "bannerType",
        /// One website.
        Website = "website",
        /// One zone ("section" in the user interface).
        Zone = "zone",
        /// One place.
        Place = "place",
        /// One position.
        Position = "position",
        /// One advertiser.
        Advertiser = "advertiser",
        /// One webmaster.
        Webmaster = "webmaster",
        /// One assistant.
        Assistant = "assistant",
        /// One tracing point.
        TracingPoint = "tracingPoint",
        /// One contract.
        Contract = "contract",
        /// One contractor.
        Contractor = "contractor",
        /// What a banner shows on a place.
        Placement = "placement",
        /// The user criteria and their values.
        UserCriteria = "userCriteria",
    }
}

string_enum! {
    /// The action: the parameter `action`.
    Action {
        /// Adds an object.
        Add = "add",
        /// Lists objects page by page.
        List = "list",
        /// Changes an object.
        Modify = "modify",
        /// Changes parameters of an object.
        Update = "update",
        /// Deletes objects.
        Delete = "delete",
        /// Returns details of an object.
        Info = "info",
        /// Places a campaign on a website, zone or place, or removes it.
        Placing = "placing",
        /// Sets a targeting.
        Target = "target",
        /// Sets a targeting of a campaign on a website.
        TargetWebsite = "targetWebsite",
        /// Sets a targeting of a campaign in a zone.
        TargetZone = "targetZone",
        /// Sets a targeting of a campaign on a place.
        TargetPlace = "targetPlace",
        /// Stores a file.
        Upload = "upload",
        /// Returns reference data.
        Utility = "utility",
        /// Checks the credentials.
        Auth = "auth",
        /// Changes the password of the account.
        ChangePassword = "changePassword",
        /// Changes the additional users of an object.
        AdditionalUsers = "additionalUsers",
        /// Returns the code of a tracing point.
        GetCode = "getCode",
        /// Changes the default banner of a place.
        UpdateDefaultBanner = "updateDefaultBanner",
        /// Lists the active banners of a place.
        ListActiveBanners = "listActiveBanners",
        /// Adds a value of a user criterion.
        AddValue = "addValue",
        /// Changes a value of a user criterion.
        ModifyValue = "modifyValue",
        /// Removes a value of a user criterion.
        RemoveValue = "removeValue",
        /// Lists the values of user criteria.
        ListValues = "listValues",
    }
}

impl Action {
    /// Whether the action changes nothing, so that it may be repeated.
    ///
    /// An unknown action is taken for a change.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(
            self,
            Self::List
                | Self::Info
                | Self::Utility
                | Self::Auth
                | Self::GetCode
                | Self::ListActiveBanners
                | Self::ListValues
        )
    }
}

impl Action {
    /// Whether a success has an element for rows, also when there are none.
    pub(crate) fn returns_rows(&self) -> bool {
        matches!(
            self,
            Self::List | Self::ListActiveBanners | Self::ListValues
        )
    }

    /// Whether a success has the id of a new object.
    pub(crate) fn returns_id(&self) -> bool {
        matches!(self, Self::Add | Self::AddValue)
    }
}

string_enum! {
    /// The kind of object that an action applies to: the parameter `actionObject`.
    Object {
        /// A super campaign ("campaign" in the user interface).
        SuperCampaign = "superCampaign",
        /// A campaign ("flight" in the user interface).
        Campaign = "campaign",
        /// A banner.
        Banner = "banner",
        /// A banner type.
        BannerType = "bannerType",
        /// A template of banners.
        Template = "template",
        /// A website.
        Website = "website",
        /// A zone ("section" in the user interface).
        Zone = "zone",
        /// A place.
        Place = "place",
        /// A position.
        Position = "position",
        /// A category.
        Category = "category",
        /// A user of any kind.
        User = "user",
        /// An advertiser.
        Advertiser = "advertiser",
        /// A webmaster.
        Webmaster = "webmaster",
        /// An assistant.
        Assistant = "assistant",
        /// A targeting profile.
        TargetingProfile = "targetingProfile",
        /// A tracing point.
        TracingPoint = "tracingPoint",
        /// A contract.
        Contract = "contract",
        /// A contractor.
        Contractor = "contractor",
        /// The user criteria.
        UserCriterias = "userCriterias",
        /// The spots of a banner, in lists.
        BannerPlacements = "bannerPlacements",
        /// The default banners of places.
        DefaultBanner = "defaultBanner",
        /// The banners that are active now.
        ActiveBanners = "activeBanners",
        /// The spots of a banner, in changes.
        Placement = "placement",
        /// The spots of a campaign.
        Placement2 = "placement2",
        /// The zipped files of a banner.
        ZipFile = "zipFile",
        /// Targeting by days and hours.
        TargetingTime = "targetingTime",
        /// Targeting by frequency.
        TargetingFrequency = "targetingFrequency",
        /// Targeting by geography.
        TargetingGeobase = "targetingGeobase",
        /// Targeting by user criteria.
        TargetingUser = "targetingUser",
        /// The tree of regions.
        GeobaseTree = "geobaseTree",
    }
}

impl Object {
    /// Whether the id of a row is unique in a list of this object, as far as is known.
    pub(crate) fn has_unique_ids(&self) -> bool {
        !matches!(
            self,
            Self::BannerPlacements
                | Self::DefaultBanner
                | Self::ActiveBanners
                | Self::Placement2
                | Self::Other(_)
        )
    }
}
