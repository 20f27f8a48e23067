//! The default rows, which are always the same.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::dates::NEVER;
use super::members;
use super::row::Row;

type Objects = BTreeMap<String, Vec<Row>>;

const SIZES: [(u32, u32); 5] = [(240, 400), (728, 90), (300, 250), (1000, 120), (640, 360)];
const COMPANIES: [(&str, &str); 8] = [
    ("ivanov", "ООО «Ромашка»"),
    ("petrov", "ЗАО «Северный ветер»"),
    ("sidorova", "Магазин «Самовар»"),
    ("acme", "Acme & Sons"),
    ("globex", "Globex <Europe>"),
    ("initech", "Initech"),
    ("kuznetsov", "ИП Кузнецов"),
    ("umbrella", "Umbrella \"Retail\""),
];
const SEASONS: [&str; 4] = ["Зима", "Весна", "Лето", "Осень"];
const SITES: [(&str, &str); 6] = [
    ("Новости города", "news.example.ru"),
    ("Sport Daily", "sport.example.ru"),
    ("Кулинария", "kuhnya.example.ru"),
    ("Auto Review", "auto.example.ru"),
    ("Погода", "pogoda.example.ru"),
    ("Tech Weekly", "tech.example.ru"),
];
const SECTIONS: [&str; 3] = ["Главная", "Статьи", "Video"];

pub(super) fn objects() -> Objects {
    let mut objects = Objects::new();
    users(&mut objects);
    sites(&mut objects);
    campaigns(&mut objects);
    dictionaries(&mut objects);
    objects
}

fn object_of(value: Value) -> Row {
    match value {
        Value::Object(row) => row,
        _ => Row::new(),
    }
}

/// Adds a row of `object`: its initial members, overridden by `own`.
fn push(objects: &mut Objects, object: &str, own: Value) {
    let mut row = members::initial(object);
    row.extend(object_of(own));
    objects.entry(object.to_owned()).or_default().push(row);
}

fn id(first: usize, n: usize) -> String {
    (first + n).to_string()
}

/// Returns a date in 2025 that advances with `n`.
fn day(n: usize) -> String {
    format!(
        "2025-{:02}-{:02} {:02}:00:00",
        n / 28 % 12 + 1,
        n % 28 + 1,
        n % 24
    )
}

fn users(objects: &mut Objects) {
    for (n, (account, company)) in COMPANIES.iter().enumerate() {
        push(
            objects,
            "advertiser",
            json!({
                "ID": id(1001, n), "account": account, "company": company,
                "eMail": format!("{account}@example.ru"), "country": "Россия", "city": "Москва",
                "dateAdded": day(n), "isByAssistantCreated": "0",
            }),
        );
    }
    for (n, account) in ["publisher", "izdatel", "holding"].iter().enumerate() {
        push(
            objects,
            "webmaster",
            json!({
                "ID": id(1101, n), "account": account, "eMail": format!("{account}@example.ru"),
                "dateAdded": day(n),
            }),
        );
    }
    for (n, account) in ["manager", "trafficker"].iter().enumerate() {
        push(
            objects,
            "assistant",
            json!({
                "ID": id(1201, n), "account": account, "eMail": format!("{account}@example.ru"),
                "isModifyAllCampaigns": "1", "dateAdded": day(n),
            }),
        );
    }
}

fn sites(objects: &mut Objects) {
    for (n, (name, host)) in SITES.iter().enumerate() {
        let site = id(5001, n);
        push(
            objects,
            "website",
            json!({
                "ID": site, "name": name, "URL": format!("https://{host}/"), "url": host,
                "webmasterID": id(1101, n % 3), "categoryID": id(301, n % 4), "sectorid": "1",
                "loadsToday": (n * 900).to_string(), "impressionsToday": (n * 700).to_string(),
                "impressionsDefaultToday": (n * 200).to_string(), "clicksToday": (n * 14).to_string(),
                "CTRToday": if n == 0 { "0" } else { "2.00" }, "platformName": name,
                "dateAdded": day(n),
            }),
        );
        for (z, section) in SECTIONS.iter().enumerate() {
            let zone = n * SECTIONS.len() + z;
            push(
                objects,
                "zone",
                json!({
                    "ID": id(5101, zone), "name": section, "siteID": site, "isAutoReferer": "0",
                    "dateAdded": day(zone),
                }),
            );
            for side in 0..2 {
                let place = zone * 2 + side;
                let kind = place % SIZES.len();
                let (width, height) = SIZES[kind];
                push(
                    objects,
                    "place",
                    json!({
                        "ID": id(5201, place), "name": format!("{section} {width}x{height}"),
                        "siteID": site, "zoneID": id(5101, zone), "bannerTypeID": id(101, kind),
                        "positionID": id(11, side), "dateAdded": day(place),
                    }),
                );
            }
        }
    }
}

