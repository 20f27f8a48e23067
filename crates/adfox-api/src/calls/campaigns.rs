//! Super campaigns ("campaigns" of the user interface) and campaigns ("flights").

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::PartialSuccess;
use super::enums::{RotationMethod, Show, Status};
use super::id::{AdvertiserId, AssistantId, CampaignId, SuperCampaignId, TargetingProfileId};
use super::macros::request;
use super::{Added, Campaign, Changed, File, Moment, SuperCampaign};

request! {
    /// Adds a super campaign (`account.add.superCampaign`).
    ///
    /// ```
    /// use adfox_api::calls::AddSuperCampaign;
    ///
    /// let add = AddSuperCampaign::new("Autumn", 18.into()).max_clicks(1000);
    /// ```
    AddSuperCampaign(Account.Add.SuperCampaign) -> Added<SuperCampaignId> {
        required {
            /// Its name.
            name: String as "name",
            /// The user it belongs to.
            advertiser: AdvertiserId as "advertiserID",
        }
        optional {
            /// The assistant who manages it.
            assistant: AssistantId as "assistantID",
            /// Its status: active, paused or completed.
            status: Status as "status",
            /// The maximum number of impressions in total.
            max_impressions: u64 as "maxImpressions",
            /// The maximum number of impressions per day.
            max_impressions_per_day: u64 as "maxImpressionsPerDay",
            /// The maximum number of clicks in total.
            max_clicks: u64 as "maxClicks",
            /// The maximum number of clicks per day.
            max_clicks_per_day: u64 as "maxClicksPerDay",
            /// When it begins.
            date_start: Moment as "dateStart",
            /// When it ends.
            date_end: Moment as "dateEnd",
        }
    }
}

request! {
    /// Changes a super campaign (`superCampaign.modify`); fields that are not set stay unchanged.
    ModifySuperCampaign(SuperCampaign.Modify) -> Changed {
        required {
            /// The object's id.
            id: SuperCampaignId as "objectID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// The assistant who manages it.
            assistant: AssistantId as "assistantID",
            /// Its status: active, paused or completed.
            status: Status as "status",
            /// The maximum number of impressions in total.
            max_impressions: u64 as "maxImpressions",
            /// The maximum number of clicks in total.
            max_clicks: u64 as "maxClicks",
            /// When it begins.
            date_start: Moment as "dateStart",
            /// When it ends.
            date_end: Moment as "dateEnd",
        }
    }
}

request! {
    /// Adds a campaign (`account.add.campaign`).
    ///
    /// It needs an advertiser, or a super campaign to inherit it from.
    AddCampaign(Account.Add.Campaign) -> Added<CampaignId> {
        required {
            /// Its name.
            name: String as "name",
        }
        needs "advertiserID|superCampaignID"
        optional {
            /// The user it belongs to.
            advertiser: AdvertiserId as "advertiserID",
            /// The super campaign it belongs to.
            super_campaign: SuperCampaignId as "superCampaignID",
            /// Its level; lower levels are shown first.
            level: u32 as "level",
            /// Its priority, 1 to 1000.
            priority: u32 as "priority",
            /// Its status: active, paused or completed.
            status: Status as "status",
            /// The price of a thousand impressions (CPM).
            cpm: Decimal as "cpm" with "adcore_json::text::decimal",
            /// The price of a click (CPC).
            cpc: Decimal as "cpc" with "adcore_json::text::decimal",
            /// Its share of the traffic, in percent.
            traffic_percents: u32 as "trafficPercents",
            /// How its banners are rotated.
            rotation_method: RotationMethod as "rotationMethodID",
            /// Its targeting profile.
            targeting_profile: TargetingProfileId as "targetingProfileID",
            /// The maximum number of impressions in total.
            max_impressions: u64 as "maxImpressions",
            /// The maximum number of impressions per day.
            max_impressions_per_day: u64 as "maxImpressionsPerDay",
            /// The maximum number of impressions per hour.
            max_impressions_per_hour: u64 as "maxImpressionsPerHour",
            /// The maximum number of clicks in total.
            max_clicks: u64 as "maxClicks",
            /// The maximum number of clicks per day.
            max_clicks_per_day: u64 as "maxClicksPerDay",
            /// The maximum number of clicks per hour.
            max_clicks_per_hour: u64 as "maxClicksPerHour",
            /// When it begins.
            date_start: Moment as "dateStart",
            /// When it ends.
            date_end: Moment as "dateEnd",
        }
    }
}

