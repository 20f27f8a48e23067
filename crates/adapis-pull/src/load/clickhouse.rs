//! stub
/// stub
#[derive(Debug)]
pub struct ClickHouse;
