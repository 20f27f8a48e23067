//! The fuzzer's targets, fed with mutations of valid responses.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::{profile, targets};

const SEEDS: [&str; 19] = [
    r#"{"headers":["Location: http://a/"],"status":302,"body":"<b>x</b>","contentType":"text/html","cookies":{"a":"b"},"cookies_ttl":1,"uniqueness_cookie":"u","info":{"campaign_id":7,"sub_id":"s","uniqueness":{"campaign":true}},"log":["l"]}"#,
    r#"{"error":"Campaign not found"}"#,
    r#"{"jsonrpc":"2.0","result":{"a":[1,2.50,"x"]},"id":1}"#,
    r#"{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found","data":[1]},"id":1}"#,
    r#"[{"jsonrpc":"2.0","result":1,"id":2},{"jsonrpc":"2.0","result":[],"id":1}]"#,
    r#"{"jsonrpc":"2.0","result":[{"date_day":"2024-01-01","shows":"10","clicks":1,"income":0.123456789},{"site_id":7,"site":"s","placement":"p"}],"id":1}"#,
    r#"[{"CampaignId":"c","Stat":[{"Date":"2015-12-31","ImpressionCount":1,"Cost":1.25},{"Date":"2015-12-31T00:00:00"}],"x":1}]"#,
    r#"[{"Date":"2015-12-31","Domain":"d","SumWinningPriceWithComission":1.5,"ClickCount":null}]"#,
    r#"[{"count":1,"signed":-2,"money":1.25,"text":"a","flag":true,"list":["x"],"float":0.5,"inner":{"count":"3"},"raw":{"a":[1]}},{"count":2,"signed":3,"money":"0.1"}]"#,
    r#"{"Total":{"ImpressionCount":3,"TotalSum":0.3},"Statistic":[{"Date":"2024-01-01","SplitName":"1","ImpressionCount":1,"TotalSum":"0.1"},{"splitName":"2","ImpressionCount":2,"Reach":null,"TotalSum":0.2}]}"#,
    "{\"SplitName\":\"1\",\"ImpressionCount\":1}\n{\"SplitName\":\"2\"}\n{\"Day\":\"2024-01-01\"}\n{\"SplitName\":\"4\",\"x\":[1]}\n{\"Reach\":5}\n{\"Reach\":6}",
    r#"{"result":{"taskId":"t","columns":[{"name":"date","type":"string"},{"name":"loads","type":"integer"},{"name":"ctr","type":"number","format":"float","unit":"percent"}],"rows":[["2024-01-01",15000,1.5],["2024-01-02","18000",null]],"totals":[null,33000,null]}}"#,
    r#"{"result":{"rows":[[1,"a\u044f"],[2.50,true]],"columns":[{"name":"income","type":"number"},{"name":"x","type":"date"}],"totals":["3.5",null]}}"#,
    r#"{"access_token":"a/b+c=","token_type":"bearer","expires_in":"86400","refresh_token":"r"}"#,
    r#"{"jsonrpc":"2.0","result":[{"access_token":"a.b-c","refresh_token":"r","access_ttl":1800}],"id":1}"#,
    "default_profile = \"p\"\n[profile.p.spots]\nlogin = \"me\"\npassword = \"hush-c4n4ry\"\n[profile.p.adfox]\nlogin = \"a\"\noauth_token_file = \"/x\"\n",
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><response><status><code>0</code></status><result><total_rows>1</total_rows><data><row0><ID>1</ID></row0></data></result></response>",
    "Wed, 21 Oct 2015 07:28:00 GMT",
    "120",
];

/// Texts that are inserted into a seed, or replace a part of it.
const PIECES: [&str; 24] = [
    "",
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "0",
    "-1",
    "1e309",
    "99999999999999999999",
    "\\u0000",
    "\\ud800",
    "\"id\":1",
    "\"result\":2",
    "\u{feff}",
    "\0",
    " ",
    "<![CDATA[",
    "&lt;",
    "</row0>",
    "]",
    "}",
    ",",
    "\u{1}a\u{2}b",
];

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let edit = (
        any::<prop::sample::Index>(),
        0_usize..12,
        0..PIECES.len(),
        any::<Option<u8>>(),
    );
    let edited = (
        0..SEEDS.len(),
        prop::collection::vec(edit, 0..5),
        any::<u8>(),
    )
        .prop_map(|(seed, edits, first)| {
            let mut bytes = SEEDS[seed].as_bytes().to_vec();
            for (at, length, piece, byte) in edits {
                let from = at.index(bytes.len() + 1);
                let to = (from + length).min(bytes.len());
                let piece = byte.map_or(PIECES[piece].as_bytes().to_vec(), |byte| vec![byte]);
                bytes.splice(from..to, piece);
            }
            // For some targets the first byte is a selector, which also says how many bytes follow
            // that cut the rest into chunks.
            if first & 1 == 0 {
                let selector = first >> 1;
                let cuts = (0..selector >> 5).map(|cut| first ^ cut);
                bytes.splice(0..0, std::iter::once(selector).chain(cuts));
            }
            bytes
        });
    prop_oneof![8 => edited, 1 => prop::collection::vec(any::<u8>(), 0..64)]
}

fn smoke(target: fn(&[u8])) {
    let cases = std::env::var("PROPTEST_CASES").map_or(512, |cases| cases.parse().unwrap());
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&bytes(), |bytes| {
        target(&bytes);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

macro_rules! smokes {
    ($module:ident: $($target:ident)*) => {$(
        #[test]
        fn $target() {
            smoke($module::$target);
        }
    )*};
}

smokes!(targets: click rpc batch statistics rows pages tables token adfox retry_after);
smokes!(profile: config);
