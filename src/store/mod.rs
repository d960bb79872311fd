//! The spreadsheet as a database: tabs are tables, rows have ids, headers name columns.
//!
//! A board declares its tabs ([`Tab`]), says how it reads them ([`Dataset`]), asks [`Store::read`] for a [`Reading`] and
//! hands a [`Batch`] to [`Store::commit`]. The promises:
//!
//! - All tabs of a board come in one call, kept for a while and shared by everyone who asks meanwhile (`reader`):
//!   `two_hundred_views_of_a_cold_board_cost_one_read`, `fifty_people_who_refresh_at_once_share_a_read`. A read that began
//!   before a write is never handed out after it: `what_was_written_is_on_the_next_page_even_while_reads_are_slow`. Old
//!   data is shown at once while it is read again: `old_data_is_shown_at_once_while_one_refresh_runs`. When Google is
//!   away, the last data serves: `while_google_is_away_the_last_data_stays_with_a_banner`.
//! - A large tab is read in pages and packed (`pages`, `grid`), and rows that staff move meanwhile are neither lost nor
//!   doubled: `a_large_tab_comes_in_pages_and_is_the_same_as_at_once`,
//!   `rows_that_move_between_two_pages_are_neither_lost_nor_doubled`, `every_cell_comes_out_as_it_went_in`.
//! - After a write that added rows, only the end of the tabs is read, until everything is read again because the last such
//!   read is too old: `after_an_insert_only_the_end_of_the_tab_is_read`,
//!   `what_follows_from_added_rows_is_what_reading_everything_gives`.
//! - What staff edit in the sheet is in the audit log with the old and the new value, once, and nothing else is (`watch`):
//!   `a_cell_that_staff_change_is_in_the_audit_log_with_both_values`,
//!   `what_the_program_writes_and_what_staff_merely_move_is_no_edit`,
//!   `two_instances_tell_an_edit_once_and_do_not_tell_of_each_other`, `what_was_edited_is_what_is_found`. Two readings are
//!   compared, so an edit that is taken back between them, or made while no instance runs, is not noticed.
//! - A batch of new, changed and deleted rows is written as a whole or not at all (`committer`). Writes that arrive
//!   together travel together in one call: `a_hundred_submissions_at_once_take_a_handful_of_writes`. One that Google
//!   refuses fails alone: `a_poisonous_row_fails_alone`, `a_poisonous_update_fails_alone`.
//! - Each change is made once, however often it is sent and however its answer gets lost:
//!   `every_row_is_there_once_when_answers_are_lost_throttled_or_broken`,
//!   `changes_are_made_once_when_answers_are_lost_throttled_or_broken`,
//!   `what_is_as_wanted_already_is_not_written_again`, and, under random faults with staff sorting all the while,
//!   `under_any_schedule_of_faults_each_change_is_made_once_or_not_at_all`. A write that arrives after it was given up is
//!   refused by the sheet itself: `a_write_that_arrives_long_after_it_was_given_up_does_nothing`.
//! - Staff may sort, insert, delete and move rows and columns, and add columns of their own: rows are known by id,
//!   columns by header (`tab`), new rows are inserted below the data (`requests`) and values are typed, never formulas:
//!   `a_row_that_staff_moved_is_found_by_its_id`,
//!   `columns_may_stand_anywhere_under_any_spelling_and_with_others_between`,
//!   `an_array_formula_of_staffs_own_goes_on_filling_its_column`. A renamed header closes its tab, names itself
//!   and heals: `a_renamed_or_repeated_header_closes_its_tab_alone_and_heals_by_itself`.
//! - An update touches the wanted cells and nothing else:
//!   `nothing_but_the_wanted_cells_differs_after_an_update`. When somebody else changed one of them, nothing of the batch is
//!   written and the person sees both values:
//!   `a_conflict_names_each_cell_and_keeps_the_whole_batch_back_but_nobody_else`. A row that is gone or has a double is told
//!   apart: `a_row_that_is_gone_or_there_twice_is_told_apart`.
//! - Should staff sort at the very moment of a write, so that it hits another row or column, this is seen and put right
//!   before anybody is answered: `a_write_that_hits_another_row_is_put_right`,
//!   `a_deletion_that_hits_another_row_is_put_right`,
//!   `neighbours_of_which_others_took_the_place_go_and_the_others_come_back`, `a_write_into_a_column_that_was_moved_meanwhile_is_put_right`,
//!   `a_row_that_is_added_while_columns_are_moved_lands_in_its_columns`,
//!   `a_value_that_came_under_a_header_of_staffs_own_is_put_right`, `copies_of_rows_in_wrong_columns_never_come_back`,
//!   `a_row_whose_columns_moved_is_put_right_even_when_the_answer_gets_lost`,
//!   `a_counted_row_whose_columns_moved_keeps_its_number`, `a_moment_that_hits_another_column_is_put_right`,
//!   `a_row_of_staffs_own_without_an_id_gets_back_what_stood_there`,
//!   `a_misplaced_write_whose_answer_got_lost_is_put_right_too`. What a program that was killed could not put right any more,
//!   the next one does: `what_a_killed_program_hit_by_mistake_is_put_right_by_the_next_one`,
//!   `a_row_that_a_killed_program_deleted_by_mistake_comes_back`,
//!   `neighbours_that_a_killed_program_deleted_by_mistake_come_back`,
//!   `a_row_that_a_killed_program_left_in_wrong_columns_is_there_once_when_it_is_sent_again`.
//! - What changed, when and by whom stands in the tab `audit_log` (`audit`), written in the same call:
//!   `an_update_changes_its_cells_and_says_so_in_the_audit_log`,
//!   `rows_are_deleted_with_all_their_cells_in_the_audit_log`, `neighbours_go_together_with_all_their_cells_in_the_audit_log`.
//!   Without that tab rows can be added but not changed:
//!   `without_the_audit_log_updates_wait_and_new_rows_go_on`.
//! - Programs on one spreadsheet write in turns: `two_programs_that_insert_the_same_row_at_once_write_it_once`,
//!   `an_update_that_another_program_overtook_is_compared_again`. All of it at once, with one program killed in the middle, is
//!   what `nothing_is_lost_doubled_or_misplaced_while_everything_goes_wrong_at_once` counts, while staff change the sheet
//!   once a second without rest. At four changes a second some runs end with one row doubled or in wrong columns, because a
//!   repair was itself hit by the next move.
//! - Counted ids are never given twice, by several instances either: `two_instances_never_count_the_same_id`,
//!   `counted_ids_go_on_from_the_highest_and_a_key_counts_once`.
//! - Rows that staff type without an id get the next number, whichever instance sees them first:
//!   `a_row_that_staff_typed_without_an_id_gets_the_next_number_once`,
//!   `a_number_that_hits_another_row_is_put_right`.
//! - Calls stay below Google's quota (`quota`) and are tried again when that can help (`call_error`). While Google is
//!   down they fail at once, and one of them finds out when it is back (`circuit`). All of them go through the `gate`,
//!   which keeps the book for the status page (`status`).
//!
//! `google` is the only file that knows the client library; `setup` makes missing tabs and explains what stands in the
//! way. What the committer does not promise is said at its head.

