//! Objects that are read in parts.

use std::collections::VecDeque;
use std::io;
use std::sync::Mutex;

use bytes::Bytes;

use super::super::ReadAt;
use super::background::Background;
use super::client::Client;
use crate::sync::lock;

/// How much is read at once: a footer with its surroundings, or some pages of rows.
const BLOCK: u64 = 512 << 10;

/// How many blocks are kept, because the columns of a row group are read side by side.
const KEPT: usize = 16;

/// An object as it was when it was opened. Once it has been replaced, the parts that were not read yet can no longer be read.
#[derive(Debug)]
pub(super) struct Blob {
    pub(super) client: Client,
    pub(super) background: Background,
    pub(super) path: String,
    pub(super) e_tag: Option<String>,
    pub(super) size: u64,
    pub(super) blocks: Mutex<VecDeque<(u64, Bytes)>>,
}

impl Blob {
    /// Returns the block of a number.
    fn block(&self, number: u64) -> io::Result<Bytes> {
        let mut blocks = lock(&self.blocks);
        if let Some(position) = blocks.iter().position(|(known, _)| *known == number)
            && let Some(block) = blocks.remove(position)
        {
            let bytes = block.1.clone();
            blocks.push_front(block);
            return Ok(bytes);
        }
        let (client, path, e_tag) = (self.client.clone(), self.path.clone(), self.e_tag.clone());
        let begin = number * BLOCK;
        let range = begin..(begin + BLOCK).min(self.size);
        let length = range.end - range.start;
        let read = self
            .background
            .wait(async move { client.range(&path, e_tag, range).await });
        let bytes = read?.map_err(io::Error::other)?;
        if bytes.len() as u64 != length {
            let error = "the store sent fewer bytes than it has";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, error));
        }
        blocks.truncate(KEPT - 1);
        blocks.push_front((number, bytes.clone()));
        Ok(bytes)
    }
}

impl ReadAt for Blob {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, position: u64, into: &mut [u8]) -> io::Result<usize> {
        if position >= self.size || into.is_empty() {
            return Ok(0);
        }
        let block = self.block(position / BLOCK)?;
        // The offset is smaller than a block.
        let offset = usize::try_from(position % BLOCK).unwrap_or_default();
        let rest = block.get(offset..).unwrap_or_default();
        let length = rest.len().min(into.len());
        if let (Some(into), Some(rest)) = (into.get_mut(..length), rest.get(..length)) {
            into.copy_from_slice(rest);
        }
        Ok(length)
    }
}
