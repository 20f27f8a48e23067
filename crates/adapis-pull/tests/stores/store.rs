//! What a store promises, object by object.

use std::io::Write;
use std::time::Duration;

use adapis_pull::{Entry, Store, StoreError};

use crate::support::{open, roots};

#[test]
fn small_objects_are_written_listed_read_and_removed() {
    for root in roots("objects") {
        let store = open(&root);
        assert_eq!(store.read("a/b.json").unwrap(), None, "{root}");
        assert!(store.list("a").unwrap().is_empty());
        // Names as accounts have them: spaces, letters of any script, and what Hive escapes.
        let paths = [
            "a/b.json",
            "a/издатель 1/x",
            "a/source=a%3Db/x",
            "a/x+y&z/x",
        ];
        for path in paths {
            store.write_atomic(path, path.as_bytes()).unwrap();
            store.write_atomic(path, b"again").unwrap();
            assert_eq!(
                store.read(path).unwrap().unwrap(),
                b"again",
                "{root} {path}"
            );
        }
        let names: Vec<(String, bool)> = store
            .list("a")
            .unwrap()
            .into_iter()
            .map(
                |Entry {
                     name, is_folder, ..
                 }| (name, is_folder),
            )
            .collect();
        let expected = [
            ("b.json", false),
            ("source=a%3Db", true),
            ("x+y&z", true),
            ("издатель 1", true),
        ];
        let expected = expected.map(|(name, is_folder)| (name.to_owned(), is_folder));
        assert_eq!(names, expected, "{root}");
        store.remove("a/b.json").unwrap();
        store.remove("a/b.json").unwrap();
        assert_eq!(store.read("a/b.json").unwrap(), None);
        store.check().unwrap();
        assert!(store.show("a/b").starts_with(&root));
    }
}

#[test]
fn a_large_object_is_read_in_parts_until_it_is_replaced() {
    for root in roots("large") {
        let store = open(&root);
        let bytes: Vec<u8> = (0..3_000_000_u32)
            .map(|number| number.to_le_bytes()[1])
            .collect();
        let publish = |bytes: &[u8]| {
            let mut temp = store.temp("publisher", "s/rows.parquet").unwrap();
            temp.write_all(bytes).unwrap();
            temp.sync().unwrap();
            store.publish(temp)
        };
        publish(&bytes).unwrap();
        let blob = store.open("s/rows.parquet").unwrap().unwrap();
        assert_eq!(blob.size(), 3_000_000);
        let mut read = vec![0; 3_000_000];
        let mut position = 0;
        while position < read.len() {
            let length = blob
                .read_at(position as u64, &mut read[position..])
                .unwrap();
            assert!(length > 0);
            position += length;
        }
        assert!(read == bytes, "{root}");
        assert_eq!(blob.read_at(3_000_000, &mut read).unwrap(), 0);
        let blob = store.open("s/rows.parquet").unwrap().unwrap();
        publish(b"other").unwrap();
        let error = blob.read_at(0, &mut read).unwrap_err().to_string();
        assert!(error.contains("run again"), "{root}: {error}");
    }
}

#[test]
fn an_object_that_another_run_replaced_is_not_replaced_again() {
    for root in roots("replaced") {
        let (one, two) = (open(&root), open(&root));
        let stage = |store: &dyn Store| {
            let mut temp = store.temp("publisher", "s/rows.parquet").unwrap();
            // S3 knows contents only by their digest, so that equal ones would be the same object.
            temp.write_all(&fastrand::u128(..).to_le_bytes()).unwrap();
            temp.sync().unwrap();
            temp
        };
        // Both look at it while there is none, then while there is one.
        for _ in 0..2 {
            one.open("s/rows.parquet").unwrap();
            two.open("s/rows.parquet").unwrap();
            one.publish(stage(&one)).unwrap();
            let error = two.publish(stage(&two)).unwrap_err();
            assert!(
                matches!(error, StoreError::Replaced { .. }),
                "{root}: {error}"
            );
        }
        // Whoever looks again may replace it.
        two.open("s/rows.parquet").unwrap();
        two.publish(stage(&two)).unwrap();
        one.read(".adapis/state/publisher/s.json").unwrap();
        two.write_atomic(".adapis/state/publisher/s.json", b"2")
            .unwrap();
        let error = one
            .write_atomic(".adapis/state/publisher/s.json", b"1")
            .unwrap_err();
        assert!(
            matches!(error, StoreError::Replaced { .. }),
            "{root}: {error}"
        );
    }
}

#[test]
fn a_lock_is_renewed_while_it_is_held_and_released_at_its_end() {
    for root in roots("lock") {
        let (one, two) = (open(&root), open(&root));
        let held = one.lock("publisher").unwrap();
        for pause in [0, 3] {
            std::thread::sleep(Duration::from_secs(pause));
            let error = two.lock("publisher").unwrap_err();
            assert!(
                matches!(error, StoreError::Locked { .. }),
                "{root}: {error}"
            );
            let own = format!("(process {} on ", std::process::id());
            assert!(error.to_string().contains(&own), "{root}: {error}");
        }
        two.lock("another").unwrap();
        drop(held);
        drop(two.lock("publisher").unwrap());
        drop(one.lock("publisher").unwrap());
    }
}

#[test]
fn of_many_runs_that_want_a_lock_one_gets_it() {
    for root in roots("race") {
        let got: Vec<_> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| open(&root).lock("publisher")))
                .collect();
            tries.into_iter().map(|run| run.join().unwrap()).collect()
        });
        let locked = got
            .iter()
            .filter(|got| matches!(got, Err(StoreError::Locked { .. })));
        assert_eq!(
            (locked.count(), got.iter().filter(|got| got.is_ok()).count()),
            (7, 1),
            "{root}"
        );
    }
}

#[test]
fn a_lock_that_nobody_can_read_is_a_lock_until_it_is_old() {
    for root in roots("illegible") {
        let store = open(&root);
        store.write_atomic(".adapis/lock/publisher", b"{").unwrap();
        let error = store.lock("publisher").unwrap_err();
        assert!(
            matches!(error, StoreError::Locked { holder: None, .. }),
            "{root}: {error}"
        );
        std::thread::sleep(Duration::from_secs(7));
        drop(store.lock("publisher").unwrap());
    }
}
