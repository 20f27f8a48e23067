//! Super campaigns ("campaigns" of the user interface) and campaigns ("flights").

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::PartialSuccess;
use super::enums::{Show, Status};
use super::id::{AdvertiserId, AssistantId, CampaignId, SuperCampaignId, TargetingProfileId};
use super::macros::{request, row};
use super::{Added, Changed, File, Moment};

request! {
    /// Adds a super campaign (`account.add.superCampaign`).
    AddSuperCampaign(Account.Add.SuperCampaign) -> Added<SuperCampaignId> {
        required {
            /// Its name.
            name: String as "name",
            /// Whose it is.
            advertiser: AdvertiserId as "advertiserID",
        }
        optional {
            /// Who looks after it.
            assistant: AssistantId as "assistantID",
            /// Whether it runs.
            status: Status as "status",
            /// Impressions in all at most.
            max_impressions: u64 as "maxImpressions",
            /// Impressions of a day at most.
            max_impressions_per_day: u64 as "maxImpressionsPerDay",
            /// Clicks in all at most.
            max_clicks: u64 as "maxClicks",
            /// Clicks of a day at most.
            max_clicks_per_day: u64 as "maxClicksPerDay",
            /// When it begins.
            date_start: Moment as "dateStart",
            /// When it ends.
            date_end: Moment as "dateEnd",
        }
    }
}

request! {
    /// Changes a super campaign (`superCampaign.modify`); what is not given stays.
    ModifySuperCampaign(SuperCampaign.Modify) -> Changed {
        required {
            /// Which one.
            id: SuperCampaignId as "objectID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// Who looks after it.
            assistant: AssistantId as "assistantID",
            /// Whether it runs.
            status: Status as "status",
            /// Impressions in all at most.
            max_impressions: u64 as "maxImpressions",
            /// Clicks in all at most.
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
            /// Whose it is.
            advertiser: AdvertiserId as "advertiserID",
            /// The super campaign it belongs to.
            super_campaign: SuperCampaignId as "superCampaignID",
            /// Its level, a lower one shows first.
            level: u32 as "level",
            /// Its priority, 1 to 1000.
            priority: u32 as "priority",
            /// Whether it runs.
            status: Status as "status",
            /// The price of a thousand impressions.
            cpm: Decimal as "cpm" with "adcore_json::text::decimal",
            /// The price of a click.
            cpc: Decimal as "cpc" with "adcore_json::text::decimal",
            /// Its part of the traffic, in percent.
            traffic_percents: u32 as "trafficPercents",
            /// How its banners take turns.
            rotation_method: u32 as "rotationMethodID",
            /// A profile of targeting.
            targeting_profile: TargetingProfileId as "targetingProfileID",
            /// Impressions in all at most.
            max_impressions: u64 as "maxImpressions",
            /// Impressions of a day at most.
            max_impressions_per_day: u64 as "maxImpressionsPerDay",
            /// Impressions of an hour at most.
            max_impressions_per_hour: u64 as "maxImpressionsPerHour",
            /// Clicks in all at most.
            max_clicks: u64 as "maxClicks",
            /// Clicks of a day at most.
            max_clicks_per_day: u64 as "maxClicksPerDay",
            /// Clicks of an hour at most.
            max_clicks_per_hour: u64 as "maxClicksPerHour",
            /// When it begins.
            date_start: Moment as "dateStart",
            /// When it ends.
            date_end: Moment as "dateEnd",
        }
    }
}

request! {
    /// Changes a campaign (`campaign.modify`); what is not given stays.
    ModifyCampaign(Campaign.Modify) -> Changed {
        required {
            /// Which one.
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
            /// Whether it runs.
            status: Status as "status",
            /// The price of a thousand impressions.
            cpm: Decimal as "cpm" with "adcore_json::text::decimal",
            /// The price of a click.
            cpc: Decimal as "cpc" with "adcore_json::text::decimal",
            /// Its part of the traffic, in percent.
            traffic_percents: u32 as "trafficPercents",
            /// Impressions in all at most.
            max_impressions: u64 as "maxImpressions",
            /// Clicks in all at most.
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
            /// Only this one.
            id: SuperCampaignId as "actionObjectID",
            /// Added on this day or later.
            added_from: Date as "dateAddedFrom",
            /// Added on this day or earlier.
            added_to: Date as "dateAddedTo",
            /// How much of the rows is shown; `Common` and `Short` leave most members out.
            show: Show as "show",
            /// A part of the name; some servers ignore it.
            search: String as "search",
        }
    }
}

request! {
    /// Lists campaigns (`account.list.campaign`).
    ListCampaigns(Account.List.Campaign) -> Campaign {
        optional {
            /// Only this one.
            id: CampaignId as "actionObjectID",
            /// Only those of this super campaign.
            super_campaign: SuperCampaignId as "superCampaignID",
            /// Added on this day or later.
            added_from: Date as "dateAddedFrom",
            /// Added on this day or earlier.
            added_to: Date as "dateAddedTo",
            /// How much of the rows is shown; `Common` and `Short` leave most members out.
            show: Show as "show",
            /// A part of the name; some servers ignore it.
            search: String as "search",
        }
    }
}

