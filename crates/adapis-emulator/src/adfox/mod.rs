//! ADFOX: an ad server with accounts, objects and targeting behind one XML endpoint.
//!
//! `routes` handles a request: `request` decodes it, `access` authenticates it, a method in `methods`
//! runs it, and `envelope` writes the result. `reports` is a second API, in JSON.

mod access;
mod account;
mod data;
mod dates;
mod defaults;
mod envelope;
mod members;
mod methods;
mod multipart;
mod reports;
mod request;
mod request_line;
mod response;
mod routes;
mod row;
mod service;
mod store;
mod xml;

pub use data::{AdfoxAccount, AdfoxCharset, AdfoxCounters, AdfoxData, AdfoxRights, AdfoxSettings};
pub(crate) use reports::operation as reports_operation;
pub use reports::{
    AdfoxDateNames, AdfoxGenerated, AdfoxItems, AdfoxOperators, AdfoxOutcome, AdfoxRefusal,
    AdfoxRefusals, AdfoxReportRow, AdfoxReportsSettings, AdfoxSavedFields, AdfoxTotalsOf,
};
pub(crate) use request_line::LenientRequestLines;
pub(crate) use routes::{operation, router};
pub(crate) use service::Adfox;
