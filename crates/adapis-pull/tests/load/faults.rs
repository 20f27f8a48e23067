//! What goes wrong with a database, and what is there afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use adapis_pull::{LoadErrorKind, LoadOptions, LoadSummary, LocalStore, Postgres};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::cluster::{Cluster, PASSWORD, PASSWORD_IN_URL};
use crate::files::{month, row, write, write_month};
use crate::support::{day, folder};

/// Forwards connections to a server, and cuts them once the client has sent a number of bytes.
async fn cutting_proxy(to: u16, after: usize, sent: Arc<AtomicUsize>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            let answers = tokio::spawn(async move {
                let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
            });
            let sent = Arc::clone(&sent);
            tokio::spawn(async move {
                let mut left = after;
                let mut bytes = [0; 1024];
                while left > 0 {
                    let most = left.min(bytes.len());
                    let Ok(read @ 1..) = from_client.read(&mut bytes[..most]).await else {
                        break;
                    };
                    if to_server.write_all(&bytes[..read]).await.is_err() {
                        break;
                    }
                    sent.fetch_add(read, Ordering::Relaxed);
                    left -= read;
                }
                answers.abort();
            });
        }
    });
    port
}

fn through(port: u16) -> Postgres {
    Postgres::from_url(&format!(
        "postgres://loader:{PASSWORD_IN_URL}@127.0.0.1:{port}/postgres"
    ))
    .unwrap()
}

async fn load(target: &Postgres, store: &LocalStore) -> LoadSummary {
    target.load(store, &LoadOptions::default()).await.unwrap()
}

/// A partition of some size, whose rows all have the same number of shows.
fn write_many(store: &LocalStore, shows: i64) {
    let rows: Vec<_> = (0..4000)
        .map(|_| row("a", day("2025-12-05"), shows, "1.5"))
        .collect();
    write(store, &month("a", "2025-12-01"), &rows);
}

const STATE: &str = "SELECT count(*) || ' ' || min(shows) || ' ' || max(shows) FROM spots_day";

#[tokio::test]
async fn a_connection_that_is_cut_anywhere_leaves_the_old_or_the_new_partition() {
    let Some(cluster) = Cluster::start(&[]).await else {
        return;
    };
    let root = folder();
    let store = LocalStore::new(root.path());
    write_many(&store, 1);
    load(&cluster.target(), &store).await;
    write_many(&store, 2);
    // How much a whole load sends; then it is loaded back.
    let sent = Arc::new(AtomicUsize::new(0));
    let port = cutting_proxy(cluster.port, usize::MAX, Arc::clone(&sent)).await;
    assert_eq!(load(&through(port), &store).await.exit_code(), 0);
    let all = sent.load(Ordering::Relaxed);
    assert!(all > 100_000, "{all}");
    let mut shows = 2;
    let cuts = (1..=20).map(|part| all * part / 20).chain([
        all - 1,
        all - 6,
        all - 60,
        all - 200,
        all - 400,
    ]);
    for cut in cuts {
        let old = shows;
        shows += 1;
        write_many(&store, shows);
        let port = cutting_proxy(cluster.port, cut, Arc::default()).await;
        let error = match through(port).load(&store, &LoadOptions::default()).await {
            Ok(summary) => summary.problems.into_iter().next(),
            Err(error) => Some(error),
        };
        let state = cluster.value(STATE).await;
        let (before, after) = (format!("4000 {old} {old}"), format!("4000 {shows} {shows}"));
        assert!(
            state == before || state == after,
            "cut at {cut} of {all}: {state}"
        );
        if let Some(error) = error {
            assert_eq!(error.kind, LoadErrorKind::Connection, "{error}");
            assert!(error.message.contains("127.0.0.1"), "{error}");
        } else {
            assert_eq!(state, after);
        }
        // The next load finds the lock free as soon as the server has noticed, and needs nobody.
        let summary = retry_locked(&cluster.target(), &store).await;
        assert_eq!(summary.exit_code(), 0, "{summary:?}");
        assert_eq!(cluster.value(STATE).await, after, "cut at {cut} of {all}");
        assert_eq!(load(&cluster.target(), &store).await.unchanged, 1);
    }
}

async fn retry_locked(target: &Postgres, store: &LocalStore) -> LoadSummary {
    for _ in 0..200 {
        match target.load(store, &LoadOptions::default()).await {
            Err(error) if error.kind == LoadErrorKind::Locked => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            result => return result.unwrap(),
        }
    }
    panic!("the lock of a dead client is still held");
}

