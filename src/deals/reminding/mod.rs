//! Tells people what the plan of the day says, through every channel that is configured.
//!
//! Nothing is told twice, with several instances and through crashes too. Each reason of each channel has a line in
//! `alert_history` before its message leaves:
//!
//! 1. Lines with the outcome `claimed` are written, all in one call, and the tab is read again. Whoever finds a claim of
//!    another instance for the same reason gives way when its own id is the larger one, and otherwise waits until the other
//!    has given way or begun to send ([`claim`]).
//! 2. `sending` is written, the message is sent, and the line becomes `sent`, `failed: …` or `perhaps sent: …`.
//!
//! A crash before `sending` leaves a claim that holds for [`claim::HOLDS`]; then the reason is told in the next run. A crash
//! after it leaves `sending`: nobody knows whether the message went out, so it is not sent again, and the page shows it.
//! Deleting the line has it sent once more. Only what the other side surely did not take is tried again.

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

/// Who writes the lines, as the audit log would say.
const BY: &str = "reminders";
/// How often the daily job looks at the clock; a machine that was asleep is not woken at a set time.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// How people are reminded.
pub struct Reminders {
    /// The ways out.
    pub delivery: Delivery,
    /// Where mail goes whose recipient has no line in `contacts`.
    pub mail_to: Option<String>,
    /// The language of the messages.
    pub language: Language,
    /// When the daily job runs, in the configured zone.
    pub at: Time,
    /// What a program has to know to start a run; `None` leaves it to the button of the page.
    pub token: Option<String>,
    /// The address under which people reach the program, without a slash at its end.
    pub public_url: Option<String>,
    /// Between two looks at the claims of other instances.
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

/// What a run did.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "DealsReminded")]
pub struct Report {
    /// Messages that the other side took.
    pub sent: Vec<Told>,
    /// Messages that it did not take, or perhaps did not.
    pub failed: Vec<Told>,
    /// What was not told, with the reason.
    pub suppressed: Vec<Suppressed>,
}

/// A message.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Told {
    /// Whose deals; `None` for those that nobody works on.
    pub assignee: Option<Arc<str>>,
    /// Mail or Slack.
    pub channel: Channel,
    /// The address; empty for Slack.
    pub recipient: String,
    /// What it told.
    #[schemars(with = "Vec<String>")]
    pub reasons: Vec<Reason>,
    /// Why it did not go out.
    pub error: Option<String>,
}

/// Something that was not told.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Suppressed {
    /// Mail or Slack.
    pub channel: Channel,
    /// The customer.
    pub client: Arc<str>,
    /// What would have been told.
    #[schemars(with = "String")]
    pub reason: Reason,
    /// Why not: `told before`, `paused until 2026-12-01`, `no address`, `another instance tells it`.
    pub because: String,
}

impl Deals {
    /// Tells what is to be told now.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written; what was sent by then has its line.
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

    /// Runs every day from the configured time on, for ever. It costs nothing while no channel is configured.
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

    /// Waits until a run that has begun is over, so that the program does not end between a message and its line; not for
    /// ever, because hosts do not wait either.
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

    /// The reasons that this instance tells; the plan holds none that was told before.
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

    /// Sends one message whose lines are claimed. An error stays with this message: the others go out.
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
                    // The line says “sending” for good, which counts as told.
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
