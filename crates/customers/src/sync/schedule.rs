//! Sync schedule.
//!
//! Syntax: crontab entries, each with its source: `intercom: 0 */6 * * *; all: 0 2 * * *`. Times are civil times in the
//! configured zone. A time that is skipped by daylight saving runs right after it, one that repeats runs once. Runs
//! missed while the machine was asleep are made up for once.

use chrono::{DateTime, Utc};
use jiff::{Timestamp, Zoned, tz::TimeZone};

/// Schedule of all sources.
#[derive(Clone, Debug)]
pub struct SyncSchedule {
    lines: Vec<ScheduleLine>,
}

#[derive(Clone, Debug)]
struct ScheduleLine {
    /// Short name of a source; `None` for all.
    source: Option<String>,
    times: cron::Schedule,
}

/// Default: Intercom every six hours, all sources at 02:00.
pub const DEFAULT_SCHEDULE: &str = "intercom: 0 */6 * * *; all: 0 2 * * *";

impl SyncSchedule {
    /// Schedule without any runs.
    pub const fn off() -> Self {
        Self { lines: Vec::new() }
    }

    /// Parses a schedule; `off` disables it.
    ///
    /// # Errors
    /// What is wrong and what is expected, worded as the end of a sentence.
    pub fn parse(text: &str, is_source: impl Fn(&str) -> bool) -> Result<Self, String> {
        if text.trim().eq_ignore_ascii_case("off") {
            return Ok(Self::off());
        }
        let lines = text.split(';').map(str::trim).filter(|line| !line.is_empty());
        let lines: Vec<ScheduleLine> = lines
            .map(|line| ScheduleLine::parse(line, &is_source))
            .collect::<Result<_, _>>()?;
        if lines.is_empty() {
            return Err(format!("off, or something like {DEFAULT_SCHEDULE}"));
        }
        Ok(Self { lines })
    }

    /// Whether the schedule is disabled.
    pub fn is_off(&self) -> bool {
        self.lines.is_empty()
    }

    /// Short names of the sources that have times of their own.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|line| line.source.as_deref())
    }

    /// Whether a source is due: a scheduled time has passed since its `last` run, or it never ran.
    pub fn is_due(&self, source: &str, last: Option<Timestamp>, now: &Zoned) -> bool {
        let mut lines = self.of(source);
        let Some(last) = last else {
            return lines.next().is_some();
        };
        let last = civil_as_utc(&last.to_zoned(now.time_zone().clone()));
        let now = civil_as_utc(now);
        lines.any(|line| line.times.after(&last).next().is_some_and(|next| next <= now))
    }

    /// Next scheduled time of a source after `now`; `None` without one.
    pub fn next(&self, source: &str, now: &Zoned) -> Option<Timestamp> {
        let from = civil_as_utc(now);
        let next = self
            .of(source)
            .filter_map(|line| line.times.after(&from).next())
            .min()?;
        instant(next, now.time_zone())
    }

    fn of<'a>(&'a self, source: &'a str) -> impl Iterator<Item = &'a ScheduleLine> {
        let is_meant = move |line: &&ScheduleLine| line.source.as_deref().is_none_or(|name| name == source);
        self.lines.iter().filter(is_meant)
    }
}

impl ScheduleLine {
    fn parse(line: &str, is_source: &impl Fn(&str) -> bool) -> Result<Self, String> {
        let (source, times) = line.split_once(':').ok_or_else(|| {
            format!("a source, a colon and the times of a crontab, such as {DEFAULT_SCHEDULE}; “{line}” has no colon")
        })?;
        let source = source.trim().to_lowercase();
        if source != "all" && !is_source(&source) {
            return Err(format!("about all or a source; there is no source “{source}”"));
        }
        let fields: Vec<&str> = times.split_whitespace().collect();
        let [.., day_of_week] = fields.as_slice() else {
            return Err(format!(
                "five fields as in a crontab, such as 0 2 * * *; “{line}” has none"
            ));
        };
        // Crontabs count Sunday as 0, the library counts it as 1.
        if fields.len() != 5 || day_of_week.contains(|sign: char| sign.is_ascii_digit()) {
            return Err(format!(
                "five fields as in a crontab, such as 0 2 * * *, with days of the week by name, such as Mon-Fri; “{line}” is not"
            ));
        }
        let times = format!("0 {}", fields.join(" "))
            .parse()
            .map_err(|error| format!("made of the times of a crontab; “{line}” is not: {error}"))?;
        Ok(Self {
            source: (source != "all").then_some(source),
            times,
        })
    }
}

