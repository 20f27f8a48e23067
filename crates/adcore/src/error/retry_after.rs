//! The header `Retry-After`.

use std::time::{Duration, SystemTime};

/// Parses `Retry-After` (RFC 9110, section 10.2.3): seconds, or an HTTP date in any of its three
/// forms.
///
/// Fractions of a second are not in the standard, but servers send them, so they are accepted. A
/// date in the past means no wait; a wait of more than a year is shortened to a year.
pub(super) fn parse_retry_after(value: &str) -> Option<Duration> {
    const MAX_WAIT: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    let value = value.trim();
    let is_number = value
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let wait = if is_number {
        let seconds: f64 = value.parse().ok()?;
        Duration::try_from_secs_f64(seconds).unwrap_or(MAX_WAIT)
    } else {
        let date = httpdate::parse_http_date(value).ok()?;
        date.duration_since(SystemTime::now()).unwrap_or_default()
    };
    Some(wait.min(MAX_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_with_or_without_a_fraction() {
        let read = |text: &str| parse_retry_after(text).map(|wait| wait.as_secs_f64());
        assert_eq!(read("120"), Some(120.0));
        assert_eq!(read(" 0 "), Some(0.0));
        assert_eq!(read("1.5"), Some(1.5));
        assert_eq!(read("99999999999999999999999999"), Some(31_536_000.0));
        assert_eq!(read(&"9".repeat(400)), Some(31_536_000.0));
        for bad in ["", ".", "-1", "+1", "1e3", "soon", "12 s", "1.2.3", "inf"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn all_three_forms_of_dates() {
        for past in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(parse_retry_after(past), Some(Duration::ZERO), "{past}");
        }
        let soon = SystemTime::now() + Duration::from_secs(100);
        let wait = parse_retry_after(&httpdate::fmt_http_date(soon)).unwrap();
        assert!(wait <= Duration::from_secs(100) && wait > Duration::from_secs(90));
        let far = parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT");
        assert_eq!(far, Some(Duration::from_secs(31_536_000)));
        for bad in ["Wed, 21 Oct 2015", "Wed, 21 Oct 2015 07:28:00 +0300"] {
            assert_eq!(parse_retry_after(bad), None, "{bad}");
        }
    }
}
