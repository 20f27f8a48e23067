//! A disk that refuses any one call leaves the old file or the new one, whole, and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::date;

use super::*;
use crate::footer::Footer;
use crate::schema::{Column, ColumnType};
use crate::store::{FailingDisk, LocalStore};

const ENOSPC: i32 = 28;
const EIO: i32 = 5;
const DAY: Date = date(2025, 12, 24);

fn partition() -> Partition {
    Partition {
        stream: "spots.day".into(),
        account: "publisher".into(),
        key: PartitionKey::month_of(DAY),
    }
}

fn schema() -> Arc<Schema> {
    let column = Column::new;
    let columns = [
        column("account", ColumnType::Text),
        column("date", ColumnType::Date),
        column("clicks", ColumnType::Count),
    ];
    Arc::new(Schema::new(1, columns))
}

fn write(store: &dyn Store, format: Format, run: &str, rows: i64) -> Result<Footer, WriteError> {
    let mut writer = PartitionWriter::create(store, &partition(), format, schema())?;
    for index in 0..rows {
        writer.push(&["publisher".into(), DAY.into(), index.into()])?;
    }
    let staged = writer.finish(FooterFacts {
        stream: "spots.day".into(),
        account: "publisher".into(),
        fingerprint: "f".into(),
        run: run.into(),
        requested: Timestamp::UNIX_EPOCH,
        days: [(DAY, Timestamp::UNIX_EPOCH)].into(),
    })?;
    let footer = staged.footer().clone();
    staged.publish(store)?;
    Ok(footer)
}

fn read(store: &dyn Store, format: Format) -> (Footer, usize) {
    let footer = read_footer(store, &partition(), format).unwrap().unwrap();
    let rows = read_rows(store, &partition(), format, &schema()).unwrap();
    let rows: Result<Vec<_>, _> = rows.collect();
    (footer, rows.unwrap().len())
}

fn files(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.insert(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
}

/// Lets each call fail in turn, until one fails none.
fn fail_each_call(format: Format, errno: i32, advice: &str, has_old: bool) {
    for call in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let good = LocalStore::new(folder.path());
        let old = has_old.then(|| write(&good, format, "old", 3).unwrap());
        let disk = Arc::new(FailingDisk::new(call, errno));
        let failing = LocalStore::with_disk(folder.path(), disk);
        let written = write(&failing, format, "new", 5_000);
        let mut found = BTreeSet::new();
        files(folder.path(), &mut found);

        let is_done = written.is_ok();
        let error = written.map_or_else(|error| error.to_string(), |_| String::new());
        let is_replaced = match read_footer(&good, &partition(), format).unwrap() {
            Some(footer) if footer.run == "new" => {
                assert_eq!(read(&good, format), (footer, 5_000), "call {call}");
                true
            }
            footer => {
                assert_eq!(footer, old, "call {call}");
                let rows = read_rows(&good, &partition(), format, &schema()).unwrap();
                assert_eq!(rows.count(), if has_old { 3 } else { 0 });
                false
            }
        };
        // No temporary file is left. The footer of a file that got no place may be: the next run removes it.
        found.remove(format.file_name());
        assert!(
            found.iter().all(|name| name.ends_with(".json")),
            "call {call}: {found:?}"
        );
        write(&good, format, "next", 3).unwrap();
        assert_eq!(read(&good, format).0.run, "next");
        let mut found = BTreeSet::new();
        files(folder.path(), &mut found);
        let expected = if format == Format::Parquet { 1 } else { 2 };
        assert_eq!(found.len(), expected, "call {call}: {found:?}");

        if is_done {
            assert!(is_replaced);
            assert!(call > 5, "only {call} calls");
            return;
        }
        assert!(
            error.contains(&folder.path().display().to_string()),
            "call {call}: {error}"
        );
        assert!(error.ends_with(advice), "call {call}: {error}");
        // Only the folder of the new file was not synced.
        assert!(!is_replaced || error.contains("cannot write") && error.contains("month="));
    }
}

#[test]
fn a_full_disk_keeps_the_old_file() {
    for format in Format::ALL {
        let advice = "; free space on this disk and run again, what was published is unchanged";
        fail_each_call(format, ENOSPC, advice, true);
        fail_each_call(format, ENOSPC, advice, false);
    }
}

#[test]
fn a_faulty_disk_keeps_the_old_file() {
    for format in Format::ALL {
        let advice = "; the disk reports a fault, check it before running again, what was published is unchanged";
        fail_each_call(format, EIO, advice, true);
        fail_each_call(format, EIO, advice, false);
    }
}

