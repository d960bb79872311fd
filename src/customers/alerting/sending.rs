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
use tokio::sync::watch;

use super::{
    attempts::{Attempt, attempts, counted, settled},
    book::{AlertBook, Line, NewLine, SummaryLine, become_of, summary_key},
    occasion::{Occasion, Stream, occasions},
    plan::{Moment, Plan, Silence, plan},
    report::{Extent, Report, report},
    standings::{Links, standings},
    texts,
};
use crate::{
    cause::chain,
    clock::Clock,
    customers::scoring::{Books, Scored, Scoring},
    delivery::{
        Channel, Delivery, DeliveryError, Message,
        claim::{self, Contest},
        history::Outcome,
    },
    error::Error,
    store::{Batch, Change, CommitError, Reading, Store},
};

/// Author of the lines in the audit log.
const BY: &str = "alerts";
/// Polling interval of the clock.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Polls after which failed messages are retried.
const LOOKS_BEFORE_TRYING_AGAIN: u32 = 10;
/// Minimum time before a failed summary is retried.
const SUMMARY_RESTS: SignedDuration = SignedDuration::from_mins(10);

/// Delivery settings of the alerts.
pub struct Ways {
    /// Delivery per stream.
    pub streams: BTreeMap<Stream, Delivery>,
    /// Email recipient; `None` turns email off.
    pub mail_to: Option<String>,
    /// Time of day of the daily summary, in the configured zone.
    pub summary_at: Time,
    /// Target of customer links in messages.
    pub links: Links,
    /// Pause between two reads of other instances' claims.
    pub pause: Duration,
}

impl Default for Ways {
    fn default() -> Self {
        Self {
            streams: BTreeMap::new(),
            mail_to: None,
            summary_at: Time::constant(8, 30, 0, 0),
            links: Links::Rows,
            pause: claim::PAUSE,
        }
    }
}

/// Sends alerts and daily summaries.
pub struct Alerting {
    store: Arc<Store>,
    clock: Clock,
    scoring: Arc<Scoring>,
    ways: Ways,
    /// Held while messages are sent.
    turn: tokio::sync::Mutex<()>,
}

/// Counts of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Messages that were accepted.
    pub sent: usize,
    /// Messages that failed.
    pub failed: usize,
    /// Suppressed triggers.
    pub silent: usize,
    /// Triggers that another instance is sending.
    pub left: usize,
}