pub mod audit;
mod batch;
mod call_error;
mod cell;
mod choices;
mod circuit;
mod closed;
mod committer;
mod dataset;
mod difference;
mod drive;
mod edits;
mod gate;
mod google;
mod grid;
mod headers;
mod outage;
mod own_writes;
mod pages;
mod quota;
mod reader;
mod requests;
mod runs;
mod setup;
mod sheet_edits;
mod shown;
mod status;
mod tab;
mod tab_list;
mod tabs_read;
mod tail;
mod tokens;
mod watch;

use std::{
    num::{NonZeroU32, NonZeroUsize},
    sync::Arc,
    time::Duration,
};

use jiff::SignedDuration;
use tokio::{sync::Mutex, task::JoinHandle};

use crate::clock::Clock;

pub use batch::{
    Batch, CellUpdate, Change, CommitError, Committed, Conflict, Delete, Insert, NewId, Numbering, RowProblem, Update,
};
pub use call_error::CallError;
pub use cell::{Cell, Content, Entry};
pub use choices::Choice;
pub use closed::closed;
pub use dataset::{Dataset, Decoding, Reading, Row, Snapshot, TabLink, TabRows};
pub use google::Connection;
pub use setup::{SetupProblem, SetupReport};
pub use sheet_edits::SheetEdits;
pub use status::{CallKind, Calls, FailedCall, QueueStatus, State, Status, TabStatus};
pub use tab::{Column, HeaderProblem, History, Ids, Kind, Tab};