/// Civil time of a moment, as if it were UTC.
fn civil_as_utc(moment: &Zoned) -> DateTime<Utc> {
    let second = moment
        .datetime()
        .to_zoned(TimeZone::UTC)
        .map(|civil| civil.timestamp().as_second());
    DateTime::from_timestamp(second.unwrap_or_default(), 0).unwrap_or_default()
}

/// Instant of a civil time in a zone.
fn instant(civil: DateTime<Utc>, zone: &TimeZone) -> Option<Timestamp> {
    let civil = Timestamp::from_second(civil.timestamp())
        .ok()?
        .to_zoned(TimeZone::UTC)
        .datetime();
    civil.to_zoned(zone.clone()).ok().map(|moment| moment.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn at(text: &str) -> Zoned {
        let zone = TimeZone::get("Europe/Paris").expect("zone");
        text.parse::<Timestamp>().expect("an instant").to_zoned(zone)
    }

    pub(crate) fn due(schedule: &SyncSchedule, source: &str, last: &str, now: &str) -> bool {
        schedule.is_due(source, Some(at(last).timestamp()), &at(now))
    }

    pub(crate) fn usual() -> SyncSchedule {
        SyncSchedule::parse(DEFAULT_SCHEDULE, |name| name == "intercom").expect("a schedule")
    }

    #[test]
    fn intercom_comes_every_six_hours_and_all_at_two_in_the_morning() {
        let usual = usual();
        for (source, last, now, expected) in [
            ("intercom", "2026-03-03T05:00:00Z", "2026-03-03T10:59:00Z", false),
            ("intercom", "2026-03-03T05:00:00Z", "2026-03-03T11:00:00Z", true),
            ("stripe", "2026-03-03T05:00:00Z", "2026-03-03T23:59:00Z", false),
            ("stripe", "2026-03-03T05:00:00Z", "2026-03-04T01:00:00Z", true),
        ] {
            assert_eq!(due(&usual, source, last, now), expected, "{source} {now}");
        }
        assert!(usual.is_due("stripe", None, &at("2026-03-03T12:00:00Z")), "never read");
        assert_eq!(
            usual.next("stripe", &at("2026-03-03T12:00:00Z")),
            Some(at("2026-03-04T01:00:00Z").timestamp())
        );
    }

    #[test]
    fn what_was_slept_through_is_made_up_for_once() {
        let usual = usual();
        assert!(due(&usual, "stripe", "2026-03-01T01:00:05Z", "2026-03-05T09:30:00Z"));
        assert!(!due(&usual, "stripe", "2026-03-05T09:30:00Z", "2026-03-05T09:31:00Z"));
    }

    #[test]
    fn an_hour_that_is_skipped_is_made_up_for_and_one_that_comes_twice_counts_once() {
        let usual = usual();
        // On 29 March 2026 the clock in Paris jumps from 02:00 to 03:00 at 01:00 UTC.
        assert!(!due(&usual, "stripe", "2026-03-28T01:00:00Z", "2026-03-29T00:59:00Z"));
        assert!(due(&usual, "stripe", "2026-03-28T01:00:00Z", "2026-03-29T01:00:00Z"));
        // On 25 October 2026 it shows 02:00 at 00:00 UTC and again at 01:00 UTC.
        assert!(due(&usual, "stripe", "2026-10-24T00:00:30Z", "2026-10-25T00:00:30Z"));
        assert!(!due(&usual, "stripe", "2026-10-25T00:00:30Z", "2026-10-25T01:00:30Z"));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_what_would_be_right() {
        for (text, tables) in [
            ("", "off, or something like"),
            ("0 2 * * *", "has no colon"),
            ("nobody: 0 2 * * *", "no source “nobody”"),
            ("all:", "five fields"),
            ("all: 0 2 * *", "five fields"),
            ("all: 0 2 * * 1-5", "days of the week by name"),
            ("all: 61 2 * * *", "is not"),
            ("all: soon", "five fields"),
        ] {
            let refused = SyncSchedule::parse(text, |name| name == "stripe").expect_err(text);
            assert!(refused.contains(tables), "{text}: {refused}");
        }
        assert!(SyncSchedule::parse(" OFF ", |_| false).expect("none").is_off());
        assert!(SyncSchedule::parse("stripe: 30 4 * * Mon-Fri", |name| name == "stripe").is_ok());
    }
}
