//! Rows of super campaigns and campaigns.

use jiff::civil::DateTime;
use rust_decimal::Decimal;

use super::enums::{RotationMethod, Status};
use super::id::{AdvertiserId, AssistantId, CampaignId, SuperCampaignId, TargetingProfileId};
use super::macros::row;

row! {
    /// A super campaign in a list.
    SuperCampaign {
        [id: SuperCampaignId as "ID"]
        /// Its name.
        name: String as "name",
        /// The user it belongs to.
        advertiser: AdvertiserId as "advertiserID",
        /// The login name of the user it belongs to.
        advertiser_account: String as "advertiserAccount",
        /// The assistant who manages it; 0 for none.
        assistant: AssistantId as "assistantID",
        /// The login name of the assistant.
        assistant_account: String as "assistantAccount",
        /// The ids of further advertisers, separated by commas.
        additional_advertisers: String as "additionalAdvertiserIDs",
        /// The login names of further advertisers.
        additional_advertiser_accounts: String as "additionalAdvertiserAccounts",
        /// The ids of further assistants, separated by commas.
        additional_assistants: String as "additionalAssistantIDs",
        /// The login names of further assistants.
        additional_assistant_accounts: String as "additionalAssistantAccounts",
        /// How targetings are combined.
        logic_type: u32 as "logicType",
        /// Its type.
        kind: u32 as "type",
        /// Its status: active, paused or completed.
        status: Status as "status",
        /// What counts as an impression.
        impressions_method: u32 as "impressionsMethodID",
        /// The maximum number of impressions in total; 0 for no limit.
        max_impressions: u64 as "maxImpressions",
        /// The maximum number of impressions per day; 0 for no limit.
        max_impressions_per_day: u64 as "maxImpressionsPerDay",
        /// The maximum number of impressions per hour; 0 for no limit.
        max_impressions_per_hour: u64 as "maxImpressionsPerHour",
        /// The maximum number of clicks in total; 0 for no limit.
        max_clicks: u64 as "maxClicks",
        /// The maximum number of clicks per day; 0 for no limit.
        max_clicks_per_day: u64 as "maxClicksPerDay",
        /// The maximum number of clicks per hour; 0 for no limit.
        max_clicks_per_hour: u64 as "maxClicksPerHour",
        /// Impressions so far.
        impressions: u64 as "impressionsAll",
        /// Today's impressions.
        impressions_today: u64 as "impressionsToday",
        /// The impressions of this hour.
        impressions_per_hour: u64 as "impressionsPerHour",
        /// Clicks so far.
        clicks: u64 as "clicksAll",
        /// Today's clicks.
        clicks_today: u64 as "clicksToday",
        /// The clicks of this hour.
        clicks_per_hour: u64 as "clicksPerHour",
        /// When it was added, in Moscow time.
        date_added: DateTime as "dateAdded",
        /// When it begins, in Moscow time.
        date_start: DateTime as "dateStart",
        /// When it ends, in Moscow time.
        date_end: DateTime as "dateEnd",
        /// When it was completed, in Moscow time.
        date_finished: DateTime as "dateFinished",
    }
}

