//! Alert sender: delivers alerts and daily summaries in a background task.
//!
//! Each alert has a line in `alert_history` before its message leaves. The line is inserted as `claimed`, and the tab
//! is read again: of several instances that claim the same alert, one wins. The line then becomes `sending`, and after
//! delivery `sent`, `failed: …` or `perhaps sent: …`. A message that certainly was not accepted is retried; one with an
//! unknown outcome is not.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::Duration,
};

use jiff::{
    SignedDuration, Timestamp, Zoned,
    civil::{Date, Time},
};
use sheets_store::{Batch, CommitError, Reading, RowChange, Store, clock::Clock, error_chain::error_chain};
use tokio::sync::watch;
use web::{
    delivery::{
        Channel, Delivery, DeliveryError, OutgoingMessage,
        alert_history::DeliveryOutcome,
        send_claim::{self, ClaimElection},
    },
    error::Error,
};

use crate::{
    alerts::{
        attempts::{DeliveryAttempt, open_attempts, supersede_attempts, with_failure_count},
        customer_states::{LinkTarget, customer_states},
        messages,
        plan::{AlertPlan, PlanTime, SuppressionReason, plan_alerts},
        report::{HealthReport, ReportPeriod, build_report},
        rows::{AlertHistory, AlertLine, NewAlertLine, SummaryAlertLine, outcome_change, summary_key},
        trigger::{AlertStream, AlertTrigger, detect_triggers},
    },
    health::scoring::{ScoredCustomer, Scoring, ScoringInputs},
};

/// Author of the lines in the audit log.
const BY: &str = "alerts";
/// Polling interval of the clock.
const POLL_INTERVAL: Duration = Duration::from_secs(60);
/// Polls after which failed messages are retried.
const POLLS_BEFORE_RETRY: u32 = 10;
/// Minimum time before a failed summary is retried.
const SUMMARY_RETRY_DELAY: SignedDuration = SignedDuration::from_mins(10);

/// Delivery settings of the alerts.
pub struct AlertSettings {
    /// Delivery per stream.
    pub streams: BTreeMap<AlertStream, Delivery>,
    /// Email recipient; `None` turns email off.
    pub mail_to: Option<String>,
    /// Time of day of the daily summary, in the configured zone.
    pub summary_at: Time,
    /// Target of customer links in messages.
    pub links: LinkTarget,
    /// Pause between two reads of other instances' claims.
    pub pause: Duration,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self {
            streams: BTreeMap::new(),
            mail_to: None,
            summary_at: Time::constant(8, 30, 0, 0),
            links: LinkTarget::Rows,
            pause: send_claim::RECHECK_PAUSE,
        }
    }
}

/// Sends alerts and daily summaries.
pub struct AlertSender {
    store: Arc<Store>,
    clock: Clock,
    scoring: Arc<Scoring>,
    ways: AlertSettings,
    /// Held while messages are sent.
    turn: tokio::sync::Mutex<()>,
}

/// Counts of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendCounts {
    /// Messages that were accepted.
    pub sent: usize,
    /// Messages that failed.
    pub failed: usize,
    /// Suppressed triggers.
    pub silent: usize,
    /// Triggers that another instance is sending.
    pub left: usize,
}

impl AlertSender {
    /// Creates the sender.
    pub fn new(store: Arc<Store>, clock: Clock, scoring: Arc<Scoring>, ways: AlertSettings) -> Self {
        let turn = tokio::sync::Mutex::default();
        Self {
            store,
            clock,
            scoring,
            ways,
            turn,
        }
    }

    /// Sends alerts after each score computation, and the daily summary. Runs forever; returns at once when no channel
    /// is configured.
    pub async fn run(self: Arc<Self>) {
        if self.channels().is_empty() {
            return;
        }
        let mut computed = self.scoring.computed();
        let mut rest: Option<u32> = None;
        loop {
            let is_new = self.wait(&mut computed).await;
            rest = rest.map(|looks| looks + 1);
            if is_new || rest.is_some_and(|looks| looks >= POLLS_BEFORE_RETRY) {
                rest = self.send_and_log().await.then_some(0);
            }
            if let Err(error) = self.send_summary().await {
                tracing::warn!("the summary of the day could not be told: {}", error_chain(&error));
            }
        }
    }

