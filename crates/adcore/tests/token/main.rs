//! The token state machine, point by point, with time paused.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adcore::{
    Error, ErrorKind, TokenCache, TokenResponse, TokenSettings, TokenSource, async_trait,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, advance, sleep};

mod stores;

/// A token server with numbered tokens and configurable lifetime, faults and latency.
#[derive(Debug)]
struct Server {
    grants: AtomicU32,
    refreshes: AtomicU32,
    lifetime: Mutex<Option<Duration>>,
    latency: Duration,
    fault: Mutex<Option<ErrorKind>>,
    refresh_fault: Mutex<Option<ErrorKind>>,
    retry_after: Mutex<Option<Duration>>,
    rotates: bool,
    refreshed_with: Mutex<Vec<String>>,
}

impl Server {
    fn new(lifetime: impl Into<Option<Duration>>) -> Arc<Self> {
        Arc::new(Self {
            grants: AtomicU32::new(0),
            refreshes: AtomicU32::new(0),
            lifetime: Mutex::new(lifetime.into()),
            latency: Duration::from_millis(100),
            fault: Mutex::new(None),
            refresh_fault: Mutex::new(None),
            retry_after: Mutex::new(None),
            rotates: true,
            refreshed_with: Mutex::new(Vec::new()),
        })
    }

    fn cache(self: &Arc<Self>) -> TokenCache {
        TokenCache::new(Source(Arc::clone(self)), TokenSettings::default().seed(1))
    }

    fn fail(&self, kind: impl Into<Option<ErrorKind>>) {
        *self.fault.lock().unwrap() = kind.into();
    }

    fn fail_refresh(&self, kind: impl Into<Option<ErrorKind>>) {
        *self.refresh_fault.lock().unwrap() = kind.into();
    }

    fn fetches(&self) -> (u32, u32) {
        (
            self.grants.load(Ordering::SeqCst),
            self.refreshes.load(Ordering::SeqCst),
        )
    }

    fn error(&self, kind: ErrorKind) -> Error {
        let wait = *self.retry_after.lock().unwrap();
        Error::new(kind, "the token server fails").with_retry_after(wait)
    }

    fn response(&self) -> TokenResponse {
        let (grants, refreshes) = self.fetches();
        let number = grants + refreshes;
        let refresh = (self.rotates || refreshes == 0).then(|| format!("refresh-{number}").into());
        TokenResponse::new(format!("access-{number}").into())
            .expires_in(*self.lifetime.lock().unwrap())
            .refresh_token(refresh, None)
    }
}

#[derive(Debug, Clone)]
struct Source(Arc<Server>);

#[async_trait]
impl TokenSource for Source {
    async fn fetch(&self) -> Result<TokenResponse, Error> {
        self.0.grants.fetch_add(1, Ordering::SeqCst);
        sleep(self.0.latency).await;
        match *self.0.fault.lock().unwrap() {
            Some(kind) => Err(self.0.error(kind)),
            None => Ok(self.0.response()),
        }
    }

    async fn refresh(&self, refresh_token: &SecretString) -> Result<TokenResponse, Error> {
        self.0.refreshes.fetch_add(1, Ordering::SeqCst);
        let token = refresh_token.expose_secret().to_owned();
        self.0.refreshed_with.lock().unwrap().push(token);
        sleep(self.0.latency).await;
        let fault = *self.0.refresh_fault.lock().unwrap();
        match fault.or(*self.0.fault.lock().unwrap()) {
            Some(kind) => Err(self.0.error(kind)),
            None => Ok(self.0.response()),
        }
    }

    fn secrets(&self, _each: &mut dyn FnMut(&str)) {}
}

const HOUR: Duration = Duration::from_secs(3600);

fn header(token: &adcore::Token) -> String {
    token.header().to_str().unwrap().to_owned()
}

async fn crowd(cache: &TokenCache, size: usize) -> Vec<Result<String, Error>> {
    let tasks: Vec<_> = (0..size)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.token().await.map(|token| header(&token)) })
        })
        .collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