#[test]
fn a_changed_text_file_is_counted_again_and_due_again() {
    for format in [Format::Csv, Format::Ndjson] {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::new(folder.path());
        let whole = write(&store, format, "run", 3).unwrap();
        let path = format.path(&partition());
        let text = String::from_utf8(store.read(&path).unwrap().unwrap()).unwrap();
        let cut = text.trim_end().rfind('\n').unwrap() + 1;
        store.write_atomic(&path, &text.as_bytes()[..cut]).unwrap();

        let footer = read_footer(&store, &partition(), format).unwrap().unwrap();
        assert_eq!(footer.rows, 2);
        assert_eq!(footer.run, "");
        assert_eq!(footer.requested, Timestamp::UNIX_EPOCH);
        assert_eq!(footer.days[&DAY].sums["clicks"], 1.into());
        assert_ne!(footer.digest, whole.digest);
        // The digest is that of a file which was written so.
        let shorter = write(&store, format, "run", 2).unwrap();
        assert_eq!(footer.digest, shorter.digest);
    }
}

#[test]
fn a_file_without_a_footer_is_not_taken_for_an_absent_one() {
    for format in Format::ALL {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::new(folder.path());
        store
            .write_atomic(&format.path(&partition()), b"account,date,clicks\n")
            .unwrap();
        let error = read_footer(&store, &partition(), format).unwrap_err();
        assert!(error.to_string().contains(format.file_name()), "{error}");
    }
}

#[test]
fn a_csv_file_with_other_line_ends_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path());
    let text = "account,date,clicks\r\n\"a\"\"\r\nb\",2025-12-24,7\r\n";
    store
        .write_atomic(&Format::Csv.path(&partition()), text.as_bytes())
        .unwrap();
    let rows = read_rows(&store, &partition(), Format::Csv, &schema()).unwrap();
    let rows: Vec<_> = rows.collect::<Result<_, _>>().unwrap();
    assert_eq!(rows, [vec!["a\"\r\nb".into(), DAY.into(), 7_i64.into()]]);
}

#[test]
fn damaged_files_are_errors_and_no_panics() {
    fastrand::seed(1);
    for format in Format::ALL {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::new(folder.path());
        write(&store, format, "run", 50).unwrap();
        let path = format.path(&partition());
        let whole = store.read(&path).unwrap().unwrap();
        for _ in 0..200 {
            let mut bytes = whole.clone();
            bytes.truncate(fastrand::usize(1..=bytes.len()));
            for _ in 0..fastrand::usize(0..4) {
                let place = fastrand::usize(..bytes.len());
                bytes[place] = fastrand::u8(..);
            }
            store.write_atomic(&path, &bytes).unwrap();
            let _ = read_footer(&store, &partition(), format);
            if let Ok(rows) = read_rows(&store, &partition(), format, &schema()) {
                assert!(rows.count() <= 51);
            }
        }
    }
}

#[test]
fn a_partition_has_one_file_after_a_change_of_format() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::new(folder.path());
    for format in [Format::Csv, Format::Ndjson, Format::Parquet, Format::Csv] {
        write(&store, format, "run", 3).unwrap();
        let mut found = BTreeSet::new();
        files(folder.path(), &mut found);
        assert!(found.remove(format.file_name()));
        let footers = usize::from(format != Format::Parquet);
        assert_eq!(found.len(), footers, "{format}: {found:?}");
    }
}

#[test]
fn what_is_open_can_move_to_another_thread() {
    fn sends<T: Send>() {}
    sends::<PartitionWriter>();
    sends::<Staged>();
    sends::<Rows>();
    sends::<WriteError>();
    sends::<Box<dyn Store>>();
    sends::<crate::store::StoreLock>();
}

#[test]
fn readers_see_whole_files_while_they_are_replaced() {
    for format in Format::ALL {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::new(folder.path());
        write(&store, format, "0", 0).unwrap();
        std::thread::scope(|scope| {
            let writing = scope.spawn(|| {
                for run in 1..60 {
                    write(&store, format, &run.to_string(), run * 20).unwrap();
                }
            });
            let mut seen = BTreeSet::new();
            while !writing.is_finished() {
                let footer = read_footer(&store, &partition(), format).unwrap().unwrap();
                let run: u64 = footer.run.parse().unwrap();
                assert_eq!(footer.rows, run * 20);
                let rows = read_rows(&store, &partition(), format, &schema()).unwrap();
                let rows = rows.collect::<Result<Vec<_>, _>>().unwrap();
                assert_eq!(rows.len() % 20, 0);
                seen.insert(run);
            }
            assert!(seen.len() > 1, "{format}: {seen:?}");
        });
    }
}