request! {
    /// Changes a campaign (`campaign.modify`); fields that are not set stay unchanged.
    ///
    /// ```
    /// use adfox_api::calls::{ModifyCampaign, Status};
    ///
    /// let pause = ModifyCampaign::new(3001.into()).status(Status::Paused);
    /// ```
    ModifyCampaign(Campaign.Modify) -> Changed {
        required {
            /// The object's id.
            id: CampaignId as "objectID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// The super campaign it belongs to.
            super_campaign: SuperCampaignId as "superCampaignID",
            /// Its level.
            level: u32 as "level",
            /// Its priority, 1 to 1000.
            priority: u32 as "priority",
            /// Its status: active, paused or completed.
            status: Status as "status",
            /// The price of a thousand impressions (CPM).
            cpm: Decimal as "cpm" with "adcore_json::text::decimal",
            /// The price of a click (CPC).
            cpc: Decimal as "cpc" with "adcore_json::text::decimal",
            /// Its share of the traffic, in percent.
            traffic_percents: u32 as "trafficPercents",
            /// The maximum number of impressions in total.
            max_impressions: u64 as "maxImpressions",
            /// The maximum number of clicks in total.
            max_clicks: u64 as "maxClicks",
            /// When it begins.
            date_start: Moment as "dateStart",
            /// When it ends.
            date_end: Moment as "dateEnd",
        }
    }
}

request! {
    /// Lists super campaigns (`account.list.superCampaign`).
    ListSuperCampaigns(Account.List.SuperCampaign) -> SuperCampaign {
        optional {
            /// Lists only the object with this id.
            id: SuperCampaignId as "actionObjectID",
            /// Lists only objects added on this day or later.
            added_from: Date as "dateAddedFrom",
            /// Lists only objects added on this day or earlier.
            added_to: Date as "dateAddedTo",
            /// Which members the rows have; `Common` and `Short` leave most of them out.
            show: Show as "show",
            /// Lists only objects whose name contains this text; some servers ignore it.
            search: String as "search",
        }
    }
}

request! {
    /// Lists campaigns (`account.list.campaign`).
    ///
    /// ```
    /// use adfox_api::calls::{ListCampaigns, Show};
    ///
    /// let list = ListCampaigns::new().super_campaign(2001.into()).show(Show::Short);
    /// ```
    ListCampaigns(Account.List.Campaign) -> Campaign {
        optional {
            /// Lists only the object with this id.
            id: CampaignId as "actionObjectID",
            /// Lists only those of this super campaign.
            super_campaign: SuperCampaignId as "superCampaignID",
            /// Lists only objects added on this day or later.
            added_from: Date as "dateAddedFrom",
            /// Lists only objects added on this day or earlier.
            added_to: Date as "dateAddedTo",
            /// Which members the rows have; `Common` and `Short` leave most of them out.
            show: Show as "show",
            /// Lists only objects whose name contains this text; some servers ignore it.
            search: String as "search",
        }
    }
}

request! {
    /// Deletes a super campaign (`account.delete.superCampaign`).
    DeleteSuperCampaign(Account.Delete.SuperCampaign) -> Changed {
        required {
            /// The object's id.
            id: SuperCampaignId as "actionObjectID",
        }
    }
}

request! {
    /// Deletes a campaign with its banners (`account.delete.campaign`).
    DeleteCampaign(Account.Delete.Campaign) -> Changed {
        required {
            /// The object's id.
            id: CampaignId as "actionObjectID",
        }
    }
}

request! {
    /// Stores a file for the banners of a campaign (`campaign.upload`).
    ///
    /// ```
    /// use adfox_api::calls::{File, UploadFile};
    ///
    /// let image = File::new("autumn.png", "…").content_type("image/png");
    /// let upload = UploadFile::new(3001.into(), image);
    /// ```
    UploadFile(Campaign.Upload) -> Uploaded {
        required {
            /// The campaign.
            id: CampaignId as "objectID",
            /// The file.
            file: File as "file",
        }
    }
}

/// A file was stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Uploaded {
    /// The URL of the stored file, for the fields of a banner.
    pub value: String,
    /// What was not carried out, in the vendor's words.
    #[serde(rename = "message")]
    pub partial: Option<PartialSuccess>,
}

impl Uploaded {
    pub(crate) fn new(value: String, partial: Option<PartialSuccess>) -> Self {
        Self { value, partial }
    }
}