row! {
    /// A campaign in a list.
    ///
    /// The members that only old programs are known to read, such as `mainPointID`, are texts.
    Campaign {
        [id: CampaignId as "ID"]
        /// Its name.
        name: String as "name",
        /// The super campaign it belongs to; 0 for none.
        super_campaign: SuperCampaignId as "superCampaignID",
        /// The name of the super campaign.
        super_campaign_name: String as "superCampaignName",
        /// The user it belongs to.
        advertiser: AdvertiserId as "advertiserID",
        /// The login name of the user it belongs to.
        advertiser_account: String as "advertiserAccount",
        /// The assistant who manages it; 0 for none.
        assistant: AssistantId as "assistantID",
        /// The login name of the assistant.
        assistant_account: String as "assistantAccount",
        /// The ids of further advertisers, separated by commas.
        additional_advertisers: String as "additionalAdvertiserIDs",
        /// The login names of further advertisers.
        additional_advertiser_accounts: String as "additionalAdvertiserAccounts",
        /// The ids of further assistants, separated by commas.
        additional_assistants: String as "additionalAssistantIDs",
        /// The login names of further assistants.
        additional_assistant_accounts: String as "additionalAssistantAccounts",
        /// Its type.
        kind: u32 as "type",
        /// Its level.
        level: u32 as "level",
        /// Its priority.
        priority: u32 as "priority",
        /// Its status: active, paused or completed.
        status: Status as "status",
        /// What counts as an impression.
        impressions_method: u32 as "impressionsMethodID",
        /// How its impressions are spread over time.
        impressions_smooth_type: u32 as "impressionsSmoothTypeID",
        /// How its clicks are spread over time.
        clicks_smooth_type: u32 as "clicksSmoothTypeID",
        /// Whether it follows the traffic of the day.
        traffic_smooth: bool as "isTrafficSmooth",
        /// The maximum number of impressions in total; 0 for no limit.
        max_impressions: u64 as "maxImpressions",
        /// The maximum number of impressions per day; 0 for no limit.
        max_impressions_per_day: u64 as "maxImpressionsPerDay",
        /// The maximum number of impressions per hour; 0 for no limit.
        max_impressions_per_hour: u64 as "maxImpressionsPerHour",
        /// The maximum number of clicks in total; 0 for no limit.
        max_clicks: u64 as "maxClicks",
        /// The maximum number of clicks per day; 0 for no limit.
        max_clicks_per_day: u64 as "maxClicksPerDay",
        /// The maximum number of clicks per hour; 0 for no limit.
        max_clicks_per_hour: u64 as "maxClicksPerHour",
        /// Impressions so far.
        impressions: u64 as "impressionsAll",
        /// Today's impressions.
        impressions_today: u64 as "impressionsToday",
        /// The impressions of this hour.
        impressions_per_hour: u64 as "impressionsPerHour",
        /// Clicks so far.
        clicks: u64 as "clicksAll",
        /// Today's clicks.
        clicks_today: u64 as "clicksToday",
        /// The clicks of this hour.
        clicks_per_hour: u64 as "clicksPerHour",
        /// The name of the pricing model, such as CPM.
        pricing_model: String as "pricingModel",
        /// The pricing model.
        pricing_model_id: String as "pricingModelID",
        /// The type of pricing.
        pricing_type: String as "pricingTypeID",
        /// The method of payment.
        payment_method: String as "paymentMethodID",
        /// The price of one item, such as a thousand impressions.
        item_cost: Decimal as "itemCost" with "adcore_json::text::decimal",
        /// The number of items.
        item_quantity: String as "itemQty",
        /// The price of a thousand impressions (CPM).
        cpm: Decimal as "cpm" with "adcore_json::text::decimal",
        /// The price of a click (CPC).
        cpc: Decimal as "cpc" with "adcore_json::text::decimal",
        /// Its share of the traffic, in percent.
        traffic_percents: u32 as "trafficPercents",
        /// How its banners are rotated.
        rotation_method: RotationMethod as "rotationMethodID",
        /// Its targeting profile; 0 for none.
        targeting_profile: TargetingProfileId as "targetingProfileID",
        /// The type of its tracing points.
        tracing_points_type: String as "tracingPointsType",
        /// Its main tracing point.
        main_point: String as "mainPointID",
        /// Its external mark.
        outer_mark: String as "outerMarkID",
        /// The period of its scenario.
        scenario_period: String as "scenarioPeriodID",
        /// Its place in a sequence.
        sequence: String as "sequence",
        /// The sequence of its banners.
        banner_sequence: String as "bannerSequence",
        /// Whether all banners of a page are of this campaign.
        session: bool as "isSession",
        /// When it was added, in Moscow time.
        date_added: DateTime as "dateAdded",
        /// When it begins, in Moscow time.
        date_start: DateTime as "dateStart",
        /// When it ends, in Moscow time.
        date_end: DateTime as "dateEnd",
        /// When it was completed, in Moscow time.
        date_finished: DateTime as "dateFinished",
    }
}
