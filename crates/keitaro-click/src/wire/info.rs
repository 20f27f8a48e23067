//! The member `info` of a click's response.

use std::fmt;

use adcore_json::MemberName;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::scalar::{Flag, Ids, Text, deserialize_any};
use crate::calls::{
    CampaignId, Info, InfoType, LandingId, OfferId, OfferToken, StreamId, SubId, Uniqueness,
};

pub(super) struct InfoMember(pub(super) Option<Info>);
struct UniquenessMember(Option<Uniqueness>);

struct InfoVisitor;
deserialize_any!(InfoMember, InfoVisitor);

impl<'de> Visitor<'de> for InfoVisitor {
    type Value = InfoMember;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the info of a click")
    }

    fn visit_unit<E: Error>(self) -> Result<InfoMember, E> {
        Ok(InfoMember(None))
    }

    /// PHP writes an empty map as an empty list.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<InfoMember, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(InfoMember(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<InfoMember, A::Error> {
        let first = |ids: Ids<Option<u64>>| ids.0;
        let mut info = Info::default();
        while let Some(name) = map.next_key::<MemberName<'_>>()? {
            match &*name {
                "sub_id" => info.sub_id = map.next_value::<Text>()?.0.map(SubId::from),
                "campaign_id" => info.campaign_id = first(map.next_value()?).map(CampaignId::new),
                "stream_id" => info.stream_id = first(map.next_value()?).map(StreamId::new),
                "landing_id" => info.landing_id = first(map.next_value()?).map(LandingId::new),
                "offer_id" => {
                    let Ids(ids) = map.next_value::<Ids<Vec<u64>>>()?;
                    info.offer_ids = ids.into_iter().map(OfferId::new).collect();
                }
                "token" => info.token = map.next_value::<Text>()?.0.map(OfferToken::from),
                "uniqueness" => info.uniqueness = map.next_value::<UniquenessMember>()?.0,
                "is_bot" => info.is_bot = map.next_value::<Flag>()?.0,
                "type" => info.kind = map.next_value::<Text>()?.0.map(InfoType::from),
                "url" => info.url = map.next_value::<Text>()?.0,
                _ => {
                    info.extra.insert(name.into_string(), map.next_value()?);
                }
            }
        }
        Ok(InfoMember(Some(info)))
    }
}

struct UniquenessVisitor;
deserialize_any!(UniquenessMember, UniquenessVisitor);

impl<'de> Visitor<'de> for UniquenessVisitor {
    type Value = UniquenessMember;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("uniqueness flags")
    }

    fn visit_unit<E: Error>(self) -> Result<UniquenessMember, E> {
        Ok(UniquenessMember(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<UniquenessMember, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(UniquenessMember(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<UniquenessMember, A::Error> {
        let mut uniqueness = Uniqueness::default();
        while let Some(name) = map.next_key::<MemberName<'_>>()? {
            match &*name {
                "campaign" => uniqueness.campaign = map.next_value::<Flag>()?.0,
                "stream" => uniqueness.stream = map.next_value::<Flag>()?.0,
                "global" => uniqueness.global = map.next_value::<Flag>()?.0,
                _ => {
                    uniqueness
                        .extra
                        .insert(name.into_string(), map.next_value()?);
                }
            }
        }
        Ok(UniquenessMember(Some(uniqueness)))
    }
}
