//! Responses to visitors, from the tracker, the site or a file.

use adapis_emulator::{Emulator, Fault, FaultPlan, FaultPoint};
use tokio::task::JoinSet;

use crate::bounds::raw_site;
use crate::{PAGE, Site, before, campaign, exchange, gateway};

#[tokio::test]
async fn each_action_reaches_the_visitor() {
    let emulator = Emulator::start().await.unwrap();
    let (redirecting, site) = before(&emulator, "Example", &[]).await;
    let answer = redirecting
        .get("/?keyword=shoes", "User-Agent: Mozilla/5.0\r\n")
        .await;
    assert_eq!(answer.status, 302);
    let location = "http://domain.com/?data=shoes&utm-campaign=aff1".to_owned();
    assert_eq!(answer.header("location"), Some(location));
    assert!(answer.head.contains("_subid="), "{}", answer.head);
    assert!(site.heads.lock().unwrap().is_empty());

    let (replacing, _site) = before(&emulator, "HTML", &[]).await;
    let answer = replacing.get("/", "").await;
    assert_eq!(answer.status, 200);
    assert!(!answer.body.contains("the site"), "{}", answer.body);

    let (nothing, _site) = before(&emulator, "Nothing", &[]).await;
    let answer = nothing.get("/", "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, PAGE));
    let metrics = nothing.watch("metrics").await;
    assert!(
        metrics.contains("keitaro_visits_total{outcome=\"page\"} 1"),
        "{metrics}"
    );
    assert!(
        metrics.contains("keitaro_call_seconds_count 1"),
        "{metrics}"
    );
    assert_eq!(nothing.watch("healthz").await, "ok\n");
}

#[tokio::test]
async fn a_page_from_a_file_with_its_placeholders_filled() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, PAGE).unwrap();
    let file = file.to_str().unwrap();
    let flags = ["--page", file, "--rewrite", "--offer-fallback", "/later"];
    let token = campaign(&emulator, "Shop");
    let gateway = gateway(&emulator.keitaro_url(), &token, &flags).await;
    let answer = gateway.get("/", "").await;
    let link = format!("href='{}/?_lp=1&_token=", emulator.keitaro_url());
    let sub_id = emulator.clicks(1).last[0].sub_id.clone();
    assert!(
        answer.body.contains("the site") && answer.body.contains(&sub_id),
        "{}",
        answer.body
    );
    assert!(answer.body.contains(&link), "{}", answer.body);
    let answer = gateway.get("/", "X-Purpose: preview\r\n").await;
    assert!(answer.body.contains("href='/later'"), "{}", answer.body);
}

#[tokio::test]
async fn a_sick_tracker_leaves_the_site_as_it_is() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, _site) = before(&emulator, "Example", &["--deadline", "300"]).await;
    let garbage: Fault =
        serde_json::from_value(serde_json::json!({ "garbage": "<html>[REQ_ERR: 401]</html>" }))
            .unwrap();
    for fault in [
        Fault::hang(FaultPoint::BeforeHeaders),
        Fault::reset(FaultPoint::BeforeHeaders),
        Fault::status(500),
        Fault::status(301),
        garbage,
    ] {
        let plan = FaultPlan::new("keitaro.click").fault(fault);
        emulator.faults(plan).unwrap();
        let answer = gateway.get("/", "").await;
        assert_eq!((answer.status, answer.body.as_str()), (200, PAGE));
        assert_eq!(answer.header("set-cookie"), None);
    }
    let metrics = gateway.watch("metrics").await;
    assert!(
        metrics.contains("keitaro_visits_total{outcome=\"timed_out\"} 1"),
        "{metrics}"
    );
    assert!(
        metrics.contains("keitaro_visits_total{outcome=\"failed\"} 4"),
        "{metrics}"
    );
    assert!(metrics.contains("keitaro_circuit_state 2"), "{metrics}");
    // After the pause of the circuit the tracker is asked again.
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    assert_eq!(gateway.get("/", "").await.status, 302);
    let told = gateway.stop().await;
    assert!(
        told.contains("WARN the tracker keeps failing, circuit opened"),
        "{told}"
    );
    assert!(
        told.contains("INFO the tracker responds again, circuit closed"),
        "{told}"
    );
    assert!(!told.contains(&campaign(&emulator, "Example")), "{told}");
}

