//! Where banners show: websites, their zones and places.

use jiff::civil::DateTime;
use rust_decimal::Decimal;

use super::enums::PresentationType;
use super::id::{
    BannerTypeId, CategoryId, ContractorId, PlaceId, PositionId, WebmasterId, WebsiteId, ZoneId,
};
use super::macros::{request, row};
use super::{Added, Changed};

type WebsiteIds = Vec<WebsiteId>;
type ZoneIds = Vec<ZoneId>;
type PlaceIds = Vec<PlaceId>;

request! {
    /// Adds a website (`account.add.website`).
    AddWebsite(Account.Add.Website) -> Added<WebsiteId> {
        required {
            /// Its name.
            name: String as "name",
        }
        optional {
            /// The user it belongs to.
            webmaster: WebmasterId as "webmasterID",
            /// Its category.
            category: CategoryId as "categoryID",
            /// Its URL.
            url: String as "url",
        }
    }
}

request! {
    /// Changes a website (`website.modify`); fields that are not set stay unchanged.
    ModifyWebsite(Website.Modify) -> Changed {
        required {
            /// The object's id.
            id: WebsiteId as "objectID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// The user it belongs to.
            webmaster: WebmasterId as "webmasterID",
            /// Its category.
            category: CategoryId as "categoryID",
            /// Its URL.
            url: String as "url",
        }
    }
}

request! {
    /// Lists websites (`account.list.website`).
    ListWebsites(Account.List.Website) -> Website {
        optional {
            /// Lists only the object with this id.
            id: WebsiteId as "actionObjectID",
        }
    }
}

request! {
    /// Deletes websites with their zones and places (`account.delete.website`).
    DeleteWebsites(Account.Delete.Website) -> Changed {
        required {
            /// The ids of the objects.
            ids: WebsiteIds as "listIDs",
        }
    }
}

request! {
    /// Adds a zone to a website (`account.add.zone`).
    ///
    /// ```
    /// use adfox_api::calls::AddZone;
    ///
    /// let add = AddZone::new("Main page", 5001.into());
    /// ```
    AddZone(Account.Add.Zone) -> Added<ZoneId> {
        required {
            /// Its name.
            name: String as "name",
            /// The website.
            website: WebsiteId as "siteID",
        }
        optional {
            /// Its category.
            category: CategoryId as "categoryID",
        }
    }
}

request! {
    /// Changes a zone (`zone.modify`); fields that are not set stay unchanged.
    ModifyZone(Zone.Modify) -> Changed {
        required {
            /// The object's id.
            id: ZoneId as "objectID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// Its category.
            category: CategoryId as "categoryID",
        }
    }
}

request! {
    /// Lists zones (`account.list.zone`).
    ListZones(Account.List.Zone) -> Zone {
        optional {
            /// Lists only the object with this id.
            id: ZoneId as "actionObjectID",
            /// Lists only those of this website.
            website: WebsiteId as "actionObjectID2",
        }
    }
}

request! {
    /// Deletes zones with their places (`account.delete.zone`).
    DeleteZones(Account.Delete.Zone) -> Changed {
        required {
            /// The ids of the objects.
            ids: ZoneIds as "listIDs",
        }
    }
}

request! {
    /// Adds a place to a zone (`account.add.place`).
    AddPlace(Account.Add.Place) -> Added<PlaceId> {
        required {
            /// Its name.
            name: String as "name",
            /// The website.
            website: WebsiteId as "siteID",
            /// The zone of the website.
            zone: ZoneId as "zoneID",
            /// The type of its banners.
            banner_type: BannerTypeId as "bannerTypeID",
            /// Its position on the page.
            position: PositionId as "positionID",
        }
        optional {
            /// Its category.
            category: CategoryId as "categoryID",
        }
    }
}

request! {
    /// Changes a place (`place.modify`); fields that are not set stay unchanged.
    ModifyPlace(Place.Modify) -> Changed {
        required {
            /// The object's id.
            id: PlaceId as "objectID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// Its position on the page.
            position: PositionId as "positionID",
            /// Its category.
            category: CategoryId as "categoryID",
        }
    }
}

request! {
    /// Lists places (`account.list.place`).
    ListPlaces(Account.List.Place) -> Place {
        optional {
            /// Lists only the object with this id.
            id: PlaceId as "actionObjectID",
            /// Lists only those of this website.
            website: WebsiteId as "actionObjectID2",
        }
    }
}

