//! One value, several faces: HTML for a browser, JSON for a program, CSV and XLSX for a spreadsheet, PDF for paper.
//!
//! A handler builds one serialisable answer, asks [`Face::negotiate`] which face the request wants, and turns the
//! answer into a [`Rendered`]: finished bytes with their headers. A `Rendered` is cheap to clone and meant to be
//! kept in a cache; it compresses itself once per encoding and answers `If-None-Match` by itself.

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
