//! Default banners: what places show if there is no other banner.

use super::enums::DefaultMode;
use super::id::{BannerTypeId, PlaceId, WebsiteId};
use super::macros::{request, row};
use super::{Changed, Text};

type PlaceIds = Vec<PlaceId>;

request! {
    /// Sets the banner that a place shows if there is no other (`place.updateDefaultBanner`).
    ///
    /// ```
    /// use adfox_api::calls::{DefaultMode, UpdateDefaultBanner};
    ///
    /// let update = UpdateDefaultBanner::new(5201.into(), DefaultMode::Code)
    ///     .code("<script>\n  show();\n</script>");
    /// ```
    UpdateDefaultBanner(Place.UpdateDefaultBanner) -> Changed {
        required {
            /// The place.
            place: PlaceId as "objectID",
            /// An image, or code.
            mode: DefaultMode as "mode",
        }
        optional {
            /// The image; it needs a link.
            image_url: String as "defaultImageURL",
            /// The URL that a click on the image leads to.
            hit_url: String as "defaultHitURL",
            /// The width of the image in pixels.
            width: u32 as "defaultWidth",
            /// The height of the image in pixels.
            height: u32 as "defaultHeight",
            /// The code; it may contain line breaks.
            code: Text as "defaultCode",
            /// 0 for HTML, 1 for JavaScript.
            code_type: u32 as "defaultCodeType",
        }
    }
}

request! {
    /// Lists the default banners of places (`account.list.defaultBanner`).
    ListDefaultBanners(Account.List.DefaultBanner) -> DefaultBanner {
        optional {
            /// Lists only those of these places.
            places: PlaceIds as "listPlaceIDs",
        }
    }
}

row! {
    /// The banner that a place shows if there is no other.
    DefaultBanner {
        /// The ad network of the website; 0 for none.
        ad_network: u64 as "adNetworkID",
        /// The name of the ad network.
        ad_network_name: String as "adNetworkName",
        /// The website.
        website: WebsiteId as "siteID",
        /// The name of the website.
        website_name: String as "siteName",
        /// The place.
        place: PlaceId as "placeID",
        /// The banner type.
        banner_type: BannerTypeId as "bannerTypeID",
        /// The name of the banner type.
        banner_type_name: String as "bannerTypeName",
        /// The name of the way in which the code is put into a page.
        presentation_name: String as "presentationTypeName",
        /// 0 for HTML, 1 for JavaScript.
        code_type: u32 as "defaultCodeType",
        /// The code.
        code: String as "defaultCode",
        /// The image, unless the banner is code.
        image_url: String as "defaultImageURL",
        /// The URL that a click on the image leads to.
        hit_url: String as "defaultHitURL",
    }
}
