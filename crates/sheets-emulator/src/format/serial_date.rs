//! Serial dates of spreadsheets: days since 1899-12-30, with the time as the fraction of a day.
//!
//! Source: <https://developers.google.com/workspace/sheets/api/guides/concepts#datetime_serial_numbers>

use jiff::civil::{Date, DateTime, date};

const EPOCH: Date = date(1899, 12, 30);
const MILLISECONDS_PER_DAY: f64 = 86_400_000.0;

/// Serial number of a date.
pub fn from_date(day: Date) -> f64 {
    f64::from(EPOCH.until(day).map_or(0, |span| span.get_days()))
}

/// Serial number of a date and time.
pub fn from_date_time(date_time: DateTime) -> f64 {
    let time = date_time.time();
    let milliseconds = f64::from(time.hour()) * 3_600_000.0
        + f64::from(time.minute()) * 60_000.0
        + f64::from(time.second()) * 1000.0
        + f64::from(time.millisecond());
    from_date(date_time.date()) + milliseconds / MILLISECONDS_PER_DAY
}

/// Date and time of a serial number, rounded to milliseconds; `None` outside the supported years.
pub fn to_date_time(serial: f64) -> Option<DateTime> {
    if !serial.is_finite() || serial.abs() > 3_000_000.0 {
        return None;
    }
    let mut days = serial.floor();
    let mut milliseconds = ((serial - days) * MILLISECONDS_PER_DAY).round();
    if milliseconds >= MILLISECONDS_PER_DAY {
        days += 1.0;
        milliseconds = 0.0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded above")]
    let (days, milliseconds) = (days as i64, milliseconds as i64);
    let midnight = EPOCH.to_datetime(jiff::civil::Time::midnight());
    midnight
        .checked_add(jiff::Span::new().days(days))
        .ok()?
        .checked_add(jiff::Span::new().milliseconds(milliseconds))
        .ok()
}
