use std::io::Write as _;

use super::*;

fn store() -> (tempfile::TempDir, LocalStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path().join("a/folder"));
    (folder, store)
}

#[test]
fn files_are_replaced_listed_and_removed() {
    let (_folder, store) = store();
    let path = ".adapis/state/publisher.json";
    assert_eq!(store.read(path).unwrap(), None);
    assert_eq!(store.list(".adapis/state").unwrap(), []);
    store.write_atomic(path, b"1").unwrap();
    store.write_atomic(path, b"2").unwrap();
    assert_eq!(store.read(path).unwrap().unwrap(), b"2");
    let entries = store.list(".adapis").unwrap();
    let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["state", "tmp"]);
    assert!(entries.iter().all(|entry| entry.is_folder));
    assert_eq!(store.list(TEMP).unwrap(), []);
    store.remove(path).unwrap();
    store.remove(path).unwrap();
    assert_eq!(store.read(path).unwrap(), None);
}

#[test]
fn what_was_opened_stays_readable_when_it_is_replaced() {
    let (_folder, store) = store();
    store.write_atomic("s/rows.csv", b"old").unwrap();
    let old = store.open("s/rows.csv").unwrap().unwrap();
    store.write_atomic("s/rows.csv", b"newer").unwrap();
    let mut bytes = [0; 8];
    assert_eq!(old.read_at(0, &mut bytes).unwrap(), 3);
    assert_eq!(&bytes[..3], b"old");
    assert_eq!(old.size(), 3);
}

#[test]
fn paths_stay_below_the_root() {
    let (_folder, store) = store();
    for path in [
        "",
        "..",
        "a/../b",
        "/etc/passwd",
        "a//b",
        "a\\b",
        "a\nb",
        "./a",
    ] {
        let error = store.write_atomic(path, b"").unwrap_err();
        assert!(
            matches!(error, StoreError::Name { .. }),
            "{path:?}: {error}"
        );
        assert!(store.read(path).is_err(), "{path:?}");
        assert!(store.temp("publisher", path).is_err(), "{path:?}");
    }
    assert!(store.lock("../publisher").is_err());
}

#[test]
fn a_second_lock_names_the_holder() {
    let (_folder, store) = store();
    let held = store.lock("publisher").unwrap();
    let error = store.lock("publisher").unwrap_err().to_string();
    let own = format!("another run (process {} on ", std::process::id());
    assert!(error.starts_with(&own), "{error}");
    assert!(
        error.ends_with("lock/publisher; wait until it ends"),
        "{error}"
    );
    // Sources are independent.
    let _other = store.lock("agency").unwrap();
    drop(held);
    let _again = store.lock("publisher").unwrap();
}

#[test]
fn a_lock_whose_holder_is_illegible_is_still_a_lock() {
    let (_folder, store) = store();
    let _held = store.lock("publisher").unwrap();
    let path = store.root().join(".adapis/lock/publisher");
    std::fs::write(path, "{").unwrap();
    let error = store.lock("publisher").unwrap_err();
    assert!(
        matches!(error, StoreError::Locked { holder: None, .. }),
        "{error:?}"
    );
}

#[test]
fn only_the_leftovers_of_the_source_are_swept() {
    let (_folder, store) = store();
    let left = |source: &str| {
        let mut temp = store.temp(source, "s/rows.csv").unwrap();
        temp.write_all(b"half").unwrap();
        let path = temp.path().to_owned();
        std::mem::forget(temp);
        path
    };
    // One name is the beginning of the other.
    let (own, second, other) = (left("a=b"), left("a=b"), left("a=b c"));
    let atomic = store.root().join(TEMP).join("#0123");
    std::fs::write(&atomic, "half").unwrap();
    assert_eq!(store.sweep("a=b").unwrap(), 2);
    assert!(!own.exists() && !second.exists());
    assert!(other.exists() && atomic.exists());
    let long_ago = std::time::SystemTime::now() - 2 * LEFT_BEHIND;
    let file = OpenOptions::new().write(true).open(&atomic).unwrap();
    file.set_modified(long_ago).unwrap();
    assert_eq!(store.sweep("a=b").unwrap(), 1);
    assert_eq!(store.sweep("a=b").unwrap(), 0);
}

#[test]
fn a_file_in_the_place_of_a_folder_is_reported() {
    let (_folder, store) = store();
    store.write_atomic("s", b"").unwrap();
    let error = store
        .write_atomic("s/rows.csv", b"")
        .unwrap_err()
        .to_string();
    assert!(error.contains("/a/folder/s"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_in_the_private_area_are_not_followed() {
    use std::os::unix::fs::symlink;

    let (folder, store) = store();
    store.write_atomic(".adapis/state/a", b"1").unwrap();
    let outside = folder.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    let root = store.root().join(".adapis");
    std::fs::write(outside.join("file"), "theirs").unwrap();

    symlink(outside.join("file"), root.join("state/b")).unwrap();
    symlink(&outside, root.join("lock")).unwrap();
    std::fs::remove_dir(root.join("tmp")).unwrap();
    symlink(&outside, root.join("tmp")).unwrap();
    let refused = |result: Result<(), StoreError>| {
        let error = result.unwrap_err();
        assert!(matches!(error, StoreError::Link { .. }), "{error}");
    };
    refused(store.write_atomic(".adapis/state/b", b"2"));
    refused(store.read(".adapis/state/b").map(drop));
    refused(store.remove(".adapis/state/b"));
    refused(store.lock("publisher").map(drop));
    refused(store.temp("publisher", "s/rows.csv").map(drop));
    refused(store.sweep("publisher").map(drop));
    refused(store.write_atomic("s/rows.csv", b""));
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1);
}
