//! Step three: rows go to the temporary files of their partitions while they arrive.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::context::{Context, Job};
use super::step::Step;
use super::window::WindowError;
use crate::config::StreamSettings;
use crate::due::days;
use crate::footer::FooterFacts;
use crate::guard::{Finding, RowGuard};
use crate::plan::Part;
use crate::schema::Value;
use crate::stream::{FetchError, Ids};
use crate::write::{PartitionWriter, Staged, WriteError, read_rows};

/// How often a window is fetched at most because keys seem to repeat.
const LOOKS: u32 = 3;

/// How many bytes of rows several writers of a window may hold in memory. A single writer has its own bound.
const BUFFERED: usize = 2 << 20;

/// After how many rows the memory of the writers is looked at.
const ROWS_BETWEEN: u64 = 4096;

/// A window whose rows have arrived.
pub(super) struct Fetched {
    /// The instant before the first request.
    pub(super) requested: Timestamp,
    /// For each part its whole temporary file, or why it is held back.
    pub(super) parts: Vec<Result<Staged, Finding>>,
    /// The campaigns that the rows were about, where the comparison needs them.
    pub(super) campaigns: BTreeSet<String>,
    /// What the published files have, where the vendor is asked for each campaign or banner.
    pub(super) published: Ids,
}

/// One partition while its rows arrive.
struct Filling {
    from: Date,
    to: Date,
    guard: RowGuard,
    /// `None` once there is a finding.
    writer: Option<PartitionWriter>,
    finding: Option<Finding>,
}

