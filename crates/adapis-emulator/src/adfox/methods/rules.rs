//! Validation of parameters by name.

use super::context::Method;
use crate::adfox::dates;
use crate::adfox::request::Call;
use crate::adfox::response::Refusal;
use crate::adfox::store::Store;

enum Rule {
    Whole,
    Number,
    Range(i64, i64),
    /// `YYYY-MM-DD`, with an optional time.
    Date,
    Mail,
    /// The ID of a row of an object.
    Id(&'static str),
    /// The ID of a row of an object, or 0 for no row.
    IdOrNone(&'static str),
    /// Comma-separated IDs.
    Ids,
    OneOf(&'static [&'static str]),
}

impl Rule {
    const FLAG: Self = Self::Range(0, 1);
}

/// The largest documented limit of impressions and clicks.
const MAX_LIMIT: i64 = 2_147_483_647;

static RULES: &[(&str, Rule)] = &[
    ("advertiserID", Rule::Id("advertiser")),
    ("campaignID", Rule::Id("campaign")),
    ("bannerID", Rule::Id("banner")),
    ("templateID", Rule::Id("template")),
    ("siteID", Rule::Id("website")),
    ("zoneID", Rule::Id("zone")),
    ("placeID", Rule::Id("place")),
    ("bannerTypeID", Rule::Id("bannerType")),
    ("positionID", Rule::Id("position")),
    ("superCampaignID", Rule::IdOrNone("superCampaign")),
    ("assistantID", Rule::IdOrNone("assistant")),
    ("webmasterID", Rule::IdOrNone("webmaster")),
    ("categoryID", Rule::IdOrNone("category")),
    ("targetingProfileID", Rule::IdOrNone("targetingProfile")),
    ("contractorID", Rule::IdOrNone("contractor")),
    ("intermediaryContractID", Rule::IdOrNone("contract")),
    ("subjectType", Rule::Range(0, 4)),
    ("actionType", Rule::Range(0, 3)),
    ("isVat", Rule::FLAG),
    ("isRegReport", Rule::FLAG),
    ("isFinalAgreement", Rule::FLAG),
    ("isOrs", Rule::FLAG),
    ("isRr", Rule::FLAG),
    ("amountRub", Rule::Number),
    ("weight", Rule::Range(0, 100)),
    ("websiteID", Rule::Id("website")),
    ("sectionID", Rule::Id("zone")),
    ("customerID", Rule::Id("contractor")),
    ("executorID", Rule::Id("contractor")),
    ("objectID", Rule::Whole),
    ("actionObjectID", Rule::Whole),
    ("actionObjectID2", Rule::Whole),
    ("listIDs", Rule::Ids),
    ("listCampaignIDs", Rule::Ids),
    ("listPlaceIDs", Rule::Ids),
    ("dateStart", Rule::Date),
    ("dateEnd", Rule::Date),
    ("dateAddedFrom", Rule::Date),
    ("dateAddedTo", Rule::Date),
    ("datePeriod", Rule::Date),
    ("dateConclusion", Rule::Date),
    ("date", Rule::Date),
    ("status", Rule::Range(0, 2)),
    ("actionStatus", Rule::FLAG),
    ("isActive", Rule::FLAG),
    ("isAutoReferer", Rule::FLAG),
    ("isEvents", Rule::FLAG),
    ("isMobileApp", Rule::FLAG),
    ("isSession", Rule::FLAG),
    ("isTrafficSmooth", Rule::FLAG),
    ("isUnplaced", Rule::FLAG),
    ("geo", Rule::FLAG),
    ("global", Rule::Range(0, 2)),
    ("keywordsLogic", Rule::FLAG),
    ("templateType", Rule::FLAG),
    ("templateTypeID", Rule::FLAG),
    ("defaultCodeType", Rule::FLAG),
    ("parametersDivider", Rule::FLAG),
    ("synchronousFactor", Rule::Range(1, 3)),
    ("pct", Rule::Range(0, 4)),
    ("isRedefined", Rule::FLAG),
    ("hideChildren", Rule::FLAG),
    ("rsyaEnabled", Rule::FLAG),
    ("newBlockPageId", Rule::Whole),
    ("minCtr", Rule::Range(0, 100)),
    ("optimizationMode", Rule::OneOf(&["none", "ctr"])),
    ("minUniqueImpressions", Rule::Whole),
    ("avgUniqueImpressions", Rule::Whole),
    ("presentationTypeID", Rule::Range(0, 5)),
    ("criteriaID", Rule::Range(1, 63)),
    ("criteriaId", Rule::Range(1, 63)),
    ("trafficPercents", Rule::Range(0, 100)),
    ("priority", Rule::Range(1, 1000)),
    ("level", Rule::Whole),
    // -1 is the default of placing: the method of the level above.
    ("rotationMethodID", Rule::Range(-1, 1)),
    ("cpm", Rule::Number),
    ("cpc", Rule::Number),
    ("eMail", Rule::Mail),
];

/// Parameters that a change may omit but not leave empty.
const NOT_NULL: [&str; 3] = ["name", "account", "eMail"];

/// Refuses invalid values.
///
/// In calls that only read, the existence of IDs is checked for required parameters only.
pub(super) fn check(call: &Call, store: &Store, method: &Method) -> Result<(), Refusal> {
    for (name, value) in call.pairs() {
        if value.is_empty() {
            if method.writes && NOT_NULL.contains(&name) {
                return Err(Refusal::not_null(name));
            }
            continue;
        }
        let looked_up = method.writes || method.required.contains(&name);
        if rule(name, method).is_some_and(|rule| !fits(rule, value, store, looked_up)) {
            return Err(Refusal::incorrect(name, value));
        }
    }
    Ok(())
}

fn rule(name: &str, method: &Method) -> Option<&'static Rule> {
    let is_limit = ["maxImpressions", "maxClicks"]
        .iter()
        .any(|limit| name.starts_with(limit));
    if is_limit {
        // 0 is no limit, except for placing, where no limit is no parameter.
        return Some(if method.action == "placing" {
            &Rule::Range(1, MAX_LIMIT)
        } else {
            &Rule::Range(0, MAX_LIMIT)
        });
    }
    if name == "isOn" {
        let switch = method.objects == ["placement2"];
        return Some(if switch {
            &Rule::OneOf(&["on", "off"])
        } else {
            &Rule::FLAG
        });
    }
    if name.starts_with("max") {
        return Some(&Rule::Whole);
    }
    RULES
        .iter()
        .find(|(named, _)| *named == name)
        .map(|(_, rule)| rule)
}

fn fits(rule: &Rule, value: &str, store: &Store, looked_up: bool) -> bool {
    let exists = |object| {
        // A data file with rows of one object must not break all calls that refer to others.
        !looked_up || !store.knows(object) || store.row(object, value).is_some()
    };
    match rule {
        Rule::Whole => is_whole(value),
        Rule::Number => !value.starts_with('.') && value.splitn(2, ['.', ',']).all(is_whole),
        Rule::Range(from, to) => {
            is_whole(value.strip_prefix('-').unwrap_or(value))
                && value.parse().is_ok_and(|n: i64| (*from..=*to).contains(&n))
        }
        Rule::OneOf(words) => words.contains(&value),
        Rule::Date => dates::canonical(value).is_some(),
        Rule::Mail => value.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && !host.is_empty() && !value.contains(char::is_whitespace)
        }),
        Rule::Id(object) => is_whole(value) && exists(object),
        Rule::IdOrNone(object) => is_whole(value) && (value == "0" || exists(object)),
        Rule::Ids => value.split(',').all(|id| is_whole(id.trim())),
    }
}

fn is_whole(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}
