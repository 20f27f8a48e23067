//! Pages of servers that behave oddly, from a script.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic"
)]

use std::fmt::Write as _;
use std::sync::Arc;

use adcore::testing::ScriptedTransport;
use adfox_api::{
    Action, Call, Client, Context, Credentials, Error, ErrorKind, Object, Pages, Params, Row, Value,
};

fn client(transport: &ScriptedTransport) -> Client {
    Client::builder(
        "https://api.adfox.ru/v1/API.php",
        Credentials::oauth("t0ken"),
    )
    .transport(Arc::new(transport.clone()))
    .build()
    .unwrap()
}

fn page(counters: &str, ids: impl IntoIterator<Item = u32>) -> String {
    let mut rows = String::new();
    for (n, id) in ids.into_iter().enumerate() {
        write!(rows, "<row{n}><ID>{id}</ID></row{n}>").unwrap();
    }
    format!(
        "<response><status><code>0</code></status><result>{counters}<data>{rows}</data></result></response>"
    )
}

fn total(rows: u32) -> String {
    format!("<total_rows>{rows}</total_rows>")
}

async fn ids(pages: Pages<Row>) -> Vec<u32> {
    let rows = pages.collect().await.unwrap();
    rows.iter()
        .map(|row| row.text("ID").unwrap().parse().unwrap())
        .collect()
}

fn offsets(transport: &ScriptedTransport) -> Vec<String> {
    let requests = transport.requests();
    let offset = |request: &http::Request<bytes::Bytes>| {
        let query = request.uri().query().unwrap();
        query.rsplit_once("offset=").unwrap().1.to_owned()
    };
    requests.iter().map(offset).collect()
}

#[tokio::test]
async fn rows_that_slid_onto_the_next_page_come_once() {
    let transport = ScriptedTransport::new();
    transport.reply(200, page(&total(4), [10, 9, 8]));
    transport.reply(200, page(&total(6), [8, 7]));
    transport.reply(200, page(&total(6), [6]));
    let pages = client(&transport)
        .list(Object::Banner, Params::new())
        .page_size(3);
    assert_eq!(ids(pages).await, [10, 9, 8, 7, 6]);
    assert_eq!(offsets(&transport), ["0", "3", "5"]);
}

#[tokio::test]
async fn an_offset_that_is_no_number_is_refused_and_not_taken_for_zero() {
    for offset in ["-1", "1.5", "abc", ""] {
        let transport = ScriptedTransport::new();
        let call = Call::new(Context::Account, Action::List)
            .object(Object::Campaign)
            .param("offset", offset);
        let mut pages: Pages<Row> = client(&transport).pages(&call);
        let error = pages.next().await.unwrap();
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{offset}");
        assert_eq!(error.field(), Some("offset"), "{offset}");
        assert!(transport.requests().is_empty());
    }
}

#[tokio::test]
async fn tracing_points_are_known_by_their_own_id() {
    let transport = ScriptedTransport::new();
    let named = |page: String| page.replace("ID>", "objectID>");
    transport.reply(200, named(page(&total(4), [10, 9, 8])));
    transport.reply(200, named(page(&total(6), [8, 7])));
    transport.reply(200, named(page(&total(6), [6])));
    let pages = client(&transport)
        .list(Object::TracingPoint, Params::new())
        .page_size(3);
    let rows = pages.collect().await.unwrap();
    let ids: Vec<_> = rows.iter().filter_map(|row| row.text("objectID")).collect();
    assert_eq!(ids, ["10", "9", "8", "7", "6"]);
}

#[tokio::test]
async fn a_server_without_counters_is_read_until_a_short_page() {
    let transport = ScriptedTransport::new();
    transport.reply(200, page("", [1, 2]));
    transport.reply(200, page("", [3]));
    let pages = client(&transport)
        .list(Object::Banner, Params::new())
        .page_size(2);
    assert_eq!(ids(pages).await, [1, 2, 3]);
    assert_eq!(transport.requests().len(), 2);
}

#[tokio::test]
async fn a_server_that_caps_the_page_lower_is_read_to_the_end() {
    let transport = ScriptedTransport::new();
    transport.reply(200, page("<limit>2</limit>", [1, 2]));
    transport.reply(200, page("<limit>2</limit>", [3]));
    assert_eq!(
        ids(client(&transport).list(Object::Banner, Params::new())).await,
        [1, 2, 3]
    );
    let transport = ScriptedTransport::new();
    transport.reply(200, page(&total(3), [1, 2]));
    transport.reply(200, page(&total(3), [3]));
    assert_eq!(
        ids(client(&transport).list(Object::Banner, Params::new())).await,
        [1, 2, 3]
    );
}

