//! Which file of a stream holds which rows.

use std::fmt;

use jiff::civil::Date;

use super::{Store, StoreError};

/// The partition column of the account. It is not called `account`, because that is a column of the rows: pyarrow and
/// pandas refuse a folder whose partition column is a column of its files too, and ClickHouse would take the name from
/// the path, where it is escaped.
pub(crate) const SOURCE: &str = "source";

/// One file of a stream: the rows of one account and one month, day or snapshot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    /// The stream, such as `spots.day`.
    pub stream: String,
    /// The account: the name of the source.
    pub account: String,
    /// The days of its rows.
    pub key: PartitionKey,
}

/// The days whose rows a partition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartitionKey {
    /// A month, named by its first day.
    Month(Date),
    /// One day.
    Day(Date),
    /// The state of objects as of a day.
    Snapshot(Date),
}

impl PartitionKey {
    /// The month of a day.
    #[must_use]
    pub fn month_of(day: Date) -> Self {
        Self::Month(day.first_of_month())
    }

    /// The name of the partition column: `month`, `day` or `snapshot`.
    #[must_use]
    pub fn column(self) -> &'static str {
        match self {
            Self::Month(_) => "month",
            Self::Day(_) => "day",
            Self::Snapshot(_) => "snapshot",
        }
    }

    /// The value of the partition column.
    #[must_use]
    pub fn date(self) -> Date {
        match self {
            Self::Month(date) => date.first_of_month(),
            Self::Day(date) | Self::Snapshot(date) => date,
        }
    }

    /// Whether rows of this day belong here. The dates in a snapshot's rows say nothing about that.
    #[must_use]
    pub fn holds(self, day: Date) -> bool {
        match self {
            Self::Month(month) => (month.year(), month.month()) == (day.year(), day.month()),
            Self::Day(own) => own == day,
            Self::Snapshot(_) => true,
        }
    }

    /// The first and the last day that it may hold.
    pub(crate) fn extent(self) -> (Date, Date) {
        let date = self.date();
        match self {
            Self::Month(_) => (date, date.last_of_month()),
            Self::Day(_) | Self::Snapshot(_) => (date, date),
        }
    }

    /// Reads what [`Display`](fmt::Display) writes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (column, date) = text.split_once('=')?;
        let date: Date = date.parse().ok()?;
        let key = match column {
            "month" => Self::Month(date),
            "day" => Self::Day(date),
            "snapshot" => Self::Snapshot(date),
            _ => return None,
        };
        (key.to_string() == text).then_some(key)
    }
}

/// Shows the name of the partition's folder.
impl fmt::Display for PartitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.column(), self.date())
    }
}

impl Partition {
    /// The path of its folder in the store: `spots.day/source=publisher/month=2025-12-01`.
    #[must_use]
    pub fn path(&self) -> String {
        let account = escape(&self.account);
        format!("{}/{SOURCE}={account}/{}", self.stream, self.key)
    }

    /// What a state knows it by.
    pub(crate) fn state_key(&self) -> (String, PartitionKey) {
        (self.account.clone(), self.key)
    }

