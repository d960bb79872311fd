//! Call pipeline: circuit breaker, quota and timeout of every call to the spreadsheet, with a log of calls and
//! failures.

use std::{
    collections::VecDeque,
    fmt,
    num::NonZeroU32,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::Timestamp;

use crate::{
    clock::Clock,
    google::{
        call_error::CallError,
        circuit_breaker::{CallOutcome, CallPermit, CircuitBreaker},
        quota::QuotaBudget,
    },
    options::StoreOptions,
    status::{CallCounts, CallKind, FailedCall, SpreadsheetState},
};

/// Maximum number of logged failures.
const MAX_FAILURES: usize = 20;
/// Maximum number of characters of a failure's reason: a proxy may respond with a whole page.
const MAX_REASON_CHARS: usize = 240;
/// Minimum wait before an abandoned call counts as a failure.
const MIN_ABANDONED_WAIT: Duration = Duration::from_secs(1);

/// Pipeline that all calls of the store pass through.
pub(crate) struct CallPipeline {
    clock: Clock,
    timeout: Duration,
    circuit: CircuitBreaker,
    reads: CallCounter,
    writes: CallCounter,
    book: Mutex<CallLog>,
}

/// Counters and quota of one kind of call.
struct CallCounter {
    budget: QuotaBudget,
    sent: AtomicU64,
    failed: AtomicU64,
    held_back: AtomicU64,
}

#[derive(Default)]
struct CallLog {
    last_answer: Option<Timestamp>,
    /// Current failures of reads and of writes.
    troubles: [Option<OngoingFailure>; 2],
    failures: VecDeque<FailedCall>,
}

/// Failing calls of one kind, for a reason that is not specific to a single call.
#[derive(Clone)]
struct OngoingFailure {
    calls: CallKind,
    /// Google responds with a refusal, so calls of the other kind give no evidence about it.
    is_refusal: bool,
    since: Timestamp,
    reason: String,
}

/// Description of a call; displayed as a line for the operator, without the content of cells.
pub(crate) enum CallDescription<'a> {
    Tabs,
    NamedRanges,
    Values(&'a [String]),
    /// Data validation of a cell.
    Validation(&'a str),
    /// Batch with this number of requests.
    Batch(usize),
}

impl CallDescription<'_> {
    fn kind(&self) -> CallKind {
        match self {
            Self::Tabs | Self::NamedRanges | Self::Values(_) | Self::Validation(_) => CallKind::Reads,
            Self::Batch(_) => CallKind::Writes,
        }
    }
}

impl fmt::Display for CallDescription<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tabs => formatter.write_str("list the tabs"),
            Self::NamedRanges => formatter.write_str("list the named ranges"),
            Self::Validation(cell) => write!(formatter, "look what may stand in {cell}"),
            Self::Values([]) => formatter.write_str("read nothing"),
            Self::Values([only]) => write!(formatter, "read {only}"),
            Self::Values([first, second]) => write!(formatter, "read {first} and {second}"),
            Self::Values([first, rest @ ..]) => write!(formatter, "read {first} and {} other ranges", rest.len()),
            Self::Batch(1) => formatter.write_str("write 1 request"),
            Self::Batch(requests) => write!(formatter, "write {requests} requests"),
        }
    }
}

impl CallPipeline {
    /// Creates a pipeline for calls that may take `timeout`, with the limits of `options`.
    pub(crate) fn new(options: &StoreOptions, timeout: Duration) -> Self {
        Self {
            clock: options.clock.clone(),
            timeout,
            circuit: CircuitBreaker::new(options.first_pause),
            reads: CallCounter::new(options.calls_per_minute),
            writes: CallCounter::new(options.calls_per_minute),
            book: Mutex::default(),
        }
    }

    /// Sends `call`, once the quota allows it.
    ///
    /// # Errors
    /// Errors of the call; [`CallError::HeldBack`](crate::google::call_error::CallError::HeldBack) if the circuit is open; [`CallError::Unavailable`](crate::google::call_error::CallError::Unavailable) after the
    /// timeout.
    pub(crate) async fn send<T>(
        &self,
        question: CallDescription<'_>,
        call: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let lane = self.lane(question.kind());
        // A call that would be blocked must not wait for the quota first.
        if let Some(reason) = self.circuit.refusal(Instant::now()) {
            return Err(lane.blocked(reason));
        }
        lane.budget.take().await;
        let pass = self
            .circuit
            .pass(Instant::now())
            .map_err(|reason| lane.blocked(reason))?;
        lane.sent.fetch_add(1, Ordering::Relaxed);
        let sent = CallInFlight {
            gate: self,
            question,
            at: Instant::now(),
            pass: Some(pass),
        };
        match tokio::time::timeout(self.timeout, call).await {
            Ok(result) => sent.answered(result),
            Err(_) => Err(sent.timed_out()),
        }
    }

    /// Whether a call waits because the quota is used up.
    pub(crate) fn waits_for_quota(&self) -> bool {
        self.reads.budget.waiting() + self.writes.budget.waiting() > 0
    }

    /// Whether a call would be blocked now.
    pub(crate) fn is_blocking(&self) -> bool {
        self.circuit.refusal(Instant::now()).is_some()
    }

