//! A complete file that is not in place yet.

use super::beside::Beside;
use super::parquet::ParquetFile;
use super::text::TextFile;
use super::{Format, WriteError, remove_file};
use crate::footer::Footer;
use crate::schema::Schema;
use crate::store::{Partition, Store, TempFile};

/// A partition that is complete and on the disk under a temporary name. The file is removed on drop.
#[derive(Debug)]
pub struct Staged {
    temp: TempFile,
    partition: Partition,
    format: Format,
    footer: Footer,
    beside: Option<Beside>,
}

impl Staged {
    pub(super) fn parquet(
        file: ParquetFile,
        partition: Partition,
        footer: Footer,
    ) -> Result<Self, WriteError> {
        let mut temp = file.finish(&footer)?;
        temp.sync()?;
        Ok(Self {
            temp,
            partition,
            format: Format::Parquet,
            footer,
            beside: None,
        })
    }

    pub(super) fn text(
        file: TextFile,
        partition: Partition,
        format: Format,
        schema: &Schema,
        footer: Footer,
    ) -> Result<Self, WriteError> {
        let (mut temp, digest) = file.finish()?;
        temp.sync()?;
        let beside = Beside::new(&partition, format, &digest, schema, &footer)?;
        Ok(Self {
            temp,
            partition,
            format,
            footer,
            beside: Some(beside),
        })
    }

    /// What the file says about itself.
    #[must_use]
    pub fn footer(&self) -> &Footer {
        &self.footer
    }

    /// Replaces the partition's file, and returns when that is on the disk.
    ///
    /// A file of the partition in another format is removed afterwards: some engines read whatever is in the folder.
    ///
    /// # Errors
    ///
    /// The file cannot be moved there. If that is because its folder could not be synced, the new file may be there
    /// already, as whole as the old one was.
    pub fn publish(self, store: &dyn Store) -> Result<(), WriteError> {
        if let Some(beside) = &self.beside {
            beside.write(store)?;
        }
        store.publish(self.temp)?;
        if let Some(beside) = &self.beside {
            beside.remove_others(store)?;
        }
        for other in Format::ALL
            .into_iter()
            .filter(|other| *other != self.format)
        {
            remove_file(store, &self.partition, other)?;
        }
        Ok(())
    }
}