request! {
    /// Deletes a super campaign (`account.delete.superCampaign`).
    DeleteSuperCampaign(Account.Delete.SuperCampaign) -> Changed {
        required {
            /// Which one.
            id: SuperCampaignId as "actionObjectID",
        }
    }
}

request! {
    /// Deletes a campaign with its banners (`account.delete.campaign`).
    DeleteCampaign(Account.Delete.Campaign) -> Changed {
        required {
            /// Which one.
            id: CampaignId as "actionObjectID",
        }
    }
}

request! {
    /// Stores a file for the banners of a campaign (`campaign.upload`).
    UploadFile(Campaign.Upload) -> Uploaded {
        required {
            /// For which campaign.
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
    /// Where the file is now, for the fields of a banner.
    pub value: String,
    /// What was not carried out.
    #[serde(rename = "message")]
    pub partial: Option<PartialSuccess>,
}

impl Uploaded {
    pub(crate) fn new(value: String, partial: Option<PartialSuccess>) -> Self {
        Self { value, partial }
    }
}

row! {
    /// A super campaign in a list.
    SuperCampaign {
        [id: SuperCampaignId as "ID"]
        /// Its name.
        name: String as "name",
        /// Whose it is.
        advertiser: AdvertiserId as "advertiserID",
        /// The account of whose it is.
        advertiser_account: String as "advertiserAccount",
        /// Who looks after it; 0 for nobody.
        assistant: AssistantId as "assistantID",
        /// Whether it runs.
        status: Status as "status",
        /// Impressions so far.
        impressions: u64 as "impressions",
        /// Impressions of today.
        impressions_today: u64 as "impressionsToday",
        /// Clicks so far.
        clicks: u64 as "clicks",
        /// Clicks of today.
        clicks_today: u64 as "clicksToday",
        /// Impressions in all at most; 0 for no limit.
        max_impressions: u64 as "maxImpressions",
        /// Clicks in all at most; 0 for no limit.
        max_clicks: u64 as "maxClicks",
        /// When it was added, Moscow time.
        date_added: DateTime as "dateAdded",
        /// When it begins, Moscow time.
        date_start: DateTime as "dateStart",
        /// When it ends, Moscow time.
        date_end: DateTime as "dateEnd",
        /// When it was over, Moscow time.
        date_finished: DateTime as "dateFinished",
    }
}

row! {
    /// A campaign in a list.
    Campaign {
        [id: CampaignId as "ID"]
        /// Its name.
        name: String as "name",
        /// The super campaign it belongs to; 0 for none.
        super_campaign: SuperCampaignId as "superCampaignID",
        /// The name of the super campaign.
        super_campaign_name: String as "superCampaignName",
        /// Whose it is.
        advertiser: AdvertiserId as "advertiserID",
        /// The account of whose it is.
        advertiser_account: String as "advertiserAccount",
        /// Its level.
        level: u32 as "level",
        /// Its priority.
        priority: u32 as "priority",
        /// Whether it runs.
        status: Status as "status",
        /// The price of a thousand impressions.
        cpm: Decimal as "cpm" with "adcore_json::text::decimal",
        /// The price of a click.
        cpc: Decimal as "cpc" with "adcore_json::text::decimal",
        /// Its part of the traffic, in percent.
        traffic_percents: u32 as "trafficPercents",
        /// How its banners take turns.
        rotation_method: u32 as "rotationMethodID",
        /// A profile of targeting; 0 for none.
        targeting_profile: TargetingProfileId as "targetingProfileID",
        /// Impressions so far.
        impressions: u64 as "impressions",
        /// Impressions of today.
        impressions_today: u64 as "impressionsToday",
        /// Clicks so far.
        clicks: u64 as "clicks",
        /// Clicks of today.
        clicks_today: u64 as "clicksToday",
        /// Impressions in all at most; 0 for no limit.
        max_impressions: u64 as "maxImpressions",
        /// Impressions of a day at most; 0 for no limit.
        max_impressions_per_day: u64 as "maxImpressionsPerDay",
        /// Clicks in all at most; 0 for no limit.
        max_clicks: u64 as "maxClicks",
        /// Clicks of a day at most; 0 for no limit.
        max_clicks_per_day: u64 as "maxClicksPerDay",
        /// When it was added, Moscow time.
        date_added: DateTime as "dateAdded",
        /// When it begins, Moscow time.
        date_start: DateTime as "dateStart",
        /// When it ends, Moscow time.
        date_end: DateTime as "dateEnd",
        /// When it was over, Moscow time.
        date_finished: DateTime as "dateFinished",
    }
}
