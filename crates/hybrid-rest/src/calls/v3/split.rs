use super::words::words;

words! {
    /// What rows of statistics are grouped by.
    ///
    /// With serde it is a text.
    ///
    /// ```
    /// use hybrid_rest::calls::v3::Split;
    ///
    /// assert_eq!(Split::from("BannerName"), Split::BannerName);
    /// assert_eq!(Split::Other("Audience".to_owned()).to_string(), "Audience");
    /// ```
    Split {
        /// One row per day.
        Day = "Day",
        /// One row per hour of the day.
        Hour = "Hour",
        /// One row per week.
        Week = "Week",
        /// One row per month.
        Month = "Month",
        /// One row per campaign, with its id.
        Campaign = "Campaign",
        /// One row per advertiser, with its id.
        Advertiser = "Advertiser",
        /// One row per banner, with its id. At the level of an advertiser the rows have no money.
        BannerName = "BannerName",
        /// One row per size of banners.
        BannerSize = "BannerSize",
        /// One row per type of banners.
        BannerType = "BannerType",
        /// One row per app.
        App = "App",
        /// One row per type of device.
        DeviceType = "DeviceType",
        /// One row per operating system.
        OS = "OS",
        /// One row per country.
        Country = "Country",
        /// One row per region.
        Region = "Region",
        /// One row per city.
        City = "City",
        /// One row per supply-side platform.
        Ssp = "Ssp",
        /// One row per folder of campaigns.
        Folder = "Folder",
    }
}
