//! `adapis pull streams`.

use adapis_pull::{Column, ColumnType, Stream};
use serde_json::{Map, Value, json};

use super::settings;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Columns, Row};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print the columns of this stream, by its full name, such as spots.site-day
    stream: Option<String>,
    /// Print the JSON Schema of the rows, as files of the format ndjson have them
    #[arg(long, requires = "stream")]
    json_schema: bool,
}

impl Args {
    pub(super) fn is_schema(&self) -> bool {
        self.json_schema
    }
}

pub(super) fn run(args: &Args, ctx: &Context) -> Result<(), CliError> {
    let streams = all(ctx);
    let Some(name) = &args.stream else {
        return list(&streams, ctx);
    };
    let found = streams.iter().find(|stream| stream.name == name);
    let stream = found.ok_or_else(|| {
        let message = format!("there is no stream {name}; 'adapis pull streams' prints all");
        CliError::input("stream", message)
    })?;
    if args.json_schema {
        return ctx.output().line(&json_schema(stream).to_string());
    }
    columns(stream, ctx)
}

/// The streams that every program has, and those that the reports of the configuration make.
fn all(ctx: &Context) -> Vec<Stream> {
    let mut streams = adapis_pull::streams();
    // An invalid configuration is ignored here: whoever corrects it needs the names.
    if let Ok(config) = settings::config(ctx) {
        streams.extend(config.reports());
    }
    streams
}

fn list(streams: &[Stream], ctx: &Context) -> Result<(), CliError> {
    let names = ["stream", "key", "day", "files", "columns"];
    let mut output = ctx.output();
    let mut rows = output.rows(Columns::fixed(&names));
    for stream in streams {
        let files = match (stream.is_snapshot(), stream.per_advertiser) {
            (true, false) => "a snapshot a day",
            (true, true) => "a snapshot a day, per advertiser",
            (false, false) => "a month",
            (false, true) => "a month, per advertiser",
        };
        rows.push(
            &Row::new()
                .with("stream", stream.name)
                .with("key", stream.key.join(", "))
                .with("day", stream.day)
                .with("files", files)
                .with("columns", stream.schema.columns.len()),
        )?;
    }
    rows.finish()
}

fn columns(stream: &Stream, ctx: &Context) -> Result<(), CliError> {
    let mut output = ctx.output();
    let mut rows = output.rows(Columns::fixed(&[
        "column", "type", "nullable", "key", "sums",
    ]));
    for column in &stream.schema.columns {
        rows.push(
            &Row::new()
                .with("column", column.name.as_str())
                .with("type", type_name(column.column_type))
                .with("nullable", column.nullable)
                .with("key", stream.key.contains(&column.name.as_str()))
                .with("sums", stream.additive.contains(&column.name.as_str())),
        )?;
    }
    rows.finish()
}

/// The type in Parquet files.
fn type_name(column: ColumnType) -> &'static str {
    match column {
        ColumnType::Text => "STRING",
        ColumnType::Date => "DATE",
        ColumnType::Count => "INT64",
        ColumnType::Money => "DECIMAL(18,9)",
        ColumnType::WideMoney => "DECIMAL(38,12)",
        _ => "other",
    }
}

fn json_schema(stream: &Stream) -> Value {
    let columns = &stream.schema.columns;
    let properties: Map<String, Value> = columns
        .iter()
        .map(|column| (column.name.clone(), property(column)))
        .collect();
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": stream.name,
        "description": format!("Number {} of the schemas of this stream", stream.schema.number),
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": false,
        "x-key": stream.key,
    })
}

fn property(column: &Column) -> Value {
    let (kind, format) = match column.column_type {
        ColumnType::Date => ("string", Some("date")),
        ColumnType::Count => ("integer", None),
        ColumnType::Money | ColumnType::WideMoney => ("number", None),
        _ => ("string", None),
    };
    let kind = if column.nullable {
        json!([kind, "null"])
    } else {
        json!(kind)
    };
    match format {
        Some(format) => json!({ "type": kind, "format": format }),
        None => json!({ "type": kind }),
    }
}
