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
        /// Its status: active, paused or completed.
        status: Status as "status",
        /// Its priority.
        priority: u32 as "priority",
        /// Its width, in pixels or percent.
        width: String as "width",
        /// Its height, in pixels or percent.
        height: String as "height",
        /// The image.
        image_url: String as "imageURL",
        /// The URL that a click leads to.
        hit_url: String as "hitURL",
        /// The window that a click opens.
        target: String as "target",
        /// The alternative text of the image.
        alt: String as "alt",
        /// The URL of a third-party counter.
        tracking_url: String as "trackingURL",
        /// Its targeting profile; 0 for none.
        targeting_profile: TargetingProfileId as "targetingProfileID",
        /// Impressions so far.
        impressions: u64 as "impressions",
        /// Today's impressions.
        impressions_today: u64 as "impressionsToday",
        /// Clicks so far.
        clicks: u64 as "clicks",
        /// Today's clicks.
        clicks_today: u64 as "clicksToday",
        /// When it was added, in Moscow time.
        date_added: DateTime as "dateAdded",
        /// When it begins, in Moscow time.
        date_start: DateTime as "dateStart",
        /// When it ends, in Moscow time.
        date_end: DateTime as "dateEnd",
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