fn campaigns(objects: &mut Objects) {
    for n in 0..12 {
        let (account, _) = COMPANIES[n % COMPANIES.len()];
        push(
            objects,
            "superCampaign",
            json!({
                "ID": id(2001, n), "name": format!("{} 2025: {account}", SEASONS[n % 4]),
                "advertiserID": id(1001, n % COMPANIES.len()), "assistantID": id(1201, n % 2),
                "status": (n % 3).to_string(), "dateAdded": day(n), "dateStart": day(n + 14),
            }),
        );
    }
    for n in 0..57 {
        let parent = n % 12;
        push(
            objects,
            "campaign",
            json!({
                "ID": id(3001, n), "name": format!("{} – рейс {}", SEASONS[parent % 4], n + 1),
                "superCampaignID": id(2001, parent),
                "advertiserID": id(1001, parent % COMPANIES.len()),
                "status": (n % 3).to_string(), "priority": (n % 10 + 1).to_string(),
                "pricingModel": "CPM", "itemCost": format!("{}.50", 40 + n), "cpm": (40 + n).to_string(),
                "impressionsAll": (n * 1013).to_string(), "impressionsToday": (n * 11).to_string(),
                "clicksAll": (n * 7).to_string(), "clicksToday": (n % 5).to_string(),
                "targetingProfileID": if n % 9 == 0 { "401" } else { "0" }, "dateAdded": day(n * 5), "dateStart": day(n * 5 + 7),
                "dateEnd": if n % 4 == 0 { NEVER.to_owned() } else { day(n * 5 + 60) },
            }),
        );
    }
    for n in 0..120 {
        let kind = n % SIZES.len();
        let (width, height) = SIZES[kind];
        push(
            objects,
            "banner",
            json!({
                "ID": id(4001, n), "name": format!("Баннер {} {width}x{height}", n + 1),
                "campaignID": id(3001, n % 57), "bannerTypeID": id(101, kind),
                "templateID": id(201, kind), "width": width.to_string(), "height": height.to_string(),
                "imageURL": format!("https://content.adfox.example/{}.png", n + 1),
                "hitURL": format!("https://shop.example.ru/?banner={}&from=adfox", n + 1),
                "impressions": (n * 509).to_string(), "impressionsToday": (n * 5).to_string(),
                "clicks": (n * 3).to_string(), "clicksToday": (n % 3).to_string(), "user1": "#fff",
                "dateAdded": day(n * 2),
            }),
        );
    }
}

