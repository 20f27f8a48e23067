//! The query of a request, and what its token may see.

use jiff::civil::Date;

use super::super::response::Refusal;
use super::super::service::{Hybrid, Subject};
use super::super::settings::{HybridInvalid, HybridLargeLimit, HybridPastEnd, HybridSettings};
use super::super::statistics::parse_day;

/// The parameters of a request.
pub(super) struct Query<'a> {
    parameters: Vec<(String, String)>,
    settings: &'a HybridSettings,
}

impl<'a> Query<'a> {
    pub(super) fn new(query: Option<&str>, settings: &'a HybridSettings) -> Self {
        let query = query.unwrap_or_default().as_bytes();
        Self {
            parameters: form_urlencoded::parse(query).into_owned().collect(),
            settings,
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter();
        let (_, value) = parameters.find(|(known, _)| known == name)?;
        Some(value)
    }

    /// Returns the refusal of a request that is not valid.
    pub(super) fn invalid(&self) -> Refusal {
        match self.settings.v3.invalid {
            HybridInvalid::ServerError => Refusal::Invalid,
            HybridInvalid::BadRequest => Refusal::MethodNotSupported,
        }
    }

    fn required(&self, name: &str) -> Result<&str, Refusal> {
        let value = self.get(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| self.invalid())
    }

    fn number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let number = self.get(name).map(str::parse).transpose();
        number.map_err(|_| self.invalid())
    }

    /// Returns the days, both included.
    pub(super) fn days(&self) -> Result<(Date, Date), Refusal> {
        let from = parse_day(self.required("from")?);
        let to = parse_day(self.required("to")?);
        let (from, to) = from.zip(to).ok_or_else(|| self.invalid())?;
        let days = i64::from((to - from).get_days()) + 1;
        let too_many = self.settings.v3.max_days;
        if days < 1 || too_many.is_some_and(|most| days > i64::from(most)) {
            return Err(self.invalid());
        }
        Ok((from, to))
    }

    /// Returns the first row and the number of rows of the page.
    pub(super) fn page(&self) -> Result<(u64, u64), Refusal> {
        let settings = &self.settings.v3;
        let page = self.number("page")?.filter(|_| settings.pages);
        let requested = match self.number("limit")? {
            Some(0) => return Err(self.invalid()),
            Some(limit) => limit,
            None => settings.default_limit.unwrap_or(u64::MAX),
        };
        let limit = requested.min(settings.max_limit.unwrap_or(u64::MAX));
        let size = match settings.large_limit {
            HybridLargeLimit::Clamped => limit,
            HybridLargeLimit::Cut => requested,
            HybridLargeLimit::Refused if requested > limit => return Err(self.invalid()),
            HybridLargeLimit::Refused => limit,
        };
        Ok((page.unwrap_or_default().saturating_mul(size), limit))
    }

    /// Returns the refusal of a page that begins at row `first` of `rows`.
    pub(super) fn past_end(&self, first: u64, rows: u64) -> Option<Refusal> {
        let is_past = first > 0 && first >= rows;
        match self.settings.v3.past_end {
            HybridPastEnd::BadRequest if is_past => Some(Refusal::MethodNotSupported),
            HybridPastEnd::NotFound if is_past => Some(Refusal::NotFound),
            HybridPastEnd::ServerError if is_past => Some(Refusal::Invalid),
            _ => None,
        }
    }

    /// Returns the advertiser of a call: that of the token, or for an agency the requested one.
    pub(super) fn advertiser(&self, hybrid: &Hybrid, subject: Subject) -> Result<usize, Refusal> {
        let id = match (subject.advertiser, self.get("advertiserId")) {
            (Some(own), None) => return Ok(own),
            (_, Some(id)) => id,
            (None, None) => return Err(self.invalid()),
        };
        let advertiser = hybrid.catalog.advertiser(id);
        let visible = advertiser.filter(|advertiser| sees(hybrid, subject, *advertiser));
        visible.ok_or(Refusal::NotFound)
    }

    pub(super) fn campaign(&self, hybrid: &Hybrid, subject: Subject) -> Result<usize, Refusal> {
        let campaign = hybrid.catalog.campaign(self.required("campaignId")?);
        let visible = campaign.filter(|campaign| sees_campaign(hybrid, subject, *campaign));
        visible.ok_or(Refusal::NotFound)
    }

    /// Returns the campaign of the requested banner and the banner's index in it.
    pub(super) fn banner(
        &self,
        hybrid: &Hybrid,
        subject: Subject,
    ) -> Result<(usize, usize), Refusal> {
        let banner = hybrid.catalog.banner(self.required("bannerId")?);
        let visible = banner.filter(|(campaign, _)| sees_campaign(hybrid, subject, *campaign));
        visible.ok_or(Refusal::NotFound)
    }
}

/// Whether `subject` may see an advertiser: one token of an agency serves all of its advertisers.
fn sees(hybrid: &Hybrid, subject: Subject, advertiser: usize) -> bool {
    match subject.advertiser {
        Some(own) => own == advertiser,
        None => hybrid.owns(subject.client, advertiser),
    }
}

fn sees_campaign(hybrid: &Hybrid, subject: Subject, campaign: usize) -> bool {
    sees(
        hybrid,
        subject,
        hybrid.catalog.campaigns[campaign].advertiser,
    )
}
