//! Answers to requests that no route takes: addresses with a slash at the end, `OPTIONS`, and the rest.

use std::convert::Infallible;

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use tower_service::Service as _;
use web::error::Error;

use crate::app::shared_routes::is_local_path;

/// Methods of the program, for `OPTIONS *`.
const ALL_METHODS: HeaderValue = HeaderValue::from_static("GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS");

/// `router` with a fallback: an address with slashes at the end leads to the one without if there is something, and
/// everything else is 404.
pub(crate) fn with_fallback(router: Router) -> Router {
    let known = router.clone();
    router.fallback(move |request: Request| {
        let known = known.clone();
        async move {
            match shorter_address(&request) {
                Some(shorter) if exists(known, request, &shorter).await => {
                    Redirect::permanent(&shorter.to_string()).into_response()
                }
                _ => Error::not_found().into_response(),
            }
        }
    })
}

/// Middleware that answers `OPTIONS`, which no route takes, with the methods of the address.
/// <https://www.rfc-editor.org/rfc/rfc9110#name-options>
pub(crate) async fn answer_options(request: Request, next: Next) -> Response {
    if request.method() != Method::OPTIONS {
        return next.run(request).await;
    }
    if request.uri().path() == "*" {
        return (StatusCode::NO_CONTENT, [(header::ALLOW, ALL_METHODS)]).into_response();
    }
    let response = next.run(request).await;
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        // The router adds the header `Allow` outside of every middleware.
        return StatusCode::NO_CONTENT.into_response();
    }
    response
}

/// Address without the slashes at the end, if the request reads one that has them.
fn shorter_address(request: &Request) -> Option<Uri> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    without_trailing_slash(request.uri())?.parse().ok()
}

/// Whether there is something at the address `shorter`. Asks the routes, because some addresses have an id in them.
async fn exists(mut known: Router, mut request: Request, shorter: &Uri) -> bool {
    *request.uri_mut() = shorter.clone();
    let response: Result<Response, Infallible> = known.call(request).await;
    response.is_ok_and(|response| response.status() != StatusCode::NOT_FOUND)
}

/// Address without trailing slashes of the path; `None` if there are none, or if nothing would remain.
fn without_trailing_slash(uri: &Uri) -> Option<String> {
    let path = uri.path().strip_suffix('/')?.trim_end_matches('/');
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    is_local_path(path).then(|| format!("{path}{query}"))
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
            assert_eq!(without_trailing_slash(&uri).as_deref(), shorter, "{address}");
        }
    }
}
