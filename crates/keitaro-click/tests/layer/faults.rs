//! A tracker that fails, and a page that does not.

use std::sync::Arc;
use std::time::Duration;

use adcore::testing::ScriptedTransport;
use adcore::{Body, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use keitaro_click::ErrorKind;
use keitaro_click::layer::{CircuitSettings, CircuitState, ClickLayer, Outcome};

use crate::{NOTHING, PAGE, Site, client, get, site};

/// A tracker that never responds.
#[derive(Debug)]
struct Silent;

#[adcore::async_trait]
impl Transport for Silent {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Body>, TransportError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn every_fault_of_the_tracker_leaves_the_page_as_it_is() {
    let site = site(|layer| layer.circuit(CircuitSettings::default().window(64, 64)));
    site.tracker.reply(500, "[REQ_ERR]");
    site.tracker
        .reply(401, r#"{"error":"Invalid token s3cret-token"}"#);
    site.tracker.reply(200, "<html>garbage</html>");
    site.tracker.reply(200, "");
    site.tracker.fail(TransportErrorKind::Connect);
    site.tracker.fail(TransportErrorKind::Interrupted);
    site.tracker.fail(TransportErrorKind::Malformed);
    for kind in [
        ErrorKind::Server,
        ErrorKind::Unauthenticated,
        ErrorKind::Decode,
        ErrorKind::Decode,
        ErrorKind::Connect,
        ErrorKind::Interrupted,
        ErrorKind::Decode,
    ] {
        let got = site.visit(get("/")).await;
        assert_eq!((got.status, got.body.as_str()), (StatusCode::OK, PAGE));
        assert!(got.cookies().is_empty());
        let click = site.click();
        assert_eq!(click.outcome(), Outcome::Failed);
        assert_eq!(click.error().unwrap().kind(), kind);
        assert!(!format!("{click:?}").contains("s3cret"));
    }
    assert_eq!(site.layer.monitor().counts().failed, 7);
}

#[tokio::test]
async fn a_response_larger_than_the_limit_shows_the_page() {
    let site = site(|layer| layer);
    let large = format!(r#"{{"body":"{}"}}"#, "x".repeat(20_000));
    let got = site.respond(&large, get("/")).await;
    assert_eq!(got.body, PAGE);
    assert!(site.click().error().unwrap().to_string().contains("limit"));
}

#[tokio::test]
async fn the_trackers_own_redirect_is_a_configuration_error_and_not_followed() {
    let site = site(|layer| layer);
    let mut moved = Response::new(Body::empty());
    *moved.status_mut() = StatusCode::MOVED_PERMANENTLY;
    let location = "https://www.tracker.example/click_api/v3".parse().unwrap();
    moved.headers_mut().insert("location", location);
    site.tracker.respond(Ok(moved));
    let got = site.visit(get("/")).await;
    assert_eq!(got.body, PAGE);
    let click = site.click();
    assert!(
        click
            .error()
            .unwrap()
            .to_string()
            .contains("configuration error")
    );
}

#[tokio::test(start_paused = true)]
async fn a_silent_tracker_costs_the_deadline_and_then_nothing() {
    let site = Site {
        layer: ClickLayer::new(client(Arc::new(Silent))),
        tracker: ScriptedTransport::new(),
        seen: Arc::default(),
    };
    let monitor = site.layer.monitor();
    for _ in 0..5 {
        let started = tokio::time::Instant::now();
        let got = site.visit(get("/")).await;
        assert_eq!(got.body, PAGE);
        assert_eq!(started.elapsed().as_millis() / 5, 160);
        assert_eq!(site.click().outcome(), Outcome::TimedOut);
        assert!(site.click().error().unwrap().may_have_run());
    }
    assert!(matches!(monitor.circuit(), CircuitState::Open { .. }));
    let started = tokio::time::Instant::now();
    site.visit(get("/")).await;
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert_eq!(site.click().outcome(), Outcome::CircuitOpen);
    let counts = monitor.counts();
    assert_eq!(
        (counts.timeouts, counts.circuit_open, counts.in_flight),
        (5, 1, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn too_many_calls_at_once_show_the_page() {
    let site = Site {
        layer: ClickLayer::new(client(Arc::new(Silent))).max_in_flight(1),
        tracker: ScriptedTransport::new(),
        seen: Arc::default(),
    };
    let (first, second) = tokio::join!(site.visit(get("/")), site.visit(get("/")));
    assert_eq!((first.body.as_str(), second.body.as_str()), (PAGE, PAGE));
    let counts = site.layer.monitor().counts();
    assert_eq!((counts.timeouts, counts.overloaded), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_tracker_that_comes_back_is_found_by_a_probe() {
    let site = site(|layer| layer);
    for _ in 0..5 {
        site.tracker.reply(500, "");
        site.visit(get("/")).await;
    }
    assert_eq!(site.tracker.requests().len(), 5);
    site.visit(get("/")).await;
    assert_eq!(site.tracker.requests().len(), 5);
    tokio::time::advance(Duration::from_secs(1)).await;
    site.respond(NOTHING, get("/")).await;
    assert_eq!(site.click().outcome(), Outcome::Page);
    assert_eq!(site.layer.monitor().circuit(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_tracker_delays_few_visitors_at_first() {
    let site = &Site {
        layer: ClickLayer::new(client(Arc::new(Silent))),
        tracker: ScriptedTransport::new(),
        seen: Arc::default(),
    };
    let started = tokio::time::Instant::now();
    let visits = (0..200).map(|_| async {
        assert_eq!(site.visit(get("/")).await.body, PAGE);
        started.elapsed().as_millis()
    });
    let times = futures_util::future::join_all(visits).await;
    let within = |limit| times.iter().filter(|time| **time <= limit).count();
    assert_eq!((within(405), within(805)), (136, 200));
    let counts = site.layer.monitor().counts();
    assert_eq!((counts.timeouts, counts.overloaded), (64, 136));
    assert_eq!(site.visit(get("/")).await.body, PAGE);
    assert_eq!(site.click().outcome(), Outcome::CircuitOpen);
}

#[tokio::test]
async fn concurrency_grows_once_the_tracker_responds() {
    let site = &site(|layer| layer);
    for _ in 0..200 {
        site.tracker.reply(200, NOTHING);
    }
    let visits = (0..200).map(|_| site.visit(get("/")));
    futures_util::future::join_all(visits).await;
    assert_eq!(site.layer.monitor().counts().pages, 200);
    assert_eq!(site.tracker.requests().len(), 200);
}

#[tokio::test]
async fn no_time_is_too_long_to_be_waited_for() {
    let site = site(|layer| {
        let circuit = CircuitSettings::default().window(1, 1);
        let endless = circuit.pauses(Duration::MAX, Duration::MAX);
        layer.deadline(Duration::MAX).circuit(endless)
    });
    assert_eq!(site.respond(NOTHING, get("/")).await.body, PAGE);
    assert_eq!(site.click().outcome(), Outcome::Page);
    site.tracker.reply(500, "");
    assert_eq!(site.visit(get("/")).await.body, PAGE);
    let circuit = site.layer.monitor().circuit();
    assert!(matches!(circuit, CircuitState::Open { .. }), "{circuit:?}");
}
