#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(inline)]
pub use adcore as core;
pub use adcore::{CallOptions, ClientSettings, Error, ErrorKind, RetryPolicy, Transport};
#[cfg(feature = "hyper-rustls")]
pub use adcore_http::HyperTransport;
#[cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]
pub use adcore_http::ReqwestTransport;
pub use adcore_json::{Date, Decimal, RawJson, date};

#[cfg(feature = "adfox")]
#[doc(inline)]
pub use adfox_api as adfox;
#[cfg(feature = "hybrid")]
#[doc(inline)]
pub use hybrid_rest as hybrid;
#[cfg(feature = "keitaro")]
#[doc(inline)]
pub use keitaro_click as keitaro;
#[cfg(feature = "spots")]
#[doc(inline)]
pub use spots_rpc as spots;
