//! Banners, their files, and the banners that are active now.

use jiff::civil::{Date, DateTime};

use super::enums::{Show, Status};
use super::id::{
    BannerId, BannerTypeId, CampaignId, PlaceId, TargetingProfileId, TemplateId, WebsiteId, ZoneId,
};
use super::macros::{request, row};
use super::{Added, Changed, File, Moment};

type CampaignIds = Vec<CampaignId>;
type BannerIds = Vec<BannerId>;

request! {
    /// Adds a banner (`account.add.banner`).
    ///
    /// ```
    /// use adfox_api::calls::AddBanner;
    ///
    /// let add = AddBanner::new(3001.into(), 201.into())
    ///     .name("Autumn 240x400")
    ///     .image_url("https://content.example/autumn.png")
    ///     .hit_url("https://shop.example/")
    ///     .user(1, "<b>first\nsecond</b>");
    /// ```
    AddBanner(Account.Add.Banner) -> Added<BannerId> {
        required {
            /// The campaign it belongs to.
            campaign: CampaignId as "campaignID",
            /// Its template.
            template: TemplateId as "templateID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// Its priority, 1 to 1000.
            priority: u32 as "priority",
            /// Its status: active, paused or completed.
            status: Status as "status",
            /// Its width, in pixels or percent.
            width: String as "width",
            /// Its height, in pixels or percent.
            height: String as "height",
            /// The image.
            image_url: String as "imageURL",
            /// The URL that a click leads to.
            hit_url: String as "hitURL",
            /// The window that a click opens, such as `_blank`.
            target: String as "target",
            /// The alternative text of the image.
            alt: String as "alt",
            /// The URL of a third-party counter.
            tracking_url: String as "trackingURL",
            /// A note.
            reference: String as "reference",
            /// Its targeting profile.
            targeting_profile: TargetingProfileId as "targetingProfileID",
            /// When it begins.
            date_start: Moment as "dateStart",
            /// When it ends.
            date_end: Moment as "dateEnd",
        }
    }
}

request! {
    /// Changes a banner (`banner.modify.banner`); fields that are not set stay unchanged.
    ModifyBanner(Banner.Modify.Banner) -> Changed {
        required {
            /// The object's id.
            id: BannerId as "objectID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// Its priority, 1 to 1000.
            priority: u32 as "priority",
            /// Its status: active, paused or completed.
            status: Status as "status",
            /// Its width, in pixels or percent.
            width: String as "width",
            /// Its height, in pixels or percent.
            height: String as "height",
            /// The image.
            image_url: String as "imageURL",
            /// The URL that a click leads to.
            hit_url: String as "hitURL",
            /// The window that a click opens, such as `_blank`.
            target: String as "target",
            /// The alternative text of the image.
            alt: String as "alt",
            /// The URL of a third-party counter.
            tracking_url: String as "trackingURL",
            /// When it begins.
            date_start: Moment as "dateStart",
            /// When it ends.
            date_end: Moment as "dateEnd",
        }
    }
}

/// Adds setters for the numbered parameters of a template.
macro_rules! numbered {
    ($($name:ident)*) => {
        $(impl $name {
            /// Sets `userN`, a parameter of the template; the text may contain line breaks.
            #[must_use]
            pub fn user(mut self, number: u32, text: impl Into<String>) -> Self {
                self.more = self.more.multiline(format!("user{number}"), text);
                self
            }

            /// Sets `eventN`, the URL that is called at an event.
            #[must_use]
            pub fn event(self, number: u32, url: impl std::fmt::Display) -> Self {
                self.with(format!("event{number}"), url)
            }
        })*
    };
}

numbered!(AddBanner ModifyBanner);

request! {
    /// Uploads the zipped files of an HTML5 banner (`banner.modify.zipFile`).
    UploadZip(Banner.Modify.ZipFile) -> Changed {
        required {
            /// The banner.
            id: BannerId as "objectID",
            /// The archive.
            file: File as "zipFile",
        }
    }
}

request! {
    /// Lists banners (`account.list.banner`).
    ///
    /// ```
    /// use adfox_api::calls::ListBanners;
    ///
    /// let list = ListBanners::new().campaigns(vec![3001.into(), 3002.into()]);
    /// ```
    ListBanners(Account.List.Banner) -> Banner {
        optional {
            /// Lists only the object with this id.
            id: BannerId as "actionObjectID",
            /// Lists only those of these campaigns; a long list is sent by POST.
            campaigns: CampaignIds as "listCampaignIDs",
            /// Which members the rows have; `Common` and `Short` leave most of them out.
            show: Show as "show",
            /// Lists only objects whose name contains this text; some servers ignore it.
            search: String as "search",
        }
    }
}

