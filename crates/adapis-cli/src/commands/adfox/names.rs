//! Names of objects and parameters, and what a misspelled one was meant to be.

use adapis::adfox::{Object, Params};

use crate::error::CliError;
use crate::output::note;

const OBJECTS: [&str; 30] = [
    "activeBanners",
    "advertiser",
    "assistant",
    "banner",
    "bannerPlacements",
    "bannerType",
    "campaign",
    "category",
    "contract",
    "contractor",
    "defaultBanner",
    "geobaseTree",
    "place",
    "placement",
    "position",
    "superCampaign",
    "targetingFrequency",
    "targetingGeobase",
    "targetingProfile",
    "targetingTime",
    "targetingUser",
    "template",
    "tracingPoint",
    "user",
    "userCriterias",
    "webmaster",
    "website",
    "zipFile",
    "zone",
    "site",
];

/// The documented parameters of lists, and the objects whose lists have them; none for all objects.
const LIST: [(&str, &[Object]); 18] = [
    ("actionObjectID", &[]),
    ("actionObjectID2", &[Object::Zone, Object::Place]),
    ("advertiserID", &[Object::TracingPoint]),
    ("bannerID", &[Object::BannerPlacements]),
    ("campaignID", &[Object::TracingPoint]),
    ("categoryID", &[Object::TracingPoint]),
    ("criteriaID", &[Object::Campaign, Object::Banner]),
    ("date", &[Object::ActiveBanners]),
    ("dateAddedFrom", CAMPAIGNS),
    ("dateAddedTo", CAMPAIGNS),
    ("encoding", &[]),
    ("limit", &[]),
    ("listCampaignIDs", &[Object::Banner]),
    ("listPlaceIDs", &[Object::DefaultBanner]),
    ("offset", &[]),
    ("search", SEARCHED),
    ("show", SEARCHED),
    ("superCampaignID", CAMPAIGNS),
];
const CAMPAIGNS: &[Object] = &[Object::SuperCampaign, Object::Campaign];
const SEARCHED: &[Object] = &[Object::SuperCampaign, Object::Campaign, Object::Banner];

/// The known objects, without the names of the user interface.
pub(crate) fn objects() -> impl Iterator<Item = &'static str> {
    OBJECTS.into_iter().filter(|name| *name != "site")
}

/// The documented parameters of the list of an object.
pub(crate) fn list_parameters(object: &str) -> impl Iterator<Item = &'static str> {
    let object = Object::from(object);
    let known = LIST.iter();
    known.filter_map(move |(name, objects)| {
        (objects.is_empty() || objects.contains(&object)).then_some(*name)
    })
}

/// Reads the type of an object. Any name is taken, except for one that is almost a known one.
pub(super) fn object(name: &str) -> Result<Object, CliError> {
    let object = Object::from(name);
    if matches!(object, Object::Other(_))
        && let Some(known) = nearest(name, &OBJECTS)
    {
        // The name of the user interface.
        let known = if known == "site" { "website" } else { known };
        return Err(CliError::input(
            "OBJECT",
            format!("there is no object '{name}'; did you mean '{known}'?"),
        ));
    }
    Ok(object)
}

/// Checks the names of a list's parameters: the vendor ignores what it does not know, and sends rows
/// that were not asked for.
pub(super) fn check_list(object: &Object, params: &Params) -> Result<(), CliError> {
    let is_for = |objects: &[Object]| objects.is_empty() || objects.contains(object);
    let names = LIST.iter().filter(|(_, objects)| is_for(objects));
    let names: Vec<&str> = names.map(|(name, _)| *name).collect();
    for param in params.iter() {
        let name = param.name.as_str();
        if names.contains(&name) {
            continue;
        }
        let problem = match nearest(name, &names) {
            Some(known) => format!("lists have no parameter '{name}'; did you mean '{known}'?"),
            None if matches!(object, Object::Other(_)) => {
                note(format_args!(
                    "'{name}' is not a documented parameter of a list; ADFOX may ignore it"
                ));
                continue;
            }
            None => format!(
                "the list of {object} has no parameter '{name}'; use --where {name}=VALUE to print \
                 only some rows, or 'adfox call' to send it nevertheless"
            ),
        };
        return Err(CliError::input(name, problem));
    }
    Ok(())
}

/// The known name that differs from `name` in letter case, a plural or a slip of the keyboard.
fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let name = name.to_lowercase();
    let name = match name.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => name,
    };
    let slips = if name.chars().count() < 5 { 1 } else { 2 };
    known
        .iter()
        .map(|known| (distance(&name, &known.to_lowercase()), *known))
        .filter(|(distance, _)| *distance <= slips)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// How many letters must be inserted, removed or replaced to make one word from the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (at, expected) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *expected);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_object_is_one() {
        for name in OBJECTS.into_iter().filter(|name| *name != "site") {
            assert!(!matches!(Object::from(name), Object::Other(_)), "{name}");
            object(name).unwrap();
        }
    }

    #[test]
    fn a_misspelled_name_has_a_suggestion() {
        for (name, meant) in [
            ("campaigns", "campaign"),
            ("Campaign", "campaign"),
            ("supercampaign", "superCampaign"),
            ("baner", "banner"),
            ("sites", "website"),
            ("categories", "category"),
            ("zones", "zone"),
        ] {
            let Err(CliError::Input { message, .. }) = object(name) else {
                panic!("{name} is taken");
            };
            assert!(message.contains(&format!("'{meant}'?")), "{message}");
        }
        for other in ["section", "novelty", "x"] {
            object(other).unwrap();
        }
        let list = LIST.map(|(name, _)| name);
        assert_eq!(nearest("limt", &list), Some("limit"));
        assert_eq!(nearest("actionObjectId", &list), Some("actionObjectID"));
        assert_eq!(nearest("status", &list), None);
    }

    #[test]
    fn a_filter_that_the_vendor_does_not_have_is_refused() {
        let check = |object: &str, name: &str| {
            check_list(&Object::from(object), &Params::new().with(name, "1"))
        };
        for (object, name) in [
            ("campaign", "limit"),
            ("campaign", "superCampaignID"),
            ("place", "actionObjectID2"),
            ("tracingPoint", "campaignID"),
            ("novelty", "status"),
        ] {
            check(object, name).unwrap();
        }
        for (object, name, says) in [
            ("campaign", "status", "--where status=VALUE"),
            ("banner", "campaignID", "--where campaignID=VALUE"),
            ("website", "superCampaignID", "'adfox call'"),
            ("novelty", "limt", "'limit'?"),
        ] {
            let Err(CliError::Input { message, .. }) = check(object, name) else {
                panic!("{object} {name} is taken");
            };
            assert!(message.contains(says), "{message}");
        }
    }
}
