use std::collections::VecDeque;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use adcore::{Body, Error, ErrorKind, Response, ResponseReader};
use adcore_json::{Extra, PlainRow, RawJson, RowLocation, Rows};
use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::StreamExt;
use futures_util::stream;
use http::StatusCode;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

use super::Wire;
use super::response::read_error;
use crate::calls::{CampaignDay, CampaignDays, CampaignId, CampaignRow};

/// How much of an answer is read before its first row is handed out, and for how long: an answer
/// that is whole by then cannot break midway, and is asked for again if it does.
const AHEAD: usize = 256 * 1024;
const AHEAD_TIME: Duration = Duration::from_secs(2);

/// The longest campaign that is decoded at once, where its days cannot be taken one by one.
const CAMPAIGN_LIMIT: usize = 64 * 1024 * 1024;

/// The beginning of a good answer, and the rest of it if there is more.
struct Begun {
    status: StatusCode,
    ahead: Bytes,
    rest: Option<Body>,
}

impl Begun {
    async fn read(response: http::Response<Body>) -> Result<Self, Error> {
        let (head, mut body) = response.into_parts();
        let until = Instant::now() + AHEAD_TIME;
        let mut ahead = BytesMut::new();
        let mut rest = None;
        loop {
            if ahead.len() >= AHEAD {
                rest = Some(body);
                break;
            }
            match timeout_at(until, body.chunk()).await {
                Ok(Some(chunk)) => {
                    let chunk =
                        chunk.map_err(|error| Error::from(error).with_status(head.status))?;
                    ahead.extend_from_slice(&chunk);
                }
                Ok(None) => break,
                Err(_) => {
                    rest = Some(body);
                    break;
                }
            }
        }
        let ahead = ahead.freeze();
        if head.status.is_success() {
            return Ok(Self {
                status: head.status,
                ahead,
                rest,
            });
        }
        Err(read_error(&Response {
            status: head.status,
            headers: head.headers,
            body: ahead,
        }))
    }

    /// Decodes up to the first row, so that what is wrong with the answer shows here.
    async fn rows<T: DeserializeOwned>(
        self,
        rows_of: fn(Body, RowLocation) -> Rows<T>,
        shape: RowLocation,
        limit: usize,
    ) -> Result<Rows<T>, Error> {
        let body = match self.rest {
            Some(rest) => Body::from_stream(stream::iter([Ok(self.ahead)]).chain(rest)),
            None => Body::from(self.ahead),
        };
        let mut rows = rows_of(body, shape).row_limit(limit);
        let peeked = rows.peek().await;
        peeked.map_err(|error| error.with_status(self.status))?;
        if rows.found() {
            Ok(rows)
        } else {
            let error = Error::new(ErrorKind::Decode, "the response is not an array of rows");
            Err(error.with_status(self.status))
        }
    }
}

/// Reads an array of rows.
pub(crate) struct ArrayReader<T> {
    row_limit: usize,
    rows: PhantomData<fn() -> T>,
}

impl<T> ArrayReader<T> {
    pub(crate) fn new(row_limit: usize) -> Self {
        let rows = PhantomData;
        Self { row_limit, rows }
    }
}

impl<T> ResponseReader for ArrayReader<T>
where
    T: Send + 'static,
    Wire<T>: DeserializeOwned + PlainRow,
{
    type Output = ArrayRows<T>;

    async fn read(&self, response: http::Response<Body>) -> Result<ArrayRows<T>, Error> {
        let begun = Begun::read(response).await?;
        let rows = begun.rows(Rows::plain, RowLocation::Array, self.row_limit);
        rows.await.map(ArrayRows)
    }
}

/// Rows of an array, decoded while they arrive.
pub(crate) struct ArrayRows<T>(Rows<Wire<T>>);

impl<T> Stream for ArrayRows<T>
where
    Wire<T>: DeserializeOwned,
{
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let row = ready!(Pin::new(&mut self.0).poll_next(cx));
        Poll::Ready(row.map(|row| row.map(|row| row.0)))
    }
}

