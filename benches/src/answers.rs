//! The bodies of the server's responses, in the form that the vendors document.

use std::fmt::Write as _;

/// A small response to a click: a redirect with ids and cookies.
pub const CLICK: &str = r#"{"body":null,"contentType":"text/html; charset=utf-8","headers":["Location: http://domain.com/?data=&utm-campaign=aff1"],"status":302,"info":{"campaign_id":2,"stream_id":1117,"landing_id":null,"offer_id":7,"sub_id":"o2q6e42hs08jq","token":"uuid_o2q6e42hs08jq_o2q6e42hs08jq5d5f","is_bot":false,"type":"location","url":"http://domain.com/?data=$keyword&utm-campaign=aff1","uniqueness":{"campaign":true,"stream":true,"global":false}},"cookies":{"_subid":"o2q6e42hs08jq","0e4a8":"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJkYXRhIjoie30ifQ.x0Yt"},"cookies_ttl":24,"uniqueness_cookie":"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJkYXRhIjoie30ifQ.x0Yt"}"#;

/// A response to a click after which the site shows its page.
pub const CLICK_PAGE: &str = r#"{"body":"","contentType":"text/html; charset=utf-8","headers":[],"status":200,"info":{"campaign_id":2,"stream_id":1117,"landing_id":null,"offer_id":7,"sub_id":"o2q6e42hs08jq","token":"uuid_o2q6e42hs08jq_o2q6e42hs08jq5d5f","is_bot":false,"type":"none","url":null,"uniqueness":{"campaign":true,"stream":true,"global":false}},"cookies":{"_subid":"o2q6e42hs08jq","0e4a8":"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJkYXRhIjoie30ifQ.x0Yt"},"cookies_ttl":24}"#;

/// A page of a site, of 16 KiB.
#[must_use]
pub fn site() -> String {
    format!("<html>{}</html>", "<p>lorem ipsum</p>\n".repeat(862))
}

/// About 64 KiB of SPOTS rows, each followed by a comma and a line end.
#[must_use]
pub fn spots_rows() -> String {
    block(|text, row| {
        write!(
            text,
            r#"{{"shows":{},"clicks":{},"income":{}.{:09},"site_id":{},"site":"test{}.ru","site_name":"test{}.ru/forum","date_day":"2023-08-{:02}"}},"#,
            71_385 + row * 7,
            91 + row % 13,
            3143 + row % 991,
            356_472_008_u64 + row * 7919 % 1000,
            750 + row % 40,
            row % 40,
            row % 40,
            1 + row % 28,
        )
    })
}

/// About 64 KiB of rows as in `Stat` of Hybrid's campaign statistics.
#[must_use]
pub fn hybrid_rows() -> String {
    block(|text, row| {
        write!(
            text,
            r#"{{"ImpressionCount":{},"ClickCount":{},"Date":"2015-12-{:02}","Cost":{}.{:09},"SumBets":{}.744716147,"BetCount":{},"WinCount":{},"ConversionCount":0,"PostClickConversionsCount":0,"PostViewConversionsCount":0,"PixelVisitCount":0,"ActivePixelVisitCount":0,"Ctr":0.{}}},"#,
            61_239 + row * 3,
            310 + row % 17,
            1 + row % 31,
            697 + row % 100,
            827_701_971_u64 + row,
            1_622_290 + row,
            97_247 + row,
            68_734 + row,
            1 + row % 9,
        )
    })
}

/// About 64 KiB of rows as in `Statistic` of Hybrid 3.0, each followed by a comma and a line end.
#[must_use]
pub fn hybrid_v3_rows() -> String {
    block(|text, row| {
        write!(
            text,
            r#"{{"Day":"2025-05-{:02}T00:00:00","CampaignId":"53df8633af55cd57805746{:02}","SplitName":"Весна {}","ImpressionCount":{},"ClickCount":{},"Reach":{},"TotalSum":{}.{:06},"SumSegmentsPrice":0.{:04},"CTR":0.{},"ECPM":{}.25,"ECPC":{}.5,"Viewability":6{}.125,"Frequency":1.{}}},"#,
            1 + row % 28,
            row % 40,
            row % 40,
            61_239 + row * 3,
            310 + row % 17,
            40_117 + row,
            697 + row % 100,
            827_701 + row % 1000,
            1 + row % 999,
            1 + row % 9,
            90 + row % 50,
            2 + row % 7,
            row % 10,
            1 + row % 9,
        )
    })
}

/// About 64 KiB of rows of a report of ADFOX, each followed by a comma and a line end.
#[must_use]
pub fn table_rows() -> String {
    block(|text, row| {
        write!(
            text,
            r#"["2024-01-{:02}",{},"Баннер {row} 728x90",{},{},{},{}.{:04},{}.{:07}],"#,
            1 + row % 28,
            100_000 + row % 40,
            15_000 + row * 7,
            14_000 + row * 5,
            225 + row % 31,
            1 + row % 3,
            5_000 + row % 999,
            697 + row % 100,
            8_277_019 + row % 1000,
        )
    })
}

/// About 64 KiB of ADFOX rows `row{n}` as in the response to `list`, without commas.
#[must_use]
pub fn adfox_rows() -> String {
    block(|text, row| {
        write!(
            text,
            "<row{row}><ID>{}</ID><name>Баннер &quot;{row}&quot; &amp; Ко</name><status>0</status><level>{}</level><campaignID>{}</campaignID><bannerTypeID>{}</bannerTypeID><impressionsAll>{}</impressionsAll><clicksAll>{}</clicksAll><dateAdded>2011-03-{:02}</dateAdded><priority>5</priority><user3>utm_source=adfox</user3></row{row}>",
            100_000 + row,
            row % 10,
            5000 + row % 40,
            row % 7,
            row * 7919,
            row * 13,
            1 + row % 28,
        )
    })
}

fn block(row: impl Fn(&mut String, u64) -> std::fmt::Result) -> String {
    const SIZE: usize = 64 * 1024;
    let mut text = String::with_capacity(SIZE + 1024);
    for number in 0.. {
        if text.len() >= SIZE || row(&mut text, number).is_err() {
            break;
        }
        text.push('\n');
    }
    text
}
