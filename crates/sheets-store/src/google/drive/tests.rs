//! Unit tests of the Drive client.

use std::time::Duration;

use axum::{Router, extract::Request as IncomingRequest, http, routing::get};
use hyper::header;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};

use crate::google::drive::DriveClient;

async fn drive_that_answers(status: u16, body: &'static str) -> DriveClient {
    let response = move |request: IncomingRequest| async move {
        let bearer = request.headers()[header::AUTHORIZATION].to_str().unwrap_or_default() == "Bearer token";
        let is_as_documented = bearer && request.uri().query() == Some("fields=version&supportsAllDrives=true");
        let status = if is_as_documented { status } else { 400 };
        (http::StatusCode::from_u16(status).unwrap_or_default(), body)
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
    let root = format!("http://{}/", listener.local_addr().expect("address"));
    let router = Router::new().route("/drive/v3/files/a-b_c", get(response));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(
            rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
                .with_safe_default_protocol_versions()
                .expect("versions")
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth(),
        )
        .https_or_http()
        .enable_http1()
        .build();
    let client = Client::builder(TokioExecutor::new()).build(connector);
    DriveClient::new(client, Some(&root), Duration::from_secs(5))
}

#[tokio::test]
async fn the_version_is_parsed_from_text() {
    let drive = drive_that_answers(200, r#"{"version": "4711"}"#).await;
    assert_eq!(drive.version("a-b_c", "token").await.expect("a version"), 4711);
}

#[tokio::test]
async fn a_response_without_a_version_is_an_error() {
    for (status, body) in [
        (403, "{}"),
        (200, "{}"),
        (200, r#"{"version": "new"}"#),
        (200, "<html>"),
    ] {
        let drive = drive_that_answers(status, body).await;
        assert!(drive.version("a-b_c", "token").await.is_err(), "{status} {body}");
    }
}
