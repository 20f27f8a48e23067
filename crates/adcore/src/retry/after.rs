use std::time::{Duration, SystemTime};

/// Reads a `Retry-After`: whole seconds, or an HTTP date (a past one is no wait).
pub(crate) fn parse_retry_after(value: &str) -> Option<Duration> {
    const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        let wait = value.parse().map_or(LONGEST, Duration::from_secs);
        return Some(wait.min(LONGEST));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let wait = date.duration_since(SystemTime::now()).unwrap_or_default();
    Some(wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_forms() {
        let seconds = |text: &str| parse_retry_after(text).map(|wait| wait.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds(" 0 "), Some(0));
        assert_eq!(seconds("99999999999999999999999999"), Some(31_536_000));
        assert_eq!(seconds("Wed, 21 Oct 2015 07:28:00 GMT"), Some(0));
        assert_eq!(seconds("Fri, 31 Dec 9999 23:59:59 GMT"), Some(31_536_000));
        for bad in ["", "-1", "soon", "1.5", "12 s", "Wed, 21 Oct 2015"] {
            assert_eq!(parse_retry_after(bad), None, "{bad}");
        }
    }
}
