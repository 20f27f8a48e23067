//! Rows that are still arriving.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use adcore::{Body, Error, ErrorKind, Response, ResponseReader};
use adcore_json::{Beginning, Digest, Extra, PlainRow, RawJson, RowLocation, Rows};
use bytes::Bytes;
use futures_core::Stream;
use http::StatusCode;
use serde::de::DeserializeOwned;

use super::Wire;
use super::refusal::error_among;
use super::response::read_error;
use crate::calls::{CampaignDay, CampaignDays, CampaignId, CampaignRow};

/// The largest campaign that is decoded at once, where its days cannot be read one by one.
const CAMPAIGN_LIMIT: usize = 64 * 1024 * 1024;

/// Rows that have a digest of those read so far.
pub(crate) trait Digested {
    fn digest(&self) -> Digest;
}

/// Reads the beginning of a response, or its error.
pub(super) async fn read_beginning(response: http::Response<Body>) -> Result<Beginning, Error> {
    if response.status().is_success() {
        return Beginning::read(response).await;
    }
    Err(read_error(&Response::collected(response).await))
}

/// Decodes up to the first row, so that a fault before it is an error of this attempt.
///
/// `null` and HTTP 204 are an empty list.
pub(super) async fn open_rows<T: DeserializeOwned>(
    beginning: Beginning,
    rows_of: fn(Body, RowLocation) -> Rows<T>,
    location: RowLocation,
    limit: usize,
) -> Result<Rows<T>, Error> {
    let status = beginning.status();
    let body = match status {
        StatusCode::NO_CONTENT => Body::from(Bytes::from_static(b"null")),
        _ => beginning.into_body(),
    };
    let mut rows = rows_of(body, location).row_limit(limit);
    let peeked = rows.peek().await;
    peeked.map_err(|error| error.with_status(status))?;
    if rows.found() {
        Ok(rows)
    } else {
        let missing = || {
            let message = match location {
                RowLocation::AnyMember([name, ..]) => format!("member `{name}` is missing"),
                _ => "the response is not an array of rows".to_owned(),
            };
            Error::new(ErrorKind::Decode, message).with_status(status)
        };
        let embedded = error_among(status, rows.rest().iter().cloned());
        Err(embedded.unwrap_or_else(missing))
    }
}

/// Reads an array of rows.
pub(crate) struct RowsReader<T> {
    row_limit: usize,
    rows: PhantomData<fn() -> T>,
}

impl<T> RowsReader<T> {
    pub(crate) fn new(row_limit: usize) -> Self {
        let rows = PhantomData;
        Self { row_limit, rows }
    }
}

impl<T> ResponseReader for RowsReader<T>
where
    T: Send + 'static,
    Wire<T>: DeserializeOwned + PlainRow,
{
    type Output = OpenRows<T>;

    async fn read(&self, response: http::Response<Body>) -> Result<OpenRows<T>, Error> {
        let beginning = read_beginning(response).await?;
        let rows = open_rows(beginning, Rows::plain, RowLocation::Array, self.row_limit);
        rows.await.map(OpenRows)
    }
}

/// Rows of an array, decoded while they arrive.
pub(crate) struct OpenRows<T>(Rows<Wire<T>>);

impl<T> Digested for OpenRows<T>
where
    Wire<T>: DeserializeOwned,
{
    fn digest(&self) -> Digest {
        self.0.digest()
    }
}

impl<T> Stream for OpenRows<T>
where
    Wire<T>: DeserializeOwned,
{
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(Err(error)) = ready!(self.0.poll_peek(cx)) {
            return Poll::Ready(Some(Err(error)));
        }
        match self.0.take() {
            Some(Wire(row)) => Poll::Ready(Some(Ok(row))),
            None => Poll::Ready(None),
        }
    }
}

/// Reads the days of `[{"CampaignId":…,"Stat":[…]},…]`.
pub(crate) struct CampaignReader {
    pub(crate) row_limit: usize,
}

impl ResponseReader for CampaignReader {
    type Output = CampaignRows;

    async fn read(&self, response: http::Response<Body>) -> Result<CampaignRows, Error> {
        let beginning = read_beginning(response).await?;
        if id_comes_late(beginning.peek()).await {
            let location = RowLocation::Array;
            let campaigns = open_rows(beginning, Rows::new, location, CAMPAIGN_LIMIT).await?;
            let days = VecDeque::new();
            return Ok(CampaignRows::Whole { campaigns, days });
        }
        let location = RowLocation::Groups("Stat");
        let days = open_rows(beginning, Rows::plain, location, self.row_limit).await?;
        Ok(CampaignRows::Days {
            days,
            campaign: None,
        })
    }
}

/// Returns whether the first day precedes the id of its campaign.
async fn id_comes_late(beginning: Body) -> bool {
    let mut rows = Rows::<Wire<CampaignDay>>::plain(beginning, RowLocation::Groups("Stat"));
    matches!(rows.peek().await, Ok(true)) && id_of(rows.group()).is_none()
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
        campaign: Option<Campaign>,
    },
    /// One campaign after the other, for a response whose ids follow the days.
    Whole {
        campaigns: Rows<Wire<CampaignDays>>,
        days: VecDeque<CampaignRow>,
    },
}

/// The members of a campaign besides its days.
pub(crate) struct Campaign {
    /// The number of the campaign in the response, and how many members were read so far.
    met: (u64, usize),
    campaign_id: CampaignId,
    extra: Extra,
}

impl Campaign {
    /// Returns the campaign of the last row, read again only if it has changed.
    fn update<'a>(
        campaign: &'a mut Option<Self>,
        days: &Rows<Wire<CampaignDay>>,
    ) -> Result<&'a Self, Error> {
        let met = (days.groups(), days.group().len());
        if campaign
            .as_ref()
            .is_some_and(|campaign| campaign.met != met)
        {
            *campaign = None;
        }
        Ok(match campaign {
            Some(known) => known,
            None => campaign.insert(Self::read(days.group(), met)?),
        })
    }

    fn read(members: &[(String, RawJson)], met: (u64, usize)) -> Result<Self, Error> {
        let id_text = id_of(members).ok_or_else(|| {
            Error::new(
                ErrorKind::Decode,
                "member `CampaignId` does not precede `Stat`",
            )
        })?;
        let Wire(whole): Wire<CampaignDays> = adcore_json::decode(
            format!(r#"{{"CampaignId":{},"Stat":null}}"#, id_text.as_str()).as_bytes(),
        )?;
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

impl Digested for CampaignRows {
    fn digest(&self) -> Digest {
        match self {
            Self::Days { days, .. } => days.digest(),
            Self::Whole { campaigns, .. } => campaigns.digest(),
        }
    }
}

impl Stream for CampaignRows {
    type Item = Result<CampaignRow, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.get_mut() {
            Self::Days { days, campaign } => {
                match ready!(days.poll_peek(cx)) {
                    Some(Ok(())) => {}
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => return Poll::Ready(None),
                }
                match Campaign::update(campaign, days) {
                    Ok(campaign) => match days.take() {
                        Some(Wire(day)) => Poll::Ready(Some(Ok(campaign.row(day)))),
                        None => Poll::Ready(None),
                    },
                    Err(error) => Poll::Ready(Some(Err(error))),
                }
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
