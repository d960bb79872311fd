//! Sheets API v4 client of one spreadsheet: reads, atomic writes, and errors classified for the caller.
//!
//! Three faults of the generated client `google-sheets4` are worked around here. It omits JSON `null` cells, so no call
//! uses `values.update`. It does not encode path segments, so ranges travel in the query or the body only. It requests
//! full Drive access by default, so every call names its one scope.

use google_sheets4::{
    Sheets,
    api::{
        BatchGetValuesResponse, BatchUpdateSpreadsheetRequest, BatchUpdateSpreadsheetResponse, DataValidationRule,
        NamedRange, Request as SheetRequest, Scope, SheetProperties, Spreadsheet as SpreadsheetDescription, ValueRange,
    },
    common,
};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use rustls::{ClientConfig, RootCertStore};

use crate::{
    google::{
        call_error::CallError,
        call_pipeline::{CallDescription, CallPipeline},
        connection::{Credentials, SpreadsheetConnection},
        drive::{self, DriveClient},
        response_grid::{self, ResponseGrid},
        tokens::AccessTokens,
        wire_types::{Connector, TabProperties},
    },
    options::StoreOptions,
};

/// Client of one spreadsheet, on the Sheets API v4.
pub struct SpreadsheetClient {
    hub: Sheets<Connector>,
    /// `None` with a ready-made token, which cannot be renewed.
    tokens: Option<AccessTokens>,
    drive: DriveClient,
    id: String,
    pipeline: CallPipeline,
}

impl SpreadsheetClient {
    /// Prepares the client; sends no request.
    ///
    /// # Errors
    /// If the key cannot be used or the machine has no root certificates.
    pub async fn connect(connection: SpreadsheetConnection, options: &StoreOptions) -> Result<Self, CallError> {
        let client = Client::builder(TokioExecutor::new()).build(https_connector(connection.api_url.as_deref())?);
        let drive_client = Client::builder(TokioExecutor::new()).build(https_connector(connection.api_url.as_deref())?);
        let drive = DriveClient::new(drive_client, connection.api_url.as_deref(), connection.call_timeout);
        let (mut hub, tokens) = match connection.credentials {
            Credentials::Bearer(token) => (Sheets::new(client, token), None),
            Credentials::ServiceAccount(key) => {
                let own_client = Client::builder(TokioExecutor::new()).build(https_connector(Some(&key.token_uri))?);
                let tokens = AccessTokens::new(*key, own_client);
                let unreadable = |error| CallError::Token(format!("the private key cannot be read: {error}"));
                tokens.read_key().await.map_err(unreadable)?;
                (Sheets::new(client, tokens.clone()), Some(tokens))
            }
        };
        if let Some(url) = connection.api_url {
            let url = format!("{}/", url.trim_end_matches('/'));
            hub.base_url(url.clone());
            hub.root_url(url);
        }
        Ok(Self {
            hub,
            tokens,
            drive,
            id: connection.spreadsheet_id,
            pipeline: CallPipeline::new(options, connection.call_timeout),
        })
    }

