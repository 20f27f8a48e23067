//! Which columns a list has, independent of its rows.

#[cfg(feature = "pull")]
use crate::page::Subject;

/// The column of CSV and tables for the members that have no column.
pub(super) const EXTRA: &str = "extra";

/// The columns of a list, known before its first row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns {
    pub(super) names: Vec<String>,
    pub(super) others: Others,
    /// The columns of a table, if it does not show all of them.
    pub(super) table: Option<Vec<String>>,
    /// After how many columns a table has the texts among the members that have no column.
    pub(super) texts_after: Option<usize>,
    /// Whose statistics by day these are, if a page can be made from them.
    #[cfg(feature = "pull")]
    pub(super) subject: Option<Subject>,
}

/// What happens to the members of a row that have no column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Others {
    /// They are left out.
    Ignored,
    /// CSV has them as one JSON object in the last column.
    Extra,
    /// Each becomes a column. CSV then keeps all rows in memory before it prints the first.
    #[default]
    Columns,
}

impl Columns {
    /// The columns of rows that this program makes; they have no other members.
    pub(crate) fn fixed(names: &[&str]) -> Self {
        Self::new(names, Others::Ignored)
    }

    /// The documented members of rows that a vendor sends. CSV has one more column, `extra`, for
    /// members that the vendor adds later.
    pub(crate) fn documented(names: &[&str]) -> Self {
        Self::new(names, Others::Extra)
    }

    /// A column for each member that occurs in a row.
    pub(crate) fn of_all_rows() -> Self {
        Self::default()
    }

    /// Lets a page be made from rows with these columns, which have a day.
    #[cfg(feature = "pull")]
    #[must_use]
    pub(crate) fn by_day(mut self, subject: Subject) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Whether a page can be made from rows with these columns.
    #[cfg(feature = "pull")]
    pub(crate) fn makes_page(&self) -> bool {
        self.subject.is_some()
    }

    /// Limits tables to these columns.
    #[must_use]
    pub(crate) fn in_tables(mut self, names: &[&str]) -> Self {
        self.table = Some(owned(names));
        self
    }

    /// Adds the texts among the members that have no column to tables, after this number of columns.
    #[must_use]
    pub(crate) fn with_texts_after(mut self, columns: usize) -> Self {
        self.texts_after = Some(columns);
        self
    }

    /// Adds a column before the others.
    #[must_use]
    pub(crate) fn with_first(mut self, name: &str) -> Self {
        self.names.insert(0, name.to_owned());
        self.texts_after = self.texts_after.map(|columns| columns + 1);
        if let Some(table) = &mut self.table {
            table.insert(0, name.to_owned());
        }
        self
    }

    fn new(names: &[&str], others: Others) -> Self {
        Self {
            names: owned(names),
            others,
            table: None,
            texts_after: None,
            #[cfg(feature = "pull")]
            subject: None,
        }
    }

    /// The columns after `--columns`.
    pub(super) fn select(mut self, selection: Option<&Selection>) -> Self {
        match selection {
            None => return self,
            Some(Selection::All) => self.others = Others::Columns,
            Some(Selection::Names(names)) => {
                self.names.clone_from(names);
                self.others = Others::Ignored;
            }
        }
        self.table = None;
        self.texts_after = None;
        self
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The value of `--columns`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selection {
    /// Every member that occurs in a row.
    All,
    /// These, in this order.
    Names(Vec<String>),
}

impl std::str::FromStr for Selection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        let mut names: Vec<String> = Vec::new();
        for name in text.split(',').map(str::trim) {
            if name.is_empty() {
                return Err("expected names separated by commas, or 'all'".to_owned());
            }
            if names.iter().any(|known| known == name) {
                return Err(format!("'{name}' is given twice"));
            }
            names.push(name.to_owned());
        }
        Ok(Self::Names(names))
    }
}
