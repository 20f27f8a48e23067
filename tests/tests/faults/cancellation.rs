//! Futures and streams are dropped after every number of polls: nothing is lost and nothing leaks.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use adcore::Transport;
use futures_util::StreamExt;
use jiff::civil::date;
use tokio::runtime::Runtime;

use crate::catalog::{Good, http};
use crate::matrix::carriers;
use crate::operations::token;
use crate::server::{Door, Play, Seen, Server};

/// Polls a future a limited number of times, then drops it: `None` if it was not ready by then.
struct Polls<F> {
    future: Pin<Box<F>>,
    left: usize,
}

impl<F: Future> Future for Polls<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        self.future.as_mut().poll(cx).map(Some)
    }
}

/// The clients' runtime, whose tasks are counted, and the server's.
struct Stage {
    clients: Runtime,
    servers: Runtime,
}

impl Stage {
    fn new() -> Self {
        let runtime = || {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap()
        };
        Self {
            clients: runtime(),
            servers: runtime(),
        }
    }

    /// Starts a slow server that sends each response in three pieces.
    fn server(&self, good: impl Fn(&Seen) -> Good + Send + Sync + 'static) -> Server {
        let tokens = AtomicUsize::new(0);
        self.servers
            .block_on(Server::start(Door::Open, move |seen: &Seen| {
                let good = if seen.asks_token() {
                    token(seen, tokens.fetch_add(1, Ordering::SeqCst) + 1)
                } else {
                    good(seen)
                };
                let whole = http("200 OK", &[("Content-Type", good.content_type)], &good.body);
                let (first, rest) = whole.split_at(whole.len() / 3);
                let (second, third) = rest.split_at(rest.len() / 2);
                Play::Pieces([first, second, third].map(<[u8]>::to_vec).to_vec())
            }))
    }

    /// Drops the future of `work` at every await point, with each transport.
    fn cancel<C: Clone, F: Future<Output = ()>>(
        &self,
        name: &str,
        server: &Server,
        make: impl Fn(Arc<dyn Transport>) -> C,
        work: impl Fn(C) -> F,
    ) {
        for number in 0..carriers().len() {
            let fresh = || carriers().into_iter().nth(number).unwrap();
            let name = format!("{name} over {}", fresh().name);
            self.cancel_with(&name, server, || make(fresh().transport), &work);
        }
    }