    /// Id of the spreadsheet.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Lists the tabs. One read.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn tabs(&self) -> Result<Vec<TabProperties>, CallError> {
        let mut response = self.request_tabs().await;
        if self.renewed_token_after(&response).await {
            response = self.request_tabs().await;
        }
        let sheets = response?.sheets.unwrap_or_default();
        Ok(sheets
            .into_iter()
            .filter_map(|sheet| sheet.properties.map(to_tab_properties))
            .collect())
    }

    async fn request_tabs(&self) -> Result<SpreadsheetDescription, CallError> {
        let fields = "sheets.properties(sheetId,title,gridProperties(rowCount,columnCount))";
        self.request_fields(fields, CallDescription::Tabs).await
    }

    async fn request_fields(
        &self,
        fields: &str,
        description: CallDescription<'_>,
    ) -> Result<SpreadsheetDescription, CallError> {
        let call = self.hub.spreadsheets().get(&self.id).param("fields", fields);
        let call = call.clear_scopes().add_scope(Scope::Spreadsheet);
        self.pipeline.send(description, decode_response(call.doit())).await
    }

    /// Lists the named ranges. One read.
    ///
    /// # Errors
    /// See [`CallError`].
    pub(crate) async fn named_ranges(&self) -> Result<Vec<NamedRange>, CallError> {
        let mut response = self
            .request_fields("namedRanges(namedRangeId,name)", CallDescription::NamedRanges)
            .await;
        if self.renewed_token_after(&response).await {
            response = self
                .request_fields("namedRanges(namedRangeId,name)", CallDescription::NamedRanges)
                .await;
        }
        Ok(response?.named_ranges.unwrap_or_default())
    }

    /// Data validation of a cell; `None` if there is none. One read.
    ///
    /// # Errors
    /// See [`CallError`].
    pub(crate) async fn validation(&self, cell: &str) -> Result<Option<DataValidationRule>, CallError> {
        let call = self.hub.spreadsheets().get(&self.id).add_ranges(cell);
        let call = call.param("fields", "sheets.data.rowData.values.dataValidation");
        let call = call.clear_scopes().add_scope(Scope::Spreadsheet);
        let description = CallDescription::Validation(cell);
        let sheets = self
            .pipeline
            .send(description, decode_response(call.doit()))
            .await?
            .sheets;
        let blocks = sheets.into_iter().flatten().filter_map(|sheet| sheet.data).flatten();
        let rows = blocks.filter_map(|block| block.row_data).flatten();
        let mut cells = rows.filter_map(|row| row.values).flatten();
        Ok(cells.find_map(|cell| cell.data_validation))
    }

    /// Reads several ranges in one call: unformatted values, dates as serial numbers.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn values(&self, ranges: &[String]) -> Result<Vec<ValueRange>, CallError> {
        self.rendered(ranges, "UNFORMATTED_VALUE").await
    }

    /// Reads like [`SpreadsheetClient::values`], but returns formulas instead of their values.
    ///
    /// # Errors
    /// See [`CallError`].
    pub(crate) async fn formulas(&self, ranges: &[String]) -> Result<Vec<ValueRange>, CallError> {
        self.rendered(ranges, "FORMULA").await
    }

    async fn rendered(&self, ranges: &[String], option: &str) -> Result<Vec<ValueRange>, CallError> {
        let mut response = self.request_values(ranges, option).await;
        if self.renewed_token_after(&response).await {
            response = self.request_values(ranges, option).await;
        }
        let found = response?.value_ranges.unwrap_or_default();
        if found.len() == ranges.len() {
            Ok(found)
        } else {
            let sentence = format!("requested {} ranges, got {}", ranges.len(), found.len());
            Err(CallError::Unavailable(sentence))
        }
    }

    /// Version of the file as Drive counts it. Does not use the Sheets quota.
    ///
    /// # Errors
    /// If Drive returns none, for instance because its API is not enabled.
    pub async fn file_version(&self) -> Result<i64, CallError> {
        let unusable = |error| CallError::Token(format!("Drive: {error}"));
        let token = self.hub.auth.get_token(&[drive::DRIVE_SCOPE]).await.map_err(unusable)?;
        self.drive.version(&self.id, &token.unwrap_or_default()).await
    }

    async fn request_values(&self, ranges: &[String], option: &str) -> Result<BatchGetValuesResponse, CallError> {
        let mut call = self
            .hub
            .spreadsheets()
            .values_batch_get(&self.id)
            .value_render_option(option)
            .date_time_render_option("SERIAL_NUMBER");
        for range in ranges {
            call = call.add_ranges(range);
        }
        let call = call.clear_scopes().add_scope(Scope::Spreadsheet);
        self.pipeline
            .send(CallDescription::Values(ranges), decode_response(call.doit()))
            .await
    }

    /// Applies all requests or none of them. One write.
    ///
    /// # Errors
    /// See [`CallError`]; after [`CallError::Unavailable`] the requests may have been applied.
    pub async fn apply(&self, requests: &[SheetRequest]) -> Result<(), CallError> {
        self.apply_and_read_back(requests.to_vec(), &[]).await.map(|_| ())
    }

    /// Applies like [`SpreadsheetClient::apply`], and returns the cells of `ranges` right after it, with no other change in
    /// between.
    ///
    /// # Errors
    /// As [`SpreadsheetClient::apply`]; a response without cells counts as [`CallError::Unavailable`]. After a token was
    /// rejected a new one is available, and the caller has to retry: a request takes 30 kB, too much to keep a copy.
    pub(crate) async fn apply_and_read_back(
        &self,
        requests: Vec<SheetRequest>,
        ranges: &[String],
    ) -> Result<ResponseGrid, CallError> {
        let response = self.send(requests, ranges).await;
        if self.renewed_token_after(&response).await {
            return Err(CallError::Unreachable("the access token had to be renewed".to_owned()));
        }
        match response?.updated_spreadsheet {
            Some(updated) => Ok(ResponseGrid::of(updated.sheets.unwrap_or_default())),
            None if ranges.is_empty() => Ok(ResponseGrid::default()),
            None => Err(CallError::Unavailable(
                "the answer does not show what was written".to_owned(),
            )),
        }
    }

    async fn send(
        &self,
        requests: Vec<SheetRequest>,
        ranges: &[String],
    ) -> Result<BatchUpdateSpreadsheetResponse, CallError> {
        let count = requests.len();
        let reads_back = !ranges.is_empty();
        let body = BatchUpdateSpreadsheetRequest {
            requests: Some(requests),
            include_spreadsheet_in_response: reads_back.then_some(true),
            response_include_grid_data: reads_back.then_some(true),
            response_ranges: reads_back.then(|| ranges.to_vec()),
        };
        let mut call = self.hub.spreadsheets().batch_update(body, &self.id);
        if reads_back {
            call = call.param("fields", response_grid::RESPONSE_FIELDS);
        }
        let call = call.clear_scopes().add_scope(Scope::Spreadsheet);
        self.pipeline
            .send(CallDescription::Batch(count), decode_response(call.doit()))
            .await
    }

    /// Whether a call waits because the quota is used up.
    pub fn waits_for_quota(&self) -> bool {
        self.pipeline.waits_for_quota()
    }

    /// Pipeline that all calls pass through, with its call log.
    pub(crate) fn pipeline(&self) -> &CallPipeline {
        &self.pipeline
    }

    /// Renews the token after the service rejected it (401): nothing was applied, and a retry is worthwhile.
    async fn renewed_token_after<T>(&self, response: &Result<T, CallError>) -> bool {
        match (response, &self.tokens) {
            (Err(CallError::Rejected { code: 401, .. }), Some(tokens)) => {
                tokens.forget().await;
                true
            }
            _ => false,
        }
    }
}