#[tokio::test]
async fn a_server_that_says_neither_its_total_nor_its_cap_is_read_to_the_end() {
    let rows = |from: u32, to: u32| from..=to;
    for counters in [
        "",
        "<rows>10</rows><limit>1000</limit>",
        "<total_rows>1 025</total_rows>",
        "<links><total_rows/></links>",
    ] {
        // A shorter page than the one before is the last one.
        let short = [rows(1, 10), rows(11, 20), rows(21, 25)];
        // A page of the same size may be followed by more.
        let even = [rows(1, 10), rows(11, 20), rows(21, 20)];
        let one = [rows(1, 10), rows(11, 10)];
        for (pages, offsets_asked) in [
            (&short[..], &["0", "10", "20"][..]),
            (&even, &["0", "10", "20"]),
            (&one, &["0", "10"]),
        ] {
            let transport = ScriptedTransport::new();
            for rows in pages {
                transport.reply(200, page(counters, rows.clone()));
            }
            let read = ids(client(&transport).list(Object::Banner, Params::new())).await;
            let expected: Vec<_> = pages.iter().cloned().flatten().collect();
            assert_eq!(read, expected, "{counters}");
            assert_eq!(offsets(&transport), offsets_asked, "{counters}");
        }
    }
}

#[tokio::test]
async fn a_short_list_of_a_server_without_offsets_comes_once() {
    // The second page has the same rows, perhaps in another order.
    for second in [[1, 2, 3], [3, 1, 2]] {
        let transport = ScriptedTransport::new();
        transport.reply(200, page("", [1, 2, 3]));
        transport.reply(200, page("", second));
        let pages = client(&transport).list(Object::Banner, Params::new());
        assert_eq!(ids(pages).await, [1, 2, 3]);
        assert_eq!(transport.requests().len(), 2);
    }
}

/// The ids before the error, and the error.
async fn incomplete(mut pages: Pages<Row>) -> (Vec<u32>, Error) {
    let mut ids = Vec::new();
    loop {
        match pages.next().await.expect("the list is not whole") {
            Ok(page) => {
                let rows = page.rows.iter();
                ids.extend(rows.map(|row| row.text("ID").unwrap().parse::<u32>().unwrap()));
            }
            Err(error) => {
                assert!(pages.next().await.is_none(), "the error ends the list");
                return (ids, error);
            }
        }
    }
}

fn at(total: u32, offset: u32) -> String {
    format!("<total_rows>{total}</total_rows><offset>{offset}</offset>")
}

