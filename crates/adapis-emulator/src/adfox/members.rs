//! The members of rows: the order in which the vendor documents them, and their initial values.
//!
//! Each list names the members of a row in order. `name=value` gives a new row that value, `name=` an
//! empty one, and `name=@` a date that is not set. A member without `=` is never stored by default: it is
//! an ID, or it is looked up when the row is listed.
//!
//! The documentation of campaigns is only known up to `additionalAdvertiserIDs`. The members after it are
//! those that public clients read; their order follows that of super campaigns.

use serde_json::Value;

use super::dates::NEVER;
use super::row::Row;

const SUPER_CAMPAIGN: &str = "ID name advertiserID=0 advertiserAccount assistantID=0 assistantAccount
    additionalAdvertiserIDs= additionalAdvertiserAccounts additionalAssistantIDs=
    additionalAssistantAccounts logicType=0 type=0 status=0 impressionsMethodID=0 maxImpressions=0
    maxImpressionsPerDay=0 maxImpressionsPerHour=0 maxClicks=0 maxClicksPerDay=0 maxClicksPerHour=0
    impressionsAll=0 impressionsToday=0 impressionsPerHour=0 clicksAll=0 clicksToday=0 clicksPerHour=0
    sectorID=0 dateAdded dateStart=@ dateEnd=@ dateFinished=@";

const CAMPAIGN: &str = "ID name superCampaignID=0 superCampaignName advertiserID=0 advertiserAccount
    assistantID=0 assistantAccount additionalAdvertiserIDs= additionalAdvertiserAccounts
    additionalAssistantIDs= additionalAssistantAccounts type=0 level=3 priority=1 status=0
    impressionsMethodID=0 impressionsSmoothTypeID=0 clicksSmoothTypeID=0 isTrafficSmooth=0
    maxImpressions=0 maxImpressionsPerDay=0 maxImpressionsPerHour=0 maxClicks=0 maxClicksPerDay=0
    maxClicksPerHour=0 impressionsAll=0 impressionsToday=0 impressionsPerHour=0 clicksAll=0
    clicksToday=0 clicksPerHour=0 pricingModel= pricingModelID=0 pricingTypeID=0 paymentMethodID=0
    itemCost=0 itemQty=0 targetingProfileID=0 tracingPointsType=0 mainPointID=0 outerMarkID=0
    scenarioPeriodID=0 sequence=0 bannerSequence=0 isSession=0 dateAdded dateStart=@ dateEnd=@
    dateFinished=@ logicType=0 kind_id=0 sectorID=0 rotationMethodID=0 trafficPercents=100 cpm=0 cpc=0
    impressionsHour=0 clicksHour=0";

const BANNER: &str = "ID name= campaignID=0 campaignName campaignDateStart campaignDateEnd bannerTypeID=0
    bannerTypeName status=0 isUnplaced=0 priority=1 impressions=0 impressionsToday=0 impressionsHour=0
    clicks=0 clicksToday=0 clicksHour=0 targetingProfileID=0 targetingProfileName isEvents=0
    templateID=0 templateName imageURL= hitURL= impressionCode= maxImpressions=0
    maxImpressionsPerDay=0 maxImpressionsPerHour=0 maxClicks=0 maxClicksPerDay=0 maxClicksPerHour=0
    dateStart=@ dateEnd=@ dateAdded width= height= target=_blank alt= trackingURL= reference=";

const ADVERTISER: &str =
    "ID account company= firstName= lastName= eMail= country= state= city= ZIPCode=
    address1= address2= phone= fax= dateAdded isByAssistantCreated=0";

const WEBMASTER: &str =
    "ID account company= firstName= lastName= eMail= country= state= city= ZIPCode=
    address1= address2= phone= fax= dateAdded WMZ= WMZProtection=0 YandexMoney= comments=";

const ASSISTANT: &str =
    "ID account company= firstName= lastName= eMail= country= state= city= ZIPCode=
    address1= address2= phone= fax= dateAdded isModifyAllCampaigns=0";

const WEBSITE: &str = "ID name URL= isActive=1 webmasterID=0 webmasterAccount adNetworkID=0 adNetworkName=
    categoryID=0 categoryName loadsToday=0 impressionsToday=0 impressionsDefaultToday=0 clicksToday=0
    CTRToday=0 isReferrerByURL=0 templateTypeID=0 template= dateAdded platformName= platformType=0
    contractorID=0 url= isMobileApp=0 isBannersExchange=0";

const ZONE: &str =
    "ID name siteID=0 siteName categoryID=0 categoryName isAutoReferer=1 templateTypeID=0
    dateAdded template=";

const PLACE: &str =
    "ID name positionID=0 positionName zoneID=0 zoneName siteID=0 siteName categoryID=0
    categoryName bannerTypeID=0 bannerTypeName presentationTypeID presentationTypeName dateAdded
    rsyaEnabled=0 rsyaBlockID=";

const TRACING_POINT: &str = "objectID advertiserID=0 userID=0 objectName weight=0 categoryID=0
    templateTypeID=0 objectReferrer= objectDescription= counterPostView=0 counterPostViewToday=0
    counterPostClick=0 counterPostClickToday=0 dateAdded";

