//! Google spreadsheet as a database: tabs are tables, rows have ids, headers name columns.
//!
//! A board declares its tabs ([`Tab`]), says how it decodes them ([`Dataset`]), calls [`Store::read`] for a [`Reading`]
//! and passes a [`Batch`] to [`Store::commit`]. Each promise names the tests that hold it,
//! in `tests/stories` or next to the code:
//!
//! - One call reads all tabs of a board. The result is cached and shared by all concurrent readers (`read::reader`):
//!   `two_hundred_readers_at_once_cost_one_read`, `fifty_people_who_refresh_at_once_share_a_read`. A read that
//!   began before a write is never returned after it: `a_read_that_began_before_a_write_is_never_returned_after_it`,
//!   `what_was_written_is_in_the_next_read_even_while_reads_are_slow`.
//!   Stale data is returned at once while it is refreshed: `stale_data_is_returned_at_once_while_one_refresh_runs`. During
//!   an outage of Google the last data is served: `during_an_outage_the_last_data_is_returned_with_its_beginning`.
//! - A large tab is read in pages and packed (`read::pages`, `read::grid`). Rows that staff move during the read are
//!   neither lost nor duplicated: `a_large_tab_comes_in_pages_and_is_the_same_as_at_once`,
//!   `rows_that_move_between_two_pages_are_neither_lost_nor_doubled`, `every_cell_comes_out_as_it_went_in`.
//! - After a write that added rows, only the end of the tabs is read, until the last full read is older than the
//!   freshness limit: `after_an_insert_only_the_end_of_the_tab_is_read`,
//!   `what_follows_from_added_rows_is_what_reading_everything_gives`.
//! - Edits that staff make in the sheet are logged in the audit log once, with the old and the new value, and nothing
//!   else is (`change_detection`): `a_cell_that_staff_change_is_in_the_audit_log_with_both_values`,
//!   `what_the_program_writes_and_what_staff_merely_move_is_no_edit`,
//!   `two_instances_tell_an_edit_once_and_do_not_tell_of_each_other`, `what_was_edited_is_what_is_found`. Two full
//!   reads are compared, so an edit that is reverted between them, or made while no instance runs, is not detected.
//! - A batch of inserted, updated and deleted rows is written atomically (`commit`). Concurrent writes share one call:
//!   `a_hundred_inserts_at_once_take_a_handful_of_writes`. A batch that Google rejects fails alone:
//!   `a_poisonous_row_fails_alone`, `a_poisonous_update_fails_alone`.
//! - Each change is applied exactly once, however often it is sent and whatever happens to the response:
//!   `every_row_is_there_once_when_answers_are_lost_throttled_or_broken`,
//!   `changes_are_made_once_when_answers_are_lost_throttled_or_broken`,
//!   `what_is_as_wanted_already_is_not_written_again`, and, under random faults while staff sort the tab,
//!   `under_any_schedule_of_faults_each_change_is_made_once_or_not_at_all`. A late write that was already given up is
//!   rejected by the sheet itself: `a_write_that_arrives_long_after_it_was_given_up_does_nothing`.
//! - Staff may sort, insert, delete and move rows and columns, and add their own columns: rows are found by id, columns
//!   by header (`schema::tab`), new rows are inserted below the data (`google::requests`), and values are typed, never
//!   formulas: `a_row_that_staff_moved_is_found_by_its_id`,
//!   `columns_may_stand_anywhere_under_any_spelling_and_with_others_between`,
//!   `an_array_formula_of_staffs_own_goes_on_filling_its_column`. A renamed header closes its tab, is named in the
//!   error, and the tab reopens once it is restored:
//!   `a_renamed_or_repeated_header_closes_its_tab_alone_and_heals_by_itself`.
//! - An update writes the given cells and nothing else: `nothing_but_the_wanted_cells_differs_after_an_update`. If one
//!   of them was changed by others, nothing of the batch is written and the conflict shows both values:
//!   `a_conflict_names_each_cell_and_keeps_the_whole_batch_back_but_nobody_else`. Missing rows and duplicate ids are
//!   distinct errors: `a_row_that_is_gone_or_there_twice_is_told_apart`.
//! - A write that hits another row or column because staff sorted at the same moment is detected and repaired before
//!   any caller gets a response: `a_write_that_hits_another_row_is_put_right`,
//!   `a_deletion_that_hits_another_row_is_put_right`,
//!   `neighbours_of_which_others_took_the_place_go_and_the_others_come_back`,
//!   `a_write_into_a_column_that_was_moved_meanwhile_is_put_right`,
//!   `a_row_that_is_added_while_columns_are_moved_lands_in_its_columns`,
//!   `a_value_that_came_under_a_header_of_staffs_own_is_put_right`, `copies_of_rows_in_wrong_columns_never_come_back`,
//!   `a_row_whose_columns_moved_is_put_right_even_when_the_answer_gets_lost`,
//!   `a_counted_row_whose_columns_moved_keeps_its_number`, `a_moment_that_hits_another_column_is_put_right`,
//!   `a_row_of_staffs_own_without_an_id_gets_back_what_stood_there`,
//!   `a_misplaced_write_whose_answer_got_lost_is_put_right_too`. If the program is killed before the repair, the next
//!   one repairs it: `what_a_killed_program_hit_by_mistake_is_put_right_by_the_next_one`,
//!   `a_row_that_a_killed_program_deleted_by_mistake_comes_back`,
//!   `neighbours_that_a_killed_program_deleted_by_mistake_come_back`,
//!   `a_row_that_a_killed_program_left_in_wrong_columns_is_there_once_when_it_is_sent_again`.
//! - The audit log (`audit`) records what changed, when and by whom, written in the same call:
//!   `an_update_changes_its_cells_and_says_so_in_the_audit_log`,
//!   `rows_are_deleted_with_all_their_cells_in_the_audit_log`,
//!   `neighbours_go_together_with_all_their_cells_in_the_audit_log`. Without that tab rows can be added but not
//!   changed: `without_the_audit_log_updates_wait_and_new_rows_go_on`.
//! - Writes of all programs on one spreadsheet are serialized:
//!   `two_programs_that_insert_the_same_row_at_once_write_it_once`,
//!   `an_update_that_another_program_overtook_is_compared_again`.
//!   `nothing_is_lost_doubled_or_misplaced_while_everything_goes_wrong_at_once` (in the tests of the whole program, run
//!   by `.ci/long`) tests all of it together, with one program killed midway, while staff change the sheet once a
//!   second. At four changes a second some runs end with one row duplicated or in wrong columns, because the next move
//!   hit the repair itself.
//! - Counted ids are unique, also across several instances: `two_instances_never_count_the_same_id`,
//!   `counted_ids_go_on_from_the_highest_and_a_key_counts_once`.
//! - Rows that staff type without an id get the next number from the first instance that sees them:
//!   `a_row_that_staff_typed_without_an_id_gets_the_next_number_once`, `a_number_that_hits_another_row_is_put_right`.
//! - Calls stay below Google's quota (`google::quota`) and are retried when a retry can help (`google::call_error`).
//!   During an outage they fail at once, and a probe call detects the recovery (`google::circuit_breaker`). All calls
//!   pass through `google::call_pipeline`, which counts them for the status page (`status`).
//!
//! `google` is the only part that uses the client library. `schema::setup` creates missing tabs and explains what
//! prevents it. The head of `commit` lists what the committer does not promise.

