//! A local Google Sheets API v4 server.
//!
//! A person gets a spreadsheet without an account: any Sheets client (gspread, googleapis, google-sheets4) talks to it as
//! it would to Google, and `GET /spreadsheets/d/{id}` shows the tabs in a browser. Data lives in memory or, given a
//! directory, in redb; whatever was answered survives a `kill -9`.
//!
//! A request flows: `server` (connection, faults) → `authority` (token) and `traffic` (quota) → `route` (which method) →
//! `methods` → `library` (snapshot or write) → `values` and `batch` (what it does to a `workbook`) → `database`.
//! Answers follow recordings of the real service; what is not supported answers 501 with its name.
//!
//! The emulator depends on nothing else of this crate.

pub mod a1;
mod authority;
mod batch;
mod cell;
mod database;
mod description;
mod drive;
mod failure;
mod faults;
mod file;
mod formula;
mod input;
mod library;
mod mask;
mod methods;
mod number_format;
mod page;
mod query;
mod record;
mod route;
mod schema;
mod serial_date;
mod server;
mod sheet;
mod traffic;
mod values;
mod wire;
mod workbook;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use authority::KeyError;
pub use database::DatabaseError;

use authority::Authority;
use database::Database;
use library::Library;
use server::State;
use workbook::Workbook;

const DATABASE_FILE: &str = "spreadsheets.redb";
const FIRST: &str = "first";

/// How an emulator runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Where it keeps its data; `None` keeps them in memory.
    pub data: Option<PathBuf>,
    /// Every bearer token is good.
    pub any_token: bool,
    /// So many reads and as many writes a minute; more get a 429.
    pub quota_per_minute: Option<u32>,
    /// How long every call of an API waits before it is looked at, as calls over the internet do.
    pub latency: Duration,
    /// The title of the first spreadsheet.
    pub title: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            data: None,
            any_token: false,
            quota_per_minute: None,
            latency: Duration::ZERO,
            title: "Tallyboard".to_owned(),
        }
    }
}

/// The emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("the emulator cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The data directory cannot be made.
    #[error("the emulator cannot use the directory {0}: {1}")]
    Directory(PathBuf, std::io::Error),
    /// The database cannot be opened; another emulator may have it.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The key cannot be made or written.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A running emulator; it ends when it is dropped, and in good order with [`Emulator::stop`].
pub struct Emulator {
    state: Arc<State>,
    spreadsheet_id: String,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl Emulator {
    /// Starts an emulator, with a first spreadsheet if it has none. Its key is made when somebody first needs it.
    ///
    /// # Errors
    /// When it cannot listen, or its data cannot be read.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let listener = TcpListener::bind(options.listen).await;
        let listener = listener.map_err(|error| StartError::Listen(options.listen, error))?;
        let address = listener
            .local_addr()
            .map_err(|error| StartError::Listen(options.listen, error))?;
        let url = format!("http://{}", reachable(address));
        let data = options.data.clone();
        let title = options.title.clone();
        let opened = tokio::task::spawn_blocking(move || open(data, &title));
        let (library, spreadsheet_id) = match opened.await {
            Ok(opened) => opened?,
            Err(error) => return Err(DatabaseError::Unreadable(error.to_string()).into()),
        };
        let authority = Authority::new(format!("{url}/token"), options.data, options.any_token);
        let traffic = traffic::Traffic::new(options.quota_per_minute);
        let faults = faults::Faults::default();
        let state = Arc::new(State {
            library,
            authority,
            traffic,
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

    /// Where it answers, without a slash at the end.
    pub fn url(&self) -> String {
        self.state.url.clone()
    }

    /// The first spreadsheet, the same at every start over the same directory.
    pub fn spreadsheet_id(&self) -> &str {
        &self.spreadsheet_id
    }

    /// A token that is always accepted, new at every start.
    pub fn owner_token(&self) -> &str {
        self.state.authority.owner_token()
    }

    /// The text of the service account's key file. The first call waits for the key to be made, which takes a second or
    /// so; over a directory the file is also written there, readable by its owner alone.
    ///
    /// # Errors
    /// When the key cannot be made, read or written.
    pub async fn service_account_key(&self) -> Result<String, KeyError> {
        self.state.authority.key_file().await
    }

    /// The lines that point a program at this emulator, to be pasted into a shell.
    ///
    /// # Errors
    /// When the key cannot be made, read or written.
    pub async fn environment_lines(&self) -> Result<String, KeyError> {
        self.service_account_key().await?;
        let path = self
            .state
            .authority
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

    /// Answers what is being asked, writes what is being written, and ends.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.server.await;
        let state = self.state;
        let _ = tokio::task::spawn_blocking(move || state.library.close()).await;
    }
}

/// An address that can be called when the server listens on all of them.
fn reachable(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    SocketAddr::from((Ipv4Addr::LOCALHOST, address.port()))
}

/// A word as a shell takes it.
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

fn open(data: Option<PathBuf>, title: &str) -> Result<(Library, String), StartError> {
    let Some(directory) = data else {
        let workbook = Workbook::new(title);
        let id = workbook.id.to_string();
        let library = Library::open(None)?;
        library.keep(workbook);
        return Ok((library, id));
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
    Ok((Library::open(Some(database))?, id))
}