request! {
    /// Lists the banners of one campaign (`campaign.list.banner`).
    ListCampaignBanners(Campaign.List.Banner) -> Banner {
        required {
            /// The campaign.
            campaign: CampaignId as "objectID",
        }
        optional {
            /// Which members the rows have.
            show: Show as "show",
        }
    }
}

request! {
    /// Deletes banners of one campaign (`account.delete.banner`).
    ///
    /// ```
    /// use adfox_api::calls::DeleteBanners;
    ///
    /// let delete = DeleteBanners::new(3001.into(), vec![4001.into()]);
    /// ```
    DeleteBanners(Account.Delete.Banner) -> Changed {
        required {
            /// The campaign.
            campaign: CampaignId as "campaignID",
            /// The ids of the objects.
            ids: BannerIds as "listIDs",
        }
    }
}

request! {
    /// Lists the active banners (`account.list.activeBanners`).
    ListActiveBanners(Account.List.ActiveBanners) -> ActiveBanner {
        optional {
            /// The day; today if not set.
            date: Date as "date",
        }
    }
}

request! {
    /// Lists the active banners of a place (`place.listActiveBanners`).
    ListPlaceBanners(Place.ListActiveBanners) -> ActiveBanner {
        required {
            /// The place.
            place: PlaceId as "objectID",
        }
    }
}

row! {
    /// A banner in a list.
    ///
    /// `extra` has the parameters of the template: `parameter1`, `parameter1Name` and so on.
    Banner {
        [id: BannerId as "ID"]
        /// Its name.
        name: String as "name",
        /// The campaign it belongs to.
        campaign: CampaignId as "campaignID",
        /// The name of the campaign.
        campaign_name: String as "campaignName",
        /// When the campaign begins, in Moscow time.
        campaign_date_start: DateTime as "campaignDateStart",
        /// When the campaign ends, in Moscow time.
        campaign_date_end: DateTime as "campaignDateEnd",
        /// Its banner type.
        banner_type: BannerTypeId as "bannerTypeID",
        /// The name of the banner type.
        banner_type_name: String as "bannerTypeName",
        /// Its status: active, paused or completed.
        status: Status as "status",
        /// Whether it is not placed.
        unplaced: bool as "isUnplaced",
        /// Its priority.
        priority: u32 as "priority",
        /// Impressions so far.
        impressions: u64 as "impressions",
        /// Today's impressions.
        impressions_today: u64 as "impressionsToday",
        /// The impressions of this hour.
        impressions_hour: u64 as "impressionsHour",
        /// Clicks so far.
        clicks: u64 as "clicks",
        /// Today's clicks.
        clicks_today: u64 as "clicksToday",
        /// The clicks of this hour.
        clicks_hour: u64 as "clicksHour",
        /// Its targeting profile; 0 for none.
        targeting_profile: TargetingProfileId as "targetingProfileID",
        /// The name of the targeting profile.
        targeting_profile_name: String as "targetingProfileName",
        /// Whether its events are counted.
        events: bool as "isEvents",
        /// Its template.
        template: TemplateId as "templateID",
        /// The name of the template.
        template_name: String as "templateName",
        /// The image.
        image_url: String as "imageURL",
        /// The URL that a click leads to.
        hit_url: String as "hitURL",
        /// The code that it shows.
        impression_code: String as "impressionCode",
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
        /// When it begins, in Moscow time.
        date_start: DateTime as "dateStart",
        /// When it ends, in Moscow time.
        date_end: DateTime as "dateEnd",
        /// When it was added, in Moscow time.
        date_added: DateTime as "dateAdded",
        /// Its width, in pixels or percent.
        width: String as "width",
        /// Its height, in pixels or percent.
        height: String as "height",
        /// The window that a click opens.
        target: String as "target",
        /// The alternative text of the image.
        alt: String as "alt",
        /// The URL of a third-party counter.
        tracking_url: String as "trackingURL",
    }
}

row! {
    /// An active banner.
    ActiveBanner {
        /// The banner.
        banner: BannerId as "bannerID",
        /// The name of the banner.
        banner_name: String as "bannerName",
        /// The campaign.
        campaign: CampaignId as "campaignID",
        /// The name of the campaign.
        campaign_name: String as "campaignName",
        /// The website.
        website: WebsiteId as "siteID",
        /// The zone.
        zone: ZoneId as "zoneID",
        /// The place.
        place: PlaceId as "placeID",
        /// Impressions so far.
        impressions: u64 as "impressions",
        /// Clicks so far.
        clicks: u64 as "clicks",
    }
}
