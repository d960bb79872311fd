//! Wire types of `google-sheets4`, the HTTPS connector and the properties of a tab.

use std::time::Duration;

use google_sheets4::{
    Sheets,
    api::{
        BatchGetValuesResponse, BatchUpdateSpreadsheetRequest, BatchUpdateSpreadsheetResponse, Scope,
        Spreadsheet as SpreadsheetDescription,
    },
    common,
};
pub(super) use google_sheets4::{
    api::{
        AddNamedRangeRequest, AddSheetRequest, AppendDimensionRequest, BooleanCondition, CellData, CellFormat,
        ConditionValue, CopyPasteRequest, DataValidationRule, DeleteDimensionRequest, DeleteNamedRangeRequest,
        DimensionRange, ExtendedValue, GridCoordinate, GridData, GridProperties, GridRange, InsertDimensionRequest,
        NamedRange, NumberFormat, RepeatCellRequest, Request as SheetRequest, RowData, SetDataValidationRequest,
        Sheet as ShownSheet, SheetProperties, TextFormat, UpdateCellsRequest, UpdateSheetPropertiesRequest, ValueRange,
    },
    common::{FieldMask, GetToken},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore};

use super::{
    Credentials, Options,
    call_error::CallError,
    drive::{self, Drive},
    gate::{Gate, Question},
    shown::{self, Shown},
    tokens::Tokens,
};

/// Connector for TLS connections, or for plain ones to a local server.
pub(super) type Connector = HttpsConnector<HttpConnector>;
/// HTTP client of the token exchange and of Drive.
pub(super) type HttpClient = Client<Connector, String>;

/// Connection settings of one spreadsheet.
#[derive(Clone)]
pub struct Connection {
    /// Id between `/d/` and `/edit` in the spreadsheet's address.
    pub spreadsheet_id: String,
    /// Root URL of the service; Google's own if `None`.
    pub api_url: Option<String>,
    /// Address of the spreadsheet in the Google Sheets editor.
    pub spreadsheet_url: String,
    /// Credentials of the calls.
    pub credentials: Credentials,
    /// Timeout of a single call, after which its outcome counts as unknown.
    pub call_timeout: Duration,
}

/// Client of one spreadsheet, on the Sheets API v4.
pub struct Spreadsheet {
    hub: Sheets<Connector>,
    /// `None` with a ready-made token, which cannot be renewed.
    tokens: Option<Tokens>,
    drive: Drive,
    id: String,
    gate: Gate,
}

/// Properties of a tab, as the spreadsheet lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabProperties {
    /// Title of the tab.
    pub title: String,
    /// Sheet id, used in requests and as `gid` in links.
    pub sheet_id: i32,
    /// Rows of the grid, including empty ones.
    pub row_count: u32,
    /// Columns of the grid, including empty ones.
    pub column_count: u32,
}