pub mod audit;
mod backoff;
pub mod cell;
mod change_detection;
pub mod clock;
pub mod commit;
pub mod error_chain;
pub mod finding;
pub mod google;
pub mod options;
pub mod read;
pub mod schema;
pub mod status;

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use tokio::{sync::Mutex, task::JoinHandle};

pub use crate::{
    cell::{Cell, CellContent, CellEntry},
    commit::batch::{
        Batch, CellConflict, CellUpdate, CommitError, CommitSummary, NewId, RowChange, RowDelete, RowInsert,
        RowNumbering, RowProblem, RowUpdate,
    },
    google::{call_error::CallError, connection::SpreadsheetConnection},
    read::{
        dataset::{Dataset, DecodeContext, Reading, Snapshot, TabLink, TabRow, TabRows},
        read_error::schema_findings,
    },
    schema::{
        drop_downs::DropDownChoice,
        setup::{SetupProblem, SetupReport},
        tab::{ChangeHistory, Column, ColumnKind, HeaderProblem, IdSource, Tab},
    },
    status::{
        CallCounts, CallKind, FailedCall, FailureReason, QueueStatus, SpreadsheetState, StorageProblem, StoreStatus,
        TabStatus,
    },
};
use crate::{
    commit::queue::WriteQueue,
    google::client::SpreadsheetClient,
    options::{ProgramIdentity, StoreOptions},
    read::{read_error::ReadError, reader::Reader},
    schema::setup,
};

/// One spreadsheet as a set of tables.
pub struct Store {
    spreadsheet: Arc<SpreadsheetClient>,
    reader: Arc<Reader>,
    queue: Arc<WriteQueue>,
    writer: Mutex<Option<JoinHandle<()>>>,
    address: Option<String>,
    identity: ProgramIdentity,
    url: Arc<str>,
    first_pause: Duration,
    patience: Duration,
}

