use jiff::civil::date;
use spots_rpc::calls::{Call, Group, Statistics};
use spots_rpc::{Client, Credentials};

use super::{Asks, BODY_LIMIT, Operation, Outcome, Setup};
use crate::canary::{ACCESS, REFRESH, SPOTS_PASSWORD};
use crate::catalog::Good;
use crate::server::Seen;

const ROWS: &str = r#"[{"date_day":"2023-08-23","site":"мир.example","site_id":750,"placement":"p1","shows":4242,"clicks":7,"income":1.250000001},{"date_day":"2023-08-24","shows":"1","clicks":0,"income":"0.5"}]"#;

/// Returns the ids of the calls in a request, in order.
fn ids(seen: &Seen) -> Vec<u64> {
    let text = seen.body_text();
    let ids = text.match_indices("\"id\":").map(|(at, name)| {
        let digits: String = text[at + name.len()..]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse().unwrap_or(0)
    });
    ids.collect()
}

fn response(seen: &Seen, result: &str) -> Good {
    let responses: Vec<String> = ids(seen)
        .into_iter()
        .map(|id| format!(r#"{{"jsonrpc":"2.0","result":{result},"id":{id}}}"#))
        .collect();
    Good::json(if seen.body.starts_with(b"[") {
        format!("[{}]", responses.join(","))
    } else {
        responses.concat()
    })
}

pub(super) fn token(seen: &Seen, number: usize) -> Good {
    let quoted = |token: &str| serde_json::to_string(&format!("{token}{number}")).unwrap();
    let (access, refresh) = (quoted(ACCESS), quoted(REFRESH));
    response(
        seen,
        &format!(
            r#"{{"access_token":{access},"refresh_token":{refresh},"access_ttl":1800,"refresh_ttl":5184000,"note":"мир 4242"}}"#
        ),
    )
}

fn rows(seen: &Seen) -> Good {
    response(seen, ROWS)
}

fn object(seen: &Seen) -> Good {
    response(seen, r#"{"name":"мир","number":4242}"#)
}

fn granted(seen: &Seen) -> Good {
    token(seen, 1)
}

fn client(setup: &Setup) -> Client {
    let url = format!("{}/api/v2/", setup.url);
    Client::builder(&url, Credentials::new("login@example", SPOTS_PASSWORD))
        .transport(setup.transport.clone())
        .retry(setup.retry())
        .attempt_timeout(setup.attempt)
        .deadline(setup.deadline)
        .body_limit(BODY_LIMIT)
        .token_settings(setup.tokens())
        .build()
        .unwrap()
}

fn statistics() -> Statistics {
    Statistics::new(date(2023, 8, 23), date(2023, 8, 24)).group(Group::DateDay)
}

async fn call(setup: Setup, idempotent: bool) -> Outcome {
    let call = Call::new("platform.rename").idempotent(idempotent);
    Outcome::one(
        client(&setup)
            .call(&call)
            .await
            .map(|raw| raw.as_str().to_owned()),
    )
}

async fn batch(setup: Setup, idempotent: bool) -> Outcome {
    let call = |method: &str| Call::new(method).idempotent(idempotent);
    let results = client(&setup).batch(&[call("a"), call("b")]).await;
    let mut outcome = Outcome::default();
    for result in results {
        match result {
            Ok(raw) => outcome.rows.push(raw.as_str().to_owned()),
            Err(error) => outcome.error = Some(error),
        }
    }
    outcome
}

pub(super) fn all() -> Vec<Operation> {
    let all = [
        Operation::new("spots statistics", rows, |setup| {
            Box::pin(async move {
                match client(&setup).statistics(&statistics()).await {
                    Ok(rows) => Outcome {
                        rows: rows.iter().map(|row| format!("{row:?}")).collect(),
                        error: None,
                    },
                    Err(error) => Outcome {
                        rows: Vec::new(),
                        error: Some(error),
                    },
                }
            })
        })
        .idempotent(),
        Operation::new("spots statistics stream", rows, |setup| {
            Box::pin(
                async move { Outcome::all(client(&setup).statistics_stream(&statistics())).await },
            )
        })
        .idempotent()
        .streams(),
        Operation::new("spots call", object, |setup| Box::pin(call(setup, false))),
        Operation::new("spots idempotent call", object, |setup| {
            Box::pin(call(setup, true))
        })
        .idempotent(),
        Operation::new("spots batch", object, |setup| Box::pin(batch(setup, false))),
        Operation::new("spots idempotent batch", object, |setup| {
            Box::pin(batch(setup, true))
        })
        .idempotent(),
        Operation::new("spots user.auth", granted, |setup| {
            Box::pin(call(setup, false))
        })
        .asks(Asks::Grant),
        Operation::new("spots user.tokenRefresh", granted, |setup| {
            Box::pin(call(setup, false))
        })
        .asks(Asks::Refresh),
    ];
    all.map(Operation::renews).to_vec()
}
