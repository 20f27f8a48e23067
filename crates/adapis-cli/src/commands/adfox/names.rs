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

/// The documented parameters of all lists.
const LIST: [&str; 14] = [
    "actionObjectID",
    "actionObjectID2",
    "bannerID",
    "date",
    "dateAddedFrom",
    "dateAddedTo",
    "encoding",
    "limit",
    "listCampaignIDs",
    "listPlaceIDs",
    "offset",
    "search",
    "show",
    "superCampaignID",
];

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
pub(super) fn check_list(params: &Params) -> Result<(), CliError> {
    for param in params.iter() {
        let name = param.name.as_str();
        if LIST.contains(&name) {
            continue;
        }
        if let Some(known) = nearest(name, &LIST) {
            return Err(CliError::input(
                name,
                format!("lists have no parameter '{name}'; did you mean '{known}'?"),
            ));
        }
        note(format_args!(
            "'{name}' is not a documented parameter of a list; ADFOX may ignore it"
        ));
    }
    Ok(())
}

/// The known name that differs from `name` in letter case, a plural or a slip of the keyboard.
fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
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
        assert_eq!(nearest("limt", &LIST), Some("limit"));
        assert_eq!(nearest("actionObjectId", &LIST), Some("actionObjectID"));
        assert_eq!(nearest("status", &LIST), None);
    }
}
