//! Unit tests of number formats.

use jiff::civil::date;
use proptest::prelude::*;

use crate::format::{
    locale::Locale,
    number_format::{NumberFormat, general},
    serial_date::from_date_time,
};

/// Number as a pattern shows it in the United States.
fn shown(pattern: &str, number: f64) -> String {
    format("", pattern).show(number, Locale::default())
}

fn format(kind: &str, pattern: &str) -> NumberFormat {
    NumberFormat {
        kind: kind.into(),
        pattern: pattern.into(),
    }
}

#[test]
fn a_number_without_a_format_shows_ten_significant_digits() {
    for (number, text) in [
        (0.0, "0"),
        (-0.0, "0"),
        (53.0, "53"),
        (-1.5, "-1.5"),
        (0.1 + 0.2, "0.3"),
        (1.0 / 1024.0, "0.0009765625"),
        (1.0 / 3.0, "0.3333333333"),
        (999_999_999_999_999.0, "999999999999999"),
        (1e15, "1E+15"),
        (1.5e-10, "1.5E-10"),
    ] {
        assert_eq!(general(number), text, "{number:?}");
    }
}

/// Examples of Google's guide, and their edges.
#[test]
fn number_patterns_show_digits_as_google_documents_them() {
    for (number, pattern, text) in [
        (12_345.125, "####.#", "12345.1"),
        (12.34, "000.0000", "012.3400"),
        (12.0, "#.0#", "12.0"),
        (12.345, "#.0#", "12.35"),
        (12_000.0, "#,###", "12,000"),
        (1_230_000.0, "0.0,,\"M\"", "1.2M"),
        (1_500.0, "#,##0,", "2"),
        (1_234_500_000.0, "0.00e+00", "1.23e+09"),
        (0.000_123, "0.00E+00", "1.23E-04"),
        (1_234.0, "0.0E-0", "1.2E3"),
        (0.0, "0", "0"),
        (0.0, "#", ""),
        (0.5, "#.0", ".5"),
        (0.125, "0%", "13%"),
        (-0.125, "0.0%", "-12.5%"),
        (1_234.5, "\"$\"#,##0.00", "$1,234.50"),
        (-1_234.5, "\"$\"#,##0.00", "-$1,234.50"),
        (1_234.5, "#,##0.00 [$€-40C]", "1,234.50 €"),
        (7.0, "000", "007"),
        (5.0, "0\\%", "5%"),
        (1_000_000.0, "#,##0", "1,000,000"),
        (999.0, "#,##0", "999"),
    ] {
        assert_eq!(shown(pattern, number), text, "{pattern} of {number}");
    }
}

#[test]
fn halves_round_away_from_zero_as_they_are_written() {
    for (number, pattern, text) in [
        (0.5, "0", "1"),
        (1.5, "0", "2"),
        (2.5, "0", "3"),
        (-2.5, "0", "-3"),
        // Binary 1.005 is smaller than its decimal text.
        (1.005, "0.00", "1.01"),
        (-0.4, "0", "0"),
    ] {
        assert_eq!(shown(pattern, number), text, "{pattern} of {number}");
    }
}

#[test]
fn sections_are_for_positive_negative_and_zero() {
    let two = "0.0;(0.0)";
    let three = "\"up\" 0;\"down\" 0;\"even\"";
    for (pattern, number, text) in [
        (two, 1.0, "1.0"),
        (two, -1.0, "(1.0)"),
        (two, 0.0, "0.0"),
        (three, 2.0, "up 2"),
        (three, -2.0, "down 2"),
        (three, 0.0, "even"),
        ("0\";\"0", 12.0, "12;"),
        ("[Red]0;[Blue]-0", -3.0, "-3"),
    ] {
        assert_eq!(shown(pattern, number), text, "{pattern} of {number}");
    }
}

/// Examples of Google's guide: Tuesday, April 5, 2016, 4:08:53.528 PM.
#[test]
fn date_patterns_show_a_time_as_google_documents_them() {
    let serial = from_date_time(date(2016, 4, 5).at(16, 8, 53, 528_000_000));
    for (pattern, text) in [
        ("h:mm:ss.00 a/p", "4:08:53.53 p"),
        ("hh:mm A/P\".M.\"", "04:08 P.M."),
        ("yyyy-mm-dd", "2016-04-05"),
        ("mmmm d \\[dddd\\]", "April 5 [Tuesday]"),
        ("h AM/PM, ddd mmm dd", "4 PM, Tue Apr 05"),
        ("dddd, m/d/yy at h:mm", "Tuesday, 4/5/16 \"at\" 16:08"),
        ("m/d/y", "4/5/16"),
        ("mmmmm", "A"),
        ("d-mmm-yyyy", "5-Apr-2016"),
        ("yyyy-mm-dd hh:mm:ss.000", "2016-04-05 16:08:53.528"),
        ("H:mm:ss", "16:08:54"),
        ("ss.0", "53.5"),
    ] {
        // Unquoted words are literal only where no letter is a token; “at” is one of the documented examples.
        let text = text.replace("\"at\"", "at");
        assert_eq!(shown(pattern, serial), text, "{pattern}");
    }
}

