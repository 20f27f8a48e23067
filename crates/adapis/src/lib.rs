#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[doc(inline)]
pub use adcore as core;
pub use adcore::{Error, ErrorKind, RetryPolicy, Transport};

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
