//! Tracing points: pages of advertisers whose visits are counted.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::id::{AdvertiserId, CampaignId, CategoryId, TracingPointId};
use super::macros::{request, row};
use super::{Added, Changed, Row};

request! {
    /// Adds a tracing point (`account.add.tracingPoint`).
    ///
    /// ```
    /// use adfox_api::calls::AddTracingPoint;
    ///
    /// let add = AddTracingPoint::new("Checkout", 1001.into()).weight(100);
    /// ```
    AddTracingPoint(Account.Add.TracingPoint) -> Added<TracingPointId> {
        required {
            /// Its name.
            name: String as "name",
            /// The advertiser it belongs to.
            advertiser: AdvertiserId as "advertiserID",
        }
        optional {
            /// The category that its visitors are put into.
            category: CategoryId as "categoryID",
            /// The type of `referrer`: 0 for standard, 1 for POSIX.
            template_type: u32 as "templateTypeID",
            /// A template that the address of the page must match.
            referrer: String as "referrer",
            /// Its weight in reports, 0 to 100.
            weight: u32 as "weight",
        }
    }
}

request! {
    /// Changes a tracing point (`tracingPoint.modify`); fields that are not set stay unchanged.
    ModifyTracingPoint(TracingPoint.Modify) -> Changed {
        required {
            /// The object's id.
            id: TracingPointId as "objectID",
        }
        optional {
            /// Its name.
            name: String as "name",
            /// The advertiser it belongs to.
            advertiser: AdvertiserId as "advertiserID",
            /// The category that its visitors are put into.
            category: CategoryId as "categoryID",
            /// The type of `referrer`: 0 for standard, 1 for POSIX.
            template_type: u32 as "templateTypeID",
            /// A template that the address of the page must match.
            referrer: String as "referrer",
            /// Its weight in reports, 0 to 100.
            weight: u32 as "weight",
            /// Its identifier among the points of the advertiser.
            user: u64 as "userID",
        }
    }
}

request! {
    /// Lists tracing points (`account.list.tracingPoint`).
    ListTracingPoints(Account.List.TracingPoint) -> TracingPoint {
        optional {
            /// Lists only the object with this id.
            id: TracingPointId as "actionObjectID",
            /// Lists only those of this advertiser.
            advertiser: AdvertiserId as "advertiserID",
            /// Lists only those of this category.
            category: CategoryId as "categoryID",
            /// Lists only those of this campaign.
            campaign: CampaignId as "campaignID",
        }
    }
}

request! {
    /// Returns the codes of a tracing point (`tracingPoint.getCode`).
    GetTracingCodes(TracingPoint.GetCode) -> Vec<TracingCode> {
        required {
            /// The object's id.
            id: TracingPointId as "objectID",
        }
    }
}

/// A code of a tracing point for a page.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TracingCode {
    /// What the code is, in the vendor's words.
    pub name: String,
    /// The code.
    pub code: String,
}

impl TracingCode {
    /// Reads `name1`, `code1`, `name2`, `code2` and so on.
    pub(crate) fn read(members: &Row) -> Vec<Self> {
        let text = |name: String| members.text(&name).map(str::to_owned);
        (1_u32..)
            .map_while(|number| {
                Some(Self {
                    code: text(format!("code{number}"))?,
                    name: text(format!("name{number}")).unwrap_or_default(),
                })
            })
            .collect()
    }
}

row! {
    /// A tracing point in a list.
    TracingPoint {
        [id: TracingPointId as "objectID"]
        /// The advertiser it belongs to.
        advertiser: AdvertiserId as "advertiserID",
        /// Its identifier among the points of the advertiser.
        user: u64 as "userID",
        /// Its name.
        name: String as "objectName",
        /// Its weight in reports, 0 to 100.
        weight: u32 as "weight",
        /// The category that its visitors are put into; 0 for none.
        category: CategoryId as "categoryID",
        /// The type of `referrer`: 0 for standard, 1 for POSIX.
        template_type: u32 as "templateTypeID",
        /// A template that the address of the page must match.
        referrer: String as "objectReferrer",
        /// A description.
        description: String as "objectDescription",
        /// Visits after an impression.
        post_view: u64 as "counterPostView",
        /// Today's visits after an impression.
        post_view_today: u64 as "counterPostViewToday",
        /// Visits after a click.
        post_click: u64 as "counterPostClick",
        /// Today's visits after a click.
        post_click_today: u64 as "counterPostClickToday",
        /// When it was added, in Moscow time.
        date_added: DateTime as "dateAdded",
    }
}
