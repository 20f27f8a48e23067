//! The ids of the tracker.

use adcore_json::{number_id, text_id};

number_id! {
    /// Identifies a campaign.
    ///
    /// ```
    /// use keitaro_click::calls::CampaignId;
    ///
    /// let id = CampaignId::new(2);
    /// assert_eq!(id.get(), 2);
    /// assert_eq!("2".parse(), Ok(id));
    /// ```
    CampaignId
}
number_id! {
    /// Identifies a flow of a campaign, which the wire calls a stream.
    StreamId
}
number_id! {
    /// Identifies a landing page.
    LandingId
}
number_id! {
    /// Identifies an offer.
    OfferId
}
text_id! {
    /// Identifies a click; the tracker's `_subid`.
    ///
    /// ```
    /// use keitaro_click::calls::SubId;
    ///
    /// let id = SubId::from("o2q6e42hs08jq");
    /// assert_eq!(id.as_str(), "o2q6e42hs08jq");
    /// ```
    SubId
}
text_id! {
    /// Opaque token that leads from a click to its offer; the tracker's `_token`.
    OfferToken
}