    /// Lets the next call through, even if the circuit is open.
    pub(crate) fn probe_next(&self) {
        self.circuit.probe_next(Instant::now());
    }

    /// Whether the spreadsheet responds.
    pub(crate) fn state(&self) -> SpreadsheetState {
        let pause = self.circuit.pause_left(Instant::now());
        let now = self.clock.now();
        let book = self.book();
        let first = book.troubles.iter().flatten().min_by_key(|trouble| trouble.since);
        match (first.cloned(), pause, book.last_answer) {
            (Some(trouble), Some(pause), _) => SpreadsheetState::CircuitOpen {
                since: trouble.since,
                until: now.saturating_add(pause).unwrap_or(now),
                reason: trouble.reason,
            },
            (Some(trouble), None, _) => SpreadsheetState::Failing {
                calls: trouble.calls,
                since: trouble.since,
                reason: trouble.reason,
            },
            (None, _, Some(last_answer)) => SpreadsheetState::Answering { last_answer },
            (None, _, None) => SpreadsheetState::Idle,
        }
    }

    /// Recent failed calls, newest first.
    pub(crate) fn failures(&self) -> Vec<FailedCall> {
        self.book().failures.iter().cloned().collect()
    }

    /// Counters of read calls.
    pub(crate) fn reads(&self) -> CallCounts {
        self.reads.calls()
    }

    /// Counters of write calls.
    pub(crate) fn writes(&self) -> CallCounts {
        self.writes.calls()
    }

    fn lane(&self, kind: CallKind) -> &CallCounter {
        match kind {
            CallKind::Reads => &self.reads,
            CallKind::Writes => &self.writes,
        }
    }

    fn record_response(&self, kind: CallKind) {
        let mut book = self.book();
        book.last_answer = Some(self.clock.now());
        for trouble in &mut book.troubles {
            if trouble
                .as_ref()
                .is_some_and(|trouble| trouble.calls == kind || !trouble.is_refusal)
            {
                *trouble = None;
            }
        }
    }

    fn record_failure(&self, question: &CallDescription<'_>, error: &CallError) {
        let calls = question.kind();
        self.lane(calls).failed.fetch_add(1, Ordering::Relaxed);
        let now = self.clock.now();
        let reason = single_line(&error.to_string());
        let mut book = self.book();
        if error.concerns_spreadsheet() {
            let trouble = &mut book.troubles[calls as usize];
            let since = trouble.as_ref().map_or(now, |trouble| trouble.since);
            *trouble = Some(OngoingFailure {
                calls,
                is_refusal: !error.is_passing(),
                since,
                reason: reason.clone(),
            });
        }
        book.failures.truncate(MAX_FAILURES - 1);
        book.failures.push_front(FailedCall {
            at: now,
            asked: question.to_string(),
            reason,
        });
    }

    fn book(&self) -> MutexGuard<'_, CallLog> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CallCounter {
    fn new(calls_per_minute: Option<NonZeroU32>) -> Self {
        Self {
            budget: QuotaBudget::per_minute(calls_per_minute),
            sent: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            held_back: AtomicU64::new(0),
        }
    }

    fn blocked(&self, reason: String) -> CallError {
        self.held_back.fetch_add(1, Ordering::Relaxed);
        CallError::HeldBack(reason)
    }

    fn calls(&self) -> CallCounts {
        CallCounts {
            sent: self.sent.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            held_back: self.held_back.load(Ordering::Relaxed),
            left: self.budget.left(),
            a_minute: self.budget.a_minute(),
            waiting: self.budget.waiting(),
        }
    }
}

/// Call in flight. If it is dropped before its end, its caller has given up.
struct CallInFlight<'a> {
    gate: &'a CallPipeline,
    question: CallDescription<'a>,
    at: Instant,
    pass: Option<CallPermit<'a>>,
}

impl CallInFlight<'_> {
    fn answered<T>(mut self, result: Result<T, CallError>) -> Result<T, CallError> {
        match &result {
            Ok(_) => self.gate.record_response(self.question.kind()),
            Err(error) => self.gate.record_failure(&self.question, error),
        }
        self.settle(match &result {
            Err(error @ (CallError::Unreachable(_) | CallError::Unavailable(_))) => {
                CallOutcome::Failed(single_line(&error.to_string()))
            }
            _ => CallOutcome::Answered,
        });
        result
    }

    fn timed_out(mut self) -> CallError {
        let error = CallError::Unavailable(format!("no answer within {} s", self.gate.timeout.as_secs()));
        self.gate.record_failure(&self.question, &error);
        self.settle(CallOutcome::TimedOut(error.to_string()));
        error
    }

    fn settle(&mut self, verdict: CallOutcome) {
        if let Some(pass) = self.pass.take() {
            pass.settle(verdict, Instant::now());
        }
    }
}

impl Drop for CallInFlight<'_> {
    fn drop(&mut self) {
        let waited = self.at.elapsed();
        // An acceptable wait depends on the size of the sheet, so the circuit breaker ignores it.
        if self.pass.is_some() && waited >= MIN_ABANDONED_WAIT {
            let told = format!("given up after {} s without an answer", waited.as_secs());
            self.gate.record_failure(&self.question, &CallError::Unavailable(told));
        }
    }
}

fn single_line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(MAX_REASON_CHARS) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}
