//! Arguments that the `adfox` commands share.

use std::path::Path;

use adapis::adfox::{Call, File, Params, SendAs};
use clap::{Args, ValueEnum};

use crate::context::Context;
use crate::deadline::Deadline;
use crate::error::CliError;

/// Parameters from the command line.
#[derive(Debug, Args)]
pub(super) struct Parameters {
    /// Parameters as NAME=VALUE; names are case-sensitive
    #[arg(value_name = "NAME=VALUE")]
    pairs: Vec<String>,
    /// Read the value of a parameter from a file, line breaks included; also for secrets
    #[arg(long, value_name = "NAME=FILE")]
    text: Vec<String>,
    /// Send a file as a parameter
    #[arg(long, value_name = "NAME=FILE")]
    file: Vec<String>,
}

impl Parameters {
    pub(super) fn read(&self, ctx: &Context) -> Result<Params, CliError> {
        let mut params = Params::new();
        for pair in &self.pairs {
            let (name, value) = split(pair)?;
            if name.to_ascii_lowercase().ends_with("password") {
                let message =
                    format!("{name} must not be given on the command line; use --text {name}=FILE");
                return Err(CliError::input(name, message));
            }
            params.push(name, value);
        }
        for pair in &self.text {
            let (name, path) = split(pair)?;
            let bytes = bytes(Path::new(path), ctx)?;
            let text = String::from_utf8(bytes)
                .map_err(|_| CliError::input(name, format!("{path} is not UTF-8")))?;
            params = params.multiline(name, text.strip_suffix('\n').unwrap_or(&text));
        }
        for pair in &self.file {
            let (name, path) = split(pair)?;
            params = params.file(name, file(Path::new(path), ctx)?);
        }
        Ok(params)
    }
}

/// IDs and parameters from the command line.
#[derive(Debug, Args)]
pub(super) struct Targets {
    /// IDs of the objects, and parameters as NAME=VALUE; names are case-sensitive
    #[arg(value_name = "ID|NAME=VALUE")]
    words: Vec<String>,
    /// Read the value of a parameter from a file, line breaks included; also for secrets
    #[arg(long, value_name = "NAME=FILE")]
    text: Vec<String>,
    /// Send a file as a parameter
    #[arg(long, value_name = "NAME=FILE")]
    file: Vec<String>,
}

impl Targets {
    /// The IDs, each once, and the parameters.
    pub(super) fn read(&self, ctx: &Context) -> Result<(Vec<u64>, Params), CliError> {
        let (pairs, ids): (Vec<String>, Vec<String>) = self
            .words
            .iter()
            .cloned()
            .partition(|word| word.contains('='));
        let mut numbers: Vec<u64> = Vec::new();
        for id in ids.iter().flat_map(|word| word.split(',')) {
            let number = id.trim().parse().map_err(|_| {
                let message = format!("'{id}' is neither an ID nor of the form NAME=VALUE");
                CliError::input("ID", message)
            })?;
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        let parameters = Parameters {
            pairs,
            text: self.text.clone(),
            file: self.file.clone(),
        };
        Ok((numbers, parameters.read(ctx)?))
    }

    /// As [`read`](Self::read), with at least one ID.
    pub(super) fn required(&self, ctx: &Context) -> Result<(Vec<u64>, Params), CliError> {
        let (ids, params) = self.read(ctx)?;
        if ids.is_empty() {
            return Err(CliError::input("ID", "at least one ID is required"));
        }
        Ok((ids, params))
    }
}

/// Reads the file at `path`; the content type follows from its extension.
pub(super) fn file(path: &Path, ctx: &Context) -> Result<File, CliError> {
    let bytes = bytes(path, ctx)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let content_type = match extension.to_ascii_lowercase().as_str() {
        "zip" => "application/zip",
        "png" => "image/png",
        "gif" => "image/gif",
        "jpg" | "jpeg" => "image/jpeg",
        "svg" => "image/svg+xml",
        "html" | "htm" => "text/html",
        "mp4" => "video/mp4",
        _ => "application/octet-stream",
    };
    Ok(File::new(name, bytes).content_type(content_type))
}

fn split(pair: &str) -> Result<(&str, &str), CliError> {
    pair.split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| CliError::input(pair, format!("'{pair}' is not of the form NAME=VALUE")))
}

/// Reads a file, which may be a pipe, by the deadline.
fn bytes(path: &Path, ctx: &Context) -> Result<Vec<u8>, CliError> {
    let shown = path.display().to_string();
    let file = path.to_owned();
    let read = Deadline::read(ctx.deadline, &shown, move || std::fs::read(file))?;
    read.map_err(|error| CliError::input(&shown, format!("cannot read {shown}: {error}")))
}

/// Adds parameters of the user to a call, but none that the program sets.
pub(super) fn with_params(call: Call, params: Params) -> Result<Call, CliError> {
    let by_program = call.params.iter().map(|param| param.name.as_str());
    let by_program: Vec<&str> = by_program
        .chain(["object", "action", "actionObject"])
        .collect();
    let doubled = params.iter().map(|param| &param.name).find(|name| {
        let mut names = by_program.iter();
        names.any(|own| own.eq_ignore_ascii_case(name))
    });
    match doubled {
        Some(name) => Err(CliError::input(
            name,
            format!(
                "{name} is set by the program, from its other arguments or the column ID; leave it out"
            ),
        )),
        None => Ok(call.params(params)),
    }
}

/// How to send a call.
#[derive(Debug, Args)]
pub(super) struct Sending {
    /// How to encode the request
    #[arg(long, value_enum, default_value_t)]
    pub(super) method: Method,
    /// Print the request with its secrets masked instead of sending it
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// How a request is encoded.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum Method {
    /// GET for reads, POST for changes, multipart for files
    #[default]
    Auto,
    /// All parameters in the URL
    Get,
    /// All parameters in the body
    Post,
    /// All parameters in a multipart body
    Multipart,
    /// Object and action in the URL, other parameters in a multipart body
    Mixed,
}

impl From<Method> for SendAs {
    fn from(method: Method) -> Self {
        match method {
            Method::Auto => Self::Auto,
            Method::Get => Self::Get,
            Method::Post => Self::Post,
            Method::Multipart => Self::Multipart,
            Method::Mixed => Self::Mixed,
        }
    }
}