/// Decoded response of a call, or its error.
async fn decode_response<T>(call: impl Future<Output = common::Result<(common::Response, T)>>) -> Result<T, CallError> {
    match call.await {
        Ok((_, response)) => Ok(response),
        Err(error) => Err(CallError::from(error)),
    }
}

/// Connector to `url`, or to Google. Loading the machine's root certificates takes longer than the rest of the start,
/// so it is skipped for plain HTTP.
fn https_connector(url: Option<&str>) -> Result<Connector, CallError> {
    // A second installation returns `Err` and changes nothing: the first one is the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = HttpsConnectorBuilder::new();
    let builder = if url.is_some_and(|url| url.starts_with("http://")) {
        let trusts_nobody = ClientConfig::builder().with_root_certificates(RootCertStore::empty());
        builder.with_tls_config(trusts_nobody.with_no_client_auth())
    } else {
        builder
            .with_native_roots()
            .map_err(|error| CallError::NoCertificates(error.to_string()))?
    };
    Ok(builder.https_or_http().enable_http1().enable_http2().build())
}

fn to_tab_properties(properties: SheetProperties) -> TabProperties {
    let grid = properties.grid_properties.unwrap_or_default();
    let count = |value: Option<i32>| u32::try_from(value.unwrap_or(0)).unwrap_or(0);
    TabProperties {
        title: properties.title.unwrap_or_default(),
        sheet_id: properties.sheet_id.unwrap_or(0),
        row_count: count(grid.row_count),
        column_count: count(grid.column_count),
    }
}