    /// Waits for a score computation or the next poll; true after a computation.
    async fn wait(&self, computed: &mut watch::Receiver<Option<Timestamp>>) -> bool {
        tokio::select! {
            changed = computed.changed() => match changed {
                Ok(()) => true,
                Err(_) => { tokio::time::sleep(POLL_INTERVAL).await; false }
            },
            () = tokio::time::sleep(POLL_INTERVAL) => false,
        }
    }

    /// Whether something is left to retry.
    async fn send_and_log(&self) -> bool {
        match self.tell().await {
            Ok(told) => {
                tracing::info!(sent = told.sent, failed = told.failed, silent = told.silent, "alerts");
                told.failed + told.left > 0
            }
            Err(error) => {
                tracing::warn!("the alerts could not be worked out: {}", error_chain(&error));
                true
            }
        }
    }

    /// Sends all current alerts.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written. Messages sent before the error have their line.
    pub async fn tell(&self) -> Result<SendCounts, Error> {
        let _turn = self.turn.lock().await;
        self.store.refresh();
        let books = self.scoring.inputs_now().await?;
        let scored = self.scoring.score_all(&books);
        let mut told = SendCounts::default();
        for channel in self.channels() {
            let book: Reading<AlertHistory> = self.store.read_now().await?;
            // Boxed, because the combined future is large on the stack.
            Box::pin(self.send_through(channel, (&books, &scored), &book.snapshot.data, &mut told)).await?;
        }
        Ok(told)
    }

    /// Sends the daily summary once per channel, from its time of day on.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written.
    pub async fn send_summary(&self) -> Result<SendCounts, Error> {
        let mut told = SendCounts::default();
        let now = self.clock.zoned_now();
        if now.time() < self.ways.summary_at {
            return Ok(told);
        }
        let _turn = self.turn.lock().await;
        let stream = AlertStream::DailySummaries;
        let channels = self.channels().into_iter();
        for channel in channels.filter(|channel| self.is_delivered_through(stream, *channel)) {
            let book: Reading<AlertHistory> = self.store.read_now().await?;
            let book = &book.snapshot.data;
            if summary_lines(book, channel, &now).any(|line| is_summary_done(line, &now)) {
                continue;
            }
            let text = messages::report_text(&load_report(&self.scoring, &self.clock, ReportPeriod::DAY).await?);
            let message = OutgoingMessage {
                to: self.recipient(channel).to_owned(),
                subject: text.lines().next().unwrap_or_default().to_owned(),
                text,
            };
            let line = NewAlertLine::of_summary(now.date(), (channel, self.place(stream, channel)));
            let claim = (
                line,
                summary_lines(book, channel, &now).map(DeliveryAttempt::from).collect(),
            );
            if self.claim(std::slice::from_ref(&claim), book, &now).await?.is_empty() {
                told.left += 1;
                continue;
            }
            self.send((stream, channel), &message, &[&claim], &mut told).await?;
        }
        Ok(told)
    }

    async fn send_through(
        &self,
        channel: Channel,
        (books, scored): (&ScoringInputs, &[ScoredCustomer]),
        book: &AlertHistory,
        told: &mut SendCounts,
    ) -> Result<(), Error> {
        let now = self.clock.zoned_now();
        let lines = book.through(channel);
        let plan = self.plan(channel, (books, scored), (book, &lines), &now);
        told.silent += plan.silent.len();
        self.note(self.notes(channel, &plan, &lines, &now)).await?;
        let claims: Vec<(&AlertTrigger, AlertClaim)> = plan
            .send
            .iter()
            .map(|one| (one, self.wish(channel, one, &lines)))
            .collect();
        let wishes: Vec<AlertClaim> = claims.iter().map(|(_, claim)| claim.clone()).collect();
        let won = self.claim(&wishes, book, &now).await?;
        told.left += wishes.len() - won.len();
        for stream in AlertStream::ALL {
            let is_own =
                |(one, (line, _)): &&(&AlertTrigger, AlertClaim)| one.kind.stream() == stream && won.contains(&line.id);
            let own: Vec<&(&AlertTrigger, AlertClaim)> = claims.iter().filter(is_own).collect();
            if own.is_empty() {
                continue;
            }
            let occasions: Vec<AlertTrigger> = own.iter().map(|(occasion, _)| (*occasion).clone()).collect();
            let message = messages::alert_message(stream, &occasions, self.recipient(channel));
            let claims: Vec<&AlertClaim> = own.iter().map(|(_, claim)| claim).collect();
            self.send((stream, channel), &message, &claims, told).await?;
        }
        Ok(())
    }