#[tokio::test(start_paused = true)]
async fn a_thousand_callers_on_an_empty_cache_make_one_fetch() {
    let server = Server::new(HOUR);
    let cache = server.cache();
    let results = crowd(&cache, 1000).await;
    assert!(
        results
            .iter()
            .all(|token| token.as_deref().unwrap() == "Bearer access-1")
    );
    assert_eq!(server.fetches(), (1, 0));
    assert_eq!(cache.counts().renewals, 1);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_token_is_handed_out_at_once() {
    let server = Server::new(HOUR);
    let cache = server.cache();
    cache.token().await.unwrap();
    let before = Instant::now();
    for _ in 0..100 {
        cache.token().await.unwrap();
    }
    assert_eq!(before.elapsed(), Duration::ZERO);
    assert_eq!(server.fetches(), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_stale_token_serves_while_one_refresh_runs() {
    let server = Server::new(HOUR);
    let cache = server.cache();
    cache.token().await.unwrap();
    advance(HOUR - Duration::from_secs(200)).await;
    let before = Instant::now();
    let results = crowd(&cache, 100).await;
    assert!(
        results
            .iter()
            .all(|token| token.as_deref().unwrap() == "Bearer access-1")
    );
    assert_eq!(before.elapsed(), Duration::ZERO);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(header(&cache.token().await.unwrap()), "Bearer access-2");
    assert_eq!(server.fetches(), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn the_early_window_is_a_tenth_of_a_short_life() {
    let server = Server::new(Duration::from_secs(100));
    let cache = server.cache();
    cache.token().await.unwrap();
    advance(Duration::from_millis(89_500)).await;
    cache.token().await.unwrap();
    sleep(Duration::from_millis(1)).await;
    assert_eq!(server.fetches(), (1, 0));
    advance(Duration::from_millis(3_000)).await;
    cache.token().await.unwrap();
    sleep(Duration::from_millis(200)).await;
    assert_eq!(server.fetches(), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_makes_all_wait_for_one_refresh() {
    let server = Server::new(HOUR);
    let cache = server.cache();
    cache.token().await.unwrap();
    advance(HOUR).await;
    let results = crowd(&cache, 500).await;
    assert!(
        results
            .iter()
            .all(|token| token.as_deref().unwrap() == "Bearer access-2")
    );
    assert_eq!(server.fetches(), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_caller_loses_no_rotated_token() {
    let server = Server::new(HOUR);
    let cache = server.cache();
    cache.token().await.unwrap();
    advance(HOUR).await;
    let caller = tokio::time::timeout(Duration::from_millis(10), cache.token()).await;
    assert!(caller.is_err(), "the caller gave up during the refresh");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(header(&cache.token().await.unwrap()), "Bearer access-2");
    advance(HOUR).await;
    cache.token().await.unwrap();
    assert_eq!(
        *server.refreshed_with.lock().unwrap(),
        ["refresh-1", "refresh-2"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_definitive_refusal_forgets_the_refresh_token_and_grants_once() {
    for kind in [
        ErrorKind::Unauthenticated,
        ErrorKind::Rejected,
        ErrorKind::NotFound,
        ErrorKind::PermissionDenied,
    ] {
        let server = Server::new(HOUR);
        let cache = server.cache();
        cache.token().await.unwrap();
        server.fail_refresh(kind);
        advance(HOUR).await;
        assert_eq!(header(&cache.token().await.unwrap()), "Bearer access-3");
        assert_eq!(server.fetches(), (2, 1), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_transient_fault_keeps_the_refresh_token() {
    for kind in [
        ErrorKind::Connect,
        ErrorKind::Timeout,
        ErrorKind::Interrupted,
        ErrorKind::RateLimited,
    ] {
        let server = Server::new(HOUR);
        let cache = server.cache();
        cache.token().await.unwrap();
        server.fail_refresh(kind);
        advance(HOUR).await;
        assert_eq!(cache.token().await.unwrap_err().kind(), kind);
        server.fail_refresh(None);
        sleep(Duration::from_secs(2)).await;
        cache.token().await.unwrap();
        assert_eq!(server.fetches(), (1, 2), "{kind}");
        assert_eq!(
            *server.refreshed_with.lock().unwrap(),
            ["refresh-1", "refresh-1"]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_fails_at_the_refresh_token_only_does_not_lock_out() {
    for (kind, wait) in [
        (ErrorKind::Server, None),
        (ErrorKind::Server, Some(Duration::ZERO)),
        (ErrorKind::Decode, None),
    ] {
        let server = Server::new(HOUR);
        let cache = server.cache();
        cache.token().await.unwrap();
        *server.retry_after.lock().unwrap() = wait;
        server.fail_refresh(kind);
        advance(HOUR).await;
        let results = crowd(&cache, 100).await;
        assert!(results.iter().all(|token| token.is_ok()), "{kind}");
        assert_eq!(server.fetches(), (2, 1), "{kind}");
        server.fail_refresh(None);
        advance(HOUR).await;
        cache.token().await.unwrap();
        assert_eq!(
            *server.refreshed_with.lock().unwrap(),
            ["refresh-1", "refresh-3"],
            "the one that failed was replaced"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_fails_at_everything_keeps_the_refresh_token_and_gets_no_storm() {
    for kind in [ErrorKind::Server, ErrorKind::Decode] {
        let server = Server::new(HOUR);
        let cache = server.cache();
        cache.token().await.unwrap();
        server.fail(kind);
        advance(HOUR).await;
        for pause in 1..=3 {
            let results = crowd(&cache, 100).await;
            let failed = |result: &Result<_, Error>| result.as_ref().unwrap_err().kind() == kind;
            assert!(results.iter().all(failed));
            assert_eq!(server.fetches(), (1 + pause, pause), "{kind}");
            sleep(Duration::from_millis(1001)).await;
        }
        server.fail(None);
        cache.token().await.unwrap();
        assert_eq!(server.fetches(), (4, 4), "{kind}");
        let refreshed_with = server.refreshed_with.lock().unwrap();
        assert!(refreshed_with.iter().all(|token| token == "refresh-1"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_to_wait_is_asked_nothing_else_but_not_for_a_year() {
    for kind in [ErrorKind::Server, ErrorKind::RateLimited] {
        for (asked, waits) in [(20, 20), (365 * 24 * 3600, 15 * 60)] {
            let (asked, waits) = (Duration::from_secs(asked), Duration::from_secs(waits));
            let server = Server::new(HOUR);
            let cache = server.cache();
            cache.token().await.unwrap();
            *server.retry_after.lock().unwrap() = Some(asked);
            server.fail(kind);
            advance(HOUR).await;
            let error = cache.token().await.unwrap_err();
            assert_eq!(error.retry_after(), Some(waits), "{kind}");
            assert_eq!(server.fetches(), (1, 1), "{kind}");
            advance(waits - Duration::from_millis(1)).await;
            cache.token().await.unwrap_err();
            assert_eq!(server.fetches(), (1, 1), "{kind}");
            server.fail(None);
            advance(Duration::from_millis(1)).await;
            cache.token().await.unwrap();
            assert_eq!(server.fetches(), (1, 2), "{kind}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refreshed_token_that_no_header_can_hold_does_not_lock_out() {
    #[derive(Debug)]
    struct Unusable(Source);
    #[async_trait]
    impl TokenSource for Unusable {
        async fn fetch(&self) -> Result<TokenResponse, Error> {
            self.0.fetch().await
        }
        async fn refresh(&self, token: &SecretString) -> Result<TokenResponse, Error> {
            self.0.refresh(token).await?;
            Ok(TokenResponse::new("two\nlines".into()))
        }
        fn secrets(&self, _each: &mut dyn FnMut(&str)) {}
    }
    let server = Server::new(HOUR);
    let source = Unusable(Source(Arc::clone(&server)));
    let cache = TokenCache::new(source, TokenSettings::default());
    cache.token().await.unwrap();
    advance(HOUR).await;
    assert_eq!(header(&cache.token().await.unwrap()), "Bearer access-3");
}

#[tokio::test(start_paused = true)]
async fn a_spent_refresh_token_is_not_tried() {
    let server = Server::new(HOUR);
    #[derive(Debug)]
    struct ShortRefresh(Source);
    #[async_trait]
    impl TokenSource for ShortRefresh {
        async fn fetch(&self) -> Result<TokenResponse, Error> {
            let grant = self.0.fetch().await?;
            let token = grant.refresh_token.clone();
            Ok(grant.refresh_token(token, Some(Duration::ZERO)))
        }
        async fn refresh(&self, token: &SecretString) -> Result<TokenResponse, Error> {
            self.0.refresh(token).await
        }
        fn secrets(&self, _each: &mut dyn FnMut(&str)) {}
    }
    let source = ShortRefresh(Source(Arc::clone(&server)));
    let cache = TokenCache::new(source, TokenSettings::default());
    cache.token().await.unwrap();
    advance(HOUR).await;
    cache.token().await.unwrap();
    assert_eq!(server.fetches(), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_failed_early_refresh_keeps_the_valid_token() {
    let server = Server::new(HOUR);
    let cache = server.cache();
    cache.token().await.unwrap();
    server.fail(ErrorKind::Rejected);
    advance(HOUR - Duration::from_secs(100)).await;
    for _ in 0..50 {
        assert_eq!(header(&cache.token().await.unwrap()), "Bearer access-1");
        sleep(Duration::from_millis(100)).await;
    }
    let (grants, refreshes) = server.fetches();
    assert!(
        refreshes == 1 && (3..=7).contains(&grants),
        "{grants} {refreshes}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_failing_server_gets_one_request_a_pause_and_all_share_the_error() {
    let server = Server::new(HOUR);
    server.fail(ErrorKind::Server);
    let cache = server.cache();
    for pause in 1..=5 {
        let results = crowd(&cache, 200).await;
        assert!(results.iter().all(|result| {
            let error = result.as_ref().unwrap_err();
            error.kind() == ErrorKind::Server && error.retry_after().is_some()
        }));
        assert_eq!(crowd(&cache, 50).await.len(), 50);
        assert_eq!(server.fetches(), (pause, 0));
        sleep(Duration::from_millis(1001)).await;
    }
    assert_eq!(cache.counts().failures, 5);
    assert_eq!(cache.counts().shared_failures, 5 * 249);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_refusals_of_one_token_make_one_more_fetch() {
    let server = Server::new(HOUR);
    let cache = server.cache();
    let refused = cache.token().await.unwrap().generation();
    for _ in 0..1000 {
        cache.invalidate(refused);
    }
    let results = crowd(&cache, 1000).await;
    assert!(
        results
            .iter()
            .all(|token| token.as_deref().unwrap() == "Bearer access-2")
    );
    for _ in 0..1000 {
        cache.invalidate(refused);
    }
    assert_eq!(header(&cache.token().await.unwrap()), "Bearer access-2");
    assert_eq!(server.fetches(), (1, 1));
    assert_eq!(cache.counts().forced, 1);
}

#[tokio::test(start_paused = true)]
async fn an_invalidation_during_a_refresh_is_not_lost() {
    let server = Server::new(HOUR);
    let cache = server.cache();
    let stale = cache.token().await.unwrap().generation();
    advance(HOUR - Duration::from_secs(100)).await;
    cache.token().await.unwrap();
    sleep(Duration::from_millis(10)).await;
    assert_eq!(server.fetches(), (1, 1), "an early refresh is in progress");
    server.fail(ErrorKind::Server);
    cache.invalidate(stale);
    let error = cache.token().await.unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::Server,
        "the refused token is gone for good"
    );
    server.fail(None);
    sleep(Duration::from_secs(2)).await;
    assert_ne!(cache.token().await.unwrap().generation(), stale);
}

#[tokio::test(start_paused = true)]
async fn lifetime_counts_from_the_request() {
    let server = Arc::new(Server {
        latency: Duration::from_secs(20),
        ..Arc::into_inner(Server::new(Duration::from_secs(60))).unwrap()
    });
    let cache = server.cache();
    cache.token().await.unwrap();
    advance(Duration::from_secs(41)).await;
    let before = Instant::now();
    assert_eq!(header(&cache.token().await.unwrap()), "Bearer access-2");
    assert!(
        before.elapsed() >= Duration::from_secs(20),
        "the first had expired"
    );
}

#[tokio::test(start_paused = true)]
async fn every_printed_lifetime_survives_with_a_pause_between_fetches() {
    for (printed, least) in [
        ("86400", 86_000),
        ("86399", 86_000),
        ("86399.5", 86_000),
        ("0", 1),
        ("-1", 1),
        ("1e300", 86_400 * 3000),
        ("abc", 200),
        ("", 200),
    ] {
        let server = Server::new(adcore::parse_lifetime(printed));
        let cache = server.cache();
        for _ in 0..100 {
            cache.token().await.unwrap();
        }
        assert_eq!(server.fetches(), (1, 0), "{printed}");
        advance(Duration::from_secs(least) - Duration::from_millis(200)).await;
        let old = cache.token().await.unwrap();
        assert_eq!(header(&old), "Bearer access-1", "{printed}");
        if least == 1 {
            advance(Duration::from_millis(201)).await;
            assert_eq!(header(&cache.token().await.unwrap()), "Bearer access-2");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_whole_renewal_has_a_deadline() {
    let server = Arc::new(Server {
        latency: Duration::from_secs(100_000),
        ..Arc::into_inner(Server::new(HOUR)).unwrap()
    });
    let cache = server.cache();
    let before = Instant::now();
    let error = cache.token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(before.elapsed(), Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn tokens_of_the_past_are_cleansed_from_errors_too() {
    use adcore::Authorize;
    let server = Server::new(HOUR);
    let cache = server.cache();
    for _ in 0..2 {
        let token = cache.token().await.unwrap();
        cache.invalidate(token.generation());
    }
    cache.token().await.unwrap();
    let mut seen = Vec::new();
    cache.secrets(&mut |secret| seen.push(secret.to_owned()));
    for secret in ["access-1", "access-2", "access-3", "refresh-1", "refresh-3"] {
        assert!(seen.iter().any(|one| one == secret), "{secret} of {seen:?}");
    }
}
