//! Messages to send through one channel, each with its alerts in `alert_history`.

use std::collections::HashSet;

use uuid::Uuid;

use super::{
    super::{
        alerts::{Alert, Alerts, Outcome},
        cold::Day,
        deal::Deal,
        desk::{Current, Deals},
        reminder_texts::{Links, body, slack, subject},
        reminders::{Circumstances, Digest, Reason, Reminder, Silence, plan},
    },
    Suppressed, Told,
};
use crate::{
    delivery::{Channel, Message},
    language::Language,
    store::TabLink,
};

/// Message to one assignee through one channel.
pub struct Letter<'a> {
    /// Reminders of the assignee.
    pub digest: Digest<'a>,
    /// Mail address; empty for Slack.
    pub recipient: String,
    /// One alert per reminder, in the same order.
    pub lines: Vec<Alert>,
    link: &'a TabLink,
    public_url: Option<String>,
}

/// Messages of one channel, with the suppressed reminders.
pub(in super::super) struct Mail<'a> {
    /// Messages to send.
    pub(in super::super) letters: Vec<Letter<'a>>,
    /// Suppressed reminders, for the report.
    pub(in super::super) suppressed: Vec<Suppressed>,
    /// Suppressed reminders, as alerts to record.
    pub(in super::super) suppressed_lines: Vec<Alert>,
}

/// Prepares the messages of one channel.
pub(in super::super) fn letters<'a>(
    deals: &Deals,
    channel: Channel,
    current: &'a Current,
    alerts: &Alerts,
) -> Mail<'a> {
    let now = current.now.timestamp();
    let mut told = alerts.told(channel);
    let claimed: HashSet<Reason> = alerts
        .lines
        .iter()
        .filter(|line| line.channel == channel && line.is_claimed(now))
        .map(|line| line.reason)
        .collect();
    told.extend(&claimed);
    let all: Vec<&Deal> = current.rows.deals.iter().collect();
    let day = Day {
        today: current.now.date(),
        zone: current.now.time_zone().clone(),
    };
    let plan = plan(
        &all,
        &Circumstances {
            cold_after: &deals.rules.cold_after,
            pauses: &current.rows.pauses,
            told: &told,
            day: &day,
        },
    );
    let mut mail = Mail {
        letters: Vec::new(),
        suppressed: Vec::new(),
        suppressed_lines: Vec::new(),
    };
    for (reminder, silence) in &plan.silent {
        match silence {
            Silence::Told if claimed.contains(&reminder.reason) => {
                mail.keep(channel, reminder, "another instance tells it")
            }
            Silence::Told => mail.keep(channel, reminder, "told before"),
            Silence::Paused(until) => mail.suppress(channel, reminder, &format!("paused until {until}")),
        }
    }
    for digest in plan.digests {
        match recipient(deals, channel, alerts, &digest) {
            Some(recipient) => {
                let letter = Letter::new(channel, digest, recipient, &current.rows.link);
                let public_url = deals.reminders.public_url.clone();
                mail.letters.push(Letter { public_url, ..letter });
            }
            None => digest
                .reminders
                .iter()
                .for_each(|reminder| mail.suppress(channel, reminder, "no address")),
        }
    }
    mail
}

fn recipient(deals: &Deals, channel: Channel, alerts: &Alerts, digest: &Digest<'_>) -> Option<String> {
    // Without a mail server the message is only previewed.
    if channel == Channel::Slack || deals.reminders.delivery.mail.is_none() {
        return Some(String::new());
    }
    let own = digest.assignee.as_deref().and_then(|name| alerts.address(name));
    own.map(str::to_owned).or_else(|| deals.reminders.mail_to.clone())
}

impl Mail<'_> {
    fn keep(&mut self, channel: Channel, reminder: &Reminder<'_>, because: &str) {
        self.suppressed.push(suppressed(channel, reminder, because));
    }

    /// Suppresses a reminder and records that once.
    fn suppress(&mut self, channel: Channel, reminder: &Reminder<'_>, because: &str) {
        self.keep(channel, reminder, because);
        let mut line = line(channel, reminder, "", Outcome::Suppressed(because.to_owned()));
        line.id = format!("{} {} {because}", channel.word(), reminder.reason);
        self.suppressed_lines.push(line);
    }
}

fn suppressed(channel: Channel, reminder: &Reminder<'_>, because: &str) -> Suppressed {
    Suppressed {
        channel,
        client: reminder.deal.client.clone(),
        reason: reminder.reason,
        because: because.to_owned(),
    }
}

/// An alert with a random id, so that claims of different instances can be told apart.
fn line(channel: Channel, reminder: &Reminder<'_>, recipient: &str, outcome: Outcome) -> Alert {
    Alert {
        id: format!("{} {} {}", channel.word(), reminder.reason, Uuid::new_v4().simple()),
        at: None,
        subject: reminder.deal.client.to_string(),
        recipient: recipient.to_owned(),
        channel,
        outcome,
        reason: reminder.reason,
    }
}

impl<'a> Letter<'a> {
    fn new(channel: Channel, digest: Digest<'a>, recipient: String, link: &'a TabLink) -> Self {
        let lines = digest.reminders.iter();
        let lines = lines
            .map(|reminder| line(channel, reminder, &recipient, Outcome::Claimed))
            .collect();
        Self {
            digest,
            recipient,
            lines,
            link,
            public_url: None,
        }
    }

    /// Splits off the reminders that another instance sends.
    pub(super) fn only(mut self, won: &HashSet<Reason>) -> (Self, Vec<Suppressed>) {
        let channel = self.lines.first().map(|line| line.channel);
        let (told, left): (Vec<Reminder<'_>>, Vec<Reminder<'_>>) = self
            .digest
            .reminders
            .iter()
            .partition(|reminder| won.contains(&reminder.reason));
        self.digest.reminders = told;
        self.lines.retain(|line| won.contains(&line.reason));
        let left = channel.map_or_else(Vec::new, |channel| {
            let left = left.iter();
            left.map(|reminder| suppressed(channel, reminder, "another instance tells it"))
                .collect()
        });
        (self, left)
    }

    /// Message for the channel.
    pub(in super::super) fn message(&self, channel: Channel, language: Language) -> Message {
        let link = |reminder: &Reminder<'_>| Links {
            page: self
                .public_url
                .as_ref()
                .map(|url| format!("{url}/deals/{}", reminder.reason.deal)),
            row: self.link.row(reminder.deal.row),
        };
        Message {
            to: self.recipient.clone(),
            subject: subject(language, &self.digest),
            text: match channel {
                Channel::Mail => body(language, &self.digest, link),
                Channel::Slack => slack(language, &self.digest, link),
            },
        }
    }

    pub(super) fn told(&self, channel: Channel, error: Option<String>) -> Told {
        Told {
            assignee: self.digest.assignee.clone(),
            channel,
            recipient: self.recipient.clone(),
            reasons: self.digest.reminders.iter().map(|reminder| reminder.reason).collect(),
            error,
        }
    }
}
