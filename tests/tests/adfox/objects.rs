//! Every `add`, `modify`, `list` and `delete` with a star on the vendor's page, read back through
//! lists.

use adfox_api::calls::{
    AddAdvertiser, AddBanner, AddBannerType, AddCampaign, AddCategory, AddCriteriaValue, AddPlace,
    AddPosition, AddSuperCampaign, AddWebsite, AddZone, AdvertiserId, BannerTypeId, CampaignId,
    CategoryId, CriteriaId, DeleteBannerTypes, DeleteBanners, DeleteCampaign, DeleteCategory,
    DeletePlaces, DeleteSuperCampaign, DeleteTemplates, DeleteUser, DeleteWebsites, DeleteZones,
    ListAdvertisers, ListBannerTypeTemplates, ListBannerTypes, ListBanners, ListCampaignBanners,
    ListCampaigns, ListCategories, ListCriteriaValues, ListPlaces, ListPositions,
    ListSuperCampaigns, ListTargetingProfiles, ListTemplate, ListWebsites, ListZones, ModifyBanner,
    ModifyBannerType, ModifyCampaign, ModifyCategory, ModifyCriteriaValue, ModifyPlace,
    ModifyPosition, ModifySuperCampaign, ModifyWebsite, ModifyZone, PresentationType,
    RemoveCriteriaValue, Show, Status, TemplateId, UploadFile, UploadZip,
};
use adfox_api::{File, Object, Params};
use jiff::civil::date;

use super::start;

const ADVERTISER: AdvertiserId = AdvertiserId::new(1001);
const TEMPLATE: TemplateId = TemplateId::new(201);

#[tokio::test]
async fn account_add_list_delete_super_campaign_and_modify() {
    let (_emulator, client) = start().await;
    let add = AddSuperCampaign::new("Осень & Co", ADVERTISER)
        .status(Status::Paused)
        .max_impressions(1_000_000)
        .date_start(date(2026, 1, 15).at(11, 0, 0, 0));
    let id = client.add_super_campaign(&add).await.unwrap().id;
    let list = ListSuperCampaigns::new().id(id);
    let row = client
        .super_campaigns(&list)
        .collect()
        .await
        .unwrap()
        .remove(0);
    assert_eq!(row.name.as_deref(), Some("Осень & Co"));
    assert_eq!(row.advertiser, Some(ADVERTISER));
    assert_eq!(row.status, Some(Status::Paused));
    assert_eq!(row.max_impressions, Some(1_000_000));
    assert_eq!(row.date_start, Some(date(2026, 1, 15).at(11, 0, 0, 0)));
    assert_eq!(row.date_end, None, "a date of zeros is no date");
    let modify = ModifySuperCampaign::new(id)
        .name("Winter")
        .status(Status::Active);
    client.modify_super_campaign(&modify).await.unwrap();
    let row = client
        .super_campaigns(&list)
        .collect()
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (row.name.as_deref(), row.status),
        (Some("Winter"), Some(Status::Active))
    );
    client
        .delete_super_campaign(&DeleteSuperCampaign::new(id))
        .await
        .unwrap();
    assert!(
        client
            .super_campaigns(&list)
            .collect()
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn account_add_list_delete_campaign_and_modify() {
    let (_emulator, client) = start().await;
    let add = AddCampaign::new("Flight")
        .advertiser(ADVERTISER)
        .priority(7)
        .cpm("12.50".parse().unwrap())
        .max_clicks_per_day(300);
    let id = client.add_campaign(&add).await.unwrap().id;
    let list = ListCampaigns::new().id(id);
    let row = client.campaigns(&list).collect().await.unwrap().remove(0);
    assert_eq!(row.cpm.unwrap().to_string(), "12.50");
    assert_eq!((row.priority, row.max_clicks_per_day), (Some(7), Some(300)));
    assert_eq!(row.advertiser, Some(ADVERTISER));
    let modify = ModifyCampaign::new(id)
        .status(Status::Completed)
        .priority(9);
    client.modify_campaign(&modify).await.unwrap();
    let row = client.campaigns(&list).collect().await.unwrap().remove(0);
    assert_eq!(
        (row.priority, row.status),
        (Some(9), Some(Status::Completed))
    );
    let short = list.clone().show(Show::Short);
    let row = client.campaigns(&short).collect().await.unwrap().remove(0);
    assert_eq!((row.status, row.priority), (Some(Status::Completed), None));
    client
        .delete_campaign(&DeleteCampaign::new(id))
        .await
        .unwrap();
    assert!(client.campaigns(&list).collect().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_campaign_inherits_the_advertiser_of_its_super_campaign() {
    let (_emulator, client) = start().await;
    let parent = AddSuperCampaign::new("Parent", ADVERTISER);
    let parent = client.add_super_campaign(&parent).await.unwrap().id;
    let add = AddCampaign::new("Child").super_campaign(parent);
    let id = client.add_campaign(&add).await.unwrap().id;
    let list = ListCampaigns::new().super_campaign(parent);
    let rows = client.campaigns(&list).collect().await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].id, rows[0].advertiser), (id, Some(ADVERTISER)));
}