/// Reads the days of `[{"CampaignId":…,"Stat":[…]},…]`.
pub(crate) struct CampaignReader {
    pub(crate) row_limit: usize,
}

impl ResponseReader for CampaignReader {
    type Output = CampaignRows;

    async fn read(&self, response: http::Response<Body>) -> Result<CampaignRows, Error> {
        let begun = Begun::read(response).await?;
        if id_comes_late(&begun.ahead).await {
            let campaigns = begun
                .rows(Rows::new, RowLocation::Array, CAMPAIGN_LIMIT)
                .await?;
            let days = VecDeque::new();
            return Ok(CampaignRows::Whole { campaigns, days });
        }
        let days = RowLocation::Groups("Stat");
        let days = begun.rows(Rows::plain, days, self.row_limit).await?;
        Ok(CampaignRows::Days { days, group: None })
    }
}

/// Whether the first day stands before the id of its campaign.
async fn id_comes_late(beginning: &Bytes) -> bool {
    let mut probe =
        Rows::<Wire<CampaignDay>>::plain(beginning.clone().into(), RowLocation::Groups("Stat"));
    matches!(probe.peek().await, Ok(true)) && id_of(probe.group()).is_none()
}

fn id_of(group: &[(String, RawJson)]) -> Option<&RawJson> {
    let mut members = group.iter();
    let (_, id) = members.find(|(name, _)| name.eq_ignore_ascii_case("CampaignId"))?;
    Some(id)
}

/// Days of campaigns, decoded while they arrive.
pub(crate) enum CampaignRows {
    /// One day after the other.
    Days {
        days: Rows<Wire<CampaignDay>>,
        group: Option<Group>,
    },
    /// One campaign after the other, for an answer whose ids stand behind the days.
    Whole {
        campaigns: Rows<Wire<CampaignDays>>,
        days: VecDeque<CampaignRow>,
    },
}

/// What stands beside the days of a campaign.
pub(crate) struct Group {
    /// Which group of the answer, and how many of its members were met.
    met: (u64, usize),
    campaign_id: CampaignId,
    extra: Extra,
}

impl Group {
    /// The group of the last row, read anew only where it has changed.
    fn update<'a>(
        group: &'a mut Option<Self>,
        days: &Rows<Wire<CampaignDay>>,
    ) -> Result<&'a Self, Error> {
        let met = (days.groups(), days.group().len());
        let known = group.take().filter(|group| group.met == met);
        Ok(group.insert(match known {
            Some(known) => known,
            None => Self::read(days.group(), met)?,
        }))
    }

    fn read(members: &[(String, RawJson)], met: (u64, usize)) -> Result<Self, Error> {
        let id_text = id_of(members).ok_or_else(|| {
            Error::new(
                ErrorKind::Decode,
                "member `CampaignId` does not precede `Stat`",
            )
        })?;
        let Wire(whole): Wire<CampaignDays> =
            adcore_json::decode(format!(r#"{{"CampaignId":{}}}"#, id_text.as_str()).as_bytes())?;
        let others = members
            .iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("CampaignId"));
        Ok(Self {
            met,
            campaign_id: whole.campaign_id,
            extra: others.cloned().collect(),
        })
    }

    fn row(&self, day: CampaignDay) -> CampaignRow {
        CampaignRow::new(self.campaign_id.clone(), day, &self.extra)
    }
}

impl Stream for CampaignRows {
    type Item = Result<CampaignRow, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.get_mut() {
            Self::Days { days, group } => {
                let day = match ready!(Pin::new(&mut *days).poll_next(cx)) {
                    Some(Ok(day)) => day,
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => return Poll::Ready(None),
                };
                let group = Group::update(group, days);
                Poll::Ready(Some(group.map(|group| group.row(day.0))))
            }
            Self::Whole { campaigns, days } => loop {
                if let Some(row) = days.pop_front() {
                    return Poll::Ready(Some(Ok(row)));
                }
                match ready!(Pin::new(&mut *campaigns).poll_next(cx)) {
                    Some(Ok(campaign)) => days.extend(campaign.0.rows()),
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => return Poll::Ready(None),
                }
            },
        }
    }
}
