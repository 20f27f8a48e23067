use adcore::{Error, ErrorKind};
use jiff::civil::date;
use rust_decimal::Decimal;

use serde::de::DeserializeOwned;

use super::{
    Advertiser, Banner, BannerTotals, Campaign, CampaignDay, CampaignDays, DomainDay, Wire,
};

/// Decodes one row as Hybrid writes it.
fn decode<T>(json: &[u8]) -> Result<T, Error>
where
    Wire<T>: DeserializeOwned,
{
    adcore_json::decode::<Wire<T>>(json).map(|row| row.0)
}

/// Decodes an array of rows as Hybrid writes them.
fn decode_all<T>(json: &[u8]) -> Result<Vec<T>, Error>
where
    Wire<T>: DeserializeOwned,
{
    let rows = adcore_json::decode::<Vec<Wire<T>>>(json)?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

fn exact(text: &str) -> Option<Decimal> {
    Some(Decimal::from_str_exact(text).unwrap())
}

/// The documented example of `/statistic/campaign` and `/statistic/advertiser`.
const CAMPAIGNS: &str = r#"[
  {
    "CampaignId": "53df8633af55cd57805746f5",
    "Stat": [
    {
        "ImpressionCount": 61239,
        "ClickCount": 310,
        "Date": "2015-12-31",
        "Cost": 697.827701971,
        "SumBets": 1622290.744716147,
        "BetCount": 97247,
        "WinCount": 68734,
        "ConversionCount": 0,
        "PostClickConversionsCount": 0,
        "PostViewConversionsCount": 0,
        "PixelVisitCount": 0,
        "ActivePixelVisitCount": 0,
        "Ctr": 0.5
    }]
  }
]"#;

#[test]
fn advertisers_as_documented() {
    let advertisers: Vec<Advertiser> = decode_all(
        br#"[
  {
    "Id": "53df8633af55cd57805746f5",
    "Name": "Advertiser 1",
    "Balance": "1500"
  },
  {
    "Id": "54f74d70870a8e44a023ghj5",
    "Name": "Advertiser 2",
    "Balance": "100"
  },
  {
    "Id": "5593b2ab9341f9b09819dq45",
    "Name": "Advertiser 3",
    "Balance": "0"
  }
]"#,
    )
    .unwrap();
    let balances: Vec<_> = advertisers.iter().map(|one| one.balance).collect();
    assert_eq!(balances, [exact("1500"), exact("100"), exact("0")]);
    assert_eq!(advertisers[0].id.as_str(), "53df8633af55cd57805746f5");
    assert_eq!(advertisers[2].name.as_deref(), Some("Advertiser 3"));
}

#[test]
fn campaigns_and_banners_as_documented() {
    let campaigns: Vec<Campaign> = decode_all(
        br#"[
  {
    "Id": "53df8633af55cd57805746f5",
    "Name": "Campaign 1"
  },
  {
    "Id": "54f74d70870a8e44a023ghj5",
    "Name": "Campaign 2"
  },
  {
    "Id": "5593b2ab9341f9b09819dq45",
    "Name": "Campaign 3"
  }

]"#,
    )
    .unwrap();
    assert_eq!(campaigns.len(), 3);
    assert_eq!(campaigns[1].id.as_str(), "54f74d70870a8e44a023ghj5");
    let banners: Vec<Banner> = decode_all(
        br#"[
    {
        "Id": "58c1598f7bc72f277c4744ec",
        "Name": "Banner 1"
    },
    {
        "Id": "58c1598f7bc72f277c474408",
        "Name": "Banner 2"
    },
    {
        "Id": "58c1598f7bc72f277c474424",
        "Name": "Banner 3"
    },
    {
        "Id": "58c1598f7bc72f277c474440",
        "Name": "Banner 4"
    },
    {
        "Id": "58c1598f7bc72f277c47445c",
        "Name": "Banner 5"
    }
]"#,
    )
    .unwrap();
    assert_eq!(banners.len(), 5);
    assert_eq!(banners[4].name.as_deref(), Some("Banner 5"));
}

#[test]
fn campaign_statistics_as_documented() {
    let groups: Vec<CampaignDays> = decode_all(CAMPAIGNS.as_bytes()).unwrap();
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].campaign_id.as_str(), "53df8633af55cd57805746f5");
    let day = &groups[0].stat[0];
    let expected = CampaignDay {
        impression_count: Some(61239),
        click_count: Some(310),
        date: Some(date(2015, 12, 31)),
        cost: exact("697.827701971"),
        sum_bets: exact("1622290.744716147"),
        bet_count: Some(97247),
        win_count: Some(68734),
        conversion_count: Some(0),
        post_click_conversions_count: Some(0),
        post_view_conversions_count: Some(0),
        pixel_visit_count: Some(0),
        active_pixel_visit_count: Some(0),
        ctr: exact("0.5"),
        ..CampaignDay::default()
    };
    assert_eq!(*day, expected);
    assert_eq!(
        day.exact_ctr().unwrap().round_dp(4),
        exact("0.5062").unwrap()
    );
}

