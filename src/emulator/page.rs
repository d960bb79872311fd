//! `GET /spreadsheets/d/{id}`: the tabs as a grid in the browser.

use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode, header, request::Parts};

use super::server::{State, typed};

/// Whether a request comes from a page of this server, or from no page at all.
///
/// A foreign `Origin` is another site trying its luck, a foreign `Host` a name that was rebound to this address.
pub fn is_local(headers: &HeaderMap, address: SocketAddr) -> bool {
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    let Some(host) = text(header::HOST) else { return false };
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.parse::<u16>().is_ok() { name } else { host });
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let is_own = name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip == address.ip());
    let is_same = text(header::ORIGIN).is_none_or(|origin| origin == format!("http://{host}"));
    is_own && is_same
}

/// Answers a request for a page.
pub async fn answer(_state: &State, _parts: &Parts, _body: &[u8]) -> Response<Body> {
    typed(StatusCode::NOT_FOUND, "text/plain; charset=UTF-8", Body::from("not found"))
}
