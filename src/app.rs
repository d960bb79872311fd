//! The composition root: builds store, clock and boards, and hands each its part; every URL prefix is here.

mod spreadsheet;

use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc, time::Duration};

use aide::axum::{
    ApiRouter,
    routing::{get_with, post_with},
};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware,
    response::{IntoResponse, Redirect, Response},
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::{sync::Mutex, task::JoinHandle};
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

use crate::{
    clock::Clock,
    config::Config,
    customers::{
        self, sources,
        sync::{self, Syncing},
    },
    deals::{self, Deals, Importer, Reminders, Rules},
    delivery::{Delivery, Mail, Slack},
    emulator::{self, Emulator},
    error::Error,
    findings::{
        self,
        pages::{Found, Gather},
        view::{FINDINGS, LineProblem},
    },
    guard::{self, FrameOf, Guard, HANDLER_TIMEOUT, LARGEST_BODY},
    language::Language,
    leaderboard::{
        self, Leaderboard, Parts,
        catalog_file::CatalogFile,
        view::{BOARD, SUBMIT},
    },
    openapi::{self, Body, Endpoint},
    page::{Asset, Entry, Frame, Source},
    status::{
        self,
        pages::{AtHand, Known},
    },
    store::{SetupProblem, SetupReport, Store, Tab},
};

/// The program, put together.
pub struct App {
    store: Arc<Store>,
    router: Router,
    importer: Arc<Importer>,
    emulator: Mutex<Option<Emulator>>,
    deals: Arc<Deals>,
    syncing: Arc<Syncing>,
    /// Reminds people once a day.
    daily: JoinHandle<()>,
    /// Reads the sources when their time has come.
    schedule: JoinHandle<()>,
}

/// What the app is built from; tests bring their own store and clock.
pub struct Materials {
    /// The spreadsheet.
    pub store: Arc<Store>,
    /// Where the time comes from.
    pub clock: Clock,
    /// The catalog's file.
    pub catalog: CatalogFile,
    /// What the spreadsheet is called on pages.
    pub source: Source,
    /// Forms that one address may send in a minute.
    pub posts_per_minute: NonZeroU32,
    /// How many proxies in front of the app add the caller's address.
    pub trusted_proxies: usize,
    /// How people are reminded of deals.
    pub reminders: Reminders,
    /// What the operator chose about the rules of the deals.
    pub rules: Rules,
    /// What brings the sources of the customers into the spreadsheet.
    pub syncing: Arc<Syncing>,
}

/// Why the program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The embedded spreadsheet cannot be opened.
    #[error("The embedded spreadsheet cannot be opened: {0}")]
    Emulator(#[from] emulator::StartError),
    /// The client cannot be prepared.
    #[error("{} {}", .0.problem, .0.cure)]
    Connection(SetupProblem),
    /// Mail or Slack cannot be prepared.
    #[error("{0}")]
    Messages(String),
    /// A source cannot be prepared.
    #[error("{0}")]
    Source(String),
}

