//! Reading a fresh token: our cache against a tokio lock around its text.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use adapis_benches::rounds::{Contest, Plan};
use adcore::{Error, TokenCache, TokenResponse, TokenSettings, TokenSource};
use anyhow::{Result, anyhow};
use clap::Parser;
use http::header::HeaderValue;
use secrecy::SecretString;
use tokio::runtime::Builder;
use tokio::sync::Mutex;

const TOKEN: &str = "9fzxw6cygrvbhphghwnqtdqrc7yn8sfc";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let plan = Plan::parse();
    let cache = &TokenCache::new(Endless, TokenSettings::default());
    cache.token().await?;
    let locked = &Arc::new(Mutex::new(TOKEN.to_owned()));
    let mut contest = Contest::new();
    contest.add("lock-and-format", "lock-and-format", |count| {
        written(locked.clone(), count)
    });
    contest.add("cache", "lock-and-format", |count| {
        read(cache.clone(), count)
    });
    contest.add("lock-two-threads", "lock-two-threads", async |count| {
        on_two_threads(count, |count| written(locked.clone(), count))
    });
    contest.add("cache-two-threads", "lock-two-threads", async |count| {
        on_two_threads(count, |count| read(cache.clone(), count))
    });
    contest.run(&plan, 300_000).await
}

/// What you would write by hand: the text behind a lock, formatted into a header value on each
/// call.
async fn written(token: Arc<Mutex<String>>, count: usize) -> Result<()> {
    for _ in 0..count {
        let token = token.lock().await;
        std::hint::black_box(HeaderValue::try_from(format!("Bearer {token}"))?);
    }
    Ok(())
}

async fn read(cache: TokenCache, count: usize) -> Result<()> {
    for _ in 0..count {
        let token = cache.token().await?;
        std::hint::black_box(token.header().clone());
    }
    Ok(())
}

/// Runs half of the work on each of two threads.
fn on_two_threads<F>(count: usize, work: impl Fn(usize) -> F) -> Result<()>
where
    F: Future<Output = Result<()>> + Send,
{
    thread::scope(|scope| {
        let halves = [(); 2].map(|()| {
            let half = work(count / 2);
            scope.spawn(move || Builder::new_current_thread().build()?.block_on(half))
        });
        for half in halves {
            half.join()
                .map_err(|_| anyhow!("a thread has panicked"))??;
        }
        Ok(())
    })
}

/// A source whose only token never expires.
#[derive(Debug)]
struct Endless;

#[adcore::async_trait]
impl TokenSource for Endless {
    async fn fetch(&self) -> Result<TokenResponse, Error> {
        const DAY: Duration = Duration::from_secs(86_400);
        Ok(TokenResponse::new(SecretString::from(TOKEN)).expires_in(Some(DAY)))
    }

    async fn refresh(&self, _: &SecretString) -> Result<TokenResponse, Error> {
        self.fetch().await
    }

    fn secrets(&self, _: &mut dyn FnMut(&str)) {}
}