use committer::Queue;
use google::Spreadsheet;
use reader::Reader;

/// Who asks the Sheets API.
#[derive(Clone)]
pub enum Credentials {
    /// A ready access token, as the embedded spreadsheet hands out.
    Bearer(String),
    /// A service account, which signs for short-lived tokens.
    ServiceAccount(Box<yup_oauth2::ServiceAccountKey>),
}

impl Credentials {
    /// The address with which a person shares the spreadsheet.
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Bearer(_) => None,
            Self::ServiceAccount(key) => Some(&key.client_email),
        }
    }
}

/// How the store behaves towards Google and its readers.
#[derive(Clone)]
pub struct Options {
    /// Where the time comes from.
    pub clock: Clock,
    /// Age up to which data is handed out without asking Google again.
    pub fresh_for: SignedDuration,
    /// Reads and writes a minute, of each kind; `None` sets no bound.
    pub calls_per_minute: Option<NonZeroU32>,
    /// First pause before a failed call is tried again; it doubles from try to try.
    pub first_pause: Duration,
    /// Time after which a person who waits is told that the spreadsheet does not answer.
    pub patience: Duration,
    /// Batches that may wait to be written; beyond it a caller hears [`CommitError::Busy`] at once.
    pub queue: NonZeroUsize,
    /// Rows that one call brings at most; a tab with more is read in pages.
    pub rows_a_page: u32,
    /// Whether an unchanged spreadsheet is read again when its data is old.
    pub change_check: ChangeCheck,
}

/// How the store finds out that nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeCheck {
    /// By reading everything and comparing.
    ByReading,
    /// By asking Drive for the version of the file first.
    ByDrive,
}

impl Options {
    /// What suits Google's service: data up to 15 s old, 54 of the 60 calls a minute.
    pub fn for_google(clock: Clock) -> Self {
        Self {
            clock,
            fresh_for: SignedDuration::from_secs(15),
            calls_per_minute: NonZeroU32::new(54),
            first_pause: Duration::from_millis(250),
            patience: Duration::from_secs(25),
            queue: const { NonZeroUsize::new(1_000).unwrap() },
            rows_a_page: 50_000,
            change_check: ChangeCheck::ByReading,
        }
    }
}

/// Why tabs could not be read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReadError {
    /// The spreadsheet does not answer, and no older data is at hand.
    #[error("the spreadsheet does not answer: {0}")]
    Unreachable(String),
    /// The tab does not exist.
    #[error("the spreadsheet has no tab “{0}”")]
    TabMissing(&'static str),
    /// Headers are missing or stand twice.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Headers(Vec<HeaderProblem>),
    /// Google refuses to show it.
    #[error("the spreadsheet refuses: {0}")]
    Refused(CallError),
}

impl From<CallError> for ReadError {
    fn from(error: CallError) -> Self {
        if error.is_passing() {
            Self::Unreachable(error.to_string())
        } else {
            Self::Refused(error)
        }
    }
}

/// One spreadsheet as a set of tables.
pub struct Store {
    spreadsheet: Arc<Spreadsheet>,
    reader: Arc<Reader>,
    queue: Arc<Queue>,
    writer: Mutex<Option<JoinHandle<()>>>,
    address: Option<String>,
    url: Arc<str>,
    first_pause: Duration,
    patience: Duration,
}

impl Store {
    /// Prepares the client and starts the writer; asks nothing yet.
    ///
    /// # Errors
    /// When the key cannot be used or the machine has no root certificates.
    pub async fn open(connection: Connection, options: Options) -> Result<Self, CallError> {
        let address = connection.credentials.address().map(str::to_owned);
        let url: Arc<str> = connection.spreadsheet_url.as_str().into();
        let spreadsheet = Arc::new(Spreadsheet::connect(connection, &options).await?);
        let reader = Arc::new(Reader::new(Arc::clone(&spreadsheet), &options, Arc::clone(&url)));
        let (queue, writer) = Queue::start(Arc::clone(&spreadsheet), Arc::clone(&reader), &options);
        let queue = Arc::new(queue);
        reader.watch().write_to(Arc::downgrade(&queue));
        Ok(Self {
            spreadsheet,
            reader,
            queue,
            writer: Mutex::new(Some(writer)),
            address,
            url,
            first_pause: options.first_pause,
            patience: options.patience,
        })
    }

