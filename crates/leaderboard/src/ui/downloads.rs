//! Downloads of tables: links to them, and the parts that their files share.

use domain::period::Period;
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use maud::{Markup, html};
use web::response::export_sheet::{ExportColumn, ExportKind};

use crate::routes::adding;

/// Links to the same data as files; `name` labels them for screen readers.
pub(crate) fn download_links(address: &str, name: &str) -> Markup {
    html! {
        p .downloads {
            @for (format, label) in [("csv", "CSV"), ("xlsx", "Excel"), ("json", "JSON")] {
                a href=(adding(address, "format", format)) { (label) span .unseen { ": " (name) } } " "
            }
        }
    }
}

/// Columns with these headers and kinds.
pub(crate) fn typed_columns(columns: &[(&str, ExportKind)]) -> Vec<ExportColumn> {
    columns
        .iter()
        .map(|(header, kind)| ExportColumn::new(*header, *kind))
        .collect()
}

/// Local time of an instant, as spreadsheets store it.
pub(crate) fn local_time(instant: Timestamp, zone: &TimeZone) -> DateTime {
    instant.to_zoned(zone.clone()).datetime()
}

/// File name with the days of a period: `leaderboard-by-csm-2026-03-01-2026-03-31`.
pub(crate) fn period_file_name(stem: &str, period: Period) -> String {
    let day = |day: Option<Date>| day.map_or_else(String::new, |day| format!("-{day}"));
    format!("{stem}{}{}", day(period.from), day(period.to))
}
