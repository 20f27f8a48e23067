//! The call options of the command line, applied to the client of any vendor.

use crate::context::Context;
use crate::error::CliError;

/// A client builder that takes `--timeout`, `--attempts` and `--env-proxy`.
pub(crate) trait CallOptions: Sized {
    /// Applies the options that are set and leaves the others at the defaults of the client.
    fn call_options(self, ctx: &Context) -> Result<Self, CliError>;
}

macro_rules! builders {
    ($($vendor:ident),*) => {$(
        impl CallOptions for adapis::$vendor::ClientBuilder {
            fn call_options(mut self, ctx: &Context) -> Result<Self, CliError> {
                if let Some(transport) = ctx.transport()? {
                    self = self.transport(transport);
                }
                if let Some(deadline) = ctx.deadline {
                    self = self.deadline(deadline).attempt_timeout(deadline);
                }
                if let Some(policy) = ctx.retry() {
                    self = self.retry(policy);
                }
                Ok(self)
            }
        }
    )*};
}

builders!(adfox, hybrid, keitaro, spots);