    /// The tabs of `D`, at most as old as configured; older only when Google does not answer, or while a newer read is
    /// under way.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn read<D: Dataset>(&self) -> Result<Reading<D>, ReadError> {
        self.reader.read().await
    }

    /// The tabs of `D` at most as old as configured, however long they take to read while older data is at hand. For
    /// whoever is about to write, or has written and wants to see it.
    ///
    /// # Errors
    /// See [`ReadError`]; [`ReadError::Unreachable`] also when only older data could be had.
    pub async fn read_now<D: Dataset>(&self) -> Result<Reading<D>, ReadError> {
        self.reader.read_now().await
    }

    /// Writes all of `batch` or nothing, and answers when it is in the spreadsheet.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        self.queue.commit(batch).await
    }

    /// Lets the next read ask Google, whatever the age of the data and however long Google has not answered.
    pub fn refresh(&self) {
        self.spreadsheet.gate().probe_next();
        self.reader.refresh();
    }

    /// The tabs of `D` as they were read last; `None` before the first read. Asks nobody.
    pub async fn at_hand<D: Dataset>(&self) -> Option<Reading<D>> {
        self.reader.at_hand().await
    }

    /// Age up to which data is handed out without asking Google again.
    pub fn fresh_for(&self) -> SignedDuration {
        self.reader.fresh_for()
    }

    /// Tells each time that tabs were read whose content had changed, whichever they are.
    pub fn renewed(&self) -> tokio::sync::watch::Receiver<u64> {
        self.reader.renewed()
    }

    /// How the store fares. Asks nobody.
    pub fn status(&self) -> Status {
        let gate = self.spreadsheet.gate();
        Status {
            state: gate.state(),
            spreadsheet: self.url().to_owned(),
            tabs: self.reader.tabs_read().list(),
            reads: gate.reads(),
            writes: gate.writes(),
            queue: self.queue.status(),
            failures: gate.failures(),
        }
    }

    /// Asks Google for the list of tabs: one read, whatever is at hand.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn ask(&self) -> Result<(), CallError> {
        self.spreadsheet.tabs().await.map(|_| ())
    }

    /// Makes missing tabs and headers and names what stands in the way; the audit log is made for tabs that need it.
    pub async fn prepare(&self, tabs: &[&'static Tab]) -> SetupReport {
        let mut tabs = tabs.to_vec();
        if tabs.iter().any(|tab| tab.history == History::Kept) && !tabs.contains(&&audit::AUDIT_LOG) {
            tabs.push(&audit::AUDIT_LOG);
        }
        self.queue.know(&tabs);
        setup::prepare(self, &tabs).await
    }

    /// Address of the spreadsheet in its own editor.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes no more writes and waits until those that were accepted are done, and what was noticed in the sheet is told.
    pub async fn finish(&self) {
        self.reader.watch().finish().await;
        self.queue.finish().await;
        let writer = self.writer.lock().await.take();
        let Some(writer) = writer else { return };
        if let Err(error) = writer.await {
            tracing::error!(%error, "the writer ended badly");
        }
    }
}

/// Pauses between tries: growing, with jitter, so that many instances do not knock at the same moment.
fn pauses(first: Duration) -> impl Iterator<Item = Duration> {
    pauses_between(first, Duration::from_secs(8))
}

/// Pauses that double from `first` to `longest`; jitter makes each up to twice as long.
fn pauses_between(first: Duration, longest: Duration) -> impl Iterator<Item = Duration> {
    use backon::BackoffBuilder;
    backon::ExponentialBuilder::default()
        .with_min_delay(first)
        .with_max_delay(longest.max(first))
        .with_jitter()
        .without_max_times()
        .build()
}

/// Does `work` on a thread for long computations, so that pages are answered meanwhile.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The program stops, and with it whoever waits.
            Err(_) => std::future::pending().await,
        },
    }
}
