//! Asks Drive whether the file changed at all, so that an unchanged spreadsheet need not be read again.
//!
//! Drive counts every change in `version`, also those a person does not see
//! (<https://developers.google.com/workspace/drive/api/reference/rest/v3/files>). How soon an edit of a cell is counted
//! is not documented, so the check is off unless an operator wants it. It has a quota of its own, far above that of
//! Sheets.

use std::time::Duration;

use http_body_util::BodyExt;
use hyper::{Request, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{call_error::CallError, google::HttpClient};

/// The narrowest scope that shows it; the service account needs no further right to the file.
pub(super) const SCOPE: &str = "https://www.googleapis.com/auth/drive.metadata.readonly";
const GOOGLE: &str = "https://www.googleapis.com";
/// Ids are made of letters, digits, `-` and `_`; anything else must not become part of the path.
const NOT_IN_IDS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Drive, as far as it is needed.
pub(super) struct Drive {
    client: HttpClient,
    root: String,
    timeout: Duration,
}

#[derive(Deserialize)]
struct File {
    /// A 64-bit number, which Drive writes as text.
    version: String,
}

impl Drive {
    /// At Google when `root` is `None`.
    pub(super) fn new(client: HttpClient, root: Option<&str>, timeout: Duration) -> Self {
        let root = root.unwrap_or(GOOGLE).trim_end_matches('/').to_owned();
        Self { client, root, timeout }
    }

    /// The version of a file.
    pub(super) async fn version(&self, file: &str, token: &str) -> Result<i64, CallError> {
        let answer = tokio::time::timeout(self.timeout, self.ask(file, token));
        let late = |_| CallError::Unavailable("Drive does not answer".to_owned());
        answer.await.map_err(late)?
    }

    async fn ask(&self, file: &str, token: &str) -> Result<i64, CallError> {
        let file = utf8_percent_encode(file, NOT_IN_IDS);
        let url = format!(
            "{}/drive/v3/files/{file}?fields=version&supportsAllDrives=true",
            self.root
        );
        let unusable = |error: String| CallError::Unavailable(format!("Drive: {error}"));
        let request = Request::get(url)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(String::new())
            .map_err(|error| unusable(error.to_string()))?;
        let answer = self.client.request(request).await;
        let answer = answer.map_err(|error| unusable(error.to_string()))?;
        let status = answer.status();
        let body = answer.into_body().collect().await;
        let body = body.map_err(|error| unusable(error.to_string()))?.to_bytes();
        if status != StatusCode::OK {
            return Err(unusable(format!("status {status}")));
        }
        let file: File = serde_json::from_slice(&body).map_err(|error| unusable(error.to_string()))?;
        file.version
            .parse()
            .map_err(|_| unusable(format!("the version is “{}”", file.version)))
    }
}

#[cfg(test)]
#[path = "drive_tests.rs"]
mod tests;