impl Filling {
    fn push(&mut self, row: &[Value<'_>]) -> Result<(), WriteError> {
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        let finding = match self.guard.check(row) {
            Err(finding) => finding,
            Ok(()) => match writer.push(row) {
                Ok(()) => return Ok(()),
                Err(error) => inexact(error)?,
            },
        };
        self.hold_back(finding);
        Ok(())
    }

    fn hold_back(&mut self, finding: Finding) {
        self.writer = None;
        self.finding.get_or_insert(finding);
    }
}

/// Returns the finding behind an error that is about the rows, and any other error as it is.
fn inexact(error: WriteError) -> Result<Finding, WriteError> {
    match error {
        WriteError::Value { .. } | WriteError::Day { .. } | WriteError::Sum { .. } => {
            Ok(Finding::Inexact {
                problem: error.to_string(),
            })
        }
        other => Err(other),
    }
}

/// Fetches a window. It is fetched again where keys seem to repeat; see [`RowGuard`].
pub(super) async fn fetch(ctx: &Context<'_>, job: Job<'_>) -> Result<Fetched, WindowError> {
    let Job { window, settings } = job;
    let published = published(ctx, job)?;
    let mut watched = BTreeSet::new();
    let mut look = 1;
    loop {
        let requested = ctx.clock.now();
        ctx.check(Step::Fetch, &window.account)?;
        let (mut fillings, campaigns) = fill(ctx, job, (&watched, &published)).await?;
        let before = watched.len();
        let mut is_repeated = Vec::new();
        for filling in &mut fillings {
            let repeated = filling.guard.repeated();
            is_repeated.push(!repeated.is_empty() && filling.finding.is_none());
            watched.extend(repeated);
        }
        if is_repeated.contains(&true) && look < LOOKS && watched.len() > before {
            look += 1;
            continue;
        }
        ctx.check(Step::Stage, &window.account)?;
        let mut parts = Vec::new();
        for ((filling, part), is_repeated) in
            fillings.into_iter().zip(&window.parts).zip(is_repeated)
        {
            let finding = filling.finding.or_else(|| {
                is_repeated.then(|| Finding::Repeated {
                    key: format!("of another row, in each of {LOOKS} answers"),
                })
            });
            parts.push(match (filling.writer, finding) {
                (Some(writer), None) => finish(ctx, part, settings, writer, requested)?,
                (_, finding) => Err(finding.unwrap_or_else(|| Finding::Inexact {
                    problem: "the partition was not written".to_owned(),
                })),
            });
        }
        return Ok(Fetched {
            requested,
            parts,
            campaigns,
            published,
        });
    }
}

fn finish(
    ctx: &Context<'_>,
    part: &Part,
    settings: &StreamSettings,
    writer: PartitionWriter,
    requested: Timestamp,
) -> Result<Result<Staged, Finding>, WriteError> {
    let days: BTreeMap<Date, Timestamp> = days(part.from, part.to)
        .map(|day| (day, requested))
        .collect();
    let facts = FooterFacts {
        stream: settings.stream.name.to_owned(),
        account: part.partition.account.clone(),
        fingerprint: settings.fingerprint(ctx.source),
        run: ctx.run.to_owned(),
        requested,
        days,
    };
    match writer.finish(facts) {
        Ok(staged) => Ok(Ok(staged)),
        Err(error) => inexact(error).map(Err),
    }
}

async fn fill(
    ctx: &Context<'_>,
    job: Job<'_>,
    (watched, published): (&BTreeSet<u64>, &Ids),
) -> Result<(Vec<Filling>, BTreeSet<String>), WindowError> {
    let Job { window, settings } = job;
    let mut fillings = Vec::new();
    for part in &window.parts {
        let schema = settings.stream.schema.clone();
        let writer = PartitionWriter::create(ctx.store, &part.partition, ctx.format, schema)?;
        fillings.push(Filling {
            from: part.from,
            to: part.to,
            guard: RowGuard::new(&settings.stream, (part.from, part.to), watched),
            writer: Some(writer),
            finding: None,
        });
    }
    let stream = &settings.stream;
    let mut router = Router {
        fillings,
        day: stream
            .day
            .and_then(|day| Some((stream.position(day)?, day))),
        current: 0,
        rows: 0,
        absent: ctx
            .account
            .expected(stream)
            .into_iter()
            .filter_map(|name| Some((stream.position(name)?, name)))
            .collect(),
        latest: None,
    };
    let accept = &ctx.options.accept;
    let ask = job.ask(published, accept);
    let fetched = ctx
        .account
        .fetch(ask, &mut |row: &[Value<'_>]| router.push(row))
        .await;
    match fetched {
        Ok(campaigns) => {
            if let Some(finding) = router.absent()
                && finding.day().is_none_or(|day| !accept.contains(&day))
            {
                router.hold_back(&finding);
            }
            Ok((router.fillings, campaigns))
        }
        Err(FetchError::Finding(finding)) => {
            router.hold_back(&finding);
            Ok((router.fillings, BTreeSet::new()))
        }
        Err(FetchError::Vendor(error)) => Err(error.into()),
        Err(FetchError::Row(error)) => Err(error.into()),
    }
}

/// Returns the campaigns or banners that the published files of a window have, where the vendor is asked for each.
fn published(ctx: &Context<'_>, job: Job<'_>) -> Result<Ids, WindowError> {
    let stream = &job.settings.stream;
    let mut ids = Ids::new();
    let column = ctx.account.listed_by(stream);
    let id = column.and_then(|column| stream.position(column));
    let day = stream.day.and_then(|day| stream.position(day));
    let Some((id, day)) = id.zip(day) else {
        return Ok(ids);
    };
    for part in &job.window.parts {
        // A file of other columns is about to be replaced by --restart.
        let Ok(rows) = read_rows(ctx.store, &part.partition, ctx.format, &stream.schema) else {
            continue;
        };
        for row in rows {
            let row = row?;
            if let (Some(Value::Text(id)), Some(Value::Date(day))) = (row.get(id), row.get(day)) {
                let last = ids.entry(id.to_string()).or_insert(*day);
                *last = (*last).max(*day);
            }
        }
    }
    Ok(ids)
}

/// Finds the partition of each row.
struct Router {
    fillings: Vec<Filling>,
    /// The position and the name of the column of the day; `None` for snapshots.
    day: Option<(usize, &'static str)>,
    /// The partition of the latest row, which mostly is that of the next one too.
    current: usize,
    rows: u64,
    /// The columns of numbers that no row has had yet.
    absent: Vec<(usize, &'static str)>,
    /// The last day that has rows.
    latest: Option<Date>,
}

impl Router {
    /// Returns what is wrong if no row had a number that was asked for.
    fn absent(&self) -> Option<Finding> {
        let (_, member) = self.absent.first()?;
        Some(Finding::Absent {
            member: (*member).to_owned(),
            day: self.latest?,
        })
    }

    /// The vendor did not answer what it was asked, so that no part of the answer can be trusted.
    fn hold_back(&mut self, finding: &Finding) {
        for filling in &mut self.fillings {
            filling.hold_back(finding.clone());
        }
    }

    fn push(&mut self, row: &[Value<'_>]) -> Result<(), WriteError> {
        self.rows += 1;
        if !self.absent.is_empty() {
            let is_null = |at: usize| matches!(row.get(at), None | Some(Value::Null));
            self.absent.retain(|(at, _)| is_null(*at));
        }
        let finding = match self.day {
            // A snapshot is one partition.
            None => match self.fillings.first_mut() {
                Some(filling) => return filling.push(row),
                None => return Ok(()),
            },
            Some((column, name)) => match row.get(column) {
                Some(Value::Date(day)) => match self.find(*day) {
                    Some(filling) => {
                        filling.push(row)?;
                        self.latest = self.latest.max(Some(*day));
                        if self.rows.is_multiple_of(ROWS_BETWEEN) {
                            self.bound_memory()?;
                        }
                        return Ok(());
                    }
                    None => Finding::OtherDay { day: *day },
                },
                _ => Finding::Missing {
                    member: name.to_owned(),
                    row: self.rows,
                },
            },
        };
        self.hold_back(&finding);
        Ok(())
    }

    fn find(&mut self, day: Date) -> Option<&mut Filling> {
        let holds = |filling: &Filling| filling.from <= day && day <= filling.to;
        if !self.fillings.get(self.current).is_some_and(holds) {
            self.current = self.fillings.iter().position(holds)?;
        }
        self.fillings.get_mut(self.current)
    }

    /// Moves the rows of the fullest writer to its file while all of them hold too many.
    fn bound_memory(&mut self) -> Result<(), WriteError> {
        if self.fillings.len() < 2 {
            return Ok(());
        }
        loop {
            let writers = self
                .fillings
                .iter_mut()
                .filter_map(|filling| filling.writer.as_mut());
            let mut buffered = 0;
            let mut fullest: Option<&mut PartitionWriter> = None;
            for writer in writers {
                buffered += writer.buffered();
                if fullest
                    .as_ref()
                    .is_none_or(|fullest| writer.buffered() > fullest.buffered())
                {
                    fullest = Some(writer);
                }
            }
            match fullest {
                Some(writer) if buffered > BUFFERED && writer.buffered() > 0 => writer.flush()?,
                _ => return Ok(()),
            }
        }
    }
}
