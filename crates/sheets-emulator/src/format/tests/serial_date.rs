//! Unit tests of serial dates.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::format::serial_date::{from_date, from_date_time, to_date_time};

#[test]
fn dates_count_days_since_the_end_of_1899() {
    for (day, serial) in [
        (date(1899, 12, 30), 0.0),
        (date(1899, 12, 29), -1.0),
        // 1900 is a common year, unlike in Excel: no day is counted for its February 29.
        (date(1900, 2, 28), 60.0),
        (date(1900, 3, 1), 61.0),
        (date(1970, 1, 1), 25_569.0),
        (date(2000, 2, 29), 36_585.0),
        (date(2020, 1, 1), 43_831.0),
        (date(9999, 12, 31), 2_958_465.0),
    ] {
        assert_eq!(from_date(day), serial, "{day}");
        assert_eq!(to_date_time(serial), Some(day.at(0, 0, 0, 0)), "{serial}");
    }
}

#[test]
fn times_are_fractions_of_a_day() {
    // The examples of Google's guide.
    for (time, serial) in [
        (date(1900, 1, 1).at(12, 0, 0, 0), 2.5),
        (date(1900, 2, 1).at(15, 0, 0, 0), 33.625),
    ] {
        assert_eq!(from_date_time(time), serial);
        assert_eq!(to_date_time(serial), Some(time));
    }
    assert_eq!(to_date_time(-0.25), Some(date(1899, 12, 29).at(18, 0, 0, 0)));
}

#[test]
fn the_last_half_millisecond_of_a_day_rounds_to_the_next_day() {
    assert_eq!(to_date_time(43_831.999_999_999), Some(date(2020, 1, 2).at(0, 0, 0, 0)));
}

#[test]
fn numbers_without_a_date_have_none() {
    for serial in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 3_000_001.0, -3_000_001.0] {
        assert_eq!(to_date_time(serial), None, "{serial}");
    }
}

fn any_date() -> impl Strategy<Value = Date> {
    (1i16..=9999, 1i8..=12, 1i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

proptest! {
    #[test]
    fn every_millisecond_reads_back_as_itself(
        day in any_date(), hour in 0i8..24, minute in 0i8..60, second in 0i8..60, millisecond in 0i32..1000,
    ) {
        let time = day.at(hour, minute, second, millisecond * 1_000_000);
        prop_assert_eq!(to_date_time(from_date_time(time)), Some(time));
    }

    #[test]
    fn later_dates_have_larger_numbers(one in any_date(), other in any_date()) {
        prop_assert_eq!(one.cmp(&other), from_date(one).total_cmp(&from_date(other)));
    }
}