    /// Checks the names of the stream and the account.
    ///
    /// # Errors
    ///
    /// [`StoreError::Name`] if one of them cannot be the name of a folder.
    pub fn check(&self) -> Result<(), StoreError> {
        check_stream(&self.stream)?;
        check_account(&self.account)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

/// Finds the partitions of a stream that have a folder, in the order of accounts and dates.
///
/// # Errors
///
/// A folder cannot be read.
pub fn partitions(store: &dyn Store, stream: &str) -> Result<Vec<Partition>, StoreError> {
    check_stream(stream)?;
    let mut found = Vec::new();
    for account in store.list(stream)? {
        let name = account.name.strip_prefix(SOURCE);
        let name = name
            .and_then(|name| name.strip_prefix('='))
            .and_then(unescape);
        let Some(name) = name else { continue };
        for folder in store.list(&format!("{stream}/{}", account.name))? {
            if let Some(key) = PartitionKey::parse(&folder.name) {
                found.push(Partition {
                    stream: stream.to_owned(),
                    account: name.clone(),
                    key,
                });
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The characters that Hive and Spark escape in the names of partitions, beside control characters.
const ESCAPED: &[u8] = b"\"#%'*/:=?\\{[]^\x7f";

/// Escapes the value of a partition column as Hive does, so that engines read the same value.
pub(crate) fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() && (byte < 0x20 || ESCAPED.contains(&byte)) => {
                escaped.push_str(&format!("%{byte:02X}"));
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

pub(crate) fn unescape(escaped: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let (digits, after) = after.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    let value = String::from_utf8(bytes).ok()?;
    (escape(&value) == escaped).then_some(value)
}

/// File systems allow 255 bytes, and `source=` takes some of them.
const LONGEST_NAME: usize = 240;

fn check_account(name: &str) -> Result<(), StoreError> {
    let refuse = |reason| refuse("an account", name, reason);
    if name == "__HIVE_DEFAULT_PARTITION__" {
        return refuse("engines take it for null");
    }
    if escape(name).len() > LONGEST_NAME {
        return refuse("it is too long for the name of a folder");
    }
    check_segment("an account", name)
}

pub(crate) fn check_stream(name: &str) -> Result<(), StoreError> {
    let refuse = |reason| refuse("a stream", name, reason);
    if name.starts_with(['.', '_']) {
        return refuse("engines overlook folders that begin with . or _");
    }
    if name.len() > LONGEST_NAME {
        return refuse("it is too long for the name of a folder");
    }
    if name.contains(|c: char| c.is_ascii() && ESCAPED.contains(&(c as u8))) {
        return refuse("it has a character that means something in the paths of engines");
    }
    check_segment("a stream", name)
}

/// Checks one part of a path.
pub(crate) fn check_segment(what: &'static str, name: &str) -> Result<(), StoreError> {
    let refuse = |reason| refuse(what, name, reason);
    match name {
        "" => refuse("it is empty"),
        "." | ".." => refuse("it means another folder"),
        _ if name.contains(['/', '\\']) => refuse("it has a slash"),
        _ if name.contains(char::is_control) => refuse("it has a control character"),
        _ => Ok(()),
    }
}

/// Windows cuts dots and spaces off the end of a name, and opens a device in place of a file of its name. Most of the
/// characters that it refuses are escaped.
pub(crate) fn check_segment_on_windows(what: &'static str, name: &str) -> Result<(), StoreError> {
    let refuse = |reason| refuse(what, name, reason);
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let is_numbered = |prefix: &str| {
        let number = stem
            .get(..3)
            .filter(|begin| begin.eq_ignore_ascii_case(prefix));
        number.is_some() && matches!(stem.as_bytes(), [_, _, _, b'1'..=b'9'])
    };
    let is_device = ["aux", "con", "nul", "prn"]
        .iter()
        .any(|device| stem.eq_ignore_ascii_case(device));
    match name {
        _ if name.contains(['<', '>', '|']) => refuse("it has a character that Windows refuses"),
        _ if name.ends_with(['.', ' ']) => {
            refuse("it ends with a dot or a space, which Windows cuts off")
        }
        _ if is_device || is_numbered("com") || is_numbered("lpt") => {
            refuse("it is the name of a Windows device")
        }
        _ => Ok(()),
    }
}

fn refuse(what: &'static str, name: &str, reason: &'static str) -> Result<(), StoreError> {
    Err(StoreError::Name {
        what,
        name: name.to_owned(),
        reason,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn partition(account: &str) -> Partition {
        Partition {
            stream: "spots.day".into(),
            account: account.into(),
            key: PartitionKey::month_of(date(2025, 12, 24)),
        }
    }

    #[test]
    fn a_path_names_the_month_by_its_first_day() {
        let expected = "spots.day/source=publisher/month=2025-12-01";
        assert_eq!(partition("publisher").path(), expected);
    }

    #[test]
    fn names_that_windows_would_change_are_refused() {
        let check = |name| check_segment_on_windows("an account", name);
        for name in [
            "a.", "a ", "con", "NUL", "nul.json", "Com1", "lpt9.x", "aux .x", "a|b", "<", ">",
        ] {
            assert!(
                matches!(check(name), Err(StoreError::Name { .. })),
                "{name}"
            );
        }
        for name in [
            "a.b",
            "console",
            "com",
            "com0",
            "com10",
            "null",
            "source=con",
            ".adapis",
            "ко",
            "a b",
        ] {
            check(name).unwrap();
        }
    }

    #[test]
    fn names_are_escaped_as_hive_does_and_read_back() {
        for (name, escaped) in [
            ("a=b", "a%3Db"),
            ("100%", "100%25"),
            ("издатель 1", "издатель 1"),
            ("a:b", "a%3Ab"),
        ] {
            assert_eq!(escape(name), escaped);
            assert_eq!(unescape(escaped).as_deref(), Some(name));
        }
        assert_eq!(unescape("%2"), None);
        assert_eq!(unescape("%zz"), None);
        assert_eq!(unescape("a=b"), None);
    }

    #[test]
    fn names_that_leave_their_folder_are_refused() {
        let too_long = "a".repeat(300);
        for name in [
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            "a\nb",
            "a\0b",
            too_long.as_str(),
        ] {
            let error = partition(name).check().unwrap_err();
            assert!(
                error.to_string().contains("an account"),
                "{name:?}: {error}"
            );
        }
        for name in ["..", ".adapis", "_x", "a*b", "a=b", "a?b"] {
            assert!(check_stream(name).is_err(), "{name:?}");
        }
        partition("издатель = 1").check().unwrap();
    }

    #[test]
    fn a_month_holds_its_days_only() {
        let month = PartitionKey::month_of(date(2025, 12, 24));
        assert!(month.holds(date(2025, 12, 31)));
        assert!(!month.holds(date(2026, 1, 1)));
        assert!(!month.holds(date(2024, 12, 1)));
        assert_eq!(PartitionKey::parse("month=2025-12-01"), Some(month));
        assert_eq!(PartitionKey::parse("month=2025-12-02"), None);
        assert_eq!(PartitionKey::parse("week=2025-12-02"), None);
    }
}
