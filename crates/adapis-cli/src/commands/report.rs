//! `adapis report`: a page from the files of `adapis pull`.

mod fill;

use std::path::PathBuf;

use adapis_pull::{Pull, Source, Stream, StreamSettings};
use adapis_report::Language;
use clap::ValueEnum;

use super::pull::{Present, offline, within_time};
use crate::context::Context;
use crate::error::CliError;
use crate::output::OutputFile;

pub(super) use fill::fill;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The source, as in [[pull.source]]
    #[arg(long, value_name = "NAME")]
    source: String,
    /// The stream, by its full or short name [default: the first one by site or campaign]
    #[arg(long, value_name = "NAME")]
    stream: Option<String>,
    /// The split of split-day, such as Country [default: the first one of the config file]
    #[arg(long, value_name = "SPLIT")]
    split: Option<String>,
    #[command(flatten)]
    look: Look,
    #[command(flatten)]
    present: Present,
}

/// How the page looks, and where it goes.
#[derive(Debug, clap::Args)]
pub(super) struct Look {
    /// Number of days in the charts, from 7 to 60
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u16).range(7..=60))]
    pub(super) days: u16,
    /// Language of the page
    #[arg(long, value_enum, default_value_t = Words::En)]
    language: Words,
    /// Heading of the page [default: the name of the source]
    #[arg(long, value_name = "TEXT")]
    pub(super) title: Option<String>,
    /// Currency to write next to every sum
    #[arg(long, value_name = "TEXT")]
    pub(super) currency: Option<String>,
    /// Write the page to this file, which is replaced when the page is whole [default: stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Words {
    /// English
    En,
    /// Russian
    Ru,
}

impl Look {
    pub(super) fn language(&self) -> Language {
        match self.language {
            Words::En => Language::English,
            Words::Ru => Language::Russian,
        }
    }

    /// Opens the file, so that a wrong path is found before anything is read.
    pub(super) fn open(&self) -> Result<Option<OutputFile>, CliError> {
        self.out.as_deref().map(OutputFile::create).transpose()
    }
}

pub(crate) fn run(args: &Args, ctx: &Context) -> Result<(), CliError> {
    within_time(make(args, ctx), ctx)
}

fn make(args: &Args, ctx: &Context) -> Result<(), CliError> {
    let file = args.look.open()?;
    let now = args.present.now()?;
    let pull = offline(ctx)?;
    let config = pull.config();
    let source = config.source(&args.source).ok_or_else(|| {
        let names: Vec<&str> = config
            .sources
            .iter()
            .map(|known| known.name.as_str())
            .collect();
        let message = format!(
            "there is no source {}; known are {}",
            args.source,
            names.join(", ")
        );
        CliError::input("source", message)
    })?;
    let stream = match &args.stream {
        Some(name) => named(source, name)?,
        None => preferred(source)?,
    };
    let split = split(stream, args.split.as_deref())?;
    let report = fill(&pull, source, (stream, split), now, &args.look)?;
    write(&adapis_report::render(&report), file, ctx)
}

/// The stream of this name, if it has days.
fn named<'a>(source: &'a Source, name: &str) -> Result<&'a StreamSettings, CliError> {
    let is_named = |stream: &Stream| stream.name == name || stream.short_name() == name;
    let mut streams = source.streams.iter();
    let found = streams.find(|settings| is_named(&settings.stream));
    let source = &source.name;
    match found {
        None => {
            let message = format!("the source {source} has no stream {name}");
            Err(CliError::input("stream", message))
        }
        Some(settings) if settings.stream.is_snapshot() => {
            let message = format!("{name} is a list of objects; a report needs statistics by day");
            Err(CliError::input("stream", message))
        }
        Some(settings) => Ok(settings),
    }
}

/// The stream whose groups say most: by site or campaign, rather than by placement or banner, or by day alone.
fn preferred(source: &Source) -> Result<&StreamSettings, CliError> {
    const ORDER: [&str; 5] = [
        "site-day",
        "campaign-day",
        "domain-day",
        "placement-day",
        "banner-day",
    ];
    let with_days = || {
        source
            .streams
            .iter()
            .filter(|settings| !settings.stream.is_snapshot())
    };
    let by_name = |name: &str| with_days().find(|settings| settings.stream.short_name() == name);
    let found = ORDER
        .into_iter()
        .find_map(by_name)
        .or_else(|| with_days().next());
    found.ok_or_else(|| {
        let message = format!("the source {} has no statistics by day", source.name);
        CliError::input("source", message)
    })
}

/// The split that the page shows: each one has all of the money again, so that two must never be added up.
fn split<'a>(stream: &'a StreamSettings, asked: Option<&str>) -> Result<Option<&'a str>, CliError> {
    let mut splits = stream.splits.iter().map(String::as_str);
    let Some(asked) = asked else {
        return Ok(splits.next());
    };
    if let Some(split) = splits.find(|split| *split == asked) {
        return Ok(Some(split));
    }
    let name = stream.stream.name;
    let message = if stream.splits.is_empty() {
        format!("{name} has no splits; only hybrid.split-day has")
    } else {
        let known = stream.splits.join(", ");
        format!("{name} has no split {asked}; known are {known}")
    };
    Err(CliError::input("split", message))
}

/// Writes a page to the file of `--out`, or else where results go.
pub(super) fn write(page: &str, file: Option<OutputFile>, ctx: &Context) -> Result<(), CliError> {
    use std::io::Write as _;
    match file {
        Some(file) => {
            file.writer()
                .write_all(page.as_bytes())
                .map_err(|error| CliError::local("cannot write the page", error))?;
            file.finish()
        }
        None => ctx.output().line(page.trim_end()),
    }
}

/// Does what `adapis report` does, for the demo.
pub(super) fn page(
    pull: &Pull,
    source: &str,
    now: jiff::Timestamp,
    look: &Look,
) -> Result<String, CliError> {
    let source = pull
        .config()
        .source(source)
        .ok_or_else(|| CliError::input("source", "there is no such source"))?;
    let stream = preferred(source)?;
    let report = fill(pull, source, (stream, split(stream, None)?), now, look)?;
    Ok(adapis_report::render(&report))
}
