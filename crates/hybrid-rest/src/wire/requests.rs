use std::fmt;

use adcore::{Error, Request, path_segment};
use http::Method;

use crate::calls::{
    AdvertiserStatistics, BannerStatistics, BannersStatistics, Bound, CampaignId,
    CampaignStatistics, DomainStatistics,
};

pub(crate) fn advertisers() -> Request {
    Request::new("advertiser.get", Method::GET, "/advertiser/get")
}

pub(crate) fn campaigns() -> Request {
    Request::new("campaign.get", Method::GET, "/campaign/get")
}

pub(crate) fn banners(campaign: &CampaignId) -> Result<Request, Error> {
    let campaign = path_segment("campaign", campaign.as_str())?;
    let path = format!("/banner/get/{campaign}");
    Ok(Request::new("banner.get", Method::GET, path))
}

pub(crate) fn campaign_statistics(call: &CampaignStatistics) -> Result<Request, Error> {
    let ids = ids(call.ids.iter().map(|id| id.as_str()))?;
    range("statistic.campaign", "campaign", call.from, call.to, ids)
}

pub(crate) fn advertiser_statistics(call: &AdvertiserStatistics) -> Result<Request, Error> {
    let ids = ids(call.ids.iter().map(|id| id.as_str()))?;
    range(
        "statistic.advertiser",
        "advertiser",
        call.from,
        call.to,
        ids,
    )
}

pub(crate) fn banners_statistics(call: &BannersStatistics) -> Result<Request, Error> {
    let campaign = path_segment("campaign", call.campaign.as_str())?;
    range(
        "statistic.banners.campaign",
        "banners/campaign",
        call.from,
        call.to,
        campaign,
    )
}

pub(crate) fn domain_statistics(call: &DomainStatistics) -> Result<Request, Error> {
    let domain = path_segment("domain", &call.domain)?;
    let path = format!("/statistic/banners/domain/{domain}");
    Ok(Request::new("statistic.banners.domain", Method::GET, path))
}

pub(crate) fn banner_statistics(call: &BannerStatistics) -> Result<Request, Error> {
    let banner = path_segment("banner", call.banner.as_str())?;
    range("statistic.banner", "banner", call.from, call.to, banner)
}

fn range(
    operation: &'static str,
    what: &str,
    from: Bound,
    to: Bound,
    of: impl fmt::Display,
) -> Result<Request, Error> {
    Bound::check(from, to)?;
    let path = format!("/statistic/{what}/{from}/{to}/{of}");
    Ok(Request::new(operation, Method::GET, path))
}

/// Ids joined by commas, which no id may hold.
fn ids<'a>(ids: impl Iterator<Item = &'a str>) -> Result<String, Error> {
    let mut joined = String::new();
    for id in ids {
        if id.contains(',') {
            return Err(Error::invalid_input("ids", "must each hold no comma"));
        }
        if !joined.is_empty() {
            joined.push(',');
        }
        joined.push_str(&path_segment("ids", id)?);
    }
    if joined.is_empty() {
        return Err(Error::invalid_input("ids", "must name at least one"));
    }
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime};

    use super::*;

    #[test]
    fn paths_are_those_of_the_page() {
        let day = date(2015, 12, 31);
        let campaign = "53df8633af55cd57805746f5";
        let target = |request: Result<Request, Error>| request.unwrap().target();
        assert_eq!(advertisers().target(), "/advertiser/get");
        assert_eq!(campaigns().target(), "/campaign/get");
        assert_eq!(
            target(banners(&CampaignId::from(campaign))),
            format!("/banner/get/{campaign}")
        );
        assert_eq!(
            target(campaign_statistics(&CampaignStatistics::new(
                day,
                day,
                [campaign, "b"]
            ))),
            format!("/statistic/campaign/2015-12-31/2015-12-31/{campaign},b")
        );
        assert_eq!(
            target(advertiser_statistics(&AdvertiserStatistics::new(
                datetime(2015, 12, 31, 0, 0, 0, 0),
                datetime(2015, 12, 31, 23, 59, 59, 0),
                [campaign]
            ))),
            format!("/statistic/advertiser/2015-12-31T00:00:00/2015-12-31T23:59:59/{campaign}")
        );
        assert_eq!(
            target(banners_statistics(&BannersStatistics::new(day, day, "c"))),
            "/statistic/banners/campaign/2015-12-31/2015-12-31/c"
        );
        assert_eq!(
            target(domain_statistics(&DomainStatistics::new(
                "sport-express.ru"
            ))),
            "/statistic/banners/domain/sport-express.ru"
        );
        assert_eq!(
            target(banner_statistics(&BannerStatistics::new(day, day, "b"))),
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
                campaign_statistics(&CampaignStatistics::new(day, before, ["a"])),
                "to",
            ),
            (
                campaign_statistics(&CampaignStatistics::new(day, day, none)),
                "ids",
            ),
            (
                campaign_statistics(&CampaignStatistics::new(day, day, [""])),
                "ids",
            ),
            (
                campaign_statistics(&CampaignStatistics::new(day, day, ["a,b"])),
                "ids",
            ),
            (
                campaign_statistics(&CampaignStatistics::new(day, day, ["a\r\nb"])),
                "ids",
            ),
            (
                advertiser_statistics(&AdvertiserStatistics::new(day, day, [".."])),
                "ids",
            ),
            (banners(&CampaignId::from("..")), "campaign"),
            (
                banners_statistics(&BannersStatistics::new(day, day, "")),
                "campaign",
            ),
            (domain_statistics(&DomainStatistics::new("a\nb")), "domain"),
            (
                banner_statistics(&BannerStatistics::new(day, day, "a\0")),
                "banner",
            ),
            (
                banner_statistics(&BannerStatistics::new(day, before, "a")),
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
        let request = banners(&CampaignId::from("../../token?x#y")).unwrap();
        assert_eq!(request.target(), "/banner/get/..%2F..%2Ftoken%3Fx%23y");
    }
}
