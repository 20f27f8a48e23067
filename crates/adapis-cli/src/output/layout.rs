//! How wide the columns of a table are.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::row::Cell;
use super::table::GAP;
use crate::error::one_line;

/// The narrowest that a column of long texts becomes.
const NARROWEST: usize = 16;

/// What decides the width of a column.
pub(super) struct Column {
    pub(super) name: String,
    /// Whether there is a number, so that the name is aligned with it.
    pub(super) numbers: bool,
    /// The width at which nothing is wrapped.
    natural: usize,
    /// The width below which the column does not get. Numbers, IDs and dates are never wrapped.
    least: usize,
}

/// How rows are shown.
pub(super) enum Layout {
    /// As a table with columns of these widths.
    Table(Vec<usize>),
    /// One member per line, because a table does not fit.
    Records,
}

impl Column {
    pub(super) fn of<'a>(name: &str, cells: impl Iterator<Item = &'a Cell>) -> Self {
        let mut column = Self {
            name: name.to_owned(),
            numbers: false,
            natural: name.width(),
            least: name.width(),
        };
        let id = name.ends_with("ID") || name.to_ascii_lowercase().ends_with("id");
        for cell in cells {
            column.numbers |= cell.is_number();
            let width = one_line(&cell.text()).width();
            column.natural = column.natural.max(width);
            let whole = id || !matches!(cell, Cell::Text(_) | Cell::Json(_)) || is_figure(cell);
            let least = if whole { width } else { width.min(NARROWEST) };
            column.least = column.least.max(least);
        }
        column
    }
}

/// Whether a text is a number or a date, which some vendors send as texts.
fn is_figure(cell: &Cell) -> bool {
    let text = cell.text();
    let figure = |c: char| c.is_ascii_digit() || "+-.,:T /%".contains(c);
    text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && text.chars().all(figure)
}

/// The widths that fit into `width`, if there is a limit.
pub(super) fn fit(columns: &[Column], width: Option<usize>) -> Layout {
    let gaps = GAP * columns.len().saturating_sub(1);
    let Some(room) = width.map(|width| width.saturating_sub(gaps)) else {
        return Layout::Table(columns.iter().map(|column| column.natural).collect());
    };
    let mut widths: Vec<usize> = columns.iter().map(|column| column.least).collect();
    let used: usize = widths.iter().sum();
    let Some(mut left) = room.checked_sub(used) else {
        return Layout::Records;
    };
    while left > 0 {
        let mut grew = false;
        for (width, column) in widths.iter_mut().zip(columns) {
            if *width < column.natural && left > 0 {
                *width += 1;
                left -= 1;
                grew = true;
            }
        }
        if !grew {
            break;
        }
    }
    Layout::Table(widths)
}

/// Cuts a text into lines of at most `width` columns, at spaces if possible.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    if text.width() <= width {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let length = word.trim_end().width();
        if used > 0 && used + length > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        for c in word.chars() {
            let step = c.width().unwrap_or_default();
            if used + step > width && c == ' ' {
                continue;
            }
            if used + step > width && used > 0 {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += step;
        }
    }
    lines.push(line);
    lines
        .iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, cells: &[Cell]) -> Column {
        Column::of(name, cells.iter())
    }

    #[test]
    fn a_text_wraps_at_spaces_and_a_long_word_where_it_must() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("Кулинария и быт", 9), ["Кулинария", "и быт"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("広告キャンペーン", 6), ["広告キ", "ャンペ", "ーン"]);
    }

    #[test]
    fn numbers_and_ids_keep_their_width_and_texts_give_way() {
        let long = "a text that is much longer than the terminal is wide";
        let columns = [
            column("ID", &["53df8633af55cd57805746f5".into()]),
            column("income", &[Cell::Number("3143.356472008".to_owned())]),
            column("when", &["2024-01-01 00:00:00".into()]),
            column("name", &[long.into()]),
        ];
        let Layout::Table(widths) = fit(&columns, Some(100)) else {
            panic!("a table fits");
        };
        assert_eq!(widths[..3], [24, 14, 19]);
        assert_eq!(widths[3], 100 - 24 - 14 - 19 - 3 * GAP);
        assert!(matches!(fit(&columns, Some(60)), Layout::Records));
        let Layout::Table(widths) = fit(&columns, None) else {
            panic!("nothing is wrapped without a terminal");
        };
        assert_eq!(widths[3], long.len());
    }
}