impl App {
    /// Opens the spreadsheet that `config` names and puts the boards on it.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub async fn build(config: &Config) -> Result<Self, BuildError> {
        let clock = Clock::system(config.time_zone.clone());
        let (store, emulator) = spreadsheet::open_store(config, &clock).await?;
        let store = Arc::new(store);
        let importer = Arc::new(Importer::new(
            Arc::clone(&store),
            clock.clone(),
            config.deals.lost_stage,
        ));
        let syncing = Arc::new(syncing(config, &store, &clock)?);
        let (router, deals) = put_together(Materials {
            store: Arc::clone(&store),
            clock,
            catalog: CatalogFile::new(&config.integrations_file),
            source: if emulator.is_some() {
                Source::EmbeddedSpreadsheet
            } else {
                Source::GoogleSheets
            },
            posts_per_minute: config.posts_per_minute,
            trusted_proxies: config.trusted_proxies,
            reminders: reminders(config)?,
            rules: config.deals,
            syncing: Arc::clone(&syncing),
        });
        Ok(Self {
            daily: tokio::spawn(Arc::clone(&deals).remind_daily()),
            schedule: tokio::spawn(Arc::clone(&syncing).run_by_schedule()),
            syncing,
            deals,
            store,
            router,
            importer,
            emulator: Mutex::new(emulator),
        })
    }

    /// Makes missing tabs and headers and names what stands in the way.
    pub async fn prepare(&self) -> SetupReport {
        self.store.prepare(&tabs()).await
    }

    /// Every address of the program.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// What imports deals for the command line.
    pub fn importer(&self) -> &Arc<Importer> {
        &self.importer
    }

    /// What brings the sources of the customers into the spreadsheet.
    pub fn syncing(&self) -> &Arc<Syncing> {
        &self.syncing
    }

    /// Address of the spreadsheet in its own editor.
    pub fn spreadsheet_url(&self) -> &str {
        self.store.url()
    }

    /// Ends when every accepted write is in the spreadsheet.
    pub async fn finish(&self) {
        self.schedule.abort();
        tokio::join!(self.deals.finish(), self.syncing.finish());
        self.daily.abort();
        self.store.finish().await;
        if let Some(emulator) = self.emulator.lock().await.take() {
            emulator.stop().await;
        }
    }
}

/// How people are reminded, as it is set.
fn reminders(config: &Config) -> Result<Reminders, BuildError> {
    /// Before Slack is tried a second time.
    const SLACK_PAUSE: Duration = Duration::from_millis(500);
    let messages = &config.messages;
    let mail = messages.smtp.as_ref().map(|(url, from)| Mail::new(url, from));
    let slack = messages
        .slack_webhook
        .as_ref()
        .map(|webhook| Slack::new(webhook, SLACK_PAUSE));
    Ok(Reminders {
        delivery: Delivery {
            mail: mail.transpose().map_err(BuildError::Messages)?,
            slack: slack.transpose().map_err(BuildError::Messages)?,
        },
        mail_to: messages.mail_to.clone(),
        language: messages.language,
        at: messages.remind_at,
        token: messages.remind_token.clone(),
        public_url: config.public_url.clone(),
        ..Reminders::default()
    })
}

/// The sources that are switched on, and when they are read.
fn syncing(config: &Config, store: &Arc<Store>, clock: &Clock) -> Result<Syncing, BuildError> {
    let switched_on = config.sources.iter().map(|one| (one.source, one.settings.clone()));
    let opened = sources::open_all(switched_on, &sources::Time::real(clock.clone()));
    Ok(Syncing::new(sync::Parts {
        store: Arc::clone(store),
        clock: clock.clone(),
        sources: opened.map_err(BuildError::Source)?,
        currency: config.syncing.currency,
        schedule: config.syncing.schedule.clone(),
    }))
}

/// Every address, on the given materials.
pub fn router(materials: Materials) -> Router {
    put_together(materials).0
}

/// Every address, and the board whose daily job the program runs.
fn put_together(materials: Materials) -> (Router, Arc<Deals>) {
    let frame = Frame {
        navigation: vec![
            Entry::new("Leaderboard", BOARD),
            Entry::new("Deals", deals::BOARD),
            Entry::new("Findings", FINDINGS),
        ],
        action: Entry::new("Claim integrations", SUBMIT),
        freshness: None,
        language: Language::English,
        board: None,
    };
    let deals = Arc::new(Deals::new(deals::Parts {
        store: Arc::clone(&materials.store),
        clock: materials.clock.clone(),
        source: materials.source,
        frame: frame.clone(),
        reminders: materials.reminders,
        rules: materials.rules,
    }));
    let guard = Arc::new(Guard::new(
        materials.posts_per_minute,
        materials.trusted_proxies,
        around_errors(&deals, &frame),
    ));
    let leaderboard = Arc::new(Leaderboard::new(Parts {
        store: Arc::clone(&materials.store),
        clock: materials.clock.clone(),
        catalog: materials.catalog,
        source: materials.source,
        frame: frame.clone(),
    }));
    let status = status::pages::Parts {
        store: Arc::clone(&materials.store),
        clock: materials.clock,
        frame,
        boards: vec![at_hand(&leaderboard), deals_at_hand(&deals)],
    };
    let document = openapi::Document::default();
    let routes = own_routes(materials.store)
        .merge(findings::pages::router(gather(&leaderboard, &deals)))
        .merge(leaderboard::router(leaderboard))
        .merge(status::pages::router(status))
        .merge(deals::router(Arc::clone(&deals)))
        .merge(sync::pages::router(materials.syncing))
        .merge(openapi::router(Arc::clone(&document)));
    let (router, written) = openapi::described(routes);
    openapi::publish(&document, &written);
    let router = router
        .fallback(elsewhere)
        // From the outside in. Together they are one wrapping around each address; one by one each would be its own.
        .layer((
            middleware::from_fn_with_state(guard, guard::watch),
            TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, HANDLER_TIMEOUT),
            CatchPanicLayer::custom(guard::panicked),
            DefaultBodyLimit::max(LARGEST_BODY),
        ));
    (router, deals)
}