#[test]
fn banners_statistics_as_documented() {
    let rows: Vec<DomainDay> = decode_all(
        br#"[
  {
        "Date": "2016-01-26",
        "SumWinningPrice": 0.006,
        "SumWinningPriceWithComission": 0.006,
        "SumBets": 100,
        "Domain": "sport-express.ru",
        "BetCount": 1,
        "WinCount": 1,
        "ImpressionCount": 1,
        "ViewCount": 0,
        "ClickCount": 0,
        "ConversionCount": 0,
        "PostClickConversionsCount": 0,
        "PostViewConversionsCount": 0,
        "PixelVisitCount": 0,
        "ActivePixelVisitCount": 0
  }
]"#,
    )
    .unwrap();
    assert_eq!(rows[0].date, Some(date(2016, 1, 26)));
    assert_eq!(rows[0].sum_winning_price_with_commission, exact("0.006"));
    assert_eq!(rows[0].sum_bets, exact("100"));
    assert_eq!(rows[0].domain.as_deref(), Some("sport-express.ru"));
    assert!(rows[0].extra.is_empty());
}

#[test]
fn domain_statistics_as_documented_keep_the_printed_day() {
    let rows: Vec<DomainDay> = decode_all(
        br#"[
  {
    "Date": "2014-12-16T00:00:00+03:00",
    "SumWinningPrice": 0.000509914,
    "SumWinningPriceWithComission": 0.000509914,
    "SumBets": 1059,
    "Domain": "sport-express.ru",
    "BetCount": 2,
    "WinCount": 0,
    "ImpressionCount": 0,
    "ViewCount": 0,
    "ClickCount": 0,
    "ConversionCount": 0,
    "PostClickConversionsCount": 0,
    "PostViewConversionsCount": 0,
    "PixelVisitCount": 0,
    "ActivePixelVisitCount": 0
  }
]"#,
    )
    .unwrap();
    assert_eq!(rows[0].date, Some(date(2014, 12, 16)));
    assert_eq!(rows[0].sum_winning_price, exact("0.000509914"));
    assert_eq!(rows[0].bet_count, Some(2));
}

#[test]
fn banner_statistics_as_documented() {
    let banner: BannerTotals = decode(
        br#"{
    "Date": "2017-03-18T00:00:00",
    "ClickCount": 10,
    "ImpressionCount": 6260,
    "Reach": 5510,
    "ActivePixelVisitCount": 0,
    "PixelVisitCount": 0,
    "ConversionCount": 0,
    "PostClickConversionsCount": 0,
    "PostViewConversionsCount": 0,
    "SumWinningPriceWithComission": 9.35129,
    "ViewCount": 0,
    "SumWinningPrice": 0,
    "SumBets": 0,
    "BetCount": 0,
    "WinCount": 0
}"#,
    )
    .unwrap();
    assert_eq!(banner.date, Some(date(2017, 3, 18)));
    assert_eq!((banner.click_count, banner.reach), (Some(10), Some(5510)));
    assert_eq!(banner.sum_winning_price_with_commission, exact("9.35129"));
    assert_eq!(banner.sum_winning_price, exact("0"));
}

