//! Tests of the formats of each language, as tables of examples.

use jiff::civil::date;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::{
    language::{
        Language::{self, *},
        Noun, sort_key,
    },
    money::Money,
};

fn decimal(text: &str) -> Decimal {
    text.parse().expect("decimal")
}

#[test]
fn a_language_is_known_by_its_code() {
    for (code, language) in [
        ("fr", Some(French)),
        ("EN", Some(English)),
        (" fr-FR ", Some(French)),
        ("en_GB", Some(English)),
        ("de", None),
        ("", None),
        ("french", None),
    ] {
        assert_eq!(Language::parse(code), language, "{code}");
    }
    assert_eq!(Language::default(), French);
    assert_eq!(serde_json::to_string(&English).expect("json"), "\"en\"");
}

#[test]
fn amounts_have_two_decimals_and_spaces_that_never_break() {
    for (euros, french, english) in [
        ("12500.5", "12\u{202F}500,50\u{A0}€", "€12,500.50"),
        ("0", "0,00\u{A0}€", "€0.00"),
        ("999.999", "1\u{202F}000,00\u{A0}€", "€1,000.00"),
        ("-1234.5", "-1\u{202F}234,50\u{A0}€", "-€1,234.50"),
        ("-0.001", "0,00\u{A0}€", "€0.00"),
        (
            "9999999999999.99",
            "9\u{202F}999\u{202F}999\u{202F}999\u{202F}999,99\u{A0}€",
            "€9,999,999,999,999.99",
        ),
    ] {
        let amount = Money::new(decimal(euros));
        assert_eq!(French.money(amount), french);
        assert_eq!(English.money(amount), english);
    }
    assert_eq!(French.whole_euros(Money::cents(1_250_050)), "12\u{202F}501\u{A0}€");
    assert_eq!(English.whole_euros(Money::cents(1_250_050)), "€12,501");
}

#[test]
fn shares_have_one_decimal_where_it_is_needed() {
    for (share, french, english) in [
        ("0.25", "25\u{A0}%", "25%"),
        ("0", "0\u{A0}%", "0%"),
        ("1", "100\u{A0}%", "100%"),
        ("0.3333333", "33,3\u{A0}%", "33.3%"),
        ("0.1997", "20\u{A0}%", "20%"),
        ("0.0001", "<\u{A0}0,1\u{A0}%", "<\u{A0}0.1%"),
        ("0.9999", ">\u{A0}99,9\u{A0}%", ">\u{A0}99.9%"),
    ] {
        assert_eq!(French.percent(decimal(share)), french);
        assert_eq!(English.percent(decimal(share)), english);
    }
    for (share, french) in [
        ("0.125", "+12,5\u{A0}%"),
        ("-0.03", "-3\u{A0}%"),
        ("0", "0\u{A0}%"),
        ("12", "+1\u{202F}200\u{A0}%"),
    ] {
        assert_eq!(French.change(decimal(share)), french);
    }
}

#[test]
fn days_are_written_as_the_language_has_it() {
    assert_eq!(French.date(date(2026, 11, 2)), "02/11/2026");
    assert_eq!(English.date(date(2026, 11, 2)), "2 Nov 2026");
    assert_eq!(French.month(date(2026, 8, 31)), "août 2026");
    assert_eq!(English.month(date(2026, 8, 31)), "August 2026");
}

#[test]
fn how_far_off_a_day_is_stands_in_words() {
    let today = date(2026, 11, 21);
    for (due, french, english) in [
        (date(2026, 11, 18), "en retard de 3 jours", "3 days late"),
        (date(2026, 11, 20), "en retard de 1 jour", "1 day late"),
        (today, "aujourd’hui", "today"),
        (date(2026, 11, 22), "dans 1 jour", "in 1 day"),
        (date(2027, 11, 21), "dans 365 jours", "in 365 days"),
        (date(2020, 11, 21), "en retard de 2\u{202F}191 jours", "2,191 days late"),
    ] {
        assert_eq!(French.due(due, today), french);
        assert_eq!(English.due(due, today), english);
    }
}

#[test]
fn numbers_agree_with_their_noun() {
    for (number, french, english) in [
        (0, "0 affaire", "0 deals"),
        (1, "1 affaire", "1 deal"),
        (2, "2 affaires", "2 deals"),
        (100_000, "100\u{202F}000 affaires", "100,000 deals"),
    ] {
        assert_eq!(French.count(number, Noun::DEAL), french);
        assert_eq!(English.count(number, Noun::DEAL), english);
    }
    for (days, french, english) in [
        ("4.52", "4,5 jours", "4.5 days"),
        ("1.5", "1,5 jour", "1.5 days"),
        ("1", "1 jour", "1 day"),
        ("3.04", "3 jours", "3 days"),
        ("12.4", "12 jours", "12 days"),
        ("9.98", "10 jours", "10 days"),
        ("0", "0 jour", "0 days"),
    ] {
        assert_eq!(French.days(decimal(days)), french);
        assert_eq!(English.days(decimal(days)), english);
    }
}

#[test]
fn sorting_ignores_accents_and_case() {
    let mut words = ["Zoé", "élan", "Eclair", "École", "zoe", "Abc"];
    words.sort_by_cached_key(|word| sort_key(word));
    assert_eq!(words, ["Abc", "Eclair", "École", "élan", "Zoé", "zoe"]);
}

proptest! {
    #[test]
    fn no_digit_of_an_amount_is_lost(cents in any::<i64>()) {
        let amount = Money::cents(cents);
        let digits = |text: String| text.chars().filter(char::is_ascii_digit).collect::<String>();
        prop_assert_eq!(digits(French.money(amount)), digits(amount.to_string()));
        prop_assert_eq!(digits(English.money(amount)), digits(amount.to_string()));
    }
}
