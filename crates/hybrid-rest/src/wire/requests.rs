use adcore::{Error, Request, path_segment};
use http::Method;

use crate::calls::{
    AdvertiserId, AdvertiserStatistics, BannerStatistics, BannersStatistics, Bound, CampaignId,
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

/// A statistics call of a time range.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Report {
    operation: &'static str,
    what: &'static str,
}

pub(crate) const CAMPAIGN: Report = Report {
    operation: "statistic.campaign",
    what: "campaign",
};
pub(crate) const ADVERTISER: Report = Report {
    operation: "statistic.advertiser",
    what: "advertiser",
};
pub(crate) const BANNERS: Report = Report {
    operation: "statistic.banners.campaign",
    what: "banners/campaign",
};
pub(crate) const BANNER: Report = Report {
    operation: "statistic.banner",
    what: "banner",
};

impl Report {
    /// The call for a range that is checked and for ids that are encoded.
    pub(crate) fn request(self, from: Bound, to: Bound, ids: &str) -> Request {
        let path = format!("/statistic/{}/{from}/{to}/{ids}", self.what);
        Request::new(self.operation, Method::GET, path)
    }

    /// How long the path is at most, ids aside.
    pub(crate) fn length(self) -> usize {
        "/statistic/////YYYY-MM-DDTHH:MM:SS/YYYY-MM-DDTHH:MM:SS".len() + self.what.len()
    }
}

pub(crate) fn campaign_statistics(call: &CampaignStatistics) -> Result<Request, Error> {
    Bound::check(call.from, call.to)?;
    let ids = ids(call.ids.iter().map(CampaignId::as_str))?;
    Ok(CAMPAIGN.request(call.from, call.to, &ids.join(",")))
}

pub(crate) fn advertiser_statistics(call: &AdvertiserStatistics) -> Result<Request, Error> {
    Bound::check(call.from, call.to)?;
    let ids = ids(call.ids.iter().map(AdvertiserId::as_str))?;
    Ok(ADVERTISER.request(call.from, call.to, &ids.join(",")))
}

pub(crate) fn banners_statistics(call: &BannersStatistics) -> Result<Request, Error> {
    Bound::check(call.from, call.to)?;
    let campaign = path_segment("campaign", call.campaign.as_str())?;
    Ok(BANNERS.request(call.from, call.to, &campaign))
}

pub(crate) fn domain_statistics(call: &DomainStatistics) -> Result<Request, Error> {
    let domain = path_segment("domain", &call.domain)?;
    let path = format!("/statistic/banners/domain/{domain}");
    Ok(Request::new("statistic.banners.domain", Method::GET, path))
}

pub(crate) fn banner_statistics(call: &BannerStatistics) -> Result<Request, Error> {
    Bound::check(call.from, call.to)?;
    let banner = path_segment("banner", call.banner.as_str())?;
    Ok(BANNER.request(call.from, call.to, &banner))
}

/// Ids as they stand in a path, to be joined by commas, which no id may hold.
pub(crate) fn ids<'a>(ids: impl Iterator<Item = &'a str>) -> Result<Vec<String>, Error> {
    let encoded = ids
        .map(|id| {
            if id.contains(',') {
                return Err(Error::invalid_input("ids", "must each hold no comma"));
            }
            path_segment("ids", id)
        })
        .collect::<Result<Vec<_>, _>>()?;
    if encoded.is_empty() {
        return Err(Error::invalid_input("ids", "must name at least one"));
    }
    Ok(encoded)
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
