//! Digests of rows and of files.

use std::fmt;

use twox_hash::XxHash3_128;

use super::cell::Cell;
use crate::schema::{Column, ColumnType};

/// Rows are hashed in pieces of this size, because hashing each value alone is slow.
const PIECE: usize = 4096;

/// A digest of columns and rows that does not depend on the format of the file.
///
/// XXH3 takes a fiftieth of the time that writing takes. It finds accidents; someone who can change a file can change
/// the digest in its footer as well, whatever the function is.
pub(super) struct RowDigest {
    hash: XxHash3_128,
    piece: Vec<u8>,
}

impl RowDigest {
    pub(super) fn new(columns: &[Column]) -> Self {
        let mut digest = Self {
            hash: XxHash3_128::new(),
            piece: Vec::with_capacity(2 * PIECE),
        };
        for column in columns {
            digest.bytes(column.name.as_bytes());
            digest.piece.push(match column.column_type {
                ColumnType::Text => 1,
                ColumnType::Date => 2,
                ColumnType::Count => 3,
                ColumnType::Money => 4,
                ColumnType::WideMoney => 5,
            });
        }
        digest
    }

    #[inline]
    pub(super) fn cell(&mut self, cell: &Cell<'_>) {
        // No two different rows give the same bytes: the columns are known, each value begins with whether there is
        // one, and a text begins with its length.
        self.piece.push(u8::from(*cell != Cell::Null));
        match cell {
            Cell::Null => {}
            Cell::Text(text) => self.bytes(text.as_bytes()),
            Cell::Date(date) => {
                self.piece.extend_from_slice(&date.year().to_le_bytes());
                self.piece.extend_from_slice(&date.month().to_le_bytes());
                self.piece.extend_from_slice(&date.day().to_le_bytes());
            }
            Cell::Count(number) | Cell::Money(number) => {
                self.piece.extend_from_slice(&number.to_le_bytes())
            }
            Cell::WideMoney(number) => self.piece.extend_from_slice(&number.to_le_bytes()),
        }
        if self.piece.len() >= PIECE {
            self.hash.write(&self.piece);
            self.piece.clear();
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.piece
            .extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.piece.extend_from_slice(bytes);
    }

    pub(super) fn finish(mut self) -> String {
        self.hash.write(&self.piece);
        show(self.hash.finish_128())
    }
}

impl fmt::Debug for RowDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowDigest").finish_non_exhaustive()
    }
}

/// The way in which footers write a digest.
pub(super) fn show(digest: u128) -> String {
    format!("xxh3:{digest:032x}")
}