#[test]
fn dates_in_three_shapes_are_the_printed_day() {
    for (printed, expected) in [
        (r#""2015-12-31""#, Some(date(2015, 12, 31))),
        (r#""2017-03-18T00:00:00""#, Some(date(2017, 3, 18))),
        (r#""2014-12-16T00:00:00+03:00""#, Some(date(2014, 12, 16))),
        (r#""2014-12-16T00:00:00-11:00""#, Some(date(2014, 12, 16))),
        (r#""2014-12-16T23:59:59.999Z""#, Some(date(2014, 12, 16))),
        (r#""""#, None),
        ("null", None),
    ] {
        let day: CampaignDay = decode(format!(r#"{{"Date":{printed}}}"#).as_bytes()).unwrap();
        assert_eq!(day.date, expected, "{printed}");
    }
    for bad in [
        r#""16.12.2014""#,
        r#""2014-02-30""#,
        r#""2014-12-160""#,
        "20141216",
    ] {
        let error = decode::<CampaignDay>(format!(r#"{{"Date":{bad}}}"#).as_bytes()).unwrap_err();
        assert!(error.message().contains("Date"), "{error}");
    }
}

#[test]
fn names_match_in_any_letter_case() {
    let page: Vec<CampaignDays> = decode_all(CAMPAIGNS.as_bytes()).unwrap();
    let camel = CAMPAIGNS
        .replace("\"ImpressionCount", "\"impressionCount")
        .replace("\"CampaignId", "\"campaignId")
        .replace("\"Ctr", "\"CTR")
        .replace("\"Stat", "\"STAT");
    assert_eq!(decode_all::<CampaignDays>(camel.as_bytes()).unwrap(), page);
    let lower = CAMPAIGNS.to_lowercase();
    assert_eq!(decode_all::<CampaignDays>(lower.as_bytes()).unwrap(), page);
    for name in [
        "SumWinningPriceWithComission",
        "sumWinningPriceWithCommission",
    ] {
        let row: DomainDay = decode(format!(r#"{{"{name}":1.5}}"#).as_bytes()).unwrap();
        assert_eq!(
            row.sum_winning_price_with_commission,
            exact("1.5"),
            "{name}"
        );
    }
}

#[test]
fn numbers_in_every_dress_and_what_is_missing_is_none() {
    let day: CampaignDay = decode(
        br#"{"ImpressionCount":"61239","ClickCount":310.0,"Cost":"697.8277019710","SumBets":null}"#,
    )
    .unwrap();
    assert_eq!(day.impression_count, Some(61239));
    assert_eq!(day.click_count, Some(310));
    assert_eq!(day.cost, exact("697.8277019710"));
    assert_eq!((day.sum_bets, day.ctr, day.win_count), (None, None, None));
    assert_eq!(day.exact_ctr().map(|ctr| ctr.round_dp(2)), exact("0.51"));
    let advertiser: Advertiser = decode(br#"{"Id":17,"Name":null,"Balance":null}"#).unwrap();
    assert_eq!(advertiser.id.as_str(), "17");
    assert_eq!((advertiser.name, advertiser.balance), (None, None));
    let group: CampaignDays = decode(br#"{"CampaignId":"a","Stat":null}"#).unwrap();
    assert!(group.stat.is_empty());
}

#[test]
fn unknown_members_are_kept_with_their_digits() {
    let day: CampaignDay =
        decode(br#"{"Cost":1,"NewMoney":12345678901234567890.10,"Tags":["a",1]}"#).unwrap();
    assert_eq!(day.extra["NewMoney"].as_str(), "12345678901234567890.10");
    assert_eq!(day.extra["Tags"].as_str(), r#"["a",1]"#);
}

#[test]
fn faults_name_the_path_and_no_value() {
    let fault =
        |body: String| -> Error { decode_all::<CampaignDays>(body.as_bytes()).unwrap_err() };
    let error = fault(CAMPAIGNS.replace("697.827701971", "\"canary\""));
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("[0].Stat[0].Cost"), "{error}");
    assert!(!format!("{error:?}").contains("canary"));
    for without_list in [
        r#"[{"CampaignId":"a"}]"#,
        r#"[{"CampaignId":"a","Stats":[]}]"#,
        r#"[{"CampaignId":"a","Stat":[],"stat":[{"Cost":1}]}]"#,
        r#"[{"CampaignId":"a","Stat":{}}]"#,
    ] {
        let error = fault(without_list.to_owned());
        assert_eq!(error.kind(), ErrorKind::Decode, "{without_list}");
    }
    let error = fault(CAMPAIGNS.replace("Stat", "Statistic"));
    assert!(error.message().contains("`Stat` is missing"), "{error}");
    let error = fault(CAMPAIGNS.replace("CampaignId", "Campaign"));
    assert!(error.message().contains("CampaignId"), "{error}");
    let strangers: [&[u8]; 2] = [
        br#"{"error":"none of yours"}"#,
        br#"{"Message":"x","Data":1}"#,
    ];
    for body in strangers {
        assert_eq!(
            decode::<BannerTotals>(body).unwrap_err().kind(),
            ErrorKind::Decode
        );
    }
    for body in ["{}", r#"{"Unknown":1}"#] {
        assert!(decode::<BannerTotals>(body.as_bytes()).is_err(), "{body}");
        assert!(decode::<CampaignDay>(body.as_bytes()).is_err(), "{body}");
    }
    let all_null = decode::<CampaignDay>(br#"{"Date":null,"Cost":null}"#).unwrap();
    assert_eq!(all_null, CampaignDay::default());
    for body in ["", "<html>", "{}", "[{]", "[1]", "[[]]", "null"] {
        assert_eq!(fault(body.to_owned()).kind(), ErrorKind::Decode, "{body}");
    }
}
