//! Where banners show: websites, their zones and places.

use jiff::civil::DateTime;

use super::enums::PresentationType;
use super::id::{BannerTypeId, CategoryId, PlaceId, PositionId, WebmasterId, WebsiteId, ZoneId};
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
            /// Whose it is.
            webmaster: WebmasterId as "webmasterID",
            /// What it is about.
            category: CategoryId as "categoryID",
            /// Its address.
            url: String as "url",
        }
    }
}

request! {
    /// Changes a website (`website.modify`); what is not given stays.
    ModifyWebsite(Website.Modify) -> Changed {
        required {
            /// Which one.
            id: WebsiteId as "objectID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// Whose it is.
            webmaster: WebmasterId as "webmasterID",
            /// What it is about.
            category: CategoryId as "categoryID",
            /// Its address.
            url: String as "url",
        }
    }
}

request! {
    /// Lists websites (`account.list.website`).
    ListWebsites(Account.List.Website) -> Website {
        optional {
            /// Only this one.
            id: WebsiteId as "actionObjectID",
        }
    }
}

request! {
    /// Deletes websites with their zones and places (`account.delete.website`).
    DeleteWebsites(Account.Delete.Website) -> Changed {
        required {
            /// Which ones.
            ids: WebsiteIds as "listIDs",
        }
    }
}

request! {
    /// Adds a zone to a website (`account.add.zone`).
    AddZone(Account.Add.Zone) -> Added<ZoneId> {
        required {
            /// Its name.
            name: String as "name",
            /// The website.
            website: WebsiteId as "siteID",
        }
        optional {
            /// What it is about.
            category: CategoryId as "categoryID",
        }
    }
}

request! {
    /// Changes a zone (`zone.modify`); what is not given stays.
    ModifyZone(Zone.Modify) -> Changed {
        required {
            /// Which one.
            id: ZoneId as "objectID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// What it is about.
            category: CategoryId as "categoryID",
        }
    }
}

request! {
    /// Lists zones (`account.list.zone`).
    ListZones(Account.List.Zone) -> Zone {
        optional {
            /// Only this one.
            id: ZoneId as "actionObjectID",
            /// Only those of this website.
            website: WebsiteId as "actionObjectID2",
        }
    }
}

request! {
    /// Deletes zones with their places (`account.delete.zone`).
    DeleteZones(Account.Delete.Zone) -> Changed {
        required {
            /// Which ones.
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
            /// Which banners fit.
            banner_type: BannerTypeId as "bannerTypeID",
            /// Where it is on the page.
            position: PositionId as "positionID",
        }
        optional {
            /// What it is about.
            category: CategoryId as "categoryID",
        }
    }
}

request! {
    /// Changes a place (`place.modify`); what is not given stays.
    ModifyPlace(Place.Modify) -> Changed {
        required {
            /// Which one.
            id: PlaceId as "objectID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// Where it is on the page.
            position: PositionId as "positionID",
            /// What it is about.
            category: CategoryId as "categoryID",
        }
    }
}

request! {
    /// Lists places (`account.list.place`).
    ListPlaces(Account.List.Place) -> Place {
        optional {
            /// Only this one.
            id: PlaceId as "actionObjectID",
            /// Only those of this website.
            website: WebsiteId as "actionObjectID2",
        }
    }
}

request! {
    /// Deletes places of one website (`account.delete.place`).
    DeletePlaces(Account.Delete.Place) -> Changed {
        required {
            /// Of which website.
            website: WebsiteId as "siteID",
            /// Which ones.
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
        /// Its address; a row has `url` too, see `extra`.
        url: String as "URL",
        /// Whose it is; 0 for nobody's.
        webmaster: WebmasterId as "webmasterID",
        /// The account of whose it is.
        webmaster_account: String as "webmasterAccount",
        /// What it is about; 0 for nothing.
        category: CategoryId as "categoryID",
        /// The name of the category.
        category_name: String as "categoryName",
        /// When it was added, Moscow time.
        date_added: DateTime as "dateAdded",
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
        /// What it is about; 0 for nothing.
        category: CategoryId as "categoryID",
        /// When it was added, Moscow time.
        date_added: DateTime as "dateAdded",
    }
}

row! {
    /// A place in a list.
    Place {
        [id: PlaceId as "ID"]
        /// Its name.
        name: String as "name",
        /// The website.
        website: WebsiteId as "siteID",
        /// The name of the website.
        website_name: String as "siteName",
        /// The zone.
        zone: ZoneId as "zoneID",
        /// The name of the zone.
        zone_name: String as "zoneName",
        /// Which banners fit.
        banner_type: BannerTypeId as "bannerTypeID",
        /// The name of the banner type.
        banner_type_name: String as "bannerTypeName",
        /// Where it is on the page.
        position: PositionId as "positionID",
        /// The name of the position.
        position_name: String as "positionName",
        /// What it is about; 0 for nothing.
        category: CategoryId as "categoryID",
        /// How the code of its banners reaches the page.
        presentation: PresentationType as "presentationTypeID",
        /// When it was added, Moscow time.
        date_added: DateTime as "dateAdded",
    }
}
