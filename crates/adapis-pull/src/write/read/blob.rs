//! A file of a store as the Parquet library wants it.

use std::fmt;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use crate::store::ReadAt;

#[derive(Clone)]
pub(super) struct Blob(Arc<dyn ReadAt>);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Blob {
    pub(super) fn new(data: Box<dyn ReadAt>) -> Self {
        Self(data.into())
    }

    pub(super) fn read_from(&self, position: u64) -> FromPosition {
        FromPosition {
            blob: self.clone(),
            position,
        }
    }
}

/// A file from a position on.
#[derive(Debug)]
pub(super) struct FromPosition {
    blob: Blob,
    position: u64,
}

impl Read for FromPosition {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.blob.0.read_at(self.position, into)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Length for Blob {
    fn len(&self) -> u64 {
        self.0.size()
    }
}

impl ChunkReader for Blob {
    type T = BufReader<FromPosition>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::new(self.read_from(start)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        // A damaged footer may ask for any length; what the file has bounds the memory.
        let mut bytes = Vec::new();
        self.read_from(start)
            .take(length as u64)
            .read_to_end(&mut bytes)?;
        if bytes.len() != length {
            return Err(ParquetError::EOF("the file is cut short".to_owned()));
        }
        Ok(bytes.into())
    }
}
