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
    status::{CallCounts, CallKind, FailedCall, FailureReason, SpreadsheetState, StorageProblem},
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
    log: Mutex<CallLog>,
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
    ongoing_failures: [Option<OngoingFailure>; 2],
    failures: VecDeque<FailedCall>,
}

/// Failing calls of one kind, for a reason that is not specific to a single call.
#[derive(Clone)]
struct OngoingFailure {
    calls: CallKind,
    /// Google responds with a refusal, or the disk of the embedded spreadsheet fails, so calls of the other kind give no
    /// evidence about it.
    is_refusal: bool,
    since: Timestamp,
    reason: FailureReason,
    storage_problem: Option<StorageProblem>,
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
            log: Mutex::default(),
        }
    }

    /// Sends `call`, once the quota allows it.
    ///
    /// # Errors
    /// Errors of the call; [`CallError::HeldBack`] if the circuit is open; [`CallError::Unavailable`] after the
    /// timeout.
    pub(crate) async fn send<T>(
        &self,
        description: CallDescription<'_>,
        call: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let counter = self.counter(description.kind());
        // A call that would be blocked must not wait for the quota first.
        if let Some(reason) = self.circuit.refusal(Instant::now()) {
            return Err(counter.blocked(reason));
        }
        counter.budget.take().await;
        let permit = self
            .circuit
            .permit(Instant::now())
            .map_err(|reason| counter.blocked(reason))?;
        counter.sent.fetch_add(1, Ordering::Relaxed);
        let sent = CallInFlight {
            pipeline: self,
            description,
            at: Instant::now(),
            permit: Some(permit),
        };
        match tokio::time::timeout(self.timeout, call).await {
            Ok(result) => sent.completed(result),
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
        let open_time = self.circuit.open_time_left(Instant::now());
        let now = self.clock.now();
        let log = self.log();
        let first = log
            .ongoing_failures
            .iter()
            .flatten()
            .min_by_key(|ongoing| ongoing.since);
        match (first.cloned(), open_time, log.last_answer) {
            (Some(ongoing), Some(open_time), _) => SpreadsheetState::CircuitOpen {
                since: ongoing.since,
                until: now.saturating_add(open_time).unwrap_or(now),
                reason: ongoing.reason,
            },
            (Some(ongoing), None, _) => SpreadsheetState::Failing {
                calls: ongoing.calls,
                since: ongoing.since,
                reason: ongoing.reason,
            },
            (None, _, Some(last_answer)) => SpreadsheetState::Answering { last_answer },
            (None, _, None) => SpreadsheetState::Idle,
        }
    }

    /// Reason why the last write failed, if it was one that only another write can disprove: a refusal, or the disk of
    /// the embedded spreadsheet.
    pub(crate) fn write_failure(&self) -> Option<FailureReason> {
        let log = self.log();
        let ongoing = log.ongoing_failures[CallKind::Writes as usize].as_ref()?;
        ongoing.is_refusal.then(|| ongoing.reason.clone())
    }

    /// Why the last write could not be stored, if it was for a reason of the embedded spreadsheet.
    pub(crate) fn storage_problem(&self) -> Option<StorageProblem> {
        let log = self.log();
        log.ongoing_failures[CallKind::Writes as usize]
            .as_ref()?
            .storage_problem
    }

    /// Recent failed calls, newest first.
    pub(crate) fn failures(&self) -> Vec<FailedCall> {
        self.log().failures.iter().cloned().collect()
    }

    /// Counters of read calls.
    pub(crate) fn reads(&self) -> CallCounts {
        self.reads.calls()
    }

    /// Counters of write calls.
    pub(crate) fn writes(&self) -> CallCounts {
        self.writes.calls()
    }

    fn counter(&self, kind: CallKind) -> &CallCounter {
        match kind {
            CallKind::Reads => &self.reads,
            CallKind::Writes => &self.writes,
        }
    }

    fn record_response(&self, kind: CallKind) {
        let mut log = self.log();
        log.last_answer = Some(self.clock.now());
        for ongoing in &mut log.ongoing_failures {
            if ongoing
                .as_ref()
                .is_some_and(|ongoing| ongoing.calls == kind || !ongoing.is_refusal)
            {
                *ongoing = None;
            }
        }
    }

    fn record_failure(&self, description: &CallDescription<'_>, error: &CallError) {
        let calls = description.kind();
        self.counter(calls).failed.fetch_add(1, Ordering::Relaxed);
        let now = self.clock.now();
        let reason = FailureReason {
            full: single_line(&error.to_string()),
            public: single_line(&error.public_reason()),
        };
        let mut log = self.log();
        if error.concerns_spreadsheet() {
            let ongoing = &mut log.ongoing_failures[calls as usize];
            let since = ongoing.as_ref().map_or(now, |ongoing| ongoing.since);
            let storage_problem = match error {
                CallError::NotStored(problem) => Some(*problem),
                _ => None,
            };
            *ongoing = Some(OngoingFailure {
                calls,
                is_refusal: !error.is_transient() || storage_problem.is_some(),
                since,
                reason: reason.clone(),
                storage_problem,
            });
        }
        log.failures.truncate(MAX_FAILURES - 1);
        log.failures.push_front(FailedCall {
            at: now,
            asked: description.to_string(),
            reason,
        });
    }

    fn log(&self) -> MutexGuard<'_, CallLog> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
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
    pipeline: &'a CallPipeline,
    description: CallDescription<'a>,
    at: Instant,
    permit: Option<CallPermit<'a>>,
}

impl CallInFlight<'_> {
    fn completed<T>(mut self, result: Result<T, CallError>) -> Result<T, CallError> {
        match &result {
            Ok(_) => self.pipeline.record_response(self.description.kind()),
            Err(error) => self.pipeline.record_failure(&self.description, error),
        }
        self.record_outcome(match &result {
            Err(error @ (CallError::Unreachable(_) | CallError::Unavailable(_))) => {
                CallOutcome::Failed(single_line(&error.to_string()))
            }
            _ => CallOutcome::Answered,
        });
        result
    }

    fn timed_out(mut self) -> CallError {
        let error = CallError::Unavailable(format!("no answer within {} s", self.pipeline.timeout.as_secs()));
        self.pipeline.record_failure(&self.description, &error);
        self.record_outcome(CallOutcome::TimedOut(error.to_string()));
        error
    }

    fn record_outcome(&mut self, outcome: CallOutcome) {
        if let Some(permit) = self.permit.take() {
            permit.record(outcome, Instant::now());
        }
    }
}

impl Drop for CallInFlight<'_> {
    fn drop(&mut self) {
        let waited = self.at.elapsed();
        // An acceptable wait depends on the size of the sheet, so the circuit breaker ignores it.
        if self.permit.is_some() && waited >= MIN_ABANDONED_WAIT {
            let reason = format!("given up after {} s without an answer", waited.as_secs());
            self.pipeline
                .record_failure(&self.description, &CallError::Unavailable(reason));
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
