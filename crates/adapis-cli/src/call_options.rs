//! The call options of the command line, applied to the client of any vendor.

use std::time::Duration;

use adapis::{ClientSettings, RetryPolicy};

use crate::context::Context;
use crate::deadline::Deadline;
use crate::error::CliError;

/// A client builder that takes `--timeout`, `--attempts`, `--env-proxy` and the limits of the load.
pub(crate) trait CallOptions: Sized {
    /// Applies the options that are set and leaves the others at the defaults of the client.
    fn call_options(self, ctx: &Context) -> Result<Self, CliError>;
}

impl CallOptions for adapis::keitaro::ClientBuilder {
    fn call_options(self, ctx: &Context) -> Result<Self, CliError> {
        Ok(self.settings(settings(ctx)?))
    }
}

impl CallOptions for adapis::adfox::ClientBuilder {
    fn call_options(self, ctx: &Context) -> Result<Self, CliError> {
        Ok(self.settings(settings(ctx)?))
    }
}

macro_rules! concurrent_builders {
    ($($vendor:ident),*) => {$(
        impl CallOptions for adapis::$vendor::ClientBuilder {
            fn call_options(self, ctx: &Context) -> Result<Self, CliError> {
                let builder = self.settings(settings(ctx)?);
                Ok(match ctx.concurrency() {
                    Some(calls) => builder.concurrency(calls),
                    None => builder,
                })
            }
        }
    )*};
}

concurrent_builders!(hybrid, spots);

fn settings(ctx: &Context) -> Result<ClientSettings, CliError> {
    let mut settings = ClientSettings::new().retry(retry(ctx));
    if let Some(transport) = ctx.paced_transport()? {
        settings = settings.transport(transport);
    }
    if let Some(deadline) = ctx.deadline {
        settings = until(settings, deadline);
    } else if let Some(interval) = ctx.interval() {
        // The time that a call waits for its start counts. One call more than the limit may wait: the one for a token.
        let calls = ctx.concurrency().unwrap_or(1).saturating_add(1);
        let wait = interval.saturating_mul(u32::try_from(calls).unwrap_or(u32::MAX));
        let limit =
            |seconds| (Duration::from_secs(seconds) + wait).min(Duration::from_secs(86_400));
        settings = settings.deadline(limit(60)).attempt_timeout(limit(30));
    }
    Ok(settings)
}

/// Limits each call to the time that the command has left.
pub(crate) fn until(settings: ClientSettings, deadline: Deadline) -> ClientSettings {
    // A deadline that has passed still makes a client, whose first call fails in time.
    // Whole milliseconds: errors name this time.
    let millis = u64::try_from(deadline.remaining().as_millis()).unwrap_or(u64::MAX);
    let left = Duration::from_millis(millis.saturating_add(1));
    settings
        .deadline(left)
        .attempt_timeout(left)
        .idle_timeout(left)
        .stream_deadline(left)
}

/// The policy of `--attempts`, or the patient one.
pub(crate) fn retry(ctx: &Context) -> RetryPolicy {
    ctx.retry().unwrap_or_else(patient)
}

/// As the default of the clients, but a vendor that limits the calls is waited for until the deadline.
fn patient() -> RetryPolicy {
    RetryPolicy::default().max_rate_limit_attempts(u32::MAX)
}
