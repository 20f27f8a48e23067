//! Typed rows and the emulator agree: what the vendor documents of a row has a field.

use std::fmt::Debug;

use adfox_api::calls::{
    AddContract, AddContractor, AddTracingPoint, AdvertiserId, BannerTypeId, CampaignId,
    CampaignSpots, ContractType, ContractorRole, ContractorType, FrequencySpan, FrequencyTargeting,
    GetPlacement, GetTracingCodes, ListAdvertisers, ListBannerPlacements, ListBanners,
    ListCampaignSpots, ListCampaigns, ListContractors, ListContracts, ListDefaultBanners,
    ListPlaces, ListSuperCampaigns, ListTemplate, ListTracingPoints, ListWebmasters, ListWebsites,
    ListZones, ModifyContract, ModifyTracingPoint, PlaceCampaign, PlaceId, PositionId,
    RotationMethod, Target, WebsiteId, ZoneId,
};
use adfox_api::{ApiCall, Extra, Object, Pages, Row};
use jiff::civil::date;

use super::start;

const CAMPAIGN: CampaignId = CampaignId::new(3001);
const WEBSITE: WebsiteId = WebsiteId::new(5001);
const ZONE: ZoneId = ZoneId::new(5101);
const PLACE: PlaceId = PlaceId::new(5201);

/// Asserts that `extra` has no other members than `known`.
async fn only_extra<T>(pages: Pages<T>, known: &[&str], extra: impl Fn(&T) -> &Extra)
where
    T: serde::de::DeserializeOwned + Send + Debug,
{
    let rows = pages.collect().await.unwrap();
    assert!(!rows.is_empty());
    for row in &rows {
        for name in extra(row).keys() {
            let is_known = known.contains(&name.as_str()) || name.starts_with("parameter");
            assert!(is_known, "{name} of {row:?}");
        }
    }
}

#[tokio::test]
async fn documented_members_have_fields() {
    let (_emulator, client) = start().await;
    only_extra(
        client.super_campaigns(&ListSuperCampaigns::new()),
        &["sectorID"],
        |row| &row.extra,
    )
    .await;
    only_extra(
        client.campaigns(&ListCampaigns::new()),
        &[
            "logicType",
            "kind_id",
            "sectorID",
            "impressionsHour",
            "clicksHour",
        ],
        |row| &row.extra,
    )
    .await;
    only_extra(
        client.banners(&ListBanners::new()),
        &["reference", "user1"],
        |row| &row.extra,
    )
    .await;
    only_extra(client.advertisers(&ListAdvertisers::new()), &[], |row| {
        &row.extra
    })
    .await;
    only_extra(client.webmasters(&ListWebmasters::new()), &[], |row| {
        &row.extra
    })
    .await;
    only_extra(
        client.websites(&ListWebsites::new()),
        &["sectorid", "isBannersExchange"],
        |row| &row.extra,
    )
    .await;
    only_extra(client.zones(&ListZones::new()), &["template"], |row| {
        &row.extra
    })
    .await;
    only_extra(client.places(&ListPlaces::new()), &[], |row| &row.extra).await;
    only_extra(
        client.default_banners(&ListDefaultBanners::new()),
        &[],
        |row| &row.extra,
    )
    .await;
    only_extra(
        client.tracing_points(&ListTracingPoints::new()),
        &[],
        |row| &row.extra,
    )
    .await;
    only_extra(client.contracts(&ListContracts::new()), &[], |row| {
        &row.extra
    })
    .await;
    only_extra(client.contractors(&ListContractors::new()), &[], |row| {
        &row.extra
    })
    .await;
    only_extra(
        client.template(&ListTemplate::new(201.into())),
        &[],
        |row| &row.extra,
    )
    .await;
    client
        .place_campaign(&PlaceCampaign::on(CAMPAIGN, WEBSITE))
        .await
        .unwrap();
    let list = ListBannerPlacements::new(4001.into());
    only_extra(client.banner_placements(&list), &[], |row| &row.extra).await;
}

