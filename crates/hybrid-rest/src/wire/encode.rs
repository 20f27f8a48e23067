use adcore::{Error, Form, Payload, Request, path_segment};
use http::Method;

use crate::calls::{
    AdvertiserId, AdvertiserStatistics, BannerStatistics, CampaignDomainStatistics, CampaignId,
    CampaignStatistics, DateBound, DomainStatistics,
};

/// Encodes a token request with `client_credentials`; the credentials are added later.
pub(crate) fn encode_token_request(advertiser: Option<&AdvertiserId>) -> Request {
    token_request("token.grant", "client_credentials", advertiser)
}

/// Encodes a token request with `refresh_token`; the refresh token is added later.
pub(crate) fn encode_refresh_request(advertiser: Option<&AdvertiserId>) -> Request {
    token_request("token.refresh", "refresh_token", advertiser)
}

fn token_request(
    operation: &'static str,
    grant_type: &str,
    advertiser: Option<&AdvertiserId>,
) -> Request {
    let mut form = Form::new();
    form.push("grant_type", grant_type);
    if let Some(advertiser) = advertiser {
        form.push("advertiserId", advertiser.as_str());
    }
    Request::new(operation, Method::POST, "/token").payload(Payload::Form(form))
}

pub(crate) fn encode_advertisers() -> Request {
    Request::new("advertiser.get", Method::GET, "/advertiser/get")
}

pub(crate) fn encode_campaigns() -> Request {
    Request::new("campaign.get", Method::GET, "/campaign/get")
}

pub(crate) fn encode_banners(campaign: &CampaignId) -> Result<Request, Error> {
    let campaign = path_segment("campaign", campaign.as_str())?;
    let path = format!("/banner/get/{campaign}");
    Ok(Request::new("banner.get", Method::GET, path))
}

/// A kind of statistics over a time range.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Report {
    operation: &'static str,
    /// The part of the path that names it.
    name: &'static str,
}

pub(crate) const CAMPAIGN: Report = Report {
    operation: "statistic.campaign",
    name: "campaign",
};
pub(crate) const ADVERTISER: Report = Report {
    operation: "statistic.advertiser",
    name: "advertiser",
};
pub(crate) const CAMPAIGN_DOMAIN: Report = Report {
    operation: "statistic.banners.campaign",
    name: "banners/campaign",
};
pub(crate) const BANNER: Report = Report {
    operation: "statistic.banner",
    name: "banner",
};

impl Report {
    /// Encodes a call; the range is already checked and the ids are already encoded.
    pub(crate) fn encode(self, from: DateBound, to: DateBound, ids: &str) -> Request {
        let path = format!("/statistic/{}/{from}/{to}/{ids}", self.name);
        Request::new(self.operation, Method::GET, path)
    }

    /// Returns the maximum length of the path without the ids.
    pub(crate) fn max_length(self) -> usize {
        "/statistic/////YYYY-MM-DDTHH:MM:SS/YYYY-MM-DDTHH:MM:SS".len() + self.name.len()
    }
}

pub(crate) fn encode_campaign_statistics(call: &CampaignStatistics) -> Result<Request, Error> {
    DateBound::check(call.from, call.to)?;
    let ids = encode_ids(call.ids.iter().map(CampaignId::as_str))?;
    Ok(CAMPAIGN.encode(call.from, call.to, &ids.join(",")))
}

pub(crate) fn encode_advertiser_statistics(call: &AdvertiserStatistics) -> Result<Request, Error> {
    DateBound::check(call.from, call.to)?;
    let ids = encode_ids(call.ids.iter().map(AdvertiserId::as_str))?;
    Ok(ADVERTISER.encode(call.from, call.to, &ids.join(",")))
}

pub(crate) fn encode_campaign_domain_statistics(
    call: &CampaignDomainStatistics,
) -> Result<Request, Error> {
    DateBound::check(call.from, call.to)?;
    let campaign = path_segment("campaign", call.campaign.as_str())?;
    Ok(CAMPAIGN_DOMAIN.encode(call.from, call.to, &campaign))
}

pub(crate) fn encode_domain_statistics(call: &DomainStatistics) -> Result<Request, Error> {
    let domain = path_segment("domain", &call.domain)?;
    let path = format!("/statistic/banners/domain/{domain}");
    Ok(Request::new("statistic.banners.domain", Method::GET, path))
}

