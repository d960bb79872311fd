//! Wire types of `google-sheets4`, the HTTPS connector and the properties of a tab.

pub(crate) use google_sheets4::{
    api::{
        AddNamedRangeRequest, AddSheetRequest, AppendDimensionRequest, BooleanCondition, CellData, CellFormat,
        ConditionValue, CopyPasteRequest, DataValidationRule, DeleteDimensionRequest, DeleteNamedRangeRequest,
        DimensionRange, ExtendedValue, GridCoordinate, GridData, GridProperties, GridRange, InsertDimensionRequest,
        NamedRange, NumberFormat, RepeatCellRequest, Request as SheetRequest, RowData, SetDataValidationRequest,
        Sheet as ShownSheet, SheetProperties, TextFormat, UpdateCellsRequest, UpdateSheetPropertiesRequest, ValueRange,
    },
    common::{FieldMask, GetToken},
};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{Client, connect::HttpConnector};

/// Connector for TLS connections, or for plain ones to a local server.
pub(crate) type Connector = HttpsConnector<HttpConnector>;
/// HTTP client of the token exchange and of Drive.
pub(crate) type HttpClient = Client<Connector, String>;

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