fn dictionaries(objects: &mut Objects) {
    for (n, (width, height)) in SIZES.iter().enumerate() {
        push(
            objects,
            "bannerType",
            json!({
                "ID": id(101, n), "name": format!("{width}x{height}"), "presentationTypeID": "4",
                "isOn": "1",
            }),
        );
        push(
            objects,
            "template",
            json!({
                "id": id(201, n), "name": format!("Картинка {width}x{height}"),
                "bannerTypeID": id(101, n), "ownerID": "1", "isZipAllowed": "1",
                "description": "Image with a click, <img> inside", "codeType": "0",
                "widthDefault": width.to_string(), "heightDefault": height.to_string(),
                "userParameters": [
                    { "userParameterID": id(20001, n * 2), "isOn": "1", "name": "user1",
                      "isRequired": "1", "type": "text", "length": "255", "default": "",
                      "fileTypeID": "", "width": "", "height": "", "upload_domain": "" },
                    { "userParameterID": id(20001, n * 2 + 1), "isOn": "1", "name": "user2",
                      "isRequired": "0", "type": "file", "length": "", "default": "",
                      "fileTypeID": "1", "width": width.to_string(), "height": height.to_string(),
                      "upload_domain": "content.adfox.example" },
                ],
            }),
        );
    }
    for (n, name) in ["Новости", "Спорт", "Cars", "Кулинария"].iter().enumerate()
    {
        push(
            objects,
            "category",
            json!({ "ID": id(301, n), "name": name, "type": "0" }),
        );
    }
    for (n, name) in ["Верх", "Низ", "Right column"].iter().enumerate() {
        push(
            objects,
            "position",
            json!({ "ID": id(11, n), "name": name }),
        );
    }
    for (n, name) in ["Москва, вечер", "Evenings only"].iter().enumerate() {
        push(
            objects,
            "targetingProfile",
            json!({ "ID": id(401, n), "name": name }),
        );
    }
    let criteria = [
        ("Пол", &["мужской", "женский"][..]),
        ("Interest", &["Motorsport", "Cooking", "Дача"][..]),
    ];
    let mut value = 0;
    for (n, (name, values)) in criteria.into_iter().enumerate() {
        let criteria = id(1, n);
        push(
            objects,
            "userCriterias",
            json!({
                "criteriaID": criteria, "criteriaName": name, "isDeleted": "0",
                "criteriaTargetingName": format!("{name} (targeting)"),
                "criteriaReportName": format!("{name} (report)"),
            }),
        );
        for (n, name) in values.iter().enumerate() {
            push(
                objects,
                "userCriteriaValue",
                json!({
                    "ID": id(601, value), "criteriaID": criteria, "userID": n.to_string(), "name": name,
                }),
            );
            value += 1;
        }
    }
    push(
        objects,
        "tracingPoint",
        json!({
            "objectID": "701", "objectName": "Корзина", "advertiserID": "1001", "userID": "1001",
            "weight": "1", "objectReferrer": "https://shop.example.ru/cart", "counterPostClick": "12",
            "dateAdded": day(1),
        }),
    );
    for (n, (name, role)) in [("Рекламодатель", "1"), ("Агентство", "0")]
        .iter()
        .enumerate()
    {
        push(
            objects,
            "contractor",
            json!({
                "ID": id(801, n), "name": name, "inn": format!("77012345{:02}", n), "type": "0",
                "ownerID": "1", "countryOKSM": "643", "mobilePhone": "+79991234567", "roles": ["0", role],
            }),
        );
    }
    push(
        objects,
        "contract",
        json!({
            "ID": "901", "externalID": "ext-1", "number": "Договор 1", "type": "0", "customerID": "801",
            "executorID": "802", "amountRub": "150000.50", "isVat": "1", "dateConclusion": "2025-01-15",
        }),
    );
    devices(objects);
    geobase(objects);
}

/// The reference lists of devices.
fn devices(objects: &mut Objects) {
    for (object, key, names) in [
        (
            "os",
            "osid",
            ["Windows", "MacOS", "Linux", "Android", "iOS"],
        ),
        (
            "manufacturer",
            "manufacturerid",
            ["Nokia", "Apple", "Samsung", "Xiaomi", "Huawei"],
        ),
    ] {
        for (n, name) in names.iter().enumerate() {
            push(objects, object, json!({ key: id(1, n), "name": name }));
        }
    }
}

fn geobase(objects: &mut Objects) {
    let regions = [
        ("10000", "", "Весь мир", "Whole world"),
        ("225", "10000", "Россия", "Russia"),
        (
            "3",
            "225",
            "Центральный федеральный округ",
            "Central Federal District",
        ),
        (
            "1",
            "3",
            "Москва и Московская область",
            "Moscow and Moscow Oblast",
        ),
        ("213", "1", "Москва", "Moscow"),
        (
            "17",
            "225",
            "Северо-Западный федеральный округ",
            "Northwestern Federal District",
        ),
        (
            "10174",
            "17",
            "Санкт-Петербург и область",
            "Saint Petersburg and Leningrad Oblast",
        ),
        ("2", "10174", "Санкт-Петербург", "Saint Petersburg"),
        ("149", "10000", "Беларусь", "Belarus"),
        ("157", "149", "Минск", "Minsk"),
    ];
    for (id, parent, russian, english) in regions {
        push(
            objects,
            "geobase",
            json!({
                "id": id, "parentID": parent, "name": english, "name_ru": russian,
            }),
        );
    }
}
