//! The table of methods: contexts, actions and objects with their required parameters.

use super::context::{Method, Names, read, write};
use super::{blocks, change, contracts, criteria, info, list, placing, target, users};

const NONE: Names = &[""];

/// `account list` of any other object in the data.
pub(super) static LIST_ANY: Method = read("account", "list", &[], &[], list::rows);

/// `account utility` of a reference list in the data.
pub(super) static UTILITY_ANY: Method = read("account", "utility", &[], &[], list::reference);

static ACCOUNT: &[Method] = &[
    write(
        "account",
        "add",
        &["superCampaign"],
        &["name", "advertiserID"],
        change::add,
    ),
    write(
        "account",
        "add",
        &["campaign"],
        &["name"],
        change::add_campaign,
    ),
    write(
        "account",
        "add",
        &["banner"],
        &["campaignID"],
        change::add_banner,
    ),
    write(
        "account",
        "add",
        &["advertiser", "webmaster", "assistant"],
        &["account", "eMail"],
        users::add,
    ),
    write(
        "account",
        "add",
        &["bannerType"],
        &["name", "presentationTypeID"],
        change::add,
    ),
    write(
        "account",
        "add",
        &["zone"],
        &["name", "siteID"],
        change::add,
    ),
    write(
        "account",
        "add",
        &["place"],
        &["name", "siteID", "zoneID", "bannerTypeID", "positionID"],
        change::add,
    ),
    write("account", "add", NAMED, &["name"], change::add),
    write(
        "account",
        "add",
        &["tracingPoint"],
        &["name", "advertiserID"],
        change::add,
    ),
    write(
        "account",
        "add",
        &["contract"],
        &["type", "customerID", "executorID"],
        contracts::add,
    ),
    write(
        "account",
        "add",
        &["contractor"],
        &["name", "inn", "type"],
        contracts::add_contractor,
    ),
    read("account", "list", LISTED, &[], list::rows),
    read(
        "account",
        "list",
        &["template"],
        &["actionObjectID"],
        list::template,
    ),
    read(
        "account",
        "list",
        &["bannerPlacements"],
        &["bannerID"],
        placing::of_banner,
    ),
    read(
        "account",
        "list",
        &["defaultBanner"],
        &[],
        info::default_banners,
    ),
    read(
        "account",
        "list",
        &["activeBanners"],
        &[],
        info::active_banners,
    ),
    write(
        "account",
        "delete",
        SINGLY_DELETED,
        &["actionObjectID"],
        change::delete,
    ),
    write(
        "account",
        "delete",
        &["user"],
        &["actionObjectID"],
        users::delete,
    ),
    write(
        "account",
        "delete",
        &["banner"],
        &["campaignID", "listIDs"],
        change::delete_listed,
    ),
    write(
        "account",
        "delete",
        &["place"],
        &["siteID", "listIDs"],
        change::delete_listed,
    ),
    write(
        "account",
        "delete",
        JOINTLY_DELETED,
        &["listIDs"],
        change::delete_listed,
    ),
    write(
        "account",
        "modify",
        &["category"],
        &["actionObjectID"],
        change::modify_category,
    ),
    read(
        "account",
        "utility",
        &["geobaseTree", "geoTree"],
        &[],
        info::geobase_tree,
    ),
    write(
        "account",
        "changePassword",
        NONE,
        &["currentPassword", "newPassword"],
        users::password,
    ),
    read("account", "auth", NONE, &[], users::auth),
];

const NAMED: Names = &["website", "position", "category"];
const SINGLY_DELETED: Names = &["superCampaign", "campaign", "category", "tracingPoint"];
const JOINTLY_DELETED: Names = &["zone", "website", "template", "bannerType"];
const LISTED: Names = &[
    "superCampaign",
    "campaign",
    "banner",
    "advertiser",
    "webmaster",
    "assistant",
    "website",
    "zone",
    "place",
    "bannerType",
    "position",
    "category",
    "targetingProfile",
    "tracingPoint",
    "userCriterias",
    "contract",
    "contractor",
];

