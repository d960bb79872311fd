//! Tests of parsing amounts.

use domain::{language::Language, money::Money};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::text::amount::{AmountPrecision, AmountProblem, DecimalMark, ParsedAmount, from_number, parse_amount};

fn cents(text: &str) -> i64 {
    match parse_amount(text) {
        Ok(ParsedAmount::Clear(reading)) => {
            assert_eq!(reading.precision, AmountPrecision::Exact, "{text:?}");
            let cents = (reading.money.euros() * Decimal::ONE_HUNDRED).normalize();
            cents.to_string().parse().expect("whole cents")
        }
        other => panic!("{text:?} reads as {other:?}"),
    }
}

#[test]
fn every_form_that_a_french_english_or_swiss_spreadsheet_writes_is_read() {
    for (text, expected) in [
        ("12 500,50 €", 1_250_050),
        ("12\u{a0}500,50\u{a0}€", 1_250_050),
        ("12\u{202f}500,50\u{a0}€", 1_250_050),
        ("12\u{2009}500,50 €", 1_250_050),
        ("12'500.50", 1_250_050),
        ("12’500.50", 1_250_050),
        ("12500,5", 1_250_050),
        ("12500.5", 1_250_050),
        ("12.500,50", 1_250_050),
        ("12.500,50€", 1_250_050),
        ("1,234.56", 123_456),
        ("1,234,567.89", 123_456_789),
        ("1.234.567,89", 123_456_789),
        ("1 234 567,89", 123_456_789),
        ("12.500.000", 1_250_000_000),
        ("12,500,000", 1_250_000_000),
        ("EUR 900", 90_000),
        ("900 EUR", 90_000),
        ("900 euros", 90_000),
        ("€900", 90_000),
        ("€ 900", 90_000),
        ("900€", 90_000),
        ("900 € HT", 90_000),
        ("900 EUR ht", 90_000),
        ("12 k€ HT", 1_200_000),
        ("1 234", 123_400),
        ("0", 0),
        ("0,5", 50),
        ("0,500", 50),
        (",50", 50),
        ("007", 700),
        ("1234,500", 123_450),
        ("1 234.500", 123_450),
        ("  42  ", 4_200),
        ("\u{feff}42\u{200b}", 4_200),
        ("+42", 4_200),
        ("12k€", 1_200_000),
        ("12 K€", 1_200_000),
        ("12,5k", 1_250_000),
        ("1,5 M€", 150_000_000),
        ("1.5 MEUR", 150_000_000),
        ("9 999 999 999 999,99", 999_999_999_999_999),
    ] {
        assert_eq!(cents(text), expected, "{text:?}");
    }
}

#[test]
fn less_than_nothing_is_read_in_every_way_to_write_it() {
    for text in [
        "-5",
        "- 5",
        "5-",
        "(5,00)",
        "(5)",
        "−5",
        "–5",
        "-5 €",
        "€-5",
        "-€5",
        "5 €-",
        "(5 €)",
        "-0,005k€",
    ] {
        assert_eq!(cents(text), -500, "{text:?}");
    }
}

#[test]
fn one_mark_before_three_digits_has_two_readings_and_the_decimal_mark_of_the_file_settles_them() {
    for (text, mark, thousands, decimal) in [
        ("12.500", DecimalMark::Point, 1_250_000, 1_250),
        ("12,500", DecimalMark::Comma, 1_250_000, 1_250),
        ("1.234 €", DecimalMark::Point, 123_400, 123),
        ("-999,999", DecimalMark::Comma, -99_999_900, -100_000),
        ("1,500 k€", DecimalMark::Comma, 150_000_000, 150_000),
    ] {
        let amount = parse_amount(text).expect(text);
        let money = |mark| amount.resolve(Some(mark)).map(|reading| reading.money);
        assert_eq!(money(mark), Some(Money::cents(decimal)), "{text}");
        assert_eq!(money(mark.other()), Some(Money::cents(thousands)), "{text}");
        assert_eq!(amount.resolve(None), None, "{text}");
    }
}

#[test]
fn a_text_with_one_reading_proves_the_decimal_mark_of_its_file() {
    for (text, proves) in [
        ("1.234,50", Some(DecimalMark::Comma)),
        ("12500,5", Some(DecimalMark::Comma)),
        ("1,234.56", Some(DecimalMark::Point)),
        ("12.5", Some(DecimalMark::Point)),
        ("12,500,000", Some(DecimalMark::Point)),
        ("12.500.000", Some(DecimalMark::Comma)),
        ("12'500.50", Some(DecimalMark::Point)),
        ("12 500", None),
        ("900", None),
    ] {
        let reading = parse_amount(text).expect(text).resolve(None).expect(text);
        assert_eq!(reading.proves, proves, "{text}");
    }
}

