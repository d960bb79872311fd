//! Local Google Sheets API v4 server.
//!
//! It gives a spreadsheet without a Google account: any Sheets client (gspread, googleapis, google-sheets4) can use it
//! in place of Google, and `GET /spreadsheets/d/{id}` shows the tabs in a browser. Data lives in memory or, given a
//! directory, in redb; every acknowledged write survives a `kill -9`.
//!
//! Request flow: `server` (connection, latency, `http::faults`) → `auth` (token) and `http::quota` → `api::route`
//! (method) → `proto::schema` (known fields) → `api` → `storage::repository` (snapshot or write) → `values` and `batch`
//! (operations on a `workbook`) → `storage::database`. `drive` serves the part of the Drive API that Sheets clients
//! use, over the same repository. Responses follow recordings of the real service; an unsupported feature gets a 501
//! that names it.
//!
//! The crate depends on no other crate of the workspace.

pub mod a1;
mod api;
mod auth;
mod batch;
mod drive;
mod format;
mod formula;
mod grid_page;
mod http;
mod proto;
mod server;
mod storage;
mod values;
mod workbook;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

pub use crate::{auth::KeyError, storage::database::DatabaseError};
use crate::{
    auth::{AuthOptions, AuthServer},
    http::{faults, quota, state::ServerState},
    storage::{database::Database, repository::Repository},
    workbook::Workbook,
};

const DATABASE_FILE: &str = "spreadsheets.redb";
const FIRST: &str = "first";

/// Options of an emulator.
#[derive(Clone, Debug)]
pub struct EmulatorOptions {
    /// Address to listen on; port 0 selects a free port.
    pub listen: SocketAddr,
    /// Data directory; `None` keeps the data in memory.
    pub data: Option<PathBuf>,
    /// Whether every bearer token is accepted.
    pub any_token: bool,
    /// Quota of reads, and of writes, per minute; calls beyond it get a 429. `None` for no limit.
    pub quota_per_minute: Option<u32>,
    /// Delay before every API call, to simulate network latency.
    pub latency: Duration,
    /// Title of the first spreadsheet.
    pub title: String,
    /// E-mail address of the service account, which spreadsheets are shared with and which owns all files.
    pub client_email: String,
}

impl Default for EmulatorOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            data: None,
            any_token: false,
            quota_per_minute: None,
            latency: Duration::ZERO,
            title: "Untitled spreadsheet".to_owned(),
            client_email: "emulator@sheets-emulator.iam.gserviceaccount.com".to_owned(),
        }
    }
}

/// Failure to start the emulator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be bound.
    #[error("the emulator cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The data directory cannot be created.
    #[error("the emulator cannot use the directory {0}: {1}")]
    Directory(PathBuf, std::io::Error),
    /// The database cannot be opened; another emulator may have it open.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The service account key cannot be created or written.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Running emulator. Dropping it ends it abruptly; [`Emulator::stop`] shuts it down gracefully.
pub struct Emulator {
    state: Arc<ServerState>,
    spreadsheet_id: String,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl Emulator {
    /// Starts an emulator and creates the first spreadsheet if there is none. The service account key is generated on
    /// first use.
    ///
    /// # Errors
    /// If the address cannot be bound or the data cannot be read.
    pub async fn start(options: EmulatorOptions) -> Result<Self, StartError> {
        let listener = TcpListener::bind(options.listen).await;
        let listener = listener.map_err(|error| StartError::Listen(options.listen, error))?;
        let address = listener
            .local_addr()
            .map_err(|error| StartError::Listen(options.listen, error))?;
        let url = format!("http://{}", reachable(address));
        let data = options.data.clone();
        let title = options.title.clone();
        let owner = options.client_email.clone();
        let opened = tokio::task::spawn_blocking(move || open(data, &title, &owner));
        let (repository, spreadsheet_id) = match opened.await {
            Ok(opened) => opened?,
            Err(error) => return Err(DatabaseError::Unreadable(error.to_string()).into()),
        };
        let auth_server = AuthServer::new(AuthOptions {
            token_uri: format!("{url}/token"),
            client_email: options.client_email,
            directory: options.data,
            any_token: options.any_token,
        });
        let quota_meter = quota::QuotaMeter::new(options.quota_per_minute);
        let faults = faults::FaultInjector::default();
        let state = Arc::new(ServerState {
            repository,
            auth_server,
            quota_meter,
            faults,
            latency: options.latency,
            url,
            address,
        });
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(server::serve(listener, Arc::clone(&state), stopped));
        Ok(Self {
            state,
            spreadsheet_id,
            stop,
            server,
        })
    }

    /// Base URL, without a trailing slash.
    pub fn url(&self) -> String {
        self.state.url.clone()
    }

    /// Id of the first spreadsheet, the same on every start with the same directory.
    pub fn spreadsheet_id(&self) -> &str {
        &self.spreadsheet_id
    }

    /// Token that is always accepted; new on every start.
    pub fn owner_token(&self) -> &str {
        self.state.auth_server.owner_token()
    }

    /// Content of the service account's key file. The first call waits about a second for key generation; with a data
    /// directory the file is also written there with mode 0600.
    ///
    /// # Errors
    /// If the key cannot be created, read or written.
    pub async fn service_account_key(&self) -> Result<String, KeyError> {
        self.state.auth_server.key_file().await
    }

    /// Shell lines that export the environment for a client of this emulator.
    ///
    /// # Errors
    /// If the key cannot be created, read or written.
    pub async fn environment_lines(&self) -> Result<String, KeyError> {
        self.service_account_key().await?;
        let path = self
            .state
            .auth_server
            .key_path()
            .unwrap_or_else(|| PathBuf::from("service-account.json"));
        let path = std::path::absolute(&path).unwrap_or(path);
        Ok(format!(
            "export SHEETS_API_URL={}\nexport SPREADSHEET_ID={}\nexport GOOGLE_APPLICATION_CREDENTIALS={}\n",
            self.url(),
            self.spreadsheet_id,
            quoted(&path.display().to_string())
        ))
    }

    /// Shuts down gracefully: finishes open requests and writes, then closes the database.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.server.await;
        let state = self.state;
        let _ = tokio::task::spawn_blocking(move || state.repository.close()).await;
    }
}

/// Address that clients can connect to when the server listens on all interfaces.
fn reachable(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    SocketAddr::from((Ipv4Addr::LOCALHOST, address.port()))
}

/// Quotes a word for a shell, if needed.
fn quoted(word: &str) -> String {
    let plain = word
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "/._-+:@".contains(letter));
    if plain {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn open(data: Option<PathBuf>, title: &str, owner: &str) -> Result<(Repository, String), StartError> {
    let Some(directory) = data else {
        let workbook = Workbook::new(title);
        let id = workbook.id.to_string();
        let repository = Repository::open(None, owner)?;
        repository.keep(workbook);
        return Ok((repository, id));
    };
    std::fs::create_dir_all(&directory).map_err(|error| StartError::Directory(directory.clone(), error))?;
    let database = Database::open(&directory.join(DATABASE_FILE))?;
    let id = match database.setting(FIRST)? {
        Some(id) if database.holds(&id)? => id,
        _ => {
            let workbook = Workbook::new(title);
            database.begin(FIRST, &workbook)?;
            workbook.id.to_string()
        }
    };
    Ok((Repository::open(Some(database), owner)?, id))
}