static CAMPAIGNS: &[Method] = &[
    write("superCampaign", "modify", NONE, ID, change::modify),
    write(
        "superCampaign",
        "additionalUsers",
        ADVERTISERS,
        &["objectID", "advertiserID"],
        users::additional,
    ),
    write(
        "superCampaign",
        "additionalUsers",
        ASSISTANTS,
        &["objectID", "assistantID"],
        users::additional,
    ),
    write("campaign", "modify", NONE, ID, change::modify),
    write(
        "campaign",
        "additionalUsers",
        ADVERTISERS,
        &["objectID", "advertiserID"],
        users::additional,
    ),
    write(
        "campaign",
        "additionalUsers",
        ASSISTANTS,
        &["objectID", "assistantID"],
        users::additional,
    ),
    read("campaign", "list", &["banner"], ID, list::banners),
    write("campaign", "upload", NONE, ID, change::upload),
    read("campaign", "info", &["placement"], ID, placing::of_campaign),
    read(
        "campaign",
        "info",
        &["placement2"],
        &["objectID", "dataType", "isOn"],
        placing::switches,
    ),
    read("campaign", "info", &["targeting"], ID, target::summary),
    read("campaign", "info", &["banner"], ID, list::banners),
    write(
        "campaign",
        "placing",
        SPOTS,
        &["objectID", "actionObjectID", "actionStatus"],
        placing::place,
    ),
    write("campaign", "target", target::KINDS, ID, target::set),
    write(
        "campaign",
        "targetWebsite",
        target::KINDS,
        &["objectID", "siteID", "isRedefined"],
        target::set,
    ),
    write(
        "campaign",
        "targetZone",
        target::KINDS,
        &["objectID", "zoneID", "isRedefined"],
        target::set,
    ),
    write(
        "campaign",
        "targetPlace",
        target::KINDS,
        &["objectID", "placeID", "isRedefined"],
        target::set,
    ),
];

static BANNERS: &[Method] = &[
    write("banner", "modify", &["", "banner"], ID, change::modify),
    write(
        "banner",
        "modify",
        &["placement"],
        &["objectID", "type"],
        placing::switch,
    ),
    write("banner", "modify", &["zipFile"], ID, change::zip_file),
    read("banner", "info", &["bannerFields"], ID, info::banner_fields),
    read("banner", "info", &["targeting"], ID, target::summary),
    write(
        "banner",
        "target",
        target::KINDS,
        &["objectID", "isRedefined"],
        target::set,
    ),
];

static OTHERS: &[Method] = &[
    write("website", "modify", NONE, ID, change::modify),
    write("zone", "modify", NONE, ID, change::modify),
    write("place", "modify", NONE, ID, change::modify),
    write(
        "place",
        "updateDefaultBanner",
        NONE,
        &["objectID", "mode"],
        info::set_default_banner,
    ),
    read(
        "place",
        "listActiveBanners",
        NONE,
        ID,
        info::active_on_place,
    ),
    write(
        "place",
        "createBlock",
        NONE,
        &["objectID", "newBlockPageId", "newBlockName", "newBlockType"],
        blocks::create,
    ),
    write(
        "place",
        "bindBlock",
        NONE,
        &["objectID", "rsyaBlockID"],
        blocks::bind,
    ),
    write(
        "place",
        "rsyaEnabled",
        NONE,
        &["objectID", "rsyaEnabled"],
        blocks::switch,
    ),
    write("place", "deleteBlock", NONE, ID, blocks::delete),
    write("position", "modify", NONE, ID, change::modify),
    write("bannerType", "modify", NONE, ID, change::modify),
    write(
        "bannerType",
        "updateDefaultBanner",
        NONE,
        &["objectID", "mode"],
        info::set_default_banner,
    ),
    read("bannerType", "list", &["template"], ID, list::templates),
    write("advertiser", "modify", NONE, ID, users::modify),
    write("webmaster", "modify", NONE, ID, users::modify),
    write("assistant", "modify", NONE, ID, users::modify),
    write("tracingPoint", "modify", NONE, ID, change::modify),
    read("tracingPoint", "getCode", NONE, ID, info::tracing_code),
    write("contract", "modify", NONE, ID, change::modify),
    write("contractor", "modify", NONE, ID, change::modify),
    read("placement", "info", NONE, &["mode"], info::placement),
    write(
        "userCriteria",
        "modify",
        NONE,
        &["criteriaID"],
        criteria::modify,
    ),
    write(
        "userCriteria",
        "addValue",
        NONE,
        &["criteriaID", "userID", "name"],
        criteria::add,
    ),
    write(
        "userCriteria",
        "modifyValue",
        NONE,
        &["criteriaID", "objectID"],
        criteria::modify_value,
    ),
    write(
        "userCriteria",
        "removeValue",
        NONE,
        &["criteriaID", "objectID"],
        criteria::remove,
    ),
    read("userCriteria", "listValues", NONE, &[], criteria::list),
];

const ID: Names = &["objectID"];
const SPOTS: Names = &["website", "zone", "place"];
const ADVERTISERS: Names = &["addAdvertiser", "deleteAdvertiser"];
const ASSISTANTS: Names = &["addAssistant", "deleteAssistant"];

pub(super) fn all() -> impl Iterator<Item = &'static Method> {
    [ACCOUNT, CAMPAIGNS, BANNERS, OTHERS].into_iter().flatten()
}
