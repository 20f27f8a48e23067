//! Whose file it is, what its rows may say, and rows that come later.

use std::collections::BTreeMap;

use adapis_emulator::{Emulator, Fault, FaultPlan, FaultPoint};

use super::{ADD, command, counts, import, rows, run, states, write_csv, zones};

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_belongs_to_one_account() {
    let emulator = Emulator::start().await.unwrap();
    let other = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    write_csv(&csv, 2);
    let line = import(&csv, 1.0);
    assert_eq!(rows(&emulator, &line).1, 0);
    let journal = std::fs::read_to_string(csv.with_extension("csv.journal")).unwrap();
    assert!(journal.contains(&emulator.adfox_url()), "{journal}");
    for account in [
        command(&other, &line),
        command(&emulator, &format!("{line} --login another")),
        {
            let mut command = command(&emulator, &line);
            command.env("ADAPIS_ADFOX_OAUTH_TOKEN", "hush-token");
            command
        },
    ] {
        let mut account = account;
        let output = tokio::task::block_in_place(|| account.output().unwrap());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("is the journal of another account"), "{said}");
        assert!(said.contains("use another --journal"), "{said}");
        assert!(!said.contains("hush"), "{said}");
    }
    assert_eq!(zones(&other), BTreeMap::new());
    let (rows, code, _) = rows(&emulator, &line);
    assert_eq!((states(&rows), code), (vec!["done before"; 2], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_appended_to_a_finished_file_may_have_names_that_exist() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    std::fs::write(&csv, "name\nЗона 1\n").unwrap();
    let line = import(&csv, 0.2);
    assert_eq!(rows(&emulator, &line).1, 0);
    for name in ["Зона 2", "Зона 3"] {
        let mut add = command(&emulator, "add zone siteID=5001");
        add.arg(format!("name={name}"));
        let output = tokio::task::block_in_place(|| add.output().unwrap());
        assert!(output.status.success(), "{output:?}");
    }
    std::fs::write(&csv, "name\nЗона 1\nЗона 2\nЗона 3\n").unwrap();
    // The add of row 2 is lost without having run: the old object must not count as its result.
    let lost = Fault::reset(FaultPoint::BeforeHeaders);
    emulator.faults(FaultPlan::new(ADD).fault(lost)).unwrap();
    let (rows_2, code, said) = rows(&emulator, &line);
    assert_eq!(
        (states(&rows_2), code),
        (vec!["done before", "added", "added"], 0),
        "{said}"
    );
    assert_eq!(counts(&emulator), [1, 2, 2]);
    let (again, code, said) = rows(&emulator, &line);
    assert_eq!(
        (states(&again), code),
        (vec!["done before"; 3], 0),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_program_sets_cannot_be_given_as_a_parameter() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    for (header, given) in [
        ("ID,objectID,name", "objectID"),
        ("ID,action,name", "action"),
    ] {
        std::fs::write(&csv, format!("{header}\n5101,5102,Twice\n")).unwrap();
        let line = format!("modify zone --from {}", csv.display());
        let (_, code, said) = rows(&emulator, &line);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(given), "{said}");
    }
    std::fs::write(&csv, "name,object\nTwice,banner\n").unwrap();
    for line in [
        &format!("add zone siteID=5001 --from {}", csv.display()),
        "modify zone 5101 objectID=5102",
        "modify zone 5101 objectid=5102",
        "modify category 301 actionObjectID=302 name=x",
        "delete zone 5101 listIDs=5102 --yes",
        "placing zone 5101 --campaign 3001 actionStatus=0",
        "target time 3001 objectID=3002 x=y",
        "add zone siteID=5001 name=x action=delete",
    ] {
        let (_, code, said) = rows(&emulator, line);
        assert_eq!(code, 2, "{line}: {said}");
        assert!(said.contains("is set by the program"), "{line}: {said}");
    }
    let sent = emulator.requests();
    assert_eq!(sent.of("adfox.zone.modify").received, 0);
    assert_eq!(sent.of(ADD).received, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_cell_changes_nothing_and_a_marked_one_clears_the_value() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("campaigns.csv");
    std::fs::write(&csv, "ID,priority,dateEnd\n3001,7,\n3002,,-\n").unwrap();
    let line = format!("modify campaign --clear - --from {}", csv.display());
    let shown = run(&emulator, &format!("{line} --dry-run"));
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(!shown.contains("dateEnd"), "{shown}");
    std::fs::write(&csv, "ID,priority,dateEnd\n3002,,-\n").unwrap();
    let shown = run(&emulator, &format!("{line} --dry-run"));
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(
        shown.contains("dateEnd=") && !shown.contains("priority"),
        "{shown}"
    );
    assert!(!shown.contains("dateEnd=-"), "{shown}");
}
