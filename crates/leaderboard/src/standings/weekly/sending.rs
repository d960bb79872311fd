//! Sending of the weekly standings, at most once.

use std::{sync::Arc, time::Duration};

use sheets_store::{Batch, Reading, RowChange, error_chain::error_chain};
use web::{
    delivery::{Channel, DeliveryError, OutgoingMessage},
    error::Error,
};

use crate::{
    routes::board_address,
    snapshot::LeaderboardSnapshot,
    standings::weekly::{
        message::standings_message,
        rows::{StandingsSentRows, attempt_insert, outcome_change},
        schedule::{SendOutcome, Week, due},
    },
    state::Leaderboard,
};

/// Author recorded in the audit log.
const BY: &str = "weekly standings";
/// Interval between two checks. Polling also works after the machine was asleep at the scheduled time.
const CHECK_INTERVAL: Duration = Duration::from_mins(1);

impl Leaderboard {
    /// Message for a week.
    pub(crate) async fn weekly_message(&self, current: &LeaderboardSnapshot, week: Week) -> String {
        let standings = self.standings(current, week.period()).await;
        let link = match &self.weekly.public_url {
            Some(public) => format!("{public}{}", board_address(week.period())),
            None => current.data.rows.submission_link.tab(),
        };
        standings_message(&standings, week, &link)
    }

    /// Sends the standings if they are due. Returns the outcome, or `None` when nothing is due or another instance
    /// sends it.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written before sending; nothing was sent then.
    pub async fn send_weekly(&self) -> Result<Option<SendOutcome>, Error> {
        if self.weekly.delivery.slack.is_none() {
            return Ok(None);
        }
        let _turn = self.background.lock().await;
        let sent: Reading<StandingsSentRows> = self.store.read().await?;
        let now = self.clock.zoned_now();
        let Some((week, number)) = due(&now, self.weekly.at, &sent.snapshot.data.0) else {
            return Ok(None);
        };
        self.store.refresh();
        let text = self.weekly_message(&self.current().await?, week).await;
        let attempt = RowChange::Insert(attempt_insert(week, number, now.timestamp()));
        let attempt = self.store.commit(Batch::by(BY, [attempt])).await?;
        let Some(id) = attempt.ids.first().filter(|_| attempt.inserted == 1) else {
            return Ok(None);
        };
        let outcome = self.send_to_slack(text).await;
        if let Err(error) = self.store.commit(Batch::by(BY, [outcome_change(id, &outcome)])).await {
            // The row keeps “sending” and is never retried.
            tracing::warn!(%error, "what became of the weekly standings is not in the spreadsheet");
        }
        Ok(Some(outcome))
    }

    async fn send_to_slack(&self, text: String) -> SendOutcome {
        let message = OutgoingMessage {
            to: String::new(),
            subject: String::new(),
            text,
        };
        match self.weekly.delivery.send(Channel::Slack, &message).await {
            Ok(()) => SendOutcome::Sent,
            Err(DeliveryError::NotAccepted(why)) => SendOutcome::Failed(why),
            Err(DeliveryError::Unknown(why)) => SendOutcome::Other(format!("perhaps sent: {why}")),
        }
    }

    /// Checks once a minute, forever. Returns at once when Slack is not configured.
    pub async fn run_weekly_sending(self: Arc<Self>) {
        if self.weekly.delivery.slack.is_none() {
            return;
        }
        loop {
            match self.send_weekly().await {
                Ok(None) => {}
                Ok(Some(outcome)) => tracing::info!(outcome = outcome.as_text(), "weekly standings"),
                Err(error) => tracing::warn!("the weekly standings could not be sent: {}", error_chain(&error)),
            }
            tokio::time::sleep(CHECK_INTERVAL).await;
        }
    }
}
