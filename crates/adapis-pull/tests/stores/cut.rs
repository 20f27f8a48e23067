//! Stores that refuse, are full, or whose answers are cut: the end equals an unbroken run.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use adapis_pull::{Probe, RemoteStore, RunOptions, Step, Store, StoreError};

use crate::proxy::{Action, Proxy};
use crate::support::{NOW, days, open, pull, roots, rows, unbroken};
use crate::vendor::{at, run_at, spots_emulator};

/// The variable that names the endpoint of a root's store.
fn endpoint(root: &str) -> &'static str {
    match root.split_once("://").unwrap().0 {
        "s3" => "AWS_ENDPOINT_URL",
        "gs" => "GOOGLE_BASE_URL",
        _ => "AZURE_STORAGE_ENDPOINT",
    }
}

/// A store behind a proxy.
fn behind(root: &str) -> (Proxy, RemoteStore) {
    let name = endpoint(root);
    let url = std::env::var(name).unwrap();
    let port = url.split([':', '/']).nth(4).unwrap();
    let proxy = Proxy::start(port.parse().unwrap());
    let settings = std::env::vars().map(|(known, value)| {
        let is_endpoint = known == name;
        let own = value.replace(&format!(":{port}"), &format!(":{}", proxy.port));
        (known, if is_endpoint { own } else { value })
    });
    let store = RemoteStore::open_with(root, settings).unwrap();
    let store = store.lease(Duration::from_secs(2));
    (proxy, store)
}

/// Counts requests, and breaks those from one number up to another.
fn breaking(proxy: &Proxy, from: usize, to: usize, action: Action) -> Arc<AtomicUsize> {
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&seen);
    proxy.rule(move |first| {
        // The lock is left alone: its loss is another test's.
        if first.contains("lock") {
            return Action::Pass;
        }
        let number = counter.fetch_add(1, Ordering::Relaxed);
        if (from..to).contains(&number) {
            action
        } else {
            Action::Pass
        }
    });
    seen
}

/// Checks that what lies there is whole, and that the next run needs nobody.
async fn heals(root: &str, vendor: &adapis_emulator::Emulator, about: &str) {
    let expected = unbroken(vendor).await;
    for row in rows(&open(root)) {
        assert!(expected.contains(&row), "{root} {about}: {row:?}");
    }
    let mut options = RunOptions::default();
    options.wait = Duration::from_secs(20);
    let summary = pull(open(root), vendor)
        .run(&options, &at(NOW))
        .await
        .unwrap();
    assert_eq!(summary.exit_code, 0, "{root} {about}: {summary:?}");
    assert_eq!(rows(&open(root)), expected, "{root} {about}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_that_breaks_once_is_repeated_or_healed() {
    let vendor = spots_emulator(days(100)).await;
    for base in roots("cut") {
        for action in [
            Action::CutAnswer,
            Action::LoseAnswer,
            Action::CutRequest,
            Action::Refuse(503),
        ] {
            for from in (0..28).step_by(7) {
                let root = format!("{base}/{action:?}-{from}").replace(['(', ')'], "-");
                let (proxy, store) = behind(&root);
                let seen = breaking(&proxy, from, from + 1, action);
                let summary = run_at(&pull(store, &vendor), NOW).await;
                let about = format!("{action:?} {from}");
                assert!(seen.load(Ordering::Relaxed) > from, "{about}");
                // Whatever was lost was asked again.
                assert_eq!(summary.exit_code, 0, "{root} {about}: {summary:?}");
                heals(&root, &vendor, &about).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_full_or_down_keeps_what_was_published() {
    let vendor = spots_emulator(days(100)).await;
    for base in roots("full") {
        for (action, from) in [
            (Action::Refuse(507), 10),
            (Action::Refuse(503), 12),
            (Action::Refuse(403), 14),
            (Action::LoseAnswer, 16),
        ] {
            let root = format!("{base}/{action:?}").replace(['(', ')'], "-");
            let (proxy, store) = behind(&root);
            breaking(&proxy, from, usize::MAX, action);
            let summary = run_at(&pull(store, &vendor), NOW).await;
            assert_eq!(summary.exit_code, 1, "{root}: {summary:?}");
            let error = &summary.sources[0].errors[0].error;
            let expected = match action {
                Action::Refuse(507) => "HTTP 507; free space there",
                Action::Refuse(503) => "HTTP 503; run again later",
                Action::Refuse(_) => "let these credentials read, write",
                _ => "the connection broke",
            };
            assert!(error.contains(expected) && error.contains(&root), "{error}");
            let text = format!("{summary:?}");
            for name in ["AWS_SECRET_ACCESS_KEY", "AZURE_STORAGE_ACCOUNT_KEY"] {
                let secret = std::env::var(name).unwrap_or_else(|_| "unset".to_owned());
                assert!(!text.contains(&secret), "{name}");
            }
            heals(&root, &vendor, &format!("{action:?}")).await;
        }
    }
}

#[test]
fn a_store_that_is_not_there_is_reported() {
    for root in roots("absent") {
        let (name, port) = (endpoint(&root), 1);
        let settings = std::env::vars().map(|(known, value)| {
            let is_endpoint = known == name;
            let absent = format!("http://127.0.0.1:{port}");
            (known, if is_endpoint { absent } else { value })
        });
        let store = RemoteStore::open_with(&root, settings).unwrap();
        let error = store.read("x").unwrap_err().to_string();
        assert!(
            error.contains("no connection") && error.contains(&root),
            "{error}"
        );
        assert!(!format!("{store:?}").contains("secret"), "{store:?}");
        let other = root.replace("://adapis", "://another-bucket");
        let store = RemoteStore::open(&other).unwrap();
        let error = store.lock("publisher").unwrap_err().to_string();
        assert!(error.contains("create it, or correct pull.root"), "{error}");
    }
}

#[test]
fn a_store_that_ignores_conditions_is_refused() {
    // Azure's signature covers the conditions, and no one has a Google that ignores them.
    for root in roots("ignores")
        .into_iter()
        .filter(|root| root.starts_with("s3://"))
    {
        let (proxy, store) = behind(&root);
        proxy.rule(|_| Action::NoCondition);
        for result in [store.check(), store.lock("publisher").map(drop)] {
            let error = result.unwrap_err();
            assert!(matches!(error, StoreError::Unconditional { .. }), "{error}");
        }
        proxy.rule(|_| Action::Pass);
        store.check().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_cannot_renew_its_lease_publishes_nothing() {
    let vendor = spots_emulator(days(100)).await;
    for root in roots("renew") {
        let (proxy, store) = behind(&root);
        // The first write of the lock takes it.
        let taken = AtomicUsize::new(0);
        proxy.rule(move |first| {
            let is_write = first.starts_with("PUT") && first.contains("lock");
            if is_write && taken.fetch_add(1, Ordering::Relaxed) > 0 {
                Action::Refuse(503)
            } else {
                Action::Pass
            }
        });
        let probe = Probe::new(|at, _| {
            if at == Step::Publish {
                std::thread::sleep(Duration::from_millis(2500));
            }
            Ok(())
        });
        let summary = run_at(&pull(store, &vendor).probe(probe), NOW).await;
        assert_eq!(summary.exit_code, 1, "{root}: {summary:?}");
        let error = &summary.sources[0].errors[0].error;
        assert!(error.contains("is no longer this run's"), "{root}: {error}");
        assert!(rows(&open(&root)).is_empty(), "{root}");
        heals(&root, &vendor, "renew").await;
    }
}
