//! Schedule of the weekly standings. Pure.

use domain::period::Period;
use jiff::{
    SignedDuration, Timestamp, ToSpan, Zoned,
    civil::{Date, Time, Weekday},
};
use schemars::JsonSchema;
use serde::Serialize;
use web::delivery::Delivery;

/// Day and time of the weekly message, in the configured time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeeklyMoment {
    /// Day of the week.
    pub day: Weekday,
    /// Time of day.
    pub time: Time,
}

/// A week from Monday to Sunday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    /// The Monday.
    pub monday: Date,
}

/// Delay before a failed message is retried.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(1);

impl WeeklyMoment {
    /// Parses an English weekday, full or three letters, and a time: `Monday 09:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (day, time) = text.trim().split_once(char::is_whitespace)?;
        Some(Self {
            day: weekday(day)?,
            time: Time::strptime("%H:%M", time.trim()).ok()?,
        })
    }

    /// Last occurrence up to and including `now`.
    pub fn last(self, now: &Zoned) -> Option<Zoned> {
        let back = i64::from(now.date().weekday().since(self.day));
        let date = now.date().checked_sub(back.days()).ok()?;
        let moment = date.to_datetime(self.time).to_zoned(now.time_zone().clone()).ok()?;
        if moment <= *now {
            Some(moment)
        } else {
            moment.checked_sub(7.days()).ok()
        }
    }

    /// Next occurrence after `now`.
    pub fn next(self, now: &Zoned) -> Option<Zoned> {
        self.last(now)?.checked_add(7.days()).ok()
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    const DAYS: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    let name = name.to_lowercase();
    let found = DAYS.iter().find(|(day, _)| *day == name || day[..3] == name);
    found.map(|(_, weekday)| *weekday)
}

impl Week {
    /// Last complete week before a day.
    pub fn before(day: Date) -> Self {
        let into_week = i64::from(day.weekday().since(Weekday::Monday));
        Self {
            monday: day.saturating_sub((into_week + 7).days()),
        }
    }

    /// Days of the week.
    pub fn period(self) -> Period {
        Period {
            from: Some(self.monday),
            to: Some(self.monday.saturating_add(6.days())),
        }
    }

    /// Name used in the tab: `2026-W10` (ISO 8601).
    pub fn name(self) -> String {
        let week = self.monday.iso_week_date();
        format!("{}-W{:02}", week.year(), week.week())
    }
}

/// Week that is due now, and the attempt number, 0 for the first.
pub fn due(now: &Zoned, moment: WeeklyMoment, sent: &[WeeklyAttempt]) -> Option<(Week, usize)> {
    let week = Week::before(moment.last(now)?.date());
    let name = week.name();
    let attempts: Vec<&WeeklyAttempt> = sent.iter().filter(|sent| sent.week == name).collect();
    let is_settled = attempts
        .iter()
        .any(|sent| !matches!(sent.outcome, SendOutcome::Failed(_)));
    let latest: Option<Timestamp> = attempts.iter().filter_map(|sent| sent.at).max();
    let is_too_soon = latest.is_some_and(|at| now.timestamp().duration_since(at) < AGAIN_AFTER);
    (!is_settled && !is_too_soon).then_some((week, attempts.len()))
}

/// Outcome of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum SendOutcome {
    /// In progress; if it remains, the program stopped during the attempt.
    Sending,
    /// Accepted by Slack.
    Sent,
    /// Certainly not accepted by Slack.
    Failed(String),
    /// Possibly accepted by Slack, or a remark by staff. Not retried.
    Other(String),
}

impl SendOutcome {
    pub(crate) fn parse(text: String) -> Self {
        match text.as_str() {
            "sending" => Self::Sending,
            "sent" => Self::Sent,
            _ => match text.strip_prefix("failed: ") {
                Some(why) => Self::Failed(why.to_owned()),
                None => Self::Other(text),
            },
        }
    }

