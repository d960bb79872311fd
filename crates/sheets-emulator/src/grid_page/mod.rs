//! Browser page of a spreadsheet (`GET /spreadsheets/d/{id}`): the tabs as an editable grid, so that "open in Sheets"
//! works without Google.
//!
//! One form serves all actions: it names the selected cell, and each button names an action. The script only copies a
//! clicked cell into the form. Large tabs are shown in windows of rows.

pub(crate) mod actions;
pub(crate) mod view;

use std::net::{IpAddr, SocketAddr};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts},
};
use serde::Deserialize;

use crate::{
    a1::{self, CellPosition},
    http::{response::typed_response, state::ServerState},
    proto::error::ApiError,
    workbook::Workbook,
};

const STYLE: &str = include_str!("assets/grid.css");
const SCRIPT: &str = include_str!("assets/grid.js");
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Whether a request comes from a page of this server, or from no page at all.
///
/// A foreign `Origin` indicates cross-site request forgery, a foreign `Host` DNS rebinding.
pub fn is_same_origin(headers: &HeaderMap, address: SocketAddr) -> bool {
    let Some(host) = text(headers, header::HOST) else {
        return false;
    };
    names_this_server(headers, address)
        && text(headers, header::ORIGIN).is_none_or(|origin| origin == format!("http://{host}"))
}

/// Whether a request names one host, which is the loopback interface or the address that the server listens on.
pub fn names_this_server(headers: &HeaderMap, address: SocketAddr) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) else {
        return false;
    };
    let name = host.rsplit_once(':').map_or(
        host,
        |(name, port)| if port.parse::<u16>().is_ok() { name } else { host },
    );
    let name = name.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.is_loopback() || ip == address.ip())
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Selection of tab, cell and window from the query of the page.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct GridSelection {
    /// `sheetId` of the tab; the first tab by default.
    gid: Option<i32>,
    /// Selected cell or range, such as `B5`.
    #[serde(default)]
    range: String,
    /// First row of the window, one-based.
    top: Option<u32>,
}

impl GridSelection {
    /// Position of the tab.
    fn sheet(&self, workbook: &Workbook) -> usize {
        self.gid.and_then(|id| workbook.position(id)).unwrap_or(0)
    }

    /// Selected cell.
    fn cell(&self) -> CellPosition {
        let area = a1::area(self.range.trim()).unwrap_or_default();
        CellPosition {
            row: area.start_row.unwrap_or(0),
            column: area.start_column.unwrap_or(0),
        }
    }
}

/// Handles a request for the page, its assets or its form.
pub async fn answer(state: &ServerState, parts: &Parts, body: &[u8]) -> Response<Body> {
    let path = parts.uri.path();
    match path {
        "/spreadsheets/grid.css" => {
            return typed_response(StatusCode::OK, "text/css; charset=UTF-8", Body::from(STYLE));
        }
        "/spreadsheets/grid.js" => {
            return typed_response(StatusCode::OK, "text/javascript; charset=UTF-8", Body::from(SCRIPT));
        }
        _ => {}
    }
    let id = path
        .strip_prefix("/spreadsheets/d/")
        .map(|rest| rest.trim_end_matches('/').trim_end_matches("/edit"));
    let Some(id) = id.filter(|id| !id.contains('/')) else {
        return plain(StatusCode::NOT_FOUND, "Not found.");
    };
    if parts.method == Method::POST {
        return post(state, id, body).await;
    }
    let Some(workbook) = state.repository.read(id) else {
        return plain(StatusCode::NOT_FOUND, "There is no spreadsheet with this id.");
    };
    let place: GridSelection = serde_urlencoded::from_str(parts.uri.query().unwrap_or_default()).unwrap_or_default();
    let page = view::page(&workbook, &place);
    let mut response = typed_response(
        StatusCode::OK,
        "text/html; charset=UTF-8",
        Body::from(page.into_string()),
    );
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

async fn post(state: &ServerState, id: &str, body: &[u8]) -> Response<Body> {
    let Ok(form) = serde_urlencoded::from_bytes::<actions::GridForm>(body) else {
        return plain(StatusCode::BAD_REQUEST, "This form cannot be read.");
    };
    match state
        .repository
        .write(id, |workbook| actions::apply(workbook, &form))
        .await
    {
        Ok((target, _)) => {
            let mut response = plain(StatusCode::SEE_OTHER, "");
            let location = format!("/spreadsheets/d/{id}/edit?{target}");
            if let Ok(location) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(header::LOCATION, location);
            }
            response
        }
        Err(ApiError { code, message, .. }) => {
            let status = StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_REQUEST);
            plain(status, &format!("Nothing was changed. {message}"))
        }
    }
}

fn plain(status: StatusCode, text: &str) -> Response<Body> {
    typed_response(status, "text/plain; charset=UTF-8", Body::from(text.to_owned()))
}
