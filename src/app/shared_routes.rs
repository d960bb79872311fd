//! Routes of no board: home page, refresh, assets and `robots.txt`.

use std::{num::NonZeroU32, sync::Arc};

use aide::axum::{
    ApiRouter,
    routing::{get_with, post_with},
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use schemars::JsonSchema;
use serde::Deserialize;
use sheets_store::Store;
use web::{
    assets::AssetIndex,
    error::Error,
    middleware::MAX_QUERY_BYTES,
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
            .reads::<RefreshForm>(BodyKind::FormOrNone)
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
    let to = back.to.filter(|to| to.len() <= MAX_QUERY_BYTES && is_local_path(to));
    let location = to
        .and_then(|to| HeaderValue::try_from(to).ok())
        .unwrap_or(HeaderValue::from_static(HOME));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Whether `to` is a path of this program, not a disguised address of another host (open redirect).
pub(crate) fn is_local_path(to: &str) -> bool {
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
}