impl Store {
    /// Prepares the client and starts the writer; sends no request.
    ///
    /// # Errors
    /// If the key cannot be used or the machine has no root certificates.
    pub async fn open(connection: SpreadsheetConnection, options: StoreOptions) -> Result<Self, CallError> {
        let address = connection.credentials.address().map(str::to_owned);
        let url: Arc<str> = connection.spreadsheet_url.as_str().into();
        let spreadsheet = Arc::new(SpreadsheetClient::connect(connection, &options).await?);
        let reader = Arc::new(Reader::new(Arc::clone(&spreadsheet), &options, Arc::clone(&url)));
        let (queue, writer) = commit::start_committer(Arc::clone(&spreadsheet), Arc::clone(&reader), &options);
        let queue = Arc::new(queue);
        reader.change_detector().write_to(Arc::downgrade(&queue));
        Ok(Self {
            spreadsheet,
            reader,
            queue,
            writer: Mutex::new(Some(writer)),
            address,
            identity: options.identity,
            url,
            first_pause: options.first_pause,
            patience: options.patience,
        })
    }

    /// Returns the tabs of `D`, at most as old as configured; older only during an outage, or while a refresh is
    /// running.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub async fn read<D: Dataset>(&self) -> Result<Reading<D>, ReadError> {
        self.reader.read().await
    }

    /// Returns the tabs of `D` at most as old as configured and waits for the read even if older data is cached. For
    /// callers that are about to write, or that have written and need to see the result.
    ///
    /// # Errors
    /// See [`ReadError`]; [`ReadError::Unreachable`] also if only older data is available.
    pub async fn read_now<D: Dataset>(&self) -> Result<Reading<D>, ReadError> {
        self.reader.read_now().await
    }

    /// Writes all of `batch` or nothing, and returns once it is in the spreadsheet.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn commit(&self, batch: Batch) -> Result<CommitSummary, CommitError> {
        self.queue.commit(batch).await
    }

    /// Makes the next read call Google, regardless of the age of the data and of the duration of an outage.
    pub fn refresh(&self) {
        self.spreadsheet.pipeline().probe_next();
        self.reader.refresh();
    }

    /// Returns the cached tabs of `D` without a call; `None` before the first read.
    pub async fn cached<D: Dataset>(&self) -> Option<Reading<D>> {
        self.reader.cached().await
    }

    /// Maximum age of data that is returned without a new read.
    pub fn fresh_for(&self) -> SignedDuration {
        self.reader.fresh_for()
    }

    /// Notifies each time that a read found changed content in any tab. The value is the newest version.
    pub fn data_versions(&self) -> tokio::sync::watch::Receiver<u64> {
        self.reader.data_versions()
    }

    /// Health of the store: state, counters and last failures. Makes no call.
    pub fn status(&self) -> StoreStatus {
        let pipeline = self.spreadsheet.pipeline();
        StoreStatus {
            state: pipeline.state(),
            spreadsheet: Some(self.url().to_owned()),
            tabs: self.reader.tabs_read().list(),
            reads: pipeline.reads(),
            writes: pipeline.writes(),
            queue: self.queue.status(),
            storage_problem: pipeline.storage_problem(),
            failures: pipeline.failures(),
        }
    }

    /// Requests the list of tabs from Google: one read, regardless of the cache.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn ping(&self) -> Result<(), CallError> {
        self.spreadsheet.tabs().await.map(|_| ())
    }

    /// Reason why the last write failed, if only another write can show that it is over: a refusal, or a fault of the
    /// disk under the embedded spreadsheet. Makes no call.
    pub fn write_failure(&self) -> Option<FailureReason> {
        self.spreadsheet.pipeline().write_failure()
    }

    /// Creates missing tabs and headers and reports what prevents it. Adds the audit log, without which no row
    /// can be changed.
    pub async fn prepare(&self, tabs: &[&'static Tab]) -> SetupReport {
        let mut tabs = tabs.to_vec();
        let audit_log = self.identity.audit_log;
        if !tabs.contains(&audit_log) {
            tabs.push(audit_log);
        }
        self.queue.register_tabs(&tabs);
        setup::prepare(self, &tabs).await
    }

    /// Address of the spreadsheet in the Google Sheets editor.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops accepting writes and waits until accepted writes are done and detected edits are logged.
    pub async fn finish(&self) {
        self.reader.change_detector().finish().await;
        self.queue.finish().await;
        let writer = self.writer.lock().await.take();
        let Some(writer) = writer else { return };
        if let Err(error) = writer.await {
            tracing::error!(%error, "the writer ended badly");
        }
    }
}
