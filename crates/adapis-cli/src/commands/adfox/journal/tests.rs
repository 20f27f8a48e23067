use super::*;

fn subject() -> Subject {
    Subject {
        action: "add".to_owned(),
        object: "zone".to_owned(),
        account: "https://adfox.example me".to_owned(),
    }
}

fn open(path: &Path) -> Result<Journal, CliError> {
    Journal::open(path, &subject())
}

#[test]
fn a_file_that_is_no_journal_of_this_import_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    drop(open(&path).unwrap());
    let head = std::fs::read(&path).unwrap();
    let other = br#"{"action":"add","object":"banner"}"#;
    for content in [
        &b"my diary, without a line end"[..],
        b"{}\n",
        b"[1]",
        b"{",
        b"\n",
        b"\xff\xfe",
        other,
        &[&other[..], b"\n"].concat(),
        &[&head[..], b"notes\n"].concat(),
        &[&head[..], b"notes\nmore"].concat(),
        &[&head[..], &head].concat(),
        &[&head[..], b"\xff\n"].concat(),
    ] {
        std::fs::write(&path, content).unwrap();
        let error = open(&path).err().unwrap();
        assert_eq!(error.exit_code(), 2, "{content:?}");
        assert_eq!(std::fs::read(&path).unwrap(), content);
    }
    // What a crash leaves of a journal is one.
    for length in (0..head.len()).filter(|length| !(1..10).contains(length)) {
        std::fs::write(&path, &head[..length]).unwrap();
        drop(open(&path).unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), head);
    }
}

#[test]
fn a_line_that_was_cut_off_is_forgotten_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let mut journal = open(&path).unwrap();
    let done = |id: &str| State::Done { id: id.to_owned() };
    journal.record(1, "a", done("71")).unwrap();
    journal.set_checked().unwrap();
    let until = SystemTime::now();
    journal.record(2, "b", State::Started { until }).unwrap();
    assert!(!journal.is_checked());
    drop(journal);
    let whole = std::fs::read(&path).unwrap();
    for cut in 1..20 {
        std::fs::write(&path, &whole[..whole.len() - cut]).unwrap();
        let mut journal = open(&path).unwrap();
        assert_eq!(
            (journal.state(1), journal.state(2)),
            (Some(&done("71")), None)
        );
        assert!(journal.is_checked() && journal.knows("71") && !journal.knows("7"));
        journal.record(2, "c", done("72")).unwrap();
        drop(journal);
        let journal = open(&path).unwrap();
        assert_eq!(journal.state(2), Some(&done("72")));
        assert!(journal.check(&["a".to_owned(), "c".to_owned()]).is_ok());
        assert!(journal.check(&["a".to_owned()]).is_err());
    }
}

#[cfg(unix)]
#[test]
fn links_and_what_is_no_file_are_refused_and_a_journal_is_private() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    drop(open(&path("journal")).unwrap());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path("journal")), 0o600);
    std::fs::set_permissions(path("journal"), PermissionsExt::from_mode(0o644)).unwrap();
    drop(open(&path("journal")).unwrap());
    assert_eq!(mode(&path("journal")), 0o600);
    symlink(path("journal"), path("link")).unwrap();
    symlink(path("nowhere"), path("dangling")).unwrap();
    for refused in [path("link"), path("dangling"), folder.path().to_owned()] {
        assert_eq!(open(&refused).err().unwrap().exit_code(), 1, "{refused:?}");
    }
    assert!(!path("nowhere").exists());
}