#[tokio::test]
async fn campaigns_are_filtered_by_day_and_by_search() {
    let (_emulator, client) = start().await;
    let all = client
        .campaigns(&ListCampaigns::new())
        .collect()
        .await
        .unwrap();
    let day = |row: &adfox_api::calls::Campaign| row.date_added.unwrap().date();
    let (from, to) = (date(2025, 3, 1), date(2025, 4, 30));
    let expected = all
        .iter()
        .filter(|row| (from..=to).contains(&day(row)))
        .count();
    let list = ListCampaigns::new().added_from(from).added_to(to);
    let some = client.campaigns(&list).collect().await.unwrap();
    assert!(expected > 0 && expected < all.len());
    assert_eq!(some.len(), expected);
    let list = ListCampaigns::new().search("рейс 12");
    let found = client.campaigns(&list).collect().await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn account_add_list_delete_banner_and_modify() {
    let (_emulator, client) = start().await;
    let html = "<a href=\"x\">\r\n\t«да» & 'нет'</a>";
    let add = AddBanner::new(CampaignId::new(3001), TEMPLATE)
        .name("Banner")
        .width("240")
        .hit_url("https://shop.example/?a=1&b=2")
        .user(1, html)
        .event(2, "https://count.example/2");
    let id = client.add_banner(&add).await.unwrap().id;
    let list = ListBanners::new().id(id);
    let row = client.banners(&list).collect().await.unwrap().remove(0);
    assert_eq!(row.campaign, Some(CampaignId::new(3001)));
    assert_eq!(
        row.hit_url.as_deref(),
        Some("https://shop.example/?a=1&b=2")
    );
    assert_eq!(row.banner_type, Some(BannerTypeId::new(101)));
    let user1: String = row.extra["user1"].decode().unwrap();
    assert_eq!(user1.replace("\r\n", "\n"), html.replace("\r\n", "\n"));
    assert_eq!(row.extra["event2"].as_str(), r#""https://count.example/2""#);
    let modify = ModifyBanner::new(id)
        .name("Renamed")
        .alt("alt")
        .status(Status::Paused);
    client.modify_banner(&modify).await.unwrap();
    let row = client.banners(&list).collect().await.unwrap().remove(0);
    assert_eq!(
        (row.name.as_deref(), row.status),
        (Some("Renamed"), Some(Status::Paused))
    );
    let of_campaign = ListCampaignBanners::new(CampaignId::new(3001));
    let rows = client
        .campaign_banners(&of_campaign)
        .collect()
        .await
        .unwrap();
    assert!(rows.iter().any(|row| row.id == id));
    assert!(
        rows.iter()
            .all(|row| row.campaign == Some(CampaignId::new(3001)))
    );
    let delete = DeleteBanners::new(CampaignId::new(3001), vec![id]);
    client.delete_banners(&delete).await.unwrap();
    assert!(client.banners(&list).collect().await.unwrap().is_empty());
}

#[tokio::test]
async fn banners_of_many_campaigns_are_listed_by_post() {
    let (emulator, client) = start().await;
    let ids: Vec<CampaignId> = (3001..3600).map(CampaignId::new).collect();
    let list = ListBanners::new().campaigns(ids);
    assert_eq!(client.banners(&list).collect().await.unwrap().len(), 120);
    assert_eq!(emulator.requests().recent.last().unwrap().method, "POST");
    let two = ListBanners::new().campaigns(vec![CampaignId::new(3001), CampaignId::new(3002)]);
    let rows = client.banners(&two).collect().await.unwrap();
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|row| row.campaign.unwrap().get() <= 3002));
}

