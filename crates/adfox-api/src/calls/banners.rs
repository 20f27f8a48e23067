//! Banners, their files, and what shows now.

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
    AddBanner(Account.Add.Banner) -> Added<BannerId> {
        required {
            /// The campaign it belongs to.
            campaign: CampaignId as "campaignID",
            /// The template it is made of.
            template: TemplateId as "templateID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// Its priority, 1 to 1000.
            priority: u32 as "priority",
            /// Whether it runs.
            status: Status as "status",
            /// Its width, in pixels or percent.
            width: String as "width",
            /// Its height, in pixels or percent.
            height: String as "height",
            /// The image.
            image_url: String as "imageURL",
            /// Where a click leads.
            hit_url: String as "hitURL",
            /// The window of the click, such as `_blank`.
            target: String as "target",
            /// The text in place of the image.
            alt: String as "alt",
            /// A counter of somebody else.
            tracking_url: String as "trackingURL",
            /// A note.
            reference: String as "reference",
            /// A profile of targeting.
            targeting_profile: TargetingProfileId as "targetingProfileID",
            /// When it begins.
            date_start: Moment as "dateStart",
            /// When it ends.
            date_end: Moment as "dateEnd",
        }
    }
}

request! {
    /// Changes a banner (`banner.modify.banner`); what is not given stays.
    ModifyBanner(Banner.Modify.Banner) -> Changed {
        required {
            /// Which one.
            id: BannerId as "objectID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// Its priority, 1 to 1000.
            priority: u32 as "priority",
            /// Whether it runs.
            status: Status as "status",
            /// Its width, in pixels or percent.
            width: String as "width",
            /// Its height, in pixels or percent.
            height: String as "height",
            /// The image.
            image_url: String as "imageURL",
            /// Where a click leads.
            hit_url: String as "hitURL",
            /// The window of the click, such as `_blank`.
            target: String as "target",
            /// The text in place of the image.
            alt: String as "alt",
            /// A counter of somebody else.
            tracking_url: String as "trackingURL",
            /// When it begins.
            date_start: Moment as "dateStart",
            /// When it ends.
            date_end: Moment as "dateEnd",
        }
    }
}

/// The numbered parameters of a template: texts that may have line ends, and events.
macro_rules! numbered {
    ($($name:ident)*) => {
        $(impl $name {
            /// Sets `userN`, a parameter of the template; HTML may have line ends.
            #[must_use]
            pub fn user(mut self, number: u32, text: impl Into<String>) -> Self {
                self.more = self.more.multiline(format!("user{number}"), text);
                self
            }

            /// Sets `eventN`, the address that is called at an event.
            #[must_use]
            pub fn event(self, number: u32, url: impl std::fmt::Display) -> Self {
                self.with(format!("event{number}"), url)
            }
        })*
    };
}

numbered!(AddBanner ModifyBanner);

request! {
    /// Puts the zipped files of an HTML5 banner in place (`banner.modify.zipFile`).
    UploadZip(Banner.Modify.ZipFile) -> Changed {
        required {
            /// Which banner.
            id: BannerId as "objectID",
            /// The archive.
            file: File as "zipFile",
        }
    }
}

request! {
    /// Lists banners (`account.list.banner`).
    ListBanners(Account.List.Banner) -> Banner {
        optional {
            /// Only this one.
            id: BannerId as "actionObjectID",
            /// Only those of these campaigns; a long list travels by POST.
            campaigns: CampaignIds as "listCampaignIDs",
            /// How much of the rows is shown; `Common` and `Short` leave most members out.
            show: Show as "show",
            /// A part of the name; some servers ignore it.
            search: String as "search",
        }
    }
}

request! {
    /// Lists the banners of one campaign (`campaign.list.banner`).
    ListCampaignBanners(Campaign.List.Banner) -> Banner {
        required {
            /// Of which campaign.
            campaign: CampaignId as "objectID",
        }
        optional {
            /// How much of the rows is shown.
            show: Show as "show",
        }
    }
}

request! {
    /// Deletes banners of one campaign (`account.delete.banner`).
    DeleteBanners(Account.Delete.Banner) -> Changed {
        required {
            /// Of which campaign.
            campaign: CampaignId as "campaignID",
            /// Which ones.
            ids: BannerIds as "listIDs",
        }
    }
}

request! {
    /// Lists the banners that may show (`account.list.activeBanners`).
    ListActiveBanners(Account.List.ActiveBanners) -> ActiveBanner {
        optional {
            /// On this day; today where not given.
            date: Date as "date",
        }
    }
}

request! {
    /// Lists the banners that may show on a place (`place.listActiveBanners`).
    ListPlaceBanners(Place.ListActiveBanners) -> ActiveBanner {
        required {
            /// On which place.
            place: PlaceId as "objectID",
        }
    }
}

row! {
    /// A banner in a list.
    Banner {
        [id: BannerId as "ID"]
        /// Its name.
        name: String as "name",
        /// The campaign it belongs to.
        campaign: CampaignId as "campaignID",
        /// The name of the campaign.
        campaign_name: String as "campaignName",
        /// Its banner type.
        banner_type: BannerTypeId as "bannerTypeID",
        /// The name of the banner type.
        banner_type_name: String as "bannerTypeName",
        /// Its template.
        template: TemplateId as "templateID",
        /// Whether it runs.
        status: Status as "status",
        /// Its priority.
        priority: u32 as "priority",
        /// Its width, in pixels or percent.
        width: String as "width",
        /// Its height, in pixels or percent.
        height: String as "height",
        /// The image.
        image_url: String as "imageURL",
        /// Where a click leads.
        hit_url: String as "hitURL",
        /// The window of the click.
        target: String as "target",
        /// The text in place of the image.
        alt: String as "alt",
        /// A counter of somebody else.
        tracking_url: String as "trackingURL",
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
        /// When it was added, Moscow time.
        date_added: DateTime as "dateAdded",
        /// When it begins, Moscow time.
        date_start: DateTime as "dateStart",
        /// When it ends, Moscow time.
        date_end: DateTime as "dateEnd",
    }
}

row! {
    /// A banner that may show on a place.
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