    fn plan(
        &self,
        channel: Channel,
        (books, scored): (&ScoringInputs, &[ScoredCustomer]),
        (book, lines): (&AlertHistory, &[AlertLine]),
        now: &Zoned,
    ) -> AlertPlan {
        let standings = customer_states(books, scored, lines, &self.ways.links);
        let found = standings
            .iter()
            .flat_map(|standing| detect_triggers(standing, now.date()));
        let found = found.filter(|occasion| self.is_delivered_through(occasion.kind.stream(), channel));
        let moment = PlanTime {
            now: now.timestamp(),
            today: now.date(),
            computed: *self.scoring.computed().borrow(),
        };
        plan_alerts(found.collect(), lines, &book.snoozes, moment)
    }

    /// Line to insert for a trigger, and the lines of earlier attempts.
    fn wish(&self, channel: Channel, occasion: &AlertTrigger, lines: &[AlertLine]) -> AlertClaim {
        let line = NewAlertLine::of(occasion, (channel, self.place(occasion.kind.stream(), channel)));
        (
            line,
            open_attempts(lines, &occasion.key).map(DeliveryAttempt::from).collect(),
        )
    }

    /// Inserts the claims and returns the ids of those that this instance won.
    async fn claim(&self, claims: &[AlertClaim], book: &AlertHistory, now: &Zoned) -> Result<HashSet<String>, Error> {
        if claims.is_empty() {
            return Ok(HashSet::new());
        }
        let inserts = claims
            .iter()
            .map(|(line, _)| line.insert(&DeliveryOutcome::Claimed, now));
        self.store.commit(Batch::by(BY, inserts)).await?;
        let contest = ClaimElection {
            store: &self.store,
            clock: &self.clock,
            pause: self.ways.pause,
            by: BY,
        };
        let own: Vec<String> = claims.iter().map(|(line, _)| line.id.clone()).collect();
        Ok(contest.won(&own, &book.ids()).await?)
    }

    /// Records that a message is on its way, delivers it, and records the outcome.
    async fn send(
        &self,
        (stream, channel): (AlertStream, Channel),
        message: &OutgoingMessage,
        claims: &[&AlertClaim],
        told: &mut SendCounts,
    ) -> Result<(), Error> {
        let leaving = claims
            .iter()
            .map(|(line, _)| outcome_change(&line.id, &DeliveryOutcome::Claimed, &DeliveryOutcome::Sending));
        self.store.commit(Batch::by(BY, leaving.collect::<Vec<_>>())).await?;
        let sent = match self.ways.streams.get(&stream) {
            Some(delivery) => delivery.send(channel, message).await,
            None => Err(DeliveryError::NotTaken("the stream is not configured".to_owned())),
        };
        let outcome = match &sent {
            Ok(()) => DeliveryOutcome::Sent,
            Err(DeliveryError::NotTaken(why)) => DeliveryOutcome::Failed(why.clone()),
            Err(DeliveryError::Unknown(why)) => DeliveryOutcome::Unknown(why.clone()),
        };
        match &sent {
            Ok(()) => told.sent += 1,
            Err(error) => {
                tracing::warn!(
                    stream = stream.name(),
                    channel = channel.word(),
                    "an alert did not go out: {error}"
                );
                told.failed += 1;
            }
        }
        let zone = self.clock.zone();
        let ended = claims.iter().map(|(line, earlier)| {
            let outcome = with_failure_count(&outcome, earlier, zone);
            outcome_change(&line.id, &DeliveryOutcome::Sending, &outcome)
        });
        self.store.commit(Batch::by(BY, ended.collect::<Vec<_>>())).await?;
        let earlier = claims
            .iter()
            .flat_map(|(_, earlier)| supersede_attempts(&outcome, earlier, zone));
        self.note(earlier.collect()).await
    }

    /// Writes bookkeeping changes to the history. A conflict is ignored: another instance or staff changed the line
    /// first.
    async fn note(&self, changes: Vec<RowChange>) -> Result<(), Error> {
        if changes.is_empty() {
            return Ok(());
        }
        match self.store.commit(Batch::by(BY, changes)).await {
            Err(error @ (CommitError::Conflict(_) | CommitError::NoSuchRow { .. })) => {
                tracing::info!("lines of the history were changed meanwhile: {error}");
                Ok(())
            }
            outcome => Ok(outcome.map(drop)?),
        }
    }

