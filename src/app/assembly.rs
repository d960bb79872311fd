//! Boards, connected with each other, and the router with all routes and middleware.

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, middleware};
use customers::{Customers, CustomersParts, sync::SyncService};
use deals::{DealRules, Deals, DealsParts, ReminderSettings};
use domain::language::Language;
use leaderboard::{
    Leaderboard, LeaderboardParts,
    claims::{catalog::file::CatalogFile, correction::signing::SigningKey},
    standings::{goal::Goal, weekly::WeeklySettings},
};
use sheets_store::{Store, Tab, clock::Clock};
use tower_http::catch_panic::CatchPanicLayer;
use web::{
    findings::counts::FindingCounts,
    middleware::{ErrorFrame, MAX_BODY_BYTES, RequestGuard, RequestSettings},
    openapi::{self, OpenApiDocument},
    page::{DataSource, Frame, keyboard},
    server::{
        hosts::{HostNames, check_host},
        request_time::{RequestTimes, limit_request_time},
        seats::SeatLimits,
    },
    status::page::StatusParts,
};

use crate::{
    app::{
        cross_board::{
            Boards, collect_findings, cross_board_lookup, customers_status, deals_status, leaderboard_status,
        },
        fallback::{answer_options, with_fallback},
        security_txt::{self, SecurityContact},
        shared_routes::shared_routes,
    },
    site_map,
};

/// Dependencies of the program. Tests provide their own store and clock.
pub struct AppParts {
    /// Store of the spreadsheet.
    pub store: Arc<Store>,
    /// Clock.
    pub clock: Clock,
    /// File of the integration catalog.
    pub catalog: CatalogFile,
    /// Kind of spreadsheet, as named on pages.
    pub source: DataSource,
    /// Rates, proxies, HTTPS and calls from other origins.
    pub requests: RequestSettings,
    /// Contact for reports of security problems.
    pub security_contact: Option<SecurityContact>,
    /// Limits for callers.
    pub callers: CallerLimits,
    /// Team goal of the leaderboard.
    pub team_goal: Option<Goal>,
    /// Settings of the deal reminders.
    pub reminders: ReminderSettings,
    /// Settings of the deal rules.
    pub rules: DealRules,
    /// Key that signs the links with which people correct their own claims.
    pub signing: SigningKey,
    /// Settings of the weekly standings.
    pub weekly: WeeklySettings,
    /// Sync of the customer sources.
    pub sync: Arc<SyncService>,
}

/// Limits for callers of the router.
#[derive(Clone, Debug, Default)]
pub struct CallerLimits {
    /// Host names under which the program answers.
    pub hosts: HostNames,
    /// Number of live streams.
    pub streams: SeatLimits,
}

/// Router, boards and middleware.
pub(crate) struct AssembledApp {
    pub(crate) router: Router,
    pub(crate) boards: Boards,
    pub(crate) guard: Arc<RequestGuard>,
}

/// Router with all routes on the given dependencies.
pub fn router(parts: AppParts) -> Router {
    assemble(parts).router
}

