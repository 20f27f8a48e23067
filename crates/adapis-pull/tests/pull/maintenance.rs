//! Removing files, writing them again, and changed settings.

use adapis_emulator::{Change, Emulator, Revision, StatisticsVendor};
use adapis_pull::{Format, LocalStore, RunOptions, Selection, read_footer};

use crate::support::{at, day, files, folder, rows, run_at, spots_config, spots_pull};

const NOW: &str = "2025-12-10T03:00:00Z";

#[tokio::test]
async fn forgotten_files_are_pulled_again() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let pull = spots_pull(
        spots_config(root.path(), "", "2025-09-01", "\"day\""),
        &emulator,
    );
    run_at(&pull, NOW).await;
    let removed = pull
        .forget(
            "publisher",
            "day",
            Some((day("2025-10-01"), day("2025-11-15"))),
        )
        .unwrap();
    assert_eq!((removed, files(root.path()).len()), (1, 3));
    let status = pull.status(at(NOW)).unwrap();
    assert_eq!(
        status[0].streams[0].gaps,
        [(day("2025-10-01"), day("2025-10-31"))]
    );
    run_at(&pull, NOW).await;
    assert_eq!(files(root.path()).len(), 4);
    assert_eq!(pull.forget("publisher", "spots.day", None).unwrap(), 4);
    let error = pull.forget("publisher", "site-day", None).unwrap_err();
    assert_eq!(error.exit_code, 2);
}

#[tokio::test]
async fn files_that_someone_has_removed_are_pulled_again() {
    let emulator = Emulator::start().await.unwrap();
    for format in ["parquet", "csv"] {
        let root = folder();
        let more = format!("format = \"{format}\"");
        let config = spots_config(root.path(), &more, "2025-09-01", "\"day\"");
        let pull = spots_pull(config, &emulator);
        run_at(&pull, NOW).await;
        let before = files(root.path());
        let month = "spots.day/source=publisher/month=2025-10-01";
        std::fs::remove_dir_all(root.path().join(month)).unwrap();
        let status = pull.status(at(NOW)).unwrap();
        let october = (day("2025-10-01"), day("2025-10-31"));
        assert_eq!(status[0].streams[0].gaps, [october], "{format}");
        let summary = run_at(&pull, NOW).await;
        let warning = &summary.sources[0].warnings[0];
        assert!(
            warning.contains("files that the state knew are gone (1 in all)"),
            "{warning}"
        );
        assert!(files(root.path()).keys().eq(before.keys()), "{format}");
        assert!(run_at(&pull, NOW).await.sources[0].warnings.is_empty());
    }
}

#[tokio::test]
async fn what_no_run_has_written_is_named() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let config = || spots_config(root.path(), "", "2025-11-01", "\"day\"");
    let mut renamed = config();
    renamed.sources[0].name = "old".to_owned();
    let pull = spots_pull(config(), &emulator);
    run_at(&pull, NOW).await;
    let checked = pull.check(&Selection::default(), at(NOW)).await.unwrap();
    assert!(
        checked.iter().all(|one| one.problem.is_none()),
        "{checked:?}"
    );
    assert!(pull.foreign_folders().unwrap().is_empty());
    let month = root
        .path()
        .join("spots.day/source=publisher/month=2025-11-01");
    for foreign in [
        root.path().join("spots.day/README"),
        root.path().join("spots.day/source=publisher/rows.parquet"),
        month.join("rows.parquet.bak"),
    ] {
        std::fs::write(&foreign, "").unwrap();
        let checked = pull.check(&Selection::default(), at(NOW)).await.unwrap();
        let problem = checked[1].problem.as_ref().unwrap();
        assert_eq!(
            (checked[1].what.as_str(), checked[1].exit_code),
            ("files", 1)
        );
        assert!(
            problem.contains(&format!("such as {}: move", foreign.display())),
            "{problem}"
        );
        std::fs::remove_file(&foreign).unwrap();
    }
    let old = root.path().join("spots.day/source=old");
    std::fs::create_dir(&old).unwrap();
    let folders = pull.foreign_folders().unwrap();
    assert_eq!(folders, [old.display().to_string()]);
    let renamed = adapis_pull::Pull::new(renamed, adapis_pull::Clients::new()).unwrap();
    assert!(renamed.foreign_folders().unwrap()[0].ends_with("source=publisher"));
    let december = root
        .path()
        .join("spots.day/source=publisher/month=2025-12-01/rows.parquet");
    std::fs::write(&december, "PAR1").unwrap();
    let error = &run_at(&pull, NOW).await.sources[0].errors[0].error;
    assert!(
        error.contains("move it away to have its days pulled again"),
        "{error}"
    );
    std::fs::remove_file(&december).unwrap();
    assert_eq!(run_at(&pull, NOW).await.exit_code, 0);
}

