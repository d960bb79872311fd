//! Handlers of `GET /openapi.json`, `GET /docs` and `GET /redoc`.

use std::sync::{Arc, OnceLock};

use aide::{
    axum::{ApiRouter, routing::get_with},
    openapi::OpenApi,
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use maud::{DOCTYPE, Markup, html};

use crate::{
    assets,
    error::Error,
    openapi::{EndpointDocs, PROGRAM, ViewerFile},
    response::RenderedResponse,
    routes::{OPENAPI_JSON, REDOC, SWAGGER_UI},
};

/// Content security policy of the viewers. Both write inline styles, `ReDoc` starts a worker from a blob, and both
/// contain images as data URLs. The rest is as on every page; nothing comes from another host.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src data:; \
     connect-src 'self'; worker-src blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// Rendered document. It is set after all routes are known, because it describes its own routes too.
pub type OpenApiDocument = Arc<OnceLock<RenderedResponse>>;

/// Routes of the document and its viewers. Fill `document` with [`publish_document`].
pub fn router(document: OpenApiDocument) -> ApiRouter {
    ApiRouter::new()
        .api_route(
            OPENAPI_JSON,
            get_with(get_document, |it| {
                it.about(PROGRAM, "This document.").serves("application/json")
            }),
        )
        .api_route(
            SWAGGER_UI,
            get_with(swagger_ui, |it| {
                it.about(PROGRAM, "This document in Swagger UI.").serves("text/html")
            }),
        )
        .api_route(
            REDOC,
            get_with(redoc, |it| {
                it.about(PROGRAM, "This document in ReDoc.").serves("text/html")
            }),
        )
        .api_route(
            "/docs/files/{file}",
            get_with(file, |it| {
                it.about(PROGRAM, "A script or a style of the two viewers.")
                    .path_parameter::<String>("file", "Name with its version.")
                    .serves("text/javascript")
                    .serves("text/css")
            }),
        )
        .with_state(document)
}

/// Sets `written` as the response of [`OPENAPI_JSON`].
pub fn publish_document(document: &OpenApiDocument, written: &OpenApi) {
    match RenderedResponse::json(written) {
        Ok(rendered) => _ = document.set(rendered),
        Err(error) => tracing::error!(
            cause = sheets_store::error_chain::error_chain(&error),
            "the OpenAPI document cannot be written"
        ),
    }
}

async fn get_document(State(document): State<OpenApiDocument>, headers: HeaderMap) -> Result<Response, Error> {
    let document = document.get().ok_or_else(Error::not_found)?;
    Ok(document.respond(&headers))
}

async fn swagger_ui() -> Response {
    let head = html! { link rel="stylesheet" href=(ViewerFile::SwaggerStyle.address()); };
    viewer(&head, ViewerFile::SwaggerScript)
}

async fn redoc() -> Response {
    viewer(&html! {}, ViewerFile::RedocScript)
}

/// Empty page in which the script of the viewer renders the document.
fn viewer(head: &Markup, script: ViewerFile) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Addresses for programs · Tallyboard" }
                link rel="icon" type="image/svg+xml" href=(assets::ICON.address());
                (head)
                script src=(script.address()) defer {}
                script src=(assets::VIEWER_SCRIPT.address()) defer {}
            }
            body {
                main #viewer data-document=(OPENAPI_JSON) {
                    noscript {
                        p { "This page needs JavaScript. The document itself is at " a href=(OPENAPI_JSON) { (OPENAPI_JSON) } "." }
                    }
                }
            }
        }
    };
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page.into_string())).into_response()
}

async fn file(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Error> {
    let file = ViewerFile::find(&name).ok_or_else(Error::not_found)?;
    file.precompressed().respond(&headers).map_err(Error::internal)
}
