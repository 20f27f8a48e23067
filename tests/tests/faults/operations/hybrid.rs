use hybrid_rest::calls::v3::{Split, Statistics};
use hybrid_rest::calls::{
    AdvertiserStatistics, BannerStatistics, Call, CampaignDomainStatistics, CampaignId,
    CampaignStatistics, DomainStatistics,
};
use hybrid_rest::{Client, Credentials};
use jiff::civil::{Date, date};

use super::{Asks, BODY_LIMIT, Operation, Outcome, Setup};
use crate::canary::{ACCESS, HYBRID_ID, HYBRID_SECRET, REFRESH};
use crate::catalog::Good;
use crate::server::Seen;

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

fn named(_: &Seen) -> Good {
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

/// More rows than requested, which are all: one request.
fn page(_: &Seen) -> Good {
    Good::json(
        r#"{"Statistic":[{"Day":"2015-12-30T00:00:00","SplitName":"мир","ImpressionCount":4242,"TotalSum":1.25},{"SplitName":"b","ClickCount":1,"Note":"x"}]}"#,
    )
}

fn banner(_: &Seen) -> Good {
    Good::json(r#"{"Date":"2015-12-30","ClickCount":4242,"SumBets":"3.5","Note":"мир"}"#)
}

fn client(setup: &Setup) -> Client {
    Client::builder(&setup.url, Credentials::new(HYBRID_ID, HYBRID_SECRET))
        .transport(setup.transport.clone())
        .retry(setup.retry())
        .attempt_timeout(setup.attempt)
        .deadline(setup.deadline)
        .body_limit(BODY_LIMIT)
        .page_size(1)
        .token_settings(setup.tokens())
        .build()
        .unwrap()
}

macro_rules! operation {
    ($name:literal, $good:ident, $client:ident => $call:expr) => {
        Operation::new($name, $good, |setup| {
            Box::pin(async move {
                let $client = client(&setup);
                Outcome::one($call.await)
            })
        })
    };
}

macro_rules! stream {
    ($name:literal, $good:ident, $client:ident => $call:expr) => {
        Operation::new($name, $good, |setup| {
            Box::pin(async move {
                let $client = client(&setup);
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
        stream!("hybrid v3.statistic", page, client =>
            client.for_advertiser("adv").unwrap().v3().statistics_stream(
                &Statistics::of_campaign(FROM, TO, "c").split(Split::Campaign))),
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
