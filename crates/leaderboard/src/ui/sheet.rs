//! Helpers for download tables.

use domain::period::Period;
use jiff::{Timestamp, tz::TimeZone};
use web::response::export_sheet::{ExportColumn, ExportKind};

pub(crate) fn typed_columns(columns: &[(&str, ExportKind)]) -> Vec<ExportColumn> {
    columns
        .iter()
        .map(|(header, kind)| ExportColumn::new(*header, *kind))
        .collect()
}

pub(crate) fn local_time(instant: Timestamp, zone: &TimeZone) -> jiff::civil::DateTime {
    instant.to_zoned(zone.clone()).datetime()
}

pub(crate) fn period_file_name(stem: &str, period: Period) -> String {
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(String::new, |day| format!("-{day}"));
    format!("{stem}{}{}", day(period.from), day(period.to))
}