#[tokio::test]
async fn files_of_banners_and_campaigns_are_uploaded() {
    let (_emulator, client) = start().await;
    let bytes: Vec<u8> = b"PK\x03\x04"
        .iter()
        .copied()
        .chain((0..=255).cycle().take(4996))
        .collect();
    let file = || File::new("240x400.zip", bytes.clone()).content_type("application/zip");
    client
        .upload_zip(&UploadZip::new(4001.into(), file()))
        .await
        .unwrap();
    let list = ListBanners::new().id(4001.into());
    let row = client.banners(&list).collect().await.unwrap().remove(0);
    assert_eq!(row.extra["zipFile"].as_str(), r#""240x400.zip""#);
    assert_eq!(row.extra["zipFileSize"].as_str(), r#""5000""#);
    let upload = UploadFile::new(CampaignId::new(3001), File::new("a b.png", "png"));
    let uploaded = client.upload_file(&upload).await.unwrap();
    assert!(uploaded.value.contains("3001"), "{}", uploaded.value);
}

#[tokio::test]
async fn account_add_list_delete_advertiser() {
    let (_emulator, client) = start().await;
    let add = AddAdvertiser::new("newcomer", "new@example.ru").company("ООО «Новичок»");
    let id = client.add_advertiser(&add).await.unwrap().id;
    let list = ListAdvertisers::new().id(id);
    let row = client.advertisers(&list).collect().await.unwrap().remove(0);
    assert_eq!(row.account.as_deref(), Some("newcomer"));
    assert_eq!(row.email.as_deref(), Some("new@example.ru"));
    assert_eq!(row.company.as_deref(), Some("ООО «Новичок»"));
    client
        .delete_user(&DeleteUser::new(id.into()))
        .await
        .unwrap();
    assert!(
        client
            .advertisers(&list)
            .collect()
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn account_add_list_delete_website_zone_place_and_modify() {
    let (_emulator, client) = start().await;
    let add = AddWebsite::new("Портал").url("portal.example");
    let website = client.add_website(&add).await.unwrap().id;
    let zone = client
        .add_zone(&AddZone::new("Front", website))
        .await
        .unwrap()
        .id;
    let kind = AddBannerType::new("Strip", PresentationType::Nondimensional);
    let kind = client.add_banner_type(&kind).await.unwrap().id;
    let position = client
        .add_position(&AddPosition::new("Top"))
        .await
        .unwrap()
        .id;
    let add = AddPlace::new("Place", website, zone, kind, position);
    let place = client.add_place(&add).await.unwrap().id;

    let list = ListPlaces::new().website(website);
    let row = client.places(&list).collect().await.unwrap().remove(0);
    assert_eq!(
        (row.id, row.zone, row.banner_type),
        (place, Some(zone), Some(kind))
    );
    assert_eq!(row.website_name.as_deref(), Some("Портал"));
    assert_eq!(row.presentation, Some(PresentationType::Nondimensional));

    client
        .modify_website(&ModifyWebsite::new(website).name("Site"))
        .await
        .unwrap();
    client
        .modify_zone(&ModifyZone::new(zone).name("Inner"))
        .await
        .unwrap();
    client
        .modify_place(&ModifyPlace::new(place).name("Left"))
        .await
        .unwrap();
    client
        .modify_banner_type(&ModifyBannerType::new(kind).on(false))
        .await
        .unwrap();
    client
        .modify_position(&ModifyPosition::new(position).name("Bottom"))
        .await
        .unwrap();
    let row = client.places(&list).collect().await.unwrap().remove(0);
    assert_eq!(row.name.as_deref(), Some("Left"));
    assert_eq!(row.zone_name.as_deref(), Some("Inner"));
    assert_eq!(row.website_name.as_deref(), Some("Site"));
    assert_eq!(row.position_name.as_deref(), Some("Bottom"));
    let kinds = ListBannerTypes::new().id(kind);
    let row = client
        .banner_types(&kinds)
        .collect()
        .await
        .unwrap()
        .remove(0);
    assert_eq!(row.on, Some(false));

    client
        .delete_places(&DeletePlaces::new(website, vec![place]))
        .await
        .unwrap();
    assert!(client.places(&list).collect().await.unwrap().is_empty());
    client
        .delete_zones(&DeleteZones::new(vec![zone]))
        .await
        .unwrap();
    let zones = ListZones::new().website(website);
    assert!(client.zones(&zones).collect().await.unwrap().is_empty());
    client
        .delete_websites(&DeleteWebsites::new(vec![website]))
        .await
        .unwrap();
    let websites = ListWebsites::new().id(website);
    assert!(
        client
            .websites(&websites)
            .collect()
            .await
            .unwrap()
            .is_empty()
    );
    client
        .delete_banner_types(&DeleteBannerTypes::new(vec![kind]))
        .await
        .unwrap();
    assert!(
        client
            .banner_types(&kinds)
            .collect()
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn templates_are_listed_by_id_and_by_banner_type_and_deleted() {
    let (_emulator, client) = start().await;
    let one = ListTemplate::new(TEMPLATE);
    let template = client.template(&one).collect().await.unwrap().remove(0);
    assert_eq!(template.banner_type, Some(BannerTypeId::new(101)));
    assert_eq!(template.zip_allowed, Some(true));
    let parameters = template.user_parameters.unwrap();
    assert_eq!(parameters[0].name.as_deref(), Some("user1"));
    assert_eq!(parameters[0].required, Some(true));
    let of_type = ListBannerTypeTemplates::new(BannerTypeId::new(101));
    let templates = client
        .banner_type_templates(&of_type)
        .collect()
        .await
        .unwrap();
    assert_eq!(templates[0].id, TEMPLATE);
    client
        .delete_templates(&DeleteTemplates::new(vec![TEMPLATE]))
        .await
        .unwrap();
    let templates = client
        .banner_type_templates(&of_type)
        .collect()
        .await
        .unwrap();
    assert!(templates.is_empty());
}

#[tokio::test]
async fn account_add_list_modify_delete_category_and_other_lists() {
    let (_emulator, client) = start().await;
    let id = client
        .add_category(&AddCategory::new("Дача"))
        .await
        .unwrap()
        .id;
    client
        .modify_category(&ModifyCategory::new(id).name("Garden"))
        .await
        .unwrap();
    let list = ListCategories::new().id(id);
    let row = client.categories(&list).collect().await.unwrap().remove(0);
    assert_eq!(row.name.as_deref(), Some("Garden"));
    client
        .delete_category(&DeleteCategory::new(id))
        .await
        .unwrap();
    assert!(client.categories(&list).collect().await.unwrap().is_empty());
    assert_ne!(id, CategoryId::new(0));
    let profiles = client.targeting_profiles(&ListTargetingProfiles::new());
    assert_eq!(profiles.collect().await.unwrap().len(), 2);
    let positions = client
        .positions(&ListPositions::new())
        .collect()
        .await
        .unwrap();
    assert_eq!(positions[0].name.as_deref(), Some("Верх"));
}

#[tokio::test]
async fn user_criteria_values_are_added_changed_removed_and_listed() {
    let (_emulator, client) = start().await;
    let criteria = CriteriaId::new(2);
    let add = AddCriteriaValue::new(criteria, "42", "Рыбалка").on(false);
    let id = client.add_criteria_value(&add).await.unwrap().id;
    let list = ListCriteriaValues::new().criteria(criteria).id(id);
    let row = client
        .criteria_values(&list)
        .collect()
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (row.user_id.as_deref(), row.name.as_deref()),
        (Some("42"), Some("Рыбалка"))
    );
    let modify = ModifyCriteriaValue::new(criteria, id)
        .user_id("43")
        .name("Fishing");
    client.modify_criteria_value(&modify).await.unwrap();
    let row = client
        .criteria_values(&list)
        .collect()
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (row.user_id.as_deref(), row.name.as_deref()),
        (Some("43"), Some("Fishing"))
    );
    client
        .remove_criteria_value(&RemoveCriteriaValue::new(criteria, id))
        .await
        .unwrap();
    assert!(
        client
            .criteria_values(&list)
            .collect()
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn untyped_rows_of_any_object_keep_what_they_nest() {
    let (_emulator, client) = start().await;
    let rows = client
        .list(Object::Contractor, Params::new())
        .collect()
        .await
        .unwrap();
    let row = serde_json::to_value(&rows[0]).unwrap();
    assert_eq!(row["name"], "Рекламодатель");
    assert_eq!(row["roles"], serde_json::json!(["0", "1"]));
}
