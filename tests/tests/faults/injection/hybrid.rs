use std::future::Future;
use std::sync::Arc;

use adcore::Transport;
use hybrid_rest::calls::v3;
use hybrid_rest::calls::{
    AdvertiserStatistics, BannerStatistics, Call, CampaignDomainStatistics, CampaignId,
    CampaignStatistics, DomainStatistics,
};
use hybrid_rest::{Client, Credentials, Error, TokenKind};
use jiff::civil::{Date, date};

use super::{ORIGIN, Slot, never};

const DAY: Date = date(2015, 12, 31);

fn slot<F>(name: &'static str, call: impl Fn(Client, String) -> F + Copy + 'static) -> Slot
where
    F: Future<Output = Result<(), Error>> + 'static,
{
    Slot::new(name, move |transport: Arc<dyn Transport>, text| {
        let client = Client::builder(ORIGIN, Credentials::new("id", "secret"))
            .transport(transport)
            .retry(never())
            .token_kind(TokenKind::Agency)
            .build();
        async move { call(client?, text).await }
    })
}

fn credentials(name: &'static str, make: fn(String) -> Credentials) -> Slot {
    Slot::new(
        name,
        move |transport: Arc<dyn Transport>, text| async move {
            let client = Client::builder(ORIGIN, make(text))
                .transport(transport)
                .retry(never())
                .build()?;
            client.campaigns().await.map(drop)
        },
    )
    .of_token()
}

async fn asked(client: &Client, call: &v3::Statistics) -> Result<(), Error> {
    // The token of an advertiser, whose kind is not asked for.
    let mut rows = client.for_advertiser("a")?.v3().statistics_stream(call);
    rows.next().await.transpose().map(drop)
}

pub(super) fn slots() -> Vec<Slot> {
    vec![
        slot("banners campaign", |client, text| async move {
            client.banners(&CampaignId::from(text)).await.map(drop)
        }),
        slot("campaign ids", |client, text| async move {
            let call = CampaignStatistics::new(DAY, DAY, ["a".to_owned(), text]);
            client.campaign_statistics(&call).await.map(drop)
        }),
        slot("campaign ids of a stream", |client, text| async move {
            let call = CampaignStatistics::new(DAY, DAY, ["a".to_owned(), text]);
            client
                .campaign_statistics_stream(&call)
                .next()
                .await
                .transpose()
                .map(drop)
        }),
        slot("advertiser ids", |client, text| async move {
            let call = AdvertiserStatistics::new(DAY, DAY, [text]);
            client.advertiser_statistics(&call).await.map(drop)
        }),
        slot("banners statistics campaign", |client, text| async move {
            client
                .campaign_domain_statistics(&CampaignDomainStatistics::new(DAY, DAY, text))
                .await
                .map(drop)
        }),
        slot("domain", |client, text| async move {
            client
                .domain_statistics(&DomainStatistics::new(text))
                .await
                .map(drop)
        }),
        slot("banner", |client, text| async move {
            client
                .banner_statistics(&BannerStatistics::new(DAY, DAY, text))
                .await
                .map(drop)
        }),
        slot("banner of a stream", |client, text| async move {
            let call = BannerStatistics::new(DAY, DAY, text);
            client
                .banner_statistics_stream(&call)
                .next()
                .await
                .transpose()
                .map(drop)
        }),
        slot("advertiser", |client, text| async move {
            client.for_advertiser(text)?.campaigns().await.map(drop)
        })
        .of_token(),
        slot("v3 banners campaign", |client, text| async move {
            client
                .for_advertiser("a")?
                .v3()
                .banners(&text.into())
                .await
                .map(drop)
        }),
        slot("v3 statistics campaign", |client, text| async move {
            let call = v3::Statistics::of_campaign(DAY, DAY, text).split(v3::Split::Day);
            asked(&client, &call).await
        }),
        slot("v3 split", |client, text| async move {
            let call = v3::Statistics::of_campaign(DAY, DAY, "c").split(text.as_str());
            asked(&client, &call).await
        }),
        slot("v3 level", |client, text| async move {
            let call = v3::Statistics::new(text, DAY, DAY).split(v3::Split::Day);
            asked(&client, &call).await
        }),
        slot("v3 statistics banner", |client, text| async move {
            let call = v3::Statistics::of_banner(DAY, DAY, text).split(v3::Split::Day);
            asked(&client, &call).await
        }),
        slot("v3 statistics advertiser", |client, text| async move {
            let call = v3::Statistics::of_advertiser(DAY, DAY, text).split(v3::Split::Day);
            let mut rows = client.v3().statistics_stream(&call);
            rows.next().await.transpose().map(drop)
        }),
        slot("v3 campaigns advertiser", |client, text| async move {
            client.v3().campaigns(Some(&text.into())).await.map(drop)
        }),
        credentials("client_id", |text| Credentials::new(text, "secret")),
        credentials("client_secret", |text| Credentials::new("id", text)),
        slot("path", |client, text| async move {
            client.call(&Call::get(text)).await.map(drop)
        })
        .path(),
        slot("path under a directory", |client, text| async move {
            client
                .call(&Call::get(format!("/campaign/{text}")))
                .await
                .map(drop)
        })
        .path(),
    ]
}
