use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Reads a `Retry-After`: whole seconds, or an HTTP date (a past one is no wait).
pub(crate) fn parse_retry_after(value: &str) -> Option<Duration> {
    const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        let wait = value.parse().map_or(LONGEST, Duration::from_secs);
        return Some(wait.min(LONGEST));
    }
    let date = http_date(value)?;
    let wait = date.duration_since(SystemTime::now()).unwrap_or_default();
    Some(wait.min(LONGEST))
}

/// Reads `Wed, 21 Oct 2015 07:28:00 GMT`, the one form of HTTP dates that may be sent.
fn http_date(text: &str) -> Option<SystemTime> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_weekday, rest) = text.split_once(", ")?;
    let rest = rest.strip_suffix(" GMT")?;
    let mut parts = rest.split([' ', ':']);
    let number = |word: Option<&str>, below: u64| {
        let number: u64 = word?.parse().ok()?;
        (number < below).then_some(number)
    };
    let day = number(parts.next(), 32)?.checked_sub(1)?;
    let month = parts.next()?;
    let month = MONTHS.iter().position(|name| *name == month)?;
    let year = number(parts.next(), 10_000)?.checked_sub(1970)?;
    let [hours, minutes, seconds] = [24, 60, 61].map(|below| number(parts.next(), below));
    let days = days_before(year + 1970, month) + day;
    let seconds = ((days * 24 + hours?) * 60 + minutes?) * 60 + seconds?;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// Days from 1970 to the first of this month, which is counted from 0.
fn days_before(year: u64, month: usize) -> u64 {
    const BEFORE: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leaps = |year: u64| year / 4 - year / 100 + year / 400;
    let leap_days = leaps(if month > 1 { year } else { year - 1 }) - leaps(1969);
    (year - 1970) * 365 + leap_days + BEFORE[month]
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

    #[test]
    fn http_dates_are_seconds_since_1970() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Tue, 29 Feb 2000 23:59:60 GMT", Some(951_868_800)),
            ("Wed, 01 Mar 2000 00:00:00 GMT", Some(951_868_800)),
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(1_445_412_480)),
            ("Sun, 22 Nov 2026 02:19:10 GMT", Some(1_795_313_950)),
            ("Mon, 01 Mar 2100 00:00:00 GMT", Some(4_107_542_400)),
            ("Wed, 21 Okt 2015 07:28:00 GMT", None),
            ("Wed, 00 Oct 2015 07:28:00 GMT", None),
            ("Wed, 21 Oct 1969 07:28:00 GMT", None),
            ("Wed, 21 Oct 2015 24:28:00 GMT", None),
            ("Wed, 21 Oct 2015 07:28:00 +0300", None),
        ] {
            let date = http_date(text).map(|date| date.duration_since(UNIX_EPOCH).unwrap());
            assert_eq!(date.map(|date| date.as_secs()), seconds, "{text}");
        }
    }
}
