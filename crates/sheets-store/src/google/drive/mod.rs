//! Drive client: requests the version of the file, so that an unchanged spreadsheet is not read again.
//!
//! Drive counts every change in `version`, including those that are invisible to people
//! (<https://developers.google.com/workspace/drive/api/reference/rest/v3/files>). How soon it counts an edit of a cell
//! is not documented, so the check is off by default. Its quota is separate from that of Sheets and far higher.

#[cfg(test)]
mod tests;

use std::time::Duration;

use http_body_util::BodyExt;
use hyper::{Request, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::google::{call_error::CallError, wire_types::HttpClient};

/// Narrowest sufficient scope; the service account needs no further permission on the file.
pub(crate) const DRIVE_SCOPE: &str = "https://www.googleapis.com/auth/drive.metadata.readonly";
const GOOGLE_ROOT: &str = "https://www.googleapis.com";
/// Ids consist of letters, digits, `-` and `_`; anything else must be escaped in the path.
const ESCAPED_IN_FILE_ID: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Client for the part of Drive that is needed.
pub(crate) struct DriveClient {
    client: HttpClient,
    root: String,
    timeout: Duration,
}

#[derive(Deserialize)]
struct DriveFile {
    /// 64-bit number, which Drive sends as text.
    version: String,
}

impl DriveClient {
    /// Creates a client of Google's service if `root` is `None`.
    pub(crate) fn new(client: HttpClient, root: Option<&str>, timeout: Duration) -> Self {
        let root = root.unwrap_or(GOOGLE_ROOT).trim_end_matches('/').to_owned();
        Self { client, root, timeout }
    }

    /// Version of a file.
    pub(crate) async fn version(&self, file: &str, token: &str) -> Result<i64, CallError> {
        let response = tokio::time::timeout(self.timeout, self.request_version(file, token));
        let late = |_| CallError::Unavailable("Drive does not answer".to_owned());
        response.await.map_err(late)?
    }

    async fn request_version(&self, file: &str, token: &str) -> Result<i64, CallError> {
        let file = utf8_percent_encode(file, ESCAPED_IN_FILE_ID);
        let url = format!(
            "{}/drive/v3/files/{file}?fields=version&supportsAllDrives=true",
            self.root
        );
        let unusable = |error: String| CallError::Unavailable(format!("Drive: {error}"));
        let request = Request::get(url)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(String::new())
            .map_err(|error| unusable(error.to_string()))?;
        let response = self.client.request(request).await;
        let response = response.map_err(|error| unusable(error.to_string()))?;
        let status = response.status();
        let body = response.into_body().collect().await;
        let body = body.map_err(|error| unusable(error.to_string()))?.to_bytes();
        if status != StatusCode::OK {
            return Err(unusable(format!("status {status}")));
        }
        let file: DriveFile = serde_json::from_slice(&body).map_err(|error| unusable(error.to_string()))?;
        file.version
            .parse()
            .map_err(|_| unusable(format!("the version is “{}”", file.version)))
    }
}
