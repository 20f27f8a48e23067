//! Bodies of the type `multipart/form-data`.

use std::fmt;

use bytes::Bytes;
use http::header::HeaderValue;

use crate::Error;

/// The parts of a `multipart/form-data` body, in order.
#[derive(Clone, Default)]
pub struct Multipart {
    parts: Vec<Part>,
}

#[derive(Clone)]
struct Part {
    name: Vec<u8>,
    file: Option<(String, String)>,
    content: Bytes,
}

impl Multipart {
    /// Creates a body without parts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a plain field; name and content are bytes in the character encoding of the call.
    pub fn field(&mut self, name: impl Into<Vec<u8>>, content: impl Into<Bytes>) {
        self.parts.push(Part {
            name: name.into(),
            file: None,
            content: content.into(),
        });
    }

    /// Adds a file, with the name and content type to send along with it.
    pub fn file(
        &mut self,
        name: impl Into<Vec<u8>>,
        file_name: impl Into<String>,
        content_type: impl Into<String>,
        content: impl Into<Bytes>,
    ) {
        self.parts.push(Part {
            name: name.into(),
            file: Some((file_name.into(), content_type.into())),
            content: content.into(),
        });
    }

    /// Returns content type and body, with the parts of `credentials` before these.
    pub(crate) fn finish(&self, credentials: &Self) -> Result<(HeaderValue, Bytes), Error> {
        let mut all = credentials.clone();
        all.parts.extend(self.parts.iter().cloned());
        let (boundary, body) = all.encode();
        let content_type =
            HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"))
                .map_err(|_| Error::invalid_input("multipart", "has an invalid boundary"))?;
        Ok((content_type, body.into()))
    }

    fn encode(&self) -> (String, Vec<u8>) {
        let boundary = loop {
            let candidate = format!("adcore-{:032x}", fastrand::u128(..));
            let needle = candidate.as_bytes();
            let taken = |part: &Part| part.content.windows(needle.len()).any(|at| at == needle);
            if !self.parts.iter().any(taken) {
                break candidate;
            }
        };
        let mut body = Vec::new();
        for part in &self.parts {
            let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"");
            body.extend_from_slice(head.as_bytes());
            push_quoted(&mut body, &part.name);
            body.push(b'"');
            if let Some((file_name, content_type)) = &part.file {
                body.extend_from_slice(b"; filename=\"");
                push_quoted(&mut body, file_name.as_bytes());
                body.extend_from_slice(b"\"\r\nContent-Type: ");
                body.extend(content_type.bytes().filter(|byte| !byte.is_ascii_control()));
            }
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(&part.content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        (boundary, body)
    }
}

/// Escapes a name as browsers do: quotes and line ends are percent-encoded.
fn push_quoted(body: &mut Vec<u8>, name: &[u8]) {
    for byte in name {
        match byte {
            b'"' => body.extend_from_slice(b"%22"),
            b'\r' => body.extend_from_slice(b"%0D"),
            b'\n' => body.extend_from_slice(b"%0A"),
            other => body.push(*other),
        }
    }
}

impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Multipart({} parts)", self.parts.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multipart_boundary_is_not_in_the_content() {
        let mut parts = Multipart::new();
        parts.field("a\"b", "1");
        parts.file(
            "zipFile",
            "x\r\n.zip",
            "application/zip\r\nX: y",
            &b"PK\x03"[..],
        );
        let (content_type, body) = parts.finish(&Multipart::new()).unwrap();
        let boundary = content_type
            .to_str()
            .unwrap()
            .split('=')
            .next_back()
            .unwrap();
        let text = String::from_utf8_lossy(&body);
        assert_eq!(text.matches(boundary).count(), 3);
        assert!(text.contains("name=\"a%22b\""));
        assert!(text.contains("filename=\"x%0D%0A.zip\"\r\nContent-Type: application/zipX: y\r\n"));
    }
}
