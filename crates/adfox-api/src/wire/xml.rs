//! XML that is still arriving: text of any charset, elements, and their values for serde.

pub(super) mod charset;
pub(super) mod element;
pub(super) mod extra;
pub(super) mod flat;
pub(super) mod input;
pub(super) mod node;
pub(super) mod scalar;
pub(super) mod well_formed;