    /// Changes for suppressed triggers: pending confirmation, withdrawn, and (once) snoozed.
    fn notes(&self, channel: Channel, plan: &AlertPlan, lines: &[AlertLine], now: &Zoned) -> Vec<RowChange> {
        let withdrawn = plan.withdrawn.iter().map(|line| {
            let outcome = DeliveryOutcome::Suppressed("it did not last".to_owned());
            outcome_change(&line.id, &line.outcome, &outcome)
        });
        let silent = plan.silent.iter().filter_map(|(occasion, silence)| {
            let outcome = match silence {
                SuppressionReason::Unconfirmed => DeliveryOutcome::Pending,
                SuppressionReason::Snoozed(..) | SuppressionReason::Cooldown => {
                    DeliveryOutcome::Suppressed(silence.words())
                }
                SuppressionReason::Told | SuppressionReason::Claimed => return None,
            };
            let is_known = |line: &&AlertLine| {
                line.key == occasion.key && (line.outcome == outcome || line.outcome == DeliveryOutcome::Pending)
            };
            if lines.iter().any(|line| is_known(&line)) {
                return None;
            }
            let line = NewAlertLine::of(occasion, (channel, self.place(occasion.kind.stream(), channel)));
            Some(line.insert(&outcome, now))
        });
        withdrawn.chain(silent).collect()
    }

    fn channels(&self) -> Vec<Channel> {
        let all = Channel::ALL.into_iter();
        all.filter(|channel| {
            AlertStream::ALL
                .into_iter()
                .any(|stream| self.is_delivered_through(stream, *channel))
        })
        .collect()
    }

    fn is_delivered_through(&self, stream: AlertStream, channel: Channel) -> bool {
        let delivery = self.ways.streams.get(&stream);
        let is_open = delivery.is_some_and(|delivery| delivery.channels().contains(&channel));
        is_open && (channel == Channel::Slack || self.ways.mail_to.is_some())
    }

    /// Display name of the destination of a stream.
    fn place(&self, stream: AlertStream, channel: Channel) -> &str {
        match channel {
            Channel::Mail => self.recipient(channel),
            Channel::Slack => stream.name(),
        }
    }

    fn recipient(&self, channel: Channel) -> &str {
        match channel {
            Channel::Mail => self.ways.mail_to.as_deref().unwrap_or_default(),
            Channel::Slack => "",
        }
    }
}

/// Health report of all customers, from the current data.
///
/// # Errors
/// When the spreadsheet cannot be read.
pub async fn load_report(scoring: &Scoring, clock: &Clock, extent: ReportPeriod) -> Result<HealthReport, Error> {
    let books = scoring.books().await?;
    Ok(report_from_inputs(scoring, &books, clock.today(), extent))
}

/// Health report from tabs that were read already.
pub fn report_from_inputs(scoring: &Scoring, books: &ScoringInputs, today: Date, extent: ReportPeriod) -> HealthReport {
    let scored = scoring.score_all(books);
    let standings = customer_states(books, &scored, &[], &LinkTarget::Rows);
    build_report(&standings, today, extent)
}

/// A line to insert, and the lines of earlier attempts.
type AlertClaim = (NewAlertLine, Vec<DeliveryAttempt>);

/// Lines about today's summary.
fn summary_lines<'a>(
    book: &'a AlertHistory,
    channel: Channel,
    now: &Zoned,
) -> impl Iterator<Item = &'a SummaryAlertLine> {
    let key = summary_key(now.date());
    book.summaries
        .iter()
        .filter(move |line| line.channel == channel && line.key == key)
}

/// Whether the summary was sent, is claimed, or failed too recently to retry.
fn is_summary_done(line: &SummaryAlertLine, now: &Zoned) -> bool {
    let is_recent = line
        .at
        .is_some_and(|at| now.timestamp().duration_since(at) < SUMMARY_RETRY_DELAY);
    let is_failed = matches!(line.outcome, DeliveryOutcome::Failed(_));
    line.outcome.is_told()
        || send_claim::is_claim_active(&line.outcome, line.at, now.timestamp())
        || (is_failed && is_recent)
}
