//! Sending of the weekly standings, at most once.

use std::{sync::Arc, time::Duration};

use super::{
    super::{
        desk::{Current, Leaderboard},
        view::board_address,
    },
    rows::{Outcome, StandingsSent, beginning, ended},
    schedule::{Moment, Week, due},
    words::message,
};
use crate::{
    cause::chain,
    delivery::{Channel, Delivery, DeliveryError, Message},
    error::Error,
    store::{Batch, Change, Reading},
};

/// Author recorded in the audit log.
const BY: &str = "weekly standings";
/// Interval between two checks. Polling also works after the machine was asleep at the scheduled time.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Settings of the weekly message.
pub struct Weekly {
    /// Delivery channels; nothing is sent without Slack.
    pub delivery: Delivery,
    /// Day and time.
    pub at: Moment,
    /// Public address of the program without a trailing slash; without it the message links to the sheet.
    pub public_url: Option<String>,
}

impl Leaderboard {
    /// Message for a week.
    pub(in super::super) async fn weekly_message(&self, current: &Current, week: Week) -> String {
        let standings = self.standings(current, week.period()).await;
        let link = match &self.weekly.public_url {
            Some(public) => format!("{public}{}", board_address(week.period())),
            None => current.settled.rows.submission_link.tab(),
        };
        message(&standings, week, &link)
    }

    /// Sends the standings if they are due. Returns the outcome, or `None` when nothing is due or another instance
    /// sends it.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written before sending; nothing was sent then.
    pub async fn send_weekly(&self) -> Result<Option<Outcome>, Error> {
        if self.weekly.delivery.slack.is_none() {
            return Ok(None);
        }
        let _turn = self.keeping.lock().await;
        let sent: Reading<StandingsSent> = self.store.read().await?;
        let now = self.clock.zoned_now();
        let Some((week, number)) = due(&now, self.weekly.at, &sent.snapshot.data.0) else {
            return Ok(None);
        };
        self.store.refresh();
        let text = self.weekly_message(&self.current().await?, week).await;
        let begun = Change::Insert(beginning(week, number, now.timestamp()));
        let begun = self.store.commit(Batch::by(BY, [begun])).await?;
        let Some(id) = begun.ids.first().filter(|_| begun.inserted == 1) else {
            return Ok(None);
        };
        let outcome = self.tell(text).await;
        if let Err(error) = self.store.commit(Batch::by(BY, [ended(id, &outcome)])).await {
            // The row keeps “sending” and is never retried.
            tracing::warn!(%error, "what became of the weekly standings is not in the spreadsheet");
        }
        Ok(Some(outcome))
    }

    async fn tell(&self, text: String) -> Outcome {
        let message = Message {
            to: String::new(),
            subject: String::new(),
            text,
        };
        match self.weekly.delivery.send(Channel::Slack, &message).await {
            Ok(()) => Outcome::Sent,
            Err(DeliveryError::NotTaken(why)) => Outcome::Failed(why),
            Err(DeliveryError::Unknown(why)) => Outcome::Other(format!("perhaps sent: {why}")),
        }
    }

    /// Checks once a minute, forever. Returns at once when Slack is not configured.
    pub async fn send_weekly_forever(self: Arc<Self>) {
        if self.weekly.delivery.slack.is_none() {
            return;
        }
        loop {
            match self.send_weekly().await {
                Ok(None) => {}
                Ok(Some(outcome)) => tracing::info!(outcome = outcome.words(), "weekly standings"),
                Err(error) => tracing::warn!("the weekly standings could not be sent: {}", chain(&error)),
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}
