//! The token file: its mode, atomic replacement, and what happens when it is damaged.
#![cfg(feature = "file-store")]
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::time::{Duration, SystemTime};

use adcore::{FileTokenStore, StoredTokens, TokenStore};
use secrecy::ExposeSecret;

fn tokens(access: &str, refresh: Option<&str>) -> StoredTokens {
    StoredTokens {
        access_token: access.into(),
        expires_at: SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000),
        refresh_token: refresh.map(Into::into),
        refresh_expires_at: None,
    }
}

#[tokio::test]
async fn what_is_saved_is_loaded_by_the_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileTokenStore::new(folder.path().join("spots.tokens"));
    assert!(store.load().await.unwrap().is_none());
    store.save(&tokens("a+/=&%", Some("r&x=1"))).await.unwrap();
    store.save(&tokens("b+/=&%", Some("r&x=2"))).await.unwrap();
    let loaded = store.load().await.unwrap().unwrap();
    assert_eq!(loaded.access_token.expose_secret(), "b+/=&%");
    assert_eq!(loaded.refresh_token.unwrap().expose_secret(), "r&x=2");
    assert_eq!(loaded.expires_at, tokens("", None).expires_at);
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "no temporary file is left");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(store.path())
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_damaged_file_is_as_good_as_none() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileTokenStore::new(folder.path().join("spots.tokens"));
    for damage in [
        &b""[..],
        b"access_token=x",
        b"\xff\xfe",
        b"version=adapis-tokens-9&access_token=x&expires_at=1",
        b"version=adapis-tokens-1&access_token=x%0D%0Ay&expires_at=1",
        b"version=adapis-tokens-1&access_token=&expires_at=1",
    ] {
        std::fs::write(store.path(), damage).unwrap();
        assert!(store.load().await.unwrap().is_none(), "{damage:?}");
    }
}

#[tokio::test]
async fn one_holds_the_lock_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileTokenStore::new(folder.path().join("spots.tokens"));
    let held = store.lock().await.unwrap();
    let second = store.clone();
    let waiting = tokio::spawn(async move { second.lock().await.map(drop) });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!waiting.is_finished());
    drop(held);
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named_as_a_setting() {
    let store = FileTokenStore::new("/nonexistent/folder/spots.tokens");
    let error = store.save(&tokens("c4n4ry", None)).await.unwrap_err();
    assert_eq!(error.field(), Some("token_store"));
    assert!(!format!("{error:?}").contains("c4n4ry"));
}

#[tokio::test]
async fn tokens_of_another_account_are_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let store =
        |account: &str| FileTokenStore::new(folder.path().join("spots.tokens")).account(account);
    store("я@a.example").save(&tokens("a", None)).await.unwrap();
    assert!(store("я@a.example").load().await.unwrap().is_some());
    for other in ["", "me@b.example"] {
        assert!(store(other).load().await.unwrap().is_none(), "{other}");
    }
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_read_only_folder_does_not_stop_a_call() {
    // Not even root may create a file there.
    let store = FileTokenStore::new("/sys/spots.tokens");
    drop(store.lock().await.unwrap());
    assert!(store.load().await.unwrap().is_none());
    assert!(store.save(&tokens("a", None)).await.is_err());
}
