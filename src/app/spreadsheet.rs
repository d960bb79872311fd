//! Store of the spreadsheet: the embedded one, or one behind the Sheets API.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use sheets_emulator::{Emulator, EmulatorOptions, StartError};
use sheets_store::{
    CallError, SetupProblem, SpreadsheetConnection, Store,
    clock::Clock,
    google::connection::Credentials,
    options::{ChangeCheck, ProgramIdentity, SettingNames, StoreOptions},
};
use web::audit_log::{AUDIT_LOG, PROGRAM_AUTHOR};

use crate::{
    app::{BuildError, signing_key::SECRET_FILE},
    config::{Config, RemoteSpreadsheet, SpreadsheetSource},
    memory::trim_after_read,
};

/// Names of the program in the spreadsheet. The prefix stays as it is: instances of older versions share spreadsheets.
pub const STORE_IDENTITY: ProgramIdentity = ProgramIdentity {
    audit_log: &AUDIT_LOG,
    author: PROGRAM_AUTHOR,
    fencing_prefix: "tallyboard_turn_",
    settings: SettingNames {
        spreadsheet_id: "SPREADSHEET_ID",
        api_url: "SHEETS_API_URL",
        guide: "the chapter “Connect a Google spreadsheet” of the README",
    },
};

/// Opens the store; starts the emulator if no spreadsheet is configured.
pub(crate) async fn open_store(config: &Config, clock: &Clock) -> Result<(Store, Option<Emulator>), BuildError> {
    let (connection, options, emulator) = match &config.spreadsheet {
        SpreadsheetSource::Embedded => {
            let emulator = start_emulator(config).await?;
            let options = StoreOptions {
                calls_per_minute: None,
                fresh_for: config.fresh_for,
                after_read: trim_after_read,
                ..StoreOptions::for_google(clock.clone(), STORE_IDENTITY)
            };
            (embedded(&emulator, config.sheets_timeout), options, Some(emulator))
        }
        SpreadsheetSource::Remote(remote) => {
            let options = StoreOptions {
                calls_per_minute: Some(config.sheets_calls_per_minute),
                fresh_for: config.fresh_for,
                change_check: if config.drive_change_check {
                    ChangeCheck::ByDrive
                } else {
                    ChangeCheck::ByReading
                },
                after_read: trim_after_read,
                ..StoreOptions::for_google(clock.clone(), STORE_IDENTITY)
            };
            (connection_to(remote, config.sheets_timeout), options, None)
        }
    };
    let store = Store::open(connection.clone(), options)
        .await
        .map_err(|error: CallError| BuildError::Connection(SetupProblem::of_connection(&error, &connection)))?;
    Ok((store, emulator))
}

/// Options of the emulator that this program starts: its names, which the keys and files of earlier versions have too.
pub fn emulator_options() -> EmulatorOptions {
    EmulatorOptions {
        title: "Tallyboard".to_owned(),
        companions: &[SECRET_FILE],
        client_email: "emulator@tallyboard-emulator.iam.gserviceaccount.com".to_owned(),
        ..EmulatorOptions::default()
    }
}

/// Listens on the port after that of the app, so that links into the spreadsheet survive a restart, or on any free port
/// if that one is taken.
async fn start_emulator(config: &Config) -> Result<Emulator, StartError> {
    let on_port = |port| EmulatorOptions {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        data: Some(config.data_dir.clone()),
        ..emulator_options()
    };
    if let Some(next) = config.listen.port.checked_add(1).filter(|next| *next > 1) {
        match Emulator::start(on_port(next)).await {
            Err(StartError::Listen(..)) => {}
            started => return started,
        }
    }
    Emulator::start(on_port(0)).await
}

/// Connection to the embedded spreadsheet by bearer token, so that the start needs no signature.
fn embedded(emulator: &Emulator, call_timeout: Duration) -> SpreadsheetConnection {
    SpreadsheetConnection {
        spreadsheet_id: emulator.spreadsheet_id().to_owned(),
        api_url: Some(emulator.url()),
        spreadsheet_url: format!("{}/spreadsheets/d/{}/edit", emulator.url(), emulator.spreadsheet_id()),
        credentials: Credentials::Bearer(emulator.owner_token().to_owned()),
        call_timeout,
    }
}

fn connection_to(remote: &RemoteSpreadsheet, call_timeout: Duration) -> SpreadsheetConnection {
    let editor = match &remote.api_url {
        Some(url) => url.trim_end_matches('/'),
        None => "https://docs.google.com",
    };
    SpreadsheetConnection {
        spreadsheet_id: remote.id.clone(),
        api_url: remote.api_url.clone(),
        spreadsheet_url: format!("{editor}/spreadsheets/d/{}/edit", remote.id),
        credentials: Credentials::ServiceAccount(remote.key.clone()),
        call_timeout,
    }
}
