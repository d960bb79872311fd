//! Messages to send through one channel, each with its alerts in `alert_history`.

use std::collections::HashSet;

use domain::language::Language;
use sheets_store::TabLink;
use uuid::Uuid;
use web::delivery::{Channel, OutgoingMessage};

use crate::{
    dashboard::stale::BoardDay,
    deal::Deal,
    reminders::{
        plan::{Reminder, ReminderContext, ReminderDigest, SkipReason, plan_reminders},
        report::{MessageReport, SuppressedReminder},
        rows::{DealAlert, DealAlerts, DeliveryOutcome, ReminderReason},
        texts::{DealLinks, mail_text, slack_text, subject},
    },
    snapshot::DealsSnapshot,
    state::Deals,
};

/// Message to one assignee through one channel.
pub struct ReminderMessage<'a> {
    /// Reminders of the assignee.
    pub digest: ReminderDigest<'a>,
    /// Mail address; empty for Slack.
    pub recipient: String,
    /// One alert per reminder, in the same order.
    pub lines: Vec<DealAlert>,
    link: &'a TabLink,
    public_url: Option<String>,
}

/// Messages of one channel, with the suppressed reminders.
pub(crate) struct ChannelMessages<'a> {
    /// Messages to send.
    pub(crate) letters: Vec<ReminderMessage<'a>>,
    /// Suppressed reminders, for the report.
    pub(crate) suppressed: Vec<SuppressedReminder>,
    /// Suppressed reminders, as alerts to record.
    pub(crate) suppressed_lines: Vec<DealAlert>,
}

/// Prepares the messages of one channel.
pub(crate) fn channel_messages<'a>(
    deals: &Deals,
    channel: Channel,
    current: &'a DealsSnapshot,
    alerts: &DealAlerts,
) -> ChannelMessages<'a> {
    let now = current.now.timestamp();
    let mut sent = alerts.sent_reasons(channel);
    let claimed: HashSet<ReminderReason> = alerts
        .lines
        .iter()
        .filter(|line| line.channel == channel && line.is_claimed(now))
        .map(|line| line.reason)
        .collect();
    sent.extend(&claimed);
    let all: Vec<&Deal> = current.rows.deals.iter().collect();
    let day = BoardDay {
        today: current.now.date(),
        zone: current.now.time_zone().clone(),
    };
    let plan = plan_reminders(
        &all,
        &ReminderContext {
            cold_after: &deals.rules.cold_after,
            snoozes: &current.rows.snoozes,
            sent: &sent,
            day: &day,
        },
    );
    let mut mail = ChannelMessages {
        letters: Vec::new(),
        suppressed: Vec::new(),
        suppressed_lines: Vec::new(),
    };
    for (reminder, silence) in &plan.silent {
        match silence {
            SkipReason::AlreadySent if claimed.contains(&reminder.reason) => {
                mail.keep(channel, reminder, "another instance tells it");
            }
            SkipReason::AlreadySent => mail.keep(channel, reminder, "told before"),
            SkipReason::Snoozed(until) => mail.suppress(channel, reminder, &format!("paused until {until}")),
        }
    }
    for digest in plan.digests {
        match recipient(deals, channel, alerts, &digest) {
            Some(recipient) => {
                let letter = ReminderMessage::new(channel, digest, recipient, &current.rows.link);
                let public_url = deals.reminders.public_url.clone();
                mail.letters.push(ReminderMessage { public_url, ..letter });
            }
            None => digest
                .reminders
                .iter()
                .for_each(|reminder| mail.suppress(channel, reminder, "no address")),
        }
    }
    mail
}

fn recipient(deals: &Deals, channel: Channel, alerts: &DealAlerts, digest: &ReminderDigest<'_>) -> Option<String> {
    // Without a mail server the message is only previewed.
    if channel == Channel::Slack || deals.reminders.delivery.mail.is_none() {
        return Some(String::new());
    }
    let own = digest.assignee.as_deref().and_then(|name| alerts.address(name));
    own.map(str::to_owned).or_else(|| deals.reminders.mail_to.clone())
}

impl ChannelMessages<'_> {
    fn keep(&mut self, channel: Channel, reminder: &Reminder<'_>, because: &str) {
        self.suppressed.push(suppressed_reminder(channel, reminder, because));
    }

    /// Suppresses a reminder and records that once.
    fn suppress(&mut self, channel: Channel, reminder: &Reminder<'_>, because: &str) {
        self.keep(channel, reminder, because);
        let mut line = new_alert(channel, reminder, "", DeliveryOutcome::Suppressed(because.to_owned()));
        line.id = format!("{} {} {because}", channel.word(), reminder.reason);
        self.suppressed_lines.push(line);
    }
}

fn suppressed_reminder(channel: Channel, reminder: &Reminder<'_>, because: &str) -> SuppressedReminder {
    SuppressedReminder {
        channel,
        client: reminder.deal.client.clone(),
        reason: reminder.reason,
        because: because.to_owned(),
    }
}

/// An alert with a random id, so that claims of different instances can be told apart.
fn new_alert(channel: Channel, reminder: &Reminder<'_>, recipient: &str, outcome: DeliveryOutcome) -> DealAlert {
    DealAlert {
        id: format!("{} {} {}", channel.word(), reminder.reason, Uuid::new_v4().simple()),
        at: None,
        subject: reminder.deal.client.to_string(),
        recipient: recipient.to_owned(),
        channel,
        outcome,
        reason: reminder.reason,
    }
}

impl<'a> ReminderMessage<'a> {
    fn new(channel: Channel, digest: ReminderDigest<'a>, recipient: String, link: &'a TabLink) -> Self {
        let lines = digest.reminders.iter();
        let lines = lines
            .map(|reminder| new_alert(channel, reminder, &recipient, DeliveryOutcome::Claimed))
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
    pub(crate) fn only(mut self, won: &HashSet<ReminderReason>) -> (Self, Vec<SuppressedReminder>) {
        let channel = self.lines.first().map(|line| line.channel);
        let (own, left): (Vec<Reminder<'_>>, Vec<Reminder<'_>>) = self
            .digest
            .reminders
            .iter()
            .partition(|reminder| won.contains(&reminder.reason));
        self.digest.reminders = own;
        self.lines.retain(|line| won.contains(&line.reason));
        let left = channel.map_or_else(Vec::new, |channel| {
            let left = left.iter();
            left.map(|reminder| suppressed_reminder(channel, reminder, "another instance tells it"))
                .collect()
        });
        (self, left)
    }

    /// Message for the channel.
    pub(crate) fn message(&self, channel: Channel, language: Language) -> OutgoingMessage {
        let link = |reminder: &Reminder<'_>| DealLinks {
            page: self
                .public_url
                .as_ref()
                .map(|url| format!("{url}/deals/{}", reminder.reason.deal)),
            row: self.link.row(reminder.deal.row),
        };
        OutgoingMessage {
            to: self.recipient.clone(),
            subject: subject(language, &self.digest),
            text: match channel {
                Channel::Mail => mail_text(language, &self.digest, link),
                Channel::Slack => slack_text(language, &self.digest, link),
            },
        }
    }

    /// Line of the report about this message.
    pub(crate) fn report(&self, channel: Channel, error: Option<String>) -> MessageReport {
        MessageReport {
            assignee: self.digest.assignee.clone(),
            channel,
            recipient: self.recipient.clone(),
            reasons: self.digest.reminders.iter().map(|reminder| reminder.reason).collect(),
            error,
        }
    }
}
