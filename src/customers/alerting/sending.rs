//! Hands the messages over, in a task of its own.
//!
//! Each occasion has a line in `alert_history` that says `sending` before its message leaves, and `sent`, `failed: …` or
//! `perhaps sent: …` after it. What surely was not taken is tried again; what perhaps was is not. The id of a line is made of
//! the channel and the occasion, so a second program finds it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::{Timestamp, Zoned, civil::Time};
use tokio::sync::watch;

use super::{
    book::{AlertBook, Line, become_of, insert, line_id, summary},
    occasion::{Occasion, Standing, Stream, occasions},
    plan::{Moment, Plan, Silence, plan, told_band},
    report::{Report, report},
    texts,
};
use crate::{
    cause::chain,
    clock::Clock,
    customers::scoring::{Books, Scored, Scoring},
    delivery::{Channel, Delivery, DeliveryError, Message, history::Outcome},
    error::Error,
    store::{Batch, Change, Reading, Store},
};

/// Who writes the lines, as the audit log would say.
const BY: &str = "alerts";
/// How often the clock is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Looks after which what was not taken is tried again.
const LOOKS_BEFORE_TRYING_AGAIN: u32 = 10;

/// Where messages go.
pub struct Ways {
    /// By stream.
    pub streams: BTreeMap<Stream, Delivery>,
    /// Where mail goes; without it there is none.
    pub mail_to: Option<String>,
    /// When the summary of the day is sent, in the configured zone.
    pub summary_at: Time,
}

/// Tells people about customers.
pub struct Alerting {
    store: Arc<Store>,
    clock: Clock,
    scoring: Arc<Scoring>,
    ways: Ways,
    /// Held while messages are sent.
    turn: tokio::sync::Mutex<()>,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Messages that were taken.
    pub sent: usize,
    /// Messages that were not.
    pub failed: usize,
    /// Occasions that were not told.
    pub silent: usize,
}

impl Alerting {
    /// Puts it together.
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

    /// Tells what there is after each computation of the scores, and the summary every day, for ever. Ends at once while no
    /// way is configured.
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

    /// Waits until the scores were computed, or the clock is to be looked at.
    async fn wait(&self, computed: &mut watch::Receiver<Option<Timestamp>>) -> bool {
        tokio::select! {
            changed = computed.changed() => match changed {
                Ok(()) => true,
                Err(_) => { tokio::time::sleep(LOOK_EVERY).await; false }
            },
            () = tokio::time::sleep(LOOK_EVERY) => false,
        }
    }

    /// Whether something is left to try again.
    async fn tell_and_log(&self) -> bool {
        match self.tell().await {
            Ok(told) => {
                tracing::info!(sent = told.sent, failed = told.failed, silent = told.silent, "alerts");
                told.failed > 0
            }
            Err(error) => {
                tracing::warn!("the alerts could not be worked out: {}", chain(&error));
                true
            }
        }
    }

    /// Tells what there is to tell now.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read or written; what was sent by then has its line.
    pub async fn tell(&self) -> Result<Told, Error> {
        let _turn = self.turn.lock().await;
        let books = self.scoring.books().await?;
        let scored = self.scoring.score_all(&books);
        let mut told = Told::default();
        for channel in self.channels() {
            let book: Reading<AlertBook> = self.store.read().await?;
            self.tell_through(channel, (&books, &scored), &book.snapshot.data, &mut told)
                .await?;
        }
        Ok(told)
    }

    /// The summary of the customers, with what changed since so many days.
    ///
    /// # Errors
    /// When the spreadsheet cannot be read.
    pub async fn report(&self, days: u16) -> Result<Report, Error> {
        let books = self.scoring.books().await?;
        let scored = self.scoring.score_all(&books);
        let standings = standings(&books, &scored, &[]);
        Ok(report(&standings, self.clock.today(), days))
    }

