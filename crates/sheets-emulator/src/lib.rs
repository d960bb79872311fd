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
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

pub use crate::{
    auth::KeyError,
    http::state::ClientTimeouts,
    storage::{failure::DatabaseError, private_files},
};
use crate::{
    auth::{AuthOptions, AuthServer},
    http::{faults::FaultInjector, quota, state::ServerState},
    storage::{disk_file::Disk, durable::DurableStorage, private_files::AccessError, repository::Repository},
    workbook::Workbook,
};

/// Name of the database in the data directory.
const DATABASE_FILE: &str = "spreadsheets.redb";

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
    /// Time limits for clients.
    pub timeouts: ClientTimeouts,
    /// Who may connect, when `listen` is no loopback address.
    pub exposure: Exposure,
    /// Title of the first spreadsheet.
    pub title: String,
    /// Names of files in the data directory that its owner makes once the database was in use. Beside one of them, a
    /// database of no bytes is refused at the start. The emulator's own key file is always one.
    pub companions: &'static [&'static str],
    /// E-mail address of the service account, which spreadsheets are shared with and which owns all files.
    pub client_email: String,
}

/// Who may connect to the emulator. Its grid and its control endpoints ask for no token: they trust whoever reaches
/// them under the name of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// Programs on this machine: only a loopback address can be listened on.
    ThisMachine,
    /// Everyone who reaches the address, who can then read and change every cell.
    Network,
}

impl Default for EmulatorOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            data: None,
            any_token: false,
            quota_per_minute: None,
            latency: Duration::ZERO,
            timeouts: ClientTimeouts::default(),
            exposure: Exposure::ThisMachine,
            title: "Untitled spreadsheet".to_owned(),
            companions: &[],
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
    /// The address is not a loopback address, and [`Exposure::Network`] is not set.
    #[error(
        "the emulator does not listen on {0}: whoever reaches it there could read and change every cell without a token. \
         Use a loopback address such as 127.0.0.1, or say that the sheet is open to the network"
    )]
    Exposed(SocketAddr),
    /// The data directory cannot be created or entered.
    #[error(transparent)]
    Directory(#[from] AccessError),
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
        if options.exposure == Exposure::ThisMachine && !options.listen.ip().is_loopback() {
            return Err(StartError::Exposed(options.listen));
        }
        let listener = TcpListener::bind(options.listen).await;
        let listener = listener.map_err(|error| StartError::Listen(options.listen, error))?;
        let address = listener
            .local_addr()
            .map_err(|error| StartError::Listen(options.listen, error))?;
        let url = format!("http://{}", reachable(address));
        let faults = Arc::<FaultInjector>::default();
        let (opening, disk_faults) = (options.clone(), Arc::clone(&faults));
        let opened = tokio::task::spawn_blocking(move || open(&opening, disk_faults));
        let (repository, spreadsheet_id) = match opened.await {
            Ok(opened) => opened?,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        let auth_server = AuthServer::new(AuthOptions {
            token_uri: format!("{url}/token"),
            client_email: options.client_email,
            directory: options.data,
            any_token: options.any_token,
        });
        let quota_meter = quota::QuotaMeter::new(options.quota_per_minute);
        let state = Arc::new(ServerState {
            repository,
            auth_server,
            quota_meter,
            faults,
            timeouts: options.timeouts,
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

fn open(options: &EmulatorOptions, faults: Arc<FaultInjector>) -> Result<(Repository, String), StartError> {
    let owner = &options.client_email;
    let Some(directory) = &options.data else {
        let workbook = Workbook::new(&options.title);
        let id = workbook.id.to_string();
        return Ok((Repository::open(None, vec![workbook], owner), id));
    };
    private_files::create_folder(directory)?;
    let path = directory.join(DATABASE_FILE);
    refuse_emptied(&path, options.companions)?;
    let disk = Disk::new(Arc::new(move |operation| faults.draw_for_disk(operation)));
    let (storage, content) = DurableStorage::open(&path, disk, &options.title)?;
    Ok((Repository::open(Some(storage), content.workbooks, owner), content.first))
}

/// Refuses a database of no bytes beside a file that only exists once the database was in use: it was cut off, and would
/// be taken for a new one.
fn refuse_emptied(path: &Path, companions: &[&str]) -> Result<(), DatabaseError> {
    if !std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == 0) {
        return Ok(());
    }
    let names = companions.iter().copied().chain([auth::KEY_FILE]);
    match names.map(|name| path.with_file_name(name)).find(|file| file.exists()) {
        Some(evidence) => Err(DatabaseError::Empty {
            path: path.to_owned(),
            evidence,
        }),
        None => Ok(()),
    }
}
