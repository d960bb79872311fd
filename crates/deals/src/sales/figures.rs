//! Formatted figures of the sales pages; unknown values are a dash.

use domain::{
    language::{Language, Noun, UNKNOWN_VALUE},
    money::Money,
};
use jiff::civil::Date;
use maud::{Markup, html};
use rust_decimal::Decimal;

use crate::{
    list::filter::{DealFilter, FilterChip, NOT_GIVEN_VALUE},
    text::ratio::Ratio,
};

/// Amount to the cent.
pub fn money_text(language: Language, amount: Option<Money>) -> String {
    amount.map_or_else(|| UNKNOWN_VALUE.to_owned(), |amount| language.money(amount))
}

/// Signed difference of amounts: `+1 200,00 €`.
pub fn signed_money(language: Language, amount: Money) -> String {
    let sign = if amount.is_positive() { "+" } else { "" };
    format!("{sign}{}", language.money(amount))
}

/// Ratio in percent.
pub fn ratio_text(language: Language, share: Option<Ratio>) -> String {
    share.map_or_else(|| UNKNOWN_VALUE.to_owned(), |share| language.percent(share.of_one()))
}

/// Length in days.
pub fn days_text(language: Language, days: Option<Decimal>) -> String {
    days.map_or_else(|| UNKNOWN_VALUE.to_owned(), |days| language.days(days))
}

/// Number of deals with its noun.
pub fn deal_count_text(language: Language, count: usize) -> String {
    language.count(u64::try_from(count).unwrap_or(u64::MAX), Noun::DEAL)
}

/// Bar of `part` relative to `longest`, in thousandths so that small parts still differ.
pub fn money_bar(part: Money, longest: Money) -> Markup {
    let (part, longest) = (part.euros().abs(), longest.euros().abs());
    let thousandths = if longest.is_zero() {
        Decimal::ZERO
    } else {
        part * Decimal::ONE_THOUSAND / longest
    };
    web::page::chart::bar(u32::try_from(thousandths.round()).unwrap_or(1000), 1000)
}

/// Note that a filter is active, with a link to all deals.
pub fn filter_line(language: Language, filter: &DealFilter, all: &str) -> Markup {
    let words = |chip: FilterChip| match (chip.field, chip.value.parse::<Date>()) {
        ("from", Ok(day)) => format!("≥\u{A0}{}", language.date(day)),
        ("to", Ok(day)) => format!("≤\u{A0}{}", language.date(day)),
        _ if chip.value == NOT_GIVEN_VALUE => language.choose("Non renseigné", "Not given").to_owned(),
        _ => chip.value,
    };
    let chips: Vec<String> = filter.chips().into_iter().map(words).collect();
    html! {
        @if !chips.is_empty() {
            p .hint .filtered {
                (language.choose("Seulement : ", "Only: ")) (chips.join(" · ")) ". "
                a href=(all) { (language.choose("Toutes les affaires", "All deals")) }
            }
        }
    }
}

/// Address of a page with the query of a filter and more query fields.
pub fn address_with_filter(path: &str, filter: &DealFilter, more: &str) -> String {
    let query = [filter.to_query().as_str(), more]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("&");
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// Fields of a filter as hidden inputs.
pub fn hidden_filter_fields(filter: &DealFilter) -> Markup {
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(&filter.to_query()).unwrap_or_default();
    html! { @for (name, value) in &fields { input type="hidden" name=(name) value=(value); } }
}
