//! Dates and times as text, in the configured time zone.

use domain::language::Language;
use jiff::{Timestamp, Zoned, civil::Date};
use maud::{Markup, html};

/// Date: `3 March`, with the year unless it is this year.
pub fn day(date: Date, today: Date) -> String {
    let format = if date.year() == today.year() {
        "%-d %B"
    } else {
        "%-d %B %Y"
    };
    date.strftime(format).to_string()
}

/// Date of an instant in the time zone of `now`.
pub fn day_of(at: Timestamp, now: &Zoned) -> String {
    day(local(at, now).date(), now.date())
}

/// [`day_of`] as a `time` element with the exact instant; the text does not wrap.
pub fn day_element(at: Timestamp, now: &Zoned) -> Markup {
    html! { time .day datetime=(at) { (day_of(at, now)) } }
}

/// Date and time in full: `3 Mar 2026, 14:03`.
pub fn timestamp(at: Timestamp, now: &Zoned) -> String {
    local(at, now).strftime("%-d %b %Y, %H:%M").to_string()
}

/// Time of day to the second, with the date unless it is today: `14:03:12`, `23:59:08 on 4 March`.
pub fn clock_time(at: Timestamp, now: &Zoned) -> String {
    let at = local(at, now);
    let time = at.strftime("%H:%M:%S").to_string();
    if at.date() == now.date() {
        time
    } else {
        format!("{time} on {}", day(at.date(), now.date()))
    }
}

/// Age of data that is refreshed continually: `42 s ago`, `il y a 4 min`, `3 h ago`.
pub fn age(at: Timestamp, now: &Zoned, language: Language) -> String {
    let age = match (now.timestamp().as_second() - at.as_second()).max(0) {
        seconds @ ..120 => format!("{seconds} s"),
        seconds @ ..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    };
    language.choose(format!("il y a {age}"), format!("{age} ago"))
}

/// Duration of `seconds` in its two largest units: `42 s`, `4 min`, `3 h 12 min`, `2 days 5 h`.
pub fn duration(seconds: i64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        ..60 => format!("{} s", seconds.max(0)),
        60..3600 => format!("{minutes} min"),
        3600..86_400 => format!("{hours} h {} min", minutes % 60),
        86_400..172_800 => format!("1 day {} h", hours % 24),
        _ => format!("{days} days {} h", hours % 24),
    }
}

/// Relative time: `just now`, `5 minutes ago`, `yesterday`, `3 days ago`, and from two weeks on the date.
pub fn relative_time(at: Timestamp, now: &Zoned) -> String {
    let seconds = now.timestamp().as_second() - at.as_second();
    let days = (now.date() - local(at, now).date()).get_days();
    let ago = |number: i64, unit: &str| {
        let plural = if number == 1 { "" } else { "s" };
        format!("{number} {unit}{plural} ago")
    };
    match (days, seconds) {
        (_, ..60) => "just now".to_owned(),
        (_, 60..3600) => ago(seconds / 60, "minute"),
        (0, _) => ago(seconds / 3600, "hour"),
        (1, _) => "yesterday".to_owned(),
        (2..=13, _) => ago(days.into(), "day"),
        _ => {
            let format = if local(at, now).year() == now.year() {
                "%-d %b"
            } else {
                "%-d %b %Y"
            };
            local(at, now).strftime(format).to_string()
        }
    }
}

/// [`relative_time`] as a `time` element with the exact instant, and the full date as a tooltip.
pub fn relative_time_element(at: Timestamp, now: &Zoned) -> Markup {
    html! { time datetime=(at) title=(timestamp(at, now)) { (relative_time(at, now)) } }
}

/// [`timestamp`] as a `time` element with the exact instant.
pub fn timestamp_element(at: Timestamp, now: &Zoned) -> Markup {
    html! { time datetime=(at) { (timestamp(at, now)) } }
}

/// Instant in the time zone of `now`.
pub fn local(at: Timestamp, now: &Zoned) -> Zoned {
    at.to_zoned(now.time_zone().clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn now() -> Zoned {
        "2026-03-05T09:00:00+01:00[Europe/Paris]".parse().expect("instant")
    }

    #[test]
    fn how_long_ago_is_told_in_the_unit_that_fits() {
        for (at, told) in [
            ("2026-03-05T08:00:30Z", "just now"),
            ("2026-03-05T07:59:59Z", "just now"),
            ("2026-03-05T07:59:00Z", "1 minute ago"),
            ("2026-03-05T07:15:00Z", "45 minutes ago"),
            ("2026-03-05T07:00:00Z", "1 hour ago"),
            ("2026-03-04T23:30:00Z", "8 hours ago"),
            ("2026-03-04T22:30:00Z", "yesterday"),
            ("2026-03-03T22:30:00Z", "2 days ago"),
            ("2026-02-20T12:00:00Z", "13 days ago"),
            ("2026-02-19T12:00:00Z", "19 Feb"),
            ("2025-12-31T22:59:59Z", "31 Dec 2025"),
        ] {
            let at: Timestamp = at.parse().expect("instant");
            assert_eq!(relative_time(at, &now()), told, "{at}");
        }
    }

    #[test]
    fn how_long_something_lasts_is_told_in_its_two_largest_units() {
        for (seconds, told) in [
            (-5, "0 s"),
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_599, "59 min"),
            (3_600, "1 h 0 min"),
            (86_399, "23 h 59 min"),
            (86_400, "1 day 0 h"),
            (172_799, "1 day 23 h"),
            (190_800, "2 days 5 h"),
        ] {
            assert_eq!(duration(seconds), told);
        }
    }

    #[test]
    fn a_time_of_day_names_its_day_unless_that_is_today() {
        for (at, told) in [
            ("2026-03-05T08:00:30Z", "09:00:30"),
            ("2026-03-04T22:59:08Z", "23:59:08 on 4 March"),
            ("2025-03-04T22:59:08Z", "23:59:08 on 4 March 2025"),
        ] {
            assert_eq!(clock_time(at.parse().expect("instant"), &now()), told);
        }
    }

    #[test]
    fn a_day_is_the_day_at_the_configured_place() {
        let at: Timestamp = "2026-03-02T23:30:00Z".parse().expect("instant");
        assert_eq!(day_of(at, &now()), "3 March");
        assert_eq!(timestamp(at, &now()), "3 Mar 2026, 00:30");
    }
}
