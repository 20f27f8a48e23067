//! What the name of a metric says about adding it up.

/// Anywhere in a name: numbers of people, of whom one may be counted in two rows.
const UNIQUE: [&str; 6] = [
    "reach",
    "uniq",
    "frequency",
    "visitor",
    "viewer",
    "audience",
];

/// As a part of a name: ratios and means.
const RATIOS: [&str; 19] = [
    "average",
    "avg",
    "cpa",
    "cpc",
    "cpm",
    "cpv",
    "ctr",
    "ecpa",
    "ecpc",
    "ecpm",
    "pct",
    "percent",
    "percentage",
    "rate",
    "ratio",
    "share",
    "vcr",
    "viewability",
    "vtr",
];

/// Parts of the names of counters and of money.
const SUMS: [&str; 21] = [
    "click",
    "clicks",
    "commercial",
    "conversions",
    "cost",
    "costs",
    "count",
    "event",
    "events",
    "hits",
    "impressions",
    "income",
    "loads",
    "requests",
    "revenue",
    "shows",
    "spend",
    "spent",
    "sum",
    "total",
    "views",
];

/// Returns whether a metric with this name cannot be added up.
pub(super) fn is_ratio(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    UNIQUE.iter().any(|word| lower.contains(word))
        || parts(name).any(|part| RATIOS.contains(&part.as_str()))
}

/// Returns whether all parts of the name are those of counters and of money.
pub(crate) fn is_sum(name: &str) -> bool {
    !name.is_empty() && parts(name).all(|part| SUMS.contains(&part.as_str()))
}

/// Returns the parts of a name such as `clicks_total` or `clicksTotal`, in lower case.
fn parts(name: &str) -> impl Iterator<Item = String> {
    let mut parts = vec![String::new()];
    let mut after_lower = false;
    for char in name.chars() {
        let begins = !char.is_alphanumeric() || (after_lower && char.is_uppercase());
        if begins {
            parts.push(String::new());
        }
        after_lower = char.is_lowercase() || char.is_numeric();
        if char.is_alphanumeric()
            && let Some(part) = parts.last_mut()
        {
            part.extend(char.to_lowercase());
        }
    }
    parts.into_iter().filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_known_by_parts_of_their_names() {
        for name in [
            "ecpm",
            "eCPM",
            "cpc_total",
            "clickRate",
            "viewability",
            "avgPosition",
            "share_of_voice",
            "uniqVisitors",
            "reach_total",
        ] {
            assert!(is_ratio(name) && !is_sum(name), "{name}");
        }
        for name in ["loads_commercial", "clicks_total", "income", "ClicksTotal"] {
            assert!(is_sum(name) && !is_ratio(name), "{name}");
        }
        // Words within words are none.
        for name in [
            "generated",
            "shareware",
            "corporate",
            "",
            "users_with_clicks",
        ] {
            assert!(!is_sum(name) && !is_ratio(name), "{name}");
        }
    }
}