pub(crate) fn encode_banner_statistics(call: &BannerStatistics) -> Result<Request, Error> {
    DateBound::check(call.from, call.to)?;
    let banner = path_segment("banner", call.banner.as_str())?;
    Ok(BANNER.encode(call.from, call.to, &banner))
}

/// Encodes ids for a path, in which they are joined by commas.
pub(crate) fn encode_ids<'a>(ids: impl Iterator<Item = &'a str>) -> Result<Vec<String>, Error> {
    let encoded = ids
        .map(|id| {
            if id.contains(',') {
                return Err(Error::invalid_input("ids", "must not contain a comma"));
            }
            path_segment("ids", id)
        })
        .collect::<Result<Vec<_>, _>>()?;
    if encoded.is_empty() {
        return Err(Error::invalid_input("ids", "must not be empty"));
    }
    Ok(encoded)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime};

    use super::*;

    #[test]
    fn paths_are_as_documented() {
        let day = date(2015, 12, 31);
        let campaign = "53df8633af55cd57805746f5";
        let target = |request: Result<Request, Error>| request.unwrap().target();
        assert_eq!(encode_advertisers().target(), "/advertiser/get");
        assert_eq!(encode_campaigns().target(), "/campaign/get");
        assert_eq!(
            target(encode_banners(&CampaignId::from(campaign))),
            format!("/banner/get/{campaign}")
        );
        assert_eq!(
            target(encode_campaign_statistics(&CampaignStatistics::new(
                day,
                day,
                [campaign, "b"]
            ))),
            format!("/statistic/campaign/2015-12-31/2015-12-31/{campaign},b")
        );
        assert_eq!(
            target(encode_advertiser_statistics(&AdvertiserStatistics::new(
                datetime(2015, 12, 31, 0, 0, 0, 0),
                datetime(2015, 12, 31, 23, 59, 59, 0),
                [campaign]
            ))),
            format!("/statistic/advertiser/2015-12-31T00:00:00/2015-12-31T23:59:59/{campaign}")
        );
        assert_eq!(
            target(encode_campaign_domain_statistics(
                &CampaignDomainStatistics::new(day, day, "c")
            )),
            "/statistic/banners/campaign/2015-12-31/2015-12-31/c"
        );
        assert_eq!(
            target(encode_domain_statistics(&DomainStatistics::new(
                "sport-express.ru"
            ))),
            "/statistic/banners/domain/sport-express.ru"
        );
        assert_eq!(
            target(encode_banner_statistics(&BannerStatistics::new(
                day, day, "b"
            ))),
            "/statistic/banner/2015-12-31/2015-12-31/b"
        );
    }

    #[test]
    fn bad_values_name_their_field_before_anything_is_sent() {
        let day = date(2015, 12, 31);
        let before = date(2015, 12, 30);
        let none: [&str; 0] = [];
        for (request, field) in [
            (
                encode_campaign_statistics(&CampaignStatistics::new(day, before, ["a"])),
                "to",
            ),
            (
                encode_campaign_statistics(&CampaignStatistics::new(day, day, none)),
                "ids",
            ),
            (
                encode_campaign_statistics(&CampaignStatistics::new(day, day, [""])),
                "ids",
            ),
            (
                encode_campaign_statistics(&CampaignStatistics::new(day, day, ["a,b"])),
                "ids",
            ),
            (
                encode_campaign_statistics(&CampaignStatistics::new(day, day, ["a\r\nb"])),
                "ids",
            ),
            (
                encode_advertiser_statistics(&AdvertiserStatistics::new(day, day, [".."])),
                "ids",
            ),
            (encode_banners(&CampaignId::from("..")), "campaign"),
            (
                encode_campaign_domain_statistics(&CampaignDomainStatistics::new(day, day, "")),
                "campaign",
            ),
            (
                encode_domain_statistics(&DomainStatistics::new("a\nb")),
                "domain",
            ),
            (
                encode_banner_statistics(&BannerStatistics::new(day, day, "a\0")),
                "banner",
            ),
            (
                encode_banner_statistics(&BannerStatistics::new(day, before, "a")),
                "to",
            ),
        ] {
            let error = request.unwrap_err();
            assert_eq!(error.field(), Some(field), "{error}");
            assert_eq!(error.kind(), adcore::ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn ids_cannot_leave_their_segment() {
        let request = encode_banners(&CampaignId::from("../../token?x#y")).unwrap();
        assert_eq!(request.target(), "/banner/get/..%2F..%2Ftoken%3Fx%23y");
    }
}
