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

use jiff::{Timestamp, Zoned, civil::Time};
use sheets_store::{Batch, CommitError, Reading, RowChange, Store, clock::Clock, error_chain::error_chain};
use tokio::sync::watch;
use web::{
    delivery::{
        Channel, Delivery, DeliveryError, OutgoingMessage,
        alert_history::DeliveryOutcome,
        send_claim::{self, ClaimElection, outcome_change},
    },
    error::Error,
};

use crate::{
    alerts::{
        attempts::{DeliveryAttempt, open_attempts, supersede_attempts, with_failure_count},
        customer_states::{LinkTarget, customer_states},
        messages,
        plan::{AlertPlan, PlanTime, SuppressionReason, plan_alerts},
        report::{ReportPeriod, load_report},
        rows::{AlertHistory, AlertLine, NewAlertLine},
        trigger::{AlertStream, AlertTrigger, detect_triggers},
    },
    health::scoring::{ScoredCustomer, Scoring, ScoringInputs},
};

/// Author of the lines in the audit log.
const BY: &str = "alerts";
/// Polling interval of the clock.
const POLL_INTERVAL: Duration = Duration::from_mins(1);
/// Polls after which failed messages are retried.
const POLLS_BEFORE_RETRY: u32 = 10;

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
    settings: AlertSettings,
    /// Held while messages are sent.
    send_lock: tokio::sync::Mutex<()>,
}

/// Counts of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendCounts {
    /// Messages that were accepted.
    pub sent: usize,
    /// Messages that failed.
    pub failed: usize,
    /// Suppressed triggers.
    pub suppressed: usize,
    /// Triggers that another instance is sending.
    pub claimed_elsewhere: usize,
}

impl AlertSender {
    /// Creates the sender.
    pub fn new(store: Arc<Store>, clock: Clock, scoring: Arc<Scoring>, settings: AlertSettings) -> Self {
        let send_lock = tokio::sync::Mutex::default();
        Self {
            store,
            clock,
            scoring,
            settings,
            send_lock,
        }
    }