#[test]
fn m_is_a_minute_next_to_hours_or_seconds_and_a_month_elsewhere() {
    let serial = from_date_time(date(2020, 2, 3).at(4, 5, 6, 0));
    for (pattern, text) in [
        ("h:m", "4:5"),
        ("m:ss", "5:06"),
        ("m/d h:mm", "2/3 4:05"),
        ("mm", "02"),
        ("h mmm", "4 Feb"),
    ] {
        assert_eq!(shown(pattern, serial), text, "{pattern}");
    }
}

#[test]
fn noon_and_midnight_are_twelve_on_the_short_clock() {
    for (serial, text) in [
        (0.0, "12:00 AM"),
        (0.5, "12:00 PM"),
        (0.75, "6:00 PM"),
        (0.25, "6:00 AM"),
    ] {
        assert_eq!(shown("h:mm am/pm", serial), text);
    }
}

#[test]
fn seconds_round_before_they_show() {
    let last = from_date_time(date(2020, 1, 1).at(23, 59, 59, 999_000_000));
    assert_eq!(shown("yyyy-mm-dd hh:mm:ss", last), "2020-01-02 00:00:00");
    assert_eq!(shown("yyyy-mm-dd hh:mm:ss.000", last), "2020-01-01 23:59:59.999");
}

/// Examples of Google's guide: 3 hours, 13 minutes, 41.255 seconds.
#[test]
fn elapsed_time_counts_beyond_its_unit() {
    let serial = from_date_time(date(1899, 12, 30).at(3, 13, 41, 255_000_000));
    for (pattern, number, text) in [
        ("[hh]", serial, "03"),
        ("[mmmm]", serial, "0193"),
        ("[ss]", serial, "11621"),
        ("[hh]:[mm]:[ss].000", serial, "03:13:41.255"),
        ("[mmmm]:[ss].000", serial, "0193:41.255"),
        ("[h]:mm", 1.5, "36:00"),
        ("[h]:mm:ss", 0.0, "0:00:00"),
    ] {
        assert_eq!(shown(pattern, number), text, "{pattern} of {number}");
    }
}

#[test]
fn a_type_without_a_pattern_has_that_of_its_locale() {
    let day = 46_387.25; // 2026-12-31 06:00
    for (locale, kind, number, text) in [
        ("en_US", "NUMBER", 1_234.5, "1,234.50"),
        ("en_US", "PERCENT", 0.125, "12.50%"),
        ("en_US", "CURRENCY", 1_234.5, "$1,234.50"),
        ("en_US", "DATE", day, "12/31/2026"),
        ("en_US", "TIME", day, "6:00:00 AM"),
        ("en_US", "DATE_TIME", day, "12/31/2026 6:00:00"),
        ("en_US", "SCIENTIFIC", 1_234.5, "1.23E+03"),
        ("en_US", "TEXT", 1.5, "1.5"),
        ("fr_FR", "NUMBER", 1_234.5, "1\u{202f}234,50"),
        ("fr_FR", "CURRENCY", 1_234.5, "1\u{202f}234,50 €"),
        ("fr_FR", "DATE", day, "31/12/2026"),
        ("fr_FR", "TIME", day, "06:00:00"),
        ("de_DE", "DATE", day, "31.12.2026"),
        ("pt_BR", "CURRENCY", 1_234.5, "R$1.234,50"),
        ("xx_XX", "DATE", day, "12/31/2026"),
    ] {
        let shown = format(kind, "").show(number, Locale::of(locale));
        assert_eq!(shown, text, "{kind} in {locale}");
    }
}

#[test]
fn a_date_outside_the_supported_years_shows_as_a_number() {
    assert_eq!(shown("yyyy-mm-dd", 5_000_000.0), "5000000");
}

#[test]
fn temporal_formats_are_known_by_type_or_pattern() {
    for (kind, pattern, temporal) in [
        ("DATE", "", true),
        ("", "yyyy-mm-dd", true),
        ("", "[h]:mm", true),
        ("", "#,##0.00", false),
        ("NUMBER", "0", false),
        ("", "0 \"days\"", false),
    ] {
        assert_eq!(format(kind, pattern).is_temporal(), temporal, "{kind} {pattern}");
    }
}

proptest! {
    #[test]
    fn whole_numbers_read_back_from_their_default_format(number in -999_999_999_999_999i64..999_999_999_999_999) {
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let shown = general(number as f64);
        prop_assert_eq!(shown.parse::<i64>().ok(), Some(number));
    }

    #[test]
    fn grouped_digits_are_the_same_digits(number in 0u32..u32::MAX) {
        let grouped = shown("#,##0", f64::from(number));
        prop_assert_eq!(grouped.replace(',', ""), number.to_string());
        prop_assert!(grouped.split(',').skip(1).all(|group| group.len() == 3));
    }

    #[test]
    fn no_pattern_makes_the_formatter_panic(pattern in "[\\PC]{0,20}", number in any::<f64>()) {
        let _ = shown(&pattern, number);
    }

    #[test]
    fn no_pattern_of_tokens_makes_the_formatter_panic(pattern in "[0#?.,%eE+;\"\\\\\\[\\]$_*@hmsydap/: -]{0,20}", number in -1e7..1e7) {
        let _ = shown(&pattern, number);
    }
}
