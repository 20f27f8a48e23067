//! The client and the checks that the `keitaro` commands share.

use adapis::keitaro::{ClickEncoding, Client, Credentials};
use adapis::{Error, RetryPolicy};

use crate::access::KeitaroAccess;
use crate::call_options::CallOptions;
use crate::context::Context;
use crate::dry_run::{DryRun, MASK};
use crate::error::CliError;

/// A client for the tracker that sends nothing; its credentials are masks.
pub(super) fn dry_client(
    access: &KeitaroAccess,
    encoding: ClickEncoding,
    ctx: &Context,
) -> Result<(Client, DryRun), CliError> {
    let dry_run = DryRun::default();
    let credentials = Credentials::token(MASK).with_postback_key(MASK);
    let builder = Client::builder(&access.tracker(ctx)?, credentials)
        .click_encoding(encoding)
        .retry(RetryPolicy::never())
        .transport(dry_run.clone());
    Ok((builder.build().map_err(tracker)?, dry_run))
}

/// A client for the tracker of the command line.
pub(super) fn client(
    access: &KeitaroAccess,
    credentials: Credentials,
    encoding: ClickEncoding,
    ctx: &Context,
) -> Result<Client, CliError> {
    let builder = Client::builder(&access.tracker(ctx)?, credentials).click_encoding(encoding);
    builder.call_options(ctx)?.build().map_err(tracker)
}

/// Names the flag in an error about the URL, which the client calls its endpoint.
pub(super) fn tracker(error: Error) -> CliError {
    if error.field() != Some("endpoint") {
        return error.into();
    }
    let message = error.message().replacen("endpoint", "--tracker", 1);
    CliError::input("tracker", message)
}

/// Rejects a `--param` that has its own flag, and names that flag.
///
/// `flags` are without their dashes, such as `user-agent` for the parameter `user_agent`.
pub(super) fn reject_reserved(params: &[(String, String)], flags: &[&str]) -> Result<(), CliError> {
    for (name, _) in params {
        // As PHP folds names: `user.agent` and `user[agent` are `user_agent` to a tracker.
        let name = name.trim_start();
        let plain = match name.split_once('[') {
            Some((plain, index)) if index.contains(']') => plain,
            _ => name,
        };
        let flag = plain.replace(['_', '.', ' ', '['], "-");
        let flag = flag.trim_end_matches('-').to_ascii_lowercase();
        if flags.contains(&flag.as_str()) {
            let message = format!("--param does not take {name}; use --{flag}");
            return Err(CliError::input(name, message));
        }
    }
    Ok(())
}