#[tokio::test]
async fn another_format_is_refused_until_files_are_rewritten() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let config = |format: &str| {
        let more = format!("format = \"{format}\"");
        spots_config(root.path(), &more, "2025-11-01", "\"site-day\"")
    };
    run_at(&spots_pull(config("csv"), &emulator), NOW).await;
    let before = rows(root.path(), "spots.site-day", "publisher", Format::Csv);
    let pull = spots_pull(config("parquet"), &emulator);
    let summary = run_at(&pull, NOW).await;
    assert_eq!(summary.exit_code, 2);
    let error = &summary.sources[0].errors[0].error;
    assert!(
        error.contains("are csv") && error.contains("pull rewrite"),
        "{error}"
    );
    // They are files of this program, which must not be moved away.
    let checked = pull.check(&Selection::default(), at(NOW)).await.unwrap();
    assert!(checked.iter().all(|one| one.what != "files"), "{checked:?}");
    assert_eq!(pull.rewrite("publisher", "site-day").unwrap(), 2);
    assert_eq!(
        rows(root.path(), "spots.site-day", "publisher", Format::Parquet),
        before
    );
    assert!(
        files(root.path())
            .into_keys()
            .all(|name| name.ends_with(".parquet"))
    );
    // The rows are as old as they were: nothing but the open days is pulled again.
    let plan = pull.plan(&Selection::default(), at(NOW)).unwrap();
    assert_eq!(plan[0].streams[0].windows.len(), 1);
    assert_eq!(pull.rewrite("publisher", "site-day").unwrap(), 0);
}

#[tokio::test]
async fn another_size_of_money_is_refused_until_files_are_rewritten() {
    let emulator = Emulator::start().await.unwrap();
    for format in [Format::Parquet, Format::Csv] {
        let root = folder();
        let config = |money: &str| {
            let more = format!("format = \"{format}\"\nmoney = \"{money}\"");
            spots_config(root.path(), &more, "2025-11-01", "\"site-day\"")
        };
        run_at(&spots_pull(config("18,9"), &emulator), NOW).await;
        let before = rows(root.path(), "spots.site-day", "publisher", format);
        let pull = spots_pull(config("38,12"), &emulator);
        let summary = run_at(&pull, NOW).await;
        let error = &summary.sources[0].errors[0].error;
        assert!(error.contains("`pull rewrite`"), "{error}");
        // The rows can be read all the same, as `adapis report` does.
        let days = (day("2025-11-01"), day("2025-12-31"));
        let read = pull.rows("publisher", "site-day", days).unwrap();
        assert_eq!(read.map(Result::unwrap).count(), before.len());

        assert_eq!(pull.rewrite("publisher", "site-day").unwrap(), 2);
        let after = rows(root.path(), "spots.site-day", "publisher", format);
        assert_eq!(after, before);
        let plan = pull.plan(&Selection::default(), at(NOW)).unwrap();
        assert_eq!(plan[0].streams[0].refused, None);
        assert_eq!(plan[0].streams[0].windows.len(), 1, "the open days");
        assert_eq!(pull.rewrite("publisher", "site-day").unwrap(), 0);
        // And back.
        let pull = spots_pull(config("18,9"), &emulator);
        assert_eq!(pull.rewrite("publisher", "site-day").unwrap(), 2);
        assert_eq!(run_at(&pull, NOW).await.exit_code, 0);
    }
}

/// An interrupted rewrite leaves files of both formats. A run would take those of the other format for lost, and replace
/// them by what the vendor still has.
#[tokio::test]
async fn an_interrupted_rewrite_is_repeated_before_the_next_run() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let pull = |format: &str| {
        let more = format!("format = \"{format}\"");
        let config = spots_config(root.path(), &more, "2025-11-01", "\"site-day\"");
        spots_pull(config, &emulator)
    };
    run_at(&pull("csv"), NOW).await;
    let before = files(root.path());
    let december = root
        .path()
        .join("spots.site-day/source=publisher/month=2025-12-01/rows.csv");
    let whole = std::fs::read(&december).unwrap();
    std::fs::write(&december, "account\n").unwrap();
    pull("parquet")
        .rewrite("publisher", "site-day")
        .unwrap_err();
    std::fs::write(&december, whole).unwrap();
    for format in ["csv", "parquet"] {
        let summary = run_at(&pull(format), NOW).await;
        assert_eq!(summary.exit_code, 2, "{format}: {summary:?}");
        let error = &summary.sources[0].errors[0].error;
        assert!(error.contains("pull rewrite"), "{format}: {error}");
    }
    assert_eq!(pull("csv").rewrite("publisher", "site-day").unwrap(), 1);
    assert!(files(root.path()).keys().eq(before.keys()));
    assert_eq!(run_at(&pull("csv"), NOW).await.exit_code, 0);
}