/// The page of an error looks like the board it happened on, and speaks its language.
fn around_errors(deals: &Arc<Deals>, frame: &Frame) -> FrameOf {
    let (deals, frame) = (Arc::clone(deals), frame.clone());
    Box::new(move |uri, headers| deals.frame_at(uri, headers).unwrap_or_else(|| frame.clone()))
}

/// Addresses that belong to no board.
fn own_routes(store: Arc<Store>) -> ApiRouter {
    const TAG: &str = "Program";
    let home = get_with(
        async || Redirect::to(BOARD),
        |it| it.about(TAG, "Leads to the first board.").leads_on(),
    );
    let refresh = post_with(refresh, |it| {
        it.about(TAG, "Has the spreadsheet read anew.")
            .reads::<ComingBack>(Body::Form)
            .leads_on()
    });
    let asset = get_with(asset, |it| {
        it.about(TAG, "A style, a script or a picture of the pages.")
            .path_part::<String>("file", "Name with its digest.")
            .serves("text/css")
            .serves("text/javascript")
            .serves("image/svg+xml")
    });
    let robots = get_with(
        async || "User-agent: *\nDisallow: /\n",
        |it| it.about(TAG, "Tells search engines to stay away.").serves("text/plain"),
    );
    ApiRouter::new()
        .api_route("/", home)
        .api_route("/refresh", refresh)
        .with_state(Refresher::new(store))
        .api_route("/assets/{file}", asset)
        .api_route("/robots.txt", robots)
}

/// The tabs of every board.
pub fn tabs() -> Vec<&'static Tab> {
    [leaderboard::rows::TABS, deals::rows::TABS, customers::rows::TABS].concat()
}

/// The findings of every board. A board whose tabs cannot be read is itself one; the others go on.
fn gather(leaderboard: &Arc<Leaderboard>, deals: &Arc<Deals>) -> Gather {
    let (leaderboard, deals) = (Arc::clone(leaderboard), Arc::clone(deals));
    Arc::new(move || {
        let (leaderboard, deals) = (Arc::clone(&leaderboard), Arc::clone(&deals));
        Box::pin(async move {
            let (found, of_deals) = tokio::join!(leaderboard.found(), deals.found());
            let mut found: Found = found?;
            match of_deals {
                Ok(of_deals) => found.cells.extend(of_deals.cells),
                Err(error) => found.lines.push(LineProblem {
                    file: deals::rows::DEALS.title.to_owned(),
                    line: 1,
                    reason: error.to_string(),
                }),
            }
            let count = u32::try_from(found.cells.len() + found.lines.len()).unwrap_or(u32::MAX);
            found.frame = found.frame.counting(FINDINGS, count);
            Ok(found)
        })
    })
}

/// What the leaderboard found in the tabs that were read last, counted by tab.
fn at_hand(leaderboard: &Arc<Leaderboard>) -> AtHand {
    let leaderboard = Arc::clone(leaderboard);
    Arc::new(move || {
        let leaderboard = Arc::clone(&leaderboard);
        Box::pin(async move { Some(known(leaderboard.found_at_hand().await?, leaderboard::rows::TABS)) })
    })
}

