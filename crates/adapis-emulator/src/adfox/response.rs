//! The result of a method: a reply, or a refusal with the vendor's code and message.

use super::row::{Row, row};

/// A successful result, code 0.
#[derive(Default)]
pub(super) struct Reply {
    pub(super) result: Outcome,
    /// A message returned with code 0, because part of the call was not carried out.
    pub(super) message: Option<String>,
    /// The members that are written first, in this order; others follow by name.
    pub(super) order: Vec<&'static str>,
}

#[derive(Default)]
pub(super) enum Outcome {
    /// Only the code.
    #[default]
    Done,
    /// The ID of the added object.
    Added(String),
    /// A page of a list.
    Page(Page),
    /// Rows that are not paged.
    Whole(Vec<Row>),
    /// Members directly in `result`.
    Flat(Row),
}

/// The requested rows of a list.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub(super) limit: usize,
    pub(super) offset: usize,
}

pub(super) struct Page {
    pub(super) window: Window,
    pub(super) total: usize,
    pub(super) rows: Vec<Row>,
}

impl Reply {
    pub(super) fn added(id: impl Into<String>) -> Self {
        Outcome::Added(id.into()).into()
    }

    pub(super) fn flat<const N: usize>(members: [(&str, String); N]) -> Self {
        Outcome::Flat(row(members)).into()
    }

    /// Returns the page of `rows` that `window` selects; `finish` is only called for its rows.
    pub(super) fn page<'a>(
        window: Window,
        rows: impl Iterator<Item = &'a Row>,
        finish: impl Fn(&Row) -> Row,
    ) -> Self {
        let mut page = Page {
            window,
            total: 0,
            rows: Vec::new(),
        };
        for row in rows {
            if page.total >= window.offset && page.rows.len() < window.limit {
                page.rows.push(finish(row));
            }
            page.total += 1;
        }
        Outcome::Page(page).into()
    }
}

impl From<Outcome> for Reply {
    fn from(result: Outcome) -> Self {
        Self {
            result,
            ..Self::default()
        }
    }
}

/// A refusal, with a code below 0.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: i8,
    pub(super) error: &'static str,
    pub(super) parameter: Option<String>,
    pub(super) value: Option<String>,
}

impl Refusal {
    const fn new(code: i8, error: &'static str) -> Self {
        Self {
            code,
            error,
            parameter: None,
            value: None,
        }
    }

    fn about(mut self, parameter: &str, value: Option<&str>) -> Self {
        self.parameter = Some(parameter.to_owned());
        self.value = value.map(str::to_owned);
        self
    }

    pub(super) const fn unauthorized() -> Self {
        Self::new(-1, "Authorization failed")
    }

    pub(super) const fn denied() -> Self {
        Self::new(-2, "Access denied")
    }

    pub(super) const fn url_targeting_denied() -> Self {
        Self::new(-2, "Change targeting by URL is not allowed")
    }

    pub(super) fn object(name: &str) -> Self {
        Self::new(-3, "Invalid object name").about("object", Some(name))
    }

    pub(super) fn action_object(name: &str) -> Self {
        Self::new(-4, "Invalid action object name").about("actionObject", Some(name))
    }

    pub(super) fn action(name: &str) -> Self {
        Self::new(-5, "Invalid action name").about("action", Some(name))
    }

    /// An incorrect value; the value of a password is not repeated.
    pub(super) fn incorrect(parameter: &str, value: &str) -> Self {
        let secret = parameter.ends_with("assword");
        Self::new(-6, "Incorrect value").about(parameter, (!secret).then_some(value))
    }

    pub(super) fn required(parameter: &str) -> Self {
        Self::new(-7, "Value required").about(parameter, None)
    }

    pub(super) fn account_exists(account: &str) -> Self {
        Self::new(-8, "Account already exists").about("account", Some(account))
    }

    pub(super) fn not_null(parameter: &str) -> Self {
        Self::new(-9, "Value must be not NULL").about(parameter, None)
    }

    pub(super) const fn placed_upper() -> Self {
        Self::new(-10, "This object is placed upper")
    }
}