    /// Text in the sheet.
    pub fn as_text(&self) -> String {
        match self {
            Self::Sending => "sending".to_owned(),
            Self::Sent => "sent".to_owned(),
            Self::Failed(why) => format!("failed: {why}"),
            Self::Other(words) => words.clone(),
        }
    }
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "StandingsTry")]
pub struct WeeklyAttempt {
    /// Id of the row.
    pub id: String,
    /// Week, such as `2026-W10`.
    pub week: String,
    /// When it started; `None` when that cell was edited.
    pub at: Option<Timestamp>,
    /// Outcome.
    #[schemars(with = "String")]
    pub outcome: SendOutcome,
}

/// Settings of the weekly message.
pub struct WeeklySettings {
    /// Delivery channels; nothing is sent without Slack.
    pub delivery: Delivery,
    /// Day and time.
    pub at: WeeklyMoment,
    /// Public address of the program without a trailing slash; without it the message links to the sheet.
    pub public_url: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn now(text: &str) -> Zoned {
        format!("{text}[Europe/Paris]").parse().expect("instant")
    }

    pub(crate) fn moment(text: &str) -> WeeklyMoment {
        WeeklyMoment::parse(text).expect("moment")
    }

    #[test]
    fn a_moment_of_the_week_is_read_as_people_write_it() {
        for (text, read) in [
            ("Monday 09:00", Some(Weekday::Monday)),
            (" fri  17:30", Some(Weekday::Friday)),
            ("Someday 09:00", None),
            ("Monday", None),
            ("Monday 25:00", None),
            ("", None),
        ] {
            assert_eq!(WeeklyMoment::parse(text).map(|moment| moment.day), read, "{text}");
        }
    }

    #[test]
    fn the_last_whole_week_is_due_from_the_moment_on_and_later_when_nobody_was_awake() {
        let monday = moment("Monday 09:00");
        for (at, week) in [
            ("2026-03-09T08:59:59+01:00", "2026-W09"),
            ("2026-03-09T09:00:00+01:00", "2026-W10"),
            ("2026-03-12T23:00:00+01:00", "2026-W10"),
            ("2026-03-16T09:00:00+01:00", "2026-W11"),
            ("2027-01-04T09:00:00+01:00", "2026-W53"),
        ] {
            assert_eq!(
                due(&now(at), monday, &[]).map(|(week, _)| week.name()),
                Some(week.to_owned()),
                "{at}"
            );
        }
        let week = Week::before(jiff::civil::date(2026, 3, 9)).period();
        assert_eq!(
            (week.from, week.to),
            (Some(jiff::civil::date(2026, 3, 2)), Some(jiff::civil::date(2026, 3, 8)))
        );
        let next = monday.next(&now("2026-03-09T09:00:00+01:00")).expect("next");
        assert_eq!(next.date(), jiff::civil::date(2026, 3, 16));
        // The local time stays the same across a daylight-saving change.
        let next = monday.next(&now("2026-03-23T10:00:00+01:00")).expect("next");
        assert_eq!(next.to_string(), "2026-03-30T09:00:00+02:00[Europe/Paris]");
    }

    #[test]
    fn what_was_sent_or_perhaps_sent_is_not_sent_again_and_what_failed_is_after_an_hour() {
        let at = now("2026-03-09T12:00:00+01:00");
        let sent = |outcome, minutes_ago: i64| WeeklyAttempt {
            id: "1".to_owned(),
            week: "2026-W10".to_owned(),
            at: Some(at.timestamp() - SignedDuration::from_mins(minutes_ago)),
            outcome,
        };
        let failed = || SendOutcome::Failed("no".to_owned());
        for (sent, expected) in [
            (vec![sent(SendOutcome::Sent, 5)], None),
            (vec![sent(SendOutcome::Sending, 90)], None),
            (vec![sent(SendOutcome::Other("done by hand".to_owned()), 90)], None),
            (vec![sent(failed(), 59)], None),
            (vec![sent(failed(), 60)], Some(1)),
            (vec![sent(failed(), 120), sent(SendOutcome::Sent, 60)], None),
        ] {
            assert_eq!(
                due(&at, moment("Mon 09:00"), &sent).map(|(_, number)| number),
                expected,
                "{sent:?}"
            );
        }
    }
}
