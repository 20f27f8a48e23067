//! What a shell offers at Tab.
//!
//! The scripts of `adapis completions` ask the program itself, because a script made beforehand would
//! not know the profiles of the config file, nor which parameters an object of ADFOX has.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::Command;
use clap::builder::ArgExt;
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};

use crate::args;
use crate::commands::completions::VARIABLE;
use crate::commands::{adfox, hybrid};
use crate::config::{Config, Location, expand};
use crate::error::CliError;

/// The objects that `object=` of a call names.
const CONTEXTS: [&str; 17] = [
    "account",
    "advertiser",
    "assistant",
    "banner",
    "bannerType",
    "campaign",
    "contract",
    "contractor",
    "place",
    "placement",
    "position",
    "superCampaign",
    "tracingPoint",
    "userCriteria",
    "webmaster",
    "website",
    "zone",
];
const ACTIONS: [&str; 22] = [
    "add",
    "addValue",
    "additionalUsers",
    "auth",
    "changePassword",
    "delete",
    "getCode",
    "info",
    "list",
    "listActiveBanners",
    "listValues",
    "modify",
    "modifyValue",
    "placing",
    "removeValue",
    "target",
    "targetPlace",
    "targetWebsite",
    "targetZone",
    "update",
    "updateDefaultBanner",
    "upload",
];
const GROUPS: [&str; 4] = ["date_day", "site", "site_id", "placement"];
const LEVELS: [&str; 4] = ["agency", "advertiser", "campaign", "banner"];

/// Answers a completion script; returns `false` if the program was not called by one.
pub(crate) fn answer() -> Result<bool, CliError> {
    let here = std::env::current_dir().ok();
    CompleteEnv::with_factory(command)
        .var(VARIABLE)
        .try_complete(std::env::args_os(), here.as_deref())
        .map_err(|error| CliError::usage(&error))
}

/// The command line with the values that it does not list by itself.
fn command() -> Command {
    let objects = |command| argument(command, "object", &values(of_objects));
    args::command()
        .mut_args(|arg| match arg.get_id().as_str() {
            "profile" => arg.add(values(profiles)),
            _ => arg,
        })
        .mut_subcommand("spots", |spots| {
            spots.mut_subcommand("stats", |stats| argument(stats, "group", &words(&GROUPS)))
        })
        .mut_subcommand("hybrid", |hybrid| {
            hybrid.mut_subcommand("v3", |v3| {
                v3.mut_subcommand("stats", |stats| {
                    let stats = argument(stats, "level", &words(&LEVELS));
                    argument(stats, "splits", &values(splits))
                })
            })
        })
        .mut_subcommand("adfox", |adfox| {
            ["get", "add", "modify", "delete", "list"]
                .into_iter()
                .fold(adfox, |adfox, name| adfox.mut_subcommand(name, objects))
                .mut_subcommand("list", |list| {
                    argument(list, "pairs", &ArgValueCompleter::new(list_pairs))
                })
                .mut_subcommand("call", |call| {
                    argument(call, "pairs", &ArgValueCompleter::new(call_pairs))
                })
        })
}

/// Adds values to one argument. `mut_arg` would move it behind the others, and positions count.
fn argument(command: Command, id: &str, values: &(impl ArgExt + Clone)) -> Command {
    command.mut_args(|arg| {
        if arg.get_id() == id {
            arg.add(values.clone())
        } else {
            arg
        }
    })
}

fn of_objects() -> Vec<String> {
    adfox::objects().map(str::to_owned).collect()
}

fn values(of: impl Fn() -> Vec<String> + Send + Sync + 'static) -> ArgValueCandidates {
    ArgValueCandidates::new(move || of().into_iter().map(CompletionCandidate::new).collect())
}

fn words(words: &'static [&'static str]) -> ArgValueCandidates {
    values(|| words.iter().map(|word| (*word).to_owned()).collect())
}

fn splits() -> Vec<String> {
    let splits = hybrid::SPLITS.iter();
    splits.map(|split| split.as_str().to_owned()).collect()
}

/// The words of the line before the one that is completed.
fn words_before() -> Vec<OsString> {
    let words = std::env::args_os().skip_while(|word| word != "--").skip(1);
    let words: Vec<OsString> = words.collect();
    let at = std::env::var("_CLAP_COMPLETE_INDEX").ok();
    let at = at.and_then(|index| index.parse().ok());
    let at = at.unwrap_or(words.len().saturating_sub(1));
    words.into_iter().take(at).collect()
}

/// The profiles of the config file that the line names; none if it cannot be read.
fn profiles() -> Vec<String> {
    let words = words_before();
    let flag = words.iter().enumerate().find_map(|(at, word)| {
        let word = word.to_str()?;
        match word.strip_prefix("--config=") {
            Some(path) => Some(path.to_owned()),
            None if word == "--config" => Some(words.get(at + 1)?.to_str()?.to_owned()),
            None => None,
        }
    });
    let flag: Option<PathBuf> = flag.map(|path| expand(&path));
    match Config::load(&Location::find(flag)) {
        Ok(config) => config.profiles().map(str::to_owned).collect(),
        Err(_) => Vec::new(),
    }
}

/// The parameters of a list, which depend on its object.
fn list_pairs(current: &OsStr) -> Vec<CompletionCandidate> {
    let words = words_before();
    let mut after = words.iter().skip_while(|word| *word != "list").skip(1);
    let object = after.find_map(|word| {
        let word = word.to_str()?;
        adfox::objects().find(|object| *object == word)
    });
    let names = adfox::list_parameters(object.unwrap_or_default());
    candidates(current, names.map(|name| format!("{name}=")))
}

/// `object=…`, `action=…` and `actionObject=…`.
fn call_pairs(current: &OsStr) -> Vec<CompletionCandidate> {
    const NAMES: [&str; 3] = ["object", "action", "actionObject"];
    let text = current.to_string_lossy();
    let of = |name: &str| -> Vec<&'static str> {
        match name {
            "object" => CONTEXTS.to_vec(),
            "action" => ACTIONS.to_vec(),
            "actionObject" => adfox::objects().collect(),
            _ => Vec::new(),
        }
    };
    if let Some((name, _)) = text.split_once('=') {
        let values = of(name).into_iter();
        return candidates(current, values.map(|value| format!("{name}={value}")));
    }
    // bash splits words at '=', which is then a separate word.
    let words = words_before();
    let name = match words.as_slice() {
        _ if text == "=" => None,
        [.., name, equals] if equals == "=" => name.to_str(),
        _ => None,
    };
    match name {
        Some(name) => candidates(current, of(name).into_iter().map(str::to_owned)),
        None => candidates(current, NAMES.into_iter().map(|name| format!("{name}="))),
    }
}

fn candidates(current: &OsStr, values: impl Iterator<Item = String>) -> Vec<CompletionCandidate> {
    let start = current.to_string_lossy();
    values
        .filter(|value| value.starts_with(&*start))
        .map(CompletionCandidate::new)
        .collect()
}
