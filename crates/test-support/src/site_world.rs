//! A `SheetWorld` with a router that is served, and requests to it.

use std::{net::SocketAddr, ops::Deref};

use axum::Router;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

use crate::{page::Page, sheet_world::SheetWorld};

/// Spreadsheet, store and the pages served on them.
pub struct SiteWorld {
    sheets: SheetWorld,
    /// Address of the site, without a slash at the end.
    pub address: String,
}

impl Deref for SiteWorld {
    type Target = SheetWorld;

    fn deref(&self) -> &SheetWorld {
        &self.sheets
    }
}

impl SiteWorld {
    /// Serves `router` on a local port.
    pub async fn new(sheets: SheetWorld, router: Router) -> Self {
        Self {
            sheets,
            address: serve(router).await,
        }
    }

    /// GET request for a path of the site.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.address))
    }

    /// POST request to a path of the site.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.address))
    }

    /// The page at `path`, as a browser gets it.
    pub async fn page(&self, path: &str) -> Page {
        Page::of(
            self.get(path)
                .header("accept", "text/html")
                .send()
                .await
                .expect("answer"),
        )
        .await
    }

    /// The JSON at `path`; asserts that the status is 200.
    pub async fn json(&self, path: &str) -> Value {
        let response = self.get(path).send().await.expect("answer");
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.json().await.expect("JSON")
    }
}

/// Serves `router` on a local port and returns its address.
pub async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
    let address = listener.local_addr().expect("address");
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    format!("http://{address}")
}
