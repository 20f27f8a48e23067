//! The streams of ADFOX: lists of objects, kept as snapshots, and reports.

pub(crate) mod report;

use adcore::{Error, ErrorKind};
use adfox_api::{Client, Object, Pages, Params, Row};

use super::{Ask, Calls, FetchError, Sink, Stream, optional, required, schema};
use crate::schema::{Column, ColumnType, Value};

/// How many times a list that turns out to be incomplete is read.
const ATTEMPTS: u32 = 3;

/// The rows of a page, the client's default and the vendor's maximum.
const PAGE: u64 = 1000;

/// The members of objects that have columns: texts, counts (`#`) and money (`$`). All others are in `extra`.
const OBJECTS: [(&str, &str, &str); 6] = [
    (
        "adfox.superCampaign",
        "superCampaign",
        "name advertiserID advertiserAccount assistantID assistantAccount logicType type status impressionsMethodID \
         #maxImpressions #maxImpressionsPerDay #maxImpressionsPerHour #maxClicks #maxClicksPerDay #maxClicksPerHour \
         #impressionsAll #impressionsToday #clicksAll #clicksToday dateAdded dateStart dateEnd dateFinished",
    ),
    (
        "adfox.campaign",
        "campaign",
        "name superCampaignID superCampaignName advertiserID advertiserAccount assistantID assistantAccount type level \
         priority status impressionsMethodID impressionsSmoothTypeID clicksSmoothTypeID isTrafficSmooth #maxImpressions \
         #maxImpressionsPerDay #maxImpressionsPerHour #maxClicks #maxClicksPerDay #maxClicksPerHour #impressionsAll \
         #impressionsToday #clicksAll #clicksToday pricingModel pricingModelID $itemCost itemQty $cpm $cpc \
         trafficPercents rotationMethodID targetingProfileID dateAdded dateStart dateEnd dateFinished",
    ),
    (
        "adfox.banner",
        "banner",
        "name campaignID campaignName campaignDateStart campaignDateEnd bannerTypeID bannerTypeName status isUnplaced \
         priority #impressions #impressionsToday #clicks #clicksToday targetingProfileID targetingProfileName templateID \
         templateName imageURL hitURL trackingURL #maxImpressions #maxImpressionsPerDay #maxImpressionsPerHour \
         #maxClicks #maxClicksPerDay #maxClicksPerHour dateStart dateEnd dateAdded width height",
    ),
    (
        "adfox.website",
        "website",
        "name URL isActive webmasterID webmasterAccount adNetworkID adNetworkName categoryID categoryName #loadsToday \
         #impressionsToday #impressionsDefaultToday #clicksToday CTRToday isReferrerByURL templateTypeID template \
         dateAdded platformName platformType contractorID isMobileApp",
    ),
    (
        "adfox.zone",
        "zone",
        "name siteID siteName categoryID categoryName isAutoReferer templateTypeID dateAdded",
    ),
    (
        "adfox.place",
        "place",
        "name positionID positionName zoneID zoneName siteID siteName categoryID categoryName bannerTypeID \
         bannerTypeName presentationTypeID presentationTypeName dateAdded rsyaEnabled rsyaBlockID",
    ),
];

/// Returns the streams of objects; reports are what a configuration makes of them.
pub(crate) fn streams() -> Vec<Stream> {
    let stream = |(name, object, members): (&'static str, &'static str, &str)| {
        let mut columns = vec![required("ID", ColumnType::Text)];
        columns.extend(
            members
                .split(' ')
                .filter(|member| !member.is_empty())
                .map(column),
        );
        Stream {
            name,
            schema: schema(1, columns),
            key: vec!["ID"],
            additive: vec![],
            day: None,
            per_advertiser: false,
            is_split: false,
            request: object,
        }
    };
    OBJECTS.into_iter().map(stream).collect()
}

fn column(member: &str) -> Column {
    match (member.strip_prefix('#'), member.strip_prefix('$')) {
        (Some(name), _) => optional(name, ColumnType::Count),
        (_, Some(name)) => optional(name, ColumnType::Money),
        _ => optional(member, ColumnType::Text),
    }
}

/// Returns how many requests a list takes, if it is as long as at the time of the last snapshot.
pub(crate) fn calls(last_rows: Option<u64>) -> Calls {
    match last_rows {
        Some(rows) => Calls::at_least(rows.div_ceil(PAGE).max(1)),
        None => Calls::at_least(1),
    }
}

/// Hands the objects of a list to `sink`, once the list is known to be whole.
///
/// A list that shrinks while it is read may be incomplete, which the client reports; it is then read again.
pub(crate) async fn fetch<E>(
    client: &Client,
    ask: Ask<'_>,
    sink: &mut Sink<'_, E>,
) -> Result<(), FetchError<E>> {
    let mut attempt = 1;
    let rows = loop {
        match read(client, ask.stream).await {
            Ok(rows) => break rows,
            Err(error) if error.kind() == ErrorKind::Decode && attempt < ATTEMPTS => {
                tracing::warn!(stream = ask.stream.name, %error, "the list is read again");
                attempt += 1;
            }
            Err(error) => return Err(error.into()),
        }
    };
    for row in &rows {
        let values = values(ask, row);
        sink(&values).map_err(FetchError::Row)?;
    }
    Ok(())
}

async fn read(client: &Client, stream: &Stream) -> Result<Vec<Row>, Error> {
    let object = Object::from(stream.request);
    let mut pages: Pages<Row> = client.list(object, Params::new());
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await {
        rows.extend(page?.rows);
    }
    Ok(rows)
}

fn values<'a>(ask: Ask<'a>, row: &'a Row) -> Vec<Value<'a>> {
    let columns = &ask.stream.schema.columns;
    let mut values = Vec::with_capacity(columns.len());
    for column in columns {
        let text = row.text(&column.name);
        values.push(match (column.name.as_str(), column.column_type) {
            // The objects of ADFOX may have a member of this name themselves, which then is in `extra`.
            ("account", _) => Value::from(ask.account),
            ("extra", _) => extra(ask.stream, row),
            (_, ColumnType::Text) => Value::from(text),
            // Anything that is not a number stays text, which the writer refuses by the name of the column.
            (_, ColumnType::Count) => match text.map(str::parse::<i64>) {
                Some(Ok(number)) => Value::Count(number),
                _ => Value::from(text),
            },
            _ => match text.map(str::parse::<adfox_api::Decimal>) {
                Some(Ok(number)) => Value::Money(number),
                _ => Value::from(text),
            },
        });
    }
    values
}

fn extra(stream: &Stream, row: &Row) -> Value<'static> {
    let is_known = |name: &str| name != "account" && stream.position(name).is_some();
    let others = row.iter().filter(|(name, value)| {
        // A known member that is nested has no place in its column.
        let is_empty = matches!(value, adfox_api::Value::Empty);
        !is_known(name) || (value.as_str().is_none() && !is_empty)
    });
    let others: Row = others
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect();
    if others.is_empty() {
        return Value::Null;
    }
    Value::from(serde_json::to_string(&others).ok())
}
