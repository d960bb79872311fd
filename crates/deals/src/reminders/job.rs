//! Reminder job: sends the reminders of the day through every configured channel, at most once each.
//!
//! Duplicates are prevented across instances and crashes. Each reason has an alert per channel in `alert_history`
//! before its message is sent:
//!
//! 1. Alerts with the outcome `claimed` are written in one call, and the tab is read again. If another instance claimed
//!    the same reason, the instance with the larger id yields; the other one waits until its rival has yielded or begun
//!    to send ([`send_claim`](web::delivery::send_claim)).
//! 2. `sending` is written, the message is sent, and the outcome becomes `sent`, `failed: …` or `perhaps sent: …`.
//!
//! A crash before `sending` leaves a claim that expires after [`CLAIM_TTL`](web::delivery::send_claim::CLAIM_TTL); the next run sends the reminder. A
//! crash after it leaves `sending`: it is unknown whether the message went out, so it is not sent again, and the page
//! shows it. Deleting the row causes it to be sent again. Only messages that the other side certainly did not accept
//! are retried.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use sheets_store::{Batch, CommitError, Reading, RowChange, error_chain::error_chain};
use web::{
    delivery::{Channel, DeliveryError, send_claim::ClaimElection},
    error::Error,
};

use crate::{
    reminders::{
        message::{self, ReminderMessage},
        plan::{LastReminderRun, RemainingWork, is_run_due},
        report::ReminderReport,
        rows::{DealAlert, DealAlerts, DeliveryOutcome, ReminderReason},
    },
    snapshot::DealsSnapshot,
    state::Deals,
};

/// Author of the rows, in the audit log.
const AUTHOR: &str = "reminders";
/// Interval at which the daily job checks the clock; after a suspend a timer set for a fixed time would be late.
const CHECK_INTERVAL: Duration = Duration::from_mins(1);

impl Deals {
    /// Sends all pending reminders.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written; messages sent by then are recorded.
    pub async fn remind(&self) -> Result<ReminderReport, Error> {
        let _running = self.reminding.lock().await;
        self.store.refresh();
        let current = self.current().await?;
        let mut report = ReminderReport::default();
        for channel in self.reminders.delivery.channels() {
            let alerts: Reading<DealAlerts> = self.store.read().await?;
            self.remind_through(channel, &current, &alerts.snapshot.data, &mut report)
                .await?;
        }
        Ok(report)
    }

    /// Runs daily at the configured time, forever. Costs nothing while no channel is configured.
    pub async fn remind_daily(self: Arc<Self>) {
        if self.reminders.delivery.channels().is_empty() {
            return;
        }
        let mut last: Option<LastReminderRun> = None;
        loop {
            if is_run_due(&self.clock.zoned_now(), self.reminders.at, last.as_ref()) {
                let rest = self.run().await;
                let at = self.clock.zoned_now();
                last = Some(LastReminderRun { at, rest });
            }
            tokio::time::sleep(CHECK_INTERVAL).await;
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

    async fn run(&self) -> RemainingWork {
        match self.remind().await {
            Ok(report) => {
                let (sent, failed) = (report.sent.len(), report.failed.len());
                tracing::info!(sent, failed, suppressed = report.suppressed.len(), "reminders");
                if failed > 0 {
                    RemainingWork::Something
                } else {
                    RemainingWork::Nothing
                }
            }
            Err(error) => {
                tracing::error!("the reminders could not be worked out: {}", error_chain(&error));
                RemainingWork::Something
            }
        }
    }

    async fn remind_through(
        &self,
        channel: Channel,
        current: &DealsSnapshot,
        alerts: &DealAlerts,
        report: &mut ReminderReport,
    ) -> Result<(), Error> {
        let mail = message::channel_messages(self, channel, current, alerts);
        let known = |id: &str| alerts.lines.iter().any(|line| line.id == id);
        let silent = mail.suppressed_lines.into_iter().filter(|line| !known(&line.id));
        let claims = mail.letters.iter().flat_map(|letter| letter.lines.iter().cloned());
        let inserts: Vec<RowChange> = silent
            .chain(claims)
            .map(|line| RowChange::Insert(line.into_insert(&current.now)))
            .collect();
        report.suppressed.extend(mail.suppressed);
        if !inserts.is_empty() {
            self.store.commit(Batch::by(AUTHOR, inserts)).await?;
        }
        let own: Vec<DealAlert> = mail.letters.iter().flat_map(|letter| letter.lines.clone()).collect();
        let won = self.elect_claims(&own).await?;
        for letter in mail.letters {
            let (letter, lost) = letter.only(&won);
            report.suppressed.extend(lost);
            if !letter.lines.is_empty() {
                self.send_message(channel, letter, report).await;
            }
        }
        Ok(())
    }

    /// Reasons that this instance may send; the plan holds none that was sent before.
    async fn elect_claims(&self, own: &[DealAlert]) -> Result<HashSet<ReminderReason>, Error> {
        let reasons: HashMap<&str, ReminderReason> = own.iter().map(|line| (line.id.as_str(), line.reason)).collect();
        let election = ClaimElection {
            store: &self.store,
            clock: &self.clock,
            pause: self.reminders.pause,
            by: AUTHOR,
        };
        let ids: Vec<String> = own.iter().map(|line| line.id.clone()).collect();
        let won = election.won(&ids, &HashSet::new()).await?;
        Ok(won.iter().filter_map(|id| reasons.get(id.as_str()).copied()).collect())
    }

    /// Sends one message whose alerts are claimed. An error affects this message only.
    async fn send_message(&self, channel: Channel, letter: ReminderMessage<'_>, report: &mut ReminderReport) {
        let message = letter.message(channel, self.reminders.language);
        let sent = match self.mark(&letter.lines, &DeliveryOutcome::Sending).await {
            Err(error) => Err(DeliveryError::NotAccepted(format!(
                "its line could not be written: {error}"
            ))),
            Ok(()) => {
                let sent = self.reminders.delivery.send(channel, &message).await;
                let lines: Vec<DealAlert> = letter
                    .lines
                    .iter()
                    .map(|line| line.with(DeliveryOutcome::Sending))
                    .collect();
                if let Err(error) = self.mark(&lines, &outcome(&sent)).await {
                    // The alert stays at “sending”, which counts as sent.
                    tracing::error!("what became of a reminder could not be written: {error}");
                }
                sent
            }
        };
        let report_line = letter.report(channel, sent.as_ref().err().map(ToString::to_string));
        match sent {
            Ok(()) => report.sent.push(report_line),
            Err(error) => {
                tracing::warn!(channel = channel.word(), "a reminder did not go out: {error}");
                report.failed.push(report_line);
            }
        }
    }

    async fn mark(&self, lines: &[DealAlert], outcome: &DeliveryOutcome) -> Result<(), CommitError> {
        let changes = lines.iter().map(|line| line.outcome_update(outcome));
        self.store.commit(Batch::by(AUTHOR, changes)).await.map(drop)
    }
}

fn outcome(sent: &Result<(), DeliveryError>) -> DeliveryOutcome {
    match sent {
        Ok(()) => DeliveryOutcome::Sent,
        Err(DeliveryError::NotAccepted(why)) => DeliveryOutcome::Failed(why.clone()),
        Err(DeliveryError::Unknown(why)) => DeliveryOutcome::Unknown(why.clone()),
    }
}
