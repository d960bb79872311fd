//! Reminder job: sends the reminders of the day through every configured channel, at most once each.
//!
//! Duplicates are prevented across instances and crashes. Each reason has an alert per channel in `alert_history`
//! before its message is sent:
//!
//! 1. Alerts with the outcome `claimed` are written in one call, and the tab is read again. If another instance claimed
//!    the same reason, the instance with the larger id yields; the other one waits until its rival has yielded or begun
//!    to send ([`claim`]).
//! 2. `sending` is written, the message is sent, and the outcome becomes `sent`, `failed: …` or `perhaps sent: …`.
//!
//! A crash before `sending` leaves a claim that expires after [`claim::HOLDS`]; the next run sends the reminder. A
//! crash after it leaves `sending`: it is unknown whether the message went out, so it is not sent again, and the page
//! shows it. Deleting the row causes it to be sent again. Only messages that the other side certainly did not accept
//! are retried.

mod letter;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use jiff::civil::{Time, time};
use schemars::JsonSchema;
use serde::Serialize;

pub use letter::Letter;
pub(super) use letter::{Mail, letters};

use super::{
    alerts::{Alert, Alerts, Outcome},
    desk::{Current, Deals},
    reminders::{LastRun, Reason, Rest, is_time},
};
use crate::{
    cause::chain,
    delivery::{
        Channel, Delivery, DeliveryError,
        claim::{self, Contest},
    },
    error::Error,
    language::Language,
    store::{Batch, Change, CommitError, Reading},
};

/// Author of the rows, in the audit log.
const BY: &str = "reminders";
/// Interval at which the daily job checks the clock; after a suspend a timer set for a fixed time would be late.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Settings of the reminders.
pub struct Reminders {
    /// Configured channels.
    pub delivery: Delivery,
    /// Fallback address for assignees without a row in `contacts`.
    pub mail_to: Option<String>,
    /// Language of the messages.
    pub language: Language,
    /// Time of the daily run, in the configured time zone.
    pub at: Time,
    /// Token that a program sends to start a run; without one only the button on the page does.
    pub token: Option<String>,
    /// Public address of the program, without a trailing slash.
    pub public_url: Option<String>,
    /// Interval between two reads of the claims of other instances.
    pub pause: Duration,
}

impl Default for Reminders {
    fn default() -> Self {
        Self {
            delivery: Delivery::default(),
            mail_to: None,
            language: Language::French,
            at: time(8, 0, 0, 0),
            token: None,
            public_url: None,
            pause: claim::PAUSE,
        }
    }
}

/// Result of a reminder run.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "DealsReminded")]
pub struct Report {
    /// Messages that were accepted.
    pub sent: Vec<Told>,
    /// Messages that were not accepted, or perhaps not.
    pub failed: Vec<Told>,
    /// Reminders that were not sent, with the reason.
    pub suppressed: Vec<Suppressed>,
}

/// One message of a run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Told {
    /// Assignee; `None` for deals without one.
    pub assignee: Option<Arc<str>>,
    /// Delivery channel: mail or Slack.
    pub channel: Channel,
    /// Mail address; empty for Slack.
    pub recipient: String,
    /// Reasons in the message.
    #[schemars(with = "Vec<String>")]
    pub reasons: Vec<Reason>,
    /// Delivery error.
    pub error: Option<String>,
}

/// A reminder that was not sent.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Suppressed {
    /// Delivery channel: mail or Slack.
    pub channel: Channel,
    /// Client name.
    pub client: Arc<str>,
    /// Reason that would have been sent.
    #[schemars(with = "String")]
    pub reason: Reason,
    /// Cause: `told before`, `paused until 2026-12-01`, `no address` or `another instance tells it`.
    pub because: String,
}

impl Deals {
    /// Sends all pending reminders.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written; messages sent by then are recorded.
    pub async fn remind(&self) -> Result<Report, Error> {
        let _turn = self.reminding.lock().await;
        self.store.refresh();
        let current = self.current().await?;
        let mut report = Report::default();
        for channel in self.reminders.delivery.channels() {
            let alerts: Reading<Alerts> = self.store.read().await?;
            self.remind_through(channel, (&current, &alerts.snapshot.data), &mut report)
                .await?;
        }
        Ok(report)
    }

