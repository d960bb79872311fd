//! Command line: the commands, their manual and their start.

pub(crate) mod churn;
pub(crate) mod health;
pub(crate) mod import;
mod open_files;
mod shutdown;
pub(crate) mod sync;

use std::{
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::{Parser, Subcommand};
use customer_sources::SyncMode;
use http_body_util::{BodyExt, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use sheets_emulator::{Emulator, EmulatorOptions, Exposure, StartError};
use sheets_store::{SetupReport, error_chain::error_chain};
use tokio::net::TcpListener;
use web::server::{self, limits::ServerLimits};

use crate::{
    app::{App, emulator_options},
    cli::shutdown::ShutdownSignals,
    config::{Config, Environment, Listen, SpreadsheetSource},
    logging::{self, one_line},
};

/// Three boards over one Google spreadsheet.
///
/// Customer Success Managers claim the integrations that their customers completed; everybody sees a leaderboard they
/// can trust; staff see and correct the same rows in the spreadsheet.
#[derive(Parser)]
#[command(version, about, long_about, after_long_help = MANUAL, max_term_width = 100)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the boards (this is what happens without a command).
    ///
    /// Checks the spreadsheet, makes missing tabs and headers, prints the address and serves until it is told to stop.
    /// On SIGTERM or Ctrl-C it takes no more requests, finishes the writes in flight and ends; a second signal ends it at
    /// once.
    Serve,
    /// Verify access, tabs and headers of the spreadsheet and each source that is switched on, and name the cure for each
    /// problem.
    ///
    /// Makes missing tabs and headers. Ends with status 1 when something is left for a person to do.
    Check,
    /// Run the embedded spreadsheet alone: a Google Sheets API v4 server for any client.
    ///
    /// Writes the key of its service account to DIR/service-account.json, makes one spreadsheet and prints the
    /// environment that connects a client to it.
    Emulator {
        /// Address to listen on; port 0 lets the system choose.
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9090")]
        listen: SocketAddr,
        /// Listen on an address that others can reach. Whoever reaches it can read and change every cell without a
        /// token.
        #[arg(long)]
        open_to_network: bool,
        /// Folder of its data and of the service account's key.
        #[arg(long, value_name = "DIR", default_value = "data/emulator")]
        data: PathBuf,
        /// Accept every bearer token, for tests.
        #[arg(long)]
        any_token: bool,
        /// Reads and writes a minute, of each kind, before it answers 429 as Google does (60 there).
        #[arg(long, value_name = "N", alias = "quota")]
        quota_per_minute: Option<u32>,
        /// How long every call waits first, such as 120ms or 1.5s; a plain number is milliseconds.
        #[arg(long, value_name = "TIME", default_value = "0", value_parser = latency)]
        latency: Duration,
    },
    /// Import a file into a tab, as the page does.
    ///
    /// Ends with status 0 when every line is in the sheet, else 1. Importing the same file again changes nothing.
    Import {
        /// What the file holds.
        #[command(subcommand)]
        command: import::ImportCommand,
    },
    /// Read a source of the Customers board, or all, into the spreadsheet.
    ///
    /// Reads what changed since the last complete run and goes on where one broke. Ends with status 0 when everything was
    /// read, else 1. Running it again changes nothing.
    Sync {
        /// Short name of a source that is switched on, such as intercom, or all.
        #[arg(value_name = "SOURCE")]
        source: String,
        /// Read everything; what a source no longer mentions counts as gone.
        #[arg(long)]
        full: bool,
    },
    /// How well the regression behind the churn risk foresees who leaves.
    Churn {
        /// What is asked.
        #[command(subcommand)]
        command: churn::ChurnCommand,
    },
    /// The health scores of the customers.
    Health {
        /// What to do.
        #[command(subcommand)]
        command: health::HealthCommand,
    },
    /// Ask the running program whether it is well; for container hosts.
    ///
    /// Reads HOST and PORT as the program does. Ends with status 0 when /health answers, else 1.
    Healthcheck,
}

const MANUAL: &str = "\
Without any setting the program keeps its data in an embedded spreadsheet under data/.

Settings are environment variables; secrets can also stand in secrets.json, see
secrets.example.json:
  PORT, HOST                      where to listen (8080, 127.0.0.1); also API_PORT, API_HOST
  SPREADSHEET_ID                  the Google spreadsheet: its address between /d/ and /edit
  GOOGLE_APPLICATION_CREDENTIALS  path of the service account's key file
  GOOGLE_SERVICE_ACCOUNT_JSON     its content, in place of a file
  SHEETS_API_URL                  another Sheets v4 server, such as `tallyboard emulator`
  DATA_DIR                        folder of the embedded spreadsheet (data)
  INTEGRATIONS_FILE               the catalog (integrations.txt); changes need no restart
  TEAM_GOAL                       what the team wants to reach together, such as 120/month (nothing)
  TIME_ZONE                       where days begin (Europe/Paris)
  FRESH_SECONDS                   age up to which data is shown without asking Google again (15)
  DRIVE_CHANGE_CHECK              true: ask Drive whether anything changed before reading again (false)
  SHEETS_TIMEOUT_SECONDS          time after which a call to Google counts as lost (15)
  SHEETS_CALLS_PER_MINUTE         calls to Google, of each kind (54; Google allows 60)
  POSTS_PER_MINUTE                forms from one address (120)
  ALLOWED_HOSTS                   host names under which the program answers, besides that of PUBLIC_URL:
                                  board.example.com, *.example.com (without either: its own on loopback,
                                  else any)
  MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS
                                  open connections, in all and of one address (4000, 1024)
  MAX_STREAMS, MAX_STREAMS_PER_ADDRESS
                                  open boards that follow by the second (2000, 256); others poll
  GETS_PER_MINUTE                 pages and files that one address reads (6000; 0 is no limit)
  WORK_PER_MINUTE                 workbooks, PDF files, looks into the past for one address (30)
  TRUSTED_PROXIES                 proxies in front that add X-Forwarded-For (0; 1 in production)
  HTTPS                           redirect or off: lead HTTP behind a proxy to PUBLIC_URL
  HSTS                            off: do not tell browsers to use HTTPS only (on)
  CORS_ORIGINS                    origins whose pages may read (none)
  SECURITY_CONTACT                mail address or URI in /.well-known/security.txt (none)
  SMTP_URL, MAIL_FROM             mail server and sender of the reminders, such as
                                  smtps://user:password@mail.example.com and board@example.com
  DEALS_MAIL_TO                   where reminders go without a line in the tab contacts
  SLACK_WEBHOOK_URL               Slack's incoming webhook for reminders and alerts
  SLACK_CUSTOMER_ALERTS_URL, SLACK_CUSTOMER_HEALTH_URL, SLACK_DAILY_SUMMARIES_URL
                                  another webhook for one stream of alerts about customers
  CUSTOMERS_MAIL_TO               where alerts about customers go by mail
  DAILY_SUMMARY_AT                when the summary of the customers goes out (08:30)
  REMINDERS_AT                    when they go out every day (08:00)
  REMINDERS_LANGUAGE              fr or en (fr)
  REMINDERS_TOKEN                 what POST /deals/reminders asks for; without it requests that come from the page start a run,
                                  or say so
  DEALS_LOST_STATUS               true: deals can be lost (Perdu), and won ÷ (won + lost) is shown (false)
  DEALS_COLD_DAYS                 days without a change after which a deal is cold (10), or by status:
                                  Prospect=14, Qualifié=10, Négociation=5
  PUBLIC_URL                      address under which people reach the program; messages lead there
  STANDINGS_WEBHOOK_URL           Slack's incoming webhook for the weekly standings (nothing)
  STANDINGS_AT                    when they go out (Monday 09:00)
  SIGNING_SECRET                  signs the links with which people correct their own claims
                                  (made of the service account's key, or kept in DATA_DIR)
  ENVIRONMENT                     development or production: readable log lines or JSON
  RUST_LOG                        what is logged (info)
  SECRETS_FILE                    another secrets file than secrets.json

A source of the Customers board is switched on by its key; another address of its API and
the calls in a minute can be set with it:
  INTERCOM_API_KEY, INTERCOM_API_URL, INTERCOM_CALLS_PER_MINUTE
  HUBSPOT_API_KEY, HUBSPOT_API_URL, HUBSPOT_CALLS_PER_MINUTE, HUBSPOT_API_VERSION
  CALENDLY_API_KEY, CALENDLY_API_URL, CALENDLY_CALLS_PER_MINUTE
  USERFLOW_API_KEY, USERFLOW_API_URL, USERFLOW_CALLS_PER_MINUTE (not verified against the live API)
  FATHOM_API_KEY, FATHOM_API_URL, FATHOM_CALLS_PER_MINUTE (not verified against the live API)
  CHARTMOGUL_API_KEY, CHARTMOGUL_API_URL, CHARTMOGUL_CALLS_PER_MINUTE
  STRIPE_API_KEY, STRIPE_API_URL, STRIPE_CALLS_PER_MINUTE
  DASHBOARD_API_KEY, DASHBOARD_API_URL, DASHBOARD_CALLS_PER_MINUTE, and DASHBOARD_MAPPING: the
    path of a JSON file that says where things stand, see docs/directives/sources.md
  SYNC_SCHEDULE                   when they are read, as in a crontab, or off
                                  (intercom: 0 */6 * * *; all: 0 2 * * *)
  REPORTING_CURRENCY              the currency of sums; amounts in others are never added (EUR)

First steps with Google: make a service account with a JSON key, share the spreadsheet
with its address as Editor, set SPREADSHEET_ID and GOOGLE_APPLICATION_CREDENTIALS, and run
`tallyboard check`.";

/// Runs the command.
pub async fn run(command_line: CommandLine) -> ExitCode {
    let result = match command_line.command.unwrap_or(Command::Serve) {
        Command::Serve => serve().await,
        Command::Check => check().await,
        Command::Emulator {
            listen,
            open_to_network,
            data,
            any_token,
            quota_per_minute,
            latency,
        } => {
            let exposure = if open_to_network {
                Exposure::Network
            } else {
                Exposure::ThisMachine
            };
            run_emulator(EmulatorOptions {
                listen,
                exposure,
                data: Some(data),
                any_token,
                quota_per_minute,
                latency,
                ..emulator_options()
            })
            .await
        }
        Command::Import { command } => import::run(command).await,
        Command::Churn { command } => churn::run(&command),
        Command::Health { command } => health::run(&command).await,
        Command::Sync { source, full } => {
            let mode = if full { SyncMode::Full } else { SyncMode::Incremental };
            sync::run(&source.to_lowercase(), mode).await
        }
        Command::Healthcheck => healthcheck().await,
    };
    result.unwrap_or_else(|error| {
        logging::report_failure(Environment::Development, &error_chain(error.as_ref()));
        ExitCode::FAILURE
    })
}

type CommandResult = Result<ExitCode, Box<dyn std::error::Error>>;

/// Runs the boards. A failure is reported in the form of the log, which is for machines in production.
async fn serve() -> CommandResult {
    let result = serve_or_stop().await;
    Ok(result.unwrap_or_else(|error| {
        logging::report_failure(Config::environment_from_environment(), &error_chain(error.as_ref()));
        ExitCode::FAILURE
    }))
}

async fn serve_or_stop() -> CommandResult {
    let stop = ShutdownSignals::listen()?;
    tokio::select! {
        result = run_boards(&stop) => result,
        // Work that blocks a thread, such as an import, would keep the runtime from ending.
        () = stop.second() => std::process::exit(1),
    }
}

async fn run_boards(stop: &ShutdownSignals) -> CommandResult {
    let mut config = Config::from_environment()?;
    logging::start(config.environment, &config.log_filter);
    for sentence in Config::misspelt_variables() {
        tracing::warn!("{sentence}");
    }
    config.callers = open_files::fit_callers(config.callers);
    // Bound first: clients that connect during the start wait instead of being refused.
    let Listen { host, port } = config.listen;
    let listener = TcpListener::bind((host, port))
        .await
        .map_err(|error| format!("Port {port} on {host} cannot be used: {error}. Set PORT to another one."))?;
    let address = listener.local_addr()?;
    if config.callers.hosts.are_unlimited() {
        tracing::warn!("callers may use any host name: set PUBLIC_URL or ALLOWED_HOSTS to the names that people use");
    }
    let app = Arc::new(App::build(&config).await?);
    tokio::select! {
        () = prepare_at_start(&app) => {}
        () = stop.first() => return Ok(ExitCode::SUCCESS),
    }
    println!("Tallyboard runs at http://{}", reachable(address));
    let kind = match config.spreadsheet {
        SpreadsheetSource::Embedded => "Embedded spreadsheet",
        SpreadsheetSource::Remote(_) => "Spreadsheet",
    };
    println!("{kind}: {}", app.spreadsheet_url());
    let stopping = async {
        stop.first().await;
        app.end_streams();
    };
    let limits = ServerLimits {
        connections: config.callers.connections,
        ..ServerLimits::default()
    };
    server::serve(listener, app.router(), limits, stopping).await;
    app.finish().await;
    Ok(ExitCode::SUCCESS)
}

/// Time limit of the check at the start; after it the program serves, and its pages show what is missing.
const STARTUP_CHECK_TIMEOUT: Duration = Duration::from_secs(5);
/// Pause before the next check, while a person fixes the problems.
const RECHECK_INTERVAL: Duration = Duration::from_secs(30);

async fn prepare_at_start(app: &Arc<App>) {
    let (done, is_done) = tokio::sync::oneshot::channel();
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let mut done = Some(done);
        loop {
            let problems = report(&app.prepare().await);
            for problem in &problems {
                tracing::error!("{problem}");
            }
            app.start_jobs();
            if let Some(done) = done.take() {
                // Fails if the start no longer waits.
                let _ = done.send(());
            }
            if problems.is_empty() {
                return;
            }
            tokio::time::sleep(RECHECK_INTERVAL).await;
        }
    });
    let _ = tokio::time::timeout(STARTUP_CHECK_TIMEOUT, is_done).await;
}

