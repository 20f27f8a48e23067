adcore_json::number_id! {
    /// A site's id.
    ///
    /// ```
    /// use spots_rpc::calls::SiteId;
    ///
    /// let id: SiteId = "750".parse()?;
    /// assert_eq!(id, SiteId::new(750));
    /// # Ok::<(), std::num::ParseIntError>(())
    /// ```
    SiteId
}

adcore_json::text_id! {
    /// A placement's id.
    ///
    /// ```
    /// use spots_rpc::calls::PlacementId;
    ///
    /// assert_eq!(PlacementId::from("7481").as_str(), "7481");
    /// ```
    PlacementId
}