    /// Runs daily at the configured time, forever. Costs nothing while no channel is configured.
    pub async fn remind_daily(self: Arc<Self>) {
        if self.reminders.delivery.channels().is_empty() {
            return;
        }
        let mut last: Option<LastRun> = None;
        loop {
            if is_time(&self.clock.zoned_now(), self.reminders.at, last.as_ref()) {
                let rest = self.run().await;
                let at = self.clock.zoned_now();
                last = Some(LastRun { at, rest });
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until a running job has ended, so that the program does not exit between a message and its alert. The wait
    /// is bounded, because hosts kill the process anyway.
    pub async fn finish(&self) {
        const PATIENCE: Duration = Duration::from_secs(5);
        if tokio::time::timeout(PATIENCE, self.reminding.lock()).await.is_err() {
            tracing::warn!("the reminders did not finish");
        }
    }

    async fn run(&self) -> Rest {
        match self.remind().await {
            Ok(report) => {
                let (sent, failed) = (report.sent.len(), report.failed.len());
                tracing::info!(sent, failed, suppressed = report.suppressed.len(), "reminders");
                if failed > 0 { Rest::Something } else { Rest::Nothing }
            }
            Err(error) => {
                tracing::error!("the reminders could not be worked out: {}", chain(&error));
                Rest::Something
            }
        }
    }

    async fn remind_through(
        &self,
        channel: Channel,
        (current, alerts): (&Current, &Alerts),
        report: &mut Report,
    ) -> Result<(), Error> {
        let mail = letter::letters(self, channel, current, alerts);
        let known = |id: &str| alerts.lines.iter().any(|line| line.id == id);
        let silent = mail.suppressed_lines.into_iter().filter(|line| !known(&line.id));
        let claims = mail.letters.iter().flat_map(|letter| letter.lines.iter().cloned());
        let inserts: Vec<Change> = silent
            .chain(claims)
            .map(|line| Change::Insert(line.into_insert(&current.now)))
            .collect();
        report.suppressed.extend(mail.suppressed);
        if !inserts.is_empty() {
            self.store.commit(Batch::by(BY, inserts)).await?;
        }
        let own: Vec<Alert> = mail.letters.iter().flat_map(|letter| letter.lines.clone()).collect();
        let won = self.contest(&own).await?;
        for letter in mail.letters {
            let (letter, lost) = letter.only(&won);
            report.suppressed.extend(lost);
            if !letter.lines.is_empty() {
                self.tell(channel, letter, report).await;
            }
        }
        Ok(())
    }

    /// Reasons that this instance may send; the plan holds none that was sent before.
    async fn contest(&self, own: &[Alert]) -> Result<HashSet<Reason>, Error> {
        let reasons: HashMap<&str, Reason> = own.iter().map(|line| (line.id.as_str(), line.reason)).collect();
        let contest = Contest {
            store: &self.store,
            clock: &self.clock,
            pause: self.reminders.pause,
            by: BY,
        };
        let ids: Vec<String> = own.iter().map(|line| line.id.clone()).collect();
        let won = contest.won(&ids, &HashSet::new()).await?;
        Ok(won.iter().filter_map(|id| reasons.get(id.as_str()).copied()).collect())
    }

    /// Sends one message whose alerts are claimed. An error affects this message only.
    async fn tell(&self, channel: Channel, letter: Letter<'_>, report: &mut Report) {
        let message = letter.message(channel, self.reminders.language);
        let sent = match self.mark(&letter.lines, &Outcome::Sending).await {
            Err(error) => Err(DeliveryError::NotTaken(format!(
                "its line could not be written: {error}"
            ))),
            Ok(()) => {
                let sent = self.reminders.delivery.send(channel, &message).await;
                let lines: Vec<Alert> = letter.lines.iter().map(|line| line.with(Outcome::Sending)).collect();
                if let Err(error) = self.mark(&lines, &outcome(&sent)).await {
                    // The alert stays at “sending”, which counts as sent.
                    tracing::error!("what became of a reminder could not be written: {error}");
                }
                sent
            }
        };
        let told = letter.told(channel, sent.as_ref().err().map(ToString::to_string));
        match sent {
            Ok(()) => report.sent.push(told),
            Err(error) => {
                tracing::warn!(channel = channel.word(), "a reminder did not go out: {error}");
                report.failed.push(told);
            }
        }
    }

    async fn mark(&self, lines: &[Alert], outcome: &Outcome) -> Result<(), CommitError> {
        let changes = lines.iter().map(|line| line.become_of(outcome));
        self.store.commit(Batch::by(BY, changes)).await.map(drop)
    }
}

fn outcome(sent: &Result<(), DeliveryError>) -> Outcome {
    match sent {
        Ok(()) => Outcome::Sent,
        Err(DeliveryError::NotTaken(why)) => Outcome::Failed(why.clone()),
        Err(DeliveryError::Unknown(why)) => Outcome::Unknown(why.clone()),
    }
}
