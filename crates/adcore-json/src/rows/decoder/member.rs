//! The members of the envelope and of groups, among which the rows are.

use super::{Decoder, State};
use crate::RawJson;
use crate::rows::RowLocation;
use adcore::Error;

impl Decoder {
    /// Refuses a group that ends without rows: nothing says that it has none.
    pub(super) fn check_group(&self) -> Result<(), Error> {
        match self.shape {
            RowLocation::Groups(name) if !self.group_found => {
                Err(self.broken(&format!("member `{name}` is missing")))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn enter_group(&mut self) {
        self.grouped = true;
        self.group_found = false;
        self.groups += 1;
        self.group.clear();
        self.group_size = 0;
        self.step(State::FirstKey);
    }

    /// Reads `"key":` and its value, unless that is the array of rows; `false` asks for more bytes.
    pub(super) fn member(&mut self) -> Result<bool, Error> {
        let begin = self.at;
        let Some(key) = self.element::<String>()? else {
            return Ok(false);
        };
        let colon = self.peek_byte();
        if colon.is_some() && colon != Some(b':') {
            return Err(self.broken("not valid JSON"));
        }
        let value = colon.and_then(|_| {
            self.at += 1;
            self.peek_byte()
        });
        let (rows, again) = match self.shape {
            RowLocation::Array => (false, false),
            RowLocation::Member(name) => (name == key, self.found),
            RowLocation::AnyMember(names) => {
                let rows = names.iter().any(|name| name.eq_ignore_ascii_case(&key));
                (rows, self.found)
            }
            RowLocation::Nested(_, name) => (self.grouped && name == key, self.group_found),
            RowLocation::Groups(name) => {
                let rows = self.grouped && name.eq_ignore_ascii_case(&key);
                (rows, self.group_found)
            }
        };
        let must_be_list = rows && !matches!(self.shape, RowLocation::Member(_));
        let opens_group = match self.shape {
            RowLocation::Nested(name, _) => !self.grouped && name == key,
            _ => false,
        };
        match value {
            Some(b'{') if opens_group && self.groups > 0 => {
                Err(self.broken(&format!("member `{key}` appears twice")))
            }
            Some(b'{') if opens_group => {
                self.enter_group();
                Ok(true)
            }
            Some(b'[') if rows && again => Err(self.broken("the rows appear twice")),
            Some(_) if must_be_list && again => Err(self.broken("the rows appear twice")),
            Some(b'[') if rows => {
                self.enter_rows();
                Ok(true)
            }
            Some(byte) if must_be_list && byte != b'n' => {
                Err(self.broken(&format!("member `{key}` is not an array")))
            }
            Some(_) => match self.raw()? {
                Some(value) if must_be_list && value.is_null() => {
                    self.found = true;
                    self.group_found = true;
                    self.state = State::AfterMember;
                    Ok(true)
                }
                Some(value) => {
                    self.keep(key, value, State::AfterMember)?;
                    Ok(true)
                }
                None => {
                    self.at = begin;
                    Ok(false)
                }
            },
            None if self.complete => Err(self.broken("the JSON ends too early")),
            None => {
                self.at = begin;
                Ok(false)
            }
        }
    }

    pub(super) fn raw(&mut self) -> Result<Option<RawJson>, Error> {
        self.element()
    }

    pub(super) fn keep(&mut self, name: String, value: RawJson, next: State) -> Result<(), Error> {
        let length = name.len() + value.as_str().len();
        if self.grouped {
            self.digest.add(name.as_bytes());
            self.digest.add(value.as_str().as_bytes());
        }
        let (size, members) = if self.grouped {
            (&mut self.group_size, &mut self.group)
        } else {
            (&mut self.rest_size, &mut self.rest)
        };
        *size += length;
        if *size > self.limit {
            return Err(self.too_long());
        }
        members.push((name, value));
        self.state = next;
        Ok(())
    }
}
