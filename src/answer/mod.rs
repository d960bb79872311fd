//! Response formats: HTML for browsers, JSON for programs, CSV and XLSX for spreadsheets, PDF for print.
//!
//! A handler builds one serialisable value, negotiates the format with [`Face::negotiate`], and renders the value to a
//! [`Rendered`]: bytes with their headers. A `Rendered` is cheap to clone and made to be cached; it compresses itself
//! once per encoding and answers `If-None-Match`.

mod compression;
mod csv_file;
mod kept;
mod negotiation;
mod packed;
pub mod pdf;
mod rendered;
mod sheet;
mod typeface;
mod workbook;

pub use csv_file::Dialect;
pub use kept::{Kept, Question, WorkedOut};
pub use negotiation::{Face, UnknownFormat};
pub use packed::Packed;
pub use rendered::Rendered;
pub use sheet::{Cell, Column, Kind, Sheet};
pub use workbook::WorkbookError;
