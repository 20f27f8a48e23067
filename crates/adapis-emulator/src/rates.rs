//! Rate windows: how many requests an account has sent since its window began.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

/// The start of each account's window, and its requests since then.
#[derive(Default)]
pub(crate) struct RateWindows(HashMap<usize, (Instant, u32)>);

impl RateWindows {
    /// Counts a request, or returns the seconds until the window ends if it has `limit` of them.
    pub(crate) fn count(
        &mut self,
        account: usize,
        limit: u32,
        length: Duration,
    ) -> Result<(), u64> {
        let now = Instant::now();
        let (start, requests) = self.0.entry(account).or_insert((now, 0));
        if now.duration_since(*start) >= length {
            (*start, *requests) = (now, 0);
        }
        if *requests >= limit {
            let left = length.saturating_sub(now.duration_since(*start));
            return Err(left.as_secs() + u64::from(left.subsec_nanos() > 0));
        }
        *requests += 1;
        Ok(())
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
