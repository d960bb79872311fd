//! Test spreadsheet with many rows in a folder, for the emulator and for the whole program.

use std::{path::Path, sync::Arc, time::Duration};

use google_sheets4::{Sheets, api::Scope};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use jiff::tz::TimeZone;
use leaderboard::tabs::TABS;
use sheets_emulator::Emulator;
use sheets_store::{
    Batch, SpreadsheetConnection, Store, clock::Clock, google::connection::Credentials, options::StoreOptions,
};
use tallyboard::app::STORE_IDENTITY;
use tempfile::TempDir;

use crate::rows;

/// Rows per write request.
const ROWS_A_WRITE: usize = 2_000;

/// A new folder with a spreadsheet of `count` rows.
pub async fn filled(count: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("folder");
    let emulator = opened(folder.path()).await;
    let store = store(&emulator).await;
    let mut inserts = rows::inserts(count).into_iter();
    loop {
        let batch: Vec<_> = inserts.by_ref().take(ROWS_A_WRITE).collect();
        if batch.is_empty() {
            break;
        }
        store.commit(Batch::inserts(batch)).await.expect("written");
    }
    store.finish().await;
    emulator.stop().await;
    folder
}

/// Starts an emulator on the spreadsheet in a folder.
pub async fn opened(folder: &Path) -> Emulator {
    let options = sheets_emulator::EmulatorOptions {
        data: Some(folder.to_owned()),
        ..sheets_emulator::EmulatorOptions::default()
    };
    Emulator::start(options).await.expect("an emulator")
}

/// A prepared store that has not read any rows, as after a start of the program.
pub async fn store(emulator: &Emulator) -> Arc<Store> {
    let connection = SpreadsheetConnection {
        spreadsheet_id: emulator.spreadsheet_id().to_owned(),
        api_url: Some(emulator.url()),
        spreadsheet_url: String::new(),
        credentials: Credentials::Bearer(emulator.owner_token().to_owned()),
        call_timeout: Duration::from_mins(1),
    };
    let options = StoreOptions {
        calls_per_minute: None,
        ..StoreOptions::for_google(clock(), STORE_IDENTITY)
    };
    let store = Store::open(connection, options).await.expect("a store");
    assert_eq!(store.prepare(TABS).await.problems, []);
    Arc::new(store)
}

/// System clock in the time zone of Paris.
pub fn clock() -> Clock {
    Clock::system(TimeZone::get("Europe/Paris").expect("zone"))
}

/// Number of rows in all tabs, fetched with google-sheets4 alone.
pub async fn fetched_alone(emulator: &Emulator) -> usize {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let mut hub = Sheets::new(client, emulator.owner_token().to_owned());
    hub.base_url(format!("{}/", emulator.url()));
    let call = hub.spreadsheets().values_batch_get(emulator.spreadsheet_id());
    let call = TABS.iter().fold(call, |call, tab| call.add_ranges(tab.title));
    let call = call
        .value_render_option("UNFORMATTED_VALUE")
        .clear_scopes()
        .add_scope(Scope::Spreadsheet);
    let (_, answer) = call.doit().await.expect("an answer");
    let ranges = answer.value_ranges.unwrap_or_default();
    ranges
        .iter()
        .filter_map(|range| range.values.as_ref())
        .map(Vec::len)
        .sum()
}
