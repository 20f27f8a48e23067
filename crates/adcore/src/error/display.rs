//! How an error is printed: one line, without control characters.

use std::fmt;

use super::Error;

/// Writes `text` on one line of at most `limit` characters, with control characters escaped.
fn write_line(f: &mut fmt::Formatter<'_>, text: &str, limit: usize) -> fmt::Result {
    for (count, c) in text.chars().enumerate() {
        if count == limit {
            return f.write_str("…");
        }
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            write!(f, "{}", c.escape_default())?;
        } else {
            write!(f, "{c}")?;
        }
    }
    Ok(())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MESSAGE_LIMIT: usize = 400;
        const CODE_LIMIT: usize = 40;
        let inner = &self.0;
        if let Some(vendor) = inner.vendor {
            f.write_str(vendor)?;
            if let Some(operation) = &inner.operation {
                f.write_str(" ")?;
                write_line(f, operation, MESSAGE_LIMIT)?;
            }
            f.write_str(": ")?;
        }
        f.write_str(inner.kind.phrase())?;
        if let (Some(preposition), Some(host)) = (inner.kind.host_preposition(), &inner.host) {
            write!(f, " {preposition} ")?;
            write_line(f, host, MESSAGE_LIMIT)?;
        }
        if !inner.message.is_empty() {
            f.write_str(": ")?;
            write_line(f, &inner.message, MESSAGE_LIMIT)?;
        }
        let status = inner
            .status
            .map(|status| format!("HTTP {}", status.as_u16()));
        let code = inner.code.as_ref().map(|code| format!("code {code}"));
        let attempts = (inner.attempts > 1).then(|| format!("{} attempts", inner.attempts));
        let mut separator = " (";
        for item in [status, code, attempts].into_iter().flatten() {
            f.write_str(separator)?;
            separator = ", ";
            write_line(f, &item, CODE_LIMIT + "code ".len())?;
        }
        if separator == ", " {
            f.write_str(")")?;
        }
        Ok(())
    }
}
