//! Routes of no board: home page, refresh, assets, `robots.txt`, and the fallback.

use std::{num::NonZeroU32, sync::Arc};

use aide::axum::{
    ApiRouter,
    routing::{get_with, post_with},
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use schemars::JsonSchema;
use serde::Deserialize;
use sheets_store::Store;
use web::{
    assets::AssetIndex,
    error::Error,
    openapi::{BodyKind, EndpointDocs, PROGRAM},
    routes::{ASSETS, REFRESH},
};

use crate::site_map::{HOME, ROBOTS, ROOT};

/// Routes of no board.
pub(crate) fn shared_routes(store: Arc<Store>) -> ApiRouter {
    let home = get_with(
        async || Redirect::to(HOME),
        |it| it.about(PROGRAM, "Leads to the first board.").redirects(),
    );
    let refresh = post_with(refresh, |it| {
        it.about(PROGRAM, "Has the spreadsheet read anew.")
            .reads::<RefreshForm>(BodyKind::Form)
            .redirects()
    });
    let asset = get_with(asset, |it| {
        it.about(PROGRAM, "A style, a script or a picture of the pages.")
            .path_parameter::<String>("file", "Name with its digest.")
            .serves("text/css")
            .serves("text/javascript")
            .serves("image/svg+xml")
    });
    let robots = get_with(
        async || "User-agent: *\nDisallow: /\n",
        |it| {
            it.about(PROGRAM, "Tells search engines to stay away.")
                .serves("text/plain")
        },
    );
    ApiRouter::new()
        .api_route(ROOT, home)
        .api_route(REFRESH, refresh)
        .with_state(Refresher::new(store))
        .api_route(&format!("{ASSETS}/{{file}}"), asset)
        .with_state(assets())
        .api_route(ROBOTS, robots)
}

/// Fallback: redirects an address with trailing slashes to the one without; any other is 404.
pub(crate) async fn fallback(method: Method, uri: Uri) -> Result<Redirect, Error> {
    if !matches!(method, Method::GET | Method::HEAD) {
        return Err(Error::not_found());
    }
    let shorter = without_trailing_slash(&uri).ok_or_else(Error::not_found)?;
    Ok(Redirect::permanent(&shorter))
}

/// Address without trailing slashes of the path; `None` if there are none, or if nothing would remain.
fn without_trailing_slash(uri: &Uri) -> Option<String> {
    let path = uri.path().strip_suffix('/')?.trim_end_matches('/');
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    is_local_path(path).then(|| format!("{path}{query}"))
}

/// Assets of all crates.
fn assets() -> AssetIndex {
    AssetIndex::new(&[
        &web::assets::ALL,
        &leaderboard::assets::ALL,
        &deals::assets::ALL,
        &customers::assets::ALL,
    ])
}

async fn asset(
    State(assets): State<AssetIndex>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let asset = assets.find(&file).ok_or_else(Error::not_found)?;
    Ok(asset.rendered().respond(&headers))
}

/// Refresh on request, with a rate limit that protects Google's quota.
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

/// Form of the Refresh button.
#[derive(Default, Deserialize, JsonSchema)]
struct RefreshForm {
    /// Path and query of the page to return to.
    to: Option<String>,
}

/// Makes the next page read the spreadsheet, and redirects to the previous page. Above the rate limit the data has just
/// been refreshed, so nothing is done.
async fn refresh(State(refresher): State<Refresher>, body: Bytes) -> Response {
    if refresher.budget.check().is_ok() {
        refresher.store.refresh();
    }
    let back: RefreshForm = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    let to = back.to.filter(|to| is_local_path(to));
    let location = to
        .and_then(|to| HeaderValue::try_from(to).ok())
        .unwrap_or(HeaderValue::from_static(HOME));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Whether `to` is a path of this program, not a disguised address of another host (open redirect).
fn is_local_path(to: &str) -> bool {
    to.starts_with('/')
        && !to.starts_with("//")
        && !to.contains('\\')
        && !to.contains(|character: char| character.is_control())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use web::assets::Asset;

    use super::*;

    #[test]
    fn no_asset_asks_another_host_for_anything() {
        for asset in assets().iter() {
            let contents = String::from_utf8_lossy(asset.rendered().body());
            for way_out in ["@import", "url(http", "url(//", "src=\"http", "fetch(\"http"] {
                assert!(!contents.contains(way_out), "{} contains {way_out}", asset.address());
            }
        }
    }

    #[test]
    fn every_asset_of_every_board_has_an_address_of_its_own() {
        let addresses: BTreeSet<&str> = assets().iter().map(Asset::address).collect();
        assert_eq!(addresses.len(), assets().iter().count());
    }

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
            assert_eq!(without_trailing_slash(&uri).as_deref(), shorter, "{address}");
        }
    }
}
