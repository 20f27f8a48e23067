#![doc = include_str!("../README.md")]

mod adfox;
mod builder;
mod control;
mod credentials;
mod data;
mod day;
mod emulator;
mod faults;
mod generate;
mod hybrid;
mod json;
mod keitaro;
mod ledger;
mod link;
mod money;
mod operation;
mod server;
mod settings;
mod spots;
mod strike;
mod tokens;
mod totals;
mod world;

pub use adfox::{AdfoxAccount, AdfoxCharset, AdfoxCounters, AdfoxData, AdfoxRights, AdfoxSettings};
pub use builder::EmulatorBuilder;
pub use credentials::{
    AdfoxCredentials, Credentials, HybridCredentials, KeitaroCredentials, SpotsCredentials,
};
pub use data::{Data, DataError};
pub use emulator::{Emulator, EmulatorError, Vendor};
pub use faults::{Endless, Fault, FaultPlan, Forever, Moment, Repeat, Slow};
pub use hybrid::{
    HybridAdvertiser, HybridBanner, HybridBannerRow, HybridCampaign, HybridCampaignRow,
    HybridClient, HybridData, HybridDates, HybridDomainRow, HybridGenerated, HybridNames,
    HybridNumbers, HybridRefreshToken, HybridSettings, HybridZeros,
};
pub use keitaro::{
    ClickRecord, Clicks, Conversion, KeitaroAction, KeitaroCampaign, KeitaroCookies, KeitaroData,
    KeitaroErrors, KeitaroFeature, KeitaroFilter, KeitaroFlow, KeitaroHeaders, KeitaroIds,
    KeitaroMember, KeitaroOffer, KeitaroScope, KeitaroSettings, KeitaroState, KeitaroStatus,
};
pub use ledger::{ConnectionCounts, OperationCounts, RequestRecord, Requests};
pub use money::{Money, MoneyError};
pub use settings::{OldRefreshToken, Settings};
pub use spots::{
    SpotsAccount, SpotsBatch, SpotsData, SpotsGenerated, SpotsRefusal, SpotsRow, SpotsSettings,
    SpotsView,
};
pub use totals::{HybridTotals, SpotsTotals, Totals};
