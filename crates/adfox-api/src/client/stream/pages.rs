use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use adcore::{Error, ErrorKind};
use futures_core::Stream;
use futures_util::stream;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::calls::{Call, Counters, PartialSuccess};
use crate::client::{Client, VENDOR};
use crate::wire::{Envelope, Keyed, MAX_PAGE_SIZE};

/// A list, read page by page.
///
/// A row that has an id is returned once, even if the list changes between two pages. If the list
/// shrinks, rows move to positions that have been read already: [`Page::shrank_by`] says so, and
/// those positions are read again.
///
/// A list is whole or an error: a page that is empty or repeats another one while the server counts
/// more rows, and a list that ends with fewer rows than the server counted, end with a
/// `Decode` error that says how many rows were read. A server that does not count is asked until a page
/// is empty, shorter than the one before, or has no new rows: its largest page may be smaller than
/// [`page_size`](Self::page_size).
///
/// ```no_run
/// # async fn example(client: adfox_api::Client) -> Result<(), adfox_api::Error> {
/// use adfox_api::{Object, Params};
///
/// let mut pages = client.list(Object::Campaign, Params::new().with("show", "short"));
/// while let Some(page) = pages.next().await {
///     let page = page?;
///     println!("{} of {:?}", page.rows.len(), page.total);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Pages<T> {
    client: Client,
    call: Call,
    /// Page size and offset, as set or given as parameters.
    limit: u64,
    offset: u64,
    /// The smallest total that the server has sent.
    total: Option<u64>,
    seen: Option<HashSet<String>>,
    /// The number of rows to skip, and of the rows that were returned.
    start: u64,
    returned: u64,
    /// The number of rows of the largest page, which the server has not cut.
    longest: u64,
    /// Distinguishes the rows of the previous page from others.
    fingerprint: Option<u64>,
    /// Why the list is incomplete, for after its last page.
    incomplete: Option<Error>,
    last: bool,
    /// How many more pages may be read.
    left: u64,
    rows: PhantomData<fn() -> T>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows in numeric order, without those of earlier pages.
    pub rows: Vec<T>,
    /// The number of rows of the whole list, if the server sends it.
    pub total: Option<u64>,
    /// The number of rows before this page.
    pub offset: u64,
    /// By how many rows the list has shrunk since the earlier pages; usually 0.
    pub shrank_by: u64,
    /// The vendor's message beside success.
    #[serde(rename = "message")]
    pub partial: Option<PartialSuccess>,
}

impl<T: DeserializeOwned + Send> Pages<T> {
    pub(crate) fn new(client: Client, call: Call) -> Self {
        let number = |name: &str| call.params.get(name).and_then(|text| text.parse().ok());
        let start = number("offset").unwrap_or(0);
        let unique = call
            .object
            .as_ref()
            .is_none_or(|object| object.has_unique_ids());
        Self {
            limit: number("limit").unwrap_or(MAX_PAGE_SIZE),
            offset: start,
            total: None,
            seen: unique.then(HashSet::new),
            start,
            returned: 0,
            longest: 0,
            fingerprint: None,
            incomplete: None,
            last: false,
            left: 100_000,
            client,
            call,
            rows: PhantomData,
        }
    }

    /// Sets the number of rows per page, 1 to 1000. Default 1000.
    #[must_use]
    pub fn page_size(mut self, rows: u64) -> Self {
        self.limit = rows;
        self.call.params.set("limit", rows);
        self
    }

    /// Skips this many rows.
    #[must_use]
    pub fn offset(mut self, rows: u64) -> Self {
        self.offset = rows;
        self.start = rows;
        self.call.params.set("offset", rows);
        self
    }

    /// Sets the maximum number of pages that are read. Default 100,000.
    #[must_use]
    pub fn max_pages(mut self, pages: u64) -> Self {
        self.left = pages;
        self
    }

    /// Returns the number of rows of the whole list, once a page has arrived.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Reads the next page; `None` after the last one.
    ///
    /// After an error, the next call reads the same page again: a caller that continues after errors
    /// must limit how often.
    ///
    /// # Errors
    /// As [`Client::call`]; `Decode` for a list that is incomplete or has more pages than
    /// [`max_pages`](Self::max_pages), which ends the list.
    pub async fn next(&mut self) -> Option<Result<Page<T>, Error>> {
        if let Some(error) = self.incomplete.take() {
            return Some(Err(error));
        }
        if self.last {
            return None;
        }
        if self.left == 0 {
            return Some(Err(self.end_with("the list has more pages than max_pages")));
        }
        match self.client.exchange(&self.next_call()).await {
            Ok(envelope) => {
                self.left -= 1;
                Some(self.turn(envelope))
            }
            Err(error) => Some(Err(error)),
        }
    }

    /// Returns the call of the next page, such as for [`Client::preview`].
    #[must_use]
    pub fn next_call(&self) -> Call {
        let mut call = self.call.clone();
        if call.params.get("limit").is_none() {
            call.params.set("limit", self.limit);
        }
        // An offset that is not a number stays, and is refused when the call is encoded.
        let given = call.params.get("offset");
        if given.is_none_or(|text| text.parse::<u64>().is_ok()) {
            call.params.set("offset", self.offset);
        }
        call
    }