    /// Sends alerts after each score computation, and the daily summary. Runs forever; returns at once when no channel
    /// is configured.
    pub async fn run(self: Arc<Self>) {
        if self.channels().is_empty() {
            return;
        }
        let mut computed = self.scoring.computed();
        let mut polls_since_failure: Option<u32> = None;
        loop {
            let is_new = self.wait(&mut computed).await;
            polls_since_failure = polls_since_failure.map(|polls| polls + 1);
            if is_new || polls_since_failure.is_some_and(|polls| polls >= POLLS_BEFORE_RETRY) {
                polls_since_failure = self.send_and_log().await.then_some(0);
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
        match self.send_alerts().await {
            Ok(counts) => {
                tracing::info!(
                    sent = counts.sent,
                    failed = counts.failed,
                    suppressed = counts.suppressed,
                    "alerts"
                );
                counts.failed + counts.claimed_elsewhere > 0
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
    pub async fn send_alerts(&self) -> Result<SendCounts, Error> {
        let _guard = self.send_lock.lock().await;
        self.store.refresh();
        let inputs = self.scoring.load_current_inputs().await?;
        let customers = self.scoring.score_all(&inputs);
        let scored = ScoredInputs {
            inputs: &inputs,
            customers: &customers,
        };
        let mut counts = SendCounts::default();
        for channel in self.channels() {
            let history: Reading<AlertHistory> = self.store.read_now().await?;
            // Boxed, because the combined future is large on the stack.
            Box::pin(self.send_through(channel, scored, &history.snapshot.data, &mut counts)).await?;
        }
        Ok(counts)
    }

    /// Sends the daily summary once per channel, from its time of day on.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written.
    pub async fn send_summary(&self) -> Result<SendCounts, Error> {
        let mut counts = SendCounts::default();
        let now = self.clock.zoned_now();
        if now.time() < self.settings.summary_at {
            return Ok(counts);
        }
        let _guard = self.send_lock.lock().await;
        let stream = AlertStream::DailySummaries;
        let channels = self.channels().into_iter();
        for channel in channels.filter(|channel| self.is_delivered_through(stream, *channel)) {
            let history: Reading<AlertHistory> = self.store.read_now().await?;
            let history = &history.snapshot.data;
            if history
                .summaries_of(channel, now.date())
                .any(|line| line.is_done(now.timestamp()))
            {
                continue;
            }
            let text = messages::report_text(&load_report(&self.scoring, &self.clock, ReportPeriod::DAY).await?);
            let message = OutgoingMessage {
                to: self.recipient(channel).to_owned(),
                subject: text.lines().next().unwrap_or_default().to_owned(),
                text,
            };
            let claim = AlertClaim {
                line: NewAlertLine::of_summary(now.date(), channel, self.recipient_name(stream, channel)),
                earlier: history
                    .summaries_of(channel, now.date())
                    .map(DeliveryAttempt::from)
                    .collect(),
            };
            if self
                .claim(std::slice::from_ref(&claim), history, &now)
                .await?
                .is_empty()
            {
                counts.claimed_elsewhere += 1;
                continue;
            }
            let alert = ClaimedMessage {
                stream,
                channel,
                message: &message,
                claims: &[&claim],
            };
            self.send(alert, &mut counts).await?;
        }
        Ok(counts)
    }

    async fn send_through(
        &self,
        channel: Channel,
        scored: ScoredInputs<'_>,
        history: &AlertHistory,
        counts: &mut SendCounts,
    ) -> Result<(), Error> {
        let run = ChannelRun {
            channel,
            history,
            lines: history.through(channel),
            now: self.clock.zoned_now(),
        };
        let plan = self.plan(&run, scored);
        counts.suppressed += plan.suppressed.len();
        self.record_changes(self.bookkeeping_changes(&run, &plan)).await?;
        let claims: Vec<AlertClaim> = plan
            .send
            .iter()
            .map(|trigger| self.build_claim(&run, trigger))
            .collect();
        let won = self.claim(&claims, history, &run.now).await?;
        counts.claimed_elsewhere += claims.len() - won.len();
        for stream in AlertStream::ALL {
            let own = || {
                let all = plan.send.iter().zip(&claims);
                all.filter(|(trigger, claim)| trigger.kind.stream() == stream && won.contains(&claim.line.id))
            };
            let triggers: Vec<AlertTrigger> = own().map(|(trigger, _)| trigger.clone()).collect();
            if triggers.is_empty() {
                continue;
            }
            let alert = ClaimedMessage {
                stream,
                channel,
                message: &messages::alert_message(stream, &triggers, self.recipient(channel)),
                claims: &own().map(|(_, claim)| claim).collect::<Vec<_>>(),
            };
            self.send(alert, counts).await?;
        }
        Ok(())
    }

    fn plan(&self, run: &ChannelRun<'_>, scored: ScoredInputs<'_>) -> AlertPlan {
        let states = customer_states(scored.inputs, scored.customers, &run.lines, &self.settings.links);
        let triggers = states.iter().flat_map(|state| detect_triggers(state, run.now.date()));
        let triggers = triggers.filter(|trigger| self.is_delivered_through(trigger.kind.stream(), run.channel));
        let time = PlanTime {
            now: run.now.timestamp(),
            today: run.now.date(),
            computed: *self.scoring.computed().borrow(),
        };
        plan_alerts(triggers.collect(), &run.lines, &run.history.snoozes, time)
    }

    fn build_claim(&self, run: &ChannelRun<'_>, trigger: &AlertTrigger) -> AlertClaim {
        AlertClaim {
            line: self.new_line(run.channel, trigger),
            earlier: open_attempts(&run.lines, &trigger.key)
                .map(DeliveryAttempt::from)
                .collect(),
        }
    }

    fn new_line(&self, channel: Channel, trigger: &AlertTrigger) -> NewAlertLine {
        NewAlertLine::of(trigger, channel, self.recipient_name(trigger.kind.stream(), channel))
    }

    /// Inserts the claims and returns the ids of those that this instance won.
    async fn claim(
        &self,
        claims: &[AlertClaim],
        history: &AlertHistory,
        now: &Zoned,
    ) -> Result<HashSet<String>, Error> {
        if claims.is_empty() {
            return Ok(HashSet::new());
        }
        let inserts = claims
            .iter()
            .map(|claim| claim.line.insert(&DeliveryOutcome::Claimed, now));
        self.store.commit(Batch::by(BY, inserts)).await?;
        let election = ClaimElection {
            store: &self.store,
            clock: &self.clock,
            pause: self.settings.pause,
            by: BY,
        };
        let own: Vec<String> = claims.iter().map(|claim| claim.line.id.clone()).collect();
        Ok(election.won(&own, &history.ids()).await?)
    }

    /// Records that a message is on its way, delivers it, and records the outcome.
    async fn send(&self, alert: ClaimedMessage<'_>, counts: &mut SendCounts) -> Result<(), Error> {
        let ClaimedMessage {
            stream,
            channel,
            message,
            claims,
        } = alert;
        let sending = claims
            .iter()
            .map(|claim| outcome_change(&claim.line.id, &DeliveryOutcome::Claimed, &DeliveryOutcome::Sending));
        self.store.commit(Batch::by(BY, sending.collect::<Vec<_>>())).await?;
        let sent = match self.settings.streams.get(&stream) {
            Some(delivery) => delivery.send(channel, message).await,
            None => Err(DeliveryError::NotAccepted("the stream is not configured".to_owned())),
        };
        let outcome = match &sent {
            Ok(()) => DeliveryOutcome::Sent,
            Err(DeliveryError::NotAccepted(reason)) => DeliveryOutcome::Failed(reason.clone()),
            Err(DeliveryError::Unknown(reason)) => DeliveryOutcome::Unknown(reason.clone()),
        };
        match &sent {
            Ok(()) => counts.sent += 1,
            Err(error) => {
                tracing::warn!(
                    stream = stream.name(),
                    channel = channel.word(),
                    "an alert did not go out: {error}"
                );
                counts.failed += 1;
            }
        }
        let zone = self.clock.zone();
        let ended = claims.iter().map(|claim| {
            let outcome = with_failure_count(&outcome, &claim.earlier, zone);
            outcome_change(&claim.line.id, &DeliveryOutcome::Sending, &outcome)
        });
        self.store.commit(Batch::by(BY, ended.collect::<Vec<_>>())).await?;
        let superseded = claims
            .iter()
            .flat_map(|claim| supersede_attempts(&outcome, &claim.earlier, zone));
        self.record_changes(superseded.collect()).await
    }

    /// Writes bookkeeping changes to the history. A conflict is ignored: another instance or staff changed the line
    /// first.
    async fn record_changes(&self, changes: Vec<RowChange>) -> Result<(), Error> {
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
    fn bookkeeping_changes(&self, run: &ChannelRun<'_>, plan: &AlertPlan) -> Vec<RowChange> {
        let withdrawn = plan.withdrawn.iter().map(|line| {
            let outcome = DeliveryOutcome::Suppressed("it did not last".to_owned());
            outcome_change(&line.id, &line.outcome, &outcome)
        });
        let suppressed = plan.suppressed.iter().filter_map(|(trigger, reason)| {
            let outcome = match reason {
                SuppressionReason::Unconfirmed => DeliveryOutcome::Pending,
                SuppressionReason::Snoozed(..) | SuppressionReason::Cooldown => {
                    DeliveryOutcome::Suppressed(reason.words())
                }
                SuppressionReason::Sent | SuppressionReason::Claimed => return None,
            };
            let is_known = |line: &&AlertLine| {
                line.key == trigger.key && (line.outcome == outcome || line.outcome == DeliveryOutcome::Pending)
            };
            if run.lines.iter().any(|line| is_known(&line)) {
                return None;
            }
            Some(self.new_line(run.channel, trigger).insert(&outcome, &run.now))
        });
        withdrawn.chain(suppressed).collect()
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
        let delivery = self.settings.streams.get(&stream);
        let is_open = delivery.is_some_and(|delivery| delivery.channels().contains(&channel));
        is_open && (channel == Channel::Slack || self.settings.mail_to.is_some())
    }

    /// Display name of the destination of a stream.
    fn recipient_name(&self, stream: AlertStream, channel: Channel) -> &str {
        match channel {
            Channel::Mail => self.recipient(channel),
            Channel::Slack => stream.name(),
        }
    }

    fn recipient(&self, channel: Channel) -> &str {
        match channel {
            Channel::Mail => self.settings.mail_to.as_deref().unwrap_or_default(),
            Channel::Slack => "",
        }
    }
}

/// Scored customers with the inputs of their scores.
#[derive(Clone, Copy)]
struct ScoredInputs<'a> {
    inputs: &'a ScoringInputs,
    customers: &'a [ScoredCustomer],
}

/// One channel of a run, with its part of the alert history.
struct ChannelRun<'a> {
    channel: Channel,
    history: &'a AlertHistory,
    /// Lines of this channel.
    lines: Vec<AlertLine>,
    now: Zoned,
}

/// Claim of an alert: the line to insert, and the lines of earlier attempts.
struct AlertClaim {
    line: NewAlertLine,
    earlier: Vec<DeliveryAttempt>,
}

/// A message to deliver, with the claims that were won for it.
struct ClaimedMessage<'a> {
    stream: AlertStream,
    channel: Channel,
    message: &'a OutgoingMessage,
    claims: &'a [&'a AlertClaim],
}