impl Spreadsheet {
    /// Prepares the client; sends no request.
    ///
    /// # Errors
    /// If the key cannot be used or the machine has no root certificates.
    pub async fn connect(connection: Connection, options: &Options) -> Result<Self, CallError> {
        let client = Client::builder(TokioExecutor::new()).build(connector(connection.api_url.as_deref())?);
        let drive_client = Client::builder(TokioExecutor::new()).build(connector(connection.api_url.as_deref())?);
        let drive = Drive::new(drive_client, connection.api_url.as_deref(), connection.call_timeout);
        let (mut hub, tokens) = match connection.credentials {
            Credentials::Bearer(token) => (Sheets::new(client, token), None),
            Credentials::ServiceAccount(key) => {
                let own_client = Client::builder(TokioExecutor::new()).build(connector(Some(&key.token_uri))?);
                let tokens = Tokens::new(*key, own_client);
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
            gate: Gate::new(options, connection.call_timeout),
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
        let mut answer = self.ask_for_tabs().await;
        if self.has_renewed_token_after(&answer).await {
            answer = self.ask_for_tabs().await;
        }
        let sheets = answer?.sheets.unwrap_or_default();
        Ok(sheets
            .into_iter()
            .filter_map(|sheet| sheet.properties.map(tab_properties))
            .collect())
    }

    async fn ask_for_tabs(&self) -> Result<SpreadsheetDescription, CallError> {
        let fields = "sheets.properties(sheetId,title,gridProperties(rowCount,columnCount))";
        self.ask_for(fields, Question::Tabs).await
    }

    async fn ask_for(&self, fields: &str, question: Question<'_>) -> Result<SpreadsheetDescription, CallError> {
        let call = self.hub.spreadsheets().get(&self.id).param("fields", fields);
        let call = call.clear_scopes().add_scope(Scope::Spreadsheet);
        self.gate.send(question, answer(call.doit())).await
    }

    /// Lists the named ranges. One read.
    ///
    /// # Errors
    /// See [`CallError`].
    pub(super) async fn named_ranges(&self) -> Result<Vec<NamedRange>, CallError> {
        let mut answer = self
            .ask_for("namedRanges(namedRangeId,name)", Question::NamedRanges)
            .await;
        if self.has_renewed_token_after(&answer).await {
            answer = self
                .ask_for("namedRanges(namedRangeId,name)", Question::NamedRanges)
                .await;
        }
        Ok(answer?.named_ranges.unwrap_or_default())
    }

    /// Data validation of a cell; `None` if there is none. One read.
    ///
    /// # Errors
    /// See [`CallError`].
    pub(super) async fn validation(&self, cell: &str) -> Result<Option<DataValidationRule>, CallError> {
        let call = self.hub.spreadsheets().get(&self.id).add_ranges(cell);
        let call = call.param("fields", "sheets.data.rowData.values.dataValidation");
        let call = call.clear_scopes().add_scope(Scope::Spreadsheet);
        let question = Question::Validation(cell);
        let sheets = self.gate.send(question, answer(call.doit())).await?.sheets;
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

    /// Reads like [`Spreadsheet::values`], but returns formulas instead of their values.
    ///
    /// # Errors
    /// See [`CallError`].
    pub(super) async fn formulas(&self, ranges: &[String]) -> Result<Vec<ValueRange>, CallError> {
        self.rendered(ranges, "FORMULA").await
    }

    async fn rendered(&self, ranges: &[String], option: &str) -> Result<Vec<ValueRange>, CallError> {
        let mut answer = self.ask_for_values(ranges, option).await;
        if self.has_renewed_token_after(&answer).await {
            answer = self.ask_for_values(ranges, option).await;
        }
        let found = answer?.value_ranges.unwrap_or_default();
        if found.len() == ranges.len() {
            Ok(found)
        } else {
            let sentence = format!("asked for {} ranges, got {}", ranges.len(), found.len());
            Err(CallError::Unavailable(sentence))
        }
    }

    /// Version of the file as Drive counts it. Does not use the Sheets quota.
    ///
    /// # Errors
    /// If Drive returns none, for instance because its API is not enabled.
    pub async fn file_version(&self) -> Result<i64, CallError> {
        let unusable = |error| CallError::Token(format!("Drive: {error}"));
        let token = self.hub.auth.get_token(&[drive::SCOPE]).await.map_err(unusable)?;
        self.drive.version(&self.id, &token.unwrap_or_default()).await
    }

    async fn ask_for_values(&self, ranges: &[String], option: &str) -> Result<BatchGetValuesResponse, CallError> {
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
        self.gate.send(Question::Values(ranges), answer(call.doit())).await
    }

    /// Applies all requests or none of them. One write.
    ///
    /// # Errors
    /// See [`CallError`]; after [`CallError::Unavailable`] the requests may have been applied.
    pub async fn apply(&self, requests: &[SheetRequest]) -> Result<(), CallError> {
        self.apply_and_show(requests.to_vec(), &[]).await.map(|_| ())
    }

    /// Applies like [`Spreadsheet::apply`], and returns the cells of `ranges` right after it, with no other change in
    /// between.
    ///
    /// # Errors
    /// As [`Spreadsheet::apply`]; a response without cells counts as [`CallError::Unavailable`]. After a token was
    /// rejected a new one is available, and the caller has to retry: a request takes 30 kB, too much to keep a copy.
    pub(super) async fn apply_and_show(
        &self,
        requests: Vec<SheetRequest>,
        ranges: &[String],
    ) -> Result<Shown, CallError> {
        let answer = self.send(requests, ranges).await;
        if self.has_renewed_token_after(&answer).await {
            return Err(CallError::Unreachable("the access token had to be renewed".to_owned()));
        }
        match answer?.updated_spreadsheet {
            Some(updated) => Ok(Shown::of(updated.sheets.unwrap_or_default())),
            None if ranges.is_empty() => Ok(Shown::default()),
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
        let shows = !ranges.is_empty();
        let body = BatchUpdateSpreadsheetRequest {
            requests: Some(requests),
            include_spreadsheet_in_response: shows.then_some(true),
            response_include_grid_data: shows.then_some(true),
            response_ranges: shows.then(|| ranges.to_vec()),
        };
        let mut call = self.hub.spreadsheets().batch_update(body, &self.id);
        if shows {
            call = call.param("fields", shown::FIELDS);
        }
        let call = call.clear_scopes().add_scope(Scope::Spreadsheet);
        self.gate.send(Question::Batch(count), answer(call.doit())).await
    }

    /// Whether a call waits because the quota is used up.
    pub fn waits_for_quota(&self) -> bool {
        self.gate.waits_for_quota()
    }

    /// Pipeline that all calls pass through, with its call log.
    pub(super) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Renews the token after the service rejected it (401): nothing was applied, and a retry is worthwhile.
    async fn has_renewed_token_after<T>(&self, answer: &Result<T, CallError>) -> bool {
        match (answer, &self.tokens) {
            (Err(CallError::Rejected { code: 401, .. }), Some(tokens)) => {
                tokens.forget().await;
                true
            }
            _ => false,
        }
    }
}

/// Decoded response of a call, or its error.
async fn answer<T>(call: impl Future<Output = common::Result<(common::Response, T)>>) -> Result<T, CallError> {
    match call.await {
        Ok((_, answer)) => Ok(answer),
        Err(error) => Err(CallError::from(error)),
    }
}

/// Connector to `url`, or to Google. Loading the machine's root certificates takes longer than the rest of the start,
/// so it is skipped for plain HTTP.
fn connector(url: Option<&str>) -> Result<Connector, CallError> {
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

fn tab_properties(properties: SheetProperties) -> TabProperties {
    let grid = properties.grid_properties.unwrap_or_default();
    let count = |value: Option<i32>| u32::try_from(value.unwrap_or(0)).unwrap_or(0);
    TabProperties {
        title: properties.title.unwrap_or_default(),
        sheet_id: properties.sheet_id.unwrap_or(0),
        row_count: count(grid.row_count),
        column_count: count(grid.column_count),
    }
}