#[tokio::test]
async fn counters_and_references_of_campaigns_are_read() {
    let (_emulator, client) = start().await;
    let list = ListCampaigns::new().id(CampaignId::new(3003));
    let row = client.campaigns(&list).collect().await.unwrap().remove(0);
    assert_eq!(
        (row.impressions, row.impressions_today),
        (Some(2026), Some(22))
    );
    assert_eq!((row.clicks, row.clicks_today), (Some(14), Some(2)));
    assert_eq!(row.impressions_per_hour, Some(0));
    assert_eq!(row.traffic_smooth, Some(false));
    assert_eq!(row.rotation_method, Some(RotationMethod::Priority));
    assert_eq!(row.assistant_account, None);
    assert_eq!(row.item_cost.unwrap().to_string(), "42.50");
}

#[tokio::test]
async fn a_campaign_is_cloned_by_one_line() {
    let (_emulator, client) = start().await;
    let list = ListCampaigns::new().id(CampaignId::new(3002));
    let row: Row = client
        .pages(&list.to_call())
        .collect()
        .await
        .unwrap()
        .remove(0);
    let copy = client.call(&row.to_add(Object::Campaign)).await.unwrap();
    let id = CampaignId::new(copy.id.unwrap().parse().unwrap());
    let read = async |id: CampaignId| {
        let list = ListCampaigns::new().id(id);
        client.campaigns(&list).collect().await.unwrap().remove(0)
    };
    let (mut old, mut new) = (read(CampaignId::new(3002)).await, read(id).await);
    assert_ne!(old.id, new.id);
    assert_eq!((new.impressions, new.clicks), (Some(0), Some(0)));
    for row in [&mut old, &mut new] {
        row.id = id;
        row.date_added = None;
        row.impressions = None;
        row.impressions_today = None;
        row.clicks = None;
        row.clicks_today = None;
        row.pricing_model = None;
    }
    assert_eq!(old, new);
}

#[tokio::test]
async fn other_objects_are_cloned_too() {
    let (_emulator, client) = start().await;
    for object in [
        Object::SuperCampaign,
        Object::Banner,
        Object::Website,
        Object::Zone,
        Object::Place,
        Object::Category,
        Object::Position,
        Object::BannerType,
        Object::TracingPoint,
        Object::Contract,
        Object::Contractor,
    ] {
        let pages = client.list(object.clone(), adfox_api::Params::new());
        let row = pages.collect().await.unwrap().remove(0);
        let copy = client.call(&row.to_add(object.clone())).await;
        let id = copy.unwrap_or_else(|error| panic!("{object}: {error}")).id;
        let params = adfox_api::Params::new().with("actionObjectID", id.unwrap());
        let copied = client.list(object.clone(), params).collect().await.unwrap();
        assert_eq!(
            copied[0].to_params(&object),
            row.to_params(&object),
            "{object}"
        );
    }
}

#[tokio::test]
async fn placing_takes_limits_and_the_inherited_rotation() {
    let (_emulator, client) = start().await;
    let place = PlaceCampaign::on(CAMPAIGN, PLACE)
        .rotation_method(RotationMethod::Inherited)
        .max_impressions(1_000_000)
        .max_impressions_per_day(10_000)
        .max_impressions_per_hour(1000)
        .max_clicks(5000)
        .max_clicks_per_day(50)
        .max_clicks_per_hour(5)
        .targeting_profile(401.into())
        .date_start(date(2026, 1, 1))
        .date_end(date(2026, 2, 1));
    let params = place.to_call().params;
    assert_eq!(params.get("rotationMethodID"), Some("-1"));
    assert_eq!(params.get("maxClicksPerHour"), Some("5"));
    client.place_campaign(&place).await.unwrap();
}

#[tokio::test]
async fn spots_of_a_campaign_are_listed_by_level() {
    let (_emulator, client) = start().await;
    client
        .place_campaign(&PlaceCampaign::on(CAMPAIGN, ZONE))
        .await
        .unwrap();
    let ids = async |list: ListCampaignSpots| -> Vec<(u64, bool)> {
        let rows = client.campaign_spots(&list).collect().await.unwrap();
        rows.iter()
            .map(|row| (row.id.unwrap(), row.on.unwrap()))
            .collect()
    };
    assert!(
        ids(ListCampaignSpots::websites(CAMPAIGN).only_on())
            .await
            .is_empty()
    );
    assert_eq!(ids(ListCampaignSpots::websites(CAMPAIGN)).await.len(), 6);
    assert_eq!(
        ids(ListCampaignSpots::zones(CAMPAIGN, WEBSITE)).await,
        [(5101, true), (5102, false), (5103, false)]
    );
    assert_eq!(
        ids(ListCampaignSpots::places(CAMPAIGN, ZONE)).await,
        [(5201, true), (5202, true)]
    );
    let all = ListCampaignSpots::new(CAMPAIGN, CampaignSpots::Computed).only_on();
    assert_eq!(ids(all).await, [(5201, true), (5202, true)]);
}