    /// Does the same with one client for all attempts.
    fn cancel_with<C: Clone, F: Future<Output = ()>>(
        &self,
        name: &str,
        server: &Server,
        make: impl Fn() -> C,
        work: impl Fn(C) -> F,
    ) {
        const MOST: usize = 400;
        let accepted = server.accepted();
        let client = make();
        let mut points = 0;
        self.clients.block_on(async {
            for polls in 0..MOST {
                let dropped = Polls {
                    future: Box::pin(work(client.clone())),
                    left: polls,
                };
                let done = tokio::time::timeout(Duration::from_secs(60), dropped)
                    .await
                    .unwrap();
                if done.is_some() {
                    points = polls;
                    break;
                }
            }
            assert!(points > 0, "{name}: never done");
            // At points in time, with a client that has no token yet and one that has.
            for pause in 0..30 {
                for client in [make(), client.clone()] {
                    let pause = Duration::from_millis(pause);
                    let _ = tokio::time::timeout(pause, work(client)).await;
                }
            }
            // The client still works and has lost no token.
            let tokens = server.tokens();
            let again = work(client.clone());
            tokio::time::timeout(Duration::from_secs(60), again)
                .await
                .unwrap();
            assert_eq!(server.tokens(), tokens, "{name}: a token was lost");
        });
        drop(client);
        let gone = || server.open() == 0 && self.clients.metrics().num_alive_tasks() == 0;
        for _ in 0..600 {
            if gone() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(server.open(), 0, "{name}: connections leak");
        assert_eq!(
            self.clients.metrics().num_alive_tasks(),
            0,
            "{name}: tasks leak"
        );
        println!(
            "{name}: dropped at {points} points, {} connections",
            server.accepted() - accepted
        );
    }
}

fn id(seen: &Seen) -> String {
    let text = seen.body_text();
    let id = text.split("\"id\":").nth(1).unwrap_or_default();
    id.chars().take_while(char::is_ascii_digit).collect()
}

#[test]
fn keitaro() {
    use keitaro_click::calls::Click;
    use keitaro_click::{Client, Credentials};
    let stage = Stage::new();
    let server = stage.server(|_| Good::json(r#"{"headers":[],"status":200,"body":"b"}"#));
    let client = |transport| {
        Client::builder(&server.url(), Credentials::token("t"))
            .transport(transport)
            .build()
            .unwrap()
    };
    stage.cancel("keitaro click", &server, client, |client| async move {
        client.click(&Click::new()).await.map(drop).unwrap();
    });
}

#[test]
fn spots() {
    use spots_rpc::calls::{Call, Statistics};
    use spots_rpc::{Client, Credentials};
    let stage = Stage::new();
    let rows = |seen: &Seen| {
        let row = r#"{"date_day":"2024-01-01","shows":1,"clicks":1,"income":1}"#;
        Good::json(format!(
            r#"{{"id":{},"result":[{row},{row},{row}]}}"#,
            id(seen)
        ))
    };
    let statistics = || Statistics::new(date(2024, 1, 1), date(2024, 3, 31));
    let client = |server: &Server, transport| {
        let credentials = Credentials::new("login", "password");
        Client::builder(&server.url(), credentials)
            .transport(transport)
            .window_days(31)
            .build()
            .unwrap()
    };
    let server = stage.server(rows);
    stage.cancel(
        "spots statistics",
        &server,
        |transport| client(&server, transport),
        |client| async move {
            client.statistics(&statistics()).await.map(drop).unwrap();
        },
    );
    let server = stage.server(rows);
    stage.cancel(
        "spots statistics stream",
        &server,
        |transport| client(&server, transport),
        |client| async move {
            let mut rows = client.statistics_stream(&statistics());
            while let Some(row) = rows.next().await {
                row.unwrap();
            }
        },
    );
    let server = stage.server(|seen| {
        let ids: Vec<String> = (seen.body_text().match_indices("\"id\":"))
            .map(|(at, name)| {
                let text = seen.body_text();
                let id = text[at + name.len()..]
                    .chars()
                    .take_while(char::is_ascii_digit);
                format!(r#"{{"result":1,"id":{}}}"#, id.collect::<String>())
            })
            .collect();
        Good::json(format!("[{}]", ids.join(",")))
    });
    stage.cancel(
        "spots batch",
        &server,
        |transport| client(&server, transport),
        |client| async move {
            for result in client.batch(&[Call::new("a"), Call::new("b")]).await {
                result.unwrap();
            }
        },
    );
}

#[test]
fn hybrid() {
    use hybrid_rest::calls::CampaignStatistics;
    use hybrid_rest::{Client, Credentials};
    let stage = Stage::new();
    let campaigns = |_: &Seen| {
        Good::json(
            r#"[{"Id":"c","Name":"n","CampaignId":"c","Stat":[{"Date":"2015-12-30","ClickCount":1},{"Date":"2015-12-31"}]}]"#,
        )
    };
    let client = |server: &Server, transport| {
        let credentials = Credentials::new("id", "secret");
        Client::builder(&server.url(), credentials)
            .transport(transport)
            .window_days(30)
            .build()
            .unwrap()
    };
    let server = stage.server(campaigns);
    stage.cancel(
        "hybrid campaigns",
        &server,
        |transport| client(&server, transport),
        |client| async move {
            client.campaigns().await.map(drop).unwrap();
        },
    );
    let server = stage.server(campaigns);
    stage.cancel(
        "hybrid statistics stream",
        &server,
        |transport| client(&server, transport),
        |client| async move {
            let call = CampaignStatistics::new(date(2015, 1, 1), date(2015, 12, 31), ["c"]);
            let mut rows = client.campaign_statistics_stream(&call);
            while let Some(row) = rows.next().await {
                row.unwrap();
            }
        },
    );
}

#[test]
fn adfox() {
    use adfox_api::{Action, Call, Client, Context, Credentials, Object, Params};
    let stage = Stage::new();
    let list = |_: &Seen| Good {
        content_type: "text/xml",
        body: b"<response><status><code>0</code></status><result><total_rows>2</total_rows><data>\
            <row0><ID>1</ID></row0><row1><ID>2</ID></row1></data></result></response>"
            .to_vec(),
    };
    let client = |server: &Server, transport| {
        Client::builder(&server.url(), Credentials::password("login", "password"))
            .transport(transport)
            .build()
            .unwrap()
    };
    let server = stage.server(|_: &Seen| Good {
        content_type: "text/xml",
        body: b"<response><status><code>0</code><ID>1</ID></status></response>".to_vec(),
    });
    stage.cancel(
        "adfox add",
        &server,
        |transport| client(&server, transport),
        |client| async move {
            let params = Params::new().with("name", "n");
            client
                .call(
                    &Call::new(Context::Account, Action::Add)
                        .object(Object::Banner)
                        .params(params),
                )
                .await
                .map(drop)
                .unwrap();
        },
    );
    let server = stage.server(list);
    stage.cancel(
        "adfox pages",
        &server,
        |transport| client(&server, transport),
        |client| async move {
            let rows = client.list(Object::Campaign, Params::new()).all();
            let rows: Vec<_> = rows.collect().await;
            assert!(rows.iter().all(Result::is_ok));
        },
    );
}

/// A token still arrives when all its waiters are gone, and the next caller gets it.
#[test]
fn a_token_is_fetched_once_though_nobody_waits_for_it() {
    use hybrid_rest::{Client, Credentials};
    let stage = Stage::new();
    let server = stage.server(|_| Good::json("[]"));
    let client = Client::new(&server.url(), Credentials::new("id", "secret")).unwrap();
    stage.clients.block_on(async {
        for _ in 0..5 {
            let call = client.clone();
            let dropped = Polls {
                future: Box::pin(async move { call.campaigns().await }),
                left: 1,
            };
            assert!(dropped.await.is_none());
        }
        client.campaigns().await.unwrap();
    });
    assert_eq!(server.tokens(), 1);
    assert_eq!(client.token_counts().renewals, 1);
}
