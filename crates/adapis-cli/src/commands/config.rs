//! `adapis config`: which config file is used, a first one, and what it holds.

use std::io::{ErrorKind, Write};
use std::path::Path;

use clap::Subcommand;

use crate::accounts::{accounts, without_userinfo};
use crate::context::{Context, Kind};
use crate::error::CliError;
use crate::output::{Columns, Row, note};
use crate::vendor::Vendor;

/// The file that `init` writes.
const EXAMPLE: &str = include_str!("config/example.toml");

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the path of the config file; a note on stderr says why it is this one
    Path,
    /// Write a commented example, readable only by you; an existing file is left alone
    Init,
    /// List the accounts: all profiles, and what the environment adds to the selected one
    ///
    /// Of a secret, only its origin is shown. Nothing is sent, and no secret is read.
    List,
}

impl Args {
    pub(crate) fn prints_rows(&self) -> bool {
        !matches!(self.command, Command::Init)
    }

    pub(crate) fn kind(&self) -> Kind {
        match self.command {
            Command::Path | Command::Init => Kind::Setup,
            Command::List => Kind::Call,
        }
    }
}

pub(crate) fn run(args: &Args, ctx: &Context) -> Result<(), CliError> {
    match args.command {
        Command::Path => path(ctx),
        Command::Init => init(ctx),
        Command::List => list(ctx),
    }
}

fn path(ctx: &Context) -> Result<(), CliError> {
    let location = ctx.location();
    let path = location.required()?;
    let exists = path.exists();
    let shown = path.display().to_string();
    if ctx.has_chosen_format() {
        let row = Row::new()
            .with("path", shown)
            .with("reason", location.reason)
            .with("exists", exists);
        return ctx.output().object(&row);
    }
    // Nothing but the path, for `$EDITOR "$(adapis config path)"`.
    ctx.output().line(&shown)?;
    let hint = if exists {
        ""
    } else {
        "; it does not exist, and 'adapis config init' writes an example"
    };
    note(format_args!("from {}{hint}", location.reason));
    Ok(())
}

fn init(ctx: &Context) -> Result<(), CliError> {
    let path = ctx.location().required()?;
    let shown = path.display();
    let failed = |error: std::io::Error| {
        let message = if error.kind() == ErrorKind::AlreadyExists {
            format!("{shown} exists; 'adapis config init' does not overwrite it")
        } else {
            format!("cannot write the config file {shown}: {error}")
        };
        CliError::input("config", message)
    };
    if let Some(folder) = path.parent() {
        create_folder(folder).map_err(failed)?;
    }
    let mut file = create(path).map_err(failed)?;
    file.write_all(EXAMPLE.as_bytes()).map_err(failed)?;
    let row = Row::new().with("path", shown.to_string());
    if ctx.has_chosen_format() {
        return ctx.output().object(&row);
    }
    ctx.output().line(&shown.to_string())?;
    note("written; edit it, then run 'adapis check'");
    Ok(())
}

#[cfg(unix)]
fn create_folder(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(unix)]
fn create(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
fn create_folder(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::File::create_new(path)
}

fn list(ctx: &Context) -> Result<(), CliError> {
    const COLUMNS: [&str; 6] = ["profile", "selected", "vendor", "setting", "value", "from"];
    let mut out = ctx.output();
    let mut rows = out.rows(Columns::fixed(&COLUMNS));
    let mut count = 0;
    for account in accounts(ctx)? {
        let (profile, vendor) = (account.profile?, account.vendor);
        let Some(vendor) = vendor else { continue };
        for setting in Vendor::plain(vendor).iter().chain(vendor.secret()) {
            let Some(origin) = profile.origin(vendor, setting) else {
                continue;
            };
            // A secret has no value here.
            let value = Some(setting)
                .filter(|setting| vendor.plain().contains(setting))
                .and_then(|setting| profile.plain(vendor, setting, None));
            rows.push(
                &Row::new()
                    .with("profile", profile.name())
                    .with("selected", account.is_selected)
                    .with("vendor", vendor.name())
                    .with("setting", *setting)
                    .with("value", value.map(|value| without_userinfo(&value)))
                    .with("from", origin.to_string()),
            )?;
            count += 1;
        }
    }
    rows.finish()?;
    if count == 0 {
        note(format_args!(
            "no account is configured; {}",
            ctx.location().hint()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::EXAMPLE;
    use crate::config::{Config, Location, Profile};
    use crate::defaults::Defaults;

    /// The example with every setting in it.
    #[test]
    fn the_example_is_valid_as_it_is_and_without_its_comment_signs() {
        let folder = tempfile::tempdir().unwrap();
        let plain = folder.path().join("plain.toml");
        let active = folder.path().join("active.toml");
        std::fs::write(&plain, EXAMPLE).unwrap();
        let lines = EXAMPLE.lines().map(|line| match line.strip_prefix("#") {
            // Settings have no space after the sign.
            Some(setting) if !setting.starts_with(' ') => setting,
            _ => line,
        });
        let text = lines.collect::<Vec<_>>().join("\n");
        #[cfg(feature = "pull")]
        adapis_pull::Config::parse(&text).unwrap();
        std::fs::write(&active, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            for path in [&plain, &active] {
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
            }
        }
        let load = |path| Config::load(&Location::find(Some(path))).unwrap();
        assert_eq!(load(plain).profiles().count(), 0);
        let config = load(active);
        Defaults::of(&config).unwrap();
        let profiles: Vec<&str> = config.profiles().collect();
        assert_eq!(profiles, ["agency", "default"]);
        for name in profiles {
            Profile::select(&config, Some(name.to_owned())).unwrap();
        }
    }
}
