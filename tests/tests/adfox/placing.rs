//! Campaigns on spots, banners on places, default banners.

use adfox_api::calls::{
    BannerId, CampaignId, DefaultMode, GetPlacement, ListActiveBanners, ListBannerPlacements,
    ListDefaultBanners, ListPlaceBanners, PlaceCampaign, PlaceId, SwitchBanner,
    UpdateDefaultBanner, WebsiteId, ZoneId,
};
use adfox_api::{Code, Refusal};
use jiff::civil::date;

use super::start;

// The campaign of banner 4001, which fits place 5201 of zone 5101 of website 5001.
const CAMPAIGN: CampaignId = CampaignId::new(3001);
const BANNER: BannerId = BannerId::new(4001);
const WEBSITE: WebsiteId = WebsiteId::new(5001);
const ZONE: ZoneId = ZoneId::new(5101);
const PLACE: PlaceId = PlaceId::new(5201);

#[tokio::test]
async fn campaign_placing_website_zone_place_and_off_again() {
    let (_emulator, client) = start().await;
    let list = ListBannerPlacements::new(BANNER);
    for spot in [
        WEBSITE.into(),
        ZONE.into(),
        adfox_api::calls::Spot::from(PLACE),
    ] {
        assert!(
            client
                .banner_placements(&list)
                .collect()
                .await
                .unwrap()
                .is_empty()
        );
        client
            .place_campaign(&PlaceCampaign::on(CAMPAIGN, spot))
            .await
            .unwrap();
        let rows = client.banner_placements(&list).collect().await.unwrap();
        let row = rows.iter().find(|row| row.place == Some(PLACE)).unwrap();
        assert_eq!(row.place_on, Some(true), "{spot:?}");
        assert_eq!((row.website, row.zone), (Some(WEBSITE), Some(ZONE)));
        client
            .place_campaign(&PlaceCampaign::off(CAMPAIGN, spot))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_spot_below_a_placed_one_is_reported_with_its_code() {
    let (_emulator, client) = start().await;
    client
        .place_campaign(&PlaceCampaign::on(CAMPAIGN, WEBSITE))
        .await
        .unwrap();
    let below = PlaceCampaign::on(CAMPAIGN, PLACE).date_end(date(2030, 1, 1));
    let error = client.place_campaign(&below).await.unwrap_err();
    assert_eq!(Refusal::of(&error).unwrap().code, Code::PlacedUpper);
    assert!(!error.may_have_run());
}

#[tokio::test]
async fn banner_modify_placement_switches_spots() {
    let (_emulator, client) = start().await;
    client
        .place_campaign(&PlaceCampaign::on(CAMPAIGN, WEBSITE))
        .await
        .unwrap();
    let switch = SwitchBanner::new(BANNER).off(PLACE).on(ZONE);
    client.switch_banner(&switch).await.unwrap();
    let list = ListBannerPlacements::new(BANNER);
    let rows = client.banner_placements(&list).collect().await.unwrap();
    let row = rows.iter().find(|row| row.place == Some(PLACE)).unwrap();
    assert_eq!(
        (row.website_on, row.zone_on, row.place_on),
        (Some(true), Some(true), Some(false))
    );
}

#[tokio::test]
async fn active_banners_are_listed_for_the_account_and_for_a_place() {
    let (_emulator, client) = start().await;
    client
        .place_campaign(&PlaceCampaign::on(CAMPAIGN, PLACE))
        .await
        .unwrap();
    let on_place = client
        .place_banners(&ListPlaceBanners::new(PLACE))
        .collect()
        .await
        .unwrap();
    assert_eq!(on_place.len(), 1, "{on_place:?}");
    assert_eq!(
        (on_place[0].banner, on_place[0].place),
        (Some(BANNER), Some(PLACE))
    );
    let all = client
        .active_banners(&ListActiveBanners::new())
        .collect()
        .await
        .unwrap();
    assert!(
        all.iter()
            .any(|row| row.banner == Some(BANNER) && row.place == Some(PLACE))
    );
    let past = ListActiveBanners::new().date(date(2001, 1, 1));
    let past = client.active_banners(&past).collect().await.unwrap();
    assert!(
        past.iter().all(|row| row.banner != Some(BANNER)),
        "its campaign begins in 2025"
    );
}

#[tokio::test]
async fn placement_info_returns_the_code_of_a_banner_on_a_place() {
    let (_emulator, client) = start().await;
    let code = client
        .placement(&GetPlacement::banner(BANNER, PLACE))
        .await
        .unwrap();
    assert!(code.html.unwrap().contains("<img"));
    assert_eq!(
        code.image_url.as_deref(),
        Some("https://content.adfox.example/1.png")
    );
    assert!(code.hit_url.unwrap().contains('&'));
    assert_eq!(code.flash_url, None);
}

#[tokio::test]
async fn place_update_default_banner_shows_in_the_list() {
    let (_emulator, client) = start().await;
    let code = "<script>\n  show('да');\n</script>";
    let update = UpdateDefaultBanner::new(PLACE, DefaultMode::Code)
        .code(code)
        .code_type(0);
    client.update_default_banner(&update).await.unwrap();
    let list = ListDefaultBanners::new().places(vec![PLACE]);
    let rows = client.default_banners(&list).collect().await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].place, rows[0].website),
        (Some(PLACE), Some(WEBSITE))
    );
    assert_eq!(rows[0].code.as_deref(), Some(code));
    let file = UpdateDefaultBanner::new(PLACE, DefaultMode::File)
        .image_url("https://i.example/1.png")
        .hit_url("https://shop.example/")
        .width(240)
        .height(400);
    client.update_default_banner(&file).await.unwrap();
    let rows = client.default_banners(&list).collect().await.unwrap();
    assert_eq!(
        rows[0].image_url.as_deref(),
        Some("https://i.example/1.png")
    );
}