/// Builds the boards on the given dependencies, and the router with all routes and middleware.
pub(crate) fn assemble(parts: AppParts) -> AssembledApp {
    let frame = Frame {
        navigation: site_map::navigation(),
        action: site_map::primary_action(),
        freshness: None,
        language: Language::English,
        board: None,
    };
    let (store, clock) = (Arc::clone(&parts.store), parts.clock.clone());
    let sync = Arc::clone(&parts.sync);
    let security_txt = security_txt::router(parts.security_contact.clone(), clock.clone());
    let mut requests = parts.requests.clone();
    if parts.reminders.token.is_some() {
        // Without a token the handler takes any page for its own, so that no other origin may reach it.
        requests.cors = requests.cors.with_token_addresses(&[deals::routes::REMINDERS]);
    }
    let hosts = Arc::new(parts.callers.hosts.clone());
    let boards = connect_boards(parts, &frame);
    let guard = Arc::new(RequestGuard::new(requests, error_frame(&boards.deals, &frame)));
    let status = StatusParts {
        store: Arc::clone(&store),
        clock: clock.clone(),
        frame: frame.clone(),
        hosts: Arc::clone(&hosts),
        boards: vec![
            leaderboard_status(&boards.leaderboard),
            deals_status(&boards.deals),
            customers_status(&boards.customers),
        ],
    };
    let document = OpenApiDocument::default();
    let routes = shared_routes(Arc::clone(&store))
        .merge(security_txt)
        .merge(web::findings::page::router(collect_findings(&boards, &store, &clock)))
        .merge(leaderboard::router(Arc::clone(&boards.leaderboard)))
        .merge(keyboard::router(frame))
        .merge(web::status::page::router(status))
        .merge(deals::router(Arc::clone(&boards.deals)))
        .merge(customers::health::scoring::page::router(Arc::clone(sync.scoring())))
        .merge(customers::sync::start::router(sync))
        .merge(customers::router::router(Arc::clone(&boards.customers)))
        .merge(openapi::router(Arc::clone(&document)));
    let (router, described) = openapi::build_document(routes, &site_map::SECTIONS.map(|section| section.group));
    openapi::publish_document(&document, &described);
    let times = RequestTimes {
        uploads: &[deals::routes::IMPORT],
        ..RequestTimes::default()
    };
    let router = with_fallback(router)
        // Outermost first. As one tuple they are one layer around each route; separately each would wrap it again.
        .layer((
            middleware::from_fn_with_state(Arc::clone(&guard), web::middleware::guard_request),
            middleware::from_fn_with_state(hosts, check_host),
            middleware::from_fn_with_state(times, limit_request_time),
            CatchPanicLayer::custom(web::middleware::panic_response),
            middleware::from_fn(answer_options),
            DefaultBodyLimit::max(MAX_BODY_BYTES),
        ));
    AssembledApp { router, boards, guard }
}

/// Builds the boards and gives the customers board its view of the other two.
fn connect_boards(parts: AppParts, frame: &Frame) -> Boards {
    let tally = Arc::<FindingCounts>::default();
    let deals = Arc::new(Deals::new(DealsParts {
        store: Arc::clone(&parts.store),
        clock: parts.clock.clone(),
        source: parts.source,
        frame: frame.clone(),
        tally: Arc::clone(&tally),
        reminders: parts.reminders,
        rules: parts.rules,
    }));
    let leaderboard = Arc::new(Leaderboard::new(LeaderboardParts {
        store: Arc::clone(&parts.store),
        clock: parts.clock.clone(),
        catalog: parts.catalog,
        source: parts.source,
        frame: frame.clone(),
        goal: parts.team_goal,
        viewers: parts.callers.streams,
        tally: Arc::clone(&tally),
        signing: parts.signing,
        weekly: parts.weekly,
    }));
    let customers = Arc::new(Customers::new(CustomersParts {
        store: parts.store,
        clock: parts.clock,
        source: parts.source,
        frame: frame.clone(),
        finding_counts: tally,
        sync: parts.sync,
        cross_board: cross_board_lookup(&leaderboard, &deals),
    }));
    Boards {
        leaderboard,
        deals,
        customers,
    }
}

/// Builds the frame of an error page: that of the board, in the language of the request.
fn error_frame(deals: &Arc<Deals>, frame: &Frame) -> ErrorFrame {
    let (deals, frame) = (Arc::clone(deals), frame.clone());
    Box::new(move |uri, headers| deals.frame_at(uri, headers).unwrap_or_else(|| frame.clone()))
}

/// Tabs of all boards.
pub fn tabs() -> Vec<&'static Tab> {
    [leaderboard::tabs::TABS, deals::tabs::TABS, customers::tabs::TABS].concat()
}
