#![doc = include_str!("../README.md")]

mod form;
mod redact;

pub use form::Form;
pub use redact::redact;