/// Address at which this machine reaches the program.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        return SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port());
    }
    address
}

async fn check() -> CommandResult {
    let config = Config::from_environment()?;
    let app = App::build(&config).await?;
    let setup = app.prepare().await;
    let problems = report(&setup);
    println!("{}", app.spreadsheet_url());
    for made in &setup.made {
        println!("✓ {made}");
    }
    for sentence in Config::misspelt_variables() {
        println!("! {}", one_line(&sentence));
    }
    for problem in &problems {
        println!("✗ {}", one_line(problem));
    }
    if problems.is_empty() {
        println!("✓ The spreadsheet can be read and written; every tab and header is in place.");
    }
    let are_sources_readable = sync::check(app.sync()).await;
    app.finish().await;
    Ok(if problems.is_empty() && are_sources_readable {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn report(setup: &SetupReport) -> Vec<String> {
    for made in &setup.made {
        tracing::info!("{made}");
    }
    setup
        .problems
        .iter()
        .map(|problem| format!("{} {}", problem.problem, problem.cure))
        .collect()
}

/// Parses a duration such as `120ms`, or a number of milliseconds.
fn latency(text: &str) -> Result<Duration, String> {
    if let Ok(milliseconds) = text.parse() {
        return Ok(Duration::from_millis(milliseconds));
    }
    let read = text.parse::<jiff::SignedDuration>().ok();
    read.and_then(|time| Duration::try_from(time).ok())
        .ok_or_else(|| "a time such as 120ms, 1.5s or a number of milliseconds is expected".to_owned())
}

async fn run_emulator(options: EmulatorOptions) -> CommandResult {
    let stop = ShutdownSignals::listen()?;
    logging::start(Environment::Development, &Config::log_filter_from_environment()?);
    let listen = options.listen;
    let running = Emulator::start(options).await.map_err(emulator_failure)?;
    if !listen.ip().is_loopback() {
        tracing::warn!("whoever reaches {listen} can read and change the spreadsheet: its pages ask for no token");
    }
    print!("{}", running.environment_lines().await?);
    std::io::stdout().flush()?;
    stop.first().await;
    tokio::select! {
        () = running.stop() => Ok(ExitCode::SUCCESS),
        () = stop.second() => std::process::exit(1),
    }
}

/// Sentence for an emulator that cannot start, with the option that changes it.
fn emulator_failure(error: StartError) -> String {
    let option = match error {
        StartError::Exposed(_) => " with --open-to-network",
        _ => "",
    };
    format!("The emulator cannot start: {error}{option}.")
}

async fn healthcheck() -> CommandResult {
    let Listen { host, port } = Config::listen_from_environment()?;
    let address = reachable(SocketAddr::new(host, port));
    let client: Client<_, Empty<bytes::Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let request = async {
        let response = client.get(format!("http://{address}/health").parse()?).await?;
        let status = response.status();
        response.into_body().collect().await?;
        Ok::<_, Box<dyn std::error::Error>>(status)
    };
    match tokio::time::timeout(Duration::from_secs(3), request).await {
        Ok(Ok(status)) if status.is_success() => Ok(ExitCode::SUCCESS),
        Ok(Ok(status)) => Err(format!("http://{address}/health answers {status}.").into()),
        Ok(Err(error)) => Err(format!(
            "http://{address}/health does not answer: {}.",
            error_chain(error.as_ref())
        )
        .into()),
        Err(_) => Err(format!("http://{address}/health does not answer within 3 seconds.").into()),
    }
}
