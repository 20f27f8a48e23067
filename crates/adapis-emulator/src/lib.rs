#![doc = include_str!("../README.md")]

mod adfox;
mod amount;
mod builder;
mod control;
mod credentials;
mod data;
mod dates;
mod defaults;
mod emulator;
mod error;
mod faults;
mod guard;
mod hybrid;
mod json;
mod keitaro;
mod operation;
mod page;
mod random;
mod rates;
mod ready;
mod request;
mod request_log;
mod revisions;
mod server;
mod settings;
mod spots;
mod tokens;
mod totals;
mod vendor;
mod vendors;

pub use adfox::{
    AdfoxAccount, AdfoxCharset, AdfoxCounters, AdfoxData, AdfoxDateNames, AdfoxGenerated,
    AdfoxItems, AdfoxOperators, AdfoxOutcome, AdfoxRefusal, AdfoxRefusals, AdfoxReportRow,
    AdfoxReportsSettings, AdfoxRights, AdfoxSavedFields, AdfoxSettings, AdfoxTotalsOf,
};
pub use builder::EmulatorBuilder;
pub use credentials::{
    AdfoxCredentials, Credentials, HybridCredentials, KeitaroCredentials, SpotsCredentials,
};
pub use data::{Data, DataError};
pub use emulator::Emulator;
pub use error::EmulatorError;
pub use faults::{Always, EndlessPart, Fault, FaultPlan, FaultPoint, Repeat, Slow};
pub use hybrid::{
    HybridAdvertiser, HybridBanner, HybridBannerRow, HybridCampaign, HybridCampaignRow,
    HybridClient, HybridData, HybridDates, HybridDomainRow, HybridGenerated, HybridInvalid,
    HybridLargeLimit, HybridNames, HybridNoAgency, HybridNumbers, HybridPastEnd,
    HybridRefreshToken, HybridSettings, HybridTotal, HybridV3Settings, HybridZeros,
};
pub use keitaro::{
    ClickRecord, Clicks, Conversion, KeitaroAction, KeitaroCampaign, KeitaroCookies, KeitaroData,
    KeitaroErrors, KeitaroFeature, KeitaroFilter, KeitaroFlow, KeitaroHeaders, KeitaroIds,
    KeitaroMember, KeitaroOffer, KeitaroScope, KeitaroSettings, KeitaroState, KeitaroStatus,
    KeitaroVisitorCookies,
};
pub use request_log::{ConnectionCounts, OperationCounts, RequestRecord, Requests};
pub use revisions::{
    Addition, Change, ClockSettings, Revision, RevisionSettings, StatisticsVendor, UtcOffset,
};
pub use rust_decimal::Decimal;
pub use settings::Settings;
pub use spots::{
    SpotsAccount, SpotsBatch, SpotsData, SpotsGenerated, SpotsRefusal, SpotsRow, SpotsSettings,
    SpotsView,
};
pub use tokens::OldRefreshToken;
pub use totals::{AdfoxTotals, HybridTotals, SpotsTotals, Totals, TotalsBy, TotalsRow};
pub use vendor::Vendor;
