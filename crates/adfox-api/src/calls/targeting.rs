//! Targeting: to whom and when campaigns and banners are shown.

mod frequency;
mod geobase;
mod pairs;
mod time;
mod user;

use serde::{Deserialize, Serialize};

pub use self::frequency::FrequencyTargeting;
pub use self::geobase::{Access, GeobaseTargeting};
pub use self::time::TimeTargeting;
pub use self::user::UserTargeting;
use super::id::{BannerId, CampaignId, CriteriaId};
use super::{Action, ApiCall, Call, Changed, Context, Object, Params, Row, Spot, sealed};

/// The object that a targeting applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Targeted {
    /// A campaign.
    Campaign(CampaignId),
    /// A banner; the targeting replaces that of its campaign.
    Banner(BannerId),
    /// A campaign on a spot; the targeting replaces that of the campaign.
    Placed(CampaignId, Spot),
}

impl<S: Into<Spot>> From<(CampaignId, S)> for Targeted {
    fn from((campaign, spot): (CampaignId, S)) -> Self {
        Self::Placed(campaign, spot.into())
    }
}

impl From<CampaignId> for Targeted {
    fn from(id: CampaignId) -> Self {
        Self::Campaign(id)
    }
}

impl From<BannerId> for Targeted {
    fn from(id: BannerId) -> Self {
        Self::Banner(id)
    }
}

/// Sets one targeting of a campaign or a banner (`campaign.target.…`, `banner.target.…`), or of a
/// campaign on a spot (`campaign.targetWebsite.…`, `targetZone`, `targetPlace`).
///
/// ```
/// use adfox_api::calls::{CampaignId, PlaceId, Target, TimeTargeting};
///
/// let evening = TimeTargeting::new().hour(1, 18, true).hour(1, 19, true);
/// let target = Target::new(CampaignId::new(3001), evening.clone());
/// let on_place = Target::new((CampaignId::new(3001), PlaceId::new(5201)), evening);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Target {
    /// The object that a targeting applies to.
    pub of: Targeted,
    /// The targeting to set.
    pub targeting: Targeting,
}

impl Target {
    /// Creates a request that sets `targeting` of a campaign or a banner.
    #[must_use]
    pub fn new(of: impl Into<Targeted>, targeting: impl Into<Targeting>) -> Self {
        Self {
            of: of.into(),
            targeting: targeting.into(),
        }
    }
}

impl sealed::Sealed for Target {}

impl ApiCall for Target {
    type Output = Changed;

    fn to_call(&self) -> Call {
        let (object, params) = self.targeting.parts();
        let call = |context, action, id: u64| {
            Call::new(context, action)
                .object(object.clone())
                .param("objectID", id)
        };
        match self.of {
            Targeted::Campaign(id) => call(Context::Campaign, Action::Target, id.get()),
            Targeted::Banner(id) => {
                call(Context::Banner, Action::Target, id.get()).param("isRedefined", 1)
            }
            Targeted::Placed(campaign, spot) => {
                let (action, parameter, spot) = match spot {
                    Spot::Website(id) => (Action::TargetWebsite, "siteID", id.get()),
                    Spot::Zone(id) => (Action::TargetZone, "zoneID", id.get()),
                    Spot::Place(id) => (Action::TargetPlace, "placeID", id.get()),
                };
                call(Context::Campaign, action, campaign.get())
                    .param(parameter, spot)
                    .param("isRedefined", 1)
            }
        }
        .params(params)
    }
}

/// One kind of targeting with its settings.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Targeting {
    /// By days and hours.
    Time(TimeTargeting),
    /// By how often the visitor has seen the campaign.
    Frequency(FrequencyTargeting),
    /// By geography.
    Geobase(GeobaseTargeting),
    /// By a user criterion.
    User(UserTargeting),
    /// Any other kind, such as `targetingSearch`, with its parameters.
    Other(Object, Params),
}

impl Targeting {
    fn parts(&self) -> (Object, Params) {
        match self {
            Self::Time(time) => (Object::TargetingTime, time.params()),
            Self::Frequency(frequency) => (Object::TargetingFrequency, frequency.params()),
            Self::Geobase(geobase) => (Object::TargetingGeobase, geobase.params()),
            Self::User(user) => (Object::TargetingUser, user.params()),
            Self::Other(object, params) => (object.clone(), params.clone()),
        }
    }
}

macro_rules! kinds {
    ($($kind:ident $type:ident,)*) => {
        $(impl From<$type> for Targeting {
            fn from(targeting: $type) -> Self {
                Self::$kind(targeting)
            }
        })*
    };
}

kinds! {
    Time TimeTargeting,
    Frequency FrequencyTargeting,
    Geobase GeobaseTargeting,
    User UserTargeting,
}

/// Returns one targeting of a campaign (`account.list.campaign` with `show=targeting…`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetTargeting {
    /// The campaign.
    pub campaign: CampaignId,
    /// The kind of targeting.
    pub kind: TargetingKind,
}

/// A kind of targeting that [`GetTargeting`] returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TargetingKind {
    /// By days and hours.
    Time,
    /// By frequency.
    Frequency,
    /// By geography.
    Geobase,
    /// By this user criterion.
    User(CriteriaId),
}

impl GetTargeting {
    /// Creates a request for a targeting of `campaign`.
    #[must_use]
    pub fn new(campaign: CampaignId, kind: TargetingKind) -> Self {
        Self { campaign, kind }
    }

    /// Reads the targeting from a row.
    pub(crate) fn read(&self, row: &Row) -> Targeting {
        match self.kind {
            TargetingKind::Time => TimeTargeting::read(row).into(),
            TargetingKind::Frequency => FrequencyTargeting::read(row).into(),
            TargetingKind::Geobase => GeobaseTargeting::read(row).into(),
            TargetingKind::User(criteria) => UserTargeting::read(criteria, row).into(),
        }
    }
}

impl sealed::Sealed for GetTargeting {}

impl ApiCall for GetTargeting {
    type Output = Targeting;

    fn to_call(&self) -> Call {
        let call = Call::new(Context::Account, Action::List)
            .object(Object::Campaign)
            .param("actionObjectID", self.campaign);
        match self.kind {
            TargetingKind::Time => call.param("show", Object::TargetingTime),
            TargetingKind::Frequency => call.param("show", Object::TargetingFrequency),
            TargetingKind::Geobase => call.param("show", Object::TargetingGeobase),
            TargetingKind::User(criteria) => call
                .param("show", Object::TargetingUser)
                .param("criteriaID", criteria),
        }
    }
}
