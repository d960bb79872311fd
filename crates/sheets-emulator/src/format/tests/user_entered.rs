//! Unit tests of values as people type them.

use proptest::prelude::*;

use crate::{
    format::{
        locale::Locale,
        user_entered::{ParsedInput, read},
    },
    workbook::cell::CellEntry,
};

fn typed(text: &str) -> ParsedInput {
    read(text, Locale::default())
}

/// Number, kind and pattern of a typed number with a format.
fn formatted(number: f64, kind: &'static str, pattern: &str) -> ParsedInput {
    ParsedInput {
        entry: CellEntry::Number(number),
        format: Some((kind, pattern.to_owned())),
    }
}

fn plain(entry: CellEntry) -> ParsedInput {
    ParsedInput { entry, format: None }
}

#[test]
fn plain_numbers_have_no_format() {
    for (text, number) in [
        ("0", 0.0),
        ("53", 53.0),
        ("0042", 42.0),
        ("-5", -5.0),
        ("+5", 5.0),
        ("- 5", -5.0),
        ("(5)", -5.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1.50", 1.5),
        (" 7 ", 7.0),
        ("123456789012345", 123_456_789_012_345.0),
    ] {
        assert_eq!(typed(text), plain(CellEntry::Number(number)), "{text}");
    }
}

#[test]
fn numbers_with_signs_imply_their_format() {
    for (text, number, kind, pattern) in [
        ("2,000,000.01", 2_000_000.01, "NUMBER", "#,##0.00"),
        ("1,234", 1_234.0, "NUMBER", "#,##0"),
        ("10%", 0.1, "PERCENT", "0%"),
        ("12.5 %", 0.125, "PERCENT", "0.00%"),
        ("-50%", -0.5, "PERCENT", "0%"),
        ("$5", 5.0, "CURRENCY", "\"$\"#,##0"),
        ("$1,234.50", 1_234.5, "CURRENCY", "\"$\"#,##0.00"),
        ("-$5", -5.0, "CURRENCY", "\"$\"#,##0"),
        ("$-5", -5.0, "CURRENCY", "\"$\"#,##0"),
        ("($5.25)", -5.25, "CURRENCY", "\"$\"#,##0.00"),
        ("1e3", 1_000.0, "SCIENTIFIC", "0.00E+00"),
        ("1.5E-3", 0.0015, "SCIENTIFIC", "0.00E+00"),
    ] {
        assert_eq!(typed(text), formatted(number, kind, pattern), "{text}");
    }
}

#[test]
fn dates_imply_the_pattern_they_were_typed_in() {
    let day = 43_861.0; // 2020-01-31
    for (text, serial, pattern) in [
        ("2020-01-31", day, "yyyy-mm-dd"),
        ("2020/1/31", day, "yyyy/mm/dd"),
        ("1/31/2020", day, "M/d/yyyy"),
        ("01/31/20", day, "M/d/yyyy"),
        ("1/31/99", 36_191.0, "M/d/yyyy"),
        ("1-31-2020", day, "M-d-yyyy"),
        ("31-Jan-2020", day, "d-mmm-yyyy"),
        ("31 January 2020", day, "d mmm yyyy"),
        ("Jan 31, 2020", day, "mmm d, yyyy"),
        ("2020-02-29", 43_890.0, "yyyy-mm-dd"),
    ] {
        assert_eq!(typed(text), formatted(serial, "DATE", pattern), "{text}");
    }
}

#[test]
fn times_are_fractions_and_follow_a_date() {
    let nine = (9.0 * 60.0 + 5.0) / 1440.0;
    for (text, serial, kind, pattern) in [
        ("9:05", nine, "TIME", "h:mm"),
        ("9:05:00", nine, "TIME", "h:mm:ss"),
        ("9:05 pm", nine + 0.5, "TIME", "h:mm am/pm"),
        ("12:00 AM", 0.0, "TIME", "h:mm am/pm"),
        ("12:00:00 PM", 0.5, "TIME", "h:mm:ss am/pm"),
        ("0:00:00.500", 0.5 / 86_400.0, "TIME", "h:mm:ss"),
        ("2020-01-31 09:05", 43_861.0 + nine, "DATE_TIME", "yyyy-mm-dd h:mm"),
        ("2020-01-31T12:00:00", 43_861.5, "DATE_TIME", "yyyy-mm-dd h:mm:ss"),
    ] {
        assert_eq!(typed(text), formatted(serial, kind, pattern), "{text}");
    }
}

#[test]
fn everything_else_is_a_text_as_typed() {
    for text in [
        "x",
        "12,5",
        "1,23,456",
        "1,2345",
        ",5",
        "1.2.3",
        "--5",
        "5-",
        "1e",
        "e3",
        "$",
        "%",
        "$5%",
        "2020-02-30",
        "2020-13-01",
        "31/12/2026",
        "Foo 31, 2020",
        "25:00",
        "9:5",
        "13:00 PM",
        "0:00 AM",
        "NaN",
        "inf",
        "=",
        " x ",
        "٣",
    ] {
        assert_eq!(typed(text), plain(CellEntry::Text(text.into())), "{text}");
    }
}

#[test]
fn an_apostrophe_keeps_a_text_and_an_equals_sign_starts_a_formula() {
    assert_eq!(typed(""), plain(CellEntry::Blank));
    assert_eq!(typed("'007"), plain(CellEntry::Text("007".into())));
    assert_eq!(typed("'=1"), plain(CellEntry::Text("=1".into())));
    assert_eq!(typed("'"), plain(CellEntry::Text("".into())));
    assert_eq!(typed("=1+1"), plain(CellEntry::Formula("=1+1".into())));
    assert_eq!(typed("= 1 / 1024"), plain(CellEntry::Formula("= 1 / 1024".into())));
    assert_eq!(typed("true"), plain(CellEntry::Bool(true)));
    assert_eq!(typed(" FALSE "), plain(CellEntry::Bool(false)));
}

#[test]
fn a_locale_reads_its_own_separators_order_and_currency() {
    let day = 46_387.0; // 2026-12-31
    for (locale, text, number, kind, pattern) in [
        ("fr_FR", "12 500,5", 12_500.5, "NUMBER", "#,##0.00"),
        ("fr_FR", "12\u{202f}500 €", 12_500.0, "CURRENCY", "#,##0 \"€\""),
        ("fr_FR", "31/12/2026", day, "DATE", "dd/MM/yyyy"),
        ("fr_FR", "31-12-2026", day, "DATE", "d-M-yyyy"),
        ("de_DE", "1.234,5", 1_234.5, "NUMBER", "#,##0.00"),
        ("de_DE", "31.12.2026", day, "DATE", "dd.MM.yyyy"),
        ("en_GB", "£5", 5.0, "CURRENCY", "\"£\"#,##0"),
        ("pt_BR", "R$ 5,50", 5.5, "CURRENCY", "\"R$\"#,##0.00"),
    ] {
        let read = read(text, Locale::of(locale));
        assert_eq!(read, formatted(number, kind, pattern), "{text} in {locale}");
    }
    for (locale, text) in [
        ("fr_FR", "12.5"),
        ("fr_FR", "12/31/2026"),
        ("de_DE", "€5"),
        ("en_US", "5 €"),
    ] {
        let read = read(text, Locale::of(locale));
        assert_eq!(read, plain(CellEntry::Text(text.into())), "{text} in {locale}");
    }
}

proptest! {
    #[test]
    fn a_decimal_number_is_read_as_itself(whole in 0u64..1_000_000_000, thousandths in 0u16..1000) {
        let text = format!("{whole}.{thousandths:03}");
        prop_assert_eq!(typed(&text).entry, CellEntry::Number(text.parse().expect("a number")));
    }

    #[test]
    fn a_minus_only_changes_the_sign(number in 0u32..u32::MAX) {
        let expected = CellEntry::Number(-f64::from(number));
        prop_assert_eq!(typed(&format!("-{number}")).entry, expected.clone());
        prop_assert_eq!(typed(&format!("({number})")).entry, expected);
    }

    #[test]
    fn nothing_typed_makes_the_parser_panic(text in "\\PC{0,30}") {
        let _ = typed(&text);
    }

    #[test]
    fn nothing_like_a_number_or_date_makes_the_parser_panic(text in "[0-9.,:/$%()eE+ jJaAnNpPmM-]{0,16}") {
        for locale in ["en_US", "fr_FR", "de_DE"] {
            let _ = read(&text, Locale::of(locale));
        }
    }
}
