//! Tokens that programs share through a store.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use adcore::{Error, StoreLock, StoredTokens, TokenCache, TokenSettings, TokenStore, async_trait};

use super::{HOUR, Server, Source, header};

/// A store in memory that records the order of the calls to it.
#[derive(Debug, Default)]
struct Shelf {
    tokens: Mutex<Option<StoredTokens>>,
    lock: Arc<tokio::sync::Mutex<()>>,
    saves: AtomicU32,
    broken: bool,
}

#[async_trait]
impl TokenStore for Shelf {
    async fn lock(&self) -> Result<StoreLock, Error> {
        Ok(Box::new(Arc::clone(&self.lock).lock_owned().await))
    }

    async fn load(&self) -> Result<Option<StoredTokens>, Error> {
        Ok(self.tokens.lock().unwrap().clone())
    }

    async fn save(&self, tokens: &StoredTokens) -> Result<(), Error> {
        self.saves.fetch_add(1, Ordering::SeqCst);
        if self.broken {
            return Err(Error::invalid_input("token_store", "is full"));
        }
        *self.tokens.lock().unwrap() = Some(tokens.clone());
        Ok(())
    }
}

fn shared(server: &Arc<Server>, shelf: &Arc<Shelf>) -> TokenCache {
    let source = Source(Arc::clone(server));
    TokenCache::with_store(
        source,
        TokenSettings::default().seed(1),
        Arc::clone(shelf) as _,
    )
}

#[tokio::test(start_paused = true)]
async fn tokens_are_saved_before_use_and_taken_up_by_the_next_program() {
    let server = Server::new(HOUR);
    let shelf = Arc::new(Shelf::default());
    let first = shared(&server, &shelf);
    first.token().await.unwrap();
    assert_eq!(shelf.saves.load(Ordering::SeqCst), 1);
    let second = shared(&server, &shelf);
    assert_eq!(header(&second.token().await.unwrap()), "Bearer access-1");
    assert_eq!(server.fetches(), (1, 0));
    assert_eq!(second.counts().adopted, 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_stored_token_is_not_adopted_again() {
    let server = Server::new(HOUR);
    let shelf = Arc::new(Shelf::default());
    let cache = shared(&server, &shelf);
    let refused = cache.token().await.unwrap().generation();
    cache.invalidate(refused);
    assert_eq!(header(&cache.token().await.unwrap()), "Bearer access-2");
    let other = shared(&server, &shelf);
    other.token().await.unwrap();
    other.invalidate(1);
    assert_eq!(header(&other.token().await.unwrap()), "Bearer access-3");
    cache.invalidate(2);
    assert_eq!(header(&cache.token().await.unwrap()), "Bearer access-3");
    assert_eq!(
        *server.refreshed_with.lock().unwrap(),
        ["refresh-1", "refresh-2"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_store_that_cannot_be_written_costs_no_token() {
    let server = Server::new(HOUR);
    let shelf = Arc::new(Shelf {
        broken: true,
        ..Shelf::default()
    });
    let cache = shared(&server, &shelf);
    assert_eq!(header(&cache.token().await.unwrap()), "Bearer access-1");
    assert_eq!(shelf.saves.load(Ordering::SeqCst), 1);
}
