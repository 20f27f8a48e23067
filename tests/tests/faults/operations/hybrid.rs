use hybrid_rest::calls::v3::{Split, Statistics};
use hybrid_rest::calls::{
    AdvertiserStatistics, BannerStatistics, Call, CampaignDomainStatistics, CampaignId,
    CampaignStatistics, DomainStatistics,
};
use hybrid_rest::{Client, ClientBuilder, Credentials};
use jiff::civil::{Date, date};

use super::{Asks, BODY_LIMIT, Operation, Outcome, Setup};
use crate::canary::{ACCESS, HYBRID_ID, HYBRID_SECRET, REFRESH};
use crate::catalog::Good;
use crate::server::{ASKING, Seen};

const FROM: Date = date(2015, 12, 30);
const TO: Date = date(2015, 12, 31);

pub(super) fn token(number: usize) -> Good {
    let quoted = |token: &str| serde_json::to_string(&format!("{token}{number}")).unwrap();
    let (access, refresh) = (quoted(ACCESS), quoted(REFRESH));
    Good::json(format!(
        r#"{{"access_token":{access},"token_type":"bearer","expires_in":"86400","refresh_token":{refresh},"note":"мир 4242"}}"#
    ))
}

fn granted(_: &Seen) -> Good {
    token(1)
}

pub(super) fn named(_: &Seen) -> Good {
    Good::json(
        r#"[{"Id":"a1","Name":"мир","Balance":4242},{"Id":"b2","Name":"x","Balance":"1.5"}]"#,
    )
}

fn campaigns(_: &Seen) -> Good {
    Good::json(
        r#"[{"CampaignId":"c1","Stat":[{"Date":"2015-12-30","ImpressionCount":4242,"Cost":1.25,"Note":"мир"},{"Date":"2015-12-31","ImpressionCount":1}]},{"CampaignId":"c2","Stat":[{"Date":"2015-12-30"}]}]"#,
    )
}

fn domains(_: &Seen) -> Good {
    Good::json(
        r#"[{"Date":"2015-12-30","Domain":"мир.example","ImpressionCount":4242,"Reach":3},{"Date":"2015-12-31","Domain":"b"}]"#,
    )
}