/// Rows that are written again are still those of the settings with which they were pulled.
#[tokio::test]
async fn a_rewrite_does_not_replace_a_restart() {
    let emulator = Emulator::start().await.unwrap();
    for (stream, way_out) in [
        ("{ name = \"day\", partition = \"day\" }", "pull forget"),
        ("\"day\"", "--restart spots.day"),
    ] {
        let root = folder();
        let config = |format: &str, stream: &str| {
            let more = format!("format = \"{format}\"");
            spots_config(root.path(), &more, "2025-11-01", stream)
        };
        run_at(&spots_pull(config("csv", "\"day\""), &emulator), NOW).await;
        let mut config = config("parquet", stream);
        if way_out.contains("restart") {
            config.sources[0].zone = "+05:00".parse().unwrap();
        }
        let pull = spots_pull(config, &emulator);
        assert_eq!(pull.rewrite("publisher", "day").unwrap(), 2);
        let summary = run_at(&pull, NOW).await;
        assert_eq!(summary.exit_code, 2, "{summary:?}");
        let error = &summary.sources[0].errors[0].error;
        assert!(error.contains(way_out), "{error}");
        assert_eq!(files(root.path()).len(), 2);
    }
}

/// A later `from` keeps what was published before it, but not in another zone than the rest.
#[tokio::test]
async fn a_restart_leaves_no_file_in_another_zone() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let config = |from: &str| spots_config(root.path(), "", from, "\"day\"");
    run_at(&spots_pull(config("2025-09-01"), &emulator), NOW).await;
    let mut moved = config("2025-11-15");
    moved.sources[0].zone = "+05:00".parse().unwrap();
    let pull = spots_pull(moved, &emulator);
    let mut options = RunOptions::default();
    options.selection.restart = vec!["day".to_owned()];
    let plan = pull.plan(&options.selection, at(NOW)).unwrap();
    let windows = plan[0].streams[0].windows.iter();
    assert_eq!(windows.map(|window| window.parts.len()).sum::<usize>(), 4);
    let summary = pull.run(&options, &at(NOW)).await.unwrap();
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    let store = LocalStore::new(root.path());
    let partitions = adapis_pull::partitions(&store, "spots.day").unwrap();
    assert_eq!(partitions.len(), 4);
    let mut days = 0;
    for partition in partitions {
        let footer = read_footer(&store, &partition, Format::Parquet)
            .unwrap()
            .unwrap();
        assert!(
            footer.fingerprint.contains("zone=+05:00"),
            "{partition}: {}",
            footer.fingerprint
        );
        days += footer.days.len();
    }
    assert_eq!(days, 30 + 31 + 30 + 9, "from September on");
    let plan = pull.plan(&Selection::default(), at(NOW)).unwrap();
    assert_eq!(plan[0].streams[0].windows.len(), 1, "the open days");
}

#[tokio::test]
async fn changed_settings_need_a_restart() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let config = |more: &str| spots_config(root.path(), more, "2025-10-01", "\"day\"");
    run_at(&spots_pull(config(""), &emulator), NOW).await;
    let pull = spots_pull(config("money = \"38,12\""), &emulator);
    let summary = run_at(&pull, NOW).await;
    assert_eq!(summary.exit_code, 2, "{summary:?}");
    assert!(
        summary.sources[0].errors[0]
            .error
            .contains("--restart spots.day")
    );
    let mut options = RunOptions::default();
    options.selection.restart = vec!["day".to_owned()];
    let summary = pull.run(&options, &at(NOW)).await.unwrap();
    assert_eq!(
        (summary.exit_code, summary.sources[0].files),
        (0, 3),
        "{summary:?}"
    );
    assert_eq!(run_at(&pull, NOW).await.exit_code, 0);
}

#[tokio::test]
async fn unknown_names_are_refused() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let pull = spots_pull(
        spots_config(root.path(), "", "2025-10-01", "\"day\""),
        &emulator,
    );
    let mut options = RunOptions::default();
    options.selection.sources = vec!["publishr".to_owned()];
    let error = pull.run(&options, &at(NOW)).await.unwrap_err();
    assert_eq!(
        (error.exit_code, error.to_string().as_str()),
        (2, "--source: there is no source publishr")
    );
    let mut selection = Selection::default();
    selection.streams = vec!["dya".to_owned()];
    assert_eq!(pull.plan(&selection, at(NOW)).unwrap_err().exit_code, 2);
}