/// The same of the deals.
fn deals_at_hand(deals: &Arc<Deals>) -> AtHand {
    let deals = Arc::clone(deals);
    Arc::new(move || {
        let deals = Arc::clone(&deals);
        Box::pin(async move { Some(known(deals.found_at_hand().await?, deals::rows::TABS)) })
    })
}

fn known(found: Found, tabs: &[&'static Tab]) -> Known {
    let mut findings: BTreeMap<&'static str, usize> = tabs.iter().map(|tab| (tab.title, 0)).collect();
    for cell in &found.cells {
        *findings.entry(cell.tab).or_default() += 1;
    }
    Known {
        findings,
        frame: found.frame,
    }
}

/// Where no page is: an address typed with a slash too many leads to the one without, any other to nothing.
async fn elsewhere(method: Method, uri: Uri) -> Result<Redirect, Error> {
    if !matches!(method, Method::GET | Method::HEAD) {
        return Err(Error::not_found());
    }
    let shorter = without_last_slash(&uri).ok_or_else(Error::not_found)?;
    Ok(Redirect::permanent(&shorter))
}

/// The address without the slashes at the end of its path; `None` when there are none, or nothing would be left.
fn without_last_slash(uri: &Uri) -> Option<String> {
    let path = uri.path().strip_suffix('/')?.trim_end_matches('/');
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    is_own_path(path).then(|| format!("{path}{query}"))
}

async fn asset(Path(file): Path<String>, headers: HeaderMap) -> Result<Response, Error> {
    let asset = Asset::find(&file).ok_or_else(Error::not_found)?;
    Ok(asset.rendered().respond(&headers))
}

/// Lets people have the spreadsheet read anew, but not so often that nothing is left of Google's quota.
#[derive(Clone)]
struct Refresher {
    store: Arc<Store>,
    budget: Arc<DefaultDirectRateLimiter>,
}

impl Refresher {
    fn new(store: Arc<Store>) -> Self {
        const BURST: NonZeroU32 = NonZeroU32::new(5).unwrap();
        const A_MINUTE: NonZeroU32 = NonZeroU32::new(30).unwrap();
        Self {
            store,
            budget: Arc::new(RateLimiter::direct(Quota::per_minute(A_MINUTE).allow_burst(BURST))),
        }
    }
}

/// Where the person was.
#[derive(Default, Deserialize, JsonSchema)]
struct ComingBack {
    /// Path and query of a page here.
    to: Option<String>,
}

/// Lets the next page ask the spreadsheet, and goes back to where the person was. Beyond the budget somebody else has
/// just had it read.
async fn refresh(State(refresher): State<Refresher>, body: Bytes) -> Response {
    if refresher.budget.check().is_ok() {
        refresher.store.refresh();
    }
    let back: ComingBack = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    let to = back.to.filter(|to| is_own_path(to));
    let location = to
        .and_then(|to| HeaderValue::try_from(to).ok())
        .unwrap_or(HeaderValue::from_static(BOARD));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// A path here, and not an address on another host in the clothes of a path.
fn is_own_path(to: &str) -> bool {
    to.starts_with('/')
        && !to.starts_with("//")
        && !to.contains('\\')
        && !to.contains(|character: char| character.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_slash_is_dropped_and_never_leads_to_another_host() {
        for (address, shorter) in [
            ("/leaderboard/", Some("/leaderboard")),
            ("/leaderboard//", Some("/leaderboard")),
            (
                "/leaderboard/?from=2026-03-01&x=/",
                Some("/leaderboard?from=2026-03-01&x=/"),
            ),
            ("/leaderboard", None),
            ("/", None),
            ("//", None),
            ("//evil.example/", None),
            ("//evil.example//", None),
        ] {
            let uri = Uri::builder().path_and_query(address).build().expect("address");
            assert_eq!(without_last_slash(&uri).as_deref(), shorter, "{address}");
        }
    }
}
