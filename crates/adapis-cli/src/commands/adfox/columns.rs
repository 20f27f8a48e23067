//! The columns of ADFOX lists: the members that the vendor documents, by object.

use adapis::adfox::Object;

use crate::output::Columns;

/// The columns of a list of these objects.
pub(super) fn columns(object: &Object) -> Columns {
    let known = OBJECTS.iter().find(|(name, _, _)| *name == object.as_str());
    let Some((_, table, all)) = known else {
        return Columns::of_all_rows();
    };
    let split = |names: &'static str| names.split_whitespace().collect::<Vec<_>>();
    Columns::documented(&split(all)).in_tables(&split(table))
}

/// An object, the columns of its tables, and the columns of its CSV.
type Documented = (&'static str, &'static str, &'static str);

const OBJECTS: &[Documented] = &[
    (
        "superCampaign",
        "ID name advertiserAccount status dateStart dateEnd impressionsToday clicksToday",
        "ID name advertiserID advertiserAccount assistantID assistantAccount \
         additionalAdvertiserIDs additionalAdvertiserAccounts additionalAssistantIDs \
         additionalAssistantAccounts logicType type status impressionsMethodID \
         impressions impressionsAll impressionsToday impressionsPerHour \
         clicks clicksAll clicksToday clicksPerHour \
         maxImpressions maxImpressionsPerDay maxImpressionsPerHour \
         maxClicks maxClicksPerDay maxClicksPerHour dateAdded dateStart dateEnd dateFinished",
    ),
    (
        "campaign",
        "ID name superCampaignName status level priority dateStart dateEnd \
         impressionsToday clicksToday",
        "ID name superCampaignID superCampaignName advertiserID advertiserAccount assistantID \
         assistantAccount additionalAdvertiserIDs additionalAdvertiserAccounts \
         additionalAssistantIDs additionalAssistantAccounts type status level priority \
         sequence bannerSequence isSession scenarioPeriodID targetingProfileID \
         impressionsMethodID impressionsSmoothTypeID clicksSmoothTypeID isTrafficSmooth \
         trafficPercents rotationMethodID \
         impressions impressionsAll impressionsToday impressionsPerHour \
         clicks clicksAll clicksToday clicksPerHour \
         maxImpressions maxImpressionsPerDay maxImpressionsPerHour \
         maxClicks maxClicksPerDay maxClicksPerHour \
         pricingModel pricingModelID pricingTypeID paymentMethodID itemCost itemQty cpm cpc \
         tracingPointsType mainPointID outerMarkID dateAdded dateStart dateEnd dateFinished",
    ),
    (
        "banner",
        "ID name campaignID bannerTypeName status impressionsToday clicksToday",
        "ID name campaignID campaignName campaignDateStart campaignDateEnd bannerTypeID \
         bannerTypeName status isUnplaced priority impressions impressionsToday impressionsHour \
         clicks clicksToday clicksHour targetingProfileID targetingProfileName isEvents templateID \
         templateName imageURL hitURL impressionCode maxImpressions maxImpressionsPerDay \
         maxImpressionsPerHour maxClicks maxClicksPerDay maxClicksPerHour dateStart dateEnd \
         dateAdded",
    ),
    (
        "advertiser",
        "ID account company eMail dateAdded",
        "ID account company firstName lastName eMail country state city ZIPCode address1 address2 \
         phone fax dateAdded isByAssistantCreated",
    ),
    (
        "webmaster",
        "ID account company eMail dateAdded",
        "ID account company firstName lastName eMail country state city ZIPCode address1 address2 \
         phone fax dateAdded WMZ WMZProtection YandexMoney comments",
    ),
    (
        "website",
        "ID name URL isActive webmasterAccount categoryName impressionsToday clicksToday",
        "ID name URL isActive webmasterID webmasterAccount adNetworkID adNetworkName categoryID \
         categoryName loadsToday impressionsToday impressionsDefaultToday clicksToday CTRToday \
         isReferrerByURL templateTypeID template dateAdded platformName platformType contractorID \
         url isMobileApp",
    ),
    (
        "zone",
        "ID name siteID siteName categoryName dateAdded",
        "ID name siteID siteName categoryID categoryName isAutoReferer templateTypeID template \
         dateAdded",
    ),
    (
        "place",
        "ID name positionName zoneName siteName bannerTypeName",
        "ID name positionID positionName zoneID zoneName siteID siteName categoryID categoryName \
         bannerTypeID bannerTypeName presentationTypeID presentationTypeName dateAdded rsyaEnabled \
         rsyaBlockID",
    ),
    (
        "bannerPlacements",
        "websiteID websiteName sectionID sectionName placeID placeName isPlaceOn",
        "websiteID websiteName isWebsiteOn sectionID sectionName isSectionOn placeID placeName \
         isPlaceOn",
    ),
    (
        "defaultBanner",
        "siteID siteName placeID bannerTypeName presentationTypeName",
        "adNetworkID adNetworkName siteID siteName placeID bannerTypeID bannerTypeName \
         presentationTypeName defaultCodeType defaultCode",
    ),
    (
        "tracingPoint",
        "objectID objectName advertiserID categoryID counterPostViewToday counterPostClickToday",
        "objectID objectName advertiserID userID weight categoryID templateTypeID objectReferrer \
         objectDescription counterPostView counterPostViewToday counterPostClick \
         counterPostClickToday dateAdded",
    ),
    (
        "template",
        "id name ownerID description isZipAllowed",
        "id name bannerTypeID ownerID description isZipAllowed isLoaderJs isMultipleTrackingUrl \
         isBackgroundColor isWidth widthDefault isHeight heightDefault isGetUrl getUrlWidth \
         getUrlHeight isGetFlv isImageUrl imageUrlWidth imageUrlHeight isHitUrl isTarget isAlt \
         isFlashParameterName isTargetParameterName isTrackingUrl codeType impressionCode \
         markingSettings isIms userParameters",
    ),
    (
        "contract",
        "ID number type customerID executorID amountRub dateConclusion",
        "ID externalID customerID executorID type isRegReport actionType subjectType number \
         amountRub isVat intermediaryContractID dateConclusion isFinalAgreement",
    ),
    (
        "contractor",
        "ID name type inn roles",
        "ID ownerID name type roles countryOKSM inn mobilePhone epayNumber regNumber isOrs isRr \
         rsUrl",
    ),
    (
        "bannerType",
        "ID name presentationTypeID isOn width height",
        "ID name presentationTypeID isOn width height",
    ),
    ("position", "ID name", "ID name"),
    ("category", "ID name type", "ID name type"),
    ("targetingProfile", "ID name", "ID name"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_is_known_and_its_table_shows_documented_members() {
        for (name, table, all) in OBJECTS {
            assert!(!matches!(Object::from(*name), Object::Other(_)), "{name}");
            let all: Vec<&str> = all.split_whitespace().collect();
            for (at, column) in all.iter().enumerate() {
                assert!(!all[..at].contains(column), "{name}: {column} twice");
            }
            for column in table.split_whitespace() {
                assert!(all.contains(&column), "{name}: {column}");
            }
        }
    }
}