#[tokio::test]
async fn a_list_that_ends_too_early_is_an_error_with_what_was_read() {
    let empty = [page(&total(5), [1, 2]), page(&total(5), [])];
    let repeats = [page(&total(5), [1, 2]), page(&total(5), [1, 2])];
    let echoes = [page(&at(5, 0), [1, 2]), page(&at(5, 2), [1, 2])];
    let other_order = [
        page(&total(5), [1, 2]),
        page(&total(5), [2, 1]),
        page(&total(5), [1]),
    ];
    let counted = [
        page("<page>1</page><total_pages>3</total_pages>", [1, 2]),
        page("<page>2</page><total_pages>3</total_pages>", []),
    ];
    let uncounted = [page("", [1, 2]), page("", [1, 2])];
    for (responses, words) in [
        (&empty[..], "offset 2 is empty (2 of 5 rows"),
        (&repeats, "offset 2 repeats the page before (2 of 5 rows"),
        (&echoes, "offset 2 repeats the page before (2 of 5 rows"),
        (&other_order, "rows were repeated (2 of 5 rows"),
        (&counted, "offset 2 is empty (2 rows"),
        (&uncounted, "offset 2 repeats the page before (2 rows"),
    ] {
        let transport = ScriptedTransport::new();
        for response in responses {
            transport.reply(200, response.clone());
        }
        let pages = client(&transport)
            .list(Object::Banner, Params::new())
            .page_size(2);
        let (ids, error) = incomplete(pages).await;
        assert_eq!(ids, [1, 2], "{words}");
        assert_eq!(error.kind(), ErrorKind::Decode, "{words}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(!error.may_have_run());
    }
}

#[tokio::test]
async fn a_server_that_ignores_the_offset_is_not_read_for_ever() {
    for object in [Object::Banner, Object::ActiveBanners] {
        let transport = ScriptedTransport::new();
        for _ in 0..50 {
            transport.reply(200, page("", [1, 2]));
        }
        let client = client(&transport);
        let (read, _) = incomplete(client.list(object.clone(), Params::new()).page_size(2)).await;
        assert_eq!((read, transport.requests().len()), (vec![1, 2], 2));
        // More rows than asked for: the server has no pages, and the list is whole.
        assert_eq!(
            ids(client.list(object, Params::new()).page_size(1)).await,
            [1, 2]
        );
    }
}

#[tokio::test]
async fn a_response_without_a_place_for_rows_is_not_an_empty_list() {
    for (result, empty) in [
        ("", false),
        ("<result/>", false),
        ("<result></result>", false),
        ("<result>text</result>", false),
        ("<result>&nope;</result>", false),
        ("<result><![CDATA[text]]></result>", false),
        ("<result><rows/></result>", false),
        ("<result><data>text</data></result>", false),
        ("<result><data>&nope;</data></result>", false),
        ("<result><data><row0>text</row0></data></result>", false),
        ("<result><data><row><ID>1</ID></row></data></result>", false),
        ("<result><data><item/></data></result>", false),
        ("<result><data/></result>", true),
        ("<result><data> \n</data></result>", true),
        ("<result><total_rows>0</total_rows></result>", true),
    ] {
        let body = format!("<response><status><code>0</code></status>{result}</response>");
        let transport = ScriptedTransport::new();
        for _ in 0..3 {
            transport.reply(200, body.clone());
        }
        let client = client(&transport);
        let list = Call::new(Context::Account, Action::List).object(Object::Banner);
        let pages = client.pages::<Row>(&list).collect().await;
        let output = client.call(&list).await;
        let mut rows = client.rows::<Row>(&list);
        let streamed = rows.next().await.transpose();
        if empty {
            assert!(pages.unwrap().is_empty() && streamed.unwrap().is_none());
            assert!(output.unwrap().rows.unwrap_or_default().is_empty());
            continue;
        }
        // An untyped call keeps a row that is text; nothing else can.
        let output = match output {
            Ok(output) if result.contains("row0") => {
                assert_eq!(output.rows.unwrap(), [Value::Text("text".to_owned())]);
                None
            }
            output => Some(output.err()),
        };
        for error in [pages.err(), streamed.err()].into_iter().chain(output) {
            let error = error.unwrap_or_else(|| panic!("{result} is a list"));
            assert_eq!(error.kind(), ErrorKind::Decode, "{result}: {error}");
        }
    }
}

#[tokio::test]
async fn an_add_without_an_id_may_have_run_and_is_no_success() {
    for status in [
        "<code>0</code>",
        "<code>0</code><ID/>",
        "<code>0</code><message>Saved as a draft</message>",
    ] {
        let transport = ScriptedTransport::new();
        transport.reply(
            200,
            format!("<response><status>{status}</status></response>"),
        );
        let add = Call::new(Context::Account, Action::Add).object(Object::Zone);
        let error = client(&transport).call(&add).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.may_have_run(), "{error}");
        assert!(
            error.to_string().contains("status.ID is missing"),
            "{error}"
        );
        assert_eq!(
            status.contains("draft"),
            error.to_string().contains("Saved as a draft")
        );
    }
}

#[tokio::test]
async fn a_total_that_wavers_does_not_lead_in_circles() {
    let transport = ScriptedTransport::new();
    for n in 0..100 {
        transport.reply(200, page(&total(if n % 2 == 0 { 3 } else { 2 }), [n % 3]));
    }
    let pages = client(&transport)
        .list(Object::Banner, Params::new())
        .page_size(1);
    ids(pages).await;
    assert!(transport.requests().len() < 10);
}

#[tokio::test]
async fn lists_whose_rows_share_ids_are_not_thinned_out() {
    let transport = ScriptedTransport::new();
    transport.reply(200, page(&total(3), [7, 7, 7]));
    let pages = client(&transport).list(Object::ActiveBanners, Params::new());
    assert_eq!(ids(pages).await, [7, 7, 7]);
}
