//! The requests that a run may still send, in all of its sources together.

use std::sync::{Arc, Mutex};

use crate::sync::lock;

/// What a run may send.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: u64,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    sent: u64,
    /// What the windows that are being pulled will certainly send.
    promised: u64,
}

impl Budget {
    pub(crate) fn new(limit: Option<u64>) -> Arc<Self> {
        Arc::new(Self {
            limit: limit.unwrap_or(u64::MAX),
            used: Mutex::default(),
        })
    }

    /// Returns whether there is a limit.
    pub(crate) fn is_limited(&self) -> bool {
        self.limit < u64::MAX
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    pub(crate) fn share(self: &Arc<Self>) -> Arc<Share> {
        Arc::new(Share {
            budget: Arc::clone(self),
            of_window: Mutex::default(),
        })
    }
}

/// What one source takes from the budget, of which it pulls one window at a time.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Arc<Budget>,
    of_window: Mutex<OfWindow>,
}

#[derive(Debug, Default)]
struct OfWindow {
    /// What is left of the promised requests.
    left: u64,
    /// The number of requests that were sent.
    sent: u64,
    is_cut: bool,
}

impl Share {
    /// Promises the requests of a window. Returns `false`, and promises nothing, if fewer are left.
    pub(crate) fn begin(&self, calls: u64) -> bool {
        let mut used = lock(&self.budget.used);
        let taken = used.sent.saturating_add(used.promised);
        if taken.saturating_add(calls) > self.budget.limit {
            return false;
        }
        used.promised += calls;
        lock(&self.of_window).left = calls;
        true
    }

    /// Returns whether a request may be sent.
    pub(crate) fn has_left(&self) -> bool {
        let used = lock(&self.budget.used);
        let is_promised = lock(&self.of_window).left > 0;
        is_promised || used.sent.saturating_add(used.promised) < self.budget.limit
    }

    /// Takes a request, first from what was promised. Returns `false` if it must not be sent.
    pub(crate) fn take(&self) -> bool {
        let mut used = lock(&self.budget.used);
        let mut of_window = lock(&self.of_window);
        if of_window.left > 0 {
            of_window.left -= 1;
            used.promised -= 1;
        } else if used.sent.saturating_add(used.promised) >= self.budget.limit {
            of_window.is_cut = true;
            return false;
        }
        used.sent += 1;
        of_window.sent += 1;
        true
    }

    /// Ends a window. If one of its requests was not sent because of the limit, returns how many were sent before.
    ///
    /// Without a pace nobody counts what is sent, and what was promised is taken as sent.
    pub(crate) fn end(&self, is_counted: bool) -> Option<u64> {
        let mut used = lock(&self.budget.used);
        let of_window = std::mem::take(&mut *lock(&self.of_window));
        used.promised -= of_window.left;
        if !is_counted {
            used.sent += of_window.left;
        }
        of_window.is_cut.then_some(of_window.sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_window_was_promised_no_other_takes() {
        let budget = Budget::new(Some(5));
        let (one, two) = (budget.share(), budget.share());
        assert!(one.begin(2) && two.begin(2));
        // A poll, a retry or a call for a token takes what is left.
        assert!(one.take() && one.take() && one.take());
        assert!(!one.take());
        assert!(two.take() && two.take() && !two.take());
        assert_eq!((one.end(true), two.end(true)), (Some(3), Some(2)));
        assert!(!one.begin(1));
    }

    #[test]
    fn what_a_window_did_not_send_is_left_for_others() {
        let budget = Budget::new(Some(3));
        let share = budget.share();
        assert!(share.begin(3) && share.take() && share.end(true).is_none());
        assert!(!share.begin(3) && share.begin(2));
        assert_eq!(share.end(false), None);
        assert!(!share.begin(1));
        let unlimited = Budget::new(None).share();
        assert!(unlimited.begin(u64::MAX - 1) && unlimited.take());
    }
}