const TEMPLATE: &str = "id name ownerID=0 description= isZipAllowed=0 isLoaderJs=0
    isMultipleTrackingUrl=0 isBackgroundColor=0 isWidth=1 widthDefault= isHeight=1 heightDefault=
    isGetUrl=0 getUrlWidth= getUrlHeight= isGetFlv=0 isImageUrl=1 imageUrlWidth= imageUrlHeight=
    isHitUrl=1 isTarget=1 isAlt=1 isFlashParameterName=0 isTargetParameterName=0 isTrackingUrl=1
    codeType=0 impressionCode= markingSettings= isIms=0 userParameters bannerTypeID templateID
    templateName";

const USER_PARAMETER: &str =
    "userParameterID isOn name isRequired type length default fileTypeID width
    height upload_domain";

const CONTRACT: &str = "ID externalID= customerID=0 executorID=0 type=0 isRegReport=0 actionType=0
    subjectType=0 number= amountRub=0 isVat=0 intermediaryContractID=0 dateConclusion=
    isFinalAgreement=0";

const CONTRACTOR: &str = "ID ownerID=0 name type=0 roles countryOKSM= inn= mobilePhone= epayNumber=
    regNumber= isOrs=0 isRr=0 rsUrl=";

const BANNER_PLACEMENTS: &str =
    "websiteID websiteName isWebsiteOn sectionID sectionName isSectionOn
    placeID placeName isPlaceOn";

const DEFAULT_BANNER: &str = "adNetworkID adNetworkName siteID siteName placeID bannerTypeID
    bannerTypeName presentationTypeName defaultCodeType defaultCode";

const BANNER_FIELDS: &str =
    "dataType name length inputType isRequired status defaultValue allowedTypes";

const ACTIVE_BANNERS: &str =
    "bannerID bannerName campaignID campaignName siteID zoneID placeID impressions clicks";

/// Returns the members of a row of `object` in order, as described above.
fn described(object: &str) -> &'static str {
    match object {
        "superCampaign" => SUPER_CAMPAIGN,
        "campaign" => CAMPAIGN,
        "banner" => BANNER,
        "advertiser" => ADVERTISER,
        "webmaster" => WEBMASTER,
        "assistant" => ASSISTANT,
        "website" => WEBSITE,
        "zone" => ZONE,
        "place" => PLACE,
        "tracingPoint" => TRACING_POINT,
        "template" => TEMPLATE,
        "contract" => CONTRACT,
        "contractor" => CONTRACTOR,
        "bannerType" => "ID name presentationTypeID isOn=1 width= height=",
        "position" | "targetingProfile" => "ID name",
        "category" => "ID name type=0",
        "userCriterias" => {
            "criteriaID criteriaName criteriaTargetingName criteriaReportName isDeleted=0"
        }
        "userCriteriaValue" => "ID criteriaID userID name",
        "bannerPlacements" => BANNER_PLACEMENTS,
        "defaultBanner" => DEFAULT_BANNER,
        "activeBanners" => ACTIVE_BANNERS,
        _ => "",
    }
}

/// Returns the members that a new row of `object` has besides those of the call.
pub(super) fn initial(object: &str) -> Row {
    let members = described(object).split_whitespace();
    members
        .filter_map(|member| member.split_once('='))
        .map(|(name, value)| {
            let value = if value == "@" { NEVER } else { value };
            (name.to_owned(), Value::String(value.to_owned()))
        })
        .collect()
}

/// Returns the order of the members in the result of a method.
pub(super) fn order(context: &str, action: &str, object: &str) -> Vec<&'static str> {
    let described = match (context, action, object) {
        ("account", "list", _) => described(object),
        ("account", "utility", _) => {
            "ID id osid manufacturerid name name_ru children children_count"
        }
        (_, "list" | "info", "banner") => BANNER,
        ("bannerType", "list", "template") => TEMPLATE,
        ("campaign", "info", "placement") => {
            "bannerID bannerName siteID siteName zoneID zoneName placeID placeName"
        }
        ("campaign", "info", "placement2") => "ID name websiteName siteID zoneID isOn",
        (_, "info", "targeting") => "title name description isRedefined",
        ("banner", "info", "bannerFields") => BANNER_FIELDS,
        ("place", "listActiveBanners", _) => ACTIVE_BANNERS,
        ("placement", "info", _) => "HTML flashURL hitURL imageURL",
        ("tracingPoint", "getCode", _) => "name1 code1 name2 code2 name3 code3",
        ("userCriteria", "listValues", _) => described("userCriteriaValue"),
        _ => "",
    };
    names(described)
}

/// Returns the order of the members of the rows in a member.
pub(super) fn order_within(member: &str) -> Vec<&'static str> {
    names(match member {
        "userParameters" => USER_PARAMETER,
        "children" => "id name name_ru children children_count",
        _ => "",
    })
}

fn names(described: &'static str) -> Vec<&'static str> {
    described
        .split_whitespace()
        .map(|member| member.split_once('=').map_or(member, |(name, _)| name))
        .collect()
}
