//! The flags of one secret.

use std::marker::PhantomData;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use secrecy::SecretString;

use crate::config::{Source, expand};
use crate::context::Context;
use crate::error::CliError;
use crate::vendor::Vendor;

/// A secret of an account, and the name of its flags, variables and setting.
pub(super) trait Secret {
    const VENDOR: Vendor;
    /// The name of the setting, such as `client_secret`.
    const SETTING: &'static str;
    /// What the help calls it, such as `client secret`.
    const LABEL: &'static str;
}

/// The flags `--NAME-file` and `--NAME-command` of a secret.
///
/// There is no flag for the secret itself: arguments are visible in `ps` and in the shell history.
#[derive(Debug, Clone)]
pub(super) struct SecretFlag<S> {
    source: Option<Source>,
    secret: PhantomData<S>,
}

impl<S> Default for SecretFlag<S> {
    fn default() -> Self {
        Self {
            source: None,
            secret: PhantomData,
        }
    }
}

impl<S: Secret> SecretFlag<S> {
    /// The secret, from the flag, the environment or the profile.
    fn optional(&self, ctx: &Context) -> Result<Option<SecretString>, CliError> {
        ctx.profile
            .secret(S::VENDOR, S::SETTING, self.source.clone())
            .map(|source| source.read(S::SETTING, ctx.deadline))
            .transpose()
    }

    /// The secret, or an error that says how to set it.
    pub(super) fn required(&self, ctx: &Context) -> Result<SecretString, CliError> {
        self.optional(ctx)?
            .ok_or_else(|| ctx.profile.missing_secret(S::VENDOR, S::SETTING))
    }

    /// Whether a flag sets the secret.
    pub(super) fn is_given(&self) -> bool {
        self.source.is_some()
    }

    fn id(suffix: &str) -> String {
        format!("{}_{suffix}", S::SETTING)
    }

    fn arg(suffix: &str, value_name: &'static str, help: String) -> Arg {
        let id = Self::id(suffix);
        let long = id.replace('_', "-");
        Arg::new(id)
            .long(long)
            .global(true)
            .value_name(value_name)
            .help(help)
    }
}

impl<S: Secret> Args for SecretFlag<S> {
    fn augment_args(command: Command) -> Command {
        let (label, variable) = (S::LABEL, S::VENDOR.variable(S::SETTING));
        let file = format!("Read the {label} from a file; or set {variable}");
        let output = format!("Read the {label} from the output of a command");
        command
            .arg(Self::arg("file", "FILE", file).conflicts_with(Self::id("command")))
            .arg(Self::arg("command", "COMMAND", output))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<S: Secret> FromArgMatches for SecretFlag<S> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let file = matches.get_one::<String>(&Self::id("file"));
        let command = matches.get_one::<String>(&Self::id("command"));
        let source = file
            .map(|path| Source::File(expand(path)))
            .or_else(|| command.cloned().map(Source::Command));
        Ok(Self {
            source,
            secret: PhantomData,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