    /// Takes a page and decides where the next one starts.
    fn turn(&mut self, envelope: Envelope<T>) -> Result<Page<T>, Error> {
        let offset = self.offset;
        let counters = envelope.counters;
        let rows = envelope.rows.unwrap_or_default();
        let arrived = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let same = arrived > 0
            && self.fingerprint.replace(envelope.fingerprint) == Some(envelope.fingerprint);
        let rows = self.fresh(rows, same);
        let shrank_by = match (self.total, counters.total_rows) {
            (Some(before), Some(now)) => before.saturating_sub(now),
            _ => 0,
        };
        if self.total.is_none() || shrank_by > 0 {
            self.total = counters.total_rows;
        }
        if shrank_by > 0 {
            self.offset = offset.saturating_sub(shrank_by).max(self.start);
            self.fingerprint = None;
        } else {
            let limit = self.limit.min(counters.limit.unwrap_or(self.limit)).max(1);
            let more = is_more(&counters, offset);
            let repeats = same || (more.is_none() && arrived > 0 && rows.is_empty());
            if arrived == 0 && more == Some(true) {
                return Err(self.incomplete_at(offset, "is empty"));
            }
            // Without counters, only a page of another size than asked for is certainly a whole list.
            if repeats && more.unwrap_or(arrived == limit) {
                return Err(self.incomplete_at(offset, "repeats the page before"));
            }
            self.offset = offset.saturating_add(if repeats { 0 } else { arrived });
            self.last = repeats
                || match is_more(&counters, self.offset) {
                    Some(more) => !more,
                    None => self.is_last(arrived, counters.limit),
                };
            self.longest = self.longest.max(arrived);
        }
        self.returned += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        if self.last && self.lacks_rows() {
            self.incomplete = Some(self.end_with("the list is incomplete: rows were repeated"));
        }
        Ok(Page {
            rows,
            total: counters.total_rows,
            offset,
            shrank_by,
            partial: envelope.partial,
        })
    }

    /// Whether a page of this many rows is the last one of a server that does not count.
    ///
    /// It may have a smaller limit than it was asked for and not say so: a limit in its response is its
    /// own only if it differs from that of the request.
    fn is_last(&self, arrived: u64, limit: Option<u64>) -> bool {
        let own_limit = limit.filter(|limit| *limit < self.limit);
        arrived == 0 || arrived < self.longest || own_limit.is_some_and(|limit| arrived < limit)
    }

    /// Whether fewer rows have arrived than the smallest total that the server sent.
    fn lacks_rows(&self) -> bool {
        let total = self.total.unwrap_or_default();
        self.returned < total.saturating_sub(self.start)
    }

    fn incomplete_at(&mut self, offset: u64, what: &str) -> Error {
        self.end_with(&format!(
            "the list is incomplete: the page at offset {offset} {what}"
        ))
    }

    /// Ends the list; the error says how far it was read.
    fn end_with(&mut self, why: &str) -> Error {
        self.last = true;
        let returned = self.returned;
        let message = match self.total {
            Some(total) => format!("{why} ({returned} of {total} rows were read)"),
            None => format!("{why} ({returned} rows were read)"),
        };
        Error::new(ErrorKind::Decode, message)
            .with_operation(VENDOR, self.call.name())
            .with_may_have_run(false)
    }

    /// The rows that have not come before.
    fn fresh(&mut self, rows: Vec<Keyed<T>>, repeats: bool) -> Vec<T> {
        let mut is_new = |id: Option<String>| match (&mut self.seen, id) {
            (Some(seen), Some(id)) => seen.insert(id),
            _ => !repeats,
        };
        rows.into_iter()
            .filter_map(|keyed| is_new(keyed.id).then_some(keyed.row))
            .collect()
    }

    /// Returns all remaining rows as a stream, which ends after the first error.
    pub fn all(self) -> impl Stream<Item = Result<T, Error>> + Send
    where
        T: 'static,
    {
        let start = (self, Vec::new().into_iter());
        stream::try_unfold(start, |(mut pages, mut rows)| async move {
            loop {
                if let Some(row) = rows.next() {
                    return Ok(Some((row, (pages, rows))));
                }
                match pages.next().await.transpose()? {
                    Some(page) => rows = page.rows.into_iter(),
                    None => return Ok(None),
                }
            }
        })
    }

    /// Collects all remaining rows.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn collect(mut self) -> Result<Vec<T>, Error> {
        let mut rows = Vec::new();
        while let Some(page) = self.next().await {
            rows.extend(page?.rows);
        }
        Ok(rows)
    }
}

/// Whether the server counts rows or pages after the first `read` rows; `None` if it counts neither.
fn is_more(counters: &Counters, read: u64) -> Option<bool> {
    if let Some(total) = counters.total_rows {
        return Some(read < total);
    }
    let (page, pages) = (counters.page?, counters.total_pages?);
    Some(page < pages)
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("call", &self.call.name())
            .field("limit", &self.limit)
            .field("offset", &self.offset)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}