/// What someone has restored or cut is not what the state says of it.
#[tokio::test]
async fn files_that_someone_has_changed_are_pulled_again_or_named() {
    let emulator = Emulator::start().await.unwrap();
    for format in ["parquet", "csv"] {
        let root = folder();
        let more = format!("format = \"{format}\"");
        let config = spots_config(root.path(), &more, "2025-10-01", "\"site-day\"");
        let pull = spots_pull(config, &emulator);
        run_at(&pull, "2025-10-05T03:00:00Z").await;
        let october = root.path().join(format!(
            "spots.site-day/source=publisher/month=2025-10-01/rows.{format}"
        ));
        let old = std::fs::read(&october).unwrap();
        run_at(&pull, NOW).await;
        let whole = files(root.path());
        assert!(pull.status(at(NOW)).unwrap()[0].streams[0].gaps.is_empty());
        // The same bytes at another time are the same file.
        let new = std::fs::read(&october).unwrap();
        std::fs::write(&october, &new).unwrap();
        let status = pull.status(at(NOW)).unwrap();
        assert!(status[0].streams[0].doubts.is_empty(), "{status:?}");

        std::fs::write(&october, old).unwrap();
        let status = pull.status(at(NOW)).unwrap();
        let stream = &status[0].streams[0];
        assert!(
            !stream.gaps.is_empty() && !stream.doubts.is_empty(),
            "{format}: {status:?}"
        );
        let summary = run_at(&pull, NOW).await;
        assert_eq!(summary.exit_code, 0, "{format}: {summary:?}");
        let warning = &summary.sources[0].warnings[0];
        assert!(
            warning.contains("not those that the state knows (1 in all)"),
            "{warning}"
        );
        assert!(files(root.path()).keys().eq(whole.keys()), "{format}");
        assert_eq!(
            std::fs::read(&october).unwrap().len(),
            new.len(),
            "{format}"
        );
        let status = pull.status(at(NOW)).unwrap();
        let stream = &status[0].streams[0];
        assert!(
            stream.gaps.is_empty() && stream.doubts.is_empty(),
            "{format}: {status:?}"
        );
        assert!(run_at(&pull, NOW).await.sources[0].warnings.is_empty());
    }
}

#[tokio::test]
async fn a_file_that_is_cut_is_an_error_of_the_check() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let pull = spots_pull(
        spots_config(root.path(), "", "2025-10-01", "\"site-day\""),
        &emulator,
    );
    run_at(&pull, NOW).await;
    let october = root
        .path()
        .join("spots.site-day/source=publisher/month=2025-10-01/rows.parquet");
    let whole = std::fs::read(&october).unwrap();
    std::fs::write(&october, &whole[..100]).unwrap();
    let checked = pull.check(&Selection::default(), at(NOW)).await.unwrap();
    let problem = checked.iter().find(|one| one.exit_code != 0).unwrap();
    assert_eq!((problem.what.as_str(), problem.exit_code), ("files", 1));
    let text = problem.problem.as_ref().unwrap();
    assert!(text.contains("month=2025-10-01"), "{text}");
    let status = pull.status(at(NOW)).unwrap();
    let gaps = &status[0].streams[0].gaps;
    assert_eq!(*gaps, [(day("2025-10-01"), day("2025-10-31"))]);
    assert_eq!(run_at(&pull, NOW).await.exit_code, 1);
}

/// The state alone knows what is held back.
#[tokio::test]
async fn a_rewrite_and_what_is_forgotten_keep_the_findings_of_other_days() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let pull = spots_pull(
        spots_config(root.path(), "", "2025-10-01", "\"site-day\""),
        &emulator,
    );
    run_at(&pull, "2025-12-05T03:00:00Z").await;
    run_at(&pull, NOW).await;
    let gone = Revision::new(StatisticsVendor::Spots, day("2025-10-10"), Change::Empty);
    emulator.revise(gone).unwrap();
    let mut options = RunOptions::default();
    options.selection.from = Some(day("2025-10-01"));
    options.selection.to = Some(day("2025-10-31"));
    assert_eq!(pull.run(&options, &at(NOW)).await.unwrap().exit_code, 9);
    let found = || {
        let status = pull.status(at(NOW)).unwrap();
        let stream = &status[0].streams[0];
        (stream.suspects.clone(), stream.late.clone())
    };
    let before = found();
    assert_eq!(before.0.len(), 1);
    assert!(before.1.is_some());
    assert_eq!(pull.rewrite("publisher", "site-day").unwrap(), 0);
    assert_eq!(found(), before);
    let november = Some((day("2025-11-01"), day("2025-11-30")));
    assert_eq!(pull.forget("publisher", "site-day", november).unwrap(), 1);
    assert_eq!(found(), before);
    let october = Some((day("2025-10-01"), day("2025-10-31")));
    assert_eq!(pull.forget("publisher", "site-day", october).unwrap(), 1);
    assert!(found().0.is_empty());
}
