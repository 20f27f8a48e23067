//! Blocks of the Yandex Advertising Network on places.
//!
//! A place has at most one block; a block that is created or bound replaces the one before.

use super::context::CallContext;
use crate::adfox::response::{Refusal, Reply};
use crate::adfox::row::{row, text};

/// The documented types of blocks, for websites, mobile applications and videos.
const TYPES: [&str; 17] = [
    "BANNER",
    "FULLSCREEN_DESKTOP",
    "FULLSCREEN_MOBILE",
    "FLOORAD_DESKTOP",
    "FLOORAD_MOBILE",
    "TOPAD",
    "INTERSTITIAL",
    "NATIVE",
    "REWARDED",
    "APP_OPEN",
    "FEED",
    "PRE",
    "MID",
    "POST",
    "PAUSE",
    "INROLL",
    "POSTPAUSE",
];

/// `place createBlock`.
pub(super) fn create(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let place = ctx.existing("objectID", "place")?;
    let value = |name| ctx.call.get(name).unwrap_or_default();
    let (page, kind) = (value("newBlockPageId"), value("newBlockType"));
    if !TYPES.contains(&kind) {
        return Err(Refusal::incorrect("newBlockType", kind));
    }
    let page = page.to_owned();
    let number = ctx.store.next_id();
    attach(ctx, &place, format!("R-A-{page}-{number}"))
}

/// `place bindBlock`.
pub(super) fn bind(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let place = ctx.existing("objectID", "place")?;
    let block = ctx.call.get("rsyaBlockID").unwrap_or_default();
    if !is_block_id(block) {
        return Err(Refusal::incorrect("rsyaBlockID", block));
    }
    attach(ctx, &place, block.to_owned())
}

/// `place rsyaEnabled`: turns the block of a place on or off.
pub(super) fn switch(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let on = ctx.call.get("rsyaEnabled").unwrap_or_default().to_owned();
    let place = place_with_block(ctx)?;
    change(ctx, &place, [("rsyaEnabled", on)])
}

/// `place deleteBlock`.
pub(super) fn delete(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let place = place_with_block(ctx)?;
    let none = [
        ("rsyaEnabled", "0".to_owned()),
        ("rsyaBlockID", String::new()),
    ];
    change(ctx, &place, none)
}

/// Whether the text is the id of a block, such as `R-A-19385233-3`.
fn is_block_id(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.strip_prefix("R-A-")
        .and_then(|numbers| numbers.split_once('-'))
        .is_some_and(|(page, block)| is_number(page) && is_number(block))
}

/// Returns the place of the call, which must have a block.
fn place_with_block(ctx: &CallContext<'_>) -> Result<String, Refusal> {
    let place = ctx.existing("objectID", "place")?;
    let block = ctx.store.row("place", &place);
    let block = block.and_then(|row| text(row, "rsyaBlockID"));
    if block.is_none_or(|block| block.is_empty()) {
        return Err(Refusal::incorrect("objectID", &place));
    }
    Ok(place)
}

fn attach(ctx: &mut CallContext<'_>, place: &str, block: String) -> Result<Reply, Refusal> {
    change(
        ctx,
        place,
        [("rsyaEnabled", "1".to_owned()), ("rsyaBlockID", block)],
    )
}

fn change<const N: usize>(
    ctx: &mut CallContext<'_>,
    place: &str,
    members: [(&str, String); N],
) -> Result<Reply, Refusal> {
    if let Some(found) = ctx.store.row_mut("place", place) {
        found.extend(row(members));
    }
    Ok(Reply::default())
}
