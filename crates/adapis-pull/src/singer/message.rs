//! The messages of one stream.

use std::fmt::Write;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::SingerMoney;
use crate::schema::{ColumnType, Schema, Value};
use crate::sql::table_name;
use crate::store::Partition;
use crate::stream::Stream;

/// Added to the rows of snapshots.
const SNAPSHOT: &str = "snapshot";
/// Added to rows that have no key: their positions. When a partition shrinks, a target keeps its last rows.
const PARTITION: &str = "adapis_partition";
const ROW: &str = "adapis_row";

pub(super) struct Message<'a> {
    name: String,
    stream: &'a Stream,
    schema: &'a Schema,
    money: SingerMoney,
}

impl<'a> Message<'a> {
    pub(super) fn new(stream: &'a Stream, schema: &'a Schema, money: SingerMoney) -> Self {
        Self {
            // A hyphen or a point would be taken for the end of a schema's name.
            name: table_name(stream.name),
            stream,
            schema,
            money,
        }
    }

    pub(super) fn schema(&self) -> String {
        let mut properties = serde_json::Map::new();
        for column in &self.schema.columns {
            properties.insert(
                column.name.clone(),
                self.property(column.column_type, column.nullable),
            );
        }
        let mut key = vec!["account"];
        if self.stream.is_snapshot() {
            properties.insert(SNAPSHOT.to_owned(), self.property(ColumnType::Date, false));
            key.push(SNAPSHOT);
        }
        if self.stream.key.is_empty() {
            properties.insert(PARTITION.to_owned(), self.property(ColumnType::Text, false));
            properties.insert(ROW.to_owned(), self.property(ColumnType::Count, false));
            key.extend([PARTITION, ROW]);
        }
        key.extend(&self.stream.key);
        let message = json!({
            "type": "SCHEMA",
            "stream": self.name,
            "schema": {"type": "object", "properties": properties},
            "key_properties": key,
        });
        format!("{message}\n")
    }

    fn property(&self, column_type: ColumnType, nullable: bool) -> Json {
        let kind = |name: &str| {
            if nullable {
                json!(["null", name])
            } else {
                json!([name])
            }
        };
        match column_type {
            ColumnType::Text => json!({"type": kind("string")}),
            ColumnType::Date => json!({"type": kind("string"), "format": "date"}),
            ColumnType::Count => {
                json!({"type": kind("integer"), "minimum": i64::MIN, "maximum": i64::MAX})
            }
            ColumnType::Money | ColumnType::WideMoney => match self.money {
                SingerMoney::Number => json!({"type": kind("number")}),
                SingerMoney::Text => {
                    let size = column_type.money().unwrap_or_default();
                    json!({
                        "type": kind("string"),
                        "format": "singer.decimal",
                        "additionalProperties": {"scale_precision": format!("({size})")},
                    })
                }
            },
        }
    }

    pub(super) fn record(
        &self,
        partition: &Partition,
        row: &[Value<'_>],
        number: u64,
        requested: Timestamp,
    ) -> String {
        let mut line = format!(
            "{{\"type\":\"RECORD\",\"stream\":{},\"record\":{{",
            quoted(&self.name)
        );
        for (index, (column, value)) in self.schema.columns.iter().zip(row).enumerate() {
            let comma = if index == 0 { "" } else { "," };
            // A text takes whatever is written to it.
            let _ = write!(line, "{comma}{}:", quoted(&column.name));
            let _ = match value {
                Value::Null => write!(line, "null"),
                Value::Text(text) => write!(line, "{}", quoted(text)),
                Value::Date(day) => write!(line, "\"{day}\""),
                Value::Count(count) => write!(line, "{count}"),
                Value::Money(amount) if self.money == SingerMoney::Text => {
                    write!(line, "\"{}\"", amount.normalize())
                }
                Value::Money(amount) => write!(line, "{}", amount.normalize()),
            };
        }
        if self.stream.is_snapshot() {
            let _ = write!(line, ",\"{SNAPSHOT}\":\"{}\"", partition.key.date());
        }
        if self.stream.key.is_empty() {
            let key = quoted(&partition.key.to_string());
            let _ = write!(line, ",\"{PARTITION}\":{key},\"{ROW}\":{number}");
        }
        let _ = writeln!(line, "}},\"time_extracted\":\"{requested}\"}}");
        line
    }
}

fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}
