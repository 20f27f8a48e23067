//! Copies of objects: the parameters that would add an object like that of a row.

use super::{Action, Call, Context, Object, Params, Row, Value};

/// Members that the vendor computes or looks up: no method has a parameter of this name.
const READ_ONLY: [&str; 52] = [
    "ID",
    "id",
    "objectID",
    "dateAdded",
    "dateFinished",
    // The names of other objects.
    "superCampaignName",
    "campaignName",
    "campaignDateStart",
    "campaignDateEnd",
    "bannerTypeName",
    "templateName",
    "targetingProfileName",
    "siteName",
    "zoneName",
    "positionName",
    "categoryName",
    "adNetworkName",
    "presentationTypeName",
    "advertiserAccount",
    "assistantAccount",
    "webmasterAccount",
    // Further users have their own methods.
    "additionalAdvertiserIDs",
    "additionalAdvertiserAccounts",
    "additionalAssistantIDs",
    "additionalAssistantAccounts",
    // Counters.
    "impressions",
    "impressionsAll",
    "impressionsToday",
    "impressionsHour",
    "impressionsPerHour",
    "impressionsDefaultToday",
    "clicks",
    "clicksAll",
    "clicksToday",
    "clicksHour",
    "clicksPerHour",
    "loadsToday",
    "CTRToday",
    "counterPostView",
    "counterPostViewToday",
    "counterPostClick",
    "counterPostClickToday",
    // What the vendor makes of other members.
    "impressionCode",
    "pricingModel",
    "isByAssistantCreated",
    "isPlaced",
    "ownerID",
    "externalID",
    "rsyaEnabled",
    "rsyaBlockID",
    "zipFile",
    "zipFileSize",
];

/// Members whose value 0 means that there is no such object.
const NO_OBJECT: [&str; 9] = [
    "superCampaignID",
    "assistantID",
    "targetingProfileID",
    "webmasterID",
    "categoryID",
    "adNetworkID",
    "contractorID",
    "intermediaryContractID",
    "mainPointID",
];

impl Row {
    /// Returns the members of a listed `object` as parameters of its `add` and `modify`.
    ///
    /// Members that no method takes are left out: ids, counters, names of other objects, and those
    /// that are empty, not set or not limited. Change what must differ with
    /// [`Params::set`](super::Params::set).
    ///
    /// ```
    /// use adfox_api::{Object, Row, Value};
    ///
    /// let members = [("ID", "3001"), ("name", "Autumn"), ("impressionsAll", "7"), ("maxClicks", "0")];
    /// let row: Row = members
    ///     .into_iter()
    ///     .map(|(name, value)| (name.to_owned(), Value::Text(value.to_owned())))
    ///     .collect();
    /// let params = row.to_params(&Object::Campaign);
    /// assert_eq!(params.get("name"), Some("Autumn"));
    /// assert_eq!(params.iter().count(), 1);
    /// ```
    #[must_use]
    pub fn to_params(&self, object: &Object) -> Params {
        self.iter().fold(Params::new(), |params, (name, value)| {
            if is_read_only(object, name) {
                return params;
            }
            match value {
                Value::Text(text) => with_text(params, parameter(object, name), text),
                Value::List(items) => items
                    .iter()
                    .filter_map(Value::as_str)
                    .fold(params, |params, item| {
                        params.with(format!("{name}[]"), item)
                    }),
                Value::Empty | Value::Row(_) => params,
            }
        })
    }

    /// Returns the call that adds a copy of a listed `object`, by [`to_params`](Self::to_params).
    ///
    /// ```no_run
    /// # async fn example(client: adfox_api::Client, campaign: adfox_api::Row) -> Result<(), adfox_api::Error> {
    /// use adfox_api::Object;
    ///
    /// let copy = client.call(&campaign.to_add(Object::Campaign)).await?;
    /// println!("{:?}", copy.id);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn to_add(&self, object: Object) -> Call {
        let params = self.to_params(&object);
        Call::new(Context::Account, Action::Add)
            .object(object)
            .params(params)
    }
}

fn is_read_only(object: &Object, name: &str) -> bool {
    let of_template = name.starts_with("parameter");
    READ_ONLY.contains(&name)
        || match object {
            Object::Banner => of_template,
            // It is that of the banner type.
            Object::Place => name == "presentationTypeID",
            _ => false,
        }
}

/// The name of the parameter for a member.
fn parameter<'a>(object: &Object, member: &'a str) -> &'a str {
    match (object, member) {
        (Object::TracingPoint, "objectName") => "name",
        (Object::TracingPoint, "objectReferrer") => "referrer",
        _ => member,
    }
}

fn with_text(params: Params, name: &str, text: &str) -> Params {
    let is_zero = text == "0";
    let is_limit = name.starts_with("maxImpressions") || name.starts_with("maxClicks");
    if is_zero && (is_limit || NO_OBJECT.contains(&name)) {
        return params;
    }
    // Rows have seconds, parameters do not.
    let is_moment = ["dateStart", "dateEnd"].contains(&name);
    let text = match text.char_indices().nth(16) {
        Some((end, ':')) if is_moment => &text[..end],
        _ => text,
    };
    if text.chars().any(char::is_control) {
        params.multiline(name, text)
    } else {
        params.with(name, text)
    }
}