#[tokio::test]
async fn codes_of_places_campaigns_and_websites_are_returned() {
    let (_emulator, client) = start().await;
    for (get, part) in [
        (GetPlacement::place(PLACE), "place=5201"),
        (GetPlacement::campaign(CAMPAIGN, PLACE), "campaign=3001"),
        (
            GetPlacement::website(WEBSITE, BannerTypeId::new(101), PositionId::new(11)),
            "website=5001",
        ),
    ] {
        let code = client
            .placement(&get.with("synchronousFactor", 1))
            .await
            .unwrap();
        assert!(code.html.unwrap().contains(part));
    }
}

#[tokio::test]
async fn campaigns_are_targeted_on_spots() {
    let (_emulator, client) = start().await;
    for spot in [
        WEBSITE.into(),
        ZONE.into(),
        adfox_api::calls::Spot::from(PLACE),
    ] {
        let frequency = FrequencyTargeting::new().clicks(1, FrequencySpan::Day);
        client
            .target(&Target::new((CAMPAIGN, spot), frequency))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn tracing_points_are_added_changed_found_and_listed() {
    let (_emulator, client) = start().await;
    let advertiser = AdvertiserId::new(1002);
    let add = AddTracingPoint::new("Checkout", advertiser)
        .weight(100)
        .referrer("*shop.example*");
    let id = client.add_tracing_point(&add).await.unwrap().id;
    let found = client.find_or_add(&add).await.unwrap();
    assert_eq!((found.id, found.added), (id, false));
    let rename = ModifyTracingPoint::new(id).name("Cart").weight(50);
    client.modify_tracing_point(&rename).await.unwrap();
    let list = ListTracingPoints::new().advertiser(advertiser);
    let rows = client.tracing_points(&list).collect().await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].id, id);
    assert_eq!(rows[0].name.as_deref(), Some("Cart"));
    assert_eq!(rows[0].referrer.as_deref(), Some("*shop.example*"));
    assert_eq!(rows[0].weight, Some(50));
    let codes = client
        .tracing_codes(&GetTracingCodes::new(id))
        .await
        .unwrap();
    assert_eq!(codes.len(), 3);
    assert_eq!(codes[0].name, "Ad code loader");
    assert!(codes[2].code.contains(&id.to_string()));
}

#[tokio::test]
async fn contracts_and_contractors_are_added_changed_found_and_listed() {
    let (_emulator, client) = start().await;
    let add = AddContractor::new("Ромашка", "7701234567", ContractorType::Entity)
        .roles([ContractorRole::Customer].into())
        .phone("+79990000000");
    let customer = client.add_contractor(&add).await.unwrap().id;
    let list = ListContractors::new().id(customer);
    let row = client.contractors(&list).collect().await.unwrap().remove(0);
    assert_eq!(row.roles.unwrap().as_slice(), [ContractorRole::Customer]);
    assert_eq!(row.kind, Some(ContractorType::Entity));
    let default = client
        .contractors(&ListContractors::new())
        .collect()
        .await
        .unwrap();
    assert_eq!(default[0].roles.as_ref().unwrap().to_string(), "0,1");

    let add = AddContract::new(ContractType::Contract, customer, 802.into())
        .number("2026/7")
        .amount_rub("150000.50".parse().unwrap())
        .date_conclusion(date(2025, 3, 1))
        .vat(true);
    let id = client.add_contract(&add).await.unwrap().id;
    assert_eq!(client.find(&add).await.unwrap(), [id.to_string()]);
    client
        .modify_contract(&ModifyContract::new(id).number("2026/8"))
        .await
        .unwrap();
    let list = ListContracts::new().id(id);
    let row = client.contracts(&list).collect().await.unwrap().remove(0);
    assert_eq!(row.number.as_deref(), Some("2026/8"));
    assert_eq!(row.amount_rub.unwrap().to_string(), "150000.50");
    assert_eq!((row.customer, row.vat), (Some(customer), Some(true)));
}