request! {
    /// Deletes places of one website (`account.delete.place`).
    DeletePlaces(Account.Delete.Place) -> Changed {
        required {
            /// The website.
            website: WebsiteId as "siteID",
            /// The ids of the objects.
            ids: PlaceIds as "listIDs",
        }
    }
}

row! {
    /// A website in a list.
    Website {
        [id: WebsiteId as "ID"]
        /// Its name.
        name: String as "name",
        /// Its address, `URL`; another member is named `url`.
        url: String as "URL",
        /// Whether it is active.
        active: bool as "isActive",
        /// The webmaster it belongs to; 0 for none.
        webmaster: WebmasterId as "webmasterID",
        /// The login name of the user it belongs to.
        webmaster_account: String as "webmasterAccount",
        /// Its ad network; 0 for none.
        ad_network: u64 as "adNetworkID",
        /// The name of the ad network.
        ad_network_name: String as "adNetworkName",
        /// Its category; 0 for none.
        category: CategoryId as "categoryID",
        /// The name of the category.
        category_name: String as "categoryName",
        /// Today's loads.
        loads_today: u64 as "loadsToday",
        /// Today's impressions.
        impressions_today: u64 as "impressionsToday",
        /// Today's impressions of default banners.
        default_impressions_today: u64 as "impressionsDefaultToday",
        /// Today's clicks.
        clicks_today: u64 as "clicksToday",
        /// Today's clicks per impression, in percent.
        ctr_today: Decimal as "CTRToday" with "adcore_json::text::decimal",
        /// Whether the referrer is taken from the URL of a request.
        referrer_by_url: bool as "isReferrerByURL",
        /// The type of its page templates: 0 for standard, 1 for POSIX.
        template_type: u32 as "templateTypeID",
        /// Its page templates.
        template: String as "template",
        /// When it was added, in Moscow time.
        date_added: DateTime as "dateAdded",
        /// Its name in the ad register.
        platform_name: String as "platformName",
        /// What it is in the ad register: a website, an application or an information system.
        platform_type: String as "platformType",
        /// The contractor who owns it; 0 for none.
        contractor: ContractorId as "contractorID",
        /// Its address in the ad register, `url`.
        register_url: String as "url",
        /// Whether it is a mobile application.
        mobile_app: bool as "isMobileApp",
    }
}

row! {
    /// A zone in a list.
    Zone {
        [id: ZoneId as "ID"]
        /// Its name.
        name: String as "name",
        /// The website.
        website: WebsiteId as "siteID",
        /// The name of the website.
        website_name: String as "siteName",
        /// Its category; 0 for none.
        category: CategoryId as "categoryID",
        /// The name of the category.
        category_name: String as "categoryName",
        /// Whether requests are assigned to it by their referrer.
        auto_referrer: bool as "isAutoReferer",
        /// The type of its page templates: 0 for standard, 1 for POSIX.
        template_type: u32 as "templateTypeID",
        /// When it was added, in Moscow time.
        date_added: DateTime as "dateAdded",
    }
}

row! {
    /// A place in a list.
    Place {
        [id: PlaceId as "ID"]
        /// Its name.
        name: String as "name",
        /// Its position on the page.
        position: PositionId as "positionID",
        /// The name of the position.
        position_name: String as "positionName",
        /// The zone.
        zone: ZoneId as "zoneID",
        /// The name of the zone.
        zone_name: String as "zoneName",
        /// The website.
        website: WebsiteId as "siteID",
        /// The name of the website.
        website_name: String as "siteName",
        /// Its category; 0 for none.
        category: CategoryId as "categoryID",
        /// The name of the category.
        category_name: String as "categoryName",
        /// The type of its banners.
        banner_type: BannerTypeId as "bannerTypeID",
        /// The name of the banner type.
        banner_type_name: String as "bannerTypeName",
        /// How the code of its banners is put into a page.
        presentation: PresentationType as "presentationTypeID",
        /// The name of the way in which the code is put into a page.
        presentation_name: String as "presentationTypeName",
        /// When it was added, in Moscow time.
        date_added: DateTime as "dateAdded",
        /// The status of its unit in the Yandex Advertising Network.
        rsya_enabled: String as "rsyaEnabled",
        /// Its unit in the Yandex Advertising Network.
        rsya_block: String as "rsyaBlockID",
    }
}