    /// Sends the summary of the day from its time on, once through each channel.
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
        let book: Reading<AlertBook> = self.store.read().await?;
        let stream = Stream::DailySummaries;
        for channel in self
            .channels()
            .into_iter()
            .filter(|channel| self.goes_through(stream, *channel))
        {
            let id = format!("{} summary {}", channel.word(), now.date());
            let known = book.snapshot.data.summaries.iter().find(|(known, _)| *known == id);
            if known.is_some_and(|(_, outcome)| outcome.is_told()) {
                continue;
            }
            let report = self.report(1).await?;
            let text = texts::summary(&report);
            let message = Message {
                to: self.recipient(channel).to_owned(),
                subject: text.lines().next().unwrap_or_default().to_owned(),
                text,
            };
            let begin = match known {
                Some((id, outcome)) => become_of(id, outcome, &Outcome::Sending),
                None => summary(id.clone(), (channel, stream.name()), (&Outcome::Sending, &now)),
            };
            self.send((stream, channel), &message, vec![(id, begin)], &mut told)
                .await?;
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
        let standings = standings(books, scored, &lines);
        let found = standings.iter().flat_map(|standing| occasions(standing, now.date()));
        let found = found.filter(|occasion| self.goes_through(occasion.kind.stream(), channel));
        let moment = Moment {
            now: now.timestamp(),
            today: now.date(),
            computed: *self.scoring.computed().borrow(),
        };
        let plan = plan(found.collect(), &lines, &book.snoozes, moment);
        told.silent += plan.silent.len();
        let notes = notes(channel, &plan, &lines, &now);
        if !notes.is_empty() {
            self.store.commit(Batch::by(BY, notes)).await?;
        }
        for stream in Stream::ALL {
            let own = plan.send.iter().filter(|occasion| occasion.kind.stream() == stream);
            let own: Vec<Occasion> = own.cloned().collect();
            if own.is_empty() {
                continue;
            }
            let message = texts::message(stream, &own, self.recipient(channel));
            let begin = own.iter().map(|occasion| begin(channel, occasion, &lines, &now));
            self.send((stream, channel), &message, begin.collect(), told).await?;
        }
        Ok(())
    }

    /// Writes that a message is on its way, hands it over, and writes what became of it.
    async fn send(
        &self,
        (stream, channel): (Stream, Channel),
        message: &Message,
        lines: Vec<(String, Change)>,
        told: &mut Told,
    ) -> Result<(), Error> {
        let (ids, begin): (Vec<String>, Vec<Change>) = lines.into_iter().unzip();
        self.store.commit(Batch::by(BY, begin)).await?;
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
        let ended = ids.iter().map(|id| become_of(id, &Outcome::Sending, &outcome));
        self.store.commit(Batch::by(BY, ended)).await?;
        Ok(())
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

    fn recipient(&self, channel: Channel) -> &str {
        match channel {
            Channel::Mail => self.ways.mail_to.as_deref().unwrap_or_default(),
            Channel::Slack => "",
        }
    }
}

/// The customers that have a score, as the rules see them.
fn standings<'a>(books: &'a Books, scored: &'a [Scored], lines: &[Line]) -> Vec<Standing<'a>> {
    let standing = |one: &'a Scored| {
        let customer = books.customers().by_id(&one.customer)?;
        Some(Standing {
            customer: &one.customer,
            title: customer.title(),
            account_manager: customer.profile.account_manager.as_deref(),
            mrr: customer.revenue.mrr,
            score: one.score.as_ref()?,
            history: books.history().of(&one.customer),
            mentions: &one.facts.cancel_mentions,
            link: books.customers().link_of(&one.customer).unwrap_or_default(),
            told_band: told_band(lines, &one.customer),
        })
    };
    scored.iter().filter_map(standing).collect()
}

/// The line of an occasion that was not told so far, and what makes it say that the message is on its way.
fn begin(channel: Channel, occasion: &Occasion, lines: &[Line], now: &Zoned) -> (String, Change) {
    let open = lines
        .iter()
        .rfind(|line| line.key == occasion.key && !line.outcome.is_told());
    match open {
        Some(line) => (line.id.clone(), become_of(&line.id, &line.outcome, &Outcome::Sending)),
        None => {
            let id = line_id(channel, occasion, now.date());
            let stream = occasion.kind.stream().name();
            let change = insert(id.clone(), occasion, (channel, stream), (&Outcome::Sending, now));
            (id, change)
        }
    }
}

/// Lines about what is not told: what waits for a second look, what did not last, and once what is snoozed.
fn notes(channel: Channel, plan: &Plan, lines: &[Line], now: &Zoned) -> Vec<Change> {
    let withdrawn = plan.withdrawn.iter().map(|line| {
        let outcome = Outcome::Suppressed("it did not last".to_owned());
        become_of(&line.id, &line.outcome, &outcome)
    });
    let silent = plan.silent.iter().filter_map(|(occasion, silence)| {
        let outcome = match silence {
            Silence::SecondLook => Outcome::Pending,
            Silence::Snoozed(..) | Silence::Cooldown => Outcome::Suppressed(silence.words()),
            Silence::Told => return None,
        };
        let is_known =
            |line: &&Line| line.key == occasion.key && (line.outcome == outcome || line.outcome == Outcome::Pending);
        if lines.iter().any(|line| is_known(&line)) {
            return None;
        }
        let id = line_id(channel, occasion, now.date());
        let stream = occasion.kind.stream().name();
        Some(insert(id, occasion, (channel, stream), (&outcome, now)))
    });
    withdrawn.chain(silent).collect()
}