/// A tracker that sends `100 Continue` forever.
async fn flood() -> String {
    use tokio::io::AsyncWriteExt;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let interim = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
                while stream.write_all(&interim).await.is_ok() {}
            });
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_that_floods_delays_neither_pages_nor_assets() {
    let site = Site::start().await;
    let flags = ["--upstream", site.url.as_str(), "--deadline", "400"];
    for at_once in [1, 16, 200] {
        let gateway = gateway(&flood().await, "token", &flags).await;
        let mut visits = JoinSet::new();
        for number in 0..at_once {
            let target = if number % 2 == 0 { "/" } else { "/a.css" };
            let address = gateway.address.clone();
            visits.spawn(async move {
                let get = format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                assert_eq!(exchange(&address, &get).await.status, 200);
            });
        }
        // How late they are is measured by examples/keitaro_load; a stall is what is ruled out here.
        let limit = std::time::Duration::from_secs(20);
        let all = tokio::time::timeout(limit, visits.join_all()).await;
        assert!(all.is_ok(), "{at_once} at once");
    }
}

#[tokio::test]
async fn what_somebody_must_set_right_is_said_at_the_first_visit() {
    let emulator = Emulator::start().await.unwrap();
    for (status, told) in [
        (401, "--method get"),
        (402, "licence"),
        (409, "switch the Click API on"),
        (301, "use the URL that the tracker redirects to"),
    ] {
        let (gateway, _site) = before(&emulator, "Example", &[]).await;
        for _ in 0..2 {
            let plan = FaultPlan::new("keitaro.click").fault(Fault::status(status));
            emulator.faults(plan).unwrap();
            assert_eq!(gateway.get("/", "").await.body, PAGE);
        }
        let log = gateway.stop().await;
        assert!(log.contains(told), "{status}: {log}");
        assert_eq!(log.matches("refuses every click").count(), 1, "{log}");
    }
}

#[tokio::test]
async fn files_of_the_tracker_are_fetched_by_a_setting() {
    let (site, tracker) = (Site::start().await, Site::start().await);
    let flags = [
        "--upstream",
        &site.url,
        "--tracker-path",
        "/lander/*",
        "--tracker-path",
        "/gone.css",
    ];
    let gateway = gateway(&tracker.url, "token", &flags).await;
    let answer = gateway
        .get(
            "/lander/a/style.css?v=1",
            "Cookie: session=1\r\nRange: bytes=0-1\r\n",
        )
        .await;
    assert_eq!((answer.status, answer.body.as_str()), (200, PAGE));
    let asked = tracker.last();
    assert!(asked.starts_with("GET /lander/a/style.css?v=1 "), "{asked}");
    assert_eq!(tracker.header("cookie"), None);
    assert_eq!(tracker.header("range").as_deref(), Some("bytes=0-1"));
    assert_eq!(
        tracker.header("x-forwarded-for").as_deref(),
        Some("127.0.0.1")
    );
    assert!(tracker.url.ends_with(&tracker.header("host").unwrap()));
    assert!(site.heads.lock().unwrap().is_empty());

    for target in ["/lander/../admin/", "/lander/%2e%2e/admin/"] {
        assert_eq!(gateway.get(target, "").await.status, 400, "{target}");
    }
    let post =
        "POST /lander/x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let answer = exchange(&gateway.address, post).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("allow").as_deref(), Some("GET, HEAD"));
    let head = "HEAD /lander/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert_eq!(exchange(&gateway.address, head).await.status, 200);
    assert_eq!(gateway.get("/other.css", "").await.status, 200);
    assert!(site.last().starts_with("GET /other.css "));
}

#[tokio::test]
async fn a_tracker_decides_neither_the_protocol_nor_its_version() {
    let site = Site::start().await;
    let flags = ["--upstream", &site.url, "--tracker-path", "/lander/*"];
    let old = raw_site(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let switching =
        raw_site(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
            .await;
    for (tracker, expected) in [(old, "HTTP/1.1 200"), (switching, "HTTP/1.1 502")] {
        let gateway = gateway(&tracker, "token", &flags).await;
        let answer = gateway.get("/lander/a.css", "").await;
        assert!(answer.head.starts_with(expected), "{}", answer.head);
    }
}