#[tokio::test]
async fn refusals_say_where_and_what_to_do_and_no_password() {
    let Some(cluster) = Cluster::start(&[]).await else {
        return;
    };
    let root = folder();
    let store = LocalStore::new(root.path());
    write_month(&store, "a", "2025-12-01", 1);
    let options = LoadOptions::default();
    let url = |user: &str, password: &str, port: u16, database: &str| {
        Postgres::from_url(&format!(
            "postgres://{user}:{password}@127.0.0.1:{port}/{database}"
        ))
        .unwrap()
    };
    cluster
        .execute("CREATE ROLE guest LOGIN PASSWORD 'guest-password'")
        .await;
    let unused = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    for (target, kind, words) in [
        (
            url("loader", "wrong-password", cluster.port, "postgres"),
            LoadErrorKind::Denied,
            "PGPASSWORD",
        ),
        (
            url("loader", PASSWORD_IN_URL, cluster.port, "nowhere"),
            LoadErrorKind::Denied,
            "create the database",
        ),
        (
            url("loader", PASSWORD_IN_URL, unused, "postgres"),
            LoadErrorKind::Connection,
            "load again",
        ),
        (
            url("guest", "guest-password", cluster.port, "postgres"),
            LoadErrorKind::Refused,
            "GRANT USAGE, CREATE",
        ),
    ] {
        let error = target.load(&store, &options).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(
            error.message.contains(words) && error.message.contains("127.0.0.1"),
            "{error}"
        );
        for text in [error.to_string(), format!("{error:?} {target:?}")] {
            for secret in [
                PASSWORD,
                "wrong-password",
                "guest-password",
                PASSWORD_IN_URL,
            ] {
                assert!(!text.contains(secret), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn a_full_disk_a_refused_row_and_a_half_written_file_change_nothing() {
    let Some(cluster) = Cluster::start(&[]).await else {
        return;
    };
    let root = folder();
    let store = LocalStore::new(root.path());
    for account in ["a", "b", "c"] {
        write_month(&store, account, "2025-12-01", 1);
    }
    load(&cluster.target(), &store).await;
    for account in ["a", "b", "c"] {
        write_month(&store, account, "2025-12-01", 2);
    }
    // The server says that its disk is full at row 20 of one partition.
    cluster
        .execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF NEW.account = 'b' AND NEW.shows > 20 THEN \
             RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END IF; \
             RETURN NEW; END $$; \
             CREATE TRIGGER full_disk BEFORE INSERT ON spots_day FOR EACH ROW EXECUTE FUNCTION full_disk()",
        )
        .await;
    // Another file is cut, and a third one is that of another account.
    let file = |account| {
        root.path()
            .join(month(account, "2025-12-01").path())
            .join("rows.parquet")
    };
    let whole = std::fs::read(file("a")).unwrap();
    std::fs::write(file("c"), &whole).unwrap();
    std::fs::write(file("a"), &whole[..whole.len() / 2]).unwrap();
    let summary = load(&cluster.target(), &store).await;
    assert!(
        summary.loaded.is_empty() && summary.removed.is_empty(),
        "{summary:?}"
    );
    let messages: Vec<_> = summary
        .problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    assert_eq!(messages.len(), 3, "{messages:?}");
    for words in ["source=a", "make room and load again", "source=c"] {
        assert!(
            messages.iter().any(|message| message.contains(words)),
            "{words}: {messages:?}"
        );
    }
    assert!(messages.iter().any(|message| message.contains("table public.spots_day, partition spots.day/source=b")));
    assert_eq!(cluster.value(STATE).await, "84 1 28");
    // Room and whole files; nobody has to remember what failed.
    cluster.execute("DROP TRIGGER full_disk ON spots_day").await;
    std::fs::write(file("a"), &whole).unwrap();
    write_month(&store, "c", "2025-12-01", 2);
    let summary = load(&cluster.target(), &store).await;
    assert_eq!(
        (summary.exit_code(), summary.loaded.len()),
        (0, 3),
        "{summary:?}"
    );
    assert_eq!(cluster.value(STATE).await, "84 2 29");
}

#[tokio::test]
async fn two_loaders_of_a_schema_do_not_meet() {
    let Some(cluster) = Cluster::start(&[]).await else {
        return;
    };
    let root = folder();
    let store = LocalStore::new(root.path());
    write_month(&store, "a", "2025-12-01", 1);
    load(&cluster.target(), &store).await;
    let holder = cluster.client().await;
    let lock = "SELECT pg_advisory_lock(hashtextextended('adapis pull load public', 0))";
    holder.batch_execute(lock).await.unwrap();
    let error = cluster
        .target()
        .load(&store, &LoadOptions::default())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.exit_code()),
        (LoadErrorKind::Locked, 10),
        "{error}"
    );
    // Another schema is another warehouse.
    let other = cluster.target().schema("other").unwrap();
    assert_eq!(load(&other, &store).await.rows(), 28);
    drop(holder);
    assert_eq!(retry_locked(&cluster.target(), &store).await.unchanged, 1);
    // Many at once: each is refused or does the work, and nothing is there twice.
    for account in ["b", "c", "d", "e"] {
        write_month(&store, account, "2025-12-01", 1);
    }
    let loaders = (0..6).map(|_| {
        let (target, store) = (cluster.target(), store.clone());
        tokio::spawn(async move { target.load(&store, &LoadOptions::default()).await })
    });
    let loaders: Vec<_> = loaders.collect();
    let mut rows = 0;
    for loader in loaders {
        match loader.await.unwrap() {
            Ok(summary) => rows += summary.rows(),
            Err(error) => assert_eq!(error.kind, LoadErrorKind::Locked, "{error}"),
        }
    }
    assert_eq!(rows, 4 * 28);
    assert_eq!(cluster.value("SELECT count(*) FROM spots_day").await, "140");
}