impl Alerting {
    /// Creates the sender.
    pub fn new(store: Arc<Store>, clock: Clock, scoring: Arc<Scoring>, ways: Ways) -> Self {
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
            if is_new || rest.is_some_and(|looks| looks >= LOOKS_BEFORE_TRYING_AGAIN) {
                rest = self.tell_and_log().await.then_some(0);
            }
            if let Err(error) = self.summarise().await {
                tracing::warn!("the summary of the day could not be told: {}", chain(&error));
            }
        }
    }

    /// Waits for a score computation or the next poll; true after a computation.
    async fn wait(&self, computed: &mut watch::Receiver<Option<Timestamp>>) -> bool {
        tokio::select! {
            changed = computed.changed() => match changed {
                Ok(()) => true,
                Err(_) => { tokio::time::sleep(LOOK_EVERY).await; false }
            },
            () = tokio::time::sleep(LOOK_EVERY) => false,
        }
    }

    /// Whether something is left to retry.
    async fn tell_and_log(&self) -> bool {
        match self.tell().await {
            Ok(told) => {
                tracing::info!(sent = told.sent, failed = told.failed, silent = told.silent, "alerts");
                told.failed + told.left > 0
            }
            Err(error) => {
                tracing::warn!("the alerts could not be worked out: {}", chain(&error));
                true
            }
        }
    }

    /// Sends all current alerts.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written. Messages sent before the error have their line.
    pub async fn tell(&self) -> Result<Told, Error> {
        let _turn = self.turn.lock().await;
        self.store.refresh();
        let books = self.scoring.books_now().await?;
        let scored = self.scoring.score_all(&books);
        let mut told = Told::default();
        for channel in self.channels() {
            let book: Reading<AlertBook> = self.store.read_now().await?;
            // Boxed, because the combined future is large on the stack.
            Box::pin(self.tell_through(channel, (&books, &scored), &book.snapshot.data, &mut told)).await?;
        }
        Ok(told)
    }

    /// Sends the daily summary once per channel, from its time of day on.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written.
    pub async fn summarise(&self) -> Result<Told, Error> {
        let mut told = Told::default();
        let now = self.clock.zoned_now();
        if now.time() < self.ways.summary_at {
            return Ok(told);
        }
        let _turn = self.turn.lock().await;
        let stream = Stream::DailySummaries;
        let channels = self.channels().into_iter();
        for channel in channels.filter(|channel| self.goes_through(stream, *channel)) {
            let book: Reading<AlertBook> = self.store.read_now().await?;
            let book = &book.snapshot.data;
            if summary_of(book, channel, &now).any(|line| is_settled(line, &now)) {
                continue;
            }
            let text = texts::summary(&summary(&self.scoring, &self.clock, Extent::DAY).await?);
            let message = Message {
                to: self.recipient(channel).to_owned(),
                subject: text.lines().next().unwrap_or_default().to_owned(),
                text,
            };
            let line = NewLine::of_summary(now.date(), (channel, self.place(stream, channel)));
            let claim = (line, summary_of(book, channel, &now).map(Attempt::from).collect());
            if self.claim(std::slice::from_ref(&claim), book, &now).await?.is_empty() {
                told.left += 1;
                continue;
            }
            self.send((stream, channel), &message, &[&claim], &mut told).await?;
        }
        Ok(told)
    }

    async fn tell_through(
        &self,
        channel: Channel,
        (books, scored): (&Books, &[Scored]),
        book: &AlertBook,
        told: &mut Told,
    ) -> Result<(), Error> {
        let now = self.clock.zoned_now();
        let lines = book.through(channel);
        let plan = self.plan(channel, (books, scored), (book, &lines), &now);
        told.silent += plan.silent.len();
        self.note(self.notes(channel, &plan, &lines, &now)).await?;
        let claims: Vec<(&Occasion, Claim)> = plan
            .send
            .iter()
            .map(|one| (one, self.wish(channel, one, &lines)))
            .collect();
        let wishes: Vec<Claim> = claims.iter().map(|(_, claim)| claim.clone()).collect();
        let won = self.claim(&wishes, book, &now).await?;
        told.left += wishes.len() - won.len();
        for stream in Stream::ALL {
            let is_own = |(one, (line, _)): &&(&Occasion, Claim)| one.kind.stream() == stream && won.contains(&line.id);
            let own: Vec<&(&Occasion, Claim)> = claims.iter().filter(is_own).collect();
            if own.is_empty() {
                continue;
            }
            let occasions: Vec<Occasion> = own.iter().map(|(occasion, _)| (*occasion).clone()).collect();
            let message = texts::message(stream, &occasions, self.recipient(channel));
            let claims: Vec<&Claim> = own.iter().map(|(_, claim)| claim).collect();
            self.send((stream, channel), &message, &claims, told).await?;
        }
        Ok(())
    }

    fn plan(
        &self,
        channel: Channel,
        (books, scored): (&Books, &[Scored]),
        (book, lines): (&AlertBook, &[Line]),
        now: &Zoned,
    ) -> Plan {
        let standings = standings(books, scored, lines, &self.ways.links);
        let found = standings.iter().flat_map(|standing| occasions(standing, now.date()));
        let found = found.filter(|occasion| self.goes_through(occasion.kind.stream(), channel));
        let moment = Moment {
            now: now.timestamp(),
            today: now.date(),
            computed: *self.scoring.computed().borrow(),
        };
        plan(found.collect(), lines, &book.snoozes, moment)
    }

    /// Line to insert for a trigger, and the lines of earlier attempts.
    fn wish(&self, channel: Channel, occasion: &Occasion, lines: &[Line]) -> Claim {
        let line = NewLine::of(occasion, (channel, self.place(occasion.kind.stream(), channel)));
        (line, attempts(lines, &occasion.key).map(Attempt::from).collect())
    }

    /// Inserts the claims and returns the ids of those that this instance won.
    async fn claim(&self, claims: &[Claim], book: &AlertBook, now: &Zoned) -> Result<HashSet<String>, Error> {
        if claims.is_empty() {
            return Ok(HashSet::new());
        }
        let inserts = claims.iter().map(|(line, _)| line.insert(&Outcome::Claimed, now));
        self.store.commit(Batch::by(BY, inserts)).await?;
        let contest = Contest {
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
        (stream, channel): (Stream, Channel),
        message: &Message,
        claims: &[&Claim],
        told: &mut Told,
    ) -> Result<(), Error> {
        let leaving = claims
            .iter()
            .map(|(line, _)| become_of(&line.id, &Outcome::Claimed, &Outcome::Sending));
        self.store.commit(Batch::by(BY, leaving.collect::<Vec<_>>())).await?;
        let sent = match self.ways.streams.get(&stream) {
            Some(delivery) => delivery.send(channel, message).await,
            None => Err(DeliveryError::NotTaken("the stream is not configured".to_owned())),
        };
        let outcome = match &sent {
            Ok(()) => Outcome::Sent,
            Err(DeliveryError::NotTaken(why)) => Outcome::Failed(why.clone()),
            Err(DeliveryError::Unknown(why)) => Outcome::Unknown(why.clone()),
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
            let outcome = counted(&outcome, earlier, zone);
            become_of(&line.id, &Outcome::Sending, &outcome)
        });
        self.store.commit(Batch::by(BY, ended.collect::<Vec<_>>())).await?;
        let earlier = claims.iter().flat_map(|(_, earlier)| settled(&outcome, earlier, zone));
        self.note(earlier.collect()).await
    }

    /// Writes bookkeeping changes to the history. A conflict is ignored: another instance or staff changed the line
    /// first.
    async fn note(&self, changes: Vec<Change>) -> Result<(), Error> {
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
    fn notes(&self, channel: Channel, plan: &Plan, lines: &[Line], now: &Zoned) -> Vec<Change> {
        let withdrawn = plan.withdrawn.iter().map(|line| {
            let outcome = Outcome::Suppressed("it did not last".to_owned());
            become_of(&line.id, &line.outcome, &outcome)
        });
        let silent = plan.silent.iter().filter_map(|(occasion, silence)| {
            let outcome = match silence {
                Silence::SecondLook => Outcome::Pending,
                Silence::Snoozed(..) | Silence::Cooldown => Outcome::Suppressed(silence.words()),
                Silence::Told | Silence::Claimed => return None,
            };
            let is_known = |line: &&Line| {
                line.key == occasion.key && (line.outcome == outcome || line.outcome == Outcome::Pending)
            };
            if lines.iter().any(|line| is_known(&line)) {
                return None;
            }
            let line = NewLine::of(occasion, (channel, self.place(occasion.kind.stream(), channel)));
            Some(line.insert(&outcome, now))
        });
        withdrawn.chain(silent).collect()
    }

    fn channels(&self) -> Vec<Channel> {
        let all = Channel::ALL.into_iter();
        all.filter(|channel| {
            Stream::ALL
                .into_iter()
                .any(|stream| self.goes_through(stream, *channel))
        })
        .collect()
    }

    fn goes_through(&self, stream: Stream, channel: Channel) -> bool {
        let delivery = self.ways.streams.get(&stream);
        let is_open = delivery.is_some_and(|delivery| delivery.channels().contains(&channel));
        is_open && (channel == Channel::Slack || self.ways.mail_to.is_some())
    }

    /// Display name of the destination of a stream.
    fn place(&self, stream: Stream, channel: Channel) -> &str {
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
pub async fn summary(scoring: &Scoring, clock: &Clock, extent: Extent) -> Result<Report, Error> {
    let books = scoring.books().await?;
    Ok(report_of(scoring, &books, clock.today(), extent))
}

/// Health report from tabs that were read already.
pub fn report_of(scoring: &Scoring, books: &Books, today: Date, extent: Extent) -> Report {
    let scored = scoring.score_all(books);
    let standings = standings(books, &scored, &[], &Links::Rows);
    report(&standings, today, extent)
}

/// A line to insert, and the lines of earlier attempts.
type Claim = (NewLine, Vec<Attempt>);

/// Lines about today's summary.
fn summary_of<'a>(book: &'a AlertBook, channel: Channel, now: &Zoned) -> impl Iterator<Item = &'a SummaryLine> {
    let key = summary_key(now.date());
    book.summaries
        .iter()
        .filter(move |line| line.channel == channel && line.key == key)
}

/// Whether the summary was sent, is claimed, or failed too recently to retry.
fn is_settled(line: &SummaryLine, now: &Zoned) -> bool {
    let is_recent = line
        .at
        .is_some_and(|at| now.timestamp().duration_since(at) < SUMMARY_RESTS);
    let is_failed = matches!(line.outcome, Outcome::Failed(_));
    line.outcome.is_told() || claim::holds(&line.outcome, line.at, now.timestamp()) || (is_failed && is_recent)
}
