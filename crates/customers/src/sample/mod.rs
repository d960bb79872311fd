//! Sample data: an invented company for demonstrations and tests.

pub mod generator;
pub(crate) mod page;
pub(crate) mod persona;
pub(crate) mod score_history;

use web::page::freshness::DataSource;

/// Whether an empty board offers sample data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleAvailability {
    /// Offered with a button.
    Offered,
    /// Not offered: the spreadsheet is for real data only.
    NotOffered,
}

/// Whether sample data is offered.
pub(crate) fn sample_availability(source: DataSource) -> SampleAvailability {
    match source {
        DataSource::EmbeddedSpreadsheet => SampleAvailability::Offered,
        DataSource::GoogleSheets => SampleAvailability::NotOffered,
    }
}
