//! Response formats: HTML for browsers, JSON for programs, CSV and XLSX for spreadsheets, PDF for print.
//!
//! A handler builds one serialisable value, negotiates the format with [`Format::negotiate`](crate::response::format::Format::negotiate), and renders the value to a
//! [`RenderedResponse`]: bytes with their headers. A `Rendered` is cheap to clone and made to be cached; it compresses itself
//! once per encoding and answers `If-None-Match`.

pub(crate) mod compression;
pub(crate) mod csv_export;
pub(crate) mod derived_cache;
pub mod export_sheet;
pub mod format;
pub(crate) mod list_page;
pub mod pdf;
pub(crate) mod precompressed;
pub mod rendered;
pub(crate) mod response_cache;
pub mod work_budget;
pub(crate) mod xlsx_export;

pub use crate::response::{
    csv_export::ExportDialect,
    derived_cache::DerivedCache,
    export_sheet::{ExportCell, ExportColumn, ExportKind, ExportSheet},
    format::{Format, UnknownFormat},
    list_page::{CutList, ListPage},
    precompressed::PrecompressedFile,
    rendered::RenderedResponse,
    response_cache::{ResponseCache, ResponseKey},
    xlsx_export::WorkbookError,
};
