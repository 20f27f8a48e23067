use std::collections::VecDeque;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use adcore::{Body, Error, ErrorKind, Response, ResponseReader};
use adcore_json::{PlainRow, RawJson, RowLocation, Rows};
use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::StreamExt;
use futures_util::stream;
use http::StatusCode;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

use crate::calls::{CampaignDay, CampaignDays, CampaignId, CampaignRow, Extra};
use crate::error::refusal;

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
        Err(refusal(&Response {
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
            let error = Error::new(ErrorKind::Decode, "the answer is not an array of rows");
            Err(error.with_status(self.status))
        }
    }
}

/// Judges an array of rows.
pub(crate) struct Array<T> {
    row_limit: usize,
    rows: PhantomData<fn() -> T>,
}

impl<T> Array<T> {
    pub(crate) fn new(row_limit: usize) -> Self {
        let rows = PhantomData;
        Self { row_limit, rows }
    }
}

impl<T: DeserializeOwned + PlainRow + Send> ResponseReader for Array<T> {
    type Output = Rows<T>;

    async fn read(&self, response: http::Response<Body>) -> Result<Rows<T>, Error> {
        let begun = Begun::read(response).await?;
        begun
            .rows(Rows::plain, RowLocation::Array, self.row_limit)
            .await
    }
}

/// Judges `[{"CampaignId":…,"Stat":[…]},…]` and takes the days out.
pub(crate) struct Groups {
    pub(crate) row_limit: usize,
}

impl ResponseReader for Groups {
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
        Rows::<CampaignDay>::plain(beginning.clone().into(), RowLocation::Groups("Stat"));
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
        days: Rows<CampaignDay>,
        group: Option<Group>,
    },
    /// One campaign after the other, for an answer whose ids stand behind the days.
    Whole {
        campaigns: Rows<CampaignDays>,
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
        days: &Rows<CampaignDay>,
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
        let whole: CampaignDays =
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
        CampaignRow {
            campaign_id: self.campaign_id.clone(),
            day,
            extra: self.extra.clone(),
        }
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
                Poll::Ready(Some(group.map(|group| group.row(day))))
            }
            Self::Whole { campaigns, days } => loop {
                if let Some(row) = days.pop_front() {
                    return Poll::Ready(Some(Ok(row)));
                }
                match ready!(Pin::new(&mut *campaigns).poll_next(cx)) {
                    Some(Ok(campaign)) => days.extend(campaign.rows()),
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => return Poll::Ready(None),
                }
            },
        }
    }
}