/// Two rows, and then one or, after a page that is shorter than requested, none.
pub(super) fn page(seen: &Seen) -> Good {
    let rows = if seen.target().contains("&page=0&") {
        r#"{"Day":"2015-12-30T00:00:00","SplitName":"мир","ImpressionCount":4242,"TotalSum":1.25},{"SplitName":"b","ClickCount":1,"Note":"x"}"#
    } else if seen.target().contains("later-short") || seen.target().contains("first") {
        ""
    } else {
        r#"{"SplitName":"мир 2","ImpressionCount":4242,"TotalSum":0.5}"#
    };
    Good::json(format!(r#"{{"Note":"мир 4242","Statistic":[{rows}]}}"#))
}

fn banner(_: &Seen) -> Good {
    Good::json(r#"{"Date":"2015-12-30","ClickCount":4242,"SumBets":"3.5","Note":"мир"}"#)
}

fn client(setup: &Setup) -> Client {
    builder(setup).build().unwrap()
}

/// A client that asks for the kind of its token.
fn asking(setup: &Setup) -> Client {
    builder(setup).user_agent(ASKING).build().unwrap()
}

fn builder(setup: &Setup) -> ClientBuilder {
    Client::builder(&setup.url, Credentials::new(HYBRID_ID, HYBRID_SECRET))
        .transport(setup.transport.clone())
        .retry(setup.retry())
        .attempt_timeout(setup.attempt)
        .deadline(setup.deadline)
        .body_limit(BODY_LIMIT)
        .page_size(2)
        .token_settings(setup.tokens())
}

/// A client whose first page is shorter than requested.
fn of_short_pages(setup: &Setup) -> Client {
    builder(setup).page_size(3).build().unwrap()
}

fn by_campaign(campaign: &str) -> Statistics {
    Statistics::of_campaign(FROM, TO, campaign).split(Split::Campaign)
}

macro_rules! operation {
    ($name:literal, $good:ident, $client:ident => $call:expr) => {
        operation!($name, $good, client => $client => $call)
    };
    ($name:literal, $good:ident, $make:ident => $client:ident => $call:expr) => {
        Operation::new($name, $good, |setup| {
            Box::pin(async move {
                let $client = $make(&setup);
                Outcome::one($call.await)
            })
        })
    };
}

macro_rules! stream {
    ($name:literal, $good:ident, $client:ident => $call:expr) => {
        stream!($name, $good, client => $client => $call)
    };
    ($name:literal, $good:ident, $make:ident => $client:ident => $call:expr) => {
        Operation::new($name, $good, |setup| {
            Box::pin(async move {
                let $client = $make(&setup);
                Outcome::all($call).await
            })
        })
        .streams()
    };
}

pub(super) fn all() -> Vec<Operation> {
    let all = [
        operation!("hybrid advertiser.get", named, client => client.advertisers()),
        operation!("hybrid campaign.get", named, client => client.campaigns()),
        operation!("hybrid banner.get", named, client => client.banners(&CampaignId::from("c"))),
        operation!("hybrid statistic.campaign", campaigns, client =>
            client.campaign_statistics(&CampaignStatistics::new(FROM, TO, ["c1", "c2"]))),
        operation!("hybrid statistic.advertiser", campaigns, client =>
            client.advertiser_statistics(&AdvertiserStatistics::new(FROM, TO, ["a"]))),
        operation!("hybrid statistic.banners.campaign", domains, client =>
            client.campaign_domain_statistics(&CampaignDomainStatistics::new(FROM, TO, "c"))),
        operation!("hybrid statistic.banners.domain", domains, client =>
            client.domain_statistics(&DomainStatistics::new("d.example"))),
        operation!("hybrid statistic.banner", banner, client =>
            client.banner_statistics(&BannerStatistics::new(FROM, TO, "b"))),
        operation!("hybrid get", named, client => client.call(&Call::get("/v2.0/anything?x=1"))),
        operation!("hybrid as an advertiser", named, client =>
            client.for_advertiser("adv").unwrap().campaigns()),
        stream!("hybrid statistic.campaign stream", campaigns, client =>
            client.campaign_statistics_stream(&CampaignStatistics::new(FROM, TO, ["c1", "c2"]))),
        stream!("hybrid statistic.advertiser stream", campaigns, client =>
            client.advertiser_statistics_stream(&AdvertiserStatistics::new(FROM, TO, ["a"]))),
        stream!("hybrid statistic.banners.campaign stream", domains, client =>
            client.campaign_domain_statistics_stream(&CampaignDomainStatistics::new(FROM, TO, "c"))),
        stream!("hybrid statistic.banners.domain stream", domains, client =>
            client.domain_statistics_stream(&DomainStatistics::new("d.example"))),
        operation!("hybrid statistic.banner stream", banner, client =>
            first(client.banner_statistics_stream(&BannerStatistics::new(FROM, TO, "b")))),
        operation!("hybrid v3.advertisers", named, client => client.v3().advertisers()),
        operation!("hybrid v3.campaigns", named, client =>
            client.for_advertiser("adv").unwrap().v3().campaigns(None)),
        operation!("hybrid v3.banners", named, client => client.v3().banners(&CampaignId::from("c"))),
        operation!("hybrid v3.campaigns of an agency", named, asking => client =>
            client.v3().campaigns(Some(&"adv".into()))),
        stream!("hybrid v3.statistic", page, of_short_pages => client =>
            client.v3().statistics_stream(&by_campaign("first"))),
        stream!("hybrid v3.statistic of an agency", page, asking => client =>
            client.v3().statistics_stream(&by_campaign("first").advertiser("adv"))),
        stream!("hybrid v3.statistic page 2", page, client =>
            client.v3().statistics_stream(&by_campaign("later")))
        .after_rows(2),
        stream!("hybrid v3.statistic after a short page", page, of_short_pages => client =>
            client.v3().statistics_stream(&by_campaign("later-short")))
        .after_rows(2),
        operation!("hybrid token.grant", granted, client => client.campaigns()).asks(Asks::Grant),
        operation!("hybrid token.refresh", granted, client => client.campaigns())
            .asks(Asks::Refresh),
        operation!("hybrid token.grant of an advertiser", granted, client =>
            client.for_advertiser("adv").unwrap().campaigns())
        .asks(Asks::Grant),
    ];
    all.map(|operation| operation.idempotent().renews())
        .to_vec()
}

async fn first<T>(
    mut rows: hybrid_rest::StatisticsStream<T>,
) -> Result<Option<T>, hybrid_rest::Error> {
    rows.next().await.transpose()
}