#[test]
fn what_is_no_amount_of_euros_is_refused_with_the_reason() {
    use crate::text::amount::AmountProblem::Empty;
    use crate::text::amount::AmountProblem::Grouping;
    use crate::text::amount::AmountProblem::OtherCurrency;
    use crate::text::amount::AmountProblem::Percent;
    use crate::text::amount::AmountProblem::Shortened;
    use crate::text::amount::AmountProblem::TooLarge;
    use crate::text::amount::AmountProblem::Unreadable;
    for (text, problem) in [
        ("", Empty),
        (" \u{a0}\t", Empty),
        ("abc", Unreadable),
        ("€", Unreadable),
        ("-", Unreadable),
        ("12,50,00", Grouping),
        ("1.2.3", Grouping),
        ("1 2", Grouping),
        ("12 50,00", Grouping),
        ("1234 567", Grouping),
        ("1 234'567", Grouping),
        ("1,234,56.78", Grouping),
        ("1,234 567", Grouping),
        ("1.234.567 890", Unreadable),
        ("12a50", Unreadable),
        ("12,", Unreadable),
        ("1,,5", Grouping),
        ("--5", Unreadable),
        ("-5-", Unreadable),
        ("(-5)", Unreadable),
        ("€5€", Unreadable),
        ("12 m", Unreadable),
        ("31/12/2026", Unreadable),
        ("50 %", Percent),
        ("25%", Percent),
        ("25\u{a0}%", Percent),
        ("12,5 %", Percent),
        ("-5 %", Percent),
        ("% 5", Percent),
        ("3 ‰", Percent),
        ("25 % HT", Unreadable),
        ("=1+1", Unreadable),
        ("٤٢", Unreadable),
        ("$900", OtherCurrency("$".to_owned())),
        ("US$ 900", OtherCurrency("US$".to_owned())),
        ("900 £", OtherCurrency("£".to_owned())),
        ("900 USD", OtherCurrency("USD".to_owned())),
        ("chf 900", OtherCurrency("chf".to_owned())),
        ("12 k$", OtherCurrency("k$".to_owned())),
        ("1,25E+04", Shortened),
        ("1E5", Shortened),
        ("#####", Shortened),
        ("12 345 678 901 234", TooLarge),
        ("12 345 678 M€", TooLarge),
        ("99999999999999999999999999999999999", TooLarge),
    ] {
        assert_eq!(parse_amount(text), Err(problem), "{text:?}");
    }
}

#[test]
fn decimals_beyond_the_cents_are_rounded_and_said_to_be() {
    for (text, expected) in [("3333,333333", 333_333), ("0,005", 1), ("1234.5650001", 123_457)] {
        let Ok(ParsedAmount::Clear(reading)) = parse_amount(text) else {
            panic!("{text} is clear")
        };
        assert_eq!(reading.money, Money::cents(expected), "{text}");
        assert_eq!(reading.precision, AmountPrecision::Rounded, "{text}");
    }
}

#[test]
fn a_typed_number_is_what_the_sheet_shows() {
    for (number, cents, precision) in [
        (12_500.5, 1_250_050, AmountPrecision::Exact),
        (0.1 + 0.2, 30, AmountPrecision::Exact),
        (10_000.0 / 3.0, 333_333, AmountPrecision::Rounded),
        (-5.0, -500, AmountPrecision::Exact),
        (1.005, 101, AmountPrecision::Rounded),
        (9_999_999_999_999.99, 999_999_999_999_999, AmountPrecision::Exact),
    ] {
        let reading = from_number(number).expect("amount");
        assert_eq!(
            (reading.money, reading.precision),
            (Money::cents(cents), precision),
            "{number}"
        );
    }
    for number in [f64::NAN, f64::INFINITY, 1e13, -1e300] {
        assert_eq!(from_number(number), Err(AmountProblem::TooLarge), "{number}");
    }
}

fn grouped(cents: i64, thousands: &str, mark: &str) -> String {
    let (euros, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    let digits = euros.to_string();
    let mut whole = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            whole.push_str(thousands);
        }
        whole.push(digit);
    }
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{whole}{mark}{rest:02}")
}

proptest! {
    #[test]
    fn every_amount_written_in_french_english_or_swiss_style_reads_back(
        amount in -999_999_999_999_999_i64..=999_999_999_999_999,
    ) {
        for (thousands, mark) in [("\u{202f}", ","), ("\u{a0}", ","), (" ", ","), ("", ","), (".", ","), (",", "."), ("'", "."), ("", ".")] {
            let number = grouped(amount, thousands, mark);
            for text in [
                number.clone(),
                format!("{number}\u{a0}€"),
                format!("€{number}"),
                format!("EUR {number}"),
            ] {
                let money = parse_amount(&text).ok().and_then(|read| read.resolve(None)).map(|reading| reading.money);
                prop_assert_eq!(money, Some(Money::cents(amount)), "{}", text);
            }
        }
    }

    #[test]
    fn what_a_page_shows_reads_back(amount in -999_999_999_999_999_i64..=999_999_999_999_999) {
        for language in [Language::French, Language::English] {
            let shown = language.money(Money::cents(amount));
            let money = parse_amount(&shown).ok().and_then(|read| read.resolve(None)).map(|reading| reading.money);
            prop_assert_eq!(money, Some(Money::cents(amount)), "{}", shown);
        }
    }

    #[test]
    fn no_number_makes_the_reader_fall_over(number in proptest::num::f64::ANY) {
        if let Ok(reading) = from_number(number) {
            prop_assert!(reading.money.euros().abs() <= Decimal::from(10_u64.pow(13)), "{}", number);
        }
    }

    #[test]
    fn no_text_makes_the_reader_fall_over(text in any::<String>(), digits in "[-0-9.,' €kM()]{0,20}") {
        let _ = parse_amount(&text);
        let _ = parse_amount(&digits);
    }
}
