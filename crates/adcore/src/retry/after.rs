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
    const LENGTH: usize = "Wed, 21 Oct 2015 07:28:00 GMT".len();
    const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    /// The first of 1970.
    const THURSDAY: u64 = 3;
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (weekday, rest) = text.split_once(", ")?;
    if text.len() != LENGTH {
        return None;
    }
    let (date, time) = rest.strip_suffix(" GMT")?.rsplit_once(' ')?;
    let number = |word: Option<&str>, digits: usize, below: u64| {
        let word = word.filter(|word| word.len() == digits)?;
        let plain = word.bytes().all(|byte| byte.is_ascii_digit());
        let number: u64 = plain.then(|| word.parse().ok()).flatten()?;
        (number < below).then_some(number)
    };
    let mut date = date.split(' ');
    let day = number(date.next(), 2, 32)?.checked_sub(1)?;
    let month = date.next()?;
    let month = MONTHS.iter().position(|name| *name == month)?;
    let year = number(date.next(), 4, 10_000).filter(|year| *year >= 1970)?;
    let mut time = time.split(':');
    let [hours, minutes, seconds] = [24, 60, 60].map(|below| number(time.next(), 2, below));
    let days = days_before(year, month) + day;
    let exists = day < 28 || month == 11 || days < days_before(year, month + 1);
    let begins_on = WEEKDAYS[((days + THURSDAY) % 7) as usize];
    if !exists || weekday != begins_on {
        return None;
    }
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
            ("Tue, 29 Feb 2000 23:59:59 GMT", Some(951_868_799)),
            ("Wed, 01 Mar 2000 00:00:00 GMT", Some(951_868_800)),
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(1_445_412_480)),
            ("Sun, 22 Nov 2026 02:19:10 GMT", Some(1_795_313_950)),
            ("Mon, 01 Mar 2100 00:00:00 GMT", Some(4_107_542_400)),
            ("Wed, 21 Okt 2015 07:28:00 GMT", None),
            ("Wed, 00 Oct 2015 07:28:00 GMT", None),
            ("Wed, 21 Oct 1969 07:28:00 GMT", None),
            ("Wed, 21 Oct 2015 24:28:00 GMT", None),
            ("Wed, 21 Oct 2015 07:28:00 +0300", None),
            ("Wed, 21 Oct 2015 07:28:60 GMT", None),
            ("Wed, 21 Oct 2015 +7:28:00 GMT", None),
            ("Wed, 21 Oct 2015 07 28 00 GMT", None),
            ("Wednesday, 21-Oct-15 07:28:00 GMT", None),
        ] {
            let date = http_date(text).map(|date| date.duration_since(UNIX_EPOCH).unwrap());
            assert_eq!(date.map(|date| date.as_secs()), seconds, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn dates_are_those_of_httpdate(
            date in "[0-3][0-9] (Jan|Feb|Mar|Dec|Foo) [12][0-9]{3} [0-2][0-9]:[0-6][0-9]:[0-6][0-9]"
        ) {
            for weekday in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Day"] {
                let text = format!("{weekday}, {date} GMT");
                proptest::prop_assert_eq!(http_date(&text), httpdate::parse_http_date(&text).ok());
            }
        }
    }
}
