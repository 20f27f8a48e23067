//! The numbers of rows and the sums of a partition, by day.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::cell::{Cell, decimal};
use super::{WriteError, day_of_all_rows};
use crate::footer::{DayStats, Footer, FooterFacts};
use crate::schema::{ColumnType, Schema, Value};
use crate::store::{Partition, PartitionKey};

#[derive(Debug)]
pub(super) struct Tally {
    days: BTreeMap<Date, DayTally>,
    /// The day of the latest row. It is kept outside the map, because rows of one day are mostly adjacent.
    current: Option<(Date, DayTally)>,
    day_column: Option<usize>,
    day_of_all_rows: Option<Date>,
    /// Name, decimals and position of each column that is added up.
    summed: Vec<(String, u32)>,
    /// For each column its position in the sums.
    slots: Vec<Option<usize>>,
}

#[derive(Debug, Clone)]
struct DayTally {
    rows: u64,
    /// i64::MAX rows of i64::MAX do not fill 128 bits, and the units of wide money are a Decimal times 10¹² at most.
    sums: Vec<Option<i128>>,
}

impl Tally {
    pub(super) fn new(key: PartitionKey, schema: &Schema) -> Self {
        let mut summed = Vec::new();
        let mut slots = Vec::new();
        for column in &schema.columns {
            let scale = match column.column_type {
                ColumnType::Count => Some(0),
                other => other.money().map(|money| u32::from(money.scale())),
            };
            slots.push(scale.map(|scale| {
                summed.push((column.name.clone(), scale));
                summed.len() - 1
            }));
        }
        Self {
            days: BTreeMap::new(),
            current: None,
            day_column: schema.day_column(),
            day_of_all_rows: day_of_all_rows(key),
            summed,
            slots,
        }
    }

    /// Finds the day of a row. An error names the column and says why the row does not belong to the partition.
    pub(super) fn start_row(
        &mut self,
        key: PartitionKey,
        row: &[Value<'_>],
    ) -> Result<(), (usize, String)> {
        let day = match (self.day_of_all_rows, self.day_column) {
            (Some(day), _) => day,
            (None, None) => return Err((0, "no column has the day of the row".to_owned())),
            (None, Some(column)) => match row.get(column) {
                Some(Value::Date(day)) if key.holds(*day) => *day,
                Some(Value::Date(day)) => {
                    return Err((column, format!("{day} does not belong to {key}")));
                }
                _ => return Err((column, "is not the day of the row".to_owned())),
            },
        };
        if self
            .current
            .as_ref()
            .is_none_or(|(current, _)| *current != day)
        {
            self.store_current();
            let next = self.days.remove(&day);
            let next = next.unwrap_or_else(|| DayTally {
                rows: 0,
                sums: vec![Some(0); self.summed.len()],
            });
            self.current = Some((day, next));
        }
        if let Some((_, tally)) = &mut self.current {
            tally.rows += 1;
        }
        Ok(())
    }

    #[inline]
    pub(super) fn cell(&mut self, column: usize, cell: &Cell<'_>) {
        let number = match cell {
            Cell::Count(number) | Cell::Money(number) => i128::from(*number),
            Cell::WideMoney(number) => *number,
            Cell::Null | Cell::Text(_) | Cell::Date(_) => return,
        };
        let slot = self.slots.get(column).copied().flatten();
        if let (Some((_, tally)), Some(slot)) = (&mut self.current, slot)
            && let Some(sum) = tally.sums.get_mut(slot)
        {
            *sum = sum.and_then(|sum| sum.checked_add(number));
        }
    }

    fn store_current(&mut self) {
        if let Some((day, tally)) = self.current.take() {
            self.days.insert(day, tally);
        }
    }

    pub(super) fn footer(
        mut self,
        about: FooterFacts,
        partition: &Partition,
        schema: u32,
        rows: u64,
        digest: String,
    ) -> Result<Footer, WriteError> {
        self.store_current();
        let mut days = BTreeMap::new();
        for (day, requested) in about.days {
            let stats = DayStats {
                requested,
                rows: self.days.get(&day).map_or(0, |tally| tally.rows),
                sums: self.sums(day, partition)?,
            };
            days.insert(day, stats);
            self.days.remove(&day);
        }
        if let Some((day, tally)) = self.days.first_key_value() {
            return Err(WriteError::Day {
                partition: partition.path(),
                day: *day,
                rows: tally.rows,
            });
        }
        Ok(Footer {
            stream: about.stream,
            account: about.account,
            schema,
            fingerprint: about.fingerprint,
            run: about.run,
            requested: about.requested,
            days,
            rows,
            digest,
        })
    }

    /// The days that have rows.
    pub(super) fn days(&mut self) -> Vec<Date> {
        self.store_current();
        self.days.keys().copied().collect()
    }

    fn sums(
        &self,
        day: Date,
        partition: &Partition,
    ) -> Result<BTreeMap<String, rust_decimal::Decimal>, WriteError> {
        let tally = self.days.get(&day);
        let mut sums = BTreeMap::new();
        for (slot, (column, scale)) in self.summed.iter().enumerate() {
            let units = tally.map_or(Some(0), |tally| tally.sums.get(slot).copied().flatten());
            let sum = units.and_then(|units| decimal(units, *scale));
            let sum = sum.ok_or_else(|| WriteError::Sum {
                partition: partition.path(),
                column: column.clone(),
                day,
            })?;
            sums.insert(column.clone(), sum);
        }
        Ok(sums)
    }
}
